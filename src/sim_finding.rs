//! Where a twin and the truth of a load differ.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use simulators::truth::PlantSummary;

use crate::report::Dispositions;
use crate::truth_dir::CorruptMessage;

/// Differing objects of one kind that are named; more are only counted.
pub(crate) const OBJECTS_NAMED_MAX: usize = 20;
/// Unreadable messages of one plant that are told in full; more are only counted.
const CORRUPT_NAMED_MAX: usize = 20;
/// How much of a message a sentence shows, in characters.
const SHOWN_CHARS: usize = 120;

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Finding {
    pub(crate) plant: String,
    /// `lost`, `state`, `object`, `corrupt`, `refused`, `exceptions` or `waiting`.
    pub(crate) about: &'static str,
    /// The object, as `work-orders/WO-1`, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) object: Option<String>,
    /// In business words.
    pub(crate) text: String,
}

/// What a twin says of one of its exceptions.
pub(crate) struct TwinException {
    code: String,
    refused: bool,
    seen: u64,
    bytes: u64,
    starts: String,
}

impl TwinException {
    /// Reads it from the twin's list.
    pub(crate) fn of(item: &Value) -> TwinException {
        let text = |key: &str| item[key].as_str().unwrap_or_default().to_owned();
        TwinException {
            code: text("code"),
            refused: item["refused"].as_bool().unwrap_or(false),
            seen: item["seen"].as_u64().unwrap_or(0),
            bytes: item["raw_bytes"].as_u64().unwrap_or(0),
            starts: text("raw"),
        }
    }

    fn is(&self, message: &CorruptMessage) -> bool {
        !self.refused && self.bytes == message.bytes as u64 && self.starts == message.starts
    }
}

/// What differs in the counts of a plant.
pub(crate) fn of_counts(
    plant: &str,
    truth: &PlantSummary,
    corrupt: &[&CorruptMessage],
    counts: &Dispositions,
) -> Vec<Finding> {
    let finding = |about, text| Finding {
        plant: plant.to_owned(),
        about,
        object: None,
        text,
    };
    let mut found = Vec::new();
    if counts.input < truth.messages {
        let missing = truth.messages - counts.input;
        let text = format!(
            "{missing} of {} messages have not reached the twin; it has received {}",
            truth.messages, counts.input
        );
        found.push(finding("lost", text));
    }
    if counts.applied != truth.applied {
        let text = format!(
            "{} events had their effect; {} should",
            counts.applied, truth.applied
        );
        found.push(finding("lost", text));
    }
    let mut exceptions = truth.exceptions.clone();
    for message in corrupt {
        *exceptions.entry(message.code.clone()).or_default() += 1;
    }
    let pairs = [
        ("refused", &counts.refused, &truth.refused),
        ("exceptions", &counts.exceptions, &exceptions),
    ];
    for (about, at_twin, by_truth) in pairs {
        for (code, twin, true_count) in differing(at_twin, by_truth) {
            let what = match about {
                "refused" => "events refused by",
                _ => "messages put before a person by",
            };
            let text = format!("{twin} {what} {code}; {true_count} should be");
            found.push(finding(about, text));
        }
    }
    if counts.parked != truth.waiting {
        let text = format!(
            "{} events wait for their cause; {} should",
            counts.parked, truth.waiting
        );
        found.push(finding("waiting", text));
    }
    found
}

/// Counts by rule that are not the same: rule, count at the twin, count by the truth.
fn differing<'a>(
    twin: &'a BTreeMap<String, u64>,
    truth: &'a BTreeMap<String, u64>,
) -> Vec<(&'a String, u64, u64)> {
    let mut codes: Vec<&String> = twin.keys().chain(truth.keys()).collect();
    codes.sort_unstable();
    codes.dedup();
    let count = |counts: &BTreeMap<String, u64>, code| counts.get(code).copied().unwrap_or(0);
    let counted = codes.into_iter();
    counted
        .map(|code| (code, count(twin, code), count(truth, code)))
        .filter(|(_, twin, truth)| twin != truth)
        .collect()
}

