//! A backlog of counters with holds behind it, and when each hold was committed.

use actors::Subscription;
use serde_json::{Value, json};
use twin_model::{Code, Decimal, EntityKind, WorkCenterId};

use crate::open_plant::{OpenPlant, event};

/// Readings that wait before the first hold.
pub(crate) const COUNTERS: u64 = 8_000;
/// Holds that come behind them.
pub(crate) const HOLDS: u64 = 3;
/// Machines that count.
const MACHINES: u64 = 4;

pub(crate) const COUNTER: &str = "mfg.work_center.counter_sampled.v1";
pub(crate) const HOLD: &str = "mfg.hold.placed.v1";

/// The reading `n` of all: each machine counts up by one from reading to reading.
pub(crate) fn counter(plant: &str, n: u64) -> Value {
    let data = json!({"work_center": format!("WC-{}", n % MACHINES),
        "counters": {"total": n / MACHINES}});
    let mut counter = event(plant, "/edge/line", &format!("c{n}"), COUNTER, &data);
    let (s, ms) = (n / 1_000, n % 1_000);
    counter["time"] = json!(format!(
        "2026-03-01T08:{:02}:{:02}.{ms:03}Z",
        s / 60,
        s % 60
    ));
    counter
}

pub(crate) fn hold(plant: &str, n: u64) -> Value {
    let data = json!({"hold": format!("H-{n}"), "reason": "cracks",
        "scope": {"kind": "work_center", "id": format!("WC-{}", n % MACHINES)}});
    event(plant, "/qms", &format!("h{n}"), HOLD, &data)
}

/// Follows the commits until everything is decided; gives for each hold how many messages were
/// decided with the commit that holds it.
pub(crate) async fn decided_with_each_hold(followed: &mut Subscription) -> Vec<u64> {
    let mut decided = Vec::new();
    loop {
        let commit = followed.commits.recv().await.expect("the plant goes on");
        let holds = commit.changes.iter();
        let holds = holds.filter(|change| change.key.kind() == EntityKind::Hold);
        decided.extend(holds.map(|_| commit.counts.input()));
        if commit.counts.input() >= COUNTERS + HOLDS {
            return decided;
        }
    }
}

/// Every hold overtook most of the backlog, and nothing is lost, repeated or out of its order.
pub(crate) async fn assert_overtaken(plant: &OpenPlant, decided: &[u64]) {
    assert_eq!(decided.len() as u64, HOLDS, "{decided:?}");
    assert!(
        decided.iter().all(|decided| *decided < COUNTERS / 2),
        "messages decided with each hold, of {COUNTERS} before it: {decided:?}"
    );
    let snapshot = plant.handle.fork().take().await.unwrap();
    let counts = &snapshot.counts;
    assert_eq!(counts.applied, COUNTERS + HOLDS, "{counts:?}");
    assert_eq!(counts.input(), COUNTERS + HOLDS, "{counts:?}");
    for n in 0..MACHINES {
        let id: WorkCenterId = format!("WC-{n}").parse().unwrap();
        let center = snapshot.plant.work_center(&id).unwrap();
        let made = center.counted_in_all().total.map(Decimal::from);
        assert_eq!(made, Some(Decimal::from(COUNTERS / MACHINES - 1)), "{id}");
        let broken = center.discrepancies();
        let fell = broken.iter().any(|broken| broken.code() == Code::R21);
        assert!(!fell, "readings keep their order: {broken:?}");
    }
}
