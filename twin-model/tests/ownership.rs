//! The owner decides: what another source says is kept beside the object and changes nothing.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    reason = "tests"
)]

use serde_json::{Value, json};
use twin_model::wire::{decode, snapshot::StoredPlant};
use twin_model::{Code, Discrepancy, EntityKey, Event, Field, Notice, Plant, Rejection, Turn};

fn event(source: &str, name: &str, at: &str, data: &Value) -> Event {
    let id: String = format!("{name}{at}{data}").chars().take(90).collect();
    let text = json!({"specversion": "1.0", "id": id, "source": source,
        "type": format!("mfg.{name}.v1"), "time": format!("2026-03-01T{at}:00Z"), "plant": "P1",
        "data": data});
    decode(text.to_string().as_bytes()).unwrap_or_else(|e| panic!("{e:?}"))
}

fn tell(plant: &mut Plant, source: &str, name: &str, data: &Value) -> Turn {
    plant
        .apply(&event(source, name, "09:00", data))
        .unwrap_or_else(|e| panic!("{source} {name}: {e}"))
}

fn created(quantity: &str) -> Value {
    json!({"order": "O", "material": "M", "quantity": {"value": quantity, "unit": "H87"}})
}

fn report(good: &str) -> Value {
    json!({"order": "O", "op": "10", "unit": "H87", "good": good})
}

fn plant() -> Plant {
    let mut plant = Plant::new("P1".parse().unwrap());
    tell(
        &mut plant,
        "/erp/sap",
        "work_order.created",
        &created("100"),
    );
    plant
}

fn texts(plant: &Plant) -> Vec<String> {
    let broken = plant.entities().flat_map(|entity| entity.discrepancies());
    broken.map(|found| found.to_string()).collect()
}

fn notices(turn: &Turn) -> Vec<&'static str> {
    let told = turn.notices.iter().filter_map(|notice| match notice {
        Notice::DiscrepancyFound { code, .. } if *code == Code::R31 => Some("found"),
        Notice::DiscrepancyHealed { code, .. } if *code == Code::R31 => Some("healed"),
        _ => None,
    });
    told.collect()
}

/// What the plant would be without anything that foreign sources said.
fn without_claims(plant: &Plant) -> Value {
    let mut stored = serde_json::to_value(StoredPlant::from(plant)).unwrap();
    for entity in stored["entities"].as_array_mut().unwrap() {
        entity["version"] = json!(0);
        for state in entity["state"].as_object_mut().unwrap().values_mut() {
            state.as_object_mut().unwrap().remove("claims");
        }
    }
    stored
}

#[test]
fn a_foreign_write_changes_no_field_and_shows_both_values() {
    let mut plant = plant();
    let before = without_claims(&plant);
    let turn = tell(
        &mut plant,
        "/mes/line",
        "work_order.created",
        &created("120"),
    );
    assert_eq!(notices(&turn), ["found"]);
    assert_eq!(without_claims(&plant), before, "nothing else changed");
    assert_eq!(
        texts(&plant),
        [
            "/mes/line set quantity of Order O to 120 H87; ERP owns it and says 100 H87. Kept 100 \
          H87. Change it in ERP, or correct /mes/line."
        ]
    );
    assert_eq!(plant.open_discrepancies()[&Code::R31], 1);
}

#[test]
fn a_foreign_write_that_says_the_same_is_no_discrepancy() {
    let mut plant = plant();
    let turn = tell(
        &mut plant,
        "/mes/line",
        "work_order.created",
        &created("100"),
    );
    assert!(notices(&turn).is_empty());
    assert!(texts(&plant).is_empty());
}

#[test]
fn a_foreign_release_heals_when_the_erp_releases() {
    let mut plant = plant();
    let release = json!({"order": "O"});
    let turn = tell(&mut plant, "/mes/line", "work_order.released", &release);
    assert_eq!(notices(&turn), ["found"]);
    let order = plant.work_order(&"O".parse().unwrap()).unwrap();
    assert_eq!(order.released(), None, "only the ERP releases");
    let turn = tell(&mut plant, "/erp/sap", "work_order.released", &release);
    assert_eq!(notices(&turn), ["healed"]);
    assert!(texts(&plant).is_empty());
}

#[test]
fn foreign_quantities_add_up_and_are_compared_with_the_owners_sum() {
    let mut plant = plant();
    tell(
        &mut plant,
        "/erp/sap",
        "work_order.released",
        &json!({"order": "O"}),
    );
    for (at, good) in [("09:10", "30"), ("09:20", "10")] {
        let foreign = event("/erp/sap", "operation.progressed", at, &report(good));
        plant.apply(&foreign).unwrap();
    }
    assert_eq!(
        texts(&plant),
        [
            "/erp/sap set good of operation 10 of Order O to 40 H87; MES owns it and says 0 H87. \
          Kept 0 H87. Change it in MES, or correct /erp/sap."
        ]
    );
    let turn = tell(
        &mut plant,
        "/mes/line",
        "operation.progressed",
        &report("40"),
    );
    assert_eq!(notices(&turn), ["healed"]);
}

