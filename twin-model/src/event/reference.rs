//! Reference data: materials and routings.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::{Amount, MaterialId, PlannedOperation, Time, Unit};

/// So many of one unit are so many of the base unit, exactly.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct UnitConversion {
    /// The other unit.
    pub unit: Unit,
    /// So many base units ...
    pub numerator: Amount,
    /// ... are so many of the other unit.
    pub denominator: Amount,
    /// Whether the factor is only nominal (a weight per piece) and not exact.
    #[serde(default)]
    pub nominal: bool,
    /// From when on; always when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Time>,
    /// Until when (exclusive); for ever when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<Time>,
}

/// The ERP publishes a material.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct MaterialUpdated {
    /// Material number.
    pub material: MaterialId,
    /// Grows with each publication; where the ERP counts none, the time of the event decides.
    #[serde(default)]
    pub version: u64,
    /// Unit of its stock.
    pub base_unit: Unit,
    /// Other units.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conversions: Vec<UnitConversion>,
    /// Shelf life.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shelf_life_days: Option<u32>,
    /// Whether lots wait for an inspection.
    #[serde(default)]
    pub inspection_required: bool,
    /// Whether it is kept in lots.
    #[serde(default)]
    pub lot_controlled: bool,
    /// How far pieces and weight may disagree, as a fraction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catch_weight_tolerance: Option<Amount>,
}

/// How a material is made. An order that is released with this version and without operations
/// of its own takes them from here.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct RoutingPublished {
    /// Its name; the material where the ERP has no names.
    pub routing: SmolStr,
    /// Its version.
    pub version: SmolStr,
    /// What it makes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub material: Option<MaterialId>,
    /// The operations. Quantities in them do not count: only orders have some.
    pub operations: Vec<PlannedOperation>,
    /// From when on; the event's time when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_from: Option<Time>,
}

impl RoutingPublished {
    /// What it makes.
    ///
    /// # Panics
    /// When neither a material is named nor the routing's name could be one. Decoding refuses
    /// that.
    #[must_use]
    pub fn makes(&self) -> MaterialId {
        match (&self.material, self.routing.parse()) {
            (Some(material), _) => material.clone(),
            (None, Ok(material)) => material,
            (None, Err(error)) => unreachable!("decoding asks for a material: {error}"),
        }
    }
}
