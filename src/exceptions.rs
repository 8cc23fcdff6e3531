//! `twin exceptions`: what needs a person, shown and settled at a running twin.

use std::fs;
use std::path::Path;

use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::cli::{ExceptionsArguments, ExceptionsCommand};
use crate::exit::{Failure, Kind};
use crate::say::say;
use crate::twin_client::escaped;

pub(crate) fn run(arguments: &ExceptionsArguments) -> Result<(), Failure> {
    let twin = arguments.asked.client();
    let plant = arguments.asked.plant(&twin)?;
    let plant = format!("/api/v1/plants/{}", escaped(&plant));
    let one = |id: &str| format!("{plant}/exceptions/{}", escaped(id));
    let json = arguments.asked.json;
    match &arguments.command {
        ExceptionsCommand::List {
            all, grouped: true, ..
        } => {
            let state = if *all { "" } else { "?state=open" };
            groups(
                &twin.get(&format!("{plant}/exception-groups{state}"))?,
                json,
            );
        }
        ExceptionsCommand::List { all, code, .. } => {
            let state = if *all { "" } else { "&state=open" };
            let code = code
                .as_ref()
                .map_or(String::new(), |code| format!("&code={}", escaped(code)));
            list(
                &twin.get(&format!("{plant}/exceptions?limit=500{state}{code}"))?,
                json,
            );
        }
        ExceptionsCommand::Parked => parked(&twin.get(&format!("{plant}/parked?limit=500"))?, json),
        ExceptionsCommand::Show { id } => show(&twin.get(&one(id))?, json),
        ExceptionsCommand::Replay {
            ids,
            reason,
            by,
            dry_run,
            event,
        } => {
            let body = body(reason.as_deref(), by.as_deref(), event.as_deref())?;
            if event.is_some() && ids.len() > 1 {
                let text = "one corrected event takes the place of one exception";
                return Err(Failure::new(Kind::Config, text));
            }
            for id in ids {
                let path = format!("{}/replay?dry_run={dry_run}", one(id));
                settled(&twin.post(&path, &body)?, json);
            }
        }
        ExceptionsCommand::Discard { ids, reason, by } => {
            let body = body(Some(reason), by.as_deref(), None)?;
            for id in ids {
                settled(&twin.post(&format!("{}/discard", one(id)), &body)?, json);
            }
        }
    }
    Ok(())
}

/// What is sent with a replay or a discard. A corrected event stays as it is in its file.
fn body(reason: Option<&str>, by: Option<&str>, event: Option<&Path>) -> Result<String, Failure> {
    let user = std::env::var("USER").ok();
    let mut body = json!({ "reason": reason, "by": by.or(user.as_deref()) }).to_string();
    if let Some(path) = event {
        let wrong =
            |error: String| Failure::new(Kind::Config, format!("{}: {error}", path.display()));
        let text = fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
        let event = RawValue::from_string(text).map_err(|error| wrong(error.to_string()))?;
        body.truncate(body.len() - 1);
        body.push_str(&format!(",\"event\":{}}}", event.get()));
    }
    Ok(body)
}

fn items(answer: &Value) -> &[Value] {
    let items = answer["items"].as_array();
    items.map(Vec::as_slice).unwrap_or_default()
}

fn list(answer: &Value, json: bool) {
    if json {
        say!("{answer}");
        return;
    }
    if items(answer).is_empty() {
        say!("No exceptions.");
    }
    for item in items(answer) {
        let state = match item["settled"]["how"].as_str() {
            Some(how) => format!("({how}) "),
            None => String::new(),
        };
        say!(
            "{:<8} {:<9} {}  {state}{}",
            text(item, "id"),
            text(item, "code"),
            text(item, "first_seen"),
            text(item, "text")
        );
    }
    if !answer["next"].is_null() {
        say!("… and more: the list has further pages at the twin.");
    }
}

