//! A twin in this process: one that the facts of a truth are told, or one that was stopped, to be
//! asked as any other is.

use std::path::Path;

use actix_web::dev::ServerHandle;
use actors::{Input, PlantClock, PlantOptions};
use bytes::Bytes;
use tempfile::TempDir;
use twin_model::{PlantId, wire};

use crate::data_dir;
use crate::exit::{Failure, Kind, OrFail};
use crate::opened::Opened;
use crate::server::Http;
use crate::truth_dir::KnownTruth;

/// Events given to the plant at once.
const BATCH_EVENTS: usize = 256;

/// A twin that serves on a port of its own until it is closed.
pub(crate) struct OwnTwin {
    opened: Opened,
    server: ServerHandle,
    pub(crate) url: String,
    /// Removed when the twin is closed.
    _dir: Option<TempDir>,
}

impl OwnTwin {
    /// Opens the plants of a data directory.
    pub(crate) async fn of_data_dir(dir: &Path) -> Result<OwnTwin, Failure> {
        let plants = data_dir::plants(dir)?.into_iter();
        let options = plants.map(|(dir, identity)| PlantOptions {
            clock: identity.clock,
            ..PlantOptions::new(identity.plant, dir)
        });
        OwnTwin::open(options.collect(), None).await
    }

    /// A new twin of one plant, after everything that is true of it.
    pub(crate) async fn of_truth(truth: &KnownTruth, plant: &PlantId) -> Result<OwnTwin, Failure> {
        let mut named = tempfile::Builder::new();
        let dir = named.prefix("plant-twin-truth-").tempdir();
        let dir = dir.or_fail(Kind::Finding)?;
        let options = PlantOptions {
            clock: PlantClock::EventTime,
            ..PlantOptions::new(plant.clone(), data_dir::of_plant(dir.path(), plant))
        };
        let twin = OwnTwin::open(vec![options], Some(dir)).await?;
        let mut facts = truth.facts(plant)?;
        loop {
            let mut batch = Vec::with_capacity(BATCH_EVENTS);
            for fact in facts.by_ref().take(BATCH_EVENTS) {
                batch.push(Input::decode(Bytes::from(wire::encode(&fact?))));
            }
            if batch.is_empty() {
                break;
            }
            for plant in &twin.opened.plants {
                let inputs = std::mem::take(&mut batch);
                plant.intake().submit(inputs).await.or_fail(Kind::Finding)?;
            }
        }
        Ok(twin)
    }

    async fn open(options: Vec<PlantOptions>, dir: Option<TempDir>) -> Result<OwnTwin, Failure> {
        let opened = Opened::start(options, None).await?;
        let http = Http::bind(([127, 0, 0, 1], 0).into(), &opened)?;
        let (server, url) = (http.handle(), format!("http://{}", http.address));
        // Ends when its handle stops it.
        drop(actix_web::rt::spawn(http.serve()));
        Ok(OwnTwin {
            opened,
            server,
            url,
            _dir: dir,
        })
    }

    pub(crate) async fn close(self) {
        self.server.stop(false).await;
        self.opened.close().await;
    }
}
