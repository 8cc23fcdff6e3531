//! The embedded broker keeps the delivery contract of the real one.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use ingest::embedded::{EMBEDDED_BYTES_MAX, EMBEDDED_MESSAGES_MAX, EmbeddedBroker, Refused};
use ingest::topology::PlantTopology;

fn body(n: usize) -> Bytes {
    Bytes::from(n.to_string())
}

fn broker_with(queue: &str, messages: usize) -> EmbeddedBroker {
    let broker = EmbeddedBroker::new();
    broker.declare(queue).unwrap();
    for n in 0..messages {
        broker.publish(queue, body(n)).unwrap();
    }
    broker
}

#[test]
fn messages_are_delivered_in_order_up_to_the_prefetch() {
    let broker = broker_with("q", 5);
    let mut consumer = broker.consume("q", 3).unwrap();
    let seen: Vec<Bytes> = std::iter::from_fn(|| consumer.ready())
        .map(|delivery| delivery.body)
        .collect();
    assert_eq!(seen, [body(0), body(1), body(2)]);
    assert!(consumer.ack(1, false), "one place is free again");
    assert_eq!(consumer.ready().unwrap().body, body(3));
    assert_eq!(consumer.ready(), None);
}

#[test]
fn what_a_lost_consumer_left_comes_again_in_order_before_the_rest() {
    let broker = broker_with("q", 4);
    let mut first = broker.consume("q", 3).unwrap();
    while first.ready().is_some() {}
    assert!(first.ack(1, true));
    drop(first);
    let mut second = broker.consume("q", 10).unwrap();
    let seen: Vec<(Bytes, u64)> = std::iter::from_fn(|| second.ready())
        .map(|delivery| (delivery.body, delivery.returns))
        .collect();
    assert_eq!(seen, [(body(1), 1), (body(2), 1), (body(3), 0)]);
}

#[tokio::test]
async fn a_publish_is_confirmed_by_the_acknowledgement_and_not_before() {
    let broker = broker_with("q", 0);
    let confirms: Vec<_> = (0..3)
        .map(|n| broker.publish("q", body(n)).unwrap())
        .collect();
    let mut waits: Vec<_> = confirms
        .into_iter()
        .map(|confirm| Box::pin(confirm.wait()))
        .collect();
    let mut consumer = broker.consume("q", 10).unwrap();
    while consumer.ready().is_some() {}
    assert_eq!(
        waits[0].as_mut().now_or_never(),
        None,
        "delivered is not stored"
    );
    assert!(consumer.ack(2, true));
    assert_eq!(waits[0].as_mut().now_or_never(), Some(Ok(())));
    assert_eq!(waits[1].as_mut().now_or_never(), Some(Ok(())));
    assert_eq!(waits[2].as_mut().now_or_never(), None);
    assert!(!consumer.ack(2, true), "acknowledged before");
    assert!(!consumer.ack(9, false), "never delivered");
}

#[test]
fn a_full_queue_refuses_and_takes_again_after_acknowledgement() {
    let broker = broker_with("q", EMBEDDED_MESSAGES_MAX);
    let full = broker.publish("q", body(0)).unwrap_err();
    assert!(
        matches!(&full, Refused::Full { messages, .. } if *messages == EMBEDDED_MESSAGES_MAX),
        "{full}"
    );
    let mut consumer = broker.consume("q", 2).unwrap();
    consumer.ready().unwrap();
    assert!(
        broker.publish("q", body(0)).is_err(),
        "delivered is still in memory"
    );
    consumer.ack(1, true);
    broker.publish("q", body(0)).unwrap();
}

#[test]
fn a_queue_is_bounded_in_bytes_too() {
    let broker = broker_with("q", 0);
    let large = Bytes::from(vec![0; EMBEDDED_BYTES_MAX / 2 + 1]);
    broker.publish("q", large.clone()).unwrap();
    assert!(matches!(
        broker.publish("q", large),
        Err(Refused::Full { messages: 1, .. })
    ));
    broker.publish("q", body(1)).unwrap();
}

#[test]
fn a_message_without_a_queue_and_a_second_consumer_are_refused() {
    let broker = broker_with("q", 1);
    assert!(matches!(
        broker.publish("none", body(0)),
        Err(Refused::Unroutable { .. })
    ));
    let consumer = broker.consume("q", 1).unwrap();
    assert!(matches!(broker.consume("q", 1), Err(Refused::Taken { .. })));
    assert!(broker.has_consumer("q"));
    drop(consumer);
    assert!(broker.consume("q", 1).is_ok());
}

#[test]
fn urgent_events_have_a_queue_of_their_own() {
    let plant = PlantTopology::new(&"P1".parse().unwrap()).unwrap();
    let broker = EmbeddedBroker::new();
    broker.declare_plant(&plant).unwrap();
    broker
        .publish_event(&plant, "mfg.lot.created.v1", body(1))
        .unwrap();
    broker
        .publish_event(&plant, "mfg.hold.placed.v1", body(2))
        .unwrap();
    let mut urgent = broker.consume("twin.in.P1.rt", 1).unwrap();
    assert_eq!(urgent.ready().unwrap().body, body(2));
    let mut rest = broker.consume("twin.in.P1", 1).unwrap();
    assert_eq!(rest.ready().unwrap().body, body(1));
}

#[tokio::test]
async fn a_waiting_consumer_wakes_when_a_message_comes_and_when_it_may_have_more() {
    let broker = broker_with("q", 0);
    let mut consumer = broker.consume("q", 1).unwrap();
    let publisher = broker.clone();
    let task = tokio::spawn(async move { publisher.publish("q", body(7)).unwrap().wait().await });
    let wait = Duration::from_secs(10);
    let delivery = tokio::time::timeout(wait, consumer.next()).await.unwrap();
    assert_eq!(delivery.body, body(7));
    consumer.ack(delivery.tag, true);
    assert_eq!(
        tokio::time::timeout(wait, task).await.unwrap().unwrap(),
        Ok(())
    );
}
