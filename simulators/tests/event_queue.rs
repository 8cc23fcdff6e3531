//! The queue of pending events: its order, its ties and its cancellation.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use simulators::event_queue::EventQueue;
use simulators::random::{Purpose, Random};

fn drain(queue: &mut EventQueue<u64>) -> Vec<u64> {
    std::iter::from_fn(|| queue.pop().map(|(_, payload)| payload)).collect()
}

#[test]
fn events_come_by_time_then_class_then_scheduling_order() {
    let mut queue = EventQueue::default();
    queue.schedule(20, 0, 5);
    queue.schedule(10, 2, 3);
    queue.schedule(10, 1, 1);
    queue.schedule(10, 2, 4);
    queue.schedule(10, 1, 2);
    assert_eq!(queue.peek_time_us(), Some(10));
    assert_eq!(drain(&mut queue), [1, 2, 3, 4, 5]);
    assert!(queue.is_empty());
}

#[test]
fn a_cancelled_event_never_comes_and_the_others_stay() {
    let mut queue = EventQueue::default();
    let first = queue.schedule(1, 0, 1);
    queue.schedule(2, 0, 2);
    assert_eq!(queue.cancel(first), Some(1));
    assert_eq!(queue.cancel(first), None, "an event is cancelled once");
    assert_eq!(queue.len(), 1);
    assert_eq!(queue.peek_time_us(), Some(2));
    assert_eq!(drain(&mut queue), [2]);
}

#[test]
fn an_old_ticket_does_not_cancel_the_event_that_took_its_place() {
    let mut queue = EventQueue::default();
    let old = queue.schedule(1, 0, 1);
    assert_eq!(queue.pop(), Some((1, 1)));
    queue.schedule(2, 0, 2);
    assert_eq!(queue.cancel(old), None);
    assert_eq!(drain(&mut queue), [2]);
}

#[test]
fn a_random_workload_comes_out_as_a_sorted_list_would() {
    for seed in 0..20 {
        let random = Random::new(seed);
        let mut queue = EventQueue::default();
        let mut expected: Vec<(i64, u8, u64)> = Vec::new();
        let mut tickets = Vec::new();
        for number in 0..2_000_u64 {
            let at = random.draw(1, number, Purpose::RunTime).between(0, 300);
            let class = random.draw(2, number, Purpose::RunTime).below(4) as u8;
            tickets.push((queue.schedule(at, class, number), (at, class, number)));
            expected.push((at, class, number));
        }
        for (number, (ticket, key)) in tickets.into_iter().enumerate() {
            if random.draw(3, number as u64, Purpose::RunTime).chance(0.7) {
                assert_eq!(queue.cancel(ticket), Some(key.2), "seed {seed}");
                expected.retain(|kept| *kept != key);
            }
        }
        expected.sort_unstable();
        let expected: Vec<u64> = expected.into_iter().map(|(_, _, number)| number).collect();
        assert_eq!(drain(&mut queue), expected, "seed {seed}");
    }
}
