//! The whole twin on a broker: consumers, actors with a synced journal, and a follower.

use std::path::Path;
use std::time::{Duration, Instant};

use actors::{Durability, PlantHandle, PlantOptions};
use anyhow::{Result, ensure};
use ingest::consumers::Consumers;
use ingest::delivery::Broker;
use twin_model::{Decimal, Entity};

use crate::bare_consumer::Drain;
use crate::cpu_time::CpuTime;
use crate::follower::Follower;
use crate::intake_load;
use crate::shop::Shop;

/// An open plant that is ready to be measured.
pub struct Twin {
    /// The plant.
    pub handle: PlantHandle,
    /// Who sees its commits.
    pub follower: Follower,
}

impl Twin {
    /// Opens the shop's plant in `dir` and brings its orders in.
    ///
    /// # Errors
    /// When the plant cannot be opened or refuses an event.
    pub async fn open(shop: &Shop, dir: &Path) -> Result<Twin> {
        Twin::open_as(shop, dir, Durability::Synced).await
    }

    /// As [`Twin::open`], with that durability.
    ///
    /// # Errors
    /// As [`Twin::open`].
    pub async fn open_as(shop: &Shop, dir: &Path, durability: Durability) -> Result<Twin> {
        let options = PlantOptions {
            durability,
            ..PlantOptions::new(shop.plant().clone(), dir)
        };
        let handle = actors::open(options).await?;
        for events in shop.set_up()?.chunks(10_000) {
            intake_load::give(handle.intake(), intake_load::decoded(events)).await?;
        }
        let follower = Follower::start(&handle).await?;
        Ok(Twin { handle, follower })
    }

    /// Starts the consumers and waits until `expected` messages were committed and acknowledged,
    /// every one exactly once and applied.
    ///
    /// # Errors
    /// When anything else comes of them.
    pub async fn drain(&mut self, broker: Broker, expected: u64) -> Result<Drain> {
        let before = self.follower.seen();
        let good_before = self.good().await?;
        let cpu_before = CpuTime::now()?;
        let started = Instant::now();
        let consumers = Consumers::start(broker, &self.handle)?;
        let target = before.counts.applied + expected;
        let seen = self.follower.wait_for(target).await?;
        while consumers.status().report().acknowledged < expected {
            tokio::time::sleep(Duration::from_micros(100)).await;
        }
        let seconds = started.elapsed().as_secs_f64();
        let cpu = CpuTime::now()?.since(&cpu_before);
        consumers.stop().await;
        let others = seen.counts.input() - seen.counts.applied;
        ensure!(
            others == before.counts.input() - before.counts.applied,
            "a report was not applied: {:?}",
            seen.counts
        );
        let good = self.good().await? - good_before;
        ensure!(
            good == Decimal::from(expected),
            "{good} good pieces instead of {expected}"
        );
        Ok(Drain {
            seconds,
            cpu_micros: cpu.into_iter().collect(),
            acks: seen.commits - before.commits,
        })
    }

    /// Good pieces of all orders in the committed state.
    ///
    /// # Errors
    /// When the plant is stopping.
    pub async fn good(&self) -> Result<Decimal> {
        let snapshot = self.handle.fork().take().await?;
        let operations = snapshot.plant.entities().map(|entity| match entity {
            Entity::WorkOrder(order) => order.operations().iter().map(|op| op.good()).sum(),
            _ => Decimal::ZERO,
        });
        Ok(operations.sum())
    }

    /// Commits what is open and closes the files.
    ///
    /// # Errors
    /// When the follower panicked.
    pub async fn close(self) -> Result<()> {
        self.handle.close().await;
        self.follower.join()
    }
}
