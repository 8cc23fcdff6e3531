//! What of a material's publications counts: the best factor, the last versions, and those by which
//! something was turned.

use serde_json::{Value, json};
use twin_model::{Code, Event, Kind, Material, Plant, Ratio, Time, Unit};

use super::{bottles, cases, of_erp, order, plant, tell};

fn unit(code: &str) -> Unit {
    code.parse().unwrap()
}

fn hour(hour: u32) -> Time {
    format!("2026-03-01T{hour:02}:00:00Z").parse().unwrap()
}

fn beer_of(plant: &Plant) -> &Material {
    plant.material(&"BEER".parse().unwrap()).unwrap()
}

fn published(version: u64, at: u32, conversions: &Value) -> Event {
    let data = json!({"material": "BEER", "version": version, "base_unit": "XBO",
        "conversions": conversions});
    of_erp("material.updated", at, &data)
}

fn factor(unit: &str, numerator: &str, nominal: bool) -> Value {
    json!({"unit": unit, "numerator": numerator, "denominator": "1", "nominal": nominal})
}

#[test]
fn a_factor_is_found_through_every_unit_of_its_dimension_and_an_exact_one_is_taken_first() {
    let mut plant = plant();
    let known = json!([
        factor("XCS", "12", false),
        // 2 bottles are a kilogram by the scales, and exactly 0.0021 are a gram.
        factor("KGM", "2", true),
        factor("GRM", "0.0021", false),
        factor("LTR", "2", true)
    ]);
    tell(&mut plant, &published(1, 4, &known));
    let version = beer_of(&plant).version_at(hour(5)).unwrap();
    for (from, to, ratio, is_nominal) in [
        ("XBO", "XBO", (1, 1), false),
        ("XCS", "XBO", (12, 1), false),
        ("XBO", "XCS", (1, 12), false),
        ("KGM", "XBO", (21, 10), false),
        ("GRM", "XBO", (21, 10_000), false),
        ("TNE", "XBO", (2_100, 1), false),
        ("HLT", "XBO", (200, 1), true),
        ("XBO", "LTR", (1, 2), true),
        ("XCS", "KGM", (40, 7), false),
        ("XCS", "LTR", (6, 1), true),
        ("LTR", "KGM", (20, 21), true),
    ] {
        let found = version.factor(unit(from), unit(to), hour(5)).unwrap();
        let expected = Ratio::new(ratio.0, ratio.1).unwrap();
        assert_eq!(
            (found.ratio, found.is_nominal),
            (expected, is_nominal),
            "{from} to {to}"
        );
    }
    for (from, to) in [("XPX", "XBO"), ("XBO", "XPX"), ("MTR", "XCS")] {
        assert_eq!(
            version.factor(unit(from), unit(to), hour(5)),
            None,
            "{from} to {to}"
        );
    }
}

#[test]
fn a_factor_holds_from_its_first_moment_to_the_one_before_its_end() {
    let mut plant = plant();
    let within = |numerator: &str, from: Option<u32>, to: Option<u32>| {
        json!({"unit": "XCS", "numerator": numerator, "denominator": "1",
            "valid_from": from.map(hour), "valid_to": to.map(hour)})
    };
    let known = json!([
        within("12", None, Some(6)),
        within("16", Some(6), Some(8)),
        within("20", Some(9), None)
    ]);
    tell(&mut plant, &published(1, 4, &known));
    let version = beer_of(&plant).version_at(hour(5)).unwrap();
    let at = |time: Time| {
        let found = version.factor(unit("XCS"), unit("XBO"), time);
        found.map(|found| found.ratio.numerator())
    };
    assert_eq!(at(hour(6).plus_micros(-1)), Some(12));
    assert_eq!(at(hour(6)), Some(16));
    assert_eq!(at(hour(8).plus_micros(-1)), Some(16));
    assert_eq!(at(hour(8)), None);
    assert_eq!(at(hour(9).plus_micros(-1)), None);
    assert_eq!(at(hour(9)), Some(20));
}

/// A version of `n` seconds after six: so many bottles are a case.
fn nth(n: u64, bottles: &str) -> Event {
    Event {
        time: hour(6).plus_seconds(i64::try_from(n).unwrap()),
        id: format!("v{n}-{bottles}").parse().unwrap(),
        ..published(n, 0, &json!([factor("XCS", bottles, false)]))
    }
}

