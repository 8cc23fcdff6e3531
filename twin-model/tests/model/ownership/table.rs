//! Tables of owners.

use serde_json::json;
use twin_model::wire::decode;
use twin_model::{Code, Discrepancy, EntityKey, Field};

use super::{event, notices, plant, report, tell, texts};

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
