//! How the command ends when it did not do what it was asked: exit codes that scripts can rely on.

use std::fmt::{self, Display, Formatter};
use std::process::ExitCode;

/// What kind of failure; the number is the exit code. Usage errors (2) are reported by the command
/// line parser itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Something was found wrong, or went wrong on the way.
    Finding = 1,
    /// The configuration or an input file is wrong.
    Config = 3,
    /// A server that is needed cannot be reached, or takes nothing now.
    Unreachable = 4,
    /// Refused for safety.
    Denied = 5,
    /// Somebody else has it: a directory in use, a port taken.
    Conflict = 6,
}

/// A failure with the sentence for the person at the terminal.
#[derive(Debug)]
pub(crate) struct Failure {
    kind: Kind,
    text: String,
}

impl Failure {
    pub(crate) fn new(kind: Kind, text: impl Display) -> Failure {
        Failure {
            kind,
            text: text.to_string(),
        }
    }

    /// Whether it may work when it is tried again: a server is away, or takes nothing now.
    pub(crate) fn is_passing(&self) -> bool {
        self.kind == Kind::Unreachable
    }

    /// Says it on standard error and gives the exit code.
    pub(crate) fn report(&self) -> ExitCode {
        eprintln!("twin: {}", self.text);
        ExitCode::from(self.kind as u8)
    }
}

impl Display for Failure {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Turns any error into a [`Failure`] of a kind.
pub(crate) trait OrFail<T> {
    /// # Errors
    /// The error as a [`Failure`] of `kind`.
    fn or_fail(self, kind: Kind) -> Result<T, Failure>;
}

impl<T, E: Display> OrFail<T> for Result<T, E> {
    fn or_fail(self, kind: Kind) -> Result<T, Failure> {
        self.map_err(|error| Failure::new(kind, error))
    }
}

impl From<actors::OpenError> for Failure {
    fn from(error: actors::OpenError) -> Failure {
        let kind = match error {
            actors::OpenError::InUse(_) => Kind::Conflict,
            actors::OpenError::OtherPlant { .. } => Kind::Config,
            _ => Kind::Finding,
        };
        Failure::new(kind, error)
    }
}
