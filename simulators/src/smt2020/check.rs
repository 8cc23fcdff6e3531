//! What one table names, another one has.

use std::collections::BTreeMap;

use super::fab::Fab;
use super::fault::{Smt2020Fault, What};
use super::table::{Row, Table};
use super::{CalendarKind, First, MaintenanceBasis, calendar, lot, route, setup, tool};

/// Refuses a fab with a name that nothing has, or a name that two things have.
pub(super) fn names<'a>(fab: &Fab, text: &dyn Fn(&str) -> &'a str) -> Result<(), Smt2020Fault> {
    let table = |file: &'static str| Table::again(file, text(file));
    once(&table(tool::FILE), "STNFAM", "family of tools")?;
    once(&table(lot::PART_FILE), "PART", "product")?;
    once(&table(lot::INITIAL_FILE), "LOT", "lot")?;
    once(&table(lot::RELEASE_FILE), "LOT", "kind of lot")?;
    once(
        &table(calendar::DOWNTIME_FILE),
        "DOWNCALNAME",
        "breakdown calendar",
    )?;
    once(
        &table(calendar::MAINTENANCE_FILE),
        "PMCALNAME",
        "maintenance calendar",
    )?;
    tools(fab, &table(tool::FILE))?;
    for (part, route) in fab.parts.iter().zip(&fab.routes) {
        steps(
            fab,
            route,
            &Table::again(&part.route_file, text(&part.route_file)),
        )?;
    }
    attachments(fab, &table(calendar::ATTACHMENT_FILE))?;
    ways(fab, &table(tool::TRANSPORT_FILE))?;
    for file in [lot::RELEASE_FILE, lot::INITIAL_FILE] {
        for row in table(file).rows() {
            let is_there = fab
                .parts
                .iter()
                .any(|part| part.name == row.cell("PART").text);
            known(row, "PART", is_there, "product", lot::PART_FILE)?;
        }
    }
    initial_steps(fab, &table(lot::INITIAL_FILE))
}

fn known(
    row: Row<'_>,
    column: &'static str,
    is_there: bool,
    kind: &'static str,
    table: &'static str,
) -> Result<(), Smt2020Fault> {
    if is_there {
        return Ok(());
    }
    let cell = row.cell(column);
    let name = cell.text.to_owned();
    Err(cell.fault(What::Unknown { kind, name, table }))
}

fn once(table: &Table<'_>, column: &'static str, kind: &'static str) -> Result<(), Smt2020Fault> {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for row in table.rows() {
        let cell = row.cell(column);
        if let Some(first) = seen.insert(cell.text, row.line) {
            let name = cell.text.to_owned();
            return Err(cell.fault(What::Twice { kind, name, first }));
        }
    }
    Ok(())
}

fn tools(fab: &Fab, table: &Table<'_>) -> Result<(), Smt2020Fault> {
    for (row, tool) in table.rows().zip(&fab.tools) {
        let has = |name: &String| fab.setup_groups.iter().any(|group| group.name == *name);
        let is_there = tool.setup_group.as_ref().is_none_or(has);
        known(
            row,
            "SETUPGRP",
            is_there,
            "group of setups",
            setup::GROUP_FILE,
        )?;
    }
    Ok(())
}

fn steps(fab: &Fab, route: &route::Route, table: &Table<'_>) -> Result<(), Smt2020Fault> {
    for (row, step) in table.rows().zip(&route.steps) {
        let is_there = fab.tool(&step.family).is_some();
        known(row, "STNFAM", is_there, "family of tools", tool::FILE)?;
        let told = |setup: &route::StepSetup| {
            setup.time.is_some() || fab.setups.iter().any(|change| change.to == setup.name)
        };
        let is_told = step.setup.as_ref().is_none_or(told);
        known(
            row,
            "SETUP",
            is_told,
            "time of a change to setup",
            setup::FILE,
        )?;
    }
    Ok(())
}

fn attachments(fab: &Fab, table: &Table<'_>) -> Result<(), Smt2020Fault> {
    for (row, attached) in table.rows().zip(&fab.attachments) {
        match attached.kind {
            CalendarKind::Down => {
                let is_there = fab
                    .downtimes
                    .iter()
                    .any(|one| one.name == attached.calendar);
                let file = calendar::DOWNTIME_FILE;
                known(row, "CALNAME", is_there, "breakdown calendar", file)?;
            }
            CalendarKind::Maintenance => {
                let found = fab
                    .maintenance
                    .iter()
                    .find(|one| one.name == attached.calendar);
                let file = calendar::MAINTENANCE_FILE;
                known(
                    row,
                    "CALNAME",
                    found.is_some(),
                    "maintenance calendar",
                    file,
                )?;
            }
        }
        let by_pieces = fab.maintenance.iter().any(|one| {
            attached.kind == CalendarKind::Maintenance
                && one.name == attached.calendar
                && matches!(one.basis, MaintenanceBasis::Pieces(_))
        });
        if by_pieces != matches!(attached.first, First::Pieces(_)) {
            let wanted = if by_pieces {
                "empty, as this calendar counts pieces"
            } else {
                "a unit of time, as this calendar counts time"
            };
            return Err(row.cell("FOAUNITS").not(wanted));
        }
        let is_there = fab.tools_of(&attached.scope).next().is_some();
        known(
            row,
            "RESNAME",
            is_there,
            "family or group of tools",
            tool::FILE,
        )?;
    }
    Ok(())
}

fn ways(fab: &Fab, table: &Table<'_>) -> Result<(), Smt2020Fault> {
    for row in table.rows() {
        for column in ["FROMLOC", "TOLOC"] {
            let is_there = fab
                .tools
                .iter()
                .any(|tool| tool.location == row.cell(column).text);
            known(row, column, is_there, "place", tool::FILE)?;
        }
    }
    Ok(())
}

fn initial_steps(fab: &Fab, table: &Table<'_>) -> Result<(), Smt2020Fault> {
    for (row, lot) in table.rows().zip(&fab.initial) {
        let has = |route: &route::Route| {
            let steps = &route.steps;
            steps
                .binary_search_by_key(&lot.step, |step| step.number)
                .is_ok()
        };
        let is_there = fab.route_of(&lot.part).is_some_and(has);
        known(row, "CURSTEP", is_there, "step", "the route of the product")?;
    }
    Ok(())
}
