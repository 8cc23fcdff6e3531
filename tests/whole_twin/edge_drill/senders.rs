//! Systems of the plant that send while everything around them breaks: over HTTP, through the
//! broker near them, from files, and quality with what is urgent.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::site::Site;
use crate::feed::Seed;
use crate::twin_process::{pause, run_twin};

pub(crate) const HTTP: &str = "/mes/http";
pub(crate) const AMQP: &str = "/mes/amqp";
pub(crate) const FILE: &str = "/mes/file";
pub(crate) const QUALITY: &str = "/qms";

const ORDERS: u64 = 6;
/// Pauses of the senders between two messages, in milliseconds.
const HTTP_PAUSE_MS: u64 = 20;
const AMQP_PAUSE_MS: u64 = 100;
const FILE_PAUSE_MS: u64 = 400;
const QUALITY_PAUSE_MS: u64 = 150;
/// Before what was not taken is sent again.
const AGAIN_AFTER: Duration = Duration::from_millis(30);
/// Longest time without an answer that takes a message.
const PATIENCE: Duration = Duration::from_secs(240);
const AMQP_CHUNK: u64 = 4;
const FILE_ROWS: u64 = 40;
/// Of what was sent, how much in ten is sent once more.
const TWICE_IN_TEN: u64 = 2;

/// What a sender sent and was told is taken.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    /// Events, each once.
    pub(crate) count: u64,
    /// Pieces that they report, by order.
    pub(crate) pieces: BTreeMap<String, u64>,
    /// The events themselves.
    pub(crate) events: Vec<Value>,
    /// Files with events.
    pub(crate) files: Vec<PathBuf>,
    /// Messages that were sent once more on purpose.
    pub(crate) repeated: u64,
}

impl Sent {
    /// The next report of a source, and what it says is counted.
    fn report(&mut self, plant: &str, source: &str, seed: Seed) -> Value {
        let n = self.count;
        let (order, good) = self.row(source, seed);
        event(
            plant,
            n,
            source,
            "operation.progressed",
            &json!({
            "order": order, "op": "10", "unit": "H87", "good": good.to_string()}),
        )
    }

    fn row(&mut self, source: &str, seed: Seed) -> (String, u64) {
        let n = self.count;
        let order = order(seed.below(source, 2 * n, ORDERS));
        let good = 1 + seed.below(source, 2 * n + 1, 3);
        *self.pieces.entry(order.clone()).or_default() += good;
        self.count += 1;
        (order, good)
    }

    pub(crate) fn add(&mut self, other: Sent) {
        self.count += other.count;
        self.repeated += other.repeated;
        for (order, pieces) in other.pieces {
            *self.pieces.entry(order).or_default() += pieces;
        }
        self.events.extend(other.events);
        self.files.extend(other.files);
    }
}

fn order(number: u64) -> String {
    format!("WO-{number}")
}

pub(crate) fn event(plant: &str, n: u64, source: &str, name: &str, data: &Value) -> Value {
    json!({"specversion": "1.0", "id": format!("e{n}"), "source": source,
        "type": format!("mfg.{name}.v1"), "time": "2026-03-01T08:00:00Z", "plant": plant,
        "data": data})
}

/// Announces the orders that everything else is about.
pub(crate) fn announce(site: &Site) -> Sent {
    let mut sent = Sent::default();
    for number in 0..ORDERS {
        let quantity = json!({"value": "1000000", "unit": "H87"});
        let created = json!({"order": order(number), "material": "M", "quantity": quantity});
        let released = json!({"order": order(number),
            "operations": [{"op": "10", "work_center": "SAW", "delivers": true}]});
        for (name, data) in [
            ("work_order.created", created),
            ("work_order.released", released),
        ] {
            let event = event(site.plant(), sent.count, "/erp", name, &data);
            deliver(site, &event);
            sent.count += 1;
            sent.events.push(event);
        }
    }
    sent
}

/// Gives a body to the edge until it says that it has stored it.
pub(crate) fn deliver(site: &Site, body: &Value) {
    let started = Instant::now();
    while post(site, body) != Some(202) {
        assert!(
            started.elapsed() < PATIENCE,
            "never taken: {}",
            site.edge_log()
        );
        pause(AGAIN_AFTER);
    }
}

/// The status of the answer; nothing when nobody answers to the end.
pub(crate) fn post(site: &Site, body: &Value) -> Option<u16> {
    let config = ureq::Agent::config_builder()
        .timeout_global(Some(Duration::from_secs(10)))
        .http_status_as_error(false)
        .build();
    let request = ureq::Agent::from(config).post(format!("{}/api/v1/events", site.edge_url));
    let mut answer = request
        .content_type("application/json")
        .send(body.to_string().as_bytes())
        .ok()?;
    let status = answer.status().as_u16();
    let text = answer.body_mut().read_to_string().ok()?;
    assert!(matches!(status, 202 | 503), "{status}: {text}");
    Some(status)
}

fn twice(seed: Seed, source: &str, n: u64) -> bool {
    seed.below(&format!("{source} twice"), n, 10) < TWICE_IN_TEN
}

