//! GS1 keys in both of their forms: as a GS1 Digital Link (`https://id.gs1.org/01/.../10/...`),
//! and as the older EPC names (`urn:epc:class:lgtin:...`). Both say the same key; the link is
//! written, both are read.

use std::fmt;
use std::str::FromStr;

use smol_str::SmolStr;

use super::uri::{escaped, unescaped};
use crate::check_digit::{SSCC_DIGITS, check_digit, has_check_digit};

/// Where links are written to.
const RESOLVER: &str = "https://id.gs1.org";
/// Longest lot or serial number (GS1 General Specifications, AI 10 and AI 21), in characters.
const NUMBER_CHARS_MAX: usize = 20;

/// A global trade item number of 14 digits with a right check digit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gtin(SmolStr);

/// A text that is no GTIN.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a GTIN of 8, 12, 13 or 14 digits with its check digit: {text:?}")]
pub struct InvalidGtin {
    text: String,
}

impl Gtin {
    /// The 14 digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Gtin {
    type Err = InvalidGtin;

    fn from_str(text: &str) -> Result<Gtin, InvalidGtin> {
        let fits = matches!(text.len(), 8 | 12 | 13 | 14);
        if fits && has_check_digit(text) {
            return Ok(Gtin(format!("{text:0>14}").into()));
        }
        Err(InvalidGtin {
            text: text.chars().take(40).collect(),
        })
    }
}

impl fmt::Display for Gtin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a GS1 name stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Key {
    /// Some of a lot of a trade item.
    Lot(Gtin, String),
    /// One piece of a trade item.
    Serial(Gtin, String),
    /// A trade item without lot and serial number.
    Item(Gtin),
    /// A logistic unit, by the 18 digits of its SSCC.
    Unit(SmolStr),
}

/// The SSCC of 18 digits that a text is.
pub(super) fn sscc(text: &str) -> Option<SmolStr> {
    (text.len() == SSCC_DIGITS && has_check_digit(text)).then(|| text.into())
}

impl Key {
    /// The key that a URI names, in either form; `None` when it names none that is known here.
    pub(super) fn read(uri: &str) -> Option<Key> {
        match uri.strip_prefix("urn:epc:") {
            Some(name) => Key::read_epc(name),
            None => Key::read_link(uri),
        }
    }

    fn read_epc(name: &str) -> Option<Key> {
        let (scheme, value) = name.rsplit_once(':')?;
        let (company, rest) = value.split_once('.')?;
        if scheme == "id:sscc" {
            return sscc(&with_check_digit(company, rest, 17)?).map(Key::Unit);
        }
        let (item, number) = rest.split_once('.')?;
        let gtin: Gtin = with_check_digit(company, item, 13)?.parse().ok()?;
        match scheme {
            "class:lgtin" => Some(Key::Lot(gtin, unescaped(number)?)),
            "id:sgtin" => Some(Key::Serial(gtin, unescaped(number)?)),
            "idpat:sgtin" if number == "*" => Some(Key::Item(gtin)),
            _ => None,
        }
    }

    /// Any domain may serve as a resolver; what counts is the path.
    fn read_link(uri: &str) -> Option<Key> {
        let rest = uri
            .strip_prefix("https://")
            .or_else(|| uri.strip_prefix("http://"))?;
        if rest.contains(['?', '#']) {
            return None;
        }
        let parts: Vec<&str> = rest.split('/').skip(1).collect();
        match parts.as_slice() {
            [.., "00", unit] => sscc(unit).map(Key::Unit),
            [.., "01", gtin, "10", lot] => Some(Key::Lot(gtin.parse().ok()?, unescaped(lot)?)),
            [.., "01", gtin, "21", serial] => {
                Some(Key::Serial(gtin.parse().ok()?, unescaped(serial)?))
            }
            [.., "01", gtin] => gtin.parse().ok().map(Key::Item),
            _ => None,
        }
    }