/// Each message that cannot be read is an exception of the twin exactly once.
pub(crate) fn of_corrupt(
    plant: &str,
    corrupt: &[&CorruptMessage],
    exceptions: &[TwinException],
) -> Vec<Finding> {
    let mut by_start: BTreeMap<&str, Vec<&TwinException>> = BTreeMap::new();
    for exception in exceptions {
        let same = by_start.entry(exception.starts.as_str()).or_default();
        same.push(exception);
    }
    let mut found = Vec::new();
    let mut count = 0;
    for message in corrupt {
        let same = by_start.get(message.starts.as_str());
        let same = same.into_iter().flatten().filter(|it| it.is(message));
        let entries: Vec<&TwinException> = same.copied().collect();
        let Some(wrong) = wrong_about(message, &entries) else {
            continue;
        };
        count += 1;
        if count <= CORRUPT_NAMED_MAX {
            let shown: String = message.starts.chars().take(SHOWN_CHARS).collect();
            found.push(Finding {
                plant: plant.to_owned(),
                about: "corrupt",
                object: None,
                text: format!(
                    "the unreadable message ({}) {shown}… {wrong}",
                    message.fault
                ),
            });
        }
    }
    if count > CORRUPT_NAMED_MAX {
        found.push(Finding {
            plant: plant.to_owned(),
            about: "corrupt",
            object: None,
            text: format!("and {} more unreadable messages", count - CORRUPT_NAMED_MAX),
        });
    }
    found
}

/// What is wrong about the exceptions of one message, if anything.
fn wrong_about(message: &CorruptMessage, entries: &[&TwinException]) -> Option<String> {
    let entry = match entries {
        [] => return Some("is not among the exceptions".to_owned()),
        [entry] => entry,
        several => return Some(format!("is among the exceptions {} times", several.len())),
    };
    if entry.code != message.code {
        return Some(format!("stands under {}, not {}", entry.code, message.code));
    }
    (entry.seen < message.sent).then(|| {
        format!(
            "was received {} times; it was sent {} times",
            entry.seen, message.sent
        )
    })
}

