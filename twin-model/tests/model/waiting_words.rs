//! What is told of an order that nobody knows yet is kept once, and all of it counts at its birth;
//! and what waits itself, and would tell where a lot comes from, keeps that lot.

use serde_json::json;
use twin_model::wire::snapshot::StoredPlant;
use twin_model::{Code, GateDecision, Kind, Plant, Time};

use crate::arrival_order::permutations;
use crate::facts::{Fact, asked, created, ends_the_same, event, gate, parts, q, tell_all, used};

/// Some of a lot is made for order O by an operation.
fn made(lot: &str, at: &'static str, op: Option<&str>) -> Fact {
    let data = json!({"order": "O", "op": op, "inputs": parts(&[("S", "1")]),
        "outputs": [{"lot": lot, "material": "M", "quantity": q("1")}]});
    ("lot.transformed", at, data)
}

fn order() -> Fact {
    let data = json!({"order": "O", "material": "M", "quantity": q("100")});
    ("work_order.created", "05:00", data)
}

fn lots(plant: &Plant) -> Vec<String> {
    let order = plant.work_order(&"O".parse().unwrap()).unwrap();
    order.lots().keys().map(ToString::to_string).collect()
}

#[test]
fn lots_that_differ_in_anything_are_all_of_the_order_that_comes_later() {
    let plant = ends_the_same(&[
        created("S", "05:30", None),
        made("A", "06:00", None),
        made("B", "06:00", None),
        made("B", "06:10", Some("10")),
        made("C", "06:10", Some("10")),
        order(),
    ]);
    assert_eq!(lots(&plant), ["A", "B", "C"]);
}

#[test]
fn a_lot_that_is_told_of_twice_belongs_to_the_order_since_the_first_time() {
    let hold = json!({"hold": "H", "reason": "crack", "scope": {"kind": "work_order", "id": "O"}});
    let taken = json!({"inputs": parts(&[("A", "1")]),
        "outputs": [{"lot": "B", "material": "M", "quantity": q("1")}]});
    let facts = [
        created("S", "05:30", None),
        made("A", "06:00", None),
        made("A", "06:30", None),
        ("lot.transformed", "06:10", taken),
        ("hold.placed", "07:00", hold),
    ];
    let plant = ends_the_same(&facts);
    let id = "H".parse().unwrap();
    for lot in ["A", "B"] {
        let lot = plant.lot(&lot.parse().unwrap()).unwrap();
        assert!(lot.all_holds().any(|hold| *hold == id), "{}", lot.id());
    }
    // And the order, when it comes, has its lot and the hold.
    let mut later = plant;
    later.apply(&event(9, &order())).unwrap();
    assert_eq!(lots(&later), ["A"]);
    assert_eq!(later.breaches(), vec![]);
    let o = later.work_order(&"O".parse().unwrap()).unwrap();
    assert!(o.is_held());
}

#[test]
fn a_lot_that_several_reports_name_before_it_is_known_belongs_to_all_their_orders() {
    let order = |id: &str| -> [Fact; 2] {
        let data = json!({"order": id, "material": "M", "quantity": q("100")});
        [
            ("work_order.created", "05:00", data),
            ("work_order.released", "05:10", json!({"order": id})),
        ]
    };
    let report = |id: &str, op: &str, at: &'static str| -> Fact {
        let data = json!({"order": id, "op": op, "unit": "KGM", "good": "1", "output_lots": ["L"]});
        ("operation.progressed", at, data)
    };
    let mut facts: Vec<Fact> = order("O").into_iter().chain(order("P")).collect();
    facts.extend([
        report("P", "10", "06:00"),
        report("O", "20", "06:10"),
        report("O", "10", "06:20"),
        created("L", "06:30", None),
    ]);
    let mut ends = Vec::new();
    for told in permutations(4) {
        let order: Vec<usize> = (0..4).chain(told.into_iter().map(|n| 4 + n)).collect();
        let plant = tell_all(&facts, &order);
        for id in ["O", "P"] {
            let order = plant.work_order(&id.parse().unwrap()).unwrap();
            let lots: Vec<&str> = order.lots().keys().map(|lot| lot.as_str()).collect();
            assert_eq!(lots, ["L"], "{id}");
        }
        let lot = plant.lot(&"L".parse().unwrap()).unwrap();
        let shown = (lot.order().unwrap().as_str(), lot.op().unwrap().as_str());
        assert_eq!(shown, ("O", "10"), "the smallest of all");
        ends.push(plant.state_hash());
    }
    assert!(ends.iter().all(|end| *end == ends[0]));
}

