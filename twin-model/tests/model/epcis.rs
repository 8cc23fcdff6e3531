//! Genealogy as EPCIS 2.0: what is written is what the official schema allows and reads back
//! exactly; what is read becomes events or a coded fault with its place, and never nothing.
#[path = "epcis/foreign.rs"]
mod foreign;
#[path = "epcis/genealogies.rs"]
mod genealogies;
#[path = "epcis/names.rs"]
mod names;
#[path = "epcis/official.rs"]
mod official;
#[path = "epcis/shapes.rs"]
mod shapes;
#[path = "epcis/stock_and_quality.rs"]
mod stock_and_quality;
#[path = "epcis/story.rs"]
mod story;

use official::Schema;
use serde_json::{Value, json};
use story::{Story, events, kg, naming, pieces, plant_of, token};
use twin_model::{Code, Lot, Plant, ShipmentState};

/// The GTIN of material STEEL; BOLT has none.
const STEEL: (&str, &str) = ("STEEL", "04012345123456");

/// A lot of steel becomes two lots of bolts; one is held and freed, one ships, one is counted.
fn bolts() -> Story {
    let mut story = Story::new();
    story.tell(
        "/wms",
        "lot.created",
        json!({"lot": "S-1", "material": "STEEL", "quantity": kg("120.123456789"),
            "produced_at": "2026-02-27T08:00:00Z", "expiry": "2027-01-01T00:00:00Z"}),
    );
    story.tell(
        "/mes/line",
        "lot.created",
        json!({"lot": "Größe/7", "material": "WAX", "quantity": kg("5"), "usage": "restricted",
            "order": "WO 1", "op": "10"}),
    );
    story.tell(
        "/mes/line",
        "lot.transformed",
        json!({"order": "WO 1", "op": "20",
            "inputs": [{"lot": "S-1", "quantity": kg("100.5")},
                {"lot": "Größe/7", "quantity": kg("0.5")}, {"lot": "S-1", "quantity": kg("1")}],
            "outputs": [{"lot": "B-1", "material": "BOLT", "quantity": pieces("1000")},
                {"lot": "B-2", "material": "BOLT", "quantity": pieces("500")}]}),
    );
    story.tell(
        "/qms",
        "hold.placed",
        json!({"hold": "H-1", "scope": {"kind": "work_order", "id": "WO 1"}, "reason": "rust",
            "placed_by": "Ada", "ncr": "N 1", "propagate": false}),
    );
    story.tell(
        "/qms",
        "hold.released",
        json!({"hold": "H-1", "disposition": "use as is", "released_by": "Ada"}),
    );
    story.tell(
        "/wms",
        "stock.adjusted",
        json!({"lot": "B-2", "counted": pieces("498"), "booked": pieces("500"), "reason": "lost"}),
    );
    let cleared = story.tell(
        "/wms",
        "shipment.requested",
        json!({"delivery": "D-1", "customer": "ACME",
            "lots": [{"lot": "B-1", "quantity": pieces("400")}]}),
    );
    story.tell(
        "/wms",
        "shipment.confirmed",
        json!({"delivery": "D-1", "gate_token": token(&cleared),
            "shipped_at": "2026-03-01T12:00:00Z"}),
    );
    story.tell(
        "/wms",
        "shipment.requested",
        json!({"delivery": "D-2", "lots": [{"lot": "NOT-YET", "quantity": pieces("1")}]}),
    );
    story.tell(
        "/wms",
        "shipment.cancelled",
        json!({"delivery": "D-2", "reason": "not wanted"}),
    );
    divide(&mut story);
    recount(&mut story);
    story
}

/// The steel in the tank is counted, and that is taken back.
fn recount(story: &mut Story) {
    story.tell(
        "/wms",
        "stock.adjusted",
        json!({"lot": "S-2", "counted": kg("6"), "booked": kg("7"), "reason": "dipstick"}),
    );
    let wrong = story.journal.last().unwrap().id.clone();
    story.tell(
        "/wms",
        "event.retracted",
        json!({"object": {"kind": "lot", "id": "S-2"}, "type": "mfg.stock.adjusted.v1",
            "event": wrong, "reason": "incorrect_data", "corrected_by": ["c 1"],
            "note": "another tank"}),
    );
}

