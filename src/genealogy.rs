//! `twin genealogy`: what a lot was made from and what became of it, as a running twin tells it.

use serde_json::Value;

use crate::cli::GenealogyArguments;
use crate::exit::Failure;
use crate::say::say;
use crate::twin_client::escaped;

pub(crate) fn run(arguments: &GenealogyArguments) -> Result<(), Failure> {
    let twin = arguments.asked.client();
    let plant = arguments.asked.plant(&twin)?;
    let lot = escaped(arguments.lot.as_str());
    let plant = escaped(&plant);
    let answer = twin.get(&format!("/api/v1/plants/{plant}/lots/{lot}/genealogy"))?;
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

fn show(genealogy: &Value) {
    for kin in genealogy["lots"].as_array().into_iter().flatten() {
        let (value, unit) = (&kin["quantity"]["value"], &kin["quantity"]["unit"]);
        let mut line = format!(
            "{:+5}  {}  {} {} {}, {}",
            kin["steps"].as_i64().unwrap_or(0),
            text(&kin["id"]),
            text(&kin["material"]),
            text(value),
            text(unit),
            text(&kin["lifecycle"]).replace('_', " "),
        );
        for (field, words) in [
            ("holds", "on hold"),
            ("inherited_holds", "held by"),
            ("packed_in", "packed in"),
        ] {
            let names: Vec<&str> = kin[field]
                .as_array()
                .into_iter()
                .flatten()
                .map(text)
                .collect();
            if !names.is_empty() {
                line += &format!("; {words} {}", names.join(", "));
            }
        }
        say!("{line}");
    }
    for edge in genealogy["edges"].as_array().into_iter().flatten() {
        let quantity = &edge["quantity"];
        say!(
            "       {} -> {}: {} {} {} since {}",
            text(&edge["parent"]),
            text(&edge["child"]),
            text(&quantity["value"]),
            text(&quantity["unit"]),
            text(&edge["by"]),
            text(&edge["since"]),
        );
    }
    for (field, what) in [
        ("ancestors_truncated", "ancestors"),
        ("descendants_truncated", "descendants"),
        ("edges_truncated", "edges"),
    ] {
        if genealogy[field] == true {
            say!("There are more {what} than are shown; the nearest are.");
        }
    }
}
