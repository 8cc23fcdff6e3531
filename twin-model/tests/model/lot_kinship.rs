//! Splits, merges and tanks: what becomes of quantities, of the genealogy and of holds.
use serde_json::json;
use twin_model::wire::{decode, snapshot::StoredPlant};
use twin_model::{Code, Decimal, GateDecision, Kind, Kinship, Lot, Plant};

use crate::facts::{
    asked, created, ends_the_same, event, gate, held, merged, q, released, split, tell, tell_all,
    through_tank, used,
};

fn lot<'p>(plant: &'p Plant, id: &str) -> &'p Lot {
    plant.lot(&id.parse().unwrap()).unwrap()
}

fn on_hand(plant: &Plant, id: &str) -> Decimal {
    lot(plant, id).on_hand()
}

/// The parents of a lot, each with how it came in and how much of it.
fn parents(plant: &Plant, id: &str) -> Vec<(String, Kinship, Decimal)> {
    let parents = lot(plant, id).parents().iter();
    parents
        .map(|(parent, part)| (parent.to_string(), part.by, part.quantity))
        .collect()
}

fn is_held(plant: &Plant, id: &str) -> bool {
    lot(plant, id).all_holds().next().is_some()
}

#[test]
fn a_split_moves_its_quantities_and_ties_the_parts_to_the_lot() {
    let plant = ends_the_same(&[
        created("A", "06:00", None),
        split("A", &[("A1", "3"), ("A2", "4")], "07:00"),
        split("A1", &[("A11", "2")], "08:00"),
    ]);
    for (id, there) in [("A", 3), ("A1", 1), ("A2", 4), ("A11", 2)] {
        assert_eq!(on_hand(&plant, id), there.into(), "{id}");
    }
    let of = |id: &str, quantity: i64| vec![(id.to_owned(), Kinship::Split, quantity.into())];
    assert_eq!(parents(&plant, "A11"), of("A1", 2));
    assert_eq!(parents(&plant, "A2"), of("A", 4));
    let flows = lot(&plant, "A1").stock().flows();
    assert_eq!(
        (flows.parted, flows.split_out().total()),
        (3.into(), 2.into())
    );
    assert_eq!(lot(&plant, "A1").received(), 0.into());
    let part = lot(&plant, "A11");
    assert_eq!(
        (part.material().as_str(), part.unit().as_str()),
        ("M", "KGM")
    );
}

#[test]
fn a_merge_moves_its_quantities_and_ties_the_child_to_every_lot() {
    let plant = ends_the_same(&[
        created("A", "06:00", None),
        created("B", "06:00", None),
        merged(&[("A", "3"), ("B", "4"), ("A", "1")], ("C", "8"), "07:00"),
        merged(&[("B", "1")], ("C", "1"), "08:00"),
    ]);
    for (id, there) in [("A", 6), ("B", 5), ("C", 9)] {
        assert_eq!(on_hand(&plant, id), there.into(), "{id}");
    }
    let expected = [
        ("A".to_owned(), Kinship::Merged, 4.into()),
        ("B".to_owned(), Kinship::Merged, 5.into()),
    ];
    assert_eq!(parents(&plant, "C"), expected);
}

#[test]
fn a_split_and_a_merge_wait_for_what_they_need_and_are_refused_for_what_cannot_be() {
    let facts = [created("A", "06:00", None), created("B", "06:00", None)];
    let mut plant = tell_all(&facts, &[0, 1]);
    let mut meets = |fact, code: Code, kind: Kind| {
        let rejection = plant.apply(&event(9, &fact)).unwrap_err();
        assert_eq!(
            (rejection.code(), rejection.kind()),
            (code, kind),
            "{fact:?}"
        );
        assert_eq!(tell(&mut plant, 9, &fact), Err(code));
    };
    meets(split("X", &[("Y", "1")], "07:00"), Code::R01, Kind::Park);
    meets(
        merged(&[("A", "1"), ("X", "1")], ("C", "2"), "07:00"),
        Code::R01,
        Kind::Park,
    );
    let too_much = split("A", &[("Y", "6"), ("Z", "5")], "07:00");
    meets(too_much, Code::R17, Kind::Park);
    let too_much = merged(&[("A", "6"), ("A", "5")], ("C", "11"), "07:00");
    meets(too_much, Code::R17, Kind::Park);
    let pieces = json!({"value": "1", "unit": "H87"});
    let (name, at, mut other_unit) = split("A", &[("Y", "1")], "07:00");
    other_unit["children"][0]["quantity"] = pieces.clone();
    // The material may still be published, and say how many pieces a kilogram is.
    meets((name, at, other_unit), Code::R19, Kind::Park);
    let (name, at, mut other_unit) = merged(&[("A", "1")], ("C", "1"), "07:00");
    other_unit["parents"][0]["quantity"] = pieces;
    meets((name, at, other_unit), Code::R19, Kind::Park);
    let (name, at, mut other) = merged(&[("A", "1")], ("B", "1"), "07:00");
    other["child"]["material"] = json!("N");
    meets((name, at, other), Code::R43, Kind::Refuse);
    meets(split("A", &[("A", "1")], "07:00"), Code::R15, Kind::Refuse);
    assert!(plant.lot(&"C".parse().unwrap()).is_none());
    assert_eq!(on_hand(&plant, "A"), 10.into());
}

