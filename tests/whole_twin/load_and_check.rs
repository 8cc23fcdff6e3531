//! `twin sim load` and `twin sim check` as their users run them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::load_plans::ALONE;
use crate::twin_process::{Served, TwinProcess, json_of, run_twin};

const PLANT: &str = "P-LOAD";
const STOPPED_WITHIN: Duration = Duration::from_secs(20);

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// All faults but a second plant, which this twin does not serve.
pub(crate) fn faults_for_one_plant(dir: &Path) -> PathBuf {
    let plans = ALONE.iter().map(|(plan, _)| *plan);
    let one = plans.filter(|it| !it.contains("[same_ids]") && !it.contains("ordered = true"));
    let path = dir.join("faults.toml");
    fs::write(&path, one.collect::<Vec<_>>().join("\n")).unwrap();
    path
}

fn serve(dir: &Path) -> TwinProcess {
    let served = Served {
        plant: PLANT,
        clock: "event_time",
        broker: None,
    };
    TwinProcess::serve(dir, &served, "127.0.0.1:0")
}

/// Loads the history of the plant, or what `more` says.
fn load(to: &str, dir: &Path, more: &[&str]) -> Output {
    let faults = faults_for_one_plant(dir);
    let truth = dir.join("truth");
    let mut arguments = vec![
        "sim",
        "load",
        "--plant",
        PLANT,
        "--seed",
        "5",
        "--json",
        "--to",
        to,
        "--faults",
        text(&faults),
        "--truth",
        text(&truth),
    ];
    let amount = ["--events", "1500"];
    arguments.extend(if more.is_empty() { &amount } else { more });
    run_twin(&arguments)
}

