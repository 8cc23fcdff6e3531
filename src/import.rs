//! `twin import`: files, through a mapping or by their format, into a plant.

use std::io::IsTerminal;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Instant;

use actors::{Input, PlantClock, PlantOptions};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use ingest::import_run::{ImportOptions, ImportRunError, Progress, import_to_intake};

use crate::cli::ImportArguments;
use crate::data_dir;
use crate::exit::{Failure, Kind, OrFail};
use crate::import_format::ImportFormat;
use crate::import_through_broker;
use crate::report::{Dispositions, EXCEPTIONS_SHOWN_MAX, Report, ShownException};

pub(crate) async fn run(arguments: ImportArguments) -> Result<(), Failure> {
    let format = ImportFormat::of(&arguments.source)?;
    let report = match (&arguments.broker, &arguments.twin, &arguments.data_dir) {
        (Some(broker), Some(twin), None) => {
            import_through_broker::run(&arguments, &format, broker, twin).await?
        }
        (None, _, Some(data_dir)) => into_data_dir(&arguments, &format, data_dir).await?,
        _ => {
            return Err(Failure::new(
                Kind::Config,
                "give --broker and --twin, or --data-dir",
            ));
        }
    };
    report.print(arguments.json);
    Ok(())
}

/// Imports into a plant of this process, and tells it at the end that nothing earlier follows.
async fn into_data_dir(
    arguments: &ImportArguments,
    format: &ImportFormat,
    data_dir: &Path,
) -> Result<Report, Failure> {
    let started = Instant::now();
    let files = files_of(&arguments.source.files)?;
    let importer = format.open(&files)?;
    let plant = format.plant();
    let options = PlantOptions {
        clock: PlantClock::EventTime,
        ..PlantOptions::new(plant.clone(), data_dir::of_plant(data_dir, plant))
    };
    let handle = actors::open(options).await?;
    let before = handle.fork().take().await.or_fail(Kind::Finding)?;
    let bar = progress_bar(arguments.json);
    let sent = import_to_intake(
        handle.intake(),
        importer,
        options_of(arguments),
        |progress| {
            show(&bar, progress);
        },
    )
    .await
    .map_err(|error| failure_of(&error))?;
    bar.finish_and_clear();
    let after = handle.fork().take().await.or_fail(Kind::Finding)?;
    if let Some(end) = after.sources.values().max() {
        handle
            .intake()
            .submit(vec![Input::tick(*end)])
            .await
            .or_fail(Kind::Finding)?;
    }
    let end = handle.fork().take().await.or_fail(Kind::Finding)?;
    handle.close().await;
    let open = end.plant.open_discrepancies();
    Ok(Report {
        plant: plant.to_string(),
        rows_read: sent.file.rows_read,
        events_sent: sent.confirmed,
        events_sent_again: sent.sent_again,
        rows_unmapped: sent.file.row_exceptions,
        rows_unchanged: sent.file.rows_unchanged,
        rows_without_rule: sent.file.rows_without_rule,
        rows_skipped: sent.file.rows_skipped.clone(),
        dispositions: Dispositions::from(end.counts.as_ref())
            .since(&Dispositions::from(before.counts.as_ref())),
        first_exceptions: end
            .exceptions
            .iter()
            .filter(|entry| before.exceptions.iter().all(|known| known.id != entry.id))
            .take(EXCEPTIONS_SHOWN_MAX)
            .map(|entry| ShownException::from(entry.as_ref()))
            .collect(),
        discrepancies: open
            .iter()
            .map(|(code, n)| (code.to_string(), *n))
            .collect(),
        state_hash: end.plant.state_hash().to_string(),
        elapsed_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
    })
}

/// The files, and those of each folder by name. What a folder hides is no file of it.
pub(crate) fn files_of(given: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for path in given {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let context = |error: std::io::Error| {
            Failure::new(Kind::Config, format!("{}: {error}", path.display()))
        };
        let mut found = Vec::new();
        for entry in path.read_dir().map_err(context)? {
            let entry = entry.map_err(context)?;
            let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
            if entry.path().is_file() && !is_hidden {
                found.push(entry.path());
            }
        }
        if found.is_empty() {
            let text = format!("{}: the folder has no files", path.display());
            return Err(Failure::new(Kind::Config, text));
        }
        found.sort();
        files.extend(found);
    }
    Ok(files)
}

pub(crate) fn options_of(arguments: &ImportArguments) -> ImportOptions {
    ImportOptions {
        events_per_s: arguments.throttle.and_then(NonZeroU32::new),
    }
}

pub(crate) fn failure_of(error: &ImportRunError) -> Failure {
    let kind = match error {
        ImportRunError::File(_) | ImportRunError::Plant(_) => Kind::Config,
        ImportRunError::Broker { .. } => Kind::Unreachable,
        ImportRunError::Intake { .. } => Kind::Finding,
    };
    Failure::new(kind, error)
}

/// A bar on the terminal's error stream, for people only.
pub(crate) fn progress_bar(json: bool) -> ProgressBar {
    let target = if json || !std::io::stderr().is_terminal() {
        ProgressDrawTarget::hidden()
    } else {
        ProgressDrawTarget::stderr()
    };
    let bar = ProgressBar::with_draw_target(None, target);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} rows  {msg}") {
        bar.set_style(style);
    }
    bar
}

pub(crate) fn show(bar: &ProgressBar, progress: Progress) {
    bar.set_length(progress.rows_total);
    bar.set_position(progress.rows_read);
    bar.set_message(format!("{} events stored", progress.confirmed));
}
