//! Versions of contracts: what becomes of a message of an older or a newer sender. The cases have
//! the letters of docs/adr/0023-versions-are-read-before-they-are-written.md.
use serde_json::{Value, json};
use twin_model::wire::version::{NOT_ONE_UNIT, OperationCompletedV2, UNSPECIFIED};
use twin_model::wire::{contracts, decode, encode};
use twin_model::{Code, Event, OperationReport, Plant, Rejection, StateHash};

const V1: &str = "mfg.operation.completed.v1";
const V2: &str = "mfg.operation.completed.v2";

fn message(type_name: &str, id: &str, data: Value) -> Value {
    json!({"specversion": "1.0", "id": id, "source": "/mes", "type": type_name,
        "time": "2026-03-01T10:00:00Z", "plant": "P1", "data": data})
}

fn event(message: &Value) -> Event {
    decode(message.to_string().as_bytes()).unwrap_or_else(|error| panic!("{message}: {error:?}"))
}

fn refusal(message: &Value) -> Rejection {
    decode(message.to_string().as_bytes())
        .unwrap_err()
        .rejection
}

/// Data of version 1 as version 2 tells it.
fn newer_of(data: &Value) -> Value {
    let report: OperationReport = serde_json::from_value(data.clone()).unwrap();
    serde_json::to_value(OperationCompletedV2::from(&report)).unwrap()
}

/// Data of version 2 as version 1 tells it, where that has words for it.
fn older_of(data: &Value) -> Result<Value, &'static str> {
    let newer: OperationCompletedV2 = serde_json::from_value(data.clone()).unwrap();
    let report = OperationReport::try_from(newer)?;
    Ok(serde_json::to_value(report).unwrap())
}

/// The thirteen cases, each with the test that shows it and where that stands.
const CASES: [(char, &str, &str); 13] = [
    (
        'a',
        HERE,
        "a_an_optional_field_that_the_twin_does_not_know_is_ignored",
    ),
    ('b', HERE, "b_a_number_beside_its_unit_becomes_a_quantity"),
    (
        'c',
        HERE,
        "c_a_number_becomes_a_decimal_string_and_keeps_its_value",
    ),
    (
        'd',
        HERE,
        "d_a_word_that_is_not_known_and_drives_state_is_put_before_a_person",
    ),
    (
        'e',
        HERE,
        "e_scrap_without_a_reason_gets_the_reason_unspecified",
    ),
    (
        'f',
        SAP,
        "an_orders_text_numbers_dates_and_times_are_values",
    ),
    (
        'g',
        FILES,
        "an_hour_that_the_clocks_showed_twice_is_decided_by_the_mapping",
    ),
    (
        'h',
        SAP,
        "an_orders_files_together_are_one_release_with_its_operations",
    ),
    (
        'i',
        HERE,
        "i_a_reader_of_the_older_version_gets_it_or_is_told_that_it_cannot_be_said",
    ),
    (
        'j',
        HERE,
        "j_versions_of_one_order_in_flight_together_count_as_one_story",
    ),
    (
        'k',
        HERE,
        "k_a_major_that_is_not_known_is_kept_with_the_versions_that_are",
    ),
    (
        'l',
        HERE,
        "l_a_stored_log_of_the_older_version_ends_as_its_newer_one_does",
    ),
    (
        'm',
        HERE,
        "m_an_older_version_stays_until_its_last_sender_has_moved_and_says_what_replaces_it",
    ),
];

const HERE: &str = "twin-model/tests/model/versions.rs";
const SAP: &str = "ingest/tests/sap_samples.rs";
const FILES: &str = "ingest/tests/file_mapping.rs";

#[test]
fn each_of_the_thirteen_cases_has_its_test_and_its_row_in_the_decision_record() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let text = |path: &str| std::fs::read_to_string(root.join(path)).unwrap();
    let record = text("docs/adr/0023-versions-are-read-before-they-are-written.md");
    for ((letter, file, test), expected) in CASES.into_iter().zip('a'..='m') {
        assert_eq!(letter, expected, "no case is left out");
        assert!(
            text(file).contains(&format!("fn {test}(")),
            "{file}: {test}"
        );
        assert!(record.contains(&format!("| {letter} ")), "{letter}");
    }
}

