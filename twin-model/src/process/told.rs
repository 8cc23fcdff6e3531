//! What other systems have in the end, in words: the business state of a process. How it came to
//! that, command by command, is history, which depends on what arrived when.

use std::collections::BTreeMap;

use smol_str::{SmolStr, format_smolstr};

use super::{Process, Step, confirmation};
use crate::CommandBody;
use crate::ownership::standing::Standing;

impl Process {
    /// What the receiver of each lane has acknowledged and still has; lanes with nothing are left
    /// out.
    #[must_use]
    pub fn told(&self) -> BTreeMap<SmolStr, SmolStr> {
        let lanes = self.lanes().into_iter();
        let told = lanes.filter_map(|lane| {
            let words = words(&self.standing(lane))?;
            Some((lane.clone(), words))
        });
        told.collect()
    }

    /// What stands against an answer of somebody who owns none.
    pub(crate) fn standing_answer(&self) -> Standing {
        Standing::Text("the answer of the system that was asked".into())
    }
}

fn words(standing: &[&Step]) -> Option<SmolStr> {
    let last = standing.last()?;
    Some(match &last.body {
        CommandBody::ConfirmationPost(body) => {
            let sum = confirmation::sum(standing);
            format_smolstr!(
                "good {}, scrap {}, rework {}, mrb {} {}; setup {} s, run {} s",
                sum.good,
                sum.scrap,
                sum.rework,
                sum.mrb,
                body.unit,
                sum.setup_s,
                sum.run_s
            )
        }
        CommandBody::OrderDispatchRequested(body) => {
            format_smolstr!("{} of {}", body.quantity, body.material)
        }
        CommandBody::HoldBlockRequested(_) => {
            let lots = standing.iter().map(|step| step.body.names()).sum::<usize>();
            let noun = if lots == 1 { "lot" } else { "lots" };
            format_smolstr!("blocked, {lots} {noun}")
        }
        CommandBody::StopAnnounced(body) => {
            let kind = match body.begun {
                true => "stops",
                false => "will stop",
            };
            match body.until {
                Some(until) => format_smolstr!("{kind} from {} to {until}", body.from),
                None => format_smolstr!("{kind} from {}", body.from),
            }
        }
        other => SmolStr::new(other.type_name()),
    })
}
