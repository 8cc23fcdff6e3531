//! Families of tools, and the way between them.

use super::cell::Cell;
use super::fault::Smt2020Fault;
use super::span::{Columns, Distribution, Span};
use super::table::{Row, Table};

pub(super) const FILE: &str = "tool.txt.1l";
pub(super) const TRANSPORT_FILE: &str = "fromto.txt";

/// Tools that are alike: a lot may go to any of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tool {
    /// The family, by which steps ask for a tool (STNFAM).
    pub family: String,
    /// The name of the tools (STN).
    pub name: String,
    /// The area that the family belongs to (STNGRP); breakdowns are told by area.
    pub group: String,
    /// Where it stands (STNFAMLOC).
    pub location: String,
    /// How many tools there are (STNQTY).
    pub quantity: u32,
    /// How many lots or batches one tool works on at a time (STNCAP); `None` is not told, so one.
    pub capacity: Option<u32>,
    /// Time to load before processing (LTIME).
    pub load: Span,
    /// Time to unload afterwards (ULTIME).
    pub unload: Span,
    /// What the tool looks at first (RULE).
    pub rule: Rule,
    /// By what waiting lots are ranked, foremost first (FWLRANK).
    pub ranks: Vec<Rank>,
    /// Whether of several free tools the one with the least setup is woken (WAKERESRANK).
    pub wakes_least_setup: bool,
    /// Whether lots are processed in batches of one product at one step, counted in pieces
    /// (BATCHCRITF, BATCHPER).
    pub batches: bool,
    /// The rules for changes of setup, by name (SETUPGRP).
    pub setup_group: Option<String>,
}

/// What a tool looks at first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Hot lots before all others, then the ranks (`rule_HotLotFIRST`).
    HotLotFirst,
    /// The least setup (`rule_LSSU`).
    LeastSetup,
}

/// By what waiting lots are ranked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rank {
    /// The highest priority first (`rank_HP`).
    Priority,
    /// The setup that the tool has first (`rank_RSETUP`).
    SameSetup,
    /// The lot that came first (`rank_FIFO`).
    Fifo,
}

/// The way from one place to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transport {
    /// Where it begins (FROMLOC).
    pub from: String,
    /// Where it ends (TOLOC).
    pub to: String,
    /// How long it takes (DDIST, DTIME, DTIME2).
    pub time: Distribution,
}

const NEEDED: [&str; 12] = [
    "STNFAM",
    "STN",
    "RULE",
    "FWLRANK",
    "LTIME",
    "LTUNITS",
    "ULTIME",
    "ULTUNITS",
    "STNQTY",
    "STNGRP",
    "STNFAMLOC",
    "SETUPGRP",
];
const OPTIONAL: [&str; 6] = [
    "WAKERESRANK",
    "BATCHCRITF",
    "BATCHPER",
    "STNCAP",
    "STNFAMSTEP_ACTLIST",
    "PRERULERWL",
];

const RULES: [(&str, Rule); 2] = [
    ("rule_HotLotFIRST", Rule::HotLotFirst),
    ("rule_LSSU", Rule::LeastSetup),
];
const RANKS: [(&str, Rank); 3] = [
    ("rank_HP", Rank::Priority),
    ("rank_RSETUP", Rank::SameSetup),
    ("rank_FIFO", Rank::Fifo),
];
/// Loading, unloading and setup happen while the tool is held: the only way that is known.
const ACTIONS: &str = "Custom_actlist_ASISemiOpersDuringSetupAndAdditionalLoadUnload";

pub(super) fn read(text: &str) -> Result<Vec<Tool>, Smt2020Fault> {
    Table::read(FILE, text, &NEEDED, &OPTIONAL)?.each(tool)
}

fn tool(row: Row<'_>) -> Result<Tool, Smt2020Fault> {
    row.cell("STNFAMSTEP_ACTLIST")
        .word(&[("", ()), (ACTIONS, ())])?;
    row.cell("PRERULERWL").word(&[("", ()), ("no", ())])?;
    let alike = row.cell("BATCHCRITF");
    let batches = alike.word(&[("", false), ("crit_sameroutestep", true)])?;
    let per = row.cell("BATCHPER");
    if batches {
        per.word(&[("piece", ())])?;
    } else {
        per.empty_like(alike)?;
    }
    Ok(Tool {
        family: row.cell("STNFAM").name()?,
        name: row.cell("STN").name()?,
        group: row.cell("STNGRP").name()?,
        location: row.cell("STNFAMLOC").name()?,
        quantity: row.cell("STNQTY").count()?,
        capacity: row.cell("STNCAP").count_if_any()?,
        load: Span::read(row.cell("LTIME"), row.cell("LTUNITS"))?,
        unload: Span::read(row.cell("ULTIME"), row.cell("ULTUNITS"))?,
        rule: row.cell("RULE").word(&RULES)?,
        ranks: ranks(row.cell("FWLRANK"))?,
        wakes_least_setup: row
            .cell("WAKERESRANK")
            .word(&[("", false), ("wake_LeastSetupTime", true)])?,
        batches,
        setup_group: row.cell("SETUPGRP").name_if_any(),
    })
}

fn ranks(cell: Cell<'_>) -> Result<Vec<Rank>, Smt2020Fault> {
    let words = cell.filled("a list of ranks")?.split(';');
    words
        .map(|text| Cell { text, ..cell }.word(&RANKS))
        .collect()
}

pub(super) fn read_transport(text: &str) -> Result<Vec<Transport>, Smt2020Fault> {
    const NEEDED: [&str; 6] = ["FROMLOC", "TOLOC", "DDIST", "DTIME", "DTIME2", "DUNITS"];
    const TIME: Columns = Columns {
        name: "DDIST",
        first: "DTIME",
        second: "DTIME2",
        unit: "DUNITS",
    };
    Table::read(TRANSPORT_FILE, text, &NEEDED, &[])?.each(|row| {
        Ok(Transport {
            from: row.cell("FROMLOC").name()?,
            to: row.cell("TOLOC").name()?,
            time: Distribution::read(row, &TIME)?,
        })
    })
}
