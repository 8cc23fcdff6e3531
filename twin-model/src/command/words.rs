//! Commands as people call them.

use super::CommandBody;
use crate::process::about;

impl CommandBody {
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
        }
    }
}
