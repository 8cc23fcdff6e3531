//! Material documents, quality and master data of SAP, in the shape of the samples: what each
//! becomes, and what it does to a plant.

use serde_json::{Value, json};
use twin_model::{Decimal, Plant, Usage};

use crate::NAME;
use crate::samples::{Seen, import, import_texts, sample_folder};

fn answer(records: Value) -> String {
    json!({"message": records, "time": "2026-03-09T18:00:00+01:00"}).to_string()
}

/// A material document of one item: type, order, batch, and other fields.
fn moved(document: &str, kind: &str, order: &str, batch: &str, fields: Value) -> [String; 2] {
    let header = json!([{"MaterialDocument": document, "MaterialDocumentYear": "2026",
        "PostingDate": "2026-03-02T09:00:00+09:00", "CreationTime": "01:56:29"}]);
    let mut item = json!({"MaterialDocument": document, "MaterialDocumentYear": "2026",
        "MaterialDocumentItem": "0001", "GoodsMovementType": kind, "ManufacturingOrder": order,
        "Material": "FG1", "Batch": batch, "StorageLocation": "171A",
        "QuantityInEntryUnit": "10.000", "EntryUnit": "PC", "Reservation": "0000000000",
        "ReservationItem": "0", "InventoryStockType": "01", "IsCompletelyDelivered": false,
        "IsAutomaticallyCreated": "", "ReversedMaterialDocument": "",
        "ReversedMaterialDocumentYear": "0000", "ReversedMaterialDocumentItem": "0",
        "IssgOrRcvgMaterial": "", "IssgOrRcvgBatch": ""});
    for (name, value) in fields.as_object().unwrap() {
        item[name] = value.clone();
    }
    [answer(header), answer(json!([item]))]
}

fn pieces(value: &str) -> Value {
    json!({"value": value, "unit": "H87"})
}

/// The only event of some documents, with its type.
fn only(seen: &Seen) -> (String, Value) {
    assert_eq!(seen.exceptions(), Vec::<String>::new());
    assert_eq!(seen.read().len(), 1, "{:?}", seen.by_type());
    let name = seen.events[0].0.type_name.clone();
    let data = seen.data(&name).remove(0);
    (name, data)
}

/// A movement of each type becomes the event, with its key and its day.
fn becomes(kind: &str, fields: Value, name: &str, data: Value) {
    let document = moved("0049000002", kind, "000077", "0000000008", fields);
    let seen = import_texts(NAME, &document);
    assert_eq!(only(&seen), (format!("mfg.{name}.v1"), data), "{kind}");
    assert_eq!(seen.events[0].0.id, "movement/49000002/2026/1", "{kind}");
    let at = seen.read()[0].time.to_string();
    assert_eq!(at, "2026-03-02T00:00:00Z", "{kind}: a whole day");
}

#[test]
fn what_goes_in_and_out_of_an_order_is_issued_returned_and_received() {
    let issued = json!({"order": "77", "material": "FG1", "lot": "FG1/8",
        "quantity": pieces("10.000"), "from_location": "171A",
        "document": "49000002/2026"});
    becomes("261", json!({}), "material.issued", issued.clone());
    let mut reserved = issued;
    reserved["reservation"] = json!("4819/1");
    let fields = json!({"Reservation": "0000004819", "ReservationItem": "0001"});
    becomes("261", fields, "material.issued", reserved);
    let returned = json!({"order": "77", "material": "FG1", "lot": "FG1/8",
        "quantity": pieces("10.000"), "to_location": "171A", "document": "49000002/2026"});
    becomes("262", json!({}), "material.returned", returned);
    let received = json!({"order": "77", "lot": "FG1/8", "material": "FG1",
        "quantity": pieces("10.000"), "usage": "quality_inspection", "location": "171A",
        "final_delivery": true, "document": "49000002/2026"});
    let final_to_quality = json!({"InventoryStockType": "02", "IsCompletelyDelivered": "X"});
    becomes("101", final_to_quality, "goods.received", received);
    for kind in ["102", "262", "532"] {
        let reversed = json!({"ReversedMaterialDocument": "0049000001",
            "ReversedMaterialDocumentYear": "2026", "ReversedMaterialDocumentItem": "0001"});
        let takes_back = json!({"order": "77", "event": "movement/49000001/2026/1",
            "reason": "reversed in SAP"});
        becomes(kind, reversed, "movement.reversed", takes_back);
    }
    let outside = json!({"ShelfLifeExpirationDate": "20271231"});
    let bought = moved("0049000002", "101", "", "8", outside);
    let (name, data) = only(&import_texts(NAME, &bought));
    assert_eq!(name, "mfg.lot.created.v1");
    assert_eq!(data["expiry"], "2027-12-31T00:00:00Z");
}

