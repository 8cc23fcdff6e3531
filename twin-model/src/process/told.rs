//! What other systems have in the end, in words: the business state of a process. How it came to
//! that, command by command, is history, which depends on what arrived when.

use std::collections::BTreeMap;

use smol_str::{SmolStr, format_smolstr};

use super::{Process, Step, confirmation, joined, usage, variance};
use crate::CommandBody;
use crate::ownership::standing::Standing;

impl Process {
    /// What the receiver of each lane has acknowledged and still has; lanes with nothing are left
    /// out. A block counts its lots, with those that the hold reached for a while only: so many more
    /// the later that was known.
    #[must_use]
    pub fn told(&self) -> BTreeMap<SmolStr, SmolStr> {
        let lanes = self.standings().into_iter();
        let told = lanes.filter_map(|(lane, told)| {
            let words = self.words(lane, &told)?;
            Some((SmolStr::new(lane), words))
        });
        told.collect()
    }

    /// The same, as far as it does not depend on what came first.
    pub(crate) fn told_in_any_order(&self) -> BTreeMap<SmolStr, SmolStr> {
        let mut told = self.told();
        for (lane, standing) in self.standings() {
            let last = standing.last().map(|step| &step.body);
            if let Some(CommandBody::HoldBlockRequested(_)) = last {
                told.insert(lane.into(), SmolStr::new_static("blocked"));
            }
        }
        told
    }

    /// What stands against an answer of somebody who owns none.
    pub(crate) fn standing_answer(&self) -> Standing {
        Standing::Text("the answer of the system that was asked".into())
    }
}

impl Process {
    fn words(&self, lane: &str, standing: &[&Step]) -> Option<SmolStr> {
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
                let lots = joined::lots_to(standing);
                let noun = if lots == 1 { "lot" } else { "lots" };
                format_smolstr!("blocked, {lots} {noun}")
            }
            CommandBody::QuarantineRequested(_) | CommandBody::QuarantineEnded(_) => {
                let lots = self.set_aside(lane).len();
                let noun = if lots == 1 { "lot" } else { "lots" };
                format_smolstr!("{lots} {noun} set aside")
            }
            CommandBody::DispositionRequested(body) => match &body.quantity {
                Some(quantity) => format_smolstr!("{quantity}"),
                None => SmolStr::new_static("all of it"),
            },
            CommandBody::UsageDecisionPost(body) => usage::in_words(body),
            CommandBody::VariancePost(body) => {
                format_smolstr!("{} {} beyond the plan", variance::sum(standing), body.unit)
            }
            // To be asked leaves nothing behind.
            CommandBody::ReviewRequested(_)
            | CommandBody::VerificationRequested(_)
            | CommandBody::NonconformanceRequested(_) => return None,
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
}
