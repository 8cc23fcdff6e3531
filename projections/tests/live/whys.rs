//! Why an order waits or is late: the whole way from events to the root of the chain.

use actors::PlantClock;
use serde_json::{Value, json};

use crate::live_plant::{LivePlant, created, lot};

/// An order WO-1, released at 08:00: 10 at SAW, then 20 at PACK.
async fn plant() -> LivePlant {
    let mut plant = LivePlant::open(PlantClock::EventTime).await;
    plant.released_order("WO-1", "08:00", "50").await;
    plant
}

async fn why(plant: &LivePlant, order: &str) -> Value {
    let path = format!("/api/v1/plants/P1/work-orders/{order}/why");
    let answer = plant.get(&path).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body["item"].clone()
}

/// The chain as lines: what is one deeper is behind the other; a star marks a root.
fn drawn(why: &Value) -> Vec<String> {
    let links = why["chain"].as_array().unwrap().iter();
    links
        .map(|link| {
            let depth = usize::try_from(link["depth"].as_u64().unwrap()).unwrap();
            let star = if link["root"] == true { " *" } else { "" };
            let (kind, id) = (link["kind"].as_str().unwrap(), link["id"].as_str().unwrap());
            format!("{}{kind} {id}{star}", "  ".repeat(depth))
        })
        .collect()
}

/// The first link about an object.
fn link<'w>(why: &'w Value, kind: &str, id: &str) -> &'w Value {
    let mut links = why["chain"].as_array().unwrap().iter();
    let found = links.find(|link| link["kind"] == kind && link["id"] == id);
    found.unwrap_or_else(|| panic!("no {kind} {id} in {:#?}", drawn(why)))
}

fn start(order: &str, op: &str, center: &str) -> Value {
    json!({"order": order, "op": op, "work_center": center})
}

#[actix_web::test]
async fn an_order_that_erp_did_not_release_waits_for_planning() {
    let mut plant = LivePlant::open(PlantClock::EventTime).await;
    let order = created("WO-1", "50");
    plant.tell("work_order.created", "08:00", order).await;
    let receipt = plant.tell("operation.started", "08:30", start("WO-1", "10", "SAW"));
    receipt.await;
    let why = why(&plant, "WO-1").await;
    assert_eq!(why["state"], "waiting");
    assert_eq!(
        drawn(&why),
        [
            "work_order WO-1",
            "  work_order WO-1 *",
            "  parked_event /test e2 *"
        ]
    );
    let release = &why["chain"][1];
    assert_eq!(release["code"], "TWIN-R03");
    assert_eq!(release["owner"], "planning (ERP)");
    let parked = link(&why, "parked_event", "/test e2");
    assert_eq!(parked["href"], "/api/v1/plants/P1/parked");
    assert_eq!(parked["since"], "2026-03-01T08:30:00Z");
    assert_eq!(parked["code"], "TWIN-R03");
}

#[actix_web::test]
async fn an_operation_behind_one_that_waits_for_a_machine_under_repair_ends_at_the_repair() {
    let mut plant = plant().await;
    let repair = json!({"work_center": "SAW", "maintenance": "BD-7", "kind": "breakdown",
        "until": "2026-03-01T11:00:00Z"});
    plant.tell("maintenance.started", "08:10", repair).await;
    let down = json!({"work_center": "SAW", "item_state": "out_of_service",
        "reason": "spindle broken"});
    plant.tell("work_center.state_changed", "08:10", down).await;
    let why = why(&plant, "WO-1").await;
    assert_eq!(
        drawn(&why),
        [
            "work_order WO-1",
            "  operation WO-1/20",
            "    operation WO-1/10",
            "      operation WO-1/10 *",
            "      work_center SAW *",
        ]
    );
    assert_eq!(link(&why, "operation", "WO-1/20")["code"], "TWIN-R06");
    let rule = &why["chain"][3];
    assert_eq!(rule["code"], "TWIN-R23", "the rule that a start would meet");
    let center = link(&why, "work_center", "SAW");
    assert_eq!(center["code"], "TWIN-R23");
    assert_eq!(center["owner"], "maintenance (CMMS)");
    assert_eq!(center["since"], "2026-03-01T08:10:00Z");
    assert_eq!(center["for_s"], 0);
    assert_eq!(center["href"], "/api/v1/plants/P1/work-centers/SAW");
    let text = center["text"].as_str().unwrap();
    assert!(text.contains("BD-7"), "{text}");
}

