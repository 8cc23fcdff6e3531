//! The published instances: shapes, bounds, and the reference scheduler on all of them.

use std::fs;
use std::path::Path;

use serde_json::Value;
use simulators::job_shop_file::JobShop;

use crate::real_data::real_data;
use crate::reference::{Done, RULES, Rule, makespan, schedule};

/// Makespans of non-delay FIFO, SPT and MWKR as a separate prototype found them, with ties to the
/// lower job number.
const KNOWN: [(&str, [u64; 3]); 4] = [
    ("ft06", [65, 88, 61]),
    ("ft10", [1184, 1074, 1108]),
    ("ft20", [1645, 1267, 1501]),
    ("ta01", [1486, 1462, 1491]),
];

/// An instance, and the least makespan that is possible: the optimum or a proven bound.
pub(crate) struct Published {
    pub(crate) name: String,
    pub(crate) shop: JobShop,
    pub(crate) bound: u64,
}

/// All instances that are listed and there; `None` where the environment says that none are.
pub(crate) fn published() -> Option<Vec<Published>> {
    let folder = real_data("jsplib")?;
    let text = fs::read_to_string(folder.join("instances.json")).unwrap();
    let list: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert!(list.len() >= 50, "{} instances are listed", list.len());
    Some(list.iter().map(|entry| read(&folder, entry)).collect())
}

fn read(folder: &Path, entry: &Value) -> Published {
    let name = entry["name"].as_str().unwrap().to_owned();
    let text = fs::read_to_string(folder.join(entry["path"].as_str().unwrap())).unwrap();
    let shop = JobShop::read(&name, &text).unwrap();
    assert_eq!(
        Some(shop.jobs().len() as u64),
        entry["jobs"].as_u64(),
        "{name}"
    );
    assert_eq!(
        Some(shop.machines() as u64),
        entry["machines"].as_u64(),
        "{name}"
    );
    let bound = entry["optimum"]
        .as_u64()
        .or(entry["bounds"]["lower"].as_u64());
    Published {
        bound: bound.unwrap(),
        name,
        shop,
    }
}

#[track_caller]
fn feasible(shop: &JobShop, done: &[Done]) {
    for (job, steps) in shop.jobs().iter().enumerate() {
        let mut of_job: Vec<Done> = done
            .iter()
            .copied()
            .filter(|step| step.job == job)
            .collect();
        of_job.sort_unstable();
        let order: Vec<_> = of_job
            .iter()
            .map(|step| (step.machine, step.end - step.start))
            .collect();
        let asked: Vec<_> = steps
            .iter()
            .map(|step| (step.machine, u64::from(step.time)))
            .collect();
        assert_eq!(order, asked, "job {job}");
        assert!(
            of_job.windows(2).all(|pair| pair[0].end <= pair[1].start),
            "job {job}"
        );
    }
    for machine in 0..shop.machines() {
        let mut on: Vec<Done> = done
            .iter()
            .copied()
            .filter(|step| step.machine == machine)
            .collect();
        on.sort_unstable();
        assert!(
            on.windows(2).all(|pair| pair[0].end <= pair[1].start),
            "machine {machine}"
        );
    }
}

#[test]
fn the_reference_makes_feasible_schedules_that_no_bound_forbids() {
    let Some(all) = published() else { return };
    for Published { name, shop, bound } in &all {
        for rule in RULES {
            let done = schedule(shop, rule);
            feasible(shop, &done);
            let span = makespan(&done);
            assert!(
                span >= *bound,
                "{name} by {rule:?}: {span} below the bound {bound}"
            );
        }
    }
}

#[test]
fn the_reference_gives_the_known_makespans() {
    let Some(all) = published() else { return };
    for (name, expected) in KNOWN {
        let instance = all.iter().find(|one| one.name == name).unwrap();
        let spans = RULES.map(|rule| makespan(&schedule(&instance.shop, rule)));
        assert_eq!(spans, expected, "{name}");
    }
}

#[test]
fn a_small_shop_is_scheduled_as_by_hand() {
    // Both jobs want machine 0 first. SPT takes job 1 (2 before 3), then job 0 runs 2..5 and
    // 5..6; job 1 is on machine 1 from 2 to 6, so job 0 waits and runs 6..7 there.
    let shop = JobShop::read("by hand", "2 2\n0 3 1 1\n0 2 1 4\n").unwrap();
    let done = schedule(&shop, Rule::Spt);
    let told: Vec<_> = done
        .iter()
        .map(|s| (s.job, s.machine, s.start, s.end))
        .collect();
    assert_eq!(
        told,
        [(1, 0, 0, 2), (0, 0, 2, 5), (1, 1, 2, 6), (0, 1, 6, 7)]
    );
    // FIFO takes job 0 of the two that came together.
    assert_eq!(schedule(&shop, Rule::Fifo)[0].job, 0);
    // MWKR takes job 1: 6 are left of it, 4 of job 0.
    assert_eq!(schedule(&shop, Rule::Mwkr)[0].job, 1);
}
