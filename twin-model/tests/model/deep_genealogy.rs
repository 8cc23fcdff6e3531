//! Genealogies as deep as they come: no step is skipped, no stack overflows, no gate searches.
use std::collections::BTreeSet;

use proptest::prelude::*;
use twin_model::{
    Code, DeliveryId, Event, EventBody, GateDecision, HoldPlaced, HoldReleased, HoldScope,
    LotCreated, LotId, LotMerged, LotQuantity, LotTransformed, Plant, ProducedLot, Quantity,
    Rejection, ShipmentRequested, Time, Usage,
};

/// Lots of the deepest chain.
const DEEP: usize = 100_000;
/// Lots of a random genealogy.
const LOTS: usize = 12;

fn kg(amount: &str) -> Quantity {
    Quantity {
        value: amount.parse().unwrap(),
        unit: "KGM".parse().unwrap(),
    }
}

fn lot(n: usize) -> LotId {
    format!("L{n}").parse().unwrap()
}

fn delivery(n: usize) -> DeliveryId {
    format!("D{n}").parse().unwrap()
}

fn event(id: &str, body: EventBody) -> Event {
    Event {
        id: id.parse().unwrap(),
        source: "/s".parse().unwrap(),
        plant: "P1".parse().unwrap(),
        time: "2026-03-01T06:00:00Z".parse::<Time>().unwrap(),
        sequence: None,
        correlation: None,
        body,
    }
}

fn created(n: usize) -> Event {
    let body = LotCreated {
        lot: lot(n),
        material: "M".parse().unwrap(),
        quantity: kg("1000000"),
        measured: None,
        order: None,
        op: None,
        produced_at: None,
        expiry: None,
        usage: Usage::Unrestricted,
    };
    event(&format!("created {n}"), EventBody::LotCreated(body))
}

fn parts(lots: &[usize]) -> Vec<LotQuantity> {
    let part = |n: &usize| LotQuantity {
        lot: lot(*n),
        quantity: kg("1"),
    };
    lots.iter().map(part).collect()
}

fn output(n: usize) -> ProducedLot {
    ProducedLot {
        lot: lot(n),
        material: "M".parse().unwrap(),
        quantity: kg("2"),
    }
}

fn made(from: &[usize], into: usize) -> Event {
    let body = LotTransformed {
        order: None,
        op: None,
        inputs: parts(from),
        outputs: vec![output(into)],
    };
    let id = format!("{from:?} into {into}");
    event(&id, EventBody::LotTransformed(body))
}

/// From one lot through tank T into another, within the hour.
fn through_tank(from: usize, into: usize, hour: u32) -> Event {
    let at = |minute| {
        format!("2026-03-01T{hour:02}:{minute:02}:00Z")
            .parse()
            .unwrap()
    };
    let body = LotMerged {
        parents: parts(&[from]),
        child: output(into),
        tank: Some("T".parse().unwrap()),
        window: Some(twin_model::TimeWindow {
            from: at(0),
            to: at(59),
        }),
    };
    let id = format!("{from} through T into {into} at {hour}");
    event(&id, EventBody::LotMerged(body))
}

fn asked(n: usize) -> Event {
    let body = ShipmentRequested {
        delivery: delivery(n),
        customer: None,
        lots: parts(&[n]),
        units: Vec::new(),
    };
    event(&format!("asked {n}"), EventBody::ShipmentRequested(body))
}

fn codes(plant: &Plant, n: usize) -> Vec<Code> {
    let shipment = plant.shipment(&delivery(n)).unwrap();
    let codes: Vec<Code> = shipment.reasons().iter().map(|r| r.code).collect();
    let blocked = shipment.decision() == GateDecision::Blocked;
    assert_eq!(blocked, !codes.is_empty(), "a blocked gate says why");
    codes
}

/// L0 became L1, L1 became L2 and so on, and somebody wants the last.
fn chain(lots: usize) -> Plant {
    let mut plant = Plant::new("P1".parse().unwrap());
    plant.apply(&created(0)).unwrap();
    for n in 1..lots {
        plant.apply(&made(&[n - 1], n)).unwrap();
    }
    plant.apply(&asked(lots - 1)).unwrap();
    plant
}

#[test]
fn a_hold_reaches_the_end_of_a_chain_of_a_hundred_thousand_lots() {
    let mut plant = chain(DEEP);
    assert_eq!(codes(&plant, DEEP - 1), []);
    let placed = HoldPlaced {
        hold: "H".parse().unwrap(),
        scope: HoldScope::Lot(lot(0)),
        reason: "crack".into(),
        placed_by: None,
        ncr: None,
        propagate: true,
    };
    let turn = plant.apply(&event("held", EventBody::HoldPlaced(placed)));
    assert_eq!(turn.unwrap().touched.len(), DEEP + 2, "hold and gate");
    assert_eq!(codes(&plant, DEEP - 1), [Code::R08]);
    let last = plant.lot(&lot(DEEP - 1)).unwrap();
    let reach = last.reach_of(&"H".parse().unwrap()).unwrap();
    assert_eq!(reach.steps as usize, DEEP - 1);
    let released = HoldReleased {
        hold: "H".parse().unwrap(),
        disposition: "use as is".into(),
        released_by: "QA".into(),
    };
    plant
        .apply(&event("released", EventBody::HoldReleased(released)))
        .unwrap();
    assert_eq!(codes(&plant, DEEP - 1), []);
}

