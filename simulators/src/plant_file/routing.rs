//! Products and their steps, compiled.

use super::compile::{Context, Names, at, pieces_of_a_lot};
use super::invalid::{InvalidPlant, Reason};
use super::product::{PerWhat, Product, ReworkRule, Step};
use super::times::probability;
use crate::kernel::{
    Batch, Floor, Inspection, NONE, Per, Product as Made, QueueLimit, Rework, Step as Plan,
};

/// Batch kinds are numbered: those that the file names first, then one for each step.
const OWN_KINDS: u32 = 1 << 24;

/// One product while it is compiled.
struct Routing<'a> {
    context: &'a Context<'a>,
    product: &'a Product,
    number: u32,
    /// Number of its first step on the floor.
    first: u32,
    names: Names,
    /// What lots have to remember: the step and what of it.
    memories: Vec<(u32, Memory)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Memory {
    Machine,
    End,
}

impl Context<'_> {
    pub(super) fn products(&self, floor: &mut Floor) -> Result<(), InvalidPlant> {
        let mut kinds = Vec::new();
        for (number, product) in (0_u32..).zip(&self.file.product) {
            if product.step.is_empty() {
                return Err(at(
                    format!("product[{number}].step"),
                    Reason::Missing("step"),
                ));
            }
            pieces_of_a_lot(product.pieces)
                .map_err(|why| at(format!("product[{number}].pieces"), why))?;
            let ops = product.step.iter().map(|step| step.op.as_str());
            let mut routing = Routing {
                context: self,
                product,
                number,
                first: floor.steps.len() as u32,
                names: Names::new("step", &format!("product[{number}].step"), ops)?,
                memories: Vec::new(),
            };
            let mut steps = Vec::new();
            for (place, step) in (0_u32..).zip(&product.step) {
                steps.push(routing.step(place, step, floor, &mut kinds)?);
            }
            let mut left_us: i64 = 0;
            for step in steps.iter_mut().rev() {
                left_us = left_us.saturating_add(step.planned_us);
                step.left_us = left_us;
            }
            for (slot, &(place, memory)) in (0_u32..).zip(&routing.memories) {
                let step = &mut steps[place as usize];
                match memory {
                    Memory::Machine => step.remembers = slot,
                    Memory::End => step.marks_end = slot,
                }
            }
            floor.products.push(Made {
                name: product.id.as_str().into(),
                steps: (routing.first, routing.first + steps.len() as u32),
                memories: routing.memories.len() as u32,
            });
            floor.steps.extend(steps);
        }
        Ok(())
    }
}

