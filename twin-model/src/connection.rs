//! Whether a work center's edge is there: its sessions, and when it was heard.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::chronicle::Chronicle;
use crate::{SessionState, Time};

/// Words of a machine at most this far apart are one stretch, seconds. No silence shorter than
/// this can be told from talk.
pub const SILENCE_S_MIN: u32 = 60;
/// Stretches of talk kept for one work center.
pub(crate) const HEARD_STRETCHES_MAX: usize = 2_048;
/// Session changes kept for one work center.
pub(crate) const SESSION_CHANGES_MAX: usize = 1_024;

const GRAIN_MICROS: i64 = SILENCE_S_MIN as i64 * 1_000_000;

/// Whether a machine's state can be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Liveness {
    /// Its edge is there, as far as is known.
    Live,
    /// Nothing was heard of it for longer than it may be quiet.
    Stale,
    /// Its edge said good-bye, or was said to be gone.
    Dead,
}

impl Liveness {
    /// The name in answers and streams.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Liveness::Live => "live",
            Liveness::Stale => "stale",
            Liveness::Dead => "dead",
        }
    }
}

/// A session begins or ends. A session with a higher number ends all before it, and its own end
/// counts more than its beginning.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionChange {
    /// When.
    pub at: Time,
    /// Number of the session.
    pub session_no: u64,
    /// Begins or ends.
    pub state: SessionState,
    /// The last sequence of the session, where its end told it.
    pub last_sequence: Option<SmolStr>,
}

impl SessionChange {
    fn rank(&self) -> (u64, SessionState, Option<&SmolStr>) {
        (self.session_no, self.state, self.last_sequence.as_ref())
    }
}

/// Sessions and words of one work center's edge.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Connection {
    /// Ascending by time and by rank alike: what an earlier change outranks never counts.
    pub(crate) sessions: Vec<SessionChange>,
    /// First and last word of each stretch of talk, ascending.
    pub(crate) heard: Chronicle<(Time, Time)>,
}

impl Connection {
    pub(crate) fn note_session(&mut self, change: SessionChange) {
        let later = self.sessions.partition_point(|known| known.at <= change.at);
        let before = later.checked_sub(1).map(|last| &self.sessions[last]);
        if before.is_some_and(|known| known.rank() >= change.rank()) {
            return;
        }
        let start = self.sessions.partition_point(|known| known.at < change.at);
        let outranked = self.sessions[start..].iter().try_fold(start, |end, known| {
            if known.rank() <= change.rank() {
                ControlFlow::Continue(end + 1)
            } else {
                ControlFlow::Break(end)
            }
        });
        let (ControlFlow::Continue(end) | ControlFlow::Break(end)) = outranked;
        self.sessions.splice(start..end, [change]);
    }

    pub(crate) fn note_heard(&mut self, at: Time) {
        let near = |a: Time, b: Time| b.micros_since(a) <= GRAIN_MICROS;
        let past = |(_, last): &(Time, Time)| !near(*last, at) && *last < at;
        let later = self.heard.after_past(past).copied();
        let meets: Vec<(Time, Time)> = later.take_while(|(first, _)| near(at, *first)).collect();
        let mut joined = (at, at);
        for stretch in &meets {
            joined = (joined.0.min(stretch.0), joined.1.max(stretch.1));
        }
        if meets == [joined] {
            return;
        }
        for stretch in &meets {
            self.heard.remove(stretch);
        }
        self.heard.insert(joined);
    }

    /// The last word up to an instant.
    pub(crate) fn last_heard(&self, at: Time) -> Option<Time> {
        let (_, last) = self.heard.last_past(|(first, _)| *first <= at)?;
        Some((*last).min(at))
    }

    /// The session change that counts at an instant.
    pub(crate) fn session(&self, at: Time) -> Option<&SessionChange> {
        let told = self.sessions.partition_point(|change| change.at <= at);
        self.sessions.get(told.checked_sub(1)?)
    }

