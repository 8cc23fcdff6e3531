//! What queries say of the past.

use std::collections::BTreeMap;

use actors::PlantClock;
use serde_json::{Value, json};

use crate::live_plant::{LivePlant, lot, message};
use crate::story::Story;

/// Queries of every kind, each with what of its answer is of the plant.
const QUERIES: [&str; 12] = [
    "",
    "/work-orders?limit=500",
    "/work-orders?state=released",
    "/lots?limit=500",
    "/lots?held=true",
    "/work-centers",
    "/holds?state=open",
    "/shipments?state=blocked",
    "/exceptions?limit=500",
    "/exception-groups",
    "/lots/L-3",
    "/lots/L-3/genealogy",
];

/// Asks all of it; `when` is added to each query.
async fn everything(plant: &LivePlant, when: &str) -> BTreeMap<&'static str, Value> {
    let mut all = BTreeMap::new();
    for query in QUERIES {
        let joined = match (when, query.contains('?')) {
            ("", _) => String::new(),
            (when, true) => format!("&{when}"),
            (when, false) => format!("?{when}"),
        };
        let answer = plant
            .get(&format!("/api/v1/plants/P1{query}{joined}"))
            .await;
        let mut body = answer.body;
        if let Some(body) = body.as_object_mut() {
            body.remove("past");
        }
        all.insert(
            query,
            json!({"status": answer.status.as_u16(), "body": body}),
        );
    }
    all
}

#[actix_web::test]
async fn every_query_says_of_a_commit_what_it_said_then_over_several_openings() {
    let mut story = Story::new(20_261_128);
    let mut plant = LivePlant::open(PlantClock::EventTime).await;
    let mut said = BTreeMap::new();
    for part in 0..60 {
        plant.send(story.events(5)).await;
        if part % 20 == 19 {
            plant = plant.reopened().await;
        }
        let seq = plant.get("/api/v1/plants/P1").await.body["seq"]
            .as_u64()
            .unwrap();
        let mut all = everything(&plant, "").await;
        // An opening that has committed nothing has another epoch than the commit; all else is kept.
        if part % 20 == 19 {
            all.values_mut().for_each(forget_cursor);
        }
        said.insert(seq, (part % 20 == 19, all));
    }
    let kinds = said.values().last().unwrap().1.values();
    assert_eq!(
        kinds.filter(|said| said["status"] == 200).count(),
        QUERIES.len()
    );
    for (seq, (forgets, then)) in said {
        let mut now = everything(&plant, &format!("as_of={seq}")).await;
        if forgets {
            now.values_mut().for_each(forget_cursor);
        }
        assert_eq!(now, then, "commit {seq}");
    }
}

fn forget_cursor(said: &mut Value) {
    for place in ["/body/cursor", "/body/item/cursor"] {
        if let Some(cursor) = said.pointer_mut(place) {
            *cursor = Value::Null;
        }
    }
}

#[actix_web::test]
async fn a_time_gives_the_plant_as_it_was_known_or_as_it_was() {
    let mut plant = LivePlant::open(PlantClock::EventTime).await;
    plant.tell("lot.created", "08:00", lot("L-1", "1")).await;
    plant.tell("lot.created", "08:20", lot("L-2", "1")).await;
    plant.tell("lot.created", "09:00", lot("L-3", "1")).await;
    // The scanner was without a network.
    plant.tell("lot.created", "08:10", lot("L-late", "1")).await;
    for (when, ids) in [
        ("as_of=2026-03-01T08:30:00Z", vec!["L-1", "L-2"]),
        ("as_of=2026-03-01T09:30:00%2B01:00", vec!["L-1", "L-2"]),
        ("as_of=2026-03-01T08:30:00Z&known=then", vec!["L-1", "L-2"]),
        (
            "as_of=2026-03-01T08:30:00Z&known=now",
            vec!["L-1", "L-2", "L-late"],
        ),
        (
            "known=now&as_of=2026-03-01T08:15:00Z",
            vec!["L-1", "L-late"],
        ),
        ("as_of=2026-03-01T07:00:00Z", vec![]),
        ("as_of=0", vec![]),
        ("as_of=2", vec!["L-1", "L-2"]),
    ] {
        assert_eq!(plant.ids(&format!("lots?{when}")).await, ids, "{when}");
    }
    let then = plant
        .get("/api/v1/plants/P1?as_of=2026-03-01T08:30:00Z")
        .await
        .body;
    assert_eq!(
        (&then["seq"], &then["past"]),
        (&json!(2), &json!({"known": "then"}))
    );
    assert_eq!(then["as_of"], "2026-03-01T08:30:00Z");
    assert_eq!(
        then["sources"][0]["age_ms"],
        10 * 60 * 1_000,
        "by the clock of then"
    );
    let now = plant
        .get("/api/v1/plants/P1?as_of=2026-03-01T08:30:00Z&known=now")
        .await
        .body;
    assert_eq!(now["past"], json!({"known": "now", "left_out": 0}));
    assert_eq!(now["item"]["lots"], 3);
    assert_eq!(plant.get("/api/v1/plants/P1").await.body.get("past"), None);
}

