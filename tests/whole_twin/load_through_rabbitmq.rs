//! A load with all faults through a RabbitMQ into a running twin, and its check.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::load_and_check::{LINE, faults_for_one_plant, text};
use crate::rabbitmq::{PlantQueues, broker_url};
use crate::twin_process::{Served, TwinProcess, json_of, run_twin};

const STOPPED_WITHIN: Duration = Duration::from_secs(20);
const EVENTS: &str = "4000";

/// A program that writes down what it is asked to carry out.
fn control_that_notes(noted: &Path, dir: &Path) -> PathBuf {
    let control = dir.join("control.sh");
    let script = format!("#!/bin/sh\necho \"$@\" >> {}\n", text(noted));
    fs::write(&control, script).unwrap();
    fs::set_permissions(&control, fs::Permissions::from_mode(0o755)).unwrap();
    control
}

/// The twin at `url` is where the truth says.
#[track_caller]
fn agrees(truth: &Path, url: &str) {
    let arguments = [
        "sim",
        "check",
        "--truth",
        text(truth),
        "--url",
        url,
        "--json",
    ];
    let output = run_twin(&arguments);
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{told}");
}

/// A load with all faults of what `source` says, through the queues of a twin that takes it
/// meanwhile and ends where the truth says. What the load reports.
#[track_caller]
fn loaded_and_checked(queues: &PlantQueues, dir: &Path, source: &[&str]) -> Value {
    let (plant, url) = (queues.plant.as_str(), broker_url());
    let served = Served {
        plant,
        clock: "event_time",
        broker: Some(&url),
    };
    let twin = TwinProcess::serve(dir, &served, "127.0.0.1:0");
    let faults = faults_for_one_plant(dir);
    let (truth, noted) = (dir.join("truth"), dir.join("noted"));
    let control = control_that_notes(&noted, dir);
    let mut arguments = vec!["sim", "load", "--plant", plant, "--seed", "9", "--to", &url];
    arguments.extend(["--faults", text(&faults), "--truth", text(&truth)]);
    arguments.extend(["--control", text(&control), "--json"]);
    arguments.extend(source);
    let output = run_twin(&arguments);
    let report = json_of(&output);
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(
        !log.contains("NO_ROUTE"),
        "what is sent nowhere on purpose: {log}"
    );
    assert_eq!(report["lost"], 0, "{report}");
    assert_eq!(report["troubles_not_carried_out"], 0, "{report}");
    assert!(
        report["sent_again"].as_u64().unwrap() > 0,
        "kills and nacks: {report}"
    );
    let noted = fs::read_to_string(&noted).unwrap();
    for word in ["kill\n", "nack\n", "slow 60\n"] {
        assert!(noted.contains(word), "the program was not told {word}");
    }
    agrees(&truth, &twin.url);
    assert_eq!(queues.backlog(), 0, "every message is acknowledged");
    assert!(twin.terminate(STOPPED_WITHIN).success());
    report
}

#[test]
fn a_load_through_rabbitmq_ends_where_the_truth_says() {
    let queues = PlantQueues::new("load");
    let dir = TempDir::new().unwrap();
    let report = loaded_and_checked(&queues, dir.path(), &["--events", EVENTS]);
    for fault in [
        "broker.unroutable",
        "broker.redelivery",
        "poison",
        "outage",
        "broker.kill",
    ] {
        assert!(
            report["faults"][fault].as_u64().is_some(),
            "no {fault}: {report}"
        );
    }
}

#[test]
fn a_load_of_a_plant_file_through_rabbitmq_ends_where_the_truth_says() {
    let queues = PlantQueues::new("loadfile");
    let dir = TempDir::new().unwrap();
    let model = dir.path().join("line.toml");
    fs::write(&model, LINE).unwrap();
    let source = ["--model", text(&model), "--events", EVENTS];
    let report = loaded_and_checked(&queues, dir.path(), &source);
    assert_eq!(report["came_to_a_stand"], Value::Null, "{report}");
    // The kernel goes on to the end of an instant, so there may be a few more.
    assert!(report["facts"].as_u64().unwrap() > 3_000, "{report}");
}
