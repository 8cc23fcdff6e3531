//! Answers, and what happens without them.

use serde_json::json;
use twin_model::{Code, Kind, ProcessState};

use super::story::{Story, report};

const PROCESS: &str = "confirmation/WO";
const FIRST: &str = "confirmation/WO/10/1-1";

/// An operation ends at 09:00; its confirmation is sent. A command waits 5 minutes for an answer,
/// and is tried three times.
fn asked() -> Story {
    let mut story = Story::with_rules(json!([{"kind": "confirmation", "tries_max": 3}]));
    story.order("WO");
    story.report("operation.completed", "09:00", "10", "9");
    assert_eq!(story.ids(), [FIRST]);
    story
}

#[test]
fn a_refusal_is_told_to_people_and_tried_again_with_backoff() {
    let mut story = asked();
    story.refuse("/erp", "09:01", FIRST);
    assert_eq!(story.state(PROCESS), ProcessState::Retrying);
    assert_eq!(
        story.with_person[FIRST],
        (
            Code::R32,
            "ERP refused the confirmation of operation 10 of order WO: \"Posting period 04 is not \
             open\" (M7053). 1 tries; next at 2026-03-01T09:06:00Z. Mend the cause in ERP."
                .to_owned()
        )
    );
    story.tick("09:05");
    assert_eq!(story.news(), []);
    story.tick("09:06");
    assert_eq!(
        story.ids(),
        ["confirmation/WO/10/1-2"],
        "a new try has a new id"
    );
    story.refuse("/erp", "09:07", "confirmation/WO/10/1-2");
    assert!(
        story.with_person[FIRST]
            .1
            .contains("2 tries; next at 2026-03-01T09:17:00Z")
    );
    story.restored();
    story.tick("09:17");
    story.acknowledge("/erp", "09:18", "confirmation/WO/10/1-3", "4711");
    assert_eq!(story.state(PROCESS), ProcessState::Settled);
    assert_eq!(story.with_person.len(), 0, "the exception is over");
    assert_eq!(
        story.process(PROCESS).steps().len(),
        1,
        "one command, three tries"
    );
}

#[test]
fn a_command_that_is_refused_again_and_again_stays_with_a_person() {
    let mut story = asked();
    for (n, (refused, next)) in [("09:01", "09:06"), ("09:07", "09:17"), ("09:18", "23:00")]
        .into_iter()
        .enumerate()
    {
        story.refuse("/erp", refused, &format!("confirmation/WO/10/1-{}", n + 1));
        story.tick(next);
    }
    assert_eq!(story.state(PROCESS), ProcessState::WithPerson);
    assert_eq!(story.fates(PROCESS), ["given_up"]);
    let text = &story.with_person[FIRST].1;
    assert!(
        text.contains("3 tries; next at none: a person must decide."),
        "{text}"
    );
    story.news();
    story.report("operation.completed", "23:01", "20", "9");
    assert_eq!(
        story.ids(),
        ["confirmation/WO/20/1-1"],
        "other operations go on"
    );
    // Posted by hand in the end.
    story.acknowledge("/erp", "23:02", FIRST, "4711");
    assert_eq!(story.fates(PROCESS)[0], "acknowledged");
    assert_eq!(story.with_person.len(), 0);
}

