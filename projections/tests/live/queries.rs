//! Lists and items over HTTP: what they say, and how they are narrowed.
use actors::PlantClock;
use serde_json::{Value, json};

use crate::live_plant::{LivePlant, created, lot};

async fn event_time_plant() -> LivePlant {
    LivePlant::open(PlantClock::EventTime).await
}

#[actix_web::test]
async fn an_order_tells_where_it_stands_and_what_it_waits_for() {
    let mut plant = event_time_plant().await;
    plant.released_order("WO-1", "08:00", "50").await;
    let report = json!({"order": "WO-1", "op": "10", "work_center": "SAW", "unit": "H87",
        "good": "20", "scrap": "1.5", "start": "2026-03-01T08:10:00Z"});
    // Half a piece of scrap is refused: the answer below must not show it.
    plant
        .tell("operation.progressed", "08:20", report.clone())
        .await;
    let mut whole = report;
    whole["scrap"] = json!("2");
    plant.tell("operation.progressed", "08:30", whole).await;

    let answer = plant.get("/api/v1/plants/P1/work-orders/WO-1").await;
    assert_eq!(answer.status, 200);
    let order = &answer.body["item"];
    assert_eq!(order["lifecycle"], "in_process");
    assert_eq!(order["quantity"], json!({"value": "50", "unit": "H87"}));
    assert_eq!(
        order["released_quantity"],
        json!({"value": "50", "unit": "H87"})
    );
    assert_eq!(order["scrap"], "2");
    assert_eq!(order["good"], "0", "nothing has left the last operation");
    assert_eq!(order["delivered"], "0");
    assert_eq!(
        order["progress"], "0.2",
        "20 of 50 at the first of two operations"
    );
    assert_eq!(order["confirmation"], "partial");
    assert_eq!(order["late"], false);
    assert_eq!(order["waiting_for"], Value::Null, "it runs");
    assert_eq!(order["operations"][0]["state"], "running");
    assert_eq!(order["operations"][0]["good"], "20");
    assert_eq!(order["operations"][0]["started_at"], "2026-03-01T08:10:00Z");
    assert_eq!(order["operations"][1]["state"], "allowed_to_start");
    assert_eq!(order["operations"][1]["sub_state"], "ready");
    assert_eq!(order["operations"][1]["predecessors"], json!(["10"]));
}

