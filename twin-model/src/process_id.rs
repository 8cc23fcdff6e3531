//! Names of processes and of the commands that they send.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smol_str::{SmolStr, format_smolstr};

use crate::ID_BYTES_MAX;

/// Longest name of a lane that stands in the id of a command as it is, in bytes.
const LANE_BYTES_MAX: usize = 64;
/// Longest subject, in bytes: two ids and a slash.
const SUBJECT_BYTES_MAX: usize = 2 * ID_BYTES_MAX + 1;

/// What a process is there for.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ProcessKind {
    /// An order is checked before the MES sees it.
    Release,
    /// The many reports of an operation become one confirmation in the ERP.
    Confirmation,
    /// Other systems block what a quality hold reaches, and release it afterwards.
    Hold,
    /// Planning hears of a work center that maintenance stops.
    Maintenance,
    /// What a nonconformance reaches is set aside, decided and carried out.
    Deviation,
    /// What quality decided of a lot is posted.
    Usage,
    /// What an order uses beyond the limits of the plant is posted at once.
    Variance,
    /// Quality is asked to look at an operation that scraps too much.
    Scrap,
}

impl ProcessKind {
    /// All of them.
    pub const ALL: [ProcessKind; 8] = [
        ProcessKind::Release,
        ProcessKind::Confirmation,
        ProcessKind::Hold,
        ProcessKind::Maintenance,
        ProcessKind::Deviation,
        ProcessKind::Usage,
        ProcessKind::Variance,
        ProcessKind::Scrap,
    ];

    /// The kind's name as it stands in ids, rules and answers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            ProcessKind::Release => "release",
            ProcessKind::Confirmation => "confirmation",
            ProcessKind::Hold => "hold",
            ProcessKind::Maintenance => "maintenance",
            ProcessKind::Deviation => "deviation",
            ProcessKind::Usage => "usage",
            ProcessKind::Variance => "variance",
            ProcessKind::Scrap => "scrap",
        }
    }
}

/// Names a process by what it is about: `release/WO-1`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProcessId {
    kind: ProcessKind,
    text: SmolStr,
}

/// A text that names no process.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not the id of a process (like release/WO-1): {text:?}")]
pub struct InvalidProcessId {
    text: SmolStr,
}

impl ProcessId {
    pub(crate) fn new(kind: ProcessKind, subject: &str) -> ProcessId {
        ProcessId {
            kind,
            text: format_smolstr!("{}/{subject}", kind.as_str()),
        }
    }

    /// What it is there for.
    #[must_use]
    pub fn kind(&self) -> ProcessKind {
        self.kind
    }

    /// The id of what it is about.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.text[self.kind.as_str().len() + 1..]
    }

    /// The whole id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl FromStr for ProcessId {
    type Err = InvalidProcessId;

    fn from_str(text: &str) -> Result<ProcessId, InvalidProcessId> {
        let named = text.split_once('/').and_then(|(kind, subject)| {
            let kind = ProcessKind::ALL.into_iter().find(|k| k.as_str() == kind)?;
            let fits = !subject.is_empty() && subject.len() <= SUBJECT_BYTES_MAX;
            fits.then(|| ProcessId::new(kind, subject))
        });
        named.ok_or_else(|| InvalidProcessId {
            text: text.chars().take(ID_BYTES_MAX).collect(),
        })
    }
}

/// Names one command: the process, the lane in it, which command of the lane, and which try. The
/// same facts give the same id. A command that is sent again because nobody answered keeps its id;
/// a new try after a refusal has the next one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommandKey {
    process: ProcessId,
    lane: SmolStr,
    number: u32,
    attempt: u32,
}

/// A text that names no command of a process.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not the id of a command of this twin (like confirmation/WO-1/10/1-1): {text:?}")]
pub struct InvalidCommandKey {
    text: SmolStr,
}

impl CommandKey {
    pub(crate) fn new(process: ProcessId, lane: &str, number: u32, attempt: u32) -> CommandKey {
        CommandKey {
            process,
            lane: lane_word(lane),
            number,
            attempt,
        }
    }

    /// The process that sends it.
    #[must_use]
    pub fn process(&self) -> &ProcessId {
        &self.process
    }

