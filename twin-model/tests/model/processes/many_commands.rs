//! Lanes with more commands than are kept: lots that join a hold one by one, and facts that never
//! settle.

use serde_json::{Value, json};
use twin_model::{Code, ProcessState, STEPS_PER_LANE_MAX};

use super::story::{Sent, Story, q, report};

const HOLD: &str = "hold/H-1";
const CONFIRMATION: &str = "confirmation/WO";

/// A hold on an order of which nothing was made yet.
fn held_order(rule: Value) -> Story {
    let mut story = Story::with_rules(json!([rule]));
    story.order("WO");
    let data = json!({"hold": "H-1", "scope": {"kind": "work_order", "id": "WO"},
        "reason": "cracks", "placed_by": "Q. Jansen"});
    story.ok("/qms", "hold.placed", "07:00", data);
    all_acknowledge(&mut story);
    story
}

/// A lot that was made before the hold was placed, and is told late.
fn made(story: &mut Story, lot: &str) {
    let data = json!({"lot": lot, "material": "M", "order": "WO", "quantity": q("1")});
    story.quietly("/mes", "lot.created", "06:30", data);
}

fn released(story: &mut Story) {
    let data = json!({"hold": "H-1", "disposition": "use as is", "released_by": "Q. Jansen"});
    story.ok("/qms", "hold.released", "10:00", data);
}

fn all_acknowledge(story: &mut Story) -> Vec<Sent> {
    let sent = story.news();
    for command in &sent {
        acknowledge(story, command);
    }
    sent
}

fn acknowledge(story: &mut Story, command: &Sent) {
    let source = format!("/{}", command.to.as_str());
    let data = json!({"command": command.id, "document": "ok"});
    story.quietly(&source, "posting.acknowledged", "09:00", data);
}

/// So many lots join the hold, each told when those before are blocked.
fn one_by_one(story: &mut Story, lots: usize) {
    for n in 0..lots {
        let lot = format!("L{n:04}");
        made(story, &lot);
        let sent = all_acknowledge(story);
        assert!(!sent.is_empty(), "{lot}");
        for command in sent {
            assert_eq!(command.type_name, "mfg.hold.block_requested.v1");
            assert_eq!(command.data["lots"], json!([lot]), "{}", command.id);
        }
    }
}

#[test]
fn a_hundred_and_twenty_lots_that_join_one_by_one_are_blocked_and_released_everywhere() {
    let mut story = held_order(json!({"kind": "hold"}));
    one_by_one(&mut story, 120);
    let lanes = ["erp", "mes", "wms"].map(|lane| (lane.to_owned(), "blocked, 120 lots".to_owned()));
    assert_eq!(story.told(HOLD), lanes);
    assert_eq!(story.state(HOLD), ProcessState::Settled);
    assert_eq!(story.with_person.len(), 0);
    story.restored();

    released(&mut story);
    let mut sent: Vec<(&str, &str)> = Vec::new();
    let news = all_acknowledge(&mut story);
    for command in &news {
        sent.push((command.to.as_str(), command.type_name));
    }
    sent.sort_unstable();
    let free = "mfg.hold.release_requested.v1";
    assert_eq!(sent, [("ERP", free), ("MES", free), ("WMS", free)]);
    assert_eq!(story.told(HOLD), []);
    assert_eq!(story.state(HOLD), ProcessState::Undone);
    story.restored();
}

