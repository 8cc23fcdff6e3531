//! The recursions meet the theory, and would not if it were wrong by 2 percent.

use simulators::random::{Purpose, Random};
use simulators::statistics::{Confidence, Interval, Sample};

use crate::line::two_stage_throughput;
use crate::queues::{Moments, mg1_wait, mmc_wait};
use crate::recursions::{departures, waits};

/// Replications of each case.
const RUNS: u64 = 40;
/// Lots of each replication; the first quarter is left out.
const LOTS: u64 = 40_000;
/// One unit of time of the formulas, in microseconds.
const UNIT_US: i64 = 1_000_000;

fn arrivals(random: Random, rate: f64) -> Vec<i64> {
    let mean_us = (UNIT_US as f64 / rate) as i64;
    (0..LOTS)
        .scan(0, |at, lot| {
            *at += random
                .draw(1, lot, Purpose::OrderArrival)
                .exponential_us(mean_us);
            Some(*at)
        })
        .collect()
}

fn services(random: Random, station: u64, mean: f64) -> Vec<i64> {
    let mean_us = (UNIT_US as f64 * mean) as i64;
    (0..LOTS)
        .map(|lot| {
            random
                .draw(station, lot, Purpose::RunTime)
                .exponential_us(mean_us)
        })
        .collect()
}

fn kept_mean(values: &[i64]) -> f64 {
    let kept = &values[values.len() / 4..];
    kept.iter().sum::<i64>() as f64 / kept.len() as f64 / UNIT_US as f64
}

/// The interval of a figure over the replications of one seed.
fn interval(seed: u64, figure: impl Fn(Random) -> f64) -> Interval {
    let sample: Sample = (0..RUNS)
        .map(|run| figure(Random::new(seed * 1_000 + run)))
        .collect();
    sample.interval(Confidence::P99).unwrap()
}

#[test]
fn waits_by_recursion_hold_those_of_the_formulas_and_tell_two_percent() {
    for (servers, rate) in [(1, 0.7), (2, 1.5), (3, 2.4)] {
        let seed = 40 + u64::from(servers);
        let found = interval(seed, |random| {
            let times = services(random, 2, 1.0);
            kept_mean(&waits(&arrivals(random, rate), &times, servers as usize))
        });
        let expected = mmc_wait(servers, rate, 1.0);
        assert!(
            found.holds(expected),
            "{servers} servers, seed {seed}: {found:?}, {expected}"
        );
        let wrong = mmc_wait(servers, rate, 0.98);
        assert!(
            !found.holds(wrong),
            "{servers} servers, seed {seed}: {found:?} holds {wrong}"
        );
    }
}

#[test]
fn a_constant_service_by_recursion_holds_its_formula() {
    let seed = 51;
    let found = interval(seed, |random| {
        kept_mean(&waits(&arrivals(random, 0.7), &[UNIT_US; LOTS as usize], 1))
    });
    let expected = mg1_wait(0.7, Moments::constant(1.0));
    assert!(found.holds(expected), "seed {seed}: {found:?}, {expected}");
    let wrong = mg1_wait(0.7, Moments::constant(1.0 / 0.98));
    assert!(!found.holds(wrong), "seed {seed}: {found:?} holds {wrong}");
}

#[test]
fn a_line_by_recursion_holds_its_formula() {
    let seed = 61;
    let found = interval(seed, |random| {
        let times = [services(random, 2, 1.0), services(random, 3, 1.0 / 0.9)];
        let left = departures(&[0; LOTS as usize], &times, &[Some(3)]);
        let begin = left[1].len() / 4;
        let length = (left[1][left[1].len() - 1] - left[1][begin]) as f64 / UNIT_US as f64;
        (left[1].len() - 1 - begin) as f64 / length
    });
    let expected = two_stage_throughput(1.0, 0.9, 3);
    assert!(found.holds(expected), "seed {seed}: {found:?}, {expected}");
    let wrong = two_stage_throughput(1.0, 0.9 * 0.98, 3);
    assert!(!found.holds(wrong), "seed {seed}: {found:?} holds {wrong}");
}

#[test]
fn a_line_is_blocked_as_by_hand() {
    // No place between: lot 1 is done at station 0 at 2, and stays until lot 0 leaves the next at
    // 11; lot 2 begins there only then.
    let times = [vec![1, 1, 1], vec![10, 1, 1]];
    let left = departures(&[0, 0, 0], &times, &[Some(0)]);
    assert_eq!(left, [vec![1, 11, 12], vec![11, 12, 13]]);
    let free = departures(&[0, 0, 0], &times, &[None]);
    assert_eq!(free, [vec![1, 2, 3], vec![11, 12, 13]]);
}