/// Single events and lists of three, each until it is taken; some again later.
pub(crate) fn over_http(site: &Site, seed: Seed, stop: &AtomicBool) -> Sent {
    let mut sent = Sent::default();
    while !stop.load(Ordering::Relaxed) {
        let first = sent.count;
        let body = match first % 5 {
            0 => json!([(); 3].map(|()| sent.report(site.plant(), HTTP, seed))),
            _ => sent.report(site.plant(), HTTP, seed),
        };
        deliver(site, &body);
        match body {
            Value::Array(events) => sent.events.extend(events),
            event => sent.events.push(event),
        }
        if twice(seed, HTTP, first) {
            let old = seed.below("old", first, sent.events.len() as u64);
            deliver(site, &sent.events[old as usize]);
            sent.repeated += 1;
        }
        pause(Duration::from_millis(HTTP_PAUSE_MS));
    }
    sent
}

/// Through the broker at the plant, confirmed there; some twice.
pub(crate) fn over_amqp(site: &Site, seed: Seed, stop: &AtomicBool) -> Sent {
    let mut sent = Sent::default();
    while !stop.load(Ordering::Relaxed) {
        let first = sent.count;
        let chunk: Vec<Value> = (0..AMQP_CHUNK)
            .map(|_| sent.report(site.plant(), AMQP, seed))
            .collect();
        let mut bodies: Vec<Vec<u8>> = chunk.iter().map(|e| e.to_string().into_bytes()).collect();
        if twice(seed, AMQP, first) {
            bodies.push(bodies[0].clone());
            sent.repeated += 1;
        }
        site.local.publish(&bodies);
        sent.events.extend(chunk);
        pause(Duration::from_millis(AMQP_PAUSE_MS));
    }
    sent
}

/// Files, imported one after the other by `twin edge import`; some twice.
pub(crate) fn from_files(site: &Site, seed: Seed, stop: &AtomicBool) -> Sent {
    let mut sent = Sent::default();
    while !stop.load(Ordering::Relaxed) {
        let first = sent.count;
        let mut text = String::from("n,order,good,time\n");
        for _ in 0..FILE_ROWS {
            let n = sent.count;
            let (order, good) = sent.row(FILE, seed);
            text.push_str(&format!("{n},{order},{good},2026-03-01T08:00:00\n"));
        }
        let path = site.dir.path().join(format!("rows-{first}.csv"));
        fs::write(&path, text).unwrap();
        import(site, &site.edge_url, &path);
        if twice(seed, FILE, first) {
            import(site, &site.edge_url, &path);
            sent.repeated += FILE_ROWS;
        }
        sent.files.push(path);
        pause(Duration::from_millis(FILE_PAUSE_MS));
    }
    sent
}

/// Gives a file to whoever takes events at `url`.
pub(crate) fn import(site: &Site, url: &str, file: &Path) {
    let mapping = site.dir.path().join("mapping.toml");
    let text = format!(
        "name = \"drill\"\nplant = \"{}\"\nformat = \"csv\"\n\
         columns = [\"n\", \"order\", \"good\", \"time\"]\ntime_zone = \"UTC\"\n\
         time_format = \"%Y-%m-%dT%H:%M:%S\"\non_ambiguous = \"reject\"\n\
         [[emit]]\ntype = \"mfg.operation.progressed.v1\"\nsource = \"{FILE}\"\ntime = \"time\"\n\
         [emit.fields]\norder = {{ column = \"order\" }}\nop = {{ literal = \"10\" }}\n\
         unit = {{ literal = \"H87\" }}\ngood = {{ column = \"good\", as = \"decimal\" }}\n\
         worker = {{ template = \"W-{{n}}\" }}\n",
        site.plant(),
    );
    fs::write(&mapping, text).unwrap();
    let (file, mapping) = (file.to_str().unwrap(), mapping.to_str().unwrap());
    let patience = PATIENCE.as_secs().to_string();
    let output = run_twin(&[
        "edge",
        "import",
        file,
        "--mapping",
        mapping,
        "--edge",
        url,
        "--patience",
        &patience,
        "--json",
    ]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors} {}", site.edge_log());
}

/// Holds, which overtake everything else; every other one is released.
pub(crate) fn urgently(site: &Site, _seed: Seed, stop: &AtomicBool) -> Sent {
    let mut sent = Sent::default();
    while !stop.load(Ordering::Relaxed) {
        let n = sent.count;
        let (name, data) = match n % 3 {
            0 | 1 => ("hold.placed", placed(n, &format!("QH-{n}"))),
            _ => {
                let placed = format!("QH-{}", n - 1);
                let data = json!({"hold": placed, "disposition": "well", "released_by": "QA"});
                ("hold.released", data)
            }
        };
        let event = event(site.plant(), n, QUALITY, name, &data);
        deliver(site, &event);
        sent.events.push(event);
        sent.count += 1;
        pause(Duration::from_millis(QUALITY_PAUSE_MS));
    }
    sent
}

/// A hold on a lot that nothing else is about.
pub(crate) fn placed(n: u64, hold: &str) -> Value {
    json!({"hold": hold, "scope": {"kind": "lot", "id": format!("L-{n}")}, "reason": "drill"})
}
