//! The life of an order: every transition with its guard, and what ends for good.

use crate::order_story::{Story, complete, q, release, report, reversal, say, start};
use serde_json::json;
use twin_model::{Code, Confirmation, Delivery, Kind, Lifecycle, Time};

fn time(at: &str) -> Time {
    format!("2026-03-01T{at}:00Z").parse().unwrap()
}

/// Both operations with all pieces, at 08:00 and 09:00.
fn done() -> Story {
    let mut story = Story::released();
    story.ok(complete("10", "10", "08:00"));
    story.ok(complete("20", "10", "09:00"));
    story
}

#[test]
fn w1_w2_w5_w6_an_order_goes_from_created_to_completed() {
    let mut story = Story::created();
    assert_eq!(story.lifecycle(), Lifecycle::Created);
    assert_eq!(
        story.meets(start("10", "SAW", "06:00")),
        (Code::R03, Kind::Park)
    );
    story.ok(release("06:01"));
    assert_eq!(story.lifecycle(), Lifecycle::Released);
    assert_eq!(story.at("SAW"), (vec![], vec!["10".to_owned()]));
    assert_eq!(story.meets(release("06:02")), (Code::R02, Kind::Refuse));
    story.ok(start("10", "SAW", "07:00"));
    assert_eq!(story.lifecycle(), Lifecycle::InProcess);
    assert_eq!(story.order().confirmation(), Confirmation::None);
    story.ok(complete("10", "10", "08:00"));
    assert_eq!(story.order().confirmation(), Confirmation::Partial);
    assert_eq!(story.order().delivery(), Delivery::None);
    story.ok(complete("20", "4", "09:00"));
    assert_eq!(story.lifecycle(), Lifecycle::Completed);
    assert_eq!(story.order().confirmation(), Confirmation::Final);
    assert_eq!(story.order().delivery(), Delivery::Partial);
    assert_eq!(story.order().actual_end(), Some(time("09:00")));
}

#[test]
fn w3_a_cancelled_order_takes_nothing_any_more() {
    for mut story in [Story::created(), Story::released()] {
        story.ok(say(
            "work_order.cancelled",
            "07:00",
            json!({"reason": "withdrawn"}),
        ));
        assert_eq!(story.lifecycle(), Lifecycle::Cancelled);
        assert_eq!(story.at("SAW"), (vec![], vec![]), "nothing waits any more");
        assert_eq!(story.order().cancellation().unwrap().reason, "withdrawn");
        assert!(!story.order().is_late(time("23:00")));
        for told in [
            start("10", "SAW", "07:10"),
            report("10", "1", "07:10"),
            say(
                "work_order.changed",
                "07:10",
                json!({"priority": {"new": 1}}),
            ),
            say("work_order.aborted", "07:10", json!({"reason": "lost"})),
        ] {
            let waits = (Code::R46, Kind::Park);
            assert_eq!(story.meets(told), waits, "earlier work may still be told");
        }
        for told in [
            say("work_order.cancelled", "07:10", json!({"reason": "again"})),
            say("work_order.closed", "07:10", json!({})),
        ] {
            assert_eq!(story.meets(told), (Code::R02, Kind::Refuse));
        }
        assert_eq!(story.lifecycle(), Lifecycle::Cancelled);
    }
}

#[test]
fn w3_work_that_began_keeps_an_order_from_being_cancelled_until_it_is_taken_back() {
    let mut story = Story::released();
    story.ok(report("10", "4", "06:50"));
    let confirmation = story.last_id();
    story.ok(say(
        "work_order.cancelled",
        "07:00",
        json!({"reason": "withdrawn"}),
    ));
    assert_eq!(story.lifecycle(), Lifecycle::InProcess);
    assert_eq!(story.broken(), [Code::R47]);
    story.ok(reversal(&confirmation, "07:30"));
    assert_eq!(story.lifecycle(), Lifecycle::Cancelled);
    assert_eq!(story.broken(), []);
    assert_eq!(story.at("SAW"), (vec![], vec![]));

    let mut completed = done();
    let cancel = |at| say("work_order.cancelled", at, json!({"reason": "withdrawn"}));
    completed.ok(cancel("10:00"));
    assert_eq!(
        completed.lifecycle(),
        Lifecycle::Completed,
        "too late as well"
    );
    assert_eq!(completed.meets(cancel("10:10")), (Code::R02, Kind::Refuse));
}

