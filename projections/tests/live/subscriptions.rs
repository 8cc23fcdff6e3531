//! Subscriptions that want less than everything: by kind, id and state, as deltas, or only the
//! newest because they are slow; and that begin with what is there.

use std::time::Duration;

use actors::PlantClock;
use projections::StreamLimits;
use serde_json::{Map, Value, json};

use crate::change_stream::{Items, cursor, feed, read_lists};
use crate::follower::{Follower, Frame};
use crate::live_plant::{LivePlant, created, lot, released};
use crate::story::Story;

fn quick() -> StreamLimits {
    StreamLimits {
        heartbeat: Duration::from_millis(20),
        ..StreamLimits::default()
    }
}

fn key(frame: &Frame) -> (String, String) {
    let text = |name: &str| frame.data[name].as_str().unwrap().to_owned();
    (text("kind"), text("id"))
}

fn hold(id: &str, lot: &str) -> Value {
    json!({"hold": id, "scope": {"kind": "lot", "id": lot}, "reason": "scratch"})
}

#[actix_web::test]
async fn a_filter_lets_only_what_is_asked_for_through_and_moves_the_cursor_past_the_rest() {
    let mut plant = LivePlant::open_with(PlantClock::EventTime, quick()).await;
    let mut holds = Follower::asking(&plant, "event=state.changed&kind=hold").await;
    let mut one = Follower::asking(&plant, "event=state.changed&kind=lot&id=L-2,L-3").await;
    for n in 0..5 {
        plant
            .tell("lot.created", "08:00", lot(&format!("L-{n}"), "1"))
            .await;
    }
    plant.tell("hold.placed", "08:01", hold("H-1", "L-3")).await;
    plant.tell("lot.created", "08:02", lot("L-9", "1")).await;

    let told = holds.next().await.unwrap();
    assert_eq!(key(&told), ("hold".to_owned(), "H-1".to_owned()));
    let ids = [
        one.next().await.unwrap(),
        one.next().await.unwrap(),
        one.next().await.unwrap(),
    ];
    assert_eq!(
        ids.each_ref().map(|frame| key(frame).1),
        ["L-2", "L-3", "L-3"]
    );

    let newest = plant.get("/api/v1/plants/P1").await.body["cursor"].clone();
    // Some heartbeats later the position is that of the whole plant.
    while json!(
        holds
            .last_id
            .clone()
            .map(|id| id.rsplit_once('-').unwrap().0.to_owned())
    ) != json!(newest.as_str().unwrap().rsplit_once('-').unwrap().0)
    {
        holds.read().await.unwrap();
        let quiet = actix_web::rt::time::timeout(Duration::from_millis(40), holds.next());
        assert!(quiet.await.is_err(), "nothing else comes");
    }
    let back = holds.last_id.clone().unwrap();
    plant.tell("hold.placed", "08:03", hold("H-2", "L-4")).await;
    let query = format!("event=state.changed&kind=hold&from={back}");
    let mut again = Follower::asking(&plant, &query).await;
    assert_eq!(key(&again.next().await.unwrap()).1, "H-2");
}

#[actix_web::test]
async fn who_asks_for_a_state_hears_also_when_an_item_leaves_it() {
    let mut plant = LivePlant::open(PlantClock::EventTime).await;
    let query = "event=state.changed&kind=work_order&state=released";
    let mut follower = Follower::asking(&plant, query).await;
    plant.released_order("WO-1", "08:00", "10").await;
    let report = json!({"order": "WO-1", "op": "10", "unit": "H87", "good": "1"});
    for _ in 0..2 {
        plant
            .tell("operation.progressed", "08:10", report.clone())
            .await;
    }
    plant
        .tell("work_order.created", "08:20", created("WO-2", "5"))
        .await;
    plant
        .tell("work_order.released", "08:30", released("WO-2"))
        .await;
    let mut told = Vec::new();
    for _ in 0..3 {
        let frame = follower.next().await.unwrap();
        let state = frame.data["state"]["lifecycle"]
            .as_str()
            .unwrap()
            .to_owned();
        told.push((key(&frame).1, state));
    }
    let expected = [
        ("WO-1", "released"),
        ("WO-1", "in_process"),
        ("WO-2", "released"),
    ];
    assert_eq!(told, expected.map(|(id, state)| (id.into(), state.into())));
}