impl Routing<'_> {
    fn key(&self, place: u32, name: &str) -> String {
        format!("product[{}].step[{place}].{name}", self.number)
    }

    /// The number, on the floor, of this step or one before it.
    fn earlier(&self, place: u32, name: &str, op: &str) -> Result<u32, InvalidPlant> {
        let found = self.names.find(self.key(place, name), op)?;
        if found > place {
            return Err(at(self.key(place, name), Reason::Later(op.to_owned())));
        }
        Ok(found)
    }

    fn remember(&mut self, place: u32, memory: Memory) -> u32 {
        let wanted = (place, memory);
        let known = self.memories.iter().position(|kept| *kept == wanted);
        known.unwrap_or_else(|| {
            self.memories.push(wanted);
            self.memories.len() - 1
        }) as u32
    }

    fn fraction(&self, place: u32, name: &'static str, value: f64) -> Result<f64, InvalidPlant> {
        probability(name, value).map_err(|why| at(self.key(place, name), why))
    }

    fn work_centers(
        &self,
        place: u32,
        step: &Step,
        floor: &mut Floor,
    ) -> Result<(u32, u32), InvalidPlant> {
        let from = floor.choices.len() as u32;
        let names = step.work_center.names();
        let key = self.key(place, "work_center");
        if names.is_empty() {
            return Err(at(key, Reason::Missing("work center")));
        }
        for name in names {
            floor
                .choices
                .push(self.context.work_centers.find(&key, name)?);
        }
        Ok((from, floor.choices.len() as u32))
    }

    /// A step that needs the machine of an earlier one can be done wherever that can.
    fn can_be_done_where(&self, place: u32, step: &Step, earlier: u32) -> Result<(), InvalidPlant> {
        let earlier = &self.product.step[earlier as usize];
        let here = step.work_center.names();
        let elsewhere = earlier.work_center.names();
        match elsewhere.iter().find(|name| !here.contains(name)) {
            None => Ok(()),
            Some(name) => {
                let (earlier, work_center) = (earlier.op.clone(), name.clone());
                let why = Reason::ElsewhereBefore {
                    earlier,
                    work_center,
                };
                Err(at(self.key(place, "same_machine_as"), why))
            }
        }
    }

    fn batch(
        &self,
        place: u32,
        step: &Step,
        kinds: &mut Vec<String>,
    ) -> Result<Option<Batch>, InvalidPlant> {
        let Some(rule) = &step.batch else {
            return Ok(None);
        };
        if rule.least == 0 || rule.most < rule.least {
            let must = format!("at least `least` ({}), and that at least 1", rule.least);
            let (what, value) = ("the largest batch", f64::from(rule.most));
            let key = self.key(place, "batch.most");
            return Err(at(key, Reason::Number { what, value, must }));
        }
        let kind = match &rule.kind {
            None => OWN_KINDS + self.first + place,
            Some(name) => {
                let known = kinds.iter().position(|kind| kind == name);
                known.unwrap_or_else(|| {
                    kinds.push(name.clone());
                    kinds.len() - 1
                }) as u32
            }
        };
        let wait_us = match rule.wait {
            None => None,
            Some(wait) => Some(self.context.us(self.key(place, "batch.wait"), wait)?),
        };
        Ok(Some(Batch {
            kind,
            least: rule.least,
            most: rule.most,
            wait_us,
        }))
    }

    fn rework(
        &self,
        place: u32,
        name: &'static str,
        rule: Option<&ReworkRule>,
        passes: f64,
    ) -> Result<Option<Rework>, InvalidPlant> {
        let Some(rule) = rule else {
            return Ok(None);
        };
        let chance = self.fraction(place, name, rule.probability)?;
        if chance >= 1.0 && passes >= 1.0 {
            let from = self.product.step[place as usize].op.clone();
            let to = rule.to.clone();
            return Err(at(self.key(place, name), Reason::NoExit { from, to }));
        }
        Ok(Some(Rework {
            probability: chance,
            to: self.first + self.earlier(place, name, &rule.to)?,
        }))
    }

    fn inspection(&self, place: u32, step: &Step) -> Result<Option<Inspection>, InvalidPlant> {
        let Some(rule) = &step.inspection else {
            return Ok(None);
        };
        let scrap = self.fraction(place, "inspection", rule.scrap)?;
        Ok(Some(Inspection {
            keeps: self.fraction(place, "inspection", rule.hold)?,
            lasts: self
                .context
                .law(self.key(place, "inspection.lasts"), &rule.lasts)?,
            scrap,
            rework: self.rework(
                place,
                "inspection",
                rule.rework.as_ref(),
                rule.hold * (1.0 - scrap),
            )?,
        }))
    }

    fn limit(&mut self, place: u32, step: &Step) -> Result<Option<QueueLimit>, InvalidPlant> {
        let Some(rule) = &step.queue_limit else {
            return Ok(None);
        };
        let since = self.earlier(place, "queue_limit", &rule.since)?;
        let late_to = match &rule.late_to {
            None => NONE,
            Some(op) => {
                let to = self.earlier(place, "queue_limit", op)?;
                if to > since {
                    let (to, since) = (op.clone(), rule.since.clone());
                    let why = Reason::LateAgain { to, since };
                    return Err(at(self.key(place, "queue_limit"), why));
                }
                self.first + to
            }
        };
        Ok(Some(QueueLimit {
            since: self.remember(since, Memory::End),
            most_us: self
                .context
                .us(self.key(place, "queue_limit.most"), rule.most)?,
            late_to,
        }))
    }

    fn step(
        &mut self,
        place: u32,
        step: &Step,
        floor: &mut Floor,
        kinds: &mut Vec<String>,
    ) -> Result<Plan, InvalidPlant> {
        let context = self.context;
        let time = context.law(self.key(place, "time"), &step.time)?;
        let family = match &step.setup {
            None => NONE,
            Some(name) => context.families.find(self.key(place, "setup"), name)?,
        };
        let crew = match &step.crew {
            None => (NONE, 0),
            Some(need) => self.crew(place, &need.id, need.count)?,
        };
        let same_machine = match &step.same_machine_as {
            None => NONE,
            Some(op) => {
                let earlier = self.earlier(place, "same_machine_as", op)?;
                self.can_be_done_where(place, step, earlier)?;
                self.remember(earlier, Memory::Machine)
            }
        };
        let scrap = self.fraction(place, "scrap", step.scrap)?;
        let piece_yield = self.fraction(place, "yield", step.r#yield)?;
        let transport = match &step.transport {
            None => context.law("transport", &context.file.transport)?,
            Some(times) => context.law(self.key(place, "transport"), times)?,
        };
        let rework = self.rework(place, "rework", step.rework.as_ref(), 1.0 - scrap)?;
        let inspection = self.inspection(place, step)?;
        let mut plan = Plan {
            name: step.op.as_str().into(),
            work_centers: self.work_centers(place, step, floor)?,
            product: self.number,
            per: match step.per {
                PerWhat::Lot => Per::Lot,
                PerWhat::Piece => Per::Piece,
            },
            interval_us: match step.interval {
                None => None,
                Some(interval) => Some(context.us(self.key(place, "interval"), interval)?),
            },
            batch: self.batch(place, step, kinds)?,
            family,
            crew,
            sample: self.fraction(place, "sample", step.sample)?,
            always_good: piece_yield >= 1.0
                && scrap <= 0.0
                && rework.is_none()
                && inspection.is_none(),
            piece_yield,
            scrap,
            rework,
            inspection,
            remembers: NONE,
            same_machine,
            marks_end: NONE,
            limit: self.limit(place, step)?,
            transport,
            planned_us: 0,
            left_us: 0,
            time,
        };
        let mean_us = libm::rint(plan.time.mean_us()) as i64;
        plan.planned_us = plan.work_of(mean_us, self.product.pieces).0;
        Ok(plan)
    }

    fn crew(&self, place: u32, name: &str, count: u32) -> Result<(u32, u32), InvalidPlant> {
        let key = self.key(place, "crew");
        let found = self.context.crews.find(&key, name)?;
        let there = self.context.file.crew[found as usize].count;
        if count == 0 || count > there {
            let must = format!("from 1 to {there}, all that there is of {name:?}");
            let (what, value) = ("the need", f64::from(count));
            return Err(at(key, Reason::Number { what, value, must }));
        }
        Ok((found, count))
    }
}
