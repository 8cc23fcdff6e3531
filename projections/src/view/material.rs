//! A material: its units and how they turn into each other, version by version.

use serde::Serialize;
use twin_model::{Conversion, Decimal, Material, MaterialId, MaterialVersion, Time, Unit};
use utoipa::ToSchema;

use super::DiscrepancyView;

/// Most versions that a material's item lists; its count tells how many there are.
pub const MATERIAL_VERSIONS_SHOWN_MAX: usize = 20;

/// A material.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MaterialView {
    /// Material number.
    #[schema(value_type = String)]
    pub id: MaterialId,
    /// Unit of its stock, by the version with the highest number.
    #[schema(value_type = Option<String>, example = "KGM")]
    pub base_unit: Option<Unit>,
    /// Its versions, the highest number first; the first 20. At any time the highest one counts
    /// that was published until then.
    pub versions: Vec<MaterialVersionView>,
    /// How many versions there are.
    pub versions_count: usize,
    /// Soft rules that it breaks now.
    pub discrepancies: Vec<DiscrepancyView>,
    /// Counts the changes of the material.
    pub version: u64,
}

/// One publication of a material.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MaterialVersionView {
    /// Its number; grows with each publication.
    pub number: u64,
    /// From when on it counts.
    #[schema(value_type = String, format = DateTime)]
    pub from: Time,
    /// Unit of its stock.
    #[schema(value_type = String, example = "KGM")]
    pub base_unit: Unit,
    /// Its other units.
    pub conversions: Vec<ConversionView>,
    /// Shelf life, days.
    pub shelf_life_days: Option<u32>,
    /// Whether its lots wait for an inspection.
    pub inspection_required: bool,
    /// Whether it is kept in lots.
    pub lot_controlled: bool,
    /// How far pieces and weight may disagree, as a fraction.
    #[schema(value_type = Option<String>, example = "0.05")]
    pub catch_weight_tolerance: Option<Decimal>,
}

/// So many base units are so many of another unit, exactly: `denominator` of `unit` are
/// `numerator` base units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ConversionView {
    /// The other unit.
    #[schema(value_type = String, example = "XCS")]
    pub unit: Unit,
    /// Base units, in lowest terms.
    #[schema(value_type = String, example = "12")]
    pub numerator: Decimal,
    /// Of the other unit, in lowest terms.
    #[schema(value_type = String, example = "1")]
    pub denominator: Decimal,
    /// Whether the factor is only nominal (a weight per piece).
    pub nominal: bool,
    /// From when on; `null` for always.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub valid_from: Option<Time>,
    /// Until when (exclusive); `null` for ever.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub valid_to: Option<Time>,
}

impl MaterialView {
    pub(crate) fn new(material: &Material, version: u64) -> MaterialView {
        let versions = material.versions();
        let newest = versions.iter().rev().take(MATERIAL_VERSIONS_SHOWN_MAX);
        MaterialView {
            id: material.id().clone(),
            base_unit: material.latest().map(MaterialVersion::base_unit),
            versions: newest.map(MaterialVersionView::from).collect(),
            versions_count: versions.len(),
            discrepancies: super::shown(&material.discrepancies()),
            version,
        }
    }
}

impl From<&MaterialVersion> for MaterialVersionView {
    fn from(version: &MaterialVersion) -> MaterialVersionView {
        let conversions = version.conversions().iter();
        MaterialVersionView {
            number: version.number(),
            from: version.at(),
            base_unit: version.base_unit(),
            conversions: conversions.map(ConversionView::from).collect(),
            shelf_life_days: version.shelf_life_days(),
            inspection_required: version.is_inspected(),
            lot_controlled: version.is_lot_controlled(),
            catch_weight_tolerance: version.catch_weight_tolerance(),
        }
    }
}

impl From<&Conversion> for ConversionView {
    fn from(conversion: &Conversion) -> ConversionView {
        ConversionView {
            unit: conversion.unit,
            numerator: conversion.ratio.numerator().into(),
            denominator: conversion.ratio.denominator().into(),
            nominal: conversion.is_nominal,
            valid_from: conversion.from,
            valid_to: conversion.to,
        }
    }
}
