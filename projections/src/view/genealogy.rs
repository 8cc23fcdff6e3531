//! Where a lot came from and what became of it, at any number of steps.

use serde::Serialize;
use twin_model::{HoldId, Lot, LotId, MaterialId, Time, Usage};
use utoipa::ToSchema;

use super::{QuantityView, RELATIVES_SHOWN_MAX};

/// A lot with everything that it was made from and that was made from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct GenealogyView {
    /// The lot that was asked for.
    #[schema(value_type = String)]
    pub lot: LotId,
    /// It and its relatives: the farthest ancestors first, then ascending by id.
    pub lots: Vec<KinView>,
    /// What went into what, ascending by parent and child; only between lots that are shown.
    pub edges: Vec<EdgeView>,
    /// Whether there are ancestors that are not shown: the nearest are.
    pub ancestors_truncated: bool,
    /// Whether there are descendants that are not shown: the nearest are.
    pub descendants_truncated: bool,
    /// Whether there are edges between the lots shown that are not shown.
    pub edges_truncated: bool,
}

/// A lot within a genealogy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct KinView {
    /// Lot number.
    #[schema(value_type = String)]
    pub id: LotId,
    /// Steps from the lot that was asked for, by the shortest way: below zero for what it was made
    /// from, above for what was made from it.
    pub steps: i64,
    /// Of which material.
    #[schema(value_type = String)]
    pub material: MaterialId,
    /// On hand.
    pub quantity: QuantityView,
    /// `planned`, `in_process`, `on_hand`, `depleted`, `shipped` or `scrapped`.
    pub lifecycle: &'static str,
    /// `unrestricted`, `restricted`, `quality_inspection`, `blocked` or `rejected`.
    #[schema(value_type = String)]
    pub usage: Usage,
    /// Holds on the lot itself, the first 200.
    #[schema(value_type = Vec<String>)]
    pub holds: Vec<HoldId>,
    /// Holds on what it was made from or for, the first 200.
    #[schema(value_type = Vec<String>)]
    pub inherited_holds: Vec<HoldId>,
    /// Logistic units that some of it is packed in, the first 200; what those are in stands with
    /// them.
    pub packed_in: Vec<String>,
}

impl KinView {
    pub(crate) fn new(lot: &Lot, steps: i64, packed_in: Vec<String>) -> KinView {
        KinView {
            id: lot.id().clone(),
            steps,
            material: lot.material().clone(),
            quantity: QuantityView::new(lot.on_hand(), lot.unit()),
            lifecycle: lot.lifecycle().as_str(),
            usage: lot.usage(),
            holds: lot
                .holds()
                .iter()
                .take(RELATIVES_SHOWN_MAX)
                .cloned()
                .collect(),
            inherited_holds: lot
                .inherited_holds()
                .take(RELATIVES_SHOWN_MAX)
                .cloned()
                .collect(),
            packed_in,
        }
    }

    /// Whether a hold reaches it.
    pub(crate) fn is_held(&self) -> bool {
        !self.holds.is_empty() || !self.inherited_holds.is_empty()
    }
}

/// Something of one lot is in another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct EdgeView {
    /// The older one.
    #[schema(value_type = String)]
    pub parent: LotId,
    /// The younger one.
    #[schema(value_type = String)]
    pub child: LotId,
    /// How much of the older one went in; zero where they only shared a tank.
    pub quantity: QuantityView,
    /// `transformed`, `split`, `merged`, or `commingled`.
    pub by: &'static str,
    /// When the first of it went in.
    #[schema(value_type = String, format = DateTime)]
    pub since: Time,
}
