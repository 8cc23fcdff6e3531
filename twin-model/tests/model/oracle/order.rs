//! The states of an order (W1 to W11), each worked out from what was decided and done so far.

use super::plain::{PlainOrder, PlainReport};
use super::step::{Decision, Step};

impl PlainOrder {
    /// What was decided has been accepted.
    pub(crate) fn decide(&mut self, what: Decision) {
        match what {
            Decision::WithdrawRelease => self.release = Some(true),
            Decision::Cancel => self.cancelled = true,
            Decision::Abort => self.aborted = true,
            Decision::TechComplete => self.tech_completed = true,
            Decision::WithdrawTechCompletion => self.tech_completed = false,
            Decision::Close => self.closed = true,
        }
    }

    /// A report, or what takes reports back, has been accepted.
    pub(crate) fn report(&mut self, step: &Step) {
        match step {
            Step::Report {
                op,
                good,
                scrap,
                completes,
                document,
                ..
            } => self.reports.push(PlainReport {
                op: *op,
                good: *good,
                scrap: *scrap,
                completes: *completes,
                document: *document,
                taken_back: false,
            }),
            Step::Reverse { document, .. } => {
                let mut reports = self.reports.iter_mut();
                while let Some(report) = reports.find(|known| known.document == *document) {
                    report.taken_back = true;
                }
            }
            other => unreachable!("{other:?} reports nothing"),
        }
    }

    /// What the starts and the reports that stand come to.
    pub(crate) fn counted(mut self) -> PlainOrder {
        self.started.clone_from(&self.start_reported);
        for report in self.reports.iter().filter(|report| !report.taken_back) {
            self.started.insert(report.op);
            *self.good.entry(report.op).or_default() += report.good;
            *self.scrap.entry(report.op).or_default() += report.scrap;
            if report.completes {
                self.ended.insert(report.op);
            }
        }
        self
    }

    /// Whether there ever was something to work on: what was taken back was there for a while.
    pub(crate) fn was_ever_ready(&self, op: u8) -> bool {
        let mut reports = self.reports.iter();
        reports.any(|report| report.op == op && (report.completes || report.good > 0))
    }

    pub(crate) fn rule_against_reversal(&self, document: u8) -> Option<u8> {
        if self.closed {
            return Some(30);
        }
        let mut reports = self.reports.iter();
        // Said again later it is true again, and reports that it means may still come.
        let known = reports.any(|known| known.document == document);
        (!known).then_some(1)
    }

    fn has_begun(&self) -> bool {
        !self.started.is_empty()
    }

    /// A withdrawal has an effect only as long as nothing has begun.
    pub(crate) fn is_released(&self) -> bool {
        self.release
            .is_some_and(|withdrawn| !withdrawn || self.has_begun())
    }

    pub(crate) fn lifecycle(&self) -> &'static str {
        if self.closed {
            "closed"
        } else if self.aborted {
            "aborted"
        } else if self.cancelled && !self.has_begun() {
            "cancelled"
        } else if self.tech_completed {
            "tech_complete"
        } else if !self.is_released() {
            "created"
        } else if !self.has_begun() {
            "released"
        } else if self.ended.len() == 2 {
            "completed"
        } else {
            "in_process"
        }
    }

    /// Nothing is decided any more of an order that is closed or was given up.
    fn is_over(&self) -> bool {
        self.closed || self.aborted
    }

    /// What keeps starts and reports from being taken, if anything does.
    pub(crate) fn rule_against_work(&self) -> Option<u8> {
        if self.closed {
            return Some(30);
        }
        if self.aborted {
            return Some(2);
        }
        if self.lifecycle() == "cancelled" || self.tech_completed {
            return Some(46);
        }
        (!self.is_released()).then_some(3)
    }

    pub(crate) fn rule_against_release(&self) -> Option<u8> {
        if self.is_over() || self.release == Some(false) {
            return Some(2);
        }
        (self.lifecycle() == "cancelled").then_some(46)
    }

    pub(crate) fn rule_against(&self, what: Decision, held: bool) -> Option<u8> {
        let state = self.lifecycle();
        if self.is_over() {
            return Some(2);
        }
        match what {
            Decision::WithdrawRelease => {
                (self.release != Some(false) || self.tech_completed).then_some(2)
            }
            Decision::Cancel => (self.cancelled || self.tech_completed).then_some(2),
            Decision::TechComplete if self.release.is_none() || self.tech_completed => Some(2),
            Decision::TechComplete => (state == "cancelled" || !self.is_released()).then_some(46),
            Decision::WithdrawTechCompletion => (!self.tech_completed).then_some(2),
            Decision::Abort => (!matches!(state, "released" | "in_process")).then_some(46),
            Decision::Close if state == "cancelled" => Some(2),
            Decision::Close => {
                let ready = matches!(state, "completed" | "tech_complete");
                (!ready || held || self.breaks_a_soft_rule()).then_some(46)
            }
        }
    }

    /// R05, R39, R47: what is shown keeps the order from being closed.
    fn breaks_a_soft_rule(&self) -> bool {
        let good = |op: u8| self.good.get(&op).copied().unwrap_or(0);
        let surplus = good(10) > self.quantity || good(20) > self.quantity;
        let in_vain = self.has_begun() && (self.cancelled || self.release == Some(true));
        surplus || good(20) > good(10) || in_vain
    }
}
