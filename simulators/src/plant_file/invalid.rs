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
    /// Late lots would be late again, for ever.
    #[error(
        "late lots go to {to:?}, which is not before {since:?}: they would be late again for ever; \
         name {since:?} or a step before it"
    )]
    LateAgain {
        /// Where late lots go.
        to: String,
        /// What they are late since.
        since: String,
    },
    /// A machine that a step needs is where the step cannot be done.
    #[error(
        "step {earlier:?} may be done at {work_center:?}, and this one may not: its lots would wait \
         for ever; name {work_center:?} here too"
    )]
    ElsewhereBefore {
        /// The step whose machine is needed.
        earlier: String,
        /// Where it may be done.
        work_center: String,
    },
    /// Lots that would come and go without time going by.
    #[error(
        "no step that every lot of {0:?} comes to takes time, so lots would come and go for ever at \
         one instant; give such a step a time"
    )]
    NoTime(String),
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
