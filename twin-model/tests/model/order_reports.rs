//! Reports: what counts, what is taken back, and who counts.

use crate::order_story::{Story, Told, complete, corrections, report, reversal, say, start};
use serde_json::{Value, json};
use twin_model::{Code, Decimal, Kind, Lifecycle, Plant, wire};

fn reading(good: &str, epoch: u32, at: &'static str) -> Told {
    let body = json!({"op": "10", "unit": "H87", "good": good, "mode": "cumulative",
        "counter_epoch": epoch});
    say("operation.progressed", at, body)
}

#[test]
fn readings_of_a_counter_are_not_added_up() {
    let mut story = Story::released();
    for (good, epoch, at, total) in [
        ("3", 0, "07:00", 3),
        ("7", 0, "07:30", 7),
        ("5", 0, "07:15", 7),
        ("6", 0, "07:40", 6),
        ("2", 1, "08:00", 8),
    ] {
        story.ok(reading(good, epoch, at));
        assert_eq!(story.op("10").good(), total.into(), "{good} at {at}");
    }
    let correction = story.last_id();
    story.ok(report("10", "1", "08:10"));
    assert_eq!(story.op("10").good(), 9.into(), "an addition is one");
    story.ok(reversal(&correction, "08:20"));
    assert_eq!(story.op("10").good(), 7.into());
}

#[test]
fn a_reading_that_is_corrected_to_nothing_leaves_nothing_to_pack() {
    let mut story = Story::released();
    story.ok(reading("2", 0, "07:00"));
    assert_eq!(story.at("PACK").1, ["20"]);
    story.ok(reading("0", 0, "07:10"));
    assert_eq!(story.at("PACK").1, [""; 0]);
    story.ok(start("20", "PACK", "07:05"));
    assert_eq!(
        story.state("20").0,
        "running",
        "it was right when it happened"
    );
}

#[test]
fn only_what_a_reading_adds_can_be_too_much() {
    let mut story = Story::released();
    story.ok(report("10", "10", "07:00"));
    let packed = |good: &str, at: &'static str| {
        let body = json!({"op": "20", "unit": "H87", "good": good, "mode": "cumulative"});
        say("operation.progressed", at, body)
    };
    story.ok(packed("9", "07:10"));
    story.ok(packed("11", "07:20"));
    assert_eq!(
        story.meets(packed("12", "07:30")),
        (Code::R04, Kind::Refuse)
    );
    assert_eq!(story.order().delivered(), 11.into());
}

#[test]
fn scrap_is_told_by_reason() {
    let mut story = Story::released();
    let body = json!({"op": "10", "unit": "H87", "good": "5", "scrap": "3", "scrap_by_reason":
        [{"quantity": "2", "reason": "burr"}, {"quantity": "1", "reason": "crack"}]});
    story.ok(say("operation.completed", "07:00", body.clone()));
    let confirmation = story.last_id();
    assert_eq!(story.op("10").scrap(), 3.into());
    let reasons = |story: &Story| -> Vec<(String, Decimal)> {
        let reasons = story.op("10").scrap_by_reason();
        reasons.map(|(reason, n)| (reason.to_string(), n)).collect()
    };
    let expected = vec![
        ("burr".to_owned(), 2.into()),
        ("crack".to_owned(), 1.into()),
    ];
    assert_eq!(reasons(&story), expected);
    story.ok(reversal(&confirmation, "08:00"));
    assert_eq!(
        (reasons(&story), story.op("10").scrap()),
        (vec![], 0.into())
    );

    let mut wrong = body;
    wrong["scrap"] = json!("4");
    wrong["order"] = json!("WO");
    let event = json!({"specversion": "1.0", "id": "x", "source": "/s", "plant": "P1",
        "type": "mfg.operation.completed.v1", "time": "2026-03-01T07:00:00Z", "data": wrong});
    let unreadable = wire::decode(event.to_string().as_bytes()).unwrap_err();
    assert!(
        unreadable
            .rejection
            .to_string()
            .contains("is 4; the reasons come to 3"),
        "{}",
        unreadable.rejection
    );
}