#[test]
fn a_foreign_creation_of_something_unknown_waits_for_its_owner() {
    let mut plant = Plant::new("P1".parse().unwrap());
    let before = plant.state_hash();
    let refused = plant.apply(&event("/qms", "work_order.created", "09:00", &created("1")));
    let rejection = refused.unwrap_err();
    assert_eq!(rejection.code(), Code::R01);
    let order = EntityKey::WorkOrder("O".parse().unwrap());
    assert_eq!(rejection.waits_for(), Some(order));
    assert_eq!(plant.state_hash(), before, "a rejection changes nothing");
}

#[test]
fn the_order_of_arrival_of_claims_and_facts_does_not_count() {
    let events = [
        event(
            "/erp/sap",
            "work_order.released",
            "09:01",
            &json!({"order": "O"}),
        ),
        event("/mes/line", "work_order.created", "09:02", &created("120")),
        event("/mes/line", "work_order.created", "09:03", &created("130")),
        event("/qms", "work_order.created", "09:04", &created("100")),
        event("/erp/sap", "operation.progressed", "09:05", &report("1")),
        event("/erp/sap", "operation.progressed", "09:06", &report("2")),
    ];
    let mut hashes = Vec::new();
    for turn in 0..events.len() {
        for reversed in [false, true] {
            let mut plant = plant();
            let mut order: Vec<usize> = (0..events.len()).collect();
            order.rotate_left(turn);
            if reversed {
                order.reverse();
            }
            for n in &order {
                plant.apply(&events[*n]).unwrap();
            }
            hashes.push(plant.state_hash());
            assert_eq!(texts(&plant).len(), 2, "{order:?}: {:?}", texts(&plant));
            assert!(
                texts(&plant)[0].contains("130 H87"),
                "the newest value counts"
            );
        }
    }
    assert!(hashes.iter().all(|hash| *hash == hashes[0]));
}

#[test]
fn anybody_places_a_hold_and_only_quality_releases_it() {
    let mut plant = plant();
    let hold = json!({"hold": "H", "scope": {"kind": "work_order", "id": "O"}, "reason": "crack"});
    tell(&mut plant, "/edge/WC-3", "hold.placed", &hold);
    let release = json!({"hold": "H", "disposition": "fine", "released_by": "mm"});
    let before = plant.state_hash();
    for source in ["/mes/line", "/erp/sap", "/wms", "/edge/WC-3"] {
        let refused = plant.apply(&event(source, "hold.released", "10:00", &release));
        let rejection = refused.unwrap_err();
        assert_eq!(rejection.code(), Code::R13, "{source}");
        assert!(matches!(&rejection, Rejection::NotEntitled { needs, .. } if needs == "QMS"));
        assert_eq!(plant.state_hash(), before, "{source} changed nothing");
    }
    tell(&mut plant, "/qms", "hold.released", &release);
    assert!(!plant.hold(&"H".parse().unwrap()).unwrap().is_open());
}

#[test]
fn an_unknown_source_may_write_until_the_sources_are_listed() {
    let mut plant = plant();
    tell(
        &mut plant,
        "/import",
        "work_order.released",
        &json!({"order": "O"}),
    );
    tell(&mut plant, "/import", "operation.progressed", &report("5"));
    let table = json!({"version": 1, "sources": [{"source": "/line/7", "system": "mes"}]});
    tell(&mut plant, "/twin", "ownership.published", &table);
    let foreign = event("/import", "operation.progressed", "09:30", &report("6"));
    let turn = plant.apply(&foreign).unwrap();
    assert_eq!(notices(&turn), ["found"], "a stranger owns nothing");
    plant
        .apply(&event(
            "/line/7",
            "operation.progressed",
            "09:31",
            &report("2"),
        ))
        .unwrap();
    let order = plant.work_order(&"O".parse().unwrap()).unwrap();
    assert_eq!(
        order.operations()[0].good(),
        7.into(),
        "5 from before the table and 2 from the listed source"
    );
    assert_eq!(texts(&plant).len(), 1);
    let hold = json!({"hold": "H", "scope": {"kind": "work_order", "id": "O"}, "reason": "?"});
    tell(&mut plant, "/import", "hold.placed", &hold);
}

#[test]
fn a_published_table_moves_a_field_to_another_owner() {
    let mut plant = plant();
    let release = json!({"order": "O"});
    tell(&mut plant, "/mes/line", "work_order.released", &release);
    assert_eq!(texts(&plant).len(), 1);
    let table = json!({"version": 3,
        "owners": [{"entity": "work_order", "field": "release", "owner": "mes"}]});
    let turn = tell(&mut plant, "/twin", "ownership.published", &table);
    assert_eq!(
        notices(&turn),
        ["healed"],
        "the claim of the new owner is no claim"
    );
    let erp = event("/erp/sap", "work_order.released", "10:00", &release);
    plant.apply(&erp).unwrap();
    let order = EntityKey::WorkOrder("O".parse().unwrap());
    assert_eq!(
        plant.work_order(&"O".parse().unwrap()).unwrap().released(),
        None
    );
    assert!(
        texts(&plant)[0].contains("MES owns it"),
        "{:?}",
        texts(&plant)
    );
    plant
        .apply(&event(
            "/mes/line",
            "work_order.released",
            "10:01",
            &release,
        ))
        .unwrap();
    assert!(plant.get(&order).unwrap().discrepancies().is_empty());
    assert_eq!(plant.owners_of(Field::OrderRelease).to_string(), "MES");
    assert_eq!(plant.owners_of(Field::OrderQuantity).to_string(), "ERP");
}

