//! Deviation handling: what a nonconformance reaches is set aside, reviewed, decided lot by lot,
//! carried out and verified, until quality closes it.
//!
//! The states are those of the nonconformance in the QMS; the process sees to it that the other
//! systems follow each of them, and says what it waits for in between.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::{Bearing, Finding, Next, Plan, Process, Rule, Step, disposition, quarantine};
use crate::{
    CarriedOut, CommandBody, LotId, Nonconformance, NonconformanceState, Plant, ReviewRequested,
    System, Time, VerificationRequested,
};

/// The lane in which quality is asked.
const QUALITY: &str = "qms";
/// Items that one command lists.
pub(super) const LISTED_MAX: usize = 1_000;

/// A nonconformance with what stands in the other systems.
pub(super) struct Case<'a> {
    pub(super) plant: &'a Plant,
    pub(super) found: &'a Nonconformance,
    pub(super) process: &'a Process,
    /// What stands in each lane.
    pub(super) standing: BTreeMap<&'a str, Vec<&'a Step>>,
}

pub(super) fn plan(plant: &Plant, process: &Process, rule: Rule, now: Time) -> Plan {
    let mut plan = Plan::default();
    let id = process.id().subject().parse().ok();
    let found = id.and_then(|id| plant.nonconformance(&id));
    let Some(found) = found.filter(|found| found.opened_at() >= rule.from) else {
        return plan;
    };
    debug_assert!(
        process.undisposed.keys().eq(found.undisposed_lots(plant)),
        "what a process was told of its lots is what there is"
    );
    let case = Case {
        plant,
        found,
        process,
        standing: process.standings(),
    };
    let decided = disposition::decided(&case);
    plan.nexts.extend(disposition::nexts(&case, &decided));
    let kept = disposition::not_carried_out(&case, &decided);
    let asked: Vec<System> = rule.asks.systems().collect();
    for system in &asked {
        plan.nexts.extend(quarantine::next(&case, *system, &kept));
    }
    let rests = plan.nexts.is_empty();
    plan.nexts.extend(case.ask_quality(&asked, &decided, rests));
    if case.has_gone_on() {
        plan.overtaken.push(SmolStr::new_static(QUALITY));
    }
    case.wait(&mut plan);
    case.watch_the_time(rule, now, &mut plan);
    plan
}

impl<'a> Case<'a> {
    /// The last command that stands in a lane.
    pub(super) fn stands(&self, lane: &str) -> Option<&'a Step> {
        self.standing.get(lane)?.last().copied()
    }

    /// Quality is asked to decide when everything stands aside, and to verify when everything that
    /// it decided is carried out.
    fn ask_quality(
        &self,
        asked: &[System],
        decided: &[disposition::Decided<'a>],
        rests: bool,
    ) -> Option<Next> {
        let told = self.stands(QUALITY).map(|step| &step.body);
        let body = match self.found.state() {
            NonconformanceState::Open | NonconformanceState::Contained
                if told.is_none() && !self.process.undisposed.is_empty() =>
            {
                let aside = |system: &System| quarantine::holds_all(self, *system);
                if !asked.iter().all(aside) {
                    return None;
                }
                CommandBody::ReviewRequested(ReviewRequested {
                    nonconformance: self.found.id().clone(),
                    set_aside_by: asked.to_vec(),
                    count: self.process.undisposed.len(),
                    lots: self.listed(),
                })
            }
            NonconformanceState::Dispositioned if rests && self.process.undisposed.is_empty() => {
                let body = self.verification(decided)?;
                if let Some(CommandBody::VerificationRequested(told)) = told
                    && told.decided_at == body.decided_at
                {
                    return None;
                }
                CommandBody::VerificationRequested(body)
            }
            _ => return None,
        };
        Some(Next {
            lane: SmolStr::new_static(QUALITY),
            to: System::Qms,
            bearing: Bearing::Replaces,
            body,
        })
    }

    /// Whether quality has done what it was asked for last, whatever it answers.
    fn has_gone_on(&self) -> bool {
        let state = self.found.state();
        let last = self.process.last_of(QUALITY);
        let asked = last.map(|at| &self.process.steps[at].body);
        match asked {
            Some(CommandBody::ReviewRequested(_)) => !matches!(
                state,
                NonconformanceState::Open | NonconformanceState::Contained
            ),
            // Verified, or taken up again.
            Some(CommandBody::VerificationRequested(_)) => {
                state != NonconformanceState::Dispositioned
            }
            _ => false,
        }
    }

    fn verification(&self, decided: &[disposition::Decided<'a>]) -> Option<VerificationRequested> {
        let decided_at = decided.iter().map(|decided| decided.at).max()?;
        let carried_out = decided.iter().take(LISTED_MAX).map(|decided| CarriedOut {
            lot: decided.lot.clone(),
            disposition: decided.disposition,
            quantity: decided.quantity,
            documents: match self.stands(&decided.lane) {
                Some(step) => step.documents.clone(),
                None => Vec::new(),
            },
        });
        Some(VerificationRequested {
            nonconformance: self.found.id().clone(),
            decided_at,
            carried_out: carried_out.collect(),
        })
    }

    fn listed(&self) -> Vec<LotId> {
        let lots = self.process.undisposed.keys().take(LISTED_MAX);
        lots.cloned().collect()
    }

    /// What quality has to do next.
    fn wait(&self, plan: &mut Plan) {
        let id = self.found.id();
        let lots = self.process.undisposed.len();
        let noun = if lots == 1 { "lot" } else { "lots" };
        let text = match self.found.state() {
            NonconformanceState::Closed | NonconformanceState::Cancelled => return,
            NonconformanceState::Open | NonconformanceState::Contained => {
                format!("quality to review nonconformance {id} ({lots} {noun} without disposition)")
            }
            _ if lots > 0 => {
                format!("quality to decide {lots} {noun} of nonconformance {id}")
            }
            NonconformanceState::UnderReview => {
                format!("quality to decide nonconformance {id}")
            }
            NonconformanceState::Dispositioned => {
                format!("quality to verify nonconformance {id}")
            }
            NonconformanceState::Verified => format!("quality to close nonconformance {id}"),
        };
        plan.wait(text, None);
    }

    /// Says so when quality takes longer than the plant allows.
    fn watch_the_time(&self, rule: Rule, now: Time, plan: &mut Plan) {
        let Some(within_s) = rule.decide_within_s else {
            return;
        };
        let undecided = match self.found.state() {
            NonconformanceState::Open
            | NonconformanceState::Contained
            | NonconformanceState::UnderReview => true,
            _ => !self.process.undisposed.is_empty(),
        };
        if !undecided || !self.found.is_open() {
            return;
        }
        let reviewed = self.found.reviews().last().copied();
        let since = reviewed.map_or(self.found.opened_at(), |at| at.max(self.found.opened_at()));
        let due = since.plus_seconds(i64::from(within_s));
        if now < due {
            plan.look_at = Some(plan.look_at.map_or(due, |at| at.min(due)));
            return;
        }
        plan.findings.push(Finding::Undecided {
            nonconformance: self.found.id().clone(),
            lots: self.process.undisposed.len(),
            since,
            within_s,
        });
    }
}
