//! Student's t distribution.

use super::confidence::Confidence;
use super::incomplete_beta::incomplete_beta;
use super::normal;
use super::root::where_it_falls_to;

/// Above this the normal distribution with its first correction is exact to 12 digits, and the
/// logarithms of the gamma function begin to lose theirs.
const DEGREES_OF_FREEDOM_EXACT_MAX: u64 = 100_000;

/// The number t with P(|T| <= t) = `confidence` for T with that many degrees of freedom.
///
/// P(|T| > t) = I_x(v/2, 1/2) with x = v / (v + t^2) (Abramowitz and Stegun, Handbook of
/// Mathematical Functions, 26.7.1 and 26.5.27), solved for t by halving. For very many degrees
/// t = z + (z^3 + z) / 4v + (5 z^5 + 16 z^3 + 3 z) / 96 v^2 (26.7.5).
///
/// # Panics
/// When there is no degree of freedom: one observation has no spread.
pub fn two_sided(confidence: Confidence, degrees_of_freedom: u64) -> f64 {
    assert!(
        degrees_of_freedom > 0,
        "Student's t needs at least one degree of freedom, that is two observations"
    );
    let v = degrees_of_freedom as f64;
    if degrees_of_freedom > DEGREES_OF_FREEDOM_EXACT_MAX {
        let z = normal::two_sided(confidence);
        let square = z * z;
        let first = z * (square + 1.0) / (4.0 * v);
        let second = z * ((5.0 * square + 16.0) * square + 3.0) / (96.0 * v * v);
        return z + first + second;
    }
    where_it_falls_to(confidence.miss(), |t| {
        let square = t * t;
        incomplete_beta(v / 2.0, 0.5, v / (v + square), square / (v + square))
    })
}
