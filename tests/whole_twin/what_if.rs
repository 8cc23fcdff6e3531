//! `twin what-if` and `twin sim run`: forecasts of a live plant, and of one that a file describes.

use std::fs;

use serde_json::Value;
use std::time::Duration;
use tempfile::TempDir;

use crate::twin_process::{TwinProcess, json_of, run_twin, wait_for};

const FED_WITHIN: Duration = Duration::from_secs(30);

const LINE: &str = r#"
model = "plant/1"
name = "line <1>"
work_center = [{ id = "saw" }, { id = "mill", machines = 2 }]
downtime = [{ id = "breaks", work_center = "mill", every = { exponential = 400 }, lasts = { exponential = 30 } }]
product = [{ id = "P", step = [
    { op = "10", work_center = "saw", time = { exponential = 4 } },
    { op = "20", work_center = "mill", time = { triangular = [5, 6, 12] }, scrap = 0.02 },
] }]
release = [{ product = "P", every = { exponential = 6 }, due = 60 }]
experiment = { horizon = 5000, warm_up = 500, replications = 6 }
"#;

fn demo(dir: &TempDir) -> TwinProcess {
    let arguments = ["demo", "--json", "--listen", "127.0.0.1:0", "--pace", "1"];
    TwinProcess::start(&arguments, dir.path())
}

/// What `twin what-if` says of forty runs.
fn what_if(twin: &TwinProcess, more: &[&str]) -> std::process::Output {
    let mut arguments = vec![
        "what-if",
        "--json",
        "--url",
        &twin.url,
        "--replications",
        "40",
    ];
    arguments.extend(more);
    run_twin(&arguments)
}

/// A forecast of more than three orders: a question may come in the midst of the history that the
/// demo tells first.
fn of_some_orders(ask: &impl Fn(&[&str]) -> std::process::Output) -> Value {
    wait_for("more than three orders to forecast", FED_WITHIN, || {
        let output = ask(&[]);
        let answer = output.status.success().then(|| json_of(&output))?;
        (answer["orders"].as_array()?.len() > 3).then_some(answer)
    })
}

#[test]
fn a_live_plant_says_when_its_orders_will_be_finished_and_what_a_breakdown_does_to_that() {
    let dir = TempDir::new().unwrap();
    let twin = demo(&dir);
    let ask = |more: &[&str]| what_if(&twin, more);
    let answer = of_some_orders(&ask);
    assert_eq!(
        (&answer["replications"], &answer["cut_short"]),
        (&40.into(), &false.into())
    );
    let mut busiest: Vec<&Value> = answer["load"].as_array().unwrap().iter().collect();
    busiest.sort_by(|a, b| {
        b["busy"]
            .as_f64()
            .unwrap()
            .total_cmp(&a["busy"].as_f64().unwrap())
    });
    let down = format!("{}=480", busiest[0]["work_center"].as_str().unwrap());
    let changed = json_of(&ask(&["--down", &down]));
    let later = changed["orders"].as_array().unwrap().iter();
    let later = later.filter_map(|order| order["later_min"]["mean"].as_f64());
    let most = later.fold(0.0, f64::max);
    assert!(
        most > 200.0,
        "a stop of eight hours delays somebody: {changed}"
    );
    let refused = ask(&["--priority", "WO-NONE=5"]);
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success());
    assert!(said.contains("there is no order \"WO-NONE\""), "{said}");
}

