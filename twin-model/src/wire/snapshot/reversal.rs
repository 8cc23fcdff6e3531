//! Stored reversals.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::document_reversal::{DocumentReversal, DocumentReversals, Reversal};
use crate::{EventId, OperationId, Time};

/// What took something back: when, by which event and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain struct")]
pub struct ReversalState {
    pub at: Time,
    pub by: EventId,
    pub reason: SmolStr,
}

impl From<&Reversal> for ReversalState {
    fn from(reversal: &Reversal) -> ReversalState {
        ReversalState {
            at: reversal.at,
            by: reversal.by.clone(),
            reason: reversal.reason.clone(),
        }
    }
}

impl ReversalState {
    pub(super) fn restore(self) -> Reversal {
        Reversal {
            at: self.at,
            by: self.by,
            reason: self.reason,
        }
    }
}

/// The stored reversal of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the domain struct")]
pub struct DocumentReversalState {
    pub document: SmolStr,
    pub word: ReversalState,
    pub op: Option<OperationId>,
}

impl From<&DocumentReversal> for DocumentReversalState {
    fn from(reversal: &DocumentReversal) -> DocumentReversalState {
        DocumentReversalState {
            document: reversal.document.clone(),
            word: (&reversal.word).into(),
            op: reversal.op.clone(),
        }
    }
}

pub(super) fn restore_reversals(stored: Vec<DocumentReversalState>) -> DocumentReversals {
    let restored = stored.into_iter().map(|reversal| DocumentReversal {
        document: reversal.document,
        word: reversal.word.restore(),
        op: reversal.op,
    });
    restored.collect()
}
