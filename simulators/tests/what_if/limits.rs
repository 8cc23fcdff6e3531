//! What a forecast cannot know, what it assumes, and where a question ends.

use simulators::plant_file::{
    CountsFrom, DispatchRule, Downtime, DowntimeBasis, DowntimeKind, Times,
};
use simulators::what_if::{Change, HoursAre, MACHINES_MAX, NoAnswer, Study, living_model};

use crate::scene::{asked, done_min, live, two_steps};

#[test]
fn an_order_due_after_the_end_of_what_is_looked_at_is_not_called_late() {
    let (mut living, now) = two_steps();
    living.orders[0].1 = Some(now.plus_seconds(2 * 3_600));
    let looked = |horizon_h| asked(&living, &[], now, 10, horizon_h).orders.remove(0);
    let short = looked(1);
    assert_eq!(
        (short.p10, short.late),
        (None, None),
        "done after 90 minutes"
    );
    let why = short.late_unknown.expect("a sentence");
    assert!(why.contains("10 of 10 runs do not finish it"), "{why}");
    assert!(why.ends_with("ask with a horizon_h of at least 3"), "{why}");
    let long = looked(2);
    assert_eq!((long.late.unwrap().share, long.late_unknown), (0.0, None));
    living.orders[0].1 = Some(now.plus_seconds(1_800));
    let late = asked(&living, &[], now, 10, 1).orders.remove(0);
    assert_eq!(
        (late.late.unwrap().share, late.late_unknown),
        (1.0, None),
        "due within the hour and not done within it is late, whenever it will be done"
    );
}

#[test]
fn work_that_is_overdue_beyond_everything_observed_is_named_with_since_when() {
    let (plant, now) = live(42);
    let usual = living_model(&plant, now, DispatchRule::Fifo);
    let running = usual.file.lot.iter().filter(|lot| lot.in_work.is_some());
    let running: Vec<&str> = running.map(|lot| lot.id.as_str()).collect();
    assert!(!running.is_empty());
    let later = now.plus_seconds(30 * 86_400);
    let living = living_model(&plant, later, DispatchRule::Fifo);
    let overdue = &living.assumptions.overdue;
    let named: Vec<&str> = overdue
        .iter()
        .map(|overdue| overdue.order.as_str())
        .collect();
    assert_eq!(named, running, "a month without a word is longer than all");
    for overdue in overdue {
        let since_min = later.micros_since(overdue.since) as f64 / 60e6;
        assert!(
            (overdue.elapsed_min - since_min).abs() < 1e-6,
            "{overdue:?}"
        );
        assert!(since_min > 29.0 * 1_440.0, "{overdue:?}");
        assert!(overdue.elapsed_min > overdue.longest_min, "{overdue:?}");
        assert!(!overdue.operation.is_empty() && !overdue.work_center.is_empty());
    }
    let removed = Change::OrderRemoved {
        order: running[0].to_owned(),
    };
    let changed = living.changed(&[removed], later).unwrap();
    assert_eq!(changed.assumptions.overdue.len(), overdue.len() - 1);
    assert!(
        usual.assumptions.overdue.len() < running.len(),
        "most are in time: {:?}",
        usual.assumptions.overdue
    );
}

#[test]
fn a_run_without_end_in_sight_ends_when_the_time_of_the_question_is_over() {
    let (mut living, now) = two_steps();
    living.file.downtime.push(Downtime {
        id: "nervous".to_owned(),
        work_center: "B".to_owned(),
        kind: DowntimeKind::Breakdown,
        basis: DowntimeBasis::Calendar,
        every: Times::Always(0.001),
        first: None,
        lasts: Times::Always(0.001),
        resume: None,
        counts: CountsFrom::End,
    });
    let mut study = Study::new(&living, &[], now, 7, 24 * 180).unwrap();
    let mut looks = 0;
    let ended = study.run(&mut || {
        looks += 1;
        looks < 3
    });
    assert!(!ended, "259 million events would be left");
    assert_eq!((looks, study.runs()), (3, 0));
    assert_eq!(study.forecast(), Err(NoAnswer::TooLong));
}

#[test]
fn a_work_center_gets_a_thousand_machines_and_no_more() {
    let (living, now) = two_steps();
    let machines = |machines| Change::Machines {
        work_center: "A".to_owned(),
        machines,
    };
    assert_eq!(done_min(&living, &[machines(MACHINES_MAX)], now), 90.0);
    for wrong in [0, MACHINES_MAX + 1] {
        let refused = living.changed(&[machines(wrong)], now).unwrap_err();
        assert_eq!(
            refused.to_string(),
            format!("change 1: machines is {wrong}; it must be from 1 to 1000")
        );
    }
    let hours: Vec<[f64; 2]> = (0..100_u32)
        .map(|hour| [f64::from(2 * hour), f64::from(2 * hour + 1)])
        .collect();
    let closed = |later: f64| Change::Shift {
        work_center: "A".to_owned(),
        hours_are: HoursAre::Closed,
        hours: hours
            .iter()
            .map(|[from, to]| [from + later, to + later])
            .collect(),
    };
    let many = [closed(0.0), closed(200.0), machines(MACHINES_MAX)];
    let refused = living.changed(&many, now).unwrap_err().to_string();
    assert_eq!(
        refused,
        "change 3: with it the machines stop 200000 times, all together; 100000 is the most: give \
         fewer hours, or fewer machines"
    );
}
