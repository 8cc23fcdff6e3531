//! What an order says of itself: what it waits for, when it ended, and what may be done instead of
//! what was refused.
use serde_json::{Value, json};
use twin_model::{Code, Plant, WorkOrder};

use crate::facts::{Fact, event, held, tell, tell_all};

fn pieces(value: &str) -> Value {
    json!({"value": value, "unit": "H87"})
}

fn created() -> Fact {
    let data = json!({"order": "O", "material": "SHAFT", "quantity": pieces("10"),
        "tolerance": {"over": "0.1"}});
    ("work_order.created", "05:00", data)
}

fn released() -> Fact {
    let data = json!({"order": "O", "operations": [
        {"op": "10", "work_center": "SAW"}, {"op": "20", "work_center": "PACK"}]});
    ("work_order.released", "05:10", data)
}

/// Something about operation 10.
fn of(name: &'static str, at: &'static str, more: Value) -> Fact {
    let mut data = json!({"order": "O", "op": "10"});
    for (key, value) in more.as_object().unwrap() {
        data[key] = value.clone();
    }
    (name, at, data)
}

fn started(at: &'static str) -> Fact {
    of("operation.started", at, json!({"work_center": "SAW"}))
}

fn completed(at: &'static str, good: &str) -> Fact {
    let body = json!({"unit": "H87", "good": good});
    of("operation.completed", at, body)
}

fn plant(facts: &[Fact]) -> Plant {
    let order: Vec<usize> = (0..facts.len()).collect();
    tell_all(facts, &order)
}

fn order(plant: &Plant) -> &WorkOrder {
    plant.work_order(&"O".parse().unwrap()).unwrap()
}

fn waits_for(facts: &[Fact]) -> Option<String> {
    order(&plant(facts)).waiting_for()
}

#[test]
fn an_order_says_what_it_waits_for() {
    let mut facts = vec![created()];
    assert_eq!(waits_for(&facts).unwrap(), "its release by ERP");
    facts.push(released());
    assert_eq!(waits_for(&facts).unwrap(), "SAW to start operation 10");
    facts.push(started("06:00"));
    assert_eq!(waits_for(&facts), None, "it runs");
    let stop = json!({"kind": "suspended", "reason": "no steel"});
    facts.push(of("operation.interrupted", "06:10", stop));
    assert_eq!(
        waits_for(&facts).unwrap(),
        "operation 10 to go on (no steel)"
    );
    facts.push(held("work_order", "O", "06:20"));
    assert_eq!(waits_for(&facts).unwrap(), "quality to decide hold H");
    assert!(order(&plant(&facts)).is_held());
    facts.pop();
    assert!(!order(&plant(&facts)).is_held());
    facts.push(of("operation.resumed", "06:30", json!({})));
    assert_eq!(waits_for(&facts), None);
    facts.push(completed("07:00", "10"));
    assert_eq!(waits_for(&facts).unwrap(), "PACK to start operation 20");
}

#[test]
fn an_order_ends_with_its_last_operation_or_else_with_its_technical_completion() {
    let end = |facts: &[Fact]| {
        let plant = plant(facts);
        order(&plant).actual_end().map(|at| at.to_string())
    };
    let done = |at: &'static str| ("work_order.tech_completed", at, json!({"order": "O"}));
    let mut facts = vec![created(), released()];
    assert_eq!(end(&facts), None);
    facts.push(started("06:00"));
    facts.push(completed("07:00", "10"));
    assert_eq!(end(&facts), None, "operation 20 has not begun");
    facts.push(done("09:00"));
    assert_eq!(end(&facts).unwrap(), "2026-03-01T09:00:00Z");
    facts.pop();
    let mut last = completed("08:00", "10");
    last.2["op"] = json!("20");
    facts.push(last);
    assert_eq!(end(&facts).unwrap(), "2026-03-01T08:00:00Z");
    facts.push(done("09:00"));
    assert_eq!(
        end(&facts).unwrap(),
        "2026-03-01T08:00:00Z",
        "what was done counts more than what was said"
    );
}

/// What an order that was told this says may be done instead of `refused`.
fn instead(facts: &[Fact], refused: &Fact) -> String {
    let mut plant = plant(facts);
    let before = plant.state_hash();
    let rejection = plant.apply(&event(99, refused)).unwrap_err();
    assert_eq!(plant.state_hash(), before, "a rejection changes nothing");
    assert_eq!(rejection.code(), Code::R02, "{rejection}");
    rejection.to_string()
}

