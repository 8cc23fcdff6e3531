//! Standard output that its reader may close, as `head` does.

use std::fmt::Arguments;
use std::io::{ErrorKind, Write, stdout};

/// Prints one line. A reader who has gone is no fault: what was asked for goes on, and ends with
/// the exit code that it deserves.
pub(crate) fn say_line(line: Arguments<'_>) {
    let written = writeln!(stdout().lock(), "{line}");
    if let Err(error) = written
        && error.kind() != ErrorKind::BrokenPipe
    {
        tracing::error!(%error, "standard output cannot be written");
    }
}

/// Prints one line, as `println!` does.
macro_rules! say {
    ($($arguments:tt)+) => {
        $crate::say::say_line(format_args!($($arguments)+))
    };
}

pub(crate) use say;
