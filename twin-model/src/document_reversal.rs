//! Reversals that name a document. What bears the document may arrive after them, and is taken back
//! then: so they are kept, and who came first does not count.

use smol_str::SmolStr;

use crate::{EventId, OperationId, PagedMap, Rejection, ReportId, Time, WorkOrderId};

/// Reversals of documents kept of one order, in number: reports and movements have as many each.
/// One more is put before a person.
pub const DOCUMENT_REVERSALS_PER_ORDER_MAX: usize = 10_000;

/// What takes something back.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Reversal {
    pub(crate) at: Time,
    /// The event.
    pub(crate) by: EventId,
    pub(crate) reason: SmolStr,
}

/// The reversal of everything that bears a document and happened until then.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct DocumentReversal {
    pub(crate) document: SmolStr,
    pub(crate) word: Reversal,
    /// Only what was reported of this operation; `None` for all.
    pub(crate) op: Option<OperationId>,
}

impl DocumentReversal {
    /// Whether `other` adds nothing to it: of the same moment, of no more, and not the first of
    /// both to count.
    fn says(&self, other: &DocumentReversal) -> bool {
        let covers = self.op.is_none() || self.op == other.op;
        self.word.at == other.word.at && covers && self.word <= other.word
    }

    fn reaches(&self, op: Option<&OperationId>, at: Time) -> bool {
        at <= self.word.at && (self.op.is_none() || self.op.as_ref() == op)
    }
}

/// The reversals of the documents of one order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct DocumentReversals(
    /// By document and time.
    PagedMap<DocumentReversal, ()>,
);

impl DocumentReversals {
    /// Whether a reversal may be taken, that may name a document, `said`, and reaches something that
    /// an earlier one does not. One that neither reaches anything nor says anything new of its
    /// document is there already, as `already` tells; a new one must find room.
    pub(crate) fn admit(
        &self,
        order: &WorkOrderId,
        said: Option<&DocumentReversal>,
        reaches: bool,
        already: impl FnOnce() -> Rejection,
    ) -> Result<(), Rejection> {
        match said.filter(|said| !self.have_said(said)) {
            None if !reaches => Err(already()),
            Some(_) if self.is_full() => Err(Rejection::TooManyReversals {
                order: order.clone(),
                max: DOCUMENT_REVERSALS_PER_ORDER_MAX,
            }),
            _ => Ok(()),
        }
    }

    /// Keeps one that says something new, instead of what it says as well.
    pub(crate) fn keep(&mut self, reversal: DocumentReversal) {
        if self.have_said(&reversal) {
            return;
        }
        let of_document = self.of(&reversal.document);
        let said = of_document.filter(|known| reversal.says(known)).cloned();
        for said in said.collect::<Vec<_>>() {
            self.0.remove(&said);
        }
        self.0.insert(reversal, ());
    }

    /// The first reversal of `document` that reaches what happened of `op` at `at`.
    pub(crate) fn reaching(
        &self,
        document: &SmolStr,
        op: Option<&OperationId>,
        at: Time,
    ) -> Option<&DocumentReversal> {
        self.of(document).find(|known| known.reaches(op, at))
    }

    /// Whether all that a reversal can say was said of that very moment: then it is the same one
    /// again. An earlier or a later one means something else, that may still come.
    fn have_said(&self, said: &DocumentReversal) -> bool {
        self.of(&said.document).any(|known| known.says(said))
    }

    fn of(&self, document: &SmolStr) -> impl Iterator<Item = &DocumentReversal> {
        let all = self.0.keys_past(|known| known.document < *document);
        all.take_while(move |known| known.document == *document)
    }

    /// All of them, ascending.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &DocumentReversal> {
        self.0.keys()
    }

    /// Whether one more would be too many.
    fn is_full(&self) -> bool {
        self.0.len() >= DOCUMENT_REVERSALS_PER_ORDER_MAX
    }
}

impl FromIterator<DocumentReversal> for DocumentReversals {
    fn from_iter<I: IntoIterator<Item = DocumentReversal>>(all: I) -> DocumentReversals {
        let mut kept = DocumentReversals::default();
        for reversal in all {
            kept.keep(reversal);
        }
        kept
    }
}

/// Which reports bear which document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct DocumentedReports(PagedMap<(SmolStr, ReportId), ()>);

impl DocumentedReports {
    /// A report bears a document.
    pub(crate) fn note(&mut self, document: SmolStr, report: ReportId) {
        self.0.insert((document, report), ());
    }

    /// The reports that bear a document.
    pub(crate) fn of(&self, document: &SmolStr) -> impl Iterator<Item = ReportId> {
        let all = self.0.keys_from(&(document.clone(), ReportId::FIRST));
        all.take_while(move |(known, _)| known == document)
            .map(|(_, report)| *report)
    }

    /// All of them, ascending.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &(SmolStr, ReportId)> {
        self.0.keys()
    }
}

impl FromIterator<(SmolStr, ReportId)> for DocumentedReports {
    fn from_iter<I: IntoIterator<Item = (SmolStr, ReportId)>>(all: I) -> DocumentedReports {
        let mut noted = DocumentedReports::default();
        for (document, report) in all {
            noted.note(document, report);
        }
        noted
    }
}

#[cfg(test)]
#[path = "document_reversal/tests.rs"]
mod tests;
