//! Shapes in which documents of others come, and the last value that each field takes.

use serde_json::{Value, json};
use twin_model::wire::epcis::read;
use twin_model::{Code, EventBody, Usage};

use super::story::{naming, one};

const LOT: &str = "urn:epc:class:lgtin:4012345.012345.998877";

/// An event that says that a lot has come in, with other fields.
fn received(fields: &Value) -> Value {
    let mut event = json!({"type": "ObjectEvent", "eventTime": "2026-03-01T08:00:00Z",
        "eventTimeZoneOffset": "+00:00", "eventID": "urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8",
        "action": "OBSERVE", "bizStep": "receiving",
        "quantityList": [{"epcClass": LOT, "quantity": 1}]});
    for (name, value) in fields.as_object().unwrap() {
        event[name] = value.clone();
    }
    event
}

/// The context that makes the prefix `twin` mean a twin.
fn ours(mut fields: Value) -> Value {
    fields["@context"] = json!([{"twin": "urn:plant-twin:"}]);
    received(&fields)
}

fn bodies(event: &Value) -> Vec<EventBody> {
    let text = event.to_string();
    let answer = one(&text, &naming(&[]));
    let events = answer.outcome.unwrap_or_else(|fault| panic!("{fault:?}"));
    events.into_iter().map(|event| event.body).collect()
}

#[track_caller]
fn refused(text: &str, code: Code, at: &str, detail: &str) {
    let fault = one(text, &naming(&[])).outcome.unwrap_err();
    assert_eq!((fault.code, fault.at.as_str()), (code, at), "{fault:?}");
    assert!(fault.detail.contains(detail), "{fault:?}");
}

#[test]
fn an_event_is_read_from_a_document_an_answer_a_list_and_alone() {
    let event = received(&json!({}));
    let alone = event.to_string();
    let list = json!([event]).to_string();
    let document = |version: Value| {
        json!({"type": "EPCISDocument", "schemaVersion": version,
            "epcisBody": {"eventList": [event]}})
        .to_string()
    };
    let answer = json!({"type": "EPCISQueryDocument", "schemaVersion": "2.0",
        "epcisBody": {"queryResults": {"queryName": "q", "resultsBody": {"eventList": [event]}}}})
    .to_string();
    for (text, at) in [
        (&alone, "$"),
        (&list, "$[0]"),
        (&document(json!("2.0.1")), "$.epcisBody.eventList[0]"),
        (&document(Value::Null), "$.epcisBody.eventList[0]"),
        (&answer, "$.epcisBody.queryResults.resultsBody.eventList[0]"),
    ] {
        let read = one(text, &naming(&[]));
        assert_eq!(read.at, at);
        assert_eq!(read.outcome.unwrap().len(), 1, "{text}");
    }
    refused(
        &document(json!("1.2")),
        Code::R34,
        "$.schemaVersion",
        "version 2",
    );
    for (text, at) in [
        (json!({"type": "EPCISDocument"}), "$.epcisBody"),
        (
            json!({"type": "EPCISDocument", "epcisBody": {}}),
            "$.epcisBody.eventList",
        ),
        (
            json!({"type": "EPCISQueryDocument", "epcisBody": {"eventList": []}}),
            "$.epcisBody.queryResults",
        ),
    ] {
        refused(&text.to_string(), Code::R34, at, "is missing");
    }
    let none = json!({"type": "EPCISDocument", "epcisBody": {"eventList": []}});
    assert_eq!(read(&none.to_string(), &naming(&[])), []);
}

#[test]
fn a_last_day_ends_at_the_midnight_of_the_offset_which_is_one_of_the_standard() {
    for (offset, end) in [
        ("+00:00", "2027-01-01T00:00:00Z"),
        ("-00:30", "2027-01-01T00:30:00Z"),
        ("+05:45", "2026-12-31T18:15:00Z"),
        ("-12:00", "2027-01-01T12:00:00Z"),
        ("+13:59", "2026-12-31T10:01:00Z"),
        ("+14:00", "2026-12-31T10:00:00Z"),
        ("-14:00", "2027-01-01T14:00:00Z"),
    ] {
        let event = received(&json!({"eventTimeZoneOffset": offset,
            "ilmd": {"cbvmda:itemExpirationDate": "2026-12-31"}}));
        let [EventBody::LotCreated(lot)] = &bodies(&event)[..] else {
            panic!("one lot")
        };
        assert_eq!(lot.expiry.unwrap().to_string(), end, "{offset}");
    }
    for offset in [
        "", "+", "01:00", "+1:00", "+001:00", "+01:5", "+01.00", "+14:01", "+15:00", "+00:60",
    ] {
        let event = received(&json!({"eventTimeZoneOffset": offset}));
        refused(
            &event.to_string(),
            Code::R34,
            "$.eventTimeZoneOffset",
            "no offset",
        );
    }
    for day in ["2026-02-30", "soon"] {
        let event = received(&json!({"ilmd": {"cbvmda:itemExpirationDate": day}}));
        let at = "$.ilmd.cbvmda:itemExpirationDate";
        refused(&event.to_string(), Code::R34, at, "is no date");
    }
}

