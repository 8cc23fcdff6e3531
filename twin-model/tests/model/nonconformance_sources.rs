//! Nonconformances: what waits for what, who may say what, and that the order of arrival does not
//! count.

use serde_json::json;
use twin_model::{Code, EntityKey, NonconformanceState, Usage};

use crate::quality_findings::*;
use crate::quality_story::*;

#[test]
fn what_comes_before_the_finding_waits_for_it() {
    let mut story = family();
    for (name, data) in [
        ("nonconformance.contained", of("N")),
        ("nonconformance.review_started", of("N")),
        (
            "nonconformance.dispositioned",
            disposed("N", &[("C", "scrap")]),
        ),
        ("nonconformance.verified", of("N")),
        ("nonconformance.closed", of("N")),
        ("nonconformance.cancelled", of("N")),
    ] {
        let waits = story.try_to(name, "07:00", data).unwrap_err();
        assert_eq!(
            (waits.code(), waits.waits_for()),
            (Code::R01, Some(key("N"))),
            "{name}"
        );
    }
    story.tell("nonconformance.opened", "07:00", opened("N", &["C"]));
    let again = story.try_to("nonconformance.opened", "07:00", opened("N", &["C"]));
    assert_eq!(again.unwrap_err().code(), Code::R43);
}

#[test]
fn a_disposition_waits_for_its_lot_and_is_told_in_its_unit() {
    let mut story = family();
    story.tell("nonconformance.opened", "07:00", opened("N", &["X", "C"]));
    let unknown = disposed("N", &[("X", "scrap")]);
    let waits = story
        .try_to("nonconformance.dispositioned", "08:00", unknown)
        .unwrap_err();
    assert_eq!(
        waits.waits_for(),
        Some(EntityKey::Lot("X".parse().unwrap()))
    );
    let mut heavy = part("N", "C", &[("1", "scrap")]);
    heavy["lots"][0]["quantity"]["unit"] = json!("KGM");
    let refused = story
        .try_to("nonconformance.dispositioned", "08:00", heavy)
        .unwrap_err();
    assert_eq!(refused.code(), Code::R19);
    let half = part("N", "C", &[("0.5", "scrap")]);
    let refused = story
        .try_to("nonconformance.dispositioned", "08:00", half)
        .unwrap_err();
    assert_eq!(refused.code(), Code::R20);
}

#[test]
fn it_meets_a_lot_that_is_not_known_yet_at_birth() {
    let mut story = Story::new();
    story.tell("nonconformance.opened", "05:00", opened("N", &["L"]));
    story.tell("lot.created", "06:00", lot("L", "unrestricted"));
    story.tell("shipment.requested", "06:10", request("D", "L", "1"));
    assert_eq!(story.gate("D"), (BLOCKED, vec![Code::R11]));
}

#[test]
fn it_reaches_every_lot_of_the_order_that_it_names_before_and_after_the_order_is_known() {
    let mut story = Story::new();
    let of_order = json!({"nonconformance": "N", "order": "O", "defect": "wrong drawing"});
    let made_for = |id: &str| {
        let mut made = lot(id, "unrestricted");
        made["order"] = json!("O");
        made
    };
    story.tell("lot.created", "06:00", made_for("L"));
    story.tell("nonconformance.opened", "07:00", of_order);
    story.tell("lot.created", "07:10", made_for("M"));
    story.tell("lot.transformed", "07:15", made("M", "P"));
    for lot in ["L", "M", "P"] {
        story.tell("shipment.requested", "07:20", request(lot, lot, "1"));
        assert_eq!(story.gate(lot), (BLOCKED, vec![Code::R11]), "{lot}");
    }
    let order = json!({"order": "O", "material": "M", "quantity": q("100")});
    story.tell("work_order.created", "05:00", order);
    story.tell("lot.created", "07:30", made_for("K"));
    assert_eq!(affected(&story, "N"), ["K", "L", "M", "P"]);
    assert_eq!(story.order("O").nonconformances().len(), 1);
    let all = [("K", "use_as_is"), ("L", "use_as_is"), ("M", "use_as_is")];
    story.tell("nonconformance.dispositioned", "08:00", disposed("N", &all));
    let close = json!({"nonconformance": "N", "verification": "measured"});
    story.tell("nonconformance.closed", "09:00", close);
    assert_eq!(story.gate("P"), (CLEARED, vec![]));
    assert_eq!(story.order("O").nonconformances().len(), 0);
}

