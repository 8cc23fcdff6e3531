//! A Redis of one test, a twin that keeps its copy there, and whether both say the same.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use redis::Commands;
use serde_json::{Value, json};

use crate::twin_process::{Served, TwinProcess, wait_for};

/// How long a copy may take to be as its plant again.
pub(crate) const COPIED_WITHIN: Duration = Duration::from_secs(30);
/// Lists of the query API, and the kinds that their items are kept under.
pub(crate) const LISTS: [(&str, &str); 5] = [
    ("work-orders", "work_order"),
    ("lots", "lot"),
    ("work-centers", "work_center"),
    ("holds", "hold"),
    ("shipments", "shipment"),
];

/// A Redis of this test alone.
pub(crate) struct OwnRedis {
    pub(crate) dir: PathBuf,
    pub(crate) url: String,
}

impl OwnRedis {
    pub(crate) fn start(dir: &Path) -> OwnRedis {
        let dir = dir.join("redis");
        let url = script("start", &dir);
        OwnRedis { dir, url }
    }

    pub(crate) fn kill(&self) {
        script("kill", &self.dir);
    }

    /// Lets it hang, or go on.
    pub(crate) fn signal(&self, name: &str) {
        let pid = std::fs::read_to_string(self.dir.join("pid")).unwrap();
        let pid = pid.split_whitespace().next().unwrap().to_owned();
        let status = Command::new("kill").args([name, &pid]).status().unwrap();
        assert!(status.success());
    }

    pub(crate) fn start_again(&self) {
        script("start", &self.dir);
    }

    pub(crate) fn connection(&self) -> redis::Connection {
        let client = redis::Client::open(self.url.as_str()).unwrap();
        client.get_connection().unwrap()
    }

    /// A field of the plant's meta hash; `None` also while Redis is away.
    pub(crate) fn meta(&self, field: &str) -> Option<String> {
        let client = redis::Client::open(self.url.as_str()).unwrap();
        let mut connection = client.get_connection().ok()?;
        connection.hget("twin:{P1}:meta", field).ok()?
    }
}

impl Drop for OwnRedis {
    fn drop(&mut self) {
        script("kill", &self.dir);
    }
}

fn script(what: &str, dir: &Path) -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/redis.sh");
    let output = Command::new(path).arg(what).arg(dir).output().unwrap();
    assert!(output.status.success(), "redis.sh {what}: {output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

pub(crate) fn serve(dir: &Path, redis: &OwnRedis) -> TwinProcess {
    serve_as(dir, "event_time", &format!("url = \"{}\"\n", redis.url))
}

/// A twin with these settings of its Redis.
pub(crate) fn serve_as(dir: &Path, clock: &str, settings: &str) -> TwinProcess {
    let served = Served {
        plant: "P1",
        clock,
        broker: None,
    };
    let config = served.write_config(dir);
    let text = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, format!("{text}[redis]\n{settings}")).unwrap();
    TwinProcess::serve_config(dir, &config, "127.0.0.1:0", &[])
}

/// Waits until the metric of the copy says whether it follows.
pub(crate) fn follows(twin: &TwinProcess, follows: bool) {
    let line = format!("twin_redis_following{{plant=\"P1\"}} {}", u8::from(follows));
    wait_for(&line, COPIED_WITHIN, || {
        twin.get("/metrics").text.contains(&line).then_some(())
    });
}

pub(crate) fn tell(twin: &TwinProcess, id: &str, source: &str, name: &str, data: Value) {
    let event = json!({"specversion": "1.0", "id": id, "source": source,
        "type": format!("mfg.{name}.v1"), "time": "2026-03-01T08:00:00Z", "plant": "P1",
        "data": data});
    let answer = twin.post(event.to_string().as_bytes());
    assert_eq!(answer.status, 200, "{}", answer.text);
}

/// Orders, lots and one hold more.
pub(crate) fn feed(twin: &TwinProcess, from: u32, to: u32) {
    for n in from..to {
        let ten = json!({"value": "10", "unit": "H87"});
        let order = json!({"order": format!("WO-{n}"), "material": "M", "quantity": ten});
        tell(twin, &format!("c{n}"), "/erp", "work_order.created", order);
        let release = json!({"order": format!("WO-{n}"),
            "operations": [{"op": "10", "work_center": "SAW", "delivers": true}]});
        tell(
            twin,
            &format!("r{n}"),
            "/erp",
            "work_order.released",
            release,
        );
        let lot = json!({"lot": format!("L-{n}"), "material": "S", "quantity": ten});
        tell(twin, &format!("l{n}"), "/wms", "lot.created", lot);
    }
    let hold = json!({"hold": format!("H-{to}"), "scope": {"kind": "lot", "id": format!("L-{from}")},
        "reason": "scratches"});
    tell(twin, &format!("h{to}"), "/qms", "hold.placed", hold);
}

/// Waits until the copy has what the twin has, and compares every item.
pub(crate) fn is_the_twins_answer(twin: &TwinProcess, redis: &OwnRedis) {
    let seq = twin.get("/api/v1/plants/P1/state").json()["seq"].to_string();
    wait_for("the copy", COPIED_WITHIN, || {
        (redis.meta("seq")? == seq).then_some(())
    });
    twin.get(&format!("/api/v1/plants/P1?wait_for={seq}"));
    let mut connection = redis.connection();
    for (list, kind) in LISTS {
        let copied: BTreeMap<String, String> =
            connection.hgetall(format!("twin:{{P1}}:{kind}")).unwrap();
        let copied: BTreeMap<String, Value> = copied
            .into_iter()
            .map(|(id, item)| (id, serde_json::from_str(&item).unwrap()))
            .collect();
        let answered = twin.items("P1", list).into_iter();
        let answered: BTreeMap<String, Value> = answered
            .map(|item| (item["id"].as_str().unwrap().to_owned(), item))
            .collect();
        assert_eq!(copied, answered, "{list}");
    }
}
