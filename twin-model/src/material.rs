//! A material: its units, as the ERP published them, version by version.
//!
//! Each version counts from the time of its publication on, and versions never go back: at any
//! time the highest one that was published until then counts, whatever came first.

use std::collections::BTreeMap;
use std::sync::Arc;

use rust_decimal::Decimal;
use smol_str::{SmolStr, format_smolstr};

use crate::{
    Amount, Claims, Discrepancy, EntityKey, MaterialId, MaterialRejection, MaterialUpdated,
    Message, Ratio, Rejection, Share, ShareScale, Time, Unit, UnitConversion,
};

/// Versions kept of one material. Of more, those that were published last are kept.
pub const MATERIAL_VERSIONS_MAX: usize = 256;

/// So many base units are one of another unit, for some time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Conversion {
    /// The other unit.
    pub unit: Unit,
    /// Base units for one of the other unit.
    pub ratio: Ratio,
    /// Whether the factor is only nominal (a weight per piece) and not exact.
    pub is_nominal: bool,
    /// From when on; always when absent.
    pub from: Option<Time>,
    /// Until when (exclusive); for ever when absent.
    pub to: Option<Time>,
}

impl Conversion {
    fn told(body: &UnitConversion) -> Option<Conversion> {
        Some(Conversion {
            unit: body.unit,
            ratio: Ratio::of(body.numerator, body.denominator).ok()?,
            is_nominal: body.nominal,
            from: body.valid_from,
            to: body.valid_to,
        })
    }

    fn holds_at(&self, at: Time) -> bool {
        self.from.is_none_or(|from| from <= at) && self.to.is_none_or(|to| at < to)
    }
}

/// A factor between two units of one material.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnitFactor {
    /// So many of the unit that is wanted for one of the unit that is given.
    pub ratio: Ratio,
    /// Whether it is only nominal.
    pub is_nominal: bool,
}

impl UnitFactor {
    fn then(self, next: UnitFactor) -> Option<UnitFactor> {
        Some(UnitFactor {
            ratio: self.ratio.then(next.ratio)?,
            is_nominal: self.is_nominal || next.is_nominal,
        })
    }

    fn inverse(self) -> UnitFactor {
        UnitFactor {
            ratio: self.ratio.inverse(),
            ..self
        }
    }
}

/// How far weights may differ, for people.
fn tolerance_in_words(tolerance: Option<Decimal>) -> SmolStr {
    match tolerance {
        Some(share) => format_smolstr!("by {} %", (share * Decimal::ONE_HUNDRED).normalize()),
        None => SmolStr::new_static("as they like"),
    }
}

/// One publication of a material. Versions are in the order of their numbers, then of their times.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MaterialVersion {
    pub(crate) number: u64,
    pub(crate) at: Time,
    pub(crate) base_unit: Unit,
    /// Ascending.
    pub(crate) conversions: Arc<[Conversion]>,
    pub(crate) shelf_life_days: Option<u32>,
    pub(crate) inspection_required: bool,
    pub(crate) lot_controlled: bool,
    pub(crate) catch_weight_tolerance: Option<Decimal>,
    /// When its factor from one unit to another was used last.
    pub(crate) used: BTreeMap<(Unit, Unit), Time>,
    /// When its tolerance judged a measurement last.
    pub(crate) weighed: Option<Time>,
}

impl MaterialVersion {
    fn told(body: &MaterialUpdated, at: Time) -> MaterialVersion {
        // Decoding refuses what is no factor.
        let mut conversions: Vec<Conversion> = body
            .conversions
            .iter()
            .filter_map(Conversion::told)
            .collect();
        conversions.sort_unstable();
        MaterialVersion {
            number: body.version,
            at,
            base_unit: body.base_unit,
            conversions: conversions.into(),
            shelf_life_days: body.shelf_life_days,
            inspection_required: body.inspection_required,
            lot_controlled: body.lot_controlled,
            catch_weight_tolerance: body.catch_weight_tolerance.map(Amount::value),
            used: BTreeMap::new(),
            weighed: None,
        }
    }

