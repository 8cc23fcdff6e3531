//! Of two words about one thing one counts, whichever arrives first; and what is told of something
//! unknown, held or otherwise measured meets the rule that is about just that.
use serde_json::{Value, json};
use twin_model::wire::snapshot::StoredPlant;
use twin_model::wire::{decode, epcis};
use twin_model::{Code, Event, GateDecision, Kind, Plant, Rejection, Time};

use crate::facts::{
    Fact, asked, created, ends_the_same, event, gate, held, parts, q, tell_all, used,
};

fn time(at: &str) -> Time {
    format!("2026-03-01T{at}:00Z").parse().unwrap()
}

fn plant(facts: &[Fact]) -> Plant {
    let order: Vec<usize> = (0..facts.len()).collect();
    tell_all(facts, &order)
}

/// What a plant says to one more fact.
fn told(plant: &mut Plant, fact: &Fact) -> Result<(), Rejection> {
    let before = plant.state_hash();
    let told = plant.apply(&event(99, fact));
    if told.is_err() {
        assert_eq!(plant.state_hash(), before, "a rejection changes nothing");
    }
    told.map(|_| ())
}

fn order(more: &Value) -> Vec<Fact> {
    let made = json!({"order": "O", "material": "M", "quantity": q("10")});
    let mut released = json!({"order": "O", "operations": [{"op": "10", "work_center": "W"}]});
    for (field, value) in more.as_object().unwrap() {
        released[field] = value.clone();
    }
    vec![
        ("work_order.created", "05:00", made),
        ("work_order.released", "05:10", released),
    ]
}

#[test]
fn of_two_cancellations_of_an_inspection_the_first_by_its_time_counts() {
    let look = json!({"inspection": "I", "lot": "L", "quantity": q("1")});
    let cancelled = |reason: &str| json!({"inspection": "I", "reason": reason});
    let plant = ends_the_same(&[
        created("L", "06:00", None),
        ("inspection.created", "07:00", look),
        ("inspection.cancelled", "09:00", cancelled("a")),
        ("inspection.cancelled", "08:00", cancelled("b")),
        ("inspection.cancelled", "08:00", cancelled("c")),
    ]);
    let inspection = plant.inspection(&"I".parse().unwrap()).unwrap();
    let said = inspection.cancellation().unwrap();
    assert_eq!((said.at, said.reason.as_str()), (time("08:00"), "b"));
}

#[test]
fn of_two_cancellations_of_a_nonconformance_the_first_by_its_time_counts() {
    let found = json!({"nonconformance": "N", "lots": ["L"], "defect": "scratch"});
    let cancelled = |reason: &str| json!({"nonconformance": "N", "reason": reason});
    let plant = ends_the_same(&[
        created("L", "06:00", None),
        ("nonconformance.opened", "07:00", found),
        ("nonconformance.cancelled", "09:00", cancelled("a")),
        ("nonconformance.cancelled", "08:00", cancelled("b")),
    ]);
    let found = plant.nonconformance(&"N".parse().unwrap()).unwrap();
    let said = found.cancellation().unwrap();
    assert_eq!((said.at, said.reason.as_str()), (time("08:00"), "b"));
}

#[test]
fn of_two_set_ups_the_last_by_its_time_counts() {
    let set_up = |to: &str| json!({"order": "O", "op": "10", "work_center": "W", "to_setup": to});
    let mut facts = order(&json!({}));
    facts.push(("operation.setup_started", "06:10", set_up("late")));
    facts.push(("operation.setup_started", "06:00", set_up("early")));
    let plant = ends_the_same(&facts);
    let order = plant.work_order(&"O".parse().unwrap()).unwrap();
    let shown = order.operations()[0].set_up().unwrap();
    assert_eq!(shown.to.as_deref(), Some("late"));
    assert_eq!(shown.at, time("06:10"));
}

#[test]
fn a_withdrawn_technical_completion_leaves_no_trace() {
    let mut facts = order(&json!({}));
    let before = plant(&facts);
    facts.push(("work_order.tech_completed", "08:00", json!({"order": "O"})));
    assert_ne!(plant(&facts).state_hash(), before.state_hash());
    let back = json!({"order": "O", "reason": "more is to come"});
    facts.push(("work_order.tech_completion_withdrawn", "09:00", back));
    assert_eq!(plant(&facts).state_hash(), before.state_hash());
}

