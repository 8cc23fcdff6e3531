//! A twin behind a broker, with a feed whose effect is known.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::account::Account;
use crate::feed::{Feed, SLICES, Seed};
use crate::rabbitmq::PlantQueues;
use crate::rabbitmq::commands::PlantCommands;
use crate::twin_process::{Served, TwinProcess, pause, wait_for};

const SEED: u64 = 20_261_127;
/// How long anything may take in the end.
pub(crate) const WAIT: Duration = Duration::from_secs(240);

/// A twin with its feed.
pub(crate) struct Scene {
    pub(crate) feed: Feed,
    pub(crate) queues: PlantQueues,
    pub(crate) commands: PlantCommands,
    pub(crate) dir: TempDir,
}

impl Scene {
    pub(crate) fn new(broker: &str, purpose: &str) -> Scene {
        Scene::seeded(broker, purpose, Seed::new(SEED))
    }

    pub(crate) fn seeded(broker: &str, purpose: &str, seed: Seed) -> Scene {
        let queues = PlantQueues::at(broker.to_owned(), purpose);
        Scene {
            feed: Feed::new(&queues.plant, seed),
            commands: queues.commands(),
            queues,
            dir: TempDir::new().unwrap(),
        }
    }

    pub(crate) fn twin(&self, broker: &str) -> TwinProcess {
        TwinProcess::serve(self.dir.path(), &self.served(broker), "127.0.0.1:0")
    }

    pub(crate) fn served<'a>(&'a self, broker: &'a str) -> Served<'a> {
        Served {
            plant: &self.queues.plant,
            clock: "event_time",
            broker: Some(broker),
        }
    }

    /// Publishes until all is stored, as a sender does that got no confirm.
    pub(crate) fn publish_stubbornly(&self, slice: usize) {
        let started = Instant::now();
        while let Err(error) = self.queues.try_publish(&self.feed.bodies(slice)) {
            assert!(started.elapsed() < WAIT, "{error}");
            pause(Duration::from_millis(100));
        }
    }

    pub(crate) fn wait_until_through(&self, twin: &TwinProcess, slices: usize) {
        wait_for("everything is taken", WAIT, || {
            let counts = twin.counts(&self.queues.plant);
            self.feed.is_through(slices, &counts).then_some(())
        });
    }

    pub(crate) fn wait_until_told(&self) -> BTreeSet<String> {
        wait_for("the refusals are told", WAIT, || {
            let told = self.commands.told();
            (told == self.feed.refused).then_some(told)
        })
    }

    /// Everything came, once, and its senders were told what was refused.
    pub(crate) fn check(&self, twin: &TwinProcess) -> Account {
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

/// Waits until `/ready` says that the broker is gone; gives how long that took.
pub(crate) fn wait_until_not_ready(twin: &TwinProcess, limit: Duration) -> Duration {
    let started = Instant::now();
    let reason = wait_for("/ready says that the broker is gone", limit, || {
        let ready = twin.get("/ready");
        (ready.status == 503).then_some(ready.text)
    });
    assert!(reason.contains("the broker is not connected"), "{reason}");
    started.elapsed()
}