    /// Its number; grows with each publication.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    /// From when on it counts.
    #[must_use]
    pub fn at(&self) -> Time {
        self.at
    }

    /// Unit of its stock.
    #[must_use]
    pub fn base_unit(&self) -> Unit {
        self.base_unit
    }

    /// The other units, ascending.
    #[must_use]
    pub fn conversions(&self) -> &[Conversion] {
        &self.conversions
    }

    /// Shelf life, days.
    #[must_use]
    pub fn shelf_life_days(&self) -> Option<u32> {
        self.shelf_life_days
    }

    /// Whether its lots wait for an inspection.
    #[must_use]
    pub fn is_inspected(&self) -> bool {
        self.inspection_required
    }

    /// Whether it is kept in lots.
    #[must_use]
    pub fn is_lot_controlled(&self) -> bool {
        self.lot_controlled
    }

    /// How far pieces and weight may disagree, as a fraction.
    #[must_use]
    pub fn catch_weight_tolerance(&self) -> Option<Decimal> {
        self.catch_weight_tolerance
    }

    /// The same as a share.
    ///
    /// # Panics
    /// When it is none: decoding takes fractions only.
    pub(crate) fn tolerance(&self) -> Option<Share> {
        let told = self.catch_weight_tolerance?;
        match Share::read(told, ShareScale::Fraction) {
            Ok(share) => Some(share),
            Err(error) => unreachable!("decoding asks for a fraction: {error}"),
        }
    }

    /// The factor from one unit to another that this version tells for `at`; an exact one where
    /// there is one.
    #[must_use]
    pub fn factor(&self, from: Unit, to: Unit, at: Time) -> Option<UnitFactor> {
        let up = self.to_base(from, at)?;
        up.then(self.to_base(to, at)?.inverse())
    }

    fn to_base(&self, unit: Unit, at: Time) -> Option<UnitFactor> {
        let exact = |ratio| UnitFactor {
            ratio,
            is_nominal: false,
        };
        if let Some(ratio) = unit.ratio_to(self.base_unit) {
            return Some(exact(ratio));
        }
        let through = |known: &Conversion| {
            let first = exact(unit.ratio_to(known.unit)?);
            first.then(UnitFactor {
                ratio: known.ratio,
                is_nominal: known.is_nominal,
            })
        };
        let known = self.conversions.iter().filter(|known| known.holds_at(at));
        // The first of the best: what is exact before what is nominal.
        known
            .filter_map(through)
            .min_by_key(|factor| factor.is_nominal)
    }

    fn place(&self) -> (u64, Time) {
        (self.number, self.at)
    }
}

/// A material with its versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Material {
    pub(crate) id: MaterialId,
    /// Ascending.
    pub(crate) versions: Vec<MaterialVersion>,
    pub(crate) claims: Claims,
    pub(crate) version: u64,
}

impl Material {
    /// A material of which nothing is published yet.
    pub(crate) fn named(id: MaterialId) -> Material {
        Material {
            id,
            versions: Vec::new(),
            claims: Claims::default(),
            version: 0,
        }
    }

    /// The ERP publishes a version. Gives from when on another version may count than before.
    pub(crate) fn publish(&mut self, body: &MaterialUpdated, at: Time) -> Result<Time, Rejection> {
        let mut since = at;
        let told = MaterialVersion::told(body, at);
        self.refuse_if_used(&told)?;
        match self
            .versions
            .binary_search_by_key(&told.place(), MaterialVersion::place)
        {
            Err(place) => self.versions.insert(place, told),
            // Published twice: of two that differ the greater stays, whichever came first.
            Ok(place) => {
                let known = &mut self.versions[place];
                let used = std::mem::take(&mut known.used);
                let weighed = std::mem::take(&mut known.weighed);
                if *known < told {
                    *known = told;
                }
                known.used = used;
                known.weighed = weighed;
            }
        }
        if self.versions.len() > MATERIAL_VERSIONS_MAX {
            // What quantities were turned by is kept as long as there is another one.
            let oldest = (0..self.versions.len()).min_by_key(|n| {
                let version = &self.versions[*n];
                let used = !version.used.is_empty() || version.weighed.is_some();
                (used, version.at, version.number)
            });
            since = since.min(self.versions.remove(oldest.unwrap_or(0)).at);
        }
        Ok(since)
    }