    /// Earliest and latest instant that something is known of.
    pub(crate) fn ends(&self) -> Option<(Time, Time)> {
        let sessions = self.sessions.first().zip(self.sessions.last());
        let sessions = sessions.map(|(first, last)| (first.at, last.at));
        let heard = self.heard.first().zip(self.heard.last());
        let heard = heard.map(|(first, last)| (first.0, last.1));
        match (sessions, heard) {
            (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
            (some, None) | (None, some) => some,
        }
    }

    /// Stretches in which no session was there.
    pub(crate) fn dead(&self) -> impl Iterator<Item = (Time, Time)> {
        self.sessions.iter().enumerate().filter_map(|(n, change)| {
            let next = self.sessions.get(n + 1).map_or(Time::MAX, |next| next.at);
            (change.state == SessionState::Death).then_some((change.at, next))
        })
    }

    /// Stretches that begin `allowed_s(last word)` seconds after a last word and end with the
    /// next; empty where the next came in time. Without a limit there is none.
    pub(crate) fn silent(
        &self,
        allowed_s: impl Fn(Time) -> Option<u32>,
    ) -> impl Iterator<Item = (Time, Time)> {
        let nexts = self.heard.iter().skip(1).map(|(first, _)| *first);
        let stretches = self.heard.iter().zip(nexts.chain([Time::MAX]));
        stretches.filter_map(move |((_, last), next)| {
            let silent = last.plus_seconds(i64::from(allowed_s(*last)?));
            Some((silent.min(next), next))
        })
    }

    /// Where the oldest entries end of which there are too many.
    pub(crate) fn overflow(&self) -> Option<Time> {
        let sessions = self.sessions.len().checked_sub(SESSION_CHANGES_MAX);
        let sessions = sessions.filter(|over| *over > 0);
        let heard = self.heard.len().checked_sub(HEARD_STRETCHES_MAX);
        let heard = heard.filter(|over| *over > 0);
        let sessions = sessions.map(|over| self.sessions[over].at);
        let heard = heard.and_then(|over| self.heard.iter().nth(over));
        sessions.max(heard.map(|(_, last)| *last))
    }

    /// Forgets what counts only before `horizon`.
    pub(crate) fn forget_before(&mut self, horizon: Time) {
        let told = self.sessions.partition_point(|change| change.at <= horizon);
        self.sessions.drain(..told.saturating_sub(1));
        if let Some(last) = self.heard.take_past(|(_, last)| *last <= horizon).pop() {
            self.heard.insert(last);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> Time {
        Time::EPOCH.plus_seconds(second)
    }

    fn change((second, session_no, death): (i64, u64, bool)) -> SessionChange {
        SessionChange {
            at: at(second),
            session_no,
            state: if death {
                SessionState::Death
            } else {
                SessionState::Birth
            },
            last_sequence: None,
        }
    }

    #[test]
    fn only_what_is_too_much_is_to_be_forgotten() {
        let changes = |count: usize| {
            let mut kept = Connection::default();
            for second in 0..count as i64 {
                kept.note_session(change((second, second as u64, false)));
            }
            kept.overflow()
        };
        assert_eq!(changes(SESSION_CHANGES_MAX), None);
        assert_eq!(changes(SESSION_CHANGES_MAX + 1), Some(at(1)));
        let words = |count: usize| {
            let mut kept = Connection::default();
            for word in 0..count as i64 {
                kept.note_heard(at(word * 3_600));
            }
            kept.overflow()
        };
        assert_eq!(words(HEARD_STRETCHES_MAX), None);
        assert_eq!(words(HEARD_STRETCHES_MAX + 1), Some(at(3_600)));
    }

    proptest! {
        #[test]
        fn at_each_instant_the_highest_session_so_far_counts(
            told in prop::collection::vec((0_i64..30, 0_u64..6, any::<bool>()), 0..30),
        ) {
            let mut kept = Connection::default();
            for one in &told {
                kept.note_session(change(*one));
            }
            for second in 0..31 {
                let plain = told.iter().filter(|one| one.0 <= second);
                let highest = plain.map(|one| (one.1, change(*one).state)).max();
                let found = kept.session(at(second)).map(|s| (s.session_no, s.state));
                prop_assert_eq!(found, highest);
            }
        }

        #[test]
        fn words_make_the_same_stretches_in_any_order(
            told in prop::collection::vec(0_i64..2_000, 1..60), seed in any::<u64>(),
        ) {
            let mut shuffled = told.clone();
            shuffled.sort_by_key(|second| seed.wrapping_mul(2_654_435_761 + *second as u64) >> 7);
            let (mut one, mut other) = (Connection::default(), Connection::default());
            told.iter().for_each(|second| one.note_heard(at(*second)));
            shuffled.iter().for_each(|second| other.note_heard(at(*second)));
            prop_assert_eq!(&one, &other);
            let silent: Vec<_> = one.silent(|_| Some(SILENCE_S_MIN)).collect();
            for second in 0..2_000 {
                let quiet = told.iter().filter(|word| **word <= second).max();
                let quiet = quiet.is_some_and(|word| second - word >= i64::from(SILENCE_S_MIN));
                let shown = silent.iter().any(|(from, to)| (*from..*to).contains(&at(second)));
                prop_assert_eq!(quiet, shown, "second {}", second);
            }
        }
    }

    #[test]
    fn what_counts_at_the_horizon_is_kept() {
        let mut all = Connection::default();
        for second in [10, 20, 30] {
            all.note_session(change((second, u64::try_from(second).unwrap(), false)));
        }
        for (horizon, kept) in [
            (9, &[10, 20, 30][..]),
            (10, &[10, 20, 30]),
            (19, &[10, 20, 30]),
            (20, &[20, 30]),
            (29, &[20, 30]),
            (31, &[30]),
        ] {
            let mut rest = all.clone();
            rest.forget_before(at(horizon));
            let times: Vec<Time> = rest.sessions.iter().map(|change| change.at).collect();
            let kept: Vec<Time> = kept.iter().map(|second| at(*second)).collect();
            assert_eq!(times, kept, "{horizon}");
        }
    }

    #[test]
    fn the_last_word_before_the_horizon_is_kept() {
        let mut all = Connection::default();
        // Stretches of talk far enough apart to be their own.
        for second in [0, 100_000, 200_000] {
            all.note_heard(at(second));
        }
        let stretches = all.heard.len();
        assert_eq!(stretches, 3);
        for (horizon, kept) in [(99_999, 3), (100_000, 2), (150_000, 2), (200_000, 1)] {
            let mut rest = all.clone();
            rest.forget_before(at(horizon));
            assert_eq!(rest.heard.len(), kept, "{horizon}");
            let heard = |of: &Connection| of.last_heard(at(horizon.max(100_000)));
            assert_eq!(heard(&rest), heard(&all), "{horizon}");
        }
    }
}
