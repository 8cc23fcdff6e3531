//! Store and forward near the plant: what comes in goes into a spool, and from there to the central
//! broker whenever that can be reached.
//!
//! Each plant has two lanes, one for what is urgent and one for the rest, and each lane a spool, a
//! way out, and where the edge has a broker of its own a way in. An edge decides nothing: it reads
//! of a message where it goes and whose it is, and leaves what it means to the twin.

pub mod aside;
mod envelope;
mod forwarder;
pub mod http;
pub mod link;
pub mod report;
mod taker;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use actors::{OpenError, Quota, Share, Spool, Spools};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use twin_model::PlantId;

use crate::amqp_url::AmqpUrl;
use crate::consumer_status::ConsumerStatus;
use crate::edge::forwarder::{Forwarder, LaneName};
use crate::edge::link::LinkStatus;
use crate::edge::report::{EdgeReport, LaneReport};
use crate::edge::taker::Taker;
use crate::topology::{Class, PlantNameTooLong, PlantTopology};

/// What an edge is made of.
#[derive(Debug, Clone)]
pub struct EdgeOptions {
    /// Where its spools lie.
    pub dir: PathBuf,
    /// What may wait on its disk, in bytes.
    pub quota_bytes: u64,
    /// For which plants it forwards.
    pub plants: Vec<PlantId>,
    /// Where to.
    pub central: AmqpUrl,
    /// The broker at the plant that it takes from, if there is one.
    pub local: Option<AmqpUrl>,
}

/// Why an edge cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum EdgeError {
    /// Its directory.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The name of a plant.
    #[error(transparent)]
    Plant(#[from] PlantNameTooLong),
}

/// What belongs to one plant and class.
#[derive(Debug)]
struct Lane {
    spool: Spool,
    link: LinkStatus,
    /// How the way in from the broker at the plant is, where there is one.
    local: Option<ConsumerStatus>,
}

/// The way into an edge, and the view of it. Cheap to clone.
#[derive(Debug, Clone)]
pub struct EdgeInlet {
    lanes: Arc<BTreeMap<PlantId, BTreeMap<Class, Lane>>>,
    quota: Quota,
}

/// A running edge.
pub struct Edge {
    inlet: EdgeInlet,
    forwarders: Vec<Forwarder>,
    takers: Vec<Taker>,
    /// Holds the directory.
    _spools: Spools,
}

impl Edge {
    /// Opens the spools and starts what feeds and empties them. Must be called within a tokio
    /// runtime.
    ///
    /// # Errors
    /// [`EdgeError`].
    pub fn start(options: EdgeOptions) -> Result<Edge, EdgeError> {
        let spools = Spools::open(&options.dir, options.quota_bytes)?;
        let mut lanes: BTreeMap<PlantId, BTreeMap<Class, Lane>> = BTreeMap::new();
        let (mut outlets, mut takers) = (Vec::new(), Vec::new());
        for plant in &options.plants {
            for class in Class::ALL {
                let name = LaneName {
                    plant: PlantTopology::new(plant)?,
                    class,
                };
                let dir = Path::new(name.plant.word()).join(class.word());
                let (spool, outlet) = spools.spool(&dir, share_of(class))?;
                let link = LinkStatus::new();
                outlets.push((outlet, name.clone(), link.clone()));
                let mut local = None;
                if let Some(url) = &options.local {
                    let status = ConsumerStatus::new();
                    local = Some(status.clone());
                    takers.push((url.clone(), name, spool.clone(), status));
                }
                let lane = Lane { spool, link, local };
                lanes.entry(plant.clone()).or_default().insert(class, lane);
            }
        }
        // Nothing runs before everything could be opened.
        let forward =
            |(outlet, name, link)| Forwarder::start(outlet, options.central.clone(), name, link);
        let take = |(url, name, spool, status)| Taker::start(url, name, spool, status);
        Ok(Edge {
            inlet: EdgeInlet {
                lanes: Arc::new(lanes),
                quota: spools.quota().clone(),
            },
            forwarders: outlets.into_iter().map(forward).collect(),
            takers: takers.into_iter().map(take).collect(),
            _spools: spools,
        })
    }

    /// The way in, and the view.
    #[must_use]
    pub fn inlet(&self) -> &EdgeInlet {
        &self.inlet
    }

    /// Takes nothing more from the broker at the plant and forwards nothing more. What is stored
    /// stays for the next start.
    pub async fn stop(self) {
        for taker in self.takers {
            taker.stop().await;
        }
        for forwarder in self.forwarders {
            forwarder.stop().await;
        }
    }
}

impl EdgeInlet {
    /// The plants that are forwarded for, in the order of their names.
    pub fn plants(&self) -> impl Iterator<Item = &PlantId> {
        self.lanes.keys()
    }

    /// The spool for a plant's messages of a class.
    pub(crate) fn spool(&self, plant: &PlantId, class: Class) -> Option<&Spool> {
        Some(&self.lanes.get(plant)?.get(&class)?.spool)
    }

    /// Every spool with its plant and class, by plant, the urgent ones first.
    fn spools(&self) -> impl Iterator<Item = (&PlantId, Class, &Spool)> {
        self.lanes.iter().flat_map(|(plant, by_class)| {
            let lanes = by_class.iter();
            lanes.map(move |(class, lane)| (plant, *class, &lane.spool))
        })
    }

    /// Waits until a spool has failed: its disk must not be trusted until it is opened anew.
    pub async fn failed(&self) {
        let lanes = self.lanes.values().flat_map(BTreeMap::values);
        let mut failing: FuturesUnordered<_> = lanes.map(|lane| lane.spool.failed()).collect();
        failing.next().await;
    }

    /// How the edge is now.
    #[must_use]
    pub fn report(&self) -> EdgeReport {
        let mut lanes = Vec::new();
        for (plant, by_class) in self.lanes.iter() {
            for (class, lane) in by_class {
                lanes.push(LaneReport::new(
                    plant,
                    *class,
                    &lane.spool,
                    lane.link.report(),
                    lane.local.as_ref().map(ConsumerStatus::report),
                ));
            }
        }
        EdgeReport::new(lanes, self.quota.report())
    }

    /// How the edge is now, after a look at its disk.
    pub async fn look(&self) -> EdgeReport {
        let mut disk_refuses = None;
        for (_, _, spool) in self.spools() {
            disk_refuses = disk_refuses.or(spool.disk_refuses().await);
        }
        EdgeReport {
            disk_refuses,
            ..self.report()
        }
    }
}

/// What a class may use of the quota: urgent messages get through when others have used up theirs.
fn share_of(class: Class) -> Share {
    match class {
        Class::RealTime => Share::Urgent,
        Class::NearRealTime => Share::Rest,
    }
}
