//! The standard normal distribution.

use super::confidence::Confidence;
use super::root::where_it_falls_to;

/// The number z with P(|Z| <= z) = `confidence` for a standard normal Z.
///
/// P(|Z| > z) = erfc(z / sqrt 2) (Abramowitz and Stegun, Handbook of Mathematical Functions,
/// 26.2.29), solved for z by halving.
pub(super) fn two_sided(confidence: Confidence) -> f64 {
    where_it_falls_to(confidence.miss(), |z| {
        libm::erfc(z * core::f64::consts::FRAC_1_SQRT_2)
    })
}
