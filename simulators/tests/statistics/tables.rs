//! Quantiles and score intervals against published values.

use simulators::statistics::{Confidence, student_t, wilson};

use crate::close;

/// Critical values of Student's t, upper tail 0.05, 0.025 and 0.005, as printed in the NIST/SEMATECH
/// e-Handbook of Statistical Methods, section 1.3.6.7.2.
const T_TABLE: [(u64, f64, f64, f64); 12] = [
    (1, 6.314, 12.706, 63.657),
    (2, 2.920, 4.303, 9.925),
    (3, 2.353, 3.182, 5.841),
    (4, 2.132, 2.776, 4.604),
    (5, 2.015, 2.571, 4.032),
    (6, 1.943, 2.447, 3.707),
    (9, 1.833, 2.262, 3.250),
    (10, 1.812, 2.228, 3.169),
    (20, 1.725, 2.086, 2.845),
    (30, 1.697, 2.042, 2.750),
    (60, 1.671, 2.000, 2.660),
    (100, 1.660, 1.984, 2.626),
];

/// Hits, trials and the 95 percent interval of method 3 (score, without continuity correction) in
/// Newcombe, Two-sided confidence intervals for the single proportion, Statistics in Medicine 17
/// (1998), table I.
const NEWCOMBE: [(u64, u64, f64, f64); 4] = [
    (81, 263, 0.2553, 0.3662),
    (15, 148, 0.0624, 0.1605),
    (0, 20, 0.0000, 0.1611),
    (1, 29, 0.0061, 0.1718),
];

fn level(level: f64) -> Confidence {
    Confidence::new(level).unwrap()
}

#[test]
fn students_t_has_the_values_of_the_printed_table() {
    for (degrees, p90, p95, p99) in T_TABLE {
        close(student_t(level(0.90), degrees), p90, 0.000_51);
        close(student_t(Confidence::P95, degrees), p95, 0.000_51);
        close(student_t(Confidence::P99, degrees), p99, 0.000_51);
    }
}

#[test]
fn students_t_of_one_two_and_four_degrees_has_its_closed_form() {
    for confidence in [0.1, 0.5, 0.8, 0.9, 0.95, 0.99, 0.999, 0.999_999] {
        let cauchy = (std::f64::consts::FRAC_PI_2 * confidence).tan();
        let two = confidence * (2.0 / (1.0 - confidence * confidence)).sqrt();
        close(student_t(level(confidence), 1) / cauchy, 1.0, 1e-9);
        close(student_t(level(confidence), 2) / two, 1.0, 1e-9);
        // P(|T| <= t) with four degrees: Abramowitz and Stegun, 26.7.4.
        let t = student_t(level(confidence), 4);
        let s = t / (4.0 + t * t).sqrt();
        close(1.5 * s - 0.5 * s * s * s, confidence, 1e-12);
    }
}

#[test]
fn students_t_of_very_many_degrees_is_the_normal_value_and_has_no_step() {
    // z(0.975) and z(0.995) to 15 digits: Abramowitz and Stegun, table 26.5 and its sources.
    close(
        student_t(Confidence::P95, u64::MAX),
        1.959_963_984_540_054,
        1e-12,
    );
    close(
        student_t(Confidence::P99, u64::MAX),
        2.575_829_303_548_901,
        1e-12,
    );
    for confidence in [0.5, 0.95, 0.999] {
        let below = student_t(level(confidence), 100_000);
        let above = student_t(level(confidence), 100_001);
        assert!(above < below, "{below} falls to {above}");
        close(below, above, 1e-9);
    }
}

#[test]
fn the_score_interval_has_the_published_values() {
    for (hits, trials, low, high) in NEWCOMBE {
        let share = wilson(hits, trials, Confidence::P95).unwrap();
        close(share.raw, hits as f64 / trials as f64, 0.0);
        close(share.low, low, 0.000_051);
        close(share.high, high, 0.000_051);
    }
}

#[test]
fn a_share_of_nothing_and_of_all_stays_what_was_counted() {
    assert_eq!(wilson(0, 0, Confidence::P95), None);
    let none = wilson(0, 1_000, Confidence::P95).unwrap();
    assert_eq!((none.raw, none.low), (0.0, 0.0));
    assert!(none.high > 0.003 && none.high < 0.004, "{}", none.high);
    let all = wilson(1_000, 1_000, Confidence::P95).unwrap();
    assert_eq!((all.raw, all.high), (1.0, 1.0));
    close(all.low, 1.0 - none.high, 1e-15);
}

#[test]
fn a_confidence_outside_of_zero_and_one_is_refused_with_its_number() {
    for bad in [0.0, 1.0, 95.0, -0.1, f64::NAN] {
        let told = Confidence::new(bad).unwrap_err().to_string();
        assert!(told.contains(&bad.to_string()), "{told}");
        assert!(told.contains("0.95 for 95 percent"), "{told}");
    }
}
