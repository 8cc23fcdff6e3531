//! The list of what is contradictory.

use actors::PlantClock;
use serde_json::{Value, json};

use crate::live_plant::LivePlant;

fn report(order: &str, op: &str, good: &str) -> Value {
    json!({"order": order, "op": op, "unit": "H87", "good": good})
}

#[actix_web::test]
async fn what_is_contradictory_is_listed_with_both_values_until_it_heals() {
    let mut plant = LivePlant::open(PlantClock::EventTime).await;
    for order in ["WO-1", "WO-2", "WO-3"] {
        plant.released_order(order, "08:00", "50").await;
        plant
            .tell("operation.progressed", "08:10", report(order, "10", "5"))
            .await;
        let ahead = plant
            .tell("operation.progressed", "08:20", report(order, "20", "9"))
            .await;
        assert_eq!(ahead.dispositions.len(), 1);
    }
    // More than was released, too.
    plant
        .tell("operation.progressed", "08:30", report("WO-2", "10", "70"))
        .await;
    let centers = plant.items("discrepancies?kind=work_center").await;
    assert_eq!(centers.len(), 2, "nobody has told of them");
    let all = plant.items("discrepancies?kind=work_order").await;
    let objects: Vec<&Value> = all.iter().map(|item| &item["object"]).collect();
    assert_eq!(
        objects,
        ["work_order/WO-1", "work_order/WO-2", "work_order/WO-3"]
    );
    let first = &all[0]["discrepancies"][0];
    assert_eq!(first["code"], "TWIN-R05", "{all:?}");
    let text = first["text"].as_str().unwrap();
    assert!(
        text.contains("reports 9 H87, more than the 5 that"),
        "{text}"
    );
    let more = plant
        .items("discrepancies?kind=work_order&code=TWIN-R39")
        .await;
    assert_eq!((more.len(), &more[0]["id"]), (1, &json!("WO-2")));
    assert_eq!(
        more[0]["discrepancies"].as_array().unwrap().len(),
        1,
        "only what was asked for"
    );

    let page = plant
        .get("/api/v1/plants/P1/discrepancies?kind=work_order&limit=2")
        .await
        .body;
    assert_eq!(
        (page["items"].as_array().unwrap().len(), &page["next"]),
        (2, &json!("work_order/WO-2"))
    );
    let rest = plant
        .items("discrepancies?kind=work_order&limit=2&cursor=work_order/WO-2")
        .await;
    assert_eq!((rest.len(), &rest[0]["id"]), (1, &json!("WO-3")));

    let before = plant.get("/api/v1/plants/P1").await.body["seq"].clone();
    plant
        .tell("operation.progressed", "08:40", report("WO-1", "10", "4"))
        .await;
    let objects = |items: Vec<Value>| {
        items
            .into_iter()
            .map(|item| item["id"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        objects(plant.items("discrepancies?kind=work_order").await),
        ["WO-2", "WO-3"],
        "the late report came"
    );
    let then = plant
        .items(&format!("discrepancies?kind=work_order&as_of={before}"))
        .await;
    assert_eq!(objects(then), ["WO-1", "WO-2", "WO-3"]);
    let plant = plant.reopened().await;
    assert_eq!(
        objects(plant.items("discrepancies?kind=work_order").await),
        ["WO-2", "WO-3"]
    );
}
