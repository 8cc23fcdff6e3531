//! A tab-separated table whose first line names the columns.

use super::cell::Cell;
use super::fault::{Smt2020Fault, What};
use super::{FILE_BYTES_MAX, ROWS_MAX};

/// The marks that begin a text of a Windows program and mean nothing.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// A column that people wrote for themselves: whatever it says is left out.
const FOR_PEOPLE: &str = "IGNORE";

/// Rows of one file, with the names of their columns.
pub(super) struct Table<'a> {
    file: &'a str,
    columns: Vec<&'a str>,
    rows: Vec<(usize, Vec<&'a str>)>,
}

/// One row: cells are asked for by column.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    table: &'a Table<'a>,
    pub(super) line: usize,
    cells: &'a [&'a str],
}

impl<'a> Table<'a> {
    /// The table in `text`, which must have the columns `needed` and no others but `optional`
    /// and those that people wrote for themselves.
    pub(super) fn read(
        file: &'a str,
        text: &'a str,
        needed: &[&str],
        optional: &[&str],
    ) -> Result<Self, Smt2020Fault> {
        let bytes = text.len();
        let rows = filled_lines(text).count().saturating_sub(1);
        if bytes > FILE_BYTES_MAX || rows > ROWS_MAX {
            let what = What::TooLarge { bytes, rows };
            return Err(fault(file, 0, "", what));
        }
        let table = Self::again(file, text);
        let head = first_line(text).0;
        check_columns(file, head, &table.columns, needed, optional)?;
        for (line, cells) in &table.rows {
            let filled = cells.iter().rposition(|cell| !cell.is_empty());
            if filled.is_some_and(|last| last >= table.columns.len()) {
                let what = What::Cells {
                    cells: cells.len(),
                    columns: table.columns.len(),
                };
                return Err(fault(file, *line, "", what));
            }
        }
        Ok(table)
    }

    /// The table in a text that was read before.
    pub(super) fn again(file: &'a str, text: &'a str) -> Self {
        let split = |line: &'a str| -> Vec<&'a str> { line.split('\t').map(str::trim).collect() };
        let head = first_line(text).1;
        Self {
            file,
            columns: if head.is_empty() {
                Vec::new()
            } else {
                split(head)
            },
            rows: filled_lines(text)
                .skip(1)
                .map(|(number, line)| (number, split(line)))
                .collect(),
        }
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|(line, cells)| Row {
            table: self,
            line: *line,
            cells,
        })
    }

    /// Every row as `read` understands it.
    pub(super) fn each<T>(
        &self,
        read: impl Fn(Row<'_>) -> Result<T, Smt2020Fault>,
    ) -> Result<Vec<T>, Smt2020Fault> {
        self.rows().map(read).collect()
    }
}

/// Lines with something on them, numbered from 1.
fn filled_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.trim_start_matches(BYTE_ORDER_MARK)
        .lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line))
        .filter(|(_, line)| !line.trim().is_empty())
}

fn first_line(text: &str) -> (usize, &str) {
    filled_lines(text).next().unwrap_or((1, ""))
}

fn check_columns(
    file: &str,
    line: usize,
    columns: &[&str],
    needed: &[&str],
    optional: &[&str],
) -> Result<(), Smt2020Fault> {
    for (index, column) in columns.iter().enumerate() {
        if !needed.contains(column) && !optional.contains(column) && *column != FOR_PEOPLE {
            let known = [needed, optional].concat().join(", ");
            return Err(fault(file, line, column, What::Column { known }));
        }
        if columns[..index].contains(column) {
            return Err(fault(file, line, column, What::ColumnTwice));
        }
    }
    match needed.iter().find(|column| !columns.contains(column)) {
        Some(column) => Err(fault(file, line, column, What::ColumnMissing)),
        None => Ok(()),
    }
}

impl<'a> Row<'a> {
    /// The cell of a column; empty where the row is short or the table has no such column.
    pub(super) fn cell(&self, column: &'static str) -> Cell<'a> {
        let place = self.table.columns.iter().position(|name| *name == column);
        let text = place.and_then(|place| self.cells.get(place));
        Cell {
            file: self.table.file,
            line: self.line,
            column,
            text: text.copied().unwrap_or(""),
        }
    }
}

pub(super) fn fault(file: &str, line: usize, column: &str, what: What) -> Smt2020Fault {
    Smt2020Fault {
        file: file.to_owned(),
        line,
        column: column.to_owned(),
        what,
    }
}
