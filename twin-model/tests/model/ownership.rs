//! The owner decides: what another source says is kept beside the object and changes nothing.
#[path = "ownership/healing.rs"]
mod healing;
#[path = "ownership/healing_stock.rs"]
mod healing_stock;
#[path = "ownership/kept.rs"]
mod kept;
#[path = "ownership/table.rs"]
mod table;
#[path = "ownership/words.rs"]
mod words;

use serde_json::{Value, json};
use twin_model::wire::{decode, snapshot::StoredPlant};
use twin_model::{Code, EntityKey, Event, Field, Notice, Plant, Rejection, Turn};

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
    assert_eq!(
        rejection.to_string(),
        "Order O is not known yet, and ERP announces it, not /qms. The mfg.work_order.created.v1 \
         waits; when the object has come, it stands beside it as a claim."
    );
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
