//! What a process puts before a person: one exception for each command, however often it is told,
//! which ends by itself when the command comes to its end.

use bytes::Bytes;
use twin_model::{CommandBody, CommandKey, EntityKey, Notice, Rejection, Time};

use crate::because::Because;
use crate::books::Books;
use crate::exception_entry::{Closed, How, KeyedBy};
use crate::marks::MarkKey;
use crate::outcome::Outcome;
use crate::{EVENT_BYTES_MAX, ExceptionEntry};

impl Books {
    /// Books a notice that is about a person's work, and tells whether it was one.
    pub(crate) fn book_case(
        &mut self,
        because: &Because,
        notice: &Notice,
        outcome: &mut Outcome,
    ) -> bool {
        match notice {
            Notice::PersonNeeded {
                object,
                case,
                problem,
                about,
            } => {
                let entry = self.case_entry(because, object, case, problem, about);
                self.put_exception(entry, outcome);
            }
            Notice::PersonNoLongerNeeded { case } => {
                if let Some(open) = self.open_case(case) {
                    let closed = ExceptionEntry {
                        closed: Some(Closed {
                            how: How::ByItself,
                            by: None,
                            reason: String::new(),
                            at: self.case_time(because),
                        }),
                        ..open.clone()
                    };
                    self.put_exception(closed, outcome);
                }
            }
            _ => return false,
        }
        true
    }

    fn open_case(&self, case: &CommandKey) -> Option<&ExceptionEntry> {
        let known = self.exceptions.by_key(MarkKey::of_command(case));
        known.map(AsRef::as_ref).filter(|entry| entry.is_open())
    }

    fn case_entry(
        &mut self,
        because: &Because,
        object: &EntityKey,
        case: &CommandKey,
        problem: &Rejection,
        about: &CommandBody,
    ) -> ExceptionEntry {
        let now = self.case_time(because);
        let open = self.open_case(case);
        let open = open.map(|entry| (entry.id, entry.first_seen, entry.seen, entry.tries));
        let (id, first_seen, seen, tries) =
            open.unwrap_or_else(|| (self.exceptions.next_id(), now, 0, 0));
        let data = about.data().to_string();
        let kept = data.len().min(EVENT_BYTES_MAX);
        ExceptionEntry {
            id,
            refused: false,
            code: problem.code(),
            text: problem.to_string(),
            what_to_do: problem.what_to_do(),
            source: None,
            event_id: None,
            event_type: Some(about.type_name().into()),
            object: Some(object.clone()),
            first_seen,
            last_seen: now,
            seen: seen + 1,
            tries: tries + 1,
            closed: None,
            raw: Bytes::copy_from_slice(&data.as_bytes()[..kept]),
            command: Some(case.clone()),
            key: MarkKey::of_command(case),
            keyed_by: KeyedBy::Command,
        }
    }

    /// The plant's clock; before the first tick the time of the event is the best that is known.
    fn case_time(&self, because: &Because) -> Time {
        self.now.max(because.at)
    }
}
