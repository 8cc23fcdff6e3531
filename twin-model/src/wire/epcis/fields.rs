//! JSON objects as they came, taken apart field by field, so that whatever is wrong has a place.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::fault::Fault;

/// An object at its place in the document. What is taken is gone; what is left at the end is
/// unknown.
pub(super) struct Fields<'a> {
    at: String,
    fields: BTreeMap<Cow<'a, str>, &'a RawValue>,
}

impl<'a> Fields<'a> {
    /// The fields of an object.
    pub(super) fn of(raw: &'a RawValue, at: String) -> Result<Fields<'a>, Fault> {
        match serde_json::from_str(raw.get()) {
            Ok(fields) => Ok(Fields { at, fields }),
            Err(error) => Err(Fault::unreadable(at, plain(&error))),
        }
    }

    /// The place of a field.
    pub(super) fn place(&self, name: &str) -> String {
        format!("{}.{name}", self.at)
    }

    /// A field as it came; `null` is as if not sent.
    pub(super) fn raw(&mut self, name: &str) -> Option<&'a RawValue> {
        self.fields.remove(name).filter(|raw| raw.get() != "null")
    }

    pub(super) fn take<T: Deserialize<'a>>(&mut self, name: &str) -> Result<Option<T>, Fault> {
        let Some(raw) = self.raw(name) else {
            return Ok(None);
        };
        match serde_json::from_str(raw.get()) {
            Ok(value) => Ok(Some(value)),
            Err(error) => Err(Fault::unreadable(self.place(name), plain(&error))),
        }
    }

    pub(super) fn required<T: Deserialize<'a>>(&mut self, name: &str) -> Result<T, Fault> {
        let value = self.take(name)?;
        value.ok_or_else(|| Fault::unreadable(self.place(name), "is missing".to_owned()))
    }

    /// An object within.
    pub(super) fn object(&mut self, name: &str) -> Result<Option<Fields<'a>>, Fault> {
        let at = self.place(name);
        self.raw(name).map(|raw| Fields::of(raw, at)).transpose()
    }

    /// The objects of a list; none when it is missing.
    pub(super) fn objects(&mut self, name: &str) -> Result<Vec<Fields<'a>>, Fault> {
        let at = self.place(name);
        let list: Option<Vec<&RawValue>> = self.take(name)?;
        let objects = list.into_iter().flatten().enumerate();
        objects
            .map(|(n, raw)| Fields::of(raw, format!("{at}[{n}]")))
            .collect()
    }

    /// Refuses fields that were not taken. Names with a prefix are somebody's extensions, which
    /// other readers ignore.
    pub(super) fn finish(self) -> Result<(), Fault> {
        let unknown = self.fields.keys().find(|name| !name.contains(':'));
        match unknown {
            None => Ok(()),
            Some(name) => {
                let detail = "is no field of the standard; an extension has a prefix".to_owned();
                Err(Fault::unreadable(self.place(name), detail))
            }
        }
    }
}

/// The error without its line and column: the place says where.
pub(super) fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(end) if error.is_data() => text[..end].to_owned(),
        _ => text,
    }
}
