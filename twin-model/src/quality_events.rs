//! Takes what quality says to the entities that own it.

use crate::effect::Effects;
use crate::plant::Cause;
use crate::{Entity, Event, EventBody, Inspection, Nonconformance, Plant, Rejection};

impl Plant {
    /// An event of an inspection.
    pub(crate) fn handle_inspection(
        &mut self,
        event: &Event,
        cause: Cause<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        let key = event.body.owner();
        if let EventBody::InspectionCreated(body) = &event.body {
            self.refuse_taken(&key)?;
            let inspection = Inspection::create(body, self.view(cause), effects)?;
            self.give_birth(inspection.into(), effects);
            return Ok(());
        }
        self.require(&key, event)?;
        self.change(&key, cause, effects, |entity, view, effects| {
            let Entity::Inspection(inspection) = entity else {
                unreachable!("an inspection's key names an inspection")
            };
            match &event.body {
                EventBody::InspectionResultRecorded(body) => inspection.record(body, view, effects),
                EventBody::InspectionDecided(body) => inspection.decide(body, view, effects),
                EventBody::InspectionCancelled(body) => {
                    inspection.cancel(body, view.at, effects);
                    Ok(())
                }
                EventBody::InspectionReopened(body) => inspection.reopen(body, view, effects),
                _ => unreachable!("no inspection owns {}", event.body.type_name()),
            }
        })
    }

    /// An event of a nonconformance.
    pub(crate) fn handle_nonconformance(
        &mut self,
        event: &Event,
        cause: Cause<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        let key = event.body.owner();
        if let EventBody::NonconformanceOpened(body) = &event.body {
            self.refuse_taken(&key)?;
            let found = Nonconformance::open(body, self.view(cause), effects)?;
            self.give_birth(found.into(), effects);
            return Ok(());
        }
        self.require(&key, event)?;
        self.change(&key, cause, effects, |entity, view, effects| {
            let Entity::Nonconformance(found) = entity else {
                unreachable!("a nonconformance's key names a nonconformance")
            };
            match &event.body {
                EventBody::NonconformanceContained(body) => found.contain(body, view.at, effects),
                EventBody::NonconformanceReviewStarted(_) => found.review(view.at, effects),
                EventBody::NonconformanceDispositioned(body) => found.dispose(body, view, effects),
                EventBody::NonconformanceVerified(body) => found.verify(body, view.at, effects),
                EventBody::NonconformanceClosed(body) => found.close(body, view, effects),
                EventBody::NonconformanceCancelled(body) => found.cancel(body, view.at, effects),
                _ => unreachable!("no nonconformance owns {}", event.body.type_name()),
            }
        })
    }
}
