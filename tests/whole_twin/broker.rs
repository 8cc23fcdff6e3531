//! RabbitMQ dies, runs out of disk, or is cut off: the twin goes on by itself, and nothing is lost.
#[path = "../../ingest/tests/amqp/fault_proxy.rs"]
mod fault_proxy;
#[path = "broker/own_broker.rs"]
mod own_broker;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::json;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::account::Account;
use crate::feed::{Feed, SLICES, Seed};
use crate::rabbitmq::commands::PlantCommands;
use crate::rabbitmq::{PlantQueues, broker_url};
use crate::twin_process::{Served, TwinProcess, pause, wait_for};
use fault_proxy::FaultProxy;
use own_broker::OwnBroker;

const SEED: u64 = 20_261_127;
/// How long anything may take in the end.
const WAIT: Duration = Duration::from_secs(90);
/// A lost broker must show in `/ready` within this.
const NOTICED_WITHIN: Duration = Duration::from_secs(10);
/// A silent broker must show within two heartbeats (of 5 s), and a little for the machine.
const SILENCE_NOTICED_WITHIN: Duration = Duration::from_secs(15);

/// A twin with its feed.
struct Scene {
    feed: Feed,
    queues: PlantQueues,
    commands: PlantCommands,
    dir: TempDir,
}

impl Scene {
    fn new(broker: &str, purpose: &str) -> Scene {
        let queues = PlantQueues::at(broker.to_owned(), purpose);
        Scene {
            feed: Feed::new(&queues.plant, Seed::new(SEED)),
            commands: queues.commands(),
            queues,
            dir: TempDir::new().unwrap(),
        }
    }

    fn twin(&self, broker: &str) -> TwinProcess {
        let served = Served {
            plant: &self.queues.plant,
            clock: "event_time",
            broker: Some(broker),
        };
        TwinProcess::serve(self.dir.path(), &served, "127.0.0.1:0")
    }

    /// Publishes until all is stored, as a sender does that got no confirm.
    fn publish_stubbornly(&self, slice: usize) {
        let started = Instant::now();
        while let Err(error) = self.queues.try_publish(&self.feed.bodies(slice)) {
            assert!(started.elapsed() < WAIT, "{error}");
            pause(Duration::from_millis(100));
        }
    }

    fn wait_until_through(&self, twin: &TwinProcess, slices: usize) {
        wait_for("everything is taken", WAIT, || {
            let counts = twin.counts(&self.queues.plant);
            self.feed.is_through(slices, &counts).then_some(())
        });
    }

    fn wait_until_told(&self) -> BTreeSet<String> {
        wait_for("the refusals are told", WAIT, || {
            let told = self.commands.told();
            (told == self.feed.refused).then_some(told)
        })
    }

    /// Everything came, once, and its senders were told what was refused.
    fn check(&self, twin: &TwinProcess) -> Account {
        self.wait_until_through(twin, SLICES);
        wait_for("all is acknowledged", WAIT, || {
            (self.queues.backlog() == 0).then_some(())
        });
        let told = self.wait_until_told();
        assert_eq!(twin.get("/ready").status, 200);
        let account = Account::of(twin, &self.feed, &told);
        assert!(account.is_right(), "{account:?}");
        account
    }
}

fn wait_until_not_ready(twin: &TwinProcess, limit: Duration) -> Duration {
    let started = Instant::now();
    let reason = wait_for("/ready says that the broker is gone", limit, || {
        let ready = twin.get("/ready");
        (ready.status == 503).then_some(ready.text)
    });
    assert!(reason.contains("the broker is not connected"), "{reason}");
    started.elapsed()
}

#[test]
fn a_broker_that_is_killed_and_comes_back_is_used_again_and_nothing_is_lost() {
    let broker = OwnBroker::start();
    let scene = Scene::new(&broker.url, "restart");
    let twin = scene.twin(&broker.url);
    let half = SLICES / 2;
    (0..half).for_each(|slice| scene.publish_stubbornly(slice));
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

#[test]
fn a_connection_that_is_cut_slow_or_silent_is_opened_anew_and_nothing_is_lost() {
    let url = broker_url();
    let uri: lapin::uri::AMQPUri = url.parse().unwrap();
    let authority = &uri.authority;
    let runtime = Runtime::new().unwrap();
    let address = format!("{}:{}", authority.host, authority.port);
    let proxy = runtime.block_on(FaultProxy::before(address));
    let user = &authority.userinfo;
    let through = format!(
        "amqp://{}:{}@{}/%2f",
        user.username, user.password, proxy.address
    );
    let scene = Scene::new(&url, "proxy");
    let twin = scene.twin(&through);
    let (cuts, slow) = (SLICES / 3, 2 * SLICES / 3);
    for slice in 0..cuts {
        scene.publish_stubbornly(slice);
        wait_for("somebody is connected", WAIT, || {
            (proxy.open() > 0).then_some(())
        });
        let before = proxy.ended_by_cuts();
        proxy.cut();
        wait_for("a connection is cut", WAIT, || {
            (proxy.ended_by_cuts() > before).then_some(())
        });
    }
    scene.wait_until_through(&twin, cuts);
    proxy.delay(Duration::from_millis(20));
    for slice in cuts..slow {
        scene.publish_stubbornly(slice);
    }
    scene.wait_until_through(&twin, slow);
    proxy.delay(Duration::ZERO);

    proxy.silence();
    for slice in slow..SLICES {
        scene.publish_stubbornly(slice);
    }
    let noticed = wait_until_not_ready(&twin, SILENCE_NOTICED_WITHIN);
    let started = Instant::now();
    proxy.restore();
    wait_for("it is ready again", WAIT, || {
        (twin.get("/ready").status == 200).then_some(())
    });
    let back = started.elapsed();
    let account = scene.check(&twin);
    println!(
        "{}",
        json!({"name": "broker_connection", "cuts": proxy.ended_by_cuts(), "silence_noticed_ms": noticed.as_millis(),
            "back_ms": back.as_millis(), "lost": account.lost, "twice": account.twice})
    );
}
