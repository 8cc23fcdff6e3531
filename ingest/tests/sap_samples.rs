//! Every sample of SAP's services ends as events of the twin or as a coded exception.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

#[path = "adapters/samples.rs"]
mod samples;
#[path = "adapters/sap_documents.rs"]
mod sap_documents;
#[path = "adapters/sap_recount.rs"]
mod sap_recount;

use std::collections::BTreeSet;
use std::path::PathBuf;

use samples::{files_below, import, import_texts, sample_folder};
use serde_json::{Value, json};
use twin_model::EventBody;

const NAME: &str = "sap-s4";

fn sample(path: &str) -> Option<PathBuf> {
    Some(sample_folder("sap-s4-samples")?.join(path))
}

/// A sample as JSON, changed, as a text of its own.
fn changed(path: &str, change: impl Fn(&mut Value)) -> Option<String> {
    let text = std::fs::read_to_string(sample(path)?).unwrap();
    let mut document: Value = serde_json::from_str(&text).unwrap();
    change(&mut document);
    Some(document.to_string())
}

const ORDER: &str =
    "production-order-reads-sandbox/Outputs/production-order-01-general-sample.json";
const OPERATIONS: &str =
    "production-order-reads-sandbox/Outputs/production-order-04-operation-sample.json";
const STATUS: &str =
    "production-order-reads-sandbox/Outputs/production-order-05-status-sample.json";
const CONFIRMATIONS: &str = "production-order-conf-reads-sandbox/Outputs/production-order-confirmation-conf-by-orderid-01-confirmation-sample.json";
const ORDER_EVENT: &str =
    "production-order-conf-reads/Inputs/EC_MC_sample_production_order_events.json";

#[test]
fn every_sample_ends_as_events_or_as_a_coded_exception() {
    let Some(folder) = sample_folder("sap-s4-samples") else {
        return;
    };
    let files = files_below(&folder, "json");
    assert_eq!(files.len(), 102);
    let (mut events, mut exceptions) = (0, 0);
    for file in &files {
        let seen = import(NAME, &[&file]);
        assert!(
            !seen.events.is_empty(),
            "{}: nothing came of it",
            file.display()
        );
        let codes = seen
            .events
            .iter()
            .filter_map(|(_, read)| read.as_ref().err());
        let codes: BTreeSet<String> = codes
            .map(|error| error.rejection.code().to_string())
            .collect();
        assert!(
            codes.iter().all(|code| code == "TWIN-R34"),
            "{}: {codes:?}",
            file.display()
        );
        events += seen.read().len();
        exceptions += seen.exceptions().len();
        assert_eq!(
            import(NAME, &[&file]).events,
            seen.events,
            "{}",
            file.display()
        );
    }
    eprintln!(
        "{} files: {events} events, {exceptions} exceptions",
        files.len()
    );
    assert!(
        events >= 18 && exceptions >= 50,
        "{events} events, {exceptions} exceptions"
    );
}

/// Numbers that an event would carry, in SAP's names.
fn is_quantity(name: &str) -> bool {
    ["Qty", "Quantity", "quantity"]
        .iter()
        .any(|part| name.contains(part))
}

fn spoil(value: &mut Value, spoilt: &str) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(_) | Value::Number(_) if is_quantity(name) => {
                        *value = Value::from(spoilt);
                    }
                    value => spoil(value, spoilt),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| spoil(item, spoilt)),
        _ => {}
    }
}

#[test]
fn a_quantity_that_cannot_be_read_never_becomes_zero() {
    let Some(folder) = sample_folder("sap-s4-samples") else {
        return;
    };
    let with_quantities = [
        "mfg.work_order.created.v1",
        "mfg.operation.progressed.v1",
        "mfg.operation.completed.v1",
        "mfg.lot.created.v1",
        "mfg.goods.received.v1",
        "mfg.material.issued.v1",
        "mfg.material.returned.v1",
        "mfg.shipment.requested.v1",
    ];
    let mut spoilt_events = 0;
    for file in files_below(&folder, "json") {
        let text = std::fs::read_to_string(&file).unwrap();
        let whole = import_texts(NAME, &[&text]);
        for spoilt in ["n/a", "12,5", ""] {
            let mut document: Value = serde_json::from_str(&text).unwrap();
            spoil(&mut document, spoilt);
            let seen = import_texts(NAME, &[document.to_string()]);
            let counts = seen.by_type();
            let left: Vec<_> = with_quantities
                .iter()
                .filter(|name| counts.contains_key(**name))
                .collect();
            assert!(
                left.is_empty(),
                "{} with {spoilt:?}: {left:?}",
                file.display()
            );
            let lost = whole.read().len() - seen.read().len();
            assert!(
                seen.exceptions().len() >= lost,
                "{} with {spoilt:?}",
                file.display()
            );
            spoilt_events += lost;
        }
    }
    assert!(spoilt_events > 0);
}

