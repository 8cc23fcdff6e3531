//! What becomes of goods when the work that made them is given up.

use serde_json::{Value, json};
use twin_model::Usage;

use crate::quality_findings::*;
use crate::quality_parts::{free, posted, split};
use crate::quality_story::*;

/// Order WO of 100 with operations 10 and 20, released at five.
fn order() -> Vec<Told> {
    let operations = json!([{"op": "10"}, {"op": "20", "predecessors": ["10"]}]);
    vec![
        (
            "work_order.created",
            "04:00",
            json!({"order": "WO", "material": "M", "quantity": q("100")}),
        ),
        (
            "work_order.released",
            "05:00",
            json!({"order": "WO", "operations": operations}),
        ),
    ]
}

fn made_at(id: &str, op: &str) -> Value {
    json!({"lot": id, "material": "M", "quantity": q("10"), "order": "WO", "op": op})
}

fn given_up(op: Option<&str>, what: &str) -> Value {
    let mut data = json!({"order": "WO", "reason": "tool broke", "wip_disposition": what});
    if let Some(op) = op {
        data["op"] = json!(op);
    }
    data
}

#[test]
fn work_in_process_of_an_order_that_is_given_up_waits_for_what_was_decided_of_it() {
    for (what, usage) in [
        ("scrap", Usage::Blocked),
        ("rework", Usage::Blocked),
        ("review", Usage::QualityInspection),
        ("return", Usage::Unrestricted),
    ] {
        let told: Vec<Told> = vec![
            ("lot.created", "06:00", made_at("L", "10")),
            ("lot.split", "06:30", split("L", "P", "4")),
            ("work_order.aborted", "07:00", given_up(None, what)),
            ("lot.created", "06:10", made_at("K", "20")),
            ("lot.created", "06:10", lot("X", "unrestricted")),
        ];
        let mut story = Story::with(ends_the_same(&order(), &told));
        for lot in ["L", "P", "K"] {
            assert_eq!(story.lot(lot).usage(), usage, "{lot}: {what}");
        }
        assert_eq!(free(&story, "X"), Ok(()), "of no order");
        if usage == Usage::Blocked {
            story.tell("shipment.requested", "08:00", request("D", "L", "1"));
            assert_eq!(
                story.why("D"),
                "Lot L is blocked, because the work of order WO that made it was given up at \
                 2026-03-01T07:00:00Z; 6 H87 wait to be scrapped, reworked or set free by quality."
            );
            let data = posted("L", "blocked", "unrestricted");
            story.tell("stock.status_changed", "09:00", data);
            assert_eq!(story.gate("D"), (CLEARED, vec![]));
        }
    }
}

#[test]
fn an_operation_that_is_given_up_concerns_what_it_made() {
    let told: Vec<Told> = vec![
        ("lot.created", "06:00", made_at("L", "10")),
        ("lot.created", "06:10", made_at("K", "20")),
        ("operation.aborted", "07:00", given_up(Some("20"), "scrap")),
        ("operation.skipped", "07:00", given_up(Some("10"), "scrap")),
    ];
    let story = Story::with(ends_the_same(&order(), &told[..3]));
    assert_eq!(free(&story, "L"), Ok(()));
    assert_eq!(free(&story, "K"), Err(Usage::Blocked));
    let story = Story::with(ends_the_same(&order(), &[told[0].clone(), told[3].clone()]));
    assert_eq!(free(&story, "L"), Ok(()), "a skip says nothing of goods");
}

#[test]
fn what_the_warehouse_has_received_is_no_work_in_process() {
    let received = json!({"order": "WO", "lot": "L", "quantity": q("6")});
    let told: Vec<Told> = vec![
        ("lot.created", "06:00", made_at("L", "10")),
        ("goods.received", "06:30", received),
        ("work_order.aborted", "07:00", given_up(None, "scrap")),
    ];
    let story = Story::with(ends_the_same(&order(), &told));
    assert_eq!(
        story.stock("L"),
        [(Usage::Unrestricted, n(6)), (Usage::Blocked, n(4))]
    );
}

#[test]
fn of_two_orders_that_were_given_up_the_worse_disposition_counts() {
    let mut story = Story::new();
    for (name, at, data) in order() {
        story.tell(name, at, data);
    }
    story.tell("lot.created", "06:00", made_at("L", "10"));
    story.tell("operation.aborted", "06:30", given_up(Some("10"), "scrap"));
    assert_eq!(free(&story, "L"), Err(Usage::Blocked));
    story.tell("work_order.aborted", "07:00", given_up(None, "review"));
    assert_eq!(free(&story, "L"), Err(Usage::Blocked), "the worse of both");
    let shown: Vec<String> = story
        .lot("L")
        .work_given_up()
        .map(|(order, work)| format!("{order} {} {}", work.usage.as_str(), work.at))
        .collect();
    assert_eq!(shown, ["WO blocked 2026-03-01T06:30:00Z"]);
}
