//! Batch disposition: when everything that must be decided about a lot is decided, the usage
//! decisions go out to the systems that keep its stock, each inspection in its own lane.

use std::collections::BTreeMap;

use smol_str::{SmolStr, format_smolstr};

use super::{Bearing, Next, Plan, Process, Rule, Step, lane_of, posted_as};
use crate::{
    CommandBody, EntityKey, InspectionId, Lot, LotDecision, LotInspection, Plant, Quantity, System,
    Usage, UsageDecision, UsageDecisionPost, UsageDecisionReverse, UsagePosting,
};

pub(super) fn plan(plant: &Plant, subject: &str, known: Option<&Process>, rule: Rule) -> Plan {
    let mut plan = Plan::default();
    let lot = subject.parse().ok().and_then(|id| plant.lot(&id));
    let Some(lot) = lot else {
        return plan;
    };
    let mut obstacles = Plan::default();
    look_for_obstacles(lot, &mut obstacles);
    let standings = known.map(Process::standings).unwrap_or_default();
    let mut waits = false;
    for (id, inspection) in lot.inspections() {
        for system in rule.asks.systems() {
            let lane = Lane {
                plant,
                lot,
                id,
                name: format_smolstr!("{}:{id}", lane_of(system)),
                system,
            };
            let next = lane.next(inspection, known, &standings, rule);
            // Only what was not told yet waits; what is taken back does not.
            match next {
                Some(next) if next.bearing == Bearing::Adds && !obstacles.is_nothing() => {
                    waits = true;
                }
                next => plan.nexts.extend(next),
            }
        }
    }
    if waits {
        plan.obstacles = obstacles.obstacles;
    }
    plan
}

/// What keeps a decision from going out.
fn look_for_obstacles(lot: &Lot, plan: &mut Plan) {
    let id = lot.id();
    for (inspection, _) in lot.blocking_inspections() {
        plan.wait(
            format!("quality to decide inspection {inspection} of lot {id}"),
            Some(EntityKey::Inspection(inspection.clone())),
        );
    }
    for hold in lot.all_holds() {
        plan.wait(
            format!("quality to decide hold {hold}, which reaches lot {id}"),
            Some(EntityKey::Hold(hold.clone())),
        );
    }
    for (nonconformance, _) in lot.undisposed() {
        plan.wait(
            format!("quality to decide lot {id} of nonconformance {nonconformance}"),
            Some(EntityKey::Nonconformance(nonconformance.clone())),
        );
    }
}

/// One inspection of the lot in one system.
struct Lane<'a> {
    plant: &'a Plant,
    lot: &'a Lot,
    id: &'a InspectionId,
    name: SmolStr,
    system: System,
}

impl Lane<'_> {
    fn next(
        &self,
        inspection: &LotInspection,
        known: Option<&Process>,
        standings: &BTreeMap<&str, Vec<&Step>>,
        rule: Rule,
    ) -> Option<Next> {
        let standing = standings.get(self.name.as_str()).map(Vec::as_slice);
        let standing = standing.unwrap_or_default();
        let told = standing.last().and_then(|step| match &step.body {
            CommandBody::UsageDecisionPost(body) => Some(body),
            _ => None,
        });
        let decision = inspection.decision.as_ref();
        let wanted = decision.map(|decision| self.postings(inspection, decision));
        let (bearing, body) = match (told, decision.zip(wanted)) {
            (Some(told), Some((_, wanted))) if told.postings == wanted => return None,
            // Nothing is posted on top of what no longer counts.
            (Some(_), _) => {
                let body = UsageDecisionReverse {
                    lot: self.lot.id().clone(),
                    inspection: self.id.clone(),
                    reverses: posted_as(known, standing),
                    reason: self.why_reversed(),
                };
                (Bearing::Undoes, CommandBody::UsageDecisionReverse(body))
            }
            (None, Some((decision, postings))) if decision.at >= rule.from => {
                let given = self.plant.inspection(self.id);
                let by = given.and_then(|it| Some(it.decision()?.by.clone()));
                let body = UsageDecisionPost {
                    lot: self.lot.id().clone(),
                    material: self.lot.material().clone(),
                    inspection: self.id.clone(),
                    decided_at: decision.at,
                    by: by.unwrap_or_default(),
                    postings,
                };
                (Bearing::Adds, CommandBody::UsageDecisionPost(body))
            }
            (None, _) => return None,
        };
        Some(Next {
            lane: self.name.clone(),
            to: self.system,
            bearing,
            body,
        })
    }

    fn postings(&self, inspection: &LotInspection, decision: &LotDecision) -> Vec<UsagePosting> {
        let waits = inspection.blocking || self.lot.goods.card.usage == Usage::QualityInspection;
        let from = match waits {
            true => Usage::QualityInspection,
            false => Usage::Unrestricted,
        };
        let parts = decision.parts.iter();
        let postings = parts.filter_map(|(what, much)| {
            Some(UsagePosting {
                decision: *what,
                quantity: Quantity {
                    value: much.normalize().try_into().ok()?,
                    unit: self.lot.unit(),
                },
                from,
                to: what.usage(),
                movement_type: movement_type(from, *what).map(SmolStr::new_static),
            })
        });
        postings.collect()
    }

    fn why_reversed(&self) -> SmolStr {
        let inspection = self.plant.inspection(self.id);
        let reopened = inspection.and_then(|it| it.reopenings().last());
        match reopened {
            Some((_, reason)) if !reason.is_empty() => reason.clone(),
            _ => SmolStr::new_static("quality has decided otherwise"),
        }
    }
}

/// SAP's movement type. What is rejected lies in blocked stock there; a concession and a return
/// need more than one movement.
fn movement_type(from: Usage, decision: UsageDecision) -> Option<&'static str> {
    match (decision, from) {
        (UsageDecision::Accept | UsageDecision::Rework | UsageDecision::Reject, _) => {
            let to = match decision {
                UsageDecision::Accept => Usage::Unrestricted,
                _ => Usage::Blocked,
            };
            from.movement_type_to(to)
        }
        (UsageDecision::Scrap, Usage::QualityInspection) => Some("553"),
        (UsageDecision::Scrap, _) => Some("551"),
        (UsageDecision::AcceptWithDeviation | UsageDecision::Return, _) => None,
    }
}

/// What stands of a decision, in words.
pub(super) fn in_words(body: &UsageDecisionPost) -> SmolStr {
    let parts = body.postings.iter();
    let parts = parts.map(|part| format!("{} {}", part.decision.as_str(), part.quantity));
    parts.collect::<Vec<_>>().join(", ").into()
}
