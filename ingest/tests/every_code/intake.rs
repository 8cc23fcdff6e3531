//! Codes that the intake gives, before or instead of any rule of the plant.

use std::collections::BTreeMap;

use actors::{EVENT_BYTES_MAX, PlantClock, QUARANTINE_FAILURES_MAX};
use bytes::Bytes;
use ingest::epcis_import::EpcisImporter;
use serde_json::{Value, json};
use twin_model::wire::epcis::Naming;
use twin_model::{Code, EntityKey};

use super::scene::{Given, Scene, message, q, scene};

fn order(id: &str, order: &str, time: &str) -> Bytes {
    let data = json!({"order": order, "material": "M", "quantity": q("100")});
    message(id, "/erp", "work_order.created", time, &data)
}

fn first() -> Given {
    Given::Raw(order("E-1", "WO-1", "2026-03-01T06:00:00Z"))
}

fn raw(bytes: impl Into<Bytes>) -> Given {
    Given::Raw(bytes.into())
}

/// The messages that an EPCIS document of one event becomes.
fn of_partner(event: &Value) -> Vec<Given> {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("partner.json");
    let document = json!({"@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
        "type": "EPCISDocument", "schemaVersion": "2.0", "creationDate": "2026-03-01T06:00:00Z",
        "epcisBody": {"eventList": [event]}});
    std::fs::write(&file, document.to_string()).unwrap();
    let (plant, source) = ("P1".parse().unwrap(), "/epcis".parse().unwrap());
    let naming = Naming::new(plant, source, BTreeMap::new()).unwrap();
    let mut importer = EpcisImporter::new(&[file], naming);
    let mut given = Vec::new();
    while let Some(event) = importer.next_event().unwrap() {
        given.push(Given::Raw(event.json));
    }
    given
}

fn partner() -> Value {
    json!({"type": "ObjectEvent", "eventID": "urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8",
        "eventTime": "2026-03-01T06:00:00Z", "eventTimeZoneOffset": "+00:00", "action": "ADD",
        "bizStep": "commissioning",
        "quantityList": [{"epcClass": "urn:epc:class:lgtin:4012345.012345.998877",
            "quantity": 200, "uom": "KGM"}]})
}

pub(crate) fn scenes() -> Vec<Scene> {
    let mut all = of_messages();
    all.extend(of_failures());
    all
}

fn of_messages() -> Vec<Scene> {
    let mut no_lot = partner();
    no_lot["quantityList"][0]["epcClass"] = json!("urn:epc:idpat:sgtin:4012345.098765.*");
    let mut wrong = partner();
    wrong["errorDeclaration"] = json!({"declarationTime": "2026-03-01T07:00:00Z",
        "reason": "urn:epcglobal:cbv:er:incorrect_data"});
    let newer = json!({"specversion": "1.0", "id": "E-9", "source": "/mes", "plant": "P1",
        "type": "mfg.operation.progressed.v9", "time": "2026-03-01T06:00:00Z", "data": {}});
    let mut ahead = scene(
        Code::R38,
        &["/erp", "2099-01-01T00:00:00Z", "clock"],
        vec![raw(order("E-1", "WO-1", "2099-01-01T00:00:00Z"))],
    );
    ahead.clock = PlantClock::Wall;
    vec![
        scene(
            Code::R25,
            &["E-1", "/erp", "nothing was changed"],
            vec![first(), first()],
        ),
        scene(
            Code::R26,
            &["E-1", "/erp", "different content"],
            vec![first(), raw(order("E-1", "WO-2", "2026-03-01T06:00:00Z"))],
        ),
        scene(
            Code::R33,
            &["v9", "mfg.operation.progressed", "v1"],
            vec![raw(newer.to_string())],
        ),
        scene(
            Code::R34,
            &["/mes", "$.data"],
            vec![raw(message(
                "E-2",
                "/mes",
                "operation.started",
                "2026-03-01T06:00:00Z",
                &json!({}),
            ))],
        ),
        ahead,
        scene(
            Code::R41,
            &["262145", "262144"],
            vec![raw(vec![b' '; EVENT_BYTES_MAX + 1])],
        ),
        scene(
            Code::R73,
            &["$.epcisBody.eventList[0]"],
            of_partner(&no_lot),
        ),
        scene(
            Code::R74,
            &["$.epcisBody.eventList[0]", "incorrect_data"],
            of_partner(&wrong),
        ),
    ]
}

fn of_failures() -> Vec<Scene> {
    let of_order = |n: usize| {
        let data = json!({"order": "WO-1", "op": "10", "unit": "H87", "good": "1"});
        let time = format!("2026-03-01T06:00:{n:02}Z");
        raw(message(
            &format!("E-{n}"),
            "/mes",
            "operation.progressed",
            &time,
            &data,
        ))
    };
    let fails = |code, names, given| Scene {
        panic_at: Some(EntityKey::WorkOrder("WO-1".parse().unwrap())),
        ..scene(code, names, given)
    };
    let mut often = vec![first()];
    often.extend((2..=QUARANTINE_FAILURES_MAX + 2).map(of_order));
    vec![
        scene(
            Code::R76,
            &["panicked"],
            vec![raw(Bytes::from_static(b"chaos: panic while reading"))],
        ),
        fails(
            Code::R40,
            &["Order WO-1", "3 times"],
            vec![first(), of_order(2)],
        ),
        fails(Code::R42, &["Order WO-1", "operator"], often),
    ]
}
