//! Documents of others: what has a place becomes events, what has none says where and why.

use serde_json::{Value, json};
use twin_model::wire::epcis::{Fault, read};
use twin_model::{Code, EventBody, HoldScope, Usage};

use super::official;
use super::story::{naming, one};

/// A document with one event of these fields beside time and type.
fn document(kind: &str, fields: &Value) -> String {
    let mut event = json!({"type": kind, "eventTime": "2026-03-01T08:00:00+01:00",
        "eventTimeZoneOffset": "+01:00", "eventID": "urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8"});
    let target = event.as_object_mut().unwrap();
    for (name, value) in fields.as_object().unwrap() {
        target.insert(name.clone(), value.clone());
    }
    json!({"@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
        "type": "EPCISDocument", "schemaVersion": "2.0", "creationDate": "2026-03-01T08:00:00Z",
        "epcisBody": {"eventList": [event]}})
    .to_string()
}

fn bodies(kind: &str, fields: &Value) -> Vec<EventBody> {
    let text = document(kind, fields);
    let events = one(&text, &naming(&[])).outcome.unwrap();
    events.into_iter().map(|event| event.body).collect()
}

#[track_caller]
fn fault(kind: &str, fields: &Value) -> Fault {
    let text = document(kind, fields);
    one(&text, &naming(&[])).outcome.unwrap_err()
}

const LOT: &str = "urn:epc:class:lgtin:4012345.012345.998877";
const SSCC: &str = "urn:epc:id:sscc:0614141.1234567890";

#[test]
fn what_a_partner_packs_is_in_the_unit_of_its_label() {
    let inner = "https://example.com/00/106141412345678908";
    let fields = json!({"action": "ADD", "bizStep": "packing", "parentID": "urn:epc:id:sscc:0614141.1234567891",
        "childEPCs": ["urn:epc:id:sgtin:0614141.107346.2017", SSCC],
        "childQuantityList": [{"epcClass": LOT, "quantity": 2.5, "uom": "KGM"}]});
    let [EventBody::LotPacked(body)] = &bodies("AggregationEvent", &fields)[..] else {
        panic!("one packing");
    };
    assert_eq!(body.unit.as_str(), "106141412345678915");
    assert_eq!(body.units, ["106141412345678908".parse().unwrap()]);
    let lots: Vec<String> = body
        .lots
        .iter()
        .map(|line| format!("{} {}", line.lot, line.quantity))
        .collect();
    assert_eq!(
        lots,
        [
            "10614141073464/21/2017 1 H87",
            "04012345123456/10/998877 2.5 KGM"
        ]
    );
    let fields = json!({"action": "DELETE", "parentID": inner});
    let [EventBody::LotPacked(body)] = &bodies("AggregationEvent", &fields)[..] else {
        panic!("one unpacking");
    };
    assert!(body.takes_all_out());
    assert_eq!(body.unit.as_str(), "106141412345678908");
}

#[test]
fn every_event_of_the_official_examples_is_answered_for() {
    let Some(examples) = official::examples() else {
        return;
    };
    let naming = naming(&[]);
    let mut counts = std::collections::BTreeMap::<String, u32>::new();
    for (name, text) in &examples {
        let document: Value = serde_json::from_str(text).unwrap();
        let list = document
            .pointer("/epcisBody/eventList")
            .or_else(|| document.pointer("/epcisBody/queryResults/resultsBody/eventList"));
        let answers = read(text, &naming);
        assert_eq!(
            answers.len(),
            list.unwrap().as_array().unwrap().len(),
            "{name}"
        );
        assert_eq!(answers, read(text, &naming), "{name}: the same ids again");
        for answer in answers {
            match answer.outcome {
                Ok(events) => {
                    assert!(!events.is_empty(), "{name}");
                    for event in events {
                        *counts.entry(event.body.type_name().to_owned()).or_default() += 1;
                    }
                }
                Err(fault) => {
                    assert!(fault.at.starts_with(&answer.at), "{name}: {fault:?}");
                    *counts.entry(fault.code.to_string()).or_default() += 1;
                }
            }
        }
    }
    let counts: Vec<(&str, u32)> = counts.iter().map(|(what, n)| (what.as_str(), *n)).collect();
    assert_eq!(
        counts,
        [
            ("TWIN-R73", 34),
            ("TWIN-R74", 4),
            ("mfg.lot.created.v1", 16),
            ("mfg.lot.packed.v1", 1)
        ]
    );
}

