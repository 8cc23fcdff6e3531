//! `twin export`: a table of a plant, or what its journal says of its lots, for others to read.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use actors::PlantOptions;
use ingest::epcis_names::EpcisNames;
use projections::ExportFormat;
use serde_json::json;
use twin_model::Time;
use twin_model::wire::epcis::{EpcisDocument, LotFacts};

use crate::cli::{ExportArguments, WrittenFormat};
use crate::data_dir;
use crate::exit::{Failure, Kind, OrFail};
use crate::say::say;
use crate::table_export;

pub(crate) fn run(arguments: &ExportArguments) -> Result<(), Failure> {
    match arguments.format {
        WrittenFormat::Epcis => epcis(arguments),
        WrittenFormat::Jsonl => table_export::run(arguments, ExportFormat::Jsonl),
        WrittenFormat::Csv => table_export::run(arguments, ExportFormat::Csv),
        WrittenFormat::Parquet => table_export::run(arguments, ExportFormat::Parquet),
    }
}

fn epcis(arguments: &ExportArguments) -> Result<(), Failure> {
    let Some(data_dir) = &arguments.data_dir else {
        let text = "an EPCIS document is made of a journal: give --data-dir DIR";
        return Err(Failure::new(Kind::Config, text));
    };
    if arguments.what.is_some() {
        let text = "--what names a table, for --format jsonl, csv or parquet; leave it out";
        return Err(Failure::new(Kind::Config, text));
    }
    let (dir, identity) = data_dir::one_plant(data_dir, arguments.plant.as_ref())?;
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
