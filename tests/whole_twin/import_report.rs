//! What an import and a report say to somebody who sees nothing else.

use std::process::Output;

use serde_json::Value;

use crate::closed_pipe::MAPPING;
use crate::twin_process::run_twin;

fn said(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

#[test]
fn an_import_says_why_the_first_of_its_exceptions_are_there() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).display().to_string();
    let rows = "WO-1,10,02.03.2026 06:00,five\n".repeat(2) + "WO-1,10,02.03.2026 06:00,5\n";
    let more = "WO-2,20,02.03.2026 06:01,six\n".repeat(3);
    std::fs::write(path("log.csv"), format!("order,op,at,good\n{rows}{more}")).unwrap();
    std::fs::write(path("mapping.toml"), MAPPING).unwrap();
    let (log, mapping) = (path("log.csv"), path("mapping.toml"));
    let import = |data: &str, json: &[&str]| {
        let data = path(data);
        let arguments = [
            &["import", &log, "--mapping", &mapping, "--data-dir", &data][..],
            json,
        ];
        let output = run_twin(&arguments.concat());
        assert!(output.status.success(), "{:?}", said(&output));
        said(&output).0
    };
    let report: Value = serde_json::from_str(&import("json", &["--json"])).unwrap();
    let shown = report["first_exceptions"].as_array().unwrap();
    assert_eq!(shown.len(), 3, "{report}");
    assert_eq!(shown[0]["exception"], "EX-1");
    let text = shown[0]["text"].as_str().unwrap();
    assert!(text.contains("five"), "{text}");
    let printed = import("text", &[]);
    let line = format!("    EX-1 {}: {text}\n", shown[0]["code"].as_str().unwrap());
    assert!(printed.contains(&line), "{printed}");
    let again: Value = serde_json::from_str(&import("json", &["--json"])).unwrap();
    assert_eq!(again["first_exceptions"], serde_json::json!([]), "{again}");
}

#[test]
fn a_report_names_what_it_was_asked_for_and_is_not_there() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).display().to_string();
    std::fs::write(path("log.csv"), "order,op,at,good\n").unwrap();
    std::fs::write(path("mapping.toml"), MAPPING).unwrap();
    let (log, mapping, data) = (path("log.csv"), path("mapping.toml"), path("data"));
    let import = ["import", &log, "--mapping", &mapping, "--data-dir", &data];
    assert!(run_twin(&import).status.success());
    let report = |asked: &[&str]| {
        let output = run_twin(&[&["report", "--data-dir", &data][..], asked].concat());
        (output.status.code(), said(&output))
    };
    let (code, (_, why)) = report(&["--plant", "nope"]);
    assert_eq!(code, Some(3), "{why}");
    assert!(why.contains("holds no plant nope, only [P1]"), "{why}");
    let (code, (_, why)) = report(&["--final-inspection", "nope"]);
    assert_eq!(code, Some(3), "{why}");
    assert!(
        why.contains("no order of plant P1 has such an operation"),
        "{why}"
    );
    let (code, (found, why)) = report(&[]);
    assert_eq!(code, Some(0), "{why}");
    assert!(found.contains("no final inspection is named"), "{found}");
}
