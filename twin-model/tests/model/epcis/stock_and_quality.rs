//! Movements, changes of status, inspections and nonconformances as EPCIS events, and back.

use serde_json::{Value, json};
use twin_model::wire::epcis::{Naming, read};
use twin_model::{Code, Plant};

use super::official::Schema;
use super::story::{Story, events, kg, naming, one, pieces};

/// What is told of an order before anything moves.
fn order(story: &mut Story) {
    let created = json!({"order": "WO 1", "material": "BOLT", "quantity": pieces("100")});
    story.tell("/erp/sap", "work_order.created", created);
    let released = json!({"order": "WO 1", "operations": [{"op": "10", "delivers": true}],
        "components": [{"material": "STEEL", "quantity": kg("50"), "op": "10"}]});
    story.tell("/erp/sap", "work_order.released", released);
}

/// Steel is issued, used and given back; bolts are received, inspected, judged and set free.
fn worked() -> Story {
    let mut story = Story::new();
    order(&mut story);
    let steel = json!({"lot": "S-1", "material": "STEEL", "quantity": kg("120.5")});
    story.tell("/wms", "lot.created", steel);
    let moved = |value: &str| json!({"order": "WO 1", "material": "STEEL", "lot": "S-1", "quantity": kg(value)});
    story.tell("/wms", "material.issued", moved("50.25"));
    story.tell("/mes/line", "material.consumed", moved("40"));
    story.tell("/wms", "material.returned", moved("1.5"));
    let without_lot = json!({"order": "WO 1", "material": "STEEL", "quantity": kg("1")});
    story.tell("/wms", "material.issued", without_lot);
    let received = json!({"order": "WO 1", "lot": "B-1", "quantity": pieces("80"),
        "usage": "quality_inspection", "location": "QA-1", "document": "5000001/2026"});
    story.tell("/wms", "goods.received", received);
    let asked = json!({"inspection": "I-1", "lot": "B-1", "blocking": true,
        "characteristics": [{"name": "diameter", "unit": "MMT", "lower": "7.9", "upper": "8.1"}]});
    story.tell("/qms", "inspection.created", asked);
    let found = json!({"inspection": "I-1", "characteristic": "diameter", "unit": "MMT",
        "values": ["8.05", "7.95"], "complete": true});
    story.tell("/qms", "inspection.result_recorded", found);
    let decided = json!({"inspection": "I-1", "by": "Ada", "decisions": [
        {"decision": "accept", "quantity": pieces("70")},
        {"decision": "reject", "quantity": pieces("10")}]});
    story.tell("/qms", "inspection.decided", decided);
    let changed = json!({"lot": "B-1", "quantity": pieces("5"), "from": "unrestricted",
        "to": "blocked", "movement_type": "344"});
    story.tell("/wms", "stock.status_changed", changed);
    let opened = json!({"nonconformance": "N-1", "lots": ["B-1"], "defect": "rust"});
    story.tell("/qms", "nonconformance.opened", opened);
    let disposed = json!({"nonconformance": "N-1", "approvers": ["Ada"],
        "lots": [{"lot": "B-1", "disposition": "use_as_is"}]});
    story.tell("/qms", "nonconformance.dispositioned", disposed);
    let closed = json!({"nonconformance": "N-1", "verification": "looked again"});
    story.tell("/qms", "nonconformance.closed", closed);
    story
}

/// What is told of its lots: all but the order and the movement without a lot.
fn of_lots(story: &Story) -> Vec<twin_model::Event> {
    let about_lots = |event: &&twin_model::Event| {
        let name = event.body.type_name();
        !name.contains("work_order") && event.id.as_str() != "e 7/material.issued"
    };
    story.journal.iter().filter(about_lots).cloned().collect()
}

fn list(document: &Value) -> &Vec<Value> {
    document["epcisBody"]["eventList"].as_array().unwrap()
}

#[test]
fn movements_and_quality_are_valid_by_the_official_schema_and_read_back_exactly() {
    let story = worked();
    for naming in [naming(&[]), naming(&[super::STEEL])] {
        let document = story.document(None, &naming);
        if let Some(schema) = Schema::read() {
            schema.assert_valid(&document);
        }
        assert_eq!(list(&document).len(), 12);
        let read = events(&document.to_string(), &naming);
        assert_eq!(read, of_lots(&story), "every field of every event");
        let mut again = Story::new();
        order(&mut again);
        for event in &read {
            again.plant.apply(event).unwrap();
        }
        let lot = |plant: &Plant, id: &str| plant.lot(&id.parse().unwrap()).unwrap().clone();
        let (told, first) = (lot(&again.plant, "B-1"), lot(&story.plant, "B-1"));
        assert_eq!(told.stock_by_usage(), first.stock_by_usage());
        assert_eq!(told.usage(), first.usage());
        let steel = |plant: &Plant| lot(plant, "S-1").on_hand();
        assert_eq!(steel(&again.plant), steel(&story.plant));
    }
}

