//! Lots whose quantities are told in several units, and what is weighed beside what is counted.

use serde_json::{Value, json};
use twin_model::{Code, Decimal, Event, Kind, Lot, Plant, Rejection, Unit};

use super::{beer, ends_the_same, ends_the_same_from, event, of_erp, plant, tell};
use crate::facts::gate;

fn d(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn q(value: &str, unit: &str) -> Value {
    json!({"value": value, "unit": unit})
}

fn lot<'p>(plant: &'p Plant, id: &str) -> &'p Lot {
    plant.lot(&id.parse().unwrap()).unwrap()
}

/// What is on hand of a lot, in its unit.
fn stock(plant: &Plant, id: &str) -> (Decimal, String) {
    let lot = lot(plant, id);
    (lot.on_hand(), lot.unit().to_string())
}

fn of_wms(name: &str, hour: u32, data: &Value) -> Event {
    event("/wms", name, hour, data)
}

fn created(id: &str, hour: u32, quantity: &Value) -> Event {
    let data = json!({"lot": id, "material": "BEER", "quantity": quantity});
    of_wms("lot.created", hour, &data)
}

/// Tells what the plant does not take; nothing changes.
fn met(plant: &mut Plant, event: &Event) -> Rejection {
    let before = plant.state_hash();
    let rejection = plant.apply(event).map(|_| ()).unwrap_err();
    assert_eq!(plant.state_hash(), before, "a rejection changes nothing");
    rejection
}

fn told(events: &[Event]) -> Plant {
    let mut plant = plant();
    for event in events {
        tell(&mut plant, event);
    }
    plant
}

#[test]
fn a_lot_is_kept_in_the_unit_of_its_materials_stock_whoever_speaks_of_it_first() {
    let events = [
        beer(1, 4, "12"),
        created("L-1", 6, &q("2", "XCS")),
        of_wms(
            "stock.adjusted",
            7,
            &json!({"lot": "L-1", "counted": q("25", "XBO"), "booked": q("2", "XCS"),
                "reason": "count"}),
        ),
    ];
    assert_eq!(stock(&told(&events), "L-1"), (d("25"), "XBO".to_owned()));
    let made = json!({"inputs": [{"lot": "L-1", "quantity": q("1", "XCS")}],
        "outputs": [{"lot": "L-2", "material": "BEER", "quantity": q("12", "XBO")}]});
    let mut events = events.to_vec();
    events.push(event("/mes", "lot.transformed", 8, &made));
    events.push(created("L-2", 9, &q("1", "XCS")));
    let plant = told(&events);
    assert_eq!(stock(&plant, "L-1"), (d("13"), "XBO".to_owned()));
    assert_eq!(stock(&plant, "L-2"), (d("24"), "XBO".to_owned()));
}

#[test]
fn what_is_told_of_a_lot_in_several_units_ends_the_same_in_any_order() {
    let parts = json!({"parent": "L-1", "children": [
        {"lot": "L-2", "quantity": q("1", "XCS")}, {"lot": "L-3", "quantity": q("6", "XBO")}]});
    let joined = json!({"parents": [{"lot": "L-2", "quantity": q("6", "XBO")},
            {"lot": "L-3", "quantity": q("0.5", "KGM")}],
        "child": {"lot": "L-4", "material": "BEER", "quantity": q("7", "XBO")}});
    let conversions = json!([{"unit": "XCS", "numerator": "12", "denominator": "1"},
        {"unit": "KGM", "numerator": "2", "denominator": "1", "nominal": true}]);
    let material = json!({"material": "BEER", "base_unit": "XBO", "conversions": conversions});
    let later = vec![
        created("L-1", 6, &q("2", "XCS")),
        of_wms("lot.split", 7, &parts),
        of_wms("lot.merged", 8, &joined),
        of_wms(
            "stock.adjusted",
            9,
            &json!({"lot": "L-4", "counted": q("1", "XCS"), "booked": q("7", "XBO"),
                "reason": "count"}),
        ),
    ];
    // The material is known before: as long as it is not, a lot stays as it was told first.
    let mut all = vec![of_erp("material.updated", 4, &material)];
    all.extend(later.clone());
    let plant = told(&all);
    assert_eq!(stock(&plant, "L-1"), (d("6"), "XBO".to_owned()));
    assert_eq!(stock(&plant, "L-2"), (d("6"), "XBO".to_owned()));
    assert_eq!(stock(&plant, "L-3"), (d("5"), "XBO".to_owned()));
    assert_eq!(stock(&plant, "L-4"), (d("12"), "XBO".to_owned()));
    let known = of_erp("material.updated", 4, &material);
    assert_eq!(ends_the_same_from(&[known], &later), plant.state_hash());
}

