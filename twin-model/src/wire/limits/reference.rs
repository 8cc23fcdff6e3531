//! Limits of reference data.

use super::order::check_operations;
use super::{Broken, at_most, fraction, short};
use crate::{
    Decimal, EventBody, MaterialUpdated, Ratio, RoutingPublished, Time, Unit, UnitConversion,
};

/// Conversions that one version of a material may have.
pub const CONVERSIONS_PER_MATERIAL_MAX: usize = 100;

/// Checks reference data that could be read; other events pass.
pub(super) fn check(body: &EventBody) -> Result<(), Broken> {
    match body {
        EventBody::MaterialUpdated(body) => check_material(body),
        EventBody::RoutingPublished(body) => check_routing(body),
        _ => Ok(()),
    }
}

fn check_material(body: &MaterialUpdated) -> Result<(), Broken> {
    const PATH: &str = "$.data.conversions";
    at_most(PATH, body.conversions.len(), CONVERSIONS_PER_MATERIAL_MAX)?;
    for (n, known) in body.conversions.iter().enumerate() {
        check_conversion(known, body.base_unit)?;
        let earlier = body.conversions[..n].iter();
        let mut same = earlier.filter(|other| other.unit == known.unit);
        if same.any(|other| overlap(other, known)) {
            return Err(Broken {
                path: PATH,
                detail: format!("has two factors for {} at one time", known.unit),
            });
        }
    }
    match body.catch_weight_tolerance {
        Some(tolerance) => fraction("$.data.catch_weight_tolerance", tolerance, Decimal::ONE),
        None => Ok(()),
    }
}

fn check_conversion(known: &UnitConversion, base: Unit) -> Result<(), Broken> {
    let ratio = Ratio::of(known.numerator, known.denominator).map_err(|error| Broken {
        path: "$.data.conversions.numerator",
        detail: format!(
            "is {} for {} {}; {error}",
            known.numerator, known.denominator, known.unit
        ),
    })?;
    // What everybody knows of two units no material can say otherwise.
    if let Some(known_everywhere) = known.unit.ratio_to(base)
        && known_everywhere != ratio
    {
        return Err(Broken {
            path: "$.data.conversions.unit",
            detail: format!(
                "says that one {} is {ratio} {base}; it is {known_everywhere} everywhere",
                known.unit
            ),
        });
    }
    match (known.valid_from, known.valid_to) {
        (Some(from), Some(to)) if from >= to => Err(Broken {
            path: "$.data.conversions.valid_to",
            detail: format!("is {to}, which is not after {from}"),
        }),
        _ => Ok(()),
    }
}

fn overlap(one: &UnitConversion, other: &UnitConversion) -> bool {
    let before = |to: Option<Time>, from: Option<Time>| matches!((to, from), (Some(to), Some(from)) if to <= from);
    !before(one.valid_to, other.valid_from) && !before(other.valid_to, one.valid_from)
}

fn check_routing(body: &RoutingPublished) -> Result<(), Broken> {
    short("$.data.routing", &body.routing)?;
    short("$.data.version", &body.version)?;
    if body.material.is_none()
        && let Err(error) = body.routing.parse::<crate::MaterialId>()
    {
        return Err(Broken {
            path: "$.data.material",
            detail: format!("is missing, and the routing names none: {error}"),
        });
    }
    check_operations(&body.operations)
}
