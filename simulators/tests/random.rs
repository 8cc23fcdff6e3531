//! Keyed random numbers: equal keys agree, different keys do not, and the shapes are right.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use simulators::random::{Purpose, Random, entity_number};

const DRAWS: u64 = 20_000;

#[test]
fn a_number_depends_on_its_whole_key_and_on_nothing_else() {
    let random = Random::new(7);
    let draw = random.draw(1, 2, Purpose::Scrap);
    assert_eq!(draw, Random::new(7).draw(1, 2, Purpose::Scrap));
    assert_ne!(draw, Random::new(8).draw(1, 2, Purpose::Scrap));
    assert_ne!(draw, random.draw(2, 2, Purpose::Scrap));
    assert_ne!(draw, random.draw(1, 3, Purpose::Scrap));
    assert_ne!(draw, random.draw(1, 2, Purpose::Worker));
    assert_ne!(entity_number("TURN-1"), entity_number("TURN-2"));
}

#[test]
fn numbers_are_the_same_on_every_machine() {
    let random = Random::new(42);
    let draw = random.draw(entity_number("SAW-1"), 3, Purpose::StopGap);
    assert_eq!(format!("{:016x}", draw.bits()), "596133df23dfd506");
    assert_eq!(draw.exponential_us(60_000_000), 63_137_032);
}

#[test]
fn fractions_are_even_and_exponential_times_have_their_mean() {
    let random = Random::new(3);
    let mut bins = [0_u64; 10];
    let mut sum_us = 0_i64;
    for visit in 0..DRAWS {
        let draw = random.draw(9, visit, Purpose::RunTime);
        bins[draw.below(10) as usize] += 1;
        sum_us += draw.exponential_us(1_000_000);
        let around = draw.around_us(1_000);
        assert!(
            (800..=1_400).contains(&around),
            "{around} is outside the triangle"
        );
    }
    for count in bins {
        assert!(count.abs_diff(DRAWS / 10) < 200, "bins {bins:?}");
    }
    let mean_us = sum_us / DRAWS as i64;
    assert!((mean_us - 1_000_000).abs() < 25_000, "mean {mean_us} µs");
}
