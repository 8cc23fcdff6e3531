//! Inspections and nonconformances as they are read: what they keep, whom they reach.

use actors::PlantClock;
use serde_json::{Value, json};

use crate::follower::Follower;
use crate::live_plant::{LivePlant, lot};

/// L-1 went into L-2; I-1 looks at L-2 and blocks it, for order WO-1.
async fn inspected() -> LivePlant {
    let mut plant = LivePlant::open(PlantClock::EventTime).await;
    plant.released_order("WO-1", "08:00", "50").await;
    plant.tell("lot.created", "08:00", lot("L-1", "10")).await;
    let made = json!({"order": "WO-1",
        "inputs": [{"lot": "L-1", "quantity": {"value": "4", "unit": "H87"}}],
        "outputs": [{"lot": "L-2", "material": "M-2", "quantity": {"value": "4", "unit": "H87"}}]});
    plant.tell("lot.transformed", "08:10", made).await;
    let asked = json!({"inspection": "I-1", "lot": "L-2", "order": "WO-1", "op": "20",
        "plan_version": "4", "blocking": true, "quantity": {"value": "4", "unit": "H87"},
        "characteristics": [{"name": "diameter", "unit": "MMT", "lower": "19.95", "upper": "20.05"},
            {"name": "surface"}]});
    plant.tell("inspection.created", "08:20", asked).await;
    plant
}

async fn item(plant: &LivePlant, path: &str) -> Value {
    let answer = plant.get(&format!("/api/v1/plants/P1/{path}")).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    answer.body["item"].clone()
}

fn delivery(id: &str, lot: &str) -> Value {
    json!({"delivery": id, "customer": "C",
        "lots": [{"lot": lot, "quantity": {"value": "1", "unit": "H87"}}]})
}

#[actix_web::test]
async fn an_inspection_tells_how_old_it_is_and_what_waits_for_it() {
    let mut plant = inspected().await;
    let path = "inspections/I-1";
    let before = item(&plant, path).await;
    assert_eq!(before["state"], "open");
    assert_eq!(before["undecided_since"], "2026-03-01T08:20:00Z");
    assert_eq!(before["keeps"], json!(["lot/L-2", "work_order/WO-1"]));
    assert_eq!(before["missing"], json!(["diameter", "surface"]));

    let tag = plant
        .get(&format!("/api/v1/plants/P1/{path}"))
        .await
        .headers;
    let tag = tag.get("etag").unwrap().to_str().unwrap().to_owned();
    plant
        .tell("shipment.requested", "08:30", delivery("D-1", "L-2"))
        .await;
    let known = [("if-none-match", tag.as_str())];
    let grown = plant
        .get_with(&format!("/api/v1/plants/P1/{path}"), &known)
        .await;
    assert_eq!(grown.status, 200, "a delivery waits for it now");
    let grown = &grown.body["item"];
    let keeps = json!(["lot/L-2", "shipment/D-1", "work_order/WO-1"]);
    assert_eq!(
        (&grown["keeps"], &grown["shipments_count"]),
        (&keeps, &json!(1))
    );
    assert_eq!(
        grown["version"], before["version"],
        "the inspection itself is as it was"
    );

    let found = json!({"inspection": "I-1", "characteristic": "diameter", "unit": "MMT",
        "values": ["20.07"], "verdict": "fail", "instrument": "M-7"});
    plant
        .tell("inspection.result_recorded", "08:40", found)
        .await;
    let with_result = item(&plant, path).await;
    assert_eq!(with_result["state"], "in_progress");
    assert_eq!(
        with_result["characteristics"][0],
        json!({"name": "diameter", "planned": true, "unit": "MMT", "lower": "19.95",
            "upper": "20.05", "verdict": "fail", "values": ["20.07"], "instrument": "M-7",
            "recorded_at": "2026-03-01T08:40:00Z"})
    );
    assert_eq!(with_result["failed"], json!(["diameter"]));
    assert_eq!(with_result["missing"], json!(["surface"]));

    let decided = json!({"inspection": "I-1", "by": "Dr. Weiss", "decisions": [
        {"decision": "accept", "quantity": {"value": "3", "unit": "H87"}, "code": "A1"},
        {"decision": "scrap", "quantity": {"value": "1", "unit": "H87"}}]});
    plant.tell("inspection.decided", "09:00", decided).await;
    let over = item(&plant, path).await;
    assert_eq!(
        (&over["keeps"], &over["undecided_since"]),
        (&json!([]), &Value::Null)
    );
    assert_eq!(over["shipments_count"], 0);
    assert_eq!(
        over["decision"],
        json!({"at": "2026-03-01T09:00:00Z", "by": "Dr. Weiss", "signed": false, "parts": [
            {"decision": "accept", "quantity": {"value": "3", "unit": "H87"}, "code": "A1"},
            {"decision": "scrap", "quantity": {"value": "1", "unit": "H87"}, "code": null}]})
    );
    let reopened = json!({"inspection": "I-1", "reason": "wrong gauge", "by": "Dr. Weiss"});
    plant.tell("inspection.reopened", "09:30", reopened).await;
    let again = item(&plant, path).await;
    assert_eq!(again["round"], 2);
    assert_eq!(again["undecided_since"], "2026-03-01T09:30:00Z");
    assert_eq!(again["keeps"], keeps);
}

