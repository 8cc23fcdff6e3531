//! Logistic units: what is in what, and what a hold on something in it does to whoever wants it.
use serde_json::{Value, json};
use twin_model::wire::{decode, snapshot::StoredPlant};
use twin_model::{Code, Decimal, GateDecision, Kind, LogisticUnit, Plant, ShipmentState};

use crate::facts::{
    Fact, asked, created, ends_the_same, event, gate, held, parts, q, released, tell, tell_all,
    used,
};

fn packing(
    unit: &str,
    (lots, units): (&[(&str, &str)], &[&str]),
    action: &str,
    at: &'static str,
) -> Fact {
    let data = json!({"unit": unit, "lots": parts(lots), "units": units, "action": action});
    ("lot.packed", at, data)
}

fn packed(unit: &str, lots: &[(&str, &str)], at: &'static str) -> Fact {
    packing(unit, (lots, &[]), "add", at)
}

fn stacked(unit: &str, units: &[&str], at: &'static str) -> Fact {
    packing(unit, (&[], units), "add", at)
}

fn taken_out(unit: &str, lots: &[(&str, &str)], units: &[&str], at: &'static str) -> Fact {
    packing(unit, (lots, units), "remove", at)
}

/// A shipment of units with all that is in them.
fn wanted(delivery: &str, units: &[&str], at: &'static str) -> Fact {
    let data = json!({"delivery": delivery, "lots": [], "units": units});
    ("shipment.requested", at, data)
}

fn confirmed(delivery: &str, token: &str, at: &'static str) -> Fact {
    let data = json!({"delivery": delivery, "gate_token": token});
    ("shipment.confirmed", at, data)
}

fn unit<'p>(plant: &'p Plant, id: &str) -> &'p LogisticUnit {
    plant.logistic_unit(&id.parse().unwrap()).unwrap()
}

fn lots_in(plant: &Plant, id: &str) -> Vec<(String, Decimal)> {
    let lots = unit(plant, id).lots().into_iter();
    lots.map(|(lot, _, much)| (lot.to_string(), much)).collect()
}

fn units_in(plant: &Plant, id: &str) -> Vec<String> {
    unit(plant, id).units().map(ToString::to_string).collect()
}

fn token(plant: &Plant, delivery: &str) -> String {
    let shipment = plant.shipment(&delivery.parse().unwrap()).unwrap();
    shipment.clearance().unwrap().token().to_string()
}

fn texts(plant: &Plant, delivery: &str) -> Vec<String> {
    let shipment = plant.shipment(&delivery.parse().unwrap()).unwrap();
    shipment
        .reasons()
        .iter()
        .map(|r| r.text.to_string())
        .collect()
}

fn amount(plant: &Plant, lot: &str) -> (Decimal, Decimal) {
    let lot = plant.lot(&lot.parse().unwrap()).unwrap();
    (lot.reserved(), lot.shipped())
}

#[test]
fn what_is_in_a_unit_follows_from_times_and_not_from_the_order_of_arrival() {
    let plant = ends_the_same(&[
        packed("P", &[("A", "5")], "08:00"),
        packed("C", &[("B", "2")], "08:30"),
        stacked("P", &["C"], "09:00"),
        taken_out("P", &[("A", "2")], &[], "10:00"),
        taken_out("C", &[], &[], "10:30"),
        packed("C", &[("B", "1")], "11:00"),
    ]);
    assert_eq!(lots_in(&plant, "P"), [("A".to_owned(), 3.into())]);
    assert_eq!(units_in(&plant, "P"), ["C"]);
    assert_eq!(lots_in(&plant, "C"), [("B".to_owned(), 1.into())]);
    let lot = "B".parse().unwrap();
    assert_eq!(
        plant.units_of(&lot).map(|u| u.as_str()).collect::<Vec<_>>(),
        ["C"]
    );
}

#[test]
fn a_unit_that_goes_from_one_into_another_is_where_it_went_last() {
    let plant = ends_the_same(&[
        packed("C", &[("A", "1")], "07:00"),
        stacked("P1", &["C"], "08:00"),
        taken_out("P1", &[], &["C"], "09:00"),
        stacked("P2", &["C"], "10:00"),
    ]);
    assert!(units_in(&plant, "P1").is_empty());
    assert_eq!(units_in(&plant, "P2"), ["C"]);
    // Of two words for one and the same time that one counts which lets nothing pass unseen.
    let plant = ends_the_same(&[
        stacked("P", &["C"], "08:00"),
        taken_out("P", &[], &["C"], "08:00"),
    ]);
    assert_eq!(units_in(&plant, "P"), ["C"]);
}

