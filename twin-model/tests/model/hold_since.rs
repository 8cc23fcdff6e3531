//! A hold reaches a lot since some time: what was done with the lot before that is a late report,
//! however the hold and the report arrive. Gates are decisions: they look at every open hold.
use twin_model::wire::snapshot::StoredPlant;
use twin_model::{Code, GateDecision, Hold, Plant};

use crate::facts::{asked, created, ends_the_same, gate, held, tell, tell_all, used};

fn held_since(plant: &Plant, lot: &str) -> Option<String> {
    let hold: &Hold = plant.hold(&"H".parse().unwrap()).unwrap();
    let since = plant.lot(&lot.parse().unwrap()).unwrap().held_since(hold);
    since.map(|at| at.to_string()[11..16].to_owned())
}

#[test]
fn what_was_done_before_a_lot_joined_a_held_order_counts_in_every_order_of_arrival() {
    let mut plant = ends_the_same(&[
        created("L", "06:00", None),
        created("X", "06:00", None),
        held("work_order", "O", "07:00"),
        // From here on some of L was made for the held order.
        used("X", "L", "09:00", Some("O")),
        used("L", "M", "08:00", None),
    ]);
    assert_eq!(held_since(&plant, "L").as_deref(), Some("09:00"));
    assert_eq!(held_since(&plant, "M").as_deref(), Some("09:00"));
    assert_eq!(held_since(&plant, "X"), None);
    let late = used("L", "N", "09:00", None);
    assert_eq!(tell(&mut plant, 90, &late), Err(Code::R07));
    assert_eq!(tell(&mut plant, 91, &used("L", "N", "08:59", None)), Ok(()));
}

#[test]
fn what_was_done_before_a_lot_was_refilled_from_a_held_one_counts_in_every_order_of_arrival() {
    let mut plant = ends_the_same(&[
        created("L", "06:00", None),
        created("X", "06:00", None),
        held("work_order", "O", "07:00"),
        used("X", "B", "08:00", Some("O")),
        // Before B belonged to the order, so it was not held then, and what it gave is.
        created("B", "06:00", None),
        used("B", "L", "07:50", None),
    ]);
    assert_eq!(held_since(&plant, "B").as_deref(), Some("08:00"));
    assert_eq!(held_since(&plant, "L").as_deref(), Some("08:00"));
    assert_eq!(tell(&mut plant, 90, &used("L", "N", "07:55", None)), Ok(()));
    assert_eq!(held_since(&plant, "N").as_deref(), Some("08:00"));
    let late = used("N", "P", "08:00", None);
    assert_eq!(tell(&mut plant, 91, &late), Err(Code::R07));
}

#[test]
fn of_several_ways_the_earliest_counts_and_an_earlier_one_is_handed_on() {
    let mut plant = ends_the_same(&[
        held("work_order", "O", "06:30"),
        created("X", "06:00", None),
        used("X", "C", "08:00", Some("O")),
        used("C", "D", "06:45", None),
        created("C", "06:10", None),
    ]);
    assert_eq!(held_since(&plant, "D").as_deref(), Some("08:00"));
    // A second way that is as old as the hold, told last of all.
    let earlier = created("K", "06:20", Some("O"));
    assert_eq!(tell(&mut plant, 80, &earlier), Ok(()));
    assert_eq!(tell(&mut plant, 81, &used("K", "C", "06:25", None)), Ok(()));
    assert_eq!(held_since(&plant, "C").as_deref(), Some("06:30"));
    assert_eq!(held_since(&plant, "D").as_deref(), Some("06:45"));
    let late = used("D", "E", "06:46", None);
    assert_eq!(tell(&mut plant, 82, &late), Err(Code::R07));
    let before = used("D", "E", "06:44", None);
    assert_eq!(tell(&mut plant, 83, &before), Ok(()));
}

#[test]
fn a_gate_looks_at_a_hold_whatever_its_since() {
    let mut plant = ends_the_same(&[
        created("L", "06:00", None),
        created("X", "06:00", None),
        held("work_order", "O", "07:00"),
        used("X", "L", "09:00", Some("O")),
    ]);
    tell(&mut plant, 90, &asked("D", "L", "08:00")).unwrap();
    assert_eq!(gate(&plant, "D"), (GateDecision::Blocked, vec![Code::R08]));
}

#[test]
fn since_when_a_lot_is_reached_survives_a_snapshot() {
    let facts = [
        created("L", "06:00", None),
        created("X", "06:00", None),
        held("work_order", "O", "07:00"),
        used("X", "L", "09:00", Some("O")),
    ];
    let plant = tell_all(&facts, &[0, 1, 2, 3]);
    let bytes = postcard::to_stdvec(&StoredPlant::from(&plant)).unwrap();
    let stored: StoredPlant = postcard::from_bytes(&bytes).unwrap();
    let mut back = Plant::try_from(stored).unwrap();
    assert_eq!(back.state_hash(), plant.state_hash());
    assert_eq!(held_since(&back, "L").as_deref(), Some("09:00"));
    assert_eq!(tell(&mut back, 90, &used("L", "N", "08:00", None)), Ok(()));
    let late = used("L", "N", "09:30", None);
    assert_eq!(tell(&mut back, 91, &late), Err(Code::R07));
}
