//! Postings that change the usage status of stock: which ones there are, and what they mean beside
//! the decisions of quality.

use rust_decimal::Decimal;
use smol_str::SmolStr;

use crate::effect::{Effects, View};
use crate::{
    Discrepancy, EntityKey, EventRetracted, InspectionId, Lot, LotQuality, Message, Notice,
    Rejection, ReportId, StockStatusChanged, Time, Usage, UsageDecision,
};

/// Postings that one lot keeps.
pub const STATUS_CHANGES_PER_LOT_MAX: usize = 1_000;

/// SAP's movement types between usage statuses.
pub(crate) const MOVEMENT_TYPES: [(&str, Usage, Usage); 6] = [
    ("321", Usage::QualityInspection, Usage::Unrestricted),
    ("350", Usage::QualityInspection, Usage::Blocked),
    ("322", Usage::Unrestricted, Usage::QualityInspection),
    ("344", Usage::Unrestricted, Usage::Blocked),
    ("343", Usage::Blocked, Usage::Unrestricted),
    ("349", Usage::Blocked, Usage::QualityInspection),
];

/// A posting that changed the usage status of some of a lot.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct StatusChange {
    /// When.
    pub at: Time,
    /// Tells it from others of the same time.
    pub report: ReportId,
    /// From this status.
    pub from: Usage,
    /// To this one.
    pub to: Usage,
    /// How much, in the lot's unit; `None` for all that had the status.
    pub quantity: Option<Decimal>,
    /// The ERP's movement type.
    pub movement_type: Option<SmolStr>,
    /// The decision of quality that it follows.
    pub decision: Option<SmolStr>,
}

impl Usage {
    /// SAP's movement type from this status to another; `None` where there is no single one.
    #[must_use]
    pub fn movement_type_to(self, to: Usage) -> Option<&'static str> {
        let mut known = MOVEMENT_TYPES.iter();
        let known = known.find(|(_, from, into)| (*from, *into) == (self, to));
        known.map(|(name, ..)| *name)
    }

    /// The statuses that stock of this one can get by a posting.
    #[must_use]
    pub fn may_become(self) -> &'static [Usage] {
        match self {
            Usage::QualityInspection => &[
                Usage::Unrestricted,
                Usage::Restricted,
                Usage::Blocked,
                Usage::Rejected,
            ],
            Usage::Unrestricted => &[Usage::QualityInspection, Usage::Blocked],
            Usage::Blocked => &[
                Usage::Unrestricted,
                Usage::QualityInspection,
                Usage::Rejected,
            ],
            Usage::Restricted => &[Usage::Unrestricted],
            Usage::Rejected => &[Usage::Blocked],
        }
    }
}

/// [`Usage::may_become`] in words.
fn allowed(from: Usage) -> &'static str {
    match from {
        Usage::QualityInspection => "unrestricted, restricted, blocked or rejected",
        Usage::Unrestricted => "in quality inspection or blocked",
        Usage::Blocked => "unrestricted, in quality inspection or rejected",
        Usage::Restricted => "unrestricted",
        Usage::Rejected => "blocked, when the material review board takes it up again",
    }
}

impl LotQuality {
    /// Whether a posting follows a decision of quality that the lot knows. That decision has moved
    /// the stock, or will when it falls; the posting only says that the books have followed.
    fn follows_a_decision(&self, change: &StatusChange) -> bool {
        change.decision.as_deref().is_some_and(|decision| {
            let names = |id: &str| id == decision;
            self.inspections.keys().any(|id| names(id.as_str()))
                || self.nonconformances.keys().any(|id| names(id.as_str()))
        })
    }
}

impl Lot {
    /// A posting changes the usage status of some of the lot.
    pub(crate) fn change_status(
        &mut self,
        body: &StockStatusChanged,
        report: ReportId,
        view: View<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        const ACTION: &str = "one more change of its usage status";
        let object = || EntityKey::Lot(self.goods.id.clone()).to_string();
        if !body.from.may_become().contains(&body.to) {
            return Err(Rejection::WrongState {
                object: format!("Stock of lot {}", self.goods.id),
                state: body.from.as_str(),
                action: change_to(body.to),
                allowed: allowed(body.from),
            });
        }
        let quantity = match body.quantity {
            Some(quantity) => {
                quantity.check("quantity")?;
                let own = self.in_own_unit(quantity, view, effects)?;
                Some(own.value.value())
            }
            None => None,
        };
        if self.status_changes().len() >= STATUS_CHANGES_PER_LOT_MAX {
            return Err(Rejection::WrongState {
                object: object(),
                state: "as often moved as one may be",
                action: ACTION,
                allowed: "a lot of its own",
            });
        }
        let change = StatusChange {
            at: view.at,
            report,
            from: body.from,
            to: body.to,
            quantity,
            movement_type: body.movement_type.clone(),
            decision: body.decision.clone(),
        };
        let decision = change.decision.clone();
        self.change_quality(|quality| {
            let changes = &mut quality.status_changes;
            if let Err(place) = changes.binary_search(&change) {
                changes.insert(place, change);
            }
        });
        self.tell_of_postings(decision.as_ref(), view, effects);
        self.hand_quality_on(effects);
        Ok(())
    }

