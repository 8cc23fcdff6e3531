//! Each predicate sees what it is there for.
use serde_json::{Value, json};

use super::*;
use crate::PagedMap;
use crate::wire::decode;

fn tell(plant: &mut Plant, id: &str, name: &str, data: &Value) {
    let source = match name.starts_with("work_order.") {
        true => "/erp",
        false => "/mes",
    };
    let text = json!({"specversion": "1.0", "id": id, "source": source, "plant": "P1",
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
    let word = reversals.values().next().unwrap().clone();
    reversals.insert(ReportId([0; 16]), word);
    let text = reversals_of(&order.operations()[1]).unwrap();
    assert!(text.contains("1 reports were taken back, by 2"), "{text}");
    order.operation_mut(1).beside_mut().reversals = PagedMap::default();
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

/// What stands before operation 20 of order O, told so of operation 10.
fn before_twenty(facts: &[(&str, Value)]) -> Option<String> {
    let mut plant = Plant::new("P1".parse().unwrap());
    let order = json!({"order": "O", "material": "M", "quantity": {"value": "5", "unit": "H87"}});
    tell(&mut plant, "1", "work_order.created", &order);
    let routing = json!({"order": "O", "operations": [{"op": "05"},
        {"op": "10", "predecessors": ["05"]}, {"op": "20", "predecessors": ["10"]}]});
    tell(&mut plant, "2", "work_order.released", &routing);
    for (n, (name, more)) in facts.iter().enumerate() {
        let mut data = json!({"order": "O", "op": "10"});
        for (field, value) in more.as_object().unwrap() {
            data[field] = value.clone();
        }
        tell(&mut plant, &format!("f{n}"), name, &data);
    }
    let order = plant.work_order(&"O".parse().unwrap()).unwrap();
    let supply = order.supply(&"10".parse().unwrap());
    let text = started_too_early(order, &order.operations()[2]);
    assert_eq!(supply.ever_ready, text.is_none(), "the model says the same");
    text
}

#[test]
fn a_start_is_early_until_something_was_ever_there_to_work_on() {
    let good = |op: &str, good: &str| json!({"op": op, "unit": "H87", "good": good});
    let (told, done) = ("operation.progressed", "operation.completed");
    let skip = ("operation.skipped", json!({"reason": "not needed"}));
    assert!(before_twenty(&[]).is_some());
    assert_eq!(before_twenty(&[(told, good("10", "1"))]), None);
    let scrap = json!({"unit": "H87", "scrap": "1"});
    assert!(before_twenty(&[(told, scrap)]).is_some(), "only scrap");
    assert_eq!(
        before_twenty(&[(done, good("10", "0"))]),
        None,
        "it is over"
    );
    let back = json!({"event": "f0", "reason": "twice"});
    let reversed = [(told, good("10", "1")), ("confirmation.reversed", back)];
    assert_eq!(before_twenty(&reversed), None, "there was something once");
    assert!(
        before_twenty(std::slice::from_ref(&skip)).is_some(),
        "05 has nothing"
    );
    let skipped = [(told, good("05", "1")), skip];
    assert_eq!(before_twenty(&skipped), None, "05 has something");
}

#[test]
fn what_a_machine_counted_is_something_to_work_on() {
    let mut plant = Plant::new("P1".parse().unwrap());
    let order = json!({"order": "O", "material": "M", "quantity": {"value": "5", "unit": "H87"}});
    tell(&mut plant, "1", "work_order.created", &order);
    let routing = json!({"order": "O", "operations": [{"op": "10"},
        {"op": "20", "predecessors": ["10"]}]});
    tell(&mut plant, "2", "work_order.released", &routing);
    let mut order = plant.work_order(&"O".parse().unwrap()).unwrap().clone();
    let ready = |order: &WorkOrder| order.operations()[0].was_ever_ready();
    let machine = |good: i64, scrap: i64| crate::MachineTally {
        work_center: "W".parse().unwrap(),
        good: good.into(),
        scrap: scrap.into(),
    };
    assert!(!ready(&order));
    order.operation_mut(0).note_machine(machine(0, 2));
    assert!(!ready(&order), "only scrap");
    order.operation_mut(0).note_machine(machine(1, 2));
    assert!(ready(&order));
    assert_eq!(started_too_early(&order, &order.operations()[1]), None);
    order.operation_mut(0).note_machine(machine(0, 0));
    assert!(!ready(&order), "it never counted");
    assert!(order.operations()[0].machines().is_empty());
}

#[test]
fn where_machines_count_their_sums_are_the_good() {
    let mut order = order(&plant());
    let operation = order.operation_mut(1);
    operation.counting = CountingSource::Machine;
    for (center, good) in [("V", 4), ("W", 3)] {
        operation.note_machine(crate::MachineTally {
            work_center: center.parse().unwrap(),
            good: good.into(),
            scrap: Decimal::ONE,
        });
    }
    assert_eq!(good_again(operation), Decimal::from(7), "and not 6");
    assert_eq!(operation.good(), Decimal::from(7));
    assert_eq!(operation.scrap(), Decimal::from(2));
}