#[test]
fn a_lot_comes_in_with_the_status_that_its_disposition_means() {
    for (usage, words) in [
        (
            Usage::Unrestricted,
            "conformant active in_progress available sellable_accessible sellable_not_accessible \
             completeness_verified completeness_inferred container_closed container_open",
        ),
        (Usage::Restricted, "non_sellable_other"),
        (Usage::QualityInspection, "unknown"),
        (
            Usage::Blocked,
            "unavailable damaged expired mismatch_class mismatch_instance mismatch_quantity \
             needs_replacement no_pedigree_match recalled returned stolen",
        ),
        (Usage::Rejected, "non_conformant"),
    ] {
        for word in words.split_whitespace() {
            for prefix in [
                "",
                "https://ref.gs1.org/cbv/Disp-",
                "cbv:Disp-",
                "urn:epcglobal:cbv:disp:",
            ] {
                let event = received(&json!({"disposition": format!("{prefix}{word}")}));
                let [EventBody::LotCreated(lot)] = &bodies(&event)[..] else {
                    panic!("one lot")
                };
                assert_eq!(lot.usage, usage, "{prefix}{word}");
            }
        }
    }
    let [EventBody::LotCreated(lot)] = &bodies(&received(&json!({})))[..] else {
        panic!("one lot")
    };
    assert_eq!(lot.usage, Usage::Unrestricted);
    let gone = received(&json!({"disposition": "dispensed"}));
    refused(
        &gone.to_string(),
        Code::R73,
        "$.disposition",
        "cannot be dispensed",
    );
}

#[test]
fn steps_that_bring_a_lot_are_told_from_those_that_do_not() {
    for (action, step) in [
        ("ADD", Value::Null),
        ("ADD", json!("commissioning")),
        ("ADD", json!("creating_class_instance")),
        ("OBSERVE", json!("receiving")),
        ("OBSERVE", json!("accepting")),
        ("OBSERVE", json!("urn:epcglobal:cbv:bizstep:receiving")),
    ] {
        let event = received(&json!({"action": action, "bizStep": step}));
        let [EventBody::LotCreated(_)] = &bodies(&event)[..] else {
            panic!("{action} {step}")
        };
    }
    for (action, step, detail) in [
        ("OBSERVE", Value::Null, "only seen (no step)"),
        (
            "OBSERVE",
            json!("commissioning"),
            "only seen (commissioning)",
        ),
        ("ADD", json!("receiving"), "come into being by receiving"),
        ("DELETE", json!("receiving"), "cease to be (receiving)"),
        ("OBSERVE", json!("cycle_counting"), "what the books said"),
    ] {
        let event = received(&json!({"action": action, "bizStep": step}));
        refused(&event.to_string(), Code::R73, "$", detail);
    }
}

#[test]
fn a_count_is_read_where_the_books_are_told_and_says_why() {
    for step in ["stock_taking", "cycle_counting"] {
        let event = ours(
            json!({"bizStep": step, "twin:booked": 3, "twin:reason": "lost",
            "quantityList": [{"epcClass": LOT, "quantity": 2.5, "uom": "KGM"}]}),
        );
        let [EventBody::StockAdjusted(count)] = &bodies(&event)[..] else {
            panic!("one count")
        };
        assert_eq!(
            (count.counted.to_string(), count.booked.to_string()),
            ("2.5 KGM".to_owned(), "3 KGM".to_owned())
        );
        let silent = ours(json!({"bizStep": step, "twin:booked": 3}));
        refused(
            &silent.to_string(),
            Code::R34,
            "$.twin:reason",
            "is missing",
        );
    }
}

