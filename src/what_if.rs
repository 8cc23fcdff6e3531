//! `twin what-if`: when orders will be finished, and what a change would do to that.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use twin_model::Time;

use crate::exit::{Failure, Kind, OrFail};
use crate::say::say;
use crate::twin_client::TwinClient;
use crate::what_if_cli::WhatIfArguments;

/// Where questions go.
const ROUTE: &str = "/api/v1/what-if";

pub(crate) fn run(arguments: &WhatIfArguments) -> Result<(), Failure> {
    let twin = arguments.asked.client();
    let plant = arguments.asked.plant(&twin)?;
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
    if arguments.asked.json {
        say!("{}", twin.post(ROUTE, body)?);
    } else {
        print(&watched(&twin, body)?);
    }
    Ok(())
}

/// The answer; how far it is is shown on a terminal meanwhile.
fn watched(twin: &TwinClient, body: Vec<u8>) -> Result<Value, Failure> {
    if !std::io::stderr().is_terminal() {
        return twin.post(ROUTE, body);
    }
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} runs  {msg}") {
        bar.set_style(style);
    }
    let mut answer = None;
    let mut problem = None;
    twin.post_for_lines(ROUTE, body, &mut |line| {
        let progress = &line["progress"];
        if progress.is_object() {
            bar.set_length(progress["of"].as_u64().unwrap_or(0));
            bar.set_position(progress["replications"].as_u64().unwrap_or(0));
            bar.set_message(so_far(progress));
        } else if line["answer"].is_object() {
            answer = Some(line["answer"].clone());
        } else {
            problem = line["problem"]["detail"].as_str().map(str::to_owned);
        }
    })?;
    bar.finish_and_clear();
    answer.ok_or_else(|| {
        let text = problem.unwrap_or_else(|| "the twin ended before it answered".to_owned());
        Failure::new(Kind::Finding, text)
    })
}

/// The figure of the runs so far that moves longest: the last order that half of them finish.
fn so_far(progress: &Value) -> String {
    let orders = progress["orders"].as_array().into_iter().flatten();
    let last = orders
        .filter(|order| order["p50"].is_string())
        .max_by_key(|order| order["p50"].as_str().map(str::to_owned));
    last.map_or_else(String::new, |order| {
        format!("{} by {}", text(&order["order"]), minute(&order["p50"]))
    })
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
    for shift in &arguments.shift {
        changes.push(json!({
            "change": "shift", "work_center": shift.work_center, "hours_are": shift.hours_are,
            "hours": shift.hours,
        }));
    }
    for (work_center, good) in &arguments.good {
        changes.push(json!({ "change": "yield", "work_center": work_center, "good": good }));
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
    for order in answer["orders"].as_array().into_iter().flatten() {
        if let Some(why) = order["late_unknown"].as_str() {
            say!(
                "not known whether it is late: {}: {why}",
                text(&order["order"])
            );
        }
    }
    print_assumptions(&answer["assumptions"]);
}

fn print_assumptions(assumed: &Value) {
    say!(
        "times as in {} finished operations",
        assumed["observed_operations"]
    );
    let stopped = assumed["stopped_without_end"].as_array();
    for center in stopped.into_iter().flatten() {
        say!(
            "{} stands still and nobody has said for how long: an hour in the mean is assumed",
            text(center)
        );
    }
    for overdue in assumed["overdue"].as_array().into_iter().flatten() {
        let number = |name: &str| overdue[name].as_f64().unwrap_or(0.0);
        let against = match overdue["told_by"].as_str() {
            Some("work_center") => "the longest that finished operations there tell",
            Some("plant") => "the longest that finished operations of the plant tell",
            _ => "what is planned",
        };
        say!(
            "operation {} of {} at {} is taken as done at once: no word since {}, {:.0} min, and \
             {against} is {:.0} min",
            text(&overdue["operation"]),
            text(&overdue["order"]),
            text(&overdue["work_center"]),
            minute(&overdue["since"]),
            number("elapsed_min"),
            number("longest_min")
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
