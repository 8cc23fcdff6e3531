//! What holds for every answer: pages, tags, age, refusals, description.

use actors::PlantClock;
use serde_json::{Value, json};

use crate::live_plant::{LivePlant, lot};

async fn event_time_plant() -> LivePlant {
    LivePlant::open(PlantClock::EventTime).await
}

#[actix_web::test]
async fn every_answer_tells_how_current_it_is() {
    let mut plant = event_time_plant().await;
    let empty = plant.get("/api/v1/plants/P1/lots").await.body;
    assert_eq!(empty["as_of"], Value::Null);
    assert_eq!(empty["items"], json!([]));
    plant.tell("lot.created", "08:00", lot("L-1", "5")).await;
    let mut late =
        serde_json::from_slice::<Value>(&plant.event("lot.created", "17:30", lot("L-2", "5")))
            .unwrap();
    late["source"] = json!("/wms");
    plant.send(vec![late.to_string().into()]).await;
    for path in [
        "lots",
        "lots/L-1",
        "work-orders",
        "exceptions",
        "shipments",
        "holds",
        "processes",
    ] {
        let body = plant.get(&format!("/api/v1/plants/P1/{path}")).await.body;
        assert_eq!(body["plant"], "P1", "{path}");
        assert_eq!(body["seq"], 2, "{path}");
        assert_eq!(body["as_of"], "2026-03-01T17:30:00Z", "{path}");
        assert_eq!(body["sources"][0]["source"], "/test");
        assert_eq!(body["sources"][0]["last_time"], "2026-03-01T08:00:00Z");
        assert_eq!(
            body["sources"][0]["age_ms"],
            (9 * 60 + 30) * 60 * 1_000,
            "by the plant's own time"
        );
        assert_eq!(body["sources"][0]["stale"], true);
        assert_eq!(body["sources"][1]["stale"], false);
    }
}

#[actix_web::test]
async fn pages_hold_every_item_once_also_when_the_list_grows_meanwhile() {
    let mut plant = event_time_plant().await;
    for n in 0..25 {
        plant
            .tell("lot.created", "08:00", lot(&format!("L-{n:02}"), "1"))
            .await;
    }
    let mut seen = Vec::new();
    let mut next = Value::Null;
    loop {
        let cursor = next
            .as_str()
            .map(|next| format!("&cursor={next}"))
            .unwrap_or_default();
        let page = plant
            .get(&format!("/api/v1/plants/P1/lots?limit=10{cursor}"))
            .await
            .body;
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 10);
        seen.extend(
            items
                .iter()
                .map(|item| item["id"].as_str().unwrap().to_owned()),
        );
        next = page["next"].clone();
        if next.is_null() {
            break;
        }
        plant
            .tell(
                "lot.created",
                "08:00",
                lot(&format!("A-{}", seen.len()), "1"),
            )
            .await;
    }
    let wanted: Vec<String> = (0..25).map(|n| format!("L-{n:02}")).collect();
    assert_eq!(seen, wanted);
}

#[actix_web::test]
async fn an_unchanged_item_is_not_sent_again() {
    let mut plant = event_time_plant().await;
    plant.released_order("WO-1", "08:00", "5").await;
    let path = "/api/v1/plants/P1/work-orders/WO-1";
    let first = plant.get(path).await;
    let tag = first
        .headers
        .get("etag")
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned();
    assert_eq!(tag, "W/\"1-2\"");
    plant.tell("lot.created", "08:10", lot("L-1", "5")).await;
    let same = plant.get_with(path, &[("if-none-match", &tag)]).await;
    assert_eq!(same.status, 304);
    assert_eq!(same.body, json!(""));
    assert_eq!(same.headers.get("twin-cursor").unwrap(), "1-3-4294967295");
    assert_eq!(
        plant
            .get_with(path, &[("if-none-match", "\"9-9\"")])
            .await
            .status,
        200
    );

    // Time alone makes the order late: other content, though the same version.
    plant.tell("lot.created", "12:10", lot("L-2", "5")).await;
    let late = plant.get_with(path, &[("if-none-match", &tag)]).await;
    assert_eq!(late.status, 200);
    assert_eq!(late.body["item"]["late"], true);
}

