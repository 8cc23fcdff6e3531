//! Why an order waits: a walk from the order to what it waits for, and on to what that waits for.
//!
//! The walk only puts together what the model says of each entity (states, holds, maintenance,
//! rules and their texts); it decides nothing. It is bounded in links and in depth, and goes
//! through no object twice, so that orders that wait for each other end it.

mod center;
mod operation;
mod order;
mod quality;
mod spent;
mod stock;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use actors::{ExceptionEntry, ParkedEvent};
use twin_model::{Code, EntityKey, EntityKind, Lifecycle, OperationId, Time, WorkOrder};

use crate::entities::Entities;
use crate::view::{CauseView, WhyView};

pub(crate) use operation::{issued, startable};

/// Links of a chain that are shown.
pub const WHY_LINKS_MAX: usize = 64;
/// Steps from the order that are walked.
pub const WHY_DEPTH_MAX: usize = 12;
/// Objects of one kind that are named behind one link: running operations, lots, events.
const SIDE_BY_SIDE_MAX: usize = 5;

/// What the rules said of something that was not told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) code: Code,
    pub(crate) text: String,
}

/// What an order is explained from, beside the entities.
pub(crate) struct Known<'m> {
    pub(crate) plant: &'m str,
    pub(crate) entities: &'m Entities,
    pub(crate) now: Time,
    /// What the rules say against starting operations of the order now.
    pub(crate) against: &'m BTreeMap<OperationId, Said>,
    /// Events that are about the order or wait for it.
    pub(crate) parked: &'m [Arc<ParkedEvent>],
    /// Open exceptions about the order.
    pub(crate) exceptions: Vec<&'m ExceptionEntry>,
}

/// An answer in the making.
struct Walk<'m> {
    known: &'m Known<'m>,
    chain: Vec<CauseView>,
    seen: BTreeSet<(String, String)>,
    truncated: bool,
}

/// One link before it stands in the chain.
struct Cause {
    kind: &'static str,
    id: String,
    href: String,
    text: String,
    code: Option<Code>,
    since: Option<Time>,
    owner: Option<&'static str>,
    what_to_do: Option<&'static str>,
}

impl Cause {
    fn code(mut self, code: Code) -> Cause {
        self.code = Some(code);
        self.owner = Some(code.owner());
        self.what_to_do = Some(code.what_to_do());
        self
    }

    fn since(mut self, since: Option<Time>) -> Cause {
        self.since = since;
        self
    }

    fn owned_by(mut self, owner: &'static str, what_to_do: &'static str) -> Cause {
        self.owner = Some(owner);
        self.what_to_do = Some(what_to_do);
        self
    }
}

/// Explains an order.
pub(crate) fn explain(order: &WorkOrder, known: &Known<'_>) -> WhyView {
    let mut walk = Walk {
        known,
        chain: Vec::new(),
        seen: BTreeSet::new(),
        truncated: false,
    };
    walk.order(order);
    walk.mark_roots();
    let ended = order.lifecycle().is_over()
        || matches!(
            order.lifecycle(),
            Lifecycle::Completed | Lifecycle::TechComplete
        );
    let runs = || operation::any_runs(order);
    WhyView {
        order: order.id().clone(),
        state: match (ended, runs()) {
            (true, _) => "ended",
            (false, true) => "running",
            (false, false) => "waiting",
        },
        chain: walk.chain,
        truncated: walk.truncated,
        late: spent::late(order, known.now),
        operations: spent::operations(order, known.now),
    }
}

impl Walk<'_> {
    /// A link about an entity.
    fn about(&self, key: &EntityKey, text: impl Into<String>) -> Cause {
        Cause {
            kind: key.kind().as_str(),
            id: key.id().to_owned(),
            href: self.href(key.kind(), key.id()),
            text: text.into(),
            code: None,
            since: None,
            owner: None,
            what_to_do: None,
        }
    }

    /// A link about an operation of an order, which is told of with the order.
    fn about_operation(&self, order: &WorkOrder, op: &OperationId, text: String) -> Cause {
        Cause {
            kind: "operation",
            id: format!("{}/{op}", order.id()),
            ..self.about(&EntityKey::WorkOrder(order.id().clone()), text)
        }
    }

    fn href(&self, kind: EntityKind, id: &str) -> String {
        let plant = self.known.plant;
        match crate::http::path_of(kind) {
            Some(path) => format!("/api/v1/plants/{plant}/{path}/{id}"),
            None => format!("/api/v1/plants/{plant}"),
        }
    }

    /// Adds a link. Whether to go on behind it: not when the chain is full or too deep, nor when
    /// the object was explained in this respect already.
    fn add(&mut self, depth: usize, respect: &str, cause: Cause) -> bool {
        if self.chain.len() >= WHY_LINKS_MAX || depth > WHY_DEPTH_MAX {
            self.truncated = true;
            return false;
        }
        let first = self
            .seen
            .insert((respect.to_owned(), format!("{}/{}", cause.kind, cause.id)));
        let told = match first {
            true => cause.text,
            false => format!("{} (as told above)", cause.text),
        };
        self.chain.push(CauseView {
            depth,
            root: first,
            kind: cause.kind,
            id: cause.id,
            href: cause.href,
            text: told,
            code: cause.code,
            since: cause.since,
            for_s: cause.since.map(|since| self.seconds_since(since)),
            owner: cause.owner,
            what_to_do: cause.what_to_do,
        });
        first
    }

    fn seconds_since(&self, since: Time) -> i64 {
        self.known.now.micros_since(since).max(0) / 1_000_000
    }

    /// What has something behind it is no root. The order itself is one when nothing is.
    fn mark_roots(&mut self) {
        let depths: Vec<usize> = self.chain.iter().map(|link| link.depth).collect();
        for (place, link) in self.chain.iter_mut().enumerate() {
            let next = depths.get(place + 1);
            link.root &= next.is_none_or(|next| *next <= link.depth);
        }
    }
}
