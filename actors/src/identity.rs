//! What a plant's directory is for, written once: which plant, and whose time it lives in. Opening
//! it as something else would decide its journal anew.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};
use twin_model::PlantId;

use crate::journal::JournalError;
use crate::plant_handle::OpenError;
use crate::whole_file::write_whole;
use crate::{PlantClock, PlantOptions};

const IDENTITY_FILE: &str = "plant.json";

/// Version of the file's format. The first one does not name it.
pub(crate) const IDENTITY_FORMAT: u32 = 1;

/// The format that the file names.
#[derive(Deserialize)]
struct Format {
    #[serde(default = "first_format")]
    format: u32,
}

fn first_format() -> u32 {
    1
}

/// The identity of a plant's directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// Which plant.
    pub plant: PlantId,
    /// Whose time it lives in.
    pub clock: PlantClock,
}

impl Identity {
    /// Reads the identity of a plant's directory; `None` when no plant was ever opened there.
    ///
    /// # Errors
    /// [`OpenError`] when the file cannot be read.
    pub fn read(dir: &Path) -> Result<Option<Identity>, OpenError> {
        let path = dir.join(IDENTITY_FILE);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(JournalError::io(&path, error).into()),
        };
        // Read first and alone: what else a newer version writes is not known here.
        let read = serde_json::from_str(&text);
        let found = read.map_or(IDENTITY_FORMAT, |Format { format }| format);
        if found > IDENTITY_FORMAT {
            return Err(OpenError::NewerFormat { path, found });
        }
        match serde_json::from_str(&text) {
            Ok(identity) => Ok(Some(identity)),
            Err(error) => {
                let detail = format!("cannot be read: {error}");
                Err(JournalError::broken(path, detail).into())
            }
        }
    }

    /// Checks a directory against the options, or writes its identity at the first opening.
    pub(crate) fn claim(options: &PlantOptions) -> Result<(), OpenError> {
        let wanted = Identity {
            plant: options.plant.clone(),
            clock: options.clock,
        };
        match Identity::read(&options.dir)? {
            Some(found) if found == wanted => Ok(()),
            Some(found) => Err(OpenError::OtherPlant {
                dir: options.dir.clone(),
                found,
                wanted,
            }),
            None => wanted.write(&options.dir),
        }
    }

    fn write(&self, dir: &Path) -> Result<(), OpenError> {
        let path = dir.join(IDENTITY_FILE);
        let text = serde_json::json!(self).to_string();
        write_whole(&path, text.as_bytes())
            .map_err(|error| OpenError::from(JournalError::io(&path, error)))
    }
}