#[test]
fn a_lot_of_a_material_that_nobody_published_stays_in_its_unit_and_converts_what_it_can() {
    let mut plant = told(&[created("L-1", 6, &q("2", "KGM"))]);
    let count = |counted: Value| {
        let data = json!({"lot": "L-1", "counted": counted, "booked": q("2", "KGM"),
            "reason": "count"});
        of_wms("stock.adjusted", 7, &data)
    };
    tell(&mut plant, &count(q("2500", "GRM")));
    assert_eq!(stock(&plant, "L-1"), (d("2.5"), "KGM".to_owned()));
    let waits = met(&mut plant, &count(q("3", "XBO")));
    assert_eq!((waits.code(), waits.kind()), (Code::R19, Kind::Park));
    let pieces = json!({"material": "BEER", "base_unit": "KGM", "conversions":
        [{"unit": "XBO", "numerator": "1", "denominator": "1", "nominal": true}]});
    tell(&mut plant, &of_erp("material.updated", 5, &pieces));
    tell(&mut plant, &count(q("3", "XBO")));
    assert_eq!(stock(&plant, "L-1"), (d("3.5"), "KGM".to_owned()));
    let unknown = met(&mut plant, &count(q("3", "XPX")));
    assert_eq!((unknown.code(), unknown.kind()), (Code::R19, Kind::Refuse));
}

#[test]
fn a_late_version_cannot_change_what_a_lot_was_converted_by() {
    let mut plant = told(&[beer(1, 4, "12"), created("L-1", 6, &q("2", "XCS"))]);
    assert_eq!(met(&mut plant, &beer(2, 5, "20")).code(), Code::R57);
    tell(&mut plant, &beer(2, 7, "20"));
    assert_eq!(stock(&plant, "L-1").0, d("24"));
}

#[test]
fn cases_leave_a_lot_of_bottles_once_their_material_says_how_many_they_are() {
    let asked = |delivery: &str, lines: Value| {
        of_wms(
            "shipment.requested",
            7,
            &json!({"delivery": delivery, "lots": lines}),
        )
    };
    let line = |value: &str, unit: &str| json!({"lot": "L-1", "quantity": q(value, unit)});
    let mut plant = told(&[
        created("L-1", 6, &q("30", "XBO")),
        asked("D-1", json!([line("1", "XCS"), line("6", "XBO")])),
    ]);
    assert_eq!(gate(&plant, "D-1").1, [Code::R19]);
    tell(&mut plant, &beer(1, 4, "12"));
    assert_eq!(gate(&plant, "D-1").1, []);
    assert_eq!(lot(&plant, "L-1").reserved(), d("18"));
    tell(&mut plant, &asked("D-2", json!([line("2", "XCS")])));
    assert_eq!(gate(&plant, "D-2").1, [Code::R16]);
    let cancelled = json!({"delivery": "D-1", "reason": "not needed"});
    tell(&mut plant, &of_wms("shipment.cancelled", 8, &cancelled));
    assert_eq!(gate(&plant, "D-2").1, []);
    let token = plant.shipment(&"D-2".parse().unwrap()).unwrap();
    let token = token.clearance().unwrap().token().to_string();
    // What was reserved by a version is not taken out of the stock by another one.
    assert_eq!(met(&mut plant, &beer(2, 5, "20")).code(), Code::R57);
    let left = json!({"delivery": "D-2", "gate_token": token});
    tell(&mut plant, &of_wms("shipment.confirmed", 9, &left));
    let lot = lot(&plant, "L-1");
    assert_eq!(
        (lot.on_hand(), lot.reserved(), lot.shipped()),
        (d("6"), d("0"), d("24"))
    );
}

