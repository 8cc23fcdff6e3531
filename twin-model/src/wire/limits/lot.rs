//! What the events of lots may contain.

use std::collections::BTreeSet;

use super::{Broken, some_lots};
use crate::{LotId, LotMerged, LotSplit, LotTransformed, TimeWindow};

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
