//! Allocations, counted and not timed: of a progress report by stage, and of `Plant::apply` by
//! event type over some days of the demo plant. One JSON object per line.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a count without its plant has nothing to count"
)]

use std::collections::BTreeMap;

use actors::Input;
use allocation_counter::measure;
use benches::borrowed_event::BorrowedEvent;
use benches::shop::Shop;
use benches::story::Story;
use serde_json::json;
use twin_model::{Event, Plant, wire};

/// Reports over which the counts of the stages are averaged.
const REPORTS: usize = 10_000;
/// Events of the demo plant.
const EVENTS: usize = 100_000;

/// What was allocated over a number of events.
#[derive(Default)]
struct Allocated {
    events: u64,
    count: u64,
    bytes: u64,
    /// Events without any.
    none: u64,
}

impl Allocated {
    fn add(&mut self, events: u64, work: impl FnOnce()) {
        let counted = measure(work);
        self.events += events;
        self.count += counted.count_total;
        self.bytes += counted.bytes_total;
        self.none += u64::from(counted.count_total == 0);
    }

    fn print(&self, name: &str) {
        let each = |total: u64| (total as f64 / self.events as f64 * 100.0).round() / 100.0;
        let line = json!({
            "name": name,
            "unit": "allocations/event",
            "ours": each(self.count),
            "bytes": each(self.bytes),
            "share_without": each(self.none),
            "events": self.events,
        });
        println!("{line}");
    }
}

fn main() {
    by_stage();
    by_type();
}

fn by_stage() {
    let shop = Shop::new("BENCH", 1_000).unwrap();
    let mut plant = Plant::new(shop.plant().clone());
    for bytes in shop.set_up().unwrap() {
        plant.apply(&wire::decode(&bytes).unwrap()).unwrap();
    }
    let reports = shop.reports("r", REPORTS).unwrap();
    let events: Vec<Event> = reports.iter().map(|b| wire::decode(b).unwrap()).collect();
    let stage = |name: &str, mut work: Box<dyn FnMut(usize) + '_>| {
        let mut allocated = Allocated::default();
        for n in 0..REPORTS {
            allocated.add(1, || work(n));
        }
        allocated.print(name);
    };
    stage(
        "progress report: serde_json into borrowed fields",
        Box::new(|n| {
            let event: BorrowedEvent<'_> = serde_json::from_slice(&reports[n]).unwrap();
            assert!(!event.id.is_empty());
        }),
    );
    stage(
        "progress report: wire::decode",
        Box::new(|n| drop(wire::decode(&reports[n]).unwrap())),
    );
    stage(
        "progress report: Input::decode",
        Box::new(|n| assert!(Input::decode(reports[n].clone()).event().is_some())),
    );
    stage(
        "progress report: Plant::apply",
        Box::new(|n| drop(plant.apply(&events[n]).unwrap())),
    );
}

fn by_type() {
    let story = Story::of(EVENTS).unwrap();
    let mut plant = Plant::new(story.plant().clone());
    let mut types: BTreeMap<&'static str, Allocated> = BTreeMap::new();
    for event in story.events() {
        let allocated = types.entry(event.body.type_name()).or_default();
        allocated.add(1, || drop(plant.apply(event).unwrap()));
    }
    for (name, _) in story.commonest() {
        types[name].print(name);
    }
}