#[test]
fn transfer_postings_change_the_status_of_stock_or_make_another_lot_of_it() {
    for (kind, from, to) in [
        ("321", "quality_inspection", "unrestricted"),
        ("322", "unrestricted", "quality_inspection"),
        ("343", "blocked", "unrestricted"),
        ("344", "unrestricted", "blocked"),
        ("349", "blocked", "quality_inspection"),
        ("350", "quality_inspection", "blocked"),
    ] {
        let data = json!({"lot": "FG1/8", "quantity": pieces("10.000"), "from": from, "to": to,
            "movement_type": kind});
        becomes(kind, json!({}), "stock.status_changed", data);
    }
    let to_other = json!({"IssgOrRcvgMaterial": "FG2", "IssgOrRcvgBatch": "0000000009"});
    let transformed = json!({"inputs": [{"lot": "FG1/8", "quantity": pieces("10.000")}],
        "outputs": [{"lot": "FG2/9", "material": "FG2", "quantity": pieces("10.000")}]});
    becomes("309", to_other, "lot.transformed", transformed);
    for (kind, fields) in [
        ("311", json!({})),
        ("321", json!({"IsAutomaticallyCreated": "X"})),
        ("309", json!({"IsAutomaticallyCreated": "X"})),
    ] {
        let seen = import_texts(NAME, &moved("49000002", kind, "", "8", fields));
        let skipped = seen.report.rows_skipped.len();
        assert_eq!((seen.events.len(), skipped), (0, 1), "{kind}");
    }
}

#[test]
fn a_movement_that_cannot_be_told_is_set_aside_with_its_reason() {
    const NO_EVENT: &str = "no event of the twin stands for this movement type";
    for (kind, batch, field, value, expected) in [
        ("101", "", "Delivery", "", "/Batch: is empty"),
        ("101", "8", "EntryUnit", "", "/EntryUnit: is empty"),
        ("101", "8", "EntryUnit", "?", "/EntryUnit: \"?\""),
        (
            "101",
            "8",
            "QuantityInEntryUnit",
            "ten",
            "/QuantityInEntryUnit: \"ten\"",
        ),
        (
            "101",
            "8",
            "InventoryStockType",
            "99",
            "is not in its `map`",
        ),
        (
            "101",
            "8",
            "IsCompletelyDelivered",
            "maybe",
            "neither true nor false",
        ),
        ("102", "8", "Delivery", "", NO_EVENT),
        ("309", "8", "Delivery", "", "/IssgOrRcvgMaterial: is empty"),
        ("551", "8", "Delivery", "", NO_EVENT),
        ("601", "8", "Delivery", "80000001", NO_EVENT),
    ] {
        let fields = json!({field: value});
        let seen = import_texts(NAME, &moved("49000002", kind, "77", batch, fields));
        assert!(
            seen.read().is_empty(),
            "{kind} {expected}: {:?}",
            seen.by_type()
        );
        let exceptions = seen.exceptions();
        assert_eq!(exceptions.len(), 1, "{kind}: {exceptions:?}");
        assert!(exceptions[0].contains(expected), "{kind}: {exceptions:?}");
    }
    let alone = moved("49000002", "261", "77", "8", json!({}))[1].clone();
    let exceptions = import_texts(NAME, &[alone]).exceptions();
    assert!(
        exceptions[0].contains("PostingDate: is empty"),
        "{exceptions:?}"
    );
}

/// Where the stock of an inspection lot can have been posted.
const POSTED_TO: [&str; 9] = [
    "InspLotQtyToFree",
    "InspLotQtyToBlocked",
    "InspLotQtyToScrap",
    "InspLotQtyToSample",
    "InspLotQtyToReserves",
    "InspLotQtyToAnotherMaterial",
    "InspLotQtyReturnedToSupplier",
    "InspLotQtyToSpecialStock",
    "InspLotQtyToOtherStock",
];

