//! Same model and seed, same bytes; and a change in one place of the model changes no other.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use simulators::plant_model::PlantModel;
use simulators::{Simulation, demo_model};
use twin_model::{EventBody, Mode, Time};

const SEED: u64 = 42;
const EVENTS: usize = 2_000;

/// blake3 of the first 2,000 events of seed 42 as JSON lines. It changes with the demo model, the
/// kernel or the wire form, and then only on purpose.
const PINNED: &str = "78442ce1de78209505102126818187a02004ab753d2ee956c8a889cd865eb50c";

fn opening() -> Time {
    "2026-03-02T06:00:00Z".parse().unwrap()
}

fn run(model: &PlantModel, seed: u64) -> Simulation {
    Simulation::new(model, seed, opening()).unwrap()
}

fn digest(seed: u64) -> String {
    let mut hasher = blake3::Hasher::new();
    for event in run(&demo_model(), seed).take(EVENTS) {
        hasher.update(twin_model::wire::encode(&event).as_bytes());
        hasher.update(b"\n");
    }
    hasher.finalize().to_hex().to_string()
}

#[test]
fn the_same_seed_gives_the_same_bytes_on_every_machine() {
    assert_eq!(digest(SEED), PINNED);
    assert_eq!(digest(SEED), digest(SEED));
}

#[test]
fn different_seeds_give_different_plants_and_never_share_an_event_id() {
    assert_ne!(digest(1), digest(2));
    let first = run(&demo_model(), 1).next().unwrap();
    let second = run(&demo_model(), 2).next().unwrap();
    assert_eq!(first.source, second.source);
    assert_ne!(first.id, second.id);
}

#[test]
fn a_copy_in_the_middle_goes_on_as_the_original_does() {
    let mut original = run(&demo_model(), SEED);
    original.by_ref().take(3_000).for_each(drop);
    let copy = original.clone();
    assert!(original.take(1_000).eq(copy.take(1_000)));
}

/// Breakdowns and maintenance: when, where and why.
fn stops(model: &PlantModel, seed: u64) -> Vec<(Time, String, String)> {
    let mut stops = Vec::new();
    let mut simulation = run(model, seed);
    let end = opening().plus_seconds(24 * 3_600);
    while simulation.peek_time().unwrap() < end {
        let event = simulation.next().unwrap();
        if let EventBody::WorkCenterStateChanged(body) = event.body
            && let Some(reason) = body.reason
            && matches!(body.mode, Mode::None | Mode::Maintenance)
        {
            stops.push((event.time, body.work_center.to_string(), reason.to_string()));
        }
    }
    stops
}

#[test]
fn switching_quality_holds_off_does_not_move_a_single_machine_stop() {
    for seed in 0..5 {
        let with_quality = demo_model();
        let without_quality = PlantModel {
            quality: None,
            ..demo_model()
        };
        let stops_with = stops(&with_quality, seed);
        assert!(
            stops_with.len() > 30,
            "seed {seed}: {} stops",
            stops_with.len()
        );
        assert_eq!(stops_with, stops(&without_quality, seed), "seed {seed}");
        let holds = run(&without_quality, seed)
            .take(5_000)
            .filter(|event| matches!(event.body, EventBody::HoldPlaced(_)));
        assert_eq!(holds.count(), 0, "seed {seed}");
    }
}
