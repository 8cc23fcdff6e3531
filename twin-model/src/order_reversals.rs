//! Reports that are taken back: by their events, or by the document that they became.
//!
//! Who takes a report back is the earliest reversal that reaches it, whatever came first. A document
//! stays reversed: a report that bears it and ended until then is taken back when it arrives. So a
//! second reversal of a document is taken even where nothing stands: what it means may still come.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use crate::document_reversal::{DocumentReversal, Reversal};
use crate::effect::{Effects, View};
use crate::report_ledger::Report;
use crate::{
    ConfirmationReversed, EntityKey, EventId, Notice, OperationReport, Rejection, ReportId,
    SmolStr, Time, WorkOrder, listed,
};

/// A report that a reversal names.
struct Named {
    place: usize,
    report: Report,
}

impl WorkOrder {
    /// A report is taken back (W7 where it had completed the order). `by` is the event that does.
    pub(crate) fn reverse(
        &mut self,
        body: &ConfirmationReversed,
        by: &EventId,
        view: View<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        self.refuse_closed()?;
        let name = reversed_name(body);
        let word = Reversal {
            at: view.at,
            by: by.clone(),
            reason: body.reason.clone(),
        };
        let named = self.named(body, view);
        let Some(first) = named.first() else {
            return Err(Rejection::ConfirmationNotKnown {
                order: self.id.clone(),
                confirmation: name,
            });
        };
        let first = self.reversal_of(first).map(|known| known.by.clone());
        let reached: Vec<Named> = named
            .into_iter()
            .filter(|it| self.reversal_of(it).is_none_or(|known| *known > word))
            .collect();
        let document = reversed_document(body, &word);
        let (said, reaches) = (document.as_ref(), !reached.is_empty());
        self.reversed_documents
            .admit(&self.id, said, reaches, || Rejection::AlreadyReversed {
                confirmation: name.clone(),
                by: first.unwrap_or_else(|| word.by.clone()),
            })?;
        let (standing, replaced): (Vec<Named>, Vec<Named>) =
            reached.into_iter().partition(|it| !it.report.reversed);
        self.reconsider(effects, |order| {
            order.take_back(&standing, &word);
            order.take_back(&replaced, &word);
            if let Some(document) = document {
                order.reversed_documents.keep(document);
            }
        });
        self.tell_reversed(&standing, &name, &word, effects);
        Ok(())
    }

    /// The reports that a reversal means. What bears the number of its document later is not meant.
    fn named(&self, body: &ConfirmationReversed, view: View<'_>) -> Vec<Named> {
        let (ids, until) = match (&body.event, &body.document) {
            (Some(event), _) => {
                let source = body.event_source.as_ref().unwrap_or(view.source);
                (BTreeSet::from([ReportId::of(source, event)]), None)
            }
            (None, Some(document)) => (self.documents.of(document).collect(), Some(view.at)),
            (None, None) => (BTreeSet::new(), None),
        };
        if ids.is_empty() {
            return Vec::new();
        }
        let is_named = |report: &&Report| {
            ids.contains(&report.id) && until.is_none_or(|until| report.end <= until)
        };
        let mut named = Vec::new();
        for (place, operation) in self.operations.iter().enumerate() {
            if body.op.as_ref().is_none_or(|op| op == operation.id()) {
                let reports = operation.ledger.reports().filter(is_named).copied();
                named.extend(reports.map(|report| Named { place, report }));
            }
        }
        named
    }

    /// What took a report back, where it is not standing.
    fn reversal_of(&self, named: &Named) -> Option<&Reversal> {
        let beside = self.operations[named.place].beside.as_deref()?;
        beside.reversals.get(&named.report.id)
    }

    /// Takes reports back that no earlier word reaches, each operation's in one pass.
    fn take_back(&mut self, reports: &[Named], word: &Reversal) {
        for of_one in reports.chunk_by(|one, next| one.place == next.place) {
            let ids = of_one.iter().map(|it| it.report.id).collect();
            let operation = self.operation_mut(of_one[0].place);
            operation.ledger.reverse(&ids);
            let reversals = &mut operation.beside_mut().reversals;
            for id in ids {
                reversals.insert(id, word.clone());
            }
        }
    }

    /// By what a report is taken back that is only arriving.
    pub(crate) fn reversal_to_come(
        &self,
        body: &OperationReport,
        end: Time,
    ) -> Option<&DocumentReversal> {
        let document = body.document.as_ref()?;
        self.reversed_documents
            .reaching(document, Some(&body.op), end)
    }

    /// Takes a report back that arrived after the reversal of its document.
    pub(crate) fn take_back_at_once(
        &mut self,
        place: usize,
        report: Report,
        by: &DocumentReversal,
        effects: &mut Effects,
    ) {
        let named = [Named { place, report }];
        self.take_back(&named, &by.word);
        self.tell_reversed(&named, &by.document, &by.word, effects);
    }

    fn tell_reversed(
        &self,
        reports: &[Named],
        name: &SmolStr,
        word: &Reversal,
        effects: &mut Effects,
    ) {
        let Some(from) = reports.iter().map(|it| it.report.start).min() else {
            return;
        };
        let good: Decimal = reports.iter().map(|it| it.report.tally.good).sum();
        let of_each = reports.chunk_by(|one, next| one.place == next.place);
        let operations: Vec<&str> = of_each
            .map(|reports| self.operations[reports[0].place].id().as_str())
            .collect();
        let several = match reports.len() {
            1 => String::new(),
            n => format!(" ({n} reports)"),
        };
        let noun = match operations.len() {
            1 => "operation",
            _ => "operations",
        };
        let text = format!(
            "Confirmation {name}{several} of {good} {} on {noun} {} of order {} was reversed ({}); \
             the order was recomputed from {from}.",
            self.unit,
            listed(&operations),
            self.id,
            word.reason,
        );
        effects.notice(Notice::Corrected {
            object: EntityKey::WorkOrder(self.id.clone()),
            code: None,
            from,
            text: text.into(),
        });
    }
}

/// How people call what a reversal names.
fn reversed_name(body: &ConfirmationReversed) -> SmolStr {
    match (&body.event, &body.document) {
        (Some(event), _) => SmolStr::new(event.as_str()),
        (None, Some(document)) => document.clone(),
        (None, None) => SmolStr::default(),
    }
}

/// What is to be kept of a reversal that names a document and no event.
fn reversed_document(body: &ConfirmationReversed, word: &Reversal) -> Option<DocumentReversal> {
    let document = body.document.clone().filter(|_| body.event.is_none())?;
    Some(DocumentReversal {
        document,
        word: word.clone(),
        op: body.op.clone(),
    })
}
