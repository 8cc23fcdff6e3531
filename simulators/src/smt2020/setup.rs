//! Changes of setup.

use super::fault::{Smt2020Fault, What};
use super::span::Span;
use super::table::Table;

pub(super) const FILE: &str = "setup.txt";
pub(super) const GROUP_FILE: &str = "setupgrp.txt";

/// How long a change from one setup to another takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetupChange {
    /// The setup before (CURSETUP); `None` is any other.
    pub from: Option<String>,
    /// The setup afterwards (NEWSETUP).
    pub to: String,
    /// The time of the change (STIME).
    pub time: Span,
}

/// Setups that a tool leaves only after a least number of lots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetupGroup {
    /// The name by which tools ask for it (SETUPGRP).
    pub name: String,
    /// Each setup with the least number of lots in a row (SETUP, MINRUN).
    pub least_runs: Vec<(String, u32)>,
}

pub(super) fn read(text: &str) -> Result<Vec<SetupChange>, Smt2020Fault> {
    const NEEDED: [&str; 4] = ["CURSETUP", "NEWSETUP", "STIME", "STUNITS"];
    Table::read(FILE, text, &NEEDED, &[])?.each(|row| {
        Ok(SetupChange {
            from: row.cell("CURSETUP").name_if_any(),
            to: row.cell("NEWSETUP").name()?,
            time: Span::read(row.cell("STIME"), row.cell("STUNITS"))?,
        })
    })
}

/// A row without a group goes on with the group of the row above.
pub(super) fn read_groups(text: &str) -> Result<Vec<SetupGroup>, Smt2020Fault> {
    const NEEDED: [&str; 3] = ["SETUPGRP", "SETUP", "MINRUN"];
    let table = Table::read(GROUP_FILE, text, &NEEDED, &[])?;
    let mut groups: Vec<SetupGroup> = Vec::new();
    for row in table.rows() {
        let cell = row.cell("SETUPGRP");
        if let Some(name) = cell.name_if_any() {
            groups.push(SetupGroup {
                name,
                least_runs: Vec::new(),
            });
        }
        let setup = (row.cell("SETUP").name()?, row.cell("MINRUN").count()?);
        let Some(group) = groups.last_mut() else {
            let wanted = "the name of a group";
            return Err(cell.fault(What::Empty { wanted }));
        };
        group.least_runs.push(setup);
    }
    Ok(groups)
}
