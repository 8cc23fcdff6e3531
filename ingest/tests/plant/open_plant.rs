//! An open plant in a folder that goes away with the test, and events for it.

use std::time::{Duration, Instant};

use actors::{Counts, PlantClock, PlantHandle, PlantOptions};
use serde_json::{Value, json};
use tempfile::TempDir;

pub(crate) struct OpenPlant {
    pub(crate) handle: PlantHandle,
    dir: TempDir,
}

pub(crate) async fn open(name: &str) -> OpenPlant {
    open_in(name, tempfile::tempdir().unwrap()).await
}

async fn open_in(name: &str, dir: TempDir) -> OpenPlant {
    let mut options = PlantOptions::new(name.parse().unwrap(), dir.path());
    options.clock = PlantClock::EventTime;
    OpenPlant {
        handle: actors::open(options).await.unwrap(),
        dir,
    }
}

impl OpenPlant {
    /// The folder of its files.
    #[allow(dead_code, reason = "not every test file touches the files")]
    pub(crate) fn dir(&self) -> &std::path::Path {
        self.dir.path()
    }

    /// The plant after a stop and a new start.
    #[allow(dead_code, reason = "not every test file reopens")]
    pub(crate) async fn reopen(self) -> OpenPlant {
        let name = self.handle.plant().to_string();
        self.handle.close().await;
        open_in(&name, self.dir).await
    }

    pub(crate) async fn counts(&self) -> Counts {
        let snapshot = self.handle.fork().take().await.unwrap();
        Counts::clone(&snapshot.counts)
    }

    /// Waits until the plant has received `inputs` messages.
    #[allow(dead_code, reason = "not every test file waits")]
    pub(crate) async fn received(&self, inputs: u64) -> Counts {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let counts = self.counts().await;
            if counts.input() >= inputs {
                return counts;
            }
            assert!(
                Instant::now() < deadline,
                "{inputs} inputs expected, {counts:?}"
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

pub(crate) fn event(plant: &str, source: &str, id: &str, type_name: &str, data: &Value) -> Value {
    json!({
        "specversion": "1.0", "id": id, "source": source, "type": type_name,
        "time": "2026-03-01T08:00:00Z", "plant": plant, "data": data,
    })
}

pub(crate) fn order_created(plant: &str, number: usize) -> Value {
    let data = json!({
        "order": format!("WO-{number}"), "material": "M", "quantity": {"value": "10", "unit": "H87"}
    });
    let id = format!("created-{number}");
    event(plant, "/erp", &id, "mfg.work_order.created.v1", &data)
}
