//! One consumer after another on the same queue, on a real RabbitMQ at TWIN_TEST_AMQP.
#![cfg(feature = "amqp-tests")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

#[path = "amqp/bench.rs"]
mod bench;
#[path = "plant/open_plant.rs"]
mod open_plant;

use std::time::{Duration, Instant};

use bench::{Bench, CREATED, raw_channel};
use futures_util::StreamExt;
use ingest::consumers::Consumers;
use ingest::delivery::Broker;
use ingest::topology::Class;
use lapin::options::{BasicConsumeOptions, BasicQosOptions, QueueDeclareOptions};
use lapin::types::FieldTable;
use open_plant::{open, order_created};
use twin_model::EntityKey;

const WAIT: Duration = Duration::from_secs(60);
const IN_HAND: u16 = 100;
const ORDERS: usize = 300;

/// Consumers of the plant's queue of urgent events.
async fn urgent_consumers(bench: &Bench) -> u32 {
    let passive = QueueDeclareOptions {
        passive: true,
        ..QueueDeclareOptions::default()
    };
    let name = bench.plant.queue(Class::RealTime).into();
    let channel = bench.publisher.channel();
    let declared = channel.queue_declare(name, passive, FieldTable::default());
    declared.await.unwrap().consumer_count()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_consumer_before_had_in_hand_comes_first() {
    let bench = Bench::new().await;
    let plant = open(bench.name()).await;
    for number in 0..ORDERS {
        let order = order_created(bench.name(), number).to_string();
        bench.publish(CREATED, order.as_bytes()).await.unwrap();
    }
    let (connection, channel) = raw_channel().await;
    let qos = BasicQosOptions::default();
    channel.basic_qos(IN_HAND, qos).await.unwrap();
    let (queue, options) = (bench.queue(), BasicConsumeOptions::default());
    let (name, tag) = (queue.as_str().into(), "".into());
    let before = channel.basic_consume(name, tag, options, FieldTable::default());
    // Kept until the end: a dropped consumer would be cancelled, and a dead one is not.
    let mut before = before.await.unwrap();
    let in_hand = before.by_ref().take(IN_HAND.into()).count().await;
    assert_eq!(in_hand, usize::from(IN_HAND));

    // The twin comes back before the broker knows that the one before is dead. It consumes both
    // queues at once; whoever waits for his turn at the other is not counted by the broker.
    let mut commits = plant.handle.feed().subscribe().await.unwrap().commits;
    let broker = Broker::Amqp(bench.url.clone());
    let consumers = Consumers::start(broker, &plant.handle).unwrap();
    let deadline = Instant::now() + WAIT;
    while urgent_consumers(&bench).await < 1 {
        assert!(Instant::now() < deadline, "the twin does not consume");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    connection.close(200, "dead".into()).await.unwrap();
    let mut orders = Vec::new();
    while orders.len() < ORDERS {
        let commit = tokio::time::timeout(WAIT, commits.recv()).await.unwrap();
        let commit = commit.unwrap();
        orders.extend(commit.changes.iter().map(|change| change.key.clone()));
    }
    let order = |number| EntityKey::WorkOrder(format!("WO-{number}").parse().unwrap());
    let expected: Vec<EntityKey> = (0..ORDERS).map(order).collect();
    assert_eq!(orders, expected, "in the order of the queue");
    consumers.stop().await;
    bench.clear().await;
}