#[test]
fn a_unit_is_as_bad_as_what_is_deepest_in_it() {
    let facts = [
        created("A", "06:00", None),
        used("A", "X", "07:00", None),
        packed("C", &[("X", "1")], "08:00"),
        stacked("P", &["C"], "09:00"),
        wanted("D", &["P"], "10:00"),
        held("lot", "A", "12:00"),
    ];
    let mut plant = ends_the_same(&facts);
    assert_eq!(gate(&plant, "D"), (GateDecision::Blocked, vec![Code::R08]));
    assert!(
        texts(&plant, "D")[0].contains("Lot X "),
        "{:?}",
        texts(&plant, "D")
    );
    tell(&mut plant, 90, &released("13:00")).unwrap();
    assert_eq!(gate(&plant, "D"), (GateDecision::Cleared, vec![]));
    // What is taken out does not count any more.
    tell(&mut plant, 91, &packed("P", &[("A", "1")], "14:00")).unwrap();
    let again = json!({"hold": "H2", "scope": {"kind": "lot", "id": "X"}, "reason": "crack"});
    tell(&mut plant, 92, &("hold.placed", "15:00", again)).unwrap();
    assert_eq!(gate(&plant, "D"), (GateDecision::Blocked, vec![Code::R07]));
    tell(&mut plant, 93, &taken_out("P", &[], &["C"], "16:00")).unwrap();
    assert_eq!(gate(&plant, "D"), (GateDecision::Cleared, vec![]));
}

#[test]
fn what_is_on_hold_is_not_packed_until_quality_decides_and_its_unit_does_not_leave_meanwhile() {
    let facts = [
        created("A", "06:00", None),
        created("B", "06:00", None),
        held("lot", "A", "07:00"),
        packed("U", &[("B", "1")], "07:30"),
        packed("U", &[("A", "1")], "08:00"),
        wanted("D", &["U"], "09:00"),
    ];
    let mut plant = tell_all(&facts, &[0, 1, 2, 3, 5]);
    assert_eq!(gate(&plant, "D"), (GateDecision::Cleared, vec![]));
    let packing = event(4, &facts[4]);
    let waits = plant.apply(&packing).unwrap_err();
    assert_eq!((waits.code(), waits.kind()), (Code::R07, Kind::Park));
    assert!(waits.to_string().contains("packed"), "{waits}");
    assert_eq!(lots_in(&plant, "U").len(), 1, "a rejection changes nothing");
    plant.note_waiting(&packing, true);
    assert_eq!(gate(&plant, "D"), (GateDecision::Blocked, vec![Code::R51]));
    plant.note_waiting(&packing, false);
    assert_eq!(gate(&plant, "D"), (GateDecision::Cleared, vec![]));

    let mut until_released = facts.to_vec();
    until_released.push(released("10:00"));
    let plant = ends_the_same(&until_released);
    assert_eq!(gate(&plant, "D"), (GateDecision::Cleared, vec![]));
    assert_eq!(lots_in(&plant, "U").len(), 2);
}

/// Operation 10 of order WO-1 made lot A of one piece, of which nobody has heard yet.
fn made_by_an_order(at: &'static str) -> Fact {
    let data = json!({"order": "WO-1", "op": "10", "unit": "KGM", "good": "1",
        "output_lots": ["A"]});
    ("operation.progressed", at, data)
}

#[test]
fn a_lot_that_nobody_has_announced_is_held_by_the_order_that_made_it() {
    let order = json!({"order": "WO-1", "material": "M", "quantity": q("10")});
    let release = json!({"order": "WO-1", "operations": [{"op": "10"}]});
    let known = [
        ("work_order.created", "05:00", order),
        ("work_order.released", "05:10", release),
        made_by_an_order("06:00"),
    ];
    for placed in ["05:30", "07:00"] {
        let mut facts = known.to_vec();
        facts.push(held("work_order", "WO-1", placed));
        let mut plant = tell_all(&facts, &[0, 1, 2, 3]);
        // The hold reaches the lot when it is placed and the lot is made, whichever is later.
        let before = packed("U", &[("A", "1")], "05:45");
        tell(&mut plant, 10, &before).unwrap();
        let late = packed("U", &[("A", "1")], "08:00");
        assert_eq!(tell(&mut plant, 11, &late), Err(Code::R07), "{placed}");
        let unmade = packed("U", &[("B", "1")], "08:00");
        tell(&mut plant, 12, &unmade).unwrap();
        tell(&mut plant, 13, &released("09:00")).unwrap();
        tell(&mut plant, 11, &late).unwrap();
    }
}

