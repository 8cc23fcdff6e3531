//! Mutation testing of `twin-model` with all mutants in one build.
//!
//! cargo-mutants says what to change; it builds the model and its tests anew for each change, which
//! takes nearly all of its time. Here every change is woven into one copy of the model behind a
//! switch, that copy is built once, each test is run once to see which changes it comes across, and
//! then each change is switched on alone for the tests that come across it.
//! `scripts/mutants.sh` runs it.

mod mutant;
mod suite;
mod tree;
mod weave;
mod workshop;

use std::collections::HashMap;
use std::fs::{self, OpenOptions};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Result;
use clap::Parser;
use serde::{Deserialize, Serialize};

use mutant::{Mutant, Number, listed};
use suite::{Suite, Verdict};
use tree::Tree;
use workshop::{LeftOut, viable};

/// Share of the mutants that should be noticed.
const GOAL: f64 = 0.95;

#[derive(Debug, Parser)]
struct Options {
    /// What `cargo mutants --list --json` wrote.
    #[arg(long)]
    list: PathBuf,
    /// The repository.
    #[arg(long, default_value = ".")]
    root: PathBuf,
    /// Where the copy, its build and the outcomes go.
    #[arg(long, default_value = "target/mutants")]
    out: PathBuf,
    /// Only build the woven model and see what each test comes across.
    #[arg(long)]
    prepare: bool,
    /// Leave out the tests that have this in their names: slow ones.
    #[arg(long, value_name = "WORD")]
    without: Vec<String>,
    /// Stop trying after so many minutes: what was tried until then is a random sample.
    #[arg(long)]
    minutes: Option<u64>,
}

/// What became of a mutant, as it is kept for the next run.
#[derive(Debug, Serialize, Deserialize)]
struct Outcome {
    mutant: String,
    verdict: Verdict,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let mutants = listed(&options.list)?;
    fs::create_dir_all(&options.out)?;
    let out = options.out.canonicalize()?;
    let tree = Tree::copied(&options.root, &out.join("tree"), &mutants)?;
    let left_out = viable(&tree, &mutants, &out.join("left-out.json"))?;
    let suite = suite(&tree, &options, &out)?;
    eprintln!(
        "{} mutants, {} unviable, {} apart; {} tests",
        mutants.len(),
        left_out.unviable.len(),
        left_out.apart.len(),
        suite.len(),
    );
    if options.prepare {
        return Ok(());
    }
    let kept = out.join(format!("outcomes-{}.jsonl", label(&tree, &options)?));
    let verdicts = try_all(&mutants, &left_out, &suite, &kept, options.minutes)?;
    write_lists(&mutants, &left_out, &verdicts, &out)?;
    report(&mutants, &left_out, &verdicts);
    Ok(())
}

/// Names what belongs to this tree and these tests.
fn label(tree: &Tree, options: &Options) -> Result<String> {
    let without = options.without.iter().map(|word| format!("-{word}"));
    Ok(format!(
        "{:016x}{}",
        tree.digest()?,
        without.collect::<String>()
    ))
}

/// What each test comes across, measured once for a tree.
fn suite(tree: &Tree, options: &Options, out: &Path) -> Result<Suite> {
    let kept = out.join(format!("suite-{}.json", label(tree, options)?));
    if kept.exists() {
        return Ok(serde_json::from_str(&fs::read_to_string(kept)?)?);
    }
    let notes = out.join("reached");
    let suite = Suite::measured(tree, &notes, &options.without)?;
    fs::write(kept, serde_json::to_string(&suite)?)?;
    Ok(suite)
}

/// Tries every mutant that `kept` has no outcome of yet, in a fixed shuffled order.
fn try_all(
    mutants: &[Mutant],
    left_out: &LeftOut,
    suite: &Suite,
    kept: &Path,
    minutes: Option<u64>,
) -> Result<Vec<(Number, Verdict)>> {
    let mut known = HashMap::new();
    if kept.exists() {
        for line in fs::read_to_string(kept)?.lines() {
            let outcome: Outcome = serde_json::from_str(line)?;
            known.insert(outcome.mutant, outcome.verdict);
        }
    }
    let mut file = OpenOptions::new().create(true).append(true).open(kept)?;
    let end = minutes.map(|minutes| Instant::now() + Duration::from_secs(60 * minutes));
    let mut order: Vec<(Number, &Mutant)> = (1..)
        .zip(mutants)
        .filter(|(number, _)| {
            !left_out.unviable.contains(number) && !left_out.apart.contains(number)
        })
        .collect();
    order.sort_by_cached_key(|(_, mutant)| shuffled(&mutant.name));
    let mut verdicts = Vec::new();
    for (number, mutant) in order {
        if end.is_some_and(|end| Instant::now() > end) {
            break;
        }
        let verdict = match known.get(&mutant.name) {
            Some(verdict) => *verdict,
            None => {
                let verdict = suite.try_out(number)?;
                let outcome = Outcome {
                    mutant: mutant.name.clone(),
                    verdict,
                };
                writeln!(file, "{}", serde_json::to_string(&outcome)?)?;
                verdict
            }
        };
        if !matches!(verdict, Verdict::Caught) {
            eprintln!("{verdict:?}: {}", mutant.name);
        }
        verdicts.push((number, verdict));
    }
    Ok(verdicts)
}

/// A key whose order has nothing to do with that of the names.
fn shuffled(name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    hasher.finish()
}

/// Writes the names of what was missed, and of what needs builds of its own.
fn write_lists(
    mutants: &[Mutant],
    left_out: &LeftOut,
    verdicts: &[(Number, Verdict)],
    out: &Path,
) -> Result<()> {
    let name = |number: &Number| mutants[*number as usize - 1].name.clone() + "\n";
    let of = |wanted: Verdict| -> String {
        let wanted = verdicts.iter().filter(|(_, verdict)| *verdict == wanted);
        wanted.map(|(number, _)| name(number)).collect()
    };
    let apart: String = left_out.apart.iter().map(name).collect();
    let unviable: String = left_out.unviable.iter().map(name).collect();
    fs::write(
        out.join("missed.txt"),
        of(Verdict::Missed) + &of(Verdict::Unreached),
    )?;
    fs::write(out.join("killed.txt"), of(Verdict::Killed))?;
    fs::write(out.join("apart.txt"), apart)?;
    fs::write(out.join("unviable.txt"), unviable)?;
    Ok(())
}

/// Prints the figure as one JSON object.
fn report(mutants: &[Mutant], left_out: &LeftOut, verdicts: &[(Number, Verdict)]) {
    let count = |wanted: Verdict| {
        verdicts
            .iter()
            .filter(|(_, verdict)| *verdict == wanted)
            .count()
    };
    let noticed = count(Verdict::Caught) + count(Verdict::Killed);
    let share = noticed as f64 / verdicts.len().max(1) as f64;
    let figure = serde_json::json!({
        "name": "mutants_twin_model",
        "listed": mutants.len(),
        "unviable": left_out.unviable.len(),
        "apart": left_out.apart.len(),
        "viable": mutants.len() - left_out.unviable.len() - left_out.apart.len(),
        "tried": verdicts.len(),
        "caught": count(Verdict::Caught),
        "killed": count(Verdict::Killed),
        "missed": count(Verdict::Missed),
        "unreached": count(Verdict::Unreached),
        "share": (share * 10_000.0).round() / 10_000.0,
        "goal": GOAL,
        "pass": share >= GOAL,
    });
    println!("{figure}");
}
