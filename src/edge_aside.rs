//! `twin edge aside`: messages that the central broker refuses for good, and what a person does with
//! them.

use ingest::edge::aside::AsideList;
use serde_json::json;

use crate::cli::{EdgeAsideArguments, EdgeAsideCommand};
use crate::exit::{Failure, Kind, OrFail};
use crate::say::say;
use crate::twin_client::{TwinClient, escaped};

const PATH: &str = "/api/v1/edge/aside";

pub(crate) fn run(arguments: &EdgeAsideArguments) -> Result<(), Failure> {
    let edge = TwinClient::new(&arguments.edge);
    match &arguments.command {
        EdgeAsideCommand::List => list(&edge, arguments.json),
        EdgeAsideCommand::Replay { id, reason } => {
            settle(&edge, id, "replay", reason, arguments.json)
        }
        EdgeAsideCommand::Discard { id, reason } => {
            settle(&edge, id, "discard", reason, arguments.json)
        }
    }
}

fn list(edge: &TwinClient, json: bool) -> Result<(), Failure> {
    let answer = edge.get(PATH)?;
    if json {
        say!("{answer}");
        return Ok(());
    }
    let list: AsideList = serde_json::from_value(answer).or_fail(Kind::Finding)?;
    for item in &list.items {
        say!("{}  {}  {}  {}", item.id, item.at, item.code, item.text);
    }
    if list.items.is_empty() {
        say!("nothing is set aside");
    }
    Ok(())
}

fn settle(edge: &TwinClient, id: &str, how: &str, reason: &str, json: bool) -> Result<(), Failure> {
    // A plant's own name may hold a slash.
    let mut words = id.rsplitn(3, '/');
    let (Some(number), Some(class), Some(plant)) = (words.next(), words.next(), words.next())
    else {
        let text = format!("{id:?} names no message; like P1/nrt/42, as the list shows them");
        return Err(Failure::new(Kind::Config, text));
    };
    let path = format!(
        "{PATH}/{}/{}/{}/{how}",
        escaped(plant),
        escaped(class),
        escaped(number)
    );
    let answer = edge.post(&path, json!({ "reason": reason }).to_string())?;
    if json {
        say!("{answer}");
    } else {
        say!("{id} {}", answer["settled"].as_str().unwrap_or_default());
    }
    Ok(())
}
