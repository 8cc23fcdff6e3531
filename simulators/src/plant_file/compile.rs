//! From a plant file to the floor that runs: names become numbers, and everything is checked.

use std::collections::BTreeMap;
use std::fmt::Display;

use super::invalid::{InvalidPlant, Reason};
use super::times::Times;
use super::{DispatchRule, OpeningLot, PlantFile, Release, WhenFull};
use crate::kernel::{
    Crew, Family, Floor, MachinePlan, NEVER_US, NONE, OpeningLot as Opening, Release as Coming,
    Rule, Stream, WorkCenter,
};
use crate::law::Law;
use crate::random::entity_number;

/// The most machines of one plant.
const MACHINES_MAX: u64 = 100_000;
/// The most lots that one release brings at a time, or that are kept on the floor.
const LOTS_AT_ONCE_MAX: u64 = 1_000_000;
/// The most pieces of one lot.
const PIECES_MAX: u32 = 1_000_000;

/// How many pieces a lot has, checked.
pub(super) fn pieces_of_a_lot(pieces: u32) -> Result<(), Reason> {
    match pieces {
        1..=PIECES_MAX => Ok(()),
        _ => Err(Reason::Number {
            what: "the number of pieces of a lot",
            value: f64::from(pieces),
            must: format!("from 1 to {PIECES_MAX}"),
        }),
    }
}

/// Names that were given numbers, in the order of the file.
pub(super) struct Names {
    kind: &'static str,
    numbers: BTreeMap<String, u32>,
}

/// So many names of what there is are shown beside one that there is not.
const NAMES_SHOWN: usize = 8;

impl Names {
    pub(super) fn new<'a>(
        kind: &'static str,
        list: &str,
        names: impl Iterator<Item = &'a str>,
    ) -> Result<Self, InvalidPlant> {
        let mut numbers = BTreeMap::new();
        for (number, name) in (0_u32..).zip(names) {
            if numbers.insert(name.to_owned(), number).is_some() {
                let name = name.to_owned();
                return Err(at(
                    format!("{list}[{number}].id"),
                    Reason::Twice { kind, name },
                ));
            }
        }
        Ok(Self { kind, numbers })
    }

    pub(super) fn find(&self, key: impl Display, name: &str) -> Result<u32, InvalidPlant> {
        self.numbers.get(name).copied().ok_or_else(|| {
            let known: Vec<&str> = self.numbers.keys().map(String::as_str).collect();
            let shown = known[..known.len().min(NAMES_SHOWN)].join(", ");
            let more = known.len().saturating_sub(NAMES_SHOWN);
            let known = match (known.is_empty(), more) {
                (true, _) => "none".to_owned(),
                (_, 0) => shown,
                (_, more) => format!("{shown} and {more} more"),
            };
            let (kind, name) = (self.kind, name.to_owned());
            at(key, Reason::Unknown { kind, name, known })
        })
    }
}

/// An error at a key.
pub(super) fn at(key: impl Display, why: impl Into<Reason>) -> InvalidPlant {
    InvalidPlant {
        key: key.to_string(),
        why: why.into(),
    }
}

/// What all parts of a file are compiled with.
pub(super) struct Context<'a> {
    pub(super) file: &'a PlantFile,
    pub(super) work_centers: Names,
    pub(super) crews: Names,
    pub(super) families: Names,
    pub(super) products: Names,
}

impl Context<'_> {
    pub(super) fn law(&self, key: impl Display, times: &Times) -> Result<Law, InvalidPlant> {
        times.law(self.file.time_unit).map_err(|why| at(key, why))
    }

    pub(super) fn us(&self, key: impl Display, time: f64) -> Result<i64, InvalidPlant> {
        let unit = self.file.time_unit;
        unit.whole_us(time).map_err(|why| at(key, why))
    }
}