#[test]
fn a_thousand_lots_are_blocked_and_released_and_the_process_keeps_its_newest_commands() {
    let mut story = held_order(json!({"kind": "hold", "systems": ["wms"]}));
    one_by_one(&mut story, 1_000);
    assert_eq!(
        story.told(HOLD),
        [("wms".to_owned(), "blocked, 1000 lots".to_owned())]
    );
    let steps = story.process(HOLD).steps();
    assert_eq!(steps.len(), STEPS_PER_LANE_MAX);
    assert_eq!((steps[0].number(), steps[99].number()), (902, 1_001));

    // What is kept no more was answered, and its answer says nothing when it comes again.
    let before = story.plant.state_hash();
    for answer in ["posting.acknowledged", "posting.refused"] {
        let data = json!({"command": "hold/H-1/wms/7-1", "document": "another",
            "erp_code": "M1", "erp_text": "locked"});
        let data = match answer {
            "posting.refused" => json!({"command": data["command"], "erp_code": data["erp_code"],
                "erp_text": data["erp_text"]}),
            _ => json!({"command": data["command"], "document": data["document"]}),
        };
        story.quietly("/wms", answer, "09:30", data);
    }
    assert_eq!(story.plant.state_hash(), before);
    assert_eq!((story.news(), story.with_person.len()), (vec![], 0));
    let over = story.redrive("hold/H-1/wms/7-1", "09:40").unwrap_err();
    assert_eq!(over.code(), Code::R02);
    // One that was never sent waits as ever.
    let data = json!({"command": "hold/H-1/wms/1002-1", "document": "early"});
    let early = story.meets("/wms", "posting.acknowledged", "09:41", data);
    assert_eq!(early.0, Code::R61);
    let data = json!({"command": "hold/H-1/wms/0-1", "document": "never"});
    let never = story.meets("/wms", "posting.acknowledged", "09:42", data);
    assert_eq!(never.0, Code::R61);

    let mut back = story.restored();
    let event = story.event(
        "/qms",
        "hold.released",
        "10:00",
        &json!({"hold": "H-1",
        "disposition": "use as is", "released_by": "Q. Jansen"}),
    );
    let (ours, restored) = (
        story.plant.apply(&event).unwrap(),
        back.apply(&event).unwrap(),
    );
    assert_eq!(ours.notices, restored.notices);
    story.hear(&ours);
    assert_eq!(all_acknowledge(&mut story).len(), 1);
    assert_eq!(story.told(HOLD), []);
    assert_eq!(story.state(HOLD), ProcessState::Undone);
}

#[test]
fn a_system_that_the_plant_names_later_hears_of_all_lots_and_the_others_of_none_again() {
    let mut story = held_order(json!({"kind": "hold", "systems": ["wms"]}));
    one_by_one(&mut story, 3);
    let rules = json!({"version": 2, "processes": [{"kind": "hold", "systems": ["mes", "wms"],
        "from": "2026-03-01T05:00:00Z"}]});
    story.ok("/twin", "process_rules.published", "09:30", rules);
    let sent = story.only();
    assert_eq!(sent.to.as_str(), "MES");
    assert_eq!(sent.data["lots"], json!(["L0000", "L0001", "L0002"]));
    acknowledge(&mut story, &sent);
    let told = story.told(HOLD).into_iter();
    let words: Vec<String> = told.map(|(_, words)| words).collect();
    assert_eq!(words, ["blocked, 3 lots"; 2]);
}

#[test]
fn what_a_hold_reached_while_its_processes_were_off_is_blocked_when_they_are_on() {
    let mut story = held_order(json!({"kind": "hold", "systems": ["wms"]}));
    one_by_one(&mut story, 2);
    let off = json!({"version": 2, "processes": []});
    story.ok("/twin", "process_rules.published", "09:10", off);
    made(&mut story, "K");
    assert_eq!(story.news(), []);
    let on = json!({"version": 3, "processes": [{"kind": "hold", "systems": ["wms"],
        "from": "2026-03-01T05:00:00Z"}]});
    story.ok("/twin", "process_rules.published", "09:20", on);
    let sent = story.only();
    assert_eq!(sent.data["lots"], json!(["K"]));
    acknowledge(&mut story, &sent);
    assert_eq!(story.told(HOLD)[0].1, "blocked, 3 lots");
    assert_eq!(story.state(HOLD), ProcessState::Settled);
}