/// Some of the steel is split off and flows together again in a tank.
fn divide(story: &mut Story) {
    story.tell(
        "/wms",
        "lot.split",
        json!({"parent": "S-1", "children": [{"lot": "S-1a", "quantity": kg("5.5")},
            {"lot": "S-1b", "quantity": kg("2")}]}),
    );
    story.tell(
        "/mes/line",
        "lot.merged",
        json!({"parents": [{"lot": "S-1a", "quantity": kg("5")},
                {"lot": "S-1b", "quantity": kg("2")}],
            "child": {"lot": "S-2", "material": "STEEL", "quantity": kg("7")}, "tank": "T 1",
            "window": {"from": "2026-03-01T05:00:00Z", "to": "2026-03-01T06:00:00.000001Z"}}),
    );
}

fn field(document: &Value, event: usize, pointer: &str) -> Value {
    let at = format!("/epcisBody/eventList/{event}{pointer}");
    document.pointer(&at).unwrap_or(&Value::Null).clone()
}

fn lot<'p>(plant: &'p Plant, id: &str) -> &'p Lot {
    plant.lot(&id.parse().unwrap()).unwrap()
}

#[test]
fn the_official_examples_are_valid_and_a_broken_document_is_not() {
    let (Some(schema), Some(examples)) = (Schema::read(), official::examples()) else {
        return;
    };
    assert_eq!(examples.len(), 38);
    for (name, text) in &examples {
        let document: Value = serde_json::from_str(text).unwrap();
        assert_eq!(schema.errors(&document), Vec::<String>::new(), "{name}");
    }
    let whole = bolts().document(None, &naming(&[STEEL]));
    schema.assert_valid(&whole);
    let broken: [(&str, Value); 8] = [
        ("/schemaVersion", json!("two")),
        ("/epcisBody/eventList/0/eventTime", json!("yesterday")),
        ("/epcisBody/eventList/0/eventTimeZoneOffset", json!("+1")),
        ("/epcisBody/eventList/0/disposition", json!("blocked")),
        ("/epcisBody/eventList/0/bizStep", json!("transforming")),
        ("/epcisBody/eventList/0/quantityList/0/quantity", json!("5")),
        (
            "/epcisBody/eventList/2/inputQuantityList/0/uom",
            json!("kg"),
        ),
        ("/epcisBody/eventList/2/outputQuantityList", json!([])),
    ];
    for (pointer, value) in broken {
        let mut document = whole.clone();
        *document.pointer_mut(pointer).unwrap() = value;
        assert!(!schema.errors(&document).is_empty(), "{pointer}");
    }
}

#[test]
fn a_partner_reads_what_happened_in_the_words_of_the_standard() {
    let document = bolts().document(None, &naming(&[STEEL]));
    let steps: Vec<(Value, Value, Value)> = (0..12)
        .map(|n| {
            let at = |name| field(&document, n, name);
            (at("/type"), at("/action"), at("/bizStep"))
        })
        .collect();
    let object = |action, step: &str| (json!("ObjectEvent"), json!(action), json!(step));
    let creating = json!("creating_class_instance");
    let transformation = (json!("TransformationEvent"), Value::Null, creating);
    assert_eq!(
        steps,
        [
            object("ADD", "commissioning"),
            object("ADD", "commissioning"),
            transformation.clone(),
            object("OBSERVE", "holding"),
            object("OBSERVE", "inspecting"),
            object("OBSERVE", "stock_taking"),
            object("OBSERVE", "urn:plant-twin:bizstep:shipment_requested"),
            object("OBSERVE", "shipping"),
            object("OBSERVE", "urn:plant-twin:bizstep:shipment_requested"),
            object("OBSERVE", "urn:plant-twin:bizstep:shipment_cancelled"),
            transformation.clone(),
            transformation,
        ]
    );
    assert_eq!(
        field(&document, 2, "/inputQuantityList/0"),
        json!({"epcClass": "https://id.gs1.org/01/04012345123456/10/S-1", "quantity": 100.5,
            "uom": "KGM"})
    );
    assert_eq!(
        field(&document, 2, "/outputQuantityList/1"),
        json!({"epcClass": "urn:plant-twin:lot:P1:BOLT:B-2", "quantity": 500})
    );
    assert_eq!(
        field(&document, 2, "/bizTransactionList/0"),
        json!({"type": "prodorder", "bizTransaction": "urn:plant-twin:order:P1:WO%201"})
    );
    assert_eq!(field(&document, 1, "/disposition"), "non_sellable_other");
    let last_day = "/ilmd/cbvmda:itemExpirationDate";
    assert_eq!(field(&document, 0, last_day), "2027-01-01");
    assert_eq!(
        field(&document, 0, "/eventTime"),
        "2026-03-01T07:01:00.000001+01:00"
    );
    assert_eq!(field(&document, 0, "/eventTimeZoneOffset"), "+01:00");
    let held = field(&document, 3, "/quantityList");
    assert_eq!(
        held.as_array().unwrap().len(),
        3,
        "all lots of the order: {held}"
    );
    assert_eq!(field(&document, 7, "/disposition"), "in_transit");
}

