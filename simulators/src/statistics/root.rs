//! Where a falling function reaches a level.

/// Halvings; a bracket of any two finite numbers is down to neighbours long before.
const HALVINGS_MAX: u32 = 200;

/// The argument above 0 at which `falling` passes `level`, to the last bit of the halving.
///
/// `falling` must fall from above `level` at 0 towards 0 at infinity.
pub(super) fn where_it_falls_to(level: f64, falling: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    while falling(high) > level && high < f64::MAX / 2.0 {
        low = high;
        high *= 2.0;
    }
    for _ in 0..HALVINGS_MAX {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            break;
        }
        if falling(middle) > level {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}