#[actix_web::test]
async fn a_nonconformance_lists_the_lots_that_it_reaches_and_those_that_wait_for_a_disposition() {
    let mut plant = inspected().await;
    let opened = json!({"nonconformance": "NCR-1", "lots": ["L-1"], "defect": "cracks",
        "severity": "major"});
    plant.tell("nonconformance.opened", "09:00", opened).await;
    let path = "nonconformances/NCR-1";
    let before = item(&plant, path).await;
    assert_eq!(
        (&before["state"], &before["severity"]),
        (&json!("open"), &json!("major"))
    );
    assert_eq!(before["lots"], json!(["L-1"]));
    assert_eq!(before["affected_lots"], json!(["L-1", "L-2"]));
    assert_eq!(before["undisposed_lots"], json!(["L-1", "L-2"]));
    assert_eq!(before["open_since"], "2026-03-01T09:00:00Z");

    let more = json!({"order": "WO-1",
        "inputs": [{"lot": "L-2", "quantity": {"value": "1", "unit": "H87"}}],
        "outputs": [{"lot": "L-3", "material": "M-3", "quantity": {"value": "1", "unit": "H87"}}]});
    plant.tell("lot.transformed", "09:10", more).await;
    let grown = item(&plant, path).await;
    assert_eq!(grown["affected_lots"], json!(["L-1", "L-2", "L-3"]));
    assert_eq!(
        grown["version"], before["version"],
        "the nonconformance itself is as it was"
    );

    let disposed = json!({"nonconformance": "NCR-1", "approvers": ["Q"],
        "lots": [{"lot": "L-2", "disposition": "use_as_is"}]});
    plant
        .tell("nonconformance.dispositioned", "09:20", disposed)
        .await;
    let disposed = item(&plant, path).await;
    assert_eq!(
        disposed["affected_lots"],
        json!(["L-1", "L-2"]),
        "L-2 hands nothing on"
    );
    assert_eq!(disposed["undisposed_lots"], json!(["L-1"]));
    assert_eq!(disposed["undisposed_lots_count"], 1);
    assert_eq!(
        disposed["dispositions"],
        json!([{"lot": "L-2", "at": "2026-03-01T09:20:00Z",
            "parts": [{"disposition": "use_as_is", "quantity": null}]}])
    );
}

