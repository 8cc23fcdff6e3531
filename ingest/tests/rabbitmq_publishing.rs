//! Topology, publisher and relay, against a real RabbitMQ at TWIN_TEST_AMQP.
#![cfg(feature = "amqp-tests")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

#[path = "amqp/bench.rs"]
mod bench;
#[path = "plant/open_plant.rs"]
mod open_plant;

use std::time::{Duration, Instant};

use bench::{Bench, CREATED, raw_channel};
use futures_util::StreamExt;
use ingest::delivery::Broker;
use ingest::publisher::{Outgoing, PublishError};
use ingest::relay::Relay;
use ingest::topology::{
    COMMANDS_EXCHANGE, DEAD_QUEUE, DELIVERY_LIMIT, IN_EXCHANGE, declare_commands,
};
use lapin::Channel;
use lapin::options::{
    BasicAckOptions, BasicConsumeOptions, BasicGetOptions, BasicNackOptions, QueueBindOptions,
    QueueDeclareOptions, QueueDeleteOptions,
};
use lapin::types::{AMQPValue, FieldTable};
use open_plant::{OpenPlant, event, open, order_created};
use serde_json::{Value, json};

const WAIT: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn a_message_given_back_too_often_is_dead_lettered_and_not_lost() {
    let bench = Bench::new().await;
    let body = order_created(bench.name(), 1).to_string();
    bench.publish(CREATED, body.as_bytes()).await.unwrap();
    let (connection, channel) = raw_channel().await;
    let (queue, options) = (bench.queue(), BasicConsumeOptions::default());
    let (name, tag) = (queue.as_str().into(), "".into());
    let consumer = channel.basic_consume(name, tag, options, FieldTable::default());
    let mut consumer = consumer.await.unwrap();
    for _ in 0..=DELIVERY_LIMIT {
        let next = tokio::time::timeout(WAIT, consumer.next()).await;
        let delivery = next.expect("it comes again").unwrap().unwrap();
        let back = BasicNackOptions {
            requeue: true,
            ..BasicNackOptions::default()
        };
        delivery.nack(back).await.unwrap();
    }
    let deadline = Instant::now() + WAIT;
    loop {
        assert!(Instant::now() < deadline, "not dead-lettered");
        let got = channel
            .basic_get(DEAD_QUEUE.into(), BasicGetOptions::default())
            .await
            .unwrap();
        let Some(message) = got else { continue };
        message
            .delivery
            .ack(BasicAckOptions::default())
            .await
            .unwrap();
        if message.delivery.data == body.as_bytes() {
            break;
        }
    }
    assert_eq!(bench.backlog().await, 0);
    connection.close(200, "done".into()).await.unwrap();
    bench.clear().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_publisher_learns_that_nobody_takes_its_message_or_that_a_queue_is_full() {
    let bench = Bench::new().await;
    let nowhere = Outgoing {
        exchange: IN_EXCHANGE,
        routing_key: "no-such-plant.nrt.x",
        id: "1",
        type_name: "x",
        body: b"{}",
    };
    let error = bench.publisher.publish(nowhere).await.unwrap_err();
    assert!(matches!(error, PublishError::Unroutable { .. }), "{error}");

    let small = format!("{}-small", bench.name());
    let mut arguments = FieldTable::default();
    arguments.insert("x-max-length".into(), AMQPValue::LongLongInt(1));
    arguments.insert(
        "x-overflow".into(),
        AMQPValue::LongString("reject-publish".into()),
    );
    let channel = bench.publisher.channel();
    bound_queue(
        channel,
        &small,
        IN_EXCHANGE,
        &format!("{small}.#"),
        arguments,
    )
    .await;
    let key = format!("{small}.nrt.x");
    let message = Outgoing {
        routing_key: &key,
        ..nowhere
    };
    let deadline = Instant::now() + WAIT;
    let error = loop {
        assert!(Instant::now() < deadline, "never full");
        if let Err(error) = bench.publisher.publish(message).await {
            break error;
        }
    };
    assert!(matches!(error, PublishError::Refused { .. }), "{error}");
    let options = QueueDeleteOptions::default();
    channel
        .queue_delete(small.as_str().into(), options)
        .await
        .unwrap();
    bench.clear().await;
}

/// A queue of the test's own behind an exchange.
async fn bound_queue(
    channel: &Channel,
    queue: &str,
    exchange: &str,
    key: &str,
    arguments: FieldTable,
) {
    let (name, options) = (queue.into(), QueueDeclareOptions::default());
    channel
        .queue_declare(name, options, arguments)
        .await
        .unwrap();
    let (name, options) = (queue.into(), QueueBindOptions::default());
    channel
        .queue_bind(
            name,
            exchange.into(),
            key.into(),
            options,
            FieldTable::default(),
        )
        .await
        .unwrap();
}

/// Makes the plant decide on `count` shipments, each with a command.
async fn decide_shipments(plant: &OpenPlant, count: usize) {
    let name = plant.handle.plant().as_str();
    for n in 0..count {
        let quantity = json!({"value": "5", "unit": "H87"});
        let lot = json!({"lot": format!("L{n}"), "material": "M", "quantity": quantity});
        let ask = json!({"delivery": format!("D{n}"),
            "lots": [{"lot": format!("L{n}"), "quantity": quantity}]});
        for (id, kind, data) in [
            (format!("l{n}"), "mfg.lot.created.v1", &lot),
            (format!("s{n}"), "mfg.shipment.requested.v1", &ask),
        ] {
            let body = event(name, "/wms", &id, kind, data).to_string();
            let input = actors::Input::decode(body.into());
            plant.handle.intake().submit(vec![input]).await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_go_out_in_order_and_leave_the_outbox() {
    let bench = Bench::new().await;
    let plant = open(bench.name()).await;
    let (connection, channel) = raw_channel().await;
    declare_commands(&channel).await.unwrap();
    let tray = format!("{}-commands", bench.name());
    let key = bench.plant.command_key("#");
    bound_queue(
        &channel,
        &tray,
        COMMANDS_EXCHANGE,
        &key,
        FieldTable::default(),
    )
    .await;
    decide_shipments(&plant, 20).await;
    let relay = Relay::start(Broker::Amqp(bench.url.clone()), &plant.handle).unwrap();
    let options = BasicConsumeOptions {
        no_ack: true,
        ..BasicConsumeOptions::default()
    };
    let name = tray.as_str().into();
    let consumer = channel.basic_consume(name, "".into(), options, FieldTable::default());
    let commands = consumer.await.unwrap().take(20).collect::<Vec<_>>();
    let ids: Vec<String> = tokio::time::timeout(WAIT, commands)
        .await
        .unwrap()
        .into_iter()
        .map(|delivery| serde_json::from_slice::<Value>(&delivery.unwrap().data).unwrap())
        .map(|command| command["id"].as_str().unwrap().to_owned())
        .collect();
    let expected: Vec<String> = (1..=20).map(|n| format!("CMD-{n}")).collect();
    assert_eq!(ids, expected);
    let deadline = Instant::now() + WAIT;
    let left = || tokio::time::timeout(Duration::from_millis(20), plant.handle.outbox().due(1));
    while left().await.is_ok() {
        assert!(
            Instant::now() < deadline,
            "marked as sent: {:?}",
            relay.report()
        );
    }
    // The report is written right after the mark; never more than was asked for.
    while relay.report().sent < 20 {
        assert!(Instant::now() < deadline, "{:?}", relay.report());
        tokio::task::yield_now().await;
    }
    assert_eq!(relay.report().sent, 20);
    relay.stop().await;
    channel
        .queue_delete(tray.into(), QueueDeleteOptions::default())
        .await
        .unwrap();
    connection.close(200, "done".into()).await.unwrap();
    bench.clear().await;
}
