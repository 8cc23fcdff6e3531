//! `/metrics`: what is told is documented, and the stages of an event are counted.

use std::collections::BTreeSet;

use serde_json::json;
use tempfile::TempDir;

use crate::twin_process::{Served, TwinProcess};

const PAGE: &str = include_str!("../../docs/metrics.md");

fn serve(dir: &TempDir) -> TwinProcess {
    let served = Served {
        plant: "P1",
        clock: "event_time",
        broker: None,
    };
    TwinProcess::serve(dir.path(), &served, "127.0.0.1:0")
}

fn told(twin: &TwinProcess) -> BTreeSet<String> {
    let text = twin.get("/metrics").text;
    let names = text.lines().filter_map(|line| line.strip_prefix("# HELP "));
    names
        .map(|line| line.split(' ').next().unwrap().to_owned())
        .collect()
}

#[test]
fn every_metric_that_is_told_is_documented_and_every_documented_one_is_told() {
    let dir = TempDir::new().unwrap();
    let mut names = told(&serve(&dir));
    let reader = TwinProcess::read_copy(dir.path(), "url = \"redis://127.0.0.1:1\"\n");
    names.extend(told(&reader));
    let rows = PAGE
        .lines()
        .filter_map(|line| line.strip_prefix("| `twin_"));
    let documented: BTreeSet<String> = rows
        .map(|row| format!("twin_{}", row.split('`').next().unwrap()))
        .collect();
    assert!(names.len() > 25, "{names:?}");
    assert_eq!(names, documented);
}

#[test]
fn each_stage_of_an_event_is_counted_once_with_its_time() {
    let dir = TempDir::new().unwrap();
    let twin = serve(&dir);
    let number = |name: &str, stage: &str| -> f64 {
        let told = twin.get("/metrics").text;
        let start = format!("{name}{{plant=\"P1\",stage=\"{stage}\"}} ");
        let line = told.lines().find_map(|line| line.strip_prefix(&start));
        line.unwrap_or_else(|| panic!("{start}: {told}"))
            .parse()
            .unwrap()
    };
    let before = ["turn", "commit", "projection"].map(|it| number("twin_stage_seconds_count", it));
    let lot = json!({"specversion": "1.0", "id": "l", "source": "/wms", "plant": "P1",
        "type": "mfg.lot.created.v1", "time": "2026-03-01T08:00:00Z",
        "data": {"lot": "L-1", "material": "M", "quantity": {"value": "10", "unit": "H87"}}});
    assert_eq!(twin.post(lot.to_string().as_bytes()).status, 200);
    twin.counts("P1");
    for (stage, before) in ["turn", "commit", "projection"].into_iter().zip(before) {
        assert_eq!(
            number("twin_stage_seconds_count", stage),
            before + 1.0,
            "{stage}"
        );
        assert!(number("twin_stage_seconds_sum", stage) > 0.0, "{stage}");
        assert_eq!(number("twin_stage_failures_total", stage), 0.0, "{stage}");
    }
}
