//! What an edge reads of a message: where it goes and whose it is, never what it means.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Longest id or type that is repeated in the properties of a message, in bytes: an AMQP short
/// string. What is longer stands in the body only.
const PROPERTY_BYTES_MAX: usize = 255;

/// The attributes of a message, as far as they can be read. A message of which nothing can be read
/// has none; the twin will say what is wrong with it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct Envelope {
    #[serde(deserialize_with = "text")]
    pub(crate) id: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(crate) source: Option<String>,
    #[serde(rename = "type", deserialize_with = "text")]
    pub(crate) type_name: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(crate) plant: Option<String>,
}

impl Envelope {
    pub(crate) fn read(body: &[u8]) -> Envelope {
        serde_json::from_slice(body).unwrap_or_default()
    }

    /// The type, or nothing.
    pub(crate) fn type_name(&self) -> &str {
        self.type_name.as_deref().unwrap_or_default()
    }
}

/// What fits into a property of an AMQP message; else nothing.
pub(crate) fn property(text: &str) -> &str {
    match text.len() <= PROPERTY_BYTES_MAX {
        true => text,
        false => "",
    }
}

/// A text, or nothing where something else stands.
fn text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::String(text) => Some(text),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_read_is_read_whatever_the_rest_is() {
        let envelope = Envelope::read(
            br#"{"specversion":7,"id":9,"source":"/mes","type":"mfg.new.v9","plant":"P1","data":[[]]}"#,
        );
        assert_eq!(envelope.plant.as_deref(), Some("P1"));
        assert_eq!(envelope.source.as_deref(), Some("/mes"));
        assert_eq!(envelope.type_name(), "mfg.new.v9");
        assert_eq!(envelope.id, None, "a number is no id");
    }

    #[test]
    fn a_message_of_which_nothing_can_be_read_has_no_attributes() {
        for body in [&b""[..], b"\xff\xfe", b"[1]", b"{\"plant\":\"P1\""] {
            assert_eq!(Envelope::read(body), Envelope::default());
        }
    }

    #[test]
    fn what_no_property_can_hold_is_left_to_the_body() {
        assert_eq!(property(&"x".repeat(255)).len(), 255);
        assert_eq!(property(&"x".repeat(256)), "");
    }
}