#[test]
fn w3_what_happened_before_the_cancellation_counts_however_late_it_is_told() {
    let mut late = Story::released();
    late.ok(say(
        "work_order.cancelled",
        "07:00",
        json!({"reason": "withdrawn"}),
    ));
    late.ok(start("10", "SAW", "06:40"));
    let mut in_time = Story::released();
    in_time.ok(start("10", "SAW", "06:40"));
    in_time.ok(say(
        "work_order.cancelled",
        "07:00",
        json!({"reason": "withdrawn"}),
    ));
    for story in [late, in_time] {
        assert_eq!(story.lifecycle(), Lifecycle::InProcess);
        assert_eq!(story.broken(), [Code::R47]);
        assert_eq!(story.at("SAW"), (vec!["10".to_owned()], vec![]));
    }
}

#[test]
fn w3_a_change_from_before_the_cancellation_is_taken_and_one_from_after_it_waits() {
    let mut story = Story::released();
    story.ok(say(
        "work_order.cancelled",
        "07:00",
        json!({"reason": "withdrawn"}),
    ));
    let change = |at, priority: i32| {
        let new = json!({"priority": {"new": priority}});
        say("work_order.changed", at, new)
    };
    story.ok(change("06:59", 7));
    assert_eq!(story.order().priority(), 7);
    assert_eq!(story.meets(change("07:00", 8)), (Code::R46, Kind::Park));
    assert_eq!(story.order().priority(), 7);
    assert_eq!(story.lifecycle(), Lifecycle::Cancelled);
}

#[test]
fn w4_a_release_is_taken_back_as_long_as_nothing_began() {
    let mut story = Story::released();
    story.ok(say(
        "work_order.release_withdrawn",
        "06:30",
        json!({"reason": "no steel"}),
    ));
    assert_eq!(story.lifecycle(), Lifecycle::Created);
    assert_eq!(story.order().released(), None);
    assert_eq!(story.at("SAW"), (vec![], vec![]));
    assert_eq!(story.state("10"), ("not_allowed_to_start", Some("ready")));
    assert_eq!(
        story.meets(start("10", "SAW", "06:40")),
        (Code::R03, Kind::Park)
    );
    let again = say("work_order.release_withdrawn", "06:31", json!({}));
    assert_eq!(story.meets(again), (Code::R02, Kind::Refuse));
    story.ok(release("07:00"));
    assert_eq!(story.lifecycle(), Lifecycle::Released);
    story.ok(start("10", "SAW", "07:10"));

    let mut begun = Story::released();
    begun.ok(say("work_order.release_withdrawn", "06:30", json!({})));
    begun.ok(start("10", "SAW", "06:20"));
    assert_eq!(begun.lifecycle(), Lifecycle::InProcess, "it began before");
    assert_eq!(begun.order().released(), Some(10.into()));
    assert_eq!(begun.broken(), [Code::R47]);
}

#[test]
fn w7_a_reversed_completion_opens_the_order_again() {
    let mut story = done();
    let completion = story.last_id();
    assert_eq!(story.lifecycle(), Lifecycle::Completed);
    let turn = story.ok(reversal(&completion, "09:30"));
    assert_eq!(story.lifecycle(), Lifecycle::InProcess);
    assert_eq!(story.order().delivered(), 0.into());
    assert_eq!(story.state("10"), ("ended", Some("completed")), "untouched");
    assert_eq!(story.state("20"), ("allowed_to_start", Some("ready")));
    assert_eq!(story.at("PACK"), (vec![], vec!["20".to_owned()]));
    let told = crate::order_story::corrections(&turn);
    assert_eq!(told.len(), 1);
    assert!(
        told[0]
            .1
            .contains("Confirmation e4 of 10 H87 on operation 20"),
        "{told:?}"
    );
    story.ok(complete("20", "9", "09:00"));
    assert_eq!(story.lifecycle(), Lifecycle::Completed);
    assert_eq!(story.order().delivered(), 9.into());
}

#[test]
fn w7_a_rework_operation_opens_the_order_again() {
    let mut story = done();
    story.ok(start("15", "SAW", "09:30"));
    assert_eq!(story.lifecycle(), Lifecycle::InProcess);
    story.ok(complete("15", "1", "09:45"));
    assert_eq!(story.lifecycle(), Lifecycle::Completed);
}

#[test]
fn w6_a_final_confirmation_completes_an_order_whose_operations_have_not_all_ended() {
    let mut story = Story::released();
    story.ok(report("10", "10", "08:00"));
    let mut last = complete("20", "10", "09:00");
    last.2["final"] = json!(true);
    story.ok(last);
    assert_eq!(story.lifecycle(), Lifecycle::Completed);
    assert_eq!(story.state("10").0, "running", "nobody said that it ended");
    let confirmation = story.last_id();
    story.ok(start("15", "SAW", "09:30"));
    assert_eq!(
        story.lifecycle(),
        Lifecycle::InProcess,
        "a rework began later"
    );
    story.ok(complete("15", "1", "09:40"));
    story.ok(reversal(&confirmation, "10:00"));
    assert_eq!(story.lifecycle(), Lifecycle::InProcess);
}

