//! What one plant tells of its lots, as another plant reads it: between two runs of both.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::twin_process::{Served, TwinProcess, json_of, run_twin};

const STOPPED_WITHIN: Duration = Duration::from_secs(20);

fn pieces(value: &str) -> Value {
    json!({"value": value, "unit": "H87"})
}

fn kg(value: &str) -> Value {
    json!({"value": value, "unit": "KGM"})
}

/// Steel becomes bolts for an order, which are received.
fn making() -> Vec<(&'static str, &'static str, Value)> {
    let split = json!({"parent": "S-1", "children": [{"lot": "S-1a", "quantity": kg("5.5")}]});
    let made = json!({"order": "WO-1",
        "inputs": [{"lot": "S-1a", "quantity": kg("5.123456789")}],
        "outputs": [{"lot": "B-1", "material": "BOLT", "quantity": pieces("80")}]});
    vec![
        (
            "/erp/sap",
            "work_order.created",
            json!({"order": "WO-1", "material": "BOLT",
            "quantity": pieces("200")}),
        ),
        (
            "/erp/sap",
            "work_order.released",
            json!({"order": "WO-1",
            "operations": [{"op": "10", "delivers": true}]}),
        ),
        (
            "/wms",
            "lot.created",
            json!({"lot": "S-1", "material": "STEEL",
            "quantity": kg("120.5"), "expiry": "2027-01-01T00:00:00Z"}),
        ),
        ("/wms", "lot.split", split),
        (
            "/wms",
            "material.issued",
            json!({"order": "WO-1", "material": "STEEL", "lot": "S-1",
            "quantity": kg("10")}),
        ),
        ("/mes/line", "lot.transformed", made),
        (
            "/wms",
            "goods.received",
            json!({"order": "WO-1", "lot": "B-2",
            "quantity": pieces("50"), "usage": "quality_inspection"}),
        ),
    ]
}

/// What quality finds and stops, and what is to be delivered.
fn finding() -> Vec<(&'static str, &'static str, Value)> {
    let scope = json!({"kind": "lot", "id": "S-1"});
    let part =
        |decision: &str, value: &str| json!({"decision": decision, "quantity": pieces(value)});
    vec![
        (
            "/qms",
            "inspection.created",
            json!({"inspection": "I-1", "lot": "B-2",
            "blocking": true}),
        ),
        (
            "/qms",
            "inspection.decided",
            json!({"inspection": "I-1", "by": "Ada",
            "decisions": [part("accept", "45"), part("reject", "5")]}),
        ),
        (
            "/qms",
            "hold.placed",
            json!({"hold": "H-1", "scope": scope, "reason": "rust"}),
        ),
        (
            "/wms",
            "stock.status_changed",
            json!({"lot": "B-2", "quantity": pieces("5"),
            "from": "unrestricted", "to": "blocked"}),
        ),
        (
            "/qms",
            "nonconformance.opened",
            json!({"nonconformance": "N-1", "lots": ["B-2"],
            "defect": "thread"}),
        ),
        (
            "/wms",
            "shipment.requested",
            json!({"delivery": "D-1",
            "lots": [{"lot": "B-1", "quantity": pieces("10")}]}),
        ),
    ]
}

fn tell(twin: &TwinProcess, plant: &str) {
    for (n, (source, name, data)) in making().into_iter().chain(finding()).enumerate() {
        let event = json!({"specversion": "1.0", "id": format!("e-{n}"), "source": source,
            "type": format!("mfg.{name}.v1"), "time": format!("2026-03-01T08:{n:02}:00Z"),
            "plant": plant, "data": data});
        let answer = twin.post(event.to_string().as_bytes());
        assert_eq!(answer.status, 200, "{name}: {}", answer.text);
        let result = answer.json()["results"][0]["disposition"].clone();
        assert_eq!(result, "applied", "{name}: {}", answer.text);
    }
}

fn export(data: &Path, out: &Path) -> Value {
    let written = json_of(&run_twin(&[
        "export",
        "--format",
        "epcis",
        "--data-dir",
        data.to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
        "--json",
    ]));
    let document: Value = serde_json::from_slice(&std::fs::read(out).unwrap()).unwrap();
    let events = document["epcisBody"]["eventList"].as_array().unwrap().len();
    assert_eq!(written["events"], events);
    document
}

/// The events of a document by what names them.
fn by_name(document: &Value) -> BTreeMap<String, Value> {
    let events = document["epcisBody"]["eventList"]
        .as_array()
        .unwrap()
        .iter();
    let named = events.map(|event| (event["eventID"].as_str().unwrap().to_owned(), event.clone()));
    named.collect()
}

