//! `twin what-if`: when orders will be finished, and what a change would do to that.

use serde_json::{Value, json};
use twin_model::Time;

use crate::exit::{Failure, Kind, OrFail};
use crate::say::say;
use crate::twin_client::TwinClient;
use crate::what_if_cli::WhatIfArguments;

pub(crate) fn run(arguments: &WhatIfArguments) -> Result<(), Failure> {
    let twin = TwinClient::new(&arguments.twin);
    let plant = match &arguments.plant {
        Some(plant) => plant.to_string(),
        None => twin.first_plant()?,
    };
    let mut question = json!({
        "plant": plant,
        "changes": changes(arguments)?,
        "horizon_h": arguments.horizon_h,
        "replications": arguments.replications,
        "seed": arguments.seed,
    });
    if let Some(rule) = &arguments.dispatch {
        question["dispatch"] = json!(rule);
    }
    let body = serde_json::to_vec(&question).or_fail(Kind::Finding)?;
    let answer = twin.post("/api/v1/what-if", body)?;
    if arguments.json {
        say!("{answer}");
    } else {
        print(&answer);
    }
    Ok(())
}

fn changes(arguments: &WhatIfArguments) -> Result<Vec<Value>, Failure> {
    let mut changes: Vec<Value> = Vec::new();
    for (work_center, for_min) in &arguments.down {
        changes.push(json!({
            "change": "work_center_down", "work_center": work_center, "for_min": for_min,
        }));
    }
    for (order, priority) in &arguments.priority {
        changes.push(json!({ "change": "priority", "order": order, "priority": priority }));
    }
    for text in &arguments.change {
        let change = serde_json::from_str(text)
            .map_err(|error| Failure::new(Kind::Config, format!("--change {text}: {error}")))?;
        changes.push(change);
    }
    Ok(changes)
}

fn print(answer: &Value) {
    say!(
        "{} at {} (commit {}): {} runs, seed {}",
        text(&answer["plant"]),
        text(&answer["state_at"]),
        answer["seq"],
        answer["replications"],
        answer["seed"]
    );
    if answer["cut_short"] == true {
        say!("the time for one question ran out before all runs; ask for fewer");
    }
    say!("");
    say!(
        "{:18} {:17} {:17} {:17} {:17} {:>22} {:>18}",
        "order",
        "due",
        "p10",
        "p50",
        "p90",
        "late, % (95 %)",
        "later by, min"
    );
    for order in answer["orders"].as_array().into_iter().flatten() {
        print_order(order);
    }
    say!("");
    say!("{:18} {:>8}", "work center", "busy, %");
    for load in answer["load"].as_array().into_iter().flatten() {
        let busy = load["busy"].as_f64().unwrap_or(0.0) * 100.0;
        say!("{:18} {busy:>8.1}", text(&load["work_center"]));
    }
    let left_out = answer["left_out"].as_array().into_iter().flatten();
    for order in left_out {
        say!(
            "not forecast: {}: {}",
            text(&order["order"]),
            text(&order["why"])
        );
    }
    let assumed = &answer["assumptions"];
    say!(
        "times as in {} finished operations",
        assumed["observed_operations"]
    );
    for center in assumed["stopped_without_end"]
        .as_array()
        .into_iter()
        .flatten()
    {
        say!(
            "{} stands still and nobody has said for how long: an hour in the mean is assumed",
            text(center)
        );
    }
}

fn print_order(order: &Value) {
    let late = &order["late"];
    let percent = |share: &Value| share.as_f64().unwrap_or(0.0) * 100.0;
    let late = if late.is_null() {
        "-".to_owned()
    } else {
        format!(
            "{:.1} ({:.1} to {:.1})",
            percent(&late["share"]),
            percent(&late["low"]),
            percent(&late["high"])
        )
    };
    let later = order["later_min"]["mean"].as_f64().map_or_else(
        || "-".to_owned(),
        |mean| {
            let half = order["later_min"]["half_width"].as_f64().unwrap_or(0.0);
            format!("{mean:.1} ±{half:.1}")
        },
    );
    say!(
        "{:18} {:17} {:17} {:17} {:17} {:>22} {:>18}",
        text(&order["order"]),
        minute(&order["due"]),
        minute(&order["p10"]),
        minute(&order["p50"]),
        minute(&order["p90"]),
        late,
        later
    );
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("-")
}

/// A time to the minute; what is not within the horizon is said to be beyond.
fn minute(value: &Value) -> String {
    let Some(time) = value.as_str().and_then(|text| text.parse::<Time>().ok()) else {
        return "beyond".to_owned();
    };
    time.to_string().chars().take(16).collect()
}
