//! How far things may differ before the others hear of it: the limit itself passes.

use serde_json::{Value, json};

use super::story::{Story, released};

fn amount(value: &str, unit: &str) -> Value {
    json!({"value": value, "unit": unit})
}

fn share(numerator: u32, denominator: u32) -> Value {
    json!({"share": {"numerator": numerator, "denominator": denominator}})
}

fn both(numerator: u32, denominator: u32, quantity: Value) -> Value {
    let mut limit = share(numerator, denominator);
    limit["quantity"] = quantity;
    limit
}

/// An order that is to take 100 kg and took `used`, in a plant with this limit.
fn used(limit: &Value, used: &str) -> Story {
    let mut story = Story::with_rules(json!([{"kind": "variance", "limits": [limit]}]));
    story.created("WO");
    let mut order = released("WO");
    order["components"] = json!([{"material": "RAW", "quantity": amount("100", "KGM")}]);
    story.ok("/erp", "work_order.released", "06:00", order);
    let data = json!({"order": "WO", "op": "20", "material": "RAW",
        "quantity": amount(used, "KGM")});
    story.ok("/mes", "material.consumed", "07:00", data);
    story
}

#[test]
fn a_difference_is_told_when_it_exceeds_everything_that_the_limit_gives() {
    for (limit, words) in [
        (share(5, 100), "5/100 of what was expected"),
        (json!({"quantity": amount("5", "KGM")}), "5 KGM"),
        (json!({"quantity": amount("5000", "GRM")}), "5000 GRM"),
        (
            both(1, 20, amount("2", "KGM")),
            "1/20 of what was expected and 2 KGM",
        ),
        (
            both(1, 1000, amount("5", "KGM")),
            "1/1000 of what was expected and 5 KGM",
        ),
    ] {
        for within in ["100", "104", "105"] {
            assert_eq!(used(&limit, within).news(), [], "{limit} {within}");
        }
        for (beyond, difference) in [("105.001", "5.001"), ("300", "200")] {
            let mut story = used(&limit, beyond);
            let sent = story.only();
            assert_eq!(sent.data["quantity"], difference, "{limit} {beyond}");
            let found = story.process("variance/WO").discrepancies();
            let text = found[0].to_string();
            assert!(text.contains(&format!("the limit ({words})")), "{text}");
        }
    }
}

/// Operation 10 of an order made `good`, and the rest was bad, where a fifth may be.
fn made(good: &str, scrap: &str, mrb: &str) -> Story {
    let rules = json!([{"kind": "scrap", "limits": [share(1, 5)]}]);
    let mut story = Story::with_rules(rules);
    story.order("WO");
    let data = json!({"order": "WO", "op": "10", "unit": "H87", "good": good, "scrap": scrap,
        "mrb": mrb, "rework": "0"});
    story.ok("/mes", "operation.progressed", "07:00", data);
    story
}

#[test]
fn scrap_and_what_waits_for_the_board_are_told_beyond_their_share_of_all_that_was_made() {
    for (good, scrap, mrb) in [
        ("8", "2", "0"),
        ("8", "0", "2"),
        ("8", "1", "1"),
        ("1", "0", "0"),
    ] {
        assert_eq!(made(good, scrap, mrb).news(), [], "{good} {scrap} {mrb}");
    }
    for (good, scrap, mrb, all) in [
        ("8", "3", "0", "11"),
        ("8", "0", "3", "11"),
        ("7", "1", "1", "9"),
        ("0", "1", "0", "1"),
    ] {
        let sent = made(good, scrap, mrb).only();
        assert_eq!(
            (&sent.data["scrap"], &sent.data["mrb"], &sent.data["made"]),
            (&json!(scrap), &json!(mrb), &json!(all))
        );
    }
}

#[test]
fn what_is_reworked_was_made_and_is_not_bad() {
    let mut story = made("1", "2", "0");
    assert_eq!(story.news().len(), 1, "2 of 3");
    let rules = json!([{"kind": "scrap", "limits": [share(1, 5)]}]);
    let mut story = Story::with_rules(rules);
    story.order("WO");
    let data = json!({"order": "WO", "op": "10", "unit": "H87", "good": "1", "scrap": "2",
        "rework": "7"});
    story.ok("/mes", "operation.progressed", "07:00", data);
    assert_eq!(story.news(), [], "2 of 10");
}