#[test]
fn an_order_may_ship_until_the_shelf_life_of_its_lots_ends() {
    let (name, at, mut data) = created("L", "06:00", Some("O"));
    data["expiry"] = json!(time("12:00"));
    let mut facts = order(&json!({}));
    facts.push((name, at, data));
    let plant = plant(&facts);
    let order = plant.work_order(&"O".parse().unwrap()).unwrap();
    let end = time("12:00");
    assert_eq!(order.shippable(&plant, end.plus_micros(-1)), Some(true));
    assert_eq!(order.shippable(&plant, end), Some(false));
    assert_eq!(order.shippable(&plant, end.plus_micros(1)), Some(false));
}

fn moved(name: &'static str, at: &'static str, quantity: &Value) -> Fact {
    let mut data = json!({"order": "O", "lot": "L", "quantity": quantity});
    if name != "goods.received" {
        data["material"] = json!("M");
    }
    (name, at, data)
}

#[test]
fn a_movement_of_an_unknown_lot_waits_for_it() {
    for name in ["material.issued", "material.consumed", "material.returned"] {
        let mut plant = plant(&order(&json!({})));
        let mut fact = moved(name, "06:00", &q("1"));
        if name == "material.returned" {
            let mut given = moved("material.issued", "05:30", &q("1"));
            given.2.as_object_mut().unwrap().remove("lot");
            told(&mut plant, &given).unwrap();
            fact.1 = "06:10";
        }
        let rejection = plant.apply(&event(100, &fact)).unwrap_err();
        let Rejection::NotKnown { object, event } = &rejection else {
            panic!("{rejection}")
        };
        assert_eq!(object.to_string(), "Lot L");
        assert_eq!(*event, format!("mfg.{name}.v1"));
        assert_eq!(rejection.kind(), Kind::Park);
    }
}

#[test]
fn what_a_held_lot_was_to_be_used_for_is_said() {
    for (name, action) in [
        ("material.issued", "issued"),
        ("material.consumed", "consumed"),
    ] {
        let mut facts = order(&json!({}));
        facts.push(created("L", "05:30", None));
        facts.push(held("lot", "L", "05:40"));
        let mut plant = plant(&facts);
        let rejection = told(&mut plant, &moved(name, "06:00", &q("1"))).unwrap_err();
        assert!(rejection.to_string().contains(action), "{rejection}");
        assert!(matches!(rejection, Rejection::OnHold { .. }), "{rejection}");
    }
}

#[test]
fn goods_that_were_received_are_told_of_a_cancellation_that_came_too_late() {
    let mut facts = order(&json!({}));
    facts.push(moved("goods.received", "06:00", &q("3")));
    let cancelled = json!({"order": "O", "reason": "not wanted"});
    facts.push(("work_order.cancelled", "07:00", cancelled));
    let mut plant = plant(&facts[..2]);
    for (n, fact) in [3, 2].into_iter().zip([&facts[3], &facts[2]]) {
        plant.apply(&event(n, fact)).unwrap();
    }
    let order = plant.work_order(&"O".parse().unwrap()).unwrap();
    let found = order.discrepancies();
    let found = found.iter().find(|found| found.code() == Code::R47);
    let text = found.unwrap().to_string();
    assert!(text.contains("3 KGM had been received"), "{text}");
}

#[test]
fn a_material_that_is_listed_in_two_units_has_an_account_for_each() {
    let listed = |value: &str, unit: &str| json!({"material": "RAW", "quantity": {"value": value, "unit": unit}});
    let list = json!({"components": [listed("1", "KGM"), listed("2", "LTR")]});
    let mut facts = order(&list);
    for (n, unit) in ["LTR", "KGM"].into_iter().enumerate() {
        let quantity = json!({"value": (n + 3).to_string(), "unit": unit});
        let data = json!({"order": "O", "material": "RAW", "quantity": quantity});
        facts.push(("material.issued", "06:00", data));
    }
    let plant = plant(&facts);
    let order = plant.work_order(&"O".parse().unwrap()).unwrap();
    let accounts = order.accounts();
    let mut shown: Vec<(&str, String)> = accounts
        .iter()
        .map(|account| (account.unit.as_str(), account.sums.issued.to_string()))
        .collect();
    shown.sort();
    assert_eq!(shown, [("KGM", "4".to_owned()), ("LTR", "3".to_owned())]);
}

fn on_hand(plant: &Plant, lot: &str) -> String {
    let lot = plant.lot(&lot.parse().unwrap()).unwrap();
    lot.on_hand().normalize().to_string()
}

#[test]
fn what_goes_into_and_out_of_a_transformation_is_turned_into_the_units_of_its_lots() {
    let grams =
        |lot: &str, value: &str| json!({"lot": lot, "quantity": {"value": value, "unit": "GRM"}});
    let mut out = grams("B", "250");
    out["material"] = json!("M");
    let made = json!({"inputs": [grams("A", "500")], "outputs": [out]});
    let facts = [
        created("A", "06:00", None),
        created("B", "06:00", None),
        ("lot.transformed", "07:00", made),
    ];
    let plant = plant(&facts);
    assert_eq!(on_hand(&plant, "A"), "9.5");
    assert_eq!(on_hand(&plant, "B"), "10.25");
}

