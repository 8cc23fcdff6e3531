//! Mutation testing of `twin-model` with all mutants in one build.
//!
//! cargo-mutants says what to change; it builds the model and its tests anew for each change, which
//! takes nearly all of its time. Here every change is woven into one copy of the model behind a
//! switch, that copy is built once, each test is run once to see which changes it comes across, and
//! then each change is switched on alone for the tests that come across it.
//! `scripts/mutants.sh` runs it.

mod figure;
mod mutant;
mod suite;
mod tree;
mod trial;
mod weave;
mod workshop;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Parser;

use figure::Figure;
use mutant::{Mutant, Number, listed};
use suite::{Suite, Verdict};
use tree::Tree;
use trial::Sample;
use workshop::{LeftOut, viable};

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
    /// Only build the woven model, see what each test comes across, and print what none does.
    #[arg(long)]
    prepare: bool,
    /// Leave out the tests that have this in their names: slow ones.
    #[arg(long, value_name = "WORD")]
    without: Vec<String>,
    /// Stop trying after so many minutes: what was tried until then is a random sample.
    #[arg(long)]
    minutes: Option<u64>,
    /// Which order the mutants are tried in; each gives another sample.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many mutants are tried at once.
    #[arg(long, default_value_t = 1)]
    jobs: usize,
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
        let unreached =
            |number: &Number| !left_out.all().contains(number) && !suite.reaches(*number);
        for (number, mutant) in (1..).zip(&mutants) {
            if unreached(&number) {
                println!("{}", mutant.name);
            }
        }
        return Ok(());
    }
    let kept = out.join(format!("outcomes-{}.jsonl", label(&tree, &options)?));
    let sample = Sample {
        seed: options.seed,
        minutes: options.minutes,
        jobs: options.jobs,
    };
    let verdicts = sample.tried(&mutants, &left_out, &suite, &kept)?;
    write_lists(&mutants, &left_out, &verdicts, &out)?;
    let figure = Figure::of(&mutants, &left_out, &verdicts, options.seed)?;
    println!("{}", serde_json::to_string(&figure)?);
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

/// What each test comes across, measured once for a tree; without those that are left out.
fn suite(tree: &Tree, options: &Options, out: &Path) -> Result<Suite> {
    let kept = out.join(format!("suite-{:016x}.json", tree.digest()?));
    let suite: Suite = if kept.exists() {
        serde_json::from_str(&fs::read_to_string(kept)?)?
    } else {
        let suite = Suite::measured(tree, &out.join("reached"))?;
        fs::write(kept, serde_json::to_string(&suite)?)?;
        suite
    };
    Ok(suite.without(&options.without))
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
