//! `twin export`: what a plant's journal says of its lots, for others to read.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use actors::PlantOptions;
use ingest::epcis_names::EpcisNames;
use serde_json::json;
use twin_model::Time;
use twin_model::wire::epcis::{EpcisDocument, LotFacts};

use crate::cli::ExportArguments;
use crate::data_dir;
use crate::exit::{Failure, Kind, OrFail};
use crate::say::say;

pub(crate) fn run(arguments: &ExportArguments) -> Result<(), Failure> {
    let (dir, identity) = data_dir::one_plant(&arguments.data_dir, arguments.plant.as_ref())?;
    let names = EpcisNames::read(arguments.names.as_deref(), identity.plant.clone());
    let names = names.or_fail(Kind::Config)?;
    let options = PlantOptions {
        clock: identity.clock,
        ..PlantOptions::new(identity.plant.clone(), dir)
    };
    let mut facts = LotFacts::default();
    let plant = actors::replay(&options, &mut |event| facts.note(event))?;
    if let Some(lot) = arguments
        .lot
        .as_ref()
        .filter(|lot| plant.lot(lot).is_none())
    {
        let text = format!("plant {} has no lot {lot}", identity.plant);
        return Err(Failure::new(Kind::Finding, text));
    }
    let now = Time::from_micros(jiff::Timestamp::now().as_microsecond());
    let document = facts
        .document(
            &plant,
            arguments.lot.as_ref(),
            &names.naming,
            &names.zone,
            now,
        )
        .or_fail(Kind::Finding)?;
    let Some(out) = &arguments.out else {
        say!("{}", json!(document));
        return Ok(());
    };
    write(&document, out).or_fail(Kind::Config)?;
    let events = document.events.len();
    if arguments.json {
        let done = json!({"plant": identity.plant, "events": events, "out": out});
        say!("{done}");
    } else {
        say!(
            "{events} events of plant {} written to {}",
            identity.plant,
            out.display()
        );
    }
    Ok(())
}

fn write(document: &EpcisDocument, out: &Path) -> Result<(), String> {
    let written = || -> std::io::Result<()> {
        let mut file = BufWriter::new(File::create(out)?);
        serde_json::to_writer(&mut file, document)?;
        writeln!(file)?;
        file.flush()
    };
    written().map_err(|error| format!("{}: {error}", out.display()))
}
