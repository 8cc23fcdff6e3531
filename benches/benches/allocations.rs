//! Allocations per progress report, by stage, counted and not timed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a count without its plant has nothing to count"
)]

use actors::Input;
use allocation_counter::measure;
use benches::borrowed_event::BorrowedEvent;
use benches::shop::Shop;
use twin_model::{Event, Plant, wire};

/// Reports over which the counts are averaged.
const REPORTS: u32 = 10_000;

fn count(stage: &str, work: impl FnOnce()) {
    let counted = measure(work);
    println!(
        "{stage}: {:.2} allocations, {:.0} bytes per report",
        counted.count_total as f64 / f64::from(REPORTS),
        counted.bytes_total as f64 / f64::from(REPORTS),
    );
}

fn main() {
    let shop = Shop::new("BENCH", 1_000).unwrap();
    let mut plant = Plant::new(shop.plant().clone());
    for bytes in shop.set_up().unwrap() {
        plant.apply(&wire::decode(&bytes).unwrap()).unwrap();
    }
    let reports = shop.reports("r", REPORTS as usize).unwrap();
    let events: Vec<Event> = reports.iter().map(|b| wire::decode(b).unwrap()).collect();

    count("serde_json into borrowed fields", || {
        for bytes in &reports {
            let event: BorrowedEvent<'_> = serde_json::from_slice(bytes).unwrap();
            assert!(!event.id.is_empty());
        }
    });
    count("wire::decode", || {
        for bytes in &reports {
            wire::decode(bytes).unwrap();
        }
    });
    count("Input::decode", || {
        for bytes in &reports {
            assert!(Input::decode(bytes.clone()).event().is_some());
        }
    });
    count("Plant::apply", || {
        for event in &events {
            plant.apply(event).unwrap();
        }
    });
}
