//! What a reversal means for what else was told: of one document, of one moment, of one operation.

use serde_json::json;
use twin_model::{Code, Decimal, Plant};

use crate::document_reversals::{Fact, back, base, event, good, in_every_order};

fn moved(name: &'static str, id: &'static str, at: &'static str, more: (&str, &str)) -> Fact {
    let (quantity, document) = more;
    let data = json!({"material": "RAW", "lot": "STEEL", "document": document,
        "quantity": {"value": quantity, "unit": "KGM"}});
    (id, "/wms", name, at, data)
}

fn on_hand(plant: &Plant) -> Decimal {
    plant.lot(&"STEEL".parse().unwrap()).unwrap().on_hand()
}

#[test]
fn a_document_that_gave_back_and_took_again_is_taken_back_as_a_whole() {
    let facts = [
        moved("material.issued", "i1", "07:00", ("60", "A")),
        moved("material.returned", "r1", "07:30", ("40", "D")),
        moved("material.issued", "i2", "07:40", ("80", "D")),
        ("x", "/wms", "movement.reversed", "08:00", back("D")),
    ];
    let plant = in_every_order(&facts);
    assert_eq!(on_hand(&plant), Decimal::from(40), "60 are issued");
    // A return goes with the issue that it returns.
    let mut plant = base();
    for fact in [
        moved("material.issued", "i1", "07:00", ("10", "D")),
        moved("material.returned", "r1", "07:30", ("10", "D")),
        ("x", "/wms", "movement.reversed", "08:00", back("D")),
    ] {
        plant.apply(&event(fact)).unwrap();
    }
    assert_eq!(on_hand(&plant), Decimal::from(100));
    // And an issue that was returned under another document does not go without that.
    let mut plant = base();
    for fact in [
        moved("material.issued", "i1", "07:00", ("10", "D")),
        moved("material.returned", "r1", "07:30", ("10", "E")),
    ] {
        plant.apply(&event(fact)).unwrap();
    }
    let waits = ("x", "/wms", "movement.reversed", "08:00", back("D"));
    assert_eq!(plant.apply(&event(waits)).unwrap_err().code(), Code::R17);
}

#[test]
fn of_two_reversals_of_one_moment_the_same_one_counts_whichever_comes_first() {
    let one_operation = json!({"document": "D", "reason": "wrong order", "op": "10"});
    let report = |id, at| ("l", "/mes", "operation.progressed", at, good("10", "1", id));
    let reversals = [
        [back("D"), back("D")],
        [one_operation.clone(), back("D")],
        [back("D"), one_operation],
    ];
    let confirmations = reversals.map(|words| {
        let late = report("D", "07:10");
        ("confirmation.reversed", "/erp", late, words)
    });
    let issue = moved("material.issued", "l", "07:10", ("1", "D"));
    let movements = ("movement.reversed", "/wms", issue, [back("D"), back("D")]);
    for (name, source, late, words) in confirmations.into_iter().chain([movements]) {
        let [first, second] = words;
        let told = [
            ("a", source, name, "08:00", first),
            ("b", source, name, "08:00", second),
        ];
        let ends = [[0, 1], [1, 0]].map(|order| {
            let mut plant = base();
            let made = (
                "g",
                "/mes",
                "operation.progressed",
                "07:00",
                good("10", "1", "D"),
            );
            plant.apply(&event(made)).unwrap();
            let taken = moved("material.issued", "t", "07:00", ("5", "D"));
            plant.apply(&event(taken)).unwrap();
            for n in order {
                // The second of both may say nothing new.
                if let Err(refused) = plant.apply(&event(told[n].clone())) {
                    assert_eq!(refused.code(), Code::R29, "{name} {order:?}");
                }
            }
            plant.apply(&event(late.clone())).unwrap();
            assert_eq!(plant.breaches(), []);
            plant.state_hash()
        });
        assert_eq!(ends[0], ends[1], "{name}");
    }
}

#[test]
fn an_operation_that_becomes_a_delivering_one_brings_what_it_made() {
    let mut plant = base();
    let made = (
        "g1",
        "/mes",
        "operation.progressed",
        "07:00",
        good("10", "10", "C"),
    );
    plant.apply(&event(made)).unwrap();
    let mut last = good("20", "10", "E");
    last["delivers"] = json!(true);
    let delivered = ("g2", "/mes", "operation.progressed", "07:10", last);
    plant.apply(&event(delivered)).unwrap();
    let before = plant.state_hash();
    let mut nothing = good("10", "0", "F");
    nothing["delivers"] = json!(true);
    let becomes = (
        "g3",
        "/mes",
        "operation.progressed",
        "07:20",
        nothing.clone(),
    );
    let rejection = plant.apply(&event(becomes)).unwrap_err();
    assert_eq!(rejection.code(), Code::R04);
    assert!(
        rejection.to_string().starts_with("10 H87 would make 20"),
        "{rejection}"
    );
    assert_eq!(plant.state_hash(), before);
    // So does one that is taken back as soon as it comes.
    let reversed = ("x", "/erp", "confirmation.reversed", "08:00", back("E"));
    plant.apply(&event(reversed)).unwrap();
    nothing["good"] = json!("1");
    nothing["document"] = json!("E");
    let at_once = ("g4", "/mes", "operation.progressed", "07:30", nothing);
    plant.apply(&event(at_once)).unwrap();
    assert_eq!(plant.breaches(), []);
}

#[test]
fn what_is_taken_back_as_it_comes_begins_nothing_and_meets_nothing_that_stands_against_that() {
    let told = |plant: &mut Plant, id, source, name, at, data| {
        plant.apply(&event((id, source, name, at, data))).unwrap();
    };
    let mut plant = base();
    told(
        &mut plant,
        "g",
        "/mes",
        "operation.progressed",
        "07:00",
        good("10", "5", "C"),
    );
    let skipped = json!({"op": "20", "reason": "not needed"});
    told(
        &mut plant,
        "s",
        "/mes",
        "operation.skipped",
        "06:30",
        skipped,
    );
    told(
        &mut plant,
        "x",
        "/erp",
        "confirmation.reversed",
        "09:00",
        back("C"),
    );
    let held = json!({"hold": "H", "reason": "crack", "scope": {"kind": "work_order", "id": "WO"}});
    told(&mut plant, "h", "/qms", "hold.placed", "06:20", held);
    let operation = |plant: &Plant| {
        let order = plant.work_order(&"WO".parse().unwrap()).unwrap();
        let operation = order
            .operations()
            .iter()
            .find(|op| op.id().as_str() == "20");
        let operation = operation.unwrap();
        (
            operation.started_at(),
            operation.given_up().is_some(),
            operation.good(),
        )
    };
    let before = operation(&plant);
    assert_eq!(before, (None, true, Decimal::ZERO));
    told(
        &mut plant,
        "l",
        "/mes",
        "operation.progressed",
        "07:10",
        good("20", "3", "C"),
    );
    assert_eq!(operation(&plant), before);
    assert_eq!(plant.breaches(), []);
    let other = (
        "m",
        "/mes",
        "operation.progressed",
        "07:10",
        good("20", "3", "D"),
    );
    assert_eq!(plant.apply(&event(other)).unwrap_err().code(), Code::R46);
}
