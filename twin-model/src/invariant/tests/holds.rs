//! Holds and decisions that something did not hear of.
use super::*;

fn key(lot: &str) -> EntityKey {
    EntityKey::Lot(lot.parse().unwrap())
}

fn delivery() -> EntityKey {
    EntityKey::Shipment("D".parse().unwrap())
}

/// Lot A, made for order O at W from 06:00 to 06:30, from which B was made; C is a part of B.
/// Delivery D wants C and is clear.
fn facts() -> Vec<Told> {
    let order = json!({"order": "O", "material": "M", "quantity": kilos("10")});
    let ops = json!({"order": "O", "operations": [{"op": "10", "work_center": "W"}]});
    let report = |start: &str| {
        json!({"order": "O", "op": "10", "unit": "KGM", "good": "5", "work_center": "W",
        "start": format!("2026-03-01T{start}:00Z"), "output_lots": ["A"]})
    };
    let lot = json!({"lot": "A", "material": "M", "quantity": kilos("10"), "order": "O",
        "op": "10"});
    let used = json!({"inputs": [{"lot": "A", "quantity": kilos("5")}],
        "outputs": [{"lot": "B", "material": "N", "quantity": kilos("5")}]});
    let split = json!({"parent": "B", "children": [{"lot": "C", "quantity": kilos("2")}]});
    let wanted = json!({"delivery": "D", "lots": [{"lot": "C", "quantity": kilos("1")}]});
    vec![
        ("/erp", "work_order.created", "05:00", order),
        ("/erp", "work_order.released", "05:10", ops),
        ("/mes", "operation.progressed", "06:30", report("06:00")),
        ("/mes", "lot.created", "06:30", lot),
        ("/mes", "lot.transformed", "07:00", used),
        ("/wms", "lot.split", "07:10", split),
        ("/wms", "shipment.requested", "07:20", wanted),
    ]
}

fn held(scope: &Value, more: (&str, Value)) -> Told {
    let mut data = json!({"hold": "H", "scope": scope, "reason": "crack"});
    data[more.0] = more.1;
    ("/qms", "hold.placed", "08:00", data)
}

/// The plant before and after the hold.
fn around(scope: &Value, more: (&str, Value)) -> (Plant, Plant) {
    let mut facts = facts();
    let before = plant(&facts);
    facts.push(held(scope, more));
    (before, plant(&facts))
}

fn window(kind: &str, of: (&str, &str), from: &str, to: &str) -> Value {
    let window = json!({"from": format!("2026-03-01T{from}:00Z"),
        "to": format!("2026-03-01T{to}:00Z")});
    json!({"kind": kind, "id": {of.0: of.1, "window": window}})
}

fn all_scopes() -> Vec<Value> {
    vec![
        json!({"kind": "lot", "id": "A"}),
        json!({"kind": "work_order", "id": "O"}),
        window("material_window", ("material", "M"), "06:00", "06:40"),
        window("work_center_window", ("work_center", "W"), "06:10", "06:20"),
    ]
}

#[test]
fn a_lot_that_did_not_hear_of_a_hold_of_any_scope_is_seen() {
    for scope in all_scopes() {
        let (before, now) = around(&scope, ("placed_by", json!("QA")));
        for lot in ["A", "B", "C"] {
            let seen = asleep(&before, &now, &key(lot));
            assert_eq!(seen, [format!("I08 at Lot {lot}")], "{scope}");
        }
    }
}

#[test]
fn a_gate_that_stays_clear_in_spite_of_a_hold_is_seen() {
    for scope in all_scopes() {
        let (before, now) = around(&scope, ("placed_by", json!("QA")));
        let seen = asleep(&before, &now, &delivery());
        assert_eq!(seen, [format!("I07 at {}", delivery())], "{scope}");
        let entities = now.entities().cloned().map(|entity| match entity.key() {
            same if same == delivery() => before.get(&same).unwrap().clone(),
            _ => entity,
        });
        let clear = made_of(&now, entities.collect());
        let found = clear.breaches_since(&now);
        let ids: Vec<&str> = found.iter().map(|found| found.invariant.id()).collect();
        assert!(ids.contains(&"I08"), "it had reached the lot: {ids:?}");
        assert!(
            !before.breaches_since(&before).iter().any(|_| true),
            "nothing was held"
        );
    }
}

