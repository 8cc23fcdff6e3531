//! Routings: how a material is made, version by version, for orders that are released without
//! operations of their own.

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;

use crate::effect::Effects;
use crate::{
    Claims, Discrepancy, EntityKey, MaterialId, Message, PlannedOperation, RoutingPublished, Time,
    WorkOrder, WorkOrderId,
};

/// Versions kept of the routings of one material. Of more, those that count from the latest times
/// are kept.
pub const ROUTING_VERSIONS_MAX: usize = 256;

/// One publication of a routing. Ascending by version, then by the time from which it counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RoutingVersion {
    pub(crate) version: SmolStr,
    pub(crate) from: Time,
    pub(crate) at: Time,
    pub(crate) name: SmolStr,
    pub(crate) operations: Arc<[PlannedOperation]>,
}

impl RoutingVersion {
    /// Its version.
    #[must_use]
    pub fn version(&self) -> &SmolStr {
        &self.version
    }

    /// From when on it counts.
    #[must_use]
    pub fn from(&self) -> Time {
        self.from
    }

    /// The routing's name.
    #[must_use]
    pub fn name(&self) -> &SmolStr {
        &self.name
    }

    /// Its operations, in the order of the routing.
    #[must_use]
    pub fn operations(&self) -> &[PlannedOperation] {
        &self.operations
    }
}

/// What an order wants to know: the version that it was released with, and when.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct RoutingWish {
    /// The version.
    pub version: SmolStr,
    /// When the order was released.
    pub at: Time,
}

/// The routings of one material.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Routing {
    /// What they make.
    pub(crate) id: MaterialId,
    /// Ascending.
    pub(crate) versions: Vec<RoutingVersion>,
    /// Orders that take their operations from here.
    pub(crate) wishes: BTreeMap<WorkOrderId, RoutingWish>,
    pub(crate) claims: Claims,
    pub(crate) version: u64,
}

impl Routing {
    /// Nothing is published yet.
    pub(crate) fn named(id: MaterialId) -> Routing {
        Routing {
            id,
            versions: Vec::new(),
            wishes: BTreeMap::new(),
            claims: Claims::default(),
            version: 0,
        }
    }

    /// A version is published; orders that were released with it follow.
    pub(crate) fn publish(&mut self, body: &RoutingPublished, at: Time, effects: &mut Effects) {
        let mut operations = body.operations.clone();
        for operation in &mut operations {
            operation.quantity = None;
        }
        let told = RoutingVersion {
            version: body.version.clone(),
            from: body.effective_from.unwrap_or(at),
            at,
            name: body.routing.clone(),
            operations: operations.into(),
        };
        let Err(place) = self.versions.binary_search(&told) else {
            return;
        };
        WorkOrder::name_work_centers(&told.operations, effects);
        let before: Vec<_> = self.wishes.values().map(|wish| self.answer(wish)).collect();
        self.versions.insert(place, told);
        if self.versions.len() > ROUTING_VERSIONS_MAX {
            let places = 0..self.versions.len();
            let oldest = places.min_by_key(|n| (self.versions[*n].from, *n));
            self.versions.remove(oldest.unwrap_or(0));
        }
        for ((order, wish), before) in self.wishes.iter().zip(before) {
            let now = self.answer(wish);
            if now != before {
                tell(order, now, effects);
            }
        }
    }

    /// The operations of the version that an order was released with, as they stood then.
    fn answer(&self, wish: &RoutingWish) -> Option<Arc<[PlannedOperation]>> {
        self.version_at(&wish.version, wish.at)
            .map(|found| Arc::clone(&found.operations))
    }

    /// What `version` says at an instant: of several publications the one that counts from the
    /// latest time until then.
    #[must_use]
    pub fn version_at(&self, version: &str, at: Time) -> Option<&RoutingVersion> {
        let known = self.versions.iter().rev();
        known
            .filter(|known| known.version == version)
            .find(|known| known.from <= at)
    }

    /// A message from another entity of the plant.
    pub(crate) fn receive(&mut self, message: &Message, effects: &mut Effects) {
        match message {
            Message::RoutingWanted { order, wish } => {
                let wish = wish.clone();
                tell(order, self.answer(&wish), effects);
                self.wishes.insert(order.clone(), wish);
            }
            Message::RoutingNotWanted { order } => {
                self.wishes.remove(order);
            }
            other => unreachable!("a routing gets no {other:?}"),
        }
    }

    /// What they make.
    #[must_use]
    pub fn id(&self) -> &MaterialId {
        &self.id
    }

    /// All versions, ascending.
    #[must_use]
    pub fn versions(&self) -> &[RoutingVersion] {
        &self.versions
    }

    /// Orders that take their operations from here, with the version that they want.
    #[must_use]
    pub fn wishes(&self) -> &BTreeMap<WorkOrderId, RoutingWish> {
        &self.wishes
    }

    /// The soft rules that the routing breaks now.
    #[must_use]
    pub fn discrepancies(&self) -> Vec<Discrepancy> {
        self.claims.discrepancies(
            || EntityKey::Routing(self.id.clone()),
            |facet| self.standing(facet),
        )
    }
}

fn tell(order: &WorkOrderId, operations: Option<Arc<[PlannedOperation]>>, effects: &mut Effects) {
    let given = Message::RoutingGiven {
        operations: operations.map_or_else(Vec::new, |operations| operations.to_vec()),
    };
    effects.tell(EntityKey::WorkOrder(order.clone()), given);
}
