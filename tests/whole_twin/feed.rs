//! Messages whose effect is known: duplicates, shuffled and corrupt ones among them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use simulators::random::{Purpose, Random, entity_number};

/// Parts of a feed, published one after the other.
pub(crate) const SLICES: usize = 36;
const ORDERS: u64 = 6;
const REPORTS: u64 = 20 * SLICES as u64;
const REFUSED: u64 = 2 * SLICES as u64;
const CORRUPT: u64 = SLICES as u64;
/// Of all messages, how many in ten come twice.
const TWICE_IN_TEN: u64 = 3;
/// How far a repetition may be from the first, in messages: over the borders of the slices.
const WINDOW: u64 = 40;

/// Random numbers by name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seed(Random);

impl Seed {
    pub(crate) fn new(seed: u64) -> Seed {
        Seed(Random::new(seed))
    }

    pub(crate) fn below(self, what: &str, visit: u64, count: u64) -> u64 {
        let draw = self
            .0
            .draw(entity_number(what), visit, Purpose::FaultReorder);
        draw.below(count)
    }
}

/// A message, and which one it is: the same number twice is a duplicate.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    number: usize,
    pub(crate) body: Vec<u8>,
}

/// What is published, and what must come of it.
#[derive(Debug)]
pub(crate) struct Feed {
    pub(crate) plant: String,
    pub(crate) slices: Vec<Vec<Message>>,
    /// Pieces that were reported, by order.
    pub(crate) pieces: BTreeMap<String, u64>,
    /// The corrupt messages, sorted.
    pub(crate) corrupt: Vec<String>,
    /// Events that are refused; each must be told to its sender.
    pub(crate) refused: BTreeSet<String>,
}

fn event(plant: &str, id: &str, source: &str, name: &str, data: &Value) -> Vec<u8> {
    json!({"specversion": "1.0", "id": id, "source": source, "type": format!("mfg.{name}.v1"),
        "time": "2026-03-01T08:00:00Z", "plant": plant, "data": data})
    .to_string()
    .into_bytes()
}

fn order_of(number: u64) -> String {
    format!("WO-{}", number % ORDERS)
}

impl Feed {
    pub(crate) fn new(plant: &str, seed: Seed) -> Feed {
        let mut feed = Feed {
            plant: plant.to_owned(),
            slices: Vec::new(),
            pieces: (0..ORDERS).map(|n| (order_of(n), 0)).collect(),
            corrupt: Vec::new(),
            refused: BTreeSet::new(),
        };
        let mut bodies = opening(plant);
        bodies.extend(feed.reports(plant, seed));
        bodies.extend(feed.refusals(plant));
        bodies.extend(feed.corruptions(plant));
        feed.slices = sliced(bodies, seed);
        feed
    }

    fn reports(&mut self, plant: &str, seed: Seed) -> Vec<Vec<u8>> {
        let report = |n| {
            let good = 1 + seed.below("good", n, 2);
            *self.pieces.entry(order_of(n)).or_default() += good;
            let data = json!({"order": order_of(n), "op": "10", "unit": "H87",
                "good": good.to_string()});
            event(
                plant,
                &format!("p{n}"),
                "/mes",
                "operation.progressed",
                &data,
            )
        };
        (0..REPORTS).map(report).collect()
    }

    /// Half pieces: refused whenever they come. A broker may give back in any order what it had
    /// delivered to a process that ended.
    fn refusals(&mut self, plant: &str) -> Vec<Vec<u8>> {
        let refusal = |n| {
            let id = format!("x{n}");
            let data = json!({"order": order_of(n), "op": "10", "unit": "H87", "good": "0.5"});
            let body = event(plant, &id, "/mes", "operation.progressed", &data);
            self.refused.insert(id);
            body
        };
        (0..REFUSED).map(refusal).collect()
    }

    fn corruptions(&mut self, plant: &str) -> Vec<Vec<u8>> {
        let texts = (0..CORRUPT).map(|n| format!("{{\"plant\":\"{plant}\",\"broken\":{n}"));
        self.corrupt = texts.collect();
        self.corrupt.sort_unstable();
        self.corrupt
            .iter()
            .map(|text| text.clone().into())
            .collect()
    }

    /// The bodies of one part.
    pub(crate) fn bodies(&self, slice: usize) -> Vec<&[u8]> {
        let messages = self.slices[slice].iter();
        messages.map(|message| &message.body[..]).collect()
    }

    /// Different messages among the first slices.
    pub(crate) fn unique(&self, slices: usize) -> u64 {
        let published = self.slices.iter().take(slices).flatten();
        let numbers: BTreeSet<usize> = published.map(|message| message.number).collect();
        numbers.len() as u64
    }

    /// Whether each message of the first slices had its effect, by the twin's own counts.
    pub(crate) fn is_through(&self, slices: usize, counts: &Value) -> bool {
        let sum = |name: &str| -> u64 {
            let by_code = counts[name].as_object().into_iter().flatten();
            by_code.filter_map(|(_, n)| n.as_u64()).sum()
        };
        let applied = counts["applied"].as_u64().unwrap_or(0);
        applied + sum("refused") + sum("exceptions") >= self.unique(slices)
    }
}

/// The orders that everything else is about.
fn opening(plant: &str) -> Vec<Vec<u8>> {
    let of = |n| {
        let (order, created, released) = (order_of(n), format!("c{n}"), format!("r{n}"));
        let data = json!({"order": order, "material": "M",
            "quantity": {"value": "10000", "unit": "H87"}});
        let created = event(plant, &created, "/erp", "work_order.created", &data);
        let data = json!({"order": order,
            "operations": [{"op": "10", "work_center": "SAW", "delivers": true}]});
        let released = event(plant, &released, "/erp", "work_order.released", &data);
        [created, released]
    };
    (0..ORDERS).flat_map(of).collect()
}

/// Mixes all kinds, with the orders somewhere among the first messages, repeats some, and cuts
/// what comes of it.
fn sliced(bodies: Vec<Vec<u8>>, seed: Seed) -> Vec<Vec<Message>> {
    let count = bodies.len() as u64;
    let mut placed = Vec::new();
    for (number, body) in bodies.into_iter().enumerate() {
        let message = Message { number, body };
        let n = number as u64;
        let range = if n < 2 * ORDERS { WINDOW } else { count };
        let place = seed.below("place", n, range);
        if seed.below("twice", n, 10) < TWICE_IN_TEN {
            placed.push((place + seed.below("second", n, WINDOW), message.clone()));
        }
        placed.push((place, message));
    }
    placed.sort_by_key(|(place, _)| *place);
    let messages: Vec<Message> = placed.into_iter().map(|(_, message)| message).collect();
    // Parts of one size would be one part too few for some numbers of messages.
    let border = |slice: usize| slice * messages.len() / SLICES;
    let slices = 0..SLICES;
    slices
        .map(|slice| messages[border(slice)..border(slice + 1)].to_vec())
        .collect()
}
