//! Exceptions as people meet them: over HTTP and at the command line.

use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::twin_process::{Served, TwinProcess, json_of, run_twin, wait_for};

/// How long a read view may be behind its commit, on a busy machine.
const SHOWN_WITHIN: Duration = Duration::from_secs(10);

fn event(id: &str, name: &str, data: Value) -> Vec<u8> {
    let source = if name.starts_with("work_order") {
        "/erp"
    } else {
        "/mes"
    };
    json!({"specversion": "1.0", "id": id, "source": source, "type": format!("mfg.{name}.v1"),
        "time": "2026-03-01T08:00:00Z", "plant": "P1", "data": data})
    .to_string()
    .into_bytes()
}

fn report(id: &str, good: Value) -> Vec<u8> {
    let data = json!({"order": "WO-1", "op": "10", "unit": "H87", "good": good});
    event(id, "operation.progressed", data)
}

/// A released order of 100 pieces, and a report that cannot be read as EX-1.
fn prepared(twin: &TwinProcess) {
    let data =
        json!({"order": "WO-1", "material": "M", "quantity": {"value": "100", "unit": "H87"}});
    assert_eq!(
        twin.post(&event("c", "work_order.created", data)).status,
        200
    );
    let data = json!({"order": "WO-1",
        "operations": [{"op": "10", "work_center": "SAW", "delivers": true}]});
    assert_eq!(
        twin.post(&event("r", "work_order.released", data)).status,
        200
    );
    for _ in 0..2 {
        let refused = twin.post(&report("e1", json!("five")));
        assert_eq!(refused.status, 400);
        assert_eq!(
            refused.json()["exception"],
            "EX-1",
            "the same, however often"
        );
    }
}

fn serve(dir: &TempDir) -> TwinProcess {
    let served = Served {
        plant: "P1",
        clock: "event_time",
        broker: None,
    };
    TwinProcess::serve(dir.path(), &served, "127.0.0.1:0")
}

fn cli(twin: &TwinProcess, arguments: &[&str]) -> std::process::Output {
    let mut all = vec!["exceptions"];
    all.extend(arguments);
    all.extend(["--twin", &twin.url, "--plant", "P1"]);
    run_twin(&all)
}