#[test]
fn the_lots_of_an_order_that_nobody_has_announced_are_blocked_with_it() {
    let mut story = Story::with_rules(json!([{"kind": "hold", "systems": ["wms"]}]));
    made(&mut story, "L");
    let data = json!({"hold": "H-1", "scope": {"kind": "work_order", "id": "WO"},
        "reason": "cracks", "placed_by": "Q. Jansen"});
    story.ok("/qms", "hold.placed", "07:00", data);
    let sent = story.only();
    assert_eq!(sent.data["lots"], json!(["L"]));
}

/// A block is refused, another lot makes it another block, and the answer to the first was wrong.
#[test]
fn a_late_answer_to_a_block_that_was_dropped_counts_no_lot_twice() {
    let mut story = held_order(json!({"kind": "hold", "systems": ["wms"]}));
    made(&mut story, "L0");
    assert_eq!(story.ids(), ["hold/H-1/wms/2-1"]);
    story.refuse("/wms", "07:01", "hold/H-1/wms/2-1");
    made(&mut story, "L1");
    let second = story.only();
    assert_eq!(
        (second.id.as_str(), &second.data["lots"]),
        ("hold/H-1/wms/3-1", &json!(["L0", "L1"]))
    );
    acknowledge(&mut story, &second);
    story.acknowledge("/wms", "07:02", "hold/H-1/wms/2-1", "late");
    assert_eq!(story.told(HOLD)[0].1, "blocked, 2 lots");
    assert_eq!(story.news(), [], "both are blocked");
    released(&mut story);
    assert_eq!(story.ids(), ["hold/H-1/wms/4-1"]);
}

/// A system that refuses every block until the end: each further lot makes another one.
#[test]
fn commands_that_were_dropped_are_let_go_and_what_was_acknowledged_before_stays() {
    let mut story = held_order(json!({"kind": "hold", "systems": ["wms"]}));
    made(&mut story, "L");
    all_acknowledge(&mut story);
    for n in 0..120 {
        made(&mut story, &format!("M{n:03}"));
        let sent = story.only();
        assert_eq!(sent.data["lots"].as_array().unwrap().len(), n + 1);
        story.refuse("/wms", "07:01", &sent.id);
    }
    let steps = story.process(HOLD).steps();
    let numbers: Vec<u32> = steps.iter().map(|step| step.number()).collect();
    assert_eq!(numbers.len(), STEPS_PER_LANE_MAX);
    assert_eq!((numbers[0], numbers[1], numbers[99]), (2, 24, 122));
    assert_eq!(story.told(HOLD)[0].1, "blocked, 1 lot");
    released(&mut story);
    let sent = story.only();
    assert_eq!(sent.type_name, "mfg.hold.release_requested.v1");
    acknowledge(&mut story, &sent);
    assert_eq!(story.state(HOLD), ProcessState::Undone);
}

/// Operation 10 has ended, and was corrected until a person is asked.
fn crowded() -> Story {
    let mut story = Story::with_rules(json!([{"kind": "confirmation"}]));
    story.order("WO");
    story.report("operation.completed", "09:00", "10", "4");
    for n in 1..=STEPS_PER_LANE_MAX {
        assert_eq!(story.ids(), [format!("confirmation/WO/10/{n}-1")]);
        assert_eq!(story.with_person.len(), 0);
        let command = format!("confirmation/WO/10/{n}-1");
        story.acknowledge("/erp", "09:01", &command, &format!("D{n}"));
        assert_eq!(story.state(CONFIRMATION), ProcessState::Settled);
        scrap(&mut story);
    }
    story
}

fn scrap(story: &mut Story) {
    let data = json!({"order": "WO", "op": "10", "unit": "H87", "good": "0", "scrap": "1"});
    story.ok("/mes", "operation.progressed", "08:59", data);
}

