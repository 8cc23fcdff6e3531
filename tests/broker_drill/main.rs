//! RabbitMQ dies, or runs out of disk, or brings ten times too much: the twin goes on by itself, and
//! nothing is lost.
//!
//! Each test has a broker of its own, which it may kill and which takes its time to come back, so
//! this runs by `scripts/drill.sh broker` and `overload`, and not with all tests.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
#![allow(
    dead_code,
    reason = "what it shares with the tests of the whole twin has more than it needs"
)]

#[path = "../whole_twin/account.rs"]
mod account;
#[path = "../whole_twin/feed.rs"]
mod feed;
mod overload;
#[path = "../../ingest/tests/amqp/own_broker.rs"]
mod own_broker;
#[path = "../whole_twin/rabbitmq.rs"]
mod rabbitmq;
#[path = "../whole_twin/scene.rs"]
mod scene;
#[path = "../whole_twin/twin_process.rs"]
mod twin_process;

use std::time::{Duration, Instant};

use serde_json::json;

use feed::SLICES;
use own_broker::OwnBroker;
use scene::{Scene, WAIT, wait_until_not_ready};
use twin_process::{pause, wait_for};

/// A lost broker must show in `/ready` within this.
const NOTICED_WITHIN: Duration = Duration::from_secs(10);
/// RabbitMQ 3.10 forgets a quorum queue whose declaration is too young when it is killed (ADR
/// 0038). The queues are older than this when the drill kills.
const QUEUES_REMEMBERED_AFTER: Duration = Duration::from_secs(10);

#[test]
fn a_broker_that_is_killed_and_comes_back_is_used_again_and_nothing_is_lost() {
    let broker = OwnBroker::start();
    let scene = Scene::new(&broker.url, "restart");
    let twin = scene.twin(&broker.url);
    let half = SLICES / 2;
    (0..half).for_each(|slice| scene.publish_stubbornly(slice));
    pause(QUEUES_REMEMBERED_AFTER);
    let (noticed, back) = std::thread::scope(|scope| {
        // The second half meets the death of the broker, and is sent again.
        scope.spawn(|| (half..SLICES).for_each(|slice| scene.publish_stubbornly(slice)));
        broker.kill();
        let noticed = wait_until_not_ready(&twin, NOTICED_WITHIN);
        let orders = twin.items(&scene.queues.plant, "work-orders");
        assert!(!orders.is_empty(), "questions are answered meanwhile");
        broker.start_again();
        let started = Instant::now();
        wait_for("it is ready again", WAIT, || {
            (twin.get("/ready").status == 200).then_some(())
        });
        (noticed, started.elapsed())
    });
    let account = scene.check(&twin);
    println!(
        "{}",
        json!({"name": "broker_kill", "noticed_ms": noticed.as_millis(),
            "back_ms": back.as_millis(), "lost": account.lost, "twice": account.twice})
    );
}

#[test]
fn a_broker_without_disk_keeps_back_commands_only_until_there_is_disk() {
    let broker = OwnBroker::start();
    let scene = Scene::new(&broker.url, "alarm");
    (0..SLICES).for_each(|slice| scene.publish_stubbornly(slice));
    broker.needs_free_disk(1 << 50);
    let twin = scene.twin(&broker.url);
    scene.wait_until_through(&twin, SLICES);
    pause(Duration::from_secs(1));
    assert!(scene.commands.told().is_empty(), "the alarm is on");
    broker.needs_free_disk(1 << 20);
    let started = Instant::now();
    scene.wait_until_told();
    let back = started.elapsed();
    let account = scene.check(&twin);
    println!(
        "{}",
        json!({"name": "broker_disk", "back_ms": back.as_millis(),
            "lost": account.lost, "twice": account.twice})
    );
}
