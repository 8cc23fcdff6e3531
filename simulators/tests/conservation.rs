//! Nothing appears and nothing gets lost: pieces of orders and material of lots.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::collections::BTreeMap;

use simulators::{Simulation, demo_model};
use twin_model::{Decimal, Event, EventBody, OperationReport};

const EVENTS: usize = 8_000;
const SEEDS: u64 = 5;

/// What was released of one order, and per operation in routing order: good and scrap.
struct Flow {
    released: Decimal,
    steps: Vec<(String, Decimal, Decimal)>,
}

impl Flow {
    /// Work in process before each step; the last one's good is done.
    fn work_in_process(&self) -> Vec<Decimal> {
        let mut entered = self.released;
        let mut waiting = Vec::new();
        for (_, good, scrap) in &self.steps {
            waiting.push(entered - good - scrap);
            entered = *good;
        }
        waiting
    }

    fn add(&mut self, report: &OperationReport) {
        let step = self
            .steps
            .iter_mut()
            .find(|(op, ..)| *op == report.op.as_str());
        let (_, good, scrap) = step.expect("the operation is in the routing");
        *good += report.good.value();
        *scrap += report.scrap.value();
    }
}

fn follow(orders: &mut BTreeMap<String, Flow>, event: &Event, seed: u64) {
    match &event.body {
        EventBody::WorkOrderCreated(body) => {
            let flow = Flow {
                released: body.quantity.value.value(),
                steps: Vec::new(),
            };
            orders.insert(body.order.to_string(), flow);
        }
        EventBody::WorkOrderReleased(body) => {
            let flow = orders.get_mut(body.order.as_str()).unwrap();
            let ops = body.operations.iter().map(|planned| planned.op.to_string());
            flow.steps = ops.map(|op| (op, Decimal::ZERO, Decimal::ZERO)).collect();
        }
        EventBody::OperationProgressed(body) | EventBody::OperationCompleted(body) => {
            let flow = orders.get_mut(body.order.as_str()).unwrap();
            flow.add(body);
            let waiting = flow.work_in_process();
            assert!(
                waiting.iter().all(|pieces| *pieces >= Decimal::ZERO),
                "seed {seed}: {} has {waiting:?} after {event:?}",
                body.order
            );
            let done = flow.steps.last().unwrap().1;
            let scrapped: Decimal = flow.steps.iter().map(|(.., scrap)| *scrap).sum();
            let in_process: Decimal = waiting.iter().sum();
            assert_eq!(
                flow.released,
                done + scrapped + in_process,
                "seed {seed}: {event:?}"
            );
            if let EventBody::OperationCompleted(_) = &event.body {
                let place = flow
                    .steps
                    .iter()
                    .position(|(op, ..)| *op == body.op.as_str())
                    .unwrap();
                assert_eq!(
                    waiting[place],
                    Decimal::ZERO,
                    "seed {seed}: {event:?} leaves pieces"
                );
            }
        }
        _ => {}
    }
}

#[test]
fn released_is_done_plus_scrapped_plus_in_process_after_every_event() {
    for seed in 0..SEEDS {
        let mut orders = BTreeMap::new();
        for event in Simulation::new(&demo_model(), seed, opening())
            .unwrap()
            .take(EVENTS)
        {
            follow(&mut orders, &event, seed);
        }
        assert!(orders.len() > 40, "seed {seed}: {} orders", orders.len());
    }
}

#[test]
fn a_lot_gives_no_more_than_it_got_and_every_output_has_one_origin() {
    for seed in 0..SEEDS {
        let mut on_hand: BTreeMap<String, Decimal> = BTreeMap::new();
        for event in Simulation::new(&demo_model(), seed, opening())
            .unwrap()
            .take(EVENTS)
        {
            match &event.body {
                EventBody::LotCreated(body) => {
                    on_hand.insert(body.lot.to_string(), body.quantity.value.value());
                }
                EventBody::LotTransformed(body) => {
                    for input in &body.inputs {
                        let left = on_hand.get_mut(input.lot.as_str()).expect("a known lot");
                        *left -= input.quantity.value.value();
                        assert!(*left >= Decimal::ZERO, "seed {seed}: {event:?}");
                    }
                    for output in &body.outputs {
                        let pieces = output.quantity.value.value();
                        let before = on_hand.insert(output.lot.to_string(), pieces);
                        assert_eq!(before, None, "seed {seed}: {} is made once", output.lot);
                    }
                }
                EventBody::ShipmentRequested(body) => {
                    for line in &body.lots {
                        let have = on_hand[line.lot.as_str()];
                        assert_eq!(have, line.quantity.value.value(), "seed {seed}: {event:?}");
                    }
                }
                _ => {}
            }
        }
    }
}

fn opening() -> twin_model::Time {
    "2026-03-02T06:00:00Z".parse().unwrap()
}