#[actix_web::test]
async fn a_machine_that_is_down_without_maintenance_tells_its_own_reason() {
    let mut plant = plant().await;
    let down = json!({"work_center": "SAW", "item_state": "out_of_service",
        "reason": "no compressed air"});
    plant.tell("work_center.state_changed", "08:10", down).await;
    let why = why(&plant, "WO-1").await;
    let center = link(&why, "work_center", "SAW");
    assert_eq!(center["root"], true);
    let text = center["text"].as_str().unwrap();
    assert!(text.contains("out of service: no compressed air"), "{text}");
}

#[actix_web::test]
async fn a_busy_work_center_leads_to_what_runs_there_and_what_stands_still_leaves_it_free() {
    let mut plant = plant().await;
    plant.released_order("WO-2", "08:00", "50").await;
    plant
        .tell("operation.started", "08:05", start("WO-2", "10", "SAW"))
        .await;
    let busy = why(&plant, "WO-1").await;
    assert_eq!(
        drawn(&busy)[2..],
        [
            "    operation WO-1/10",
            "      operation WO-1/10 *",
            "      work_center SAW",
            "        operation WO-2/10 *",
        ]
    );
    assert_eq!(busy["chain"][3]["code"], "TWIN-R22");
    assert_eq!(
        link(&busy, "operation", "WO-2/10")["since"],
        "2026-03-01T08:05:00Z"
    );

    let stop = json!({"order": "WO-2", "op": "10", "kind": "held", "reason": "no oil"});
    plant.tell("operation.interrupted", "08:20", stop).await;
    let freed = why(&plant, "WO-1").await;
    let center = link(&freed, "work_center", "SAW");
    assert!(
        center["text"].as_str().unwrap().contains("is free"),
        "{center}"
    );
    let own = why(&plant, "WO-2").await;
    let still = link(&own, "operation", "WO-2/10");
    assert_eq!(still["since"], "2026-03-01T08:20:00Z");
    assert!(
        still["text"].as_str().unwrap().contains("no oil"),
        "{still}"
    );
}

#[actix_web::test]
async fn who_is_before_an_operation_in_the_queue_is_named_and_explained() {
    let mut plant = plant().await;
    plant.released_order("WO-2", "08:00", "50").await;
    for (order, place) in [("WO-1", 1), ("WO-2", 0)] {
        let place = json!({"order": order, "op": "10", "work_center": "SAW", "queue_pos": place});
        plant.tell("operation.dispatched", "08:10", place).await;
    }
    let second = why(&plant, "WO-1").await;
    assert_eq!(
        drawn(&second)[3..],
        [
            "      work_center SAW",
            "        operation WO-2/10",
            "          work_center SAW *"
        ]
    );
    let queue = second["chain"][3]["text"].as_str().unwrap();
    assert_eq!(
        queue,
        "1 operations are before it in the queue of SAW: WO-2/10."
    );

    let first = why(&plant, "WO-2").await;
    let free = link(&first, "work_center", "SAW");
    assert!(free["text"].as_str().unwrap().contains("is free"), "{free}");
}