#[actix_web::test]
async fn what_is_not_there_or_not_understood_is_refused_as_a_problem() {
    let plant = event_time_plant().await;
    for (path, status, code) in [
        ("/api/v1/plants/P9/lots", 404, Value::Null),
        ("/api/v1/plants/P9", 404, Value::Null),
        ("/api/v1/plants/P1/lots/L-9", 404, json!("TWIN-R01")),
        (
            "/api/v1/plants/P1/work-orders/WO%2F9",
            404,
            json!("TWIN-R01"),
        ),
        ("/api/v1/plants/P1/exceptions/EX-9", 404, Value::Null),
        ("/api/v1/plants/P1/exceptions/nine", 404, Value::Null),
        ("/api/v1/plants?color=red", 400, Value::Null),
        ("/api/v1/plants/P1/lots?color=red", 400, Value::Null),
        ("/api/v1/plants/P1/lots/L-9?color=red", 400, Value::Null),
        ("/api/v1/plants/P1/lots?work_center=SAW", 400, Value::Null),
        ("/api/v1/plants/P1/lots?state=melted", 400, Value::Null),
        ("/api/v1/plants/P1/lots?held=perhaps", 400, Value::Null),
        ("/api/v1/plants/P1/lots?limit=0", 400, Value::Null),
        ("/api/v1/plants/P1/lots?limit=501", 400, Value::Null),
        ("/api/v1/plants/P1/exceptions?cursor=nine", 400, Value::Null),
        ("/api/v1/stream?plant=P9", 404, Value::Null),
        ("/api/v1/stream", 400, Value::Null),
        ("/api/v1/stream?plant=P1&from=yesterday", 400, Value::Null),
    ] {
        let answer = plant.get(path).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.body);
        let content_type = answer.headers.get("content-type").unwrap();
        assert_eq!(content_type, "application/problem+json", "{path}");
        assert_eq!(answer.body["status"], status, "{path}");
        assert_eq!(answer.body["code"], code, "{path}");
        for field in ["type", "title", "detail", "what_to_do"] {
            let text = answer.body[field].as_str().unwrap();
            assert!(!text.is_empty(), "{path} lacks {field}");
        }
    }
    let detail = plant.get("/api/v1/plants/P1/lots?color=red").await.body;
    assert!(
        detail["detail"].as_str().unwrap().contains("color"),
        "{detail}"
    );
}

#[actix_web::test]
async fn ids_may_hold_blanks_slashes_and_letters_of_any_alphabet() {
    let mut plant = event_time_plant().await;
    for (id, path) in [
        ("A/1", "A%2F1"),
        ("Los 7", "Los%207"),
        ("Füße-1", "F%C3%BC%C3%9Fe-1"),
        ("a%b", "a%25b"),
    ] {
        plant.tell("lot.created", "08:00", lot(id, "1")).await;
        let answer = plant.get(&format!("/api/v1/plants/P1/lots/{path}")).await;
        assert_eq!(answer.status, 200, "{id}: {}", answer.body);
        assert_eq!(answer.body["item"]["id"], id);
    }
}

#[actix_web::test]
async fn a_reader_can_wait_for_what_it_wrote() {
    let mut plant = event_time_plant().await;
    let raw = plant.event("lot.created", "08:00", lot("L-1", "5"));
    let receipt = plant
        .handle
        .intake()
        .submit(vec![actors::Input::decode(raw)])
        .await
        .unwrap();
    let path = format!("/api/v1/plants/P1/lots?wait_for={}", receipt.commit_no);
    assert_eq!(plant.get(&path).await.body["items"][0]["id"], "L-1");
}

