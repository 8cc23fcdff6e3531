//! `twin verify`: replays a journal and compares.

use actors::{Identity, PlantOptions};
use serde_json::json;

use crate::cli::VerifyArguments;
use crate::data_dir;
use crate::exit::{Failure, Kind};

pub(crate) fn run(arguments: &VerifyArguments) -> Result<(), Failure> {
    let found = data_dir::plants(&arguments.data_dir)?;
    let wanted = |identity: &Identity| match &arguments.plant {
        Some(plant) => identity.plant == *plant,
        None => true,
    };
    let mut matching = found.iter().filter(|(_, identity)| wanted(identity));
    let (Some((dir, identity)), None) = (matching.next(), matching.next()) else {
        let names: Vec<String> = found.iter().map(|(_, i)| i.plant.to_string()).collect();
        let text = format!(
            "{} holds the plants [{}]; name one of them with --plant",
            arguments.data_dir.display(),
            names.join(", ")
        );
        return Err(Failure::new(Kind::Config, text));
    };
    let options = PlantOptions {
        clock: identity.clock,
        ..PlantOptions::new(identity.plant.clone(), dir)
    };
    let verified = actors::verify(&options)?;
    if arguments.json {
        let found = json!({
            "plant": identity.plant,
            "commits": verified.head.commit_no,
            "events": verified.events,
            "input": verified.counts.input(),
            "state_hash": verified.state_hash.to_string(),
            "ledger_head": verified.head.to_string(),
            "snapshot_agrees": verified.snapshot_agrees,
            "torn_end": verified.torn,
        });
        println!("{found}");
    } else {
        println!("plant        {}", identity.plant);
        println!("commits      {}", verified.head.commit_no);
        println!(
            "events       {} replayed, every verdict as journaled",
            verified.events
        );
        println!("state hash   {}", verified.state_hash);
        println!("ledger head  {}", verified.head);
        if verified.torn {
            println!("torn end     yes: never acknowledged, cut off at the next start");
        }
    }
    match verified.snapshot_agrees {
        Some(false) => Err(Failure::new(
            Kind::Finding,
            "the newest snapshot disagrees with the journal",
        )),
        _ => Ok(()),
    }
}
