//! A plant that is slow, for whatever reason, slows the intake: what it has not decided stays with
//! the broker, whatever is in memory has a limit, and nothing is lost or done twice.

use std::time::Duration;

use actors::{FEED_COMMITS_MAX, Input, Subscription};
use bytes::Bytes;
use ingest::consumer::PREFETCH;
use ingest::consumer_status::ConsumerReport;
use ingest::consumers::Consumers;
use ingest::embedded::{Confirm, EmbeddedBroker};
use ingest::topology::PlantTopology;
use serde_json::{Value, json};

use crate::open_plant::{OpenPlant, event, open, order_created};
use crate::{RECEIVED, broker, bytes, consumers};

/// Messages in the queue: several times what may be on its way.
const MESSAGES: usize = 4 * PREFETCH as usize;
/// Looks in a row, this far apart, at which nothing moved.
const QUIET_LOOKS: usize = 20;
const LOOK_EVERY: Duration = Duration::from_millis(20);
const WAIT: Duration = Duration::from_secs(60);

fn publish(broker: &EmbeddedBroker, topology: &PlantTopology, messages: &[Value]) -> Vec<Confirm> {
    let publish = |message| broker.publish_event(topology, RECEIVED, bytes(message));
    messages
        .iter()
        .map(|message| publish(message).unwrap())
        .collect()
}

/// Messages that the consumers hold: taken and not acknowledged.
fn held(report: &ConsumerReport) -> u64 {
    report.delivered - report.acknowledged
}

/// Waits until nothing moves any more. What is held at any time must be within the prefetch of the
/// queue.
async fn until_it_stands(consumers: &Consumers) -> ConsumerReport {
    let (mut last, mut quiet) = (consumers.status().report(), 0);
    while quiet < QUIET_LOOKS {
        tokio::time::sleep(LOOK_EVERY).await;
        let now = consumers.status().report();
        assert!(held(&now) <= u64::from(PREFETCH), "{now:?}");
        // The first message is taken alone, at another pace.
        let stands = now == last && now.delivered > 1;
        quiet = if stands { quiet + 1 } else { 0 };
        last = now;
    }
    last
}

async fn all_confirmed(confirms: Vec<Confirm>) {
    for confirm in confirms {
        let confirmed = tokio::time::timeout(WAIT, confirm.wait()).await;
        confirmed.expect("it goes on").unwrap();
    }
}

async fn assert_once(plant: &OpenPlant, applied: usize) {
    let counts = plant.counts().await;
    assert_eq!(counts.applied, applied as u64, "{counts:?}");
    assert_eq!(counts.input(), applied as u64, "nothing twice: {counts:?}");
}

fn orders(from: usize, count: usize) -> Vec<Value> {
    (from..from + count)
        .map(|n| order_created("P1", n))
        .collect()
}