#[test]
fn a_lot_of_another_material_is_refused_for_that_and_not_for_its_unit() {
    let known = [created("A", "06:00", None), created("B", "06:00", None)];
    let mut plant = plant(&known);
    let out = json!({"lot": "B", "material": "OIL", "quantity": {"value": "1", "unit": "LTR"}});
    let made = json!({"inputs": parts(&[("A", "1")]), "outputs": [out]});
    let rejection = told(&mut plant, &("lot.transformed", "07:00", made)).unwrap_err();
    assert_eq!(
        (rejection.code(), rejection.kind()),
        (Code::R43, Kind::Refuse),
        "{rejection}"
    );
    assert_eq!(on_hand(&plant, "A"), "10");
}

#[test]
fn what_waits_blocks_the_gates_of_a_plant_that_comes_from_a_snapshot() {
    let plant = plant(&[created("B", "06:00", None)]);
    let waits = event(7, &used("A", "B", "07:00", None));
    assert_eq!(plant.clone().apply(&waits).unwrap_err().kind(), Kind::Park);
    let restored = || Plant::try_from(StoredPlant::from(&plant)).unwrap();
    let asked = event(8, &asked("D", "B", "08:00"));
    let mut knows = restored();
    knows.restore_waiting(&waits);
    knows.apply(&asked).unwrap();
    let (decision, codes) = gate(&knows, "D");
    assert_ne!(decision, GateDecision::Cleared);
    assert_eq!(codes.len(), 1, "{codes:?}");
    let mut forgot = restored();
    forgot.apply(&asked).unwrap();
    assert_eq!(gate(&forgot, "D").0, GateDecision::Cleared);
}

#[test]
fn an_event_names_the_operation_that_it_is_about() {
    let of = |name: &'static str, data: Value| -> Option<String> {
        let event: Event = event(1, &(name, "06:00", data));
        event.body.operation().map(ToString::to_string)
    };
    let used = |op: Value| json!({"order": "O", "material": "M", "quantity": q("1"), "op": op});
    assert_eq!(of("material.consumed", used(json!("20"))).unwrap(), "20");
    assert_eq!(of("material.consumed", used(Value::Null)), None);
    let retracted = |op: Value| {
        json!({"event": "e", "object": {"kind": "work_order", "id": "O"}, "op": op,
            "type": "mfg.operation.started.v1", "reason": "incorrect_data"})
    };
    assert_eq!(of("event.retracted", retracted(json!("20"))).unwrap(), "20");
    assert_eq!(of("event.retracted", retracted(Value::Null)), None);
    let goods = moved("goods.received", "06:00", &q("1"));
    assert_eq!(of(goods.0, goods.2), None);
}

#[test]
fn a_type_without_a_version_is_not_taken_for_one_with_it() {
    let said = |name: &str| {
        let text = json!({"specversion": "1.0", "id": "1", "source": "/s", "plant": "P1",
            "type": name, "time": "2026-03-01T06:00:00Z", "data": {}});
        let unread = decode(text.to_string().as_bytes()).unwrap_err();
        assert_eq!(unread.rejection.code(), Code::R33);
        unread.rejection.to_string()
    };
    let newer = said("mfg.lot.created.v9");
    assert!(newer.contains("v9") && newer.contains("v1"), "{newer}");
    let bare = said("mfg.lot.created");
    assert!(bare.contains("version - of mfg.lot.created"), "{bare}");
    assert!(bare.contains("knows v1"), "{bare}");
}

#[test]
fn a_window_that_is_empty_or_ends_before_it_begins_has_no_time_to_divide() {
    let stands = json!({"work_center": "W", "item_state": "executing"});
    let plant = plant(&[("work_center.state_changed", "06:00", stands)]);
    let center = plant.work_center(&"W".parse().unwrap()).unwrap();
    let (from, to) = (time("07:00"), time("08:00"));
    assert!(center.periods(from, to).is_some());
    assert_eq!(center.periods(from, from), None);
    assert_eq!(center.periods(to, from), None);
    assert_eq!(center.buckets(from, from), None);
}

#[test]
fn things_are_none_only_without_names_and_without_amounts() {
    let none = epcis::Things::default();
    assert!(none.is_empty());
    let named = epcis::Things {
        epcs: vec!["urn:epc:id:sgtin:1".to_owned()],
        ..epcis::Things::default()
    };
    assert!(!named.is_empty());
}
