//! Rules that are counted again from single reports.
use super::*;
use crate::PagedMap;
use crate::report_ledger::Tally;

fn tally(good: i64) -> Tally {
    Tally {
        good: good.into(),
        ..Tally::default()
    }
}

/// Order O of 5 pieces, of which operation 10 made so many and 20, which follows, so many; neither
/// delivers.
fn made(ten: &str, twenty: &str) -> Plant {
    let order = json!({"order": "O", "material": "M", "quantity": pieces("5")});
    let routing = json!({"order": "O", "operations": [{"op": "10"},
        {"op": "20", "predecessors": ["10"]}, {"op": "30", "delivers": true}]});
    let mut facts = vec![
        ("/erp", "work_order.created", "05:00", order),
        ("/erp", "work_order.released", "05:10", routing),
    ];
    for (op, good) in [("10", ten), ("20", twenty)] {
        let report = json!({"order": "O", "op": op, "unit": "H87", "good": good});
        facts.push(("/mes", "operation.progressed", "06:00", report));
    }
    plant(&facts)
}

/// What is broken once the ledger of an operation says so.
fn miscounted(plant: &Plant, place: usize, good: i64) -> Vec<String> {
    forged(plant, "Order O", |entity| {
        order_of(entity)
            .operation_mut(place)
            .ledger
            .forge(tally(good));
    })
}

#[test]
fn a_surplus_that_is_shown_wrongly_is_seen() {
    let wrong = ["I04 at Order O", "I22 at Order O"];
    assert_eq!(
        miscounted(&made("5", "1"), 0, 6),
        wrong,
        "5 of 5 are no more"
    );
    assert_eq!(miscounted(&made("6", "1"), 0, 5), wrong, "6 of 5 are");
    let only = ["I22 at Order O"];
    assert_eq!(miscounted(&made("4", "1"), 0, 5), only);
}

#[test]
fn an_operation_that_is_shown_ahead_wrongly_is_seen() {
    let wrong = ["I05 at Order O", "I22 at Order O"];
    assert_eq!(miscounted(&made("3", "3"), 1, 4), wrong, "3 of 3 are not");
    assert_eq!(miscounted(&made("3", "4"), 1, 3), wrong, "4 of 3 are");
    assert_eq!(
        miscounted(&made("3", "4"), 0, 4),
        wrong,
        "of 3, and not of 4"
    );
    let only = ["I22 at Order O"];
    assert_eq!(miscounted(&made("3", "2"), 1, 3), only);
}

#[test]
fn every_kind_of_a_sum_is_counted_again() {
    let mut plant = made("3", "1");
    let parts: [fn(&mut Tally) -> &mut Decimal; 4] = [
        |sum| &mut sum.good,
        |sum| &mut sum.scrap,
        |sum| &mut sum.rework,
        |sum| &mut sum.mrb,
    ];
    for part in parts {
        let seen = forged(&plant, "Order O", |entity| {
            let mut sum = tally(3);
            *part(&mut sum) += Decimal::ONE;
            order_of(entity).operation_mut(0).ledger.forge(sum);
        });
        assert_eq!(seen, ["I22 at Order O"]);
    }
    let report = json!({"order": "O", "op": "20", "unit": "H87", "good": "1", "scrap": "2",
        "rework": "3", "mrb": "4"});
    for (id, at) in [("a", "07:00"), ("b", "08:00")] {
        let fact = ("/mes", "operation.progressed", at, report.clone());
        tell(&mut plant, id, &fact);
    }
    assert_eq!(plant.breaches(), [], "all four add up");
}

#[test]
fn a_delivery_that_is_shown_wrongly_is_seen() {
    let mut plant = made("5", "5");
    let report = json!({"order": "O", "op": "30", "unit": "H87", "good": "4"});
    let fact = ("/mes", "operation.progressed", "07:00", report);
    tell(&mut plant, "last", &fact);
    assert_eq!(plant.breaches(), []);
    let found = |plant: &Plant| -> Vec<String> {
        let found = plant.breaches();
        found.iter().map(ToString::to_string).collect()
    };
    let mut entities: Vec<Entity> = plant.entities().cloned().collect();
    for entity in &mut entities {
        if let Entity::WorkOrder(order) = entity {
            order.operation_mut(2).ledger.forge(tally(3));
        }
    }
    let found = found(&made_of(&plant, entities));
    let delivery = |text: &&String| text.contains("shows 3 delivered, made was 4");
    assert_eq!(found.iter().filter(delivery).count(), 1, "{found:?}");
}

#[test]
fn a_report_that_is_taken_back_without_a_word_is_seen() {
    let mut plant = made("3", "1");
    let back = json!({"order": "O", "op": "10", "event": "e3", "reason": "twice"});
    tell(
        &mut plant,
        "back",
        &("/mes", "confirmation.reversed", "07:00", back),
    );
    let seen = forged(&plant, "Order O", |entity| {
        let operation = order_of(entity).operation_mut(0);
        operation.beside_mut().reversals = PagedMap::default();
    });
    assert_eq!(seen, ["I15 at Order O"]);
}

#[test]
fn a_close_with_more_that_is_shown_wrongly_is_seen() {
    let closed = |good: &str| {
        let mut plant = made("5", "5");
        let report = json!({"order": "O", "op": "30", "unit": "H87", "good": good});
        for (id, source, name, data) in [
            ("r", "/mes", "operation.progressed", report),
            (
                "t",
                "/erp",
                "work_order.tech_completed",
                json!({"order": "O"}),
            ),
            ("c", "/erp", "work_order.closed", json!({"order": "O"})),
        ] {
            tell(&mut plant, id, &(source, name, "08:00", data));
        }
        assert_eq!(plant.breaches(), []);
        plant
    };
    let plant = closed("5");
    let mrb = |mrb: i64| {
        forged(&plant, "Order O", |entity| {
            let sum = Tally {
                mrb: mrb.into(),
                ..tally(5)
            };
            order_of(entity).operation_mut(2).ledger.forge(sum);
        })
    };
    // The rule takes scrap and what waits for the board as they are shown; the good is counted.
    assert_eq!(mrb(1), ["I22 at Order O"], "5 and 1 of 5, and shown so");
    let seen = miscounted(&plant, 2, 6);
    assert!(seen.contains(&"I06 at Order O".to_owned()), "{seen:?}");
}

#[test]
fn a_decision_over_more_than_was_inspected_is_seen() {
    let lot = json!({"lot": "L", "material": "M", "quantity": pieces("5")});
    let look = json!({"inspection": "I", "lot": "L", "quantity": pieces("5"), "blocking": true});
    let decided = json!({"inspection": "I", "by": "q", "decisions":
        [{"quantity": pieces("5"), "decision": "accept"}]});
    let plant = plant(&[
        ("/wms", "lot.created", "06:00", lot),
        ("/qms", "inspection.created", "06:10", look),
        ("/qms", "inspection.decided", "07:00", decided),
    ]);
    let seen = forged(&plant, "Inspection I", |entity| {
        let Entity::Inspection(inspection) = entity else {
            panic!("an inspection")
        };
        inspection.quantity.as_mut().unwrap().value = "6".parse().unwrap();
    });
    assert_eq!(seen, ["I11 at Inspection I"]);
}
