//! Messages that come besides the one that carries an event: unreadable ones before it, the same
//! again after it, and what a system sends again when it starts.

use std::collections::VecDeque;

use crate::faults::dice::Dice;
use crate::faults::fault::{Fault, FaultCounts};
use crate::faults::plan::{Corruption, FaultPlan, Restart};
use crate::faults::schedule::Schedule;
use crate::faults::spoil;
use crate::message::{Message, Route};
use crate::simulation::SECOND_US;

/// A message with the instant at which it arrives, in microseconds.
pub(crate) type Due = (i64, Message);

/// What comes besides.
#[derive(Debug, Clone)]
pub(crate) struct Copies {
    plan: FaultPlan,
    duplicate: Dice,
    corrupt: Dice,
    poison: Dice,
    unroutable: Dice,
    redelivery: Dice,
    resender: Option<Resender>,
}

impl Copies {
    pub(crate) fn new(plan: &FaultPlan, seed: u64) -> Copies {
        let dice = |fault| Dice::new(seed, fault);
        let restart = plan.restart.clone();
        Copies {
            duplicate: dice(Fault::Duplicate),
            corrupt: dice(Fault::Truncated),
            poison: dice(Fault::Poison),
            unroutable: dice(Fault::Unroutable),
            redelivery: dice(Fault::Redelivery),
            resender: restart.map(|restart| Resender::new(restart, dice(Fault::RestartResend))),
            plan: plan.clone(),
        }
    }

    /// What a system that starts by now sends again.
    pub(crate) fn sent_again(&mut self, now_us: i64, counts: &mut FaultCounts, out: &mut Vec<Due>) {
        if let Some(resender) = &mut self.resender {
            resender.start_again(now_us, counts, out);
        }
    }

    /// Adds a message to `out`, with what comes before and after it.
    pub(crate) fn with_copies(
        &mut self,
        due_us: i64,
        message: Message,
        key: u64,
        counts: &mut FaultCounts,
        out: &mut Vec<Due>,
    ) {
        self.before(due_us, &message, key, counts, out);
        let first = out.len();
        self.after(due_us, &message, key, counts, out);
        if let Some(resender) = &mut self.resender {
            resender.note(due_us, &message);
        }
        out.insert(first, (due_us, message));
    }

    fn before(
        &self,
        due_us: i64,
        message: &Message,
        key: u64,
        counts: &mut FaultCounts,
        out: &mut Vec<Due>,
    ) {
        if let Some(corrupt) = &self.plan.corrupt
            && let Some(kind) = self.corruption(key, corrupt.probability, &corrupt.kinds)
            && let Some(spoiled) = spoil::spoiled(message, kind, self.corrupt.draw(key, 2))
        {
            if let Some(how) = spoiled.spoiled {
                counts.count(how.fault);
            }
            out.push((due_us, spoiled));
        }
        if let Some(broker) = &self.plan.broker
            && broker.unroutable > 0.0
            && self.unroutable.draw(key, 0).chance(broker.unroutable)
        {
            counts.count(Fault::Unroutable);
            let nowhere = Message {
                route: Route::Nowhere,
                is_first: false,
                ..message.clone()
            };
            out.push((due_us, nowhere));
        }
    }

    /// In which way a message is corrupt, if it is. A missing correlation id, which concerns the
    /// event itself, takes its part of the chance.
    fn corruption(&self, key: u64, probability: f64, kinds: &[Corruption]) -> Option<Corruption> {
        if !self.corrupt.draw(key, 0).chance(probability) {
            return None;
        }
        let which = self.corrupt.draw(key, 1).below(kinds.len() as u64);
        kinds.get(which as usize).copied()
    }

    fn after(
        &self,
        due_us: i64,
        message: &Message,
        key: u64,
        counts: &mut FaultCounts,
        out: &mut Vec<Due>,
    ) {
        let again = || Message {
            is_first: false,
            ..message.clone()
        };
        if let Some(broker) = &self.plan.broker
            && broker.redelivery > 0.0
            && self.redelivery.draw(key, 0).chance(broker.redelivery)
        {
            counts.count(Fault::Redelivery);
            out.push((due_us, again()));
        }
        if let Some(duplicate) = &self.plan.duplicate
            && self.duplicate.draw(key, 0).chance(duplicate.probability)
        {
            counts.count(Fault::Duplicate);
            let within_us = i64::from(duplicate.within_s) * SECOND_US;
            let later_us = self.duplicate.draw(key, 1).between(0, within_us);
            out.push((due_us + later_us, again()));
        }
        if let Some(plan) = &self.plan.poison
            && self.poison.draw(key, 0).chance(plan.probability)
            && let Some(poison) = spoil::poison(message)
        {
            for time in 0..plan.times {
                counts.count(Fault::Poison);
                out.push((due_us + i64::from(time) * SECOND_US, poison.clone()));
            }
        }
    }
}

/// A system that sends its last minutes again whenever it starts.
#[derive(Debug, Clone)]
struct Resender {
    plan: Restart,
    starts: Schedule,
    /// What it sent, oldest first.
    sent: VecDeque<Due>,
}

impl Resender {
    fn new(plan: Restart, dice: Dice) -> Resender {
        Resender {
            starts: Schedule::new(dice, plan.every_s, 0),
            plan,
            sent: VecDeque::new(),
        }
    }

    fn note(&mut self, due_us: i64, message: &Message) {
        // When the next start is, is known: only what it will send again is kept.
        let resend_us = i64::from(self.plan.resend_s) * SECOND_US;
        let is_resent = self
            .starts
            .next_start_us()
            .is_some_and(|start_us| message.at.as_micros() + resend_us >= start_us);
        if is_resent && message.source.as_str().starts_with(&self.plan.source) {
            let again = Message {
                is_first: false,
                ..message.clone()
            };
            self.sent.push_back((due_us, again));
        }
    }

    fn start_again(&mut self, now_us: i64, counts: &mut FaultCounts, out: &mut Vec<Due>) {
        while let Some((start_us, _)) = self.starts.begun(now_us) {
            self.forget_before(start_us);
            for (due_us, message) in &self.sent {
                counts.count(Fault::RestartResend);
                // Not before the first of them has come.
                out.push((start_us.max(*due_us), message.clone()));
            }
        }
        self.forget_before(now_us);
    }

    fn forget_before(&mut self, now_us: i64) {
        let kept_from_us = now_us - i64::from(self.plan.resend_s) * SECOND_US;
        while self
            .sent
            .front()
            .is_some_and(|(_, message)| message.at.as_micros() < kept_from_us)
        {
            self.sent.pop_front();
        }
    }
}
