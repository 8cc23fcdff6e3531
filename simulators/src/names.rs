//! Identifiers that the simulator makes up itself.

use std::fmt::Debug;
use std::str::FromStr;

/// Turns a name that this crate wrote or counted into its typed identifier.
///
/// # Panics
/// When the name is no valid identifier: a fault of this crate, never of a user's input.
#[expect(
    clippy::expect_used,
    reason = "the name is a literal or a counter of this crate"
)]
pub(crate) fn named<T>(name: &str) -> T
where
    T: FromStr,
    T::Err: Debug,
{
    name.parse()
        .expect("the simulator's own names are valid identifiers")
}
