//! The real log through `twin import`, a RabbitMQ and a running `twin serve`.

use std::path::Path;
use std::time::Duration;

use ingest::consumer::PREFETCH;
use ingest::topology::Class;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::job_shop::{self, EVENTS, ROWS};
use crate::rabbitmq::{PlantQueues, broker_url};
use crate::twin_process::{Served, TwinProcess, json_of, run_twin};

const STOPPED_WITHIN: Duration = Duration::from_secs(20);

/// The report of an import without broker, into a directory of its own.
pub(crate) fn embedded_import(file: &Path, plant: &str) -> Value {
    let dir = TempDir::new().unwrap();
    let mapping = job_shop::mapping_for(plant, dir.path());
    json_of(&run_twin(&[
        "import",
        file.to_str().unwrap(),
        "--mapping",
        mapping.to_str().unwrap(),
        "--data-dir",
        dir.path().join("data").to_str().unwrap(),
        "--json",
    ]))
}

fn came_again(report: &Value) -> u64 {
    report["duplicates"].as_u64().unwrap()
}

/// Deliveries that may be duplicates without a second event in the file: what was sent again because
/// its confirm did not come, and what the broker had handed out when a connection ended. On a busy
/// machine a heartbeat may come too late at any time, and delivery is at least once.
fn may_come_again(report: &Value) -> u64 {
    let handed_out = Class::ALL.len() as u64 * u64::from(PREFETCH);
    report["events_sent_again"].as_u64().unwrap() + handed_out
}

#[test]
fn an_import_through_rabbitmq_ends_like_the_embedded_one() {
    let Some(file) = job_shop::log_file() else {
        return;
    };
    let queues = PlantQueues::new("import");
    let plant = queues.plant.as_str();
    let embedded = embedded_import(&file, plant);
    let dir = TempDir::new().unwrap();
    let url = broker_url();
    let served = Served {
        plant,
        clock: "event_time",
        broker: Some(&url),
    };
    let twin = TwinProcess::serve(dir.path(), &served, "127.0.0.1:0");
    let mapping = job_shop::mapping_for(plant, dir.path());
    let import = || {
        json_of(&run_twin(&[
            "import",
            file.to_str().unwrap(),
            "--mapping",
            mapping.to_str().unwrap(),
            "--broker",
            &url,
            "--twin",
            &twin.url,
            "--json",
        ]))
    };
    let report = import();
    assert_eq!(report["rows_read"], ROWS, "{report}");
    assert_eq!(report["events_sent"], EVENTS, "{report}");
    assert_eq!(report["state_hash"], embedded["state_hash"]);
    for field in [
        "applied",
        "refused",
        "parked",
        "exceptions",
        "discrepancies",
    ] {
        let log = || std::fs::read_to_string(dir.path().join("twin.log"));
        assert_eq!(report[field], embedded[field], "{field}: {:?}", log());
    }
    assert_eq!(report["applied"], EVENTS, "{report}");
    assert!(came_again(&report) <= may_come_again(&report), "{report}");
    assert_eq!(queues.backlog(), 0, "every message is acknowledged");

    let again = import();
    let more = came_again(&again).checked_sub(EVENTS);
    assert!(
        more.is_some_and(|more| more <= may_come_again(&again)),
        "{again}"
    );
    assert_eq!(again["applied"], 0, "{again}");
    assert_eq!(again["state_hash"], embedded["state_hash"]);
    assert_eq!(again["exceptions"], json!({}));
    assert!(twin.terminate(STOPPED_WITHIN).success());
}
