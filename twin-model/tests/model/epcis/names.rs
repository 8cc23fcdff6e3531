//! What a lot is called for others: by its GTIN only where that reads back to the same lot.

use serde_json::Value;
use serde_json::json;

use super::story::{Story, events, naming, pieces};

const BREAD: &str = "04012345123456";
const FOREIGN: &str = "10614141073464";

/// How a plant names so many pieces of a lot; what it wrote reads back to what was told.
fn name(lot: &str, material: &str, quantity: &str) -> Value {
    let mut story = Story::new();
    let data = json!({"lot": lot, "material": material, "quantity": pieces(quantity)});
    story.tell("/wms", "lot.created", data);
    let naming = naming(&[("BREAD", BREAD)]);
    let document = story.document(None, &naming);
    assert_eq!(
        events(&document.to_string(), &naming),
        story.journal,
        "{lot} of {material}"
    );
    let event = &document["epcisBody"]["eventList"][0];
    match &event["epcList"] {
        Value::Null => event["quantityList"][0]["epcClass"].clone(),
        list => list[0].clone(),
    }
}

#[test]
fn a_lot_is_named_by_its_gtin_where_that_reads_back_and_by_a_private_name_elsewhere() {
    let longest = "x".repeat(20);
    let longer = "x".repeat(21);
    let link = |gtin: &str, kind: &str, number: &str| {
        format!("https://id.gs1.org/01/{gtin}/{kind}/{number}")
    };
    let private = |material: &str, lot: &str| format!("urn:plant-twin:lot:P1:{material}:{lot}");
    let of = |gtin: &str, kind: &str, number: &str| format!("{gtin}/{kind}/{number}");
    for (lot, material, quantity, expected) in [
        ("L-1".to_owned(), "BREAD", "1", link(BREAD, "10", "L-1")),
        ("L-1".to_owned(), "CAKE", "1", private("CAKE", "L-1")),
        (longest.clone(), "BREAD", "2", link(BREAD, "10", &longest)),
        (longer.clone(), "BREAD", "2", private("BREAD", &longer)),
        ("a b".to_owned(), "BREAD", "2", private("BREAD", "a%20b")),
        // Lots of others have their GTIN in the name: they are not the plant's own of that number.
        (
            of(BREAD, "10", "998877"),
            "BREAD",
            "2",
            private("BREAD", &format!("{BREAD}%2F10%2F998877")),
        ),
        (
            of(BREAD, "10", "7"),
            "CAKE",
            "2",
            private("CAKE", &format!("{BREAD}%2F10%2F7")),
        ),
        (
            of(FOREIGN, "10", "7"),
            FOREIGN,
            "2",
            link(FOREIGN, "10", "7"),
        ),
        (
            of(FOREIGN, "10", "7"),
            "CAKE",
            "2",
            private("CAKE", &format!("{FOREIGN}%2F10%2F7")),
        ),
        (
            of(FOREIGN, "11", "7"),
            FOREIGN,
            "2",
            private(FOREIGN, &format!("{FOREIGN}%2F11%2F7")),
        ),
        // A serial number names one piece.
        (
            of(FOREIGN, "21", "7"),
            FOREIGN,
            "1",
            link(FOREIGN, "21", "7"),
        ),
        (
            of(FOREIGN, "21", "7"),
            FOREIGN,
            "2",
            private(FOREIGN, &format!("{FOREIGN}%2F21%2F7")),
        ),
    ] {
        assert_eq!(
            name(&lot, material, quantity),
            expected,
            "{lot} of {material}"
        );
    }
}
