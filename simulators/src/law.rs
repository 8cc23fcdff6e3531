//! How long something takes: the distributions of a plant model, in whole microseconds.

use crate::random::Draw;

/// A distribution of times, none of them negative.
///
/// All mathematics is `libm`'s, whose results do not depend on the platform.
#[derive(Clone, Debug, PartialEq)]
pub enum Law {
    /// Always the same.
    Constant(i64),
    /// Exponential with this mean.
    Exponential {
        /// Mean, microseconds.
        mean_us: f64,
    },
    /// Every time between two ends is equally likely.
    Uniform {
        /// The shortest, microseconds.
        low_us: i64,
        /// The longest, microseconds.
        high_us: i64,
    },
    /// Triangular.
    Triangular {
        /// The shortest, microseconds.
        low_us: i64,
        /// The likeliest, microseconds.
        mode_us: i64,
        /// The longest, microseconds.
        high_us: i64,
    },
    /// The sum of some equal exponential times.
    Erlang {
        /// How many exponential times; at least one.
        phases: u32,
        /// Mean of the sum, microseconds.
        mean_us: f64,
    },
    /// Two exponential times of which one is chosen: more variable than one exponential.
    HyperExponential {
        /// Probability of the first.
        first: f64,
        /// Mean of the first, microseconds.
        first_us: f64,
        /// Mean of the other, microseconds.
        other_us: f64,
    },
    /// The exponential function of a normal number.
    LogNormal {
        /// Mean of the logarithm of the time in microseconds.
        log_mean: f64,
        /// Standard deviation of that logarithm.
        log_deviation: f64,
    },
    /// Weibull.
    Weibull {
        /// Shape; 1 is the exponential distribution.
        shape: f64,
        /// Scale, microseconds.
        scale_us: f64,
    },
    /// One of the observed times, each as likely as the others; never empty.
    Observed(Box<[i64]>),
}

impl Law {
    /// One time, microseconds, from `draw` and the numbers that follow it.
    #[inline]
    pub fn sample(&self, draw: Draw) -> i64 {
        match self {
            Law::Constant(time) => *time,
            Law::Exponential { mean_us } => whole(-libm::log(draw.fraction()) * mean_us),
            Law::Uniform { low_us, high_us } => draw.between(*low_us, *high_us),
            Law::Triangular {
                low_us,
                mode_us,
                high_us,
            } => triangular(draw.fraction(), *low_us, *mode_us, *high_us),
            Law::Erlang { phases, mean_us } => {
                let mut draw = draw;
                let mut sum = 0.0;
                for _ in 0..*phases {
                    sum -= libm::log(draw.fraction());
                    draw = draw.again();
                }
                whole(sum * mean_us / f64::from(*phases))
            }
            Law::HyperExponential {
                first,
                first_us,
                other_us,
            } => {
                let mean = if draw.chance(*first) {
                    first_us
                } else {
                    other_us
                };
                whole(-libm::log(draw.again().fraction()) * mean)
            }
            Law::LogNormal {
                log_mean,
                log_deviation,
            } => whole(libm::exp(log_mean + log_deviation * standard_normal(draw))),
            Law::Weibull { shape, scale_us } => {
                whole(libm::pow(-libm::log(draw.fraction()), 1.0 / shape) * scale_us)
            }
            Law::Observed(times) => times[draw.below(times.len() as u64) as usize],
        }
    }

    /// The mean, microseconds.
    pub fn mean_us(&self) -> f64 {
        match self {
            Law::Constant(time) => *time as f64,
            Law::Exponential { mean_us } | Law::Erlang { mean_us, .. } => *mean_us,
            Law::Uniform { low_us, high_us } => (*low_us as f64 + *high_us as f64) / 2.0,
            Law::Triangular {
                low_us,
                mode_us,
                high_us,
            } => (*low_us as f64 + *mode_us as f64 + *high_us as f64) / 3.0,
            Law::HyperExponential {
                first,
                first_us,
                other_us,
            } => first * first_us + (1.0 - first) * other_us,
            Law::LogNormal {
                log_mean,
                log_deviation,
            } => libm::exp(log_mean + log_deviation * log_deviation / 2.0),
            Law::Weibull { shape, scale_us } => scale_us * libm::tgamma(1.0 + 1.0 / shape),
            Law::Observed(times) => {
                times.iter().map(|&time| time as f64).sum::<f64>() / times.len() as f64
            }
        }
    }

    /// Whether every time is zero.
    pub fn is_nothing(&self) -> bool {
        *self == Law::Constant(0)
    }
}

/// The longest time that a law gives: about 29,000 years, so that sums of instants never wrap.
const TIME_US_MAX: f64 = 9.2e17;

/// The nearest whole number of a time that is not negative; halves go up. A conversion cuts off,
/// which is exact everywhere and needs no function of a library.
#[inline]
fn whole(time_us: f64) -> i64 {
    (time_us.min(TIME_US_MAX) + 0.5) as i64
}

fn triangular(u: f64, low: i64, mode: i64, high: i64) -> i64 {
    let (low, mode, high) = (low as f64, mode as f64, high as f64);
    if high <= low {
        return whole(low);
    }
    let rise = (mode - low) / (high - low);
    if u < rise {
        whole(low + libm::sqrt(u * (high - low) * (mode - low)))
    } else {
        whole(high - libm::sqrt((1.0 - u) * (high - low) * (high - mode)))
    }
}

/// Box and Muller, "A note on the generation of random normal deviates", 1958.
fn standard_normal(draw: Draw) -> f64 {
    let radius = libm::sqrt(-2.0 * libm::log(draw.fraction()));
    radius * libm::cos(2.0 * core::f64::consts::PI * draw.again().fraction())
}
