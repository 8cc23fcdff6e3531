//! In which unit the movements of a material are counted.
use serde_json::{Value, json};

use super::story::{Story, d, q};

/// An order of 10 shafts, 5 of which are a case, with steel on its list by weight and by length.
fn shafts() -> Story {
    let mut story = Story::new();
    let data = json!({"material": "SHAFT", "base_unit": "H87",
        "conversions": [{"unit": "XCS", "numerator": "5", "denominator": "1"}]});
    story.tell("material.updated", &data);
    let data = json!({"order": "WO-1", "material": "SHAFT", "quantity": q("10", "H87")});
    story.tell("work_order.created", &data);
    let data = json!({"order": "WO-1", "components": [
        {"material": "STEEL", "quantity": q("20", "KGM")},
        {"material": "STEEL", "quantity": q("3", "MTR")}]});
    story.tell("work_order.released", &data);
    story
}

/// Material, unit and what was received and consumed of it, for each account.
fn accounts(story: &Story) -> Vec<String> {
    let accounts = story.order().accounts().into_iter();
    let moved = accounts.filter(|it| it.sums.received != d("0") || it.consumed() != d("0"));
    moved
        .map(|it| {
            let (received, consumed) = (it.sums.received.normalize(), it.consumed().normalize());
            format!("{} {}: {received} {consumed}", it.material, it.unit)
        })
        .collect()
}

fn consumed(material: &str, quantity: &Value) -> Value {
    json!({"order": "WO-1", "material": material, "quantity": quantity,
        "substitute_approval": "Q. Jansen"})
}

#[test]
fn what_an_order_makes_is_received_in_its_unit_and_used_in_the_one_that_is_told() {
    let mut story = shafts();
    let data = json!({"order": "WO-1", "lot": "S-1", "quantity": q("1", "XCS")});
    story.tell("goods.received", &data);
    assert_eq!(accounts(&story), ["SHAFT H87: 5 0"]);
    assert_eq!(story.order().delivered(), d("5"));
    story.tell("material.consumed", &consumed("SHAFT", &q("2", "XCS")));
    assert_eq!(accounts(&story), ["SHAFT H87: 5 0", "SHAFT XCS: 0 2"]);
}

#[test]
fn what_is_on_the_list_is_counted_in_the_unit_that_is_told_where_it_stands_there_and_else_in_the_first()
 {
    let mut story = shafts();
    story.tell("material.consumed", &consumed("STEEL", &q("500", "GRM")));
    assert_eq!(accounts(&story), ["STEEL KGM: 0 0.5"]);
    story.tell("material.consumed", &consumed("STEEL", &q("2", "MTR")));
    assert_eq!(accounts(&story), ["STEEL KGM: 0 0.5", "STEEL MTR: 0 2"]);
    story.tell("material.consumed", &consumed("OIL", &q("3", "XBO")));
    let all = ["OIL XBO: 0 3", "STEEL KGM: 0 0.5", "STEEL MTR: 0 2"];
    let mut found = accounts(&story);
    found.sort_unstable();
    assert_eq!(found, all);
}

#[test]
fn parts_of_a_lot_are_split_off_and_merged_in_the_unit_of_each_lot() {
    let mut story = Story::new();
    for id in ["A", "B"] {
        let data = json!({"lot": id, "material": "STEEL", "quantity": q("10", "KGM")});
        story.tell("lot.created", &data);
    }
    let data = json!({"parent": "A", "children": [{"lot": "C", "quantity": q("1500", "GRM")}]});
    story.tell("lot.split", &data);
    assert_eq!(
        (story.on_hand("A"), story.on_hand("C")),
        (d("8.5"), d("1.5"))
    );
    let data = json!({"parents": [{"lot": "A", "quantity": q("500", "GRM")},
            {"lot": "C", "quantity": q("0.5", "KGM")}],
        "child": {"lot": "B", "material": "STEEL", "quantity": q("1000", "GRM")}});
    story.tell("lot.merged", &data);
    assert_eq!((story.on_hand("A"), story.on_hand("C")), (d("8"), d("1")));
    assert_eq!(story.on_hand("B"), d("11"));
    let data = json!({"inputs": [{"lot": "A", "quantity": q("2000", "GRM")}],
        "outputs": [{"lot": "B", "material": "STEEL", "quantity": q("250", "GRM")}]});
    story.tell("lot.transformed", &data);
    assert_eq!(
        (story.on_hand("A"), story.on_hand("B")),
        (d("6"), d("11.25"))
    );
}
