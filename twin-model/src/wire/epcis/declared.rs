//! An `errorDeclaration` and the retraction that it stands for, in both directions.

use super::Naming;
use super::event::{EpcisEvent, ErrorDeclaration};
use super::export::Exporter;
use super::fault::Fault;
use super::import::Reader;
use crate::retraction::Kept;
use crate::{
    Event, EventBody, EventId, EventRetracted, ObjectRef, RetractionReason, SmolStr, SourceId,
    listed,
};

impl Exporter<'_> {
    /// The event that is taken back, as it was written before, and that it was wrong. What the
    /// declaration has no field for is said of the retraction itself.
    pub(super) fn declaration(
        &self,
        event: &Event,
        body: &EventRetracted,
        wrong: &Event,
    ) -> EpcisEvent {
        let mut out = self.event(wrong);
        let corrective = body.corrected_by.iter();
        out.error = Some(ErrorDeclaration {
            declared_at: event.time,
            reason: Some(body.reason.as_str().to_owned()),
            corrective: corrective
                .map(|id| self.naming.event(&event.source, id))
                .collect(),
        });
        out.extension.sequence.clone_from(&event.sequence);
        out.extension.correlation.clone_from(&event.correlation);
        out.extension.retraction = Some(self.naming.event(&event.source, &event.id));
        out.extension.note.clone_from(&body.note);
        out
    }
}

impl Reader<'_> {
    /// The retraction that a twin has written as this declaration; a fault for everything else,
    /// which a person must look at.
    pub(super) fn declared(&self, error: &ErrorDeclaration) -> Result<EventBody, Fault> {
        let retraction = self.event.extension.retraction.as_ref();
        let read = retraction.and_then(|_| self.retracted(error));
        read.map(EventBody::EventRetracted)
            .ok_or_else(|| self.declared_wrong(error))
    }

    fn retracted(&self, error: &ErrorDeclaration) -> Option<EventRetracted> {
        let naming = self.naming;
        let (source, _) = naming.read_event(self.event.extension.retraction.as_deref()?)?;
        let (wrong_source, event) = naming.read_event(self.event.id.as_deref()?)?;
        let reasons = [
            RetractionReason::DidNotOccur,
            RetractionReason::IncorrectData,
        ];
        let reason = error.reason.as_deref()?;
        let reason = reasons.into_iter().find(|it| it.as_str() == reason)?;
        let corrective = error.corrective.iter();
        let corrected_by: Option<Vec<EventId>> = corrective
            .map(|uri| {
                let (by, id) = naming.read_event(uri)?;
                (by == source).then_some(id)
            })
            .collect();
        let [wrong]: [EventBody; 1] = self.content().ok()?.try_into().ok()?;
        // Here it may be something else than where it was told, such as a receipt a lot.
        Kept::of(wrong.type_name())?;
        Some(EventRetracted {
            object: ObjectRef::of(&wrong.owner())?,
            op: None,
            r#type: SmolStr::new_static(wrong.type_name()),
            event,
            event_source: (wrong_source != source).then_some(wrong_source),
            reason,
            corrected_by: corrected_by?,
            note: self.event.extension.note.clone(),
        })
    }

    fn declared_wrong(&self, error: &ErrorDeclaration) -> Fault {
        let reason = error.reason.as_deref().unwrap_or("no reason given");
        let corrected = match error.corrective.as_slice() {
            [] => "without a corrective event".to_owned(),
            events => format!("corrected by {}", listed(events)),
        };
        let named = self.event.id.as_deref().unwrap_or("without a name");
        let detail = format!("event {named}: {reason}, {corrected}");
        Fault::declared_wrong(self.place("errorDeclaration"), detail)
    }
}

/// Who says that an event was wrong, and under which id: a declaration has the name of the event
/// that was wrong.
pub(super) fn teller(event: &EpcisEvent, naming: &Naming) -> Option<(SourceId, EventId)> {
    event.error.as_ref()?;
    naming.read_event(event.extension.retraction.as_deref()?)
}
