//! Materials, routings and the accounts of orders as they are read.

use actors::PlantClock;
use serde_json::{Value, json};

use crate::live_plant::{LivePlant, created};

async fn item(plant: &LivePlant, path: &str) -> Value {
    let answer = plant.get(&format!("/api/v1/plants/P1/{path}")).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    answer.body["item"].clone()
}

#[actix_web::test]
async fn a_material_tells_its_units_version_by_version() {
    let mut plant = LivePlant::open(PlantClock::EventTime).await;
    let first = json!({"material": "BEER", "version": 7, "base_unit": "XBO", "conversions": [
        {"unit": "XCS", "numerator": "12", "denominator": "1"}]});
    let second = json!({"material": "BEER", "version": 8, "base_unit": "XBO", "conversions": [
        {"unit": "XCS", "numerator": "20", "denominator": "1"},
        {"unit": "KGM", "numerator": "1", "denominator": "0.9", "nominal": true,
            "valid_to": "2027-03-01T00:00:00Z"}],
        "shelf_life_days": 180, "inspection_required": true, "lot_controlled": true,
        "catch_weight_tolerance": "0.03"});
    // The newer one comes first.
    plant.tell("material.updated", "09:00", second).await;
    plant.tell("material.updated", "08:00", first).await;
    let beer = item(&plant, "materials/BEER").await;
    assert_eq!(
        (&beer["base_unit"], &beer["versions_count"]),
        (&json!("XBO"), &json!(2))
    );
    let case = |bottles: &str| {
        json!({"unit": "XCS", "numerator": bottles, "denominator": "1", "nominal": false,
            "valid_from": null, "valid_to": null})
    };
    let weight = json!({"unit": "KGM", "numerator": "10", "denominator": "9", "nominal": true,
        "valid_from": null, "valid_to": "2027-03-01T00:00:00Z"});
    assert_eq!(
        beer["versions"][0],
        json!({"number": 8, "from": "2026-03-01T09:00:00Z", "base_unit": "XBO",
            "conversions": [weight, case("20")], "shelf_life_days": 180,
            "inspection_required": true, "lot_controlled": true, "catch_weight_tolerance": "0.03"})
    );
    assert_eq!(beer["versions"][1]["conversions"], json!([case("12")]));
    assert_eq!(plant.ids("materials").await, ["BEER"]);
    let missing = plant.get("/api/v1/plants/P1/materials/WINE").await;
    assert_eq!(
        (missing.status.as_u16(), &missing.body["code"]),
        (404, &json!("TWIN-R01"))
    );
    assert_eq!(missing.body["detail"], "Material WINE is not known.");
}

#[actix_web::test]
async fn a_routing_tells_its_operations_and_which_orders_follow_it() {
    let mut plant = LivePlant::open(PlantClock::EventTime).await;
    for (order, version) in [("WO-1", "7"), ("WO-2", "8")] {
        plant
            .tell("work_order.created", "08:00", created(order, "5"))
            .await;
        let released = json!({"order": order, "routing_version": version, "bom_version": "1"});
        plant.tell("work_order.released", "08:10", released).await;
    }
    let published = json!({"routing": "R-1", "version": "7", "material": "M-1", "operations": [
        {"op": "10", "work_center": "SAW", "setup_s": 600, "run_s_per_unit": "30"},
        {"op": "20", "work_center": "PACK", "predecessors": ["10"], "delivers": true,
            "run_s_per_unit": "2.5"}]});
    plant.tell("routing.published", "07:00", published).await;
    let routing = item(&plant, "routings/M-1").await;
    let version = &routing["versions"][0];
    assert_eq!(
        (&version["version"], &version["name"]),
        (&json!("7"), &json!("R-1"))
    );
    assert_eq!(
        (&version["setup_s"], &version["run_s_per_unit"]),
        (&json!(600), &json!("32.5"))
    );
    assert_eq!(
        version["operations"][1],
        json!({"op": "20", "work_center": "PACK", "predecessors": ["10"], "overlap": false,
            "inspection_point": false, "delivers": true, "setup_s": null, "run_s_per_unit": "2.5"})
    );
    let follows = |order: &str, version: &str, found: bool| {
        json!({"order": order, "version": version, "released_at": "2026-03-01T08:10:00Z",
            "found": found})
    };
    assert_eq!(
        routing["orders"],
        json!([follows("WO-1", "7", true), follows("WO-2", "8", false)])
    );
    assert_eq!(
        (&routing["orders_count"], &routing["waiting_orders_count"]),
        (&json!(2), &json!(1))
    );
    for (list, ids) in [
        ("routings", vec!["M-1"]),
        ("routings?work_center=SAW", vec!["M-1"]),
        ("routings?work_center=OVEN", vec![]),
        ("routings?order=WO-2", vec!["M-1"]),
        ("routings?order=WO-3", vec![]),
    ] {
        assert_eq!(plant.ids(list).await, ids, "{list}");
    }
}