fn check(dir: &Path, twin: &[&str]) -> (Option<i32>, Value, String) {
    let truth = dir.join("truth");
    let mut arguments = vec![
        "sim",
        "check",
        "--truth",
        text(&truth),
        "--json",
        "--patience",
        "2",
    ];
    arguments.extend(twin);
    let output = run_twin(&arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let found = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    (output.status.code(), found, said)
}

/// What the findings say, joined.
fn findings(found: &Value) -> String {
    let findings = found["findings"].as_array().unwrap().iter();
    let told = findings.map(|it| it["text"].as_str().unwrap());
    told.collect::<Vec<_>>().join("\n")
}

/// The lines of a load written to a file.
fn lines(dir: &Path) -> Vec<Vec<u8>> {
    let file = dir.join("messages");
    json_of(&load(text(&file), dir, &[]));
    let bytes = fs::read(&file).unwrap();
    let lines = bytes.split(|byte| *byte == b'\n');
    lines
        .filter(|line| !line.is_empty())
        .map(<[u8]>::to_vec)
        .collect()
}

#[test]
fn a_load_over_http_is_found_in_the_twin_and_in_its_directory_as_the_truth_says() {
    let dir = TempDir::new().unwrap();
    let twin = serve(dir.path());
    let report = json_of(&load(
        &twin.url,
        dir.path(),
        &["--hours", "2", "--speed", "100000"],
    ));
    assert_eq!(report["lost"], 0, "{report}");
    assert!(report["faults"]["poison"].as_u64().unwrap() > 0, "{report}");
    assert!(report["lag_p99_ms"].as_f64().is_some(), "{report}");
    let (status, found, said) = check(dir.path(), &["--url", &twin.url]);
    assert_eq!(status, Some(0), "{found} {said}");
    assert_eq!(
        found,
        json!({"agrees": true, "plants": [PLANT], "findings": []})
    );
    assert!(twin.terminate(STOPPED_WITHIN).success());
    let data = dir.path().join("data");
    let (status, found, said) = check(dir.path(), &["--data-dir", text(&data)]);
    assert_eq!(status, Some(0), "{found} {said}");
}

/// A plant file of a line with rework, inspections, setups and machines that break.
pub(crate) const LINE: &str = r#"
model = "plant/1"
name = "a line with everything"
work_center = [{ id = "turning", machines = 2 }, { id = "washing" }, { id = "grinding", machines = 2 }]
family = [{ id = "steel" }, { id = "brass" }]
setup = [{ to = "steel", time = 5 }, { to = "brass", time = 8 }]
downtime = [
    { id = "breaks", work_center = "turning", every = { exponential = 480 }, lasts = { exponential = 30 } },
    { id = "service", work_center = "grinding", kind = "maintenance", every = 1440, lasts = 60 },
]

[[product]]
id = "shaft"
pieces = 10
step = [
    { op = "10", work_center = "turning", time = { exponential = 12 }, setup = "steel", yield = 0.97 },
    { op = "15", work_center = "washing", time = 2, batch = { most = 4, wait = 10 }, sample = 0.5 },
    { op = "20", work_center = "grinding", time = { exponential = 10 }, rework = { probability = 0.1, to = "10" },
      inspection = { hold = 0.2, lasts = { exponential = 45 }, scrap = 0.2, rework = { probability = 0.3, to = "20" } } },
]

[[product]]
id = "bush"
step = [{ op = "10", work_center = "turning", time = { exponential = 5 }, setup = "brass", scrap = 0.03 }]

[[release]]
product = "shaft"
every = { exponential = 12 }
due = 240

[[release]]
product = "bush"
every = { exponential = 20 }
priority = 2

[[lot]]
id = "left over"
product = "shaft"
op = "20"
age = 120
"#;

#[test]
fn a_load_of_a_plant_file_with_faults_is_found_in_the_twin_as_the_truth_says() {
    let dir = TempDir::new().unwrap();
    let model = dir.path().join("line.toml");
    fs::write(&model, LINE).unwrap();
    let twin = serve(dir.path());
    let more = [
        "--model",
        text(&model),
        "--hours",
        "30",
        "--speed",
        "1000000",
    ];
    let report = json_of(&load(&twin.url, dir.path(), &more));
    assert_eq!(report["lost"], 0, "{report}");
    assert_eq!(report["came_to_a_stand"], Value::Null, "{report}");
    assert!(report["facts"].as_u64().unwrap() > 1_000, "{report}");
    assert!(report["faults"].as_object().unwrap().len() > 10, "{report}");
    assert!(report["lag_p99_ms"].as_f64().is_some(), "{report}");
    let assumed = report["assumed"][0].as_str().unwrap();
    assert!(assumed.contains("pieces"), "{report}");
    let (status, found, said) = check(dir.path(), &["--url", &twin.url]);
    assert_eq!(status, Some(0), "{found} {said}");
}

#[test]
fn a_model_that_is_no_file_is_refused_with_what_to_give() {
    let dir = TempDir::new().unwrap();
    let output = load(
        "-",
        dir.path(),
        &["--model", "nowhere.toml", "--events", "5"],
    );
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(
        said.contains("nowhere.toml") && said.contains("`demo`"),
        "{said}"
    );
}

#[test]
fn a_check_names_the_message_that_is_missing_and_what_differs_for_it() {
    let dir = TempDir::new().unwrap();
    let mut messages = lines(dir.path());
    let has = |line: &[u8], what: &str| String::from_utf8_lossy(line).contains(what);
    let started = |line: &Vec<u8>| has(line, "mfg.operation.started.v1") && has(line, "\"1.0\"");
    let last = messages.iter().rposition(started).unwrap();
    let event: Value = serde_json::from_slice(&messages[last]).unwrap();
    let id = event["id"].as_str().unwrap().to_owned();
    messages.retain(|line| !has(line, &format!("\"{id}\"")));
    let twin = serve(dir.path());
    messages.iter().for_each(|line| drop(twin.post(line)));
    let (status, found, said) = check(dir.path(), &["--url", &twin.url]);
    assert_eq!(status, Some(1), "{said}");
    let told = findings(&found);
    assert!(told.contains("have not reached the twin"), "{told}");
    assert!(told.contains("the state hash is"), "{told}");
    let order = event["data"]["order"].as_str().unwrap();
    assert!(told.contains(&format!("work order {order}: ")), "{told}");
}

#[test]
fn a_check_finds_an_unreadable_message_too_many_and_one_too_few_and_another_state() {
    let dir = TempDir::new().unwrap();
    let mut messages = lines(dir.path());
    let version = |line: &Vec<u8>| String::from_utf8_lossy(line).contains(".v99\"");
    let place = messages.iter().position(version).unwrap();
    let doubled = [messages[place].as_slice(), b" "].concat();
    messages.push(doubled);
    let cut = |line: &Vec<u8>| std::str::from_utf8(line).is_ok() && !line.ends_with(b"}");
    let truncated = messages.iter().position(cut).unwrap();
    messages.remove(truncated);
    let hold = json!({"specversion": "1.0", "id": "1", "source": "/other", "plant": PLANT,
        "type": "mfg.hold.placed.v1", "time": "2026-03-02T06:00:00Z", "data": {"hold": "MINE",
        "scope": {"kind": "lot", "id": "NOBODYS"}, "reason": "none"}});
    messages.push(hold.to_string().into_bytes());
    let twin = serve(dir.path());
    messages.iter().for_each(|line| drop(twin.post(line)));
    let (status, found, said) = check(dir.path(), &["--url", &twin.url]);
    assert_eq!(status, Some(1), "{said}");
    let told = findings(&found);
    assert!(
        told.contains("messages put before a person by TWIN-R33"),
        "{told}"
    );
    assert!(told.contains("is not among the exceptions"), "{told}");
    assert!(
        told.contains("hold MINE is at the twin and should not be"),
        "{told}"
    );
    let objects = found["findings"].as_array().unwrap().iter();
    let objects: Vec<&Value> = objects.filter(|it| it["about"] == "object").collect();
    assert_eq!(objects.len(), 1, "nothing else differs: {told}");
}

#[test]
fn a_plan_that_is_wrong_is_refused_with_its_file_and_key() {
    let dir = TempDir::new().unwrap();
    let plan = dir.path().join("plan.toml");
    for (said, expected) in [
        (
            "[delay]\nprobability = 2\nleast_s = 1\ntail = 1\nmost_s = 9",
            "delay.probability is 2",
        ),
        ("[dealy]\nprobability = 0.1", "dealy"),
        (
            "[loss]\nprobability = 0.1\nlook_every_s = 0",
            "loss.look_every_s is 0",
        ),
        (
            "[corrupt]\nprobability = 0.1\nkinds = [\"burned\"]",
            "burned",
        ),
    ] {
        fs::write(&plan, said).unwrap();
        let output = run_twin(&[
            "sim",
            "load",
            "--events",
            "1",
            "--to",
            "-",
            "--faults",
            text(&plan),
        ]);
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{told}");
        assert!(
            told.contains(expected) && told.contains("plan.toml"),
            "{told}"
        );
    }
}

#[test]
fn equal_seeds_write_equal_files_and_a_truth_is_not_overwritten() {
    let (first, second) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    assert_eq!(lines(first.path()), lines(second.path()));
    let again = load(text(&first.path().join("other")), first.path(), &[]);
    let told = String::from_utf8_lossy(&again.stderr);
    assert_eq!(again.status.code(), Some(6), "{told}");
    assert!(
        told.contains("holds the truth of an earlier load"),
        "{told}"
    );
}