#[test]
fn a_lot_that_comes_in_is_there_with_its_shelf_life_and_status() {
    let got = bodies(
        "ObjectEvent",
        &json!({"action": "OBSERVE", "bizStep": "receiving", "disposition": "damaged",
            "quantityList": [{"epcClass": LOT, "quantity": 2.5e2, "uom": "KGM"}],
            "epcList": ["urn:epc:id:sgtin:0614141.107346.2017"],
            "ilmd": {"cbvmda:itemExpirationDate": "2026-12-31"}, "example:field": {"any": 1},
            "sensorElementList": [{"sensorReport": []}]}),
    );
    let [EventBody::LotCreated(piece), EventBody::LotCreated(lot)] = got.as_slice() else {
        panic!("{got:?}")
    };
    assert_eq!(piece.lot.as_str(), "10614141073464/21/2017");
    assert_eq!(piece.quantity.to_string(), "1 H87");
    assert_eq!(lot.lot.as_str(), "04012345123456/10/998877");
    assert_eq!(lot.material.as_str(), "04012345123456");
    assert_eq!(lot.quantity.to_string(), "250 KGM");
    assert_eq!(lot.usage, Usage::Blocked);
    // The midnight after the last day, where the event was.
    let expiry = lot.expiry.unwrap().to_string();
    assert_eq!(expiry, "2026-12-31T23:00:00Z");
}

#[test]
fn a_configured_gtin_is_the_plants_own_material() {
    let naming = naming(&[("BREAD", "04012345123456")]);
    let text = document(
        "ObjectEvent",
        &json!({"action": "ADD", "bizStep": "https://ref.gs1.org/cbv/BizStep-commissioning",
            "quantityList": [{"epcClass": LOT, "quantity": 3}]}),
    );
    let answer = one(&text, &naming);
    let id = "urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8";
    assert_eq!((answer.id.as_str(), answer.source.as_str()), (id, "/epcis"));
    let events = answer.outcome.unwrap();
    let EventBody::LotCreated(body) = &events[0].body else {
        panic!("{events:?}")
    };
    assert_eq!(
        (body.lot.as_str(), body.material.as_str()),
        ("998877", "BREAD")
    );
}

