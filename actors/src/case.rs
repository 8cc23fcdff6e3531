//! What a process puts before a person: one exception for each command, however often it is told,
//! which ends by itself when the command comes to its end.

use std::sync::Arc;

use bytes::Bytes;
use twin_model::{CommandBody, CommandKey, EntityKey, Notice, Rejection, Time};

use crate::because::Because;
use crate::books::{Books, Outcome};
use crate::{EXCEPTION_RAW_BYTES_MAX, ExceptionEntry};

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
                self.put_case(entry, outcome);
            }
            Notice::PersonNoLongerNeeded { case } => {
                let open = self.exceptions.of_command(case);
                if let Some(open) = open.filter(|entry| entry.closed_at.is_none()) {
                    let closed = ExceptionEntry {
                        closed_at: Some(self.case_time(because)),
                        ..ExceptionEntry::clone(open)
                    };
                    self.put_case(closed, outcome);
                }
            }
            _ => return false,
        }
        true
    }

    fn case_entry(
        &mut self,
        because: &Because,
        object: &EntityKey,
        case: &CommandKey,
        problem: &Rejection,
        about: &CommandBody,
    ) -> ExceptionEntry {
        let known = self.exceptions.of_command(case);
        let open = known.filter(|entry| entry.closed_at.is_none());
        let (id, first_seen) = match open {
            Some(entry) => (entry.id, entry.first_seen),
            None => (self.exceptions.next_id(), self.case_time(because)),
        };
        let data = about.data().to_string();
        let kept = data.len().min(EXCEPTION_RAW_BYTES_MAX);
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
            raw: Bytes::copy_from_slice(&data.as_bytes()[..kept]),
            command: Some(case.clone()),
            closed_at: None,
        }
    }

    fn put_case(&mut self, entry: ExceptionEntry, outcome: &mut Outcome) {
        let entry = Arc::new(entry);
        let newest = self.exceptions.iter().next_back();
        if newest.is_none_or(|newest| newest.id < entry.id) {
            self.exceptions.push(Arc::clone(&entry));
        } else {
            self.exceptions.replace(Arc::clone(&entry));
        }
        outcome.exceptions.push(entry);
    }

    /// The plant's clock; before the first tick the time of the event is the best that is known.
    fn case_time(&self, because: &Because) -> Time {
        self.now.max(because.at)
    }
}
