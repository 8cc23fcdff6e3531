//! Why an EPCIS event did not become events of the twin.

use crate::Code;

/// What is wrong with an EPCIS event, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// R34 for what cannot be read, R73 for what has no place here, R74 for what is declared wrong.
    pub code: Code,
    /// Path in the document.
    pub at: String,
    /// In words.
    pub detail: String,
}

impl Fault {
    pub(super) fn unreadable(at: impl Into<String>, detail: impl Into<String>) -> Fault {
        Fault {
            code: Code::R34,
            at: at.into(),
            detail: detail.into(),
        }
    }

    pub(super) fn no_place(at: impl Into<String>, detail: impl Into<String>) -> Fault {
        Fault {
            code: Code::R73,
            at: at.into(),
            detail: detail.into(),
        }
    }

    pub(super) fn declared_wrong(at: impl Into<String>, detail: impl Into<String>) -> Fault {
        Fault {
            code: Code::R74,
            at: at.into(),
            detail: detail.into(),
        }
    }
}
