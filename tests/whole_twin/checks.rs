//! What may be done is asked before it is done: over HTTP and at the command line.

use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::twin_process::{Served, TwinProcess, pause, run_twin};

fn tell(twin: &TwinProcess, id: &str, source: &str, name: &str, data: Value) {
    let event = json!({"specversion": "1.0", "id": id, "source": source,
        "type": format!("mfg.{name}.v1"), "time": "2026-03-01T08:00:00Z", "plant": "P1",
        "data": data});
    let answer = twin.post(event.to_string().as_bytes());
    assert_eq!(answer.status, 200, "{}", answer.text);
}

fn pieces(n: u32) -> Value {
    json!({"value": n.to_string(), "unit": "H87"})
}

/// An order that is not released, a lot of 10, and one of 5 on hold.
fn plant(dir: &TempDir) -> TwinProcess {
    let served = Served {
        plant: "P1",
        clock: "event_time",
        broker: None,
    };
    let twin = TwinProcess::serve(dir.path(), &served, "127.0.0.1:0");
    let order = json!({"order": "WO-1", "material": "M", "quantity": pieces(100)});
    tell(&twin, "1", "/erp", "work_order.created", order);
    for (id, lot, n) in [("2", "GOOD", 10), ("3", "BAD", 5)] {
        let data = json!({"lot": lot, "material": "STEEL", "quantity": pieces(n)});
        tell(&twin, id, "/wms", "lot.created", data);
    }
    let hold = json!({"hold": "H-1", "scope": {"kind": "lot", "id": "BAD"}, "reason": "scratches"});
    tell(&twin, "4", "/qms", "hold.placed", hold);
    twin
}

