//! Commands as people call them.

use super::CommandBody;
use crate::process::about;

impl CommandBody {
    /// How many items its lists have: what it may take in memory beside its own size.
    #[must_use]
    pub fn names(&self) -> usize {
        match self {
            CommandBody::GateDecided(body) => body.reasons.len(),
            CommandBody::RecallRequired(body) => body.lots.len(),
            CommandBody::RecallDecisionRequired(body) => body.lots.len(),
            CommandBody::EventRejected(_)
            | CommandBody::OrderDispatchWithdrawn(_)
            | CommandBody::HoldReleaseRequested(_)
            | CommandBody::StopEnded(_) => 0,
            CommandBody::HoldBlockRequested(body) => body.lots.len(),
            CommandBody::KpiClosed(body) => body.buckets.len(),
            CommandBody::StopAnnounced(body) => body.affected.len(),
            CommandBody::UsageDecisionPost(body) => body.postings.len(),
            CommandBody::UsageDecisionReverse(body) => body.reverses.len(),
            CommandBody::VariancePost(body) => body.corrects.len(),
            CommandBody::VarianceReverse(body) => body.reverses.len(),
            CommandBody::NonconformanceRequested(_) => 0,
            CommandBody::NonconformanceNotNeeded(body) => body.documents.len(),
            CommandBody::QuarantineRequested(body) => body.lots.len(),
            CommandBody::QuarantineEnded(body) => {
                let lots = body.lots.iter();
                lots.map(|lot| 1 + lot.decided.len()).sum()
            }
            CommandBody::ReviewRequested(body) => body.lots.len(),
            CommandBody::DispositionRequested(body) => body.approvers.len(),
            CommandBody::DispositionWithdrawn(body) => body.documents.len(),
            CommandBody::VerificationRequested(body) => {
                let done = body.carried_out.iter();
                done.map(|done| 1 + done.documents.len()).sum()
            }
            CommandBody::ConfirmationPost(body) => body.corrects.len(),
            CommandBody::ConfirmationReverse(body) => body.reverses.len(),
            CommandBody::OrderDispatchRequested(body) => {
                let operations = body.operations.iter();
                operations.map(|op| 1 + op.predecessors.len()).sum()
            }
        }
    }

    /// What it is, in words that fit into a sentence: `the confirmation of operation 10 of order
    /// WO-1`.
    #[must_use]
    pub fn what(&self) -> String {
        match self {
            CommandBody::GateDecided(body) => format!("the decision on {}", body.delivery),
            CommandBody::RecallRequired(body) => format!("the recall of {}", body.delivery),
            CommandBody::RecallDecisionRequired(body) => {
                format!("the decision on a recall of {}", body.delivery)
            }
            CommandBody::EventRejected(body) => format!("the refusal of event {}", body.event),
            CommandBody::KpiClosed(body) => {
                let (center, from, to) = (&body.work_center, body.from, body.to);
                format!("the figures of {center} from {from} to {to}")
            }
            CommandBody::ConfirmationPost(body) => {
                format!(
                    "the confirmation of {}",
                    about(&body.order, body.op.as_ref())
                )
            }
            CommandBody::ConfirmationReverse(body) => {
                let about = about(&body.order, body.op.as_ref());
                format!("the reversal of the confirmation of {about}")
            }
            CommandBody::OrderDispatchRequested(body) => {
                format!("the dispatch of order {}", body.order)
            }
            CommandBody::OrderDispatchWithdrawn(body) => {
                format!("the withdrawal of order {}", body.order)
            }
            CommandBody::HoldBlockRequested(body) => {
                let lots = body.lots.len();
                let noun = if lots == 1 { "lot" } else { "lots" };
                format!("the block of {lots} {noun} for hold {}", body.hold)
            }
            CommandBody::HoldReleaseRequested(body) => {
                format!("the release of hold {}", body.hold)
            }
            CommandBody::StopAnnounced(body) => {
                format!("the stop of {} ({})", body.work_center, body.maintenance)
            }
            CommandBody::StopEnded(body) => {
                format!(
                    "the end of the stop of {} ({})",
                    body.work_center, body.maintenance
                )
            }
            CommandBody::UsageDecisionPost(_)
            | CommandBody::UsageDecisionReverse(_)
            | CommandBody::VariancePost(_)
            | CommandBody::VarianceReverse(_)
            | CommandBody::NonconformanceRequested(_)
            | CommandBody::NonconformanceNotNeeded(_)
            | CommandBody::QuarantineRequested(_)
            | CommandBody::QuarantineEnded(_)
            | CommandBody::ReviewRequested(_)
            | CommandBody::DispositionRequested(_)
            | CommandBody::DispositionWithdrawn(_)
            | CommandBody::VerificationRequested(_) => self.what_of_stock(),
        }
    }

