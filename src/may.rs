//! `twin may`: whether something may be done in the plant, by its rules, before it is done.

use serde_json::{Value, json};

use crate::exit::{Failure, Kind, OrFail};
use crate::may_cli::MayArguments;
use crate::say::say;

pub(crate) fn run(arguments: MayArguments) -> Result<(), Failure> {
    let twin = arguments.asked.client();
    let plant = arguments.asked.plant(&twin)?;
    let mut question = json!({"plant": plant, "checks": [arguments.wish.into_check()]});
    if let Some(source) = &arguments.source {
        question["source"] = json!(source);
    }
    let body = serde_json::to_vec(&question).or_fail(Kind::Finding)?;
    let answer = twin.post("/api/v1/checks", body)?;
    match arguments.asked.json {
        true => say!("{answer}"),
        false => show(&answer["answers"][0]),
    }
    match answer["may"].as_bool() {
        Some(true) => Ok(()),
        _ => Err(Failure::new(
            Kind::Finding,
            format!("not as plant {plant} stands (commit {})", answer["seq"]),
        )),
    }
}

fn show(answer: &Value) {
    let verdict = text(&answer["verdict"]);
    say!(
        "{}",
        match verdict {
            "yes" => "yes",
            "no" => "no",
            "wait" => "not yet: told now, it would wait",
            "contradicts" => "no: told now, it would be taken, and contradict what is known",
            "person" => "no: told now, it would be put before a person",
            _ => "nobody knows",
        }
    );
    for reason in answer["reasons"].as_array().into_iter().flatten() {
        let code = text(&reason["code"]);
        let gap = if code.is_empty() { "" } else { " " };
        say!("  {code}{gap}{}", text(&reason["text"]));
        if let Some(what_to_do) = reason["what_to_do"].as_str() {
            say!("    {} ({})", what_to_do, text(&reason["owner"]));
        }
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
