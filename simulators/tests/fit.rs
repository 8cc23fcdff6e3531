//! A plant file is told as events, and found again in them.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::sync::Arc;

use simulators::fit::{Fit, Fitted};
use simulators::plant_file::{DowntimeKind, OneOrMore, PlantFile, Step, Times};
use simulators::story::Story;
use twin_model::PlantId;

const KNOWN: &str = r#"
model = "plant/1"
name = "known"
work_center = [{ id = "turning", machines = 2 }, { id = "milling", machines = 3 }, { id = "paint" }]
family = [{ id = "red" }, { id = "blue" }]
setup = [{ to = "red", time = 6 }, { to = "blue", time = { exponential = 9 } }]
downtime = [
    { id = "breaks", work_center = "turning", every = { exponential = 480 }, lasts = { exponential = 30 } },
    { id = "service", work_center = "milling", kind = "maintenance", every = 1440, lasts = 60, resume = "preempt-resume" },
]

[[product]]
id = "shaft"
pieces = 20
step = [
    { op = "10", work_center = "turning", time = { exponential = 8 }, yield = 0.98 },
    { op = "20", work_center = "milling", time = { log-normal = { mean = 15, deviation = 5 } }, rework = { probability = 0.1, to = "10" } },
    { op = "30", work_center = "paint", time = 4, setup = "red", scrap = 0.05 },
]

[[product]]
id = "bush"
step = [
    { op = "10", work_center = "turning", time = { uniform = [2, 6] }, inspection = { hold = 0.2, lasts = { exponential = 40 }, scrap = 0.25 } },
    { op = "20", work_center = "paint", time = 3, setup = "blue", sample = 0.6 },
]

[[release]]
product = "shaft"
every = { exponential = 12 }
due = 300

[[release]]
product = "bush"
every = { exponential = 15 }
priority = 2
"#;

const SEED: u64 = 20;
const EVENTS: usize = 120_000;

fn fitted() -> Fitted {
    let (file, floor) = PlantFile::read("known.toml", KNOWN).unwrap();
    let plant: PlantId = "P1".parse().unwrap();
    let opening = "2026-03-02T00:00:00Z".parse().unwrap();
    let story = Story::new(&file, Arc::new(floor), &plant, SEED, opening).unwrap();
    let mut fit = Fit::new();
    for event in story.take(EVENTS) {
        fit.note(&event);
    }
    fit.plant_file("found").unwrap()
}

/// The mean of a distribution, minutes, as the kernel has it.
fn mean(times: &Times) -> f64 {
    times
        .law(simulators::plant_file::TimeUnit::Minute)
        .unwrap()
        .mean_us()
        / 60e6
}

#[track_caller]
fn near(what: &str, found: f64, known: f64, tolerance: f64) {
    let off = (found - known).abs() / known;
    assert!(
        off <= tolerance,
        "{what}: {found}, in the model {known}, seed {SEED}"
    );
}

fn step<'f>(fitted: &'f Fitted, product: &str, op: &str) -> &'f Step {
    let product = fitted
        .file
        .product
        .iter()
        .find(|it| it.id == product)
        .unwrap();
    product.step.iter().find(|it| it.op == op).unwrap()
}

#[test]
fn a_known_plant_is_found_in_its_events_within_stated_tolerances() {
    let fitted = fitted();
    let file = &fitted.file;
    let centers: Vec<(&str, u32)> = file
        .work_center
        .iter()
        .map(|it| (it.id.as_str(), it.machines))
        .collect();
    assert_eq!(centers, [("milling", 3), ("paint", 1), ("turning", 2)]);
    let routes: Vec<(&str, Vec<&str>)> = file
        .product
        .iter()
        .map(|it| {
            (
                it.id.as_str(),
                it.step.iter().map(|step| step.op.as_str()).collect(),
            )
        })
        .collect();
    assert_eq!(
        routes,
        [
            ("bush", vec!["10", "20"]),
            ("shaft", vec!["10", "20", "30"])
        ]
    );
    let at = |product, op| step(&fitted, product, op).work_center.clone();
    assert_eq!(at("shaft", "20"), OneOrMore::One("milling".to_owned()));
    for (product, op, known) in [
        ("shaft", "10", 8.0),
        ("shaft", "20", 15.0),
        ("shaft", "30", 4.0),
        ("bush", "10", 4.0),
    ] {
        near(
            &format!("time of {product} {op}"),
            mean(&step(&fitted, product, op).time),
            known,
            0.05,
        );
    }
    near("yield", step(&fitted, "shaft", "10").r#yield, 0.98, 0.002);
    near("scrap", step(&fitted, "shaft", "30").scrap, 0.05, 0.2);
    let rework = step(&fitted, "shaft", "20").rework.clone().unwrap();
    assert_eq!(rework.to, "10");
    near("rework", rework.probability, 0.1, 0.1);
    near("sampled", step(&fitted, "bush", "20").sample, 0.6, 0.05);
    let inspection = step(&fitted, "bush", "10").inspection.clone().unwrap();
    near("inspected", inspection.hold, 0.2, 0.1);
    near("inspected for", mean(&inspection.lasts), 40.0, 0.1);
    near("inspected and scrapped", inspection.scrap, 0.25, 0.15);
    for (product, known) in [("shaft", 12.0), ("bush", 15.0)] {
        let release = file
            .release
            .iter()
            .find(|it| it.product == product)
            .unwrap();
        near(
            "interval",
            mean(release.every.as_ref().unwrap()),
            known,
            0.05,
        );
    }
    let urgent = file.release.iter().find(|it| it.product == "bush").unwrap();
    assert_eq!((urgent.priority, urgent.due), (2, None));
}

#[test]
fn stops_and_changeovers_of_a_known_plant_are_found_in_its_events() {
    let fitted = fitted();
    let file = &fitted.file;
    let stop = |kind| file.downtime.iter().find(|it| it.kind == kind).unwrap();
    let breaks = stop(DowntimeKind::Breakdown);
    assert_eq!(breaks.work_center, "turning");
    near("between breakdowns", mean(&breaks.every), 480.0, 0.1);
    near("repair", mean(&breaks.lasts), 30.0, 0.1);
    let service = stop(DowntimeKind::Maintenance);
    assert_eq!(service.work_center, "milling");
    near("between services", mean(&service.every), 1440.0, 0.01);
    near("service", mean(&service.lasts), 60.0, 0.01);
    for (family, known) in [("red", 6.0), ("blue", 9.0)] {
        let setup = file.setup.iter().find(|it| it.to == family).unwrap();
        near("setup", mean(&setup.time), known, 0.1);
    }
    assert_eq!(step(&fitted, "bush", "20").setup.as_deref(), Some("blue"));
    assert!(fitted.assumed.len() > 3, "{:?}", fitted.assumed);
}

#[test]
fn a_log_without_operations_makes_no_plant_and_says_what_it_needs() {
    let error = Fit::new().plant_file("nothing").unwrap_err().to_string();
    assert!(error.contains("mfg.operation.started"), "{error}");
}