#[test]
fn an_amount_is_a_decimal_number_in_every_way_in_which_json_writes_one() {
    let with = |number: &str| {
        let event = received(&json!({"quantityList": [{"epcClass": LOT, "quantity": "NUMBER"}]}));
        event.to_string().replace("\"NUMBER\"", number)
    };
    for (number, amount) in [
        ("2", "2 H87"),
        ("2.50", "2.50 H87"),
        ("1e3", "1000 H87"),
        ("25E-1", "2.5 H87"),
    ] {
        let text = with(number);
        let events = one(&text, &naming(&[])).outcome.unwrap();
        let EventBody::LotCreated(lot) = &events[0].body else {
            panic!("one lot")
        };
        let exact: twin_model::Decimal = amount.trim_end_matches(" H87").parse().unwrap();
        assert_eq!(lot.quantity.value.value(), exact, "{number}");
    }
    for number in ["\"2\"", "true", "1e40", "0.1234567890123"] {
        let text = with(number);
        let fault = one(&text, &naming(&[])).outcome.unwrap_err();
        assert_eq!(
            fault.at, "$.quantityList[0].quantity",
            "{number}: {fault:?}"
        );
    }
}

/// A transformation of a twin: lots that go in and come out, by their numbers.
fn transformed(inputs: &[&str], outputs: &[&str], fields: &Value) -> Value {
    let class = |lot: &&str| {
        let epc_class = format!("urn:plant-twin:lot:P1:M:{lot}");
        json!({"epcClass": epc_class, "quantity": 1})
    };
    let mut event = json!({"type": "TransformationEvent", "eventTime": "2026-03-01T08:00:00Z",
        "eventTimeZoneOffset": "+00:00", "@context": [{"twin": "urn:plant-twin:"}],
        "inputQuantityList": inputs.iter().map(class).collect::<Vec<_>>(),
        "outputQuantityList": outputs.iter().map(class).collect::<Vec<_>>()});
    for (name, value) in fields.as_object().unwrap() {
        event[name] = value.clone();
    }
    event
}

#[test]
fn one_lot_is_split_and_a_merger_gives_one_lot() {
    let split = json!({"twin:change": "split"});
    let [EventBody::LotSplit(body)] = &bodies(&transformed(&["A"], &["B", "C"], &split))[..] else {
        panic!("one split")
    };
    assert_eq!((body.parent.as_str(), body.children.len()), ("A", 2));
    for (inputs, detail) in [
        (&[][..], "0 lots are split"),
        (&["A", "B"][..], "2 lots are split"),
    ] {
        let text = transformed(inputs, &["C"], &split).to_string();
        refused(&text, Code::R34, "$", detail);
    }
    let merged = |fields: Value| {
        let mut all = json!({"twin:change": "merged"});
        for (name, value) in fields.as_object().unwrap() {
            all[name] = value.clone();
        }
        all
    };
    let (from, to) = ("2026-03-01T06:00:00Z", "2026-03-01T07:00:00Z");
    for (fields, has_window) in [
        (json!({}), false),
        (json!({"twin:from": from}), false),
        (json!({"twin:to": to}), false),
        (json!({"twin:from": from, "twin:to": to}), true),
    ] {
        let event = transformed(&["A", "B"], &["C"], &merged(fields));
        let [EventBody::LotMerged(body)] = &bodies(&event)[..] else {
            panic!("one merger")
        };
        assert_eq!((body.parents.len(), body.child.lot.as_str()), (2, "C"));
        assert_eq!(body.window.is_some(), has_window);
        assert_eq!(body.tank, None);
    }
    for outputs in [&[][..], &["C", "D"][..]] {
        let text = transformed(&["A"], outputs, &merged(json!({}))).to_string();
        refused(&text, Code::R34, "$", "a merger gives one lot");
    }
    let backwards = merged(json!({"twin:from": to, "twin:to": from}));
    let text = transformed(&["A"], &["C"], &backwards).to_string();
    refused(
        &text,
        Code::R34,
        "$",
        "as mfg.lot.merged.v1 at $.data.window: ends",
    );
}

#[test]
fn a_tank_is_where_it_was_seen_and_an_order_is_the_document_of_that_kind() {
    let tank = json!({"twin:change": "merged",
        "readPoint": {"id": "urn:plant-twin:work_center:P1:T%201", "note": "of others"}});
    let [EventBody::LotMerged(body)] = &bodies(&transformed(&["A"], &["C"], &tank))[..] else {
        panic!("one merger")
    };
    assert_eq!(body.tank.as_ref().unwrap().as_str(), "T 1");
    let order = "urn:plant-twin:order:P1:WO%201";
    for (kind, document, found) in [
        (json!("prodorder"), order, Some("WO 1")),
        (
            json!("https://ref.gs1.org/cbv/BTT-prodorder"),
            order,
            Some("WO 1"),
        ),
        (json!("cbv:BTT-prodorder"), order, Some("WO 1")),
        (
            json!("urn:epcglobal:cbv:btt:prodorder"),
            order,
            Some("WO 1"),
        ),
        (json!("po"), order, None),
        (Value::Null, order, None),
        (json!("prodorder"), "urn:example:order:7", None),
    ] {
        let documents = json!({"bizTransactionList": [
            {"type": "prodorder", "bizTransaction": "urn:example:order:1"},
            {"type": kind, "bizTransaction": document}]});
        let event = transformed(&["A"], &["C"], &documents);
        let [EventBody::LotTransformed(body)] = &bodies(&event)[..] else {
            panic!("one transformation")
        };
        let named = body.order.as_ref().map(|order| order.as_str());
        assert_eq!(named, found, "{kind} {document}");
    }
}

