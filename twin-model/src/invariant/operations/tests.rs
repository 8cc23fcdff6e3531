//! Each predicate sees what it is there for.
use serde_json::{Value, json};

use super::*;
use crate::wire::decode;

fn tell(plant: &mut Plant, id: &str, name: &str, data: &Value) {
    let text = json!({"specversion": "1.0", "id": id, "source": "/mes", "plant": "P1",
        "type": format!("mfg.{name}.v1"), "time": "2026-03-01T08:00:00Z", "data": data});
    let event = decode(text.to_string().as_bytes()).unwrap();
    plant.apply(&event).unwrap();
}

/// Order O of 5 pieces over operations 10 and 20, of which 20 made 6 and 10 nothing; and the first
/// of three reports was taken back.
fn plant() -> Plant {
    let mut plant = Plant::new("P1".parse().unwrap());
    let order = json!({"order": "O", "material": "M", "quantity": {"value": "5", "unit": "H87"}});
    let erp = |plant: &mut Plant, name: &str, data: &Value| {
        let text = json!({"specversion": "1.0", "id": name, "source": "/erp", "plant": "P1",
            "type": format!("mfg.{name}.v1"), "time": "2026-03-01T06:00:00Z", "data": data});
        let event = decode(text.to_string().as_bytes()).unwrap();
        plant.apply(&event).unwrap();
    };
    erp(&mut plant, "work_order.created", &order);
    let routing = json!({"order": "O", "operations": [{"op": "10"},
        {"op": "20", "predecessors": ["10"]}]});
    erp(&mut plant, "work_order.released", &routing);
    let report = |good: &str| json!({"order": "O", "op": "20", "unit": "H87", "good": good});
    tell(&mut plant, "r1", "operation.progressed", &report("3"));
    tell(&mut plant, "r2", "operation.progressed", &report("4"));
    tell(&mut plant, "r3", "operation.progressed", &report("2"));
    let back = json!({"order": "O", "op": "20", "event": "r1", "reason": "twice"});
    tell(&mut plant, "back", "confirmation.reversed", &back);
    assert_eq!(plant.breaches(), []);
    plant
}

fn order(plant: &Plant) -> WorkOrder {
    plant.work_order(&"O".parse().unwrap()).unwrap().clone()
}

#[test]
fn a_surplus_that_is_not_shown_and_one_that_is_none_are_seen() {
    let order = order(&plant());
    let shown = order.discrepancies();
    assert_eq!(surplus_of(&order, &shown), None);
    let missing = surplus_of(&order, &[]).unwrap();
    assert!(
        missing.contains("20") && missing.contains("not shown"),
        "{missing}"
    );
    let mut healed = order;
    healed.ordered = Decimal::from(6);
    let extra = surplus_of(&healed, &shown).unwrap();
    assert!(extra.contains("not broken"), "{extra}");
}

#[test]
fn an_operation_ahead_that_is_not_shown_and_one_that_is_not_ahead_are_seen() {
    let order = order(&plant());
    let shown = order.discrepancies();
    assert_eq!(ahead_of(&order, &shown), None);
    let missing = ahead_of(&order, &[]).unwrap();
    assert!(
        missing.contains("10") && missing.contains("not shown"),
        "{missing}"
    );
    let mut free = order;
    free.operation_mut(1).predecessors = std::sync::Arc::default();
    let extra = ahead_of(&free, &shown).unwrap();
    assert!(extra.contains("not broken"), "{extra}");
}

#[test]
fn a_sum_that_is_not_that_of_its_reports_is_seen() {
    let order = order(&plant());
    let operation = &order.operations()[1];
    assert_eq!(operation.reported().good, Decimal::from(6));
    assert_eq!(layers_of(operation, operation.reported()), None);
    let wrong = Tally {
        good: Decimal::from(9),
        ..Tally::default()
    };
    let text = layers_of(operation, wrong).unwrap();
    assert!(text.contains('9') && text.contains('6'), "{text}");
}

#[test]
fn of_a_counter_the_last_reading_of_each_epoch_counts() {
    let mut plant = plant();
    for (id, epoch, good) in [("c1", 0, "5"), ("c2", 0, "7"), ("c3", 1, "2")] {
        let data = json!({"order": "O", "op": "10", "unit": "H87", "good": good,
            "mode": "cumulative", "counter_epoch": epoch});
        tell(&mut plant, id, "operation.progressed", &data);
    }
    let order = order(&plant);
    let operation = &order.operations()[0];
    let counted = count_again(operation.ledger.reports());
    assert_eq!(layers_of(operation, counted), None);
    assert_eq!(counted, operation.reported());
}

#[test]
fn a_report_that_is_taken_back_by_nobody_or_twice_is_seen() {
    let mut order = order(&plant());
    assert_eq!(reversals_of(&order.operations()[1]), None);
    let reversals = &mut order.operation_mut(1).beside_mut().reversals;
    let word = reversals[0].clone();
    reversals.push(word);
    let text = reversals_of(&order.operations()[1]).unwrap();
    assert!(text.contains("1 reports were taken back, by 2"), "{text}");
    order.operation_mut(1).beside_mut().reversals.clear();
    let text = reversals_of(&order.operations()[1]).unwrap();
    assert!(text.contains("by 0"), "{text}");
}

#[test]
fn a_delivered_sum_that_is_not_what_was_made_or_received_is_seen() {
    let mut order = order(&plant());
    order.operation_mut(1).delivers = true;
    assert_eq!(delivery_of(&order, order.delivered()), None);
    let text = delivery_of(&order, Decimal::from(5)).unwrap();
    assert!(text.contains("shows 5") && text.contains("was 6"), "{text}");
    let stocked = json!({"order": "O", "lot": "L", "quantity": {"value": "5", "unit": "H87"}});
    let mut plant = plant();
    let text = json!({"specversion": "1.0", "id": "gr", "source": "/wms", "plant": "P1",
        "type": "mfg.goods.received.v1", "time": "2026-03-01T08:00:00Z", "data": stocked});
    plant
        .apply(&decode(text.to_string().as_bytes()).unwrap())
        .unwrap();
    let order = plant.work_order(&"O".parse().unwrap()).unwrap();
    assert_eq!(
        delivered_again(order),
        Decimal::from(5),
        "by the warehouse alone"
    );
    assert!(delivery_of(order, Decimal::ZERO).is_some());
}

#[test]
fn a_close_with_too_much_that_is_not_shown_and_one_that_is_right_are_seen() {
    let mut order = order(&plant());
    order.operation_mut(1).delivers = true;
    order.endings_mut().closed = Some(crate::Closing {
        at: crate::Time::EPOCH,
        period: None,
    });
    // 6 were delivered of 5.
    let shown = order.discrepancies();
    assert_eq!(more_at_the_close_of(&order, &shown), None);
    let missing = more_at_the_close_of(&order, &[]).unwrap();
    assert!(missing.contains('6') && missing.contains('5'), "{missing}");
    order.ordered = Decimal::from(6);
    let extra = more_at_the_close_of(&order, &shown).unwrap();
    assert!(extra.contains("shown is true"), "{extra}");
}

#[test]
fn a_start_with_nothing_before_it_is_seen() {
    let order = order(&plant());
    let late = &order.operations()[1];
    let text = started_too_early(&order, late).unwrap();
    assert!(text.contains("20") && text.contains("10"), "{text}");
    let mut overlapping = order.clone();
    overlapping.operation_mut(1).overlap = true;
    assert_eq!(
        started_too_early(&overlapping, &overlapping.operations()[1]),
        None
    );
    assert_eq!(started_too_early(&order, &order.operations()[0]), None);
}
