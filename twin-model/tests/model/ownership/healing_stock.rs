//! What a foreign source says of reference data, units and movements, and what stands there.

use serde_json::{Value, json};

use super::healing::{Told, heals, lot, pieces, released};
use super::{plant, tell, texts};

#[test]
fn versions_of_reference_data() {
    let material = |version: u32| json!({"material": "M", "version": version, "base_unit": "H87"});
    heals(
        &[("/erp/sap", "material.updated", material(1))],
        "/mes/line",
        "/erp/sap",
        ("material.updated", material(2)),
        "master of Material M to version 2; ERP owns it and says version 1",
    );
    let routing = |version: &str, from: &str| {
        json!({"routing": "R", "version": version, "material": "M", "effective_from": from,
            "operations": [{"op": "10", "work_center": "W"}]})
    };
    heals(
        &[
            (
                "/erp/sap",
                "routing.published",
                routing("7", "2026-03-01T00:00:00Z"),
            ),
            (
                "/erp/sap",
                "routing.published",
                routing("6", "2026-02-01T00:00:00Z"),
            ),
        ],
        "/wms",
        "/erp/sap",
        ("routing.published", routing("8", "2026-03-02T00:00:00Z")),
        "master of Routing of M to version 8; ERP or MES owns it and says version 7",
    );
    let rules = |version: u32| json!({"version": version, "processes": [{"kind": "release"}]});
    heals(
        &[("/twin", "process_rules.published", rules(1))],
        "/mes/line",
        "/twin",
        ("process_rules.published", rules(2)),
        "to version 2; twin owns it and says version 1",
    );
}

#[test]
fn what_is_in_a_logistic_unit() {
    let pack = |lots: Value, units: Value| json!({"unit": "106141412345678908", "lots": lots, "units": units, "action": "add"});
    let mut plant = plant();
    let (source, name, data) = lot();
    tell(&mut plant, source, name, &data);
    let inside = json!([{"lot": "L", "quantity": pieces("2")}]);
    tell(
        &mut plant,
        "/wms",
        "lot.packed",
        &pack(inside.clone(), json!(["CASE-7"])),
    );
    tell(&mut plant, "/qms", "lot.packed", &pack(inside, json!([])));
    let said = texts(&plant);
    let part = "to mfg.lot.packed.v1; MES or WMS owns it and says L 2 H87, unit CASE-7";
    assert!(said.len() == 1 && said[0].contains(part), "{said:#?}");
}

#[test]
fn what_the_warehouse_received_in_all_or_of_one_material() {
    let received = |lot: &str, material: Option<&str>, value: &str| {
        let quantity = json!({"value": value, "unit": "H87"});
        json!({"order": "O", "lot": lot, "material": material, "quantity": quantity})
    };
    for (claim, says) in [
        (
            received("R", None, "4"),
            "received of Order O to 4 H87; WMS owns it and says 9 H87",
        ),
        (
            received("R", Some("BY"), "4"),
            "received of BY in H87 of Order O to 4 H87; WMS owns it and says 2 H87",
        ),
    ] {
        let mut plant = plant();
        let (source, name, data) = released();
        tell(&mut plant, source, name, &data);
        for (lot, material, value) in [("R", None, "9"), ("S", Some("BY"), "2")] {
            let data = received(lot, material, value);
            tell(&mut plant, "/wms", "goods.received", &data);
        }
        tell(&mut plant, "/qms", "goods.received", &claim);
        let said = texts(&plant);
        assert!(
            said.len() == 1 && said[0].contains(says),
            "{says}: {said:#?}"
        );
        let order = plant.work_order(&"O".parse().unwrap()).unwrap();
        assert_eq!(order.received(), 9.into(), "a claim changes nothing");
    }
}

#[test]
fn movements_of_an_order_by_material_and_unit() {
    let moved = |value: &str| json!({"order": "O", "material": "S", "quantity": {"value": value, "unit": "KGM"}});
    let stands = |field: &str, value: &str, owner: &str, kept: &str| {
        format!("{field} of S in KGM of Order O to {value}; {owner} owns it and says {kept}")
    };
    let issue = ("/wms", "material.issued", moved("9"));
    let first: &[Told<'_>] = &[released(), issue];
    for (name, says) in [
        ("material.issued", stands("issued", "4 KGM", "WMS", "9 KGM")),
        (
            "material.consumed",
            stands("consumed", "4 KGM", "MES", "0 KGM"),
        ),
    ] {
        let mut plant = plant();
        for (source, name, data) in first {
            tell(&mut plant, source, name, data);
        }
        tell(&mut plant, "/qms", name, &moved("4"));
        let said = texts(&plant);
        assert!(
            said.len() == 1 && said[0].contains(&says),
            "{says}: {said:#?}"
        );
    }
    let mut plant = plant();
    for (source, name, data) in first {
        tell(&mut plant, source, name, data);
    }
    tell(&mut plant, "/qms", "material.issued", &moved("10"));
    tell(&mut plant, "/qms", "material.returned", &moved("1"));
    assert_eq!(
        texts(&plant),
        [""; 0],
        "issues less returns are what stands"
    );
    tell(
        &mut plant,
        "/qms",
        "material.issued",
        &json!({"order": "O", "material": "T",
        "quantity": {"value": "1", "unit": "KGM"}}),
    );
    let said = texts(&plant);
    let part = "issued of T in KGM of Order O to 1; WMS owns it and says something else";
    assert!(said.len() == 1 && said[0].contains(part), "{said:#?}");
}
