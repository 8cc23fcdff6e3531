//! The real log through `twin import` into a data directory, against an own count of its rows.

use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::job_shop::{self, EVENTS, OrderTotals, ROWS};
use crate::twin_process::{Served, TwinProcess, json_of, run_twin};

const PLANT: &str = "job-shop";

fn import(file: &Path, dir: &Path) -> Value {
    let mapping = job_shop::mapping_for(PLANT, dir);
    json_of(&run_twin(&[
        "import",
        file.to_str().unwrap(),
        "--mapping",
        mapping.to_str().unwrap(),
        "--data-dir",
        dir.join("data").to_str().unwrap(),
        "--json",
    ]))
}

fn verify(dir: &Path) -> Value {
    json_of(&run_twin(&[
        "verify",
        "--data-dir",
        dir.join("data").to_str().unwrap(),
        "--plant",
        PLANT,
        "--json",
    ]))
}

#[test]
fn an_imported_log_adds_up_to_the_same_totals_as_its_rows() {
    let Some(file) = job_shop::log_file() else {
        return;
    };
    let dir = TempDir::new().unwrap();
    let report = import(&file, dir.path());
    assert_eq!(report["rows_read"], ROWS, "{report}");
    assert_eq!(report["events_sent"], EVENTS, "{report}");
    assert_eq!(report["rows_unmapped"], 0, "{report}");
    assert_eq!(report["applied"], EVENTS, "{report}");
    for none in ["duplicates", "parked"] {
        assert_eq!(report[none], 0, "{none} of {report}");
    }
    for none in ["refused", "exceptions"] {
        assert_eq!(report[none], json!({}), "{none} of {report}");
    }

    let verified = verify(dir.path());
    assert_eq!(verified["state_hash"], report["state_hash"]);
    assert_eq!(verified["events"], EVENTS);
    assert_eq!(verified["input"], EVENTS);

    let expected = job_shop::recount(&file);
    let overreported: usize = expected.values().map(OrderTotals::overreported).sum();
    assert_eq!(overreported, 66, "counted in the log itself");
    assert_eq!(
        report["discrepancies"],
        json!({ "TWIN-R39": overreported }),
        "{report}"
    );

    let served = Served {
        plant: PLANT,
        clock: "event_time",
        broker: None,
    };
    let twin = TwinProcess::serve(dir.path(), &served, "127.0.0.1:0");
    let orders = twin.items(PLANT, "work-orders");
    assert_eq!(orders.len(), expected.len());
    for order in &orders {
        let id = order["id"].as_str().unwrap();
        compare(order, &expected[id]);
    }
    let state = twin.get(&format!("/api/v1/plants/{PLANT}/state")).json();
    assert_eq!(state["state_hash"], report["state_hash"]);
}

/// An order of the twin, as read over HTTP, against the log.
#[track_caller]
fn compare(order: &Value, expected: &OrderTotals) {
    let number = |value: &Value| -> i64 { value.as_str().unwrap().parse().unwrap() };
    let id = &order["id"];
    assert_eq!(
        number(&order["quantity"]["value"]),
        expected.quantity,
        "{id}"
    );
    assert_eq!(number(&order["scrap"]), expected.sum(1), "scrap of {id}");
    assert_eq!(number(&order["mrb"]), expected.sum(2), "mrb of {id}");
    assert_eq!(number(&order["delivered"]), expected.packed, "packed {id}");
    let operations = order["operations"].as_array().unwrap();
    assert_eq!(operations.len(), expected.operations.len(), "{id}");
    for operation in operations {
        let op = operation["op"].as_str().unwrap();
        let counted = ["good", "scrap", "mrb"].map(|field| number(&operation[field]));
        assert_eq!(counted, expected.operations[op], "{op} of {id}");
        assert_eq!(operation["delivers"], op == "Packing", "{op} of {id}");
        assert_eq!(operation["state"], "ended", "{op} of {id}");
    }
    let codes = order["discrepancies"].as_array().unwrap();
    let codes = codes.iter().filter(|found| found["code"] == "TWIN-R39");
    assert_eq!(codes.count(), expected.overreported(), "{id}");
}

#[test]
fn importing_a_log_again_changes_nothing() {
    let Some(file) = job_shop::log_file() else {
        return;
    };
    let dir = TempDir::new().unwrap();
    let first = import(&file, dir.path());
    assert_eq!(first["applied"], EVENTS);
    let second = import(&file, dir.path());
    assert_eq!(second["events_sent"], EVENTS);
    assert_eq!(second["duplicates"], EVENTS, "{second}");
    assert_eq!(second["input"], EVENTS, "{second}");
    assert_eq!(second["applied"], 0, "{second}");
    assert_eq!(second["state_hash"], first["state_hash"]);
    assert_eq!(second["discrepancies"], first["discrepancies"]);
    assert_eq!(verify(dir.path())["state_hash"], first["state_hash"]);
}
