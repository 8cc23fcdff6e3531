//! `twin verify`: replays a journal and compares.

use actors::{Difference, EntityDifference, OpenError, PlantOptions, RecoveryError, Verified};
use serde_json::{Value, json};
use twin_model::PlantId;

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
    let verified = actors::verify(&options).inspect_err(|error| {
        if let (true, OpenError::Recovery(error)) = (arguments.json, error) {
            say!("{}", not_readable_as_json(&identity.plant, error));
        }
    })?;
    if arguments.json {
        say!("{}", as_json(&identity.plant, &verified));
    } else {
        tell(&identity.plant, &verified);
    }
    if let Some(difference) = &verified.difference {
        return Err(Failure::new(Kind::Finding, difference));
    }
    if let Some(first) = verified.breaches.first() {
        let text = format!(
            "{} rules of the model are broken, a fault of the twin; first {first}",
            verified.breaches.len()
        );
        return Err(Failure::new(Kind::Finding, text));
    }
    Ok(())
}

fn as_json(plant: &PlantId, verified: &Verified) -> Value {
    let snapshots = verified.snapshots.iter();
    json!({
        "plant": plant,
        "began_after": verified.began_after,
        "commits": verified.head.commit_no,
        "events": verified.events,
        "input": verified.counts.input(),
        "state_hash": verified.state_hash.to_string(),
        "ledger_head": verified.head.to_string(),
        "snapshots": snapshots.map(|(path, against)| json!({"file": path, "passed_over": against}))
            .collect::<Vec<_>>(),
        "torn_end": verified.torn,
        "damage": null,
        "difference": verified.difference.as_ref().map(difference_as_json),
        "broken_invariants": verified.breaches.iter().map(ToString::to_string)
            .collect::<Vec<_>>(),
    })
}

/// What is said of files that cannot be read to their end, in the place of what they hold.
fn not_readable_as_json(plant: &PlantId, error: &RecoveryError) -> Value {
    let (file, offset) = error.place();
    let damage = json!({"file": file, "offset": offset, "what": error.to_string()});
    json!({"plant": plant, "damage": damage})
}

fn difference_as_json(difference: &Difference) -> Value {
    json!({
        "segment": difference.place.segment,
        "offset": difference.place.offset,
        "commit_no": difference.place.commit_no,
        "event": difference.event,
        "against": difference.against.as_str(),
        "snapshot": difference.against.snapshot(),
        "what": difference.what,
        "kept": difference.kept,
        "replayed": difference.replayed,
        "entities_len": difference.entities_len,
        "entities": difference.entities.iter().map(entity_as_json).collect::<Vec<_>>(),
    })
}

fn entity_as_json(differs: &EntityDifference) -> Value {
    json!({
        "kind": differs.key.kind().as_str(),
        "id": differs.key.id(),
        "fields": differs.fields,
    })
}

fn tell(plant: &PlantId, verified: &Verified) {
    say!("plant        {plant}");
    if verified.began_after > 0 {
        say!(
            "begins       after commit {}, with the oldest snapshot: what was before is not here",
            verified.began_after
        );
    }
    say!("commits      {}", verified.head.commit_no);
    let as_it_was = match verified.difference {
        None => "every verdict as journaled",
        Some(_) => "up to the first difference",
    };
    say!("events       {} replayed, {as_it_was}", verified.events);
    for (path, against) in &verified.snapshots {
        let found = match (against, &verified.difference) {
            (Some(why), _) => why.as_str(),
            (None, None) => "agrees",
            (None, Some(_)) => "not compared to the end",
        };
        say!("snapshot     {}: {found}", path.display());
    }
    say!("state hash   {}", verified.state_hash);
    say!("ledger head  {}", verified.head);
    if verified.torn {
        say!("torn end     yes: never acknowledged, cut off at the next start");
    }
    let Some(difference) = &verified.difference else {
        return;
    };
    say!("\nDIFFERENCE   {difference}");
    for entity in &difference.entities {
        say!("  {}", entity.key);
        for field in &entity.fields {
            say!("    {field}");
        }
    }
    let named = difference.entities.len();
    if difference.entities_len > named {
        say!("  and {} more", difference.entities_len - named);
    }
}
