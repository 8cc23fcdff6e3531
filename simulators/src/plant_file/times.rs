//! Times as people write them: a number, or a distribution, in the file's unit of time.

use std::fmt;

use schemars::JsonSchema;
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::law::Law;

/// The unit of all times of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum TimeUnit {
    /// Seconds.
    #[serde(rename = "s")]
    Second,
    /// Minutes.
    #[default]
    #[serde(rename = "min")]
    Minute,
    /// Hours.
    #[serde(rename = "h")]
    Hour,
    /// Days.
    #[serde(rename = "d")]
    Day,
}

/// A time that is always the same, or a distribution.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Times {
    /// Always this.
    Always(f64),
    /// One of these distributions.
    Drawn(Drawn),
}

/// A distribution of times. Sums of its parameters are in the file's unit of time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Drawn {
    /// Exponential with this mean.
    Exponential(f64),
    /// Between the shortest and the longest.
    Uniform([f64; 2]),
    /// The shortest, the likeliest, the longest.
    Triangular([f64; 3]),
    /// A sum of equal exponential times.
    Erlang {
        /// How many.
        phases: u32,
        /// Mean of the sum.
        mean: f64,
    },
    /// One of two exponential times.
    HyperExponential {
        /// Probability of the first.
        first: f64,
        /// The mean of each.
        means: [f64; 2],
    },
    /// Log-normal, by its own mean and standard deviation.
    LogNormal {
        /// Mean of the time.
        mean: f64,
        /// Standard deviation of the time.
        deviation: f64,
    },
    /// Weibull.
    Weibull {
        /// Shape.
        shape: f64,
        /// Scale.
        scale: f64,
    },
    /// One of the observed times, each as likely.
    Observed(Vec<f64>),
}

/// Why a time cannot be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum InvalidTime {
    /// Negative, not a number, or beyond 10,000 years.
    #[error("{0} is no time: it must be from 0 to 10,000 years")]
    OutOfRange(f64),
    /// Ends in the wrong order.
    #[error("the times {0:?} must rise")]
    NotRising(Vec<f64>),
    /// A number that must be above zero, or a probability.
    #[error("{what} = {value} cannot be: it must be {must}")]
    Parameter {
        /// Which.
        what: &'static str,
        /// Its value.
        value: f64,
        /// What it must be.
        must: &'static str,
    },
    /// No observed times.
    #[error("a list of observed times needs at least one")]
    NothingObserved,
}

/// The longest time that a file can name, microseconds: 10,000 years.
const TIME_US_MAX: f64 = 10_000.0 * 365.25 * 86_400e6;

impl TimeUnit {
    /// Microseconds of one unit.
    pub fn us(self) -> f64 {
        match self {
            TimeUnit::Second => 1e6,
            TimeUnit::Minute => 60e6,
            TimeUnit::Hour => 3_600e6,
            TimeUnit::Day => 86_400e6,
        }
    }

    /// A time of the file in whole microseconds.
    ///
    /// # Errors
    /// [`InvalidTime::OutOfRange`].
    pub fn whole_us(self, time: f64) -> Result<i64, InvalidTime> {
        let us = time * self.us();
        if us.is_finite() && (0.0..=TIME_US_MAX).contains(&us) {
            Ok(libm::rint(us) as i64)
        } else {
            Err(InvalidTime::OutOfRange(time))
        }
    }
}

impl Times {
    /// The distribution in microseconds.
    ///
    /// # Errors
    /// [`InvalidTime`] when a parameter cannot be.
    pub fn law(&self, unit: TimeUnit) -> Result<Law, InvalidTime> {
        let law = self.unchecked_law(unit)?;
        let mean_us = law.mean_us();
        if !(0.0..=TIME_US_MAX).contains(&mean_us) {
            return Err(InvalidTime::Parameter {
                what: "the mean",
                value: mean_us / unit.us(),
                must: "from 0 to 10,000 years",
            });
        }
        Ok(law)
    }

