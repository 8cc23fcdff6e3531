//! The consumers and the import, against a real RabbitMQ at TWIN_TEST_AMQP.
#![cfg(feature = "amqp-tests")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

#[path = "amqp/bench.rs"]
mod bench;
#[path = "amqp/fault_proxy.rs"]
mod fault_proxy;
#[path = "../../tests/real_data/find.rs"]
mod find;
#[path = "plant/open_plant.rs"]
mod open_plant;
#[path = "plant/overload.rs"]
mod overload;

use std::path::Path;
use std::time::{Duration, Instant};

use bench::{Bench, CREATED, amqp, raw_channel};
use fault_proxy::FaultProxy;
use find::real_data;
use futures_util::StreamExt;
use ingest::amqp_url::AmqpUrl;
use ingest::consumer::SUSPECT_RETURNS;
use ingest::consumers::Consumers;
use ingest::delivery::Broker;
use ingest::file_import::Importer;
use ingest::import_run::{ImportOptions, import_to_amqp, import_to_intake};
use ingest::mapping::Mapping;
use ingest::publisher::Outgoing;
use ingest::topology::IN_EXCHANGE;
use lapin::options::{BasicConsumeOptions, BasicQosOptions};
use lapin::types::FieldTable;
use open_plant::{OpenPlant, event, open, order_created};
use overload::{
    COUNTER, COUNTERS, HOLD, HOLDS, assert_overtaken, counter, decided_with_each_hold, hold,
};
use serde_json::json;
use twin_model::StateHash;

const WAIT: Duration = Duration::from_secs(60);

fn consumers(url: &AmqpUrl, plant: &OpenPlant) -> Consumers {
    Consumers::start(Broker::Amqp(url.clone()), &plant.handle).unwrap()
}

async fn publish_orders(bench: &Bench, numbers: std::ops::Range<usize>) {
    let routing_key = &bench.plant.routing_key(CREATED);
    let mut sent = Vec::new();
    for number in numbers {
        let order = order_created(bench.name(), number).to_string();
        let message = Outgoing {
            exchange: IN_EXCHANGE,
            routing_key,
            id: "1",
            type_name: CREATED,
            body: order.as_bytes(),
        };
        sent.push(bench.publisher.send(message).await.unwrap());
    }
    for message in sent {
        message.confirmed().await.unwrap();
    }
}