/// An inspection lot of ten pieces, of which so much was posted; the rest of the columns is zero.
fn inspection_lot(posted: &[(&str, &str)]) -> Value {
    let mut lot = json!({"InspectionLot": "040000000001", "InspectionLotType": "04",
        "InspectionLotQuantity": "10", "InspectionLotQuantityUnit": "PC", "Material": "FG1",
        "Batch": "0000000008", "ManufacturingOrder": "", "InspectionLotStartDate": "20260302",
        "InspectionLotStartTime": "PT10H00M00S"});
    for column in POSTED_TO {
        lot[column] = json!("0.000");
    }
    for (column, quantity) in posted {
        lot[*column] = json!(quantity);
    }
    lot
}

fn usage_decision(valuation: &str) -> Value {
    json!({"InspectionLot": "040000000001", "InspLotUsageDecisionValuation": valuation,
        "InspectionLotUsageDecisionCode": "A1", "InspectionLotUsageDecidedBy": "WEISS",
        "InspectionLotUsageDecidedOn": "20260303", "InspLotUsageDecisionTime": "080000"})
}

fn plant_of(seen: &Seen) -> Plant {
    assert_eq!(seen.exceptions(), Vec::<String>::new());
    let mut plant = Plant::new("sap".parse().unwrap());
    for event in seen.read() {
        let applied = plant.apply(event);
        applied.unwrap_or_else(|refusal| panic!("{}: {refusal}", event.id));
    }
    plant
}

#[test]
fn an_order_is_made_inspected_and_set_free_by_saps_documents_alone() {
    let order = json!([{"ManufacturingOrder": "000077", "MfgOrderPlannedStartDate": "20260302",
        "Material": "FG1", "TotalQuantity": "10", "ProductionUnit": "PC",
        "MfgOrderCreationDate": "20260228", "MfgOrderCreationTime": "PT07H00M00S",
        "MfgOrderActualReleaseDate": "20260301", "ProductionVersion": "0001"}]);
    let operation = json!([{"ManufacturingOrder": "000077", "ManufacturingOrderOperation": "0010",
        "OpPlannedTotalQuantity": "10", "WorkCenter": "ASSEMBLY"}]);
    let [received_header, received] = moved(
        "0049000001",
        "101",
        "77",
        "8",
        json!({"InventoryStockType": "02"}),
    );
    let lot = json!([inspection_lot(&[("InspLotQtyToFree", "10.000")])]);
    let decision = json!([usage_decision("A")]);
    let mut documents = vec![
        answer(order),
        answer(operation),
        received_header,
        received,
        answer(lot),
    ];
    let before = plant_of(&import_texts(NAME, &documents));
    let id = "FG1/8".parse().unwrap();
    let kept = before.lot(&id).unwrap();
    assert_eq!(
        (kept.on_hand(), kept.unrestricted()),
        (Decimal::TEN, Decimal::ZERO)
    );
    assert_eq!(kept.blocking_inspections().count(), 1);
    assert_eq!(kept.usage(), Usage::QualityInspection);

    documents.push(answer(decision));
    let after = plant_of(&import_texts(NAME, &documents));
    let free = after.lot(&id).unwrap();
    assert_eq!(
        (free.on_hand(), free.unrestricted()),
        (Decimal::TEN, Decimal::TEN)
    );
    let order = after.work_order(&"77".parse().unwrap()).unwrap();
    assert_eq!(
        (order.received(), order.delivered()),
        (Decimal::TEN, Decimal::TEN)
    );
    assert_eq!(order.discrepancies(), [], "each system wrote what it owns");

    documents.extend(moved(
        "0049000009",
        "102",
        "77",
        "8",
        json!({"ReversedMaterialDocument": "49000001",
        "ReversedMaterialDocumentYear": "2026", "ReversedMaterialDocumentItem": "1"}),
    ));
    documents.remove(5);
    let back = plant_of(&import_texts(NAME, &documents));
    let order = back.work_order(&"77".parse().unwrap()).unwrap();
    assert_eq!(order.received(), Decimal::ZERO, "the receipt is taken back");
}

#[test]
fn the_movements_of_a_confirmation_take_its_date() {
    let Some(folder) = sample_folder("sap-s4-samples") else {
        return;
    };
    let outputs = folder.join("production-order-conf-reads-sandbox/Outputs");
    let files = [
        "production-order-confirmation-conf-by-orderid-01-confirmation-sample.json",
        "production-order-confirmation-material-movements-01-material-movements-sample.json",
    ];
    let seen = import(NAME, &files.map(|file| outputs.join(file)));
    assert_eq!(
        seen.data("mfg.goods.received.v1"),
        [
            json!({"order": "2000022", "lot": "FG226/8", "material": "FG226",
            "quantity": pieces("10"), "usage": "unrestricted", "location": "171A",
            "final_delivery": true, "document": "4900000554/2016"})
        ]
    );
}

