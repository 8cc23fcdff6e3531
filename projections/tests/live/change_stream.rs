//! The change stream: together with the lists it gives the current state, and a cut loses nothing.

use std::collections::BTreeMap;

use actors::{Cursor, Input, PlantClock, PlantHandle};
use bytes::Bytes;
use serde_json::{Value, json};

use crate::follower::{Follower, Frame};
use crate::live_plant::{LivePlant, created, lot};
use crate::story::Story;

const LISTS: [(&str, &str); 5] = [
    ("work_order", "work-orders"),
    ("lot", "lots"),
    ("work_center", "work-centers"),
    ("hold", "holds"),
    ("shipment", "shipments"),
];

pub(crate) type Items = BTreeMap<(String, String), Value>;

pub(crate) fn cursor(frame: &Frame) -> Cursor {
    assert_eq!(frame.data["cursor"], json!(frame.id));
    frame.id.as_ref().unwrap().parse().unwrap()
}

/// Every list with the cursor that it was read at.
pub(crate) async fn read_lists(plant: &LivePlant) -> (Items, BTreeMap<String, Cursor>) {
    let (mut items, mut cursors) = (Items::new(), BTreeMap::new());
    for (kind, list) in LISTS {
        let body = plant
            .get(&format!("/api/v1/plants/P1/{list}?limit=500"))
            .await
            .body;
        assert_eq!(body["next"], Value::Null);
        cursors.insert(
            kind.to_owned(),
            body["cursor"].as_str().unwrap().parse().unwrap(),
        );
        for item in body["items"].as_array().unwrap() {
            let id = item["id"].as_str().unwrap().to_owned();
            items.insert((kind.to_owned(), id), item.clone());
        }
    }
    (items, cursors)
}

/// Feeds `batches` in the background, then an order called WO-END.
pub(crate) fn feed(
    plant: &mut LivePlant,
    batches: Vec<Vec<Bytes>>,
) -> actix_web::rt::task::JoinHandle<()> {
    let end = plant.event("work_order.created", "08:00", created("WO-END", "1"));
    let handle: PlantHandle = plant.handle.clone();
    actix_web::rt::spawn(async move {
        for batch in batches.into_iter().chain([vec![end]]) {
            let inputs = batch.into_iter().map(Input::decode).collect();
            handle.intake().submit(inputs).await.unwrap();
        }
    })
}

#[actix_web::test]
async fn lists_and_stream_give_the_current_state_while_the_plant_changes() {
    for seed in 11..=14 {
        let mut plant = LivePlant::open(PlantClock::EventTime).await;
        let mut story = Story::new(seed);
        plant.send(story.events(100)).await;
        let batches = (0..80).map(|_| story.events(5)).collect();
        let feeding = feed(&mut plant, batches);

        let (mut items, cursors) = read_lists(&plant).await;
        let oldest = cursors.values().min().unwrap().to_string();
        let mut follower = Follower::open(&plant, Some(&oldest)).await;
        let frames = follower.until("WO-END").await;
        feeding.await.unwrap();
        let mut last: Cursor = oldest.parse().unwrap();
        for frame in &frames {
            assert_ne!(frame.event, "gap", "seed {seed}");
            assert!(
                cursor(frame) > last,
                "seed {seed}: {last} comes once and in order"
            );
            last = cursor(frame);
            if frame.event == "state.changed" {
                let kind = frame.data["kind"].as_str().unwrap();
                let id = frame.data["id"].as_str().unwrap();
                if last > cursors[kind] {
                    let key = (kind.to_owned(), id.to_owned());
                    items.insert(key, frame.data["state"].clone());
                }
            }
        }
        let (current, _) = read_lists(&plant).await;
        assert!(current.len() > 30, "seed {seed} tries too little");
        for (key, item) in &current {
            assert_eq!(items.get(key), Some(item), "seed {seed}: {key:?}");
        }
        assert_eq!(items.len(), current.len(), "seed {seed}");
    }
}

