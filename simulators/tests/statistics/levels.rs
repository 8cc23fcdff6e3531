//! Levels over time, and percentiles of times.

use simulators::random::{Purpose, Random};
use simulators::statistics::{PER_MILLE, Percentiles, TimeAverage};

use crate::close;

#[test]
fn the_area_below_a_level_is_that_of_its_rectangles() {
    let mut queue = TimeAverage::new(100, 0);
    queue.set(200, 3);
    queue.change(250, 2);
    queue.change(250, -5);
    queue.set(400, 1);
    assert_eq!(queue.area_until(500), i128::from(3 * 50 + 100));
    close(queue.average_until(500).unwrap(), 250.0 / 400.0, 0.0);
    assert_eq!((queue.least(), queue.most(), queue.level()), (0, 5, 1));
}

#[test]
fn a_century_of_a_million_lots_is_counted_to_the_microsecond() {
    let century_us = 100 * 365 * 86_400 * 1_000_000_i64;
    let mut queue = TimeAverage::new(0, 1_000_000);
    queue.set(century_us - 1, 0);
    assert_eq!(
        queue.area_until(century_us),
        (i128::from(century_us) - 1) * 1_000_000
    );
}

#[test]
fn nothing_before_the_end_of_the_warm_up_is_counted_but_the_level() {
    let mut queue = TimeAverage::new(0, 9);
    queue.set(10, 2);
    queue.restart(20);
    assert_eq!((queue.least(), queue.most()), (2, 2));
    assert_eq!(queue.average_until(20), None);
    assert_eq!(queue.area_until(50), 60);
    close(queue.average_until(50).unwrap(), 2.0, 0.0);
}

#[test]
#[should_panic(expected = "a level at 9 us comes after one at 10 us")]
fn a_level_told_out_of_order_is_found_out() {
    TimeAverage::new(10, 0).set(9, 1);
}

#[test]
fn areas_and_sojourns_are_equal_to_the_microsecond() {
    let seed = 77;
    let random = Random::new(seed);
    let mut moves = Vec::new();
    let mut sojourns = 0_i128;
    for lot in 0..2_000 {
        let came = random
            .draw(lot, 0, Purpose::OrderArrival)
            .between(0, 1_000_000);
        let stayed = random.draw(lot, 1, Purpose::RunTime).exponential_us(40_000);
        moves.extend([(came, 1), (came + stayed, -1)]);
        sojourns += i128::from(stayed);
    }
    moves.sort_unstable();
    let mut level = TimeAverage::new(0, 0);
    for (at_us, by) in &moves {
        level.change(*at_us, *by);
    }
    assert_eq!(level.level(), 0);
    assert_eq!(
        level.area_until(moves.last().unwrap().0),
        sojourns,
        "seed {seed}"
    );
}

#[test]
fn a_percentile_is_the_smallest_value_that_enough_stay_at_or_below() {
    let seed = 3;
    let random = Random::new(seed);
    for size in 1..60 {
        let values: Vec<i64> = (0..size)
            .map(|visit| random.draw(size, visit, Purpose::RunTime).between(-20, 20))
            .collect();
        let percentiles = Percentiles::of(values.clone()).unwrap();
        for per_mille in [1, 100, 333, 500, 900, 999, PER_MILLE] {
            let enough = |bound: i64| {
                let count = values.iter().filter(|value| **value <= bound).count();
                count * 1_000 >= values.len() * usize::from(per_mille)
            };
            let expected = values.iter().copied().filter(|value| enough(*value)).min();
            assert_eq!(
                Some(percentiles.at(per_mille)),
                expected,
                "{values:?} at {per_mille}"
            );
        }
    }
}

#[test]
fn the_percentiles_of_one_to_ten_are_one_five_and_nine() {
    let percentiles = Percentiles::of((1..=10).rev().collect()).unwrap();
    assert_eq!(
        (percentiles.p10(), percentiles.p50(), percentiles.p90()),
        (1, 5, 9)
    );
    assert_eq!((percentiles.at(0), percentiles.at(1_000)), (1, 10));
    assert_eq!(Percentiles::of(Vec::new()), None);
}