#[test]
fn a_defect_reaches_its_batch_or_order_and_an_unknown_class_is_not_taken_lightly() {
    let defect = |class: &str, fields: Value| {
        let mut defect = json!({"Defect": "0004", "DefectText": "Incomplete Packing",
            "DefectCode": "0001", "DefectClass": class, "DefectiveQuantity": "0.000",
            "DefectiveQuantityUnit": "", "ManufacturingOrder": "", "Material": "FG1",
            "IsDeleted": "", "CreationDate": "2019-10-28T09:00:00+09:00",
            "CreationTime": "PT12H32M29S"});
        for (name, value) in fields.as_object().unwrap() {
            defect[name] = value.clone();
        }
        import_texts(NAME, &[answer(json!([defect]))])
    };
    let of_order = json!({"ManufacturingOrder": "000077", "ManufacturingOrderOperation": "0010"});
    let (name, data) = only(&defect("92", of_order));
    assert_eq!(name, "mfg.nonconformance.opened.v1");
    assert_eq!(
        data,
        json!({"nonconformance": "SAP-DEFECT/4", "order": "77", "defect": "Incomplete Packing",
            "severity": "major", "found_at_op": "10"})
    );
    let (_, data) = only(&defect(
        "Z7",
        json!({"Batch": "0000000008", "DefectiveQuantity": "2",
        "DefectiveQuantityUnit": "PC"}),
    ));
    assert_eq!(
        (&data["lots"], &data["severity"]),
        (&json!(["FG1/8"]), &json!("critical"))
    );
    assert_eq!(data["quantity"], pieces("2"));
    let deleted = defect("92", json!({"IsDeleted": "X", "Batch": "8"}));
    assert_eq!(
        (deleted.events.len(), deleted.report.rows_skipped.len()),
        (0, 1)
    );
}

/// What is decided of an inspection lot, and the exceptions.
fn decided(lot: Value, valuation: &str) -> (Vec<Value>, Vec<String>) {
    let documents = [
        answer(json!([lot])),
        answer(json!([usage_decision(valuation)])),
    ];
    let seen = import_texts(NAME, &documents);
    (seen.data("mfg.inspection.decided.v1"), seen.exceptions())
}

#[test]
fn a_decision_is_taken_for_the_whole_only_where_all_of_the_lot_went_one_way() {
    let parts = "a decision for parts of a lot, or without its lot";
    for (valuation, posted, decision) in [
        ("A", "InspLotQtyToFree", "accept"),
        ("R", "InspLotQtyToBlocked", "reject"),
    ] {
        for quantity in ["10.000", "0"] {
            let (told, exceptions) = decided(inspection_lot(&[(posted, quantity)]), valuation);
            assert_eq!(exceptions, Vec::<String>::new());
            let part = json!({"decision": decision, "quantity": pieces("10"), "code": "A1"});
            assert_eq!(
                told[0]["decisions"],
                json!([part]),
                "{valuation} {quantity}"
            );
        }
        for column in POSTED_TO.into_iter().filter(|column| *column != posted) {
            let split = inspection_lot(&[(posted, "8"), (column, "2")]);
            let mut unknown = inspection_lot(&[]);
            unknown.as_object_mut().unwrap().remove(column);
            for lot in [split, unknown] {
                let (told, exceptions) = decided(lot, valuation);
                assert!(told.is_empty(), "{valuation} {column}: {told:?}");
                assert_eq!(exceptions.len(), 1, "{valuation} {column}: {exceptions:?}");
                assert!(exceptions[0].contains(parts), "{exceptions:?}");
            }
        }
    }
    let alone = import_texts(NAME, &[answer(json!([usage_decision("A")]))]);
    assert!(alone.read().is_empty(), "nothing is known of where it went");
    assert!(alone.exceptions()[0].contains(parts));
    let (told, exceptions) = decided(inspection_lot(&[]), "F");
    assert!(
        told.is_empty() && exceptions.len() == 1,
        "a valuation of its own: {exceptions:?}"
    );
}

