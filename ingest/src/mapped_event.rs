//! One event made from a row, or the message that stands for a row that gave none.

use bytes::Bytes;
use serde::Serialize;
use serde_json::{Map, Value};
use twin_model::PlantId;

use crate::field_path::{PathPart, put};
use crate::mapping::Mapping;
use crate::mapping_field::Field;
use crate::mapping_rule::{List, Rule};
use crate::reading::{Fault, Reader};
use crate::row_joins::Values;

/// Items of one list of an event; the plant takes no more.
pub const ITEMS_MAX: usize = 1_000;

/// One event made from a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappedEvent {
    /// Deterministic id.
    pub id: String,
    /// CloudEvents type; empty when the row could not be read at all.
    pub type_name: String,
    /// For which plant.
    pub plant: PlantId,
    /// The event as CloudEvents JSON.
    pub json: Bytes,
    /// Line in the file, or number of the record in a document, from 1.
    pub line: u64,
}

#[derive(Serialize)]
pub(crate) struct Envelope<'a, D> {
    pub(crate) specversion: &'static str,
    pub(crate) id: &'a str,
    pub(crate) source: &'a str,
    #[serde(rename = "type", skip_serializing_if = "str::is_empty")]
    pub(crate) type_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) time: Option<&'a str>,
    pub(crate) datacontenttype: &'static str,
    pub(crate) plant: &'a PlantId,
    /// Place in the file of what could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) unreadableat: Option<&'a str>,
    /// What is wrong there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) unreadablewhy: Option<&'a str>,
    /// The rule by which it is set aside; R34 when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) unreadableas: Option<&'a str>,
    pub(crate) data: D,
}

/// What the plant keeps of a row that could not be mapped.
#[derive(Serialize)]
pub(crate) struct Unmapped<'a, R> {
    pub(crate) import_error: &'a str,
    pub(crate) file: String,
    pub(crate) line: u64,
    pub(crate) row: R,
}

/// Time and data of the event that a rule makes from a row.
pub(crate) fn content(
    rule: &Rule,
    values: &[Option<String>],
    items: &[&[Values]],
    reader: &Reader<'_>,
) -> Result<(String, Map<String, Value>), Fault> {
    let time = rule.time.read(values, &reader.local)?;
    let mut data = object(&rule.fields, values, reader)?;
    for (list, items) in rule.lists.iter().zip(items) {
        if let Some(read) = list_of(list, items, reader)? {
            put(&mut data, &list.path, read);
        }
    }
    Ok((time.to_string(), data))
}

/// A list's items, in the order of their rows; nothing for none.
fn list_of(list: &List, items: &[Values], reader: &Reader<'_>) -> Result<Option<Value>, Fault> {
    if items.len() > ITEMS_MAX {
        let detail = format!(
            "has {} items for one event; at most {ITEMS_MAX}",
            items.len()
        );
        return Err(Fault::of_row(detail));
    }
    let read = (1..).zip(items).map(|(number, item)| {
        let item = object(&list.fields, item, reader).map_err(|fault| {
            let told = fault.told(reader.columns);
            Fault::of_row(format!("item {number} of {}: {told}", list.name))
        });
        item.map(Value::Object)
    });
    let read: Vec<Value> = read.collect::<Result<_, Fault>>()?;
    Ok((!read.is_empty()).then_some(Value::Array(read)))
}

fn object(
    fields: &[(Vec<PathPart>, Field)],
    values: &[Option<String>],
    reader: &Reader<'_>,
) -> Result<Map<String, Value>, Fault> {
    let mut data = Map::new();
    for (path, field) in fields {
        if let Some(value) = field.value(values, reader)? {
            put(&mut data, path, value);
        }
    }
    Ok(data)
}

/// The event as CloudEvents JSON.
pub(crate) fn event_json(
    mapping: &Mapping,
    rule: &Rule,
    id: &str,
    time: &str,
    data: &Map<String, Value>,
) -> Bytes {
    json_bytes(&Envelope {
        specversion: "1.0",
        id,
        source: rule.source.as_str(),
        type_name: &rule.type_name,
        time: Some(time),
        datacontenttype: "application/json",
        plant: &mapping.plant,
        unreadableat: None,
        unreadablewhy: None,
        unreadableas: None,
        data,
    })
}

pub(crate) fn json_bytes<D: Serialize>(envelope: &Envelope<'_, D>) -> Bytes {
    match serde_json::to_vec(envelope) {
        Ok(bytes) => Bytes::from(bytes),
        Err(error) => unreachable!("an envelope of texts is encodable: {error}"),
    }
}

/// 128 bits of BLAKE3 as hexadecimal digits, over everything that makes the event itself.
pub(crate) fn event_id(
    source: &str,
    type_name: &str,
    nth_of_type: u32,
    content: &blake3::Hash,
    occurrence: u32,
) -> String {
    let mut hasher = blake3::Hasher::new();
    for text in [source, type_name] {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    }
    hasher.update(&nth_of_type.to_le_bytes());
    hasher.update(content.as_bytes());
    hasher.update(&occurrence.to_le_bytes());
    hasher.finalize().to_hex()[..32].to_owned()
}