#[actix_web::test]
async fn a_follower_that_is_cut_again_and_again_gets_every_entry_once() {
    let mut plant = LivePlant::open(PlantClock::EventTime).await;
    let start = plant
        .handle
        .fork()
        .take()
        .await
        .unwrap()
        .cursor()
        .to_string();
    let mut story = Story::new(21);
    let batches = (0..60).map(|_| story.events(7)).collect();
    let feeding = feed(&mut plant, batches);

    let mut pieces: Vec<Frame> = Vec::new();
    let mut last = start.clone();
    let mut cuts = 0;
    'all: loop {
        let mut follower = Follower::resume(&plant, &last).await;
        for _ in 0..=story.pick(40) {
            let frame = follower.news().await.unwrap();
            last = frame.id.clone().unwrap();
            let end = frame.data["id"] == "WO-END";
            pieces.push(frame);
            if end {
                break 'all;
            }
        }
        cuts += 1;
    }
    feeding.await.unwrap();
    assert!(cuts > 10, "only {cuts} cuts");
    let whole = Follower::open(&plant, Some(&start))
        .await
        .until("WO-END")
        .await;
    assert_eq!(pieces.len(), whole.len());
    assert_eq!(pieces, whole);
}

#[actix_web::test]
async fn a_follower_at_the_newest_cursor_misses_nothing_and_is_told_of_no_gap() {
    let mut plant = LivePlant::open(PlantClock::EventTime).await;
    plant.tell("lot.created", "08:00", lot("L-1", "1")).await;
    let listed = plant.get("/api/v1/plants/P1/lots").await.body["cursor"].clone();
    let snapshot = plant.handle.fork().take().await.unwrap().cursor();
    assert_eq!(listed, json!(snapshot.to_string()));
    let mut from_list = Follower::open(&plant, listed.as_str()).await;
    let mut from_now = Follower::open(&plant, None).await;
    plant.tell("lot.created", "08:01", lot("L-2", "1")).await;
    for follower in [&mut from_list, &mut from_now] {
        let first = follower.news().await.unwrap();
        assert_eq!(first.event, "state.changed");
        assert_eq!(first.data["id"], "L-2");
    }
}

#[actix_web::test]
async fn a_change_says_what_is_now_and_what_caused_it() {
    let mut plant = LivePlant::open(PlantClock::EventTime).await;
    let mut follower = Follower::open(&plant, None).await;
    plant.tell("lot.created", "08:00", lot("L-1", "5")).await;
    let change = follower.news().await.unwrap();
    assert_eq!(change.id.as_deref(), Some("1-1-1"));
    assert_eq!(change.event, "state.changed");
    let listed = plant.items("lots").await;
    assert_eq!(
        change.data,
        json!({"plant": "P1", "cursor": "1-1-1", "at": "2026-03-01T08:00:00Z", "kind": "lot",
            "id": "L-1", "state": listed[0],
            "caused_by": {"event": "e1", "source": "/test", "type": "mfg.lot.created.v1"}})
    );
}

#[actix_web::test]
async fn people_hear_of_gates_holds_and_exceptions() {
    let mut plant = LivePlant::open(PlantClock::EventTime).await;
    plant.tell("lot.created", "08:00", lot("L-1", "5")).await;
    let quantity = json!({"value": "1", "unit": "H87"});
    let made = json!({"inputs": [{"lot": "L-1", "quantity": quantity}],
        "outputs": [{"lot": "L-2", "material": "M-1", "quantity": quantity}]});
    plant.tell("lot.transformed", "08:10", made).await;
    let mut follower = Follower::open(&plant, None).await;
    let ship = json!({"delivery": "D-1", "lots": [{"lot": "L-2", "quantity": quantity}]});
    plant.tell("shipment.requested", "08:20", ship).await;
    let hold = json!({"hold": "H-1", "scope": {"kind": "lot", "id": "L-1"}, "reason": "cracks"});
    plant.tell("hold.placed", "08:30", hold).await;
    plant.send(vec![Bytes::from_static(b"?")]).await;
    plant.tell("lot.created", "08:40", lot("L-9", "5")).await;

    let frames = follower.until("L-9").await;
    let notices: Vec<&Value> = frames
        .iter()
        .filter(|frame| frame.event == "notice")
        .map(|frame| &frame.data)
        .collect();
    let kinds: Vec<&str> = notices
        .iter()
        .map(|it| it["kind"].as_str().unwrap())
        .collect();
    let wanted = [
        "gate_decided",
        "gate_decided",
        "hold_propagated",
        "exception_raised",
    ];
    assert_eq!(kinds, wanted);
    assert_eq!(notices[0]["text"], "Shipment D-1 is cleared.");
    assert_eq!(notices[0].get("code"), None);
    assert_eq!(notices[1]["code"], "TWIN-R08");
    assert_eq!(notices[1]["object"], "shipment/D-1");
    assert_eq!(notices[2]["object"], "hold/H-1");
    assert_eq!(notices[3]["object"], "exception/EX-1");
    assert_eq!(notices[3]["code"], "TWIN-R34");
    let told: Vec<Cursor> = frames.iter().map(cursor).collect();
    assert!(told.is_sorted_by(|a, b| a < b), "{told:?}");
}