#[test]
fn an_unanswered_command_is_sent_again_and_times_out_into_the_exception_queue() {
    let mut story = asked();
    let first = story.process(PROCESS).due_at().unwrap().to_string();
    assert_eq!(first, "2026-03-01T09:05:00Z");
    story.tick("09:05");
    assert_eq!(story.ids(), [FIRST], "the same command has the same id");
    story.tick("09:14");
    assert_eq!(story.news(), [], "the second wait is longer");
    story.tick("09:15");
    assert_eq!(story.ids(), [FIRST]);
    assert_eq!(story.with_person.len(), 0);
    story.tick("09:35");
    assert_eq!(story.news(), []);
    assert_eq!(story.state(PROCESS), ProcessState::WithPerson);
    assert_eq!(story.fates(PROCESS), ["timed_out"]);
    assert_eq!(
        story.with_person[FIRST],
        (
            Code::R62,
            "ERP has not answered the confirmation of operation 10 of order WO (command \
             confirmation/WO/10/1-1), sent 3 times since 2026-03-01T09:00:00Z. Look in ERP whether \
             it was done, and have ERP answer."
                .to_owned()
        )
    );
    story.restored();
    // Nobody knows whether it was posted, so nothing is posted on top of it.
    let late = json!({"order": "WO", "op": "10", "unit": "H87", "good": "1",
        "end": "2026-03-01T08:00:00Z"});
    story.ok("/mes", "operation.progressed", "09:40", late);
    assert_eq!(story.news(), []);
    story.acknowledge("/erp", "11:00", FIRST, "4711");
    assert_eq!(story.with_person.len(), 0, "a late answer closes it");
    let delta = story.only();
    assert_eq!(
        (delta.id.as_str(), &delta.data["good"]),
        ("confirmation/WO/10/2-1", &json!("1"))
    );
}

#[test]
fn a_refusal_after_the_time_out_lets_it_be_tried_again() {
    let mut story = asked();
    for time in ["09:05", "09:15", "09:35"] {
        story.tick(time);
    }
    story.news();
    story.refuse("/erp", "09:40", FIRST);
    assert_eq!(story.state(PROCESS), ProcessState::Retrying);
    assert_eq!(
        story.with_person[FIRST].0,
        Code::R32,
        "the same case, told anew"
    );
    story.tick("09:45");
    assert_eq!(story.ids(), ["confirmation/WO/10/1-2"]);
}

#[test]
fn an_answer_to_a_command_that_was_not_sent_waits() {
    let mut story = Story::with_rules(json!([{"kind": "confirmation"}]));
    story.order("WO");
    let answer = json!({"command": FIRST, "document": "4711"});
    let met = story.meets("/erp", "posting.acknowledged", "08:00", answer.clone());
    assert_eq!(met, (Code::R61, Kind::Park));
    let rejection = story
        .tell("/erp", "posting.acknowledged", "08:00", &answer)
        .unwrap_err();
    assert_eq!(rejection.waits_for().unwrap().id(), PROCESS);
    story.report("operation.completed", "09:00", "10", "9");
    story.ok("/erp", "posting.acknowledged", "08:00", answer);
    assert_eq!(
        story.state(PROCESS),
        ProcessState::Settled,
        "the same facts gave the same id"
    );
    for command in [
        "confirmation/WO/10/1-2",
        "confirmation/WO/10/2-1",
        "confirmation/WO/99/1-1",
    ] {
        let data = json!({"command": command, "erp_code": "E", "erp_text": "no"});
        let met = story.meets("/erp", "posting.refused", "10:00", data);
        assert_eq!(met, (Code::R61, Kind::Park), "{command}");
    }
    assert_eq!(story.fates(PROCESS), ["acknowledged"]);
}

#[test]
fn an_answer_that_is_given_again_says_nothing_new() {
    let mut story = asked();
    story.acknowledge("/erp", "09:01", FIRST, "4711");
    let before = story.plant.state_hash();
    story.acknowledge("/erp", "09:01", FIRST, "4711");
    assert_eq!(story.plant.state_hash(), before);
    assert_eq!(story.with_person.len(), 0);
    let no = json!({"command": FIRST, "erp_code": "E", "erp_text": "no"});
    let met = story.meets("/erp", "posting.refused", "09:03", no);
    assert_eq!(
        met,
        (Code::R02, Kind::Refuse),
        "what is posted is not refused any more"
    );
    assert_eq!(story.fates(PROCESS), ["acknowledged"]);
}