#[test]
fn w8_an_aborted_order_keeps_what_happened_before_and_takes_nothing_after() {
    let mut story = Story::released();
    story.ok(start("10", "SAW", "07:00"));
    let abort = json!({"reason": "wrong drawing", "wip_disposition": "review"});
    story.ok(say("work_order.aborted", "08:00", abort));
    assert_eq!(story.lifecycle(), Lifecycle::Aborted);
    assert_eq!(story.at("SAW"), (vec![], vec![]), "the saw is free");
    assert_eq!(story.state("10"), ("aborted", None));
    story.ok(report("10", "3", "07:59"));
    assert_eq!(story.op("10").good(), 3.into(), "made before, told late");
    assert_eq!(
        story.meets(report("10", "1", "08:00")),
        (Code::R02, Kind::Refuse)
    );
    for told in [
        say("work_order.tech_completed", "09:00", json!({})),
        say("work_order.closed", "09:00", json!({})),
        say("work_order.aborted", "09:00", json!({"reason": "again"})),
    ] {
        assert_eq!(story.meets(told), (Code::R02, Kind::Refuse));
    }
    assert_eq!(story.lifecycle(), Lifecycle::Aborted);

    let change = |n: i32, at| say("work_order.changed", at, json!({"priority": {"new": n}}));
    story.ok(change(1, "07:30"));
    assert_eq!(story.order().priority(), 1, "decided before, told late");
    assert_eq!(story.meets(change(2, "08:30")), (Code::R02, Kind::Refuse));

    let abort = || say("work_order.aborted", "08:00", json!({"reason": "x"}));
    assert_eq!(Story::created().meets(abort()), (Code::R46, Kind::Park));
    assert_eq!(done().meets(abort()), (Code::R46, Kind::Park));
}

#[test]
fn w9_a_technical_completion_ends_what_runs_and_lets_late_reports_count() {
    let mut story = Story::released();
    story.ok(start("10", "SAW", "07:00"));
    let body = json!({"by": "planning", "final_quantity": q("8")});
    story.ok(say("work_order.tech_completed", "10:00", body));
    assert_eq!(story.lifecycle(), Lifecycle::TechComplete);
    assert!(story.order().tech_completed_early(), "and that is shown");
    assert_eq!(
        story.order().tech_completion().unwrap().final_quantity,
        Some(8.into())
    );
    assert_eq!(story.state("10"), ("ended", Some("completed")));
    assert_eq!(story.state("20"), ("skipped", None));
    assert_eq!((story.at("SAW"), story.at("PACK")), Default::default());
    story.ok(report("10", "8", "09:59"));
    let report_id = story.last_id();
    assert_eq!(story.op("10").good(), 8.into());
    let after = story.tell(report("10", "1", "10:00")).unwrap_err();
    assert_eq!((after.code(), after.kind()), (Code::R46, Kind::Park));
    assert_eq!(
        after.to_string(),
        "Order WO is tech_complete; a report is not possible as long as it is. It waits for the \
         withdrawal of the technical completion by ERP."
    );
    story.ok(reversal(&report_id, "11:00"));
    assert_eq!(story.op("10").good(), 0.into(), "a reversal is taken");
    assert_eq!(story.lifecycle(), Lifecycle::TechComplete);
    assert_eq!(
        Story::created().meets(say("work_order.tech_completed", "10:00", json!({}))),
        (Code::R02, Kind::Refuse)
    );
    let mut on_time = done();
    on_time.ok(say("work_order.tech_completed", "10:00", json!({})));
    assert!(!on_time.order().tech_completed_early());
}

#[test]
fn w10_a_technical_completion_is_taken_back() {
    let mut story = Story::released();
    story.ok(start("10", "SAW", "07:00"));
    let before = story.plant.state_hash();
    story.ok(say("work_order.tech_completed", "10:00", json!({})));
    let withdrawal = || say("work_order.tech_completion_withdrawn", "11:00", json!({}));
    story.ok(withdrawal());
    assert_eq!(
        story.plant.state_hash(),
        before,
        "the order is again what it was"
    );
    assert_eq!(story.at("SAW"), (vec!["10".to_owned()], vec![]));
    assert_eq!(story.meets(withdrawal()), (Code::R02, Kind::Refuse));
    story.ok(report("10", "5", "11:30"));
}

