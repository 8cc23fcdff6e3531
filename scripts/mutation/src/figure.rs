//! The figure that all of this is for.

use anyhow::{Result, ensure};
use serde::Serialize;

use crate::mutant::{Mutant, Number};
use crate::suite::Verdict;
use crate::workshop::LeftOut;

/// Share of the mutants that should be noticed.
const GOAL: f64 = 0.95;
/// So many standard deviations to both sides of a mean are 95 %.
const DEVIATIONS: f64 = 1.96;
/// When none of so many mutants is noticed, the switches do not work.
const UNNOTICED_MAX: usize = 50;

/// How many mutants of a sample were noticed.
#[derive(Debug, Serialize)]
pub(crate) struct Figure {
    name: &'static str,
    listed: usize,
    unviable: usize,
    apart: usize,
    viable: usize,
    seed: u64,
    tried: usize,
    caught: usize,
    killed: usize,
    missed: usize,
    unreached: usize,
    share: f64,
    /// Where the share of all mutants lies, in 95 of 100 samples of this size (Wilson).
    share_95: [f64; 2],
    goal: f64,
    pass: bool,
}

impl Figure {
    /// # Errors
    /// When not even one of many was noticed: then it says nothing about the tests.
    pub(crate) fn of(
        mutants: &[Mutant],
        left_out: &LeftOut,
        verdicts: &[(Number, Verdict)],
        seed: u64,
    ) -> Result<Figure> {
        let count = |wanted: Verdict| verdicts.iter().filter(|(_, is)| *is == wanted).count();
        let (tried, viable) = (verdicts.len(), mutants.len() - left_out.all().len());
        let noticed = count(Verdict::Caught) + count(Verdict::Killed);
        ensure!(
            noticed > 0 || tried < UNNOTICED_MAX,
            "none of {tried} mutants was noticed: the switches do not work"
        );
        let share = noticed as f64 / tried.max(1) as f64;
        Ok(Figure {
            name: "mutants_twin_model",
            listed: mutants.len(),
            unviable: left_out.unviable.len(),
            apart: left_out.apart.len(),
            viable,
            seed,
            tried,
            caught: count(Verdict::Caught),
            killed: count(Verdict::Killed),
            missed: count(Verdict::Missed),
            unreached: count(Verdict::Unreached),
            share: rounded(share),
            share_95: interval(share, tried, viable),
            goal: GOAL,
            pass: tried > 0 && share >= GOAL,
        })
    }
}

fn rounded(share: f64) -> f64 {
    (share * 10_000.0).round() / 10_000.0
}

/// The interval of Wilson for a share of `tried` out of `viable`. When all were tried it is that
/// share.
fn interval(share: f64, tried: usize, viable: usize) -> [f64; 2] {
    if tried >= viable || tried == 0 {
        return [rounded(share), rounded(share)];
    }
    let (n, z) = (tried as f64, DEVIATIONS);
    let middle = share + z * z / (2.0 * n);
    let half = z * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + z * z / n;
    [
        rounded((middle - half) / scale),
        rounded((middle + half) / scale),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn figure(noticed: usize, missed: usize) -> Result<Figure> {
        let caught = (0..noticed).map(|_| (1, Verdict::Caught));
        let verdicts: Vec<_> = caught
            .chain((0..missed).map(|_| (2, Verdict::Missed)))
            .collect();
        let mutants: Vec<Mutant> = (0..1_000).map(|_| Mutant::named("m")).collect();
        Figure::of(&mutants, &LeftOut::default(), &verdicts, 7)
    }

    #[test]
    fn a_share_comes_with_the_interval_that_its_sample_leaves_open() {
        let found = figure(44, 5).unwrap();
        assert_eq!((found.tried, found.missed), (49, 5));
        assert_eq!(found.share, 0.898);
        assert_eq!(found.share_95, [0.7824, 0.9556]);
        assert!(!found.pass);
        let found = figure(950, 50).unwrap();
        assert_eq!(found.share_95, [0.95, 0.95], "all were tried");
        assert!(found.pass);
    }

    #[test]
    fn a_sample_of_nothing_passes_nothing() {
        let found = figure(0, 0).unwrap();
        assert!(!found.pass);
        assert_eq!(found.viable, 1_000);
    }

    #[test]
    fn when_no_mutant_at_all_is_noticed_there_is_no_figure() {
        assert!(figure(0, 49).is_ok(), "that may be bad luck");
        let error = figure(0, 50).unwrap_err().to_string();
        assert!(error.contains("the switches do not work"), "{error}");
    }

    #[test]
    fn what_does_not_stand_behind_a_switch_is_not_viable() {
        let mutants: Vec<Mutant> = (0..10).map(|_| Mutant::named("m")).collect();
        let left_out = LeftOut {
            unviable: BTreeSet::from([1, 2]),
            apart: BTreeSet::from([3]),
            ..LeftOut::default()
        };
        let found = Figure::of(&mutants, &left_out, &[], 1).unwrap();
        assert_eq!((found.viable, found.unviable, found.apart), (7, 2, 1));
    }
}
