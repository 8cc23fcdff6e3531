//! What a machine said that it does, in the order of its own time. A word that comes late falls
//! into its place, so whatever is computed from the line is as if it had come in time.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::chronicle::Chronicle;
use crate::connection::Connection;
use crate::{IdleCause, ItemState, Mode, Time};

/// States kept for one work center.
pub(crate) const STATES_MAX: usize = 4_096;
/// States that are folded at once when there are too many.
const STATES_FOLDED: usize = 256;
/// How far back a work center can be recomputed, seconds: three days. What is older is kept as
/// totals.
pub const CORRECTION_WINDOW_S: i64 = 3 * 86_400;
/// The window moves by whole hours.
const WINDOW_STEP_S: i64 = 3_600;
/// How far before its report a state may have begun, seconds. An older beginning counts from
/// here on, so that a report that is itself late still falls into the window.
const BACKDATING_S_MAX: i64 = 86_400;

/// What a machine does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Doing {
    /// Its state.
    pub item_state: ItemState,
    /// What it is used for.
    pub mode: Mode,
    /// Why it stands, where it says so.
    pub idle_cause: Option<IdleCause>,
}

/// A state that a machine reported.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StateFact {
    /// Since when.
    pub at: Time,
    /// The source's own order among states of one instant.
    pub rank: u64,
    /// What it does.
    pub doing: Doing,
    /// Why, where the source says so.
    pub reason: Option<SmolStr>,
}

/// The states of a machine and the connection to it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct TimeLine {
    /// The state in force where `states` begins.
    pub(crate) before: Option<StateFact>,
    pub(crate) states: Chronicle<StateFact>,
    pub(crate) connection: Connection,
}

/// A number that puts the sequences of one source into their order: the number that a sequence
/// is, else its first eight bytes.
pub(crate) fn rank_of(sequence: Option<&SmolStr>) -> u64 {
    let Some(sequence) = sequence else { return 0 };
    sequence.parse().unwrap_or_else(|_| {
        let mut first = [0; 8];
        for (place, byte) in first.iter_mut().zip(sequence.bytes()) {
            *place = byte;
        }
        u64::from_be_bytes(first)
    })
}

impl TimeLine {
    /// A state that was reported at `told` and began at `since`. A state that begins before what
    /// is kept counts from there on: `horizon`.
    pub(crate) fn note_state(&mut self, mut fact: StateFact, told: Time, horizon: Option<Time>) {
        let earliest = told.plus_seconds(-BACKDATING_S_MAX);
        let kept = horizon.map_or(earliest, |h| earliest.max(h.plus_micros(1)));
        fact.at = fact.at.clamp(kept, told);
        self.states.insert(fact);
    }

    /// The state in force at an instant.
    pub(crate) fn state_at(&self, at: Time) -> Option<&StateFact> {
        let kept = self.states.last_past(|fact| fact.at <= at);
        kept.or(self.before.as_ref())
    }

    /// The state reported last.
    pub(crate) fn latest(&self) -> Option<&StateFact> {
        self.states.last().or(self.before.as_ref())
    }

    /// Since when the machine does what it does: a state that is told again begins nothing new.
    pub(crate) fn since(&self) -> Option<Time> {
        let latest = self.latest()?;
        let back = self.states.iter().rev().chain(self.before.as_ref());
        let same = back.take_while(|fact| fact.doing == latest.doing);
        same.map(|fact| fact.at).last()
    }

    /// Earliest and latest instant that something is known of.
    pub(crate) fn ends(&self) -> Option<(Time, Time)> {
        let states = self.states.first().zip(self.states.last());
        let states = states.map(|(first, last)| (first.at, last.at));
        match (states, self.connection.ends()) {
            (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
            (some, None) | (None, some) => some,
        }
    }

    /// Up to where the line should be folded by now.
    pub(crate) fn due(&self) -> Option<Time> {
        let (_, newest) = self.ends()?;
        let window = newest
            .plus_seconds(-CORRECTION_WINDOW_S)
            .whole(WINDOW_STEP_S);
        let crowded = self.states.len() > STATES_MAX;
        let nth = self.states.iter().nth(STATES_FOLDED).filter(|_| crowded);
        let crowded = nth.map(|fact| fact.at).max(self.connection.overflow());
        Some(crowded.map_or(window, |at| at.max(window)))
    }

    /// Forgets what counts only before `horizon`.
    pub(crate) fn forget_before(&mut self, horizon: Time) {
        for fact in self.states.take_past(|fact| fact.at <= horizon) {
            let begun = self.before.as_ref().filter(|old| old.doing == fact.doing);
            let at = begun.map_or(fact.at, |old| old.at);
            self.before = Some(StateFact { at, ..fact });
        }
        self.connection.forget_before(horizon);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Time {
        Time::EPOCH.plus_seconds(second)
    }

    fn state(second: i64, item_state: ItemState) -> StateFact {
        StateFact {
            at: at(second),
            rank: 0,
            doing: Doing {
                item_state,
                mode: Mode::None,
                idle_cause: None,
            },
            reason: None,
        }
    }

    /// It works from second 10, says so again at 20, and stands from 30.
    fn line() -> TimeLine {
        let mut line = TimeLine::default();
        for fact in [
            state(10, ItemState::Executing),
            state(20, ItemState::Executing),
            state(30, ItemState::NotExecuting),
        ] {
            line.note_state(fact, at(100), None);
        }
        line
    }

    #[test]
    fn to_forget_changes_nothing_from_the_horizon_on() {
        for horizon in [9, 10, 15, 20, 29, 30, 31] {
            let (known, mut line) = (line(), line());
            line.forget_before(at(horizon));
            for second in horizon.max(10)..40 {
                let doing = |line: &TimeLine| line.state_at(at(second)).map(|fact| fact.doing);
                assert_eq!(doing(&line), doing(&known), "{second} after {horizon}");
            }
            let later = known.states.iter().filter(|fact| fact.at > at(horizon));
            assert!(line.states.iter().eq(later), "{horizon}");
            assert_eq!(line.since(), known.since(), "{horizon}");
        }
    }

    #[test]
    fn a_state_that_was_told_again_goes_on_since_its_beginning() {
        let mut line = line();
        line.forget_before(at(25));
        assert_eq!(line.before.as_ref().unwrap().at, at(10));
        line.forget_before(at(30));
        assert_eq!(line.before.as_ref().unwrap().at, at(30));
    }

    #[test]
    fn only_what_is_too_old_or_too_much_is_due() {
        let mut line = TimeLine::default();
        assert_eq!(line.due(), None);
        let first = 10 * 86_400;
        let told = at(first + 2 * STATES_MAX as i64);
        let window = |last: i64| {
            at(last)
                .plus_seconds(-CORRECTION_WINDOW_S)
                .whole(WINDOW_STEP_S)
        };
        let mut last = first;
        for n in 0..STATES_MAX as i64 {
            last = first + n;
            line.note_state(state(last, ItemState::Executing), told, None);
        }
        assert_eq!(line.due(), Some(window(last)), "as many as may be");
        line.note_state(state(last + 1, ItemState::Executing), told, None);
        assert_eq!(line.due(), Some(at(first + STATES_FOLDED as i64)));
    }
}
