//! What is said of each order, and what changes do to it.

use std::sync::Arc;

use simulators::kernel::{Happening, Kernel, Watch};
use simulators::plant_file::{DispatchRule, PlantFile};
use simulators::statistics::{Confidence, ForecastScore, Percentiles};
use simulators::what_if::{Change, living_model};

use twin_model::{Entity, EntityKey};

use crate::scene::{answer, live, of};

const HOUR_US: i64 = 3_600_000_000;

#[test]
fn every_released_order_is_forecast_or_told_why_not_and_the_same_question_has_the_same_answer() {
    let (plant, now) = live(42);
    let living = living_model(&plant, now, DispatchRule::Fifo);
    assert!(living.orders.len() > 5, "{} orders", living.orders.len());
    assert!(living.assumptions.observed_operations > 20);
    let first = answer(&living, &[], now);
    assert_eq!(first, answer(&living, &[], now));
    assert_eq!(first.orders.len(), living.orders.len());
    for order in &first.orders {
        let (p10, p50, p90) = (order.p10.unwrap(), order.p50.unwrap(), order.p90.unwrap());
        assert!(now < p10 && p10 <= p50 && p50 <= p90, "{order:?}");
        assert!(order.later_min.is_none(), "nothing was changed");
        let late = order.late.expect("each order of the demo has a due date");
        assert!(
            late.low <= late.share && late.share <= late.high,
            "{late:?}"
        );
    }
    assert!(first.load.iter().any(|load| load.busy > 0.05));
    assert!(
        first
            .load
            .iter()
            .all(|load| (0.0..=1.0).contains(&load.busy))
    );
}

#[test]
fn a_work_center_that_stands_still_delays_the_orders_that_need_it_and_the_plant_does_not_change() {
    let (plant, now) = live(42);
    let before = plant.state_hash();
    let living = living_model(&plant, now, DispatchRule::Fifo);
    // The first order's first work center.
    let simulators::plant_file::OneOrMore::One(center) =
        living.file.product[0].step[0].work_center.clone()
    else {
        panic!("a live operation has one work center");
    };
    let down = Change::WorkCenterDown {
        work_center: center,
        in_min: 0.0,
        for_min: 600.0,
    };
    let changed = answer(&living, &[down], now);
    let first = of(&changed, living.orders[0].0.as_str());
    let later = first.later_min.expect("both finish");
    assert!(later.mean > 300.0, "{later:?}");
    let as_it_is = Change::Priority {
        order: living.file.lot[0].id.clone(),
        priority: 5 - living.file.lot[0].priority,
    };
    let unchanged = answer(&living, &[as_it_is], now);
    for order in &unchanged.orders {
        let later = order.later_min.unwrap();
        assert_eq!(
            (later.mean, later.half_width),
            (0.0, 0.0),
            "the same random numbers"
        );
    }
    assert_eq!(plant.state_hash(), before);
}

#[test]
fn a_more_urgent_order_comes_earlier_and_a_new_one_is_forecast_too() {
    let (plant, now) = live(42);
    let living = living_model(&plant, now, DispatchRule::Fifo);
    let last = &living.orders.last().unwrap().0;
    let changes = [
        Change::Priority {
            order: last.to_string(),
            priority: 1,
        },
        Change::OrderAdded {
            order: "NEW-1".to_owned(),
            like: last.to_string(),
            times: 0.5,
            in_min: 30.0,
            due: Some(now.plus_seconds(86_400)),
            priority: 5,
        },
    ];
    let changed = answer(&living, &changes, now);
    assert!(of(&changed, last.as_str()).later_min.unwrap().mean < 0.0);
    let behind = Change::Priority {
        order: last.to_string(),
        priority: 9,
    };
    let changed_back = answer(&living, &[behind], now);
    let later = of(&changed_back, last.as_str()).later_min.unwrap().mean;
    assert!(later >= 0.0, "less urgent is not earlier: {later}");
    for lot in &living.file.lot {
        let key = EntityKey::WorkOrder(lot.id.parse().unwrap());
        let Some(Entity::WorkOrder(order)) = plant.get(&key) else {
            panic!("{} is in the plant", lot.id);
        };
        assert_eq!(
            lot.priority,
            5 - order.priority(),
            "lower is more urgent in the twin"
        );
    }
    assert!(of(&changed, "NEW-1").p50.unwrap() > now.plus_seconds(1_800));
    assert_eq!(
        of(&changed, "NEW-1").later_min,
        None,
        "it was not there before"
    );
}

