//! Genealogies and logistic units as they are read.

use actix_web::http::StatusCode;
use actors::PlantClock;
use serde_json::{Value, json};

use crate::live_plant::LivePlant;

fn kg(value: &str) -> Value {
    json!({"value": value, "unit": "KGM"})
}

fn made(from: &str, into: &[String]) -> Value {
    let outputs: Vec<Value> = into
        .iter()
        .map(|lot| json!({"lot": lot, "material": "M", "quantity": kg("2")}))
        .collect();
    json!({"inputs": [{"lot": from, "quantity": kg("1")}], "outputs": outputs})
}

/// Lot RAW became MILL, and that PART-1 and PART-2; PART-1 is in a case, RAW on hold.
async fn family() -> LivePlant {
    let mut plant = LivePlant::open(PlantClock::EventTime).await;
    let raw = json!({"lot": "RAW", "material": "STEEL", "quantity": kg("10")});
    plant.tell("lot.created", "08:00", raw).await;
    plant
        .tell(
            "lot.transformed",
            "08:10",
            made("RAW", &["MILL".to_owned()]),
        )
        .await;
    let parts = ["PART-1".to_owned(), "PART-2".to_owned()];
    plant
        .tell("lot.transformed", "08:20", made("MILL", &parts))
        .await;
    let packed = json!({"unit": "CASE-7", "lots": [{"lot": "PART-1", "quantity": kg("1")}]});
    plant.tell("lot.packed", "08:30", packed).await;
    let hold = json!({"hold": "H-1", "scope": {"kind": "lot", "id": "RAW"}, "reason": "rust"});
    plant.tell("hold.placed", "08:40", hold).await;
    plant
}

#[actix_web::test]
async fn a_genealogy_has_every_step_with_quantities_holds_and_units() {
    let plant = family().await;
    let path = "/api/v1/plants/P1/lots/MILL/genealogy";
    let answer = plant.get(path).await;
    assert_eq!(answer.status, StatusCode::OK);
    let item = &answer.body["item"];
    let kin = |kin: &Value| {
        let field = |name: &str| kin[name].as_str().unwrap().to_owned();
        (kin["steps"].as_i64().unwrap(), field("id"))
    };
    let lots: Vec<_> = item["lots"].as_array().unwrap().iter().map(kin).collect();
    let expected = [(-1, "RAW"), (0, "MILL"), (1, "PART-1"), (1, "PART-2")];
    assert_eq!(lots, expected.map(|(steps, id)| (steps, id.to_owned())));
    assert_eq!(item["lots"][0]["holds"], json!(["H-1"]));
    assert_eq!(item["lots"][2]["inherited_holds"], json!(["H-1"]));
    assert_eq!(item["lots"][2]["packed_in"], json!(["CASE-7"]));
    assert_eq!(item["lots"][3]["packed_in"], json!([]));
    assert_eq!(item["lots"][0]["quantity"], kg("9"));
    let edge = json!({"parent": "RAW", "child": "MILL", "quantity": kg("1"),
        "by": "transformed", "since": "2026-03-01T08:10:00Z"});
    assert_eq!(item["edges"][2], edge);
    assert_eq!(item["edges"].as_array().unwrap().len(), 3);
    for field in [
        "ancestors_truncated",
        "descendants_truncated",
        "edges_truncated",
    ] {
        assert_eq!(item[field], false, "{field}");
    }
    let unknown = plant.get("/api/v1/plants/P1/lots/NONE/genealogy").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    let wrong = plant.get(&format!("{path}?format=png")).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
}