/// What a lot is, apart from its books.
fn told_of(lot: &Value) -> Value {
    let fields = [
        "id",
        "material",
        "holds",
        "inherited_holds",
        "parents",
        "children",
        "expiry",
        "shippable",
    ];
    fields
        .iter()
        .map(|field| (*field, lot[*field].clone()))
        .collect()
}

fn serve(dir: &Path, plant: &str) -> TwinProcess {
    let served = Served {
        plant,
        clock: "event_time",
        broker: None,
    };
    TwinProcess::serve(dir, &served, "127.0.0.1:0")
}

/// A document is not made while somebody has the plant open, who does not notice the try.
fn refuse_export(twin: &TwinProcess, data: &Path) {
    let data = data.to_str().unwrap();
    let refused = run_twin(&["export", "--format", "epcis", "--data-dir", data]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("is open in another process"), "{said}");
    assert_eq!(twin.get("/ready").status, 200, "and it goes on");
}

fn import(file: &Path, data: &Path) -> Value {
    let (file, data) = (file.to_str().unwrap(), data.to_str().unwrap());
    let words = ["import", file, "--format", "epcis", "--plant", "P2"];
    json_of(&run_twin(
        &[&words[..], &["--data-dir", data, "--json"]].concat(),
    ))
}

fn compare(first: &TwinProcess, second: &TwinProcess) {
    let (lots, theirs) = (first.items("P1", "lots"), second.items("P2", "lots"));
    let ids: Vec<&Value> = lots.iter().map(|lot| &lot["id"]).collect();
    assert_eq!(ids, ["B-1", "B-2", "S-1", "S-1a"]);
    let ours: Vec<Value> = lots.iter().map(told_of).collect();
    assert_eq!(theirs.iter().map(told_of).collect::<Vec<_>>(), ours);
    let inherited = &ours[0]["inherited_holds"];
    assert_eq!(
        *inherited,
        json!(["H-1"]),
        "through the split and the making"
    );
    for list in ["holds", "inspections", "nonconformances", "shipments"] {
        let strip = |mut items: Vec<Value>| {
            for item in &mut items {
                item.as_object_mut().unwrap().remove("version");
            }
            items
        };
        let ours = strip(first.items("P1", list));
        assert!(!ours.is_empty(), "{list}");
        assert_eq!(strip(second.items("P2", list)), ours, "{list}");
    }
    let quantity = |lot: &Value| lot["quantity"].clone();
    let (received, issued) = (quantity(&lots[1]), quantity(&lots[2]));
    assert_eq!(quantity(&theirs[1]), received, "what was received");
    assert_eq!(issued, kg("105"), "issued here");
    assert_eq!(quantity(&theirs[2]), kg("115"), "and not there");
}

/// What events are about, without the names that each plant gives, and without picking: stock that
/// another plant's order takes stays where it is.
fn kinds(events: &BTreeMap<String, Value>) -> Vec<[String; 3]> {
    let told = events.values();
    let told = told.filter(|event| event["bizStep"] != "picking");
    let mut kinds: Vec<[String; 3]> = told
        .map(|event| ["type", "eventTime", "disposition"].map(|field| event[field].to_string()))
        .collect();
    kinds.sort();
    kinds
}

#[test]
fn another_plant_reads_the_genealogy_the_holds_and_the_quality_that_one_exports() {
    let dir = TempDir::new().unwrap();
    let (one, other) = (dir.path().join("one"), dir.path().join("other"));
    std::fs::create_dir_all(&one).unwrap();
    std::fs::create_dir_all(&other).unwrap();
    let first = serve(&one, "P1");
    tell(&first, "P1");
    refuse_export(&first, &one.join("data"));
    assert!(first.terminate(STOPPED_WITHIN).success());
    let file = dir.path().join("p1.jsonld");
    let written = by_name(&export(&one.join("data"), &file));
    let first = serve(&one, "P1");

    let report = import(&file, &other.join("data"));
    let events = written.len();
    // The orders and their issue stay where they are.
    assert_eq!(report["exceptions"], json!({"TWIN-R73": 1}), "{report}");
    assert_eq!(report["applied"], events - 1, "{report}");
    let again = import(&file, &other.join("data"));
    assert_eq!(again["applied"], 0, "{again}");
    assert_eq!(again["duplicates"], events, "{again}");

    let second = serve(&other, "P2");
    compare(&first, &second);
    assert!(second.terminate(STOPPED_WITHIN).success());
    assert!(first.terminate(STOPPED_WITHIN).success());
    // What the other plant tells in turn is the same, but for its own names.
    let back = export(&other.join("data"), &dir.path().join("p2.jsonld"));
    assert_eq!(kinds(&by_name(&back)), kinds(&written));
}