#[test]
fn a_change_that_cannot_be_made_is_named() {
    let (plant, now) = live(42);
    let living = living_model(&plant, now, DispatchRule::Fifo);
    let refused = |change: Change| living.changed(&[change], now).unwrap_err().to_string();
    let said = refused(Change::Priority {
        order: "WO-0".to_owned(),
        priority: 1,
    });
    assert_eq!(
        said,
        "change 1: there is no order \"WO-0\" among what is simulated"
    );
    let work_center = living.file.work_center[0].id.clone();
    let said = refused(Change::WorkCenterDown {
        work_center,
        in_min: 0.0,
        for_min: -5.0,
    });
    assert_eq!(said, "change 1: for_min is -5; it must be above zero");
}

/// Notes when the lots of the opening are done.
struct Finish(Vec<i64>);

impl Watch for Finish {
    fn sees(&mut self, at_us: i64, what: Happening<'_>) {
        if let Happening::Done(lot) = what {
            self.0[lot.number as usize] = at_us;
        }
    }
}

/// A small job shop with random times, breakdowns and rework, and twelve orders in it.
fn job_shop() -> PlantFile {
    let mut text = String::from(
        "model = \"plant/1\"\nname = \"shop\"\ndispatch = \"edd\"\n\
         work_center = [{ id = \"A\" }, { id = \"B\", machines = 2 }, { id = \"C\" }]\n\
         downtime = [{ id = \"d\", work_center = \"A\", every = { exponential = 200 }, lasts = { exponential = 40 } }]\n",
    );
    for product in 0..3 {
        text += &format!(
            "[[product]]\nid = \"P{product}\"\nstep = [\n\
             {{ op = \"10\", work_center = \"A\", time = {{ erlang = {{ phases = 3, mean = {} }} }} }},\n\
             {{ op = \"20\", work_center = \"B\", time = {{ exponential = 30 }}, rework = {{ probability = 0.1, to = \"10\" }} }},\n\
             {{ op = \"30\", work_center = \"C\", time = {{ triangular = [5, 10, 30] }} }},\n]\n",
            10 + 5 * product
        );
    }
    for lot in 0..12 {
        text += &format!(
            "[[lot]]\nid = \"L{lot}\"\nproduct = \"P{}\"\nop = \"{}0\"\ndue = {}\n",
            lot % 3,
            1 + lot % 2,
            60 * (lot + 1)
        );
    }
    PlantFile::read("shop.toml", &text).expect("valid").0
}

#[test]
fn when_the_model_is_true_eighty_of_a_hundred_orders_end_between_p10_and_p90() {
    let floor = Arc::new(job_shop().floor().unwrap());
    let run = |seed, replication| {
        let mut finish = Finish(vec![i64::MAX; 12]);
        let mut kernel = Kernel::new(Arc::clone(&floor), seed, replication, &mut finish);
        kernel.run_until(90 * 24 * HOUR_US, &mut finish).unwrap();
        assert!(
            finish.0.iter().all(|&done| done < i64::MAX),
            "all orders end"
        );
        finish.0
    };
    let mut score = ForecastScore::default();
    for trial in 0..300 {
        let truth = run(1_000_000 + trial, 0);
        let runs: Vec<Vec<i64>> = (0..200)
            .map(|replication| run(trial, replication))
            .collect();
        for (order, &end) in truth.iter().enumerate() {
            let ends = runs.iter().map(|run| run[order]).collect();
            let percentiles = Percentiles::of(ends).unwrap();
            score.observe(percentiles.p10(), percentiles.p90(), end);
        }
    }
    let share = score.coverage(Confidence::P99).unwrap();
    assert!((share.raw - 0.8).abs() <= 0.03, "covered {share:?}");
}
