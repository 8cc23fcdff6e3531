//! How busy the machine was: a figure without it cannot be judged.

use std::fs;

/// The load average of the last minute, for notes; "unknown" where `/proc` has none.
#[must_use]
pub fn load_average() -> String {
    fs::read_to_string("/proc/loadavg")
        .ok()
        .and_then(|text| text.split_whitespace().next().map(str::to_owned))
        .unwrap_or_else(|| "unknown".to_owned())
}
