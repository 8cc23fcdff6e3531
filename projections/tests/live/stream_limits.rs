//! What the change stream does at its limits: it says so, and it never grows.

use std::time::Duration;

use actors::PlantClock;
use projections::StreamLimits;
use serde_json::json;

use crate::follower::Follower;
use crate::live_plant::{LivePlant, lot};

async fn limited(limits: StreamLimits) -> LivePlant {
    LivePlant::open_with(PlantClock::EventTime, limits).await
}

#[actix_web::test]
async fn a_follower_that_reads_too_slowly_is_told_of_the_gap_and_goes_on() {
    let limits = StreamLimits {
        events_max: 20,
        ..StreamLimits::default()
    };
    let mut plant = limited(limits).await;
    let mut slow = Follower::open(&plant, None).await;
    plant
        .tell("lot.created", "08:00", lot("L-first", "1"))
        .await;
    assert_eq!(slow.news().await.unwrap().data["id"], "L-first");
    for n in 0..50 {
        plant
            .tell("lot.created", "08:01", lot(&format!("L-{n}"), "1"))
            .await;
    }
    let gap = slow.news().await.unwrap();
    assert_eq!(gap.event, "gap");
    assert_eq!(gap.id.as_deref(), Some("1-51-4294967295"));
    assert_eq!(
        gap.data,
        json!({"plant": "P1", "cursor": "1-51-4294967295", "snapshot": "/api/v1/plants/P1",
            "reason": "changes after this cursor are no longer kept"})
    );
    plant.tell("lot.created", "08:02", lot("L-last", "1")).await;
    assert_eq!(
        slow.news().await.unwrap().data["id"],
        "L-last",
        "goes on from the gap"
    );

    let mut early_enough = Follower::open(&plant, Some("1-40-1")).await;
    assert_eq!(early_enough.news().await.unwrap().data["id"], "L-39");
}

#[actix_web::test]
async fn one_stream_too_many_is_refused_until_another_closes() {
    let limits = StreamLimits {
        streams_max: 1,
        ..StreamLimits::default()
    };
    let plant = limited(limits).await;
    let first = Follower::open(&plant, None).await;
    let refused = plant.get("/api/v1/stream?plant=P1").await;
    assert_eq!(refused.status, 503);
    assert_eq!(refused.body["title"], "Too many streams");
    assert!(refused.headers.contains_key("retry-after"));
    assert_eq!(
        plant.get("/api/v1/plants/P1/lots").await.status,
        200,
        "queries go on"
    );
    drop(first);
    let mut second = Follower::open(&plant, None).await;
    assert_eq!(second.next().await.unwrap().event, "counts");
}

#[actix_web::test]
async fn a_stream_that_has_nothing_to_say_says_so() {
    let limits = StreamLimits {
        heartbeat: Duration::from_millis(20),
        ..StreamLimits::default()
    };
    let mut plant = limited(limits).await;
    let mut follower = Follower::open(&plant, None).await;
    assert_eq!(follower.next().await.unwrap().event, "counts");
    for _ in 0..3 {
        follower.read().await.unwrap();
    }
    plant.tell("lot.created", "08:00", lot("L-1", "1")).await;
    assert_eq!(follower.news().await.unwrap().data["id"], "L-1");
    assert!(follower.comments.len() >= 3);
    assert!(
        follower
            .comments
            .iter()
            .all(|comment| comment == "heartbeat")
    );
}

#[actix_web::test]
async fn streams_end_with_their_plant_and_queries_say_how_old_they_are() {
    let mut plant = LivePlant::open(PlantClock::EventTime).await;
    plant.tell("lot.created", "08:00", lot("L-1", "1")).await;
    assert_eq!(plant.projections.not_ready_because(), Vec::<String>::new());
    let mut follower = Follower::open(&plant, Some("1-0-4294967295")).await;
    plant.handle.close().await;
    assert_eq!(follower.news().await.unwrap().data["id"], "L-1");
    assert_eq!(follower.news().await, None);
    assert_eq!(plant.ids("lots").await, ["L-1"]);
    assert_eq!(
        plant.projections.not_ready_because(),
        ["plant P1 has ended; its picture stands still"]
    );
    let waiting = plant.get("/api/v1/plants/P1/lots?wait_for=2").await;
    assert_eq!(waiting.status, 503);
}
