//! Consumers that the twin knows by name: how far each has confirmed a plant's change stream, so
//! that it can come back without a cursor of its own.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use actors::{Cursor, write_whole};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use twin_model::Time;
use utoipa::ToSchema;

use crate::standing::wall_now;

/// Named consumers that one plant keeps.
pub const CONSUMERS_MAX: usize = 100;
/// A consumer that has confirmed nothing for so many days is forgotten.
pub const CONSUMER_DAYS_MAX: i64 = 30;
/// Longest name of a consumer, bytes.
pub const CONSUMER_NAME_BYTES_MAX: usize = 64;
const MICROS_PER_DAY: i64 = 24 * 60 * 60 * 1_000_000;
/// The file in the plant's directory.
const FILE: &str = "consumers.json";

/// One named consumer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ConsumerView {
    /// Its name.
    pub name: String,
    /// Everything up to and including this is confirmed; `null` before the first confirmation.
    #[schema(example = "1-42-1")]
    pub cursor: Option<String>,
    /// When it was last heard of, wall clock.
    #[schema(value_type = String, format = DateTime)]
    pub last_seen: Time,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Consumer {
    cursor: Option<String>,
    last_seen_micros: i64,
}

/// Why a consumer is not kept.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotKept {
    #[error(
        "'{0}' is no name of a consumer: 1 to {CONSUMER_NAME_BYTES_MAX} letters, digits, dots, \
         dashes and underscores are"
    )]
    Name(String),
    #[error("{CONSUMERS_MAX} consumers are kept already, which is the limit")]
    TooMany,
    #[error("the positions of consumers cannot be written: {0}")]
    Disk(#[from] io::Error),
    #[error("this twin keeps no positions of consumers")]
    Nowhere,
}

/// The consumers of one plant.
#[derive(Debug, Default)]
pub(crate) struct Consumers {
    kept: Mutex<Option<Kept>>,
}

#[derive(Debug)]
struct Kept {
    path: PathBuf,
    known: BTreeMap<String, Consumer>,
}

impl Consumers {
    /// Keeps them in a directory, with those that are there already.
    ///
    /// # Errors
    /// What the file system says, also of a file that holds something else.
    pub(crate) fn keep_in(&self, dir: &Path) -> io::Result<()> {
        let path = dir.join(FILE);
        let known = match fs::read(&path) {
            Ok(text) => serde_json::from_slice(&text).map_err(io::Error::other)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => return Err(error),
        };
        *self.kept.lock() = Some(Kept { path, known });
        Ok(())
    }

    /// A consumer comes: where it left off, if it has confirmed anything. Blocks for as long as the
    /// disk takes.
    ///
    /// # Errors
    /// [`NotKept`].
    pub(crate) fn comes(&self, name: &str) -> Result<Option<Cursor>, NotKept> {
        self.change(name, |_| {})
    }

    /// A consumer has everything up to here. One that it confirms behind what it has confirmed
    /// already changes nothing. Gives what it has confirmed then, which is on the disk.
    ///
    /// # Errors
    /// [`NotKept`].
    pub(crate) fn confirm(&self, name: &str, cursor: Cursor) -> Result<Option<Cursor>, NotKept> {
        self.change(name, |consumer| {
            if consumer.cursor() < Some(cursor) {
                consumer.cursor = Some(cursor.to_string());
            }
        })
    }

    /// Forgets a consumer; says whether it was there.
    ///
    /// # Errors
    /// [`NotKept`].
    pub(crate) fn forget(&self, name: &str) -> Result<bool, NotKept> {
        let mut kept = self.kept.lock();
        let kept = kept.as_mut().ok_or(NotKept::Nowhere)?;
        let was_there = kept.known.remove(name).is_some();
        if was_there {
            kept.write()?;
        }
        Ok(was_there)
    }

    /// All of them, by name.
    pub(crate) fn list(&self) -> Vec<ConsumerView> {
        let kept = self.kept.lock();
        let known = kept.iter().flat_map(|kept| &kept.known);
        let views = known.map(|(name, consumer)| ConsumerView {
            name: name.clone(),
            cursor: consumer.cursor.clone(),
            last_seen: Time::from_micros(consumer.last_seen_micros),
        });
        views.collect()
    }

