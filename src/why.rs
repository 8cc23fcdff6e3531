//! `twin why`: why an order waits or is late, as a running twin tells it.

use serde_json::Value;

use crate::cli::WhyArguments;
use crate::exit::Failure;
use crate::say::say;
use crate::twin_client::escaped;

pub(crate) fn run(arguments: &WhyArguments) -> Result<(), Failure> {
    let twin = arguments.asked.client();
    let plant = escaped(&arguments.asked.plant(&twin)?);
    let order = escaped(arguments.order.as_str());
    let answer = twin.get(&format!("/api/v1/plants/{plant}/work-orders/{order}/why"))?;
    if arguments.asked.json {
        say!("{answer}");
        return Ok(());
    }
    show(&answer["item"]);
    Ok(())
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn show(why: &Value) {
    for link in list(&why["chain"]) {
        show_link(link);
    }
    if why["truncated"] == true {
        say!("There is more than is shown; ask about one of the orders that are named.");
    }
    if let Some(late) = why["late"]["text"].as_str() {
        say!("{late}");
    }
    let known = |op: &&Value| op["waited_s"].is_i64() || op["took_s"].is_i64();
    for op in list(&why["operations"]).filter(known) {
        let parts = [
            ("waited", &op["waited_s"]),
            ("took", &op["took_s"]),
            ("planned", &op["planned_s"]),
            ("over its plan", &op["over_s"]),
        ];
        let parts = parts.iter().filter(|(what, seconds)| {
            *what != "over its plan" || seconds.as_i64().is_some_and(|over| over > 0)
        });
        let parts = parts.filter_map(|(what, seconds)| {
            let seconds = seconds.as_i64()?;
            Some(format!("{what} {}", spoken(seconds)))
        });
        let parts: Vec<String> = parts.collect();
        let (op, state) = (text(&op["op"]), text(&op["state"]).replace('_', " "));
        say!("  operation {op} ({state}): {}", parts.join(", "));
    }
}

/// One link: a sentence, and below it who can do what, where the chain ends.
fn show_link(link: &Value) {
    let depth = link["depth"].as_u64().unwrap_or(0);
    let indent = "  ".repeat(usize::try_from(depth).unwrap_or(0));
    let mut line = format!("{indent}{}", text(&link["text"]));
    if let Some(code) = link["code"].as_str() {
        line += &format!(" [{code}]");
    }
    if let Some(for_s) = link["for_s"].as_i64() {
        line += &format!(" (for {})", spoken(for_s));
    }
    say!("{line}");
    if link["root"] == true
        && let (Some(owner), Some(step)) = (link["owner"].as_str(), link["what_to_do"].as_str())
    {
        say!("{indent}  -> {owner}: {step}");
    }
}

/// Seconds as people say them: the two largest of days, hours, minutes and seconds.
fn spoken(seconds: i64) -> String {
    let sign = if seconds < 0 { "-" } else { "" };
    let all = seconds.unsigned_abs();
    let parts = [
        (all / 86_400, "d"),
        (all / 3_600 % 24, "h"),
        (all / 60 % 60, "min"),
        (all % 60, "s"),
    ];
    let first = parts.iter().position(|(value, _)| *value > 0).unwrap_or(3);
    let shown = parts.iter().skip(first).take(2);
    let shown = shown.filter(|(value, unit)| *value > 0 || (all == 0 && *unit == "s"));
    let shown: Vec<String> = shown
        .map(|(value, unit)| format!("{value} {unit}"))
        .collect();
    format!("{sign}{}", shown.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_in_their_two_largest_units() {
        for (seconds, expected) in [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (5_400, "1 h 30 min"),
            (86_400 + 59, "1 d"),
            (-61, "-1 min 1 s"),
        ] {
            assert_eq!(spoken(seconds), expected);
        }
    }
}
