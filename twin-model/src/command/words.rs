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
            CommandBody::EventRejected(_)
            | CommandBody::OrderDispatchWithdrawn(_)
            | CommandBody::HoldReleaseRequested(_)
            | CommandBody::StopEnded(_) => 0,
            CommandBody::HoldBlockRequested(body) => body.lots.len(),
            CommandBody::StopAnnounced(body) => body.affected.len(),
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
            CommandBody::EventRejected(body) => format!("the refusal of event {}", body.event),
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
        }
    }
}
