//! A line of two exponential stations with a finite buffer between, never starved, never blocked
//! at its ends.

/// Lots per unit of time with `buffer` places between and blocking after service.
///
/// Lots that are past the first station and not yet past the second are a birth-death chain over
/// 0..=buffer+2: the first works unless a finished lot stands in it, the second unless there is
/// none (Buzacott and Shanthikumar, Stochastic Models of Manufacturing Systems, section 5.2).
pub(crate) fn two_stage_throughput(first: f64, second: f64, buffer: u32) -> f64 {
    let weights: Vec<f64> = (0..=buffer + 2)
        .scan(1.0, |weight, _| {
            let now = *weight;
            *weight *= first / second;
            Some(now)
        })
        .collect();
    second * (1.0 - weights[0] / weights.iter().sum::<f64>())
}
