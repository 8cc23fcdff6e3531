//! Several systems tell of the same goods: what came into a lot, and what orders used of it, counts
//! once, whoever tells it first; and what only one of them can know counts beside it.
use serde_json::json;
use twin_model::wire::snapshot::{EntityState, StoredPlant};
use twin_model::{
    Code, Decimal, GateDecision, Kind, LotLifecycle, MERGERS_PER_LOT_MAX, OPERATIONS_PER_TAKE_MAX,
    Plant, RECEIPTS_PER_LOT_MAX,
};

use crate::facts::{
    Fact, created, ends_the_same, event, gate, merged, parts, q, split, tell, tell_all,
};

fn on_hand(plant: &Plant, id: &str) -> Decimal {
    plant.lot(&id.parse().unwrap()).unwrap().on_hand()
}

/// An order of 100 kg of M, known and released.
fn order() -> [Fact; 2] {
    let created = json!({"order": "WO", "material": "M", "quantity": q("100")});
    let released = json!({"order": "WO", "operations": [{"op": "10"}, {"op": "20"}]});
    [
        ("work_order.created", "05:00", created),
        ("work_order.released", "05:10", released),
    ]
}

fn told(lot: &str, quantity: &str, at: &'static str) -> Fact {
    let data = json!({"lot": lot, "material": "M", "quantity": q(quantity)});
    ("lot.created", at, data)
}

fn received(lot: &str, quantity: &str, at: &'static str) -> Fact {
    let data = json!({"order": "WO", "lot": lot, "quantity": q(quantity)});
    ("goods.received", at, data)
}

fn shipment(lot: &str, quantity: &str) -> Fact {
    let data = json!({"delivery": "D", "lots": parts(&[(lot, quantity)])});
    ("shipment.requested", "20:00", data)
}

/// Something of lot R of 10 kg goes into Z, for an operation of the order or for none.
fn made(quantity: &str, op: Option<&str>) -> Fact {
    let data = json!({"order": "WO", "op": op, "inputs": parts(&[("R", quantity)]),
        "outputs": [{"lot": "Z", "material": "M", "quantity": q(quantity)}]});
    ("lot.transformed", "08:00", data)
}

fn consumed(quantity: &str, op: Option<&str>, scrapped: bool) -> Fact {
    let data = json!({"order": "WO", "op": op, "material": "M", "lot": "R",
        "quantity": q(quantity), "scrapped": scrapped, "substitute_approval": "ME"});
    ("material.consumed", "08:10", data)
}

#[test]
fn a_receipt_of_parts_brings_no_more_than_was_split_off_in_any_order() {
    let [known, free] = order();
    let facts = [
        known,
        free,
        created("A", "06:00", Some("WO")),
        split("A", &[("B", "5"), ("C", "5")], "07:00"),
        received("B", "5", "07:30"),
        received("C", "3", "07:30"),
    ];
    let mut plant = ends_the_same(&facts);
    for (lot, there) in [("A", 0), ("B", 5), ("C", 5)] {
        assert_eq!(on_hand(&plant, lot), there.into(), "{lot}");
    }
    tell(&mut plant, 90, &shipment("B", "6")).unwrap();
    assert_eq!(gate(&plant, "D"), (GateDecision::Blocked, vec![Code::R16]));
}

#[test]
fn the_creation_of_a_part_announces_it_whenever_it_is_told_and_dated() {
    for at in ["06:30", "07:00", "07:30"] {
        let plant = ends_the_same(&[
            created("A", "06:00", None),
            split("A", &[("B", "6")], "07:00"),
            told("B", "6", at),
        ]);
        assert_eq!(
            (on_hand(&plant, "A"), on_hand(&plant, "B")),
            (4.into(), 6.into())
        );
    }
    // More is told of it than was split off: somebody else must have told of the rest.
    let plant = ends_the_same(&[
        created("A", "06:00", None),
        split("A", &[("B", "6")], "07:00"),
        told("B", "7", "07:30"),
    ]);
    assert_eq!(
        (on_hand(&plant, "A"), on_hand(&plant, "B")),
        (4.into(), 7.into())
    );
}

#[test]
fn what_is_told_of_a_merged_lot_since_then_announces_it_and_before_it_is_goods_of_its_own() {
    let with = |fact: Fact| {
        let parents = [("A", "5"), ("B", "5")];
        ends_the_same(&[
            created("A", "06:00", None),
            created("B", "06:00", None),
            merged(&parents, ("C", "10"), "07:00"),
            fact,
        ])
    };
    for (at, there) in [("06:59", 20), ("07:00", 10), ("07:01", 10)] {
        let plant = with(told("C", "10", at));
        assert_eq!(on_hand(&plant, "C"), there.into(), "told at {at}");
        assert_eq!(on_hand(&plant, "A"), 5.into());
    }
}