#[test]
fn a_unit_with_something_on_hold_in_it_goes_into_no_other() {
    let facts = [
        created("A", "06:00", None),
        packed("C", &[("A", "1")], "07:00"),
        held("lot", "A", "08:00"),
    ];
    let mut plant = tell_all(&facts, &[0, 1, 2]);
    assert_eq!(
        tell(&mut plant, 3, &stacked("P", &["C"], "09:00")),
        Err(Code::R07)
    );
    assert!(plant.logistic_unit(&"P".parse().unwrap()).is_none());
    // From before the hold it is only late; and out of a unit everything may go.
    tell(&mut plant, 4, &stacked("P", &["C"], "07:30")).unwrap();
    tell(&mut plant, 5, &taken_out("P", &[], &["C"], "10:00")).unwrap();
    assert!(units_in(&plant, "P").is_empty());
}

#[test]
fn what_an_inspection_has_not_decided_is_packed_and_does_not_leave() {
    let inspection = json!({"inspection": "I", "lot": "A", "quantity": q("10"), "blocking": true});
    let plant = ends_the_same(&[
        created("A", "06:00", None),
        ("inspection.created", "06:30", inspection),
        packed("U", &[("A", "1")], "08:00"),
        wanted("D", &["U"], "09:00"),
    ]);
    assert_eq!(lots_in(&plant, "U"), [("A".to_owned(), 1.into())]);
    assert_eq!(gate(&plant, "D"), (GateDecision::Blocked, vec![Code::R11]));
}

#[test]
fn no_unit_is_in_itself_and_a_late_unpacking_undoes_the_knot() {
    let facts = [
        stacked("A", &["B"], "08:00"),
        stacked("B", &["C"], "08:10"),
        stacked("C", &["A"], "09:00"),
        taken_out("A", &[], &["B"], "08:30"),
    ];
    let mut plant = tell_all(&facts, &[0, 1]);
    let circle = plant.apply(&event(2, &facts[2])).unwrap_err();
    assert_eq!((circle.code(), circle.kind()), (Code::R65, Kind::Park));
    assert!(circle.to_string().contains("(C -> B -> A)"), "{circle}");
    assert_eq!(tell(&mut plant, 2, &facts[2]), Err(Code::R65));
    let plant = ends_the_same(&facts);
    assert_eq!(units_in(&plant, "C"), ["A"]);
    assert!(units_in(&plant, "A").is_empty());
}

#[test]
fn a_token_is_good_for_what_was_in_the_unit_and_not_for_what_came_later() {
    let facts = [
        created("A", "06:00", None),
        created("B", "06:00", None),
        packed("U", &[("A", "5")], "07:00"),
        wanted("D", &["U"], "08:00"),
    ];
    let mut plant = tell_all(&facts, &[0, 1, 2, 3]);
    let first = token(&plant, "D");
    assert_eq!(amount(&plant, "A"), (5.into(), 0.into()));
    tell(
        &mut plant,
        4,
        &packed("U", &[("A", "2"), ("B", "1")], "08:30"),
    )
    .unwrap();
    assert_eq!(gate(&plant, "D"), (GateDecision::Cleared, vec![]));
    let second = token(&plant, "D");
    assert_ne!(first, second);
    assert_eq!(
        amount(&plant, "A"),
        (7.into(), 0.into()),
        "the reservation follows"
    );
    let refused = plant
        .apply(&event(5, &confirmed("D", &first, "09:00")))
        .unwrap_err();
    assert_eq!(refused.code(), Code::R09);
    assert!(refused.to_string().contains("lot A"), "{refused}");
    tell(&mut plant, 6, &taken_out("U", &[("B", "1")], &[], "09:10")).unwrap();
    assert_eq!(amount(&plant, "B"), (0.into(), 0.into()));
    let third = token(&plant, "D");
    tell(&mut plant, 7, &confirmed("D", &third, "09:30")).unwrap();
    assert_eq!(amount(&plant, "A"), (0.into(), 7.into()));
    assert_eq!(amount(&plant, "B"), (0.into(), 0.into()));
}

