//! Commands: what the twin tells other systems to do, or what it has decided.
//!
//! The bodies are contracts, like those of events. What has no value is `null`.

use serde::{Deserialize, Serialize, Serializer};

mod confirmation;
mod deviation;
mod dispatch;
mod gate;
mod hold;
mod kpi;
mod stop;
mod usage;
mod variance;
mod words;

pub use confirmation::*;
pub use deviation::*;
pub use dispatch::*;
pub use gate::*;
pub use hold::*;
pub use kpi::*;
pub use stop::*;
pub use usage::*;
pub use variance::*;

/// The one table of command types: variant, body and CloudEvents type. Whatever goes over all
/// types (names, bodies, schemas) is made from it by `$with`.
macro_rules! command_types {
    ($with:ident) => {
        $with! {
            GateDecided(GateDecided) = "mfg.gate.decided.v1";
            RecallRequired(RecallRequired) = "mfg.recall.required.v1";
            RecallDecisionRequired(RecallDecisionRequired) = "mfg.recall.decision_required.v1";
            EventRejected(EventRejected) = "mfg.event.rejected.v1";
            KpiClosed(KpiClosed) = "mfg.kpi.closed.v1";
            ConfirmationPost(ConfirmationPost) = "mfg.confirmation.post.v1";
            ConfirmationReverse(ConfirmationReverse) = "mfg.confirmation.reverse.v1";
            OrderDispatchRequested(OrderDispatchRequested) = "mfg.order.dispatch_requested.v1";
            OrderDispatchWithdrawn(OrderDispatchWithdrawn) = "mfg.order.dispatch_withdrawn.v1";
            HoldBlockRequested(HoldBlockRequested) = "mfg.hold.block_requested.v1";
            HoldReleaseRequested(HoldReleaseRequested) = "mfg.hold.release_requested.v1";
            StopAnnounced(StopAnnounced) = "mfg.planning.stop_announced.v1";
            StopEnded(StopEnded) = "mfg.planning.stop_ended.v1";
            QuarantineRequested(QuarantineRequested) = "mfg.quarantine.requested.v1";
            QuarantineEnded(QuarantineEnded) = "mfg.quarantine.ended.v1";
            ReviewRequested(ReviewRequested) = "mfg.review.requested.v1";
            DispositionRequested(DispositionRequested) = "mfg.disposition.requested.v1";
            DispositionWithdrawn(DispositionWithdrawn) = "mfg.disposition.withdrawn.v1";
            VerificationRequested(VerificationRequested) = "mfg.verification.requested.v1";
            UsageDecisionPost(UsageDecisionPost) = "mfg.usage_decision.post.v1";
            UsageDecisionReverse(UsageDecisionReverse) = "mfg.usage_decision.reverse.v1";
            VariancePost(VariancePost) = "mfg.variance.post.v1";
            VarianceReverse(VarianceReverse) = "mfg.variance.reverse.v1";
            NonconformanceRequested(NonconformanceRequested) = "mfg.nonconformance.requested.v1";
            NonconformanceNotNeeded(NonconformanceNotNeeded) = "mfg.nonconformance.not_needed.v1";
        }
    };
}

pub(crate) use command_types;

macro_rules! define_bodies {
    ($($variant:ident($body:ident) = $name:literal;)+) => {
        /// The command types that this twin sends.
        pub const COMMAND_TYPES: &[&str] = &[$($name),+];

        /// What a command says, one variant per type.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        pub enum CommandBody {
            $(#[doc = concat!("`", $name, "`")] $variant($body),)+
        }

        impl CommandBody {
            /// The CloudEvents type.
            #[must_use]
            pub fn type_name(&self) -> &'static str {
                match self {
                    $(CommandBody::$variant(_) => $name,)+
                }
            }

            /// Writes the `data` of the CloudEvent.
            ///
            /// # Errors
            /// Those of the serializer.
            pub fn serialize_data<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $(CommandBody::$variant(body) => body.serialize(serializer),)+
                }
            }

            /// The `data` of the CloudEvent.
            #[must_use]
            pub fn data(&self) -> serde_json::Value {
                match self.serialize_data(serde_json::value::Serializer) {
                    Ok(data) => data,
                    Err(error) => unreachable!("commands are encodable: {error}"),
                }
            }
        }

        /// The JSON Schema of the data of each command type.
        #[must_use]
        pub fn command_schemas() -> Vec<(&'static str, schemars::Schema)> {
            vec![$(($name, schemars::schema_for!($body)),)+]
        }
    };
}

command_types!(define_bodies);