#[test]
fn w11_an_order_closes_when_nothing_is_open_and_stays_closed() {
    let close = || say("work_order.closed", "12:00", json!({"period": "2026-03"}));
    let mut story = Story::released();
    assert_eq!(
        story.meets(close()),
        (Code::R46, Kind::Park),
        "not completed"
    );
    let mut story_done = done();
    story_done.ok((
        "hold.placed",
        "09:30",
        json!({"hold": "H", "scope": {"kind": "work_order", "id": "WO"}, "reason": "crack"}),
    ));
    let held = story_done.tell(close()).unwrap_err();
    assert_eq!((held.code(), held.kind()), (Code::R46, Kind::Park));
    assert_eq!(
        held.waits_for(),
        Some(twin_model::EntityKey::WorkOrder("WO".parse().unwrap()))
    );
    let release = json!({"hold": "H", "disposition": "ok", "released_by": "QA"});
    let turn = story_done.ok(("hold.released", "10:00", release));
    assert!(
        turn.touched
            .iter()
            .any(|t| t.key == held.waits_for().unwrap()),
        "so that the closing is tried again"
    );
    story_done.ok(close());
    assert_eq!(story_done.lifecycle(), Lifecycle::Closed);
    assert_eq!(story_done.state("10"), ("ended", Some("closed")));
    assert_eq!(
        story_done.order().closing().unwrap().period.as_deref(),
        Some("2026-03")
    );
    for told in [
        report("10", "1", "07:00"),
        complete("20", "1", "12:30"),
        reversal("e3", "12:30"),
        start("30", "SAW", "12:30"),
    ] {
        assert_eq!(story_done.meets(told), (Code::R30, Kind::Exception));
    }
    for told in [
        say("work_order.tech_completed", "13:00", json!({})),
        say("work_order.cancelled", "13:00", json!({"reason": "x"})),
        say("work_order.aborted", "13:00", json!({"reason": "x"})),
        close(),
    ] {
        assert_eq!(story_done.meets(told), (Code::R02, Kind::Refuse));
    }
}

#[test]
fn w11_an_open_discrepancy_keeps_an_order_from_being_closed() {
    let mut story = Story::released();
    story.ok(complete("10", "8", "08:00"));
    story.ok(complete("20", "10", "09:00"));
    assert_eq!(story.broken(), [Code::R05]);
    let open = story
        .tell(say("work_order.closed", "12:00", json!({})))
        .unwrap_err();
    assert_eq!(open.code(), Code::R46);
    assert!(
        open.to_string().contains("1 open discrepancy (TWIN-R05)"),
        "{open}"
    );
    story.ok(report("10", "2", "07:30"));
    story.ok(say("work_order.closed", "12:00", json!({})));
}

#[test]
fn lateness_is_seen_from_the_time_it_is_asked_for() {
    let mut story = Story::released();
    assert!(!story.order().is_late(time("20:00")));
    assert!(story.order().is_late(time("20:01")));
    story.ok(complete("10", "10", "08:00"));
    story.ok(complete("20", "10", "09:00"));
    assert!(!story.order().is_late(time("23:00")), "it was done in time");
}

#[test]
fn an_order_is_shippable_when_all_its_lots_are() {
    let mut story = Story::released();
    assert_eq!(story.order().shippable(&story.plant, time("10:00")), None);
    for lot in ["L1", "L2"] {
        let made = json!({"lot": lot, "material": "M", "quantity": q("5"), "order": "WO"});
        story.ok(("lot.created", "08:00", made));
    }
    assert_eq!(
        story.order().shippable(&story.plant, time("10:00")),
        Some(true)
    );
    let hold = json!({"hold": "H", "scope": {"kind": "lot", "id": "L2"}, "reason": "crack"});
    story.ok(("hold.placed", "09:00", hold));
    assert_eq!(
        story.order().shippable(&story.plant, time("10:00")),
        Some(false)
    );
    assert!(!story.order().is_held(), "the order itself is not");
}

#[test]
fn an_operation_that_was_only_spoken_of_by_mistake_does_not_keep_an_order_open() {
    let mut story = done();
    story.ok(report("99", "3", "08:30"));
    assert_eq!(story.lifecycle(), Lifecycle::InProcess);
    let wrong = story.last_id();
    story.ok(reversal(&wrong, "09:30"));
    assert_eq!(story.lifecycle(), Lifecycle::Completed);
    assert_eq!(story.order().confirmation(), Confirmation::Final);
    // One that the MES has sent somewhere is meant.
    let sent = json!({"op": "98", "work_center": "SAW"});
    story.ok(say("operation.dispatched", "09:40", sent));
    assert_eq!(story.lifecycle(), Lifecycle::InProcess);
    story.ok(say(
        "operation.skipped",
        "09:50",
        json!({"op": "98", "reason": "not needed"}),
    ));
    assert_eq!(story.lifecycle(), Lifecycle::Completed);
}
