//! Which version of a material counts, and who may say so.

use serde_json::json;
use twin_model::{Code, Kind, Material, Plant, wire};

use super::{beer, bottles, cases, ends_the_same, event, of_erp, order, plant, tell};

fn beer_of(plant: &Plant) -> &Material {
    plant.material(&"BEER".parse().unwrap()).unwrap()
}

fn codes(plant: &Plant) -> Vec<Code> {
    let found = beer_of(plant).discrepancies();
    found.iter().map(|found| found.code()).collect()
}

/// The number of the version that counts at an hour.
fn counts(plant: &Plant, hour: u32) -> Option<u64> {
    let at = format!("2026-03-01T{hour:02}:00:00Z").parse().unwrap();
    beer_of(plant)
        .version_at(at)
        .map(|version| version.number())
}

#[test]
fn the_highest_version_that_was_published_until_then_counts() {
    let mut plant = plant();
    for (version, hour) in [(3, 9), (1, 5), (2, 7)] {
        tell(&mut plant, &beer(version, hour, "12"));
    }
    let found = [4, 5, 6, 7, 8, 9, 10].map(|hour| counts(&plant, hour));
    assert_eq!(
        found,
        [None, Some(1), Some(1), Some(2), Some(2), Some(3), Some(3)]
    );
    assert_eq!(codes(&plant), []);
}

#[test]
fn a_version_does_not_go_back() {
    let mut plant = plant();
    tell(&mut plant, &beer(3, 5, "20"));
    tell(&mut plant, &beer(2, 7, "12"));
    assert_eq!(counts(&plant, 8), Some(3));
    assert_eq!(codes(&plant), [Code::R60]);
    assert_eq!(
        beer_of(&plant).discrepancies()[0].to_string(),
        "Material BEER: version 2 of 2026-03-01T07:00:00Z is older than version 3, which counts \
         since 2026-03-01T05:00:00Z. It has no effect. Publish it again with a higher version."
    );
    tell(&mut plant, &beer(4, 9, "12"));
    assert_eq!((counts(&plant, 9), codes(&plant)), (Some(4), vec![]));
}

#[test]
fn an_erp_without_version_numbers_is_told_apart_by_its_times() {
    let mut plant = plant();
    tell(&mut plant, &beer(0, 9, "20"));
    tell(&mut plant, &beer(0, 5, "12"));
    for event in bottles().iter().chain(&[cases(8, "1"), cases(9, "1")]) {
        tell(&mut plant, event);
    }
    assert_eq!(order(&plant).delivered(), 32.into());
}

#[test]
fn publications_end_the_same_in_every_order() {
    ends_the_same(&[
        beer(1, 5, "12"),
        beer(1, 5, "16"),
        beer(2, 4, "20"),
        beer(2, 8, "20"),
        beer(0, 9, "24"),
    ]);
}

#[test]
fn a_version_that_comes_too_late_may_not_say_otherwise() {
    let mut plant = plant();
    tell(&mut plant, &beer(1, 4, "12"));
    for event in bottles().iter().chain(&[cases(8, "1")]) {
        tell(&mut plant, event);
    }
    let before = plant.state_hash();
    let late = plant.apply(&beer(2, 7, "20")).map(|_| ()).unwrap_err();
    assert_eq!((late.code(), late.kind()), (Code::R57, Kind::Refuse));
    assert_eq!(plant.state_hash(), before, "a rejection changes nothing");
    assert_eq!(order(&plant).delivered(), 12.into());
    // One that says the same of what was used may say more.
    let data = json!({"material": "BEER", "version": 2, "base_unit": "XBO", "conversions": [
        {"unit": "XCS", "numerator": "24", "denominator": "2"},
        {"unit": "XPX", "numerator": "960", "denominator": "1"}]});
    tell(&mut plant, &of_erp("material.updated", 7, &data));
    // And what counts from after the last use says what it likes.
    tell(&mut plant, &beer(3, 9, "20"));
    tell(&mut plant, &cases(9, "1"));
    assert_eq!(order(&plant).delivered(), 32.into());
}

#[test]
fn only_the_erp_publishes_materials() {
    let mut plant = plant();
    tell(&mut plant, &beer(1, 4, "12"));
    let data = json!({"material": "BEER", "version": 2, "base_unit": "XBO"});
    tell(&mut plant, &event("/mes", "material.updated", 5, &data));
    assert_eq!(counts(&plant, 6), Some(1));
    assert_eq!(codes(&plant), [Code::R31]);
}

#[test]
fn what_is_no_material_is_unreadable() {
    let case = |more: serde_json::Value| {
        let mut row = json!({"unit": "XCS", "numerator": "12", "denominator": "1"});
        for (key, value) in more.as_object().unwrap() {
            row[key] = value.clone();
        }
        row
    };
    let until = |key: &str, at: &str| case(json!({key: at}));
    for (conversions, path) in [
        (vec![case(json!({"numerator": "0"}))], "numerator"),
        (vec![case(json!({"denominator": "-1"}))], "numerator"),
        (
            vec![case(json!({"unit": "DZN", "numerator": "13"}))],
            "unit",
        ),
        (
            vec![case(json!({})), case(json!({"numerator": "20"}))],
            "conversions",
        ),
        (
            vec![
                until("valid_to", "2026-03-02T00:00:00Z"),
                until("valid_from", "2026-03-01T00:00:00Z"),
            ],
            "conversions",
        ),
        (
            vec![case(json!({"valid_from": "2026-03-02T00:00:00Z",
                "valid_to": "2026-03-02T00:00:00Z"}))],
            "valid_to",
        ),
    ] {
        let data = json!({"material": "BEER", "base_unit": "H87", "conversions": conversions});
        let refused = read(&data).unwrap_err().to_string();
        assert!(refused.contains(path), "{data}: {refused}");
    }
    let good = [
        until("valid_to", "2026-03-02T00:00:00Z"),
        until("valid_from", "2026-03-02T00:00:00Z"),
        case(json!({"unit": "DZN"})),
    ];
    let data = json!({"material": "BEER", "base_unit": "H87", "conversions": good,
        "catch_weight_tolerance": "0.03"});
    assert_eq!(read(&data), Ok(()));
    let data = json!({"material": "BEER", "base_unit": "H87", "catch_weight_tolerance": "3"});
    assert!(read(&data).unwrap_err().to_string().contains("0.1 is 10 %"));
}

fn read(data: &serde_json::Value) -> Result<(), twin_model::Rejection> {
    let text = json!({"specversion": "1.0", "id": "1", "source": "/erp", "plant": "P1",
        "type": "mfg.material.updated.v1", "time": "2026-03-01T00:00:00Z", "data": data});
    let read = wire::decode(text.to_string().as_bytes());
    read.map(|_| ()).map_err(|unreadable| unreadable.rejection)
}