#[test]
fn two_documents_of_one_command_are_put_before_a_person() {
    let mut story = asked();
    story.acknowledge("/erp", "09:01", FIRST, "4711");
    story.acknowledge("/erp", "09:02", FIRST, "4712");
    assert_eq!(
        story.with_person[FIRST],
        (
            Code::R63,
            "ERP has done the confirmation of operation 10 of order WO more than once: 4711, \
             4712. Reverse all but one in ERP."
                .to_owned()
        )
    );
    assert_eq!(story.news(), []);
}

/// The answer to the first try and the refusal of it race: what stands in the end is the same.
#[test]
fn an_acknowledgement_wins_over_a_refusal_whatever_came_first() {
    let mut quick = asked();
    quick.acknowledge("/erp", "09:01", FIRST, "4711");
    let no = json!({"command": FIRST, "erp_code": "E", "erp_text": "locked"});
    quick.meets("/erp", "posting.refused", "09:02", no.clone());
    let mut slow = asked();
    slow.ok("/erp", "posting.refused", "09:02", no);
    slow.acknowledge("/erp", "09:01", FIRST, "4711");
    assert_eq!(quick.plant.state_hash(), slow.plant.state_hash());
    assert_eq!((quick.with_person.len(), slow.with_person.len()), (0, 0));
    slow.tick("23:00");
    assert_eq!(slow.news(), [], "it is not tried again");
}

#[test]
fn only_systems_that_can_be_asked_may_answer() {
    let mut story = asked();
    let answer = json!({"command": FIRST, "document": "4711"});
    story.ok("/edge/SAW", "posting.acknowledged", "09:01", answer);
    assert_eq!(
        story.state(PROCESS),
        ProcessState::Asking,
        "an edge posts nothing"
    );
    let codes: Vec<Code> = story
        .process(PROCESS)
        .discrepancies()
        .iter()
        .map(|d| d.code())
        .collect();
    assert_eq!(codes, [Code::R31]);
}

#[test]
fn the_same_events_give_the_same_ids_and_the_same_processes() {
    let told = |story: &mut Story| {
        story.refuse("/erp", "09:01", FIRST);
        story.tick("09:06");
        story.ok(
            "/mes",
            "operation.completed",
            "09:10",
            report("WO", "20", "8"),
        );
        story.tick("12:00");
        story.ids()
    };
    let (mut one, mut other) = (asked(), asked());
    let ids = told(&mut one);
    assert_eq!(ids, told(&mut other));
    assert!(ids.len() > 2, "{ids:?}");
    assert!(one.plant.entities().eq(other.plant.entities()));
    // Also with a restart in between.
    let mut restarted = asked();
    restarted.plant = restarted.restored();
    assert_eq!(ids, told(&mut restarted));
    assert!(one.plant.entities().eq(restarted.plant.entities()));
}

#[test]
fn a_person_has_a_given_up_command_tried_anew_and_an_unanswered_one_sent_under_its_id() {
    let mut story = asked();
    for time in ["09:05", "09:15", "09:35"] {
        story.tick(time);
    }
    story.news();
    assert_eq!(story.fates(PROCESS), ["timed_out"]);
    story.plant = story.restored();
    story.redrive(FIRST, "10:00").unwrap();
    assert_eq!(
        story.ids(),
        [FIRST],
        "nobody knows whether it was carried out"
    );
    let again = story.redrive(FIRST, "10:00").unwrap_err();
    assert_eq!(again.code(), Code::R02, "it is under way: {again}");
    story.tick("10:05");
    assert_eq!(story.ids(), [FIRST], "with its deadlines");
    for (n, time) in [(1, "10:06"), (2, "10:20"), (3, "10:40")] {
        story.refuse("/erp", time, &format!("confirmation/WO/10/1-{n}"));
        if n < 3 {
            // Before the time of the next try has come.
            story.redrive(FIRST, time).unwrap();
        }
    }
    assert_eq!(story.fates(PROCESS), ["given_up"]);
    let told = story.with_person[FIRST].1.clone();
    assert!(told.contains("3 tries; next at none"), "{told}");
    story.news();
    story.redrive(FIRST, "11:00").unwrap();
    assert_eq!(
        story.ids(),
        ["confirmation/WO/10/1-4"],
        "a refusal is definite, so it is a new try"
    );
    story.acknowledge("/erp", "11:01", "confirmation/WO/10/1-4", "4711");
    assert_eq!(story.state(PROCESS), ProcessState::Settled);
    assert_eq!(story.with_person.len(), 0);
    let over = story.redrive(FIRST, "11:02").unwrap_err();
    assert_eq!(over.code(), Code::R02);
}

