//! The real log through `twin import`, a RabbitMQ and a running `twin serve`.

use std::path::Path;
use std::time::Duration;

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
        "duplicates",
        "refused",
        "parked",
        "exceptions",
        "discrepancies",
    ] {
        let log = || std::fs::read_to_string(dir.path().join("twin.log"));
        assert_eq!(report[field], embedded[field], "{field}: {:?}", log());
    }
    assert_eq!(report["applied"], EVENTS, "{report}");
    assert_eq!(queues.backlog(), 0, "every message is acknowledged");

    let again = import();
    assert_eq!(again["duplicates"], EVENTS, "{again}");
    assert_eq!(again["applied"], 0, "{again}");
    assert_eq!(again["state_hash"], embedded["state_hash"]);
    assert_eq!(again["exceptions"], json!({}));
    assert!(twin.terminate(STOPPED_WITHIN).success());
}
