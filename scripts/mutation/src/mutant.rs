//! The mutants as cargo-mutants lists them.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

/// Number of a mutant in the woven source; 0 is none.
pub(crate) type Number = u32;

/// One change of the source that tests should notice.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Mutant {
    /// File, place and change in words, unique in a list.
    pub(crate) name: String,
    /// The file, from the root of the repository.
    pub(crate) file: String,
    /// What is changed.
    pub(crate) genre: Genre,
    /// Where.
    pub(crate) span: Span,
    /// The text that comes there instead.
    pub(crate) replacement: String,
}

/// What a mutant changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
pub(crate) enum Genre {
    /// A function gives a fixed value.
    FnValue,
    /// Another operator between two values.
    BinaryOperator,
    /// Without `!` or `-`.
    UnaryOperator,
    /// A match without one of its arms.
    MatchArm,
    /// A guard that is always true or false.
    MatchArmGuard,
    /// A field taken from the base value.
    StructField,
}

/// Where a mutant stands.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct Span {
    /// Its first character.
    pub(crate) start: Place,
}

/// A place in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
pub(crate) struct Place {
    /// From 1.
    pub(crate) line: usize,
    /// In characters, from 1.
    pub(crate) column: usize,
}

/// What `cargo mutants --list --json` wrote into `path`; number N is at N - 1.
pub(crate) fn listed(path: &Path) -> Result<Vec<Mutant>> {
    let file = File::open(path).with_context(|| format!("no list at {}", path.display()))?;
    serde_json::from_reader(BufReader::new(file)).context("the list of mutants cannot be read")
}

#[cfg(test)]
impl Mutant {
    /// Some mutant with this name.
    pub(crate) fn named(name: &str) -> Mutant {
        Mutant {
            name: name.to_owned(),
            file: "twin-model/src/lib.rs".to_owned(),
            genre: Genre::BinaryOperator,
            span: Span {
                start: Place { line: 1, column: 1 },
            },
            replacement: "-".to_owned(),
        }
    }
}
