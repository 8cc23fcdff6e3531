//! The events of EPCIS documents, in the documents' order.
//!
//! What an event means is said by the model (`twin_model::wire::epcis`). Here files are read, and
//! what cannot become events is sent as a message that the plant keeps as an exception, with the
//! code, the place and the event as it came.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use serde_json::Value;
use serde_json::value::RawValue;
use twin_model::wire::encode;
use twin_model::wire::epcis::{Fault, Naming, read};
use twin_model::{Code, PlantId, SourceId};

use crate::file_import::{ImportError, MappedEvent};
use crate::import_report::{FileReport, RowFault};
use crate::mapped_event::{Envelope, Unmapped, json_bytes};
use crate::row::{FileError, RAW_KEPT_BYTES, cut, read_whole};

/// The type under which an event is kept that became none of the twin's.
const TYPE: &str = "epcis";

/// Reads documents and gives their events one by one.
pub struct EpcisImporter {
    naming: Naming,
    /// Files that are not read yet.
    files: VecDeque<PathBuf>,
    ready: VecDeque<MappedEvent>,
    report: FileReport,
}

impl EpcisImporter {
    /// Reads these files one after the other, in the names of a plant.
    #[must_use]
    pub fn new(files: &[PathBuf], naming: Naming) -> EpcisImporter {
        EpcisImporter {
            report: FileReport::new(files, TYPE, naming.plant()),
            naming,
            files: files.iter().cloned().collect(),
            ready: VecDeque::new(),
        }
    }

    /// The plant that the events are for.
    #[must_use]
    pub fn plant(&self) -> &PlantId {
        self.naming.plant()
    }

    /// What was read so far.
    #[must_use]
    pub fn report(&self) -> &FileReport {
        &self.report
    }

    /// The next event; `None` after the last.
    ///
    /// # Errors
    /// [`ImportError::File`] when a file cannot be read or is too large.
    pub fn next_event(&mut self) -> Result<Option<MappedEvent>, ImportError> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Ok(Some(event));
            }
            let Some(file) = self.files.pop_front() else {
                return Ok(None);
            };
            self.read_file(&file)?;
        }
    }

    fn read_file(&mut self, file: &Path) -> Result<(), FileError> {
        let bytes = read_whole(file)?;
        let Ok(text) = std::str::from_utf8(&bytes) else {
            self.report.rows_read += 1;
            let shown = String::from_utf8_lossy(&bytes);
            let fault = Fault {
                code: Code::R34,
                at: "$".to_owned(),
                detail: "is not UTF-8".to_owned(),
            };
            let source = self.naming.source().clone();
            self.set_aside(file, 1, (&source, &shown), &fault);
            return Ok(());
        };
        let naming = self.naming.clone();
        for (n, event) in read(text, &naming).into_iter().enumerate() {
            self.report.rows_read += 1;
            let line = n as u64 + 1;
            match &event.outcome {
                Ok(events) => {
                    for event in events {
                        let type_name = event.body.type_name();
                        self.report.count_event(type_name);
                        self.ready.push_back(MappedEvent {
                            id: event.id.to_string(),
                            type_name: type_name.to_owned(),
                            plant: event.plant.clone(),
                            json: Bytes::from(encode(event)),
                            line,
                        });
                    }
                }
                Err(fault) => self.set_aside(file, line, (&event.source, event.raw), fault),
            }
        }
        Ok(())
    }

    /// Makes the message that the plant keeps as an exception: it says itself what is wrong.
    fn set_aside(&mut self, file: &Path, line: u64, event: (&SourceId, &str), fault: &Fault) {
        let (source, raw) = event;
        let file_name = file.file_name().unwrap_or(file.as_os_str());
        let file_name = file_name.to_string_lossy().into_owned();
        // Not the event's own id: a corrected event of the same name must find it free.
        let of = format!("{}\n{}\n{}", fault.code, fault.at, raw);
        let id = blake3::hash(of.as_bytes()).to_hex()[..32].to_owned();
        let detail = format!("{}: {}", fault.at, fault.detail);
        let code = fault.code.to_string();
        let json = json_bytes(&Envelope {
            specversion: "1.0",
            id: &id,
            source: source.as_str(),
            type_name: TYPE,
            time: None,
            datacontenttype: "application/json",
            plant: self.naming.plant(),
            unreadableat: Some(&fault.at),
            unreadablewhy: Some(&fault.detail),
            unreadableas: Some(&code),
            data: Unmapped {
                import_error: &detail,
                file: file_name.clone(),
                line,
                row: kept(raw),
            },
        });
        self.report.count_fault(RowFault {
            file: file_name,
            line,
            type_name: TYPE.to_owned(),
            detail,
        });
        self.ready.push_back(MappedEvent {
            id,
            type_name: TYPE.to_owned(),
            plant: self.naming.plant().clone(),
            json,
            line,
        });
    }
}

/// The event as it came; the start of its text when it is long or no JSON.
fn kept(raw: &str) -> Box<RawValue> {
    if raw.len() <= RAW_KEPT_BYTES
        && let Ok(whole) = RawValue::from_string(raw.to_owned())
    {
        return whole;
    }
    match RawValue::from_string(Value::String(cut(raw.to_owned())).to_string()) {
        Ok(start) => start,
        Err(error) => unreachable!("a JSON string is JSON: {error}"),
    }
}