#[test]
fn a_receipt_of_a_merged_lot_announces_it_and_one_from_before_is_there_beside_it() {
    for (at, there) in [("06:59", 15), ("07:00", 10), ("07:01", 10)] {
        let [known, free] = order();
        let plant = ends_the_same(&[
            known,
            free,
            created("A", "06:00", None),
            merged(&[("A", "10")], ("C", "10"), "07:00"),
            received("C", "5", at),
        ]);
        assert_eq!(on_hand(&plant, "C"), there.into(), "received at {at}");
    }
}

#[test]
fn a_receipt_that_is_taken_back_leaves_what_was_split_off() {
    let [known, free] = order();
    let back = json!({"order": "WO", "event": "e4", "event_source": "/s", "reason": "wrong lot"});
    let plant = ends_the_same(&[
        known,
        free,
        created("A", "06:00", None),
        split("A", &[("B", "5")], "07:00"),
        received("B", "6", "07:30"),
        ("movement.reversed", "08:00", back),
    ]);
    assert_eq!(on_hand(&plant, "B"), 5.into());
}

#[test]
fn a_lot_that_was_only_received_is_shipped_when_all_of_it_has_left() {
    let [known, free] = order();
    let facts = [known, free, received("S", "5", "07:00"), shipment("S", "5")];
    let mut plant = tell_all(&facts, &[0, 1, 2, 3]);
    let state = |plant: &Plant| plant.lot(&"S".parse().unwrap()).unwrap().lifecycle();
    assert_eq!(state(&plant), LotLifecycle::OnHand);
    let token = plant.shipment(&"D".parse().unwrap()).unwrap();
    let token = token.clearance().unwrap().token().clone();
    let data = json!({"delivery": "D", "gate_token": token});
    tell(&mut plant, 90, &("shipment.confirmed", "21:00", data)).unwrap();
    assert_eq!(state(&plant), LotLifecycle::Shipped);
    assert_eq!(on_hand(&plant, "S"), 0.into());
}

#[test]
fn what_was_scrapped_at_the_line_is_gone_beside_what_was_made() {
    let [known, free] = order();
    let facts = [
        known,
        free,
        created("R", "06:00", None),
        made("8", Some("10")),
        consumed("2", Some("10"), true),
    ];
    let mut plant = ends_the_same(&facts);
    assert_eq!(on_hand(&plant, "R"), 0.into());
    let take = plant.lot(&"R".parse().unwrap()).unwrap().stock();
    let take = take.taken_by(&"WO".parse().unwrap());
    assert_eq!((take.used(), take.scrapped), (10.into(), 2.into()));
    tell(&mut plant, 90, &shipment("R", "1")).unwrap();
    assert_eq!(gate(&plant, "D"), (GateDecision::Blocked, vec![Code::R16]));
    // What was told as consumed beside it was made into something, so it is the same.
    tell(&mut plant, 91, &consumed("8", Some("10"), false)).unwrap();
    assert_eq!(on_hand(&plant, "R"), 0.into());
}

#[test]
fn what_two_operations_used_of_a_lot_are_two_takings_and_two_words_of_one_are_one() {
    for (op, there) in [("20", 0), ("10", 5)] {
        let [known, free] = order();
        let plant = ends_the_same(&[
            known,
            free,
            created("R", "06:00", None),
            made("5", Some("10")),
            consumed("5", Some(op), false),
        ]);
        assert_eq!(on_hand(&plant, "R"), there.into(), "consumed at {op}");
        assert_eq!(on_hand(&plant, "Z"), 5.into());
    }
    // A word that names no operation may tell of any.
    for (words, there) in [
        ((None, Some("20")), 5),
        ((Some("10"), None), 5),
        ((None, None), 5),
    ] {
        let [known, free] = order();
        let plant = ends_the_same(&[
            known,
            free,
            created("R", "06:00", None),
            made("5", words.0),
            consumed("5", words.1, false),
        ]);
        assert_eq!(on_hand(&plant, "R"), there.into(), "{words:?}");
    }
}

