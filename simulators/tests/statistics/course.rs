//! One long run: what is left out, and what its batches say.

use simulators::random::{Purpose, Random};
use simulators::statistics::warm_up::{MSER_BATCH, after_warm_up, mser5};
use simulators::statistics::{BatchMeans, Confidence};

use crate::close;

/// Even noise around 50 with a start-up hump that is gone after `settled` values.
fn course(seed: u64, length: u64, settled: u64) -> Vec<f64> {
    let random = Random::new(seed);
    (0..length)
        .map(|visit| {
            let noise = random.draw(1, visit, Purpose::RunTime).fraction() - 0.5;
            let hump = settled.saturating_sub(visit) as f64;
            50.0 - hump + noise
        })
        .collect()
}

/// The cut by the definition: every cut computed anew from its own kept batches.
fn by_definition(values: &[f64]) -> usize {
    let batches: Vec<f64> = values
        .chunks_exact(5)
        .map(|batch| batch.iter().sum::<f64>() / 5.0)
        .collect();
    let error = |cut: usize| {
        let kept = &batches[cut..];
        let count = kept.len() as f64;
        let mean = kept.iter().sum::<f64>() / count;
        kept.iter().map(|y| (y - mean) * (y - mean)).sum::<f64>() / (count * count)
    };
    let cuts = 0..=batches.len() / 2;
    5 * cuts.min_by(|a, b| error(*a).total_cmp(&error(*b))).unwrap()
}

#[test]
fn the_suggested_warm_up_is_that_of_the_definition() {
    for seed in 0..40 {
        let settled = seed * 3;
        let values = course(seed, 600, settled);
        let cut = mser5(&values).unwrap();
        assert_eq!(cut, by_definition(&values), "seed {seed}");
        assert_eq!(cut % MSER_BATCH, 0);
        assert!(
            cut as u64 + 10 >= settled,
            "seed {seed}: {cut} cuts into a hump of {settled}"
        );
    }
}

#[test]
fn a_run_that_never_settles_gets_no_suggestion() {
    let rising: Vec<f64> = (0..500).map(f64::from).collect();
    assert_eq!(mser5(&rising), None);
    assert_eq!(mser5(&[1.0; 49]), None);
    assert_eq!(mser5(&[1.0; 50]), Some(0));
}

#[test]
fn only_what_lies_at_or_after_the_end_of_the_warm_up_counts() {
    let observations = [(1, 10.0), (5, 20.0), (4, 30.0), (9, 40.0)];
    assert_eq!(after_warm_up(observations, 5), [20.0, 40.0]);
}

#[test]
fn batches_are_cut_from_the_end_and_their_means_are_plain() {
    let values: Vec<f64> = (0..11).map(f64::from).collect();
    let batches = BatchMeans::of(&values, 5).unwrap();
    assert_eq!(batches.means(), [1.5, 3.5, 5.5, 7.5, 9.5]);
    // Of 1.5, 3.5 ... 9.5: mean 5.5, standard deviation sqrt 10; t(4, 0.975) = 2.776 as printed.
    let interval = batches.interval(Confidence::P95).unwrap();
    close(interval.mean, 5.5, 0.0);
    close(interval.half_width, 2.776 * 2.0_f64.sqrt(), 0.001);
    // (-4)(-2) + (-2)(0) + 0(2) + 2(4) over 16 + 4 + 0 + 4 + 16.
    close(batches.likeness().unwrap(), 16.0 / 40.0, 1e-15);
    assert_eq!(BatchMeans::of(&values, 1), None);
    assert_eq!(BatchMeans::of(&values, 12), None);
    assert_eq!(BatchMeans::of(&values, 0), None);
}

#[test]
fn equal_batches_have_no_likeness_to_tell() {
    assert_eq!(BatchMeans::of(&[2.0; 20], 4).unwrap().likeness(), None);
}
