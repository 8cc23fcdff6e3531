use proptest::prelude::*;

use super::*;

fn at(minute: i64) -> Time {
    Time::EPOCH.plus_seconds(minute * 60)
}

fn window((from, to): (i64, i64)) -> TimeWindow {
    TimeWindow {
        from: at(from),
        to: at(to),
    }
}

fn produced(lot: u8, op: u8, since: i64, made: (i64, i64)) -> Message {
    Message::LotProduced {
        lot: format!("L{lot}").parse().unwrap(),
        since: at(since),
        op: (op > 0).then(|| op.to_string().parse().unwrap()),
        made: window(made),
    }
}

fn made_for(order: u8, op: u8, since: i64, made: (i64, i64)) -> Message {
    Message::MadeFor {
        order: format!("WO{order}").parse().unwrap(),
        op: op.to_string().parse().unwrap(),
        at: at(since),
        made: window(made),
    }
}

fn wanted(order: u8, version: u8, since: i64) -> Message {
    Message::RoutingWanted {
        order: format!("WO{order}").parse().unwrap(),
        wish: RoutingWish {
            version: format!("r{version}").into(),
            at: at(since),
        },
    }
}

fn held(hold: u8) -> Message {
    Message::HoldPlaced(format!("H{hold}").parse().unwrap())
}

/// Keeps what is not said, as a plant does.
fn kept(messages: &[Message]) -> Kept {
    let mut kept = Kept::default();
    for message in messages {
        if !kept.says(message) {
            kept.keep(message.clone());
        }
    }
    kept
}

#[test]
fn of_what_is_told_with_two_times_the_earlier_is_kept_once() {
    type Told = fn(u8, u8, i64, (i64, i64)) -> Message;
    for told in [produced as Told, made_for as Told] {
        let first = told(1, 1, 5, (5, 9));
        for (other, both) in [
            (told(1, 1, 5, (5, 9)), false),
            (told(1, 1, 6, (5, 9)), false),
            (told(1, 1, 5, (6, 9)), false),
            (told(1, 1, 5, (5, 8)), false),
            (told(1, 1, 6, (4, 9)), true),
            (told(1, 1, 6, (5, 10)), true),
            (told(1, 1, 4, (6, 9)), true),
            (told(1, 2, 5, (5, 9)), true),
            (told(2, 1, 5, (5, 9)), true),
        ] {
            let in_order = kept(&[first.clone(), other.clone()]);
            assert_eq!(in_order.len(), 1 + usize::from(both), "{other:?}");
            assert_eq!(in_order, kept(&[other.clone(), first.clone()]), "{other:?}");
            if !both {
                assert!(in_order.iter().eq([&first]), "{other:?}");
            }
        }
    }
}

#[test]
fn a_wish_replaces_that_of_the_same_order_and_no_other() {
    let all = kept(&[wanted(1, 1, 5), wanted(2, 1, 5), wanted(1, 2, 4)]);
    assert!(all.iter().eq([&wanted(1, 2, 4), &wanted(2, 1, 5)]));
}

#[test]
fn holds_stand_first_and_only_they_are_holds() {
    let all = kept(&[produced(1, 0, 5, (5, 5)), held(2), wanted(1, 1, 5), held(1)]);
    assert!(all.holds().eq([&held(1), &held(2)]));
    assert_eq!(all.len(), 4);
    assert_eq!(kept(&[produced(1, 0, 5, (5, 5))]).holds().count(), 0);
}

#[test]
fn what_protects_is_what_quality_says() {
    let released = Message::HoldReleased("H1".parse().unwrap());
    let found = Message::NonconformanceChanged("N".parse().unwrap());
    let inspected = Message::InspectionChanged("I".parse().unwrap());
    assert!(held(1).protects() && released.protects() && found.protects());
    for other in [
        produced(1, 0, 5, (5, 5)),
        made_for(1, 1, 5, (5, 5)),
        inspected,
    ] {
        assert!(!other.protects(), "{other:?}");
    }
}

proptest! {
    #[test]
    fn what_is_kept_does_not_depend_on_the_order_and_says_nothing_twice(
        told in prop::collection::vec((0_u8..3, 0_u8..3, 1_u8..3, 0_i64..4, 0_i64..3), 0..60),
    ) {
        let messages = told.iter().map(|(kind, which, op, since, long)| match kind {
            0 => produced(*which, op - 1, *since, (*since, since + long)),
            1 => made_for(*which, *op, *since, (*since, since + long)),
            _ => held(*which),
        });
        let messages: Vec<Message> = messages.collect();
        let backwards: Vec<Message> = messages.iter().rev().cloned().collect();
        let all = kept(&messages);
        prop_assert_eq!(&all, &kept(&backwards));
        prop_assert!(all.iter().is_sorted());
        for message in &messages {
            prop_assert!(all.says(message));
        }
        for one in all.iter() {
            prop_assert!(messages.contains(one));
            let mut others = all.iter().filter(|other| *other != one);
            prop_assert!(others.all(|other| !other.says_as_much_as(one)), "{:?}", one);
        }
        for lot in 0..4 {
            let id: LotId = format!("L{lot}").parse().unwrap();
            let is_of = |it: &&Message| matches!(it, Message::LotProduced { lot, .. } if *lot == id);
            prop_assert!(all.of_lot(&id).eq(all.iter().filter(is_of)));
        }
        let stored: Kept = all.iter().cloned().collect();
        prop_assert_eq!(stored, all);
    }
}