    /// R57: quantities that were converted with a version stay as they are, so a version that
    /// comes later and would have counted then may not say otherwise.
    fn refuse_if_used(&self, told: &MaterialVersion) -> Result<(), Rejection> {
        let lower = self
            .versions
            .iter()
            .filter(|known| known.place() <= told.place());
        for known in lower {
            let differs = known.catch_weight_tolerance != told.catch_weight_tolerance;
            if let Some(until) = known.weighed.filter(|until| differs && *until >= told.at) {
                return Err(MaterialRejection::AlreadyWeighed {
                    material: self.id.clone(),
                    version: told.number,
                    from: told.at,
                    lets: tolerance_in_words(told.catch_weight_tolerance),
                    used: known.number,
                    let_then: tolerance_in_words(known.catch_weight_tolerance),
                    until,
                }
                .into());
            }
            for ((from, to), until) in &known.used {
                if *until < told.at {
                    continue;
                }
                let now = known.factor(*from, *to, *until);
                let then = told.factor(*from, *to, *until);
                if now != then {
                    return Err(MaterialRejection::AlreadyConverted {
                        material: self.id.clone(),
                        version: told.number,
                        from: told.at,
                        unit: *from,
                        base: *to,
                        until: *until,
                        used: known.number,
                    }
                    .into());
                }
            }
        }
        Ok(())
    }

    /// A message from another entity of the plant.
    pub(crate) fn receive(&mut self, message: &Message) {
        match message {
            Message::Converted { from, to, at } => {
                let Some(place) = self.place_at(*at) else {
                    unreachable!("material {} was published before {at}", self.id)
                };
                let used = self.versions[place].used.entry((*from, *to)).or_insert(*at);
                *used = (*used).max(*at);
            }
            Message::Weighed { at } => {
                let Some(place) = self.place_at(*at) else {
                    unreachable!("material {} was published before {at}", self.id)
                };
                let weighed = &mut self.versions[place].weighed;
                *weighed = (*weighed).max(Some(*at));
            }
            other => unreachable!("a material gets no {other:?}"),
        }
    }

    /// Invariant 18: the highest version that was published until then.
    fn place_at(&self, at: Time) -> Option<usize> {
        self.versions.iter().rposition(|version| version.at <= at)
    }

    /// The version that counts at an instant; `None` before the first.
    #[must_use]
    pub fn version_at(&self, at: Time) -> Option<&MaterialVersion> {
        self.place_at(at).map(|place| &self.versions[place])
    }

    /// Material number.
    #[must_use]
    pub fn id(&self) -> &MaterialId {
        &self.id
    }

    /// All versions, ascending by number and time.
    #[must_use]
    pub fn versions(&self) -> &[MaterialVersion] {
        &self.versions
    }

    /// The version with the highest number.
    #[must_use]
    pub fn latest(&self) -> Option<&MaterialVersion> {
        self.versions.last()
    }

    /// The soft rules that the material breaks now.
    #[must_use]
    pub fn discrepancies(&self) -> Vec<Discrepancy> {
        let mut found = self.claims.discrepancies(
            || EntityKey::Material(self.id.clone()),
            |facet| self.standing(facet),
        );
        found.extend(self.went_back());
        found
    }

    /// R60: the word that was said last is not the highest version.
    fn went_back(&self) -> Option<Discrepancy> {
        let last = self.versions.iter().max_by_key(|version| version.at)?;
        let counts = self.version_at(last.at)?;
        (counts.number > last.number).then(|| Discrepancy::VersionWentBack {
            object: EntityKey::Material(self.id.clone()),
            version: last.number,
            at: last.at,
            counts: counts.number,
            since: counts.at,
        })
    }
}