    fn unchecked_law(&self, unit: TimeUnit) -> Result<Law, InvalidTime> {
        let us = |time: f64| unit.whole_us(time);
        let above_zero = |what, value: f64| {
            if value > 0.0 && value.is_finite() {
                Ok(value)
            } else {
                let must = "above zero";
                Err(InvalidTime::Parameter { what, value, must })
            }
        };
        let drawn = match self {
            Times::Always(time) => return Ok(Law::Constant(us(*time)?)),
            Times::Drawn(drawn) => drawn,
        };
        Ok(match drawn {
            Drawn::Exponential(mean) => Law::Exponential {
                mean_us: us(*mean)? as f64,
            },
            Drawn::Uniform(ends) => {
                rising(ends)?;
                Law::Uniform {
                    low_us: us(ends[0])?,
                    high_us: us(ends[1])?,
                }
            }
            Drawn::Triangular(ends) => {
                rising(ends)?;
                Law::Triangular {
                    low_us: us(ends[0])?,
                    mode_us: us(ends[1])?,
                    high_us: us(ends[2])?,
                }
            }
            Drawn::Erlang { phases, mean } => Law::Erlang {
                phases: erlang_phases(*phases)?,
                mean_us: us(*mean)? as f64,
            },
            Drawn::HyperExponential { first, means } => Law::HyperExponential {
                first: probability("first", *first)?,
                first_us: us(means[0])? as f64,
                other_us: us(means[1])? as f64,
            },
            Drawn::LogNormal { mean, deviation } => {
                let mean = above_zero("mean", us(*mean)? as f64)?;
                let ratio = us(*deviation)? as f64 / mean;
                // Of the normal number beneath, by the moments of the log-normal distribution.
                let variance = libm::log1p(ratio * ratio);
                Law::LogNormal {
                    log_mean: libm::log(mean) - variance / 2.0,
                    log_deviation: libm::sqrt(variance),
                }
            }
            Drawn::Weibull { shape, scale } => Law::Weibull {
                shape: above_zero("shape", *shape)?,
                scale_us: us(*scale)? as f64,
            },
            Drawn::Observed(times) if times.is_empty() => return Err(InvalidTime::NothingObserved),
            Drawn::Observed(times) => Law::Observed(
                times
                    .iter()
                    .map(|&time| us(time))
                    .collect::<Result<_, _>>()?,
            ),
        })
    }
}

impl Times {
    /// The same distribution of a multiple: for what is counted and not timed.
    pub(crate) fn scaled(&self, by: f64) -> Times {
        let drawn = match self {
            Times::Always(time) => return Times::Always(time * by),
            Times::Drawn(drawn) => drawn,
        };
        Times::Drawn(match drawn {
            Drawn::Exponential(mean) => Drawn::Exponential(mean * by),
            Drawn::Uniform(ends) => Drawn::Uniform(ends.map(|end| end * by)),
            Drawn::Triangular(ends) => Drawn::Triangular(ends.map(|end| end * by)),
            Drawn::Erlang { phases, mean } => Drawn::Erlang {
                phases: *phases,
                mean: mean * by,
            },
            Drawn::HyperExponential { first, means } => Drawn::HyperExponential {
                first: *first,
                means: means.map(|mean| mean * by),
            },
            Drawn::LogNormal { mean, deviation } => Drawn::LogNormal {
                mean: mean * by,
                deviation: deviation * by,
            },
            Drawn::Weibull { shape, scale } => Drawn::Weibull {
                shape: *shape,
                scale: scale * by,
            },
            Drawn::Observed(times) => Drawn::Observed(times.iter().map(|time| time * by).collect()),
        })
    }
}

impl Default for Times {
    fn default() -> Self {
        Times::Always(0.0)
    }
}

/// The most exponential times of one sum.
const ERLANG_PHASES_MAX: u32 = 1_000;

fn erlang_phases(phases: u32) -> Result<u32, InvalidTime> {
    match phases {
        1..=ERLANG_PHASES_MAX => Ok(phases),
        _ => Err(InvalidTime::Parameter {
            what: "phases",
            value: f64::from(phases),
            must: "from 1 to 1,000",
        }),
    }
}

fn rising(times: &[f64]) -> Result<(), InvalidTime> {
    if times.is_sorted() {
        Ok(())
    } else {
        Err(InvalidTime::NotRising(times.to_vec()))
    }
}

/// A probability, checked.
///
/// # Errors
/// [`InvalidTime::Parameter`] when it is not from 0 to 1.
pub(super) fn probability(what: &'static str, value: f64) -> Result<f64, InvalidTime> {
    if (0.0..=1.0).contains(&value) {
        Ok(value)
    } else {
        let must = "from 0 to 1";
        Err(InvalidTime::Parameter { what, value, must })
    }
}

impl<'de> Deserialize<'de> for Times {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NumberOrTable;
        impl<'de> Visitor<'de> for NumberOrTable {
            type Value = Times;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number, or a distribution like { exponential = 5 }")
            }

            fn visit_i64<E>(self, time: i64) -> Result<Times, E> {
                Ok(Times::Always(time as f64))
            }

            fn visit_u64<E>(self, time: u64) -> Result<Times, E> {
                Ok(Times::Always(time as f64))
            }

            fn visit_f64<E>(self, time: f64) -> Result<Times, E> {
                Ok(Times::Always(time))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Times, A::Error> {
                Drawn::deserialize(MapAccessDeserializer::new(map)).map(Times::Drawn)
            }
        }
        deserializer.deserialize_any(NumberOrTable)
    }
}