#[test]
fn a_reversal_takes_back_exactly_what_it_names() {
    let mut story = Story::released();
    story.ok(start("10", "SAW", "07:00"));
    story.ok(report("10", "4", "07:30"));
    let first = story.last_id();
    story.ok(report("10", "3", "08:00"));
    let turn = story.ok(reversal(&first, "08:30"));
    assert_eq!(story.op("10").good(), 3.into());
    assert_eq!(story.op("10").reports(), 1);
    assert_eq!(
        corrections(&turn)[0].1,
        "Confirmation e4 of 4 H87 on operation 10 of order WO was reversed (counted twice); the \
         order was recomputed from 2026-03-01T07:30:00Z."
    );
    let reversing = story.last_id();
    let again = story.tell(reversal(&first, "08:40")).unwrap_err();
    assert_eq!((again.code(), again.kind()), (Code::R29, Kind::Refuse));
    assert_eq!(
        again.to_string(),
        format!(
            "Confirmation {first} is already reversed by {reversing}. Report again if it was \
             right after all."
        )
    );
    assert_eq!(story.op("10").good(), 3.into());
    assert_eq!(
        story.state("10").0,
        "running",
        "the start itself was reported"
    );
}

#[test]
fn a_reversal_before_its_report_waits_for_it() {
    let mut named = Story::released();
    named.ok(report("10", "1", "07:00"));
    let wrong = json!({"op": "20", "event": "e3", "reason": "x"});
    let elsewhere = named.meets(say("confirmation.reversed", "07:10", wrong));
    assert_eq!(
        elsewhere,
        (Code::R01, Kind::Park),
        "no such report of operation 20"
    );

    let mut story = Story::released();
    let early = story.tell(reversal("e3", "07:10")).unwrap_err();
    assert_eq!((early.code(), early.kind()), (Code::R01, Kind::Park));
    assert_eq!(
        early.waits_for(),
        Some(story.plant.entities().next().unwrap().key())
    );
    let elsewhere = json!({"event": "e3", "event_source": "/other", "reason": "x"});
    let unknown = story.meets(say("confirmation.reversed", "07:10", elsewhere));
    assert_eq!(unknown, (Code::R01, Kind::Park));
}

#[test]
fn a_start_that_only_a_report_implied_goes_with_it() {
    let mut story = Story::released();
    story.ok(report("10", "4", "07:30"));
    let confirmation = story.last_id();
    assert_eq!(story.lifecycle(), Lifecycle::InProcess);
    assert_eq!(story.at("PACK").1.len(), 1);
    story.ok(reversal(&confirmation, "08:00"));
    assert_eq!(story.lifecycle(), Lifecycle::Released);
    assert_eq!(story.op("10").started_at(), None);
    assert_eq!(
        story.at("SAW"),
        (vec![], vec!["10".to_owned()]),
        "it waits again"
    );
    assert_eq!(
        story.at("PACK").1.len(),
        0,
        "nothing is ready for it any more"
    );
}

#[test]
fn a_document_takes_back_every_report_behind_it() {
    let mut story = Story::released();
    let with = |told: Told, document: &str| {
        let (name, at, mut data) = told;
        data["document"] = json!(document);
        (name, at, data)
    };
    story.ok(with(report("10", "4", "07:00"), "C-1"));
    story.ok(with(report("10", "3", "07:30"), "C-2"));
    story.ok(with(complete("20", "2", "07:40"), "C-1"));
    let back = |document: &str| {
        let body = json!({"document": document, "reason": "wrong order"});
        say("confirmation.reversed", "08:00", body)
    };
    assert_eq!(story.meets(back("C-3")), (Code::R01, Kind::Park));
    story.ok(back("C-1"));
    assert_eq!(story.op("10").good(), 3.into());
    assert_eq!(story.op("20").good(), 0.into());
    assert_eq!(story.meets(back("C-1")), (Code::R29, Kind::Refuse));
    story.ok(back("C-2"));
    assert_eq!(story.lifecycle(), Lifecycle::Released);
}

