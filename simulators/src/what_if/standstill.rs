//! Machines that stand still once.

use crate::plant_file::{CountsFrom, Downtime, DowntimeBasis, DowntimeKind, ResumeRule, Times};

/// What comes once would come again after 1,000 years, in minutes.
pub(super) const ONCE_MIN: f64 = 1_000.0 * 365.25 * 24.0 * 60.0;

/// The machines of a work center stand still after `first_min` minutes for `lasts`; what they
/// work on is continued afterwards.
pub(super) fn standstill(
    id: String,
    work_center: &str,
    kind: DowntimeKind,
    first_min: f64,
    lasts: Times,
) -> Downtime {
    Downtime {
        id,
        work_center: work_center.to_owned(),
        kind,
        basis: DowntimeBasis::Calendar,
        every: Times::Always(ONCE_MIN),
        first: Some(Times::Always(first_min)),
        lasts,
        resume: Some(ResumeRule::PreemptResume),
        counts: CountsFrom::End,
    }
}
