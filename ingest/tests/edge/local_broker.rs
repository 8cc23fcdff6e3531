//! A real broker on either side of an edge: at the plant, and in the center.

use std::time::{Duration, Instant};

use futures_util::StreamExt;
use ingest::edge::{Edge, EdgeOptions};
use lapin::options::BasicConsumeOptions;
use lapin::types::FieldTable;
use serde_json::{Value, json};

use super::bench::{Bench, CREATED, amqp, raw_channel};
use super::sender::{event, post};
use super::{QUOTA_BYTES, stored};

const WAIT: Duration = Duration::from_secs(60);
const MESSAGES: u64 = 60;
/// When nothing has come for so long, nothing is left.
pub(super) const NOTHING_MORE: Duration = Duration::from_secs(1);

pub(super) async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let started = Instant::now();
    while !is_so().await {
        assert!(started.elapsed() < WAIT, "not within {WAIT:?}: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn body(number: u64) -> Vec<u8> {
    // Every tenth is no event and names no plant: the queue says whose it is.
    match number % 10 {
        9 => format!("no event {number}").into_bytes(),
        _ => json!({"id": number.to_string(), "source": "/erp", "type": CREATED,
            "data": "x".repeat(200)})
        .to_string()
        .into_bytes(),
    }
}

#[actix_web::test]
async fn a_queue_is_emptied_up_to_the_quota_and_further_when_there_is_room_in_its_order() {
    let bench = Bench::new().await;
    let dir = tempfile::tempdir().unwrap();
    let start = |quota_bytes| {
        let options = EdgeOptions {
            dir: dir.path().to_owned(),
            quota_bytes,
            plants: vec![bench.plant.plant().clone()],
            central: "amqp://127.0.0.1:1".parse().unwrap(),
            local: Some(bench.url.clone()),
        };
        Edge::start(options).unwrap()
    };
    for number in 0..MESSAGES {
        bench.publish(CREATED, &body(number)).await.unwrap();
    }
    let edge = start(5_000);
    until("the quota is used up", async || {
        let report = edge.inlet().report();
        report.held_bytes > 4_000 && bench.backlog().await > 0
    })
    .await;
    let report = edge.inlet().report();
    assert!(
        report.held_bytes <= 4_500,
        "the rest of it is kept: {report:?}"
    );
    let taken = report.backlog.messages;
    until("what was not taken is given back", async || {
        u64::from(bench.backlog().await) == MESSAGES - taken
    })
    .await;
    edge.stop().await;

    let edge = start(QUOTA_BYTES);
    until("everything is taken", async || {
        edge.inlet().report().backlog.messages == MESSAGES
    })
    .await;
    assert_eq!(bench.backlog().await, 0);
    edge.stop().await;
    let lane = format!("{}/nrt", bench.name());
    let all: Vec<Value> = (0..MESSAGES).map(json_or_text).collect();
    assert_eq!(stored(dir.path(), &lane).await, all);
    bench.clear().await;
}

#[actix_web::test]
async fn what_waited_for_the_link_reaches_the_central_queue_once_and_in_its_order() {
    let bench = Bench::new().await;
    let dir = tempfile::tempdir().unwrap();
    let start = |central: &str| {
        let options = EdgeOptions {
            dir: dir.path().to_owned(),
            quota_bytes: QUOTA_BYTES,
            plants: vec![bench.plant.plant().clone()],
            central: central.parse().unwrap(),
            local: None,
        };
        Edge::start(options).unwrap()
    };
    let sent: Vec<Value> = (0..MESSAGES)
        .map(|number| event(bench.name(), number, "work_order.created"))
        .collect();
    let edge = start("amqp://127.0.0.1:1");
    for body in &sent {
        assert_eq!(post(&edge, body.to_string()).await.status, 202);
    }
    let report = edge.inlet().report();
    assert_eq!((report.backlog.messages, report.link_up), (MESSAGES, false));
    assert_eq!(bench.backlog().await, 0, "nothing went anywhere");
    edge.stop().await;

    let edge = start(&amqp());
    until("all of it is confirmed", async || {
        edge.inlet().report().backlog.messages == 0
    })
    .await;
    let report = edge.inlet().report();
    assert!(report.link_up, "{report:?}");
    assert_eq!(report.held_bytes, 0, "the disk has its room again");
    edge.stop().await;
    assert_eq!(delivered(&bench).await, sent);
    // What was confirmed is not sent again.
    let edge = start(&amqp());
    until("the link is up", async || edge.inlet().report().link_up).await;
    edge.stop().await;
    assert_eq!(bench.backlog().await, 0);
    bench.clear().await;
}

#[cfg(feature = "chaos")]
#[actix_web::test]
async fn on_a_full_disk_a_queue_keeps_what_is_in_it_and_is_emptied_when_there_is_room() {
    let bench = Bench::new().await;
    let dir = tempfile::tempdir().unwrap();
    let options = EdgeOptions {
        dir: dir.path().to_owned(),
        quota_bytes: QUOTA_BYTES,
        plants: vec![bench.plant.plant().clone()],
        central: "amqp://127.0.0.1:1".parse().unwrap(),
        local: Some(bench.url.clone()),
    };
    let lane = format!("{}/nrt", bench.name());
    let disk = dir.path().join(&lane).join(actors::chaos::DISK_FILE);
    let edge = Edge::start(options).unwrap();
    std::fs::write(&disk, "full").unwrap();
    for number in 0..MESSAGES {
        bench.publish(CREATED, &body(number)).await.unwrap();
    }
    let local = || {
        let lanes = edge.inlet().report().lanes;
        let lane = lanes.into_iter().find(|lane| lane.class == "nrt");
        lane.unwrap().local.unwrap()
    };
    until("it has met the full disk", async || {
        let why = local().last_error.unwrap_or_default();
        why.contains("the disk has no room")
    })
    .await;
    // In this time a consumer that only waits a little would have been given them many times.
    tokio::time::sleep(Duration::from_secs(4)).await;
    let met = local();
    assert!(met.connected, "the broker is not to blame: {met:?}");
    assert_eq!((met.redelivered, met.acknowledged), (0, 0), "{met:?}");
    let backlog = u64::from(bench.backlog().await);
    assert_eq!(backlog, MESSAGES, "what was handed out is given back");
    assert_eq!(edge.inlet().report().held_bytes, 0);
    std::fs::remove_file(&disk).unwrap();
    until("everything is taken", async || {
        edge.inlet().report().backlog.messages == MESSAGES
    })
    .await;
    let again = local().redelivered;
    assert!(
        (1..=MESSAGES).contains(&again),
        "{again}: once each at most"
    );
    edge.stop().await;
    let all: Vec<Value> = (0..MESSAGES).map(json_or_text).collect();
    assert_eq!(stored(dir.path(), &lane).await, all);
    bench.clear().await;
}

/// What [`stored`] gives of a body.
fn json_or_text(number: u64) -> Value {
    let text = String::from_utf8(body(number)).unwrap();
    serde_json::from_str(&text).unwrap_or(Value::String(text))
}

/// Takes out of the plant's queue what is in it.
async fn delivered(bench: &Bench) -> Vec<Value> {
    let (connection, channel) = raw_channel().await;
    let taken = BasicConsumeOptions {
        no_ack: true,
        ..BasicConsumeOptions::default()
    };
    let queue = bench.queue().into();
    let consumer = channel.basic_consume(queue, "".into(), taken, FieldTable::default());
    let mut consumer = consumer.await.unwrap();
    let mut bodies = Vec::new();
    while let Ok(message) = tokio::time::timeout(NOTHING_MORE, consumer.next()).await {
        let message = message.unwrap().unwrap();
        bodies.push(serde_json::from_slice(&message.data).unwrap());
    }
    connection.close(200, "done".into()).await.unwrap();
    bodies
}
