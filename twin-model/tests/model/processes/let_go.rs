//! Commands that are kept no more, in the shortest stories that have some.

use serde_json::json;
use twin_model::{Code, Kind, ProcessState, STEPS_PER_LANE_MAX};

use super::story::{Sent, Story, q};

const HOLD: &str = "hold/H-1";

/// A hold on an order of which nothing was made yet, and that the warehouse has blocked.
fn held_order() -> Story {
    let mut story = Story::with_rules(json!([{"kind": "hold", "systems": ["wms"]}]));
    story.order("WO");
    let data = json!({"hold": "H-1", "scope": {"kind": "work_order", "id": "WO"},
        "reason": "cracks", "placed_by": "Q. Jansen"});
    story.ok("/qms", "hold.placed", "07:00", data);
    let first = story.only();
    done(&mut story, &first);
    story
}

fn made(story: &mut Story, n: usize) -> Sent {
    let data = json!({"lot": format!("L{n:03}"), "material": "M", "order": "WO",
        "quantity": q("1")});
    story.quietly("/mes", "lot.created", "06:30", data);
    story.only()
}

fn done(story: &mut Story, command: &Sent) {
    let data = json!({"command": command.id, "document": "ok"});
    story.quietly("/wms", "posting.acknowledged", "09:00", data);
}

fn refused(story: &mut Story, command: &Sent) {
    let data = json!({"command": command.id, "erp_code": "M1", "erp_text": "locked"});
    story.quietly("/wms", "posting.refused", "09:00", data);
}

fn numbers(story: &Story) -> Vec<u32> {
    let steps = story.process(HOLD).steps().iter();
    steps.map(|step| step.number()).collect()
}

fn told(story: &Story) -> Vec<String> {
    story
        .told(HOLD)
        .into_iter()
        .map(|(_, words)| words)
        .collect()
}

#[test]
fn the_oldest_block_is_let_go_when_there_is_one_more_than_are_kept() {
    let mut story = held_order();
    for n in 1..STEPS_PER_LANE_MAX {
        let sent = made(&mut story, n);
        done(&mut story, &sent);
    }
    assert_eq!(numbers(&story).len(), STEPS_PER_LANE_MAX);
    assert_eq!(numbers(&story)[0], 1, "all are kept");
    // What is let go is what an acknowledged one after it says as well: at first there is none.
    let more = made(&mut story, STEPS_PER_LANE_MAX);
    done(&mut story, &more);
    assert_eq!(told(&story), ["blocked, 100 lots"]);
    let kept = numbers(&story);
    assert_eq!((kept.len(), kept[0]), (STEPS_PER_LANE_MAX, 2));

    let answers = [
        ("hold/H-1/wms/1-1", None),
        ("hold/H-1/wms/2-1", None),
        ("hold/H-1/wms/101-1", None),
        ("hold/H-1/wms/102-1", Some((Code::R61, Kind::Park))),
        ("hold/H-1/wms/0-1", Some((Code::R61, Kind::Park))),
        ("hold/H-1/mes/1-1", Some((Code::R61, Kind::Park))),
    ];
    for (command, met) in answers {
        let before = (told(&story), numbers(&story));
        let data = json!({"command": command, "document": "ok"});
        let answer = story.tell("/wms", "posting.acknowledged", "09:30", &data);
        let answer = answer.map(drop).map_err(|it| (it.code(), it.kind()));
        assert_eq!(answer.err(), met, "{command}");
        assert_eq!((told(&story), numbers(&story)), before, "{command}");
    }
    assert_eq!((story.news(), story.with_person.len()), (vec![], 0));
    story.restored();
}

