//! What changes do, worked out by hand: an hour at A, then half an hour at B.

use simulators::plant_file::DispatchRule;
use simulators::what_if::{Change, HoursAre, living_model};

use crate::scene::{answer, done_min, live, of, two_steps};

fn shift(work_center: &str, hours_are: HoursAre, hours: &[[f64; 2]]) -> Change {
    Change::Shift {
        work_center: work_center.to_owned(),
        hours_are,
        hours: hours.to_vec(),
    }
}

fn spoils(work_center: &str, good: f64) -> Change {
    Change::Yield {
        work_center: Some(work_center.to_owned()),
        order: None,
        operation: None,
        good,
    }
}

#[test]
fn work_waits_for_the_next_open_hour_and_goes_on_after_a_closed_one() {
    let (living, now) = two_steps();
    let done = |changes: &[Change]| done_min(&living, changes, now);
    assert_eq!(done(&[]), 90.0);
    let closed = |hours: &[[f64; 2]]| shift("A", HoursAre::Closed, hours);
    assert_eq!(done(&[closed(&[[0.0, 2.0]])]), 120.0 + 90.0);
    assert_eq!(
        done(&[closed(&[[0.5, 1.5]])]),
        60.0 + 90.0,
        "half done before it"
    );
    let overlapping = closed(&[[0.5, 1.0], [0.75, 1.5], [1.5, 2.0]]);
    assert_eq!(done(&[overlapping]), 90.0 + 90.0);
    let only = shift("A", HoursAre::OpenOnly, &[[3.0, 9.0], [1.0, 1.5]]);
    assert_eq!(
        done(std::slice::from_ref(&only)),
        180.0 + 30.0 + 30.0,
        "half of it from hour 1, the rest from hour 3, then B"
    );
    let also = shift("A", HoursAre::AlsoOpen, &[[1.25, 1.75]]);
    assert_eq!(
        done(&[only, also]),
        180.0 + 15.0 + 30.0,
        "45 minutes from hour 1, the last quarter from hour 3"
    );
    let never_again = shift("B", HoursAre::OpenOnly, &[[0.0, 0.25]]);
    let beyond = answer(&living, &[never_again], now);
    assert_eq!(
        beyond.orders[0].p10, None,
        "B is not open any more when it comes"
    );
}

#[test]
fn hours_that_cannot_be_are_refused_with_what_to_do() {
    let (living, now) = two_steps();
    let refused = |changes: &[Change]| living.changed(changes, now).unwrap_err().to_string();
    assert_eq!(
        refused(&[shift("A", HoursAre::Closed, &[[8.0, 2.0]])]),
        "change 1: hours of \"A\": 8 to 2 is no time to come; give hours from now, the earlier \
         one first, like [0, 8]"
    );
    assert!(refused(&[shift("A", HoursAre::Closed, &[])]).contains("give 1 to 100"));
    let nan = shift("A", HoursAre::Closed, &[[f64::NAN, 2.0]]);
    assert!(refused(&[nan]).contains("no time to come"));
    let said = refused(&[shift("A", HoursAre::AlsoOpen, &[[0.0, 8.0]])]);
    assert!(said.contains("it is open at all hours as it is"), "{said}");
    let said = refused(&[shift("SAW", HoursAre::Closed, &[[0.0, 8.0]])]);
    assert_eq!(
        said,
        "change 1: there is no work center \"SAW\" among what is simulated"
    );
}

#[test]
fn what_is_spoilt_is_made_again_from_the_first_operation_that_is_left() {
    let (living, now) = two_steps();
    let order = living.orders[0].0.to_string();
    let done = |changes: &[Change]| done_min(&living, changes, now);
    assert_eq!(done(&[spoils("A", 0.5)]), 120.0 + 30.0);
    assert_eq!(
        done(&[spoils("B", 0.5)]),
        120.0 + 60.0,
        "B needs twice as many of A"
    );
    assert_eq!(
        done(&[spoils("A", 0.5), spoils("B", 0.5)]),
        240.0 + 60.0,
        "one after the other"
    );
    let of = |operation: &str, good| Change::Yield {
        work_center: None,
        order: Some(order.clone()),
        operation: Some(operation.to_owned()),
        good,
    };
    assert_eq!(done(&[of("20", 0.5)]), 120.0 + 60.0);
    assert_eq!(done(&[of("20", 1.0)]), 90.0);
    let refused = |change: Change| living.changed(&[change], now).unwrap_err().to_string();
    assert_eq!(
        refused(of("20", 0.0)),
        "change 1: good is 0; it must be from 0.01 to 1"
    );
    let said = refused(of("30", 0.9));
    assert!(
        said.contains("there is no operation with work left"),
        "{said}"
    );
    let mut both = of("20", 0.9);
    if let Change::Yield { work_center, .. } = &mut both {
        *work_center = Some("A".to_owned());
    }
    assert!(refused(both).contains("give one of the two"));
}

#[test]
fn an_order_that_was_removed_can_be_added_under_its_number() {
    let (plant, now) = live(42);
    let living = living_model(&plant, now, DispatchRule::Fifo);
    let (last, like) = (
        living.orders.last().unwrap().0.to_string(),
        living.orders[0].0.to_string(),
    );
    let removed = Change::OrderRemoved {
        order: last.clone(),
    };
    let without = answer(&living, std::slice::from_ref(&removed), now);
    assert!(
        without
            .orders
            .iter()
            .all(|order| order.order.as_str() != last)
    );
    let added = Change::OrderAdded {
        order: last.clone(),
        like,
        times: 1.0,
        in_min: 60.0,
        due: None,
        priority: 5,
    };
    let again = answer(&living, &[removed, added], now);
    assert_eq!(again.orders.len(), without.orders.len() + 1);
    assert!(of(&again, &last).p10.unwrap() > now.plus_seconds(3_600));
}
