//! `twin exceptions`: what needs a person, from a running twin.

use serde_json::Value;

use crate::cli::{ExceptionsArguments, ExceptionsCommand};
use crate::exit::{Failure, Kind};
use crate::say::say;
use crate::twin_client::{TwinClient, escaped};

pub(crate) fn run(arguments: &ExceptionsArguments) -> Result<(), Failure> {
    let twin = TwinClient::new(&arguments.twin);
    let plant = match &arguments.plant {
        Some(plant) => plant.to_string(),
        None => first_plant(&twin)?,
    };
    let path = format!("/api/v1/plants/{}/exceptions", escaped(&plant));
    match &arguments.command {
        ExceptionsCommand::List => list(&twin.get(&format!("{path}?limit=500"))?, arguments.json),
        ExceptionsCommand::Show { id } => {
            show(
                &twin.get(&format!("{path}/{}", escaped(id)))?,
                arguments.json,
            );
        }
    }
    Ok(())
}

fn first_plant(twin: &TwinClient) -> Result<String, Failure> {
    let plants = twin.get("/api/v1/plants")?;
    let first = plants["items"][0]["id"].as_str().map(str::to_owned);
    first.ok_or_else(|| Failure::new(Kind::Finding, "the twin has no plant"))
}

fn list(answer: &Value, json: bool) {
    if json {
        say!("{answer}");
        return;
    }
    let items = answer["items"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    if items.is_empty() {
        say!("No exceptions.");
    }
    for item in items {
        say!(
            "{:<8} {:<9} {}  {}",
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
        "source",
        "event_id",
        "event_type",
        "object",
        "first_seen",
    ] {
        say!("{field:<11} {}", text(item, field));
    }
    say!("\n{}", text(item, "raw"));
}

fn text<'a>(item: &'a Value, field: &str) -> &'a str {
    item[field].as_str().unwrap_or("-")
}
