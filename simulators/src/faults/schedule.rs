//! When a fault that has a beginning and an end comes: windows in simulated time.

use std::collections::VecDeque;

use crate::faults::dice::Dice;
use crate::simulation::SECOND_US;

/// From when to when, in microseconds; the end is not part of it.
pub(crate) type Window = (i64, i64);

/// Windows one after the other, with exponentially distributed gaps between them.
#[derive(Debug, Clone)]
pub(crate) struct Schedule {
    dice: Dice,
    gap_us: i64,
    length_us: i64,
    /// Those that were drawn and not forgotten.
    windows: VecDeque<Window>,
    drawn: u64,
    /// The end of the last window that was drawn; `None` before anything has happened.
    drawn_to_us: Option<i64>,
}

impl Schedule {
    /// Windows of `length_s` seconds, on average `gap_s` seconds apart.
    pub(crate) fn new(dice: Dice, gap_s: u32, length_s: u32) -> Schedule {
        Schedule {
            dice,
            gap_us: i64::from(gap_s) * SECOND_US,
            length_us: i64::from(length_s) * SECOND_US,
            windows: VecDeque::new(),
            drawn: 0,
            drawn_to_us: None,
        }
    }

    /// The window that an instant lies in. The first instant ever asked for begins the time.
    pub(crate) fn covering(&mut self, at_us: i64) -> Option<Window> {
        self.draw_past(at_us);
        let mut windows = self.windows.iter();
        windows
            .find(|(start, end)| (*start..*end).contains(&at_us))
            .copied()
    }

    /// The next window that has begun by now and was not taken yet.
    pub(crate) fn begun(&mut self, now_us: i64) -> Option<Window> {
        self.draw_past(now_us);
        let begun = self
            .windows
            .front()
            .is_some_and(|(start, _)| *start <= now_us);
        begun.then(|| self.windows.pop_front()).flatten()
    }

    /// When the next window begins that was not taken, once a beginning was asked for.
    pub(crate) fn next_start_us(&self) -> Option<i64> {
        self.windows.front().map(|(start, _)| *start)
    }

    /// Nobody will ask for instants before this one any more.
    pub(crate) fn forget_before(&mut self, at_us: i64) {
        while self.windows.front().is_some_and(|(_, end)| *end < at_us) {
            self.windows.pop_front();
        }
    }

    fn draw_past(&mut self, at_us: i64) {
        let mut end = *self.drawn_to_us.get_or_insert(at_us);
        while end <= at_us || self.drawn == 0 {
            let gap = self.dice.draw(self.drawn, 0).exponential_us(self.gap_us);
            let start = end + gap.max(1);
            end = start + self.length_us;
            self.windows.push_back((start, end));
            self.drawn += 1;
        }
        self.drawn_to_us = Some(end);
    }
}
