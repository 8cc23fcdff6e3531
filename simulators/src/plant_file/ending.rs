//! Whether a plant comes to its end by itself.

use super::PlantFile;

impl PlantFile {
    /// What may go on for ever in it, in words; `None` when a run ends by itself once all lots
    /// have come and gone.
    pub fn endless(&self) -> Option<&'static str> {
        let steps = || self.product.iter().flat_map(|product| &product.step);
        let late = |limit: &super::QueueLimitRule| limit.late_to.is_some();
        [
            (
                self.release.iter().any(|release| release.count.is_none()),
                "a release without `count`",
            ),
            (!self.downtime.is_empty(), "downtimes"),
            (
                self.work_center
                    .iter()
                    .any(|center| center.calendar.is_some()),
                "calendars",
            ),
            (
                steps().any(|step| step.queue_limit.as_ref().is_some_and(late)),
                "late lots that go back",
            ),
        ]
        .into_iter()
        .find_map(|(is_there, what)| is_there.then_some(what))
    }
}
