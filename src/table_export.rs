//! `twin export` of tables: from a running twin, or from the journal of one that does not run.

use std::fs::File;
use std::io::{self, BufWriter, Write};

use actors::{PlantClock, PlantOptions};
use projections::{ExportError, ExportFormat, ExportTable};
use serde_json::json;
use twin_model::Time;

use crate::cli::ExportArguments;
use crate::data_dir;
use crate::exit::{Failure, Kind, OrFail};
use crate::say::say;
use crate::twin_client::{TwinClient, escaped};

/// Counts what is written.
struct Counted<W> {
    out: W,
    bytes: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

pub(crate) fn run(arguments: &ExportArguments, format: ExportFormat) -> Result<(), Failure> {
    let known: Vec<&str> = ExportTable::all().map(ExportTable::name).collect();
    let known = known.join(", ");
    let Some(name) = arguments.what.as_deref() else {
        let text = format!("say with --what which table: {known}");
        return Err(Failure::new(Kind::Config, text));
    };
    let Some(table) = ExportTable::named(name) else {
        let text = format!("--what: '{name}' is none of {known}");
        return Err(Failure::new(Kind::Config, text));
    };
    let Some(path) = &arguments.out else {
        let out = io::stdout();
        write(arguments, table, format, out)?;
        return Ok(());
    };
    let place = path.display();
    let file = File::create(path).map_err(|error| format!("{place}: {error}"));
    let (plant, bytes) = write(arguments, table, format, file.or_fail(Kind::Config)?)?;
    if arguments.json {
        let (format, out) = (format.as_str(), path);
        say!(
            "{}",
            json!({"plant": plant, "table": name, "format": format, "bytes": bytes, "out": out})
        );
    } else {
        say!("{name} of plant {plant}, {bytes} bytes, written to {place}");
    }
    Ok(())
}

/// Gives the plant, and how many bytes were written.
fn write(
    arguments: &ExportArguments,
    table: ExportTable,
    format: ExportFormat,
    out: impl Write + Send,
) -> Result<(String, u64), Failure> {
    let mut out = Counted {
        out: BufWriter::new(out),
        bytes: 0,
    };
    let plant = match (&arguments.twin, &arguments.data_dir) {
        (Some(url), None) => asked(arguments, url, (table, format), &mut out)?,
        (None, Some(_)) => replayed(arguments, (table, format), &mut out)?,
        _ => {
            let text = "say where from: --twin URL for a running one, or --data-dir DIR";
            return Err(Failure::new(Kind::Config, text));
        }
    };
    out.flush()
        .map_err(|error| error.to_string())
        .or_fail(Kind::Config)?;
    Ok((plant, out.bytes))
}

fn asked(
    arguments: &ExportArguments,
    url: &str,
    (table, format): (ExportTable, ExportFormat),
    out: &mut impl Write,
) -> Result<String, Failure> {
    let twin = TwinClient::new(url);
    let plant = match &arguments.plant {
        Some(plant) => plant.to_string(),
        None => twin.first_plant()?,
    };
    let (name, format) = (table.name(), format.as_str());
    let path = format!(
        "/api/v1/plants/{}/export/{name}?format={format}",
        escaped(&plant)
    );
    twin.get_into(&path, out)?;
    Ok(plant)
}

fn replayed(
    arguments: &ExportArguments,
    (table, format): (ExportTable, ExportFormat),
    out: &mut (impl Write + Send),
) -> Result<String, Failure> {
    let data_dir = arguments
        .data_dir
        .as_deref()
        .unwrap_or(std::path::Path::new("."));
    let (dir, identity) = data_dir::one_plant(data_dir, arguments.plant.as_ref())?;
    let options = PlantOptions {
        clock: identity.clock,
        ..PlantOptions::new(identity.plant.clone(), dir)
    };
    let plant = actors::replay(&options, &mut |_| {})?;
    let now = match identity.clock {
        PlantClock::Wall => Time::from_micros(jiff::Timestamp::now().as_microsecond()),
        PlantClock::EventTime => plant.clock(),
    };
    // A plant gives its entities by kind, and each kind in the order of its ids.
    let written = table.write(format, plant.entities(), now, out);
    written
        .map_err(|error: ExportError| error.to_string())
        .or_fail(Kind::Config)?;
    Ok(identity.plant.to_string())
}
