//! A faulty transport: other order, events twice, nothing lost and nothing made up.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};

use simulators::faults::{shuffle_within_streams, with_duplicates};
use simulators::plant_model::PlantModel;
use simulators::{Simulation, demo_model};
use twin_model::{Event, Kind, Plant, Rejection};

const SEED: u64 = 7;

fn events() -> Vec<Event> {
    let opening = "2026-03-02T06:00:00Z".parse().unwrap();
    Simulation::new(&demo_model(), SEED, opening)
        .unwrap()
        .take(3_000)
        .collect()
}

type Stream = (String, String, String);

fn stream(event: &Event) -> Stream {
    let op = event
        .body
        .operation()
        .map(ToString::to_string)
        .unwrap_or_default();
    (event.source.to_string(), event.body.owner().to_string(), op)
}

fn streams(events: &[Event]) -> BTreeMap<Stream, Vec<&Event>> {
    let mut streams: BTreeMap<Stream, Vec<&Event>> = BTreeMap::new();
    for event in events {
        streams.entry(stream(event)).or_default().push(event);
    }
    streams
}

#[test]
fn a_shuffle_keeps_every_stream_and_moves_everything_else() {
    let events = events();
    let shuffled = shuffle_within_streams(&events, SEED);
    assert_eq!(
        streams(&shuffled),
        streams(&events),
        "seed {SEED}: nothing lost, streams in order"
    );
    let kept = events
        .iter()
        .zip(&shuffled)
        .filter(|(before, after)| before == after)
        .count();
    assert!(
        kept * 20 < events.len(),
        "seed {SEED}: {kept} events stayed where they were"
    );
    assert_eq!(shuffled, shuffle_within_streams(&events, SEED));
    assert_ne!(shuffled, shuffle_within_streams(&events, SEED + 1));
}

#[test]
fn a_duplicate_comes_after_its_first_and_is_equal_to_it() {
    let events = events();
    let doubled = with_duplicates(&events, 0.1, SEED);
    let mut seen = BTreeSet::new();
    let firsts: Vec<&Event> = doubled
        .iter()
        .filter(|event| seen.insert((event.source.clone(), event.id.clone())))
        .collect();
    assert!(
        firsts.into_iter().eq(&events),
        "seed {SEED}: the firsts are the events, in order"
    );
    let extra = doubled.len() - events.len();
    assert!(
        (230..=370).contains(&extra),
        "seed {SEED}: {extra} of 3,000 came twice"
    );
    assert!(doubled.iter().all(|event| events.contains(event)));
    assert_eq!(with_duplicates(&events, 0.0, SEED), events);
}

/// Applies events as they come. Parked ones are tried again until nothing more is accepted, and
/// an event never overtakes a parked one of its own stream: a report that did would imply the
/// start that is still parked, and the start would then be refused.
fn apply_with_parking(events: &[Event]) -> (Plant, Vec<Rejection>) {
    let mut plant = Plant::new(demo_model().plant);
    let mut seen = BTreeSet::new();
    let mut parked: Vec<&Event> = Vec::new();
    let mut refused = Vec::new();
    for event in events
        .iter()
        .filter(|it| seen.insert((it.source.clone(), it.id.clone())))
    {
        parked.push(event);
        let mut waiting = usize::MAX;
        while parked.len() < waiting {
            waiting = parked.len();
            let mut blocked = BTreeSet::new();
            parked.retain(|event| {
                if blocked.contains(&stream(event)) {
                    return true;
                }
                match plant.apply(event) {
                    Ok(_) => return false,
                    Err(rejection) if rejection.kind() == Kind::Park => {}
                    Err(rejection) => {
                        refused.push(rejection);
                        return false;
                    }
                }
                blocked.insert(stream(event))
            });
        }
    }
    assert_eq!(
        parked,
        Vec::<&Event>::new(),
        "seed {SEED}: nothing waits at the end"
    );
    (plant, refused)
}

#[test]
fn a_plant_without_holds_ends_in_the_same_state_whatever_the_order() {
    let model = PlantModel {
        quality: None,
        ..demo_model()
    };
    let opening = "2026-03-02T06:00:00Z".parse().unwrap();
    let events: Vec<Event> = Simulation::new(&model, SEED, opening)
        .unwrap()
        .take(1_500)
        .collect();
    let (straight, refused) = apply_with_parking(&events);
    assert_eq!(refused, []);
    for seed in 0..3 {
        let faulty = with_duplicates(&shuffle_within_streams(&events, seed), 0.1, seed);
        let (plant, refused) = apply_with_parking(&faulty);
        assert_eq!(refused, [], "seed {seed}");
        assert_eq!(plant.state_hash(), straight.state_hash(), "seed {seed}");
    }
}
