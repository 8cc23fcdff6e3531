//! What a plant keeps in memory for each of its orders, counted and not estimated: the states, and
//! what it needs to find and to tend them. One JSON object per line.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a count without its plant has nothing to count"
)]

use allocation_counter::measure;
use benches::shop::{Shop, readable};
use serde_json::json;
use twin_model::{Entity, Plant};

/// Orders of the plant.
const ORDERS: usize = 100_000;
/// What may be kept of an order beside its state, in bytes.
const OVERHEAD_BYTES_GOAL: f64 = 100.0;

fn main() {
    let shop = Shop::new("BENCH", ORDERS).unwrap();
    let events = readable(&shop.set_up().unwrap()).unwrap();
    let mut plant = Plant::new(shop.plant().clone());
    let all = measure(|| {
        for event in &events {
            plant.apply(event).unwrap();
        }
    });
    let mut states: Vec<Entity> = Vec::with_capacity(plant.len());
    states.extend(plant.entities().cloned());
    // What is freed with the plant while its states live is what it kept beside them.
    let beside = -measure(|| drop(plant)).bytes_current;
    let states_bytes = all.bytes_current - beside;
    print("plant_states", states_bytes, None, states.len());
    let goal = Some(OVERHEAD_BYTES_GOAL);
    print("plant_beside_states", beside, goal, states.len());
}

fn print(name: &str, bytes: i64, goal: Option<f64>, entities: usize) {
    let each = bytes as f64 / ORDERS as f64;
    let note = format!(
        "bytes that live after {ORDERS} orders were created, released with four operations and \
         started, by order; {entities} entities"
    );
    let line = json!({
        "name": name,
        "unit": "bytes/order",
        "ours": each.round(),
        "goal": goal,
        "pass": goal.map(|goal| each <= goal),
        "note": note,
    });
    println!("{line}");
}