    /// The key as a link; `None` when a lot or serial number does not fit into it.
    pub(super) fn link(&self) -> Option<String> {
        let numbered = |gtin: &Gtin, kind: &str, number: &str| {
            is_number(number).then(|| format!("{RESOLVER}/01/{gtin}/{kind}/{}", escaped(number)))
        };
        match self {
            Key::Lot(gtin, lot) => numbered(gtin, "10", lot),
            Key::Serial(gtin, serial) => numbered(gtin, "21", serial),
            Key::Item(gtin) => Some(format!("{RESOLVER}/01/{gtin}")),
            Key::Unit(sscc) => Some(format!("{RESOLVER}/00/{sscc}")),
        }
    }
}

/// Puts the parts of an EPC name in the order of the key: the first digit of the second part leads
/// (indicator or extension digit), and a check digit ends it.
fn with_check_digit(company: &str, item: &str, digits_before: usize) -> Option<String> {
    let (lead, item) = item.split_at_checked(1)?;
    let digits = format!("{lead}{company}{item}");
    let right = digits.len() == digits_before && digits.bytes().all(|b| b.is_ascii_digit());
    let check = check_digit(&digits).filter(|_| right)?;
    Some(format!("{digits}{check}"))
}

/// Whether a text can stand as a lot or serial number: character set 82, at most 20 characters.
fn is_number(text: &str) -> bool {
    let in_set = |c: char| c.is_ascii_alphanumeric() || "!\"%&'()*+,-./:;<=>?_".contains(c);
    !text.is_empty() && text.chars().count() <= NUMBER_CHARS_MAX && text.chars().all(in_set)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gtin(text: &str) -> Gtin {
        text.parse().unwrap()
    }

    #[test]
    fn both_forms_of_a_name_say_the_same_key() {
        // The examples of the standard, 9.6.2 to 9.6.4, in both forms.
        for (name, link) in [
            (
                "urn:epc:class:lgtin:4012345.012345.998877",
                "https://id.gs1.org/01/04012345123456/10/998877",
            ),
            (
                "urn:epc:id:sgtin:0614141.107346.2017",
                "https://id.gs1.org/01/10614141073464/21/2017",
            ),
            (
                "urn:epc:idpat:sgtin:4012345.066666.*",
                "https://id.gs1.org/01/04012345666663",
            ),
            (
                "urn:epc:id:sscc:0614141.1234567890",
                "https://id.gs1.org/00/106141412345678908",
            ),
        ] {
            let key = Key::read(name).unwrap();
            assert_eq!(key.link().as_deref(), Some(link), "{name}");
            assert_eq!(Key::read(link), Some(key), "{link}");
        }
    }

    #[test]
    fn a_lot_number_with_marks_of_its_own_reads_back() {
        let key = Key::Lot(gtin("4012345123456"), "A/1:%2 ".trim().to_owned());
        let link = key.link().unwrap();
        assert_eq!(link, "https://id.gs1.org/01/04012345123456/10/A%2F1%3A%252");
        assert_eq!(Key::read(&link), Some(key));
    }

    #[test]
    fn what_does_not_fit_has_no_link() {
        for lot in ["", "x".repeat(21).as_str(), "Größe", "a b"] {
            let key = Key::Lot(gtin("4012345123456"), lot.to_owned());
            assert_eq!(key.link(), None, "{lot:?}");
        }
    }

    #[test]
    fn a_wrong_check_digit_or_length_is_no_key() {
        for text in ["4012345123457", "401234512345", "", "40123451234x6"] {
            assert!(text.parse::<Gtin>().is_err(), "{text:?}");
        }
        assert_eq!(sscc("106141412345678909"), None);
        for uri in [
            "https://id.gs1.org/01/04012345123457/10/1",
            "https://id.gs1.org/414/4012345000016",
            "urn:epc:class:lgtin:401234.012345.998877",
            "urn:epc:id:sgtin:0614141.107346",
            "urn:epc:id:grai:4012345.55555.987",
            "ftp://id.gs1.org/01/04012345123456/10/1",
            "https://id.gs1.org/01/04012345123456/10/1?x=1",
        ] {
            assert_eq!(Key::read(uri), None, "{uri}");
        }
    }

    #[test]
    fn shorter_numbers_are_filled_with_zeros() {
        assert_eq!(gtin("96385074").as_str(), "00000096385074");
        assert_eq!(gtin("4012345123456"), gtin("04012345123456"));
    }
}
