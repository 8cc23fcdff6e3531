//! The demo plant: accepted by the twin's rules, believable, and lively enough to watch.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};

use simulators::plant_model::InvalidModel;
use simulators::{Simulation, demo_model};
use twin_model::{Entity, EntityKey, Event, EventBody, GateDecision, Plant, Time};

const SEED: u64 = 42;
const SEEDS: u64 = 25;
const MINUTE_US: i64 = 60_000_000;

fn opening() -> Time {
    "2026-03-02T06:00:00Z".parse().unwrap()
}

fn simulation(seed: u64) -> Simulation {
    Simulation::new(&demo_model(), seed, opening()).unwrap()
}

/// The events up to so many minutes after the opening, with whole instants only.
fn events_until(simulation: &mut Simulation, minutes: i64) -> Vec<Event> {
    let end = opening().plus_seconds(minutes * 60);
    let mut events = Vec::new();
    while simulation.peek_time().is_some_and(|time| time < end) {
        events.extend(simulation.next());
    }
    events
}

fn replay(events: &[Event]) -> Plant {
    let mut plant = Plant::new(demo_model().plant);
    for event in events {
        plant
            .apply(event)
            .unwrap_or_else(|rejection| panic!("{rejection}: {event:?}"));
    }
    plant
}

#[test]
fn twenty_thousand_events_are_accepted_and_replay_to_the_truth() {
    let mut simulation = simulation(SEED);
    let mut events: Vec<Event> = simulation.by_ref().take(20_000).collect();
    while simulation.ahead() > 0 {
        events.extend(simulation.next());
    }
    assert_eq!(
        replay(&events).state_hash(),
        simulation.plant().state_hash(),
        "seed {SEED}"
    );
}

#[test]
fn every_event_survives_the_wire_unchanged() {
    for event in simulation(SEED).take(5_000) {
        let text = twin_model::wire::encode(&event);
        assert_eq!(
            twin_model::wire::decode(text.as_bytes()).unwrap(),
            event,
            "{text}"
        );
    }
}

#[test]
fn times_never_go_back_and_each_source_counts_without_a_gap() {
    let mut sequences: BTreeMap<String, u64> = BTreeMap::new();
    let mut ids = BTreeSet::new();
    let mut last: Option<Time> = None;
    for event in simulation(SEED).take(10_000) {
        assert!(last <= Some(event.time), "{event:?}");
        last = Some(event.time);
        let sequence = event.sequence.as_deref().unwrap();
        assert_eq!(sequence.len(), 10, "{sequence}");
        let count = sequences.entry(event.source.to_string()).or_default();
        *count += 1;
        assert_eq!(sequence.parse::<u64>().unwrap(), *count);
        assert!(
            ids.insert((event.source.clone(), event.id.clone())),
            "{:?} twice",
            event.id
        );
        assert!(event.correlation.is_some());
    }
    assert_eq!(
        sequences.len(),
        4 + demo_model().work_centers.len(),
        "every system speaks"
    );
}

#[test]
fn each_event_comes_from_the_system_that_owns_it() {
    for event in simulation(SEED).take(10_000) {
        let source = event.source.as_str();
        let owner = match &event.body {
            EventBody::WorkOrderCreated(_) | EventBody::WorkOrderReleased(_) => "/erp/sap",
            EventBody::OperationStarted(_)
            | EventBody::OperationProgressed(_)
            | EventBody::OperationCompleted(_)
            | EventBody::LotTransformed(_) => "/mes/line",
            EventBody::HoldPlaced(_) | EventBody::HoldReleased(_) => "/qms",
            EventBody::LotCreated(_) | EventBody::ShipmentRequested(_) => "/wms",
            EventBody::OwnershipPublished(_) => "/twin",
            EventBody::WorkCenterStateChanged(body) => {
                assert_eq!(source, format!("/edge/{}", body.work_center));
                continue;
            }
            other => panic!("{} is not simulated", other.type_name()),
        };
        assert_eq!(source, owner, "{event:?}");
    }
}

