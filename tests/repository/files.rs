//! The repository's own files, for the tests that keep it tidy.

use std::fs;
use std::path::{Path, PathBuf};

/// Folders that never hold sources (as in `.gitignore`).
const SKIPPED: [&str; 4] = [".git", "target", "node_modules", "__pycache__"];

/// The repository's root folder.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below `folder` (relative to the root) whose name ends in one of `endings`, sorted.
///
/// # Panics
/// When there is none: a rule that looks at nothing would pass for ever.
pub(crate) fn files(folder: &str, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    collect(&root().join(folder), endings, &mut found);
    found.sort();
    assert!(
        !found.is_empty(),
        "no file ending in {endings:?} below {folder:?}: wrong folder?"
    );
    found
}

fn collect(folder: &Path, endings: &[&str], found: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    for entry in entries {
        let path = entry.expect("readable folder entry").path();
        let name = path
            .file_name()
            .and_then(|n| n.to_str())
            .unwrap_or_default();
        if path.is_dir() {
            if !SKIPPED.contains(&name) && !name.ends_with(".twin-data") {
                collect(&path, endings, found);
            }
        } else if endings.iter().any(|ending| name.ends_with(ending)) {
            found.push(path);
        }
    }
}

/// The text of a file.
pub(crate) fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// A path as it is shown in messages: relative to the root.
pub(crate) fn shown(path: &Path) -> String {
    path.strip_prefix(root())
        .unwrap_or(path)
        .display()
        .to_string()
}

/// Fails with one line per finding, under a sentence that says what to do.
#[track_caller]
pub(crate) fn none(findings: &[String], what_to_do: &str) {
    assert!(
        findings.is_empty(),
        "{what_to_do}\n  {}",
        findings.join("\n  ")
    );
}