impl PlantFile {
    /// The floor that this file describes.
    ///
    /// # Errors
    /// [`InvalidPlant`] names the first key that cannot be, and what to do.
    pub fn floor(&self) -> Result<Floor, InvalidPlant> {
        let context = Context {
            file: self,
            work_centers: Names::new(
                "work center",
                "work_center",
                self.work_center.iter().map(|center| center.id.as_str()),
            )?,
            crews: Names::new(
                "crew",
                "crew",
                self.crew.iter().map(|crew| crew.id.as_str()),
            )?,
            families: Names::new(
                "setup family",
                "family",
                self.family.iter().map(|family| family.id.as_str()),
            )?,
            products: Names::new(
                "product",
                "product",
                self.product.iter().map(|product| product.id.as_str()),
            )?,
        };
        for (what, missing) in [
            ("work_center", self.work_center.is_empty()),
            ("product", self.product.is_empty()),
        ] {
            if missing {
                return Err(at(what, Reason::Missing(what)));
            }
        }
        let mut floor = Floor::default();
        context.work_centers(&mut floor)?;
        context.stoppages(&mut floor)?;
        context.shared(&mut floor)?;
        context.products(&mut floor)?;
        context.coming(&mut floor)?;
        context.plain(&mut floor);
        Ok(floor)
    }
}