async fn state_hash(plant: &OpenPlant) -> StateHash {
    plant.handle.fork().take().await.unwrap().plant.state_hash()
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_committed_then_acknowledged_and_broken_ones_kept_among_their_neighbours() {
    let bench = Bench::new().await;
    let plant = open(bench.name()).await;
    let consumers = consumers(&bench.url, &plant);
    publish_orders(&bench, 0..50).await;
    bench.publish(CREATED, b"{broken").await.unwrap();
    bench
        .publish("mfg.unheard.of.v9", &vec![b'x'; 2 * 1024 * 1024])
        .await
        .unwrap();
    let foreign = order_created("elsewhere", 1_000).to_string();
    bench.publish(CREATED, foreign.as_bytes()).await.unwrap();
    let hold = json!({"hold": "H1", "scope": {"kind": "work_order", "id": "WO-1"}, "reason": "r"});
    let hold = event(bench.name(), "/qms", "h1", "mfg.hold.placed.v1", &hold).to_string();
    bench
        .publish("mfg.hold.placed.v1", hold.as_bytes())
        .await
        .unwrap();
    publish_orders(&bench, 50..100).await;
    let counts = plant.received(104).await;
    assert_eq!(counts.applied, 101, "{counts:?}");
    let codes: Vec<String> = counts.exceptions.keys().map(ToString::to_string).collect();
    assert_eq!(codes, ["TWIN-R34", "TWIN-R41"]);
    consumers.stop().await;
    assert_eq!(
        bench.backlog().await,
        0,
        "everything taken was acknowledged"
    );
    bench.clear().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_dead_consumer_had_in_hand_comes_again_and_counts_once() {
    const ORDERS: u64 = 5_000;
    let bench = Bench::new().await;
    let mut plant = open(bench.name()).await;
    publish_orders(&bench, 0..5_000).await;
    let mut redelivered = 0;
    // The plant stops while messages are on their way: they are not acknowledged.
    for _ in 0..5 {
        let consumers = consumers(&bench.url, &plant);
        plant.received(plant.counts().await.input() + 1).await;
        plant = plant.reopen().await;
        redelivered += consumers.status().report().redelivered;
        consumers.stop().await;
        let applied = plant.counts().await.applied;
        assert!(applied < ORDERS, "the stop came in the middle");
    }
    let consumers = consumers(&bench.url, &plant);
    let deadline = Instant::now() + WAIT;
    while plant.counts().await.applied < ORDERS {
        assert!(Instant::now() < deadline, "{:?}", plant.counts().await);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    redelivered += consumers.status().report().redelivered;
    consumers.stop().await;
    let counts = plant.counts().await;
    assert_eq!(counts.applied, ORDERS);
    assert_eq!(counts.input(), ORDERS + counts.duplicates);
    assert!(redelivered > 0, "something had to come again");
    assert_eq!(bench.backlog().await, 0);
    bench.clear().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn consumers_and_imports_survive_cut_connections_and_both_ways_end_in_the_same_state() {
    let bench = Bench::new().await;
    let uri: lapin::uri::AMQPUri = amqp().parse().unwrap();
    let authority = &uri.authority;
    let proxy = FaultProxy::before(format!("{}:{}", authority.host, authority.port)).await;
    let user = &authority.userinfo;
    let url = format!(
        "amqp://{}:{}@{}/%2f",
        user.username, user.password, proxy.address
    );
    let url: AmqpUrl = url.parse().unwrap();

    let mapping = Mapping::parse(&mapping_for(bench.name()), Path::new("m.toml")).unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), rows(6_000)).unwrap();
    let through_broker = open(bench.name()).await;
    let consumers = consumers(&url, &through_broker);
    let importer = Importer::open(file.path(), &mapping).unwrap();
    let mut cuts = 0;
    let report = import_to_amqp(&url, importer, ImportOptions::default(), |progress| {
        if progress.confirmed % 1_500 == 700 {
            cuts += 1;
            proxy.cut();
        }
    })
    .await
    .unwrap();
    assert_eq!((report.file.events, report.confirmed), (6_000, 6_000));
    assert!(
        cuts >= 3 && report.sent_again > 0,
        "{cuts} cuts, {report:?}"
    );
    let deadline = Instant::now() + WAIT;
    while through_broker.counts().await.applied < 6_000 {
        assert!(
            Instant::now() < deadline,
            "{:?}",
            consumers.status().report()
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let status = consumers.status().report();
    assert!(status.connections > 1, "the cuts were felt: {status:?}");
    assert!(status.last_error.is_some());
    consumers.stop().await;

    let direct = open(bench.name()).await;
    let importer = Importer::open(file.path(), &mapping).unwrap();
    let intake = direct.handle.intake();
    let report = import_to_intake(intake, importer, ImportOptions::default(), |_| ()).await;
    let answers = report.unwrap().answers.unwrap();
    assert_eq!((answers.applied, answers.duplicates), (6_000, 0));
    assert_eq!(state_hash(&through_broker).await, state_hash(&direct).await);
    bench.clear().await;
}

fn mapping_for(plant: &str) -> String {
    format!(
        r#"
name = "orders"
plant = "{plant}"
format = "csv"
columns = ["order", "at"]
time_zone = "UTC"
time_format = "%Y-%m-%d %H:%M"
on_ambiguous = "reject"
[[emit]]
type = "mfg.work_order.created.v1"
source = "/erp"
time = "at"
[emit.fields]
order = {{ column = "order" }}
material = {{ literal = "M" }}
"quantity.value" = {{ literal = "5" }}
"quantity.unit" = {{ literal = "H87" }}
"#
    )
}

fn rows(count: usize) -> String {
    let rows = (0..count).map(|n| format!("WO-{n},2026-03-01 08:00\n"));
    format!("order,at\n{}", rows.collect::<String>())
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_that_come_back_often_are_taken_one_at_a_time() {
    let bench = Bench::new().await;
    publish_orders(&bench, 0..50).await;
    // A process that dies with 20 messages in hand, again and again.
    for _ in 0..SUSPECT_RETURNS {
        let (connection, channel) = raw_channel().await;
        channel
            .basic_qos(20, BasicQosOptions::default())
            .await
            .unwrap();
        let options = BasicConsumeOptions::default();
        let queue = bench.queue().into();
        let consumer = channel.basic_consume(queue, "".into(), options, FieldTable::default());
        let taken = consumer.await.unwrap().take(20).count().await;
        assert_eq!(taken, 20);
        connection.close(200, "died".into()).await.unwrap();
    }
    let plant = open(bench.name()).await;
    let consumers = consumers(&bench.url, &plant);
    let counts = plant.received(50).await;
    assert_eq!((counts.applied, counts.duplicates), (50, 0));
    assert!(
        plant.handle.ledger().head().commit_no > 20,
        "one commit each for the suspects"
    );
    consumers.stop().await;
    bench.clear().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_real_log_ends_in_the_same_state_through_the_broker_and_straight_in() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let Some(file) = real_data("production-log-4tu/production_merged.csv") else {
        return;
    };
    let bench = Bench::new().await;
    let path = root.join("mappings/job-shop-log.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let named = text.replace("\"job-shop\"", &format!("{:?}", bench.name()));
    let mapping = Mapping::parse(&named, &path).unwrap();

    let through_broker = open(bench.name()).await;
    let consumers = consumers(&bench.url, &through_broker);
    let importer = Importer::open(&file, &mapping).unwrap();
    let options = ImportOptions::default();
    let report = import_to_amqp(&bench.url, importer, options, |_| ())
        .await
        .unwrap();
    assert_eq!(report.confirmed, report.file.events);
    let counts = through_broker.received(report.file.events).await;
    consumers.stop().await;

    let direct = open(bench.name()).await;
    let importer = Importer::open(&file, &mapping).unwrap();
    let intake = direct.handle.intake();
    import_to_intake(intake, importer, options, |_| ())
        .await
        .unwrap();
    assert_eq!(counts, direct.counts().await, "the same dispositions");
    assert_eq!(counts.applied, counts.input(), "{counts:?}");
    assert_eq!(state_hash(&through_broker).await, state_hash(&direct).await);
    bench.clear().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn holds_are_committed_before_the_backlog_of_counters_that_waits_before_them() {
    let bench = Bench::new().await;
    let mut sent = Vec::new();
    for n in 0..COUNTERS {
        let counter = counter(bench.name(), n).to_string();
        let message = Outgoing {
            exchange: IN_EXCHANGE,
            routing_key: &bench.plant.routing_key(COUNTER),
            id: "1",
            type_name: COUNTER,
            body: counter.as_bytes(),
        };
        sent.push(bench.publisher.send(message).await.unwrap());
    }
    for message in sent {
        message.confirmed().await.unwrap();
    }
    for n in 0..HOLDS {
        let hold = hold(bench.name(), n).to_string();
        bench.publish(HOLD, hold.as_bytes()).await.unwrap();
    }
    let plant = open(bench.name()).await;
    let mut followed = plant.handle.feed().subscribe().await.unwrap();
    let consumers = consumers(&bench.url, &plant);
    let decided = decided_with_each_hold(&mut followed).await;
    assert_overtaken(&plant, &decided).await;
    consumers.stop().await;
    assert_eq!(bench.backlog().await, 0, "everything is acknowledged");
    bench.clear().await;
}