fn groups(answer: &Value, json: bool) {
    if json {
        say!("{answer}");
        return;
    }
    if items(answer).is_empty() {
        say!("No exceptions.");
    }
    for item in items(answer) {
        say!(
            "{:>6} x {:<9} {} to {}  {}",
            item["count"],
            text(item, "code"),
            text(item, "first_seen"),
            text(item, "last_seen"),
            text(item, "text")
        );
        say!(
            "         {}: {}",
            text(item, "owner"),
            text(item, "what_to_do")
        );
    }
}

fn parked(answer: &Value, json: bool) {
    if json {
        say!("{answer}");
        return;
    }
    if items(answer).is_empty() {
        say!("Nothing waits.");
    }
    for item in items(answer) {
        say!(
            "{:<9} until {}  {} of {}: {}",
            text(item, "code"),
            text(item, "until"),
            text(item, "event_id"),
            text(item, "source"),
            text(item, "text")
        );
    }
    if !answer["next"].is_null() {
        say!("… and more: {} wait in all.", answer["total"]);
    }
}

fn show(answer: &Value, json: bool) {
    if json {
        say!("{answer}");
        return;
    }
    let item = &answer["item"];
    for field in [
        "id",
        "code",
        "text",
        "what_to_do",
        "owner",
        "source",
        "event_id",
        "event_type",
        "object",
        "first_seen",
        "last_seen",
    ] {
        say!("{field:<11} {}", text(item, field));
    }
    for field in ["seen", "tries"] {
        say!("{field:<11} {}", item[field]);
    }
    let steps: Vec<&str> = item["steps"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    match item["settled"].is_null() {
        true => say!("{:<11} {}", "steps", steps.join(", ")),
        false => say!("{:<11} {}", "settled", end_of(&item["settled"])),
    }
    say!("\n{}", text(item, "raw"));
}

fn end_of(settled: &Value) -> String {
    let by = settled["by"].as_str().unwrap_or("an unnamed person");
    let (how, at) = (text(settled, "how"), text(settled, "at"));
    format!("{how} on {at} by {by}: {}", text(settled, "reason"))
}

/// What a replay or a discard did, or would do.
fn settled(answer: &Value, json: bool) {
    if json {
        say!("{answer}");
        return;
    }
    let would = answer["dry_run"] == json!(true);
    let verb = if would { "would be" } else { "is" };
    let exception = &answer["exception"];
    let id = text(exception, "id");
    match exception["settled"].is_null() {
        false => say!("{id} {verb} {}.", end_of(&exception["settled"])),
        true => say!("{id} {verb} still open: {}", text(exception, "text")),
    }
    if answer["already"] == json!(true) {
        say!("  That was done before; nothing changes.");
    }
    for change in answer["changes"].as_array().into_iter().flatten() {
        let (kind, name) = (text(change, "kind"), text(change, "id"));
        say!("  {kind} {name}");
        for line in differences(&change["before"], &change["after"]) {
            say!("    {line}");
        }
    }
    for notice in answer["notices"].as_array().into_iter().flatten() {
        say!("  notice: {}", text(notice, "text"));
    }
    for command in answer["commands"].as_array().into_iter().flatten() {
        say!("  command: {}", text(command, "type"));
    }
}

/// The fields in which two items differ, a line each, as `path: before -> after`.
fn differences(before: &Value, after: &Value) -> Vec<String> {
    if before.is_null() {
        return vec!["would be new".to_owned()];
    }
    let fields = actors::differing_fields(before, after).into_iter();
    fields
        .filter(|field| field.path != "version")
        .map(|field| field.to_string())
        .collect()
}

fn text<'a>(item: &'a Value, field: &str) -> &'a str {
    item[field].as_str().unwrap_or("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_names_the_field_and_both_values() {
        let before = json!({"version": 1, "ops": [{"good": "1"}], "late": false, "lots": ["A"]});
        let after = json!({"version": 2, "ops": [{"good": "6"}], "late": false, "lots": []});
        assert_eq!(
            differences(&before, &after),
            ["lots: [\"A\"] -> []", "ops[0].good: \"1\" -> \"6\""]
        );
        assert_eq!(differences(&Value::Null, &after), ["would be new"]);
    }
}
