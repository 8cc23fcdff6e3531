//! What readers are shown of an entity: what was told of it, as it was told.
use serde_json::{Value, json};
use twin_model::wire::Direction;
use twin_model::{
    Breach, EntityKey, Field, InspectionState, Invariant, Movement, Plant, ProcessState, Quantity,
    StateHash, Time,
};

use crate::facts::{self, Fact};
use crate::quality_findings::{disposed, family, found, of, opened};
use crate::quality_story::*;

fn plant(facts: &[Fact]) -> Plant {
    let order: Vec<usize> = (0..facts.len()).collect();
    facts::tell_all(facts, &order)
}

fn pieces(value: &str) -> Quantity {
    serde_json::from_value(q(value)).unwrap()
}

fn day(at: &str) -> Time {
    time(at)
}

#[test]
fn a_material_is_shown_as_it_was_published() {
    let told = json!({"material": "BEER", "version": 3, "base_unit": "H87",
        "conversions": [{"unit": "KGM", "numerator": "2", "denominator": "3"}],
        "shelf_life_days": 90, "inspection_required": true, "lot_controlled": true,
        "catch_weight_tolerance": "0.03"});
    let plain = json!({"material": "WATER", "base_unit": "LTR"});
    let plant = plant(&[
        ("material.updated", "06:00", told),
        ("material.updated", "07:00", plain),
    ]);
    let beer = plant.material(&"BEER".parse().unwrap()).unwrap();
    let [beer] = beer.versions() else {
        panic!("one version")
    };
    assert_eq!((beer.number(), beer.at()), (3, day("06:00")));
    assert_eq!(beer.base_unit().as_str(), "H87");
    let [case] = beer.conversions() else {
        panic!("one other unit")
    };
    assert_eq!(
        (case.ratio.numerator(), case.ratio.denominator()),
        (2, 3),
        "{case:?}"
    );
    assert_eq!(beer.shelf_life_days(), Some(90));
    assert!(beer.is_inspected() && beer.is_lot_controlled());
    assert_eq!(beer.catch_weight_tolerance(), Some("0.03".parse().unwrap()));
    let water = plant.material(&"WATER".parse().unwrap()).unwrap();
    let water = &water.versions()[0];
    assert!(!water.is_inspected() && !water.is_lot_controlled());
    assert_eq!(water.shelf_life_days(), None);
    assert_eq!(water.catch_weight_tolerance(), None);
    assert!(water.conversions().is_empty());
}

#[test]
fn an_inspection_is_shown_with_its_plan_and_its_cancellation() {
    let mut story = Story::with_a_lot();
    let plan = json!({"inspection": "I", "lot": "L", "order": "WO", "op": "20",
        "plan_version": "7", "quantity": q("100"), "sample_size": 5, "blocking": true,
        "characteristics": [{"name": "length", "unit": "MMT", "lower": "9", "upper": "11"}]});
    story.tell("inspection.created", "06:20", plan);
    let shown = story.inspection("I");
    assert_eq!(shown.order().unwrap().as_str(), "WO");
    assert_eq!(shown.op().unwrap().as_str(), "20");
    assert_eq!(shown.plan_version().unwrap(), "7");
    assert_eq!(shown.quantity(), Some(pieces("100")));
    assert_eq!(shown.sample_size(), Some(5));
    assert_eq!(shown.characteristics().len(), 1);
    assert_eq!(shown.characteristics()[0].name, "length");
    assert!(shown.is_blocking() && shown.blocks());
    assert_eq!(shown.cancellation(), None);

    let free = json!({"inspection": "J", "lot": "L", "quantity": q("10")});
    story.tell("inspection.created", "06:30", free);
    let shown = story.inspection("J");
    assert!(!shown.is_blocking() && !shown.blocks());
    assert_eq!((shown.order(), shown.plan_version()), (None, None));
    assert_eq!(shown.sample_size(), None);

    story.tell("inspection.cancelled", "06:40", because("I"));
    let shown = story.inspection("I");
    assert_eq!(shown.state(), InspectionState::Cancelled);
    let said = shown.cancellation().unwrap();
    assert_eq!(
        (said.at, said.reason.as_str()),
        (day("06:40"), "a gauge was out of calibration")
    );
    assert!(shown.is_blocking() && !shown.blocks(), "it is over");
}

