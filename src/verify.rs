//! `twin verify`: replays a journal and compares.

use actors::{PlantClock, PlantOptions};
use serde_json::json;

use crate::cli::{ClockArgument, VerifyArguments};
use crate::data_dir;
use crate::exit::{Failure, Kind};

pub(crate) fn run(arguments: &VerifyArguments) -> Result<(), Failure> {
    let dir = data_dir::of_plant(&arguments.data_dir, &arguments.plant);
    if !dir.is_dir() {
        let text = format!(
            "{} has no plant {}",
            arguments.data_dir.display(),
            arguments.plant
        );
        return Err(Failure::new(Kind::Config, text));
    }
    let options = PlantOptions {
        clock: match arguments.clock {
            ClockArgument::Wall => PlantClock::Wall,
            ClockArgument::EventTime => PlantClock::EventTime,
        },
        ..PlantOptions::new(arguments.plant.clone(), dir)
    };
    let verified = actors::verify(&options)?;
    if arguments.json {
        let found = json!({
            "plant": arguments.plant,
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
