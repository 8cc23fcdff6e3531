//! The enumerations of B2MML (ISA-95) that carry state, to and from the words of this model.
//!
//! The Business To Manufacturing Markup Language (B2MML) is used courtesy of MESA International.
//! Version v0700 has four of them. Each value is either understood or refused with the reason;
//! none is guessed. Where several values mean the same here, one of them is written.
//! `tests/model/b2mml.rs` reads the values from the schemas and misses none.

use crate::{
    Ending, Interruption, JobState, Lifecycle, LotLifecycle, OperationState, Preparation, Usage,
};

/// A value of an enumeration that has no meaning here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The sender's own word, which stands in `OtherValue`.
    #[error("\"Other\" means what only the sender knows; map its OtherValue by name")]
    Other,
    /// Not in the enumeration of v0700.
    #[error("no value of the enumeration; its spelling and capitals count")]
    Unknown,
}

/// State of a work order as B2MML tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderStanding {
    /// Where it is in its life.
    pub lifecycle: Lifecycle,
    /// Whether something stops it: a hold, or a decision.
    pub stopped: Option<Interruption>,
}

/// What happens to material, as B2MML tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MaterialUse {
    /// May be taken: a component of the bill of materials.
    Component,
    /// Was taken.
    Consumed,
    /// Was made.
    Produced,
    /// Came out beside what was wanted.
    ByProduct,
    /// Came out with what was wanted, and is wanted too.
    CoProduct,
    /// Taken as a sample and used up by the test.
    SampleDestroyed,
    /// Taken as a sample and put back.
    SampleReturned,
    /// Taken as a sample and kept.
    SampleRetained,
    /// Counted in stock.
    Counted,
}

impl MaterialUse {
    /// Every use.
    pub const ALL: [MaterialUse; 9] = [
        MaterialUse::Component,
        MaterialUse::Consumed,
        MaterialUse::Produced,
        MaterialUse::ByProduct,
        MaterialUse::CoProduct,
        MaterialUse::SampleDestroyed,
        MaterialUse::SampleReturned,
        MaterialUse::SampleRetained,
        MaterialUse::Counted,
    ];
}

fn refused(value: &str) -> Refused {
    match value {
        "Other" => Refused::Other,
        _ => Refused::Unknown,
    }
}

/// Reads a `RequestState`. A request that waits for its turn, or is ready, is released here:
/// what it waits for is computed.
///
/// # Errors
/// [`Refused`] for `Other` and for what is no value of the enumeration.
pub fn request_state(value: &str) -> Result<OrderStanding, Refused> {
    let lifecycle = match value {
        "Forecast" => Lifecycle::Created,
        "Released" | "Waiting" | "Ready" => Lifecycle::Released,
        // Only what runs can be stopped (OPC 10031-4).
        "Running" | "Held" | "Suspended" => Lifecycle::InProcess,
        "Completed" => Lifecycle::Completed,
        "Closed" => Lifecycle::Closed,
        "Cancelled" => Lifecycle::Cancelled,
        "Aborted" => Lifecycle::Aborted,
        other => return Err(refused(other)),
    };
    let stopped = match value {
        "Held" => Some(Interruption::Held),
        "Suspended" => Some(Interruption::Suspended),
        _ => None,
    };
    Ok(OrderStanding { lifecycle, stopped })
}

/// Writes a `RequestState`. B2MML knows no technical completion: nothing more is expected of
/// such an order, so it is completed there. What stops an order shows as long as it could go on.
#[must_use]
pub fn request_state_of(standing: OrderStanding) -> &'static str {
    match (standing.lifecycle, standing.stopped) {
        (Lifecycle::Completed | Lifecycle::TechComplete, _) => "Completed",
        (Lifecycle::Closed, _) => "Closed",
        (Lifecycle::Cancelled, _) => "Cancelled",
        (Lifecycle::Aborted, _) => "Aborted",
        (_, Some(Interruption::Held)) => "Held",
        (_, Some(Interruption::Suspended)) => "Suspended",
        (Lifecycle::Created, None) => "Forecast",
        (Lifecycle::Released, None) => "Released",
        (Lifecycle::InProcess, None) => "Running",
    }
}

/// Reads a `JobOrderDispatchStatus`. A pending job has what it needs and no permission yet; a
/// dispatched one has the permission and waits for what it needs.
///
/// # Errors
/// [`Refused`] for `Other` and for what is no value of the enumeration.
pub fn dispatch_status(value: &str) -> Result<OperationState, Refused> {
    Ok(OperationState::Job(match value {
        "Waiting" => JobState::NotAllowedToStart(Preparation::Waiting),
        "Pending" => JobState::NotAllowedToStart(Preparation::Ready),
        "Dispatched" => JobState::AllowedToStart(Preparation::Waiting),
        "Ready" => JobState::AllowedToStart(Preparation::Ready),
        "Running" => JobState::Running,
        "Held" => JobState::Interrupted(Interruption::Held),
        "Suspended" => JobState::Interrupted(Interruption::Suspended),
        "Completed" => JobState::Ended(Ending::Completed),
        "Closed" => JobState::Ended(Ending::Closed),
        "Aborted" => JobState::Aborted,
        "Cancelled" => return Ok(OperationState::Skipped),
        other => return Err(refused(other)),
    }))
}

