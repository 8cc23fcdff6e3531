//! A live plant, questions about it, and the smallest one whose answers can be worked out by hand.

use simulators::plant_file::{DispatchRule, OneOrMore, Times, WorkCenter};
use simulators::what_if::{Change, Forecast, LivingModel, OrderForecast, Study, living_model};
use simulators::{Simulation, demo_model};
use twin_model::{Plant, Time};

/// The demo plant some hours after its opening.
pub(crate) fn live(seed: u64) -> (Plant, Time) {
    let opening: Time = "2026-03-02T06:00:00Z".parse().unwrap();
    let now = opening.plus_seconds(4 * 3_600);
    let mut simulation = Simulation::new(&demo_model(), seed, opening).unwrap();
    while simulation.peek_time().is_some_and(|time| time <= now) {
        simulation.next();
    }
    (simulation.plant().clone(), now)
}

/// The answer of so many runs, so many hours ahead.
pub(crate) fn asked(
    living: &LivingModel,
    changes: &[Change],
    now: Time,
    runs: u32,
    horizon_h: u32,
) -> Forecast {
    let mut study = Study::new(living, changes, now, 7, horizon_h).unwrap();
    while study.runs() < runs {
        assert!(study.run(&mut || true));
    }
    study.forecast().unwrap()
}

pub(crate) fn answer(living: &LivingModel, changes: &[Change], now: Time) -> Forecast {
    asked(living, changes, now, 60, 14 * 24)
}

pub(crate) fn of<'a>(forecast: &'a Forecast, name: &str) -> &'a OrderForecast {
    let mut orders = forecast.orders.iter();
    orders.find(|order| order.order.as_str() == name).unwrap()
}

/// One order, an hour at A and half an hour at B, with nothing by chance.
pub(crate) fn two_steps() -> (LivingModel, Time) {
    let (plant, now) = live(42);
    let mut living = living_model(&plant, now, DispatchRule::Fifo);
    living.file.downtime.clear();
    living.file.work_center = vec![
        WorkCenter::of("A".to_owned(), 1),
        WorkCenter::of("B".to_owned(), 1),
    ];
    living.file.lot.truncate(1);
    living.file.lot[0].in_work = None;
    living.orders.truncate(1);
    living.assumptions.overdue.clear();
    let wanted = living.file.lot[0].product.clone();
    living.file.product.retain(|product| product.id == wanted);
    let product = &mut living.file.product[0];
    let mut step = product.step[0].clone();
    product.step.clear();
    for (op, center, minutes) in [("10", "A", 60.0), ("20", "B", 30.0)] {
        step.op = op.to_owned();
        step.work_center = OneOrMore::One(center.to_owned());
        step.time = Times::Always(minutes);
        product.step.push(step.clone());
    }
    (living, now)
}

/// In how many minutes the one order of [`two_steps`] is done.
pub(crate) fn done_min(living: &LivingModel, changes: &[Change], now: Time) -> f64 {
    let forecast = asked(living, changes, now, 1, 14 * 24);
    let done = forecast.orders[0].p50.expect("it is done");
    done.micros_since(now) as f64 / 60e6
}
