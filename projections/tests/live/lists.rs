//! What a list can be asked beside its filters: words, orders, fields.

use actors::PlantClock;
use serde_json::{Value, json};

use crate::live_plant::{LivePlant, created, lot};

/// Orders with their due times (or none) and priorities.
async fn plant() -> LivePlant {
    let mut plant = LivePlant::open(PlantClock::EventTime).await;
    for (id, due, priority) in [
        ("WO-1", Some("12"), 5),
        ("WO-2", None, 1),
        ("WO-3", Some("10"), 5),
        ("WO-4", Some("12"), 9),
        ("WO-5", None, 1),
    ] {
        let mut order = created(id, "50");
        order["priority"] = json!(priority);
        order["planned_end"] = match due {
            Some(hour) => json!(format!("2026-03-01T{hour}:00:00Z")),
            None => Value::Null,
        };
        plant.tell("work_order.created", "08:00", order).await;
    }
    plant
}

/// The ids of a whole list, page by page.
async fn paged(plant: &LivePlant, query: &str, limit: usize) -> Vec<String> {
    let (mut ids, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/api/v1/plants/P1/work-orders?limit={limit}&{query}{cursor}");
        let answer = plant.get(&path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        let items = answer.body["items"].as_array().unwrap();
        ids.extend(
            items
                .iter()
                .map(|item| item["id"].as_str().unwrap().to_owned()),
        );
        match answer.body["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return ids,
        }
    }
}

#[actix_web::test]
async fn a_list_comes_in_each_order_that_it_has_whatever_the_size_of_its_pages() {
    let plant = plant().await;
    for (sort, expected) in [
        ("id", ["WO-1", "WO-2", "WO-3", "WO-4", "WO-5"]),
        ("-id", ["WO-5", "WO-4", "WO-3", "WO-2", "WO-1"]),
        ("due", ["WO-3", "WO-1", "WO-4", "WO-2", "WO-5"]),
        // What has no due time is last both ways.
        ("-due", ["WO-4", "WO-1", "WO-3", "WO-2", "WO-5"]),
        ("priority", ["WO-2", "WO-5", "WO-1", "WO-3", "WO-4"]),
        ("-priority", ["WO-4", "WO-3", "WO-1", "WO-5", "WO-2"]),
    ] {
        for limit in 1..=6 {
            let query = format!("sort={sort}");
            assert_eq!(
                paged(&plant, &query, limit).await,
                expected,
                "{sort} by {limit}"
            );
            // The same out of an index that narrows the list.
            let query = format!("sort={sort}&state=created");
            assert_eq!(
                paged(&plant, &query, limit).await,
                expected,
                "{sort} by {limit}"
            );
        }
    }
}

#[actix_web::test]
async fn a_cursor_goes_on_behind_its_place_while_others_move() {
    let mut plant = plant().await;
    let first = plant
        .get("/api/v1/plants/P1/work-orders?sort=due&limit=1")
        .await
        .body;
    assert_eq!(first["items"][0]["id"], "WO-3");
    let next = first["next"].as_str().unwrap().to_owned();
    // What was told moves behind the place, and comes again; the others come once.
    let moved = json!({"order": "WO-3", "planned_end": {
        "old": "2026-03-01T10:00:00Z", "new": "2026-03-01T13:00:00Z"}});
    let moved = plant.tell("work_order.changed", "08:10", moved).await;
    assert!(
        matches!(moved.dispositions[0], actors::Disposition::Applied),
        "{moved:?}"
    );
    let path = format!("/api/v1/plants/P1/work-orders?sort=due&cursor={next}");
    let rest = plant.get(&path).await.body;
    let ids: Vec<&str> = rest["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["WO-1", "WO-4", "WO-3", "WO-2", "WO-5"]);
}

#[actix_web::test]
async fn words_are_looked_for_in_ids_and_names_in_any_letters() {
    let mut plant = plant().await;
    plant
        .tell("lot.created", "08:00", lot("COIL-7", "10"))
        .await;
    plant
        .tell("lot.created", "08:00", lot("coil-8", "10"))
        .await;
    let hold = json!({"hold": "H-1", "scope": {"kind": "lot", "id": "COIL-7"},
        "reason": "Rust spots", "placed_by": "Quality Lab"});
    plant.tell("hold.placed", "08:15", hold).await;
    for (list, expected) in [
        ("lots?q=coil", ["COIL-7", "coil-8"].as_slice()),
        ("lots?q=OIL-8", &["coil-8"]),
        ("lots?q=coil%20m-1", &["COIL-7", "coil-8"]),
        ("lots?q=coil%20m-2", &[]),
        ("lots?q=coil&held=true", &["COIL-7"]),
        ("holds?q=rust+lab", &["H-1"]),
        ("holds?q=dent", &[]),
        ("work-orders?q=so-1&sort=-due&limit=2", &["WO-4", "WO-1"]),
    ] {
        assert_eq!(plant.ids(list).await, expected, "{list}");
    }
}

#[actix_web::test]
async fn only_the_fields_that_are_wanted_come_in_lists_and_items() {
    let plant = plant().await;
    let list = plant
        .items("work-orders?fields=id,quantity.value&limit=1")
        .await;
    assert_eq!(list, [json!({"id": "WO-1", "quantity": {"value": "50"}})]);
    let path = "/api/v1/plants/P1/work-orders/WO-1?fields=operations.op,late";
    let item = plant.get(path).await;
    assert_eq!(item.body["item"], json!({"operations": [], "late": false}));
    assert!(item.body["seq"].is_number(), "how current it is stays");
    assert!(item.headers.contains_key("etag"));
}

#[actix_web::test]
async fn what_a_list_cannot_be_asked_is_refused_with_what_it_can() {
    let plant = plant().await;
    for (list, expected) in [
        (
            "work-orders?sort=colour",
            "sort: 'colour' is none of id, -id, due, -due, priority, -priority",
        ),
        ("materials?sort=due", "sort: 'due' is none of id, -id"),
        (
            "work-orders?sort=due&cursor=WO-1",
            "cursor: 'WO-1' is not of a list with sort=due; begin without cursor",
        ),
        (
            "work-orders?sort=due&cursor=-due::WO-1",
            "cursor: '-due::WO-1' is not of a list with sort=due; begin without cursor",
        ),
        (
            "materials?fields=id,colour",
            "fields: 'colour' is none of base_unit, discrepancies, id, version, versions, \
             versions_count",
        ),
        (
            "materials?q=",
            "q: it has no word; give parts of ids or names, like q=steel 1002",
        ),
        (
            "materials/M-1?sort=id",
            "sort is no parameter here; this route takes fields, wait_for, as_of, known",
        ),
    ] {
        let answer = plant.get(&format!("/api/v1/plants/P1/{list}")).await;
        assert_eq!(answer.status, 400, "{list}: {}", answer.body);
        assert_eq!(answer.body["detail"], expected, "{list}");
    }
}