#[actix_web::test]
async fn a_held_lot_that_was_issued_leads_over_the_hold_to_nonconformance_and_inspection() {
    let mut plant = plant().await;
    plant.tell("lot.created", "08:00", lot("L-1", "60")).await;
    let issue = json!({"order": "WO-1", "material": "M-1", "lot": "L-1",
        "quantity": {"value": "50", "unit": "H87"}});
    plant.tell("material.issued", "08:05", issue).await;
    let opened = json!({"nonconformance": "NC-1", "lots": ["L-1"], "defect": "cracks",
        "severity": "major"});
    plant.tell("nonconformance.opened", "08:10", opened).await;
    let asked = json!({"inspection": "I-1", "lot": "L-1", "blocking": true,
        "characteristics": [{"name": "depth"}]});
    plant.tell("inspection.created", "08:12", asked).await;
    let hold = json!({"hold": "H-1", "scope": {"kind": "lot", "id": "L-1"}, "reason": "cracks",
        "placed_by": "quality", "ncr": "NC-1"});
    plant.tell("hold.placed", "08:15", hold).await;
    let why = why(&plant, "WO-1").await;
    assert_eq!(
        drawn(&why)[3..8],
        [
            "      operation WO-1/10 *",
            "      lot L-1",
            "        hold H-1",
            "          nonconformance NC-1 *",
            "          inspection I-1 *",
        ]
    );
    assert_eq!(why["chain"][3]["code"], "TWIN-R07");
    let hold = link(&why, "hold", "H-1");
    assert_eq!(hold["since"], "2026-03-01T08:15:00Z");
    assert_eq!(hold["href"], "/api/v1/plants/P1/holds/H-1");
    let found = link(&why, "nonconformance", "NC-1");
    assert_eq!(found["code"], "TWIN-R35");
    assert_eq!(found["owner"], "quality (QMS)");
    assert_eq!(link(&why, "inspection", "I-1")["code"], "TWIN-R11");
}

#[actix_web::test]
async fn material_that_is_missing_is_told_with_what_there_is_and_why_it_is_kept() {
    let mut plant = LivePlant::open(PlantClock::EventTime).await;
    plant
        .tell("work_order.created", "08:00", created("WO-1", "50"))
        .await;
    let released = json!({"order": "WO-1",
        "operations": [{"op": "10", "work_center": "SAW"}],
        "components": [{"material": "STEEL", "op": "10",
            "quantity": {"value": "100", "unit": "KGM"}}]});
    plant.tell("work_order.released", "08:00", released).await;
    for (id, much) in [("S-1", "30"), ("S-2", "80")] {
        let lot = json!({"lot": id, "material": "STEEL",
            "quantity": {"value": much, "unit": "KGM"}});
        plant.tell("lot.created", "08:00", lot).await;
    }
    let enough = why(&plant, "WO-1").await;
    assert!(
        enough["chain"]
            .as_array()
            .unwrap()
            .iter()
            .all(|link| link["kind"] != "material"),
        "110 kg are free: {:#?}",
        drawn(&enough)
    );

    let hold = json!({"hold": "H-1", "scope": {"kind": "lot", "id": "S-2"}, "reason": "rust",
        "placed_by": "quality"});
    plant.tell("hold.placed", "08:15", hold).await;
    let short = why(&plant, "WO-1").await;
    let missing = link(&short, "material", "STEEL");
    assert_eq!(
        missing["text"],
        "70 KGM of material STEEL are missing for it: 100 were planned, 0 taken, 30 are free in \
         stock."
    );
    assert_eq!(missing["owner"], "warehouse (WMS)");
    assert_eq!(link(&short, "hold", "H-1")["root"], true);

    let issue = json!({"order": "WO-1", "material": "STEEL", "lot": "S-1",
        "quantity": {"value": "30", "unit": "KGM"}});
    plant.tell("material.issued", "08:20", issue).await;
    let issued = why(&plant, "WO-1").await;
    let missing = link(&issued, "material", "STEEL")["text"].as_str().unwrap();
    assert!(missing.contains("30 taken, 0 are free"), "{missing}");
}