#[test]
fn a_process_with_something_unsent_is_with_a_person_and_says_what() {
    let mut story = crowded();
    assert_eq!(story.news(), []);
    assert_eq!(story.state(CONFIRMATION), ProcessState::WithPerson);
    assert_eq!(
        story.waits(CONFIRMATION),
        [
            "a person to let it go on: after 100 commands of one kind the confirmation of operation \
          10 of order WO is not sent"
        ]
    );
    let (code, _) = &story.with_person["confirmation/WO/10/101-1"];
    assert_eq!((story.with_person.len(), *code), (1, Code::R64));
    let mut back = story.restored();
    // The same after a restart: a further correction is not told again.
    let data = json!({"order": "WO", "op": "10", "unit": "H87", "good": "0", "scrap": "1"});
    let event = story.event("/mes", "operation.progressed", "08:58", &data);
    let turn = back.apply(&event).unwrap();
    let told = turn.notices.iter();
    let people = told.filter(|it| matches!(it, twin_model::Notice::PersonNeeded { .. }));
    assert_eq!(people.count(), 0);
}

#[test]
fn what_is_not_sent_needs_no_person_while_its_kind_is_off() {
    let mut story = crowded();
    let off = json!({"version": 2, "processes": []});
    story.ok("/twin", "process_rules.published", "09:50", off);
    assert_eq!(story.with_person.len(), 0, "nobody can let it go on");
    assert_eq!(story.state(CONFIRMATION), ProcessState::Off);
    assert_eq!(story.waits(CONFIRMATION), [""; 0]);
    story.restored();

    let rules = json!([{"kind": "confirmation", "from": "2026-03-01T05:00:00Z"}]);
    let on = json!({"version": 3, "processes": rules});
    story.ok("/twin", "process_rules.published", "09:55", on);
    assert_eq!(story.news(), []);
    assert_eq!(story.state(CONFIRMATION), ProcessState::WithPerson);
    let (code, _) = &story.with_person["confirmation/WO/10/101-1"];
    assert_eq!((story.with_person.len(), *code), (1, Code::R64));
}

#[test]
fn a_person_lets_a_process_go_on_with_what_it_did_not_send() {
    let mut story = crowded();
    scrap(&mut story);
    for never in ["confirmation/WO/10/102-1", "confirmation/WO/20/101-1"] {
        let refused = story.redrive(never, "10:00").unwrap_err();
        assert_eq!(refused.code(), Code::R61, "{never}");
    }
    assert_eq!(story.state(CONFIRMATION), ProcessState::WithPerson);
    story.redrive("confirmation/WO/10/101-1", "10:01").unwrap();
    let sent = story.only();
    assert_eq!(sent.id, "confirmation/WO/10/101-1");
    assert_eq!(sent.data["scrap"], "2", "all that was not sent");
    assert_eq!(story.state(CONFIRMATION), ProcessState::Asking);
    assert_eq!(story.waits(CONFIRMATION), [""; 0]);
    assert_eq!(story.with_person.len(), 0);
    story.restored();
    let again = story
        .redrive("confirmation/WO/10/101-1", "10:02")
        .unwrap_err();
    assert_eq!(again.code(), Code::R02, "it is under way");
    // As many as at first.
    for n in 101..=200 {
        let command = format!("confirmation/WO/10/{n}-1");
        story.acknowledge("/erp", "10:03", &command, &format!("D{n}"));
        assert_eq!(story.with_person.len(), 0, "{n}");
        scrap(&mut story);
    }
    assert!(story.with_person.contains_key("confirmation/WO/10/201-1"));
}

#[test]
fn what_takes_back_has_room_in_a_lane_that_is_crowded() {
    let mut story = crowded();
    let data = json!({"order": "WO", "op": "10", "event": "operation.completed@09:00",
        "reason": "wrong order"});
    story.ok("/mes", "confirmation.reversed", "09:30", data);
    let sent = story.only();
    assert_eq!(
        (sent.id.as_str(), sent.type_name),
        ("confirmation/WO/10/101-1", "mfg.confirmation.reverse.v1")
    );
    assert_eq!(sent.data["reverses"].as_array().unwrap().len(), 100);
    assert_eq!(
        story.with_person.len(),
        0,
        "what was not sent is not wanted"
    );
    acknowledge(&mut story, &sent);
    assert_eq!(story.state(CONFIRMATION), ProcessState::Undone);
    assert_eq!(story.told(CONFIRMATION), []);
    // It ends again: that is one more posting, which a person must let go.
    story.ok(
        "/mes",
        "operation.completed",
        "09:40",
        report("WO", "10", "1"),
    );
    assert_eq!(story.news(), []);
    assert!(story.with_person.contains_key("confirmation/WO/10/102-1"));
    assert_eq!(story.state(CONFIRMATION), ProcessState::WithPerson);
}

