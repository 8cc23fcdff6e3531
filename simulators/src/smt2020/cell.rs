//! One cell of a table, read as what belongs into it.

use super::fault::{Smt2020Fault, What};
use super::table::fault;

/// The largest count that a cell may tell.
const COUNT_MAX: u32 = 1_000_000_000;

/// A cell and where it stands.
#[derive(Clone, Copy)]
pub(super) struct Cell<'a> {
    pub(super) file: &'a str,
    pub(super) line: usize,
    pub(super) column: &'static str,
    pub(super) text: &'a str,
}

impl<'a> Cell<'a> {
    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    pub(super) fn fault(&self, what: What) -> Smt2020Fault {
        fault(self.file, self.line, self.column, what)
    }

    pub(super) fn not(&self, wanted: &'static str) -> Smt2020Fault {
        let value = self.text.to_owned();
        self.fault(What::Value { value, wanted })
    }

    /// A name that must be there.
    pub(super) fn name(&self) -> Result<String, Smt2020Fault> {
        self.filled("a name").map(str::to_owned)
    }

    /// A name that may be missing.
    pub(super) fn name_if_any(&self) -> Option<String> {
        (!self.is_empty()).then(|| self.text.to_owned())
    }

    pub(super) fn filled(&self, wanted: &'static str) -> Result<&'a str, Smt2020Fault> {
        if self.is_empty() {
            return Err(self.fault(What::Empty { wanted }));
        }
        Ok(self.text)
    }

    /// A whole number from 1 on; `2.0` is one as well, since the published tables write it so.
    pub(super) fn count(&self) -> Result<u32, Smt2020Fault> {
        const WANTED: &str = "a whole number from 1 to 1,000,000,000";
        let text = self.filled(WANTED)?;
        let whole = text.split_once('.').map_or(text, |(whole, rest)| {
            if rest.bytes().all(|digit| digit == b'0') {
                whole
            } else {
                ""
            }
        });
        match whole.parse() {
            Ok(count) if (1..=COUNT_MAX).contains(&count) => Ok(count),
            _ => Err(self.not(WANTED)),
        }
    }

    /// As [`count`](Self::count), where the cell is filled.
    pub(super) fn count_if_any(&self) -> Result<Option<u32>, Smt2020Fault> {
        if self.is_empty() {
            Ok(None)
        } else {
            self.count().map(Some)
        }
    }

    /// A percentage in ten thousandths of a percent, from 0 to 100 percent.
    pub(super) fn percent(&self) -> Result<u32, Smt2020Fault> {
        const WANTED: &str = "a percentage from 0 to 100 with at most 4 decimals";
        const DECIMALS: u32 = 4;
        let text = self.filled(WANTED)?;
        match digits(text, DECIMALS) {
            Some(value) if value <= 100 * 10_i64.pow(DECIMALS) => Ok(value as u32),
            _ => Err(self.not(WANTED)),
        }
    }

    /// One of the known words.
    pub(super) fn word<T: Copy>(&self, known: &[(&str, T)]) -> Result<T, Smt2020Fault> {
        let found = known.iter().find(|(word, _)| *word == self.text);
        found.map(|(_, meaning)| *meaning).ok_or_else(|| {
            let known: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
            self.fault(What::Word {
                value: self.text.to_owned(),
                known: known.join(", "),
            })
        })
    }

    /// Refuses a value whose meaning hangs on another cell that is empty.
    pub(super) fn empty_like(&self, other: Cell<'_>) -> Result<(), Smt2020Fault> {
        if self.is_empty() {
            return Ok(());
        }
        let value = self.text.to_owned();
        let without = other.column;
        Err(self.fault(What::Alone { value, without }))
    }
}

/// A decimal without sign in units of its last of `decimals` places; `None` when it is not one,
/// has more places or does not fit.
pub(super) fn digits(text: &str, decimals: u32) -> Option<i64> {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let plain = |part: &str| part.bytes().all(|digit| digit.is_ascii_digit());
    let rest = rest.trim_end_matches('0');
    if whole.is_empty() || !plain(whole) || !plain(rest) || rest.len() > decimals as usize {
        return None;
    }
    let part = if rest.is_empty() {
        0
    } else {
        rest.parse::<i64>().ok()?
    };
    let scale = 10_i64.pow(decimals - rest.len() as u32);
    let whole: i64 = whole.parse().ok()?;
    whole
        .checked_mul(10_i64.pow(decimals))?
        .checked_add(part * scale)
}
