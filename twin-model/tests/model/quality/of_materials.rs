//! What a material says of all its lots: that quality looks at them, and how long they are good.

use serde_json::{Value, json};
use twin_model::{Code, Time, Usage};

use crate::quality_findings::*;
use crate::quality_parts::{free, posted, split};
use crate::quality_story::*;

fn material(version: u64, inspected: bool, days: Option<u32>) -> Value {
    let mut data = json!({"material": "M", "version": version, "base_unit": "H87",
        "inspection_required": inspected});
    if let Some(days) = days {
        data["shelf_life_days"] = json!(days);
    }
    data
}

fn made(id: &str, at: &str) -> Value {
    json!({"lot": id, "material": "M", "quantity": q("100"), "produced_at": time(at)})
}

fn expiry(story: &Story, lot: &str) -> Option<String> {
    story.lot(lot).expiry().map(|time| time.to_string())
}

#[test]
fn a_lot_of_an_inspected_material_waits_for_quality_from_its_making_on() {
    let told: Vec<Told> = vec![
        ("material.updated", "06:00", material(1, true, None)),
        ("lot.created", "07:00", made("L", "06:00")),
        ("lot.created", "07:00", made("OLD", "05:59")),
        ("lot.split", "07:10", split("L", "P", "40")),
        ("material.updated", "08:00", material(2, false, None)),
        ("lot.created", "08:10", made("NEW", "08:00")),
    ];
    let mut story = Story::with(ends_the_same(&[], &told));
    assert_eq!(story.stock("L"), [(Usage::QualityInspection, n(60))]);
    assert_eq!(free(&story, "P"), Err(Usage::QualityInspection));
    assert_eq!(free(&story, "OLD"), Ok(()), "made before that");
    assert_eq!(free(&story, "NEW"), Ok(()), "made after that");
    story.tell("shipment.requested", "08:20", request("D", "L", "10"));
    assert_eq!(story.gate("D"), (BLOCKED, vec![Code::R11]));
    assert_eq!(
        story.why("D"),
        "Lot L is in quality inspection; 60 H87 wait for the decision of quality."
    );
    let data = posted("L", "quality_inspection", "unrestricted");
    story.tell("stock.status_changed", "08:30", data);
    assert_eq!(story.gate("D"), (CLEARED, vec![]));
}

#[test]
fn a_decision_sets_free_what_its_material_makes_wait_and_a_part_does_not_wait_again() {
    let mut story = Story::new();
    story.tell("material.updated", "06:00", material(1, true, None));
    story.tell("lot.created", "07:00", made("L", "07:00"));
    let look = json!({"inspection": "I", "lot": "L", "quantity": q("100")});
    story.tell("inspection.created", "07:10", look);
    story.tell("nonconformance.opened", "07:15", opened("N", &["L"]));
    let data = disposed("N", &[("L", "use_as_is")]);
    story.tell("nonconformance.dispositioned", "07:20", data);
    assert_eq!(
        free(&story, "L"),
        Err(Usage::QualityInspection),
        "a board does not stand for the inspection that is to come"
    );
    story.tell(
        "inspection.decided",
        "08:00",
        decided("I", &[("100", "accept")]),
    );
    assert_eq!(free(&story, "L"), Ok(()));
    story.tell("lot.split", "08:10", split("L", "P", "40"));
    let part = json!({"lot": "P", "material": "M", "quantity": q("40")});
    story.tell("lot.created", "08:20", part);
    assert_eq!(free(&story, "P"), Ok(()), "it is as its whole is");
}

#[test]
fn a_lot_that_becomes_known_as_a_part_is_as_its_whole_is() {
    let mut part = made("P", "07:05");
    part["quantity"] = q("40");
    let told: Vec<Told> = vec![
        ("lot.created", "07:05", part),
        ("lot.split", "08:10", split("L", "P", "40")),
        (
            "inspection.decided",
            "08:00",
            decided("I", &[("100", "accept")]),
        ),
    ];
    let look = json!({"inspection": "I", "lot": "L", "quantity": q("100")});
    let given: Vec<Told> = vec![
        ("material.updated", "06:00", material(1, true, Some(1))),
        ("lot.created", "07:00", made("L", "07:00")),
        ("inspection.created", "07:10", look),
    ];
    let story = Story::with(ends_the_same(&given, &told));
    assert_eq!(free(&story, "P"), Ok(()));
    assert_eq!(expiry(&story, "P"), expiry(&story, "L"));
}

#[test]
fn a_lot_is_good_for_as_long_as_its_material_says_unless_it_is_told_itself() {
    let mut told_end = made("TOLD", "07:00");
    told_end["expiry"] = json!(time("23:00"));
    let told: Vec<Told> = vec![
        ("material.updated", "06:00", material(1, false, Some(2))),
        ("lot.created", "07:00", made("L", "07:00")),
        ("lot.created", "07:00", made("OLD", "05:00")),
        ("lot.created", "07:00", told_end),
        ("lot.split", "07:30", split("L", "P", "40")),
        ("material.updated", "09:00", material(2, false, Some(30))),
    ];
    let mut story = Story::with(ends_the_same(&[], &told));
    let two_days = Some("2026-03-03T07:00:00Z".to_owned());
    assert_eq!(expiry(&story, "L"), two_days);
    assert_eq!(expiry(&story, "P"), two_days, "a part is no better");
    assert_eq!(expiry(&story, "OLD"), None, "nothing was published then");
    assert_eq!(expiry(&story, "TOLD").unwrap(), time("23:00").to_string());
    // Its making turns out to have begun earlier.
    let more = json!({"inputs": [{"lot": "OLD", "quantity": q("1")}],
        "outputs": [{"lot": "L", "material": "M", "quantity": q("1")}]});
    story.tell("lot.transformed", "06:30", more);
    assert_eq!(expiry(&story, "L").unwrap(), "2026-03-03T06:30:00Z");
}

#[test]
fn a_clearance_ends_with_the_shelf_life_that_the_material_gives() {
    let mut story = Story::new();
    story.tell("material.updated", "06:00", material(1, false, Some(1)));
    story.tell("lot.created", "07:00", made("L", "07:00"));
    story.tell("shipment.requested", "07:10", request("D", "L", "10"));
    assert_eq!(story.gate("D"), (CLEARED, vec![]));
    let end: Time = "2026-03-02T07:00:00Z".parse().unwrap();
    assert_eq!(story.plant.next_due(), Some(end));
    while story.plant.tick(end).is_some() {}
    assert_eq!(story.gate("D"), (BLOCKED, vec![Code::R10]));
}

#[test]
fn a_version_that_pushes_the_oldest_out_changes_what_its_lots_have() {
    let mut story = Story::new();
    story.tell("material.updated", "06:00", material(1, true, Some(1)));
    story.tell("lot.created", "07:00", made("L", "06:30"));
    assert_eq!(free(&story, "L"), Err(Usage::QualityInspection));
    for version in 2..=twin_model::MATERIAL_VERSIONS_MAX as u64 {
        story.tell("material.updated", "08:00", material(version, false, None));
    }
    assert_eq!(free(&story, "L"), Err(Usage::QualityInspection));
    story.tell("material.updated", "08:01", material(999, false, None));
    assert_eq!(
        free(&story, "L"),
        Ok(()),
        "nobody knows what it was made by"
    );
    assert_eq!(expiry(&story, "L"), None);
}