#[test]
fn of_too_many_versions_those_that_were_published_first_are_forgotten_unless_they_were_used() {
    let numbers = |plant: &Plant| -> Vec<u64> {
        let versions = beer_of(plant).versions().iter();
        versions.map(|version| version.number()).collect()
    };
    let mut plant = plant();
    for n in 1..=256 {
        tell(&mut plant, &nth(n, "12"));
    }
    assert_eq!(numbers(&plant), (1..=256).collect::<Vec<u64>>());
    // Cases of a moment at which the second version counts.
    for event in bottles() {
        tell(&mut plant, &event);
    }
    let second = Event {
        time: hour(6).plus_seconds(2),
        ..cases(7, "1")
    };
    tell(&mut plant, &second);
    tell(&mut plant, &nth(257, "12"));
    assert_eq!(numbers(&plant), (2..=257).collect::<Vec<u64>>());
    tell(&mut plant, &nth(258, "12"));
    assert_eq!(numbers(&plant)[..2], [2, 4], "the second was used");
    assert_eq!(numbers(&plant).len(), 256);
}

#[test]
fn of_two_publications_of_one_version_and_time_the_same_one_stays() {
    let mut kept = Vec::new();
    for told in [["12", "16"], ["16", "12"]] {
        let mut plant = plant();
        for bottles in told {
            tell(&mut plant, &nth(5, bottles));
        }
        let versions = beer_of(&plant).versions();
        assert_eq!(versions.len(), 1);
        let found = versions[0]
            .factor(unit("XCS"), unit("XBO"), hour(1))
            .unwrap();
        kept.push(found.ratio.numerator());
    }
    assert_eq!(kept, [16, 16]);
}

#[test]
fn a_version_that_would_have_counted_then_may_not_say_otherwise_of_what_was_turned() {
    // One case at 08:00, by version 1 of 04:00.
    let used = || {
        let mut plant = plant();
        tell(
            &mut plant,
            &published(1, 4, &json!([factor("XCS", "12", false)])),
        );
        for event in bottles().iter().chain(&[cases(8, "1")]) {
            tell(&mut plant, event);
        }
        plant
    };
    let other =
        |version: u64, at: u32| published(version, at, &json!([factor("XCS", "16", false)]));
    for (late, refused) in [
        (other(2, 5), true),
        (other(2, 8), true),
        (other(2, 9), false),
        // Another of the same number and an earlier time counts no longer at eight.
        (other(1, 3), false),
        (other(1, 7), true),
        (other(0, 7), false),
        (published(2, 7, &json!([factor("XCS", "12", true)])), true),
        (published(2, 7, &json!([])), true),
        (
            published(
                2,
                7,
                &json!([factor("XCS", "12", false), factor("XPX", "960", false)]),
            ),
            false,
        ),
    ] {
        let mut plant = used();
        let before = plant.state_hash();
        match plant.apply(&late) {
            Ok(_) => assert!(!refused, "{late:?}"),
            Err(met) => {
                assert!(refused, "{late:?}: {met}");
                assert_eq!((met.code(), met.kind()), (Code::R57, Kind::Refuse));
                assert_eq!(plant.state_hash(), before, "a rejection changes nothing");
            }
        }
        assert_eq!(order(&plant).delivered(), 12.into());
    }
}

#[test]
fn a_version_went_back_while_the_last_word_is_not_the_highest() {
    let codes = |told: &[(u64, u32)]| -> Vec<Code> {
        let mut plant = plant();
        for (version, at) in told {
            tell(&mut plant, &published(*version, *at, &json!([])));
        }
        let found = beer_of(&plant).discrepancies();
        found.iter().map(|found| found.code()).collect()
    };
    assert_eq!(codes(&[(1, 4), (2, 5)]), []);
    assert_eq!(codes(&[(2, 4), (2, 5)]), [], "said again");
    assert_eq!(codes(&[(2, 4), (1, 5)]), [Code::R60]);
    assert_eq!(codes(&[(2, 4), (1, 5), (1, 3)]), [Code::R60]);
    assert_eq!(codes(&[(3, 4), (1, 5), (2, 6)]), [Code::R60]);
    assert_eq!(codes(&[(3, 4), (1, 5), (3, 6)]), []);
}