#[test]
fn a_circle_is_refused_with_its_path_whatever_would_close_it() {
    let facts = [
        created("A", "06:00", None),
        split("A", &[("B", "4")], "07:00"),
        merged(&[("B", "2")], ("C", "2"), "08:00"),
        used("C", "D", "09:00", None),
    ];
    let closing = [
        split("D", &[("A", "1")], "10:00"),
        merged(&[("D", "1")], ("A", "1"), "10:00"),
        used("D", "A", "10:00", None),
        through_tank("D", "A", ("09:30", "10:00")),
    ];
    for fact in &closing {
        let mut plant = tell_all(&facts, &[0, 1, 2, 3]);
        let cycle = plant.apply(&event(9, fact)).unwrap_err();
        assert_eq!((cycle.code(), cycle.kind()), (Code::R15, Kind::Refuse));
        assert!(cycle.to_string().contains("(A -> B -> C -> D)"), "{cycle}");
        assert_eq!(tell(&mut plant, 9, fact), Err(Code::R15));
        assert!(lot(&plant, "A").parents().is_empty());
    }
}

#[test]
fn a_hold_goes_on_through_splits_and_merges_in_every_order_of_arrival() {
    let facts = [
        created("A", "06:00", None),
        created("B", "06:00", None),
        // Neither uses anything up, so both are taken though the hold was placed before.
        held("lot", "A", "06:30"),
        split("A", &[("A1", "4")], "07:00"),
        merged(&[("A1", "2"), ("B", "2")], ("C", "4"), "08:00"),
        asked("D", "C", "09:00"),
    ];
    let mut plant = ends_the_same(&facts);
    assert_eq!(gate(&plant, "D"), (GateDecision::Blocked, vec![Code::R08]));
    assert!(is_held(&plant, "A1") && is_held(&plant, "C") && !is_held(&plant, "B"));
    let late = used("C", "E", "09:00", None);
    assert_eq!(tell(&mut plant, 90, &late), Err(Code::R07));
    tell(&mut plant, 91, &released("10:00")).unwrap();
    assert_eq!(gate(&plant, "D"), (GateDecision::Cleared, vec![]));
    assert!(!is_held(&plant, "A") && !is_held(&plant, "A1") && !is_held(&plant, "C"));
}

#[test]
fn what_was_in_a_tank_at_overlapping_times_is_in_what_left_it() {
    let mut facts = vec![
        through_tank("A", "X", ("08:00", "10:00")),
        through_tank("B", "Y", ("09:00", "11:00")),
        // Begins as the one before ends, and long after the first has ended.
        through_tank("C", "Z", ("11:00", "12:00")),
    ];
    facts.extend(["A", "B", "C"].map(|id| created(id, "06:00", None)));
    let plant = ends_the_same(&facts);
    let merged = |id: &str| (id.to_owned(), Kinship::Merged, Decimal::ONE);
    let shared = |id: &str| (id.to_owned(), Kinship::Commingled, Decimal::ZERO);
    assert_eq!(parents(&plant, "X"), [merged("A"), shared("B")]);
    let y = [shared("A"), merged("B"), shared("C")];
    assert_eq!(parents(&plant, "Y"), y);
    assert_eq!(parents(&plant, "Z"), [shared("B"), merged("C")]);
    for id in ["A", "B", "C"] {
        assert_eq!(on_hand(&plant, id), 9.into(), "nothing more was taken");
    }
    let since = lot(&plant, "X").parents()[&"B".parse().unwrap()].since;
    assert_eq!(since.to_string(), "2026-03-01T09:00:00Z");
    let made = lot(&plant, "X").made_at()[&"T".parse().unwrap()];
    assert_eq!(made, lot(&plant, "X").production().unwrap());
    let bytes = postcard::to_stdvec(&StoredPlant::from(&plant)).unwrap();
    let mut back = Plant::try_from(postcard::from_bytes::<StoredPlant>(&bytes).unwrap()).unwrap();
    assert_eq!(back.state_hash(), plant.state_hash());
    // What comes back from a snapshot still knows who was in the tank.
    tell(&mut back, 90, &created("E", "06:00", None)).unwrap();
    tell(&mut back, 91, &through_tank("E", "V", ("11:30", "13:00"))).unwrap();
    assert_eq!(parents(&back, "V"), [shared("C"), merged("E")]);
    assert_eq!(parents(&back, "Z"), [shared("B"), merged("C"), shared("E")]);
}

#[test]
fn a_hold_on_one_filling_reaches_everything_that_shared_the_tank_with_it() {
    let facts = [
        created("A", "06:00", None),
        created("B", "06:00", None),
        held("lot", "B", "12:00"),
        through_tank("A", "X", ("08:00", "10:00")),
        through_tank("B", "Y", ("09:00", "11:00")),
        asked("D", "X", "11:30"),
    ];
    let plant = ends_the_same(&facts);
    assert_eq!(gate(&plant, "D"), (GateDecision::Blocked, vec![Code::R08]));
    assert!(is_held(&plant, "Y") && !is_held(&plant, "A"));
}