#[actix_web::test]
async fn a_large_genealogy_shows_the_nearest_and_says_that_there_are_more() {
    let mut plant = LivePlant::open(PlantClock::EventTime).await;
    let raw = json!({"lot": "RAW", "material": "STEEL", "quantity": kg("10")});
    plant.tell("lot.created", "08:00", raw).await;
    let parts: Vec<String> = (0..501).map(|n| format!("P{n:03}")).collect();
    plant
        .tell("lot.transformed", "08:10", made("RAW", &parts))
        .await;
    plant
        .tell(
            "lot.transformed",
            "08:20",
            made("P000", &["LAST".to_owned()]),
        )
        .await;
    let item = |answer: crate::live_plant::Answer| answer.body["item"].clone();
    let whole = item(plant.get("/api/v1/plants/P1/lots/RAW/genealogy").await);
    let lots = whole["lots"].as_array().unwrap();
    assert_eq!((lots.len(), &lots[500]["id"]), (501, &json!("P499")));
    assert_eq!(whole["descendants_truncated"], true);
    assert_eq!(whole["ancestors_truncated"], false);
    let last = item(plant.get("/api/v1/plants/P1/lots/LAST/genealogy").await);
    assert_eq!(last["lots"][0]["id"], "RAW");
    assert_eq!(last["ancestors_truncated"], false);
}

#[actix_web::test]
async fn a_genealogy_is_drawn_with_what_is_on_hold() {
    let mut plant = family().await;
    let odd = json!({"lot": "<&\">", "material": "M", "quantity": kg("2")});
    plant.tell("lot.created", "08:50", odd).await;
    let merged = json!({"parents": [{"lot": "<&\">", "quantity": kg("1")},
        {"lot": "PART-2", "quantity": kg("1")}],
        "child": {"lot": "MIX", "material": "M", "quantity": kg("2")}});
    plant.tell("lot.merged", "08:55", merged).await;
    let path = "/api/v1/plants/P1/lots/MIX/genealogy?format=svg";
    let answer = plant.ask(path, &[]).await;
    let kind = answer.headers().get("content-type").unwrap();
    assert_eq!(kind, "image/svg+xml");
    let body = actix_web::test::read_body(answer).await;
    let svg = String::from_utf8(body.to_vec()).unwrap();
    if let Some(out) = std::env::var_os("TWIN_GENEALOGY_SVG") {
        std::fs::write(out, &svg).unwrap();
    }
    assert_eq!(svg.matches("<rect class=\"kin").count(), 5);
    assert_eq!(svg.matches("class=\"kin held\"").count(), 4);
    assert_eq!(svg.matches("class=\"edge\"").count(), 4);
    assert!(svg.contains(">&lt;&amp;&quot;&gt;</text>"), "{svg}");
    assert!(svg.contains("held by H-1"), "{svg}");
}

#[actix_web::test]
async fn a_unit_shows_what_is_in_it() {
    let mut plant = family().await;
    let stacked = json!({"unit": "PALLET-1", "units": ["CASE-7"]});
    plant.tell("lot.packed", "08:35", stacked).await;
    let out = json!({"unit": "EMPTY", "action": "remove"});
    plant.tell("lot.packed", "08:36", out).await;
    assert_eq!(
        plant.ids("logistic-units").await,
        ["CASE-7", "EMPTY", "PALLET-1"]
    );
    assert_eq!(
        plant.ids("logistic-units?state=packed").await,
        ["CASE-7", "PALLET-1"]
    );
    let pallet = plant.get("/api/v1/plants/P1/logistic-units/PALLET-1").await;
    assert_eq!(pallet.body["item"]["units"], json!(["CASE-7"]));
    let case = plant.get("/api/v1/plants/P1/logistic-units/CASE-7").await;
    let lots = json!([{"lot": "PART-1", "quantity": kg("1")}]);
    assert_eq!(case.body["item"]["lots"], lots);
    let wanted = json!({"delivery": "D-1", "lots": [], "units": ["PALLET-1"]});
    plant.tell("shipment.requested", "09:00", wanted).await;
    assert_eq!(plant.ids("shipments?lot=PART-1").await, ["D-1"]);
    assert!(plant.ids("shipments?lot=PART-2").await.is_empty());
    let shipment = plant.get("/api/v1/plants/P1/shipments/D-1").await;
    assert_eq!(shipment.body["item"]["units"], json!(["PALLET-1"]));
    assert_eq!(shipment.body["item"]["reasons"][0]["code"], "TWIN-R08");
}
