//! The words in which claims are kept.

use serde_json::{Value, json};

use super::{event, notices, plant, tell, texts, without_claims};

/// Source, type, data, and words of the discrepancy.
const FOREIGN: &[(&str, &str, &str, &str)] = &[
    (
        "/mes/line",
        "work_order.cancelled",
        r#"{"order": "O", "reason": "why"}"#,
        "cancellation of Order O to cancelled",
    ),
    (
        "/mes/line",
        "work_order.tech_completed",
        r#"{"order": "O", "reason": "why"}"#,
        "tech completion of Order O to complete",
    ),
    (
        "/mes/line",
        "work_order.closed",
        r#"{"order": "O", "reason": "why"}"#,
        "closing of Order O to closed",
    ),
    (
        "/wms",
        "work_order.release_withdrawn",
        r#"{"order": "O", "reason": "why"}"#,
        "release of Order O to not released",
    ),
    (
        "/wms",
        "work_order.aborted",
        r#"{"order": "O", "reason": "why"}"#,
        "abort of Order O to given up",
    ),
    (
        "/erp/sap",
        "operation.dispatched",
        r#"{"order": "O", "op": "10", "work_center": "V"}"#,
        "dispatch of operation 10 of Order O to V",
    ),
    (
        "/erp/sap",
        "operation.setup_started",
        r#"{"order": "O", "op": "10", "work_center": "V"}"#,
        "setup of operation 10",
    ),
    (
        "/erp/sap",
        "operation.started",
        r#"{"order": "O", "op": "10", "work_center": "V"}"#,
        "start of operation 10",
    ),
    (
        "/erp/sap",
        "operation.interrupted",
        r#"{"order": "O", "op": "10", "reason": "x"}"#,
        "interruption of operation 10",
    ),
    (
        "/erp/sap",
        "operation.aborted",
        r#"{"order": "O", "op": "10", "reason": "x"}"#,
        "abort of operation 10",
    ),
    (
        "/erp/sap",
        "operation.skipped",
        r#"{"order": "O", "op": "10", "reason": "x"}"#,
        "skip of operation 10",
    ),
    (
        "/qms",
        "confirmation.reversed",
        r#"{"order": "O", "event": "E-1", "reason": "x"}"#,
        "reversal of report E-1",
    ),
];

#[test]
fn a_change_is_judged_field_by_field() {
    let mut plant = plant();
    let table = json!({"version": 1,
        "owners": [{"entity": "work_order", "field": "priority", "owner": "mes"}]});
    tell(&mut plant, "/twin", "ownership.published", &table);
    let change = json!({"order": "O", "priority": {"new": 1},
        "quantity": {"new": {"value": "120", "unit": "H87"}}});
    let turn = tell(&mut plant, "/mes/line", "work_order.changed", &change);
    assert_eq!(notices(&turn), ["found"]);
    let order = plant.work_order(&"O".parse().unwrap()).unwrap();
    assert_eq!((order.priority(), order.ordered()), (1, 100.into()));
    assert_eq!(texts(&plant).len(), 1);
    assert!(texts(&plant)[0].contains("quantity of Order O to 120 H87"));
    let turn = tell(&mut plant, "/erp/sap", "work_order.changed", &change);
    assert_eq!(
        notices(&turn),
        ["healed"],
        "the priority is the same by now"
    );
    let order = plant.work_order(&"O".parse().unwrap()).unwrap();
    assert_eq!((order.priority(), order.ordered()), (1, 120.into()));
}

#[test]
fn decisions_and_states_of_a_foreign_source_stay_words() {
    let mut plant = plant();
    let release = json!({"order": "O", "operations": [{"op": "10", "work_center": "W"}]});
    tell(&mut plant, "/erp/sap", "work_order.released", &release);
    let before = without_claims(&plant);
    for (source, name, data, says) in FOREIGN {
        let data: Value = serde_json::from_str(data).unwrap();
        let turn = tell(&mut plant, source, name, &data);
        assert_eq!(notices(&turn), ["found"], "{name}");
        let said = texts(&plant);
        assert!(
            said.iter().any(|text| text.contains(says)),
            "{name}: {said:#?}"
        );
        assert_eq!(
            without_claims(&plant),
            before,
            "{name} changed nothing else"
        );
    }
    let resumed = json!({"order": "O", "op": "10"});
    let later = event("/erp/sap", "operation.resumed", "09:30", &resumed);
    assert_eq!(
        notices(&plant.apply(&later).unwrap()),
        ["healed"],
        "it says that it goes on"
    );
}

#[test]
fn every_kind_of_object_keeps_its_claims() {
    let mut plant = plant();
    let lot = json!({"lot": "L", "material": "M", "quantity": {"value": "5", "unit": "H87"}});
    tell(&mut plant, "/wms", "lot.created", &lot);
    let state = |state: &str| json!({"work_center": "W", "item_state": state});
    tell(
        &mut plant,
        "/edge/W",
        "work_center.state_changed",
        &state("executing"),
    );
    let ship = |n: &str| {
        json!({"delivery": "D",
            "lots": [{"lot": "L", "quantity": {"value": n, "unit": "H87"}}]})
    };
    tell(&mut plant, "/wms", "shipment.requested", &ship("2"));
    let before = without_claims(&plant);
    let mut other = lot.clone();
    other["quantity"]["value"] = json!("7");
    tell(&mut plant, "/qms", "lot.created", &other);
    let made = json!({"inputs": [{"lot": "A", "quantity": {"value": "1", "unit": "H87"}}],
        "outputs": [{"lot": "L", "material": "M", "quantity": {"value": "1", "unit": "H87"}}]});
    tell(&mut plant, "/qms", "lot.transformed", &made);
    tell(
        &mut plant,
        "/erp/sap",
        "work_center.state_changed",
        &state("out_of_service"),
    );
    tell(&mut plant, "/mes/line", "shipment.requested", &ship("3"));
    assert_eq!(without_claims(&plant), before, "nothing else changed");
    let said = texts(&plant);
    for part in [
        "quantity of Lot L to 7 H87; MES or WMS owns it and says 5 H87",
        "origin of Lot L to made from A; MES or WMS owns it and says made from nothing known",
        "state of Work center W to out_of_service, none; MES or edge owns it and says executing",
        "request of Shipment D to L 3 H87; ERP or WMS owns it and says L 2 H87",
    ] {
        assert!(
            said.iter().any(|text| text.contains(part)),
            "{part}: {said:#?}"
        );
    }
    assert_eq!(said.len(), 4);
    // A list is named by its first ten; that the eleventh is another one is a difference all the same.
    let input =
        |n: u32| json!({"lot": format!("A{n:02}"), "quantity": {"value": "1", "unit": "H87"}});
    let many: Vec<Value> = (1..=12).map(input).collect();
    let made = json!({"inputs": many, "outputs": made["outputs"]});
    tell(&mut plant, "/qms", "lot.transformed", &made);
    let text = texts(&plant)
        .into_iter()
        .find(|text| text.contains("origin"));
    let listed = "to made from A01, A02, A03, A04, A05, A06, A07, A08, A09, A10 and 2 more; ";
    assert!(
        text.as_ref().is_some_and(|text| text.contains(listed)),
        "{text:?}"
    );
}
