//! What quality says of a lot because of what it came from.
//!
//! Splitting, merging and flowing together change no goods, so what quality says of a whole it says
//! of every part of it: a part is no better than its wholes, until quality says something of the
//! part itself. What is made from goods that might not be used waits for quality, too.
//!
//! Each lot works this out from its parents whenever one of them says something new. So it does not
//! matter what is told first: the genealogy, the inspection or its decision.

use std::collections::{BTreeMap, BTreeSet};

use crate::effect::{Effects, View};
use crate::{
    EntityKey, InspectionId, Kinship, Lot, LotId, LotInspection, MaterialVersion, Message,
    Parentage, Plant, QualityRejection, Reason, Time, Usage,
};

/// Inspections of its origins that a lot names as what it waits for, the smallest ones. What comes
/// after them is named when these are decided.
pub const AWAITED_INSPECTIONS_MAX: usize = 10;

/// A usage status that a lot has because of something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inherited {
    /// From when on: the time of the decision or posting that gave it to that, or when the last of
    /// that came in, whichever is later; `Time::MIN` where its material says so.
    pub at: Time,
    /// From what: a lot that it came from, or its material, whose lots quality looks at.
    pub from: EntityKey,
}

/// What quality says of a lot because of what it came from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Heritage {
    /// For each status that some of its origins have, the youngest that they got it by; of several
    /// at one time that of the smallest lot.
    pub(crate) statuses: BTreeMap<Usage, Inherited>,
    /// Blocking inspections of its origins that wait for a decision, with the lot that each looks
    /// at.
    pub(crate) inspections: BTreeSet<(InspectionId, LotId)>,
}

impl Heritage {
    /// What the parents of a lot hand on to it now, and what its material asks for.
    pub(crate) fn of(lot: &Lot, plant: &Plant) -> Heritage {
        let mut heritage = Heritage::default();
        for (id, part) in lot.parents().iter() {
            if let Some(parent) = plant.lot(id)
                && parent.has_quality()
            {
                heritage.take_from(parent, lot, part);
            }
        }
        let material = lot.material_at_making(plant);
        if material.is_some_and(MaterialVersion::is_inspected) {
            let from = EntityKey::Material(lot.material().clone());
            heritage.add(Usage::QualityInspection, Time::MIN, from);
        }
        heritage
    }

    fn take_from(&mut self, parent: &Lot, child: &Lot, part: &Parentage) {
        let own = parent.blocking_inspections();
        let own = own.filter(|(_, it)| it.asked <= part.until);
        let own = own.map(|(id, _)| (id.clone(), parent.id().clone()));
        self.inspections.extend(own);
        self.inspections
            .extend(parent.awaited_inspections().cloned());
        while self.inspections.len() > AWAITED_INSPECTIONS_MAX {
            self.inspections.pop_last();
        }
        if part.is_part {
            for (usage, at) in parent.handed_to_part(child, part) {
                self.add(usage, at, EntityKey::Lot(parent.id().clone()));
            }
        }
        if part.by == Kinship::Transformed
            && let Some(at) = parent.used_too_early(child, part)
        {
            let from = EntityKey::Lot(parent.id().clone());
            self.add(Usage::QualityInspection, at, from);
        }
    }

    fn add(&mut self, usage: Usage, at: Time, from: EntityKey) {
        // Lots come in ascending order, so of several at one time the smallest stays; and the
        // material comes last.
        match self.statuses.get_mut(&usage) {
            // A board does not stand for the inspection that the material asks for.
            Some(known) if matches!(from, EntityKey::Material(_)) => known.from = from,
            Some(known) if known.at >= at => {}
            _ => {
                self.statuses.insert(usage, Inherited { at, from });
            }
        }
    }
}

impl Lot {
    /// Whether quality, or the way it came into stock, says anything of the lot.
    pub(crate) fn has_quality(&self) -> bool {
        self.goods.quality.is_some() || self.goods.card.usage != Usage::Unrestricted
    }

    /// A lot that this one came from says something new.
    pub(crate) fn look_at_origins(&mut self, view: View<'_>, effects: &mut Effects) {
        let now = Heritage::of(self, view.plant);
        if self.heritage().unwrap_or(&Heritage::default()) == &now {
            return;
        }
        self.change_quality(|quality| quality.heritage = now);
        self.hand_quality_on(effects);
        self.tell_gates(effects);
    }

    /// Looks at what quality says of a lot that it came from, within this turn.
    pub(crate) fn catch_quality(&self, parent: &Lot, effects: &mut Effects) {
        if parent.has_quality() {
            effects.tell(EntityKey::Lot(self.goods.id.clone()), Message::OriginJudged);
        }
    }

    /// Something that quality says of the lot, or how much there was of it, is new: what came from
    /// it looks at it.
    pub(crate) fn hand_quality_on(&self, effects: &mut Effects) {
        self.tell_children(Message::OriginJudged, effects);
    }

    /// More, or less, came into the lot: its gates look at it, and what came from it where there
    /// is something to say of it.
    pub(crate) fn tell_of_more(&self, effects: &mut Effects) {
        if self.has_quality() {
            self.hand_quality_on(effects);
        }
        self.tell_gates(effects);
    }

    /// What quality says of it because of what it came from; `None` where quality says nothing of
    /// it at all.
    pub(crate) fn heritage(&self) -> Option<&Heritage> {
        Some(&self.goods.quality.as_deref()?.heritage)
    }

    /// The usage statuses that it has because of what it came from, the best first.
    pub fn inherited_statuses(&self) -> impl Iterator<Item = (Usage, &Inherited)> {
        let heritage = self.heritage().into_iter();
        heritage.flat_map(|heritage| heritage.statuses.iter().map(|(usage, it)| (*usage, it)))
    }

    /// Blocking inspections without a decision that look at what it came from: each with its lot,
    /// the first [`AWAITED_INSPECTIONS_MAX`].
    pub fn awaited_inspections(&self) -> impl Iterator<Item = &(InspectionId, LotId)> {
        let heritage = self.heritage().into_iter();
        heritage.flat_map(|heritage| &heritage.inspections)
    }

    /// R11: inspections of what it came from that keep the lot from being shipped.
    pub(crate) fn reasons_of_origins(&self) -> impl Iterator<Item = Reason> {
        self.awaited_inspections().map(|(inspection, origin)| {
            Reason::from(QualityRejection::OriginNotDecided {
                inspection: inspection.clone(),
                origin: origin.clone(),
                lot: self.goods.id.clone(),
                quantity: self.on_hand(),
                unit: self.goods.card.unit,
            })
        })
    }

    /// Blocking inspections without a decision, of the lot itself or of what it came from.
    pub(crate) fn waits_for_an_inspection(&self) -> bool {
        let mut own = self.inspections().map(|(_, it)| it);
        own.any(LotInspection::blocks) || self.awaited_inspections().next().is_some()
    }
}
