//! Kinds of records in a document, and where their columns stand.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::b2mml_words::Words;
use crate::mapping::{COLUMNS_MAX, Check, MappingError, OneOrMany};
use crate::tree::TreePath;

/// Kinds of records in one mapping.
pub(crate) const KINDS_MAX: usize = 100;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RecordText {
    kind: String,
    at: OneOrMany,
    #[serde(default)]
    has: Vec<String>,
    columns: ColumnsText,
    unmapped: Option<String>,
}

/// Columns that are named like their paths, or names with their paths.
#[derive(Deserialize)]
#[serde(untagged)]
enum ColumnsText {
    Names(Vec<String>),
    Paths(BTreeMap<String, PathText>),
}

/// Where a column stands, and the enumeration that its text is a value of.
#[derive(Deserialize)]
#[serde(untagged)]
enum PathText {
    Path(String),
    Words(WordsText),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WordsText {
    path: String,
    words: Words,
}

impl ColumnsText {
    fn listed(&self) -> Vec<(&str, &str, Option<Words>)> {
        match self {
            ColumnsText::Names(names) => {
                let names = names.iter();
                names.map(|name| (&**name, &**name, None)).collect()
            }
            ColumnsText::Paths(paths) => {
                let paths = paths.iter();
                let listed = paths.map(|(name, path)| match path {
                    PathText::Path(path) => (&**name, &**path, None),
                    PathText::Words(text) => (&**name, &*text.path, Some(text.words)),
                });
                listed.collect()
            }
        }
    }
}

/// One column of a kind of records.
#[derive(Debug)]
pub(crate) struct Cell {
    /// Place among the mapping's columns.
    pub(crate) column: usize,
    /// Where it may stand, the best first.
    pub(crate) paths: Vec<TreePath>,
    pub(crate) words: Option<Words>,
    /// The path as it was written, for messages.
    pub(crate) shown: String,
}

/// One kind of records: where they stand, what tells them from others, and their columns.
#[derive(Debug)]
pub(crate) struct RecordKind {
    pub(crate) name: String,
    pub(crate) at: Vec<TreePath>,
    pub(crate) has: Vec<TreePath>,
    pub(crate) cells: Vec<Cell>,
    /// What to say of a record that no rule takes.
    pub(crate) unmapped: Option<String>,
}

/// The kinds, and the columns of all of them.
pub(crate) fn check_kinds(
    texts: &[Spanned<RecordText>],
    check: &Check<'_>,
) -> Result<(Vec<RecordKind>, Vec<String>), MappingError> {
    let mut columns: Vec<String> = Vec::new();
    let mut kinds: Vec<RecordKind> = Vec::new();
    for (index, at) in texts.iter().enumerate() {
        let key = format!("record[{index}]");
        let kind = RecordKind::check(at, check, &key, &mut columns)?;
        if kinds.iter().any(|known| known.name == kind.name) {
            let detail = format!("{:?} is named twice", kind.name);
            return Err(check.wrong(at, &format!("{key}.kind"), detail));
        }
        if kinds.len() >= KINDS_MAX || columns.len() > COLUMNS_MAX {
            let detail = format!("at most {KINDS_MAX} kinds and {COLUMNS_MAX} columns");
            return Err(check.wrong(at, &key, detail));
        }
        kinds.push(kind);
    }
    Ok((kinds, columns))
}

impl RecordKind {
    fn check(
        at: &Spanned<RecordText>,
        check: &Check<'_>,
        key: &str,
        columns: &mut Vec<String>,
    ) -> Result<RecordKind, MappingError> {
        let text = at.get_ref();
        let path = |part: &str, path: &str| {
            TreePath::parse(path)
                .map_err(|error| check.wrong(at, &format!("{key}.{part}"), error.0))
        };
        let mut cells = Vec::new();
        for (name, shown, words) in text.columns.listed() {
            let known = columns.iter().position(|column| column == name);
            let column = known.unwrap_or_else(|| {
                columns.push(name.to_owned());
                columns.len() - 1
            });
            let paths: Result<_, _> = shown.split('|').map(|part| path("columns", part)).collect();
            cells.push(Cell {
                column,
                paths: paths?,
                words,
                shown: shown.to_owned(),
            });
        }
        let places = text.at.as_slice();
        if places.is_empty() || places.iter().any(|place| !place.starts_with('/')) {
            let detail = "names paths from the document: they begin with /";
            return Err(check.wrong(at, &format!("{key}.at"), detail));
        }
        let places: Result<_, _> = places.iter().map(|place| path("at", place)).collect();
        let has: Result<_, _> = text.has.iter().map(|wanted| path("has", wanted)).collect();
        Ok(RecordKind {
            name: text.kind.clone(),
            at: places?,
            has: has?,
            cells,
            unmapped: text.unmapped.clone(),
        })
    }
}