#[test]
fn an_orders_text_numbers_dates_and_times_are_values() {
    let Some(file) = sample(ORDER) else { return };
    let seen = import(NAME, &[file]);
    assert_eq!(
        seen.data("mfg.work_order.created.v1"),
        [json!({
            "order": "1000000", "material": "MZ-FG-R10",
            "quantity": {"value": "500", "unit": "H87"},
            "routing_version": "0001", "bom_version": "0001",
            "planned_start": "2017-06-06T00:00:00Z", "planned_end": "2017-06-08T00:00:00Z",
        })]
    );
    // 2016-08-04T09:00:00+09:00 is a day, and PT12H26M00S a clock.
    assert_eq!(seen.read()[0].time.to_string(), "2016-08-04T12:26:00Z");
    assert_eq!(seen.events[0].0.id, "order/1000000/created");
    assert_eq!(seen.exceptions(), Vec::<String>::new());
}

#[test]
fn an_orders_files_together_are_one_release_with_its_operations() {
    let Some(folder) = sample("production-order-reads-sandbox/Outputs") else {
        return;
    };
    let seen = import(NAME, &files_below(&folder, "json"));
    let released = &seen.data("mfg.work_order.released.v1")[0];
    assert_eq!(
        released["operations"],
        json!([{"op": "10", "work_center": "Z_ASM1"}, {"op": "20", "work_center": "Z_INSP1"}])
    );
    let components = released["components"].as_array().unwrap();
    assert_eq!(components.len(), 7);
    assert_eq!(
        components[0],
        json!({"material": "MZ-RM-R10-01", "op": "20", "backflush": true,
            "quantity": {"value": "1500", "unit": "H87"}})
    );
    assert_eq!(
        seen.data("mfg.work_order.tech_completed.v1").len(),
        1,
        "told once, by the header"
    );
    assert_eq!(seen.report.rows_unchanged, 1);
    assert_eq!(
        seen.report.rows_skipped.values().sum::<u64>(),
        4,
        "statuses without a step"
    );
    let alone = import(NAME, &[sample(OPERATIONS).unwrap()]);
    assert_eq!(alone.exceptions().len(), 2);
    assert!(alone.exceptions()[0].contains("at /message[1]: an operation is part of its order's"));
}

/// The steps of an order's life that a document tells.
fn steps(text: String) -> Vec<String> {
    let seen = import_texts(NAME, &[text]);
    let steps = seen.by_type().into_keys();
    let steps = steps.filter_map(|name| name.strip_prefix("mfg.work_order."));
    steps
        .map(|name| name.trim_end_matches(".v1").to_owned())
        .collect()
}

#[test]
fn a_status_is_the_same_as_a_flag_a_code_and_a_word() {
    let released_flag = changed(ORDER, |order| {
        let order = &mut order["message"][0];
        order["OrderIsTechnicallyCompleted"] = json!("");
        order["OrderIsReleased"] = json!("X");
    });
    let Some(released_flag) = released_flag else {
        return;
    };
    assert_eq!(steps(released_flag), ["created", "released"]);
    let released_code = changed(STATUS, |list| {
        list["message"] = json!([{"ManufacturingOrder": "1000000", "StatusCode": "I0002",
            "IsUserStatus": false, "StatusShortName": "REL", "StatusName": "Released"}]);
    });
    assert_eq!(steps(released_code.unwrap()), ["released"]);
    let as_read = |path: &str| std::fs::read_to_string(sample(path).unwrap()).unwrap();
    assert_eq!(steps(as_read(STATUS)), ["tech_completed"]);
    assert_eq!(
        steps(as_read(ORDER)),
        ["created", "released", "tech_completed"]
    );
    let completed = changed(ORDER_EVENT, |event| {
        event["production_order"]["status"] = json!("TECO PRC MACM");
    });
    assert_eq!(steps(completed.unwrap()), ["tech_completed"]);
    let with_unit = |event: &mut Value| event["production_order"]["unit"] = json!("PC");
    assert_eq!(
        steps(changed(ORDER_EVENT, with_unit).unwrap()),
        ["created", "released"]
    );
    let not_yet = changed(ORDER_EVENT, |event| {
        event["production_order"]["status"] = json!("CRTD RELX MACM");
    });
    assert_eq!(
        steps(not_yet.unwrap()),
        Vec::<String>::new(),
        "a word is a whole word"
    );
    let broken = changed(ORDER, |order| {
        order["message"][0]["OrderIsLocked"] = json!("perhaps")
    });
    let seen = import_texts(NAME, &[broken.unwrap()]);
    let expected = "at /message/OrderIsLocked: \"perhaps\" is neither true nor false";
    assert!(
        seen.exceptions().iter().any(|text| text.contains(expected)),
        "{:?}",
        seen.exceptions()
    );
}

