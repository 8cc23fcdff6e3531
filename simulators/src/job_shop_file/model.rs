//! A job-shop instance as a plant file.

use super::JobShop;
use crate::plant_file::{OpeningLot, PlantFile, Product, Step, Times, WorkCenter};

impl JobShop {
    /// The instance as a plant: a work center for each machine (`M0`, …), a product and one lot
    /// for each job (`J0`, …), all there from the begin. A unit of the file is a minute; it names
    /// none.
    pub fn plant_file(&self, name: &str) -> PlantFile {
        let mut file = PlantFile::empty(name);
        file.work_center = (0..self.machines())
            .map(|machine| WorkCenter::of(format!("M{machine}"), 1))
            .collect();
        for (job, steps) in self.jobs().iter().enumerate() {
            let id = format!("J{job}");
            let step = |(place, step): (usize, &super::JobStep)| {
                let time = Times::Always(f64::from(step.time));
                Step::of(
                    format!("{}", 10 * (place + 1)),
                    format!("M{}", step.machine),
                    time,
                )
            };
            file.product.push(Product {
                id: id.clone(),
                pieces: 1,
                step: steps.iter().enumerate().map(step).collect(),
            });
            file.lot.push(OpeningLot::of(id.clone(), id));
        }
        file
    }
}