/// A nonconformance of an order whose lots come one by one, and are decided one by one.
#[test]
fn lots_of_a_nonconformance_stand_aside_and_are_let_go_however_many_they_are() {
    const DEVIATION: &str = "deviation/N";
    let mut story = Story::with_rules(json!([{"kind": "deviation", "systems": ["wms"]}]));
    story.order("WO");
    let data = json!({"nonconformance": "N", "order": "WO", "defect": "crack",
        "severity": "major"});
    story.ok("/qms", "nonconformance.opened", "07:00", data);
    let lots: Vec<String> = (0..120).map(|n| format!("L{n:04}")).collect();
    for lot in &lots {
        made(&mut story, lot);
        let sent = story.only();
        assert_eq!(sent.type_name, "mfg.quarantine.requested.v1");
        assert_eq!(sent.data["lots"], json!([lot]), "{}", sent.id);
        acknowledge(&mut story, &sent);
        all_acknowledge(&mut story);
    }
    let aside = |story: &Story| {
        let told = story.told(DEVIATION).into_iter();
        let mut told = told.filter(|(lane, _)| lane == "wms");
        told.next().map(|(_, words)| words)
    };
    assert_eq!(aside(&story).unwrap(), "120 lots set aside");
    let of_warehouse = |story: &Story| {
        let steps = story.process(DEVIATION).steps().iter();
        steps.filter(|step| step.lane() == "wms").count()
    };
    assert_eq!(of_warehouse(&story), STEPS_PER_LANE_MAX);
    story.restored();

    for (n, pair) in lots.chunks(2).enumerate() {
        let parts = pair.iter();
        let parts = parts.map(|lot| json!({"lot": lot, "disposition": "use_as_is"}));
        let data = json!({"nonconformance": "N", "approvers": ["Q. Jansen"],
            "lots": parts.collect::<Vec<_>>()});
        story.quietly("/qms", "nonconformance.dispositioned", "08:00", data);
        let asked = all_acknowledge(&mut story);
        assert_eq!(asked.len(), 2);
        let mut ended = Vec::new();
        loop {
            let news = all_acknowledge(&mut story);
            if news.is_empty() {
                break;
            }
            let of_lots = news.iter().filter(|it| it.to.as_str() == "WMS");
            for command in of_lots {
                assert_eq!(command.type_name, "mfg.quarantine.ended.v1");
                let lots = command.data["lots"].as_array().unwrap();
                ended.extend(lots.iter().map(|lot| lot["lot"].clone()));
            }
        }
        assert_eq!(ended, [json!(pair[0]), json!(pair[1])]);
        let left = 118 - 2 * n;
        let words = (left > 0).then(|| format!("{left} lots set aside"));
        assert_eq!(aside(&story), words, "{n}");
    }
    assert_eq!(of_warehouse(&story), STEPS_PER_LANE_MAX);
    assert_eq!(story.with_person.len(), 0);
    story.restored();
    // What the kept commands do not say is known all the same.
    let data = json!({"nonconformance": "N"});
    story.ok("/qms", "nonconformance.review_started", "08:30", data);
    let sent = all_acknowledge(&mut story);
    let again: Vec<&Sent> = sent.iter().filter(|it| it.to.as_str() == "WMS").collect();
    assert_eq!(again[0].data["lots"].as_array().unwrap().len(), 120);
    assert_eq!(aside(&story).unwrap(), "120 lots set aside");
}