fn v1_report() -> Value {
    json!({"order": "WO-1", "op": "10", "unit": "H87", "good": 8.5, "scrap": 2})
}

/// A plant that knows the order, and what these messages make of it.
fn end_of(messages: &[Value]) -> StateHash {
    let mut plant = Plant::new("P1".parse().unwrap());
    let order =
        json!({"order": "WO-1", "material": "M", "quantity": {"value": "10", "unit": "KGM"}});
    let mut created = message("mfg.work_order.created.v1", "o", order);
    created["source"] = json!("/erp");
    let mut released = message("mfg.work_order.released.v1", "r", json!({"order": "WO-1"}));
    released["source"] = json!("/erp");
    for known in [created, released].iter().chain(messages) {
        plant.apply(&event(known)).unwrap();
    }
    plant.state_hash()
}

#[test]
fn a_an_optional_field_that_the_twin_does_not_know_is_ignored() {
    let mut newer = message(V1, "m", v1_report());
    let known = event(&newer);
    newer["data"]["shift_color"] = json!("blue");
    newer["futureattribute"] = json!("x");
    assert_eq!(event(&newer), known);
}

#[test]
fn b_a_number_beside_its_unit_becomes_a_quantity() {
    let newer = newer_of(&v1_report());
    assert_eq!(newer["good"], json!({"value": "8.5", "unit": "H87"}));
    assert_eq!(newer.get("unit"), None);
}

#[test]
fn c_a_number_becomes_a_decimal_string_and_keeps_its_value() {
    for (number, text) in [
        ("0.1", "0.1"),
        ("1e2", "100"),
        ("123456789012345", "123456789012345"),
    ] {
        let mut data = v1_report();
        data["good"] = serde_json::from_str(number).unwrap();
        let newer = newer_of(&data);
        assert_eq!(newer["good"]["value"], json!(text));
        let mut as_text = data.clone();
        as_text["good"] = json!(text);
        let same = [data, as_text].map(|data| event(&message(V1, "m", data)));
        assert_eq!(same[0], same[1], "number or string, it is one event");
    }
}

#[test]
fn d_a_word_that_is_not_known_and_drives_state_is_put_before_a_person() {
    let place = json!({"hold": "Q", "reason": "r", "scope": {"kind": "planet", "id": "X"}});
    let raw = message("mfg.hold.placed.v1", "h", place);
    let rejection = refusal(&raw);
    assert_eq!(rejection.code(), Code::R34);
    assert!(rejection.to_string().contains("planet"), "{rejection}");
    assert!(
        rejection.to_string().contains("$.data.scope"),
        "{rejection}"
    );
}

#[test]
fn e_scrap_without_a_reason_gets_the_reason_unspecified() {
    let newer = newer_of(&v1_report());
    let scrap = json!([{"quantity": {"value": "2", "unit": "H87"}, "reason": UNSPECIFIED}]);
    assert_eq!(newer["scrap"], scrap);
    let mut told = v1_report();
    told["scrap_by_reason"] = json!([{"quantity": "2", "reason": "burr"}]);
    let newer = newer_of(&told);
    assert_eq!(newer["scrap"][0]["reason"], "burr");
}

#[test]
fn i_a_reader_of_the_older_version_gets_it_or_is_told_that_it_cannot_be_said() {
    let mut report = v1_report();
    report["scrap_by_reason"] =
        json!([{"quantity": "1.5", "reason": "burr"}, {"quantity": "0.5", "reason": "crack"}]);
    for data in [v1_report(), report] {
        let newer = newer_of(&data);
        let back = older_of(&newer).unwrap();
        let [was, is] = [data, back].map(|data| event(&message(V1, "m", data)).body);
        let scrapped = |body: &twin_model::EventBody| match body {
            twin_model::EventBody::OperationCompleted(report) => report.scrapped(),
            other => panic!("{other:?}"),
        };
        assert_eq!(scrapped(&was), scrapped(&is));
    }
    let mut mixed = newer_of(&v1_report());
    mixed["scrap"][0]["quantity"]["unit"] = json!("KGM");
    assert_eq!(older_of(&mixed), Err(NOT_ONE_UNIT));
    assert_eq!(refusal(&message(V2, "m", mixed)).code(), Code::R34);
}

