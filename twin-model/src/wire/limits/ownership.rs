//! What a table of owners may contain.

use std::collections::BTreeSet;

use super::{Broken, at_most};
use crate::{Field, OwnershipPublished, System};

/// Sources that a table of owners may list.
pub const SOURCES_MAX: usize = 10_000;

pub(super) fn check(body: &OwnershipPublished) -> Result<(), Broken> {
    at_most("$.data.sources", body.sources.len(), SOURCES_MAX)?;
    let mut seen = BTreeSet::new();
    if let Some(row) = body.sources.iter().find(|row| !seen.insert(&row.source)) {
        return Err(Broken {
            path: "$.data.sources",
            detail: format!("lists {} twice; a source speaks for one system", row.source),
        });
    }
    at_most(
        "$.data.owners",
        body.owners.len(),
        Field::ALL.len() * System::ALL.len(),
    )?;
    for row in &body.owners {
        let detail = match Field::named(&row.entity, &row.field) {
            Some(Field::HoldPlacing) => "anybody may place a hold; it has no owner".to_owned(),
            Some(_) => continue,
            None => format!("{}.{} is no field that has an owner", row.entity, row.field),
        };
        return Err(Broken {
            path: "$.data.owners",
            detail,
        });
    }
    Ok(())
}
