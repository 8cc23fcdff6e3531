//! Places at which a test ends the process, to prove that nothing is lost or doubled there.
//!
//! Compiled in only with the feature `chaos`. `TWIN_KILL_AT=C4:17` ends the process, without any
//! destructor, at the 17th passage of the point C4, after a line about it in the file that
//! `TWIN_KILL_LOG` names: a drill counts only kills that really happened.

/// The commit points that exist, with what has just happened there. Numbers are never used again.
///
/// C10 was meant for a store beside the journal, which there is none of. C14 and C15, a command of a
/// process sent and its answer stored, are no places of their own: commands of processes leave by
/// the outbox (C7 to C9), and an answer is an event like any other (C3, C4).
///
/// An edge passes C3, C4 and C7, and points of its own: E1 (stored, its sender not told), E2
/// (confirmed, not marked as forwarded), E3 (marked) and E4 (a forwarded segment deleted). The drill
/// of the edge ends it at each of them.
pub const KILL_POINTS: [(&str, &str); 13] = [
    ("C0", "a batch was delivered"),
    ("C1", "it was decoded"),
    ("C2", "an event was found to be new"),
    ("C3", "a record was written to the journal, and not synced"),
    ("C4", "the record was synced"),
    ("C5", "a batch was decided, and not journaled"),
    ("C6", "a batch was acknowledged"),
    ("C7", "a message was published, and not confirmed"),
    ("C8", "a command was confirmed"),
    ("C9", "commands were marked as sent"),
    ("C11", "a snapshot was written beside its place"),
    ("C12", "the snapshot was put in its place"),
    ("C13", "a segment that no start needs was removed"),
];

/// Passes a commit point: ends the process when a test wants that, else does nothing.
#[cfg(feature = "chaos")]
#[macro_export]
macro_rules! killpoint {
    ($name:literal) => {
        $crate::chaos::reached($name)
    };
}

/// Passes a commit point: ends the process when a test wants that, else does nothing.
#[cfg(not(feature = "chaos"))]
#[macro_export]
macro_rules! killpoint {
    ($name:literal) => {};
}
