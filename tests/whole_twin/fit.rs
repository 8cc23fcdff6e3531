//! `twin sim fit` on the log of a real job shop, and what its model says of cycle times.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;
use tempfile::TempDir;

use crate::job_shop;
use crate::load_and_check::text;
use crate::twin_process::{json_of, run_twin};

const PLANT: &str = "job-shop";

/// Mean cycle times, minutes, by product, each with the number of orders in the log.
fn told(output: &std::process::Output) -> BTreeMap<String, (f64, f64)> {
    let said: Value = serde_json::from_slice(&output.stderr).unwrap();
    let cycles = said["cycle_times"].as_array().unwrap().iter();
    cycles
        .map(|it| {
            let product = it["product"].as_str().unwrap().to_owned();
            let number = |field: &str| it[field].as_f64().unwrap();
            (product, (number("orders"), number("mean_min")))
        })
        .collect()
}

#[test]
fn a_real_log_becomes_a_model_that_runs_and_whose_cycle_times_are_compared_with_the_log() {
    let Some(file) = job_shop::log_file() else {
        return;
    };
    let dir = TempDir::new().unwrap();
    let mapping = job_shop::mapping_for(PLANT, dir.path());
    let data = dir.path().join("data");
    json_of(&run_twin(&[
        "import",
        text(&file),
        "--mapping",
        text(&mapping),
        "--data-dir",
        text(&data),
        "--json",
    ]));
    let fitted = run_twin(&["sim", "fit", "--from", text(&data), "--json"]);
    let model = json_of(&fitted);
    let log = told(&fitted);
    let path = dir.path().join("model.json");
    fs::write(&path, model.to_string()).unwrap();
    let run = json_of(&run_twin(&[
        "sim",
        "run",
        text(&path),
        "--replications",
        "20",
        "--json",
    ]));
    let (mut in_log, mut in_model, mut orders) = (0.0, 0.0, 0.0);
    for product in run["products"].as_array().unwrap() {
        let name = product["product"].as_str().unwrap();
        let (Some(cycle), Some((count, mean_min))) =
            (product["cycle_time"]["mean"].as_f64(), log.get(name))
        else {
            continue;
        };
        println!(
            "{name}: {count} orders, log {mean_min:.0} min, model {cycle:.0} min, {:+.0} %",
            100.0 * (cycle / mean_min - 1.0)
        );
        in_log += count * mean_min;
        in_model += count * cycle;
        orders += count;
    }
    println!(
        "{orders} orders: log {:.0} min, model {:.0} min, {:+.1} %",
        in_log / orders,
        in_model / orders,
        100.0 * (in_model / in_log - 1.0)
    );
    assert!(
        orders > 150.0,
        "most of the 225 orders are compared, {orders} were"
    );
    let work_centers = model["work_center"].as_array().unwrap().len();
    assert!(work_centers > 20, "{work_centers} work centers");
    let share = in_model / in_log;
    assert!((0.8..1.2).contains(&share), "the docs say -9.5 %: {share}");
}