#[test]
fn a_table_that_is_not_newer_is_refused_and_changes_nothing() {
    let mut plant = plant();
    let table = |version: u64, owner: &str| {
        json!({"version": version,
            "owners": [{"entity": "lot", "field": "stock", "owner": owner}]})
    };
    tell(&mut plant, "/twin", "ownership.published", &table(2, "erp"));
    let before = plant.state_hash();
    for version in [1, 2] {
        let older = event(
            "/twin",
            "ownership.published",
            "11:00",
            &table(version, "mes"),
        );
        assert_eq!(plant.apply(&older).unwrap_err().code(), Code::R02);
        assert_eq!(plant.state_hash(), before, "version {version}");
    }
    tell(&mut plant, "/twin", "ownership.published", &table(3, "mes"));
    assert_eq!(plant.owners_of(Field::LotStock).to_string(), "MES");
}

#[test]
fn only_the_operator_publishes_who_owns_what() {
    let mut plant = plant();
    tell(
        &mut plant,
        "/twin",
        "ownership.published",
        &json!({"version": 1}),
    );
    let own = json!({"version": 2,
        "owners": [{"entity": "hold", "field": "release", "owner": "mes"}]});
    let turn = tell(&mut plant, "/mes/line", "ownership.published", &own);
    assert_eq!(notices(&turn), ["found"]);
    assert_eq!(plant.owners_of(Field::HoldRelease).to_string(), "QMS");
    let broken = plant.get(&EntityKey::Ownership).unwrap().discrepancies();
    assert!(matches!(&broken[..], [Discrepancy::ForeignWrite { kept, .. }] if kept == "version 1"));
}

#[test]
fn a_table_that_names_no_field_or_one_source_twice_is_unreadable() {
    for (data, path) in [
        (
            json!({"version": 1, "owners": [{"entity": "lot", "field": "colour", "owner": "mes"}]}),
            "$.data.owners",
        ),
        (
            json!({"version": 1, "owners": [{"entity": "hold", "field": "placing", "owner": "qms"}]}),
            "$.data.owners",
        ),
        (
            json!({"version": 1, "sources": [{"source": "/a", "system": "mes"},
                {"source": "/a", "system": "erp"}]}),
            "$.data.sources",
        ),
    ] {
        let text = json!({"specversion": "1.0", "id": "1", "source": "/twin",
            "type": "mfg.ownership.published.v1", "time": "2026-03-01T09:00:00Z", "plant": "P1",
            "data": data});
        let error = decode(text.to_string().as_bytes()).unwrap_err();
        assert!(error.rejection.to_string().contains(path), "{error:?}");
    }
}

#[test]
fn claims_survive_a_snapshot() {
    let mut plant = plant();
    tell(
        &mut plant,
        "/mes/line",
        "work_order.created",
        &created("120"),
    );
    tell(
        &mut plant,
        "/twin",
        "ownership.published",
        &json!({"version": 1,
        "sources": [{"source": "/a", "system": "mes"}],
        "owners": [{"entity": "lot", "field": "stock", "owner": "erp"}]}),
    );
    let stored = serde_json::to_string(&StoredPlant::from(&plant)).unwrap();
    let stored: StoredPlant = serde_json::from_str(&stored).unwrap();
    let back = Plant::try_from(stored).unwrap();
    assert_eq!(back.state_hash(), plant.state_hash());
    assert_eq!(texts(&back), texts(&plant));
    assert_eq!(back.owners_of(Field::LotStock).to_string(), "ERP");
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
}

#[test]
fn the_page_has_the_default_table() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/ownership.md");
    let page = std::fs::read_to_string(page).unwrap();
    let rows: Vec<&str> = page.lines().filter(|row| row.starts_with("| `")).collect();
    let table: Vec<String> = Field::ALL
        .iter()
        .map(|field| {
            let owners = field.default_owners();
            format!("| `{}` | `{}` | {owners} |", field.entity(), field.name())
        })
        .collect();
    assert_eq!(rows, table, "docs/ownership.md says who owns what");
}

#[test]
fn a_claim_of_an_owner_would_be_a_broken_invariant() {
    let mut plant = plant();
    let data = created("120");
    tell(&mut plant, "/mes/line", "work_order.created", &data);
    assert!(plant.breaches().is_empty());
    let stored = serde_json::to_string(&StoredPlant::from(&plant)).unwrap();
    let altered = stored.replace("/mes/line", "/erp/sap");
    assert_ne!(altered, stored);
    let altered: StoredPlant = serde_json::from_str(&altered).unwrap();
    let breaches = Plant::try_from(altered).unwrap().breaches();
    assert!(!breaches.is_empty());
    assert!(breaches.iter().all(|breach| breach.invariant.id() == "I17"));
}