    fn change(
        &self,
        name: &str,
        change: impl FnOnce(&mut Consumer),
    ) -> Result<Option<Cursor>, NotKept> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
        if !(1..=CONSUMER_NAME_BYTES_MAX).contains(&name.len()) || !name.bytes().all(is_plain) {
            return Err(NotKept::Name(name.to_owned()));
        }
        let mut kept = self.kept.lock();
        let kept = kept.as_mut().ok_or(NotKept::Nowhere)?;
        let now = wall_now().as_micros();
        kept.known.retain(|_, consumer| {
            now - consumer.last_seen_micros < CONSUMER_DAYS_MAX * MICROS_PER_DAY
        });
        if !kept.known.contains_key(name) && kept.known.len() >= CONSUMERS_MAX {
            return Err(NotKept::TooMany);
        }
        let new = Consumer {
            cursor: None,
            last_seen_micros: now,
        };
        let consumer = kept.known.entry(name.to_owned()).or_insert(new);
        consumer.last_seen_micros = now;
        change(consumer);
        let cursor = consumer.cursor();
        kept.write()?;
        Ok(cursor)
    }
}

impl Consumer {
    fn cursor(&self) -> Option<Cursor> {
        self.cursor.as_deref()?.parse().ok()
    }
}

impl Kept {
    fn write(&self) -> io::Result<()> {
        let text = serde_json::to_vec(&self.known).map_err(io::Error::other)?;
        write_whole(&self.path, &text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor(text: &str) -> Option<Cursor> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn what_a_consumer_confirmed_is_there_after_a_restart_and_never_goes_back() {
        let dir = tempfile::tempdir().unwrap();
        let consumers = Consumers::default();
        assert!(matches!(consumers.comes("erp"), Err(NotKept::Nowhere)));
        consumers.keep_in(dir.path()).unwrap();
        assert_eq!(consumers.comes("erp").unwrap(), None);
        let confirmed = consumers.confirm("erp", "1-10-3".parse().unwrap());
        assert_eq!(confirmed.unwrap(), cursor("1-10-3"));
        let late = consumers.confirm("erp", "1-9-7".parse().unwrap());
        assert_eq!(late.unwrap(), cursor("1-10-3"));
        let again = Consumers::default();
        again.keep_in(dir.path()).unwrap();
        assert_eq!(again.comes("erp").unwrap(), cursor("1-10-3"));
        assert!(again.forget("erp").unwrap());
        assert!(!again.forget("erp").unwrap());
        assert_eq!(again.comes("erp").unwrap(), None);
    }

    #[test]
    fn names_and_their_number_are_limited_and_the_forgotten_make_room() {
        let dir = tempfile::tempdir().unwrap();
        let consumers = Consumers::default();
        consumers.keep_in(dir.path()).unwrap();
        for name in ["", "a/b", "ä", &"x".repeat(CONSUMER_NAME_BYTES_MAX + 1)] {
            let refused = consumers.comes(name);
            assert!(matches!(refused, Err(NotKept::Name(_))), "{name}");
        }
        let old = wall_now().as_micros() - CONSUMER_DAYS_MAX * MICROS_PER_DAY;
        let mut known = BTreeMap::new();
        for number in 0..CONSUMERS_MAX {
            let last_seen_micros = old + if number == 7 { -1 } else { MICROS_PER_DAY };
            let consumer = Consumer {
                cursor: None,
                last_seen_micros,
            };
            known.insert(format!("c{number}"), consumer);
        }
        let text = serde_json::to_vec(&known).unwrap();
        fs::write(dir.path().join(FILE), text).unwrap();
        consumers.keep_in(dir.path()).unwrap();
        consumers.comes("new").unwrap();
        assert!(
            consumers
                .list()
                .iter()
                .all(|consumer| consumer.name != "c7")
        );
        assert!(matches!(consumers.comes("newer"), Err(NotKept::TooMany)));
    }
}