#[actix_web::test]
async fn an_entity_that_an_event_changed_is_told_once_with_that_event() {
    let mut plant = LivePlant::open(PlantClock::EventTime).await;
    plant.tell("lot.created", "08:00", lot("L-1", "5")).await;
    let mut follower = Follower::open(&plant, None).await;
    let hold = json!({"hold": "H-1", "scope": {"kind": "lot", "id": "L-1"}, "reason": "cracks"});
    plant.tell("hold.placed", "08:10", hold).await;
    plant.tell("lot.created", "08:20", lot("L-9", "5")).await;
    let frames = follower.until("L-9").await;
    let changed: Vec<&Value> = frames.iter().map(|frame| &frame.data["id"]).collect();
    assert_eq!(changed, ["L-1", "H-1", "L-9"]);
    let [lot, hold, ..] = frames.as_slice() else {
        panic!("{frames:?}")
    };
    assert_eq!(hold.data["state"]["affected_lots"], json!(["L-1"]));
    assert_eq!(hold.data["caused_by"]["type"], "mfg.hold.placed.v1");
    // The lot comes first, and yet it knows the hold: both are of one commit.
    let reason = lot.data["state"]["not_shippable_because"][0]["text"].as_str();
    assert!(reason.unwrap().contains("cracks"), "{reason:?}");
}

#[actix_web::test]
async fn what_time_or_another_entity_changes_is_told_as_well() {
    let mut plant = LivePlant::open(PlantClock::EventTime).await;
    plant.released_order("WO-1", "08:00", "5").await;
    let hold =
        json!({"hold": "H-1", "scope": {"kind": "work_order", "id": "WO-1"}, "reason": "drawing"});
    plant.tell("hold.placed", "08:10", hold).await;
    let mut follower = Follower::open(&plant, None).await;
    let mut made = lot("L-1", "5");
    made["order"] = json!("WO-1");
    plant.tell("lot.created", "08:20", made).await;
    let frames = follower.until("H-1").await;
    let hold = &frames.last().unwrap().data;
    assert_eq!(hold["state"]["affected_lots"], json!(["L-1"]));
    assert_eq!(hold["caused_by"], Value::Null);

    plant.tell("lot.created", "12:30", lot("L-2", "5")).await;
    let frames = follower.until("WO-1").await;
    let order = &frames.last().unwrap().data;
    assert_eq!(order["state"]["late"], true, "it was due at noon");
    assert_eq!(order["caused_by"], Value::Null);
}

#[actix_web::test]
async fn counts_come_with_the_stream_and_again_when_they_change() {
    let mut plant = LivePlant::open(PlantClock::EventTime).await;
    plant.tell("lot.created", "08:00", lot("L-1", "1")).await;
    let mut follower = Follower::open(&plant, None).await;
    let first = follower.next().await.unwrap();
    assert_eq!(first.event, "counts");
    assert_eq!(first.id, None, "a count is no position");
    assert_eq!(first.data.get("cursor"), None, "nor does it name one");
    assert_eq!(first.data["counts"]["applied"], 1);
    assert_eq!(first.data["sources"][0]["source"], "/test");
    plant.tell("lot.created", "08:01", lot("L-2", "1")).await;
    plant.tell("lot.created", "08:02", lot("L-3", "1")).await;
    let mut events = Vec::new();
    let counts = loop {
        let frame = follower.next().await.unwrap();
        if frame.event == "counts" {
            break frame.data["counts"].clone();
        }
        events.push(frame.data["id"].clone());
    };
    assert_eq!(events, ["L-2", "L-3"], "changes do not wait for the counts");
    assert_eq!(counts["applied"], 3, "both in one");
}
