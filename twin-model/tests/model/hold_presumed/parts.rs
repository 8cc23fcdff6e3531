//! Parts of lots that the warehouse receives for the order: they are as the lots are.

use serde_json::json;
use twin_model::Plant;

use super::{any_order, held, holds, order, received, reported, started};
use crate::facts::{Fact, created, released, split, tell, used};

/// Lot A was made by operation 10 at SAW, operation 20 goes on at PACK, and the warehouse receives
/// a part of A for the order.
fn facts(center: &str) -> [Fact; 5] {
    [
        reported("O", "07:05", json!(["A"])),
        created("A", "06:50", None),
        split("A", &[("P", "5")], "07:30"),
        received("O", "P", "08:00"),
        held(center, "06:30", "09:00"),
    ]
}

fn worked() -> Vec<Fact> {
    let mut first: Vec<Fact> = order("O").into();
    first.extend([
        started("O", "10", "SAW", "06:00"),
        reported("O", "07:00", json!([])),
        started("O", "20", "PACK", "07:10"),
    ]);
    first
}

fn held_of(plant: &Plant, lots: &[&str]) -> Vec<bool> {
    lots.iter().map(|lot| holds(plant, lot)).collect()
}

#[test]
fn a_part_of_a_lot_whose_operation_is_known_is_held_where_that_was_made_and_nowhere_else() {
    let plant = any_order(&worked(), &facts("PACK"));
    assert_eq!(held_of(&plant, &["A", "P"]), [false, false]);
    let mut plant = any_order(&worked(), &facts("SAW"));
    assert_eq!(held_of(&plant, &["A", "P"]), [true, true]);
    tell(&mut plant, 90, &released("10:00")).unwrap();
    assert_eq!(held_of(&plant, &["A", "P"]), [false, false]);
}

#[test]
fn the_work_that_a_hold_meets_may_be_told_last() {
    let mut first: Vec<Fact> = order("O").into();
    first.extend([
        started("O", "10", "SAW", "06:00"),
        reported("O", "07:05", json!(["A"])),
        created("A", "06:50", None),
    ]);
    let told = [
        started("O", "20", "PACK", "07:10"),
        split("A", &[("P", "5")], "07:30"),
        received("O", "P", "08:00"),
        received("O", "N", "08:10"),
        held("PACK", "06:30", "09:00"),
    ];
    let plant = any_order(&first, &told);
    assert_eq!(held_of(&plant, &["A", "P", "N"]), [false, false, true]);
}

#[test]
fn a_part_of_a_lot_that_is_presumed_itself_is_held_by_it() {
    let told = [
        received("O", "A", "07:20"),
        split("A", &[("P", "5")], "07:30"),
        received("O", "P", "08:00"),
        held("PACK", "06:30", "09:00"),
    ];
    let mut plant = any_order(&worked(), &told);
    assert_eq!(held_of(&plant, &["A", "P"]), [true, true]);
    let part = plant.lot(&"P".parse().unwrap()).unwrap();
    let reach = part.reach_of(&"H".parse().unwrap()).unwrap();
    assert_eq!(reach.steps, 2, "from the order over A");
    let named = reported("O", "07:05", json!(["A"]));
    tell(&mut plant, 90, &named).unwrap();
    assert_eq!(held_of(&plant, &["A", "P"]), [false, false]);
}

#[test]
fn a_part_of_a_lot_that_nobody_knows_to_be_of_the_order_is_presumed() {
    let told = &facts("PACK")[1..];
    let mut plant = any_order(&worked(), told);
    assert_eq!(held_of(&plant, &["A", "P"]), [false, true]);
    tell(&mut plant, 90, &reported("O", "07:05", json!(["A"]))).unwrap();
    assert_eq!(held_of(&plant, &["A", "P"]), [false, false]);
    // A part of two lots, of which only one is of the order.
    let mut two = facts("PACK").to_vec();
    two.push(split("B", &[("P", "1")], "07:40"));
    let mut first = worked();
    first.push(created("B", "06:50", None));
    let plant = any_order(&first, &two[1..]);
    assert_eq!(held_of(&plant, &["A", "B", "P"]), [false, false, true]);
}

#[test]
fn what_is_more_than_parts_is_presumed_and_free_again_when_that_is_taken_back() {
    let mut plant = any_order(&worked(), &facts("PACK"));
    tell(&mut plant, 90, &received("O", "P", "08:10")).unwrap();
    assert_eq!(held_of(&plant, &["A", "P"]), [false, true]);
    tell(&mut plant, 91, &split("P", &[("Q", "1")], "08:20")).unwrap();
    assert_eq!(held_of(&plant, &["Q"]), [true]);
    let twice = json!({"order": "O", "event": "e90", "reason": "received twice"});
    tell(&mut plant, 92, &("movement.reversed", "08:30", twice)).unwrap();
    assert_eq!(held_of(&plant, &["A", "P", "Q"]), [false, false, false]);
    assert_eq!(plant.breaches(), vec![]);
}

#[test]
fn what_was_made_besides_or_told_of_its_own_is_presumed() {
    let told = [
        split("A", &[("P", "5")], "07:30"),
        received("O", "P", "08:00"),
        held("PACK", "06:30", "09:00"),
        used("X", "P", "07:40", None),
    ];
    let mut first = worked();
    first.extend([
        reported("O", "07:05", json!(["A", "X"])),
        created("A", "06:50", None),
        created("X", "06:50", None),
    ]);
    let plant = any_order(&first, &told);
    assert_eq!(held_of(&plant, &["A", "X", "P"]), [false, false, true]);
    let own = created("P", "07:40", Some("O"));
    let plant = any_order(&first, &[told[0].clone(), told[2].clone(), own]);
    assert_eq!(
        held_of(&plant, &["A", "P"]),
        [false, true],
        "10, and 5 came from A"
    );
}

#[test]
fn the_report_that_brings_the_work_may_be_the_first_to_name_the_lot_of_it() {
    let first: Vec<Fact> = order("O").into();
    let at_saw = json!({"order": "O", "op": "10", "work_center": "SAW", "unit": "KGM", "good": "5",
        "output_lots": ["A"], "start": "2026-03-01T07:05:00Z"});
    let told = [
        created("A", "06:50", None),
        used("A", "K", "07:30", Some("O")),
        ("operation.progressed", "07:05", at_saw),
        held("SAW", "06:30", "09:00"),
    ];
    let plant = any_order(&first, &told);
    assert_eq!(held_of(&plant, &["A", "K"]), [true, true]);
    let windows = [held("SAW", "06:30", "07:04"), held("SAW", "07:06", "09:00")];
    for elsewhere in windows {
        let told = [&told[..3], &[elsewhere]].concat();
        let plant = any_order(&first, &told);
        assert_eq!(held_of(&plant, &["A", "K"]), [false, false]);
    }
}