#[test]
fn hours_and_yields_can_be_asked_about_and_the_answer_comes_in_lines_to_who_wants_them() {
    let dir = TempDir::new().unwrap();
    let twin = demo(&dir);
    let ask = |more: &[&str]| what_if(&twin, more);
    let answer = of_some_orders(&ask);
    let centers = answer["load"].as_array().unwrap().iter();
    let centers: Vec<&str> = centers
        .filter_map(|load| load["work_center"].as_str())
        .collect();
    let most_later = |answer: &Value| {
        let orders = answer["orders"].as_array().unwrap().iter();
        let later = orders.filter_map(|order| order["later_min"]["mean"].as_f64());
        later.fold(f64::NEG_INFINITY, f64::max)
    };
    let closed: Vec<String> = centers
        .iter()
        .map(|id| format!("{id}=closed:0-8"))
        .collect();
    let closed: Vec<&str> = closed.iter().flat_map(|one| ["--shift", one]).collect();
    let later = most_later(&json_of(&ask(&closed)));
    assert!(
        (479.0..600.0).contains(&later),
        "eight hours in which nothing is open: {later}"
    );
    let spoilt: Vec<String> = centers.iter().map(|id| format!("{id}=0.5")).collect();
    let spoilt: Vec<&str> = spoilt.iter().flat_map(|one| ["--good", one]).collect();
    assert!(most_later(&json_of(&ask(&spoilt))) > 10.0);

    let lines = lines_of(&twin.url, r#"{"replications":64}"#);
    let (last, progress) = lines.split_last().unwrap();
    assert_eq!(last["answer"]["replications"], 64, "{last}");
    assert!(!progress.is_empty());
    let mut runs = 0;
    for line in progress {
        let now = line["progress"]["replications"].as_u64().unwrap();
        assert!(now > runs && now < 64, "{line}");
        assert!(line["progress"]["orders"][0]["p50"].is_string(), "{line}");
        runs = now;
    }
}

/// The answer to a question, line by line.
fn lines_of(url: &str, question: &str) -> Vec<Value> {
    let answer = ureq::post(format!("{url}/api/v1/what-if"))
        .header("accept", "application/x-ndjson")
        .send(question)
        .unwrap();
    assert_eq!(
        answer.headers().get("content-type").unwrap(),
        "application/x-ndjson"
    );
    let text = answer.into_body().read_to_string().unwrap();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    lines.collect()
}

#[test]
fn a_plant_model_gives_the_same_report_on_one_thread_and_on_two_and_a_page_of_its_own() {
    let dir = TempDir::new().unwrap();
    let (model, page) = (dir.path().join("line.toml"), dir.path().join("line.html"));
    fs::write(&model, LINE).unwrap();
    let (model, page) = (model.to_str().unwrap(), page.to_str().unwrap());
    let report = |threads| {
        json_of(&run_twin(&[
            "sim",
            "run",
            model,
            "--json",
            "--threads",
            threads,
        ]))
    };
    let one = report("1");
    assert_eq!(one, report("2"));
    assert_eq!(one["replications"], 6);
    let busy = one["work_centers"][0]["busy"]["mean"].as_f64().unwrap();
    assert!(
        (busy - 4.0 / 6.0).abs() < 0.05,
        "the saw works 4 of 6 minutes: {busy}"
    );
    let shown = run_twin(&["sim", "run", model, "--report", page]);
    let text = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(text.contains("sha256") && text.contains("mill"), "{text}");
    let html = fs::read_to_string(page).unwrap();
    assert!(
        html.contains("line &lt;1&gt;") && html.contains("Gantt"),
        "escaped, with pictures"
    );
    assert!(!html.contains("http"), "nothing is loaded from elsewhere");
    fs::write(
        model,
        LINE.replace("work_center = \"saw\"", "work_center = \"sew\""),
    )
    .unwrap();
    let refused = run_twin(&["sim", "run", model]);
    let said = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(3));
    assert!(
        said.contains("line 7: product[0].step[0].work_center"),
        "{said}"
    );
}