#[test]
fn what_has_left_in_a_unit_is_called_back_and_what_is_packed_into_it_later_is_not() {
    let facts = [
        created("A", "06:00", None),
        created("B", "06:00", None),
        packed("U", &[("A", "5")], "07:00"),
        wanted("D", &["U"], "08:00"),
    ];
    let mut plant = tell_all(&facts, &[0, 1, 2, 3]);
    let token = token(&plant, "D");
    tell(&mut plant, 4, &confirmed("D", &token, "09:00")).unwrap();
    tell(&mut plant, 5, &taken_out("U", &[], &[], "10:00")).unwrap();
    tell(&mut plant, 6, &packed("U", &[("B", "1")], "10:10")).unwrap();
    tell(&mut plant, 7, &held("lot", "B", "11:00")).unwrap();
    let state = |plant: &Plant| plant.shipment(&"D".parse().unwrap()).unwrap().state();
    assert_eq!(state(&plant), ShipmentState::Shipped);
    let late = json!({"hold": "H2", "scope": {"kind": "lot", "id": "A"}, "reason": "crack"});
    tell(&mut plant, 8, &("hold.placed", "08:30", late)).unwrap();
    assert_eq!(state(&plant), ShipmentState::RecallRequired);
    assert_eq!(gate(&plant, "D").1, [Code::R37]);
}

#[test]
fn nobody_ships_a_unit_of_which_nobody_has_told_what_is_in_it() {
    let facts = [
        created("A", "06:00", None),
        stacked("P", &["C"], "07:00"),
        packed("P", &[("A", "1")], "07:10"),
        wanted("D", &["P"], "08:00"),
        wanted("E", &["NOWHERE"], "08:00"),
    ];
    let mut plant = ends_the_same(&facts);
    assert_eq!(gate(&plant, "D"), (GateDecision::Blocked, vec![Code::R51]));
    assert!(
        texts(&plant, "D")[0].contains("unit C"),
        "{:?}",
        texts(&plant, "D")
    );
    assert_eq!(gate(&plant, "E"), (GateDecision::Blocked, vec![Code::R01]));
    tell(&mut plant, 90, &packed("C", &[("A", "1")], "06:50")).unwrap();
    assert_eq!(gate(&plant, "D"), (GateDecision::Cleared, vec![]));
    // A lot that nobody knows is judged like one that is wanted by itself.
    tell(&mut plant, 91, &packed("NOWHERE", &[("Z", "1")], "06:50")).unwrap();
    assert_eq!(gate(&plant, "E"), (GateDecision::Blocked, vec![Code::R01]));
    assert!(
        texts(&plant, "E")[0].contains("Lot Z"),
        "{:?}",
        texts(&plant, "E")
    );
}

#[test]
fn more_out_of_a_unit_than_into_it_shows_until_the_late_packing_comes() {
    let mut plant = tell_all(&[taken_out("U", &[("A", "3")], &[], "09:00")], &[0]);
    let broken = |plant: &Plant| -> Vec<Code> {
        let found = unit(plant, "U").discrepancies();
        found.iter().map(|found| found.code()).collect()
    };
    assert_eq!(broken(&plant), [Code::R50]);
    assert!(lots_in(&plant, "U").is_empty());
    tell(&mut plant, 1, &packed("U", &[("A", "2")], "08:00")).unwrap();
    assert_eq!(broken(&plant), [Code::R50]);
    tell(&mut plant, 2, &packed("U", &[("A", "2")], "08:00")).unwrap();
    assert_eq!(broken(&plant), []);
    assert_eq!(lots_in(&plant, "U"), [("A".to_owned(), 1.into())]);
}

