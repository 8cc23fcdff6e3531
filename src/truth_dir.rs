//! The truth of a load as files: written while it is sent, read when a twin is compared with it.
//!
//! | file | what |
//! |---|---|
//! | `facts.jsonl` | every event that reaches the twin in the end, one CloudEvent per line |
//! | `corrupt.jsonl` | every message that cannot be read, with the code that it is to have |
//! | `summary.json` | counts, faults, and the state hash of each plant; written last |

use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use simulators::truth::{Summary, TRUTH_FORMAT, Truth};
use twin_model::{Event, PlantId, wire};

use crate::exit::{Failure, Kind};

const FACTS: &str = "facts.jsonl";
const CORRUPT: &str = "corrupt.jsonl";
const SUMMARY: &str = "summary.json";

/// How much of an unreadable message is compared, in bytes: as much as the twin's lists show.
const COMPARED_BYTES_MAX: usize = 4 * 1024;

/// One message that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CorruptMessage {
    pub(crate) plant: PlantId,
    /// The fault that spoiled it.
    pub(crate) fault: String,
    /// The rule under which it is to be an exception.
    pub(crate) code: String,
    /// How often it was sent.
    pub(crate) sent: u64,
    /// How long it is.
    pub(crate) bytes: usize,
    /// Its start; what is no UTF-8 is replaced.
    pub(crate) starts: String,
}

/// A directory that a truth is being written into.
pub(crate) struct TruthWriter {
    dir: PathBuf,
    facts: BufWriter<File>,
}

/// A truth that was written.
pub(crate) struct KnownTruth {
    dir: PathBuf,
    pub(crate) summary: Summary,
    pub(crate) corrupt: Vec<CorruptMessage>,
}

fn failed(path: &Path, error: impl std::fmt::Display) -> Failure {
    Failure::new(Kind::Config, format!("{}: {error}", path.display()))
}

impl TruthWriter {
    /// Begins a truth in a directory that holds none.
    pub(crate) fn create(dir: &Path) -> Result<TruthWriter, Failure> {
        fs::create_dir_all(dir).map_err(|error| failed(dir, error))?;
        let path = dir.join(FACTS);
        if path.exists() {
            let text = format!(
                "{} holds the truth of an earlier load; give a new directory with --truth",
                dir.display()
            );
            return Err(Failure::new(Kind::Conflict, text));
        }
        let facts = File::create(&path).map_err(|error| failed(&path, error))?;
        Ok(TruthWriter {
            dir: dir.to_owned(),
            facts: BufWriter::new(facts),
        })
    }

    /// Writes one more fact.
    pub(crate) fn fact(&mut self, event: &Event) -> Result<(), Failure> {
        let line = wire::encode(event);
        writeln!(self.facts, "{line}").map_err(|error| failed(&self.dir.join(FACTS), error))
    }

    /// Writes the rest.
    pub(crate) fn finish(mut self, truth: &Truth, summary: &Summary) -> Result<(), Failure> {
        let facts = self.dir.join(FACTS);
        self.facts.flush().map_err(|error| failed(&facts, error))?;
        let path = self.dir.join(CORRUPT);
        let write = || -> std::io::Result<()> {
            let mut file = BufWriter::new(File::create(&path)?);
            for (plant, body, unreadable) in truth.corrupt() {
                let message = CorruptMessage {
                    plant: plant.clone(),
                    fault: unreadable.fault.to_owned(),
                    code: unreadable.code.to_string(),
                    sent: unreadable.sent,
                    bytes: body.len(),
                    starts: start_of(body),
                };
                serde_json::to_writer(&mut file, &message)?;
                writeln!(file)?;
            }
            file.flush()
        };
        write().map_err(|error| failed(&path, error))?;
        let path = self.dir.join(SUMMARY);
        let text = serde_json::to_string_pretty(summary).map_err(|error| failed(&path, error))?;
        fs::write(&path, text + "\n").map_err(|error| failed(&path, error))
    }
}

/// The part of a message that is compared, as text.
fn start_of(body: &[u8]) -> String {
    let compared = &body[..body.len().min(COMPARED_BYTES_MAX)];
    String::from_utf8_lossy(compared).into_owned()
}

impl KnownTruth {
    /// Reads a truth.
    pub(crate) fn read(dir: &Path) -> Result<KnownTruth, Failure> {
        let path = dir.join(SUMMARY);
        let text = fs::read_to_string(&path).map_err(|error| {
            let hint = "is it what `twin sim load --truth` has written, to its end?";
            failed(&path, format!("{error}; {hint}"))
        })?;
        let summary: Summary = serde_json::from_str(&text).map_err(|error| failed(&path, error))?;
        if summary.format != TRUTH_FORMAT {
            let text = format!(
                "format is {:?}; this twin reads {TRUTH_FORMAT:?}",
                summary.format
            );
            return Err(failed(&path, text));
        }
        let path = dir.join(CORRUPT);
        let corrupt = lines_of(&path)?
            .map(|(number, line)| {
                serde_json::from_str(&line?)
                    .map_err(|error| failed(&path, format!("line {number}: {error}")))
            })
            .collect::<Result<Vec<CorruptMessage>, Failure>>()?;
        Ok(KnownTruth {
            dir: dir.to_owned(),
            summary,
            corrupt,
        })
    }

    /// The facts of one plant, as they were told.
    pub(crate) fn facts(
        &self,
        plant: &PlantId,
    ) -> Result<impl Iterator<Item = Result<Event, Failure>>, Failure> {
        let (path, plant) = (self.dir.join(FACTS), plant.clone());
        let lines = lines_of(&path)?;
        let events = lines.map(move |(number, line)| {
            wire::decode(line?.as_bytes())
                .map_err(|error| failed(&path, format!("line {number}: {}", error.rejection)))
        });
        Ok(events.filter(move |event| event.as_ref().map_or(true, |event| event.plant == plant)))
    }
}

/// The lines of a file with their numbers.
fn lines_of(
    path: &Path,
) -> Result<impl Iterator<Item = (usize, Result<String, Failure>)> + use<>, Failure> {
    let file = File::open(path).map_err(|error| failed(path, error))?;
    let path = path.to_owned();
    let lines = (1..).zip(BufReader::new(file).lines());
    Ok(lines.map(move |(number, line)| {
        let line = line.map_err(|error| failed(&path, format!("line {number}: {error}")));
        (number, line)
    }))
}
