//! `twin verify`: replays a journal and compares.

use actors::PlantOptions;
use serde_json::json;

use crate::cli::VerifyArguments;
use crate::data_dir;
use crate::exit::{Failure, Kind};
use crate::say::say;

pub(crate) fn run(arguments: &VerifyArguments) -> Result<(), Failure> {
    let (dir, identity) = data_dir::one_plant(&arguments.data_dir, arguments.plant.as_ref())?;
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
            "broken_invariants": verified.breaches.iter().map(ToString::to_string)
                .collect::<Vec<_>>(),
        });
        say!("{found}");
    } else {
        say!("plant        {}", identity.plant);
        say!("commits      {}", verified.head.commit_no);
        say!(
            "events       {} replayed, every verdict as journaled",
            verified.events
        );
        say!("state hash   {}", verified.state_hash);
        say!("ledger head  {}", verified.head);
        if verified.torn {
            say!("torn end     yes: never acknowledged, cut off at the next start");
        }
    }
    if let Some(first) = verified.breaches.first() {
        let text = format!(
            "{} rules of the model are broken, a fault of the twin; first {first}",
            verified.breaches.len()
        );
        return Err(Failure::new(Kind::Finding, text));
    }
    match verified.snapshot_agrees {
        Some(false) => Err(Failure::new(
            Kind::Finding,
            "the newest snapshot disagrees with the journal",
        )),
        _ => Ok(()),
    }
}