#[test]
fn a_hold_that_stays_where_it_is_reaches_parts_and_not_what_was_made() {
    let stays = |lot: &str| {
        let scope = json!({"kind": "lot", "id": lot});
        around(&scope, ("propagate", json!(false)))
    };
    let none: &[&str] = &[];
    let (before, now) = stays("A");
    assert_eq!(asleep(&before, &now, &key("A")), ["I08 at Lot A"]);
    assert_eq!(asleep(&before, &now, &key("B")), none, "made from it");
    assert_eq!(asleep(&before, &now, &delivery()), none);
    let (before, now) = stays("B");
    assert_eq!(asleep(&before, &now, &key("C")), ["I08 at Lot C"], "a part");
}

#[test]
fn a_window_takes_in_what_touches_it_and_no_more() {
    let at = ("work_center", "W");
    for (from, to, reaches) in [
        ("05:00", "06:00", true),
        ("05:00", "05:59", false),
        ("06:30", "07:00", true),
        ("06:31", "07:00", false),
    ] {
        let scope = window("work_center_window", at, from, to);
        let (before, now) = around(&scope, ("placed_by", json!("QA")));
        let seen = asleep(&before, &now, &key("A"));
        assert_eq!(!seen.is_empty(), reaches, "{from} to {to}: {seen:?}");
    }
    let other = window("work_center_window", ("work_center", "V"), "06:00", "07:00");
    let (before, now) = around(&other, ("placed_by", json!("QA")));
    let none: &[&str] = &[];
    assert_eq!(asleep(&before, &now, &key("A")), none);
    let other = window("material_window", ("material", "X"), "06:00", "07:00");
    let (before, now) = around(&other, ("placed_by", json!("QA")));
    assert_eq!(asleep(&before, &now, &key("A")), none);
}

#[test]
fn a_hold_that_is_over_reaches_nothing() {
    let mut facts = facts();
    let before = plant(&facts);
    facts.push(held(&all_scopes()[0], ("placed_by", json!("QA"))));
    let freed = json!({"hold": "H", "disposition": "use as is", "released_by": "QA"});
    facts.push(("/qms", "hold.released", "09:00", freed));
    let now = plant(&facts);
    let none: &[&str] = &[];
    for key in [key("A"), key("C"), delivery()] {
        assert_eq!(asleep(&before, &now, &key), none, "{key}");
    }
}

#[test]
fn what_left_before_the_hold_is_no_breach() {
    let mut facts = facts();
    let token = plant(&facts);
    let token = token.shipment(&"D".parse().unwrap()).unwrap();
    let token = token.clearance().unwrap().token().to_string();
    let gone = json!({"delivery": "D", "gate_token": token});
    facts.push(("/wms", "shipment.confirmed", "07:30", gone));
    facts.push(held(&all_scopes()[0], ("placed_by", json!("QA"))));
    let held = plant(&facts);
    assert_eq!(held.breaches_since(&held), [], "it had left");
}

#[test]
fn what_did_not_hear_of_a_blocking_inspection_is_seen() {
    let look = |blocking: bool| {
        json!({"inspection": "I", "lot": "C", "quantity": kilos("2"),
        "blocking": blocking})
    };
    let around = |blocking: bool| {
        let mut facts = facts();
        let before = plant(&facts);
        facts.push(("/qms", "inspection.created", "08:00", look(blocking)));
        (before, facts)
    };
    let (before, mut facts) = around(true);
    let now = plant(&facts);
    let seen = ["I09 at Inspection I"];
    assert_eq!(asleep(&before, &now, &key("C")), seen, "the lot is free");
    assert_eq!(asleep(&before, &now, &delivery()), seen, "it is cleared");
    let decided = json!({"inspection": "I", "by": "q", "decisions":
        [{"quantity": kilos("2"), "decision": "accept"}]});
    facts.push(("/qms", "inspection.decided", "09:00", decided));
    let over = plant(&facts);
    let none: &[&str] = &[];
    assert_eq!(asleep(&before, &over, &key("C")), none, "it is decided");
    let (before, facts) = around(false);
    let now = plant(&facts);
    assert_eq!(asleep(&before, &now, &key("C")), none, "it blocks nothing");
    assert_eq!(asleep(&before, &now, &delivery()), none);
}
