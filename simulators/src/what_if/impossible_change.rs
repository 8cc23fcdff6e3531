//! Why a change cannot be made.

/// A change that cannot be made.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ImpossibleChange {
    /// It names something that there is not.
    #[error("change {number}: there is no {kind} {name:?} among what is simulated")]
    Unknown {
        /// Which change, from 1.
        number: usize,
        /// What is looked for.
        kind: &'static str,
        /// Its name.
        name: String,
    },
    /// It names an order that is there already.
    #[error("change {number}: order {name:?} is there already; give the new one another number")]
    Known {
        /// Which change, from 1.
        number: usize,
        /// The order.
        name: String,
    },
    /// A number that cannot be.
    #[error("change {number}: {what} is {value}; it must be {must}")]
    Number {
        /// Which change, from 1.
        number: usize,
        /// Which number.
        what: &'static str,
        /// What it is.
        value: f64,
        /// What it must be.
        must: String,
    },
    /// It does not say what it is about, or says it twice.
    #[error(
        "change {number}: a yield is of a work_center, or of an operation of an order; give one \
         of the two"
    )]
    OfWhat {
        /// Which change, from 1.
        number: usize,
    },
    /// Too many machines that stop too often.
    #[error(
        "change {number}: with it the machines stop {stops} times, all together; {most} is the \
         most: give fewer hours, or fewer machines"
    )]
    Stops {
        /// Which change, from 1.
        number: usize,
        /// How often.
        stops: usize,
        /// The most.
        most: usize,
    },
    /// Hours that cannot be.
    #[error("change {number}: hours of {name:?}: {why}")]
    Hours {
        /// Which change, from 1.
        number: usize,
        /// The work center.
        name: String,
        /// What is wrong, and what to do.
        why: String,
    },
}

pub(super) fn unknown(
    found: Option<usize>,
    number: usize,
    kind: &'static str,
    name: &str,
) -> Result<usize, ImpossibleChange> {
    let name = name.to_owned();
    found.ok_or(ImpossibleChange::Unknown { number, kind, name })
}

pub(super) fn above_zero(
    number: usize,
    what: &'static str,
    value: f64,
) -> Result<(), ImpossibleChange> {
    if value > 0.0 && value.is_finite() {
        return Ok(());
    }
    let must = "above zero".to_owned();
    Err(ImpossibleChange::Number {
        number,
        what,
        value,
        must,
    })
}

pub(super) fn not_negative(
    number: usize,
    what: &'static str,
    value: f64,
) -> Result<(), ImpossibleChange> {
    if value >= 0.0 && value.is_finite() {
        return Ok(());
    }
    let must = "zero or more".to_owned();
    Err(ImpossibleChange::Number {
        number,
        what,
        value,
        must,
    })
}

pub(super) fn within(
    number: usize,
    what: &'static str,
    value: f64,
    least: f64,
    most: f64,
) -> Result<(), ImpossibleChange> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    let must = format!("from {least} to {most}");
    Err(ImpossibleChange::Number {
        number,
        what,
        value,
        must,
    })
}