#[test]
fn quality_decides_in_its_own_unit() {
    let look = json!({"inspection": "I-1", "lot": "L-1", "quantity": q("2", "XCS"),
        "blocking": true});
    let decided = json!({"inspection": "I-1", "by": "Dr. Weiss", "decisions": [
        {"quantity": q("1.5", "XCS"), "decision": "accept"},
        {"quantity": q("0.5", "XCS"), "decision": "scrap"}]});
    let half = event("/qms", "inspection.decided", 8, &decided);
    let mut plant = told(&[
        beer(1, 4, "12"),
        created("L-1", 6, &q("2", "XCS")),
        event("/qms", "inspection.created", 7, &look),
    ]);
    assert_eq!(
        met(&mut plant, &half).code(),
        Code::R20,
        "cases are counted"
    );
    let decided = json!({"inspection": "I-1", "by": "Dr. Weiss", "decisions": [
        {"quantity": q("1", "XCS"), "decision": "accept"},
        {"quantity": q("1", "XCS"), "decision": "scrap"}]});
    tell(
        &mut plant,
        &event("/qms", "inspection.decided", 8, &decided),
    );
    assert_eq!(stock(&plant, "L-1"), (d("12"), "XBO".to_owned()));
    assert_eq!(lot(&plant, "L-1").unrestricted(), d("12"));
}

#[test]
fn what_is_scrapped_in_another_unit_is_compared_with_the_stock_in_that_of_the_lot() {
    let look = json!({"inspection": "I-1", "lot": "L-1", "quantity": q("1", "XCS")});
    let missing = json!({"lot": "L-1", "counted": q("6", "XBO"), "booked": q("24", "XBO"),
        "reason": "count"});
    let decided = json!({"inspection": "I-1", "by": "Dr. Weiss", "decisions": [
        {"quantity": q("1", "XCS"), "decision": "scrap"}]});
    let scrap = event("/qms", "inspection.decided", 9, &decided);
    let mut plant = told(&[
        beer(1, 4, "12"),
        created("L-1", 6, &q("2", "XCS")),
        event("/qms", "inspection.created", 7, &look),
        of_wms("stock.adjusted", 8, &missing),
    ]);
    let waits = met(&mut plant, &scrap);
    assert_eq!((waits.code(), waits.kind()), (Code::R17, Kind::Park));
    assert!(
        waits.to_string().contains("6") && waits.to_string().contains("12"),
        "{waits}"
    );
    let found = json!({"lot": "L-1", "counted": q("12", "XBO"), "booked": q("6", "XBO"),
        "reason": "found"});
    tell(&mut plant, &of_wms("stock.adjusted", 8, &found));
    tell(&mut plant, &scrap);
    assert_eq!(stock(&plant, "L-1"), (d("0"), "XBO".to_owned()));
}

#[test]
fn an_inspection_in_another_unit_and_its_material_end_the_same_in_any_order() {
    let look = json!({"inspection": "I-1", "lot": "L-1", "quantity": q("2", "XCS"),
        "blocking": true});
    ends_the_same(&[
        beer(1, 4, "12"),
        created("L-1", 6, &q("30", "XBO")),
        event("/qms", "inspection.created", 7, &look),
    ]);
}

