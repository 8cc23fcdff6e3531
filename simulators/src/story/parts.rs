//! What a plant file calls things, as names of a twin's objects.

use std::collections::{BTreeMap, BTreeSet};

use twin_model::{
    Amount, Decimal, InvalidId, MaterialId, OperationId, PlannedOperation, WorkCenterId,
};

use crate::kernel::Floor;
use crate::plant_file::PlantFile;

/// Longest name of an operation, bytes: a repeated one gets some more.
const OP_BYTES_MAX: usize = 80;
/// Operations that a machine may have in it at once where one follows the other before that is
/// out: the file does not say how many.
const CASCADE_OPERATIONS: u32 = 1_000;
/// Microseconds of a thousandth of a second.
const MILLISECOND_US: i64 = 1_000;

/// A plant file of which no events can be told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidStory {
    /// A name cannot be that of an object of a twin.
    #[error("{key} = {name:?} cannot be the name of an object of a twin: {why}; change it")]
    Name {
        /// Where the name stands.
        key: String,
        /// The name.
        name: String,
        /// Why not.
        why: InvalidId,
    },
    /// The name of an operation leaves no room for its repetitions.
    #[error(
        "{key} = {name:?} has {} bytes; a repeated operation gets a longer name, so give it at \
         most {OP_BYTES_MAX}",
        name.len()
    )]
    LongOperation {
        /// Where the name stands.
        key: String,
        /// The name.
        name: String,
    },
    /// Two machines would have one name.
    #[error(
        "two machines would be called {name:?}: one of several of a work center is called by its \
         number, as MILL-2; rename the other work center"
    )]
    MachineTwice {
        /// The name.
        name: String,
    },
}

/// A name of the file as an identifier.
fn id<T: std::str::FromStr<Err = InvalidId>>(key: String, name: &str) -> Result<T, InvalidStory> {
    name.parse().map_err(|why| InvalidStory::Name {
        key,
        name: name.to_owned(),
        why,
    })
}

/// What each machine of a file is called as a work center of the twin, by its number on the floor:
/// as its work center where that has one, with its number (from 1) behind it where there are more.
///
/// # Errors
/// [`InvalidStory`] when one cannot be called so, or two would be called alike.
pub fn machine_ids(file: &PlantFile) -> Result<Vec<WorkCenterId>, InvalidStory> {
    let mut ids = Vec::new();
    let mut known = BTreeSet::new();
    for (place, center) in file.work_center.iter().enumerate() {
        for number in 1..=center.machines {
            let name = match center.machines {
                1 => center.id.clone(),
                _ => format!("{}-{number}", center.id),
            };
            let machine: WorkCenterId = id(format!("work_center[{place}].id"), &name)?;
            if !known.insert(name.clone()) {
                return Err(InvalidStory::MachineTwice { name });
            }
            ids.push(machine);
        }
    }
    Ok(ids)
}

/// A step of the floor in the words of the twin.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) op: OperationId,
    pub(super) setup: Option<twin_model::SmolStr>,
    /// The one machine that can do it; `None` where several can.
    only_machine: Option<WorkCenterId>,
    inspected: bool,
    delivers: bool,
}

/// The names of a floor.
#[derive(Clone, Debug)]
pub(super) struct Parts {
    /// By machine of the floor.
    pub(super) machines: Vec<WorkCenterId>,
    /// By product of the floor.
    pub(super) materials: Vec<MaterialId>,
    /// By step of the floor.
    pub(super) steps: Vec<Part>,
    /// Routes that were released before, by first step and pieces.
    routes: BTreeMap<(u32, u32), Vec<PlannedOperation>>,
}

impl Parts {
    pub(super) fn new(file: &PlantFile, floor: &Floor) -> Result<Parts, InvalidStory> {
        let mut parts = Parts {
            machines: machine_ids(file)?,
            materials: Vec::new(),
            steps: Vec::new(),
            routes: BTreeMap::new(),
        };
        for (number, product) in file.product.iter().enumerate() {
            let key = format!("product[{number}].id");
            parts.materials.push(id(key, &product.id)?);
            for (place, step) in product.step.iter().enumerate() {
                let key = format!("product[{number}].step[{place}].op");
                if step.op.len() > OP_BYTES_MAX {
                    let name = step.op.clone();
                    return Err(InvalidStory::LongOperation { key, name });
                }
                let plan = &floor.steps[parts.steps.len()];
                let (from, to) = plan.work_centers;
                let center = &floor.work_centers[floor.choices[from as usize] as usize];
                let only = to - from == 1 && center.machines == 1;
                let last = place + 1 == product.step.len();
                parts.steps.push(Part {
                    op: id(key, &step.op)?,
                    setup: step.setup.as_deref().map(twin_model::SmolStr::new),
                    only_machine: only
                        .then(|| parts.machines[center.first_machine as usize].clone()),
                    inspected: step.inspection.is_some(),
                    delivers: last && plan.sample >= 1.0,
                });
            }
        }
        Ok(parts)
    }

    /// The route of a product from a step on, for an order of so many pieces.
    pub(super) fn route(&mut self, floor: &Floor, from: u32, pieces: u32) -> &[PlannedOperation] {
        let steps = &self.steps;
        self.routes.entry((from, pieces)).or_insert_with(|| {
            let product = &floor.products[floor.steps[from as usize].product as usize];
            let planned = |number: u32| {
                let part = &steps[number as usize];
                let before = (number > from).then(|| steps[number as usize - 1].op.clone());
                PlannedOperation {
                    op: part.op.clone(),
                    work_center: part.only_machine.clone(),
                    predecessors: before.into_iter().collect(),
                    overlap: false,
                    quantity: None,
                    inspection_point: part.inspected,
                    delivers: part.delivers,
                    setup_s: None,
                    run_s_per_unit: seconds_each(floor.steps[number as usize].planned_us, pieces),
                }
            };
            (from..product.steps.1).map(planned).collect()
        })
    }

    /// The most operations that run at once in each machine that may have more than one in it.
    pub(super) fn capacities(&self, floor: &Floor) -> BTreeMap<u32, u32> {
        let mut capacities = BTreeMap::new();
        for step in &floor.steps {
            let together = step.batch.map_or(1, |batch| batch.most);
            let most = match step.interval_us {
                Some(_) => together.max(CASCADE_OPERATIONS),
                None => together,
            };
            if most == 1 {
                continue;
            }
            let (from, to) = step.work_centers;
            for &center in &floor.choices[from as usize..to as usize] {
                let center = &floor.work_centers[center as usize];
                for machine in center.first_machine..center.first_machine + center.machines {
                    let known = capacities.entry(machine).or_insert(1);
                    *known = most.max(*known);
                }
            }
        }
        capacities
    }
}

/// A planned time of a lot, in seconds for each of its pieces to the thousandth; `None` where it is
/// longer than a quantity can be.
fn seconds_each(planned_us: i64, pieces: u32) -> Option<Amount> {
    let each = planned_us / i64::from(pieces.max(1)) / MILLISECOND_US;
    Amount::try_from(Decimal::new(each, 3)).ok()
}
