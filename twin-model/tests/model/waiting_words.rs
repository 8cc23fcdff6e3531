//! What is told of an order that nobody knows yet is kept once, and all of it counts at its birth.

use serde_json::json;
use twin_model::Plant;

use crate::facts::{Fact, created, ends_the_same, event, parts, q};

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
