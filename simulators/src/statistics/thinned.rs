//! Fewer values that stand for many.

/// At most so many of the values, which are sorted: the middle one of each of as many equal parts.
pub(crate) fn thinned(sorted: &[f64], most: usize) -> impl Iterator<Item = f64> + '_ {
    let kept = sorted.len().min(most);
    (0..kept).map(move |part| sorted[(2 * part + 1) * sorted.len() / (2 * kept)])
}
