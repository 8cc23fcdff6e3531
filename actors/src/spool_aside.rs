//! Messages of a spool that their receiver refuses for good: set aside on the disk, for a person
//! who sends them again or discards them.
//!
//! Each is a file of its own, named by its number in the spool: what is set aside again after a
//! crash is the same file.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use twin_model::Time;

use crate::StoreError;
use crate::journal::{JournalError, sync_dir};
use crate::quota::QuotaShare;
use crate::spool::now;

/// Messages of one spool that may be set aside; with one more, the spool stands still until a
/// person has looked.
pub const ASIDE_MESSAGES_MAX: usize = 1_000;
const ASIDE_DIR: &str = "aside";
const FILE_ENDING: &str = "msg";
/// A file that is not whole yet.
const NEW_ENDING: &str = "new";

/// A message that was set aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AsideMessage {
    /// Its number in its spool.
    pub number: u64,
    /// When it was set aside, by the wall clock.
    pub at: Time,
    /// Its size, in bytes.
    pub bytes: u64,
    /// What its receiver answered.
    pub answer: String,
}

/// Why nothing was done with a message that was, or was to be, set aside.
#[derive(Debug, thiserror::Error)]
pub enum AsideError {
    /// There is none of this number.
    #[error("no message {0} is set aside")]
    Unknown(u64),
    /// There are too many.
    #[error("{ASIDE_MESSAGES_MAX} messages are set aside, and no more may be; look at them first")]
    TooMany,
    /// The disk refuses.
    #[error(transparent)]
    Disk(#[from] JournalError),
    /// The spool does not take it again now.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What is set aside of one spool. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Aside(Arc<State>);

#[derive(Debug)]
struct State {
    dir: PathBuf,
    quota: QuotaShare,
    messages: Mutex<BTreeMap<u64, AsideMessage>>,
}

impl Aside {
    /// Reads what is set aside below the spool's directory.
    pub(crate) fn open(spool: &Path, quota: &QuotaShare) -> Result<Aside, JournalError> {
        let dir = spool.join(ASIDE_DIR);
        fs::create_dir_all(&dir).map_err(|error| JournalError::io(&dir, error))?;
        // Its name must be durable before anything in it is relied on.
        sync_dir(spool)?;
        let mut messages = BTreeMap::new();
        let entries = fs::read_dir(&dir).map_err(|error| JournalError::io(&dir, error))?;
        for entry in entries {
            let path = entry.map_err(|error| JournalError::io(&dir, error))?.path();
            let ending = path.extension().and_then(|ending| ending.to_str());
            if ending == Some(NEW_ENDING) {
                // Of a crash; its message is still in the spool.
                fs::remove_file(&path).map_err(|error| JournalError::io(&path, error))?;
            } else if ending == Some(FILE_ENDING) {
                let (message, _) = read(&path)?;
                quota.set_aside(message.bytes);
                messages.insert(message.number, message);
            }
        }
        Ok(Aside(Arc::new(State {
            dir,
            quota: quota.clone(),
            messages: Mutex::new(messages),
        })))
    }

    /// The messages, the first to come first.
    pub(crate) fn list(&self) -> Vec<AsideMessage> {
        self.0.messages.lock().values().cloned().collect()
    }

    pub(crate) fn body(&self, number: u64) -> Result<Bytes, AsideError> {
        if !self.0.messages.lock().contains_key(&number) {
            return Err(AsideError::Unknown(number));
        }
        Ok(read(&self.path(number, FILE_ENDING))?.1)
    }

    /// Keeps a message, and returns when that is on stable storage. Its bytes count against the
    /// quota whatever it says: those that it had in the spool are given back soon.
    pub(crate) fn keep(&self, number: u64, body: &[u8], answer: String) -> Result<(), AsideError> {
        let mut messages = self.0.messages.lock();
        if messages.contains_key(&number) {
            return Ok(());
        }
        if messages.len() >= ASIDE_MESSAGES_MAX {
            return Err(AsideError::TooMany);
        }
        let message = AsideMessage {
            number,
            at: now(),
            bytes: body.len() as u64,
            answer,
        };
        let path = self.path(number, NEW_ENDING);
        let write = || -> io::Result<()> {
            let mut file = File::create(&path)?;
            file.write_all(&serde_json::to_vec(&message)?)?;
            file.write_all(b"\n")?;
            file.write_all(body)?;
            file.sync_all()?;
            fs::rename(&path, self.path(number, FILE_ENDING))
        };
        if let Err(error) = write() {
            // Half a file would take room; the next start removes what stays.
            drop(fs::remove_file(&path));
            return Err(JournalError::io(&path, error).into());
        }
        sync_dir(&self.0.dir)?;
        self.0.quota.set_aside(message.bytes);
        messages.insert(number, message);
        Ok(())
    }

    /// Forgets a message.
    pub(crate) fn remove(&self, number: u64) -> Result<(), AsideError> {
        let mut messages = self.0.messages.lock();
        let message = messages.get(&number).ok_or(AsideError::Unknown(number))?;
        let bytes = message.bytes;
        let path = self.path(number, FILE_ENDING);
        fs::remove_file(&path).map_err(|error| JournalError::io(&path, error))?;
        // The file is gone. Should its name come back after a crash, so does the message.
        messages.remove(&number);
        self.0.quota.give_aside_back(bytes);
        Ok(sync_dir(&self.0.dir)?)
    }

    fn path(&self, number: u64, ending: &str) -> PathBuf {
        self.0.dir.join(format!("{number:020}.{ending}"))
    }
}

/// One line about the message, then the message.
fn read(path: &Path) -> Result<(AsideMessage, Bytes), JournalError> {
    let content = fs::read(path).map_err(|error| JournalError::io(path, error))?;
    let content = Bytes::from(content);
    let broken = || {
        let detail = "it is no message that was set aside".to_owned();
        JournalError::broken(path.to_owned(), detail)
    };
    let end = content.iter().position(|byte| *byte == b'\n');
    let end = end.ok_or_else(broken)?;
    let message: AsideMessage = serde_json::from_slice(&content[..end]).map_err(|_| broken())?;
    let body = content.slice(end + 1..);
    match body.len() as u64 == message.bytes {
        true => Ok((message, body)),
        false => Err(broken()),
    }
}