#[test]
fn a_filling_that_waits_blocks_what_shared_the_tank_with_it() {
    let facts = [
        created("A", "06:00", None),
        through_tank("A", "X", ("08:00", "10:00")),
    ];
    let mut plant = tell_all(&facts, &[0, 1]);
    tell(&mut plant, 2, &asked("D", "X", "11:00")).unwrap();
    assert_eq!(gate(&plant, "D"), (GateDecision::Cleared, vec![]));
    let waits = event(3, &through_tank("B", "Y", ("09:00", "11:00")));
    assert_eq!(plant.apply(&waits).unwrap_err().code(), Code::R01);
    plant.note_waiting(&waits, true);
    assert_eq!(gate(&plant, "D"), (GateDecision::Blocked, vec![Code::R45]));
    // One that did not share it is free, also when it comes later.
    tell(&mut plant, 4, &through_tank("A", "Z", ("11:30", "12:00"))).unwrap();
    tell(&mut plant, 5, &asked("E", "Z", "12:30")).unwrap();
    assert_eq!(gate(&plant, "E"), (GateDecision::Cleared, vec![]));
    tell(&mut plant, 6, &created("B", "06:00", None)).unwrap();
    plant.apply(&waits).unwrap();
    plant.note_waiting(&waits, false);
    assert_eq!(gate(&plant, "D"), (GateDecision::Cleared, vec![]));
    assert_eq!(parents(&plant, "X").len(), 2);
}

#[test]
fn what_flows_back_into_its_tank_is_not_made_from_itself_and_a_detour_is_a_circle() {
    let facts = [
        created("A", "06:00", None),
        through_tank("A", "X", ("08:00", "10:00")),
        created("X", "06:00", None),
        through_tank("X", "Y", ("09:00", "11:00")),
    ];
    let mut plant = ends_the_same(&facts);
    let names = |plant: &Plant, id: &str| -> Vec<String> {
        parents(plant, id).into_iter().map(|(id, ..)| id).collect()
    };
    assert_eq!(names(&plant, "X"), ["A"]);
    assert_eq!(names(&plant, "Y"), ["A", "X"]);
    tell(&mut plant, 90, &used("X", "W", "10:30", None)).unwrap();
    let detour = through_tank("W", "V", ("09:30", "09:45"));
    let cycle = plant.apply(&event(91, &detour)).unwrap_err();
    assert_eq!(cycle.code(), Code::R15);
    assert!(cycle.to_string().contains("(X -> W)"), "{cycle}");
    assert!(plant.lot(&"V".parse().unwrap()).is_none());
}

#[test]
fn a_lot_is_drawn_from_tanks_so_often_and_no_more() {
    let mut plant = tell_all(&[created("A", "06:00", None)], &[0]);
    let most = json!({"value": "100000", "unit": "KGM"});
    let more = json!({"lot": "A", "counted": most, "booked": q("0"), "reason": "found"});
    tell(&mut plant, 1, &("stock.adjusted", "06:10", more)).unwrap();
    let drawn = |number: usize| {
        let (name, at, mut data) = through_tank("A", "X", ("08:00", "08:00"));
        let time = format!("2026-03-01T08:{:02}:{:02}Z", number / 60, number % 60);
        data["window"] = json!({"from": time, "to": time});
        (name, at, data)
    };
    for number in 0..1_000 {
        plant.apply(&event(number + 10, &drawn(number))).unwrap();
    }
    let full = plant.apply(&event(5_000, &drawn(1_000))).unwrap_err();
    assert_eq!((full.code(), full.kind()), (Code::R52, Kind::Exception));
    assert_eq!(tell(&mut plant, 5_000, &drawn(1_000)), Err(Code::R52));
    assert_eq!(on_hand(&plant, "X"), 1_000.into());
}

#[test]
fn windows_that_mean_nothing_are_unreadable_at_their_place() {
    let unreadable = |name: &str, data: serde_json::Value, at: &str| {
        let text = json!({"specversion": "1.0", "id": "1", "source": "/s", "plant": "P1",
            "type": format!("mfg.{name}.v1"), "time": "2026-03-01T06:00:00Z", "data": data});
        let error = decode(text.to_string().as_bytes()).unwrap_err();
        assert_eq!(error.rejection.code(), Code::R34);
        assert!(
            error.rejection.to_string().contains(at),
            "{}",
            error.rejection
        );
    };
    let (name, _, mut data) = through_tank("A", "X", ("08:00", "10:00"));
    data["window"]["to"] = json!("2026-03-01T07:00:00Z");
    unreadable(name, data, "$.data.window");
    let (name, _, data) = split("A", &[("B", "1"), ("B", "1")], "08:00");
    unreadable(name, data, "$.data.children");
    let (name, _, mut data) = merged(&[], ("C", "1"), "08:00");
    unreadable(name, data.clone(), "$.data.parents");
    data["parents"] = json!(vec![json!({"lot": "A", "quantity": q("1")}); 1_001]);
    unreadable(name, data, "$.data.parents");
}
