//! Movements without a lot, of a material that is kept in lots.

use serde_json::{Value, json};
use twin_model::wire::snapshot::StoredPlant;
use twin_model::{Code, Discrepancy, EntityKey, Notice, Plant};

use crate::material_movements::story::{Story, d, q};
use crate::quality_story::{Story as Told, ends_the_same};

fn steel(version: u64, lot_controlled: bool) -> Value {
    json!({"material": "STEEL", "version": version, "base_unit": "KGM",
        "lot_controlled": lot_controlled})
}

fn moved(lot: Option<&str>, kilograms: &str) -> Value {
    json!({"order": "WO-1", "material": "STEEL", "lot": lot, "quantity": q(kilograms, "KGM")})
}

/// What of steel was moved without a lot and with one, as it is shown.
fn shown(found: &[Discrepancy]) -> Vec<(String, String)> {
    let shown = found.iter().filter_map(|found| match found {
        Discrepancy::MovedWithoutLot { without, with, .. } => {
            Some((without.to_string(), with.to_string()))
        }
        _ => None,
    });
    shown.collect()
}

/// The shafts, of whose steel the ERP has published before that it is kept in lots.
fn shafts() -> Story {
    let mut story = Story::shafts();
    let mut event = story.event_at("material.updated", "2026-03-01T07:00:00Z", &steel(1, true));
    event.id = "steel".parse().unwrap();
    story.plant.apply(&event).unwrap();
    story
}

#[test]
fn what_names_no_lot_is_taken_and_shown_until_it_is_sent_again_with_one() {
    let mut story = shafts();
    story.tell("material.issued", &moved(Some("A"), "6"));
    assert_eq!(story.order().discrepancies(), vec![]);
    let turn = story.tell("material.issued", &moved(None, "4"));
    let text = "Order WO-1: 4 KGM of STEEL were moved without a lot, 6 with one or before it \
        was kept in lots. Have the warehouse or production reverse what names no lot, and send \
                it again with its lot.";
    let found = |notice: &Notice| match notice {
        Notice::DiscrepancyFound { object, code, text } => {
            Some((object.clone(), *code, text.to_string()))
        }
        _ => None,
    };
    let order = EntityKey::WorkOrder("WO-1".parse().unwrap());
    let told: Vec<_> = turn.notices.iter().filter_map(found).collect();
    assert_eq!(told, [(order, Code::R81, text.to_owned())]);
    assert_eq!(story.account("STEEL").sums.issued, d("10"), "it is taken");
    assert_eq!(story.on_hand("A"), d("94"), "nobody knows of which lot");
    let lacks: Vec<bool> = story
        .order()
        .movement_list()
        .iter()
        .map(|it| it.lacks_lot())
        .collect();
    assert_eq!(lacks, [false, true]);
    let back = json!({"order": "WO-1", "event": "e5", "reason": "no lot"});
    let turn = story.tell("movement.reversed", &back);
    let heals = |notice: &Notice| matches!(notice, Notice::DiscrepancyHealed { code, .. } if *code == Code::R81);
    assert!(turn.notices.iter().any(heals), "{:?}", turn.notices);
    assert_eq!(story.order().discrepancies(), vec![]);
    story.tell("material.issued", &moved(Some("A"), "4"));
    assert_eq!(story.order().discrepancies(), vec![]);
    assert_eq!(story.on_hand("A"), d("90"));
}

/// Tells what was moved of a lot, in kilograms.
fn tell(story: &mut Story, (kind, lot, kilograms): &(&str, Option<&str>, &str)) {
    let mut data = moved(*lot, kilograms);
    let name = match *kind {
        "scrapped" | "backflush" => {
            data[*kind] = json!(true);
            "consumed"
        }
        name => name,
    };
    story.tell(&format!("material.{name}"), &data);
}

