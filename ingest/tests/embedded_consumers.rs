//! The consumer loop on the embedded broker: the same code as on RabbitMQ, without a service.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

#[path = "plant/backpressure.rs"]
mod backpressure;
#[path = "plant/open_plant.rs"]
mod open_plant;
#[path = "plant/overload.rs"]
mod overload;

use bytes::Bytes;
use ingest::consumer::SUSPECT_RETURNS;
use ingest::consumers::Consumers;
use ingest::delivery::Broker;
use ingest::embedded::EmbeddedBroker;
use ingest::relay::Relay;
use ingest::topology::{COMMANDS_QUEUE, PlantTopology};
use open_plant::{OpenPlant, event, open, order_created};
use overload::{
    COUNTER, COUNTERS, HOLD, HOLDS, assert_overtaken, counter, decided_with_each_hold, hold,
};
use serde_json::{Value, json};

const RECEIVED: &str = "mfg.work_order.created.v1";

fn bytes(event: &Value) -> Bytes {
    Bytes::from(event.to_string())
}

fn broker() -> (EmbeddedBroker, PlantTopology) {
    let topology = PlantTopology::new(&"P1".parse().unwrap()).unwrap();
    let broker = EmbeddedBroker::new();
    broker.declare_plant(&topology).unwrap();
    (broker, topology)
}

fn consumers(broker: &EmbeddedBroker, plant: &OpenPlant) -> Consumers {
    Consumers::start(Broker::Embedded(broker.clone()), &plant.handle).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_confirmed_event_is_committed_and_a_broken_one_is_kept_among_its_neighbours() {
    let (broker, topology) = broker();
    let plant = open("P1").await;
    let consumers = consumers(&broker, &plant);
    let mut confirms = Vec::new();
    for n in 0..2_000 {
        let body = match n % 100 {
            7 => Bytes::from(format!("{{broken {n}")),
            8 => bytes(&order_created("P2", n)),
            _ => bytes(&order_created("P1", n)),
        };
        confirms.push(broker.publish_event(&topology, RECEIVED, body).unwrap());
    }
    for confirm in confirms {
        confirm.wait().await.unwrap();
    }
    let counts = plant.counts().await;
    assert_eq!(counts.applied, 1_960, "confirmed means committed");
    assert_eq!(counts.exceptions.values().sum::<u64>(), 40);
    consumers.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_acknowledges_what_was_taken_and_the_next_consumer_has_the_rest() {
    let (broker, topology) = broker();
    let plant = open("P1").await;
    for round in 0..10 {
        let consumers = consumers(&broker, &plant);
        for n in 0..300 {
            let body = bytes(&order_created("P1", round * 300 + n));
            broker.publish_event(&topology, RECEIVED, body).unwrap();
        }
        consumers.stop().await;
    }
    let consumers = consumers(&broker, &plant);
    let counts = plant.received(3_000).await;
    assert_eq!(
        (counts.applied, counts.duplicates),
        (3_000, 0),
        "a clean stop repeats nothing"
    );
    assert!(consumers.status().report().connected);
    consumers.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_that_come_back_often_are_taken_one_at_a_time() {
    let (broker, topology) = broker();
    let queue = topology.queue(ingest::topology::Class::NearRealTime);
    for n in 0..50 {
        let body = bytes(&order_created("P1", n));
        broker.publish_event(&topology, RECEIVED, body).unwrap();
    }
    // A process that dies with 20 messages in hand, again and again.
    for _ in 0..SUSPECT_RETURNS {
        let mut dies = broker.consume(&queue, 20).unwrap();
        while dies.ready().is_some() {}
    }
    let plant = open("P1").await;
    let consumers = consumers(&broker, &plant);
    let counts = plant.received(50).await;
    assert_eq!(counts.applied, 50);
    assert_eq!(counts.duplicates, 0);
    consumers.stop().await;
    // One commit each for the suspects, and at least one for the rest.
    assert!(plant.handle.ledger().head().commit_no > 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_plant_ends_its_consumers_and_loses_nothing() {
    let (broker, topology) = broker();
    let plant = open("P1").await;
    let consumers = consumers(&broker, &plant);
    let first = bytes(&order_created("P1", 1));
    let confirm = broker.publish_event(&topology, RECEIVED, first).unwrap();
    confirm.wait().await.unwrap();
    plant.handle.close().await;
    let late = bytes(&order_created("P1", 2));
    let unconfirmed = broker.publish_event(&topology, RECEIVED, late).unwrap();
    let queue = topology.queue(ingest::topology::Class::NearRealTime);
    while broker.has_consumer(&queue) {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    let report = loop {
        let report = consumers.status().report();
        if !report.connected {
            break report;
        }
        tokio::task::yield_now().await;
    };
    assert!(report.last_error.unwrap().contains("plant is stopping"));
    let mut next = broker.consume(&queue, 1).unwrap();
    assert_eq!(next.ready().unwrap().body, bytes(&order_created("P1", 2)));
    assert!(next.ack(1, true));
    unconfirmed.wait().await.unwrap();
    consumers.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_reach_whoever_consumes_them_in_order_and_once() {
    let broker = EmbeddedBroker::new();
    broker.declare(COMMANDS_QUEUE).unwrap();
    let mut taker = broker.consume(COMMANDS_QUEUE, 100).unwrap();
    let plant = open("P1").await;
    let handle = &plant.handle;
    let relay = Relay::start(Broker::Embedded(broker.clone()), handle).unwrap();
    for n in 0..3 {
        let quantity = json!({"value": "5", "unit": "H87"});
        let lot = json!({"lot": format!("L{n}"), "material": "M", "quantity": quantity});
        let ask = json!({"delivery": format!("D{n}"),
            "lots": [{"lot": format!("L{n}"), "quantity": quantity}]});
        let inputs = [
            event("P1", "/wms", &format!("l{n}"), "mfg.lot.created.v1", &lot),
            event(
                "P1",
                "/wms",
                &format!("s{n}"),
                "mfg.shipment.requested.v1",
                &ask,
            ),
        ];
        let inputs = inputs
            .iter()
            .map(|event| actors::Input::decode(bytes(event)));
        handle.intake().submit(inputs.collect()).await.unwrap();
    }
    for n in 0..3 {
        let delivery = taker.next().await;
        let command: Value = serde_json::from_slice(&delivery.body).unwrap();
        assert_eq!(command["type"], "mfg.gate.decided.v1");
        assert_eq!(command["data"]["delivery"], format!("D{n}"));
        assert!(taker.ack(delivery.tag, false));
    }
    while relay.report().sent < 3 {
        tokio::task::yield_now().await;
    }
    relay.stop().await;
    assert_eq!(taker.ready(), None, "each was sent once");
}

#[tokio::test(flavor = "multi_thread")]
async fn holds_are_committed_before_the_backlog_of_counters_that_waits_before_them() {
    let (broker, topology) = broker();
    let mut confirms = Vec::new();
    for n in 0..COUNTERS {
        let body = bytes(&counter("P1", n));
        confirms.push(broker.publish_event(&topology, COUNTER, body).unwrap());
    }
    for n in 0..HOLDS {
        let body = bytes(&hold("P1", n));
        confirms.push(broker.publish_event(&topology, HOLD, body).unwrap());
    }
    let plant = open("P1").await;
    let mut followed = plant.handle.feed().subscribe().await.unwrap();
    let consumers = consumers(&broker, &plant);
    let decided = decided_with_each_hold(&mut followed).await;
    for confirm in confirms {
        confirm.wait().await.unwrap();
    }
    assert_overtaken(&plant, &decided).await;
    consumers.stop().await;
}