#[actix_web::test]
async fn notices_are_chosen_by_their_kind_and_rule() {
    let mut plant = LivePlant::open(PlantClock::EventTime).await;
    let query = "event=notice&notice=gate_decided&code=TWIN-R07";
    let mut follower = Follower::asking(&plant, query).await;
    plant.tell("lot.created", "08:00", lot("L-1", "9")).await;
    plant.tell("lot.created", "08:00", lot("L-2", "9")).await;
    plant.tell("hold.placed", "08:01", hold("H-1", "L-1")).await;
    for (delivery, lot) in [("D-2", "L-2"), ("D-1", "L-1")] {
        let lots = json!([{"lot": lot, "quantity": {"value": "1", "unit": "H87"}}]);
        let request = json!({"delivery": delivery, "lots": lots});
        plant.tell("shipment.requested", "08:02", request).await;
    }
    let told = follower.next().await.unwrap();
    assert_eq!(told.event, "notice");
    assert_eq!(told.data["object"], "shipment/D-1");
    assert_eq!(told.data["code"], "TWIN-R07");
}

#[actix_web::test]
async fn what_no_stream_knows_is_refused_by_name() {
    let plant = LivePlant::open(PlantClock::EventTime).await;
    for (query, said) in [
        ("kind=lots", "kind: 'lots' is none of work_order"),
        ("colour=red", "colour is no parameter here"),
        (
            "snapshot=maybe",
            "snapshot: 'maybe' is neither true nor false",
        ),
    ] {
        let answer = plant.get(&format!("/api/v1/stream?plant=P1&{query}")).await;
        assert_eq!(answer.status, 400, "{query}");
        let detail = answer.body["detail"].as_str().unwrap();
        assert!(detail.starts_with(said), "{query}: {detail}");
    }
}

#[actix_web::test]
async fn a_snapshot_and_what_follows_give_the_current_state_without_gap_or_duplicate() {
    for seed in 31..=33 {
        let mut plant = LivePlant::open(PlantClock::EventTime).await;
        let mut story = Story::new(seed);
        plant.send(story.events(400)).await;
        let batches = (0..60).map(|_| story.events(5)).collect();
        let feeding = feed(&mut plant, batches);
        let mut follower = Follower::asking(&plant, "snapshot=true").await;
        let (mut items, mut end) = (Items::new(), None);
        for frame in follower.until("WO-END").await {
            match frame.event.as_str() {
                "snapshot" => {
                    assert_eq!(end, None, "seed {seed}");
                    assert_eq!(frame.id, None, "nobody can go on in its midst");
                    let first = items.insert(key(&frame), frame.data["state"].clone());
                    assert_eq!(first, None, "seed {seed}: each item comes once");
                }
                "snapshot.end" => {
                    assert_eq!(frame.data["items"], items.len());
                    end = Some(cursor(&frame));
                }
                "state.changed" => {
                    let after = Some(cursor(&frame));
                    assert!(after > end, "seed {seed}: only what comes behind it");
                    items.insert(key(&frame), frame.data["state"].clone());
                }
                "notice" => assert!(end.is_some()),
                other => panic!("seed {seed}: {other}"),
            }
        }
        feeding.await.unwrap();
        for (key, item) in read_lists(&plant).await.0 {
            assert_eq!(items.get(&key), Some(&item), "seed {seed}: {key:?}");
        }
    }
}

#[actix_web::test]
async fn a_snapshot_comes_again_behind_a_gap() {
    let limits = StreamLimits {
        events_max: 20,
        ..StreamLimits::default()
    };
    let mut plant = LivePlant::open_with(PlantClock::EventTime, limits).await;
    plant.tell("lot.created", "08:00", lot("L-a", "1")).await;
    let mut follower = Follower::asking(&plant, "snapshot=true&coalesce=false").await;
    assert_eq!(follower.news().await.unwrap().event, "snapshot");
    assert_eq!(follower.news().await.unwrap().event, "snapshot.end");
    for n in 0..50 {
        plant
            .tell("lot.created", "08:01", lot(&format!("L-{n:02}"), "1"))
            .await;
    }
    let gap = follower.news().await.unwrap();
    assert_eq!((gap.event.as_str(), gap.id), ("gap", None));
    let mut ids = Vec::new();
    loop {
        let frame = follower.news().await.unwrap();
        if frame.event == "snapshot.end" {
            break;
        }
        ids.push(key(&frame).1);
    }
    assert_eq!(ids.len(), 51);
}

