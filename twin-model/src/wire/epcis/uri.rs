//! Names of this twin as URIs: `urn:plant-twin:lot:P1:BOLT-M8:L-7`.
//!
//! Every part is written so that it reads back exactly: what is not a letter, a digit or one of
//! `-._~` is a `%` with the byte (RFC 3986).

use std::fmt::Write as _;

/// What every private name begins with. The namespace is not registered; the standard takes any
/// URI for what has no GS1 key.
const PRIVATE: &str = "urn:plant-twin:";

/// Writes `text` as a part of a URI.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else if write!(out, "%{byte:02X}").is_err() {
            unreachable!("a string takes what is written to it")
        }
    }
    out
}

/// Reads a part of a URI; `None` for a broken `%` or bytes that are no text.
pub(super) fn unescaped(part: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let (digits, after) = rest.split_at_checked(2)?;
        let hex = |digit: u8| char::from(digit).to_digit(16);
        let value = hex(digits[0])? * 16 + hex(digits[1])?;
        bytes.push(u8::try_from(value).ok()?);
        rest = after;
    }
    String::from_utf8(bytes).ok()
}

/// A private name: its kind and its parts.
pub(super) fn private(kind: &str, parts: &[&str]) -> String {
    let mut uri = format!("{PRIVATE}{kind}");
    for part in parts {
        uri.push(':');
        uri.push_str(&escaped(part));
    }
    uri
}

/// The parts of a private name of this kind with so many of them.
pub(super) fn private_parts<const N: usize>(uri: &str, kind: &str) -> Option<[String; N]> {
    let rest = uri.strip_prefix(PRIVATE)?.strip_prefix(kind)?;
    let parts: Option<Vec<String>> = rest.strip_prefix(':')?.split(':').map(unescaped).collect();
    parts?.try_into().ok()
}

/// Whether a text is a URI as the standard wants it: a scheme, and no blanks.
pub(super) fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    let starts = scheme.starts_with(|c: char| c.is_ascii_alphabetic());
    let plain = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    let graphic = |c: char| c.is_ascii_graphic() && !"\"<>\\^`{|}".contains(c);
    starts && scheme.chars().all(plain) && !rest.is_empty() && rest.chars().all(graphic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_reads_back_exactly() {
        for name in ["L-7", "A/0001", "Größe:7", "100 %", "%41", "", "~._-"] {
            let uri = private("lot", &["P1", name]);
            assert!(is_uri(&uri), "{uri}");
            let parts = private_parts(&uri, "lot").unwrap();
            assert_eq!(parts, ["P1".to_owned(), name.to_owned()], "{uri}");
        }
    }

    #[test]
    fn another_kind_or_number_of_parts_is_another_name() {
        let uri = private("lot", &["P1", "L"]);
        assert_eq!(private_parts::<2>(&uri, "order"), None);
        assert_eq!(private_parts::<3>(&uri, "lot"), None);
        assert_eq!(private_parts::<2>("urn:plant-twin:lots:P1:L", "lot"), None);
        assert_eq!(private_parts::<2>("urn:plant-twin:lot:P1:%4", "lot"), None);
        assert_eq!(private_parts::<2>("urn:plant-twin:lot:P1:%FF", "lot"), None);
    }

    #[test]
    fn what_has_no_scheme_or_has_blanks_is_no_uri() {
        for text in ["E-1", "", "a b:c", "x:", "1x:y", "urn:a b"] {
            assert!(!is_uri(text), "{text:?}");
        }
        assert!(is_uri("ni:///sha-256;36abb3?ver=CBV2.0"));
    }
}
