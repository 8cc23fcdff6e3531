//! Material variance: what an order uses beyond the limits of the plant is posted at once, and
//! people are told; what stays within them goes into the confirmation as usual.

use rust_decimal::Decimal;
use smol_str::{SmolStr, format_smolstr};

use super::{Bearing, Finding, Limit, Next, Plan, Process, Rule, Step, posted_as};
use crate::{
    Account, CommandBody, Confirmation, ConfirmationMode, Plant, System, Time, VariancePost,
    VarianceReverse, WorkOrder,
};

pub(super) fn plan(plant: &Plant, subject: &str, known: Option<&Process>, rule: Rule) -> Plan {
    let mut plan = Plan::default();
    let order = subject.parse().ok().and_then(|id| plant.work_order(&id));
    let (Some(order), Some(rules)) = (order, plant.process_rules()) else {
        return plan;
    };
    let standings = known.map(Process::standings).unwrap_or_default();
    let is_complete = order.confirmation() == Confirmation::Final;
    for account in order.accounts() {
        let name = format_smolstr!("{} {}", account.material, account.unit);
        let standing = standings.get(name.as_str()).map(Vec::as_slice);
        let lane = Lane {
            order,
            standing: standing.unwrap_or_default(),
            known,
            used: account.consumed() + account.sums.scrapped,
            expected: expected(&account, is_complete),
            account,
            name,
        };
        let Some(limit) = rules.limit_of(&lane.account.material) else {
            // The plant no longer watches the material: what was posted stands.
            continue;
        };
        lane.plan(limit, is_complete, rule, &mut plan);
    }
    plan
}

/// Until an order is complete it may use what was planned for all of it; afterwards what is due for
/// what it made. Nothing was expected of a material that is not on its list.
fn expected(account: &Account, is_complete: bool) -> Decimal {
    let expected = match is_complete {
        true => account.standard,
        false => account.planned,
    };
    expected.unwrap_or_default()
}

/// One material of an order.
struct Lane<'a> {
    order: &'a WorkOrder,
    account: Account,
    name: SmolStr,
    standing: &'a [&'a Step],
    known: Option<&'a Process>,
    used: Decimal,
    expected: Decimal,
}

impl Lane<'_> {
    /// When something was last moved of the material, or the order was complete.
    fn last_known(&self) -> Time {
        let movements = self.order.movement_list().iter().rev();
        let mut of_it = movements.filter(|known| *known.material() == self.account.material);
        let moved = of_it.next().map(crate::Movement::at);
        let ended = self.order.actual_end();
        moved.max(ended).unwrap_or(Time::EPOCH)
    }

    fn plan(&self, limit: &Limit, is_complete: bool, rule: Rule, plan: &mut Plan) {
        let difference = self.used - self.expected;
        let (material, unit) = (&self.account.material, self.account.unit);
        let Some(exceeded) = limit.is_exceeded(difference, self.expected, unit) else {
            plan.wait(
                format!("the plant's rules to give the limit of material {material} in {unit}"),
                None,
            );
            return;
        };
        // What is still to be used is no variance.
        let is_beyond = exceeded && (is_complete || difference > Decimal::ZERO);
        if is_beyond && self.standing.is_empty() && self.last_known() < rule.from {
            return;
        }
        if is_beyond {
            plan.findings.push(Finding::Variance {
                order: self.order.id().clone(),
                material: material.clone(),
                unit,
                used: self.used.normalize(),
                expected: self.expected.normalize(),
                difference: difference.normalize(),
                limit: limit.in_words().into(),
            });
        }
        plan.nexts
            .extend(self.next(is_beyond.then_some(difference)));
    }

    fn next(&self, wanted: Option<Decimal>) -> Option<Next> {
        let posted = sum(self.standing);
        let (bearing, body) = match wanted {
            Some(wanted) if wanted == posted && !self.standing.is_empty() => return None,
            Some(wanted) => {
                let mode = match self.standing.is_empty() {
                    true => ConfirmationMode::Full,
                    false => ConfirmationMode::Delta,
                };
                let body = VariancePost {
                    order: self.order.id().clone(),
                    material: self.account.material.clone(),
                    mode,
                    corrects: posted_as(self.known, self.standing),
                    unit: self.account.unit,
                    quantity: (wanted - posted).normalize(),
                    used: self.used.normalize(),
                    expected: self.expected.normalize(),
                };
                (Bearing::Adds, CommandBody::VariancePost(body))
            }
            None if self.standing.is_empty() => return None,
            None => {
                let body = VarianceReverse {
                    order: self.order.id().clone(),
                    material: self.account.material.clone(),
                    reverses: posted_as(self.known, self.standing),
                    reason: SmolStr::new_static("what was used is within the limits"),
                };
                (Bearing::Undoes, CommandBody::VarianceReverse(body))
            }
        };
        Some(Next {
            lane: self.name.clone(),
            to: System::Erp,
            bearing,
            body,
        })
    }
}

/// What the postings that stand come to.
pub(super) fn sum(standing: &[&Step]) -> Decimal {
    let quantities = standing.iter().filter_map(|step| match &step.body {
        CommandBody::VariancePost(body) => Some(body.quantity),
        _ => None,
    });
    quantities.sum::<Decimal>().normalize()
}
