//! Importing real samples through the mappings that come with the twin.
#![allow(dead_code, reason = "each test of an adapter uses a part of it")]

#[path = "../../../tests/real_data/find.rs"]
mod find;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ingest::built_in_mapping;
use ingest::file_import::{Importer, MappedEvent};
use ingest::import_report::FileReport;
use serde_json::Value;
use twin_model::Event;
use twin_model::wire::{self, Unreadable};

/// A folder of the sample data; `None`, said aloud, where there is none.
pub(crate) fn sample_folder(name: &str) -> Option<PathBuf> {
    find::real_data(name)
}

/// The files below a folder with an ending, by name.
pub(crate) fn files_below(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_below(&path, ending));
        } else if path.extension().is_some_and(|found| found == ending) {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// What an import made.
pub(crate) struct Seen {
    /// Each message, and what the twin reads in it.
    pub(crate) events: Vec<(MappedEvent, Result<Event, Unreadable>)>,
    pub(crate) report: FileReport,
}

impl Seen {
    /// Events by type.
    pub(crate) fn by_type(&self) -> BTreeMap<&'static str, usize> {
        let mut counts = BTreeMap::new();
        for (_, read) in &self.events {
            if let Ok(event) = read {
                *counts.entry(event.body.type_name()).or_default() += 1;
            }
        }
        counts
    }

    /// The events that the twin can read.
    pub(crate) fn read(&self) -> Vec<&Event> {
        let read = self
            .events
            .iter()
            .filter_map(|(_, read)| read.as_ref().ok());
        read.collect()
    }

    /// The data of the events of a type, as they were sent.
    pub(crate) fn data(&self, type_name: &str) -> Vec<Value> {
        let of_type = self
            .events
            .iter()
            .filter(|(event, _)| event.type_name == type_name);
        let read = of_type.map(|(event, _)| serde_json::from_slice::<Value>(&event.json).unwrap());
        read.map(|mut event| event["data"].take()).collect()
    }

    /// The exceptions in words.
    pub(crate) fn exceptions(&self) -> Vec<String> {
        let exceptions = self
            .events
            .iter()
            .filter_map(|(_, read)| read.as_ref().err());
        exceptions
            .map(|unreadable| unreadable.rejection.to_string())
            .collect()
    }
}

/// Imports texts, each as a file, through a mapping that comes with the twin.
pub(crate) fn import_texts(mapping: &str, texts: &[impl AsRef<str>]) -> Seen {
    let folder = tempfile::TempDir::new().unwrap();
    let mut files = Vec::new();
    for (number, text) in texts.iter().enumerate() {
        let file = folder.path().join(format!("{number}.txt"));
        std::fs::write(&file, text.as_ref()).unwrap();
        files.push(file);
    }
    import(mapping, &files)
}

/// Imports files through a mapping that comes with the twin.
pub(crate) fn import(mapping: &str, files: &[impl AsRef<Path>]) -> Seen {
    let files: Vec<PathBuf> = files.iter().map(|file| file.as_ref().to_owned()).collect();
    let mapping = built_in_mapping::named(Path::new(mapping)).unwrap();
    let mut importer = Importer::open_all(&files, &mapping).unwrap();
    let mut events = Vec::new();
    while let Some(event) = importer.next_event().unwrap() {
        let read = wire::decode(&event.json);
        events.push((event, read));
    }
    Seen {
        events,
        report: importer.report().clone(),
    }
}
