//! What an order knows of its inspections, and what keeps it from being closed.

use serde_json::json;
use twin_model::{Code, Kind, Lifecycle};

use crate::quality_story::*;

/// Order O made 100 of lot L at its inspection point 10, and is done.
fn done() -> Story {
    let mut story = Story::new();
    let order = json!({"order": "O", "material": "M", "quantity": q("100")});
    story.tell("work_order.created", "05:00", order);
    let routing = json!({"order": "O", "operations": [{"op": "10", "inspection_point": true,
        "delivers": true}]});
    story.tell("work_order.released", "05:10", routing);
    let mut made = lot("L", "unrestricted");
    made["order"] = json!("O");
    story.tell("lot.created", "06:00", made);
    let report = json!({"order": "O", "op": "10", "unit": "H87", "good": "100"});
    story.tell("operation.completed", "06:10", report);
    assert_eq!(story.order("O").lifecycle(), Lifecycle::Completed);
    story
}

fn of_order(id: &str) -> serde_json::Value {
    json!({"inspection": id, "order": "O", "op": "10", "quantity": q("100")})
}

#[test]
fn an_inspection_point_without_an_inspection_keeps_the_order_open() {
    let mut story = done();
    let points: Vec<_> = story
        .order("O")
        .uninspected()
        .map(|op| op.id().clone())
        .collect();
    assert_eq!(points, ["10".parse().unwrap()]);
    let close = json!({"order": "O"});
    let waits = story
        .try_to("work_order.closed", "09:00", close.clone())
        .unwrap_err();
    assert_eq!((waits.code(), waits.kind()), (Code::R46, Kind::Park));
    assert_eq!(
        waits.to_string(),
        "Order O is completed with 1 inspection point without an inspection (operation 10); the \
         closing is not possible as long as it is. It waits for what is open to be settled."
    );
    story.tell("inspection.created", "06:20", of_order("I"));
    assert_eq!(story.order("O").uninspected().count(), 0);
    let waits = story
        .try_to("work_order.closed", "09:00", close.clone())
        .unwrap_err();
    assert_eq!((waits.code(), waits.kind()), (Code::R11, Kind::Park));
    assert_eq!(waits.waits_for().unwrap().id(), "I");
    story.tell(
        "inspection.decided",
        "07:00",
        decided("I", &[("100", "accept")]),
    );
    story.tell("work_order.closed", "09:00", close);
    assert_eq!(story.order("O").lifecycle(), Lifecycle::Closed);
}

#[test]
fn an_undecided_inspection_of_one_of_its_lots_keeps_the_order_open() {
    let mut story = done();
    story.tell("inspection.created", "06:20", of_order("I"));
    story.tell(
        "inspection.decided",
        "07:00",
        decided("I", &[("100", "accept")]),
    );
    story.tell(
        "inspection.created",
        "06:30",
        json!({"inspection": "J", "lot": "L"}),
    );
    let order = story.order("O");
    let open: Vec<_> = order
        .open_inspections(&story.plant)
        .into_iter()
        .cloned()
        .collect();
    assert_eq!(open, ["J".parse().unwrap()]);
    let close = json!({"order": "O"});
    let waits = story
        .try_to("work_order.closed", "09:00", close.clone())
        .unwrap_err();
    assert_eq!(
        waits.to_string(),
        "Inspection J has no decision; the closing of order O waits for it. Ask quality to decide \
         it."
    );
    assert_eq!(waits.waits_for().unwrap().id(), "J");
    story.tell("inspection.cancelled", "07:00", because("J"));
    story.tell("work_order.closed", "09:00", close);
    assert_eq!(story.order("O").lifecycle(), Lifecycle::Closed);
}

#[test]
fn a_reopened_inspection_keeps_the_order_open_again_and_a_cancelled_one_is_none() {
    let mut story = done();
    story.tell("inspection.created", "06:20", of_order("I"));
    story.tell(
        "inspection.decided",
        "07:00",
        decided("I", &[("100", "accept")]),
    );
    story.tell("inspection.reopened", "07:10", because("I"));
    assert_eq!(story.order("O").open_inspections(&story.plant).len(), 1);
    story.tell("inspection.created", "06:20", of_order("J"));
    story.tell("inspection.cancelled", "07:00", because("J"));
    assert_eq!(story.order("O").inspections().count(), 1, "J is none");
}

#[test]
fn the_closing_ends_the_same_whatever_comes_first() {
    let mut report = json!({"order": "O", "op": "10", "unit": "H87", "good": "100"});
    report["final"] = json!(true);
    let plant = ends_the_same(
        &[(
            "work_order.created",
            "05:00",
            json!({"order": "O", "material": "M", "quantity": q("100")}),
        )],
        &[
            (
                "work_order.released",
                "05:10",
                json!({"order": "O", "operations": [{"op": "10", "inspection_point": true}]}),
            ),
            ("operation.completed", "06:10", report),
            ("inspection.created", "06:20", of_order("I")),
            (
                "inspection.decided",
                "07:00",
                decided("I", &[("100", "accept")]),
            ),
        ],
    );
    let order = plant.work_order(&"O".parse().unwrap()).unwrap();
    assert_eq!(order.uninspected().count(), 0);
    assert!(order.open_inspections(&plant).is_empty());
}
