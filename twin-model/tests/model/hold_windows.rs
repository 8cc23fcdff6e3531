//! Holds on what was made within a window: of a material, or at a work center. They reach what is
//! known, what comes later and all that is made from it, and their release undoes exactly that.
use serde_json::json;
use twin_model::wire::snapshot::StoredPlant;
use twin_model::{Code, GateDecision, LotLifecycle, Plant, ShipmentState};

use crate::facts::{
    Fact, asked, created, ends_the_same, event, gate, parts, q, released, tell, tell_all,
    through_tank, used,
};

fn window(from: &str, to: &str) -> serde_json::Value {
    json!({"from": format!("2026-03-01T{from}:00Z"), "to": format!("2026-03-01T{to}:00Z")})
}

fn material_held(material: &str, (from, to): (&str, &str), at: &'static str) -> Fact {
    let scope = json!({"kind": "material_window",
        "id": {"material": material, "window": window(from, to)}});
    (
        "hold.placed",
        at,
        json!({"hold": "H", "scope": scope, "reason": "wrong steel"}),
    )
}

fn center_held(center: &str, (from, to): (&str, &str), at: &'static str) -> Fact {
    let scope = json!({"kind": "work_center_window",
        "id": {"work_center": center, "window": window(from, to)}});
    (
        "hold.placed",
        at,
        json!({"hold": "H", "scope": scope, "reason": "worn tool"}),
    )
}

fn holds(plant: &Plant, lot: &str) -> (bool, bool) {
    let lot = plant.lot(&lot.parse().unwrap()).unwrap();
    (
        !lot.holds().is_empty(),
        lot.inherited_holds().next().is_some(),
    )
}

const HELD: (bool, bool) = (true, false);
const INHERITS: (bool, bool) = (false, true);
const FREE: (bool, bool) = (false, false);

fn order(id: &str) -> [Fact; 2] {
    [
        (
            "work_order.created",
            "05:00",
            json!({"order": id, "material": "M", "quantity": q("100")}),
        ),
        (
            "work_order.released",
            "05:10",
            json!({"order": id, "operations": [{"op": "10", "work_center": "W"}]}),
        ),
    ]
}

#[test]
fn a_hold_on_a_material_reaches_what_was_made_in_its_window_in_every_order_of_arrival() {
    let facts = [
        material_held("M", ("07:00", "08:00"), "09:30"),
        created("A", "06:59", None),
        created("B", "08:00", None),
        (
            "lot.created",
            "07:30",
            json!({"lot": "N", "material": "N", "quantity": q("10")}),
        ),
        used("B", "C", "09:00", None),
        asked("D", "C", "09:10"),
    ];
    let mut plant = ends_the_same(&facts);
    assert_eq!(holds(&plant, "A"), FREE);
    assert_eq!(holds(&plant, "B"), HELD);
    assert_eq!(holds(&plant, "C"), INHERITS);
    assert_eq!(holds(&plant, "N"), FREE);
    assert_eq!(gate(&plant, "D"), (GateDecision::Blocked, vec![Code::R08]));
    tell(&mut plant, 90, &created("E", "07:10", None)).unwrap();
    assert_eq!(holds(&plant, "E"), HELD, "told after the hold");
    tell(&mut plant, 91, &released("10:00")).unwrap();
    for lot in ["A", "B", "C", "E", "N"] {
        assert_eq!(holds(&plant, lot), FREE, "{lot}");
    }
    assert_eq!(gate(&plant, "D"), (GateDecision::Cleared, vec![]));
    tell(&mut plant, 92, &created("F", "07:20", None)).unwrap();
    assert_eq!(holds(&plant, "F"), FREE, "told after the release");
}

#[test]
fn what_is_filled_again_within_the_window_is_held_since_then() {
    let facts = [
        created("L", "06:00", None),
        created("X", "06:00", None),
        material_held("M", ("08:00", "10:00"), "07:00"),
        used("X", "L", "09:00", None),
        used("L", "K", "07:30", None),
    ];
    let plant = ends_the_same(&facts);
    let lot = plant.lot(&"L".parse().unwrap()).unwrap();
    let since = lot.held_since(plant.hold(&"H".parse().unwrap()).unwrap());
    assert_eq!(since.unwrap().to_string(), "2026-03-01T08:00:00Z");
    assert_eq!((holds(&plant, "L"), holds(&plant, "X")), (HELD, FREE));
}

#[test]
fn a_hold_on_a_work_center_reaches_what_its_operations_made_in_every_order_of_arrival() {
    let made = json!({"order": "O", "op": "10", "inputs": parts(&[("X", "1")]),
        "outputs": [{"lot": "L", "material": "M", "quantity": q("1")}]});
    let start = json!({"order": "O", "op": "10", "work_center": "W"});
    let [planned, release] = order("O");
    let before = [planned, release, created("X", "05:30", None)];
    let facts = [
        center_held("W", ("08:00", "09:00"), "09:30"),
        ("operation.started", "07:00", start),
        ("lot.transformed", "08:30", made),
        asked("D", "L", "09:10"),
    ];
    let all: Vec<Fact> = before.into_iter().chain(facts).collect();
    let mut hashes = Vec::new();
    for order in crate::arrival_order::permutations(4) {
        let order: Vec<usize> = (0..3).chain(order.iter().map(|n| n + 3)).collect();
        let mut plant = tell_all(&all, &order);
        hashes.push(plant.state_hash());
        assert_eq!(
            (holds(&plant, "L"), holds(&plant, "X")),
            (HELD, FREE),
            "{order:?}"
        );
        assert_eq!(gate(&plant, "D"), (GateDecision::Blocked, vec![Code::R07]));
        tell(&mut plant, 90, &released("10:00")).unwrap();
        assert_eq!(holds(&plant, "L"), FREE);
        assert_eq!(gate(&plant, "D"), (GateDecision::Cleared, vec![]));
    }
    assert!(hashes.iter().all(|hash| *hash == hashes[0]));
}

