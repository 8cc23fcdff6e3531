//! What quality says of a lot: the inspections that look at it, and what they decided.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::effect::{Effects, View};
use crate::{
    EntityKey, Heritage, Inherited, Inspection, InspectionId, Lot, LotNonconformance, Message,
    NonconformanceId, Parting, QualityRejection, Quantity, Reason, StatusChange, Time, Usage,
    UsageDecision, WorkGivenUp, WorkOrderId,
};

/// A decision as far as it concerns the stock of the lot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LotDecision {
    /// When it was given.
    pub at: Time,
    /// What becomes of how much, in the lot's unit.
    pub parts: Vec<(UsageDecision, Decimal)>,
}

impl LotDecision {
    fn scrapped(&self) -> Decimal {
        let scrapped = |part: &&(UsageDecision, Decimal)| part.0 == UsageDecision::Scrap;
        let parts = self.parts.iter().filter(scrapped);
        parts.map(|(_, quantity)| *quantity).sum()
    }
}

/// An inspection as its lot knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LotInspection {
    /// When quality asked for it: it looks at what was in the lot then.
    pub asked: Time,
    /// Whether quality still has to decide.
    pub undecided: bool,
    /// Whether the lot may not be used before that.
    pub blocking: bool,
    /// How much is judged, as it was told; `None` where only the decision says.
    pub quantity: Option<Quantity>,
    /// The decision that stands.
    pub decision: Option<LotDecision>,
}

impl LotInspection {
    fn of(inspection: &Inspection) -> LotInspection {
        LotInspection {
            asked: inspection.created_at(),
            undecided: inspection.is_undecided(),
            blocking: inspection.is_blocking(),
            quantity: inspection.quantity(),
            decision: inspection.decision().map(|decision| LotDecision {
                at: decision.at,
                parts: decision
                    .parts
                    .iter()
                    .map(|part| (part.decision, part.of_lot))
                    .collect(),
            }),
        }
    }

    /// Whether the lot may not be used now.
    #[must_use]
    pub fn blocks(&self) -> bool {
        self.blocking && self.undecided
    }
}

/// What quality says of a lot.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LotQuality {
    pub(crate) inspections: BTreeMap<InspectionId, LotInspection>,
    pub(crate) nonconformances: BTreeMap<NonconformanceId, LotNonconformance>,
    /// Ascending by time.
    pub(crate) status_changes: Vec<StatusChange>,
    /// What it has from what it came from.
    pub(crate) heritage: Heritage,
    /// Parts that were split off from a status that was told, each with how much.
    pub(crate) partings: BTreeMap<Parting, Decimal>,
    /// What becomes of it by the orders that it was made for and that gave the work up.
    pub(crate) work_given_up: BTreeMap<WorkOrderId, WorkGivenUp>,
}

impl LotQuality {
    /// What decisions scrapped of the lot, in its unit.
    fn scrapped(&self) -> Decimal {
        let decisions = self
            .inspections
            .values()
            .filter_map(|it| it.decision.as_ref());
        decisions.map(LotDecision::scrapped).sum::<Decimal>() + self.scrapped_by_boards()
    }
}

impl Lot {
    /// An inspection of the lot says something new, or is met at birth.
    pub(crate) fn look_at_inspection(
        &mut self,
        id: &InspectionId,
        view: View<'_>,
        effects: &mut Effects,
    ) {
        let Some(inspection) = view.plant.inspection(id) else {
            return;
        };
        let now = LotInspection::of(inspection);
        let known = inspection.lot_known;
        let followed = inspection.followed;
        if self.inspection(id) != Some(&now) {
            self.change_quality(|quality| {
                quality.inspections.insert(id.clone(), now);
            });
            self.hand_quality_on(effects);
            self.tell_gates(effects);
        }
        if !known || followed != self.books_followed(id) {
            effects.tell(EntityKey::Inspection(id.clone()), Message::LotIsThere);
        }
    }

    /// Changes what quality says, and takes out of the stock what is scrapped by it.
    pub(crate) fn change_quality(&mut self, change: impl FnOnce(&mut LotQuality)) {
        let quality = self.goods.quality.get_or_insert_default();
        let before = quality.scrapped();
        change(quality);
        let more = quality.scrapped() - before;
        if **quality == LotQuality::default() {
            self.goods.quality = None;
        }
        if !more.is_zero() {
            self.goods.stock.flow(|flows| flows.scrapped += more);
            self.goods
                .stock
                .assert_covered(&self.goods.id, self.goods.card.unit);
        }
    }

    fn inspection(&self, id: &InspectionId) -> Option<&LotInspection> {
        self.goods.quality.as_deref()?.inspections.get(id)
    }

    /// The inspections that look at the lot, with what they say of it.
    pub fn inspections(&self) -> impl Iterator<Item = (&InspectionId, &LotInspection)> {
        self.goods
            .quality
            .iter()
            .flat_map(|quality| &quality.inspections)
    }

    /// The inspections that keep the lot from being used: blocking, and without a decision.
    pub fn blocking_inspections(&self) -> impl Iterator<Item = (&InspectionId, &LotInspection)> {
        self.inspections()
            .filter(|(_, inspection)| inspection.blocks())
    }

    /// R11: why quality keeps so much of the lot (in its unit) from being shipped.
    #[must_use]
    pub fn reasons_of_quality(&self, want: Decimal) -> Vec<Reason> {
        let blocking = self.blocking_inspections();
        let mut reasons: Vec<Reason> = blocking
            .map(|(id, inspection)| {
                let told = inspection.quantity;
                let told = told.map(|quantity| (quantity.value.value(), quantity.unit));
                let (quantity, unit) =
                    told.unwrap_or_else(|| (self.on_hand(), self.goods.card.unit));
                Reason::from(QualityRejection::InspectionOpen {
                    inspection: id.clone(),
                    lot: self.goods.id.clone(),
                    quantity,
                    unit,
                })
            })
            .collect();
        reasons.extend(self.reasons_of_origins());
        reasons.extend(self.reasons_of_nonconformances());
        let usage = self.usage();
        if reasons.is_empty() && usage != Usage::Unrestricted && want > self.unrestricted() {
            reasons.push(self.reason_of_usage(usage));
        }
        reasons
    }

    fn reason_of_usage(&self, usage: Usage) -> Reason {
        let lot = self.goods.id.clone();
        let quantity = self.stock_by_usage().of(usage);
        let unit = self.goods.card.unit;
        let of_lot = |(known, it): &(Usage, &Inherited)| {
            *known == usage && matches!(it.from, EntityKey::Lot(_))
        };
        let inherited = self.inherited_statuses().find(of_lot);
        let work = self.work_given_up().find(|(_, work)| work.usage == usage);
        let usage = usage.as_str();
        Reason::from(match (inherited, work) {
            (Some((_, inherited)), _) => QualityRejection::OriginNotFree {
                lot,
                origin: inherited.from.clone(),
                usage,
                quantity,
                unit,
            },
            (None, Some((order, work))) => QualityRejection::WorkGivenUp {
                lot,
                order: order.clone(),
                at: work.at,
                usage,
                quantity,
                unit,
            },
            (None, None) => QualityRejection::NotDecided {
                lot,
                usage,
                quantity,
                unit,
            },
        })
    }
}
