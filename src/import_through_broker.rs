//! The import's way through a RabbitMQ: publish, then ask the running twin what became of it.

use std::time::{Duration, Instant};

use ingest::import_run::import_to_amqp;
use serde_json::Value;

use crate::broker_config::BrokerConfig;
use crate::cli::ImportArguments;
use crate::exit::{Failure, Kind, OrFail};
use crate::import::{failure_of, files_of, options_of, progress_bar, show};
use crate::import_format::ImportFormat;
use crate::report::{Dispositions, Report};
use crate::twin_client::{TwinClient, escaped};

/// How often the twin is asked how far it is.
const ASK_EVERY: Duration = Duration::from_millis(100);
/// How often in a row the twin must have taken enough, and nothing since the time before.
const SETTLED_LOOKS: u32 = 3;

pub(crate) async fn run(
    arguments: &ImportArguments,
    format: &ImportFormat,
    broker: &str,
    twin: &str,
) -> Result<Report, Failure> {
    let started = Instant::now();
    let files = (&arguments.password_file, &arguments.ca_file);
    let config = BrokerConfig::of_url(broker, files.0.clone(), files.1.clone());
    let url = config.url("broker")?;
    let twin = TwinClient::new(twin);
    let plant = format.plant().to_string();
    let path = format!("/api/v1/plants/{}", escaped(&plant));
    let before = counts(&twin.get(&path)?)?;
    let files = files_of(&arguments.source.files)?;
    let importer = format.open(&files)?;
    let bar = progress_bar(arguments.json);
    let sent = import_to_amqp(&url, importer, options_of(arguments), |progress| {
        show(&bar, progress);
    })
    .await
    .map_err(|error| failure_of(&error))?;
    let wanted = before.input + sent.confirmed;
    let patience = Duration::from_secs(arguments.patience);
    wait_until_taken(&twin, &path, wanted, patience).await?;
    bar.finish_and_clear();
    let state = ask(&twin, &format!("{path}/state"), patience).await?;
    let after = counts(&ask(&twin, &path, patience).await?)?;
    Ok(Report {
        plant,
        rows_read: sent.file.rows_read,
        events_sent: sent.confirmed,
        events_sent_again: sent.sent_again,
        rows_unmapped: sent.file.row_exceptions,
        rows_unchanged: sent.file.rows_unchanged,
        rows_without_rule: sent.file.rows_without_rule,
        rows_skipped: sent.file.rows_skipped.clone(),
        dispositions: after.since(&before),
        first_exceptions: Vec::new(),
        discrepancies: serde_json::from_value(state["open_discrepancies"].clone())
            .or_fail(Kind::Finding)?,
        state_hash: state["state_hash"].as_str().unwrap_or_default().to_owned(),
        elapsed_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
    })
}

/// The twin's answer. One that is down for a while is waited for.
async fn ask(twin: &TwinClient, path: &str, patience: Duration) -> Result<Value, Failure> {
    let started = Instant::now();
    loop {
        match twin.get(path) {
            Err(failure) if failure.is_passing() && started.elapsed() <= patience => {
                tokio::time::sleep(ASK_EVERY).await;
            }
            answer => return answer,
        }
    }
}

fn counts(plant: &Value) -> Result<Dispositions, Failure> {
    Dispositions::of_plant(plant)
        .or_else(|| Dispositions::of_plant(plant.get("item")?))
        .ok_or_else(|| Failure::new(Kind::Finding, "the twin's answer has no counts"))
}

/// Waits until the twin has a disposition for every event. A twin that is down for a while is
/// waited for.
///
/// What the broker delivers again counts as input too, so that the number may be reached a few
/// events before the last one: it must also have settled.
async fn wait_until_taken(
    twin: &TwinClient,
    path: &str,
    wanted: u64,
    patience: Duration,
) -> Result<(), Failure> {
    let mut last = (0, Instant::now());
    let mut settled = 0;
    loop {
        let answer = twin.get(path);
        let input = answer
            .as_ref()
            .ok()
            .and_then(|plant| counts(plant).ok())
            .map(|c| c.input);
        match input {
            Some(input) if input != last.0 => {
                last = (input, Instant::now());
                settled = 0;
            }
            Some(input) if input >= wanted => settled += 1,
            _ => {}
        }
        if settled >= SETTLED_LOOKS {
            return Ok(());
        }
        if last.1.elapsed() > patience {
            let text = format!(
                "the twin has taken {} of {wanted} inputs and does not go on; nothing is lost: \
                 the rest waits in the broker",
                last.0
            );
            return Err(answer
                .err()
                .unwrap_or_else(|| Failure::new(Kind::Finding, text)));
        }
        tokio::time::sleep(ASK_EVERY).await;
    }
}