/// Writes a `JobOrderDispatchStatus`. B2MML does not tell loaded jobs from ready ones.
#[must_use]
pub fn dispatch_status_of(state: OperationState) -> &'static str {
    let job = match state {
        OperationState::Job(job) => job,
        OperationState::Skipped => return "Cancelled",
    };
    match job {
        JobState::NotAllowedToStart(Preparation::Waiting) => "Waiting",
        JobState::NotAllowedToStart(Preparation::Ready | Preparation::Loaded) => "Pending",
        JobState::AllowedToStart(Preparation::Waiting) => "Dispatched",
        JobState::AllowedToStart(Preparation::Ready | Preparation::Loaded) => "Ready",
        JobState::Running => "Running",
        JobState::Interrupted(Interruption::Held) => "Held",
        JobState::Interrupted(Interruption::Suspended) => "Suspended",
        JobState::Ended(Ending::Completed) => "Completed",
        JobState::Ended(Ending::Closed) => "Closed",
        JobState::Aborted => "Aborted",
    }
}

/// Reads a `Disposition` of a lot. `Restricted` covers what waits for quality, what is blocked
/// and what may be used under a concession; B2MML does not say which, so it is read as the one
/// that lets nothing pass. `Closed` says that nothing is left, not where it went.
///
/// # Errors
/// [`Refused`] for `Other` and for what is no value of the enumeration.
pub fn disposition(value: &str) -> Result<(LotLifecycle, Usage), Refused> {
    Ok(match value {
        "Planned" => (LotLifecycle::Planned, Usage::QualityInspection),
        "In-Process" => (LotLifecycle::InProcess, Usage::QualityInspection),
        "Restricted" => (LotLifecycle::OnHand, Usage::Blocked),
        "UnRestricted" => (LotLifecycle::OnHand, Usage::Unrestricted),
        "Closed" => (LotLifecycle::Depleted, Usage::Unrestricted),
        other => return Err(refused(other)),
    })
}

/// Writes a `Disposition` of a lot. The worse of lifecycle and usage wins.
#[must_use]
pub fn disposition_of(lifecycle: LotLifecycle, usage: Usage) -> &'static str {
    match (lifecycle, usage) {
        (LotLifecycle::Planned, _) => "Planned",
        (LotLifecycle::InProcess, _) => "In-Process",
        (LotLifecycle::OnHand, Usage::Unrestricted) => "UnRestricted",
        (
            LotLifecycle::OnHand,
            Usage::Restricted | Usage::QualityInspection | Usage::Blocked | Usage::Rejected,
        ) => "Restricted",
        (LotLifecycle::Depleted | LotLifecycle::Shipped | LotLifecycle::Scrapped, _) => "Closed",
    }
}

/// Reads a `MaterialUse`. Maintenance and stock speak of `Material Consumed` where production
/// says `Consumed`; the yield is what was made.
///
/// # Errors
/// [`Refused`] for `Other` and for what is no value of the enumeration.
pub fn material_use(value: &str) -> Result<MaterialUse, Refused> {
    Ok(match value {
        "Consumable" => MaterialUse::Component,
        "Consumed" | "Material Consumed" => MaterialUse::Consumed,
        "Produced" | "Material Produced" | "Yield Produced" => MaterialUse::Produced,
        "By-product Produced" => MaterialUse::ByProduct,
        "Co-product Produced" => MaterialUse::CoProduct,
        "Destructive Sample" => MaterialUse::SampleDestroyed,
        "Returned Sample" => MaterialUse::SampleReturned,
        "Retained Sample" => MaterialUse::SampleRetained,
        "Inventoried" => MaterialUse::Counted,
        other => return Err(refused(other)),
    })
}

/// Writes a `MaterialUse`, in the words of production.
#[must_use]
pub fn material_use_of(material_use: MaterialUse) -> &'static str {
    match material_use {
        MaterialUse::Component => "Consumable",
        MaterialUse::Consumed => "Consumed",
        MaterialUse::Produced => "Produced",
        MaterialUse::ByProduct => "By-product Produced",
        MaterialUse::CoProduct => "Co-product Produced",
        MaterialUse::SampleDestroyed => "Destructive Sample",
        MaterialUse::SampleReturned => "Returned Sample",
        MaterialUse::SampleRetained => "Retained Sample",
        MaterialUse::Counted => "Inventoried",
    }
}