#[actix_web::test]
async fn an_orders_accounts_tell_what_was_planned_taken_used_and_given() {
    let mut plant = LivePlant::open(PlantClock::EventTime).await;
    plant
        .tell("work_order.created", "08:00", created("WO-1", "10"))
        .await;
    let released = json!({"order": "WO-1",
        "operations": [{"op": "10", "work_center": "SAW", "delivers": true}],
        "components": [{"material": "STEEL", "op": "10",
            "quantity": {"value": "20", "unit": "KGM"}}]});
    plant.tell("work_order.released", "08:00", released).await;
    let none = item(&plant, "work-orders/WO-1").await["accounts"][0].clone();
    assert_eq!(
        (&none["planned"], &none["due"], &none["issued"]),
        (&json!("20"), &json!("0"), &json!("0"))
    );
    let steel = |value: &str, unit: &str| json!({"order": "WO-1", "material": "STEEL", "quantity": {"value": value, "unit": unit}});
    plant
        .tell("material.issued", "08:10", steel("15000", "GRM"))
        .await;
    plant
        .tell("material.returned", "08:20", steel("2.50", "KGM"))
        .await;
    plant
        .tell("material.consumed", "08:30", steel("9.5", "KGM"))
        .await;
    let mut scrapped = steel("1", "KGM");
    scrapped["scrapped"] = json!(true);
    plant.tell("material.consumed", "08:30", scrapped).await;
    let report =
        json!({"order": "WO-1", "op": "10", "work_center": "SAW", "unit": "H87", "good": "4"});
    plant.tell("operation.progressed", "08:40", report).await;
    let received =
        json!({"order": "WO-1", "lot": "L-1", "quantity": {"value": "4", "unit": "H87"}});
    plant.tell("goods.received", "08:50", received).await;
    assert_eq!(
        item(&plant, "work-orders/WO-1").await["accounts"],
        json!([
            {"material": "M-1", "unit": "H87", "planned": null, "due": null, "issued": "0",
                "returned": "0", "consumed": "0", "scrapped": "0", "received": "4",
                "at_line": "0", "unmatched": "0", "variance": null},
            {"material": "STEEL", "unit": "KGM", "planned": "20", "due": "8", "issued": "15",
                "returned": "2.5", "consumed": "9.5", "scrapped": "1", "received": "0",
                "at_line": "2", "unmatched": "0", "variance": "2.5"},
        ])
    );
    assert_eq!(plant.ids("work-orders?material=STEEL").await, ["WO-1"]);
}

#[actix_web::test]
async fn an_orders_movements_stand_behind_its_accounts_with_what_took_them_back() {
    let mut plant = LivePlant::open(PlantClock::EventTime).await;
    plant
        .tell("work_order.created", "08:00", created("WO-1", "10"))
        .await;
    let released = json!({"order": "WO-1",
        "components": [{"material": "STEEL", "quantity": {"value": "20", "unit": "KGM"}}]});
    plant.tell("work_order.released", "08:00", released).await;
    let steel = json!({"order": "WO-1", "material": "STEEL", "document": "49/2026",
        "quantity": {"value": "15000", "unit": "GRM"}});
    plant.tell("material.issued", "08:20", steel).await;
    let used = json!({"order": "WO-1", "material": "STEEL",
        "quantity": {"value": "1.50", "unit": "KGM"}});
    plant.tell("material.consumed", "08:10", used).await;
    let made = json!({"order": "WO-1", "lot": "L-1", "quantity": {"value": "4", "unit": "H87"}});
    plant.tell("goods.received", "08:30", made).await;
    let back = json!({"order": "WO-1", "document": "49/2026", "reason": "wrong order"});
    plant.tell("movement.reversed", "08:40", back).await;

    let path = "/api/v1/plants/P1/work-orders/WO-1/movements";
    let answer = plant.get(path).await.body;
    let moved = |kind: &str, material: &str, told: [&str; 2], booked: [&str; 2], at: &str| {
        let quantity = |[value, unit]: [&str; 2]| json!({"value": value, "unit": unit});
        json!({"kind": kind, "material": material, "lot": null, "quantity": quantity(told),
            "booked": quantity(booked), "at": format!("2026-03-01T{at}:00Z"), "op": null,
            "document": null, "reversal": null})
    };
    let consumed = moved("consumed", "STEEL", ["1.5", "KGM"], ["1.5", "KGM"], "08:10");
    let mut issued = moved("issued", "STEEL", ["15000", "GRM"], ["15", "KGM"], "08:20");
    issued["document"] = json!("49/2026");
    issued["reversal"] = json!({"event": "e6", "reason": "wrong order"});
    let mut received = moved("received", "M-1", ["4", "H87"], ["4", "H87"], "08:30");
    received["lot"] = json!("L-1");
    assert_eq!(
        answer["items"],
        json!([consumed, issued, received]),
        "by their times"
    );
    assert_eq!(
        (&answer["total"], &answer["next"]),
        (&json!(3), &Value::Null)
    );
    assert_eq!(answer["plant"], "P1");
    for (query, kinds, next) in [
        ("?limit=2", vec!["consumed", "issued"], json!(2)),
        ("?limit=2&cursor=2", vec!["received"], Value::Null),
        ("?cursor=9", vec![], Value::Null),
        ("?material=STEEL", vec!["consumed", "issued"], Value::Null),
        ("?lot=L-1", vec!["received"], Value::Null),
    ] {
        let page = plant.get(&format!("{path}{query}")).await.body;
        let items = page["items"].as_array().unwrap().iter();
        let found: Vec<&Value> = items.map(|item| &item["kind"]).collect();
        assert_eq!(found, kinds, "{query}");
        assert_eq!(page["next"], next, "{query}");
    }
    let unknown = plant
        .get("/api/v1/plants/P1/work-orders/WO-9/movements")
        .await;
    assert_eq!(
        (unknown.status.as_u16(), &unknown.body["code"]),
        (404, &json!("TWIN-R01"))
    );
    assert_eq!(plant.get(&format!("{path}?color=red")).await.status, 400);
}