fn ask(twin: &TwinProcess, checks: &Value) -> Value {
    let answer = twin.post_to(
        "/api/v1/checks",
        json!({"checks": checks}).to_string().as_bytes(),
    );
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

fn verdicts(answer: &Value) -> Vec<(String, String)> {
    let answers = answer["answers"].as_array().unwrap().iter();
    let said = answers.map(|it| {
        let code = it["reasons"][0]["code"].as_str().unwrap_or_default();
        (it["verdict"].as_str().unwrap().to_owned(), code.to_owned())
    });
    said.collect()
}

#[test]
fn what_may_be_done_is_answered_with_reasons_and_changes_nothing() {
    let dir = TempDir::new().unwrap();
    let twin = plant(&dir);
    let state = || twin.get("/api/v1/plants/P1/state").json();
    let before = state();
    let start = json!({"may": "start", "order": "WO-1", "op": "10", "work_center": "SAW"});
    let lot = |lot: &str, n| json!({"lot": lot, "quantity": pieces(n)});
    let checks = json!([
        start,
        {"may": "release", "order": "WO-1"},
        {"may": "ship", "lots": [lot("GOOD", 10)]},
        {"may": "ship", "lots": [lot("GOOD", 11)]},
        {"may": "ship", "lots": [lot("BAD", 5)]},
        {"may": "ship", "delivery": "DLV-1"},
        {"may": "pack", "unit": "PALLET-1", "lots": [lot("BAD", 5)]},
    ]);
    let answer = ask(&twin, &checks);
    let expected = [
        ("wait", "TWIN-R03"),
        ("yes", ""),
        ("yes", ""),
        ("no", "TWIN-R16"),
        ("no", "TWIN-R07"),
        ("unknown", ""),
        ("wait", "TWIN-R07"),
    ];
    let expected = expected.map(|(verdict, code)| (verdict.to_owned(), code.to_owned()));
    assert_eq!(verdicts(&answer), expected, "{answer:#}");
    assert_eq!(answer["may"], false);
    assert_eq!(answer["answers"][1]["may"], true);
    let held = answer["answers"][4]["reasons"][0].clone();
    assert!(held["text"].as_str().unwrap().contains("H-1"), "{held}");
    assert!(held["owner"].as_str().unwrap().contains("QMS"), "{held}");
    assert_eq!(state(), before, "asking changes nothing");

    let release = json!({"order": "WO-1", "operations": [{"op": "10", "work_center": "SAW"}]});
    tell(&twin, "5", "/erp", "work_order.released", release);
    let delivery = json!({"delivery": "DLV-1", "lots": [lot("GOOD", 10)]});
    tell(&twin, "6", "/wms", "shipment.requested", delivery);
    let answer = ask(&twin, &checks);
    assert_eq!(verdicts(&answer)[0].0, "yes", "it is released now");
    assert_eq!(verdicts(&answer)[2].0, "no", "the delivery has it");
    assert_eq!(verdicts(&answer)[5].0, "yes", "its gate is clear");
}

#[test]
fn a_question_that_cannot_be_read_says_which_and_why() {
    let dir = TempDir::new().unwrap();
    let twin = plant(&dir);
    let refused = |body: Value| {
        let answer = twin.post_to("/api/v1/checks", body.to_string().as_bytes());
        assert_eq!(answer.status, 400, "{}", answer.text);
        answer.json()["detail"].as_str().unwrap().to_owned()
    };
    let start =
        |op: Value| json!({"may": "start", "order": "WO-1", "op": op, "work_center": "SAW"});
    let nothing = refused(json!({"checks": []}));
    assert!(nothing.contains("1 to 100"), "{nothing}");
    let many: Vec<Value> = (0..101).map(|_| start(json!("10"))).collect();
    let many = refused(json!({"checks": many}));
    assert!(many.contains("101"), "{many}");
    let empty = refused(json!({"checks": [start(json!("10")), start(json!(""))]}));
    assert!(
        empty.contains("checks[1]") && empty.contains("op"),
        "{empty}"
    );
    let typo = refused(json!({"checks": [{"may": "start", "ordr": "WO-1"}]}));
    assert!(typo.contains("ordr"), "{typo}");
    let both = json!({"may": "ship", "delivery": "D", "units": ["U"]});
    let both = refused(json!({"checks": [both]}));
    assert!(both.contains("delivery alone"), "{both}");
}

#[test]
fn the_command_line_says_why_and_ends_with_a_code_for_scripts() {
    let dir = TempDir::new().unwrap();
    let twin = plant(&dir);
    let may = |more: &[&str]| {
        let mut arguments = vec!["may"];
        arguments.extend(more);
        arguments.extend(["--twin", &twin.url]);
        run_twin(&arguments)
    };
    let yes = may(&["ship", "--lot", "GOOD=10:H87"]);
    assert_eq!(yes.status.code(), Some(0), "{yes:?}");
    let no = may(&["ship", "--lot", "BAD=5:H87"]);
    let said = String::from_utf8(no.stdout.clone()).unwrap();
    assert_eq!(no.status.code(), Some(1), "{no:?}");
    assert!(
        said.contains("no\n  TWIN-R07 ") && said.contains("H-1"),
        "{said}"
    );
    let wait = may(&["start", "WO-1", "10", "SAW", "--json"]);
    let wait: Value = serde_json::from_slice(&wait.stdout).unwrap();
    assert_eq!(wait["answers"][0]["verdict"], "wait", "{wait}");
}

#[test]
fn a_lot_that_has_expired_a_moment_ago_may_not_ship_although_nothing_was_told_since() {
    let dir = TempDir::new().unwrap();
    let served = Served {
        plant: "P1",
        clock: "wall",
        broker: None,
    };
    let twin = TwinProcess::serve(dir.path(), &served, "127.0.0.1:0");
    let now = jiff::Timestamp::now();
    let expiry = now + jiff::SignedDuration::from_secs(4);
    let event = json!({"specversion": "1.0", "id": "l", "source": "/wms", "plant": "P1",
        "type": "mfg.lot.created.v1", "time": now.to_string(),
        "data": {"lot": "MILK", "material": "M", "expiry": expiry.to_string(),
            "quantity": pieces(10)}});
    assert_eq!(twin.post(event.to_string().as_bytes()).status, 200);
    let lots = json!([{"lot": "MILK", "quantity": pieces(10)}]);
    let ship = json!([{"may": "ship", "lots": lots}]);
    let before = ask(&twin, &ship);
    if jiff::Timestamp::now() < expiry {
        assert_eq!(verdicts(&before)[0].0, "yes", "{before}");
    }
    // A second is how far the clock of a plant may lag.
    let until = expiry + jiff::SignedDuration::from_secs(1);
    while jiff::Timestamp::now() <= until {
        pause(Duration::from_millis(50));
    }
    let told = ("no".to_owned(), "TWIN-R10".to_owned());
    let answer = verdicts(&ask(&twin, &ship));
    assert_eq!(answer, std::slice::from_ref(&told));
    let request = json!([{"may": "take", "type": "mfg.shipment.requested.v1",
        "time": jiff::Timestamp::now().to_string(), "data": {"delivery": "D-1", "lots": lots}}]);
    assert_eq!(verdicts(&ask(&twin, &request)), [told], "also as an event");
}

#[test]
fn who_would_say_it_counts_and_a_delivery_that_has_left_says_so() {
    let dir = TempDir::new().unwrap();
    let twin = plant(&dir);
    let as_source = |source: &str, check: Value| {
        let checks = json!([check]);
        let asked = json!({"source": source, "checks": checks}).to_string();
        let answer = twin.post_to("/api/v1/checks", asked.as_bytes());
        verdicts(&answer.json())[0].clone()
    };
    let release = json!({"may": "release", "order": "WO-1"});
    assert_eq!(as_source("/erp", release.clone()).0, "yes");
    let mes = ("contradicts".to_owned(), "TWIN-R31".to_owned());
    assert_eq!(as_source("/mes", release), mes, "the ERP releases");
    let data = json!({"hold": "H-1", "disposition": "use", "released_by": "shift B"});
    let lift = json!({"may": "take", "type": "mfg.hold.released.v1", "data": data});
    let refused = ("no".to_owned(), "TWIN-R13".to_owned());
    assert_eq!(as_source("/mes", lift.clone()), refused);
    assert_eq!(as_source("/qms", lift).0, "yes");

    let lots = json!([{"lot": "GOOD", "quantity": pieces(10)}]);
    let delivery = json!({"delivery": "DLV-1", "lots": lots});
    tell(&twin, "6", "/wms", "shipment.requested", delivery);
    let cancel = json!({"delivery": "DLV-1", "reason": "the customer changed the order"});
    tell(&twin, "7", "/wms", "shipment.cancelled", cancel);
    let answer = ask(&twin, &json!([{"may": "ship", "delivery": "DLV-1"}]));
    let answer = &answer["answers"][0];
    assert_eq!(answer["verdict"], "no");
    let reason = answer["reasons"][0]["text"].as_str().unwrap();
    assert!(reason.contains("DLV-1 is cancelled"), "{reason}");
}
