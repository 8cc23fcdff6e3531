//! How a gate judges the lots of a delivery as they stand.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use crate::clearance::version_of;
use crate::effect::{Effects, View};
use crate::{
    Amount, Clearance, Decimal, EntityKey, HoldId, Lot, LotId, MaterialId, MaterialRejection,
    NonconformanceId, PackingRejection, Plant, QUANTITY_ABS_MAX, QualityRejection, Quantity,
    Reason, Rejection, Shipment, Time, Unit,
};

/// What a gate says to the lots as they stand.
pub(crate) struct Judgement {
    pub(crate) reasons: Vec<Reason>,
    /// There is one exactly when nothing stands against the lots.
    pub(crate) clearance: Option<Clearance>,
    /// What is wanted of the lots.
    pub(crate) wanted: Wanted,
    pub(crate) at: Time,
}

/// What a delivery wants of each lot, in the lot's unit, and the conversions that this took. Lots
/// whose unit nobody can turn what was asked for into stand not in it: they keep the gate blocked.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    pub(crate) lots: Vec<(LotId, Decimal)>,
    converted: Vec<(MaterialId, (Unit, Unit))>,
}

impl Wanted {
    /// What materials said for that time stays.
    pub(crate) fn note_conversions(&self, at: Time, effects: &mut Effects) {
        for (material, units) in &self.converted {
            effects.note_conversion(material, *units, at);
        }
    }
}

/// What a delivery wants of one lot, as it was told: a lot may stand in several lines.
type Lines = BTreeMap<Unit, Decimal>;

/// Holds and nonconformances that came after a delivery has left.
pub(crate) struct Recall {
    pub(crate) reasons: Vec<Reason>,
    /// Nonconformances, each with the shipped lots that it reaches and of which nothing is decided.
    pub(crate) nonconformances: BTreeMap<NonconformanceId, Vec<LotId>>,
    /// Each with the shipped lots that it reaches.
    pub(crate) holds: BTreeMap<HoldId, Vec<LotId>>,
    pub(crate) at: Time,
}

