//! The tests of the model, what each of them reaches, and trials of one mutant.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use crate::mutant::Number;
use crate::tree::Tree;
use crate::workshop::binaries;

/// Memory of one process of tests, in KiB: a mutant that collects without end stops there.
const MEMORY_KIB_MAX: u64 = 4 << 20;
/// CPU time that a trial may take beyond what all tests took together with the model as it is,
/// seconds: a mutant that goes on without end stops there.
const TRIAL_S_MORE: u64 = 60;
/// Threads of that run, so its CPU time is at most so many times its length.
const THREADS: u64 = 2;
/// How many tests make the first, second, ... part of a trial: most mutants are noticed by the
/// first.
const PARTS: [usize; 3] = [4, 32, usize::MAX];

/// A test with what it reaches.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Test {
    binary: PathBuf,
    name: String,
    reaches: BTreeSet<Number>,
}

/// All tests.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Suite {
    /// Those that reach the least first: they say the most about it, and are the quickest.
    tests: Vec<Test>,
    folder: PathBuf,
    /// How long all of them took, seconds.
    seconds: u64,
}

/// What became of a mutant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    /// A test failed.
    Caught,
    /// The tests ended by a signal: without end, out of memory or stack.
    Killed,
    /// All tests that come there passed.
    Missed,
    /// No test comes there.
    Unreached,
}

impl Suite {
    /// Runs every test once with the model as it is, without those whose name has one of `without`
    /// in it.
    ///
    /// # Errors
    /// When one fails.
    pub(crate) fn measured(tree: &Tree, notes: &Path, without: &[String]) -> Result<Suite> {
        if notes.exists() {
            fs::remove_file(notes)?;
        }
        let start = Instant::now();
        let skipped = without.iter().flat_map(|word| ["--skip", word]);
        let status = Command::new("cargo")
            .args([
                "test",
                "--offline",
                "--all-features",
                "--lib",
                "--tests",
                "--",
            ])
            .args(["--quiet", "--test-threads", &THREADS.to_string()])
            .args(skipped)
            .env("MUTANT_REACH", notes)
            .current_dir(tree.folder())
            .stdout(Stdio::null())
            .status()?;
        ensure!(
            status.success(),
            "the tests fail with the woven model as it is"
        );
        let seconds = start.elapsed().as_secs();
        let folder = tree.folder().join("twin-model");
        let mut binary_of = BTreeMap::new();
        for binary in binaries(tree)? {
            for name in names(&binary, &folder)? {
                binary_of.insert(name, binary.clone());
            }
        }
        let mut tests = Vec::new();
        for line in fs::read_to_string(notes)?.lines() {
            let mut words = line.split(' ');
            let name = words.next().unwrap_or_default();
            let Some(binary) = binary_of.get(name) else {
                continue;
            };
            let reaches = words
                .map(|number| number.parse().context("a note has numbers"))
                .collect::<Result<_>>()?;
            tests.push(Test {
                binary: binary.clone(),
                name: name.to_owned(),
                reaches,
            });
        }
        tests.sort_by_key(|test| test.reaches.len());
        Ok(Suite {
            tests,
            folder,
            seconds,
        })
    }

    /// How many tests there are.
    pub(crate) fn len(&self) -> usize {
        self.tests.len()
    }

    /// Runs the tests that reach a mutant until one notices it.
    pub(crate) fn try_out(&self, mutant: Number) -> Result<Verdict> {
        let mut reaching = self
            .tests
            .iter()
            .filter(|test| test.reaches.contains(&mutant))
            .peekable();
        if reaching.peek().is_none() {
            return Ok(Verdict::Unreached);
        }
        for part in PARTS {
            let mut chosen: BTreeMap<&Path, Vec<&str>> = BTreeMap::new();
            for test in reaching.by_ref().take(part) {
                chosen.entry(&test.binary).or_default().push(&test.name);
            }
            for (binary, tests) in chosen {
                match self.run(mutant, binary, &tests)? {
                    Verdict::Missed => {}
                    noticed => return Ok(noticed),
                }
            }
        }
        Ok(Verdict::Missed)
    }

    fn run(&self, mutant: Number, binary: &Path, tests: &[&str]) -> Result<Verdict> {
        let seconds = self.seconds * THREADS + TRIAL_S_MORE;
        let limits = format!("ulimit -v {MEMORY_KIB_MAX}; ulimit -t {seconds}");
        let status = Command::new("sh")
            .args(["-c", &format!("{limits}; exec \"$0\" \"$@\"")])
            .arg(binary)
            .args(["--exact", "--test-threads", "1"])
            .args(tests)
            .env("MUTANT", mutant.to_string())
            .env("RUST_BACKTRACE", "0")
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()?;
        Ok(match status.code() {
            Some(0) => Verdict::Missed,
            Some(_) => Verdict::Caught,
            None => Verdict::Killed,
        })
    }
}

fn names(binary: &Path, folder: &Path) -> Result<Vec<String>> {
    let output = Command::new(binary)
        .args(["--list", "--format", "terse"])
        .current_dir(folder)
        .output()?;
    ensure!(
        output.status.success(),
        "{} lists no tests",
        binary.display()
    );
    Ok(String::from_utf8(output.stdout)?
        .lines()
        .filter_map(|line| line.strip_suffix(": test"))
        .map(str::to_owned)
        .collect())
}
