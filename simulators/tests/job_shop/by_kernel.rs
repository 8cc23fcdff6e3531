//! The kernel on the published instances: the schedules of the reference, whatever the rule.

use std::sync::Arc;

use simulators::kernel::{Happening, Kernel, Watch};
use simulators::plant_file::{DispatchRule, PlantFile};

use crate::instances::published;
use crate::reference::{Done, RULES, Rule, makespan, schedule};

/// Microseconds of one minute, the unit that stands for that of the instances.
const MINUTE_US: i64 = 60_000_000;

/// Notes every step as it is carried out.
#[derive(Default)]
struct Steps {
    open: Vec<(u64, i64)>,
    done: Vec<Done>,
}

impl Watch for Steps {
    fn sees(&mut self, at_us: i64, what: Happening<'_>) {
        match what {
            Happening::Started { lot, .. } => self.open.push((lot.number, at_us)),
            Happening::Ended { machine, lot } => {
                let place = self
                    .open
                    .iter()
                    .position(|(number, _)| *number == lot.number);
                let (number, start_us) = self.open.swap_remove(place.unwrap());
                self.done.push(Done {
                    start: (start_us / MINUTE_US) as u64,
                    end: (at_us / MINUTE_US) as u64,
                    machine: machine as usize,
                    job: number as usize,
                });
            }
            _ => {}
        }
    }
}

fn by_kernel(file: &PlantFile, rule: Rule) -> Vec<Done> {
    let file = PlantFile {
        dispatch: match rule {
            Rule::Fifo => DispatchRule::Fifo,
            Rule::Spt => DispatchRule::Spt,
            Rule::Mwkr => DispatchRule::Mwkr,
        },
        ..file.clone()
    };
    let mut steps = Steps::default();
    let mut kernel = Kernel::new(Arc::new(file.floor().unwrap()), 1, 0, &mut steps);
    kernel.run_to_end(&mut steps).unwrap();
    steps.done.sort_unstable();
    steps.done
}

#[test]
fn every_schedule_is_that_of_the_reference_and_no_bound_forbids_it() {
    let Some(instances) = published() else {
        return;
    };
    for instance in &instances {
        let file = instance.shop.plant_file(&instance.name);
        for rule in RULES {
            let found = by_kernel(&file, rule);
            let mut expected = schedule(&instance.shop, rule);
            expected.sort_unstable();
            assert_eq!(found, expected, "{} by {rule:?}", instance.name);
            assert!(makespan(&found) >= instance.bound, "{}", instance.name);
        }
    }
    println!("{} instances, {} rules", instances.len(), RULES.len());
}