#[test]
fn an_awaited_origin_at_the_other_end_of_a_deep_chain_blocks_as_long_as_it_is_awaited() {
    const DEEP: usize = 20_000;
    let mut plant = chain(DEEP);
    let waits = made(&[DEEP + 1], 0);
    assert_eq!(plant.apply(&waits).unwrap_err().code(), Code::R01);
    plant.note_waiting(&waits, true);
    assert_eq!(codes(&plant, DEEP - 1), [Code::R45]);
    // What is made from it while it is awaited is awaited as well.
    plant.apply(&made(&[DEEP - 2], DEEP)).unwrap();
    plant.apply(&asked(DEEP)).unwrap();
    assert_eq!(codes(&plant, DEEP), [Code::R45]);
    plant.note_waiting(&waits, false);
    assert_eq!(codes(&plant, DEEP - 1), []);
    assert_eq!(codes(&plant, DEEP), []);
}

#[test]
fn a_circle_through_many_lots_is_refused_with_a_path_that_people_can_read() {
    let mut plant = chain(1_000);
    let before = plant.state_hash();
    let cycle = plant.apply(&made(&[999], 0)).unwrap_err();
    assert!(matches!(cycle, Rejection::GenealogyCycle { .. }));
    let text = cycle.to_string();
    assert!(text.contains("L0 -> L1 -> "), "{text}");
    assert!(text.contains(" -> (980 more) -> "), "{text}");
    assert!(text.contains(" -> L998 -> L999"), "{text}");
    assert_eq!(plant.state_hash(), before, "a rejection changes nothing");
}

/// What one step of a random story does.
#[derive(Debug, Clone)]
enum Step {
    Make(Vec<usize>, usize),
    Tank(usize, usize, u32),
    /// An event begins to wait.
    Wait(Box<Event>),
    /// One of those that wait no longer does.
    Go(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let lots = || 0..LOTS;
    let waits = prop_oneof![
        lots().prop_map(|n| made(&[LOTS], n)),
        (lots(), 0..4_u32).prop_map(|(n, hour)| through_tank(LOTS, n, hour)),
    ];
    prop_oneof![
        4 => (prop::collection::vec(lots(), 1..3), lots()).prop_map(|(from, to)| Step::Make(from, to)),
        2 => (lots(), lots(), 0..4_u32).prop_map(|(from, to, hour)| Step::Tank(from, to, hour)),
        2 => waits.prop_map(|event| Step::Wait(Box::new(event))),
        2 => any::<usize>().prop_map(Step::Go),
    ]
}

/// Whether something among what a lot was made from is awaited, by a search.
fn is_behind(plant: &Plant, n: usize, waiting: &[Event]) -> bool {
    let mut seen = BTreeSet::new();
    let mut stack = vec![lot(n)];
    while let Some(id) = stack.pop() {
        let Some(known) = plant.lot(&id).filter(|_| seen.insert(id.clone())) else {
            continue;
        };
        let awaited = waiting.iter().any(|event| match &event.body {
            EventBody::LotTransformed(body) => body.outputs.iter().any(|made| made.lot == id),
            EventBody::LotMerged(body) => {
                let (tank, window) = (body.tank.clone().unwrap(), body.window.unwrap());
                let shared = known.drawings().iter().any(|drawing| {
                    let meets =
                        drawing.window.from <= window.to && window.from <= drawing.window.to;
                    drawing.tank == tank && meets
                });
                body.child.lot == id || shared
            }
            _ => false,
        });
        if awaited {
            return true;
        }
        stack.extend(known.parents().keys().cloned());
    }
    false
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_gate_knows_without_a_search_what_is_awaited_behind_its_lot(
        steps in prop::collection::vec(step(), 1..60),
    ) {
        let mut plant = Plant::new("P1".parse().unwrap());
        for n in 0..LOTS {
            plant.apply(&created(n)).unwrap();
            plant.apply(&asked(n)).unwrap();
        }
        let mut waiting: Vec<Event> = Vec::new();
        for (number, step) in steps.into_iter().enumerate() {
            match step {
                // Circles are refused: a turn that is undone must leave nothing behind.
                Step::Make(from, to) => drop(plant.apply(&made(&from, to))),
                Step::Tank(from, to, hour) => drop(plant.apply(&through_tank(from, to, hour))),
                Step::Wait(event) => {
                    plant.note_waiting(&event, true);
                    waiting.push(*event);
                }
                Step::Go(place) if !waiting.is_empty() => {
                    let event = waiting.remove(place % waiting.len());
                    plant.note_waiting(&event, false);
                }
                Step::Go(_) => {}
            }
            for n in 0..LOTS {
                let expected = is_behind(&plant, n, &waiting).then_some(Code::R45);
                prop_assert_eq!(codes(&plant, n).first().copied(), expected, "step {}, L{}", number, n);
            }
        }
    }
}
