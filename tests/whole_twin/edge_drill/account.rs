//! What came of everything that was sent to an edge, compared with what its senders know.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tempfile::TempDir;

use super::senders::{FILE, Sent, import};
use super::site::Site;
use crate::twin_process::{Served, TwinProcess};

/// Size of one request to the undisturbed twin, in bytes, unless a single event is larger.
const BATCH_BYTES: usize = 100_000;

#[derive(Debug)]
pub(crate) struct Account {
    /// Pieces that were reported and are not in the plant.
    pub(crate) lost: u64,
    /// Pieces in the plant that nobody reported.
    pub(crate) twice: u64,
    /// Events that came to the central broker for the first time behind a later one of their
    /// source and class.
    pub(crate) out_of_order: u64,
    /// Messages that came to the central broker once more.
    pub(crate) again: u64,
    /// Whether the state is that of an undisturbed twin.
    pub(crate) hash_equal: bool,
}

impl Account {
    pub(crate) fn of(site: &Site, sent: &Sent) -> Account {
        let (out_of_order, again) = arrivals(&site.arrived());
        let mut account = Account {
            lost: 0,
            twice: 0,
            out_of_order,
            again,
            hash_equal: state_hash(&site.twin, site.plant()) == undisturbed(site, sent),
        };
        for (order, pieces) in &sent.pieces {
            let path = format!("/api/v1/plants/{}/work-orders/{order}", site.plant());
            let good = site.twin.get(&path).json()["item"]["operations"][0]["good"].clone();
            let good: u64 = good.as_str().map_or(0, |good| good.parse().unwrap());
            account.lost += pieces.saturating_sub(good);
            account.twice += good.saturating_sub(*pieces);
        }
        account
    }

    /// Nothing is lost, nothing is there twice, and nobody was overtaken by himself.
    pub(crate) fn is_right(&self) -> bool {
        self.lost == 0 && self.twice == 0 && self.out_of_order == 0 && self.hash_equal
    }
}

/// Events that the central twin has applied, by its own counts: to know when to look.
pub(crate) fn taken(site: &Site) -> u64 {
    site.twin.counts(site.plant())["applied"].as_u64().unwrap()
}

/// How many of the messages were overtaken, and how many came before already.
fn arrivals(arrived: &[Value]) -> (u64, u64) {
    let (mut overtaken, mut again) = (0, 0);
    let mut known = BTreeSet::new();
    let mut latest: BTreeMap<&str, u64> = BTreeMap::new();
    for event in arrived {
        let source = event["source"].as_str().unwrap();
        let number = number_of(event);
        if !known.insert((source, number)) {
            again += 1;
            continue;
        }
        let latest = latest.entry(source).or_insert(number);
        if number < *latest {
            overtaken += 1;
        }
        *latest = number.max(*latest);
    }
    (overtaken, again)
}

/// The place of an event among those of its source.
fn number_of(event: &Value) -> u64 {
    let text = match event["source"].as_str() {
        // The ids of an import are made from what the rows say.
        Some(FILE) => &event["data"]["worker"],
        _ => &event["id"],
    };
    let digits = text
        .as_str()
        .unwrap()
        .trim_start_matches(|c: char| !c.is_ascii_digit());
    digits.parse().unwrap()
}

fn state_hash(twin: &TwinProcess, plant: &str) -> Value {
    let state = twin.get(&format!("/api/v1/plants/{plant}/state"));
    state.json()["state_hash"].clone()
}

/// The state hash after the same events without an edge and without any fault.
fn undisturbed(site: &Site, sent: &Sent) -> Value {
    let dir = TempDir::new().unwrap();
    let served = Served {
        plant: site.plant(),
        clock: "event_time",
        broker: None,
    };
    let twin = TwinProcess::serve(dir.path(), &served, "127.0.0.1:0");
    let post = |batch: &mut Vec<String>| {
        let answer = twin.post(format!("[{}]", batch.join(",")).as_bytes());
        assert!(answer.status < 300, "{answer:?}");
        batch.clear();
    };
    let mut batch: Vec<String> = Vec::new();
    for event in &sent.events {
        let event = event.to_string();
        let bytes: usize = batch.iter().map(String::len).sum();
        if !batch.is_empty() && bytes + event.len() > BATCH_BYTES {
            post(&mut batch);
        }
        batch.push(event);
    }
    post(&mut batch);
    for file in &sent.files {
        import(site, &twin.url, file);
    }
    state_hash(&twin, site.plant())
}
