//! A position in the committed changes of a plant.

use std::fmt;
use std::str::FromStr;

/// A position in the stream of committed changes: the same on every transport.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cursor {
    /// Counts the openings of the plant.
    pub epoch: u64,
    /// Counts the commits of the plant, from 1.
    pub commit_no: u64,
    /// Counts the changes within the commit, from 1. A snapshot that holds the whole commit has
    /// the largest number, [`u32::MAX`].
    pub index: u32,
}

impl Cursor {
    /// Whether this may have been given out where a commit of the epoch `before` is followed by one
    /// of `after`: the former is the last commit all of which lies before or at the cursor. An
    /// opening gives out the number of the commit before it, too.
    #[must_use]
    pub fn lies_between(self, before: u64, after: u64) -> bool {
        match self.index {
            u32::MAX => before <= self.epoch && self.epoch <= after,
            _ => self.epoch == after,
        }
    }

    /// The last commit all of which lies before or at the cursor.
    #[must_use]
    pub fn whole_before(self) -> u64 {
        match self.index {
            u32::MAX => self.commit_no,
            _ => self.commit_no.saturating_sub(1),
        }
    }
}

/// A text that is no cursor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor: three numbers joined by dashes are expected, like 3-1042-7")]
pub struct InvalidCursor;

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}", self.epoch, self.commit_no, self.index)
    }
}

impl FromStr for Cursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Cursor, InvalidCursor> {
        let mut parts = text.split('-');
        let mut part = || parts.next().ok_or(InvalidCursor);
        let (epoch, commit_no, index) = (part()?, part()?, part()?);
        if parts.next().is_some() {
            return Err(InvalidCursor);
        }
        Ok(Cursor {
            epoch: epoch.parse().map_err(|_| InvalidCursor)?,
            commit_no: commit_no.parse().map_err(|_| InvalidCursor)?,
            index: index.parse().map_err(|_| InvalidCursor)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_from_its_text() {
        let cursor = Cursor {
            epoch: 3,
            commit_no: 1042,
            index: 7,
        };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        for text in ["", "1-2", "1-2-3-4", "a-b-c", "1--2"] {
            assert_eq!(text.parse::<Cursor>(), Err(InvalidCursor), "{text:?}");
        }
    }
}