#[test]
fn lots_that_a_report_names_belong_to_the_order() {
    let mut story = Story::released();
    let (name, at, mut data) = complete("10", "10", "08:00");
    data["output_lots"] = json!(["L1", "L2"]);
    let made =
        |lot: &str| json!({"lot": lot, "material": "M", "quantity": crate::order_story::q("5")});
    story.ok(("lot.created", "07:50", made("L1")));
    story.ok((name, at, data));
    story.ok(("lot.created", "08:10", made("L2")));
    let lots: Vec<&str> = story
        .order()
        .lots()
        .keys()
        .map(|lot| lot.as_str())
        .collect();
    assert_eq!(lots, ["L1", "L2"], "known before, and after");
    let hold = json!({"hold": "H", "scope": {"kind": "work_order", "id": "WO"}, "reason": "x"});
    story.ok(("hold.placed", "09:00", hold));
    for lot in ["L1", "L2"] {
        let lot = story.plant.lot(&lot.parse().unwrap()).unwrap();
        assert_eq!(lot.all_holds().count(), 1, "{}", lot.id());
        assert_eq!(lot.op().map(|op| op.as_str()), Some("10"));
    }
}

#[test]
fn an_operation_keeps_so_many_reports_and_no_more() {
    let mut story = Story::released();
    let mut plant: Plant = story.plant.clone();
    let event = |n: usize| {
        let text = json!({"specversion": "1.0", "id": format!("r{n}"), "source": "/s",
            "plant": "P1", "type": "mfg.operation.progressed.v1",
            "time": "2026-03-01T07:00:00Z",
            "data": {"order": "WO", "op": "10", "unit": "H87", "scrap": "0"}});
        wire::decode(text.to_string().as_bytes()).unwrap()
    };
    // One turn per report would copy the growing ledger each time; the limit itself is the point.
    for n in 0..twin_model::REPORTS_PER_OPERATION_MAX {
        plant.apply(&event(n)).unwrap();
    }
    let full = plant.apply(&event(usize::MAX)).unwrap_err();
    assert_eq!((full.code(), full.kind()), (Code::R49, Kind::Exception));
    story.plant = plant;
    story.ok(reversal_of("r1", "/s"));
    assert_eq!(
        story.op("10").reports() as usize,
        twin_model::REPORTS_PER_OPERATION_MAX - 1
    );
}

fn reversal_of(event: &str, source: &str) -> Told {
    let body = json!({"event": event, "event_source": source, "reason": "x"});
    say("confirmation.reversed", "09:00", body)
}

fn switch(to: &str, at: &'static str) -> Told {
    say("work_order.changed", at, json!({"counting": {"new": to}}))
}

#[test]
fn the_counting_source_is_switched_per_order() {
    let mut story = Story::released();
    story.ok(report("10", "4", "07:00"));
    assert_eq!(story.op("10").good(), 4.into());
    let turn = story.ok(switch("machine", "07:10"));
    assert_eq!(story.op("10").good(), 0.into(), "no machine has counted");
    assert_eq!(
        story.op("10").reported().good,
        4.into(),
        "and nothing is lost"
    );
    assert_eq!(story.at("PACK").1.len(), 0, "{turn:?}");
    story.ok(switch("operator", "07:20"));
    assert_eq!(story.op("10").good(), 4.into());
    assert_eq!(story.at("PACK").1.len(), 1);
}

#[test]
fn where_machines_count_a_report_of_people_can_not_be_too_much_until_it_counts_again() {
    let mut story = Story::released();
    story.ok(switch("machine", "06:30"));
    story.ok(report("20", "50", "07:00"));
    assert_eq!(story.order().delivered(), 0.into());
    assert_eq!(
        story.meets(switch("operator", "07:10")),
        (Code::R04, Kind::Park)
    );
    let stays: Value = json!(format!("{:?}", story.order().counting()));
    assert_eq!(stays, json!("Machine"));
}

#[test]
fn work_that_had_ended_before_it_was_told_had_begun_by_then() {
    let mut story = Story::released();
    let told = |end: &str| json!({"op": "10", "unit": "H87", "good": "1", "end": end});
    story.ok(say(
        "operation.progressed",
        "07:00",
        told("2026-03-01T06:30:00Z"),
    ));
    let at = |time: &str| Some(time.parse().unwrap());
    assert_eq!(story.order().actual_start(), at("2026-03-01T06:30:00Z"));
    // Its work goes on after it is told: it has begun by then.
    story.ok(say(
        "operation.progressed",
        "06:20",
        told("2026-03-01T06:40:00Z"),
    ));
    assert_eq!(story.order().actual_start(), at("2026-03-01T06:20:00Z"));
    assert_eq!(story.op("10").good(), 2.into());
}
