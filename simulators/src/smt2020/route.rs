//! Routes: what happens to a lot, step by step.

use super::fault::{Smt2020Fault, What};
use super::span::{Columns, Distribution, Span};
use super::table::{Row, Table};

/// The steps of a product in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The name by which a product asks for it (ROUTE).
    pub name: String,
    /// The steps; their numbers rise.
    pub steps: Vec<Step>,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The number (STEP).
    pub number: u32,
    /// What it is (DESC).
    pub description: String,
    /// The family of tools (STNFAM).
    pub family: String,
    /// The processing time (PDIST, PTIME, PTIME2).
    pub time: Distribution,
    /// What takes that time (PTPER).
    pub per: ProcessPer,
    /// How many pieces go together (BATCHMN, BATCHMX).
    pub batch: Option<Batch>,
    /// The setup that it needs (SETUP, STIME).
    pub setup: Option<StepSetup>,
    /// The later step that the lot must do on the same tool (SVESTN, FORSTEP).
    pub same_tool_at: Option<u32>,
    /// On a cascading tool: when the next lot or batch may follow the one before (BatchInterval).
    pub next_batch_after: Option<Span>,
    /// On a cascading tool: when the next piece may follow the one before (PartInterval).
    pub next_piece_after: Option<Span>,
    /// How many come back (RWKSTEP, REWORK).
    pub rework: Option<Rework>,
    /// How many lots take the step at all (StepPercent); `None` is all, without drawing.
    pub sampling: Option<Sampling>,
    /// Until when a later step must begin (STEP_CQT, CQT).
    pub queue_time: Option<QueueTime>,
}

/// What takes the processing time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProcessPer {
    /// Each lot (`per_lot`).
    Lot,
    /// Each piece (`per_piece`).
    Piece,
    /// Each batch of lots (`per_batch`).
    Batch,
}

/// Pieces that go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batch {
    /// The least number (BATCHMN).
    pub least: u32,
    /// The most (BATCHMX).
    pub most: u32,
}

/// A setup that a step needs where the tool has another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepSetup {
    /// The setup (SETUP).
    pub name: String,
    /// The time of the change (STIME); `None` is told in the table of changes.
    pub time: Option<Span>,
}

/// Lots that come back from a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rework {
    /// The earlier step that they go back to (RWKSTEP).
    pub to: u32,
    /// The share of lots, in millionths (REWORK, told in percent).
    pub share_ppm: u32,
}

/// Lots that take a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sampling {
    /// The share of lots, in millionths (StepPercent).
    pub share_ppm: u32,
}

/// A limit between the end of a step and the beginning of a later one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueTime {
    /// The later step (STEP_CQT).
    pub until: u32,
    /// The limit (CQT).
    pub limit: Span,
}

/// Of a percentage in ten thousandths to millionths of the whole: the same number.
const ALL_PPM: u32 = 1_000_000;

const NEEDED: [&str; 8] = [
    "ROUTE", "STEP", "DESC", "STNFAM", "PDIST", "PTIME", "PTUNITS", "PTPER",
];
const OPTIONAL: [&str; 20] = [
    "PTIME2",
    "BATCHMN",
    "BATCHMX",
    "SETUP",
    "WHEN",
    "STIME",
    "STUNITS",
    "SVESTN",
    "FORSTEP",
    "BatchInterval",
    "BatchIntUnits",
    "PartInterval",
    "PartIntUnits",
    "RWKSTEP",
    "REWORK",
    "RWKTYPE",
    "StepPercent",
    "STEP_CQT",
    "CQT",
    "CQTUNITS",
];

/// The one route of a file.
pub(super) fn read(file: &str, text: &str, name: &str) -> Result<Route, Smt2020Fault> {
    let table = Table::read(file, text, &NEEDED, &OPTIONAL)?;
    let mut steps: Vec<Step> = Vec::new();
    for row in table.rows() {
        row.cell("ROUTE").word(&[(name, ())])?;
        let step = step(row)?;
        if let Some(last) = steps.last().filter(|last| last.number >= step.number) {
            let what = What::Way {
                from: last.number,
                to: step.number,
                wrong: "before or at",
            };
            return Err(row.cell("STEP").fault(what));
        }
        steps.push(step);
    }
    for (row, step) in table.rows().zip(&steps) {
        let named = [
            ("FORSTEP", step.same_tool_at),
            ("RWKSTEP", step.rework.map(|rework| rework.to)),
            ("STEP_CQT", step.queue_time.map(|limit| limit.until)),
        ];
        for (column, number) in named {
            let is_there = |number| {
                steps
                    .binary_search_by_key(&number, |one| one.number)
                    .is_ok()
            };
            if let Some(number) = number.filter(|number| !is_there(*number)) {
                let what = What::Unknown {
                    kind: "step",
                    name: number.to_string(),
                    table: "the same route",
                };
                return Err(row.cell(column).fault(what));
            }
        }
    }
    Ok(Route {
        name: name.to_owned(),
        steps,
    })
}