#[test]
fn a_refusal_says_what_the_state_of_the_operation_allows() {
    let known = vec![created(), released(), started("06:00")];
    let with = |more: Fact| {
        let mut facts = known.clone();
        facts.push(more);
        facts
    };
    let says = |facts: &[Fact], allowed: &str| {
        let text = instead(facts, &started("09:00"));
        assert!(text.contains(allowed), "{text}");
    };
    says(
        &known,
        "a report of progress or completion, an interruption or an abort",
    );
    let stop = json!({"kind": "suspended", "reason": "no steel"});
    says(
        &with(of("operation.interrupted", "06:10", stop)),
        "its resumption, a report of progress or completion, or an abort",
    );
    says(
        &with(completed("07:00", "10")),
        "a reversal of its completion by the MES",
    );
    let end = json!({"reason": "broken", "wip_disposition": "scrap"});
    says(
        &with(of("operation.aborted", "06:10", end)),
        "nothing; it was given up",
    );
    let facts = [
        created(),
        released(),
        of(
            "operation.skipped",
            "06:00",
            json!({"reason": "not needed"}),
        ),
    ];
    let again = of("operation.skipped", "06:10", json!({"reason": "again"}));
    let text = instead(&facts, &again);
    assert!(text.contains("nothing; it was left out"), "{text}");
}

#[test]
fn an_operation_that_starts_as_a_delivering_one_brings_what_it_reported() {
    let report = |at: &'static str, op: &str, good: &str, delivers: bool| {
        let data = json!({"order": "O", "op": op, "unit": "H87", "good": good,
            "delivers": delivers});
        ("operation.progressed", at, data)
    };
    let delivering = |at: &'static str| {
        let body = json!({"work_center": "SAW", "delivers": true});
        of("operation.started", at, body)
    };
    // 11 of 10 are tolerated.
    for (made, code) in [("5", Ok(())), ("6", Err(Code::R04))] {
        let mut plant = plant(&[
            created(),
            released(),
            report("06:00", "20", "6", true),
            report("06:10", "10", made, false),
        ]);
        let met = tell(&mut plant, 9, &delivering("05:50"));
        assert_eq!(met, code, "6 and {made} are delivered");
        let delivers = order(&plant).operations()[0].delivers();
        assert_eq!(delivers, code.is_ok());
    }
}

#[test]
fn a_held_lot_is_not_issued_and_the_refusal_says_so() {
    let lot = json!({"lot": "A", "material": "STEEL", "quantity": pieces("100")});
    let mut plant = plant(&[
        created(),
        released(),
        ("lot.created", "05:20", lot),
        held("lot", "A", "05:30"),
    ]);
    for (name, word) in [
        ("material.issued", "issued"),
        ("material.consumed", "consumed"),
    ] {
        let data = json!({"order": "O", "material": "STEEL", "lot": "A",
            "quantity": pieces("3")});
        let rejection = plant.apply(&event(8, &(name, "06:00", data))).unwrap_err();
        assert_eq!(rejection.code(), Code::R07);
        let text = rejection.to_string();
        assert!(text.contains(word), "{text}");
    }
}

#[test]
fn a_type_that_nobody_knows_is_told_with_the_versions_that_are_known() {
    let said = |name: &str| {
        let text = json!({"specversion": "1.0", "id": "1", "source": "/s", "type": name,
            "time": "2026-03-01T06:00:00Z", "plant": "P1", "data": {}});
        let unread = twin_model::wire::decode(text.to_string().as_bytes()).unwrap_err();
        assert_eq!(unread.rejection.code(), Code::R33);
        unread.rejection.to_string()
    };
    let later = said("mfg.lot.created.v9");
    assert!(later.contains("v9") && later.contains("v1"), "{later}");
    let without = said("mfg.lot.created");
    assert!(
        without.contains("version - of mfg.lot.created ") && without.contains("v1"),
        "{without}"
    );
    let other = said("mfg.lot.created.vx");
    assert!(
        other.contains("version - of mfg.lot.created.vx ") && !other.contains("v1"),
        "{other}"
    );
}