#[actix_web::test]
async fn a_late_order_says_by_how_much_and_which_operation_took_the_time() {
    let mut plant = LivePlant::open(PlantClock::EventTime).await;
    let mut order = created("WO-1", "50");
    order["planned_start"] = json!("2026-03-01T08:00:00Z");
    plant.tell("work_order.created", "07:00", order).await;
    let released = json!({"order": "WO-1", "operations": [
        {"op": "10", "work_center": "SAW", "setup_s": 600, "run_s_per_unit": "60"},
        {"op": "20", "work_center": "PACK", "predecessors": ["10"], "delivers": true}]});
    plant.tell("work_order.released", "07:00", released).await;
    let early = why(&plant, "WO-1").await;
    assert_eq!(early["late"], Value::Null);

    let mut report = json!({"order": "WO-1", "op": "10", "work_center": "SAW", "unit": "H87",
        "good": "50", "start": "2026-03-01T08:30:00Z", "final": false});
    report["end"] = json!("2026-03-01T11:30:00Z");
    plant.tell("operation.completed", "11:30", report).await;
    plant.tell("lot.created", "13:30", lot("L-1", "1")).await;
    let late = why(&plant, "WO-1").await;
    // 08:30 to 11:30 took 10,800 s; planned were 600 s + 50 * 60 s.
    assert_eq!(
        late["operations"][0],
        json!({"op": "10", "state": "ended", "work_center": "SAW",
            "ready": "2026-03-01T08:00:00Z", "started": "2026-03-01T08:30:00Z",
            "ended": "2026-03-01T11:30:00Z", "waited_s": 1_800, "planned_s": 3_600,
            "took_s": 10_800, "over_s": 7_200})
    );
    let open = &late["operations"][1];
    assert_eq!(
        (&open["ready"], &open["waited_s"]),
        (&json!("2026-03-01T11:30:00Z"), &json!(7_200))
    );
    assert_eq!(
        (&open["took_s"], &open["planned_s"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(late["late"]["by_s"], 5_400, "due at 12:00, now 13:30");
    assert_eq!(late["late"]["due"], "2026-03-01T12:00:00Z");
}

#[actix_web::test]
async fn orders_that_hold_each_other_up_end_the_chain_instead_of_going_round() {
    let mut plant = plant().await;
    plant.released_order("WO-2", "08:00", "50").await;
    // Each is first in the queue by one of two words: priority alone would not go round.
    for (order, hold) in [("WO-1", "H-1"), ("WO-2", "H-2")] {
        let hold = json!({"hold": hold, "scope": {"kind": "work_order", "id": order},
            "reason": "wait", "placed_by": "quality"});
        plant.tell("hold.placed", "08:15", hold).await;
    }
    let circle = json!({"order": "WO-3", "operations": [
        {"op": "10", "work_center": "SAW", "predecessors": ["20"]},
        {"op": "20", "work_center": "SAW", "predecessors": ["10"]}]});
    plant
        .tell("work_order.created", "08:20", created("WO-3", "5"))
        .await;
    plant.tell("work_order.released", "08:20", circle).await;
    let held = why(&plant, "WO-1").await;
    assert_eq!(link(&held, "hold", "H-1")["depth"], 1);
    let held = drawn(&held);
    assert!(held.len() <= projections::WHY_LINKS_MAX, "{held:#?}");

    let round = why(&plant, "WO-3").await;
    let lines = drawn(&round);
    assert!(lines.len() <= 5, "{lines:#?}");
}

#[actix_web::test]
async fn an_order_that_runs_or_has_ended_waits_for_nothing() {
    let mut plant = plant().await;
    plant
        .tell("operation.started", "08:05", start("WO-1", "10", "SAW"))
        .await;
    let running = why(&plant, "WO-1").await;
    assert_eq!(running["state"], "running");
    let cancelled = json!({"order": "WO-2", "reason": "no longer wanted"});
    plant.released_order("WO-2", "08:00", "50").await;
    plant.tell("work_order.cancelled", "08:30", cancelled).await;
    let ended = why(&plant, "WO-2").await;
    assert_eq!(ended["state"], "ended");
    assert_eq!(drawn(&ended), ["work_order WO-2 *"]);

    let path = "/api/v1/plants/P1/work-orders/WO-1/why?as_of=2026-03-01T08:00:00Z";
    let before = plant.get(path).await.body["item"].clone();
    assert_eq!(before["state"], "waiting", "it had not begun");
    assert_eq!(link(&before, "work_center", "SAW")["root"], true);

    let unknown = plant.get("/api/v1/plants/P1/work-orders/WO-9/why").await;
    assert_eq!(unknown.status, 404);
    assert_eq!(unknown.body["code"], "TWIN-R01");
    let wrong = plant
        .get("/api/v1/plants/P1/work-orders/WO-1/why?deep=1")
        .await;
    assert_eq!(wrong.status, 400);
}
