//! Intervals of means, paired differences, and the rule that stops.

use simulators::random::{Purpose, Random};
use simulators::statistics::{Confidence, HalfWidth, Paired, Ruling, Sample, StopRule, student_t};

use crate::close;

/// Michelson's 1879 speed of light minus 299,000 km/s, first series (Stigler, Annals of Statistics
/// 5 (1977)): twenty observations with mean 909 and standard deviation 104.926.
const MICHELSON: [f64; 20] = [
    850.0, 740.0, 900.0, 1070.0, 930.0, 850.0, 950.0, 980.0, 980.0, 880.0, 1000.0, 980.0, 930.0,
    650.0, 760.0, 810.0, 1000.0, 1000.0, 960.0, 960.0,
];

/// About normal: twelve even numbers less six.
fn normal(random: Random, entity: u64, visit: u64) -> f64 {
    let draws = (0..12).map(|k| {
        random
            .draw(entity, visit * 12 + k, Purpose::RunTime)
            .fraction()
    });
    draws.sum::<f64>() - 6.0
}

#[test]
fn mean_and_spread_are_those_of_the_published_series() {
    let sample: Sample = MICHELSON.into_iter().collect();
    assert_eq!(sample.count(), 20);
    close(sample.mean().unwrap(), 909.0, 1e-9);
    close(sample.variance().unwrap().sqrt(), 104.926_04, 0.000_01);
    // t(19, 0.975) = 2.093 in the printed tables.
    let interval = sample.interval(Confidence::P95).unwrap();
    close(
        interval.half_width,
        2.093 * 104.926_04 / 20.0_f64.sqrt(),
        0.01,
    );
    assert!(interval.holds(interval.low()) && interval.holds(interval.high()));
    assert!(!interval.holds(interval.high() + 1e-6));
}

#[test]
fn a_spread_is_not_lost_beside_a_large_mean() {
    let sample: Sample = MICHELSON.iter().map(|value| value + 1e12).collect();
    close(sample.variance().unwrap().sqrt(), 104.926_04, 0.001);
}

#[test]
fn one_observation_has_a_mean_and_no_interval() {
    assert_eq!(Sample::default().mean(), None);
    let one: Sample = [4.0].into_iter().collect();
    assert_eq!(one.mean(), Some(4.0));
    assert_eq!(one.interval(Confidence::P95), None);
}

#[test]
fn ninety_five_of_a_hundred_intervals_hold_the_true_mean() {
    let (seed, runs) = (20_261, 4_000_u64);
    let random = Random::new(seed);
    let held = (0..runs)
        .filter(|run| {
            let sample: Sample = (0..5).map(|visit| normal(random, *run, visit)).collect();
            sample.interval(Confidence::P95).unwrap().holds(0.0)
        })
        .count();
    // Three standard errors of a share of 0.95 in 4,000 are 0.0103.
    close(held as f64 / runs as f64, 0.95, 0.0103);
}

#[test]
fn common_chance_cancels_in_a_paired_difference() {
    let seed = 5;
    let random = Random::new(seed);
    let mut held = 0;
    let runs = 1_000_u64;
    for run in 0..runs {
        let mut paired = Paired::default();
        let mut apart = Sample::default();
        for visit in 0..50 {
            let shared = 10.0 * normal(random, 2 * run, visit);
            let own = normal(random, 2 * run + 1, visit);
            paired.observe(shared, shared + own + 3.0);
            apart.observe(own + 3.0);
        }
        let interval = paired.difference(Confidence::P99).unwrap();
        let expected = apart.interval(Confidence::P99).unwrap();
        close(interval.mean, expected.mean, 1e-9);
        close(interval.half_width, expected.half_width, 1e-9);
        held += u64::from(interval.holds(3.0));
        // Variance 100 in the baseline, 101 in the variant, 1 in the difference.
        let gain = paired.gain().unwrap();
        assert!(
            (50.0..800.0).contains(&gain),
            "seed {seed}, run {run}: {gain}"
        );
        assert_eq!(paired.baseline().count(), 50);
        assert_eq!(paired.variant().count(), 50);
    }
    // Three standard errors of a share of 0.99 in 1,000 are 0.0095.
    close(held as f64 / runs as f64, 0.99, 0.0095);
}

#[test]
fn a_run_stops_at_the_first_replication_that_is_precise_enough() {
    let random = Random::new(11);
    for half_width in [HalfWidth::Absolute(2.0), HalfWidth::Relative(0.02)] {
        let rule = StopRule::new(half_width, Confidence::P95, 5, 10_000).unwrap();
        let mut sample = Sample::default();
        for visit in 0.. {
            let wide = sample.count() >= 2 && {
                let variance = sample.variance().unwrap() / sample.count() as f64;
                let reach = student_t(Confidence::P95, sample.count() - 1) * variance.sqrt();
                match half_width {
                    HalfWidth::Absolute(width) => reach > width,
                    // The estimate lies within g of the truth where reach <= |mean| g / (1 + g).
                    HalfWidth::Relative(g) => reach > sample.mean().unwrap() * g / (1.0 + g),
                }
            };
            if rule.after(&sample) == Ruling::Precise {
                assert!(
                    !wide && sample.count() > 5,
                    "stopped after {}",
                    sample.count()
                );
                break;
            }
            assert!(
                wide || sample.count() < 5,
                "goes on after {}",
                sample.count()
            );
            sample.observe(100.0 + 10.0 * normal(random, 1, visit));
        }
    }
}

#[test]
fn a_run_that_never_gets_precise_says_so_at_its_most() {
    let rule = StopRule::new(HalfWidth::Absolute(1e-9), Confidence::P95, 2, 4).unwrap();
    let mut sample = Sample::default();
    let mut rulings = Vec::new();
    for value in [1.0, 2.0, 3.0, 4.0] {
        sample.observe(value);
        rulings.push(rule.after(&sample));
    }
    assert_eq!(
        rulings,
        [Ruling::GoOn, Ruling::GoOn, Ruling::GoOn, Ruling::Exhausted]
    );
}

#[test]
fn a_rule_that_cannot_be_followed_is_refused_with_its_numbers() {
    let refusal = |width, least, most| {
        StopRule::new(width, Confidence::P95, least, most)
            .unwrap_err()
            .to_string()
    };
    assert!(refusal(HalfWidth::Absolute(0.0), 2, 9).contains("half-width of 0 is not above 0"));
    assert!(refusal(HalfWidth::Absolute(f64::NAN), 2, 9).contains("NaN"));
    assert!(refusal(HalfWidth::Relative(5.0), 2, 9).contains("5 is not below 1"));
    assert!(refusal(HalfWidth::Relative(0.1), 1, 9).contains("least 1 replications"));
    assert!(refusal(HalfWidth::Relative(0.1), 10, 9).contains("at most 9"));
    assert!(refusal(HalfWidth::Relative(0.1), 2, 1_000_000_000).contains("1000000 are allowed"));
}
