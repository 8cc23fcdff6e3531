//! Random genealogies go out and come in as the same plant.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::official::Schema;
use super::story::{Story, events, naming, plant_of};

/// Lots of one genealogy.
const LOTS: usize = 24;
/// Genealogies, each with its document.
const GENEALOGIES: u32 = 200;

/// Names as plants, labels and partners write them; some are those of GS1 keys.
fn name(n: usize) -> String {
    match n % 6 {
        0 => format!("L{n}"),
        1 => format!("Größe {n}/a"),
        2 => format!("04012345123456/10/{n}"),
        3 => format!("10614141073464/21/{n}"),
        4 => format!("{n}:%41&<>"),
        _ => format!("2026-{n}-with-more-than-twenty-characters"),
    }
}

/// The material of a lot: with a GTIN, without one, or named by its GTIN.
fn material(n: usize) -> &'static str {
    match n % 6 {
        2 => "04012345123456",
        3 => "10614141073464",
        0 => "WITH-GTIN",
        _ => "WITHOUT",
    }
}

fn unit(n: usize) -> &'static str {
    if n % 6 == 3 {
        "H87"
    } else {
        ["KGM", "LTR", "XBO", "H87"][n % 4]
    }
}

/// Units by SSCC and by numbers of their own.
fn packing_unit(n: usize) -> String {
    match n % 2 {
        0 => "106141412345678908".to_owned(),
        _ => format!("Größe/{n}"),
    }
}

/// What one step of a genealogy does, by some random numbers.
#[derive(Debug, Clone)]
struct Step {
    kind: u8,
    from: Vec<usize>,
    amount: u32,
}

fn step() -> impl Strategy<Value = Step> {
    (
        0..10_u8,
        proptest::collection::vec(0..LOTS, 1..4),
        1..1_000_u32,
    )
        .prop_map(|(kind, from, amount)| Step { kind, from, amount })
}

fn packed(step: &Step, one: impl Fn(usize) -> Value) -> Value {
    let action = if step.amount % 5 == 4 {
        "remove"
    } else {
        "add"
    };
    let named: BTreeSet<usize> = step.from.iter().copied().collect();
    let lots: Vec<Value> = named
        .iter()
        .map(|n| json!({"lot": name(*n), "quantity": one(*n)}))
        .collect();
    let unit = packing_unit(step.from[0]);
    let mut data = json!({"unit": unit, "lots": lots, "action": action});
    if unit != packing_unit(LOTS - 1) {
        data["units"] = json!([packing_unit(LOTS - 1)]);
    }
    if step.amount % 10 == 4 {
        data["lots"] = json!([]);
        data["units"] = json!([]);
    }
    data
}

fn tell(story: &mut Story, step: &Step, born: &mut usize) {
    let whole = |n: usize| matches!(unit(n), "XBO" | "H87");
    let quantity = |n: usize, amount: u32| {
        let value = match whole(n) {
            true => amount.to_string(),
            false => format!("{amount}.{:03}", amount % 1_000),
        };
        json!({"value": value, "unit": unit(n)})
    };
    let mut new = |amount: u32| {
        let n = *born;
        *born += 1;
        let amount = if n % 6 == 3 && amount.is_multiple_of(2) {
            1
        } else {
            amount
        };
        json!({"lot": name(n), "material": material(n), "quantity": quantity(n, amount)})
    };
    let first = step.from[0];
    let (source, type_name, data): (_, _, Value) = match step.kind {
        0..=2 => ("/wms", "lot.created", new(step.amount)),
        3..=6 => {
            let inputs: Vec<Value> = step
                .from
                .iter()
                .map(|n| json!({"lot": name(*n), "quantity": quantity(*n, 1 + step.amount % 5)}))
                .collect();
            let outputs: Vec<Value> = (0..1 + step.amount % 3)
                .map(|n| new(step.amount + n))
                .collect();
            let mut data = json!({"inputs": inputs, "outputs": outputs});
            if step.amount.is_multiple_of(2) {
                data["order"] = json!(format!("WO {}", step.amount % 4));
            }
            ("/mes", "lot.transformed", data)
        }
        7 if step.amount.is_multiple_of(2) => {
            ("/wms", "lot.packed", packed(step, |n| quantity(n, 1)))
        }
        7 => {
            let data = json!({"hold": format!("H{}", step.amount), "reason": "seen",
                "scope": {"kind": "lot", "id": name(first)}});
            ("/qms", "hold.placed", data)
        }
        8 => {
            let data = json!({"hold": format!("H{}", step.amount), "disposition": "use",
                "released_by": "Ada"});
            ("/qms", "hold.released", data)
        }
        _ => {
            let data = json!({"lot": name(first), "counted": quantity(first, step.amount),
                "booked": quantity(first, step.amount.div_ceil(2)), "reason": "counted"});
            ("/wms", "stock.adjusted", data)
        }
    };
    // What the plant refuses is no part of its journal.
    let _refused = story.try_to(source, type_name, data).err();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: GENEALOGIES, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_random_genealogy_goes_out_and_comes_in_as_the_same_plant(
        steps in proptest::collection::vec(step(), 1..40),
        with_gtin in any::<bool>(),
    ) {
        let mut story = Story::new();
        let mut born = 0;
        for step in &steps {
            tell(&mut story, step, &mut born);
        }
        let gtins = [("WITH-GTIN", "04000001000005")];
        let naming = naming(if with_gtin { &gtins } else { &[] });
        let document = story.document(None, &naming);
        if let Some(schema) = Schema::read() {
            prop_assert_eq!(schema.errors(&document), Vec::<String>::new());
        }
        let read = events(&document.to_string(), &naming);
        prop_assert_eq!(&read, &story.journal);
        prop_assert_eq!(plant_of(&read).state_hash(), story.plant.state_hash());
    }
}