/// Lets a follower fall as far behind as it may.
async fn fall_behind(plant: &OpenPlant) -> Subscription {
    let subscription = plant.handle.feed().subscribe().await.unwrap();
    for order in orders(0, FEED_COMMITS_MAX) {
        let input = Input::decode(bytes(&order));
        plant.handle.intake().submit(vec![input]).await.unwrap();
    }
    // The answer comes before the follower has the commit.
    let behind = async {
        while subscription.commits.len() < FEED_COMMITS_MAX {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    };
    let behind = tokio::time::timeout(WAIT, behind).await;
    behind.expect("it gets every commit");
    subscription
}

#[tokio::test(flavor = "multi_thread")]
async fn a_projection_that_does_not_read_stops_the_intake_and_not_the_broker() {
    let (broker, topology) = broker();
    let plant = open("P1").await;
    let mut slow = fall_behind(&plant).await;
    let consumers = consumers(&broker, &plant);
    let confirms = publish(&broker, &topology, &orders(FEED_COMMITS_MAX, MESSAGES));
    let stood = until_it_stands(&consumers).await;
    assert!(stood.delivered < MESSAGES as u64, "the rest waits outside");
    assert_eq!(
        slow.commits.len(),
        FEED_COMMITS_MAX,
        "no commit beyond its limit"
    );

    // It reads on: every commit is there, in order.
    let (mut next, mut seen) = (slow.start.commit_no, 0);
    while seen < (FEED_COMMITS_MAX + MESSAGES) as u64 {
        let commit = tokio::time::timeout(WAIT, slow.commits.recv()).await;
        let commit = commit.expect("the plant goes on").unwrap();
        next += 1;
        assert_eq!(commit.commit_no, next, "without a gap");
        seen = commit.counts.applied;
    }
    all_confirmed(confirms).await;
    assert_once(&plant, FEED_COMMITS_MAX + MESSAGES).await;
    consumers.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_projection_that_leaves_is_waited_for_no_longer() {
    let (broker, topology) = broker();
    let plant = open("P1").await;
    let slow = fall_behind(&plant).await;
    let consumers = consumers(&broker, &plant);
    let confirms = publish(&broker, &topology, &orders(FEED_COMMITS_MAX, MESSAGES));
    until_it_stands(&consumers).await;
    drop(slow);
    all_confirmed(confirms).await;
    assert_once(&plant, FEED_COMMITS_MAX + MESSAGES).await;
    consumers.stop().await;
}

#[cfg(feature = "chaos")]
#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_takes_nothing_stops_the_intake_and_not_the_broker() {
    let (broker, topology) = broker();
    let plant = open("P1").await;
    let file = plant.dir().join(actors::chaos::DISK_FILE);
    std::fs::write(&file, "full").unwrap();
    let consumers = consumers(&broker, &plant);
    let confirms = publish(&broker, &topology, &orders(0, MESSAGES));
    // The first message, taken alone, is not committed, so no other is taken.
    let waited = tokio::time::timeout(WAIT, async {
        while plant.handle.waits_for_room().is_none() {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    });
    waited.await.expect("it notices");
    let report = consumers.status().report();
    assert!(held(&report) <= u64::from(PREFETCH), "{report:?}");
    assert_eq!(report.acknowledged, 0, "nothing is stored");
    assert_eq!(plant.handle.ledger().head().commit_no, 0);
    std::fs::remove_file(&file).unwrap();
    all_confirmed(confirms).await;
    assert_once(&plant, MESSAGES).await;
    consumers.stop().await;
}

fn hot_report(n: usize) -> Value {
    let data = json!({"order": "HOT", "op": "10", "unit": "H87", "good": "1"});
    event(
        "P1",
        "/mes",
        &format!("e{n}"),
        "mfg.operation.progressed.v1",
        &data,
    )
}

/// An order with one operation, which takes any number of reports.
fn hot_order() -> [Bytes; 2] {
    let quantity = json!({"value": "1000000", "unit": "H87"});
    let created = json!({"order": "HOT", "material": "M", "quantity": quantity});
    let operations = json!([{"op": "10", "work_center": "SAW", "delivers": true}]);
    let released = json!({"order": "HOT", "operations": operations});
    let created = event("P1", "/erp", "c", RECEIVED, &created);
    let released = event("P1", "/erp", "r", "mfg.work_order.released.v1", &released);
    [bytes(&created), bytes(&released)]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hot_work_order_takes_no_more_memory_than_its_turn_and_loses_no_report() {
    let (broker, topology) = broker();
    let plant = open("P1").await;
    let set_up = hot_order().map(Input::decode);
    plant.handle.intake().submit(set_up.into()).await.unwrap();
    // Every tenth message is about another order.
    let messages: Vec<Value> = (0..MESSAGES)
        .map(|n| match n % 10 {
            0 => order_created("P1", n),
            _ => hot_report(n),
        })
        .collect();
    let confirms = publish(&broker, &topology, &messages);
    let consumers = consumers(&broker, &plant);
    while consumers.status().report().acknowledged < MESSAGES as u64 {
        let report = consumers.status().report();
        assert!(held(&report) <= u64::from(PREFETCH), "{report:?}");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    all_confirmed(confirms).await;
    assert_once(&plant, MESSAGES + 2).await;
    let snapshot = plant.handle.fork().take().await.unwrap();
    let order = snapshot.plant.work_order(&"HOT".parse().unwrap()).unwrap();
    let good = MESSAGES - MESSAGES.div_ceil(10);
    assert_eq!(order.operations()[0].good().to_string(), good.to_string());
    consumers.stop().await;
}