#[test]
fn several_lots_of_one_event_are_several_events_with_ids_of_their_own() {
    let things = json!([{"epcClass": LOT, "quantity": 1},
        {"epcClass": "https://example.com/shop/01/04012345123456/10/A%2F1", "quantity": 2}]);
    let text = document(
        "ObjectEvent",
        &json!({"action": "OBSERVE", "bizStep": "holding", "disposition": "recalled",
            "quantityList": things}),
    );
    let events = one(&text, &naming(&[])).outcome.unwrap();
    let held: Vec<(&str, String)> = events
        .iter()
        .map(|event| match &event.body {
            EventBody::HoldPlaced(hold) => match &hold.scope {
                HoldScope::Lot(lot) => (event.id.as_str(), format!("{} {lot}", hold.hold)),
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        })
        .collect();
    let id = "urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8";
    let second = format!("{id}#2");
    assert_eq!(
        held,
        [
            (id, format!("{id} 04012345123456/10/998877")),
            (second.as_str(), format!("{id}#2 04012345123456/10/A/1")),
        ]
    );
}

#[test]
fn fields_of_a_twin_count_only_where_the_prefix_means_a_twin() {
    let fields = json!({"action": "ADD", "quantityList": [{"epcClass": LOT, "quantity": 1}],
        "twin:sequence": "7"});
    let text = document("ObjectEvent", &fields);
    let sequence = |text: &str| one(text, &naming(&[])).outcome.unwrap()[0].sequence.clone();
    assert_eq!(sequence(&text), None);
    let ours = text.replace(
        "\"https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld\"",
        "{\"twin\": \"urn:plant-twin:\"}",
    );
    assert_eq!(sequence(&ours).as_deref(), Some("7"));
}

#[test]
fn what_cannot_be_read_names_its_place() {
    let quantity = |element: Value| json!({"action": "ADD", "quantityList": [element]});
    for (fields, place, detail) in [
        (json!({"quantityList": []}), ".action", "is missing"),
        (json!({"action": "add"}), ".action", "none of ADD"),
        (
            quantity(json!({"quantity": 1})),
            ".quantityList[0].epcClass",
            "is missing",
        ),
        (
            quantity(json!({"epcClass": LOT, "quantity": "1"})),
            ".quantityList[0].quantity",
            "no decimal",
        ),
        (
            quantity(json!({"epcClass": LOT, "quantity": 1, "uom": "kilo"})),
            ".quantityList[0].uom",
            "not a unit",
        ),
        (
            quantity(json!({"epcClass": LOT, "quantity": 1, "unit": "KGM"})),
            ".quantityList[0].unit",
            "no field",
        ),
        (
            json!({"action": "ADD", "quantiyList": []}),
            ".quantiyList",
            "no field",
        ),
        (
            json!({"action": "ADD", "eventTime": "2026-03-01T08:00:00"}),
            ".eventTime",
            "offset",
        ),
        (
            json!({"action": "ADD", "eventTimeZoneOffset": "1:00"}),
            ".eventTimeZoneOffset",
            "no offset",
        ),
        (
            json!({"action": "ADD", "eventTimeZoneOffset": "+14:01"}),
            ".eventTimeZoneOffset",
            "no offset",
        ),
        (
            json!({"action": "ADD", "eventTimeZoneOffset": "+13:60"}),
            ".eventTimeZoneOffset",
            "no offset",
        ),
        (
            json!({"action": "ADD", "eventID": "E-1"}),
            ".eventID",
            "no URI",
        ),
    ] {
        let fault = fault("ObjectEvent", &fields);
        assert_eq!(fault.code, Code::R34, "{fault:?}");
        assert_eq!(fault.at, format!("$.epcisBody.eventList[0]{place}"));
        assert!(fault.detail.contains(detail), "{fault:?}");
    }
    for (text, at) in [("{", "$"), ("{}", "$.type"), ("[1]", "$[0]"), ("", "$")] {
        let fault = one(text, &naming(&[])).outcome.unwrap_err();
        assert_eq!((fault.code, fault.at.as_str()), (Code::R34, at), "{text}");
    }
}

#[track_caller]
fn has_no_place(kind: &str, fields: &Value, place: &str, detail: &str) {
    let fault = fault(kind, fields);
    assert_eq!(fault.code, Code::R73, "{fault:?}");
    assert_eq!(fault.at, format!("$.epcisBody.eventList[0]{place}"));
    assert!(fault.detail.contains(detail), "{fault:?}");
}

#[test]
fn an_object_event_without_a_place_says_so() {
    let some = json!([{"epcClass": LOT, "quantity": 1}]);
    for (action, step, detail) in [
        ("OBSERVE", "shipping", "token"),
        ("OBSERVE", "stock_taking", "books"),
        ("OBSERVE", "inspecting", "only seen"),
        ("DELETE", "destroying", "cease"),
        ("ADD", "packing", "by packing"),
    ] {
        let fields = json!({"action": action, "bizStep": step, "quantityList": some});
        has_no_place("ObjectEvent", &fields, "", detail);
    }
    let none = json!({"action": "ADD", "epcList": []});
    has_no_place("ObjectEvent", &none, "", "no lot");
    let sold = json!({"action": "ADD", "disposition": "retail_sold", "quantityList": some});
    has_no_place("ObjectEvent", &sold, ".disposition", "retail_sold");
    let unsaid = json!({"action": "ADD", "quantityList": [{"epcClass": LOT}]});
    has_no_place("ObjectEvent", &unsaid, ".quantityList[0]", "how much");
    let asset = json!({"action": "ADD", "epcList": ["urn:epc:id:giai:4000001.12345"]});
    has_no_place("ObjectEvent", &asset, ".epcList[0]", "names no lot");
}

#[test]
fn another_event_without_a_place_says_so() {
    let some = json!([{"epcClass": LOT, "quantity": 1}]);
    let class = json!({"inputQuantityList": some, "outputQuantityList":
        [{"epcClass": "urn:epc:idpat:sgtin:4012345.066666.*", "quantity": 2}]});
    let at = ".outputQuantityList[0].epcClass";
    has_no_place("TransformationEvent", &class, at, "GTIN 04012345666663");
    let half = json!({"inputQuantityList": some, "transformationID": "urn:x:1"});
    has_no_place("TransformationEvent", &half, ".transformationID", "parts");
    let part = json!({"action": "ADD", "parentID": "urn:x:1", "childQuantityList": some});
    has_no_place("AssociationEvent", &part, ".type", "part of another");
    let seen = json!({"action": "OBSERVE", "parentID": SSCC, "childQuantityList": some});
    has_no_place("AggregationEvent", &seen, ".action", "only seen");
    let nowhere = json!({"action": "DELETE"});
    has_no_place("AggregationEvent", &nowhere, ".parentID", "into");
    let lot = json!({"action": "ADD", "parentID": LOT, "childQuantityList": some});
    has_no_place("AggregationEvent", &lot, ".parentID", "names no unit");
    let add = json!({"action": "ADD"});
    has_no_place("TransactionEvent", &add, ".type", "documents");
    has_no_place("https://example.com/Mine", &add, ".type", "no kind");
}

#[test]
fn an_event_that_is_declared_wrong_is_not_applied() {
    let fault = fault(
        "ObjectEvent",
        &json!({"action": "ADD", "quantityList": [{"epcClass": LOT, "quantity": 1}],
            "errorDeclaration": {"declarationTime": "2026-03-02T08:00:00Z",
                "reason": "did_not_occur"}}),
    );
    assert_eq!(fault.code, Code::R74);
    assert_eq!(fault.at, "$.epcisBody.eventList[0].errorDeclaration");
    assert!(fault.detail.contains("did_not_occur"), "{fault:?}");
}

#[test]
fn an_event_without_a_name_has_an_id_by_its_content_and_place_among_its_equals() {
    let event = json!({"type": "ObjectEvent", "eventTime": "2026-03-01T08:00:00Z",
        "eventTimeZoneOffset": "+00:00", "action": "ADD",
        "quantityList": [{"epcClass": LOT, "quantity": 1}]});
    let mut other = event.clone();
    other["quantityList"][0]["quantity"] = json!(2);
    let list = json!([event, event, other]).to_string();
    let ids = |text: &str| {
        let answers = read(text, &naming(&[]));
        answers.iter().map(|a| a.id.to_string()).collect::<Vec<_>>()
    };
    let found = ids(&list);
    assert!(found[0].ends_with(":0") && found[1].ends_with(":1") && found[2].ends_with(":0"));
    assert_eq!(
        found[0].split_once(":0").unwrap().0,
        found[1].split_once(":1").unwrap().0
    );
    assert_ne!(found[0], found[2]);
    let alone = serde_json::to_string_pretty(&event).unwrap();
    assert_eq!(
        ids(&alone),
        found[..1],
        "the layout of its JSON does not count"
    );
}
