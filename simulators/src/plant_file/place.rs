//! Reading a plant file, and finding the line of a key in it.

use toml::de::{DeTable, DeValue};

use super::PlantFile;
use super::invalid::{InvalidPlant, PlantFileError};
use crate::kernel::Floor;

impl PlantFile {
    /// Reads a plant file, TOML or (when it begins with a brace) JSON, and checks it. `file` is
    /// its name in messages.
    ///
    /// # Errors
    /// [`PlantFileError`] names the file, the line, the key and what to do.
    pub fn read(file: &str, text: &str) -> Result<(PlantFile, Floor), PlantFileError> {
        let json = text.trim_start().starts_with('{');
        let wrong = |line, what| PlantFileError {
            file: file.to_owned(),
            line,
            what,
        };
        let read: PlantFile = if json {
            serde_json::from_str(text).map_err(|error| wrong(error.line(), error.to_string()))?
        } else {
            toml::from_str(text).map_err(|error| {
                let at = error.span().map_or(0, |span| span.start);
                wrong(line_of(text, at), error.message().to_owned())
            })?
        };
        let floor = read.floor().map_err(|invalid| {
            let line = if json {
                json_line(text, &invalid)
            } else {
                toml_line(text, &invalid)
            };
            wrong(line, invalid.to_string())
        })?;
        Ok((read, floor))
    }
}

/// The line of a byte, from 1.
fn line_of(text: &str, at: usize) -> usize {
    let before = text.as_bytes().iter().take(at);
    1 + before.filter(|&&byte| byte == b'\n').count()
}

/// A key in parts: names, and places in lists.
fn parts(key: &str) -> impl Iterator<Item = &str> {
    key.split(['.', '[', ']']).filter(|part| !part.is_empty())
}

/// The line of the longest beginning of a key that stands in the text.
fn toml_line(text: &str, invalid: &InvalidPlant) -> usize {
    let Ok(root) = DeTable::parse(text) else {
        return 1;
    };
    let mut at = root.span().start;
    let mut parts = parts(&invalid.key);
    let mut value = parts.next().and_then(|part| root.get_ref().get(part));
    while let Some(found) = value {
        at = found.span().start;
        let Some(part) = parts.next() else {
            break;
        };
        value = match found.get_ref() {
            DeValue::Table(table) => table.get(part),
            DeValue::Array(array) => part.parse().ok().and_then(|place: usize| array.get(place)),
            _ => None,
        };
    }
    line_of(text, at)
}

/// The line of the last part of a key that stands in the text, found in the order of the parts.
/// Lists are counted by their opening braces.
fn json_line(text: &str, invalid: &InvalidPlant) -> usize {
    let mut at = 0;
    for part in parts(&invalid.key) {
        let found = match part.parse::<usize>() {
            Ok(place) => nth_object(&text[at..], place),
            Err(_) => text[at..].find(&format!("\"{part}\"")),
        };
        match found {
            Some(offset) => at += offset,
            None => break,
        }
    }
    line_of(text, at)
}

/// Where the object at a place of the list that begins next begins.
fn nth_object(text: &str, place: usize) -> Option<usize> {
    let begin = text.find('[')?;
    let mut depth = 0_u32;
    let mut seen = 0;
    for (at, byte) in text.bytes().enumerate().skip(begin + 1) {
        match byte {
            b'{' if depth == 0 && seen == place => return Some(at),
            b'{' => {
                seen += usize::from(depth == 0);
                depth += 1;
            }
            b'}' => depth = depth.checked_sub(1)?,
            _ => {}
        }
    }
    None
}