#[test]
fn only_a_lot_is_a_lot_and_it_has_a_material_where_it_comes_into_being() {
    let with =
        |class: &str| received(&json!({"quantityList": [{"epcClass": class, "quantity": 1}]}));
    let at = "$.quantityList[0].epcClass";
    for (class, place, detail) in [
        (
            "urn:epc:id:sscc:0614141.1234567890",
            at,
            "packing unit 106141412345678908 is no lot",
        ),
        (
            "urn:plant-twin:unit:P1:U-1",
            at,
            "packing unit U-1 is no lot",
        ),
        (
            "https://id.gs1.org/01/04012345666663",
            at,
            "GTIN 04012345666663",
        ),
        ("urn:example:lot:7", at, "names no lot"),
        (
            "urn:plant-twin:lot:P1::L",
            "$.quantityList[0]",
            "of which material lot L is",
        ),
    ] {
        refused(&with(class).to_string(), Code::R73, place, detail);
    }
    let [EventBody::LotCreated(lot)] = &bodies(&with("urn:plant-twin:lot:P2:M:L"))[..] else {
        panic!("one lot")
    };
    assert_eq!((lot.lot.as_str(), lot.material.as_str()), ("L", "M"));
}

#[test]
fn what_becomes_of_the_last_lot_that_an_event_may_name_is_read_and_of_one_more_is_not() {
    let lots: Vec<String> = (0..1_001).map(|n| format!("L{n}")).collect();
    let names: Vec<&str> = lots.iter().map(String::as_str).collect();
    let event = transformed(&["A"], &names[..1_000], &json!({}));
    let [EventBody::LotTransformed(body)] = &bodies(&event)[..] else {
        panic!("one transformation")
    };
    assert_eq!(body.outputs.len(), 1_000);
    let text = transformed(&["A"], &names, &json!({})).to_string();
    refused(
        &text,
        Code::R34,
        "$",
        "as mfg.lot.transformed.v1 at $.data.outputs: has 1001",
    );
}

#[test]
fn several_events_of_one_with_a_long_name_have_ids_of_their_own_that_fit() {
    let things = json!([{"epcClass": LOT, "quantity": 1},
        {"epcClass": "urn:epc:class:lgtin:4012345.012345.998878", "quantity": 1}]);
    let ids = |name: &str| -> Vec<String> {
        let event = received(&json!({"eventID": name, "quantityList": things}));
        let text = event.to_string();
        let events = one(&text, &naming(&[])).outcome.unwrap();
        events.iter().map(|event| event.id.to_string()).collect()
    };
    let max = twin_model::ID_BYTES_MAX;
    let name = |len: usize| format!("urn:x:{}", "e".repeat(len - 6));
    let fits = ids(&name(max - 2));
    assert_eq!(fits, [name(max - 2), format!("{}#2", name(max - 2))]);
    let longest = ids(&name(max));
    assert_eq!(longest[0], name(max));
    assert!(
        longest[1].starts_with("urn:plant-twin:digest:"),
        "{longest:?}"
    );
    assert_ne!(longest[1], ids(&name(max - 1))[1], "of another name");
    let too_long = ids(&name(max + 1));
    assert!(
        too_long[0].starts_with("urn:plant-twin:digest:"),
        "{too_long:?}"
    );
}

#[test]
fn what_is_no_json_says_the_line_and_what_is_of_another_kind_only_its_place() {
    let fault = |text: &str| one(text, &naming(&[])).outcome.unwrap_err();
    let broken = fault("{\n  \"type\": \n}");
    assert!(broken.detail.contains("at line 3 column 1"), "{broken:?}");
    let other = fault(&received(&json!({"eventID": 7})).to_string());
    assert_eq!(other.at, "$.eventID");
    assert!(!other.detail.contains("line"), "{other:?}");
}
