//! What feeds a plant and what sends for it outlive a failure of the shard.
#![cfg(feature = "chaos")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

#[path = "plant/open_plant.rs"]
mod open_plant;

use std::time::Duration;

use bytes::Bytes;
use ingest::consumers::Consumers;
use ingest::delivery::Broker;
use ingest::embedded::EmbeddedBroker;
use ingest::relay::Relay;
use ingest::topology::{COMMANDS_QUEUE, PlantTopology};
use open_plant::{event, open, order_created};
use serde_json::{Value, json};

/// Fewer than the supervisor allows within its window.
const PANICS: u64 = 3;
const MESSAGES: usize = 6_000;
const WAIT: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_of_the_shard_under_load_neither_loses_nor_repeats_nor_ends_the_consumer() {
    let topology = PlantTopology::new(&"P1".parse().unwrap()).unwrap();
    let broker = EmbeddedBroker::new();
    broker.declare_plant(&topology).unwrap();
    let plant = open("P1").await;
    let consumers = Consumers::start(Broker::Embedded(broker.clone()), &plant.handle).unwrap();
    let mut confirms = Vec::new();
    for n in 0..MESSAGES {
        let body = Bytes::from(order_created("P1", n).to_string());
        let type_name = "mfg.work_order.created.v1";
        confirms.push(broker.publish_event(&topology, type_name, body).unwrap());
        if n % (MESSAGES / 4) == 500 && n / (MESSAGES / 4) < usize::try_from(PANICS).unwrap() {
            plant.handle.panic_shard().await;
        }
    }
    for confirm in confirms {
        let confirmed = tokio::time::timeout(WAIT, confirm.wait()).await;
        confirmed.expect("the consumer came back").unwrap();
    }
    // The last panic may have left the consumer between two connections.
    while !consumers.status().report().connected {
        tokio::task::yield_now().await;
    }
    let snapshot = plant.handle.fork().take().await.unwrap();
    assert_eq!(snapshot.counts.applied, MESSAGES as u64, "each once");
    assert_eq!(snapshot.plant.entities().count(), MESSAGES);
    assert_eq!(snapshot.counts.exceptions.values().sum::<u64>(), 0);
    assert!(plant.handle.is_open());
    let late = Bytes::from(order_created("P1", MESSAGES).to_string());
    let confirm = broker.publish_event(&topology, "mfg.work_order.created.v1", late);
    confirm.unwrap().wait().await.unwrap();
    consumers.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_go_on_after_a_panic_of_the_shard() {
    let broker = EmbeddedBroker::new();
    broker.declare(COMMANDS_QUEUE).unwrap();
    let mut taker = broker.consume(COMMANDS_QUEUE, 1).unwrap();
    let plant = open("P1").await;
    let relay = Relay::start(Broker::Embedded(broker.clone()), &plant.handle).unwrap();
    for n in 0..PANICS {
        let lots = json!([{"lot": "L", "quantity": {"value": "5", "unit": "H87"}}]);
        let ask = json!({"delivery": format!("D{n}"), "lots": lots});
        let lot = json!({"lot": format!("L{n}"), "material": "M",
            "quantity": {"value": "5", "unit": "H87"}});
        let inputs = [
            event("P1", "/wms", &format!("l{n}"), "mfg.lot.created.v1", &lot),
            event(
                "P1",
                "/wms",
                &format!("d{n}"),
                "mfg.shipment.requested.v1",
                &ask,
            ),
        ];
        let inputs = inputs.map(|event| actors::Input::decode(Bytes::from(event.to_string())));
        plant.handle.intake().submit(inputs.into()).await.unwrap();
        // A command that was taken and not yet marked as sent comes again, with the same id.
        loop {
            let delivery = tokio::time::timeout(WAIT, taker.next()).await.unwrap();
            let command: Value = serde_json::from_slice(&delivery.body).unwrap();
            assert!(taker.ack(delivery.tag, false));
            if command["data"]["delivery"] == format!("D{n}") {
                break;
            }
        }
        // The relay is about to mark it as sent: the shard may fail before or after.
        plant.handle.panic_shard().await;
    }
    relay.stop().await;
    assert!(plant.handle.is_open());
}
