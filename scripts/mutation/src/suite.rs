//! The tests of the model, what each of them reaches, and trials of one mutant.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};

use crate::mutant::Number;
use crate::tree::Tree;
use crate::workshop::binaries;

/// Memory of one process of tests, in KiB: a mutant that collects without end stops there.
const MEMORY_KIB_MAX: u64 = 4 << 20;
/// CPU time that a trial may take, in times of what its tests took with the model as it is, and
/// beyond that, seconds: a mutant that goes on without end stops there.
const TRIAL_TIMES_MAX: u64 = 10;
const TRIAL_S_MORE: u64 = 20;
/// Tests at once while it is measured what each of them reaches: more than one, so that each has a
/// thread of its own, which carries its name.
const THREADS: &str = "2";
/// How many tests make the first, second, ... part of a trial: most mutants are noticed by the
/// first.
const PARTS: [usize; 4] = [4, 16, 64, usize::MAX];
/// What libtest exits with when a test failed.
const TEST_FAILED: i32 = 101;
/// Random tests stop at the first failure, which they neither simplify nor keep for the next run:
/// it would try what another mutant has found. The same cases are tried for all mutants.
const QUICK_TO_FAIL: [(&str, &str); 4] = [
    ("PROPTEST_MAX_SHRINK_ITERS", "0"),
    ("PROPTEST_DISABLE_FAILURE_PERSISTENCE", "1"),
    ("PROPTEST_RNG_SEED", "1"),
    ("TWIN_SEED", "1"),
];
/// No mutant has it.
const NO_MUTANT: Number = Number::MAX;

/// A test with what it reaches.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Test {
    binary: PathBuf,
    name: String,
    /// How long it took with the model as it is, milliseconds.
    took_ms: u64,
    reaches: BTreeSet<Number>,
}

/// All tests.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Suite {
    /// The quickest first.
    tests: Vec<Test>,
    folder: PathBuf,
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
    /// Runs every test once with the model as it is.
    ///
    /// # Errors
    /// When one fails, also when it runs as in a trial: everything would seem to be noticed.
    pub(crate) fn measured(tree: &Tree, notes: &Path) -> Result<Suite> {
        if notes.exists() {
            fs::remove_file(notes)?;
        }
        let output = Command::new("cargo")
            .args(["test", "--offline", "--all-features", "--lib", "--tests"])
            .args(["--no-fail-fast", "--"])
            .args(["--quiet", "--test-threads", THREADS])
            .env("MUTANT_REACH", notes)
            .envs(QUICK_TO_FAIL)
            .current_dir(tree.folder())
            .stderr(Stdio::inherit())
            .output()?;
        ensure!(
            output.status.success(),
            "the tests fail with the woven model as it is:\n{}",
            String::from_utf8_lossy(&output.stdout)
        );
        let folder = tree.folder().join("twin-model");
        let mut binary_of = BTreeMap::new();
        for binary in binaries(tree)? {
            for name in names(&binary, &folder)? {
                let other = binary_of.insert(name.clone(), binary.clone());
                ensure!(other.is_none(), "two tests have the name {name}");
            }
        }
        let mut tests = Vec::new();
        for line in fs::read_to_string(notes)?.lines() {
            let (name, took_ms, reaches) = noted(line)?;
            // Other threads than those of tests tell what they reach, too.
            if let Some(binary) = binary_of.get(&name) {
                let binary = binary.clone();
                tests.push(Test {
                    binary,
                    name,
                    took_ms,
                    reaches,
                });
            }
        }
        tests.sort_by(|a, b| (a.took_ms, &a.name).cmp(&(b.took_ms, &b.name)));
        let suite = Suite { tests, folder };
        for (binary, tests) in by_binary(&suite.tests) {
            let (verdict, said) = suite.run(NO_MUTANT, binary, &tests)?;
            ensure!(
                verdict == Verdict::Missed,
                "tests of {} fail as a trial runs them, with the model as it is:\n{said}",
                binary.display()
            );
        }
        Ok(suite)
    }

    /// Without the tests whose name has one of these words in it.
    pub(crate) fn without(mut self, words: &[String]) -> Suite {
        let named = |test: &Test| words.iter().any(|word| test.name.contains(word));
        self.tests.retain(|test| !named(test));
        self
    }

    /// How many tests there are.
    pub(crate) fn len(&self) -> usize {
        self.tests.len()
    }

    /// Whether a test comes across a mutant.
    pub(crate) fn reaches(&self, mutant: Number) -> bool {
        self.tests.iter().any(|test| test.reaches.contains(&mutant))
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
            let chosen = by_binary(reaching.by_ref().take(part));
            for (binary, tests) in chosen {
                match self.run(mutant, binary, &tests)? {
                    (Verdict::Missed, _) => {}
                    (noticed, _) => return Ok(noticed),
                }
            }
        }
        Ok(Verdict::Missed)
    }

    /// Runs tests of one binary; gives also what they say.
    fn run(&self, mutant: Number, binary: &Path, tests: &[&Test]) -> Result<(Verdict, String)> {
        let took_ms: u64 = tests.iter().map(|test| test.took_ms).sum();
        let seconds = took_ms * TRIAL_TIMES_MAX / 1_000 + TRIAL_S_MORE;
        let limits = format!("ulimit -v {MEMORY_KIB_MAX}; ulimit -t {seconds}");
        let output = Command::new("sh")
            .args(["-c", &format!("{limits}; exec \"$0\" \"$@\"")])
            .arg(binary)
            .args(["--exact", "--test-threads", "1"])
            .args(tests.iter().map(|test| &test.name))
            .env("MUTANT", mutant.to_string())
            .env("RUST_BACKTRACE", "0")
            .envs(QUICK_TO_FAIL)
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .output()?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let all = format!("running {} test", tests.len());
        let verdict = match output.status.code() {
            Some(0) if said.lines().any(|line| line.starts_with(&all)) => Verdict::Missed,
            Some(TEST_FAILED) => Verdict::Caught,
            None => Verdict::Killed,
            // No verdict: the tests did not run.
            Some(code) => bail!("{} of mutant {mutant}: {code}, {said}", binary.display()),
        };
        Ok((verdict, said))
    }
}

fn by_binary<'s>(tests: impl IntoIterator<Item = &'s Test>) -> BTreeMap<&'s Path, Vec<&'s Test>> {
    let mut found: BTreeMap<&Path, Vec<&Test>> = BTreeMap::new();
    for test in tests {
        found.entry(&test.binary).or_default().push(test);
    }
    found
}

/// A line of the notes that the switch writes: name, milliseconds, what was reached.
fn noted(line: &str) -> Result<(String, u64, BTreeSet<Number>)> {
    let mut words = line.split(' ');
    let name = words.next().unwrap_or_default().to_owned();
    let took_ms = words.next().context("a note has a time")?.parse()?;
    let reaches = words
        .map(|number| number.parse().context("a note has numbers"))
        .collect::<Result<_>>()?;
    Ok((name, took_ms, reaches))
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