#[test]
fn a_partner_reads_which_lots_moved_and_what_they_are_afterwards() {
    let document = worked().document(None, &naming(&[super::STEEL]));
    let words: Vec<[Value; 4]> = list(&document)
        .iter()
        .map(|event| {
            let set = event["persistentDisposition"]["set"][0].clone();
            let fields = ["action", "bizStep", "disposition"].map(|name| event[name].clone());
            let [action, step, disposition] = fields;
            [action, step, disposition, set]
        })
        .collect();
    let said = |action: &str, step: &str, disposition: Value, set: Value| {
        [json!(action), json!(step), disposition, set]
    };
    let null = || Value::Null;
    let observed = |step: &str| said("OBSERVE", step, null(), null());
    let wrong = json!("non_conformant");
    assert_eq!(
        words,
        [
            said("ADD", "commissioning", json!("conformant"), null()),
            observed("picking"),
            observed("urn:plant-twin:bizstep:consumed"),
            observed("storing"),
            said("ADD", "creating_class_instance", json!("unknown"), null()),
            said("OBSERVE", "inspecting", json!("unknown"), null()),
            observed("inspecting"),
            observed("inspecting"),
            said(
                "OBSERVE",
                "inspecting",
                json!("unavailable"),
                json!("unavailable")
            ),
            said("OBSERVE", "inspecting", wrong.clone(), wrong),
            observed("inspecting"),
            observed("inspecting"),
        ]
    );
    let issued = &list(&document)[1];
    assert_eq!(
        issued["quantityList"],
        json!([{"epcClass": "https://id.gs1.org/01/04012345123456/10/S-1", "quantity": 50.25,
            "uom": "KGM"}])
    );
    let order = json!({"type": "prodorder", "bizTransaction": "urn:plant-twin:order:P1:WO%201"});
    assert_eq!(issued["bizTransactionList"], json!([order]));
    let decided = &list(&document)[7];
    assert_eq!(
        decided["quantityList"],
        json!([{"epcClass": "urn:plant-twin:lot:P1:BOLT:B-1"}]),
        "the lot of the inspection"
    );
}

#[test]
fn the_document_of_a_lot_has_what_quality_said_of_it() {
    let story = worked();
    let document = story.document(Some("S-1"), &naming(&[]));
    assert_eq!(list(&document).len(), 4, "its birth and three movements");
    let document = story.document(Some("B-1"), &naming(&[]));
    assert_eq!(list(&document).len(), 8);
}

/// The names of another plant, which has no order WO 1.
fn elsewhere() -> Naming {
    let none = std::collections::BTreeMap::new();
    Naming::new("P2".parse().unwrap(), "/epcis".parse().unwrap(), none).unwrap()
}

#[test]
fn what_another_plant_received_is_a_lot_here_and_its_movements_stay_there() {
    let story = worked();
    let document = story.document(None, &naming(&[])).to_string();
    let naming = elsewhere();
    let read = read(&document, &naming);
    let mut plant = Plant::new("P2".parse().unwrap());
    let mut faults = Vec::new();
    for event in read {
        match event.outcome {
            Ok(events) => events.iter().for_each(|event| {
                plant.apply(event).unwrap();
            }),
            Err(fault) => faults.push((fault.code, fault.at, fault.detail)),
        }
    }
    let because = "material that moves for an order of another plant";
    let expected = [1, 2, 3].map(|n| {
        let at = format!("$.epcisBody.eventList[{n}]");
        (Code::R73, at, because.to_owned())
    });
    assert_eq!(faults, expected);
    let bolts = plant.lot(&"B-1".parse().unwrap()).unwrap();
    assert_eq!(bolts.on_hand(), 80.into());
    assert_eq!(
        bolts.stock_by_usage(),
        story.plant.lot(bolts.id()).unwrap().stock_by_usage()
    );
    let steel = plant.lot(&"S-1".parse().unwrap()).unwrap();
    assert_eq!(steel.on_hand(), "120.5".parse().unwrap());
}

#[test]
#[expect(
    clippy::too_many_lines,
    reason = "one row for each way to tell it otherwise"
)]
fn what_a_twin_told_otherwise_than_the_fields_of_the_standard_is_not_believed() {
    let naming = naming(&[]);
    let whole = worked().document(None, &naming);
    let forged = |n: usize, pointer: &str, value: Value| {
        let mut document = whole.clone();
        let mut event = list(&document)[n].clone();
        *event.pointer_mut(pointer).unwrap() = value;
        document["epcisBody"]["eventList"] = json!([event]);
        document.to_string()
    };
    for (n, pointer, value, at, detail) in [
        (
            1,
            "/twin:told/data/lot",
            json!("S-2"),
            ".twin:told",
            "another lot",
        ),
        (
            8,
            "/twin:told/data/lot",
            json!("S-1"),
            ".twin:told",
            "another lot",
        ),
        (
            9,
            "/twin:told/data/lots",
            json!(["B-1", "S-1"]),
            ".twin:told",
            "another lot",
        ),
        (
            1,
            "/twin:told/type",
            json!("mfg.lot.created.v1"),
            ".twin:told",
            "in the words of the standard",
        ),
        (
            4,
            "/twin:told/type",
            json!("mfg.robot.danced.v1"),
            ".twin:told",
            "not understood",
        ),
        (
            1,
            "/twin:told/data/quantity/value",
            json!("51"),
            ".twin:told",
            "another amount",
        ),
        (
            1,
            "/quantityList/0/quantity",
            json!(51),
            ".twin:told",
            "another amount",
        ),
        (
            4,
            "/bizTransactionList/0/bizTransaction",
            json!("urn:plant-twin:order:P1:WO%202"),
            ".twin:told",
            "another order",
        ),
        (
            2,
            "/bizStep",
            json!("destroying"),
            ".twin:told",
            "another step",
        ),
        (
            1,
            "/twin:told/data/quantity/value",
            json!("ten"),
            ".twin:told",
            "ten",
        ),
    ] {
        let document = forged(n, pointer, value);
        let fault = one(&document, &naming).outcome.unwrap_err();
        assert_eq!(fault.code, Code::R34, "{pointer}: {fault:?}");
        assert!(fault.at.ends_with(at), "{pointer}: {fault:?}");
        assert!(fault.detail.contains(detail), "{pointer}: {fault:?}");
    }
}
