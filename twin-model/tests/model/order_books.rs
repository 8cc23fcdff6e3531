//! What the books of the ERP and the twin say of one order at its end.

use crate::order_story::{Story, complete, q, say};
use serde_json::json;
use twin_model::{Code, Discrepancy, Kind, Lifecycle};

fn tech_completed(quantity: &str) -> crate::order_story::Told {
    let data = json!({"final_quantity": q(quantity)});
    say("work_order.tech_completed", "10:00", data)
}

fn shown(story: &Story) -> Vec<String> {
    let found = story.order().discrepancies();
    found.iter().map(ToString::to_string).collect()
}

#[test]
fn an_erp_that_takes_another_quantity_as_delivered_is_shown_until_both_agree() {
    let mut story = Story::released();
    story.ok(complete("10", "10", "08:00"));
    story.ok(complete("20", "9", "09:00"));
    story.ok(tech_completed("8"));
    assert_eq!(story.broken(), [Code::R36]);
    assert_eq!(
        shown(&story),
        [
            "Order WO: ERP says 8 H87 received, twin 9. Difference -1, open since \
             2026-03-01T10:00:00Z. Compare the receipts and post the difference."
        ]
    );
    let close = say("work_order.closed", "11:00", json!({"period": "03"}));
    assert_eq!(story.meets(close.clone()), (Code::R46, Kind::Park));
    // The ERP had not heard of one piece; it takes its completion back and says it anew.
    story.ok(say(
        "work_order.tech_completion_withdrawn",
        "10:10",
        json!({}),
    ));
    assert_eq!(story.broken(), []);
    story.ok(tech_completed("9"));
    assert_eq!(story.broken(), []);
    story.ok(close);
    assert_eq!(story.lifecycle(), Lifecycle::Closed);
}

#[test]
fn an_order_that_is_closed_with_more_than_there_can_be_is_shown() {
    let mut story = Story::released();
    story.ok(complete("10", "10", "08:00"));
    let mut last = complete("20", "10", "09:00");
    last.2["scrap"] = json!("1");
    last.2["mrb"] = json!("0");
    story.ok(last.clone());
    story.ok(say("work_order.closed", "11:00", json!({"period": "03"})));
    assert_eq!(story.broken(), [], "eleven of eleven");
    assert_eq!(story.lifecycle(), Lifecycle::Closed);
    // One more before the review board: pieces do not multiply.
    let mut more = Story::released();
    more.ok(complete("10", "10", "08:00"));
    last.2["mrb"] = json!("1");
    more.ok(last);
    assert_eq!(more.broken(), [], "nothing is final yet");
    let turn = more.ok(say("work_order.closed", "11:00", json!({"period": "03"})));
    assert_eq!(more.lifecycle(), Lifecycle::Closed, "nothing is refused");
    assert!(!turn.notices.is_empty(), "somebody hears of it");
    let found = more.order().discrepancies();
    assert!(matches!(&found[..], [Discrepancy::ClosedWithMore { .. }]));
    assert_eq!(
        shown(&more),
        [
            "Order WO was closed on 2026-03-01T11:00:00Z with 12 H87 accounted for (10 delivered, \
             1 scrapped, 1 before the review board), 11 could be. Look which report counts twice, \
             and post the difference in ERP."
        ]
    );
}

#[test]
fn people_and_machines_that_count_differently_are_shown_until_they_agree() {
    let mut story = Story::created();
    story.ok(say(
        "work_order.changed",
        "06:00",
        json!({"counting": {"new": "both"}}),
    ));
    story.ok(crate::order_story::release("06:01"));
    let counted = |story: &mut Story, at: &'static str, good: u32| {
        let data = json!({"work_center": "SAW", "counters": {"good": good}});
        story.ok(("work_center.counter_sampled", at, data));
    };
    story.ok(crate::order_story::start("10", "SAW", "07:00"));
    counted(&mut story, "07:05", 1);
    counted(&mut story, "07:30", 9);
    story.ok(complete("10", "9", "08:00"));
    assert_eq!(story.broken(), [Code::R48]);
    assert_eq!(shown(&story).len(), 1);
    // The ninth passed the counter late.
    counted(&mut story, "07:50", 10);
    assert_eq!(story.broken(), []);
}