#[test]
fn two_deliveries_do_not_both_get_what_is_in_one_unit() {
    let mut plant = tell_all(
        &[
            created("A", "06:00", None),
            packed("U", &[("A", "8")], "07:00"),
            wanted("D", &["U"], "08:00"),
            wanted("E", &["U"], "08:10"),
            asked("F", "A", "08:20"),
        ],
        &[0, 1, 2, 3, 4],
    );
    assert_eq!(gate(&plant, "D"), (GateDecision::Cleared, vec![]));
    assert_eq!(gate(&plant, "E"), (GateDecision::Blocked, vec![Code::R16]));
    assert!(
        texts(&plant, "E")[0].contains('D'),
        "{:?}",
        texts(&plant, "E")
    );
    assert_eq!(
        gate(&plant, "F"),
        (GateDecision::Cleared, vec![]),
        "two are left"
    );
    let off = json!({"delivery": "D", "reason": "not wanted"});
    tell(&mut plant, 5, &("shipment.cancelled", "09:00", off)).unwrap();
    assert_eq!(gate(&plant, "E"), (GateDecision::Cleared, vec![]));
    assert_eq!(amount(&plant, "A"), (9.into(), 0.into()));
}

#[test]
fn a_plant_knows_what_is_in_its_units_after_a_restart() {
    let facts = [
        created("A", "06:00", None),
        packed("C", &[("A", "1")], "07:00"),
        stacked("P", &["C"], "07:10"),
        wanted("D", &["P"], "08:00"),
    ];
    let plant = tell_all(&facts, &[0, 1, 2, 3]);
    let stored = postcard::to_stdvec(&StoredPlant::from(&plant)).unwrap();
    let stored: StoredPlant = postcard::from_bytes(&stored).unwrap();
    let mut again = Plant::try_from(stored).unwrap();
    assert_eq!(again.state_hash(), plant.state_hash());
    assert_eq!(token(&again, "D"), token(&plant, "D"));
    tell(&mut again, 4, &held("lot", "A", "09:00")).unwrap();
    assert_eq!(gate(&again, "D"), (GateDecision::Blocked, vec![Code::R07]));
}

#[test]
fn a_unit_keeps_so_many_entries_and_no_more_until_it_is_empty() {
    let mut plant = Plant::new("P1".parse().unwrap());
    let full = |n: usize| {
        let lots: Vec<Value> = (0..1_000)
            .map(|k| json!({"lot": format!("L{n}-{k}"), "quantity": q("1")}))
            .collect();
        ("lot.packed", "07:00", json!({"unit": "U", "lots": lots}))
    };
    for n in 0..10 {
        tell(&mut plant, n, &full(n)).unwrap();
    }
    let one_more = packed("U", &[("A", "1")], "08:00");
    let refused = plant.apply(&event(10, &one_more)).unwrap_err();
    assert_eq!(
        (refused.code(), refused.kind()),
        (Code::R52, Kind::Exception)
    );
    assert_eq!(tell(&mut plant, 10, &one_more), Err(Code::R52));
    tell(&mut plant, 11, &taken_out("U", &[], &[], "07:30")).unwrap();
    tell(&mut plant, 10, &one_more).unwrap();
    assert_eq!(lots_in(&plant, "U"), [("A".to_owned(), 1.into())]);
}

#[test]
fn packings_that_mean_nothing_are_unreadable_at_their_place() {
    let unreadable = |(name, _, data): Fact, at: &str| {
        let text = json!({"specversion": "1.0", "id": "1", "source": "/s", "plant": "P1",
            "type": format!("mfg.{name}.v1"), "time": "2026-03-01T06:00:00Z", "data": data});
        let error = decode(text.to_string().as_bytes()).unwrap_err().rejection;
        assert_eq!(error.code(), Code::R34);
        assert!(error.to_string().contains(at), "{error}");
    };
    unreadable(packed("U", &[], "07:00"), "$.data.lots");
    unreadable(
        packed("U", &[("A", "1"), ("A", "1")], "07:00"),
        "$.data.lots",
    );
    unreadable(stacked("U", &["U"], "07:00"), "$.data.units");
    unreadable(stacked("U", &["C", "C"], "07:00"), "$.data.units");
    unreadable(
        stacked("106141412345678909", &["C"], "07:00"),
        "$.data.unit",
    );
    unreadable(wanted("D", &["U", "U"], "07:00"), "$.data.units");
    unreadable(wanted("D", &[], "07:00"), "$.data.lots");
    let mut plant = tell_all(
        &[packed("106141412345678908", &[("A", "1")], "07:00")],
        &[0],
    );
    let half = (
        "lot.packed",
        "07:00",
        json!({"unit": "U", "lots": [
        {"lot": "A", "quantity": {"value": "0.5", "unit": "H87"}}]}),
    );
    assert_eq!(tell(&mut plant, 1, &half), Err(Code::R20));
}