#[test]
fn a_report_that_names_its_lots_says_where_they_were_made() {
    let [planned, release] = order("O");
    let report = json!({"order": "O", "op": "10", "unit": "KGM", "good": "5", "work_center": "V",
        "start": "2026-03-01T07:00:00Z", "end": "2026-03-01T08:30:00Z", "output_lots": ["L"]});
    let facts = [
        planned,
        release,
        ("operation.progressed", "08:30", report),
        created("L", "08:40", None),
        center_held("V", ("08:00", "08:10"), "09:00"),
    ];
    let plant = ends_the_same(&facts);
    assert_eq!(
        holds(&plant, "L"),
        HELD,
        "it was being made, though told later"
    );
    let lot = plant.lot(&"L".parse().unwrap()).unwrap();
    assert_eq!(
        lot.produced_at().unwrap().to_string(),
        "2026-03-01T07:00:00Z"
    );
    assert!(
        plant
            .work_center(&"V".parse().unwrap())
            .unwrap()
            .holds()
            .is_empty()
    );
}

#[test]
fn a_hold_on_a_tank_within_a_window_reaches_what_came_out_of_it() {
    let facts = [
        created("A", "06:00", None),
        through_tank("A", "X", ("08:00", "10:00")),
        through_tank("A", "Y", ("11:00", "12:00")),
        center_held("T", ("10:00", "10:30"), "12:30"),
    ];
    let plant = ends_the_same(&facts);
    assert_eq!((holds(&plant, "X"), holds(&plant, "Y")), (HELD, FREE));
    let bytes = postcard::to_stdvec(&StoredPlant::from(&plant)).unwrap();
    let mut back = Plant::try_from(postcard::from_bytes::<StoredPlant>(&bytes).unwrap()).unwrap();
    assert_eq!(back.state_hash(), plant.state_hash());
    tell(&mut back, 90, &through_tank("A", "Z", ("10:20", "10:40"))).unwrap();
    assert_eq!(
        holds(&back, "Z"),
        HELD,
        "the window is known after a snapshot"
    );
    tell(&mut back, 91, &released("13:00")).unwrap();
    assert_eq!((holds(&back, "X"), holds(&back, "Z")), (FREE, FREE));
}

#[test]
fn a_window_that_comes_after_a_delivery_left_asks_for_a_recall() {
    let mut plant = tell_all(&[created("A", "07:30", None)], &[0]);
    tell(&mut plant, 1, &asked("D", "A", "08:00")).unwrap();
    let delivery = "D".parse().unwrap();
    let token = plant
        .shipment(&delivery)
        .unwrap()
        .clearance()
        .unwrap()
        .token()
        .clone();
    let sent = json!({"delivery": "D", "gate_token": token});
    tell(&mut plant, 2, &("shipment.confirmed", "08:10", sent)).unwrap();
    tell(
        &mut plant,
        3,
        &material_held("M", ("07:00", "08:00"), "09:00"),
    )
    .unwrap();
    let shipment = plant.shipment(&delivery).unwrap();
    assert_eq!(shipment.state(), ShipmentState::RecallRequired);
    assert_eq!(gate(&plant, "D").1, [Code::R37]);
    let hold = plant.hold(&"H".parse().unwrap()).unwrap();
    assert!(hold.recalls().contains(&delivery));
    tell(&mut plant, 4, &released("10:00")).unwrap();
    let shipment = plant.shipment(&delivery).unwrap();
    assert_eq!(shipment.state(), ShipmentState::Shipped);
}

#[test]
fn only_quality_ends_a_hold_on_a_window() {
    let mut plant = tell_all(&[created("A", "07:30", None)], &[0]);
    tell(
        &mut plant,
        1,
        &material_held("M", ("07:00", "08:00"), "09:00"),
    )
    .unwrap();
    let mut foreign = event(2, &released("10:00"));
    foreign.source = "/mes/line".parse().unwrap();
    assert_eq!(plant.apply(&foreign).unwrap_err().code(), Code::R13);
    assert_eq!(holds(&plant, "A"), HELD);
    foreign.source = "/qms".parse().unwrap();
    plant.apply(&foreign).unwrap();
    assert_eq!(holds(&plant, "A"), FREE);
}

#[test]
fn the_lifecycle_of_a_lot_follows_from_its_stock() {
    let facts = [
        created("A", "06:00", None),
        asked("D", "A", "07:00"),
        used("A", "B", "07:10", None),
    ];
    let mut plant = tell_all(&facts, &[0, 1, 2]);
    let is = |plant: &Plant, id: &str| plant.lot(&id.parse().unwrap()).unwrap().lifecycle();
    assert_eq!(is(&plant, "A"), LotLifecycle::OnHand);
    let rest = used("B", "C", "07:20", None);
    tell(&mut plant, 3, &rest).unwrap();
    assert_eq!(is(&plant, "B"), LotLifecycle::Depleted);
    let eight = json!({"inputs": parts(&[("A", "8")]),
        "outputs": [{"lot": "E", "material": "M", "quantity": q("8")}]});
    tell(&mut plant, 4, &("lot.transformed", "07:30", eight)).unwrap();
    let delivery = "D".parse().unwrap();
    let token = plant
        .shipment(&delivery)
        .unwrap()
        .clearance()
        .unwrap()
        .token()
        .clone();
    let sent = json!({"delivery": "D", "gate_token": token});
    tell(&mut plant, 5, &("shipment.confirmed", "08:10", sent)).unwrap();
    assert_eq!(is(&plant, "A"), LotLifecycle::Shipped);
}
