use proptest::prelude::*;
use smol_str::SmolStr;

use super::*;
use crate::process::{Bearing, StepState};
use crate::{CommandBody, HoldBlockRequested, HoldScope, ProcessId, Shared, System, Time};

fn lot(n: u8) -> LotId {
    format!("L{n:03}").parse().unwrap()
}

fn lots(numbers: &[u8]) -> Vec<LotId> {
    numbers.iter().copied().map(lot).collect()
}

fn news(came: &[u8], left: &[u8], are_all: bool) -> LotNews {
    LotNews {
        came: lots(came),
        left: lots(left),
        are_all,
    }
}

fn process(kind: ProcessKind) -> Process {
    Process::new(ProcessId::new(kind, "X"), None)
}

/// A block that names the lots up to the one with that number.
fn block(lots_to: u32) -> Shared<Step> {
    let scope = HoldScope::Lot(lot(0));
    Shared::new(Step {
        lane: SmolStr::new_static("wms"),
        number: 1,
        to: System::Wms,
        bearing: Bearing::Adds,
        body: CommandBody::HoldBlockRequested(HoldBlockRequested {
            hold: "X".parse().unwrap(),
            scope,
            reason: SmolStr::new_static("cracks"),
            placed_by: SmolStr::new_static("QA"),
            placed_at: Time::EPOCH,
            lots: Vec::new(),
        }),
        attempt: 1,
        sent: 1,
        first_sent_at: Time::EPOCH,
        due: None,
        state: StepState::Sent,
        documents: Vec::new(),
        refusal: None,
        answered_at: None,
        raised: false,
        lots_to,
        let_on: false,
    })
}

#[track_caller]
fn has(process: &Process, numbers: &[u8]) {
    assert!(
        process.lots.iter().eq(&lots(numbers)),
        "{:?} and not {numbers:?}",
        process.lots
    );
    assert_eq!(process.lots.len(), numbers.len());
}

#[test]
fn lots_join_once_in_their_order_and_go_as_long_as_nobody_was_asked() {
    let mut held = process(ProcessKind::Hold);
    held.hear_of_lots(news(&[2, 1], &[], false));
    held.hear_of_lots(news(&[3, 1, 0], &[], false));
    has(&held, &[1, 2, 0, 3]);
    held.hear_of_lots(news(&[], &[2, 9], false));
    has(&held, &[1, 0, 3]);
    held.hear_of_lots(news(&[2], &[0], false));
    has(&held, &[1, 3, 2]);
    // Who is not among all of them goes, and who is not new stays where it is.
    held.hear_of_lots(news(&[2, 4, 1], &[], true));
    has(&held, &[1, 2, 4]);
    held.hear_of_lots(news(&[], &[], false));
    has(&held, &[1, 2, 4]);
    held.hear_of_lots(news(&[], &[], true));
    has(&held, &[]);
}

#[test]
fn what_somebody_was_asked_to_block_stays_and_what_came_after_it_goes() {
    for are_all in [false, true] {
        let mut held = process(ProcessKind::Hold);
        held.hear_of_lots(news(&[1, 2, 3, 4], &[], false));
        held.steps = vec![block(1), block(2), block(0)];
        let (came, left): (&[u8], &[u8]) = match are_all {
            true => (&[4], &[]),
            false => (&[], &[1, 2, 3]),
        };
        held.hear_of_lots(news(came, left, are_all));
        has(&held, &[1, 2, 4]);
    }
}

#[test]
fn a_deviation_knows_which_lots_wait_and_other_processes_know_none() {
    let waiting = |process: &Process| process.undisposed.keys().cloned().collect::<Vec<_>>();
    let mut found = process(ProcessKind::Deviation);
    found.hear_of_lots(news(&[2, 1], &[], false));
    found.hear_of_lots(news(&[3], &[2], false));
    assert_eq!(waiting(&found), lots(&[1, 3]));
    assert_eq!(found.lots.len(), 0);
    found.hear_of_lots(news(&[4], &[], true));
    assert_eq!(waiting(&found), lots(&[4]));
    let mut other = process(ProcessKind::Usage);
    other.hear_of_lots(news(&[1], &[], false));
    assert_eq!((waiting(&other), other.lots.len()), (vec![], 0));
}

proptest! {
    #[test]
    fn they_are_a_plain_list_without_repetitions(
        changes in prop::collection::vec((prop::collection::vec(0_u8..120, 0..40), 0_usize..60, any::<bool>()), 0..12),
    ) {
        let (mut joined, mut plain): (Joined, Vec<LotId>) = Default::default();
        for (numbers, named, join) in changes {
            let named = named.min(plain.len());
            let some = lots(&numbers);
            if join {
                joined.join(some.clone());
                for lot in some {
                    if !plain.contains(&lot) {
                        plain.push(lot);
                    }
                }
            } else {
                joined.leave(named, |lot| some.contains(lot));
                let mut place = 0;
                plain.retain(|lot| {
                    place += 1;
                    place <= named || !some.contains(lot)
                });
            }
            prop_assert!(joined.iter().eq(&plain));
            prop_assert!(joined.after(named.min(plain.len())).eq(&plain[named.min(plain.len())..]));
            prop_assert_eq!(joined.len(), plain.len());
            let stored: Joined = plain.iter().cloned().collect();
            prop_assert_eq!(&stored, &joined);
        }
    }
}
