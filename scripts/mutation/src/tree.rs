//! The copy of the model that is woven, built and tested.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::mutant::{Mutant, Number};
use crate::weave::{Woven, weave};

/// What the model and its tests read: one of them looks for tests of the ingest.
const COPIED: [&str; 6] = [
    "twin-model",
    "docs",
    "ingest/tests",
    "tests/real_data",
    MANIFEST,
    "Cargo.lock",
];
const MANIFEST: &str = "Cargo.toml";
const MODEL_MANIFEST: &str = "twin-model/Cargo.toml";
const LIBRARY: &str = "twin-model/src/lib.rs";
const SWITCH: &str = "twin-model/src/mutation_switch.rs";

/// A workspace of its own with nothing but the model.
#[derive(Debug)]
pub(crate) struct Tree {
    root: PathBuf,
    folder: PathBuf,
}

impl Tree {
    /// Copies the model of the repository at `root` into `folder`, all but what is woven.
    pub(crate) fn copied(root: &Path, folder: &Path, mutants: &[Mutant]) -> Result<Tree> {
        let mut woven: BTreeSet<&str> = mutants.iter().map(|mutant| &*mutant.file).collect();
        woven.extend([LIBRARY, MANIFEST, MODEL_MANIFEST]);
        let listed = Command::new("git")
            .args([
                "ls-files",
                "--cached",
                "--others",
                "--exclude-standard",
                "--",
            ])
            .args(COPIED)
            .current_dir(root)
            .output()?;
        ensure!(listed.status.success(), "git lists no files");
        let mut files = BTreeSet::new();
        for file in String::from_utf8(listed.stdout)?.lines() {
            if root.join(file).is_file() {
                if !woven.contains(file) {
                    copy(&root.join(file), &folder.join(file))?;
                }
                files.insert(folder.join(file));
            }
        }
        files.insert(folder.join(SWITCH));
        for name in &COPIED[..2] {
            remove_others(&folder.join(name), &files)?;
        }
        let tree = Tree {
            root: root.to_owned(),
            folder: folder.to_owned(),
        };
        tree.write_manifests()?;
        Ok(tree)
    }

    /// Where it is.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Weaves `mutants` into the files that have them, all but `without`.
    pub(crate) fn weave(
        &self,
        mutants: &[Mutant],
        without: &BTreeSet<Number>,
    ) -> Result<BTreeMap<String, Woven>> {
        let mut by_file: BTreeMap<&str, Vec<(Number, &Mutant)>> = BTreeMap::new();
        for (number, mutant) in (1..).zip(mutants) {
            let of_file = by_file.entry(&mutant.file).or_default();
            if !without.contains(&number) {
                of_file.push((number, mutant));
            }
        }
        let mut woven = BTreeMap::new();
        for (file, mutants) in by_file {
            let source = fs::read_to_string(self.root.join(file))?;
            let result = weave(&source, &mutants).with_context(|| file.to_owned())?;
            write(&self.folder.join(file), &result.text)?;
            woven.insert(file.to_owned(), result);
        }
        let library = fs::read_to_string(self.root.join(LIBRARY))?;
        let text = format!("#![allow(warnings)]\n{library}\nmod mutation_switch;\n");
        write(&self.folder.join(LIBRARY), &text)?;
        write(&self.folder.join(SWITCH), include_str!("switch.rs"))?;
        Ok(woven)
    }

    /// A number that changes with the sources that have mutants.
    pub(crate) fn source_digest(&self, mutants: &[Mutant]) -> Result<u64> {
        let mut hasher = DefaultHasher::new();
        let mut last = "";
        for mutant in mutants {
            mutant.name.hash(&mut hasher);
            if mutant.file != last {
                fs::read(self.root.join(&mutant.file))?.hash(&mut hasher);
                last = &mutant.file;
            }
        }
        Ok(hasher.finish())
    }

    /// A number that changes with every file of the tree.
    pub(crate) fn digest(&self) -> Result<u64> {
        let mut hasher = DefaultHasher::new();
        let mut folders = vec![self.folder.join("twin-model"), self.folder.join("docs")];
        let mut files = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder)? {
                let path = entry?.path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    files.push(path);
                }
            }
        }
        files.sort_unstable();
        for file in files {
            file.hash(&mut hasher);
            fs::read(&file)?.hash(&mut hasher);
        }
        Ok(hasher.finish())
    }

    /// The workspace's manifest with the model alone, and nothing built that only debuggers read.
    fn write_manifests(&self) -> Result<()> {
        let whole: toml::Table = toml::from_str(&fs::read_to_string(self.root.join(MANIFEST))?)?;
        let mut workspace = whole["workspace"]
            .as_table()
            .context("a workspace")?
            .clone();
        workspace.insert("members".to_owned(), vec!["twin-model"].into());
        workspace.remove("lints");
        let mut dev = whole["profile"]["dev"]
            .as_table()
            .context("a profile")?
            .clone();
        dev.insert("debug".to_owned(), false.into());
        let mut manifest = toml::Table::new();
        manifest.insert("workspace".to_owned(), workspace.into());
        let profile = toml::Table::from_iter([("dev".to_owned(), dev.into())]);
        manifest.insert("profile".to_owned(), profile.into());
        write(&self.folder.join(MANIFEST), &toml::to_string(&manifest)?)?;
        let model = fs::read_to_string(self.root.join(MODEL_MANIFEST))?;
        let mut model: toml::Table = toml::from_str(&model)?;
        model.remove("lints");
        write(&self.folder.join(MODEL_MANIFEST), &toml::to_string(&model)?)
    }
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    let content = fs::read(from)?;
    if fs::read(to).is_ok_and(|there| there == content) {
        return Ok(());
    }
    fs::create_dir_all(to.parent().context("a file has a folder")?)?;
    fs::write(to, content).with_context(|| to.display().to_string())
}

/// Writes what is not there yet, so that nothing is built twice.
fn write(path: &Path, text: &str) -> Result<()> {
    if fs::read_to_string(path).is_ok_and(|there| there == text) {
        return Ok(());
    }
    // A folder of which every file is woven had nothing to copy.
    fs::create_dir_all(path.parent().context("a file has a folder")?)?;
    fs::write(path, text).with_context(|| path.display().to_string())
}

fn remove_others(folder: &Path, files: &BTreeSet<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            remove_others(&path, files)?;
        } else if !files.contains(&path) {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}