#[test]
fn refused_blocks_are_let_go_first_and_what_was_acknowledged_before_them_stays() {
    let mut story = held_order();
    for n in 1..=2 {
        let sent = made(&mut story, n);
        done(&mut story, &sent);
    }
    for n in 3..=STEPS_PER_LANE_MAX {
        let sent = made(&mut story, n);
        assert_eq!(sent.data["lots"].as_array().unwrap().len(), n - 2);
        refused(&mut story, &sent);
    }
    assert_eq!(numbers(&story).len(), STEPS_PER_LANE_MAX);
    assert_eq!(numbers(&story)[..4], [2, 3, 4, 5], "the first is covered");
    refused_once_more(&mut story, STEPS_PER_LANE_MAX + 1);
    assert_eq!(numbers(&story)[..4], [3, 4, 5, 6], "and so is the second");
    refused_once_more(&mut story, STEPS_PER_LANE_MAX + 2);
    assert_eq!(
        numbers(&story)[..4],
        [3, 5, 6, 7],
        "the third is the last that knows what the warehouse has blocked"
    );
    assert_eq!(told(&story), ["blocked, 2 lots"]);
    let last = made(&mut story, STEPS_PER_LANE_MAX + 3);
    done(&mut story, &last);
    assert_eq!(told(&story), ["blocked, 103 lots"]);
    assert_eq!(story.state(HOLD), ProcessState::Settled);
    released(&mut story);
    let sent = story.only();
    assert_eq!(sent.type_name, "mfg.hold.release_requested.v1");
    done(&mut story, &sent);
    assert_eq!(told(&story), [""; 0]);
    assert_eq!(story.state(HOLD), ProcessState::Undone);
    story.restored();
}

fn refused_once_more(story: &mut Story, n: usize) {
    let sent = made(story, n);
    refused(story, &sent);
}

/// A hundred and twenty blocks that the warehouse refuses, so that the oldest are let go.
fn nothing_but_refusals() -> Story {
    let mut story = Story::with_rules(json!([{"kind": "hold", "systems": ["wms"]}]));
    story.order("WO");
    let data = json!({"hold": "H-1", "scope": {"kind": "work_order", "id": "WO"},
        "reason": "cracks", "placed_by": "Q. Jansen"});
    story.ok("/qms", "hold.placed", "07:00", data);
    let first = story.only();
    refused(&mut story, &first);
    for n in 1..120 {
        refused_once_more(&mut story, n);
    }
    assert_eq!(numbers(&story)[..2], [21, 22]);
    assert_eq!(told(&story), [""; 0]);
    story
}

fn released(story: &mut Story) {
    let data = json!({"hold": "H-1", "disposition": "use as is", "released_by": "Q. Jansen"});
    story.ok("/qms", "hold.released", "10:00", data);
}

fn answer(story: &mut Story, name: &str, time: &str, command: &str) {
    let data = match name {
        "posting.acknowledged" => json!({"command": command, "document": "late"}),
        _ => json!({"command": command, "erp_code": "M1", "erp_text": "locked"}),
    };
    story.ok("/wms", name, time, data);
}

#[test]
fn a_block_that_was_let_go_and_is_done_all_the_same_is_released_with_its_hold() {
    let mut never = nothing_but_refusals();
    answer(&mut never, "posting.refused", "09:30", "hold/H-1/wms/7-1");
    assert_eq!(told(&never), [""; 0], "it says nothing new");
    released(&mut never);
    assert_eq!(never.news(), [], "nobody has blocked anything");
    assert_eq!(never.state(HOLD), ProcessState::Undone);

    for late in ["before", "after"] {
        let mut story = nothing_but_refusals();
        if late == "after" {
            released(&mut story);
        }
        answer(
            &mut story,
            "posting.acknowledged",
            "10:30",
            "hold/H-1/wms/7-1",
        );
        if late == "before" {
            assert_eq!(told(&story), ["blocked, 0 lots"]);
            let kept = numbers(&story);
            assert_eq!((kept.len(), kept[0], kept[1]), (STEPS_PER_LANE_MAX, 7, 22));
            // Another of them, or the same again, says nothing new.
            for command in ["hold/H-1/wms/7-1", "hold/H-1/wms/8-1"] {
                answer(&mut story, "posting.acknowledged", "10:31", command);
            }
            assert_eq!(numbers(&story), kept);
            let cases: Vec<&String> = story.with_person.keys().collect();
            assert_eq!(cases, ["hold/H-1/wms/120-1"], "the refusal before");
            story.restored();
            assert_eq!(story.news(), []);
            released(&mut story);
        }
        let sent = story.only();
        assert_eq!(sent.type_name, "mfg.hold.release_requested.v1", "{late}");
        done(&mut story, &sent);
        assert_eq!(told(&story), [""; 0], "{late}");
        assert_eq!(story.state(HOLD), ProcessState::Undone, "{late}");
        story.restored();
    }
}
