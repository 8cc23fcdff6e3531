//! What can be wrong with a data set.

use thiserror::Error;

use super::{FILE_BYTES_MAX, ROWS_MAX};

/// A data set that is not understood: where, and why.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{}: {what}", place(file, *line, column))]
pub struct Smt2020Fault {
    /// The file within the folder.
    pub file: String,
    /// The line, counted from 1; 0 where the whole file is meant.
    pub line: usize,
    /// The column by the name in the first line; empty where the whole line is meant.
    pub column: String,
    /// What is wrong there.
    pub what: What,
}

fn place(file: &str, line: usize, column: &str) -> String {
    match (line, column) {
        (0, _) => file.to_owned(),
        (_, "") => format!("{file}, line {line}"),
        _ => format!("{file}, line {line}, column {column}"),
    }
}

/// What is wrong at one place of a data set.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum What {
    /// A file of the folder that must be there.
    #[error("the file is missing; a data set has {needed}")]
    Missing {
        /// The files that a data set needs.
        needed: &'static str,
    },
    /// A file beyond the limits.
    #[error(
        "the file has {bytes} bytes and {rows} rows; at most {FILE_BYTES_MAX} bytes and {ROWS_MAX} rows are read"
    )]
    TooLarge {
        /// Its bytes.
        bytes: usize,
        /// Its rows without the first line.
        rows: usize,
    },
    /// A column of the first line that nobody knows.
    #[error("the column is not known here; known are {known}")]
    Column {
        /// The columns that are.
        known: String,
    },
    /// A column that stands there twice.
    #[error("the column stands in the first line twice")]
    ColumnTwice,
    /// A column that must be there.
    #[error("the column is missing in the first line")]
    ColumnMissing,
    /// A row with more cells than columns.
    #[error("{cells} cells stand in a table of {columns} columns")]
    Cells {
        /// Cells of the row.
        cells: usize,
        /// Columns of the first line.
        columns: usize,
    },
    /// A cell that must not be empty.
    #[error("the cell is empty; {wanted} belongs there")]
    Empty {
        /// What belongs there.
        wanted: &'static str,
    },
    /// A cell that must be empty, since the cell that gives it a meaning is.
    #[error("`{value}` has no meaning while column {without} is empty")]
    Alone {
        /// What stands there.
        value: String,
        /// The column that is empty.
        without: &'static str,
    },
    /// A value of the wrong form.
    #[error("`{value}` is not {wanted}")]
    Value {
        /// What stands there.
        value: String,
        /// What belongs there.
        wanted: &'static str,
    },
    /// A word that is not one of those that are understood.
    #[error("`{value}` is not known here; known are {known}")]
    Word {
        /// What stands there.
        value: String,
        /// The words that are.
        known: String,
    },
    /// A name that nothing has.
    #[error("no {kind} `{name}` is there; {table} has the names")]
    Unknown {
        /// What kind of object is named.
        kind: &'static str,
        /// The name.
        name: String,
        /// The table with these names.
        table: &'static str,
    },
    /// A name that comes a second time.
    #[error("the {kind} `{name}` comes a second time; the first one is in line {first}")]
    Twice {
        /// What kind of object is named.
        kind: &'static str,
        /// The name.
        name: String,
        /// The line of the first one.
        first: usize,
    },
    /// Two cells of one row that contradict each other.
    #[error("{low} and {high} are upside down: the first may not be above the second")]
    UpsideDown {
        /// The smaller one as it should be.
        low: u32,
        /// The larger one as it should be.
        high: u32,
    },
    /// A step that leads the wrong way.
    #[error("step {to} lies {wrong} step {from}")]
    Way {
        /// The step of the row.
        from: u32,
        /// The step that is named.
        to: u32,
        /// `before or at`, or `after`.
        wrong: &'static str,
    },
}
