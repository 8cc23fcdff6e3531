//! Why an order waits or is late, as people read it.

use serde::Serialize;
use twin_model::{Code, OperationId, Time, WorkCenterId, WorkOrderId};
use utoipa::ToSchema;

/// Why an order waits or is late.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WhyView {
    /// The order.
    #[schema(value_type = String)]
    pub order: WorkOrderId,
    /// `waiting`, `running` (one of its operations does) or `ended`.
    pub state: &'static str,
    /// What is behind it, each cause after what it causes: an entry explains the nearest one above
    /// it that is one less deep. What is as deep as another explains the same.
    pub chain: Vec<CauseView>,
    /// Whether there is more than is shown.
    pub truncated: bool,
    /// How late it is; `null` when it is not.
    pub late: Option<LateView>,
    /// Where the time went, in the order of the routing.
    pub operations: Vec<SpentView>,
}

/// One link of the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CauseView {
    /// Steps from the order.
    pub depth: usize,
    /// Whether nothing is known behind it: here somebody can act.
    pub root: bool,
    /// What kind of object it is about: of an entity, or `operation`, `parked_event`, `exception`.
    #[schema(example = "hold")]
    pub kind: &'static str,
    /// Its id.
    #[schema(example = "HOLD-1")]
    pub id: String,
    /// Where more of it is told.
    #[schema(example = "/api/v1/plants/P1/holds/HOLD-1")]
    pub href: String,
    /// In business words.
    pub text: String,
    /// The rule that says so, where one does.
    #[schema(value_type = Option<String>, example = "TWIN-R07")]
    pub code: Option<Code>,
    /// Since when; `null` where nobody told.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub since: Option<Time>,
    /// How long by the plant's clock, seconds.
    pub for_s: Option<i64>,
    /// Who can change it.
    pub owner: Option<&'static str>,
    /// The next step.
    pub what_to_do: Option<&'static str>,
}

/// How late an order is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LateView {
    /// When it was due; it is late since then.
    #[schema(value_type = String, format = DateTime)]
    pub due: Time,
    /// By how much, seconds: until its end, or until now when it is open.
    pub by_s: i64,
    /// When it ended; `null` while it is open.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended: Option<Time>,
    /// In a sentence.
    pub text: String,
}

/// What one operation took, against its plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SpentView {
    /// The operation.
    #[schema(value_type = String)]
    pub op: OperationId,
    /// Its state.
    pub state: &'static str,
    /// Where it runs or ran, or is planned to.
    #[schema(value_type = Option<String>)]
    pub work_center: Option<WorkCenterId>,
    /// When it could have started: the end of the latest operation before it, or the planned start
    /// of the order; `null` where neither is known.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ready: Option<Time>,
    /// When it started.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub started: Option<Time>,
    /// When it was completed.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended: Option<Time>,
    /// From when it could have started to its start, or to now; seconds, never negative.
    pub waited_s: Option<i64>,
    /// Set-up and run by the routing, seconds; `null` where the routing has no times.
    pub planned_s: Option<i64>,
    /// From its start to its end, or to now; seconds.
    pub took_s: Option<i64>,
    /// `took_s` less `planned_s`, of an operation that has ended or has taken longer already.
    pub over_s: Option<i64>,
}
