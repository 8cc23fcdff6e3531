//! When tools are down: breakdowns, maintenance, and what they are attached to.

use super::fault::Smt2020Fault;
use super::span::{Columns, Distribution, Span};
use super::table::{Row, Table};

pub(super) const DOWNTIME_FILE: &str = "downcal.txt";
pub(super) const MAINTENANCE_FILE: &str = "pmcal.txt";
pub(super) const ATTACHMENT_FILE: &str = "attach.txt";

/// Breakdowns by the calendar: the time to the next one runs whether the tool works or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Downtime {
    /// The name of the calendar (DOWNCALNAME).
    pub name: String,
    /// Time to failure (MTTFDIST, MTTF).
    pub to_failure: Distribution,
    /// Time to repair (MTTRDIST, MTTR).
    pub to_repair: Distribution,
}

/// Planned maintenance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Maintenance {
    /// The name of the calendar (PMCALNAME).
    pub name: String,
    /// How often it comes (PMCALTYPE, MTBPM).
    pub basis: MaintenanceBasis,
    /// How long it takes (MTTRDIST, MTTR, MTTR2).
    pub length: Distribution,
}

/// After how much maintenance is due again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MaintenanceBasis {
    /// A time on the calendar (`mtbpm_by_cal`).
    Calendar(Span),
    /// Pieces processed by the tool (`mtbpm_by_pieces`).
    Pieces(u32),
}

/// Which calendar holds for which tools.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// The name of the calendar (CALNAME).
    pub calendar: String,
    /// Which kind of calendar it is (CALTYPE).
    pub kind: CalendarKind,
    /// What it is attached to (RESTYPE, RESNAME); each tool has its own course.
    pub scope: Scope,
    /// When the first one comes (FOADIST, FOA).
    pub first: First,
}

/// Breakdown or maintenance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CalendarKind {
    /// A [`Downtime`] (`down`).
    Down,
    /// A [`Maintenance`] (`pm`).
    Maintenance,
}

/// A family of tools or a whole area.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All tools of a family (`stnfam`).
    Family(String),
    /// All tools of all families of a group (`stngrp`).
    Group(String),
}

/// When the first occurrence comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum First {
    /// After a time.
    After(Distribution),
    /// After this many pieces.
    Pieces(u32),
}

pub(super) fn read_downtimes(text: &str) -> Result<Vec<Downtime>, Smt2020Fault> {
    const NEEDED: [&str; 8] = [
        "DOWNCALNAME",
        "DOWNCALTYPE",
        "MTTFDIST",
        "MTTF",
        "MTTFUNITS",
        "MTTRDIST",
        "MTTR",
        "MTTRUNITS",
    ];
    const OPTIONAL: [&str; 2] = ["MTTF2", "MTTR2"];
    const FAILURE: Columns = Columns {
        name: "MTTFDIST",
        first: "MTTF",
        second: "MTTF2",
        unit: "MTTFUNITS",
    };
    Table::read(DOWNTIME_FILE, text, &NEEDED, &OPTIONAL)?.each(|row| {
        row.cell("DOWNCALTYPE").word(&[("mttf_by_cal", ())])?;
        Ok(Downtime {
            name: row.cell("DOWNCALNAME").name()?,
            to_failure: Distribution::read(row, &FAILURE)?,
            to_repair: Distribution::read(row, &REPAIR)?,
        })
    })
}

const REPAIR: Columns = Columns {
    name: "MTTRDIST",
    first: "MTTR",
    second: "MTTR2",
    unit: "MTTRUNITS",
};

pub(super) fn read_maintenance(text: &str) -> Result<Vec<Maintenance>, Smt2020Fault> {
    const NEEDED: [&str; 8] = [
        "PMCALNAME",
        "PMCALTYPE",
        "MTBPM",
        "MTBPMUNITS",
        "MTTRDIST",
        "MTTR",
        "MTTR2",
        "MTTRUNITS",
    ];
    Table::read(MAINTENANCE_FILE, text, &NEEDED, &[])?.each(|row| {
        Ok(Maintenance {
            name: row.cell("PMCALNAME").name()?,
            basis: basis(row)?,
            length: Distribution::read(row, &REPAIR)?,
        })
    })
}

fn basis(row: Row<'_>) -> Result<MaintenanceBasis, Smt2020Fault> {
    let (value, unit) = (row.cell("MTBPM"), row.cell("MTBPMUNITS"));
    let by_pieces = row
        .cell("PMCALTYPE")
        .word(&[("mtbpm_by_cal", false), ("mtbpm_by_pieces", true)])?;
    if by_pieces {
        unit.word(&[("pieces", ())])?;
        return Ok(MaintenanceBasis::Pieces(value.count()?));
    }
    let every = Span::read(value, unit)?;
    if every.us() == 0 {
        return Err(value.not("above 0: maintenance would never end"));
    }
    Ok(MaintenanceBasis::Calendar(every))
}

pub(super) fn read_attachments(text: &str) -> Result<Vec<Attachment>, Smt2020Fault> {
    const NEEDED: [&str; 7] = [
        "CALNAME", "CALTYPE", "RESTYPE", "RESNAME", "FOADIST", "FOA", "FOAUNITS",
    ];
    Table::read(ATTACHMENT_FILE, text, &NEEDED, &["FOA2"])?.each(|row| {
        let resource = row.cell("RESNAME").name()?;
        let is_family = row
            .cell("RESTYPE")
            .word(&[("stnfam", true), ("stngrp", false)])?;
        Ok(Attachment {
            calendar: row.cell("CALNAME").name()?,
            kind: row.cell("CALTYPE").word(&[
                ("down", CalendarKind::Down),
                ("pm", CalendarKind::Maintenance),
            ])?,
            scope: if is_family {
                Scope::Family(resource)
            } else {
                Scope::Group(resource)
            },
            first: first(row)?,
        })
    })
}

/// Without a unit the first one is told in pieces.
fn first(row: Row<'_>) -> Result<First, Smt2020Fault> {
    const FIRST: Columns = Columns {
        name: "FOADIST",
        first: "FOA",
        second: "FOA2",
        unit: "FOAUNITS",
    };
    if row.cell("FOAUNITS").is_empty() {
        row.cell("FOADIST").word(&[("constant", ())])?;
        return Ok(First::Pieces(row.cell("FOA").count()?));
    }
    Ok(First::After(Distribution::read(row, &FIRST)?))
}
