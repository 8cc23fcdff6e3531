//! What happened in a run, one line for each thing, in the names of the plant file.

use serde::Serialize;

use crate::kernel::{Cause, Floor, Happening, Lot, Watch};

/// The most lines that one trace gives; what happens later is left out and counted.
pub const TRACE_LINES_MAX: u64 = 1_000_000;

/// One thing that happened.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct TraceLine<'f> {
    /// When, microseconds from the begin.
    pub at_us: i64,
    /// `released`, `turned_away`, `queued`, `withdrawn`, `setup_began`, `started`, `ended`,
    /// `emptied`, `blocked`, `stopped`, `ready`, `late`, `kept`, `sent_back`, `done` or `scrapped`.
    pub what: &'static str,
    /// The lot, counted from zero.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lot: Option<u64>,
    /// Its product.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<&'f str>,
    /// The step that it is at or waits for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub op: Option<&'f str>,
    /// Its good pieces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pieces: Option<u32>,
    /// The work center.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub work_center: Option<&'f str>,
    /// The machine of the work center, from zero.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub machine: Option<u32>,
    /// Why a machine stands still: `breakdown`, `maintenance` or `off_shift`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<&'static str>,
    /// The step that a lot is sent back to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<&'f str>,
    /// Number of the release, from zero.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release: Option<u32>,
}

/// Looks on and gives each line to `take`.
pub struct Trace<'f, F> {
    floor: &'f Floor,
    take: F,
    lines: u64,
    left_out: u64,
}

impl<'f, F: FnMut(TraceLine<'f>)> Trace<'f, F> {
    /// A trace of a floor.
    pub fn new(floor: &'f Floor, take: F) -> Self {
        Self {
            floor,
            take,
            lines: 0,
            left_out: 0,
        }
    }

    /// How many lines were given.
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// How many more things happened after [`TRACE_LINES_MAX`].
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    fn of_lot(&self, line: TraceLine<'f>, lot: &Lot) -> TraceLine<'f> {
        TraceLine {
            lot: Some(lot.number),
            product: Some(self.floor.product_name(lot.product)),
            op: Some(self.floor.step_name(lot.step)),
            pieces: Some(lot.pieces),
            ..line
        }
    }

    fn at_machine(&self, line: TraceLine<'f>, machine: u32) -> TraceLine<'f> {
        let work_center = self.floor.work_center_of(machine);
        TraceLine {
            work_center: Some(self.floor.work_center_name(work_center)),
            machine: Some(machine - self.floor.first_machine_of(work_center)),
            ..line
        }
    }

    fn line(&self, at_us: i64, what: Happening<'_>) -> TraceLine<'f> {
        let name = |what| TraceLine {
            at_us,
            what,
            lot: None,
            product: None,
            op: None,
            pieces: None,
            work_center: None,
            machine: None,
            cause: None,
            to: None,
            release: None,
        };
        let lot = |what, lot: &Lot| self.of_lot(name(what), lot);
        let at_center = |what, of: &Lot, center| TraceLine {
            work_center: Some(self.floor.work_center_name(center)),
            ..lot(what, of)
        };
        let machine = |what, number| self.at_machine(name(what), number);
        let stop = |what, number, cause| TraceLine {
            cause: Some(word(cause)),
            ..machine(what, number)
        };
        match what {
            Happening::Released(it) => lot("released", it),
            Happening::TurnedAway { release } => TraceLine {
                release: Some(release),
                ..name("turned_away")
            },
            Happening::Queued { lot, work_center } => at_center("queued", lot, work_center),
            Happening::Withdrawn { lot, work_center } => at_center("withdrawn", lot, work_center),
            Happening::SetupBegan {
                machine: number, ..
            } => machine("setup_began", number),
            Happening::Started { machine, lot: it } => self.at_machine(lot("started", it), machine),
            Happening::Ended { machine, lot: it } => self.at_machine(lot("ended", it), machine),
            Happening::Emptied { machine: number } => machine("emptied", number),
            Happening::Blocked { lot: it, machine } => match machine {
                Some(machine) => self.at_machine(lot("blocked", it), machine),
                None => lot("blocked", it),
            },
            Happening::Stopped { machine, cause } => stop("stopped", machine, cause),
            Happening::Ready { machine, cause } => stop("ready", machine, cause),
            Happening::Late { lot: it } => lot("late", it),
            Happening::Kept { lot: it } => lot("kept", it),
            Happening::Passed(it) => lot("passed", it),
            Happening::SentBack { lot: it, to } => TraceLine {
                to: Some(self.floor.step_name(to)),
                ..lot("sent_back", it)
            },
            Happening::Done(it) => lot("done", it),
            Happening::Scrapped(it) => lot("scrapped", it),
        }
    }
}

fn word(cause: Cause) -> &'static str {
    match cause {
        Cause::Breakdown => "breakdown",
        Cause::Maintenance => "maintenance",
        Cause::OffShift => "off_shift",
    }
}

impl<'f, F: FnMut(TraceLine<'f>)> Watch for Trace<'f, F> {
    fn sees(&mut self, at_us: i64, what: Happening<'_>) {
        // Where the lot is next says as much.
        if let Happening::Passed(_) = what {
            return;
        }
        if self.lines == TRACE_LINES_MAX {
            self.left_out += 1;
            return;
        }
        self.lines += 1;
        let line = self.line(at_us, what);
        (self.take)(line);
    }
}
