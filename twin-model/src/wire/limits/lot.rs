//! What the events of lots may contain.

use std::collections::BTreeSet;

use super::order::perhaps;
use super::{Broken, LOTS_PER_EVENT_MAX, at_most, some_lots};
use crate::{
    LogisticUnitId, LotId, LotMerged, LotPacked, LotSplit, LotTransformed, PackAction,
    ShipmentRequested, TimeWindow,
};

/// Packing units that one event may name.
const UNITS_PER_EVENT_MAX: usize = 1_000;

pub(super) fn transformation(body: &LotTransformed) -> Result<(), Broken> {
    some_lots("$.data.inputs", body.inputs.len())?;
    some_lots("$.data.outputs", body.outputs.len())?;
    each_once(
        "$.data.outputs",
        body.outputs.iter().map(|output| &output.lot),
    )
}

pub(super) fn split(body: &LotSplit) -> Result<(), Broken> {
    some_lots("$.data.children", body.children.len())?;
    each_once(
        "$.data.children",
        body.children.iter().map(|child| &child.lot),
    )
}

pub(super) fn merge(body: &LotMerged) -> Result<(), Broken> {
    some_lots("$.data.parents", body.parents.len())?;
    match &body.window {
        Some(stay) => window("$.data.window", stay),
        None => Ok(()),
    }
}

/// A window that ends before it begins means nothing.
pub(super) fn window(path: &'static str, window: &TimeWindow) -> Result<(), Broken> {
    if window.from <= window.to {
        return Ok(());
    }
    let detail = format!("ends ({}) before it begins ({})", window.to, window.from);
    Err(Broken { path, detail })
}

pub(super) fn packing(body: &LotPacked) -> Result<(), Broken> {
    let units = "$.data.units";
    at_most("$.data.lots", body.lots.len(), LOTS_PER_EVENT_MAX)?;
    each_once("$.data.lots", body.lots.iter().map(|line| &line.lot))?;
    each_unit_once(units, &body.units)?;
    if body.units.contains(&body.unit) {
        let detail = format!("names unit {} itself; no unit is in itself", body.unit);
        return Err(Broken {
            path: units,
            detail,
        });
    }
    if body.action == PackAction::Add && body.units.is_empty() {
        return some_lots("$.data.lots", body.lots.len());
    }
    Ok(())
}

/// A shipment wants lots, or units, or both.
pub(super) fn request(body: &ShipmentRequested) -> Result<(), Broken> {
    perhaps("$.data.customer", &body.customer)?;
    each_unit_once("$.data.units", &body.units)?;
    match body.units.as_slice() {
        [] => some_lots("$.data.lots", body.lots.len()),
        _ => at_most("$.data.lots", body.lots.len(), LOTS_PER_EVENT_MAX),
    }
}

fn each_unit_once(path: &'static str, units: &[LogisticUnitId]) -> Result<(), Broken> {
    at_most(path, units.len(), UNITS_PER_EVENT_MAX)?;
    let mut seen = BTreeSet::new();
    match units.iter().find(|unit| !seen.insert(*unit)) {
        None => Ok(()),
        Some(unit) => {
            let detail = format!("names unit {unit} twice");
            Err(Broken { path, detail })
        }
    }
}

fn each_once<'a>(path: &'static str, lots: impl Iterator<Item = &'a LotId>) -> Result<(), Broken> {
    let mut seen = BTreeSet::new();
    for lot in lots {
        if !seen.insert(lot) {
            let detail = format!("names lot {lot} twice; give its whole quantity once");
            return Err(Broken { path, detail });
        }
    }
    Ok(())
}
