//! Building the woven model, and finding the mutants that no compiler takes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::mutant::{Mutant, Number};
use crate::tree::Tree;
use crate::weave::Woven;

/// How often the compiler is asked before we give up: it tells its errors in a few stages.
const ROUNDS_MAX: usize = 20;

/// Which mutants do not stand behind a switch.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct LeftOut {
    /// [`Tree::source_digest`] of what was woven.
    pub(crate) source: u64,
    /// No compiler takes them: they are no mutants.
    pub(crate) unviable: BTreeSet<Number>,
    /// They need a build of their own.
    pub(crate) apart: BTreeSet<Number>,
}

impl LeftOut {
    /// All that do not stand behind a switch.
    pub(crate) fn all(&self) -> BTreeSet<Number> {
        self.unviable.union(&self.apart).copied().collect()
    }
}

/// Weaves again and again until what is woven compiles. What `kept` says of the same sources
/// serves again.
///
/// # Errors
/// When the compiler complains of something that no mutant is at.
pub(crate) fn viable(tree: &Tree, mutants: &[Mutant], kept: &Path) -> Result<LeftOut> {
    let source = tree.source_digest(mutants)?;
    if let Ok(text) = fs::read_to_string(kept) {
        let known: LeftOut = serde_json::from_str(&text)?;
        if known.source == source {
            tree.weave(mutants, &known.all())?;
            return Ok(known);
        }
    }
    let mut left_out = LeftOut {
        source,
        ..LeftOut::default()
    };
    for round in 1..=ROUNDS_MAX {
        let woven = tree.weave(mutants, &left_out.all())?;
        for file in woven.values() {
            left_out.unviable.extend(&file.unviable);
            left_out.apart.extend(&file.apart);
        }
        let errors = errors(tree)?;
        if errors.is_empty() {
            // What no compiler takes alone would not be taken in a build of its own either.
            let unviable = &left_out.unviable;
            left_out.apart.retain(|number| !unviable.contains(number));
            fs::write(kept, serde_json::to_string(&left_out)?)?;
            return Ok(left_out);
        }
        eprintln!("round {round}: {} errors", errors.len());
        for error in errors {
            blame(&woven, &error, &mut left_out)?;
        }
    }
    bail!("after {ROUNDS_MAX} rounds there are errors still")
}

/// An error of the compiler, by the places that it points at.
#[derive(Debug)]
struct CompileError {
    message: String,
    places: Vec<(String, usize)>,
}

/// What the compiler says of the model without its tests.
fn errors(tree: &Tree) -> Result<Vec<CompileError>> {
    let output = Command::new("cargo")
        .args([
            "check",
            "--offline",
            "--all-features",
            "--lib",
            "--message-format",
            "json",
        ])
        .current_dir(tree.folder())
        .stderr(Stdio::null())
        .output()?;
    let mut found = Vec::new();
    for message in messages(&output.stdout)? {
        let message = &message["message"];
        let places: Vec<(String, usize)> = message["spans"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|span| span["is_primary"] == true)
            .filter_map(place)
            .collect();
        if message["level"] == "error" && !places.is_empty() {
            found.push(CompileError {
                message: message["rendered"].to_string(),
                places,
            });
        }
    }
    ensure!(
        output.status.success() || !found.is_empty(),
        "the woven model does not compile, for no mutant's reason; see {}",
        tree.folder().display()
    );
    Ok(found)
}

fn place(span: &Value) -> Option<(String, usize)> {
    let file = span["file_name"].as_str()?.to_owned();
    let at = usize::try_from(span["byte_start"].as_u64()?).ok()?;
    Some((file, at))
}

fn messages(stdout: &[u8]) -> Result<Vec<Value>> {
    let text = std::str::from_utf8(stdout)?;
    text.lines()
        .map(|line| serde_json::from_str(line).context("cargo tells of its work in JSON"))
        .collect()
}

/// Takes out the mutant that an error is about; where it is about none in particular, all mutants
/// of that place or, failing that, of that function need builds of their own.
fn blame(
    woven: &BTreeMap<String, Woven>,
    error: &CompileError,
    left_out: &mut LeftOut,
) -> Result<()> {
    for (file, at) in &error.places {
        let Some(file) = woven.get(file) else {
            continue;
        };
        let here = file
            .inserted
            .iter()
            .filter(|inserted| inserted.range.contains(at));
        if let Some(inserted) = here.min_by_key(|inserted| inserted.range.len()) {
            let list = match inserted.own {
                true => &mut left_out.unviable,
                false => &mut left_out.apart,
            };
            list.extend(&inserted.mutants);
            return Ok(());
        }
        let around = file
            .functions
            .iter()
            .filter(|(range, _)| range.contains(at));
        if let Some((_, mutants)) = around.min_by_key(|(range, _)| range.len())
            && !mutants.is_empty()
        {
            left_out.apart.extend(mutants);
            return Ok(());
        }
    }
    bail!("no mutant is at {:?}: {}", error.places, error.message)
}

/// Builds the tests of the model; gives their binaries.
pub(crate) fn binaries(tree: &Tree) -> Result<Vec<PathBuf>> {
    let output = Command::new("cargo")
        .args(["test", "--offline", "--all-features", "--lib", "--tests"])
        .args(["--no-run", "--message-format", "json"])
        .current_dir(tree.folder())
        .stderr(Stdio::inherit())
        .output()?;
    ensure!(
        output.status.success(),
        "the tests of the woven model do not compile"
    );
    let binaries: Vec<PathBuf> = messages(&output.stdout)?
        .iter()
        .filter_map(|message| message["executable"].as_str())
        .map(|path| Path::new(path).to_owned())
        .collect();
    ensure!(!binaries.is_empty(), "the model has no tests");
    Ok(binaries)
}