fn reports() -> Vec<Value> {
    let report = |op: &str, good: &str, scrap: &str| {
        json!({"order": "WO-1", "op": op, "unit": "KGM", "good": good, "scrap": scrap,
            "work_center": "WC-1", "output_lots": [format!("L-{op}")], "rework": "0.25"})
    };
    vec![
        report("10", "4", "1"),
        report("20", "3.5", "0"),
        report("30", "3", "0.5"),
    ]
}

#[test]
fn j_versions_of_one_order_in_flight_together_count_as_one_story() {
    let older: Vec<Value> = reports();
    let newer: Vec<Value> = older.iter().map(newer_of).collect();
    let story = |mask: usize| -> Vec<Value> {
        let data = older.iter().zip(&newer).enumerate();
        data.map(|(n, (older, newer))| match mask >> n & 1 {
            0 => message(V1, &format!("m{n}"), older.clone()),
            _ => message(V2, &format!("m{n}"), newer.clone()),
        })
        .collect()
    };
    let all_old = end_of(&story(0));
    for mask in 1..8 {
        assert_eq!(end_of(&story(mask)), all_old, "newer versions {mask:b}");
    }
    let again = [&story(0)[0], &story(7)[0]].map(event);
    assert_eq!(
        again[0].content_digest(),
        again[1].content_digest(),
        "a resend is no other event"
    );
}

#[test]
fn k_a_major_that_is_not_known_is_kept_with_the_versions_that_are() {
    let rejection = refusal(&message("mfg.operation.completed.v3", "m", v1_report()));
    assert_eq!(rejection.code(), Code::R33);
    assert_eq!(
        rejection.to_string(),
        "Message version v3 of mfg.operation.completed is not understood by this twin (knows v1, \
         v2). Kept for replay."
    );
    assert_eq!(rejection.kind(), twin_model::Kind::Exception);
}

#[test]
fn l_a_stored_log_of_the_older_version_ends_as_its_newer_one_does() {
    let older: Vec<Value> = reports()
        .into_iter()
        .enumerate()
        .map(|(n, data)| message(V1, &format!("m{n}"), data))
        .collect();
    // The log holds what was received; the code that reads it also writes it again.
    let written: Vec<Value> = older
        .iter()
        .map(|raw| serde_json::from_str(&encode(&event(raw))).unwrap())
        .collect();
    let newer: Vec<Value> = older
        .iter()
        .map(|raw| {
            let mut newer = raw.clone();
            newer["type"] = json!(V2);
            newer["data"] = newer_of(&raw["data"]);
            newer
        })
        .collect();
    assert_eq!(end_of(&newer), end_of(&older));
    assert_eq!(end_of(&written), end_of(&older));
    assert_ne!(
        end_of(&older[..2]),
        end_of(&older),
        "the log says something"
    );
}

#[test]
fn m_an_older_version_stays_until_its_last_sender_has_moved_and_says_what_replaces_it() {
    let known = contracts();
    let find = |name: &str| {
        known
            .iter()
            .find(|contract| contract.type_name == name)
            .unwrap()
    };
    assert_eq!(find(V1).replaced_by, Some(V2));
    assert_eq!(find(V2).replaced_by, None);
    assert_eq!(
        find(V2).owners,
        find(V1).owners,
        "a version changes no owner"
    );
    assert_eq!(
        find(V2).criticality,
        find(V1).criticality,
        "nor how urgent it is"
    );
    assert!(decode(message(V1, "m", v1_report()).to_string().as_bytes()).is_ok());
}
