//! The link is down for so long that the quota is used up.

use std::time::Duration;

use serde_json::{Value, json};

use super::account::{self, Account};
use super::senders::{AMQP, HTTP, QUALITY, Sent, announce, deliver, event, placed, post};
use super::site::{QUOTA_MIB, Site};
use crate::twin_process::wait_for;

const WAIT: Duration = Duration::from_secs(240);
/// So large that a few hundred events use up the quota, and below what one request may have; then
/// smaller ones, until not even those have room.
const FILLINGS_BYTES: [usize; 3] = [200_000, 5_000, 0];
/// What comes through the broker at the plant is larger than the smallest of those.
const WAITING_BYTES: usize = 1_000;
/// Messages at the broker near the plant when there is no room.
const WAITING: u64 = 40;

/// A report that takes room.
fn report(site: &Site, source: &str, n: u64, filling_bytes: usize) -> Value {
    let data = json!({"order": "WO-1", "op": "10", "unit": "H87", "good": "1"});
    let mut event = event(site.plant(), n, source, "operation.progressed", &data);
    event["filling"] = json!("x".repeat(filling_bytes));
    event
}

#[test]
fn at_the_quota_nothing_that_was_taken_is_lost_holds_get_through_and_all_goes_on() {
    let site = Site::new("");
    let edge = site.start_edge(None);
    let mut sent = announce(&site);
    wait_for("the orders are there", WAIT, || {
        (account::taken(&site) == sent.count).then_some(())
    });
    site.link.silence();
    site.link.cut();
    let refused = fill(&site, &mut sent);
    let said = site.edge_report().unwrap();
    let bytes = |name: &str| said[name].as_u64().unwrap();
    assert!(bytes("held_bytes") <= QUOTA_MIB << 20, "{said}");
    let free = bytes("rest_quota_bytes") - bytes("rest_held_bytes");
    assert!(free < WAITING_BYTES as u64, "{said}");
    let takes = (&said["takes_messages"], &said["takes_urgent"]);
    assert_eq!(takes, (&json!(false), &json!(true)), "{said}");
    // A hold is taken where a report is refused.
    let hold = event(site.plant(), 0, QUALITY, "hold.placed", &placed(0, "QH-0"));
    assert_eq!(post(&site, &hold), Some(202));
    sent.events.push(hold);
    sent.count += 1;
    // What comes through the broker at the plant waits there.
    let waiting: Vec<Value> = (0..WAITING)
        .map(|n| report(&site, AMQP, n, WAITING_BYTES))
        .collect();
    let bodies: Vec<String> = waiting.iter().map(Value::to_string).collect();
    site.local.publish(&bodies);
    assert!(edge.kill(), "it lives until it is killed");

    let edge = site.start_edge(None);
    wait_for("it says that it takes no more", WAIT, || {
        (post(&site, &refused) == Some(503)).then_some(())
    });
    wait_for("the queue at the plant has its messages", WAIT, || {
        (u64::from(site.local.backlog()) == WAITING).then_some(())
    });
    site.link.restore();
    deliver(&site, &refused);
    sent.events.push(refused);
    sent.events.extend(waiting);
    sent.count += 1 + WAITING;
    *sent.pieces.entry("WO-1".to_owned()).or_default() += 1 + WAITING;
    wait_for("everything has come through", WAIT, || {
        (account::taken(&site) >= sent.count).then_some(())
    });
    let account = Account::of(&site, &sent);
    assert!(account.is_right(), "{account:?} {}", site.edge_log());
    println!(
        "{}",
        json!({"name": "edge_quota", "taken": sent.count, "lost": account.lost,
            "twice": account.twice, "hash_equal": account.hash_equal})
    );
    drop(edge);
}

/// Sends until the edge takes no more; the first and smallest that was refused.
fn fill(site: &Site, sent: &mut Sent) -> Value {
    let mut refused = Value::Null;
    for filling_bytes in FILLINGS_BYTES {
        loop {
            let event = report(site, HTTP, sent.count, filling_bytes);
            let answer = post(site, &event);
            if answer != Some(202) {
                assert_eq!(answer, Some(503));
                refused = event;
                break;
            }
            sent.events.push(event);
            sent.count += 1;
            *sent.pieces.entry("WO-1".to_owned()).or_default() += 1;
        }
    }
    refused
}