#[test]
fn a_nonconformance_is_shown_with_how_much_and_how_it_ended() {
    let mut story = family();
    let mut body = opened("N", &["C"]);
    body["quantity"] = q("4");
    story.tell("nonconformance.opened", "07:00", body);
    assert_eq!(found(&story, "N").quantity(), Some(pieces("4")));
    assert_eq!(found(&story, "N").closed_at(), None);
    assert_eq!(found(&story, "N").verification(), None);
    story.tell(
        "nonconformance.dispositioned",
        "08:00",
        disposed("N", &[("C", "use_as_is")]),
    );
    story.tell("nonconformance.verified", "08:10", of("N"));
    story.tell(
        "nonconformance.closed",
        "08:20",
        json!({"nonconformance": "N"}),
    );
    let shown = found(&story, "N");
    let said = shown.verification().unwrap();
    assert_eq!(
        (said.at, said.reason.as_str()),
        (day("08:10"), "measured again")
    );
    assert_eq!(shown.closed_at(), Some(day("08:20")));
    assert_eq!(shown.cancellation(), None);

    story.tell("nonconformance.opened", "09:00", opened("O", &["B"]));
    story.tell("nonconformance.cancelled", "09:10", of("O"));
    let said = found(&story, "O").cancellation().unwrap();
    assert_eq!(
        (said.at, said.reason.as_str()),
        (day("09:10"), "a shadow in the picture")
    );
    assert_eq!(found(&story, "O").quantity(), None);
}

fn order_facts() -> Vec<Fact> {
    let created = json!({"order": "WO", "material": "SHAFT", "quantity": q("10")});
    let released = json!({"order": "WO", "operations": [
        {"op": "10", "work_center": "SAW"},
        {"op": "20", "predecessors": ["10"], "overlap": true}]});
    vec![
        ("work_order.created", "05:00", created),
        ("work_order.released", "05:10", released),
    ]
}

#[test]
fn an_operation_is_shown_with_its_overlap_and_its_last_worker() {
    let mut facts = order_facts();
    for (at, worker) in [("06:00", "ANN"), ("06:30", "BEN")] {
        let body = json!({"order": "WO", "op": "10", "unit": "H87", "good": "1",
            "worker": worker});
        facts.push(("operation.progressed", at, body));
    }
    let plant = plant(&facts);
    let order = plant.work_order(&"WO".parse().unwrap()).unwrap();
    let shown: Vec<_> = order
        .operations()
        .iter()
        .map(|op| {
            (
                op.id().as_str(),
                op.overlaps(),
                op.worker().map(|w| w.as_str()),
            )
        })
        .collect();
    assert_eq!(shown, [("10", false, Some("BEN")), ("20", true, None)]);
}

#[test]
fn a_movement_is_shown_with_its_document_and_what_took_it_back() {
    let mut facts = order_facts();
    facts.push((
        "lot.created",
        "05:20",
        json!({"lot": "A", "material": "STEEL", "quantity": q("100")}),
    ));
    let moved = |document: Option<&str>| {
        json!({"order": "WO", "op": "10", "material": "STEEL", "lot": "A",
            "quantity": q("3"), "document": document})
    };
    facts.push(("material.consumed", "06:00", moved(None)));
    facts.push(("material.issued", "06:10", moved(Some("4711"))));
    let back = json!({"order": "WO", "document": "4711", "reason": "twice"});
    facts.push(("movement.reversed", "06:20", back));
    let plant = plant(&facts);
    let order = plant.work_order(&"WO".parse().unwrap()).unwrap();
    let said = |movement: &Movement| {
        let reversal = movement.reversal();
        (
            movement.kind().as_str(),
            movement.op().map(ToString::to_string),
            movement.document().map(ToString::to_string),
            reversal.map(|(by, why)| (by.to_string(), why.to_string())),
            movement.stands(),
        )
    };
    let shown: Vec<_> = order.movement_list().iter().map(said).collect();
    let back = ("e5".to_owned(), "twice".to_owned());
    assert_eq!(
        shown,
        [
            ("consumed", Some("10".to_owned()), None, None, true),
            ("issued", None, Some("4711".to_owned()), Some(back), false)
        ]
    );
}