#[test]
fn what_waits_to_tell_the_origin_of_a_lot_keeps_it_from_leaving_until_it_is_told_or_dropped() {
    let child = json!({"lot": "B", "material": "M", "quantity": q("1")});
    for (name, data) in [
        (
            "lot.transformed",
            json!({"inputs": parts(&[("X", "1")]), "outputs": [child]}),
        ),
        (
            "lot.split",
            json!({"parent": "X", "children": parts(&[("B", "1")])}),
        ),
        (
            "lot.merged",
            json!({"parents": parts(&[("X", "1")]), "child": child}),
        ),
    ] {
        let facts = [
            created("B", "06:00", None),
            used("B", "C", "06:10", None),
            asked("D", "B", "06:20"),
            asked("E", "C", "06:30"),
            created("A", "06:00", None),
            asked("F", "A", "06:40"),
        ];
        let mut plant = tell_all(&facts, &[0, 1, 2, 3, 4, 5]);
        let decisions = |plant: &Plant| ["D", "E", "F"].map(|delivery| gate(plant, delivery));
        let clear = || (GateDecision::Cleared, vec![]);
        let awaited = || (GateDecision::Blocked, vec![Code::R45]);
        assert_eq!(decisions(&plant), [clear(), clear(), clear()]);
        let waits = event(9, &(name, "06:05", data));
        assert_eq!(
            plant.apply(&waits).unwrap_err().kind(),
            Kind::Park,
            "{name}"
        );
        plant.note_waiting(&waits, true);
        assert_eq!(decisions(&plant), [awaited(), awaited(), clear()], "{name}");
        plant.note_waiting(&waits, false);
        assert_eq!(decisions(&plant), [clear(), clear(), clear()], "{name}");
    }
}

#[test]
fn a_lot_of_which_two_words_wait_is_kept_until_neither_does() {
    let facts = [
        created("B", "06:00", None),
        used("B", "C", "06:10", None),
        asked("D", "B", "06:20"),
        asked("E", "C", "06:30"),
    ];
    let mut plant = tell_all(&facts, &[0, 1, 2, 3]);
    let decisions = |plant: &Plant| ["D", "E"].map(|delivery| gate(plant, delivery).0);
    let waits = ["X", "Y"].map(|from| event(9, &used(from, "B", "06:05", None)));
    for word in &waits {
        plant.note_waiting(word, true);
        assert_eq!(decisions(&plant), [GateDecision::Blocked; 2]);
    }
    plant.note_waiting(&waits[0], false);
    assert_eq!(decisions(&plant), [GateDecision::Blocked; 2]);
    plant.note_waiting(&waits[1], false);
    assert_eq!(decisions(&plant), [GateDecision::Cleared; 2]);
}

/// An operation with its order, and from when to when it made something of lot L.
type Report = (&'static str, &'static str, &'static str, &'static str);