#[test]
fn a_split_names_all_that_left_and_a_merger_its_tank() {
    let document = bolts().document(None, &naming(&[STEEL]));
    let whole = "/inputQuantityList/0/quantity";
    assert_eq!(field(&document, 10, whole), 7.5, "all that was split off");
    let tank = "urn:plant-twin:work_center:P1:T%201";
    assert_eq!(field(&document, 11, "/readPoint/id"), tank);
}

#[test]
fn a_count_that_was_taken_back_is_declared_wrong_under_its_own_name() {
    let story = bolts();
    let document = story.document(None, &naming(&[STEEL]));
    let wrong = field(&document, 12, "/eventID");
    assert_eq!(field(&document, 13, "/eventID"), wrong);
    for part in ["/quantityList", "/bizStep", "/eventTime", "/twin:booked"] {
        assert_eq!(
            field(&document, 13, part),
            field(&document, 12, part),
            "{part}"
        );
    }
    assert_eq!(field(&document, 12, "/errorDeclaration"), Value::Null);
    assert_eq!(
        field(&document, 13, "/errorDeclaration"),
        json!({"declarationTime": story.journal.last().unwrap().time, "reason": "incorrect_data",
            "correctiveEventIDs": ["urn:plant-twin:event:P1:%2Fwms:c%201"]})
    );
    assert_eq!(lot(&story.plant, "S-2").on_hand(), 7.into());
    // Without the words of a twin it is a declaration like every other: a person's work.
    let mut others = document;
    let event = others.pointer_mut("/epcisBody/eventList/13").unwrap();
    event.as_object_mut().unwrap().remove("twin:retraction");
    let read = twin_model::wire::epcis::read(&others.to_string(), &naming(&[STEEL]))
        .pop()
        .map(|last| last.outcome.unwrap_err().code);
    assert_eq!(read, Some(Code::R74));
}

#[test]
fn the_last_day_of_a_shelf_life_is_the_one_that_it_ends_with() {
    for (expiry, day) in [
        ("2026-12-31T22:59:59Z", "2026-12-31"),
        // Midnight of the document's zone.
        ("2026-12-31T23:00:00Z", "2026-12-31"),
        ("2026-12-31T23:00:00.000001Z", "2027-01-01"),
    ] {
        let mut story = Story::new();
        let data = json!({"lot": "L", "material": "M", "quantity": kg("1"), "expiry": expiry});
        story.tell("/wms", "lot.created", data);
        let document = story.document(None, &naming(&[]));
        let written = field(&document, 0, "/ilmd/cbvmda:itemExpirationDate");
        assert_eq!(written, day, "{expiry}");
        let read = events(&document.to_string(), &naming(&[]));
        assert_eq!(read, story.journal);
    }
}

#[test]
fn a_posting_that_was_taken_back_reads_back_with_its_retraction() {
    let mut story = Story::new();
    let created = json!({"lot": "L", "material": "M", "quantity": kg("10"),
        "usage": "quality_inspection"});
    story.tell("/wms", "lot.created", created);
    let posted = json!({"lot": "L", "quantity": kg("4"), "from": "quality_inspection",
        "to": "unrestricted"});
    story.tell("/wms", "stock.status_changed", posted);
    let wrong = story.journal.last().unwrap().id.clone();
    let back = json!({"object": {"kind": "lot", "id": "L"}, "event": wrong,
        "type": "mfg.stock.status_changed.v1", "reason": "did_not_occur"});
    story.tell("/wms", "event.retracted", back);
    let naming = naming(&[]);
    let document = story.document(Some("L"), &naming);
    if let Some(schema) = Schema::read() {
        schema.assert_valid(&document);
    }
    assert_eq!(
        field(&document, 2, "/errorDeclaration/reason"),
        "did_not_occur"
    );
    let read = events(&document.to_string(), &naming);
    assert_eq!(read, story.journal);
    assert_eq!(plant_of(&read).state_hash(), story.plant.state_hash());
}

