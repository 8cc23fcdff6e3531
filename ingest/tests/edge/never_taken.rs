//! A central broker that never takes a message, for its size.

use std::collections::BTreeMap;
use std::path::Path;

use futures_util::StreamExt;
use ingest::edge::{Edge, EdgeOptions};
use lapin::options::BasicConsumeOptions;
use lapin::types::FieldTable;
use lapin::{Connection, ConnectionProperties};
use serde_json::{Value, json};

use super::QUOTA_BYTES;
use super::local_broker::{NOTHING_MORE, until};
use super::own_broker::OwnBroker;
use super::sender::{event, get, post, post_to};

const MESSAGES: u64 = 30;
const SOURCES: u64 = 3;
/// Which are too large: neighbours of one page, of two sources.
const LARGE: [u64; 2] = [10, 11];
const LIST: &str = "/api/v1/edge/aside";

fn message(number: u64) -> Value {
    let mut message = event("P1", number, "lot.created");
    message["source"] = json!(format!("/mes/{}", number % SOURCES));
    if LARGE.contains(&number) {
        message["data"]["text"] = json!("x".repeat(5_000));
    }
    message
}

fn edge(dir: &Path, central: &str) -> Edge {
    let edge = Edge::start(EdgeOptions {
        dir: dir.to_owned(),
        quota_bytes: QUOTA_BYTES,
        plants: vec!["P1".parse().unwrap()],
        central: central.parse().unwrap(),
        local: None,
    });
    edge.unwrap()
}

fn takes_up_to(broker: &OwnBroker, bytes: u64) {
    let set = format!("application:set_env(rabbit, max_message_size, {bytes}).");
    broker.ctl(&["eval", &set]);
}

async fn until_forwarded(edge: &Edge) {
    until("all that can be is forwarded", async || {
        edge.inlet().report().backlog.messages == 0
    })
    .await;
}

/// Takes out of the plant's queue what is in it.
async fn delivered(url: &str) -> Vec<Value> {
    let opened = Connection::connect(url, ConnectionProperties::default()).await;
    let connection = opened.unwrap();
    let channel = connection.create_channel().await.unwrap();
    let taken = BasicConsumeOptions {
        no_ack: true,
        ..BasicConsumeOptions::default()
    };
    let none = FieldTable::default();
    let consumer = channel.basic_consume("twin.in.P1".into(), "".into(), taken, none);
    let mut consumer = consumer.await.unwrap();
    let mut bodies = Vec::new();
    while let Ok(message) = tokio::time::timeout(NOTHING_MORE, consumer.next()).await {
        bodies.push(serde_json::from_slice(&message.unwrap().unwrap().data).unwrap());
    }
    // The next to take must be the only one.
    connection.close(200, "done".into()).await.unwrap();
    bodies
}

/// Each message once: those that were under way beside a refused one may have come before.
fn by_source(bodies: Vec<Value>) -> BTreeMap<String, Vec<Value>> {
    let mut sources: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for body in bodies {
        let source = body["source"].as_str().unwrap().to_owned();
        let known = sources.entry(source).or_default();
        if !known.contains(&body) {
            known.push(body);
        }
    }
    sources
}

/// How the messages are named that are set aside.
async fn aside(edge: &Edge) -> Vec<String> {
    let list = get(edge, LIST).await.body;
    let items = list["items"].as_array().unwrap();
    for item in items {
        assert_eq!(item["code"], "TWIN-R89");
        let text = item["text"].as_str().unwrap();
        assert!(
            text.contains("message size") && text.contains("2000"),
            "{text}"
        );
    }
    let ids = items
        .iter()
        .map(|item| item["id"].as_str().unwrap().to_owned());
    ids.collect()
}

#[actix_web::test]
async fn a_message_that_the_central_broker_never_takes_is_set_aside_and_those_behind_it_go_on() {
    let broker = OwnBroker::start();
    takes_up_to(&broker, 2_000);
    let dir = tempfile::tempdir().unwrap();
    let running = edge(dir.path(), "amqp://127.0.0.1:1");
    for number in 0..MESSAGES {
        let answer = post(&running, message(number).to_string()).await;
        assert_eq!(answer.status, 202, "{}", answer.body);
    }
    running.stop().await;

    let running = edge(dir.path(), &broker.url);
    until_forwarded(&running).await;
    let report = running.inlet().report();
    assert_eq!((report.aside, report.link_up), (2, true), "{report:?}");
    assert!(report.held_bytes > 10_000, "they count against the quota");
    let small = (0..MESSAGES).filter(|number| !LARGE.contains(number));
    let expected: Vec<Value> = small.map(message).collect();
    let came = by_source(delivered(&broker.url).await);
    assert_eq!(came, by_source(expected), "in the order of each source");
    assert_eq!(aside(&running).await, ["P1/nrt/11", "P1/nrt/12"]);
    let body = get(&running, &format!("{LIST}/P1/nrt/11")).await;
    assert_eq!(body.body, message(LARGE[0]), "as it came");
    let no_reason = post_to(&running, &format!("{LIST}/P1/nrt/11/replay"), "{}").await;
    assert_eq!(no_reason.status, 400, "{}", no_reason.body);
    let reason = json!({"reason": "the broker takes more now"}).to_string();
    let unknown = post_to(&running, &format!("{LIST}/P1/nrt/1/replay"), reason.clone()).await;
    assert_eq!(unknown.status, 404, "{}", unknown.body);

    // Sent again too early, it is set aside again, under a number of its own.
    let again = post_to(
        &running,
        &format!("{LIST}/P1/nrt/11/replay"),
        reason.clone(),
    )
    .await;
    assert_eq!(again.status, 200, "{}", again.body);
    until("it is set aside again", async || {
        aside(&running).await == ["P1/nrt/12", "P1/nrt/31"]
    })
    .await;
    running.stop().await;

    takes_up_to(&broker, 100_000);
    let running = edge(dir.path(), &broker.url);
    assert_eq!(
        aside(&running).await,
        ["P1/nrt/12", "P1/nrt/31"],
        "after a restart"
    );
    let again = post_to(
        &running,
        &format!("{LIST}/P1/nrt/31/replay"),
        reason.clone(),
    )
    .await;
    assert_eq!(again.status, 200, "{}", again.body);
    until_forwarded(&running).await;
    assert_eq!(delivered(&broker.url).await, [message(LARGE[0])]);
    let discarded = post_to(&running, &format!("{LIST}/P1/nrt/12/discard"), reason).await;
    assert_eq!(discarded.status, 200, "{}", discarded.body);
    let report = running.inlet().report();
    assert_eq!((report.aside, report.held_bytes), (0, 0), "{report:?}");
    assert_eq!(delivered(&broker.url).await, [Value::Null; 0]);
    running.stop().await;
}