#[test]
fn what_was_not_sent_or_is_switched_off_is_not_sent_again() {
    let mut story = asked();
    story.news();
    for command in ["confirmation/WO/10/2-1", "release/WO/mes/1-1"] {
        let refused = story.redrive(command, "10:00").unwrap_err();
        assert!(
            [Code::R01, Code::R61].contains(&refused.code()),
            "{refused}"
        );
    }
    for time in ["09:05", "09:15", "09:35"] {
        story.tick(time);
    }
    story.news();
    let data = json!({"version": 2, "processes": []});
    story.ok("/twin", "process_rules.published", "09:40", data);
    let refused = story.redrive(FIRST, "10:00").unwrap_err();
    assert_eq!(refused.code(), Code::R02);
    assert_eq!(story.news(), []);
}

#[test]
fn a_command_is_shown_with_its_tries_its_documents_and_its_refusal() {
    let mut story = asked();
    let steps = |story: &Story| story.process(PROCESS).steps().to_vec();
    assert_eq!(story.process(PROCESS).order(), Some("WO"));
    let [sent] = &steps(&story)[..] else {
        panic!("one command")
    };
    assert_eq!((sent.lane().as_str(), sent.number()), ("10", 1));
    assert_eq!((sent.attempt(), sent.sent()), (1, 1));
    let time = |at: &str| super::story::at(at).parse().unwrap();
    assert_eq!(sent.first_sent_at(), time("09:00"));
    assert_eq!(sent.due(), Some(time("09:05")));
    assert_eq!((sent.documents().len(), sent.answered_at()), (0, None));
    assert_eq!(sent.refusal(), None);

    story.tick("09:05");
    assert_eq!(steps(&story)[0].sent(), 2, "nobody has answered");
    story.refuse("/erp", "09:06", FIRST);
    let refused = &steps(&story)[0];
    assert_eq!(refused.refusal().unwrap().code, "M7053");
    assert_eq!(refused.answered_at(), Some(time("09:06")));

    let next = refused.due().unwrap();
    while let Some(_turn) = story.plant.tick(next) {}
    let again = &steps(&story)[0];
    assert_eq!((again.number(), again.attempt(), again.sent()), (1, 2, 1));
    story.acknowledge("/erp", "09:30", "confirmation/WO/10/1-2", "4711");
    let done = &steps(&story)[0];
    assert_eq!(done.documents(), ["4711"]);
    assert_eq!(done.due(), None);
    assert_eq!(done.answered_at(), Some(time("09:30")));
}

#[test]
fn a_document_that_follows_an_answer_without_one_is_no_second_document() {
    let mut story = asked();
    let bare = json!({"command": FIRST});
    story.ok("/erp", "posting.acknowledged", "09:01", bare);
    story.acknowledge("/erp", "09:02", FIRST, "4711");
    assert_eq!(story.with_person.len(), 0);
    story.acknowledge("/erp", "09:03", FIRST, "4711");
    assert_eq!(story.with_person.len(), 0, "the same again");
    story.acknowledge("/erp", "09:04", FIRST, "4712");
    assert_eq!(story.with_person.len(), 1, "posted twice");
    assert_eq!(
        story.process(PROCESS).steps()[0].documents(),
        ["4711", "4712"]
    );
}