#[actix_web::test]
async fn quality_is_narrowed_by_state_lot_order_and_what_it_keeps() {
    let mut plant = inspected().await;
    let plain = json!({"inspection": "I-2", "lot": "L-1"});
    plant.tell("inspection.created", "08:30", plain).await;
    let unknown = json!({"inspection": "I-3", "lot": "L-9", "blocking": true});
    plant.tell("inspection.created", "08:30", unknown).await;
    for (id, lots, severity) in [("NCR-1", "L-1", "major"), ("NCR-2", "L-2", "minor")] {
        let opened = json!({"nonconformance": id, "lots": [lots], "defect": "cracks",
            "severity": severity});
        plant.tell("nonconformance.opened", "09:00", opened).await;
    }
    let hold = json!({"hold": "H-1", "scope": {"kind": "lot", "id": "L-1"}, "reason": "cracks"});
    plant.tell("hold.placed", "09:00", hold).await;
    plant
        .tell("shipment.requested", "09:10", delivery("D-1", "L-2"))
        .await;
    plant
        .tell("shipment.requested", "09:10", delivery("D-2", "L-1"))
        .await;
    let cancelled = json!({"delivery": "D-2", "reason": "not wanted"});
    plant.tell("shipment.cancelled", "09:20", cancelled).await;
    for (list, ids) in [
        ("inspections", vec!["I-1", "I-2", "I-3"]),
        ("inspections?lot=L-2", vec!["I-1"]),
        ("inspections?order=WO-1", vec!["I-1"]),
        ("inspections?blocking=true", vec!["I-1", "I-3"]),
        ("inspections?blocking=false", vec!["I-2"]),
        ("inspections?state=open", vec!["I-1", "I-2"]),
        ("inspections?state=requested", vec!["I-3"]),
        ("nonconformances?lot=L-2", vec!["NCR-1", "NCR-2"]),
        ("nonconformances?lot=L-1", vec!["NCR-1"]),
        ("nonconformances?order=WO-1", vec!["NCR-1", "NCR-2"]),
        ("nonconformances?severity=minor", vec!["NCR-2"]),
        ("nonconformances?state=closed", vec![]),
        ("holds?lot=L-2", vec!["H-1"]),
        ("holds?lot=L-9", vec![]),
        ("lots?material=M-2", vec!["L-2"]),
        ("work-orders?material=M-1", vec!["WO-1"]),
        ("work-orders?material=M-2", vec![]),
        ("shipments?lot=L-2", vec!["D-1"]),
        ("shipments?state=blocked", vec!["D-1"]),
        ("shipments?state=cancelled", vec!["D-2"]),
    ] {
        assert_eq!(plant.ids(list).await, ids, "{list}");
    }
    let bad = plant
        .get("/api/v1/plants/P1/nonconformances?severity=awful")
        .await;
    assert_eq!(
        bad.body["detail"],
        "severity: 'awful' is none of minor, major, critical"
    );
}

#[actix_web::test]
async fn the_stream_shows_an_item_as_its_list_does_after_another_entity_changed_it() {
    let mut plant = inspected().await;
    let opened = json!({"nonconformance": "NCR-1", "lots": ["L-1"], "defect": "cracks"});
    plant.tell("nonconformance.opened", "09:00", opened).await;
    let mut follower = Follower::open(&plant, None).await;
    plant
        .tell("shipment.requested", "09:10", delivery("D-1", "L-2"))
        .await;
    let told = follower.until("I-1").await;
    assert_eq!(
        told.last().unwrap().data["state"],
        item(&plant, "inspections/I-1").await
    );
    let more = json!({"order": "WO-1",
        "inputs": [{"lot": "L-2", "quantity": {"value": "1", "unit": "H87"}}],
        "outputs": [{"lot": "L-3", "material": "M-3", "quantity": {"value": "1", "unit": "H87"}}]});
    plant.tell("lot.transformed", "09:20", more).await;
    let told = follower.until("NCR-1").await;
    assert_eq!(
        told.last().unwrap().data["state"],
        item(&plant, "nonconformances/NCR-1").await
    );
}