#[test]
fn what_was_written_reads_back_to_the_same_events_and_the_same_plant() {
    let story = bolts();
    for naming in [naming(&[]), naming(&[STEEL])] {
        let document = story.document(None, &naming).to_string();
        let read = events(&document, &naming);
        assert_eq!(read, story.journal, "every field of every event");
        let again = plant_of(&read);
        assert_eq!(again.state_hash(), story.plant.state_hash());
        let d1 = again.shipment(&"D-1".parse().unwrap()).unwrap();
        assert_eq!(d1.state(), ShipmentState::Shipped);
        assert_eq!(lot(&again, "B-1").on_hand(), 600.into());
    }
}

#[test]
fn a_journal_that_was_read_from_a_document_writes_the_same_document() {
    let (story, naming) = (bolts(), naming(&[STEEL]));
    let first = story.document(None, &naming);
    let mut again = Story::new();
    again.journal = events(&first.to_string(), &naming);
    again.plant = plant_of(&again.journal);
    assert_eq!(again.document(None, &naming), first);
}

#[test]
fn an_amount_keeps_all_its_digits() {
    let mut story = Story::new();
    let digits = "123456789012345.123456789";
    story.tell(
        "/wms",
        "lot.created",
        json!({"lot": "L", "material": "M", "quantity": kg(digits)}),
    );
    let naming = naming(&[]);
    let zone = jiff::tz::TimeZone::UTC;
    let document = story
        .facts()
        .document(&story.plant, None, &naming, &zone, story::time("20:00"))
        .unwrap();
    let text = serde_json::to_string(&document).unwrap();
    assert!(text.contains(&format!("\"quantity\":{digits},")), "{text}");
    assert_eq!(events(&text, &naming), story.journal);
}

#[test]
fn the_document_of_a_lot_has_its_family_and_nobody_else() {
    let mut story = bolts();
    story.tell(
        "/wms",
        "lot.created",
        json!({"lot": "X", "material": "BOLT", "quantity": pieces("1")}),
    );
    let naming = naming(&[STEEL]);
    let all = story.document(None, &naming);
    let of = |lot: &str| {
        let document = story.document(Some(lot), &naming).to_string();
        let events = events(&document, &naming);
        let types = events.iter().map(|event| event.body.type_name());
        types.collect::<Vec<_>>()
    };
    assert_eq!(all["epcisBody"]["eventList"].as_array().unwrap().len(), 15);
    assert_eq!(of("X"), ["mfg.lot.created.v1"]);
    // From the bolts up to what went into them, with what was said of each of these.
    assert_eq!(
        of("B-2"),
        [
            "mfg.lot.created.v1",
            "mfg.lot.created.v1",
            "mfg.lot.transformed.v1",
            "mfg.hold.placed.v1",
            "mfg.hold.released.v1",
            "mfg.stock.adjusted.v1",
        ]
    );
    // From the steel down to both lots of bolts.
    assert_eq!(of("S-1").len(), 12);
    assert_eq!(of("NOT-THERE"), Vec::<&str>::new());
}

#[test]
fn a_claim_of_a_source_that_does_not_own_it_is_no_fact() {
    let mut story = bolts();
    let written = story.document(None, &naming(&[]));
    story.tell(
        "/erp/sap",
        "stock.adjusted",
        json!({"lot": "B-2", "counted": pieces("1"), "booked": pieces("500"), "reason": "?"}),
    );
    assert_eq!(story.document(None, &naming(&[])), written);
    story.tell(
        "/twin/operator",
        "ownership.published",
        json!({"version": 1, "owners": [{"entity": "lot", "field": "stock", "owner": "erp"}]}),
    );
    story.tell(
        "/erp/sap",
        "stock.adjusted",
        json!({"lot": "B-2", "counted": pieces("490"), "booked": pieces("500"), "reason": "?"}),
    );
    let now = story.document(None, &naming(&[]));
    assert_eq!(now["epcisBody"]["eventList"].as_array().unwrap().len(), 15);
}

#[test]
fn a_document_says_nothing_past_the_gate() {
    let story = bolts();
    let naming = naming(&[]);
    let read = events(&story.document(None, &naming).to_string(), &naming);
    let mut plant = Plant::new("P1".parse().unwrap());
    for event in &read[..7] {
        plant.apply(event).unwrap();
    }
    let mut forged = read[7].clone();
    let twin_model::EventBody::ShipmentConfirmed(body) = &mut forged.body else {
        panic!("{forged:?}")
    };
    body.gate_token = "G-0123".parse().unwrap();
    let before = plant.state_hash();
    assert_eq!(plant.apply(&forged).unwrap_err().code(), Code::R09);
    assert_eq!(plant.state_hash(), before);
    assert_eq!(lot(&plant, "B-1").on_hand(), 1000.into());
}
