//! What came of a feed in a twin, compared with what the feed knows itself.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::feed::{Feed, Message};
use crate::twin_process::{Served, TwinProcess};

#[derive(Debug, Default)]
pub(crate) struct Account {
    /// Pieces that were reported and are not in the plant, and refusals that nobody was told.
    pub(crate) lost: u64,
    /// Pieces in the plant that nobody reported.
    pub(crate) twice: u64,
    /// Whether the state is that of an undisturbed twin.
    pub(crate) hash_equal: bool,
    /// Every corrupt message is exactly one exception.
    pub(crate) corrupt_once: bool,
}

impl Account {
    /// Looks into a twin that has taken `feed`, and whose commands told of the events `told`.
    pub(crate) fn of(twin: &TwinProcess, feed: &Feed, told: &BTreeSet<String>) -> Account {
        let plant = &feed.plant;
        let state = twin.get(&format!("/api/v1/plants/{plant}/state")).json();
        let mut account = Account {
            hash_equal: state["state_hash"] == undisturbed(feed),
            lost: feed.refused.difference(told).count() as u64,
            ..Account::default()
        };
        for (order, pieces) in &feed.pieces {
            let item = twin.get(&format!("/api/v1/plants/{plant}/work-orders/{order}"));
            let good = item.json()["item"]["operations"][0]["good"].clone();
            let good: u64 = good.as_str().map_or(0, |good| good.parse().unwrap());
            account.lost += pieces.saturating_sub(good);
            account.twice += good.saturating_sub(*pieces);
        }
        let mut kept: Vec<String> = twin
            .items(plant, "exceptions")
            .iter()
            .filter(|entry| entry["refused"] == json!(false))
            .map(|entry| entry["raw"].as_str().unwrap().to_owned())
            .collect();
        kept.sort_unstable();
        account.corrupt_once = kept == feed.corrupt;
        account
    }

    /// Nothing is lost, nothing is there twice.
    pub(crate) fn is_right(&self) -> bool {
        self.lost == 0 && self.twice == 0 && self.hash_equal && self.corrupt_once
    }
}

/// The state hash after the same events without any fault.
fn undisturbed(feed: &Feed) -> Value {
    let dir = TempDir::new().unwrap();
    let served = Served {
        plant: &feed.plant,
        clock: "event_time",
        broker: None,
    };
    let twin = TwinProcess::serve(dir.path(), &served, "127.0.0.1:0");
    for slice in &feed.slices {
        let readable = |message: &Message| serde_json::from_slice(&message.body).ok();
        let events: Vec<Value> = slice.iter().filter_map(readable).collect();
        let answer = twin.post(json!(events).to_string().as_bytes());
        assert!(answer.status < 300, "{answer:?}");
    }
    let state = twin.get(&format!("/api/v1/plants/{}/state", feed.plant));
    state.json()["state_hash"].clone()
}