#[test]
fn a_published_job_shop_becomes_a_model_that_runs_to_its_end() {
    let dir = TempDir::new().unwrap();
    let (shop, model) = (dir.path().join("two.txt"), dir.path().join("two.toml"));
    fs::write(&shop, "# by hand\n2 2\n0 3 1 2\n1 4 0 1\n").unwrap();
    let imported = run_twin(&["sim", "import", "jsp", shop.to_str().unwrap()]);
    assert!(imported.status.success(), "{imported:?}");
    fs::write(&model, &imported.stdout).unwrap();
    let run = [
        "sim",
        "run",
        model.to_str().unwrap(),
        "--json",
        "--replications",
        "1",
    ];
    let report = json_of(&run_twin(&run));
    // M0: J0 until 3, then J1 from 4 to 5. M1: J1 until 4, then J0 until 6.
    assert_eq!(report["end"]["mean"], 6.0, "{report}");
}

#[test]
fn the_schema_of_plant_models_is_the_document_that_the_docs_link() {
    let printed = run_twin(&["sim", "schema"]);
    assert!(printed.status.success(), "{printed:?}");
    let document = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/plant-1.schema.json");
    assert_eq!(
        String::from_utf8_lossy(&printed.stdout),
        fs::read_to_string(document).unwrap()
    );
}

/// The lines of a trace.
fn trace_of(path: &std::path::Path) -> Vec<serde_json::Value> {
    let text = fs::read_to_string(path).unwrap();
    let lines = text.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn the_trace_of_a_run_tells_what_its_report_counts_and_each_run_has_its_own() {
    let dir = TempDir::new().unwrap();
    let (model, trace) = (dir.path().join("line.toml"), dir.path().join("line.jsonl"));
    fs::write(&model, LINE).unwrap();
    let traced = |replication: &str| {
        let run = run_twin(&[
            "sim",
            "run",
            model.to_str().unwrap(),
            "--replications",
            "1",
            "--json",
            "--trace",
            trace.to_str().unwrap(),
            "--trace-replication",
            replication,
        ]);
        (json_of(&run), trace_of(&trace))
    };
    let (report, first) = traced("0");
    let (same_report, second) = traced("1");
    assert_eq!(report, same_report, "a trace changes nothing");
    assert_ne!(first, second, "other random numbers");
    let times: Vec<i64> = first.iter().map(|l| l["at_us"].as_i64().unwrap()).collect();
    assert!(times.is_sorted());
    let count = |what: &str| first.iter().filter(|line| line["what"] == what).count();
    let begun = first.iter().find(|line| line["what"] == "started").unwrap();
    assert_eq!(begun["work_center"], "saw", "{begun}");
    assert_eq!(begun["machine"], 0, "{begun}");
    assert!(count("done") > 100);
    assert!(count("released") >= count("done") + count("scrapped"));
}

#[test]
fn a_run_that_gets_stuck_leaves_a_trace_of_how_it_came_to_that() {
    let dir = TempDir::new().unwrap();
    let (model, trace) = (
        dir.path().join("stuck.toml"),
        dir.path().join("stuck.jsonl"),
    );
    let stuck = r#"
model = "plant/1"
name = "each waits for the other's place"
work_center = [{ id = "A", buffer = 0 }, { id = "B", buffer = 0 }]
product = [
    { id = "there", step = [{ op = "1", work_center = "A", time = 1 }, { op = "2", work_center = "B", time = 1 }] },
    { id = "back", step = [{ op = "1", work_center = "B", time = 1 }, { op = "2", work_center = "A", time = 1 }] },
]
release = [{ product = "there", every = 0, count = 1 }, { product = "back", every = 0, count = 1 }]
"#;
    fs::write(&model, stuck).unwrap();
    let (model, path) = (model.to_str().unwrap(), trace.to_str().unwrap());
    let run = run_twin(&["sim", "run", model, "--trace", path]);
    assert_eq!(run.status.code(), Some(1));
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(said.contains("replication 0: after 60000000 us"), "{said}");
    let last = trace_of(&trace).pop().unwrap();
    assert_eq!(
        (last["what"].as_str(), last["lot"].as_u64()),
        (Some("blocked"), Some(1))
    );
}
