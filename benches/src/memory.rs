//! Memory of this process.

use std::fs;

use anyhow::{Context, Result};

/// Resident memory of this process, in bytes.
///
/// # Errors
/// When `/proc` does not tell.
pub fn resident_bytes() -> Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .context("no VmRSS in /proc/self/status")?;
    let kib = line.split_whitespace().next().context("empty VmRSS")?;
    Ok(kib.parse::<u64>()? * 1024)
}