#[test]
fn more_than_is_there_of_two_takings_waits_and_changes_nothing() {
    let [known, free] = order();
    let facts = [
        known,
        free,
        created("R", "06:00", None),
        made("6", Some("10")),
    ];
    let mut plant = tell_all(&facts, &[0, 1, 2, 3]);
    for more in [
        consumed("5", Some("20"), false),
        consumed("5", None, true),
        made("5", Some("20")),
    ] {
        let refused = plant.apply(&event(9, &more)).unwrap_err();
        assert_eq!(
            (refused.code(), refused.kind()),
            (Code::R17, Kind::Park),
            "{more:?}"
        );
        assert_eq!(tell(&mut plant, 9, &more), Err(Code::R17));
    }
    tell(&mut plant, 10, &consumed("4", Some("20"), true)).unwrap();
    assert_eq!(on_hand(&plant, "R"), 0.into());
}

#[test]
fn one_operation_too_many_that_used_a_lot_is_put_before_a_person() {
    let [known, free] = order();
    let facts = [known, free, created("R", "06:00", None)];
    let mut plant = tell_all(&facts, &[0, 1, 2]);
    let ops: Vec<String> = (0..OPERATIONS_PER_TAKE_MAX)
        .map(|n| n.to_string())
        .collect();
    for (n, op) in ops.iter().enumerate() {
        tell(&mut plant, 100 + n, &made("0.001", Some(op))).unwrap();
    }
    for more in [
        made("0.001", Some("NEW")),
        consumed("0.001", Some("NEW"), false),
    ] {
        let refused = plant.apply(&event(9, &more)).unwrap_err();
        assert_eq!(
            (refused.code(), refused.kind()),
            (Code::R52, Kind::Exception)
        );
        assert!(
            refused.to_string().contains("1000 operations of order WO"),
            "{refused}"
        );
        assert_eq!(tell(&mut plant, 9, &more), Err(Code::R52));
    }
    tell(&mut plant, 10, &consumed("0.001", Some("0"), false)).unwrap();
    assert_eq!(on_hand(&plant, "R"), 9.into());
}

#[test]
fn one_merger_too_many_into_a_lot_is_put_before_a_person() {
    let facts = [
        created("A", "06:00", None),
        merged(&[("A", "1")], ("C", "1"), "07:00"),
    ];
    let with = |times: usize| {
        let mut stored = StoredPlant::from(&tell_all(&facts, &[0, 1]));
        for entity in &mut stored.entities {
            if let EntityState::Lot(lot) = &mut entity.state
                && lot.id.as_str() == "C"
            {
                let (first, quantity) = lot.stock.flows.merged[0];
                let times = (0_i64..).take(times);
                lot.stock.flows.merged = times.map(|n| (first.plus_seconds(n), quantity)).collect();
            }
        }
        Plant::try_from(stored).unwrap()
    };
    let more = merged(&[("A", "1")], ("C", "1"), "15:00");
    let mut plant = with(MERGERS_PER_LOT_MAX - 1);
    tell(&mut plant, 9, &more).unwrap();
    let mut plant = with(MERGERS_PER_LOT_MAX);
    let refused = plant.apply(&event(9, &more)).unwrap_err();
    assert_eq!(
        (refused.code(), refused.kind()),
        (Code::R52, Kind::Exception)
    );
    assert_eq!(tell(&mut plant, 9, &more), Err(Code::R52));
    assert_eq!(on_hand(&plant, "A"), 9.into());
}

#[test]
fn one_receipt_too_many_of_a_lot_is_put_before_a_person() {
    let [known, free] = order();
    let another = |at: &'static str| received("S", "0.0001", at);
    let facts = [known, free, another("09:00")];
    let with = |times: usize| {
        let mut stored = StoredPlant::from(&tell_all(&facts, &[0, 1, 2]));
        for entity in &mut stored.entities {
            if let EntityState::Lot(lot) = &mut entity.state
                && lot.id.as_str() == "S"
            {
                let (first, quantity) = lot.stock.flows.stored[0];
                let times = (0_i64..).take(times);
                lot.stock.flows.stored = times.map(|n| (first.plus_seconds(n), quantity)).collect();
            }
        }
        Plant::try_from(stored).unwrap()
    };
    let more = another("15:00");
    let mut plant = with(RECEIPTS_PER_LOT_MAX - 1);
    tell(&mut plant, 9, &more).unwrap();
    assert_eq!(on_hand(&plant, "S"), 1.into());
    let refused = plant.apply(&event(10, &another("15:01"))).unwrap_err();
    assert_eq!(
        (refused.code(), refused.kind()),
        (Code::R52, Kind::Exception)
    );
    assert!(
        refused.to_string().contains("10000 different times"),
        "{refused}"
    );
    assert_eq!(tell(&mut plant, 11, &another("15:01")), Err(Code::R52));
    assert_eq!(on_hand(&plant, "S"), 1.into());
}
