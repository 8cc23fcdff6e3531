//! A nonconformance: what does not conform, which lots it reaches, and what becomes of them.

use serde::Serialize;
use twin_model::{
    Disposed, LotId, Nonconformance, NonconformanceId, OperationId, Said, SmolStr, Time,
    WorkOrderId,
};
use utoipa::ToSchema;

use super::{DiscrepancyView, QuantityView, Related, SomeIds};

/// A nonconformance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct NonconformanceView {
    /// Its number.
    #[schema(value_type = String)]
    pub id: NonconformanceId,
    /// `open`, `contained`, `under_review`, `dispositioned`, `verified`, `closed` or `cancelled`.
    pub state: &'static str,
    /// What is wrong.
    #[schema(value_type = String)]
    pub defect: SmolStr,
    /// `minor`, `major` or `critical`.
    pub severity: &'static str,
    /// The lots that it names.
    #[schema(value_type = Vec<String>)]
    pub lots: Vec<LotId>,
    /// The order that it names: every lot made for it is affected.
    #[schema(value_type = Option<String>)]
    pub order: Option<WorkOrderId>,
    /// Where it was found.
    #[schema(value_type = Option<String>)]
    pub found_at_op: Option<OperationId>,
    /// How much was found to be wrong.
    pub quantity: Option<QuantityView>,
    /// When it was found.
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: Time,
    /// Since when it is open: its age is `as_of` less this. `null` once it is over.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub open_since: Option<Time>,
    /// Lots that it affects now, by name or by what they were made from; the first 1,000,
    /// ascending.
    #[schema(value_type = Vec<String>)]
    pub affected_lots: Vec<SmolStr>,
    /// How many lots it affects now.
    pub affected_lots_count: usize,
    /// Of these, lots of which something has no disposition; the first 1,000, ascending.
    #[schema(value_type = Vec<String>)]
    pub undisposed_lots: Vec<SmolStr>,
    /// How many lots have something without a disposition.
    pub undisposed_lots_count: usize,
    /// How its lots were set aside.
    pub containment: Option<SaidView>,
    /// When the material review board took it up last.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub reviewed_at: Option<Time>,
    /// What was decided of which lot, as far as it counts.
    pub dispositions: Vec<LotDispositionView>,
    /// How the effect was checked last.
    pub verification: Option<SaidView>,
    /// When it was closed.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub closed_at: Option<Time>,
    /// Why it was none.
    pub cancellation: Option<SaidView>,
    /// Soft rules that it breaks now.
    pub discrepancies: Vec<DiscrepancyView>,
    /// Counts the changes of the nonconformance itself. Lots that come under it later do not
    /// raise it.
    pub version: u64,
}

/// Something that was said, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SaidView {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Time,
    /// What; empty when it was not said.
    #[schema(value_type = String)]
    pub text: SmolStr,
}

/// What becomes of one lot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LotDispositionView {
    /// Which lot.
    #[schema(value_type = String)]
    pub lot: LotId,
    /// When it was decided.
    #[schema(value_type = String, format = DateTime)]
    pub at: Time,
    /// What becomes of how much.
    pub parts: Vec<DisposedPartView>,
}

/// What becomes of a part of a lot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DisposedPartView {
    /// `use_as_is`, `rework`, `scrap`, `return_to_vendor`, `regrade` or `sort`.
    pub disposition: &'static str,
    /// How much, in the lot's unit; `null` for all of it.
    #[schema(value_type = Option<String>)]
    pub quantity: Option<twin_model::Decimal>,
}

impl NonconformanceView {
    pub(crate) fn new(
        found: &Nonconformance,
        version: u64,
        related: &Related,
    ) -> NonconformanceView {
        let none = SomeIds::default();
        let (affected, undisposed) = match related {
            Related::Nonconformance {
                affected,
                undisposed,
            } => (affected, undisposed),
            _ => (&none, &none),
        };
        let quantity = found.quantity();
        let dispositions = found.dispositions().into_iter();
        NonconformanceView {
            id: found.id().clone(),
            state: found.state().as_str(),
            defect: found.defect().clone(),
            severity: found.severity().as_str(),
            lots: found.lots().iter().cloned().collect(),
            order: found.order().cloned(),
            found_at_op: found.found_at_op().cloned(),
            quantity: quantity.map(|told| QuantityView::new(told.value.value(), told.unit)),
            opened_at: found.opened_at(),
            open_since: found.is_open().then(|| found.opened_at()),
            affected_lots: affected.shown.clone(),
            affected_lots_count: affected.count,
            undisposed_lots: undisposed.shown.clone(),
            undisposed_lots_count: undisposed.count,
            containment: found.containment().map(SaidView::from),
            reviewed_at: found.reviews().last().copied(),
            dispositions: dispositions.map(disposition).collect(),
            verification: found.verification().map(SaidView::from),
            closed_at: found.closed_at(),
            cancellation: found.cancellation().map(SaidView::from),
            discrepancies: super::shown(&found.discrepancies()),
            version,
        }
    }
}

fn disposition((lot, disposed): (&LotId, Disposed)) -> LotDispositionView {
    let parts = disposed.parts.iter();
    LotDispositionView {
        lot: lot.clone(),
        at: disposed.at,
        parts: parts
            .map(|(disposition, quantity)| DisposedPartView {
                disposition: disposition.as_str(),
                quantity: quantity.map(|quantity| quantity.normalize()),
            })
            .collect(),
    }
}

impl From<&Said> for SaidView {
    fn from(said: &Said) -> SaidView {
        SaidView {
            at: said.at,
            text: said.reason.clone(),
        }
    }
}
