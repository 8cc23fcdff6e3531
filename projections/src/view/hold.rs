//! A hold: what is stopped, why, by whom, and which lots it reaches.

use serde::Serialize;
use twin_model::{Hold, HoldId, HoldScope, NonconformanceId, SmolStr, Time};
use utoipa::ToSchema;

use super::{Related, SomeIds};

/// A quality hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct HoldView {
    /// Hold number.
    #[schema(value_type = String)]
    pub id: HoldId,
    /// What is held.
    pub scope: ScopeView,
    /// Why.
    #[schema(value_type = String)]
    pub reason: SmolStr,
    /// By whom: a person, or the source that sent it.
    #[schema(value_type = String)]
    pub placed_by: SmolStr,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub placed_at: Time,
    /// The nonconformance that it was placed for.
    #[schema(value_type = Option<String>)]
    pub ncr: Option<NonconformanceId>,
    /// Whether it goes on to what is made from what is held.
    pub propagate: bool,
    /// `open` or `released`.
    pub state: &'static str,
    /// What was decided; `null` while open.
    #[schema(value_type = Option<String>)]
    pub disposition: Option<SmolStr>,
    /// By whom it was released.
    #[schema(value_type = Option<String>)]
    pub released_by: Option<SmolStr>,
    /// When it was released.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub released_at: Option<Time>,
    /// Lots that it reaches now, itself or by genealogy; the first 1,000, ascending.
    #[schema(value_type = Vec<String>)]
    pub affected_lots: Vec<SmolStr>,
    /// How many lots it reaches now.
    pub affected_lots_count: usize,
    /// Counts the changes of the hold itself. Lots that come under it later do not raise it.
    pub version: u64,
}

/// What a hold stops.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ScopeView {
    /// `lot`, `work_order`, `work_center`, `material_window` or `work_center_window`.
    pub kind: &'static str,
    /// Its id: of a window that of the material or the work center.
    #[schema(value_type = String)]
    pub id: SmolStr,
    /// The first instant of a window.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub from: Option<Time>,
    /// The last instant of a window.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub to: Option<Time>,
}

impl ScopeView {
    pub(crate) fn new(scope: &HoldScope) -> ScopeView {
        let (kind, id) = match scope {
            HoldScope::Lot(id) => ("lot", id.as_str()),
            HoldScope::WorkOrder(id) => ("work_order", id.as_str()),
            HoldScope::WorkCenter(id) => ("work_center", id.as_str()),
            HoldScope::MaterialWindow(scope) => ("material_window", scope.material.as_str()),
            HoldScope::WorkCenterWindow(scope) => {
                ("work_center_window", scope.work_center.as_str())
            }
        };
        ScopeView {
            kind,
            id: SmolStr::new(id),
            from: scope.window().map(|window| window.from),
            to: scope.window().map(|window| window.to),
        }
    }
}

impl HoldView {
    pub(crate) fn new(hold: &Hold, version: u64, related: &Related) -> HoldView {
        let none = SomeIds::default();
        let affected = match related {
            Related::Hold { affected } => affected,
            _ => &none,
        };
        let release = hold.release_record();
        HoldView {
            id: hold.id().clone(),
            scope: ScopeView::new(hold.scope()),
            reason: hold.reason().clone(),
            placed_by: SmolStr::new(hold.placed_by()),
            placed_at: hold.placed_at(),
            ncr: hold.nonconformance().cloned(),
            propagate: hold.propagates(),
            state: if hold.is_open() { "open" } else { "released" },
            disposition: release.map(|release| release.disposition.clone()),
            released_by: release.map(|release| release.by.clone()),
            released_at: release.map(|release| release.at),
            affected_lots: affected.shown.clone(),
            affected_lots_count: affected.count,
            version,
        }
    }
}