fn said(output: &std::process::Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn a_person_sees_corrects_and_discards_exceptions() {
    let dir = TempDir::new().unwrap();
    let twin = serve(&dir);
    prepared(&twin);
    let state =
        |twin: &TwinProcess| twin.get("/api/v1/plants/P1/state").json()["state_hash"].clone();
    let before = state(&twin);

    let shown = json_of(&cli(&twin, &["show", "EX-1", "--json"]));
    let item = &shown["item"];
    assert_eq!(item["steps"], json!(["replay", "correct", "discard"]));
    assert_eq!(item["owner"], "the sending system");
    assert_eq!((&item["seen"], &item["tries"]), (&json!(2), &json!(1)));
    let file = dir.path().join("event.json");
    std::fs::write(&file, report("e1-corrected", json!("5"))).unwrap();
    let file = file.to_str().unwrap();

    let dry = json_of(&cli(
        &twin,
        &["replay", "EX-1", "--event", file, "--dry-run", "--json"],
    ));
    assert_eq!(
        (&dry["dry_run"], &dry["result"]["disposition"]),
        (&json!(true), &json!("applied"))
    );
    let order = dry["changes"].as_array().unwrap();
    let order = order
        .iter()
        .find(|change| change["kind"] == "work_order")
        .unwrap();
    let now = twin.get("/api/v1/plants/P1/work-orders/WO-1").json()["item"].clone();
    assert_eq!(order["before"], now, "as the read view shows it");
    assert_ne!(order["after"], now);
    let text = said(&cli(
        &twin,
        &["replay", "EX-1", "--event", file, "--dry-run"],
    ));
    assert!(
        text.contains("work_order WO-1") && text.contains("->"),
        "{text}"
    );
    assert_eq!(state(&twin), before, "a dry run changes nothing");

    let reason = ["--reason", "a typing error", "--by", "ada"];
    for already in [false, true] {
        let arguments = [&["replay", "EX-1", "--event", file, "--json"][..], &reason].concat();
        let done = json_of(&cli(&twin, &arguments));
        assert_eq!(done["already"], json!(already));
        assert_eq!(
            done["exception"]["settled"]["corrected_by"],
            "/mes/e1-corrected"
        );
        assert_eq!(done["exception"]["settled"]["by"], "ada");
    }
    // The read view follows the commit; it is behind for a moment.
    wait_for("the order as the dry run said", SHOWN_WITHIN, || {
        let answer = twin.try_get("/api/v1/plants/P1/work-orders/WO-1")?;
        (answer["item"] == order["after"]).then_some(())
    });

    let refused = cli(&twin, &[&["discard", "EX-1"][..], &reason].concat());
    assert_eq!(refused.status.code(), Some(1));
    let words = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(words.contains("settled already: corrected on"), "{words}");
    twin.terminate(Duration::from_secs(20));
}

#[test]
fn exceptions_of_one_cause_stand_together_and_waiting_events_beside_them() {
    let dir = TempDir::new().unwrap();
    let twin = serve(&dir);
    prepared(&twin);
    for number in 2..=4 {
        twin.post(&report(&format!("e{number}"), json!("five")));
    }
    let waiting = json!({"order": "WO-9", "op": "10", "unit": "H87", "good": "1"});
    assert_eq!(
        twin.post(&event("w1", "operation.progressed", waiting))
            .status,
        202
    );

    let groups = json_of(&cli(&twin, &["list", "--grouped", "--json"]));
    assert_eq!(groups["groups"], 1);
    let group = &groups["items"][0];
    assert_eq!((&group["count"], &group["seen"]), (&json!(4), &json!(5)));
    assert_eq!(group["exceptions"], json!(["EX-1", "EX-2", "EX-3", "EX-4"]));
    let text = said(&cli(&twin, &["list", "--grouped"]));
    assert!(text.contains("4 x TWIN-R34"), "{text}");
    let text = said(&cli(&twin, &["parked"]));
    assert!(
        text.contains("w1 of /mes") && text.contains("until"),
        "{text}"
    );
    let parked = twin.get("/api/v1/plants/P1/parked").json();
    assert_eq!(parked["items"][0]["waits_for"], "work_order/WO-9");

    let discarded = said(&cli(
        &twin,
        &["discard", "EX-2", "EX-3", "--reason", "sent again"],
    ));
    assert_eq!(discarded.lines().count(), 2, "{discarded}");
    let committed = twin.get("/api/v1/plants/P1/state").json()["seq"].clone();
    let open = format!("/api/v1/plants/P1/exceptions?state=open&wait_for={committed}");
    let open = twin.get(&open).json();
    let numbers: Vec<&Value> = open["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| &e["id"])
        .collect();
    assert_eq!(numbers, ["EX-1", "EX-4"]);
    assert_eq!(
        twin.get("/api/v1/plants/P1").json()["item"]["open_exceptions"],
        2
    );
    let none = twin.get("/api/v1/plants/P1/exceptions/EX-77");
    assert_eq!(none.status, 404);
    twin.terminate(Duration::from_secs(20));
}

#[test]
fn a_decision_on_an_exception_that_has_changed_since_is_refused_with_the_way_out() {
    let dir = TempDir::new().unwrap();
    let twin = serve(&dir);
    prepared(&twin);
    let path = "/api/v1/plants/P1/exceptions/EX-1";
    let discard = format!("{path}/discard");
    let body = json!({"reason": "a test report", "by": "ada"}).to_string();
    // It was received twice when somebody looked, and comes once more before they decide.
    let seen = "\"EX-1-2-1-open\"";
    wait_for("both receipts", SHOWN_WITHIN, || {
        (twin.get(path).json()["item"]["seen"] == 2).then_some(())
    });
    twin.post(&report("e1", json!("five")));
    let changed = twin.post_if_match(&discard, seen, body.as_bytes());
    assert_eq!(changed.status, 412, "{}", changed.text);
    assert_eq!(changed.content_type, "application/problem+json");
    let problem = changed.json();
    let (detail, step) = (&problem["detail"], &problem["what_to_do"]);
    assert_eq!(
        detail,
        "Exception EX-1 has changed: it has the tag \"EX-1-3-1-open\" now"
    );
    assert!(step.as_str().unwrap().contains("new ETag"), "{step}");
    assert_eq!(twin.get(path).json()["item"]["settled"], Value::Null);

    let weak = twin.post_if_match(&discard, "W/\"EX-1-3-1-open\"", body.as_bytes());
    assert_eq!(weak.status, 412, "a weak tag is never the same");
    let tags = "\"other\", \"EX-1-3-1-open\"";
    let done = twin.post_if_match(&discard, tags, body.as_bytes());
    assert_eq!(done.status, 200, "{}", done.text);
    let again = twin.post_if_match(&discard, tags, body.as_bytes());
    assert_eq!(
        (again.status, &again.json()["already"]),
        (200, &json!(true))
    );
}
