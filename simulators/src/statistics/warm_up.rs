//! What to leave out at the beginning of a run that starts empty.

/// Observations per batch of MSER-5.
pub const MSER_BATCH: usize = 5;

/// Batches below which a run says nothing about its beginning.
pub const MSER_BATCHES_MIN: usize = 10;

/// Observations at or after the end of the warm-up, in their order.
///
/// `observations` are pairs of an instant and a value; both times are microseconds.
pub fn after_warm_up(
    observations: impl IntoIterator<Item = (i64, f64)>,
    warm_up_end_us: i64,
) -> Vec<f64> {
    observations
        .into_iter()
        .filter(|(at_us, _)| *at_us >= warm_up_end_us)
        .map(|(_, value)| value)
        .collect()
}

/// How many observations at the beginning are better left out; `None` when the run is too short
/// to tell.
///
/// MSER-5: means of batches of five; the cut that makes
/// sum over the kept (y - mean)^2 / (kept)^2 smallest, the first one of equals (White, Cobb and
/// Spratt, A comparison of five steady-state truncation heuristics for simulation, Winter
/// Simulation Conference 2000). As there, at most half of the run is cut, since the last few
/// batches are alike by chance; where the half itself is best, the run had not settled, and it
/// must be longer. A suggestion only: look at the course before you trust it.
pub fn mser5(values: &[f64]) -> Option<usize> {
    let batches: Vec<f64> = values
        .chunks_exact(MSER_BATCH)
        .map(|batch| batch.iter().sum::<f64>() / MSER_BATCH as f64)
        .collect();
    if batches.len() < MSER_BATCHES_MIN {
        return None;
    }
    let half = batches.len() / 2;
    let mut best = (f64::INFINITY, half);
    // From the end, so that each cut adds one batch to what is kept.
    let (mut kept, mut mean, mut squares) = (0.0, 0.0, 0.0);
    for (cut, value) in batches.iter().enumerate().rev() {
        kept += 1.0;
        let before = value - mean;
        mean += before / kept;
        squares += before * (value - mean);
        let error = squares / (kept * kept);
        if cut <= half && error <= best.0 {
            best = (error, cut);
        }
    }
    (best.1 < half).then_some(best.1 * MSER_BATCH)
}