    /// What is asked about stock: what becomes of it, and what was used of it.
    fn what_of_stock(&self) -> String {
        match self {
            CommandBody::UsageDecisionPost(body) => {
                format!("the usage decision {} of lot {}", body.inspection, body.lot)
            }
            CommandBody::UsageDecisionReverse(body) => {
                let (inspection, lot) = (&body.inspection, &body.lot);
                format!("the reversal of the usage decision {inspection} of lot {lot}")
            }
            CommandBody::VariancePost(body) => {
                format!("the variance of {} of order {}", body.material, body.order)
            }
            CommandBody::VarianceReverse(body) => {
                let (material, order) = (&body.material, &body.order);
                format!("the reversal of the variance of {material} of order {order}")
            }
            CommandBody::NonconformanceRequested(body) => {
                let (op, order) = (&body.op, &body.order);
                format!("a nonconformance for operation {op} of order {order}")
            }
            CommandBody::NonconformanceNotNeeded(body) => {
                let (op, order) = (&body.op, &body.order);
                format!("the end of the nonconformance for operation {op} of order {order}")
            }
            CommandBody::QuarantineRequested(body) => {
                let (lots, id) = (body.lots.len(), &body.nonconformance);
                let noun = if lots == 1 { "lot" } else { "lots" };
                format!("the setting aside of {lots} {noun} for nonconformance {id}")
            }
            CommandBody::QuarantineEnded(body) => {
                let (lots, id) = (body.lots.len(), &body.nonconformance);
                let noun = if lots == 1 { "lot" } else { "lots" };
                format!("the release of {lots} {noun} that stand aside for nonconformance {id}")
            }
            CommandBody::ReviewRequested(body) => {
                format!("the review of nonconformance {}", body.nonconformance)
            }
            CommandBody::DispositionRequested(body) => {
                let what = body.disposition.in_words();
                format!("{what} lot {} ({})", body.lot, body.nonconformance)
            }
            CommandBody::DispositionWithdrawn(body) => {
                let what = body.disposition.in_words();
                format!(
                    "the end of {what} lot {} ({})",
                    body.lot, body.nonconformance
                )
            }
            CommandBody::VerificationRequested(body) => {
                format!("the verification of nonconformance {}", body.nonconformance)
            }
            CommandBody::GateDecided(_)
            | CommandBody::RecallRequired(_)
            | CommandBody::RecallDecisionRequired(_)
            | CommandBody::EventRejected(_)
            | CommandBody::KpiClosed(_)
            | CommandBody::ConfirmationPost(_)
            | CommandBody::ConfirmationReverse(_)
            | CommandBody::OrderDispatchRequested(_)
            | CommandBody::OrderDispatchWithdrawn(_)
            | CommandBody::HoldBlockRequested(_)
            | CommandBody::HoldReleaseRequested(_)
            | CommandBody::StopAnnounced(_)
            | CommandBody::StopEnded(_) => unreachable!("{} is no stock", self.type_name()),
        }
    }
}
