//! The examples of docs/queries.md, asked of the demo as they stand there.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::twin_process::{Served, TwinProcess, run_twin, wait_for};

const SHOWN_WITHIN: Duration = Duration::from_secs(30);
const HERE: &str = "localhost:8080";

#[test]
fn every_example_of_the_page_about_queries_is_answered() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("docs/queries.md")).unwrap();
    let dir = TempDir::new().unwrap();
    let arguments = ["demo", "--json", "--listen", "127.0.0.1:0", "--pace", "600"];
    let twin = TwinProcess::start(&arguments, dir.path());
    wait_for("orders of the demo", SHOWN_WITHIN, || {
        (twin.items("P1", "work-orders").len() > 10).then_some(())
    });
    let mut asked = 0;
    for line in page.lines().filter(|line| line.starts_with("curl ")) {
        let example = line.split('\'').nth(1).unwrap();
        let path = example.strip_prefix(HERE).unwrap();
        let answer = twin.get(path);
        assert_eq!(answer.status, 200, "{line}: {}", answer.text);
        asked += 1;
    }
    assert!(asked > 12, "{asked} examples");
}

#[test]
fn tables_are_the_same_from_a_running_twin_and_from_its_journal() {
    let dir = TempDir::new().unwrap();
    let served = Served {
        plant: "P1",
        clock: "event_time",
        broker: None,
    };
    let data = dir.path().join("data");
    let twin = TwinProcess::serve(dir.path(), &served, "127.0.0.1:0");
    for (id, value) in [("L-1", "10"), ("L-2", "2.5")] {
        let event = json!({"specversion": "1.0", "id": id, "source": "/wms",
            "type": "mfg.lot.created.v1", "time": "2026-03-01T08:00:00Z", "plant": "P1",
            "data": {"lot": id, "material": "M", "quantity": {"value": value, "unit": "KGM"}}});
        assert_eq!(twin.post(event.to_string().as_bytes()).status, 200);
    }
    wait_for("both lots", SHOWN_WITHIN, || {
        (twin.items("P1", "lots").len() == 2).then_some(())
    });
    let out = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let formats = ["jsonl", "csv", "parquet"];
    for format in formats {
        let file = out(&format!("live.{format}"));
        let words = [
            "export", "--format", format, "--what", "lots", "--twin", &twin.url,
        ];
        let printed = run_twin(&[&words[..], &["--out", &file, "--json"]].concat());
        assert!(printed.status.success(), "{printed:?}");
        let told: Value = serde_json::from_slice(&printed.stdout).unwrap();
        assert_eq!(told["bytes"], fs::metadata(&file).unwrap().len());
    }
    let unknown = run_twin(&[
        "export", "--format", "csv", "--what", "x", "--twin", &twin.url,
    ]);
    let text = String::from_utf8(unknown.stderr).unwrap();
    assert!(
        text.contains("'x' is none of work-orders, operations, lots"),
        "{text}"
    );
    let ended = twin.terminate(SHOWN_WITHIN);
    assert_eq!(ended.code(), Some(0));

    for format in formats {
        let file = out(&format!("kept.{format}"));
        let data = data.to_str().unwrap();
        let words = [
            "export",
            "--format",
            format,
            "--what",
            "lots",
            "--data-dir",
            data,
        ];
        let printed = run_twin(&[&words[..], &["--out", &file]].concat());
        assert!(printed.status.success(), "{printed:?}");
        let live = fs::read(out(&format!("live.{format}"))).unwrap();
        assert_eq!(fs::read(file).unwrap(), live, "{format}");
    }
}
