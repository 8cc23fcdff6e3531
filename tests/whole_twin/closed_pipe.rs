//! What is printed into a pipe that its reader has left, as `twin … | head -1` does.

use std::io::pipe;
use std::process::Stdio;

use crate::twin_process::{run_twin, twin};

pub(crate) const MAPPING: &str = r#"
name = "reports"
plant = "P1"
format = "csv"
columns = ["order", "op", "at", "good"]
time_zone = "Europe/Berlin"
time_format = "%d.%m.%Y %H:%M"
on_ambiguous = "reject"
[constants]
piece = "H87"
[[emit]]
type = "mfg.operation.progressed.v1"
source = "/mes"
time = "at"
[emit.fields]
order = { column = "order" }
op = { column = "op" }
unit = { constant = "piece" }
good = { column = "good", as = "decimal" }
"#;

/// Runs to its end with a standard output that nobody reads any more.
#[track_caller]
fn ends_quietly(arguments: &[&str], code: i32) {
    let (reader, writer) = pipe().unwrap();
    drop(reader);
    let mut command = twin();
    command.args(arguments).stdin(Stdio::null()).stdout(writer);
    let output = command.stderr(Stdio::piped()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!said.contains("panicked"), "{arguments:?}: {said}");
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
}

#[test]
fn a_reader_that_leaves_ends_nothing_with_a_panic() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data").display().to_string();
    let log = dir.path().join("none.csv").display().to_string();
    ends_quietly(&["schemas", "--json"], 0);
    ends_quietly(&["schemas"], 0);
    ends_quietly(&["schemas", "mfg.hold.placed.v1"], 0);
    // What went wrong is still told by the exit code.
    ends_quietly(&["schemas", "mfg.hold.placed.v9"], 1);
    ends_quietly(&["verify", "--json", "--data-dir", &data], 3);
    ends_quietly(
        &[
            "import",
            &log,
            "--mapping",
            "job-shop-log",
            "--json",
            "--data-dir",
            &data,
        ],
        3,
    );
}

#[test]
fn a_report_into_a_closed_pipe_ends_quietly() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data").display().to_string();
    let events = dir.path().join("events.csv");
    let mapping = dir.path().join("mapping.toml");
    std::fs::write(&events, "order,op,at,good\nWO-1,10,02.03.2026 06:00,5\n").unwrap();
    std::fs::write(&mapping, MAPPING).unwrap();
    let [events, mapping] = [events, mapping].map(|path| path.display().to_string());
    let import = [
        "import",
        &events,
        "--mapping",
        &mapping,
        "--data-dir",
        &data,
    ];
    let output = run_twin(&import);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    for command in ["report", "verify"] {
        ends_quietly(&[command, "--json", "--data-dir", &data], 0);
        ends_quietly(&[command, "--data-dir", &data], 0);
    }
    ends_quietly(&[&import[..], &["--json"]].concat(), 0);
}
