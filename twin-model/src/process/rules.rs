//! Which processes run in a plant, and how: published by its operator.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Limit;
use crate::{
    Claims, ConfirmedBy, Discrepancy, EntityKey, MaterialId, Owners, ProcessKind, ProcessRule,
    ProcessRulesPublished, Rejection, System, Time,
};

/// Seconds in which a command should be answered, where the plant says nothing else.
pub const ANSWER_WITHIN_S: u32 = 300;
/// How often a command is sent, and how often it is tried after refusals, where the plant says
/// nothing else.
pub const TRIES_MAX: u32 = 5;
/// Longest wait before a command is sent again, seconds. Waits double up to here.
pub const RETRY_WAIT_S_MAX: i64 = 86_400;

/// The systems that a kind asks, where the plant says nothing else.
fn asked_by(kind: ProcessKind) -> Owners {
    let all = Owners::NONE.and(System::Wms).and(System::Mes);
    match kind {
        // Who keeps stock, and who works on it: the books follow what is decided.
        ProcessKind::Deviation => all,
        // Who keeps the books of stock, and the stock.
        ProcessKind::Usage => Owners::NONE.and(System::Erp).and(System::Wms),
        _ => all.and(System::Erp),
    }
}

/// How one kind of process runs, with everything filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What happened before is not taken up.
    pub from: Time,
    /// Seconds in which a command should be answered.
    pub answer_within_s: u32,
    /// How often it is sent, and how often it is tried after refusals.
    pub tries_max: u32,
    /// Seconds for which late reports are waited for before something is told.
    pub settle_s: u32,
    /// What a confirmation is about.
    pub per: ConfirmedBy,
    /// The systems that block what a hold reaches, or set aside what a nonconformance does.
    pub asks: Owners,
    /// Seconds in which quality should decide; `None` when nobody watches that.
    pub decide_within_s: Option<u32>,
}

impl Rule {
    fn of(told: &ProcessRule, at: Time) -> Rule {
        Rule {
            from: told.from.unwrap_or(at),
            answer_within_s: told.answer_within_s.unwrap_or(ANSWER_WITHIN_S),
            tries_max: told.tries_max.unwrap_or(TRIES_MAX),
            settle_s: told.settle_s.unwrap_or(0),
            per: told.per.unwrap_or_default(),
            asks: match &told.systems {
                Some(systems) => systems.iter().copied().collect(),
                None => asked_by(told.kind),
            },
            decide_within_s: told.decide_within_s,
        }
    }

    /// When a command that was sent, or refused, for the `n`th time at `now` is sent again.
    pub(crate) fn next_try(&self, n: u32, now: Time) -> Time {
        let doubled = i64::from(self.answer_within_s) << n.saturating_sub(1).min(20);
        now.plus_seconds(doubled.min(RETRY_WAIT_S_MAX))
    }
}

/// The processes of a plant, in the newest published version. A kind without a rule is off.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProcessRules {
    pub(crate) table_version: u64,
    pub(crate) rules: BTreeMap<ProcessKind, Rule>,
    /// How far a material may differ from its plan; without a name, every other one.
    pub(crate) limits: BTreeMap<Option<MaterialId>, Limit>,
    /// How much an operation may scrap.
    pub(crate) scrap: Option<Limit>,
    pub(crate) claims: Claims,
    pub(crate) version: u64,
}

impl ProcessRules {
    /// Rules are published. They replace those before.
    pub(crate) fn publish(
        &mut self,
        body: &ProcessRulesPublished,
        at: Time,
    ) -> Result<(), Rejection> {
        if body.version <= self.table_version {
            return Err(Rejection::WrongState {
                object: format!(
                    "{} in version {}",
                    EntityKey::ProcessRules,
                    self.table_version
                ),
                state: "in force",
                action: "a version that is not newer",
                allowed: "a newer version",
            });
        }
        self.table_version = body.version;
        let rules = body.processes.iter();
        self.rules = rules.map(|told| (told.kind, Rule::of(told, at))).collect();
        let limits = |kind: ProcessKind| {
            let of_kind = body.processes.iter().filter(move |told| told.kind == kind);
            let limits = of_kind.flat_map(|told| told.limits.iter().flatten());
            limits.map(|told| {
                let limit = Limit {
                    share: told.share,
                    quantity: told.quantity,
                };
                (told.material.clone(), limit)
            })
        };
        self.limits = limits(ProcessKind::Variance).collect();
        self.scrap = limits(ProcessKind::Scrap).map(|(_, limit)| limit).next();
        Ok(())
    }

    /// How a kind of process runs; `None` when it is off.
    #[must_use]
    pub fn of(&self, kind: ProcessKind) -> Option<Rule> {
        self.rules.get(&kind).copied()
    }

    /// How far the use of a material may differ from its plan; `None` when nobody watches it.
    #[must_use]
    pub fn limit_of(&self, material: &MaterialId) -> Option<&Limit> {
        let named = self.limits.get(&Some(material.clone()));
        named.or_else(|| self.limits.get(&None))
    }

    /// How much an operation may scrap; `None` when nobody watches it.
    #[must_use]
    pub fn scrap_limit(&self) -> Option<&Limit> {
        self.scrap.as_ref()
    }

    /// The published version; 0 before any.
    #[must_use]
    pub fn table_version(&self) -> u64 {
        self.table_version
    }

    /// The rules by kind.
    #[must_use]
    pub fn rules(&self) -> &BTreeMap<ProcessKind, Rule> {
        &self.rules
    }

    /// What sources that may not publish have published.
    #[must_use]
    pub fn discrepancies(&self) -> Vec<Discrepancy> {
        self.claims
            .discrepancies(|| EntityKey::ProcessRules, |_| self.standing())
    }
}
