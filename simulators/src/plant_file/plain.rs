//! The plainest plant, work center, step and lot, for whoever makes plant files.

use super::{
    Experiment, Format, OneOrMore, OpeningLot, PerWhat, PlantFile, Step, TimeUnit, Times,
    WorkCenter,
};

impl PlantFile {
    /// A plant without anything, in minutes and first in, first out.
    pub fn empty(name: &str) -> Self {
        Self {
            model: Format::Plant1,
            name: name.to_owned(),
            time_unit: TimeUnit::Minute,
            dispatch: super::DispatchRule::Fifo,
            transport: Times::default(),
            work_center: Vec::new(),
            crew: Vec::new(),
            calendar: Vec::new(),
            downtime: Vec::new(),
            family: Vec::new(),
            setup: Vec::new(),
            product: Vec::new(),
            release: Vec::new(),
            lot: Vec::new(),
            experiment: Experiment::default(),
        }
    }
}

impl WorkCenter {
    /// Machines that are always open, with room for every lot.
    pub fn of(id: String, machines: u32) -> Self {
        Self {
            id,
            machines,
            dispatch: None,
            buffer: None,
            calendar: None,
        }
    }
}

impl Step {
    /// A step that every lot takes alone, and that spoils none.
    pub fn of(op: String, work_center: String, time: Times) -> Self {
        Self {
            op,
            work_center: OneOrMore::One(work_center),
            time,
            per: PerWhat::Lot,
            interval: None,
            batch: None,
            setup: None,
            crew: None,
            sample: 1.0,
            r#yield: 1.0,
            scrap: 0.0,
            rework: None,
            inspection: None,
            same_machine_as: None,
            queue_limit: None,
            transport: None,
        }
    }
}

impl OpeningLot {
    /// A lot that waits for the first step of its product from the begin on, and is never due.
    pub fn of(id: String, product: String) -> Self {
        Self {
            id,
            product,
            op: None,
            ready: 0.0,
            age: 0.0,
            due: None,
            priority: 0,
            pieces: None,
            in_work: None,
        }
    }
}