#[test]
fn a_part_that_is_split_off_is_kept_in_the_unit_of_the_material_too() {
    let parts = json!({"parent": "L-1", "children": [{"lot": "L-2", "quantity": q("1", "XCS")}]});
    let plant = told(&[
        // Told before the material was published.
        created("L-1", 6, &q("2", "XCS")),
        beer(1, 5, "12"),
        of_wms("lot.split", 7, &parts),
        created("L-2", 8, &q("5", "XBO")),
    ]);
    assert_eq!(stock(&plant, "L-1"), (d("1"), "XCS".to_owned()));
    assert_eq!(stock(&plant, "L-2"), (d("12"), "XBO".to_owned()));
}

/// A cheese is 4.5 kg, give or take 3 %.
fn cheese(version: u64, hour: u32, tolerance: &str) -> Event {
    let data = json!({"material": "CHEESE", "version": version, "base_unit": "H87",
        "catch_weight_tolerance": tolerance, "conversions":
            [{"unit": "KGM", "numerator": "1", "denominator": "4.5", "nominal": true}]});
    of_erp("material.updated", hour, &data)
}

fn weighed(hour: u32, kilograms: &str) -> Event {
    let data = json!({"lot": "L-1", "material": "CHEESE", "quantity": q("10", "H87"),
        "measured": q(kilograms, "KGM")});
    of_wms("lot.created", hour, &data)
}

fn weight(plant: &Plant) -> Vec<(Unit, Decimal)> {
    let weights = lot(plant, "L-1").weights();
    weights
        .map(|(unit, weight)| (unit, weight.on_hand()))
        .collect()
}

#[test]
fn pieces_and_their_weight_are_taken_together_within_the_tolerance() {
    let plant = told(&[cheese(1, 4, "0.03"), weighed(6, "46.35")]);
    assert_eq!(stock(&plant, "L-1"), (d("10"), "H87".to_owned()));
    assert_eq!(weight(&plant), [(Unit::KILOGRAM, d("46.35"))]);
}

#[test]
fn what_weighs_otherwise_than_so_many_pieces_is_refused() {
    let mut plant = told(&[cheese(1, 4, "0.03")]);
    let heavy = met(&mut plant, &weighed(6, "46.351"));
    assert_eq!((heavy.code(), heavy.kind()), (Code::R58, Kind::Refuse));
    assert_eq!(
        heavy.to_string(),
        "10 H87 of material CHEESE should be 45 KGM for Lot L-1, give or take 3 %; 46.351 KGM \
         were measured. Count and weigh again, or have the nominal factor corrected with the \
         material in ERP."
    );
    assert!(
        plant.lot(&"L-1".parse().unwrap()).is_none(),
        "no lot came of it"
    );
}

#[test]
fn a_weight_waits_for_the_material_that_knows_what_it_should_be() {
    let mut plant = plant();
    let waits = met(&mut plant, &weighed(6, "45"));
    assert_eq!((waits.code(), waits.kind()), (Code::R19, Kind::Park));
    ends_the_same(&[cheese(1, 4, "0.03"), weighed(6, "45")]);
}

#[test]
fn a_tolerance_that_judged_a_weight_stays() {
    let mut plant = told(&[cheese(1, 4, "0.03"), weighed(6, "46")]);
    let late = met(&mut plant, &cheese(2, 5, "0.01"));
    assert_eq!((late.code(), late.kind()), (Code::R57, Kind::Refuse));
    let text = late.to_string();
    assert!(text.contains("by 1 %") && text.contains("by 3 %"), "{text}");
    tell(&mut plant, &cheese(2, 7, "0.01"));
    assert_eq!(weight(&plant), [(Unit::KILOGRAM, d("46"))]);
}