#[actix_web::test]
async fn the_description_names_every_route() {
    let api = serde_json::to_value(projections::http::openapi()).unwrap();
    let plant = "/api/v1/plants/{plant}";
    let mut wanted = vec![
        "/api/v1/plants".to_owned(),
        plant.to_owned(),
        "/api/v1/stream".to_owned(),
        "/api/v1/stream/ws".to_owned(),
        "/metrics".to_owned(),
    ];
    for consumers in ["", "/{consumer}/ack", "/{consumer}/forget"] {
        wanted.push(format!("{plant}/consumers{consumers}"));
    }
    for list in [
        "work-orders",
        "lots",
        "work-centers",
        "holds",
        "shipments",
        "processes",
        "inspections",
        "nonconformances",
        "materials",
        "routings",
        "logistic-units",
        "exceptions",
    ] {
        wanted.push(format!("{plant}/{list}"));
        wanted.push(format!("{plant}/{list}/{{id}}"));
    }
    for list in ["exception-groups", "parked"] {
        wanted.push(format!("{plant}/{list}"));
    }
    wanted.push(format!("{plant}/discrepancies"));
    wanted.push(format!("{plant}/kpis"));
    wanted.push(format!("{plant}/breaches"));
    wanted.push(format!("{plant}/lots/{{id}}/genealogy"));
    wanted.push(format!("{plant}/work-orders/{{id}}/movements"));
    wanted.push(format!("{plant}/work-orders/{{id}}/why"));
    wanted.push(format!("{plant}/export"));
    wanted.push(format!("{plant}/export/{{table}}"));
    wanted.sort();
    let mut paths: Vec<String> = api["paths"].as_object().unwrap().keys().cloned().collect();
    paths.sort();
    assert_eq!(paths, wanted);
    let names = api["components"]["schemas"].as_object().unwrap();
    for schema in [
        "WorkOrderView",
        "LotView",
        "HoldView",
        "ProcessView",
        "Problem",
        "StateChanged",
        "GapView",
    ] {
        assert!(
            names.contains_key(schema),
            "{schema} is missing in {:?}",
            names.keys()
        );
    }
}

/// What a parameter may say, by its description.
fn values(parameter: &Value) -> Vec<String> {
    let schema = &parameter["schema"];
    if let Some(words) = schema["enum"].as_array() {
        let words = words.iter().map(|word| word.as_str().unwrap().to_owned());
        return words.collect();
    }
    let example = parameter["example"].as_str();
    let value = match schema["type"].as_str().unwrap() {
        "boolean" => "true",
        "integer" => "1",
        _ => example.unwrap_or("WO-1"),
    };
    vec![value.to_owned()]
}

#[actix_web::test]
async fn a_list_takes_the_parameters_that_its_description_names_and_no_others() {
    let mut plant = event_time_plant().await;
    plant.tell("lot.created", "08:00", lot("L-1", "5")).await;
    let id = plant.handle.plant().clone();
    let kept = plant.projections.keep_kpis(&id, plant.dir(), Vec::new());
    assert_eq!(kept, Ok(()));
    let api = serde_json::to_value(projections::http::openapi()).unwrap();
    let paths = api["paths"].as_object().unwrap().iter();
    let lists: Vec<(String, &Vec<Value>)> = paths
        .filter(|(path, _)| path.starts_with("/api/v1/plants/{plant}/") && !path.contains("{id}"))
        .filter(|(path, _)| !path.ends_with("/exceptions") && !path.ends_with("/parked"))
        .filter(|(_, item)| item["get"].is_object())
        .filter(|(path, _)| !path.ends_with("/export/{table}"))
        .map(|(path, item)| {
            let parameters = item["get"]["parameters"].as_array().unwrap();
            (path.replace("{plant}", "P1"), parameters)
        })
        .collect();
    assert!(lists.len() >= 7, "{lists:?}");
    let of_query = |parameters: &Vec<Value>| {
        let queried = parameters
            .iter()
            .filter(|parameter| parameter["in"] == "query");
        queried.cloned().collect::<Vec<Value>>()
    };
    let all: Vec<Value> = lists.iter().flat_map(|(_, own)| of_query(own)).collect();
    for (path, own) in &lists {
        let own = of_query(own);
        for parameter in &all {
            let name = parameter["name"].as_str().unwrap();
            let described = own.iter().find(|known| known["name"] == name);
            for value in values(described.unwrap_or(parameter)) {
                let with = if name == "known" {
                    "&as_of=2026-03-01T08:00:00Z"
                } else {
                    ""
                };
                let answer = plant.get(&format!("{path}?{name}={value}{with}")).await;
                match described {
                    Some(_) => assert_eq!(answer.status, 200, "{path} {name}: {}", answer.body),
                    None => {
                        assert_eq!(answer.status, 400, "{path} {name}: {}", answer.body);
                        let detail = answer.body["detail"].as_str().unwrap();
                        let expected = format!("{name} is no parameter here; this route takes");
                        assert!(detail.starts_with(&expected), "{path}: {detail}");
                    }
                }
            }
        }
    }
}