/// MergePatch(Target, Patch) of RFC 7396, section 2.
fn patched(target: Value, patch: &Value) -> Value {
    let Value::Object(patch) = patch else {
        return patch.clone();
    };
    let mut target = match target {
        Value::Object(target) => target,
        _ => Map::new(),
    };
    for (name, value) in patch {
        let before = target.remove(name);
        if !value.is_null() {
            target.insert(name.clone(), patched(before.unwrap_or_default(), value));
        }
    }
    Value::Object(target)
}

fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name.clone(), without_nulls(value)))
            .collect(),
        other => other.clone(),
    }
}

#[actix_web::test]
async fn deltas_on_what_was_told_give_the_current_state() {
    let mut patches = 0;
    for seed in 41..=43 {
        let mut plant = LivePlant::open(PlantClock::EventTime).await;
        let mut story = Story::new(seed);
        let batches = (0..100).map(|_| story.events(5)).collect();
        let mut follower = Follower::asking(&plant, "snapshot=true&delta=true").await;
        let feeding = feed(&mut plant, batches);
        let mut told = std::collections::BTreeMap::new();
        for frame in follower.until("WO-END").await {
            let at = frame.data["cursor"].clone();
            match frame.event.as_str() {
                "state.changed" | "snapshot" => {
                    told.insert(key(&frame), (at, without_nulls(&frame.data["state"])));
                }
                "state.patched" => {
                    patches += 1;
                    let (base, state) = told.remove(&key(&frame)).unwrap();
                    assert_eq!(frame.data["base"], base, "seed {seed}");
                    let state = patched(state, &frame.data["patch"]);
                    told.insert(key(&frame), (at, state));
                }
                _ => {}
            }
        }
        feeding.await.unwrap();
        for (key, item) in read_lists(&plant).await.0 {
            let state = told.get(&key).map(|(_, state)| state);
            assert_eq!(state, Some(&without_nulls(&item)), "seed {seed}: {key:?}");
        }
    }
    assert!(patches > 0, "some are patches");
}

#[actix_web::test]
async fn a_slow_follower_gets_the_newest_of_each_item_before_it_would_lose_any() {
    let limits = StreamLimits {
        events_max: 600,
        ..StreamLimits::default()
    };
    let mut plant = LivePlant::open_with(PlantClock::EventTime, limits).await;
    let mut slow = Follower::asking(&plant, "event=state.changed,notice").await;
    let mut patient = Follower::asking(&plant, "event=state.changed&coalesce=false").await;
    plant.released_order("WO-1", "08:00", "1000").await;
    for n in 0..500 {
        let report = json!({"order": "WO-1", "op": "10", "unit": "H87", "good": "1"});
        plant.tell("operation.progressed", "08:10", report).await;
        if n % 50 == 0 {
            let data = lot(&format!("L-{n}"), "1");
            plant.tell("lot.created", "08:10", data).await;
        }
    }
    plant.tell("lot.created", "08:11", lot("L-END", "1")).await;
    let told = slow.until("L-END").await;
    assert!(told.iter().all(|frame| frame.event != "gap"));
    let mut items = Items::new();
    let coalesced = told.iter().filter(|f| f.data["coalesced"] == true).count();
    for pair in told.windows(2) {
        assert!(cursor(&pair[0]) < cursor(&pair[1]));
    }
    for frame in told.iter().filter(|frame| frame.event == "state.changed") {
        items.insert(key(frame), frame.data["state"].clone());
    }
    for (key, item) in read_lists(&plant).await.0 {
        assert_eq!(items.get(&key), Some(&item), "{key:?}");
    }
    let all = patient.until("L-END").await;
    assert!(all.len() > 400, "{}", all.len());
    assert!(told.len() < 40, "{} of {}", told.len(), all.len());
    assert!(coalesced >= 1, "it says so");
    assert!(all.iter().all(|frame| frame.data["coalesced"].is_null()));
}
