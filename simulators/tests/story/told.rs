//! Random plants, told to a twin event by event.

use std::sync::Arc;

use simulators::kernel::Kernel;
use simulators::plant_file::PlantFile;
use simulators::story::Story;
use twin_model::{Plant, PlantId, Time};

use crate::agreement::{differences, machines_of};
use crate::plants::random_plant;
use crate::shadow::Shadow;

const SEEDS: u64 = 24;
/// Moments in between at which twin and kernel are compared.
const MOMENTS: i64 = 8;
/// So far apart they are, microseconds: five hours and a bit.
const MOMENT_US: i64 = 18_011_000_000;

fn opening() -> Time {
    "2026-03-02T00:00:00Z".parse().unwrap()
}

fn told(seed: u64) -> (PlantFile, Arc<simulators::kernel::Floor>, Story) {
    let text = random_plant(seed);
    let read = PlantFile::read("drawn.toml", &text);
    let (file, floor) = read.unwrap_or_else(|error| panic!("seed {seed}: {error}\n{text}"));
    let floor = Arc::new(floor);
    let plant: PlantId = "P1".parse().unwrap();
    let story = Story::new(&file, Arc::clone(&floor), &plant, seed, opening()).unwrap();
    (file, floor, story)
}

#[test]
fn what_a_plant_file_tells_is_refused_nowhere_and_leads_to_the_state_of_the_kernel() {
    let (mut steps, mut orders) = (0, 0);
    for seed in 0..SEEDS {
        let (file, floor, story) = told(seed);
        let machines = machines_of(&file);
        let mut story = story.peekable();
        let mut plant = Plant::new("P1".parse().unwrap());
        let mut shadow = Shadow::new(&floor);
        let mut kernel = Kernel::new(Arc::clone(&floor), seed, 0, &mut shadow);
        for moment in 1..=MOMENTS {
            let until_us = moment * MOMENT_US;
            let until = opening().plus_micros(until_us);
            while let Some(event) = story.next_if(|event| event.time <= until) {
                if let Err(rejection) = plant.apply(&event) {
                    panic!("seed {seed}: {rejection} at {event:?}");
                }
                steps += 1;
            }
            kernel.run_until(until_us, &mut shadow).unwrap();
            let found = differences(&plant, &shadow, &machines, opening());
            assert_eq!(found, [""; 0], "seed {seed}, at {until}");
        }
        orders += shadow.lots.len();
    }
    assert!(
        steps > 10_000 && orders > 1_000,
        "{steps} events, {orders} orders"
    );
}
