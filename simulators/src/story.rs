//! A plant file told as canonical events: what ERP, MES, QMS, WMS and the machines' edge devices of
//! that plant would send while the [`kernel`](crate::kernel) runs it.
//!
//! The kernel knows time and places only. What its happenings mean for orders, operations, holds
//! and goods is said here in the words of the catalogue, and nothing here keeps a state of them:
//! whether an event is right is decided by `twin-model`, which refuses none of them. The mapping
//! stands as a table in `docs/simulation.md`.

mod course;
mod machines;
mod operations;
mod parts;
mod quality;
mod teller;

use std::sync::Arc;

use twin_model::{Event, PlantId, Time};

use crate::kernel::{Floor, Halted, Kernel};
use crate::plant_file::PlantFile;
pub use parts::{InvalidStory, machine_ids};
use teller::Teller;

/// What a plant file does not say and its story says all the same.
pub const ASSUMED: [&str; 6] = [
    "quantities are pieces (H87)",
    "each lot is a work order of its own, created when it is released",
    "each machine is a work center, with an edge device",
    "an inspection holds the order, and \"quality\" decides",
    "the warehouse receives a good lot when it leaves the floor",
    "nothing is bought, packed or shipped",
];

/// The events of a plant file, in the order of time; two stories of one file, seed and opening give
/// equal events. It ends when nothing can happen any more, which a plant with releases that are not
/// counted never reaches.
///
/// ```
/// use simulators::plant_file::PlantFile;
/// use simulators::story::Story;
///
/// let text = r#"
///     model = "plant/1"
///     name = "one saw"
///     work_center = [{ id = "saw" }]
///     product = [{ id = "bar", step = [{ op = "10", work_center = "saw", time = 4 }] }]
///     release = [{ product = "bar", every = 5 }]
/// "#;
/// let (file, floor) = PlantFile::read("saw.toml", text)?;
/// let opening = "2026-03-02T06:00:00Z".parse()?;
/// let story = Story::new(&file, floor.into(), &"P1".parse()?, 42, opening)?;
/// let types: Vec<_> = story.take(4).map(|event| event.body.type_name()).collect();
/// assert_eq!(types[0], "mfg.work_order.created.v1");
/// assert_eq!(types[3], "mfg.work_center.state_changed.v1");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Story {
    kernel: Kernel,
    teller: Teller,
}

impl Story {
    /// The story of a file and its floor, which begins at `opening`.
    ///
    /// # Errors
    /// [`InvalidStory`] when a name of the file cannot be that of an object of a twin.
    pub fn new(
        file: &PlantFile,
        floor: Arc<Floor>,
        plant: &PlantId,
        seed: u64,
        opening: Time,
    ) -> Result<Story, InvalidStory> {
        let mut teller = Teller::new(file, &floor, plant, seed, opening)?;
        let kernel = Kernel::new(floor, seed, 0, &mut teller);
        Ok(Story { kernel, teller })
    }

    /// The kernel that runs beneath; it has come as far as the events that were computed.
    #[must_use]
    pub fn kernel(&self) -> &Kernel {
        &self.kernel
    }

    /// How many events are computed and not taken yet: those of the present instant.
    #[must_use]
    pub fn ahead(&self) -> usize {
        self.teller.ready.len()
    }

    /// Why nothing happens any more although lots are on the floor; `None` while something may
    /// still happen, and where the plant is empty.
    #[must_use]
    pub fn halted(&self) -> Option<Halted> {
        match self.kernel.next_us() {
            Some(_) => None,
            None => self.kernel.clone().run_to_end(&mut ()).err(),
        }
    }

    /// Lets things happen until there is an event to give. What a machine does is told when its
    /// instant has brought all that it brings.
    fn fill(&mut self) {
        while self.teller.ready.is_empty() {
            let goes_on = self.kernel.step(&mut self.teller);
            if self.kernel.next_us() != Some(self.kernel.now_us()) {
                self.teller.tell_machines(self.kernel.now_us());
            }
            if !goes_on {
                return;
            }
        }
    }
}

impl Iterator for Story {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        self.fill();
        self.teller.ready.pop_front()
    }
}
