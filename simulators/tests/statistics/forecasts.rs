//! Scores of forecasts whose truth is known.

use simulators::random::{Purpose, Random};
use simulators::statistics::{Confidence, ForecastScore, pinball_loss};

use crate::close;

#[test]
fn a_late_outcome_costs_p_and_an_early_one_the_rest() {
    assert_eq!(pinball_loss(900, 100, 110), 9_000);
    assert_eq!(pinball_loss(900, 100, 90), 1_000);
    assert_eq!(pinball_loss(500, 100, 100), 0);
    assert_eq!(
        pinball_loss(1_000, i64::MIN, i64::MAX),
        i128::from(u64::MAX) * 1_000
    );
}

#[test]
fn the_true_percentile_costs_least_on_average() {
    let seed = 9;
    let random = Random::new(seed);
    let outcomes: Vec<i64> = (0..4_000)
        .map(|visit| random.draw(1, visit, Purpose::RunTime).between(1, 1_000))
        .collect();
    for per_mille in [100_u16, 500, 900] {
        let cost = |forecast: i64| -> i128 {
            outcomes
                .iter()
                .map(|outcome| pinball_loss(per_mille, forecast, *outcome))
                .sum()
        };
        let best = (1..=1_000).min_by_key(|forecast| cost(*forecast)).unwrap();
        assert!(
            (best - i64::from(per_mille)).abs() < 30,
            "seed {seed}: {best} costs least at {per_mille} per mille"
        );
    }
}

#[test]
fn coverage_counts_below_within_and_above_with_the_ends_inside() {
    let mut score = ForecastScore::default();
    for outcome in [9, 10, 15, 20, 21, 22, 12, 18] {
        score.observe(10, 20, outcome);
    }
    assert_eq!((score.below(), score.above()), (1, 2));
    let coverage = score.coverage(Confidence::P95).unwrap();
    close(coverage.raw, 5.0 / 8.0, 0.0);
    assert!(coverage.low < 0.625 && 0.625 < coverage.high);
    assert_eq!(ForecastScore::default().coverage(Confidence::P95), None);
}

#[test]
#[should_panic(expected = "a forecast from 5 to 4 is upside down")]
fn a_range_that_is_upside_down_is_found_out() {
    ForecastScore::default().observe(5, 4, 4);
}