/// Of two reports that name a lot which is not known yet, the one is kept that says all of both;
/// where each says something of its own both are. The lot is since the earlier end of the order.
#[test]
fn of_two_reports_about_a_lot_that_is_to_come_only_what_says_more_is_kept() {
    let all: Report = ("O", "10", "07:00", "08:00");
    let cases: [(Report, usize, &str); 6] = [
        (("O", "10", "07:30", "08:00"), 1, "08:00"),
        (("O", "10", "06:30", "08:00"), 1, "08:00"),
        (("O", "10", "07:00", "07:30"), 2, "07:30"),
        (("O", "10", "07:30", "08:30"), 2, "08:00"),
        (("O", "20", "07:30", "08:00"), 2, "08:00"),
        (("P", "10", "07:30", "08:00"), 2, "08:00"),
    ];
    for (other, kept, since) in cases {
        let told = |(order, op, from, to): Report| -> Fact {
            let data = json!({"order": order, "op": op, "unit": "KGM", "good": "1",
                "start": format!("2026-03-01T{from}:00Z"), "output_lots": ["L"]});
            ("operation.progressed", to, data)
        };
        let mut facts: Vec<Fact> = Vec::new();
        for id in ["O", "P"] {
            let data = json!({"order": id, "material": "M", "quantity": q("100")});
            facts.push(("work_order.created", "05:00", data));
            facts.push(("work_order.released", "05:10", json!({"order": id})));
        }
        facts.extend([told(all), told(other)]);
        let both = [[0, 1, 2, 3, 4, 5], [0, 1, 2, 3, 5, 4]];
        let mut plants = both.map(|order| tell_all(&facts, &order));
        for plant in &mut plants {
            let unborn = StoredPlant::from(&*plant).unborn;
            let count: usize = unborn.iter().map(|(_, messages)| messages.len()).sum();
            assert_eq!(count, kept, "{other:?}");
            plant
                .apply(&event(9, &created("L", "09:00", None)))
                .unwrap();
            let order = plant.work_order(&"O".parse().unwrap()).unwrap();
            let known: Time = format!("2026-03-01T{since}:00Z").parse().unwrap();
            assert_eq!(order.lots().values().next(), Some(&known), "{other:?}");
        }
        assert_eq!(plants[0].state_hash(), plants[1].state_hash(), "{other:?}");
    }
}

/// A gate's handler panics in a turn that had tied its lot to another one whose origin waits.
#[cfg(feature = "chaos")]
#[test]
fn what_is_awaited_behind_a_lot_is_as_before_when_its_turn_breaks_off() {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    let facts = [
        created("FAR", "06:00", None),
        created("NEAR", "06:00", None),
        created("MID", "06:00", None),
        created("B", "06:00", None),
        created("C", "06:00", None),
        used("FAR", "MID", "06:10", None),
        used("MID", "B", "06:20", None),
        asked("D", "B", "06:30"),
        asked("E", "C", "06:30"),
    ];
    let order: Vec<usize> = (0..facts.len()).collect();
    let mut plant = tell_all(&facts, &order);
    for (number, lot) in [(20, "FAR"), (21, "NEAR")] {
        plant.note_waiting(&event(number, &used("X", lot, "05:50", None)), true);
    }
    let reasons = |plant: &Plant, delivery: &str| -> Vec<String> {
        let gate = plant.shipment(&delivery.parse().unwrap()).unwrap();
        gate.reasons()
            .iter()
            .map(|it| it.text.to_string())
            .collect()
    };
    let before = (reasons(&plant, "D"), reasons(&plant, "E"));
    assert!(
        before.0[0].contains("FAR") && before.1.is_empty(),
        "{before:?}"
    );
    for (number, into, delivery) in [(30, "B", "D"), (31, "C", "E")] {
        let key = twin_model::EntityKey::Shipment(delivery.parse().unwrap());
        plant.panic_in_handler_of(Some(key));
        let nearer = event(number, &used("NEAR", into, "06:40", None));
        let broken = catch_unwind(AssertUnwindSafe(|| plant.apply(&nearer)));
        assert!(broken.is_err(), "{delivery}");
        plant.roll_back();
        plant.panic_in_handler_of(None);
    }
    // Each gate is judged anew for another cause.
    for (number, lot) in [(40, "B"), (41, "C")] {
        let count = json!({"lot": lot, "counted": q("9"), "booked": q("10"), "reason": "count"});
        plant
            .apply(&event(number, &("stock.adjusted", "07:00", count)))
            .unwrap();
    }
    assert_eq!((reasons(&plant, "D"), reasons(&plant, "E")), before);
}