impl Shipment {
    /// What is wanted of each lot, by itself and in units, by unit of measure. Once the delivery has
    /// left that is what has left.
    fn wanted<'a>(&'a self, plant: &'a Plant) -> BTreeMap<&'a LotId, Lines> {
        let mut wanted: BTreeMap<&LotId, Lines> = BTreeMap::new();
        let mut add = |lot: &'a LotId, unit: Unit, much: Decimal| {
            let lines = wanted.entry(lot).or_default();
            *lines.entry(unit).or_default() += much;
        };
        if self.shipped_at().is_some() {
            for ((lot, unit), much) in &self.loaded {
                add(lot, *unit, *much);
            }
        } else {
            for ((lot, unit), much) in plant.contents(self.units.iter()).lots {
                add(lot, unit, much);
            }
        }
        for (lot, quantity) in &self.lots {
            add(lot, quantity.unit, quantity.value.value());
        }
        wanted
    }

    /// The lots that it wants, by itself and in units.
    pub(crate) fn wanted_lots<'a>(&'a self, plant: &'a Plant) -> impl Iterator<Item = &'a LotId> {
        self.wanted(plant).into_keys()
    }

    /// What is wanted of the lots that are known, in their units.
    pub(crate) fn wanted_of_lots(&self, plant: &Plant) -> Wanted {
        let mut wanted = Wanted::default();
        for (id, lines) in self.wanted(plant) {
            let Some(lot) = plant.lot(id) else { continue };
            let mut converted = Vec::new();
            if let Ok(want) = self.in_unit_of(lot, &lines, plant, &mut converted) {
                wanted.lots.push((id.clone(), want));
                let material = || lot.material().clone();
                let units = converted.into_iter().map(|units| (material(), units));
                wanted.converted.extend(units);
            }
        }
        wanted
    }

    /// What is wanted of one lot in its unit, by what its material said when it was asked for;
    /// `converted` takes the units that only the material could turn.
    fn in_unit_of(
        &self,
        lot: &Lot,
        lines: &Lines,
        plant: &Plant,
        converted: &mut Vec<(Unit, Unit)>,
    ) -> Result<Decimal, MaterialRejection> {
        let key = EntityKey::Lot(lot.id().clone());
        let mut sum = Decimal::ZERO;
        for (unit, want) in lines {
            if *unit == lot.unit() {
                sum += *want;
                continue;
            }
            // A sum of amounts that is none itself is more than any lot has.
            let Ok(value) = Amount::try_from(*want) else {
                return Ok(Decimal::from(QUANTITY_ABS_MAX));
            };
            let told = Quantity { value, unit: *unit };
            let at = self.requested_at;
            let found = plant.in_unit(told, lot.material(), lot.unit(), &key, at)?;
            if found.by_material {
                converted.push((*unit, lot.unit()));
            }
            sum += found.value.value();
        }
        Ok(sum)
    }

    /// Judges the lots of a delivery that has not left; `None` when the standing decision is the
    /// same.
    pub(crate) fn judge(&self, view: View<'_>) -> Option<Judgement> {
        // Whatever is latest: a gate must not clear for a time that is over.
        let at = self.judged_at.max(view.at).max(view.plant.clock());
        let (reasons, valid_until) = self.look_at_lots(view.plant, at);
        let wanted = self.wanted_of_lots(view.plant);
        let clearance = reasons.is_empty().then(|| {
            let number = match &self.clearance {
                Some(standing) => standing.number,
                None => self.cleared_times + 1,
            };
            let seen = self.versions(view.plant, at, number);
            Clearance::give(&self.id, number, seen, valid_until, wanted.lots.clone())
        });
        let undecided = self.clearance.is_none() && self.reasons.is_empty();
        let same = reasons == self.reasons && clearance == self.clearance;
        (undecided || !same).then_some(Judgement {
            reasons,
            clearance,
            wanted,
            at,
        })
    }

    /// Everything that stands against the lots at a time, and the first end of a shelf life.
    pub(crate) fn look_at_lots(&self, plant: &Plant, at: Time) -> (Vec<Reason>, Option<Time>) {
        let mut reasons = self.against_units(plant);
        let mut valid_until = None;
        for (id, lines) in self.wanted(plant) {
            reasons.extend(self.against(id, &lines, plant, at));
            let expiry = plant.lot(id).and_then(Lot::expiry);
            valid_until = [valid_until, expiry].into_iter().flatten().min();
        }
        (reasons, valid_until)
    }

    /// The versions of the lots at a time.
    pub(crate) fn versions(&self, plant: &Plant, at: Time, number: u32) -> Vec<(LotId, SmolStr)> {
        let mut versions = Vec::new();
        for (id, lines) in self.wanted(plant) {
            let against = self.against(id, &lines, plant, at);
            for (unit, want) in lines {
                let version = version_of(id, plant.lot(id), (want, unit), &against, number);
                versions.push((id.clone(), version));
            }
        }
        versions
    }

    /// R01, R51: units of which nobody can tell what is in them.
    fn against_units(&self, plant: &Plant) -> Vec<Reason> {
        let units = plant.contents(self.units.iter()).units.into_iter();
        let against = units.filter_map(|id| {
            let delivery = self.id.clone();
            if plant.awaited_origins.awaits_packing(id) {
                let awaited = id.clone();
                let rejection = PackingRejection::PackingAwaited { awaited, delivery };
                return Some(Reason::from(rejection));
            }
            match plant.logistic_unit(id) {
                None => Some(Reason::from(&Rejection::NotKnown {
                    object: EntityKey::LogisticUnit(id.clone()),
                    event: "shipment",
                })),
                Some(unit) if unit.is_empty() => {
                    let unit = id.clone();
                    let rejection = PackingRejection::ContentUnknown { unit, delivery };
                    Some(Reason::from(rejection))
                }
                Some(_) => None,
            }
        });
        against.collect()
    }

    /// What stands against one lot.
    fn against(&self, id: &LotId, lines: &Lines, plant: &Plant, at: Time) -> Vec<Reason> {
        let Some(lot) = plant.lot(id) else {
            return vec![Reason::from(&Rejection::NotKnown {
                object: EntityKey::Lot(id.clone()),
                event: "shipment",
            })];
        };
        let mut reasons = self.hold_reasons(lot, plant);
        if let Some(awaited) = plant.awaited_origins.behind(lot, plant) {
            reasons.push(Reason::from(&Rejection::OriginAwaited {
                lot: id.clone(),
                awaited: awaited.clone(),
                delivery: self.id.clone(),
            }));
        }
        match self.in_unit_of(lot, lines, plant, &mut Vec::new()) {
            Ok(want) => {
                reasons.extend(lot.reasons_against_shipping(want, at));
                reasons.extend(self.not_enough(lot, want, plant));
            }
            Err(no_factor) => {
                reasons.extend(lot.reasons_against_shipping(lot.on_hand(), at));
                reasons.push(Reason::from(&Rejection::from(no_factor)));
            }
        }
        reasons
    }

    /// R16: what the delivery wants is not there, or promised to others.
    fn not_enough(&self, lot: &Lot, want: Decimal, plant: &Plant) -> Option<Reason> {
        let unit = lot.unit();
        let have = lot.on_hand();
        if want > have {
            return Some(Reason::from(&Rejection::NotEnough {
                lot: lot.id().clone(),
                have,
                want,
                unit,
            }));
        }
        let own = self.promised().iter().filter(|(id, _)| id == lot.id());
        let reserved = lot.reserved() - own.map(|(_, amount)| *amount).sum::<Decimal>();
        let have = lot.unrestricted();
        // What quality does not set free is told by its own reason.
        if want > have || want <= have - reserved {
            return None;
        }
        let gates = plant.gates_of(lot.id());
        let mut others = gates.iter().filter(|other| **other != self.id);
        let by = others.find(|other| plant.shipment(other).is_some_and(Shipment::is_cleared))?;
        Some(Reason::from(&Rejection::Reserved {
            lot: lot.id().clone(),
            have,
            reserved,
            by: by.clone(),
            want,
            unit,
        }))
    }

    /// Looks for holds and nonconformances that reach lots which have left; `None` when that is as it was.
    pub(crate) fn judge_recall(&self, view: View<'_>) -> Option<Recall> {
        let shipped = self.shipped_at()?;
        let mut holds: BTreeMap<HoldId, Vec<LotId>> = BTreeMap::new();
        let mut nonconformances: BTreeMap<NonconformanceId, Vec<LotId>> = BTreeMap::new();
        let mut reasons = Vec::new();
        for id in self.wanted_lots(view.plant) {
            for (found, _) in view.plant.lot(id).into_iter().flat_map(Lot::undisposed) {
                let lots = nonconformances.entry(found.clone()).or_default();
                lots.push(id.clone());
                reasons.push(Reason::from(QualityRejection::ShippedNonconforming {
                    lot: id.clone(),
                    shipped: shipped.whole_seconds(),
                    delivery: self.id.clone(),
                    nonconformance: found.clone(),
                }));
            }
            for hold in view.plant.lot(id).into_iter().flat_map(Lot::all_holds) {
                holds.entry(hold.clone()).or_default().push(id.clone());
                reasons.push(Reason::from(&Rejection::ShippedBeforeHold {
                    lot: id.clone(),
                    shipped: shipped.whole_seconds(),
                    delivery: self.id.clone(),
                    hold: hold.clone(),
                }));
            }
        }
        let at = self.judged_at.max(view.at).max(view.plant.clock());
        (reasons != self.reasons).then_some(Recall {
            reasons,
            nonconformances,
            holds,
            at,
        })
    }
}