/// An order of ten cheeses, one of which is eaten again by another order.
fn moved() -> Vec<Event> {
    let order = |id: &str, material: &str| {
        let data = json!({"order": id, "material": material, "quantity": q("10", "H87")});
        of_erp("work_order.created", 5, &data)
    };
    let released = |id: &str| of_erp("work_order.released", 5, &json!({"order": id}));
    let receipt = json!({"order": "WO-1", "lot": "L-1", "quantity": q("10", "H87"),
        "measured": q("45500", "GRM")});
    let used = json!({"order": "WO-2", "material": "CHEESE", "lot": "L-1",
        "quantity": q("1", "H87"), "measured": q("4.4", "KGM")});
    vec![
        cheese(1, 4, "0.03"),
        order("WO-1", "CHEESE"),
        order("WO-2", "PIZZA"),
        released("WO-1"),
        released("WO-2"),
        of_wms("goods.received", 6, &receipt),
        event("/mes", "material.consumed", 7, &used),
    ]
}

#[test]
fn a_receipt_and_a_consumption_are_weighed_and_a_reversal_takes_the_weight_back() {
    let mut plant = told(&moved());
    assert_eq!(weight(&plant), [(Unit::KILOGRAM, d("41.1"))]);
    // The MES announces what the warehouse has received: of both the larger counts.
    tell(&mut plant, &weighed(8, "45"));
    assert_eq!(weight(&plant), [(Unit::KILOGRAM, d("41.1"))]);
    let consumed = moved().pop().unwrap();
    let back = json!({"order": "WO-2", "event": consumed.id.to_string(), "reason": "wrong"});
    tell(&mut plant, &event("/mes", "movement.reversed", 9, &back));
    assert_eq!(weight(&plant), [(Unit::KILOGRAM, d("45.5"))]);
    assert_eq!(stock(&plant, "L-1").0, d("10"));
}

#[test]
fn movements_that_weigh_otherwise_are_refused_and_leave_everything_as_it_was() {
    let events = moved();
    let mut plant = told(&events[..5]);
    for (place, n, unit) in [(5, "50000", "GRM"), (6, "5", "KGM")] {
        let mut told = serde_json::from_str::<Value>(&twin_model::wire::encode(&events[place]));
        let told = told.as_mut().unwrap();
        told["data"]["measured"] = q(n, unit);
        told["id"] = json!("another");
        let wrong = twin_model::wire::decode(told.to_string().as_bytes()).unwrap();
        let refused = met(&mut plant, &wrong);
        assert_eq!((refused.code(), refused.kind()), (Code::R58, Kind::Refuse));
        tell(&mut plant, &events[place]);
    }
}

#[test]
fn density_and_potency_are_factors_of_a_material_for_some_time() {
    // Half of the substance is active until noon, 45 % of it afterwards; a litre at the standard
    // temperature is 0.8 kg. `KNS` and `STL` are codes of their own beside kilogram and litre.
    let active = |numerator: &str, from: u32, to: u32| {
        json!({"unit": "KNS", "numerator": "1", "denominator": numerator,
            "valid_from": format!("2026-03-01T{from:02}:00:00Z"),
            "valid_to": format!("2026-03-01T{to:02}:00:00Z")})
    };
    let data = json!({"material": "BEER", "base_unit": "KGM", "conversions": [
        active("0.5", 4, 12), active("0.45", 12, 20),
        {"unit": "STL", "numerator": "0.8", "denominator": "1", "nominal": true}]});
    let mut plant = told(&[
        of_erp("material.updated", 4, &data),
        created("L-1", 6, &q("9", "KNS")),
        created("L-2", 13, &q("9", "KNS")),
        created("L-3", 13, &q("100", "STL")),
    ]);
    for (lot, kilograms) in [("L-1", "18"), ("L-2", "20"), ("L-3", "80")] {
        assert_eq!(stock(&plant, lot), (d(kilograms), "KGM".to_owned()));
    }
    let never = met(&mut plant, &created("L-4", 21, &q("9", "KNS")));
    assert_eq!((never.code(), never.kind()), (Code::R19, Kind::Refuse));
}