#[test]
fn a_delivery_is_shown_with_its_customer_its_clearance_and_its_end() {
    let mut story = Story::new();
    story.tell("lot.created", "06:00", lot("L", "unrestricted"));
    let mut body = request("D", "L", "60");
    body["customer"] = json!("ACME");
    story.tell("shipment.requested", "06:10", body);
    story.tell("shipment.requested", "06:11", request("E", "L", "1"));
    assert_eq!(story.shipment("D").customer().unwrap(), "ACME");
    assert_eq!(story.shipment("E").customer(), None);
    let clearance = story.shipment("D").clearance().unwrap();
    let seen: Vec<&str> = clearance
        .versions()
        .iter()
        .map(|(lot, _)| lot.as_str())
        .collect();
    assert_eq!(seen, ["L"]);
    assert!(!clearance.versions()[0].1.is_empty());
    assert_eq!(story.shipment("D").end(), None);
    let token = clearance.token().to_string();
    let confirmed = json!({"delivery": "D", "gate_token": token});
    story.tell("shipment.confirmed", "06:20", confirmed);
    assert!(story.shipment("D").end().is_some());
    assert_eq!(story.shipment("D").shipped_at(), Some(day("06:20")));
    let cancelled = json!({"delivery": "E", "reason": "not wanted"});
    story.tell("shipment.cancelled", "06:30", cancelled);
    assert!(story.shipment("E").end().is_some());
    assert_eq!(story.shipment("E").shipped_at(), None);
}

#[test]
fn a_plant_says_how_many_entities_it_has_and_a_hash_its_bytes() {
    let empty = Plant::new("P1".parse().unwrap());
    assert!(empty.is_empty());
    assert_eq!((empty.len(), empty.current_entity()), (0, None));
    let known = plant(&[
        facts::created("A", "06:00", None),
        facts::created("B", "06:00", None),
    ]);
    assert!(!known.is_empty());
    assert_eq!(known.len(), known.entities().count());
    let hash = known.state_hash();
    assert_eq!(StateHash::from(*hash.as_bytes()), hash);
    assert_ne!(hash.as_bytes(), empty.state_hash().as_bytes());
}

#[test]
fn a_work_center_is_shown_with_its_reason_and_the_places_of_holds() {
    let stopped = json!({"work_center": "W", "item_state": "out_of_service",
        "reason": "no coolant"});
    let held = |id: &str, scope: Value| {
        let data = json!({"hold": id, "scope": scope, "reason": "crack"});
        ("hold.placed", "07:00", data)
    };
    let window = json!({"from": day("05:00"), "to": day("06:00")});
    let window = json!({"kind": "work_center_window",
        "id": {"work_center": "V", "window": window}});
    let plant = plant(&[
        ("work_center.state_changed", "06:00", stopped),
        held("H1", json!({"kind": "work_center", "id": "W"})),
        held("H2", window),
        held("H3", json!({"kind": "lot", "id": "L"})),
    ]);
    let center = plant.work_center(&"W".parse().unwrap()).unwrap();
    assert_eq!(center.reason().unwrap(), "no coolant");
    let place = |hold: &str| {
        let hold = plant.hold(&hold.parse().unwrap()).unwrap();
        hold.scope().place().map(ToString::to_string)
    };
    assert_eq!(place("H1").as_deref(), Some("W"));
    assert_eq!(place("H2").as_deref(), Some("V"));
    assert_eq!(place("H3"), None);
}

#[test]
fn a_unit_is_shown_with_when_it_was_emptied() {
    let pack = |lots: &[(&str, &str)], action: &str, at: &'static str| {
        let data = json!({"unit": "U", "lots": facts::parts(lots), "action": action});
        ("lot.packed", at, data)
    };
    let mut told = vec![
        facts::created("A", "06:00", None),
        pack(&[("A", "5")], "add", "07:00"),
    ];
    let shown = |told: &[Fact]| {
        let plant = plant(told);
        let unit = plant.logistic_unit(&"U".parse().unwrap()).unwrap();
        (unit.emptied_at(), unit.is_empty())
    };
    assert_eq!(shown(&told), (None, false));
    told.push(pack(&[], "remove", "08:00"));
    assert_eq!(shown(&told), (Some(day("08:00")), true));
}

