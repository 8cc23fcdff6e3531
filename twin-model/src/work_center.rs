//! A work center: what its machine does, what runs there and what waits.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::{
    Claims, Discrepancy, EntityKey, HoldId, Message, OperationId, Time, WorkCenterId,
    WorkCenterStateChanged, WorkOrderId,
};

/// State of the machine (OPC 40001-1 MachineryItemState).
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ItemState {
    /// Not there: switched off or unknown.
    #[default]
    NotAvailable,
    /// Broken or taken out of service.
    OutOfService,
    /// Ready, doing nothing.
    NotExecuting,
    /// Working.
    Executing,
}

impl ItemState {
    /// The state's name in answers and streams.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            ItemState::NotAvailable => "not_available",
            ItemState::OutOfService => "out_of_service",
            ItemState::NotExecuting => "not_executing",
            ItemState::Executing => "executing",
        }
    }
}

/// What the machine is used for (OPC 40001-1 MachineryOperationMode).
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Nothing in particular.
    #[default]
    None,
    /// Maintenance.
    Maintenance,
    /// Production.
    Processing,
    /// Set-up.
    Setup,
}

impl Mode {
    /// The mode's name in answers and streams.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Mode::None => "none",
            Mode::Maintenance => "maintenance",
            Mode::Processing => "processing",
            Mode::Setup => "setup",
        }
    }
}

/// A work center. It comes into being when something first speaks of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkCenter {
    pub(crate) id: WorkCenterId,
    pub(crate) item_state: ItemState,
    pub(crate) mode: Mode,
    pub(crate) reason: Option<SmolStr>,
    pub(crate) since: Option<Time>,
    pub(crate) running: BTreeMap<(WorkOrderId, OperationId), Time>,
    pub(crate) queue: BTreeMap<(WorkOrderId, OperationId), i32>,
    pub(crate) holds: BTreeSet<HoldId>,
    pub(crate) claims: Claims,
    pub(crate) version: u64,
}

impl WorkCenter {
    pub(crate) fn named(id: WorkCenterId) -> WorkCenter {
        WorkCenter {
            id,
            item_state: ItemState::default(),
            mode: Mode::default(),
            reason: None,
            since: None,
            running: BTreeMap::new(),
            queue: BTreeMap::new(),
            holds: BTreeSet::new(),
            claims: Claims::default(),
            version: 0,
        }
    }

    /// The machine changes its state. A change from before the known one is late: the newer state
    /// stays. Of two at the same time the same one always wins, whatever came first.
    pub(crate) fn change_state(&mut self, body: &WorkCenterStateChanged, at: Time) {
        let told = (at, body.item_state, body.mode, body.reason.as_ref());
        if let Some(since) = self.since
            && told < (since, self.item_state, self.mode, self.reason.as_ref())
        {
            return;
        }
        self.item_state = body.item_state;
        self.mode = body.mode;
        self.reason.clone_from(&body.reason);
        self.since = Some(at);
    }

    /// A message from another entity of the plant.
    pub(crate) fn receive(&mut self, message: &Message) {
        match message {
            Message::Queued {
                order,
                op,
                priority,
            } => {
                self.queue.insert((order.clone(), op.clone()), *priority);
            }
            Message::Dequeued { order, op } => {
                self.queue.remove(&(order.clone(), op.clone()));
            }
            Message::Started { order, op, since } => {
                self.running.insert((order.clone(), op.clone()), *since);
            }
            Message::Ended { order, op } => {
                self.running.remove(&(order.clone(), op.clone()));
            }
            Message::HoldPlaced(hold) => {
                self.holds.insert(hold.clone());
            }
            Message::HoldReleased(hold) => {
                self.holds.remove(hold);
            }
            Message::Named => {}
            other => unreachable!("a work center gets no {other:?}"),
        }
    }

    /// The soft rules that the work center breaks now.
    #[must_use]
    pub fn discrepancies(&self) -> Vec<Discrepancy> {
        self.claims.discrepancies(
            || EntityKey::WorkCenter(self.id.clone()),
            |facet| self.standing(facet),
        )
    }

    /// Its name.
    #[must_use]
    pub fn id(&self) -> &WorkCenterId {
        &self.id
    }

    /// What the machine does.
    #[must_use]
    pub fn item_state(&self) -> ItemState {
        self.item_state
    }

    /// What it is used for.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Why it is in that state, where the source said so.
    #[must_use]
    pub fn reason(&self) -> Option<&SmolStr> {
        self.reason.as_ref()
    }

    /// Since when; `None` when no state was ever reported.
    #[must_use]
    pub fn since(&self) -> Option<Time> {
        self.since
    }

    /// Operations that run there, with their start.
    #[must_use]
    pub fn running(&self) -> &BTreeMap<(WorkOrderId, OperationId), Time> {
        &self.running
    }

    /// Operations that may start there now, with the priority of their order.
    #[must_use]
    pub fn queue(&self) -> &BTreeMap<(WorkOrderId, OperationId), i32> {
        &self.queue
    }

    /// Holds on the work center.
    #[must_use]
    pub fn holds(&self) -> &BTreeSet<HoldId> {
        &self.holds
    }
}