fn step(row: Row<'_>) -> Result<Step, Smt2020Fault> {
    const TIME: Columns = Columns {
        name: "PDIST",
        first: "PTIME",
        second: "PTIME2",
        unit: "PTUNITS",
    };
    let number = row.cell("STEP").count()?;
    let span = |value, unit| Span::read_if_any(row.cell(value), row.cell(unit));
    Ok(Step {
        number,
        description: row.cell("DESC").name()?,
        family: row.cell("STNFAM").name()?,
        time: Distribution::read(row, &TIME)?,
        per: row.cell("PTPER").word(&[
            ("per_lot", ProcessPer::Lot),
            ("per_piece", ProcessPer::Piece),
            ("per_batch", ProcessPer::Batch),
        ])?,
        batch: batch(row)?,
        setup: setup(row)?,
        same_tool_at: same_tool(row, number)?,
        next_batch_after: span("BatchInterval", "BatchIntUnits")?,
        next_piece_after: span("PartInterval", "PartIntUnits")?,
        rework: rework(row, number)?,
        sampling: sampling(row)?,
        queue_time: queue_time(row, number)?,
    })
}

fn batch(row: Row<'_>) -> Result<Option<Batch>, Smt2020Fault> {
    let (low, high) = (row.cell("BATCHMN"), row.cell("BATCHMX"));
    if low.is_empty() {
        high.empty_like(low)?;
        return Ok(None);
    }
    let (least, most) = (low.count()?, high.count()?);
    if least > most {
        let what = What::UpsideDown {
            low: least,
            high: most,
        };
        return Err(high.fault(what));
    }
    Ok(Some(Batch { least, most }))
}

fn setup(row: Row<'_>) -> Result<Option<StepSetup>, Smt2020Fault> {
    let (cell, when, time) = (row.cell("SETUP"), row.cell("WHEN"), row.cell("STIME"));
    let Some(name) = cell.name_if_any() else {
        when.empty_like(cell)?;
        time.empty_like(cell)?;
        return Ok(None);
    };
    when.word(&[("need", ())])?;
    let time = Span::read_if_any(time, row.cell("STUNITS"))?;
    Ok(Some(StepSetup { name, time }))
}

fn same_tool(row: Row<'_>, number: u32) -> Result<Option<u32>, Smt2020Fault> {
    let (save, until) = (row.cell("SVESTN"), row.cell("FORSTEP"));
    if !save.word(&[("", false), ("yes", true)])? {
        until.empty_like(save)?;
        return Ok(None);
    }
    let to = until.count()?;
    if to <= number {
        let (from, wrong) = (number, "before or at");
        return Err(until.fault(What::Way { from, to, wrong }));
    }
    Ok(Some(to))
}

fn rework(row: Row<'_>, number: u32) -> Result<Option<Rework>, Smt2020Fault> {
    let (back, share, kind) = (row.cell("RWKSTEP"), row.cell("REWORK"), row.cell("RWKTYPE"));
    if back.is_empty() {
        share.empty_like(back)?;
        kind.empty_like(back)?;
        return Ok(None);
    }
    kind.word(&[("lot", ())])?;
    let (to, share_ppm) = (back.count()?, share.percent()?);
    if to > number {
        let (from, wrong) = (number, "after");
        return Err(back.fault(What::Way { from, to, wrong }));
    }
    if share_ppm == ALL_PPM {
        return Err(share.not("below 100 percent: no lot would ever get on"));
    }
    Ok(Some(Rework { to, share_ppm }))
}

fn sampling(row: Row<'_>) -> Result<Option<Sampling>, Smt2020Fault> {
    let cell = row.cell("StepPercent");
    if cell.is_empty() {
        return Ok(None);
    }
    let share_ppm = cell.percent()?;
    Ok((share_ppm < ALL_PPM).then_some(Sampling { share_ppm }))
}

fn queue_time(row: Row<'_>, number: u32) -> Result<Option<QueueTime>, Smt2020Fault> {
    let (step, limit) = (row.cell("STEP_CQT"), row.cell("CQT"));
    if step.is_empty() {
        limit.empty_like(step)?;
        return Ok(None);
    }
    let to = step.count()?;
    if to <= number {
        let (from, wrong) = (number, "before or at");
        return Err(step.fault(What::Way { from, to, wrong }));
    }
    let limit = Span::read(limit, row.cell("CQTUNITS"))?;
    Ok(Some(QueueTime { until: to, limit }))
}