#[test]
fn states_of_processes_and_directions_have_their_names() {
    use ProcessState::{Asking, Off, Retrying, Settled, Undone, Waiting, WithPerson};
    let names =
        [Waiting, Asking, Retrying, WithPerson, Settled, Undone, Off].map(ProcessState::as_str);
    assert_eq!(
        names,
        [
            "waiting",
            "asking",
            "retrying",
            "with_person",
            "settled",
            "undone",
            "off"
        ]
    );
    assert_eq!(
        [Direction::In, Direction::Out].map(Direction::as_str),
        ["in", "out"]
    );
}

#[test]
fn an_operation_is_shown_with_its_position_and_whether_it_runs() {
    let of = |op: &str, more: Value| {
        let mut data = json!({"order": "WO", "op": op});
        for (key, value) in more.as_object().unwrap() {
            data[key] = value.clone();
        }
        data
    };
    let running = |facts: &[Fact]| -> Vec<(String, Option<u32>, bool)> {
        let plant = plant(facts);
        let order = plant.work_order(&"WO".parse().unwrap()).unwrap();
        let shown = order.operations().iter();
        shown
            .map(|op| (op.id().to_string(), op.position(), op.is_running()))
            .collect()
    };
    let row = |op: &str, position: Option<u32>, runs: bool| (op.to_owned(), position, runs);
    let mut facts = order_facts();
    let (ten, twenty) = (Some(0), Some(1));
    assert_eq!(
        running(&facts),
        [row("10", ten, false), row("20", twenty, false)]
    );
    facts.push((
        "operation.started",
        "06:00",
        of("10", json!({"work_center": "SAW"})),
    ));
    facts.push((
        "operation.started",
        "06:00",
        of("20", json!({"work_center": "SAW"})),
    ));
    assert_eq!(
        running(&facts),
        [row("10", ten, true), row("20", twenty, true)]
    );
    let done = of("10", json!({"unit": "H87", "good": "10"}));
    facts.push(("operation.completed", "07:00", done));
    let end = of(
        "20",
        json!({"reason": "broken", "wip_disposition": "scrap"}),
    );
    facts.push(("operation.aborted", "07:00", end));
    assert_eq!(
        running(&facts),
        [row("10", ten, false), row("20", twenty, false)]
    );
}

#[test]
fn a_breach_says_which_rule_is_broken_and_where() {
    let breach = Breach {
        invariant: Invariant::LotBalance,
        object: EntityKey::Lot("L".parse().unwrap()),
        text: "less than nothing".to_owned(),
    };
    assert_eq!(breach.to_string(), "I02 at Lot L: less than nothing");
}

#[test]
fn a_number_below_nothing_is_read_as_its_text_is() {
    let read = |value: Value| -> Quantity {
        serde_json::from_value(json!({"value": value, "unit": "H87"})).unwrap()
    };
    assert_eq!(read(json!(-3)), read(json!("-3")));
    assert_ne!(read(json!(-3)), read(json!("0")));
    assert_eq!(read(json!(3)), read(json!("3")));
    assert_eq!(read(json!(2.5)), read(json!("2.5")));
}

#[test]
fn a_rejection_says_what_to_do() {
    let mut plant = Plant::new("P1".parse().unwrap());
    let unknown = facts::used("A", "B", "06:00", None);
    let rejection = plant.apply(&facts::event(1, &unknown)).unwrap_err();
    let advice = rejection.what_to_do();
    assert!(advice.len() > 20 && advice.ends_with('.'), "{advice}");
    assert_eq!(
        rejection.waits_for(),
        Some(EntityKey::Lot("A".parse().unwrap()))
    );
}

#[test]
fn a_work_center_is_shown_with_its_capacity_and_a_table_with_its_rows() {
    let configured = json!({"work_center": "W", "capacity": 7});
    let table = json!({"version": 4, "sources": [{"source": "/line/7", "system": "mes"}],
        "owners": [{"entity": "work_order", "field": "release", "owner": "mes"}]});
    let known = plant(&[
        ("work_center.configured", "06:00", configured),
        ("ownership.published", "06:10", table),
    ]);
    let center = known.work_center(&"W".parse().unwrap()).unwrap();
    assert_eq!(center.configuration().unwrap().capacity(), 7);
    let table = known.ownership().unwrap();
    assert_eq!(table.table_version(), 4);
    let sources: Vec<String> = table.sources().keys().map(ToString::to_string).collect();
    assert_eq!(sources, ["/line/7"]);
    assert_eq!(
        table.owners().keys().copied().collect::<Vec<_>>(),
        [Field::OrderRelease]
    );
}