#[test]
fn what_one_system_tells_without_a_lot_is_known_where_the_other_names_it() {
    let (a, none) = (Some("A"), None);
    for (told, expected) in [
        (&[("issued", none, "10")][..], Some(("10", "0"))),
        (&[("issued", a, "10"), ("consumed", none, "10")], None),
        (
            &[("issued", a, "10"), ("consumed", none, "12")],
            Some(("2", "10")),
        ),
        (
            &[("issued", none, "10"), ("consumed", a, "6")],
            Some(("4", "6")),
        ),
        (&[("issued", none, "10"), ("consumed", a, "10")], None),
        (
            &[("consumed", none, "3"), ("scrapped", none, "2")],
            Some(("5", "0")),
        ),
        (
            &[("consumed", a, "3"), ("scrapped", none, "2")],
            Some(("2", "3")),
        ),
        (
            &[("consumed", a, "3"), ("backflush", none, "2")],
            Some(("2", "3")),
        ),
        (
            &[("issued", a, "10"), ("returned", none, "4")],
            Some(("4", "10")),
        ),
        (&[("issued", a, "10"), ("returned", a, "4")], None),
        (&[("issued", none, "10"), ("returned", none, "10")], None),
        (
            &[("issued", none, "10"), ("returned", none, "4")],
            Some(("6", "0")),
        ),
        (
            &[("issued", none, "10"), ("returned", a, "4")],
            Some(("6", "0")),
        ),
        (
            &[
                ("issued", a, "10"),
                ("issued", none, "1"),
                ("returned", none, "4"),
            ],
            Some(("3", "10")),
        ),
        (
            &[
                ("issued", a, "10"),
                ("consumed", none, "12"),
                ("returned", none, "4"),
            ],
            Some(("6", "10")),
        ),
    ] {
        let mut story = shafts();
        for movement in told {
            tell(&mut story, movement);
        }
        let expected = expected.map(|(without, with)| (without.to_owned(), with.to_owned()));
        let found = shown(&story.order().discrepancies());
        assert_eq!(found, Vec::from_iter(expected), "{told:?}");
    }
}

#[test]
fn the_version_of_the_time_of_a_movement_decides_whatever_came_first() {
    let issued = |kilograms| ("material.issued", moved(None, kilograms));
    let at = |time, (name, data)| (name, time, data);
    let created = json!({"order": "WO-1", "material": "SHAFT", "quantity": q("10", "H87")});
    let given = [
        ("work_order.created", "05:00", created),
        ("work_order.released", "05:01", json!({"order": "WO-1"})),
    ];
    let told = [
        at("06:59", issued("1")),
        at("07:00", issued("2")),
        at("08:00", issued("4")),
        ("material.updated", "07:00", steel(1, true)),
        ("material.updated", "08:00", steel(2, false)),
    ];
    let story = Told::with(ends_the_same(&given, &told));
    let found = story.order("WO-1").discrepancies();
    assert_eq!(shown(&found), [("2".to_owned(), "5".to_owned())]);
    let uncontrolled = [
        &told[..3],
        &[("material.updated", "07:00", steel(1, false))],
    ]
    .concat();
    let story = Told::with(ends_the_same(&given, &uncontrolled));
    assert_eq!(story.order("WO-1").discrepancies(), vec![]);
}

#[test]
fn a_plant_that_comes_back_knows_which_orders_a_late_version_concerns() {
    let mut story = Story::shafts();
    story.tell("material.issued", &moved(None, "4"));
    story.tell(
        "material.consumed",
        &json!({"order": "WO-1", "material": "OIL",
        "quantity": q("1", "LTR")}),
    );
    let late = story.event_at("material.updated", "2026-03-01T08:00:00Z", &steel(1, true));
    let after = story.event_at("material.updated", "2026-03-01T09:00:00Z", &steel(1, true));
    let back = Plant::try_from(StoredPlant::from(&story.plant)).unwrap();
    for plant in [back, story.plant] {
        for (mut event, concerns) in [(late.clone(), true), (after.clone(), false)] {
            let mut plant = plant.clone();
            event.id = "steel".parse().unwrap();
            let turn = plant.apply(&event).unwrap();
            let order = EntityKey::WorkOrder("WO-1".parse().unwrap());
            let touched = turn.touched.iter().any(|it| it.key == order);
            assert_eq!(touched, concerns, "published at {}", event.time);
            let found = plant
                .work_order(&"WO-1".parse().unwrap())
                .unwrap()
                .discrepancies();
            let expected = concerns.then(|| ("4".to_owned(), "0".to_owned()));
            assert_eq!(shown(&found), Vec::from_iter(expected));
            assert_eq!(plant.breaches(), vec![]);
        }
    }
}