#[test]
fn only_the_qms_disposes_and_the_mes_contains() {
    let mut story = family();
    story.tell("nonconformance.opened", "07:00", opened("N", &["C"]));
    story
        .try_as("/mes", "nonconformance.contained", "07:10", of("N"))
        .unwrap();
    assert_eq!(state(&story, "N"), NonconformanceState::Contained);
    let free = disposed("N", &[("C", "use_as_is")]);
    story
        .try_as(
            "/erp",
            "nonconformance.dispositioned",
            "08:00",
            free.clone(),
        )
        .unwrap();
    assert_eq!(story.gate("C"), (BLOCKED, vec![Code::R11]));
    let told = story.discrepancies(&key("N"));
    assert_eq!(told[0].code(), Code::R31);
    assert!(
        told[0].to_string().contains("all of C use_as_is"),
        "{}",
        told[0]
    );
    story
        .try_as("/qms", "nonconformance.dispositioned", "08:10", free)
        .unwrap();
    assert_eq!(story.discrepancies(&key("N")), vec![], "both agree");
    for (name, at, said) in [
        ("nonconformance.review_started", "09:00", "under_review"),
        ("nonconformance.verified", "09:10", "verified"),
        ("nonconformance.closed", "09:20", "closed"),
        ("nonconformance.cancelled", "09:30", "cancelled"),
    ] {
        story.try_as("/erp", name, at, of("N")).unwrap();
        assert_eq!(
            state(&story, "N"),
            NonconformanceState::Dispositioned,
            "{name}"
        );
        let told = story.discrepancies(&key("N"));
        assert!(told[0].to_string().contains(said), "{}", told[0]);
    }
}

#[test]
fn a_whole_story_ends_the_same_in_every_order_of_arrival() {
    let plant = ends_the_same(
        &[
            ("lot.created", "06:00", lot("A", "unrestricted")),
            ("shipment.requested", "06:30", request("D", "C", "1")),
        ],
        &[
            ("lot.transformed", "06:10", made("A", "B")),
            ("lot.transformed", "06:20", made("B", "C")),
            ("nonconformance.opened", "07:00", opened("N", &["A"])),
            (
                "nonconformance.dispositioned",
                "08:00",
                disposed("N", &[("A", "rework"), ("B", "scrap")]),
            ),
            ("nonconformance.review_started", "08:10", of("N")),
            (
                "nonconformance.dispositioned",
                "08:20",
                disposed("N", &[("A", "use_as_is")]),
            ),
        ],
    );
    let id = "N".parse().unwrap();
    let found = plant.nonconformance(&id).unwrap();
    assert_eq!(found.state(), NonconformanceState::Dispositioned);
    assert_eq!(found.dispositions().len(), 1);
    assert!(found.undisposed_lots(&plant).is_empty());
    let c = plant.lot(&"C".parse().unwrap()).unwrap();
    assert!(!c.is_affected_by(&id));
}

#[test]
fn the_end_of_a_nonconformance_is_the_same_whatever_comes_first() {
    let plant = ends_the_same(
        &[("lot.created", "06:00", lot("A", "unrestricted"))],
        &[
            ("nonconformance.opened", "07:00", opened("N", &["A"])),
            ("nonconformance.contained", "07:10", of("N")),
            ("nonconformance.cancelled", "07:20", of("N")),
            (
                "nonconformance.dispositioned",
                "08:00",
                part("N", "A", &[("40", "scrap"), ("60", "regrade")]),
            ),
            ("nonconformance.verified", "08:10", of("N")),
        ],
    );
    let lot = plant.lot(&"A".parse().unwrap()).unwrap();
    assert_eq!((lot.on_hand(), lot.usage()), (n(60), Usage::Restricted));
}
