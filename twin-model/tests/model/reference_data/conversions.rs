//! Reports in other units than that of their order.

use serde_json::json;
use twin_model::{Code, Decimal, EntityKey, Event, Kind, Plant, Rejection};

use super::{beer, bottles, cases, ends_the_same, of_erp, order, plant, report, tell};

fn d(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn told(events: &[Event]) -> Plant {
    let mut plant = plant();
    for event in events {
        tell(&mut plant, event);
    }
    plant
}

/// Tells what the plant does not take; nothing changes.
fn met(plant: &mut Plant, event: &Event) -> Rejection {
    let before = plant.state_hash();
    let rejection = plant.apply(event).map(|_| ()).unwrap_err();
    assert_eq!(plant.state_hash(), before, "a rejection changes nothing");
    rejection
}

#[test]
fn cases_are_bottles_by_the_version_that_counts_at_the_time_of_the_report() {
    let mut plant = told(&bottles());
    tell(&mut plant, &beer(1, 4, "12"));
    tell(&mut plant, &beer(2, 10, "20"));
    tell(&mut plant, &cases(11, "2"));
    assert_eq!(order(&plant).delivered(), d("40"));
    // From before the new case, and told after it.
    tell(&mut plant, &cases(9, "2"));
    assert_eq!(order(&plant).delivered(), d("64"));
}

#[test]
fn whichever_comes_first_ends_the_same() {
    let mut events = bottles();
    events.extend([beer(1, 4, "12"), cases(7, "1"), cases(9, "1")]);
    ends_the_same(&events);
}

#[test]
fn a_report_waits_for_a_material_that_is_not_published_for_its_time() {
    let mut plant = told(&bottles());
    let early = met(&mut plant, &cases(7, "1"));
    let beer_itself = EntityKey::Material("BEER".parse().unwrap());
    assert_eq!((early.code(), early.kind()), (Code::R19, Kind::Park));
    assert_eq!(early.waits_for(), Some(beer_itself.clone()));
    // A version of later does not count for it.
    tell(&mut plant, &beer(2, 8, "20"));
    assert_eq!(met(&mut plant, &cases(7, "1")).kind(), Kind::Park);
    let turn = plant.apply(&beer(1, 6, "12")).unwrap();
    assert!(
        turn.touched.iter().any(|t| t.key == beer_itself),
        "it is woken"
    );
    tell(&mut plant, &cases(7, "1"));
    assert_eq!(order(&plant).delivered(), d("12"));
}

#[test]
fn a_unit_that_the_material_does_not_know_is_refused() {
    let mut plant = told(&bottles());
    tell(&mut plant, &beer(1, 4, "12"));
    let pallets = met(&mut plant, &report(7, "1", "XPX"));
    assert_eq!((pallets.code(), pallets.kind()), (Code::R19, Kind::Refuse));
    assert_eq!(
        pallets.to_string(),
        "Unit XPX cannot be turned into XBO for Order WO-1: material BEER has no conversion valid \
         on 2026-03-01T07:00:00Z. Report in XBO, or have the conversion maintained with the \
         material in ERP."
    );
}

#[test]
fn a_conversion_counts_within_its_validity() {
    let mut plant = told(&bottles());
    let from_to = |from: u32, to: u32, bottles: &str| {
        json!({"unit": "XCS", "numerator": bottles, "denominator": "1",
            "valid_from": format!("2026-03-01T{from:02}:00:00Z"),
            "valid_to": format!("2026-03-01T{to:02}:00:00Z")})
    };
    let data = json!({"material": "BEER", "base_unit": "XBO",
        "conversions": [from_to(7, 9, "12"), from_to(9, 10, "20")]});
    tell(&mut plant, &of_erp("material.updated", 1, &data));
    assert_eq!(met(&mut plant, &cases(6, "1")).code(), Code::R19);
    tell(&mut plant, &cases(7, "1"));
    assert_eq!(order(&plant).delivered(), d("12"));
    tell(&mut plant, &cases(9, "1"));
    assert_eq!(order(&plant).delivered(), d("32"));
    assert_eq!(met(&mut plant, &cases(10, "1")).code(), Code::R19);
}

#[test]
fn units_of_one_dimension_need_no_material() {
    let created = json!({"order": "WO-1", "material": "NAIL",
        "quantity": {"value": "100", "unit": "H87"}});
    let mut plant = plant();
    tell(&mut plant, &of_erp("work_order.created", 5, &created));
    tell(
        &mut plant,
        &of_erp("work_order.released", 6, &json!({"order": "WO-1"})),
    );
    tell(&mut plant, &report(7, "2", "DZN"));
    assert_eq!(order(&plant).delivered(), d("24"));
    assert_eq!(met(&mut plant, &report(8, "0.5", "DZN")).code(), Code::R20);
}

#[test]
fn a_part_of_a_counted_unit_is_refused_where_the_factor_is_exact() {
    let mut plant = plant();
    let created = json!({"order": "WO-1", "material": "BEER",
        "quantity": {"value": "10", "unit": "XCS"}});
    tell(&mut plant, &of_erp("work_order.created", 5, &created));
    tell(
        &mut plant,
        &of_erp("work_order.released", 6, &json!({"order": "WO-1"})),
    );
    tell(&mut plant, &beer(1, 4, "12"));
    tell(&mut plant, &report(7, "36", "XBO"));
    assert_eq!(order(&plant).delivered(), d("3"));
    let part = met(&mut plant, &report(8, "30", "XBO"));
    assert_eq!((part.code(), part.kind()), (Code::R20, Kind::Refuse));
    assert_eq!(order(&plant).delivered(), d("3"));
}

#[test]
fn a_nominal_weight_may_leave_a_part_of_a_bottle() {
    let mut plant = told(&bottles());
    // 0.9 kg are nominally one bottle, 12 bottles are exactly a case.
    let data = json!({"material": "BEER", "base_unit": "XBO", "conversions": [
        {"unit": "KGM", "numerator": "1", "denominator": "0.9", "nominal": true},
        {"unit": "XCS", "numerator": "12", "denominator": "1"}]});
    tell(&mut plant, &of_erp("material.updated", 1, &data));
    tell(&mut plant, &report(7, "10.8", "KGM"));
    assert_eq!(order(&plant).delivered(), d("12"));
    tell(&mut plant, &report(8, "450", "GRM"));
    assert_eq!(order(&plant).delivered(), d("12.5"));
    tell(&mut plant, &report(9, "0.1", "KGM"));
    assert_eq!(order(&plant).delivered(), d("12.611111111"));
}

#[test]
fn released_changed_and_final_quantities_convert_as_well() {
    let mut plant = told(&bottles()[..1]);
    tell(&mut plant, &beer(1, 4, "12"));
    let quantity = json!({"value": "10", "unit": "XCS"});
    let release = json!({"order": "WO-1", "quantity": quantity});
    tell(&mut plant, &of_erp("work_order.released", 6, &release));
    assert_eq!(order(&plant).released(), Some(d("120")));
    let more = json!({"order": "WO-1", "quantity": {"new": {"value": "11", "unit": "XCS"}}});
    tell(&mut plant, &of_erp("work_order.changed", 7, &more));
    assert_eq!(order(&plant).ordered(), d("132"));
    let end = json!({"order": "WO-1", "final_quantity": quantity});
    tell(&mut plant, &of_erp("work_order.tech_completed", 8, &end));
    let done = order(&plant).tech_completion().unwrap();
    assert_eq!(done.final_quantity, Some(d("120")));
}

#[test]
fn scrap_by_reason_converts_part_by_part() {
    let mut plant = told(&bottles());
    tell(&mut plant, &beer(1, 4, "12"));
    let data = json!({"order": "WO-1", "op": "10", "unit": "XCS", "good": "3", "rework": "1",
        "scrap_by_reason": [{"quantity": "1", "reason": "dent"},
            {"quantity": "2", "reason": "fill level"}]});
    tell(
        &mut plant,
        &super::event("/mes", "operation.completed", 7, &data),
    );
    let order = order(&plant);
    let operation = &order.operations()[0];
    assert_eq!((operation.good(), operation.scrap()), (d("36"), d("36")));
    let by_reason: Vec<_> = operation
        .scrap_by_reason()
        .map(|(reason, scrap)| (reason.as_str(), scrap))
        .collect();
    assert_eq!(by_reason, [("dent", d("12")), ("fill level", d("24"))]);
}
