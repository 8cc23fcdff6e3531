//! Lengths of time and how they scatter.

use super::cell::{Cell, digits};
use super::fault::Smt2020Fault;
use super::table::Row;

/// A length of time, in whole microseconds, from 0 on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    us: i64,
}

/// The longest span that is read: a hundred years, in microseconds.
const SPAN_US_MAX: i64 = 100 * 366 * 86_400 * 1_000_000;

/// Microseconds of each unit.
const UNITS: [(&str, i64); 4] = [
    ("sec", 1_000_000),
    ("min", 60 * 1_000_000),
    ("hr", 3_600 * 1_000_000),
    ("day", 86_400 * 1_000_000),
];

/// Decimals that a number of units may have.
const DECIMALS: u32 = 6;

/// How a length of time scatters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Distribution {
    /// Always the same.
    Constant(Span),
    /// Between `mean - half_width` and `mean + half_width`, all alike.
    Uniform {
        /// The middle.
        mean: Span,
        /// The distance from the middle to either end; never above the mean.
        half_width: Span,
    },
    /// Exponential with this mean.
    Exponential(Span),
}

impl Span {
    /// The length in microseconds.
    pub fn us(self) -> i64 {
        self.us
    }

    /// A number of the unit in another cell.
    pub(super) fn read(value: Cell<'_>, unit: Cell<'_>) -> Result<Self, Smt2020Fault> {
        const WANTED: &str = "a number from 0 to 100 years with at most 6 decimals";
        let text = value.filled(WANTED)?;
        let us_per_unit = unit.word(&UNITS)?;
        let millionths = digits(text, DECIMALS).ok_or_else(|| value.not(WANTED))?;
        // Half a microsecond and more counts as one; the published numbers are exact anyway.
        let whole = 10_i128.pow(DECIMALS);
        let us = (i128::from(millionths) * i128::from(us_per_unit) + whole / 2) / whole;
        match i64::try_from(us) {
            Ok(us) if us <= SPAN_US_MAX => Ok(Self { us }),
            _ => Err(value.not(WANTED)),
        }
    }

    /// As [`read`](Self::read), where the number is there; a unit alone is left out, since the
    /// published tables have it.
    pub(super) fn read_if_any(
        value: Cell<'_>,
        unit: Cell<'_>,
    ) -> Result<Option<Self>, Smt2020Fault> {
        if value.is_empty() {
            Ok(None)
        } else {
            Self::read(value, unit).map(Some)
        }
    }
}

/// The columns that tell a distribution: its name, first and second number, and their unit.
pub(super) struct Columns {
    pub(super) name: &'static str,
    pub(super) first: &'static str,
    pub(super) second: &'static str,
    pub(super) unit: &'static str,
}

#[derive(Clone, Copy)]
enum Shape {
    Constant,
    Uniform,
    Exponential,
}

const SHAPES: [(&str, Shape); 3] = [
    ("constant", Shape::Constant),
    ("uniform", Shape::Uniform),
    ("exponential", Shape::Exponential),
];

impl Distribution {
    pub(super) fn read(row: Row<'_>, columns: &Columns) -> Result<Self, Smt2020Fault> {
        let (first, second) = (row.cell(columns.first), row.cell(columns.second));
        let unit = row.cell(columns.unit);
        let shape = row.cell(columns.name).word(&SHAPES)?;
        let mean = Span::read(first, unit)?;
        if !matches!(shape, Shape::Uniform) && !second.is_empty() {
            return Err(second.not("empty, as only a uniform distribution has a second number"));
        }
        match shape {
            Shape::Constant => Ok(Self::Constant(mean)),
            Shape::Exponential => Ok(Self::Exponential(mean)),
            Shape::Uniform => {
                let half_width = Span::read(second, unit)?;
                if half_width > mean {
                    return Err(second.not("at most the mean: times would be negative"));
                }
                Ok(Self::Uniform { mean, half_width })
            }
        }
    }

    /// The mean.
    pub fn mean(self) -> Span {
        match self {
            Self::Constant(mean) | Self::Exponential(mean) | Self::Uniform { mean, .. } => mean,
        }
    }
}