/// The items of one list that differ, in business words.
pub(crate) fn of_items(plant: &str, list: &str, truth: &[Value], twin: &[Value]) -> Vec<Finding> {
    let by_id = |items: &[Value]| -> BTreeMap<String, Value> {
        let items = items.iter().cloned();
        items
            .map(|mut item| {
                let id = item["id"].as_str().unwrap_or_default().to_owned();
                // Counts how often the object was changed, which the order of arrival decides.
                item.as_object_mut().map(|fields| fields.remove("version"));
                (id, item)
            })
            .collect()
    };
    let (truth, twin) = (by_id(truth), by_id(twin));
    let mut ids: Vec<&String> = truth.keys().chain(twin.keys()).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut found = Vec::new();
    let mut count = 0;
    let name = list.trim_end_matches('s').replace('-', " ");
    for id in ids {
        let text = match (truth.get(id), twin.get(id)) {
            (Some(truth), Some(twin)) if truth == twin => continue,
            (Some(truth), Some(twin)) => {
                let fields = actors::differing_fields(truth, twin);
                let fields = fields.iter().map(|field| {
                    let (twin, truth) = (&field.replayed, &field.kept);
                    format!("{} is {twin}, should be {truth}", field.path)
                });
                format!("{name} {id}: {}", fields.collect::<Vec<_>>().join("; "))
            }
            (Some(_), None) => format!("{name} {id} is missing at the twin"),
            (None, _) => format!("{name} {id} is at the twin and should not be"),
        };
        count += 1;
        if count <= OBJECTS_NAMED_MAX {
            found.push(Finding {
                plant: plant.to_owned(),
                about: "object",
                object: Some(format!("{list}/{id}")),
                text,
            });
        }
    }
    if count > OBJECTS_NAMED_MAX {
        found.push(Finding {
            plant: plant.to_owned(),
            about: "object",
            object: None,
            text: format!("and {} more of {list}", count - OBJECTS_NAMED_MAX),
        });
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn message(starts: &str, sent: u64) -> CorruptMessage {
        CorruptMessage {
            plant: "P".parse().unwrap(),
            fault: "poison".to_owned(),
            code: "TWIN-R34".to_owned(),
            sent,
            bytes: starts.len(),
            starts: starts.to_owned(),
        }
    }

    fn exception(raw: &str, code: &str, seen: u64) -> TwinException {
        let bytes = raw.len();
        TwinException::of(
            &json!({"code": code, "refused": false, "seen": seen, "raw": raw,
            "raw_bytes": bytes}),
        )
    }

    fn told(corrupt: &[&CorruptMessage], exceptions: &[TwinException]) -> Vec<String> {
        let found = of_corrupt("P", corrupt, exceptions).into_iter();
        found.map(|finding| finding.text).collect()
    }

    #[test]
    fn an_unreadable_message_is_one_exception_with_its_code_however_often_it_was_sent() {
        let sent = message("{oh", 3);
        assert_eq!(told(&[&sent], &[exception("{oh", "TWIN-R34", 4)]), [""; 0]);
        for (exceptions, expected) in [
            (vec![], "is not among the exceptions"),
            (
                vec![
                    exception("{oh", "TWIN-R34", 3),
                    exception("{oh", "TWIN-R34", 3),
                ],
                "is among the exceptions 2 times",
            ),
            (
                vec![exception("{oh", "TWIN-R33", 3)],
                "stands under TWIN-R33, not TWIN-R34",
            ),
            (
                vec![exception("{oh", "TWIN-R34", 2)],
                "was received 2 times; it was sent 3 times",
            ),
            (
                vec![exception("{ah", "TWIN-R34", 3)],
                "is not among the exceptions",
            ),
        ] {
            let found = told(&[&sent], &exceptions);
            assert_eq!(found.len(), 1, "{found:?}");
            assert!(found[0].ends_with(expected), "{found:?}");
        }
    }

    #[test]
    fn counts_that_differ_are_told_with_both_numbers() {
        let truth = PlantSummary {
            messages: 10,
            facts: 9,
            corrupt: 1,
            applied: 7,
            refused: BTreeMap::from([("TWIN-R02".to_owned(), 2)]),
            exceptions: BTreeMap::new(),
            waiting: 0,
            state_hash: String::new(),
        };
        let corrupt = message("{oh", 1);
        let right = Dispositions {
            input: 11,
            applied: 7,
            duplicates: 1,
            refused: truth.refused.clone(),
            parked: 0,
            exceptions: BTreeMap::from([("TWIN-R34".to_owned(), 1)]),
        };
        assert_eq!(of_counts("P", &truth, &[&corrupt], &right), []);
        let wrong = Dispositions {
            input: 9,
            applied: 6,
            parked: 1,
            refused: BTreeMap::new(),
            exceptions: BTreeMap::from([("TWIN-R34".to_owned(), 2)]),
            ..right
        };
        let found = of_counts("P", &truth, &[&corrupt], &wrong).into_iter();
        let found: Vec<String> = found.map(|finding| finding.text).collect();
        assert_eq!(
            found,
            [
                "1 of 10 messages have not reached the twin; it has received 9",
                "6 events had their effect; 7 should",
                "0 events refused by TWIN-R02; 2 should be",
                "2 messages put before a person by TWIN-R34; 1 should be",
                "1 events wait for their cause; 0 should",
            ]
        );
    }

    #[test]
    fn objects_that_differ_are_named_with_their_fields() {
        let truth = [
            json!({"id": "A", "good": "5"}),
            json!({"id": "B", "good": "1"}),
        ];
        let twin = [
            json!({"id": "A", "good": "4"}),
            json!({"id": "C", "good": "1"}),
        ];
        let found = of_items("P", "work-orders", &truth, &twin).into_iter();
        let found: Vec<String> = found.map(|finding| finding.text).collect();
        assert_eq!(
            found,
            [
                "work order A: good is \"4\", should be \"5\"",
                "work order B is missing at the twin",
                "work order C is at the twin and should not be",
            ]
        );
        let later = [
            json!({"id": "A", "version": 9, "good": "5"}),
            truth[1].clone(),
        ];
        assert_eq!(of_items("P", "lots", &truth, &later), []);
    }
}