#[test]
fn a_locked_order_is_held() {
    let locked = changed(ORDER, |order| {
        order["message"][0]["OrderIsLocked"] = json!("X")
    });
    let Some(locked) = locked else { return };
    let seen = import_texts(NAME, &[locked]);
    assert_eq!(
        seen.data("mfg.hold.placed.v1"),
        [
            json!({"hold": "SAP-LOCK/1000000", "reason": "locked in SAP",
            "scope": {"kind": "work_order", "id": "1000000"}})
        ]
    );
}

#[test]
fn an_event_without_a_unit_is_told_and_its_release_is_not_lost() {
    let Some(file) = sample(ORDER_EVENT) else {
        return;
    };
    let seen = import(NAME, &[file]);
    assert_eq!(
        seen.by_type().into_iter().collect::<Vec<_>>(),
        [("mfg.work_order.released.v1", 1)]
    );
    let missing = ["/erp/sap", "/mes/sap"].map(|source| {
        format!("Message from {source} is unreadable at /production_order/unit: is empty.")
    });
    assert_eq!(
        seen.exceptions(),
        missing,
        "of the order, and of the report"
    );
    let with_unit = changed(ORDER_EVENT, |event| {
        event["production_order"]["unit"] = json!("PC")
    });
    let seen = import_texts(NAME, &[with_unit.unwrap()]);
    let report = &seen.data("mfg.operation.progressed.v1")[0];
    assert_eq!(
        (&report["op"], &report["good"]),
        (&json!("20"), &json!("30"))
    );
    assert_eq!(report["end"], "2021-10-11T08:02:22Z");
}

#[test]
fn confirmations_are_reports_with_keys_of_their_own() {
    let Some(file) = sample(CONFIRMATIONS) else {
        return;
    };
    let seen = import(NAME, &[file]);
    let ids: Vec<&str> = seen
        .events
        .iter()
        .map(|(event, _)| event.id.as_str())
        .collect();
    let expected = [
        "confirmation/207/1",
        "confirmation/208/1",
        "confirmation/209/1",
        "confirmation/210/1",
    ];
    assert_eq!(ids, expected);
    for event in seen.read() {
        let EventBody::OperationCompleted(report) = &event.body else {
            panic!("{event:?}")
        };
        assert_eq!(report.order.as_str(), "2000022");
        assert_eq!(report.good.to_string(), "10");
        assert_eq!(report.end, Some(event.time));
    }
    let partial = changed(CONFIRMATIONS, |list| {
        let first = &mut list["message"][0];
        first["IsFinalConfirmation"] = json!(false);
        first["ConfirmationGroup"] = json!("0000000207");
    });
    let seen = import_texts(NAME, &[partial.unwrap()]);
    assert_eq!(
        seen.events[0].0.id, "confirmation/207/1",
        "zeros in front name nothing else"
    );
    assert_eq!(seen.events[0].0.type_name, "mfg.operation.progressed.v1");
}

#[test]
fn a_reversed_confirmation_is_told_and_taken_back() {
    let reversed = changed(CONFIRMATIONS, |list| {
        let confirmations = list["message"].as_array_mut().unwrap();
        let mut reversal = confirmations[0].clone();
        confirmations[0]["IsReversed"] = json!(true);
        confirmations[0]["LastChangeDate"] = json!("2016-09-22T09:00:00+09:00");
        reversal["IsReversal"] = json!(true);
        reversal["ConfirmationCount"] = json!("2");
        confirmations.insert(1, reversal);
    });
    let Some(reversed) = reversed else { return };
    let seen = import_texts(NAME, &[&reversed]);
    assert_eq!(seen.exceptions(), Vec::<String>::new());
    assert_eq!(
        seen.data("mfg.confirmation.reversed.v1"),
        [
            json!({"order": "2000022", "op": "10", "event": "confirmation/207/1",
            "reason": "reversed in SAP"})
        ]
    );
    assert_eq!(
        seen.data("mfg.operation.completed.v1").len(),
        4,
        "the reversal is no report"
    );
    assert_eq!(
        seen.report.rows_skipped.len(),
        1,
        "{:?}",
        seen.report.rows_skipped
    );
    // Read again after the reversal, the report is the same event as before.
    let before = import(NAME, &[sample(CONFIRMATIONS).unwrap()]);
    assert_eq!(before.events[0], seen.events[0]);
}
