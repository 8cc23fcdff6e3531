//! Why a plant file cannot be used: which file, which line, which key, and what to do.

use super::times::InvalidTime;

/// What is wrong with one key.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{key}: {why}")]
pub struct InvalidPlant {
    /// The key, like `product[2].step[5].work_center`; lists count from zero.
    pub key: String,
    /// What is wrong.
    pub why: Reason,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Reason {
    /// A name that nothing has.
    #[error("there is no {kind} {name:?}; there is {known}")]
    Unknown {
        /// What is looked for.
        kind: &'static str,
        /// Its name.
        name: String,
        /// The names that there are, some of them.
        known: String,
    },
    /// A name that two have.
    #[error("a second {kind} is named {name:?}; give it another name")]
    Twice {
        /// What.
        kind: &'static str,
        /// The name.
        name: String,
    },
    /// Nothing of what every plant needs.
    #[error("there is no {0}; a plant needs at least one")]
    Missing(&'static str),
    /// A number that cannot be.
    #[error("{what} is {value}; it must be {must}")]
    Number {
        /// Which.
        what: &'static str,
        /// What it is.
        value: f64,
        /// What it must be.
        must: String,
    },
    /// A time that cannot be.
    #[error(transparent)]
    Time(#[from] InvalidTime),
    /// A lot could go round for ever.
    #[error(
        "every lot goes back from {from:?} to {to:?} and none gets further; lower the probability"
    )]
    NoExit {
        /// The step.
        from: String,
        /// Where all lots go.
        to: String,
    },
    /// A step that is named must come earlier.
    #[error("{0:?} comes later than this step; name this step or an earlier one")]
    Later(String),
    /// Shifts that cannot be read.
    #[error("{0:?} are no open times; write them like \"mon-fri 06:00-22:00\"")]
    Shift(String),
    /// Two keys of which one is needed.
    #[error("give either {0} or {1}, and not both")]
    Either(&'static str, &'static str),
    /// More than a floor can have.
    #[error("{what} are {count}; at most {most} can be simulated")]
    TooMany {
        /// What.
        what: &'static str,
        /// How many.
        count: u64,
        /// The limit.
        most: u64,
    },
}

/// A plant file that cannot be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{file}, line {line}: {what}")]
pub struct PlantFileError {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// Key and reason.
    pub what: String,
}
