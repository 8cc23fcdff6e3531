//! The regularised incomplete beta function.

/// Steps of the continued fraction; about the root of the larger parameter is needed.
const STEPS_MAX: u32 = 20_000;

/// Stands in for a zero that would be divided by.
const TINY: f64 = 1e-300;

/// I_x(a, b), given `x` and `rest` = 1 - x (each exact near its own end), for a, b > 0.
///
/// The continued fraction of DLMF 8.17.22 (<https://dlmf.nist.gov/8.17#v>) by the modified method
/// of Lentz (Thompson and Barnett, Journal of Computational Physics 64, 1986), on the side where
/// it converges fast; the other side by I_x(a, b) = 1 - I_{1-x}(b, a) (DLMF 8.17.4).
pub(super) fn incomplete_beta(a: f64, b: f64, x: f64, rest: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if rest <= 0.0 {
        return 1.0;
    }
    let log_beta = libm::lgamma(a) + libm::lgamma(b) - libm::lgamma(a + b);
    let front = libm::exp(a * libm::log(x) + b * libm::log(rest) - log_beta);
    if x < (a + 1.0) / (a + b + 2.0) {
        front * fraction(a, b, x) / a
    } else {
        1.0 - front * fraction(b, a, rest) / b
    }
}

fn fraction(a: f64, b: f64, x: f64) -> f64 {
    let mut c = 1.0;
    let mut d = 1.0 / not_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut value = d;
    for step in 1..=STEPS_MAX {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / not_zero(1.0 + even * d);
        c = not_zero(1.0 + even / c);
        value *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / not_zero(1.0 + odd * d);
        c = not_zero(1.0 + odd / c);
        let factor = d * c;
        value *= factor;
        if (factor - 1.0).abs() <= f64::EPSILON {
            break;
        }
    }
    value
}

fn not_zero(value: f64) -> f64 {
    if value.abs() < TINY { TINY } else { value }
}
