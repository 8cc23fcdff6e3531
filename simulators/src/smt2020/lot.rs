//! Products, the lots that are released, and the lots that are there at the beginning.

use super::cell::Cell;
use super::fault::Smt2020Fault;
use super::span::{Columns, Distribution};
use super::table::{Row, Table};

pub(super) const PART_FILE: &str = "part.txt";
pub(super) const RELEASE_FILE: &str = "order.txt";
pub(super) const INITIAL_FILE: &str = "WIP.txt";

/// A product and its route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The product (PART).
    pub name: String,
    /// Its family (PARTFAM).
    pub family: String,
    /// What it is for (PARTGRP).
    pub group: String,
    /// The file with the route (ROUTEFILE).
    pub route_file: String,
    /// The name of the route (ROUTE).
    pub route: String,
}

/// Lots of one kind that are released again and again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// The kind of lot (LOT).
    pub name: String,
    /// The product (PART).
    pub part: String,
    /// How urgent; more is more urgent (PRIOR).
    pub priority: u32,
    /// Pieces of each lot (PIECES).
    pub pieces: u32,
    /// When the first ones are released (START).
    pub start: Moment,
    /// The time from one release to the next (RDIST, REPEAT).
    pub every: Distribution,
    /// How many releases there are after the first (RPT#).
    pub repeats: u32,
    /// How many lots each of them has (LOTSPERRPT).
    pub lots: u32,
    /// When the first ones are due (DUE); later ones have the same time from release to due.
    pub due: Moment,
    /// The order that they are made for (ORDER).
    pub order: String,
}

/// A lot that is in the fab at the beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InitialLot {
    /// The lot (LOT).
    pub name: String,
    /// The product (PART).
    pub part: String,
    /// How urgent; more is more urgent (PRIOR).
    pub priority: u32,
    /// Its pieces (PIECES).
    pub pieces: u32,
    /// When it begins to count (START).
    pub start: Moment,
    /// The step that it waits for (CURSTEP).
    pub step: u32,
    /// When it is due (DUE); may lie before the beginning.
    pub due: Moment,
    /// The order that it is made for (ORDER).
    pub order: String,
}

/// An instant of the fab's calendar, which has no zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    us: i64,
}

impl Moment {
    /// Microseconds since the beginning of 1970 on the same calendar.
    pub fn us(self) -> i64 {
        self.us
    }

    /// `MM/DD/YY hh:mm:ss` of the years 2000 to 2099.
    fn read(cell: Cell<'_>) -> Result<Self, Smt2020Fault> {
        const WANTED: &str = "an instant like 01/31/18 07:29:20 (month/day/year of 2000 to 2099)";
        let text = cell.filled(WANTED)?;
        let us = moment_us(text).ok_or_else(|| cell.not(WANTED))?;
        Ok(Self { us })
    }
}

fn moment_us(text: &str) -> Option<i64> {
    let (date, time) = text.split_once(' ')?;
    let [month, day, year] = three(date, '/')?;
    let [hour, minute, second] = three(time, ':')?;
    let year = 2_000 + year;
    let leap = i64::from(year % 4 == 0);
    let lengths = [31, 28 + leap, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let before: usize = usize::try_from(month).ok()?.checked_sub(1)?;
    let length = *lengths.get(before)?;
    if day < 1 || day > length || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    // 10,957 days from 1970 to 2000; of the years since, every fourth began with a leap day more.
    let years = year - 2_000;
    let days = 10_957 + years * 365 + (years + 3) / 4;
    let days = days + lengths[..before].iter().sum::<i64>() + day - 1;
    Some((days * 86_400 + hour * 3_600 + minute * 60 + second) * 1_000_000)
}

/// Three numbers of two digits.
fn three(text: &str, between: char) -> Option<[i64; 3]> {
    let mut parts = text.split(between).map(|part| {
        let digits = part.len() == 2 && part.bytes().all(|digit| digit.is_ascii_digit());
        if digits { part.parse().ok() } else { None }
    });
    let three = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(three)
}

pub(super) fn read_parts(text: &str) -> Result<Vec<Part>, Smt2020Fault> {
    const NEEDED: [&str; 5] = ["PARTGRP", "PARTFAM", "PART", "ROUTEFILE", "ROUTE"];
    Table::read(PART_FILE, text, &NEEDED, &[])?.each(|row| {
        Ok(Part {
            name: row.cell("PART").name()?,
            family: row.cell("PARTFAM").name()?,
            group: row.cell("PARTGRP").name()?,
            route_file: row.cell("ROUTEFILE").name()?,
            route: row.cell("ROUTE").name()?,
        })
    })
}

pub(super) fn read_releases(text: &str) -> Result<Vec<Release>, Smt2020Fault> {
    const NEEDED: [&str; 12] = [
        "LOT",
        "PART",
        "PRIOR",
        "PIECES",
        "START",
        "RDIST",
        "REPEAT",
        "RUNITS",
        "RPT#",
        "LOTSPERRPT",
        "DUE",
        "ORDER",
    ];
    const OPTIONAL: [&str; 2] = ["REPEAT2", "HOTLOT"];
    const EVERY: Columns = Columns {
        name: "RDIST",
        first: "REPEAT",
        second: "REPEAT2",
        unit: "RUNITS",
    };
    Table::read(RELEASE_FILE, text, &NEEDED, &OPTIONAL)?.each(|row| {
        plain(row)?;
        let every = Distribution::read(row, &EVERY)?;
        if every.mean().us() == 0 {
            return Err(row.cell("REPEAT").not("above 0: releases would never end"));
        }
        let (start, due) = (
            Moment::read(row.cell("START"))?,
            Moment::read(row.cell("DUE"))?,
        );
        if due < start {
            let wanted = "at or after START: the time from release to due would be negative";
            return Err(row.cell("DUE").not(wanted));
        }
        Ok(Release {
            name: row.cell("LOT").name()?,
            part: row.cell("PART").name()?,
            priority: row.cell("PRIOR").count()?,
            pieces: row.cell("PIECES").count()?,
            start,
            every,
            repeats: row.cell("RPT#").count()?,
            lots: row.cell("LOTSPERRPT").count()?,
            due,
            order: row.cell("ORDER").name()?,
        })
    })
}

pub(super) fn read_initial(text: &str) -> Result<Vec<InitialLot>, Smt2020Fault> {
    const NEEDED: [&str; 8] = [
        "LOT", "PART", "PRIOR", "PIECES", "START", "CURSTEP", "DUE", "ORDER",
    ];
    Table::read(INITIAL_FILE, text, &NEEDED, &["HOTLOT", "TRACE"])?.each(|row| {
        plain(row)?;
        row.cell("TRACE").word(&[("", ())])?;
        Ok(InitialLot {
            name: row.cell("LOT").name()?,
            part: row.cell("PART").name()?,
            priority: row.cell("PRIOR").count()?,
            pieces: row.cell("PIECES").count()?,
            start: Moment::read(row.cell("START"))?,
            step: row.cell("CURSTEP").count()?,
            due: Moment::read(row.cell("DUE"))?,
            order: row.cell("ORDER").name()?,
        })
    })
}

/// Hot lots are told by their priority; the column of its own says `no` or nothing in every
/// published table, so what `yes` would add is not known.
fn plain(row: Row<'_>) -> Result<(), Smt2020Fault> {
    row.cell("HOTLOT").word(&[("", ()), ("no", ())])
}