#[test]
fn products_with_their_units_and_routings_with_their_operations_are_reference_data() {
    let product = json!([{"Product": "BEER", "BaseUnit": "BOT", "ProductType": "FERT",
        "IsBatchManagementRequired": true, "CreationDate": "2026-01-01T09:00:00+09:00",
        "LastChangeDate": "2026-02-01T09:00:00+09:00"}]);
    let units = json!([
        {"Product": "BEER", "AlternativeUnit": "BOT", "QuantityNumerator": "1", "QuantityDenominator": "1"},
        {"Product": "BEER", "AlternativeUnit": "CS", "QuantityNumerator": "20", "QuantityDenominator": "1"},
        {"Product": "BEER", "AlternativeUnit": "KG", "QuantityNumerator": "10", "QuantityDenominator": "9"}]);
    let seen = import_texts(NAME, &[answer(product.clone()), answer(units)]);
    let plant = plant_of(&seen);
    let beer = plant
        .material(&"BEER".parse().unwrap())
        .unwrap()
        .latest()
        .unwrap();
    assert!(beer.is_lot_controlled());
    assert_eq!(beer.at().to_string(), "2026-02-01T00:00:00Z");
    let (case, bottle) = ("XCS".parse().unwrap(), "XBO".parse().unwrap());
    let factor = beer.factor(case, bottle, beer.at()).unwrap();
    assert_eq!(
        (factor.ratio.to_string(), factor.is_nominal),
        ("20/1".to_owned(), false)
    );
    let spoilt = json!([{"Product": "BEER", "AlternativeUnit": "CS", "QuantityNumerator": "twelve",
        "QuantityDenominator": "1"}]);
    let seen = import_texts(NAME, &[answer(product), answer(spoilt)]);
    assert_eq!(seen.read().len(), 0, "no material without its factor");
    assert!(
        seen.exceptions()[0].contains("QuantityNumerator"),
        "{:?}",
        seen.exceptions()
    );

    let Some(folder) = sample_folder("sap-s4-samples") else {
        return;
    };
    let outputs = folder.join("production-routing-reads-sandbox/Outputs");
    let mut files: Vec<_> = ["01", "02-material-assignment", "04-operation"]
        .map(|part| outputs.join(format!("production-routing-header-{part}-sample.json")))
        .to_vec();
    files.push(folder.join("work-center-reads-sandbox/Outputs/work-center-01-sample.json"));
    let seen = import(NAME, &files);
    let plant = plant_of(&seen);
    let routing = plant.routing(&"ELECTRIC FAN".parse().unwrap()).unwrap();
    let version = &routing.versions()[0];
    let operations = version.operations().iter();
    let operations: Vec<(&str, Option<&str>)> = operations
        .map(|op| {
            (
                op.op.as_str(),
                op.work_center.as_ref().map(|at| at.as_str()),
            )
        })
        .collect();
    assert_eq!(
        operations,
        [("10", Some("ASSEMBLY")), ("20", None), ("30", None)]
    );
    assert_eq!(
        (version.name().as_str(), version.version().as_str()),
        ("40000060/1", "1")
    );
}

#[test]
fn an_item_that_two_files_tell_is_one_item() {
    let header = json!([{"DeliveryDocument": "0080000001", "ShippingPoint": "1010",
        "SoldToParty": "17100001", "ShipToParty": "17100001", "CreationDate": "20260302",
        "CreationTime": "PT07H00M00S"}]);
    let item = |number: &str, quantity: &str| {
        answer(
            json!([{"DeliveryDocument": "0080000001", "DeliveryDocumentItem": number,
            "Material": "FG1", "Batch": "0000000008", "ActualDeliveryQuantity": quantity,
            "DeliveryQuantityUnit": "PC"}]),
        )
    };
    let line = |quantity: &str| json!({"lot": "FG1/8", "quantity": pieces(quantity)});
    let told = [
        answer(header),
        item("000010", "5"),
        item("000010", "5"),
        item("000020", "5"),
    ];
    let (name, data) = only(&import_texts(NAME, &told));
    assert_eq!(name, "mfg.shipment.requested.v1");
    assert_eq!(
        data["lots"],
        json!([line("5"), line("5")]),
        "two items, one of them told twice"
    );

    let Some(folder) = sample_folder("sap-s4-samples") else {
        return;
    };
    let outputs = folder.join("production-routing-reads-sandbox/Outputs");
    let seen = import(NAME, &crate::samples::files_below(&outputs, "json"));
    let routing = &seen.data("mfg.routing.published.v1")[0];
    let operations = routing["operations"].as_array().unwrap().iter();
    let operations: Vec<&Value> = operations.map(|op| &op["op"]).collect();
    assert_eq!(operations, ["10", "20", "30"], "30 stands in two files");
}
