//! A trace tells a run in the names of its plant file.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::collections::BTreeMap;
use std::sync::Arc;

use simulators::experiment::{TRACE_LINES_MAX, Trace};
use simulators::kernel::{Floor, Kernel};
use simulators::plant_file::PlantFile;

fn floor(breaks_every: f64) -> Arc<Floor> {
    let text = format!(
        r#"
model = "plant/1"
name = "traced"
work_center = [{{ id = "saw" }}, {{ id = "mill", machines = 2 }}]
downtime = [{{ id = "breaks", work_center = "mill", every = {{ exponential = {breaks_every} }}, lasts = 5 }}]
product = [{{ id = "P", step = [
    {{ op = "10", work_center = "saw", time = 4 }},
    {{ op = "20", work_center = "mill", time = {{ exponential = 6 }}, scrap = 0.2 }},
] }}]
release = [{{ product = "P", every = {{ exponential = 6 }} }}]
"#
    );
    Arc::new(PlantFile::read("traced.toml", &text).unwrap().1)
}

#[test]
fn every_lot_waits_works_and_leaves_in_its_trace() {
    let floor = floor(200.0);
    let mut lots: BTreeMap<u64, Vec<String>> = BTreeMap::new();
    let mut machines: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    let mut last_us = 0;
    let mut trace = Trace::new(&floor, |line| {
        assert!(line.at_us >= last_us, "in the order of time");
        last_us = line.at_us;
        if let Some(lot) = line.lot {
            let told = format!("{} {}", line.what, line.op.unwrap());
            lots.entry(lot).or_default().push(told);
        }
        if let (Some(work_center), Some(machine)) = (line.work_center, line.machine) {
            let name = format!("{work_center} {machine}");
            machines.entry(name).or_default().push(line.what);
        }
    });
    let mut kernel = Kernel::new(Arc::clone(&floor), 3, 0, &mut trace);
    kernel.run_until(10_000 * 60_000_000, &mut trace).unwrap();
    assert_eq!(trace.left_out(), 0);
    let good: Vec<&str> = "released 10,queued 10,started 10,ended 10,queued 20,started 20,ended 20"
        .split(',')
        .collect();
    let (mut done, mut scrapped) = (0, 0);
    for told in lots.values() {
        let told: Vec<&str> = told.iter().map(String::as_str).collect();
        match told.last() {
            Some(&"done 20") => done += 1,
            Some(&"scrapped 20") => scrapped += 1,
            _ => {
                assert!(good.starts_with(&told), "{told:?}");
                continue;
            }
        }
        assert_eq!(told[..told.len() - 1], good, "{told:?}");
    }
    assert_eq!(
        (done, scrapped),
        (kernel.counts().done, kernel.counts().scrapped)
    );
    let known: Vec<&str> = machines.keys().map(String::as_str).collect();
    assert_eq!(known, ["mill 0", "mill 1", "saw 0"]);
    assert!(machines["mill 1"].contains(&"stopped"));
    assert!(!machines["saw 0"].contains(&"stopped"));
}

#[test]
fn what_is_beyond_the_limit_is_counted_and_not_given() {
    let floor = floor(0.01);
    let mut given = 0_u64;
    let mut trace = Trace::new(&floor, |_| given += 1);
    let mut kernel = Kernel::new(Arc::clone(&floor), 3, 0, &mut trace);
    let mut minutes = 0;
    while trace.left_out() == 0 {
        minutes += 10_000;
        kernel.run_until(minutes * 60_000_000, &mut trace).unwrap();
    }
    assert_eq!(trace.lines(), TRACE_LINES_MAX);
    assert_eq!(given, TRACE_LINES_MAX);
}