#[test]
fn the_opening_finds_a_plant_in_mid_life() {
    for seed in (0..SEEDS).chain([SEED]) {
        let mut simulation = simulation(seed);
        let plant = replay(&events_until(&mut simulation, 0));
        let mut stages: BTreeMap<&str, usize> = BTreeMap::new();
        let mut late = 0;
        let mut running = 0;
        for entity in plant.entities() {
            match entity {
                Entity::WorkOrder(order) => {
                    *stages.entry(order.lifecycle().as_str()).or_default() += 1;
                    let end = order.actual_end().unwrap_or(opening());
                    late += usize::from(order.planned_end() < Some(end));
                }
                Entity::WorkCenter(center) => {
                    running += usize::from(center.running().next().is_some())
                }
                _ => {}
            }
        }
        println!("seed {seed}: {stages:?}, late {late}, running {running}");
        let orders: usize = stages.values().sum();
        assert!(
            (25..=48).contains(&orders),
            "seed {seed}: {orders} orders {stages:?}"
        );
        for stage in ["created", "in_process", "completed"] {
            assert!(stages.contains_key(stage), "seed {seed}: {stages:?}");
        }
        assert!(running >= 3, "seed {seed}: {running} work centers run");
    }
}

#[test]
fn something_happens_in_nearly_every_minute_after_the_opening() {
    const MINUTES: i64 = 240;
    for seed in 0..SEEDS {
        let mut simulation = simulation(seed);
        events_until(&mut simulation, 0);
        let mut lively = BTreeSet::new();
        let mut last_us = opening().as_micros();
        let mut quiet_us = 0;
        for event in events_until(&mut simulation, MINUTES) {
            lively.insert(event.time.micros_since(opening()) / MINUTE_US);
            quiet_us = quiet_us.max(event.time.as_micros() - last_us);
            last_us = event.time.as_micros();
        }
        assert!(
            lively.len() as i64 * 100 >= MINUTES * 95,
            "seed {seed}: {} lively",
            lively.len()
        );
        assert!(
            quiet_us <= 3 * MINUTE_US,
            "seed {seed}: {} s quiet",
            quiet_us / 1_000_000
        );
    }
}

#[test]
fn the_opening_hold_blocks_a_delivery_that_later_clears() {
    for seed in 0..SEEDS {
        let mut simulation = simulation(seed);
        let mut plant = replay(&events_until(&mut simulation, 0));
        let mut blocked = None;
        let mut placed_at = None;
        for event in events_until(&mut simulation, 180) {
            plant.apply(&event).unwrap();
            let minutes = event.time.micros_since(opening()) / MINUTE_US;
            match &event.body {
                EventBody::HoldPlaced(body) if minutes == 20 && placed_at.is_none() => {
                    placed_at = Some(event.time);
                    let Entity::Lot(lot) = plant.get(&body.scope.target().unwrap()).unwrap() else {
                        panic!("seed {seed}: the hold is on a lot");
                    };
                    assert!(
                        !lot.children().is_empty(),
                        "seed {seed}: descendants are held too"
                    );
                }
                EventBody::ShipmentRequested(body) if placed_at.is_some() && minutes <= 22 => {
                    let key = EntityKey::Shipment(body.delivery.clone());
                    if decision(&plant, &key) == GateDecision::Blocked {
                        blocked = Some(key);
                    }
                }
                _ => {}
            }
        }
        assert!(
            placed_at.is_some(),
            "seed {seed}: a hold comes 20 minutes after the opening"
        );
        let blocked = blocked.unwrap_or_else(|| panic!("seed {seed}: a delivery is blocked"));
        assert_eq!(
            decision(&plant, &blocked),
            GateDecision::Cleared,
            "seed {seed}"
        );
    }
}

fn decision(plant: &Plant, key: &EntityKey) -> GateDecision {
    match plant.get(key) {
        Some(Entity::Shipment(shipment)) => shipment.decision(),
        other => panic!("{key:?} is a shipment, not {other:?}"),
    }
}

#[test]
fn a_model_that_cannot_run_is_refused_by_name() {
    let mut model = demo_model();
    model.products[0].routing[2].group = "forging";
    let refused = Simulation::new(&model, SEED, opening()).err();
    assert!(
        matches!(
            &refused,
            Some(InvalidModel::UnknownGroup {
                group: "forging",
                ..
            })
        ),
        "{refused:?}"
    );
    let mut model = demo_model();
    model.raw_materials.clear();
    let refused = Simulation::new(&model, SEED, opening()).err();
    assert_eq!(
        refused,
        Some(InvalidModel::Missing {
            kind: "raw material"
        })
    );
}
