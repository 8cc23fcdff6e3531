//! Forecasts against what came, worked out by hand.

use simulators::what_if::{Calibration, Promise};

const MINUTE_US: i64 = 60_000_000;

fn promise(percentiles_min: [Option<i64>; 3], due_min: i64, late: f64) -> Promise {
    Promise {
        until_us: 1_000 * MINUTE_US,
        percentiles_us: percentiles_min.map(|minutes| Some(minutes? * MINUTE_US)),
        due_us: Some(due_min * MINUTE_US),
        late: Some(late),
    }
}

#[test]
fn coverage_pinball_loss_and_brier_score_are_those_of_their_definitions() {
    let mut calibration = Calibration::default();
    let none = calibration.scores();
    assert!(none.coverage.is_none() && none.brier.is_none());
    assert_eq!(none.pinball_min, [None; 3]);
    let forecast = promise([Some(10), Some(20), Some(40)], 30, 0.25);
    for end_min in [5, 10, 30, 50] {
        calibration.observe(&forecast, end_min * MINUTE_US);
    }
    let scores = calibration.scores();
    let coverage = scores.coverage.unwrap();
    assert_eq!(
        (coverage.share, coverage.earlier, coverage.later),
        (0.5, 1, 1),
        "the ends belong to the range"
    );
    // p10: 5 * 0.9 + 0 + 20 * 0.1 + 40 * 0.1; p50: (15 + 10 + 10 + 30) / 2;
    // p90: (35 + 30 + 10) * 0.1 + 10 * 0.9.
    let expected = [10.5 / 4.0, 32.5 / 4.0, 16.5 / 4.0];
    assert_eq!(scores.pinball_min, expected.map(Some));
    let brier = scores.brier.unwrap();
    assert_eq!(
        (brier.forecasts, brier.late),
        (4, 1),
        "due at 30 is not late at 30"
    );
    assert_eq!(brier.score, (3.0 * 0.0625 + 0.5625) / 4.0);
}

#[test]
fn what_lies_later_than_the_forecast_looked_is_held_against_it_only_where_that_can_be_told() {
    let mut calibration = Calibration::default();
    let open = promise([Some(10), Some(20), None], 30, 0.5);
    calibration.observe(&open, 900 * MINUTE_US);
    calibration.observe(&open, 2_000 * MINUTE_US);
    let never = promise([None; 3], 30, 1.0);
    calibration.observe(&never, 900 * MINUTE_US);
    calibration.observe(&never, 2_000 * MINUTE_US);
    let scores = calibration.scores();
    let coverage = scores.coverage.unwrap();
    assert_eq!(
        (coverage.share, coverage.earlier, coverage.later),
        (0.5, 1, 0),
        "p90 is later than 1,000, and so is p10 of the other one"
    );
    assert_eq!(scores.untold, 2);
    assert_eq!(scores.pinball_min[2], None);
    assert_eq!(scores.brier.unwrap().forecasts, 4);
}