#[actix_web::test]
async fn an_order_without_a_routing_says_how_far_it_is_only_when_something_tells() {
    let mut plant = event_time_plant().await;
    plant
        .tell("work_order.created", "08:00", created("WO-1", "50"))
        .await;
    let released = json!({"order": "WO-1", "routing_version": "1", "bom_version": "1"});
    plant.tell("work_order.released", "08:00", released).await;
    let path = "/api/v1/plants/P1/work-orders/WO-1";
    let order = plant.get(path).await.body["item"].clone();
    assert_eq!(order["progress"], "0", "no work was reported");

    for (op, start) in [("B", "08:30"), ("C", "08:10"), ("A", "08:30")] {
        let report = json!({"order": "WO-1", "op": op, "work_center": "SAW", "unit": "H87",
            "good": "20", "start": format!("2026-03-01T{start}:00Z")});
        plant.tell("operation.progressed", "08:40", report).await;
    }
    let order = plant.get(path).await.body["item"].clone();
    assert_eq!(
        order["progress"],
        Value::Null,
        "how much is left is unknown"
    );
    let operations = order["operations"].as_array().unwrap();
    let ids: Vec<&str> = operations
        .iter()
        .map(|op| op["op"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["C", "A", "B"], "by start, then by name");

    let packed = json!({"order": "WO-1", "op": "PACK", "work_center": "SAW", "unit": "H87",
        "good": "10", "delivers": true});
    plant.tell("operation.progressed", "08:50", packed).await;
    let order = plant.get(path).await.body["item"].clone();
    assert_eq!(order["progress"], "0.2", "10 of 50 are delivered");
}

#[actix_web::test]
async fn lateness_and_shelf_life_follow_the_clock_of_the_plant() {
    let mut old = event_time_plant().await;
    old.released_order("WO-1", "08:00", "5").await;
    let mut perishable = lot("L-1", "5");
    perishable["expiry"] = json!("2026-03-01T13:00:00Z");
    old.tell("lot.created", "08:00", perishable.clone()).await;
    let order = "/api/v1/plants/P1/work-orders/WO-1";
    assert_eq!(
        old.get(order).await.body["item"]["late"],
        false,
        "the log has not passed noon"
    );
    let shippable = |body: Value| body["item"]["shippable"].clone();
    assert_eq!(
        shippable(old.get("/api/v1/plants/P1/lots/L-1").await.body),
        true
    );
    old.tell("lot.created", "13:00", lot("L-2", "5")).await;
    assert_eq!(old.get(order).await.body["item"]["late"], true);
    let expired = old.get("/api/v1/plants/P1/lots/L-1").await.body;
    assert_eq!(
        expired["item"]["not_shippable_because"][0]["code"],
        "TWIN-R10"
    );
    assert_eq!(shippable(expired), false);

    let mut live = LivePlant::open(PlantClock::Wall).await;
    let mut due_long_ago = created("WO-1", "5");
    due_long_ago["planned_end"] = json!("2020-01-01T00:00:00Z");
    let mut due_far_ahead = created("WO-2", "5");
    due_far_ahead["planned_end"] = json!("2999-01-01T00:00:00Z");
    live.tell("work_order.created", "08:00", due_long_ago).await;
    live.tell("work_order.created", "08:00", due_far_ahead)
        .await;
    let orders = live.items("work-orders").await;
    assert_eq!(orders[0]["late"], true);
    assert_eq!(orders[1]["late"], false);
}

/// L-1 went into L-2, which went into L-3; L-1 is on hold.
async fn held_family() -> LivePlant {
    let mut plant = event_time_plant().await;
    plant.released_order("WO-1", "08:00", "50").await;
    plant.tell("lot.created", "08:00", lot("L-1", "10")).await;
    for (from, to, at) in [("L-1", "L-2", "08:10"), ("L-2", "L-3", "08:20")] {
        let data = json!({"order": "WO-1",
            "inputs": [{"lot": from, "quantity": {"value": "4", "unit": "H87"}}],
            "outputs": [{"lot": to, "material": "M-1", "quantity": {"value": "4", "unit": "H87"}}]});
        plant.tell("lot.transformed", at, data).await;
    }
    let hold = json!({"hold": "H-1", "scope": {"kind": "lot", "id": "L-1"}, "reason": "cracks",
        "placed_by": "Q. Meyer"});
    plant.tell("hold.placed", "09:00", hold).await;
    plant
}

#[actix_web::test]
async fn a_lot_says_why_it_may_not_ship_and_where_it_comes_from() {
    let mut plant = held_family().await;
    let child = plant.get("/api/v1/plants/P1/lots/L-2").await.body["item"].clone();
    assert_eq!(child["shippable"], false);
    assert_eq!(child["holds"], json!([]));
    assert_eq!(child["inherited_holds"], json!(["H-1"]));
    let tie = |lot: &str, since: &str| {
        json!([{"lot": lot, "quantity": {"value": "4", "unit": "H87"}, "by": "transformed",
            "since": since}])
    };
    assert_eq!(child["parents"], tie("L-1", "2026-03-01T08:10:00Z"));
    assert_eq!(child["children"], tie("L-3", "2026-03-01T08:20:00Z"));
    assert_eq!(child["quantity"]["value"], "0");
    let codes: Vec<&Value> = child["not_shippable_because"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["code"])
        .collect();
    assert_eq!(codes, ["TWIN-R08", "TWIN-R16"]);
    let text = child["not_shippable_because"][0]["text"].as_str().unwrap();
    for part in ["Lot L-1", "H-1", "cracks", "Q. Meyer"] {
        assert!(text.contains(part), "{text}");
    }
    let own = plant.get("/api/v1/plants/P1/lots/L-1").await.body["item"].clone();
    assert_eq!(own["not_shippable_because"][0]["code"], "TWIN-R07");

    plant
        .tell(
            "hold.released",
            "10:00",
            json!({"hold": "H-1", "disposition": "use as is", "released_by": "Q"}),
        )
        .await;
    let lots = plant.items("lots").await;
    assert_eq!(lots[2]["id"], "L-3");
    assert_eq!(lots[2]["shippable"], true);
    assert_eq!(lots[2]["not_shippable_because"], json!([]));
}

#[actix_web::test]
async fn a_hold_lists_the_lots_that_it_reaches() {
    let mut plant = held_family().await;
    let hold = plant.get("/api/v1/plants/P1/holds/H-1").await;
    assert_eq!(hold.body["item"]["state"], "open");
    assert_eq!(
        hold.body["item"]["scope"],
        json!({"kind": "lot", "id": "L-1", "from": null, "to": null})
    );
    assert_eq!(
        hold.body["item"]["affected_lots"],
        json!(["L-1", "L-2", "L-3"])
    );
    plant
        .tell(
            "hold.released",
            "09:30",
            json!({"hold": "H-1", "disposition": "scrap", "released_by": "Q"}),
        )
        .await;
    let hold = plant.get("/api/v1/plants/P1/holds/H-1").await;
    assert_eq!(hold.body["item"]["state"], "released");
    assert_eq!(hold.body["item"]["released_at"], "2026-03-01T09:30:00Z");
    assert_eq!(hold.body["item"]["affected_lots"], json!([]));
}

#[actix_web::test]
async fn a_lot_that_comes_under_a_hold_later_changes_what_the_hold_shows() {
    let mut plant = held_family().await;
    let hold = json!({"hold": "H-2", "scope": {"kind": "work_order", "id": "WO-1"},
        "reason": "wrong drawing"});
    plant.tell("hold.placed", "09:10", hold).await;
    let path = "/api/v1/plants/P1/holds/H-2";
    let hold = plant.get(path).await;
    assert_eq!(hold.body["item"]["affected_lots"], json!(["L-2", "L-3"]));
    let tag = hold.headers.get("etag").unwrap().to_str().unwrap();

    let mut made = lot("L-4", "1");
    made["order"] = json!("WO-1");
    plant.tell("lot.created", "09:20", made).await;
    let grown = plant.get_with(path, &[("if-none-match", tag)]).await;
    assert_eq!(grown.status, 200, "the tag stands for other content");
    assert_eq!(
        grown.body["item"]["affected_lots"],
        json!(["L-2", "L-3", "L-4"])
    );
    assert_eq!(grown.body["item"]["affected_lots_count"], 3);
}

#[actix_web::test]
async fn lists_are_narrowed_by_state_place_order_and_hold() {
    let mut plant = held_family().await;
    plant
        .tell("work_order.created", "09:10", created("WO-2", "5"))
        .await;
    let request = json!({"delivery": "D-1", "customer": "C", "lots": [{"lot": "L-3", "quantity": {"value": "1", "unit": "H87"}}]});
    plant.tell("shipment.requested", "09:20", request).await;
    for (list, ids) in [
        ("work-orders", vec!["WO-1", "WO-2"]),
        ("work-orders?state=created", vec!["WO-2"]),
        ("work-orders?state=released&work_center=SAW", vec!["WO-1"]),
        ("work-orders?work_center=OVEN", vec![]),
        ("work-orders?held=true", vec!["WO-1"]),
        ("work-orders?held=false", vec!["WO-2"]),
        ("lots?order=WO-1", vec!["L-2", "L-3"]),
        ("lots?held=true&state=on_hand", vec!["L-1", "L-3"]),
        ("lots?held=false", vec![]),
        ("work-centers", vec!["PACK", "SAW"]),
        ("work-centers?order=WO-1", vec!["SAW"]),
        ("work-centers?order=WO-2", vec![]),
        ("holds?state=open", vec!["H-1"]),
        ("holds?state=released", vec![]),
        ("holds?order=WO-1", vec![]),
        ("shipments?state=blocked", vec!["D-1"]),
        ("shipments?state=cleared", vec![]),
        ("shipments?order=WO-1", vec!["D-1"]),
        ("shipments?order=WO-2", vec![]),
    ] {
        assert_eq!(plant.ids(list).await, ids, "{list}");
    }
    let shipment = plant.items("shipments").await[0].clone();
    assert_eq!(shipment["decision"], "blocked");
    assert_eq!(shipment["reasons"][0]["code"], "TWIN-R08");
    let saw = plant.items("work-centers").await[1].clone();
    assert_eq!(
        saw["queue"],
        json!([{"order": "WO-1", "op": "10", "priority": 5}])
    );
}

#[actix_web::test]
async fn exceptions_keep_the_message_as_it_came() {
    let mut plant = event_time_plant().await;
    let broken = bytes::Bytes::from_static(b"{\"specversion\": \xff");
    let unknown = plant.event("robot.danced", "08:00", json!({}));
    plant.send(vec![broken, unknown]).await;
    let items = plant.items("exceptions").await;
    assert_eq!(items.len(), 2);
    assert_eq!(items[0]["id"], "EX-1");
    assert_eq!(items[0]["code"], "TWIN-R34");
    assert_eq!(items[0]["raw"], "{\"specversion\": \u{fffd}");
    assert!(!items[0]["what_to_do"].as_str().unwrap().is_empty());
    assert_eq!(items[1]["event_type"], "mfg.robot.danced.v1");
    assert_eq!(plant.ids("exceptions?code=TWIN-R33").await, ["EX-2"]);
    let page = plant.get("/api/v1/plants/P1/exceptions?limit=1").await.body;
    assert_eq!(page["next"], "EX-1");
    assert_eq!(plant.ids("exceptions?limit=1&cursor=EX-1").await, ["EX-2"]);
    let one = plant.get("/api/v1/plants/P1/exceptions/EX-2").await.body;
    assert_eq!(one["item"], items[1]);
}

#[actix_web::test]
async fn a_plant_at_a_glance_counts_what_became_of_its_input() {
    let mut plant = held_family().await;
    plant
        .tell(
            "hold.released",
            "09:30",
            json!({"hold": "H-1", "disposition": "ok", "released_by": "Q"}),
        )
        .await;
    plant
        .tell(
            "hold.released",
            "09:40",
            json!({"hold": "H-1", "disposition": "ok", "released_by": "Q"}),
        )
        .await;
    plant.send(vec![bytes::Bytes::from_static(b"?")]).await;
    let item = plant.get("/api/v1/plants").await.body["items"][0].clone();
    assert_eq!(item["id"], "P1");
    assert_eq!(item["clock"], "event_time");
    assert_eq!(item["durability"], "synced");
    assert_eq!(item["work_orders"], 1);
    assert_eq!(item["lots"], 3);
    assert_eq!(item["work_centers"], 2);
    assert_eq!(item["open_holds"], 0);
    assert_eq!(item["counts"]["applied"], 7);
    assert_eq!(item["counts"]["refused"], json!({"TWIN-R14": 1}));
    assert_eq!(item["counts"]["exceptions"], json!({"TWIN-R34": 1}));
    assert_eq!(item["counts"]["input"], 9);
    assert_eq!(plant.get("/api/v1/plants/P1").await.body["item"], item);
}

#[actix_web::test]
async fn metrics_count_without_naming_any_entity() {
    let mut plant = held_family().await;
    plant
        .tell(
            "hold.released",
            "09:30",
            json!({"hold": "H-9", "disposition": "ok", "released_by": "Q"}),
        )
        .await;
    let text = plant
        .get("/metrics")
        .await
        .body
        .as_str()
        .unwrap()
        .to_owned();
    for line in [
        "twin_inputs_total{plant=\"P1\",disposition=\"applied\",code=\"\"} 6",
        "twin_parked{plant=\"P1\"} 1",
        "twin_entities{plant=\"P1\",kind=\"lot\"} 3",
        "twin_open_holds{plant=\"P1\"} 1",
        "twin_projection_lag_commits{plant=\"P1\"} 0",
        "twin_streams_open 0",
        "# TYPE twin_inputs_total counter",
    ] {
        assert!(
            text.lines().any(|found| found == line),
            "{line} is missing in\n{text}"
        );
    }
    let api = serde_json::to_value(projections::http::openapi()).unwrap();
    let paths = api["paths"].as_object().unwrap().keys();
    let items = paths.filter(|path| path.ends_with("/{id}") && !path.contains("/exceptions/"));
    let counted = text
        .lines()
        .filter(|line| line.starts_with("twin_entities{"));
    assert_eq!(
        counted.count(),
        items.count(),
        "every kind that has a list is counted"
    );
    for id in ["WO-1", "L-1", "H-1", "SAW"] {
        assert!(!text.contains(id), "{id} is in a label");
    }
}
