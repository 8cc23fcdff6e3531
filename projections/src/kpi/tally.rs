//! What was counted of a figure in some time.

use serde::{Deserialize, Serialize};
use twin_model::Decimal;

use super::durations::Durations;

/// What was counted of a figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Tally {
    Durations(Durations),
    Share(Share),
}

/// A part of a whole.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Share {
    pub(crate) count: u64,
    pub(crate) part: Decimal,
    pub(crate) whole: Decimal,
}

/// One thing that is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sample {
    Ms(u64),
    Of { part: Decimal, whole: Decimal },
}

impl Tally {
    pub(crate) fn of(sample: &Sample) -> Tally {
        let mut tally = match sample {
            Sample::Ms(_) => Tally::Durations(Durations::default()),
            Sample::Of { .. } => Tally::Share(Share::default()),
        };
        tally.add(sample);
        tally
    }

    /// Leaves alone what is of another kind.
    pub(crate) fn add(&mut self, sample: &Sample) {
        match (self, sample) {
            (Tally::Durations(durations), Sample::Ms(ms)) => durations.add(*ms),
            (Tally::Share(share), Sample::Of { part, whole }) => {
                share.count += 1;
                share.part = share.part.saturating_add(*part);
                share.whole = share.whole.saturating_add(*whole);
            }
            (Tally::Durations(_), Sample::Of { .. }) | (Tally::Share(_), Sample::Ms(_)) => {}
        }
    }

    pub(crate) fn merge(&mut self, other: &Tally) {
        match (self, other) {
            (Tally::Durations(all), Tally::Durations(more)) => all.merge(more),
            (Tally::Share(all), Tally::Share(more)) => {
                all.count += more.count;
                all.part = all.part.saturating_add(more.part);
                all.whole = all.whole.saturating_add(more.whole);
            }
            (Tally::Durations(_), Tally::Share(_)) | (Tally::Share(_), Tally::Durations(_)) => {}
        }
    }

    pub(crate) fn count(&self) -> u64 {
        match self {
            Tally::Durations(durations) => durations.count,
            Tally::Share(share) => share.count,
        }
    }
}

impl Share {
    /// `None` of nothing.
    pub(crate) fn share(&self) -> Option<Decimal> {
        self.part.checked_div(self.whole)
    }
}