    /// A posting is taken back; it may still come (R46).
    pub(crate) fn retract_status(
        &mut self,
        report: ReportId,
        body: &EventRetracted,
        view: View<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        let mut changes = self.status_changes().iter();
        let Some(place) = changes.position(|change| change.report == report) else {
            return Err(Rejection::NotYet {
                object: EntityKey::Lot(self.goods.id.clone()),
                state: self.lifecycle().as_str().to_owned(),
                action: "a retraction",
                until: "the posting that it takes back",
            });
        };
        let change = self.status_changes()[place].clone();
        self.change_quality(|quality| {
            quality.status_changes.remove(place);
        });
        self.tell_of_postings(change.decision.as_ref(), view, effects);
        self.hand_quality_on(effects);
        let text = format!(
            "Posting {} of lot {} from {} to {} was retracted ({}); its usage status was recomputed \
             from {}.",
            body.event,
            self.goods.id,
            change.from.as_str(),
            change.to.as_str(),
            body.in_words(),
            change.at,
        );
        effects.notice(Notice::Corrected {
            object: EntityKey::Lot(self.goods.id.clone()),
            code: None,
            from: change.at,
            text: text.into(),
        });
        Ok(())
    }

    /// The gates of the lot, and the inspection whose decision the books follow, hear of it.
    fn tell_of_postings(&self, decision: Option<&SmolStr>, view: View<'_>, effects: &mut Effects) {
        if let Some(id) = decision.and_then(|it| it.parse::<InspectionId>().ok())
            && let Some(inspection) = view.plant.inspection(&id)
            && inspection.followed != self.books_followed(&id)
        {
            effects.tell(EntityKey::Inspection(id), Message::LotIsThere);
        }
        self.tell_gates(effects);
    }

    /// The postings that changed the usage status of some of the lot, ascending by time.
    #[must_use]
    pub fn status_changes(&self) -> &[StatusChange] {
        let quality = self.goods.quality.as_deref();
        quality.map_or(&[], |quality| &quality.status_changes)
    }

    /// Those that do not follow a decision of quality.
    pub(crate) fn own_changes(&self) -> impl Iterator<Item = &StatusChange> {
        let quality = self.goods.quality.as_deref();
        let own = move |change: &&StatusChange| {
            !quality.is_some_and(|quality| quality.follows_a_decision(change))
        };
        self.status_changes().iter().filter(own)
    }

    /// Whether postings since the decision that stands have moved as much as it decided to keep.
    pub(crate) fn books_followed(&self, id: &InspectionId) -> bool {
        let mut inspections = self.inspections();
        let known = inspections.find(|(known, _)| *known == id);
        let Some(decision) = known.and_then(|(_, known)| known.decision.as_ref()) else {
            return false;
        };
        let stays = decision.parts.iter();
        let stays = stays.filter(|(what, _)| *what != UsageDecision::Scrap);
        let stays: Decimal = stays.map(|(_, quantity)| *quantity).sum();
        let postings = self.status_changes().iter().filter(|change| {
            change.at >= decision.at && change.decision.as_deref() == Some(id.as_str())
        });
        // A posting without a quantity moves everything.
        let moved: Option<Decimal> = postings.map(|change| change.quantity).sum();
        moved.is_none_or(|moved| moved >= stays)
    }

    /// R56: postings, and splits that told which stock went, of more than had the status.
    pub(crate) fn moved_without_being_there(&self) -> Vec<Discrepancy> {
        let short = self.short_moves().into_iter();
        short
            .map(|short| Discrepancy::StatusNotThere {
                lot: self.goods.id.clone(),
                wanted: short.wanted,
                from: short.from.as_str(),
                to: short.to.map_or("a lot of its own", Usage::as_str),
                at: short.at,
                there: short.there,
                unit: self.goods.card.unit,
            })
            .collect()
    }
}

fn change_to(usage: Usage) -> &'static str {
    match usage {
        Usage::Unrestricted => "a change to unrestricted",
        Usage::Restricted => "a change to restricted",
        Usage::QualityInspection => "a change to quality inspection",
        Usage::Blocked => "a change to blocked",
        Usage::Rejected => "a change to rejected",
    }
}