#[actix_web::test]
async fn a_page_of_the_past_is_followed_by_its_next_while_the_plant_goes_on() {
    let plant = LivePlant::open(PlantClock::EventTime).await;
    let made = |from: usize| {
        (from..from + 10).map(move |n| {
            message(
                &format!("m{n}"),
                "lot.created",
                "08:00",
                lot(&format!("L-{n:03}"), "1"),
            )
        })
    };
    let seq = plant.send(made(0).collect()).await.commit_no;
    let mut ids = Vec::new();
    let mut next = String::new();
    for page in 0..4 {
        let path = format!("/api/v1/plants/P1/lots?as_of={seq}&limit=3{next}");
        let body = plant.get(&path).await.body;
        ids.extend(
            body["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|item| item["id"].clone()),
        );
        next = format!("&cursor={}", body["next"].as_str().unwrap_or("end"));
        plant.send(made(100 + page * 10).collect()).await;
    }
    let expected: Vec<Value> = (0..10).map(|n| json!(format!("L-{n:03}"))).collect();
    assert_eq!(ids, expected);
}

#[actix_web::test]
async fn a_question_about_no_past_says_what_is_wrong_with_it() {
    let mut plant = LivePlant::open(PlantClock::EventTime).await;
    plant.tell("lot.created", "08:00", lot("L-1", "1")).await;
    for (when, says) in [
        (
            "as_of=2",
            "commit 2 is yet to come; the plant has reached commit 1",
        ),
        (
            "as_of=2026-03-01T08:00:01Z",
            "is yet to come; it is 2026-03-01T08:00:00Z in the plant",
        ),
        (
            "as_of=yesterday",
            "'yesterday' is neither the number of a commit nor a time like",
        ),
        ("as_of=1&known=now", "known=now goes with a time"),
        ("known=now", "known goes with as_of"),
        ("as_of=1&known=never", "known: 'never' is none of then, now"),
        ("as_of=1&as_of=1", "as_of is given twice"),
        (
            "as_of=1&color=red",
            "color is no parameter here; this route takes limit, cursor",
        ),
    ] {
        let answer = plant.get(&format!("/api/v1/plants/P1/lots?{when}")).await;
        let detail = answer.body["detail"].as_str().unwrap();
        assert_eq!(answer.status, 400, "{when}: {detail}");
        assert!(detail.contains(says), "{when}: {detail}");
    }
    let missing = plant.get("/api/v1/plants/P1/lots/L-1?as_of=0").await;
    assert_eq!(missing.status, 404, "it was not there yet");
}

#[actix_web::test]
async fn what_is_known_now_of_the_past_grows_when_an_answer_is_to_wait_for_it() {
    let mut plant = LivePlant::open(PlantClock::EventTime).await;
    plant.tell("lot.created", "09:00", lot("L-1", "1")).await;
    let path = "lots?as_of=2026-03-01T08:30:00Z&known=now";
    assert!(plant.ids(path).await.is_empty());
    let late = plant.tell("lot.created", "08:10", lot("L-late", "1")).await;
    let waiting = format!("{path}&wait_for={}", late.commit_no);
    assert_eq!(plant.ids(&waiting).await, ["L-late"]);
    assert_eq!(plant.ids(path).await, ["L-late"], "and from then on");
}