impl Context<'_> {
    fn work_centers(&self, floor: &mut Floor) -> Result<(), InvalidPlant> {
        let count: u64 = self
            .file
            .work_center
            .iter()
            .map(|center| u64::from(center.machines))
            .sum();
        if count > MACHINES_MAX {
            let (what, most) = ("machines", MACHINES_MAX);
            return Err(at("work_center", Reason::TooMany { what, count, most }));
        }
        for (number, center) in (0_u32..).zip(&self.file.work_center) {
            if center.machines == 0 {
                let must = "at least 1".to_owned();
                let (what, value) = ("the number of machines", 0.0);
                let why = Reason::Number { what, value, must };
                return Err(at(format!("work_center[{number}].machines"), why));
            }
            let first_machine = floor.machines.len() as u32;
            let machine = MachinePlan {
                work_center: number,
                stops: (0, 0),
                wears: false,
            };
            floor
                .machines
                .extend((0..center.machines).map(|_| machine.clone()));
            floor.work_centers.push(WorkCenter {
                name: center.id.as_str().into(),
                first_machine,
                machines: center.machines,
                rule: rule(center.dispatch.unwrap_or(self.file.dispatch)),
                places: center
                    .buffer
                    .map_or(NONE, |buffer| buffer.saturating_add(center.machines)),
                plain: true,
            });
        }
        Ok(())
    }

    fn shared(&self, floor: &mut Floor) -> Result<(), InvalidPlant> {
        floor
            .crews
            .extend(self.file.crew.iter().map(|crew| Crew { count: crew.count }));
        floor
            .families
            .extend(self.file.family.iter().map(|family| Family {
                least_lots: family.least_lots,
            }));
        for (number, setup) in self.file.setup.iter().enumerate() {
            let from = match &setup.from {
                None => NONE,
                Some(name) => self.families.find(format!("setup[{number}].from"), name)?,
            };
            let to = self
                .families
                .find(format!("setup[{number}].to"), &setup.to)?;
            let law = self.law(format!("setup[{number}].time"), &setup.time)?;
            floor.setups.insert((from, to), law);
        }
        Ok(())
    }

    fn coming(&self, floor: &mut Floor) -> Result<(), InvalidPlant> {
        for (number, release) in self.file.release.iter().enumerate() {
            let key = |name: &str| format!("release[{number}].{name}");
            let coming = self.release(number, release, floor, &key)?;
            floor.releases.push(coming);
        }
        for (number, lot) in self.file.lot.iter().enumerate() {
            let key = |name: &str| format!("lot[{number}].{name}");
            let opening = self.opening_lot(lot, floor, &key)?;
            floor.opening.push(opening);
        }
        Ok(())
    }

    fn release(
        &self,
        number: usize,
        release: &Release,
        floor: &Floor,
        key: &dyn Fn(&str) -> String,
    ) -> Result<Coming, InvalidPlant> {
        let product = self.products.find(key("product"), &release.product)?;
        let how = match (&release.every, release.keep) {
            (Some(times), None) => Stream::Every(self.law(key("every"), times)?),
            (None, Some(_)) => Stream::Kept,
            _ => return Err(at(key("every"), Reason::Either("every", "keep"))),
        };
        let endless = release.count.is_none();
        if endless && matches!(&how, Stream::Every(law) if law.mean_us() < 1.0) {
            let must = "above zero where `count` is left out".to_owned();
            let (what, value) = ("the mean time between releases", 0.0);
            return Err(at(key("every"), Reason::Number { what, value, must }));
        }
        let lots = release.keep.unwrap_or(release.lots);
        let at_once = match (&how, release.count) {
            (Stream::Every(law), Some(count)) if law.is_nothing() => count,
            _ => u64::from(lots),
        };
        if at_once > LOTS_AT_ONCE_MAX {
            let (what, count, most) = ("lots at one instant", at_once, LOTS_AT_ONCE_MAX);
            return Err(at(key("count"), Reason::TooMany { what, count, most }));
        }
        if matches!(how, Stream::Kept) && !floor.takes_time(product) {
            return Err(at(key("keep"), Reason::NoTime(release.product.clone())));
        }
        let usual = self.file.product[product as usize].pieces;
        let pieces = release.pieces.unwrap_or(usual);
        pieces_of_a_lot(pieces).map_err(|why| at(key("pieces"), why))?;
        Ok(Coming {
            product,
            entity: entity_number(&format!("release {number} {}", release.product)),
            first_us: self.us(key("first"), release.first)?,
            how,
            lots,
            pieces,
            priority: release.priority,
            due_us: match release.due {
                None => NEVER_US,
                Some(due) => self.us(key("due"), due)?,
            },
            most: release.count.unwrap_or(u64::MAX),
            turns_away: release.when_full == WhenFull::TurnAway,
        })
    }

    fn opening_lot(
        &self,
        lot: &OpeningLot,
        floor: &Floor,
        key: &dyn Fn(&str) -> String,
    ) -> Result<Opening, InvalidPlant> {
        let product = self.products.find(key("product"), &lot.product)?;
        let (first, _) = floor.products[product as usize].steps;
        let steps = &self.file.product[product as usize].step;
        let step = match &lot.op {
            None => 0,
            Some(op) => {
                let names = steps.iter().map(|step| step.op.as_str());
                Names::new("step", "step", names)?.find(key("op"), op)?
            }
        };
        let in_work = match &lot.in_work {
            None => None,
            Some(work) => {
                let choice = floor.steps[(first + step) as usize].work_centers.0;
                let center = &floor.work_centers[floor.choices[choice as usize] as usize];
                if work.machine >= center.machines {
                    let must =
                        format!("below {}, the machines of {}", center.machines, center.name);
                    let (what, value) = ("the machine", f64::from(work.machine));
                    return Err(at(
                        key("in_work.machine"),
                        Reason::Number { what, value, must },
                    ));
                }
                let elapsed_us = self.us(key("in_work.elapsed"), work.elapsed)?;
                Some((center.first_machine + work.machine, elapsed_us))
            }
        };
        let usual = self.file.product[product as usize].pieces;
        let pieces = lot.pieces.unwrap_or(usual);
        pieces_of_a_lot(pieces).map_err(|why| at(key("pieces"), why))?;
        Ok(Opening {
            step: first + step,
            entity: entity_number(&lot.id),
            ready_us: self.us(key("ready"), lot.ready)?,
            released_us: -self.us(key("age"), lot.age)?,
            due_us: match lot.due {
                None => NEVER_US,
                Some(due) => self.us(key("due"), due)?,
            },
            priority: lot.priority,
            pieces,
            in_work,
        })
    }

    /// Finds the work centers at which every lot may go to every machine alone.
    fn plain(&self, floor: &mut Floor) {
        for step in &floor.steps {
            let careful = step.batch.is_some()
                || step.family != NONE
                || step.crew.0 != NONE
                || step.same_machine != NONE;
            let (from, to) = step.work_centers;
            for &center in floor.choices[from as usize..to as usize]
                .iter()
                .filter(|_| careful)
            {
                floor.work_centers[center as usize].plain = false;
            }
        }
    }
}

fn rule(rule: DispatchRule) -> Rule {
    match rule {
        DispatchRule::Fifo => Rule::Fifo,
        DispatchRule::Edd => Rule::Edd,
        DispatchRule::Spt => Rule::Spt,
        DispatchRule::Mwkr => Rule::Mwkr,
        DispatchRule::Cr => Rule::Cr,
        DispatchRule::LeastSetup => Rule::LeastSetup,
    }
}