    /// Which try it is, from 1.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// Which command of its lane it is, and which try.
    pub(crate) fn serial(&self) -> (u32, u32) {
        (self.number, self.attempt)
    }

    pub(crate) fn is_of(&self, lane: &str, number: u32) -> bool {
        self.number == number && self.lane == lane_word(lane)
    }

    /// Whether it is one of that lane, and an earlier one.
    pub(crate) fn is_before(&self, lane: &str, number: u32) -> bool {
        (1..number).contains(&self.number) && self.lane == lane_word(lane)
    }
}

/// The lane as it stands in an id: without a slash, so that the parts can be told apart, and not
/// longer than a broker's names allow.
fn lane_word(lane: &str) -> SmolStr {
    if lane.len() <= LANE_BYTES_MAX && !lane.is_empty() && !lane.contains('/') {
        return SmolStr::new(lane);
    }
    let hash = blake3::hash(lane.as_bytes()).to_hex();
    format_smolstr!("~{}", &hash[..16])
}

impl FromStr for CommandKey {
    type Err = InvalidCommandKey;

    fn from_str(text: &str) -> Result<CommandKey, InvalidCommandKey> {
        read_key(text).ok_or_else(|| InvalidCommandKey {
            text: text.chars().take(ID_BYTES_MAX).collect(),
        })
    }
}

fn read_key(text: &str) -> Option<CommandKey> {
    let (text, serial) = text.rsplit_once('/')?;
    let (process, lane) = text.rsplit_once('/')?;
    let (number, attempt) = serial.split_once('-')?;
    let key = CommandKey {
        process: process.parse().ok()?,
        lane: lane_word(lane),
        number: number.parse().ok()?,
        attempt: attempt.parse().ok()?,
    };
    // One id has one text.
    (key.lane == lane && serial == format!("{}-{}", key.number, key.attempt)).then_some(key)
}

impl fmt::Display for CommandKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let CommandKey {
            process,
            lane,
            number,
            attempt,
        } = self;
        write!(f, "{process}/{lane}/{number}-{attempt}")
    }
}

impl fmt::Display for ProcessId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

macro_rules! as_text {
    ($($name:ident, $example:literal;)+) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = SmolStr::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "examples": [$example] })
            }
        }
    )+};
}

as_text! {
    ProcessId, "confirmation/WO-1";
    CommandKey, "confirmation/WO-1/10/1-1";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_read_back_whatever_stands_in_them() {
        for subject in ["WO-1", "a/b", "x/y/1-1", "Größe 7"] {
            let process = ProcessId::new(ProcessKind::Release, subject);
            assert_eq!(process.as_str().parse(), Ok(process.clone()));
            assert_eq!(process.subject(), subject);
            for lane in ["10", "mes", "Turning & Milling - Machine 5", "a/b", ""] {
                let key = CommandKey::new(process.clone(), lane, 3, 12);
                let text = key.to_string();
                assert_eq!(text.parse(), Ok(key.clone()), "{text}");
                assert!(key.is_of(lane, 3) && !key.is_of(lane, 2), "{text}");
            }
        }
    }

    #[test]
    fn the_longest_id_fits_into_the_names_of_a_broker() {
        let process = ProcessId::new(ProcessKind::Confirmation, &"x".repeat(ID_BYTES_MAX));
        let key = CommandKey::new(process, &"y".repeat(ID_BYTES_MAX), u32::MAX, u32::MAX);
        assert!(key.to_string().len() < 255, "{key}");
        let process = ProcessId::new(ProcessKind::Maintenance, &"x".repeat(SUBJECT_BYTES_MAX));
        let key = CommandKey::new(process, "erp", u32::MAX, u32::MAX);
        assert!(key.to_string().len() < 255, "{key}");
    }

    #[test]
    fn what_is_no_id_of_a_command_is_refused() {
        for text in [
            "CMD-7",
            "confirmation/WO-1",
            "confirmation/WO-1/10/1",
            "confirmation/WO-1/10/01-1",
            "confirmation//10/1-1",
            "dance/WO-1/10/1-1",
        ] {
            assert!(text.parse::<CommandKey>().is_err(), "{text}");
        }
    }
}
