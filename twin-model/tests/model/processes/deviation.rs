//! Deviation handling: set aside, reviewed, decided lot by lot, carried out, verified, closed.

use serde_json::{Value, json};
use twin_model::{Code, Notice, ProcessState};

use super::story::{Sent, Story, q};

const PROCESS: &str = "deviation/N";

/// Lot A, and B made from it.
fn story() -> Story {
    story_with(json!([{"kind": "deviation", "tries_max": 2}]))
}

fn story_with(rules: Value) -> Story {
    let mut story = Story::with_rules(rules);
    lot(&mut story, "A");
    made(&mut story, "06:10", "A", "B");
    story
}

fn lot(story: &mut Story, lot: &str) {
    let data = json!({"lot": lot, "material": "M", "quantity": q("10")});
    story.ok("/wms", "lot.created", "06:00", data);
}

fn made(story: &mut Story, time: &str, from: &str, to: &str) {
    let data = json!({"inputs": [{"lot": from, "quantity": q("2")}],
        "outputs": [{"lot": to, "material": "N", "quantity": q("2")}]});
    story.ok("/mes", "lot.transformed", time, data);
}

fn opened(story: &mut Story) {
    let data =
        json!({"nonconformance": "N", "lots": ["A"], "defect": "crack", "severity": "major"});
    story.ok("/qms", "nonconformance.opened", "07:00", data);
}

/// Quality decides: lot, disposition, and how much of it (all where there is none).
fn decided(story: &mut Story, time: &str, parts: &[(&str, &str, Option<&str>)]) {
    let parts = parts.iter().map(|(lot, what, much)| {
        let mut part = json!({"lot": lot, "disposition": what});
        if let Some(much) = much {
            part["quantity"] = q(much);
        }
        part
    });
    let data = json!({"nonconformance": "N", "lots": parts.collect::<Vec<_>>(),
        "approvers": ["Q. Jansen"]});
    story.ok("/qms", "nonconformance.dispositioned", time, data);
}

fn of_quality(story: &mut Story, name: &str, time: &str) {
    let data = json!({"nonconformance": "N", "action": "set aside", "verification": "measured",
        "reason": "a shadow"});
    story.ok("/qms", name, time, data);
}

/// Everybody acknowledges what was sent, and what follows from that, until nothing is left.
fn all_acknowledge(story: &mut Story, time: &str) -> Vec<Sent> {
    let mut all = Vec::new();
    loop {
        let sent = story.news();
        if sent.is_empty() {
            return all;
        }
        for command in &sent {
            let source = format!("/{}", command.to.as_str().to_lowercase());
            let document = format!("D-{}", command.id);
            story.acknowledge(&source, time, &command.id, &document);
        }
        all.extend(sent);
    }
}

fn ids(sent: &[Sent]) -> Vec<&str> {
    let mut ids: Vec<&str> = sent.iter().map(|sent| sent.id.as_str()).collect();
    ids.sort_unstable();
    ids
}

fn lanes(story: &Story) -> Vec<String> {
    let told = story.told(PROCESS).into_iter();
    told.map(|(lane, words)| format!("{lane}: {words}"))
        .collect()
}

/// Lots A and B stand aside, and quality reviews them.
fn reviewed() -> Story {
    let mut story = story();
    opened(&mut story);
    let sent = story.news();
    assert_eq!(ids(&sent), ["deviation/N/mes/1-1", "deviation/N/wms/1-1"]);
    let wms = sent.iter().find(|sent| sent.id.contains("wms")).unwrap();
    assert_eq!(wms.type_name, "mfg.quarantine.requested.v1");
    assert_eq!(
        wms.data,
        json!({"nonconformance": "N", "defect": "crack", "severity": "major",
            "opened_at": "2026-03-01T07:00:00Z", "lots": ["A", "B"]})
    );
    story.acknowledge("/mes", "07:01", "deviation/N/mes/1-1", "1");
    assert_eq!(story.news(), [], "the warehouse has not set it aside");
    story.acknowledge("/wms", "07:01", "deviation/N/wms/1-1", "1");
    let review = story.only();
    assert_eq!(
        (review.id.as_str(), review.type_name),
        ("deviation/N/qms/1-1", "mfg.review.requested.v1")
    );
    assert_eq!(
        review.data,
        json!({"nonconformance": "N", "set_aside_by": ["mes", "wms"], "count": 2,
            "lots": ["A", "B"]})
    );
    story.acknowledge("/qms", "07:02", &review.id, "1");
    assert_eq!(story.state(PROCESS), ProcessState::Waiting);
    assert_eq!(
        story.waits(PROCESS),
        ["quality to review nonconformance N (2 lots without disposition)"]
    );
    of_quality(&mut story, "nonconformance.review_started", "07:30");
    assert_eq!(story.news(), []);
    story.restored();
    story
}

#[test]
fn a_nonconformance_goes_from_setting_aside_to_its_closing() {
    let mut story = reviewed();
    let parts = [
        ("A", "rework", Some("3")),
        ("A", "use_as_is", Some("5")),
        ("B", "scrap", None),
    ];
    decided(&mut story, "08:00", &parts);
    let sent = story.news();
    assert_eq!(
        ids(&sent),
        [
            "deviation/N/rework:A/1-1",
            "deviation/N/scrap:B/1-1",
            "deviation/N/use_as_is:A/1-1"
        ]
    );
    let rework = sent.iter().find(|sent| sent.id.contains("rework")).unwrap();
    assert_eq!(
        rework.data,
        json!({"nonconformance": "N", "lot": "A", "material": "M", "disposition": "rework",
            "quantity": q("3"), "decided_at": "2026-03-01T08:00:00Z",
            "approvers": ["Q. Jansen"]})
    );
    for command in &sent {
        story.acknowledge("/erp", "08:01", &command.id, "49001");
    }
    // What is carried out need not stand aside, and goes where the decision says.
    let sent = story.news();
    assert!(
        sent.iter()
            .all(|sent| sent.type_name == "mfg.quarantine.ended.v1")
    );
    story.sent = sent;
    let sent = all_acknowledge(&mut story, "08:02");
    let ended = |sent: &&Sent| sent.id.contains("wms");
    let ended: Vec<&Value> = sent
        .iter()
        .filter(ended)
        .map(|sent| &sent.data["lots"])
        .collect();
    assert_eq!(
        ended,
        [
            &json!([{"lot": "A", "decided": [
                {"disposition": "use_as_is", "quantity": q("5")},
                {"disposition": "rework", "quantity": q("3")}]}]),
            &json!([{"lot": "B", "decided": [{"disposition": "scrap", "quantity": null}]}])
        ]
    );
    let verify = sent.last().unwrap();
    assert_eq!(verify.type_name, "mfg.verification.requested.v1");
    assert_eq!(
        verify.data["carried_out"][0],
        json!({"lot": "A", "disposition": "use_as_is", "quantity": q("5"),
            "documents": ["49001"]})
    );
    assert_eq!(story.waits(PROCESS), ["quality to verify nonconformance N"]);
    of_quality(&mut story, "nonconformance.verified", "09:00");
    assert_eq!(story.waits(PROCESS), ["quality to close nonconformance N"]);
    of_quality(&mut story, "nonconformance.closed", "09:10");
    assert_eq!(story.state(PROCESS), ProcessState::Settled);
    assert_eq!(
        lanes(&story),
        [
            "rework:A: 3 H87",
            "scrap:B: all of it",
            "use_as_is:A: 5 H87"
        ]
    );
    story.restored();
    assert_eq!(story.with_person.len(), 0);
}

#[test]
fn a_lot_stays_aside_until_the_books_have_followed_the_decision() {
    let mut story = story();
    opened(&mut story);
    all_acknowledge(&mut story, "07:01");
    decided(&mut story, "08:00", &[("A", "use_as_is", None)]);
    let sent = story.news();
    // Nothing is wrong with what was made from it, so that is free at once.
    let freed: Vec<&Value> = sent
        .iter()
        .filter(|sent| sent.type_name == "mfg.quarantine.ended.v1")
        .map(|sent| &sent.data["lots"][0]["lot"])
        .collect();
    assert_eq!(freed, ["B", "B"]);
    for command in sent
        .iter()
        .filter(|sent| sent.type_name.contains("quarantine"))
    {
        let source = format!("/{}", command.to.as_str().to_lowercase());
        story.acknowledge(&source, "08:01", &command.id, "1");
    }
    story.refuse("/erp", "08:02", "deviation/N/use_as_is:A/1-1");
    assert_eq!(story.state(PROCESS), ProcessState::Retrying);
    story.tick("08:07");
    assert_eq!(story.ids(), ["deviation/N/use_as_is:A/1-2"]);
    story.refuse("/erp", "08:08", "deviation/N/use_as_is:A/1-2");
    assert_eq!(story.state(PROCESS), ProcessState::WithPerson);
    let (code, text) = &story.with_person["deviation/N/use_as_is:A/1-1"];
    assert_eq!(*code, Code::R32);
    assert!(text.contains("the use as it is of lot A (N)"), "{text}");
    assert_eq!(
        lanes(&story),
        ["mes: 1 lot set aside", "wms: 1 lot set aside"],
        "what is free in one system and blocked in another is in nobody's hands"
    );
    story.restored();
    // A person has mended it in the ERP.
    story.acknowledge("/erp", "09:00", "deviation/N/use_as_is:A/1-2", "4711");
    all_acknowledge(&mut story, "09:01");
    assert_eq!(lanes(&story), ["use_as_is:A: all of it"]);
    assert_eq!(story.with_person.len(), 0);
}

#[test]
fn what_the_board_takes_up_again_is_taken_back_and_set_aside_again() {
    let mut story = story();
    opened(&mut story);
    all_acknowledge(&mut story, "07:01");
    decided(&mut story, "08:00", &[("A", "use_as_is", None)]);
    all_acknowledge(&mut story, "08:01");
    assert_eq!(lanes(&story), ["use_as_is:A: all of it"]);
    let plant = story.restored();
    story.plant = plant;

    of_quality(&mut story, "nonconformance.review_started", "09:00");
    let sent = all_acknowledge(&mut story, "09:01");
    let back = sent
        .iter()
        .find(|sent| sent.type_name == "mfg.disposition.withdrawn.v1")
        .unwrap();
    assert_eq!(
        back.data,
        json!({"nonconformance": "N", "lot": "A", "disposition": "use_as_is",
            "documents": ["D-deviation/N/use_as_is:A/1-1"],
            "reason": "the material review board took it up again"})
    );
    assert_eq!(
        lanes(&story),
        ["mes: 2 lots set aside", "wms: 2 lots set aside"]
    );
    assert!(story.fates(PROCESS).contains(&"compensated"));
    decided(
        &mut story,
        "10:00",
        &[("A", "scrap", Some("8")), ("B", "scrap", Some("2"))],
    );
    all_acknowledge(&mut story, "10:01");
    assert_eq!(lanes(&story), ["scrap:A: 8 H87", "scrap:B: 2 H87"]);
}

#[test]
fn nobody_sets_it_aside_and_it_ends_with_a_person_until_a_late_answer() {
    let mut story = story_with(json!([
        {"kind": "deviation", "tries_max": 2, "systems": ["wms"]}]));
    opened(&mut story);
    assert_eq!(story.ids(), ["deviation/N/wms/1-1"]);
    for time in ["07:05", "07:15"] {
        story.tick(time);
    }
    assert_eq!(story.ids(), ["deviation/N/wms/1-1"], "under the same id");
    let (code, text) = &story.with_person["deviation/N/wms/1-1"];
    assert_eq!(*code, Code::R62);
    assert!(
        text.contains("the setting aside of 2 lots for nonconformance N"),
        "{text}"
    );
    story.plant = story.restored();
    story.acknowledge("/wms", "08:00", "deviation/N/wms/1-1", "1");
    assert_eq!(story.only().type_name, "mfg.review.requested.v1");
    assert_eq!(story.with_person.len(), 0);
}

#[test]
fn quality_that_goes_on_without_answering_has_answered() {
    let mut story = story_with(json!([
        {"kind": "deviation", "tries_max": 2, "systems": ["wms"]}]));
    opened(&mut story);
    let aside = story.only().id;
    story.acknowledge("/wms", "07:01", &aside, "1");
    assert_eq!(story.only().id, "deviation/N/qms/1-1");
    for time in ["07:06", "07:20"] {
        story.tick(time);
    }
    assert_eq!(story.ids(), ["deviation/N/qms/1-1"]);
    assert_eq!(story.with_person["deviation/N/qms/1-1"].0, Code::R62);
    story.plant = story.restored();
    of_quality(&mut story, "nonconformance.review_started", "08:00");
    assert_eq!(story.with_person.len(), 0, "quality has taken it up");
    assert_eq!(story.fates(PROCESS)[1], "dropped");
    decided(
        &mut story,
        "09:00",
        &[("A", "use_as_is", None), ("B", "use_as_is", None)],
    );
    let sent = all_acknowledge(&mut story, "09:01");
    assert!(ids(&sent).contains(&"deviation/N/qms/2-1"), "asked anew");
    of_quality(&mut story, "nonconformance.closed", "10:00");
    assert_eq!(story.state(PROCESS), ProcessState::Settled);
    story.tick("23:00");
    assert_eq!(story.news(), []);
}

#[test]
fn many_lots_and_those_of_an_order_are_set_aside_and_released_in_several_commands() {
    let mut story = Story::with_rules(json!([{"kind": "deviation", "systems": ["wms"]}]));
    story.order("WO");
    for n in 0..1_500 {
        let data = json!({"lot": format!("L{n:04}"), "material": "M", "order": "WO",
            "quantity": q("1")});
        story.ok("/mes", "lot.created", "06:10", data);
    }
    let data = json!({"nonconformance": "N", "order": "WO", "defect": "crack",
        "severity": "minor"});
    story.ok("/qms", "nonconformance.opened", "07:00", data);
    let first = story.only();
    assert_eq!(first.data["lots"].as_array().unwrap().len(), 1_000);
    story.acknowledge("/wms", "07:01", &first.id, "1");
    let second = story.only();
    assert_eq!(second.data["lots"][0], "L1000");
    story.acknowledge("/wms", "07:02", &second.id, "1");
    assert_eq!(story.only().data["count"], 1_500);
    assert_eq!(lanes(&story), ["wms: 1500 lots set aside"]);
    // One more of the order, told late.
    let data = json!({"lot": "LATE", "material": "M", "order": "WO", "quantity": q("1")});
    story.ok("/mes", "lot.created", "06:20", data);
    let third = story.only();
    assert_eq!(third.data["lots"], json!(["LATE"]));
    story.acknowledge("/wms", "07:10", &third.id, "1");
    // It was none: the last command takes back what is left, so nothing stands.
    of_quality(&mut story, "nonconformance.cancelled", "07:20");
    let mut ended = 0;
    while let Some(sent) = story.news().pop() {
        assert_eq!(sent.type_name, "mfg.quarantine.ended.v1");
        ended += sent.data["lots"].as_array().unwrap().len();
        story.acknowledge("/wms", "07:21", &sent.id, "1");
    }
    assert_eq!(ended, 1_501);
    assert_eq!(story.state(PROCESS), ProcessState::Undone);
}

#[test]
fn what_was_none_is_released_everywhere() {
    let mut story = story();
    opened(&mut story);
    let first = story.news();
    of_quality(&mut story, "nonconformance.cancelled", "07:10");
    assert_eq!(story.news(), [], "one command at a time");
    story.sent = first;
    let sent = all_acknowledge(&mut story, "07:11");
    assert_eq!(
        ids(&sent),
        [
            "deviation/N/mes/1-1",
            "deviation/N/mes/2-1",
            "deviation/N/wms/1-1",
            "deviation/N/wms/2-1"
        ]
    );
    assert_eq!(story.state(PROCESS), ProcessState::Undone);
}

#[test]
fn quality_that_takes_longer_than_the_plant_allows_is_shown_until_it_decides() {
    let mut story = story_with(json!([{"kind": "deviation", "decide_within_s": 3600}]));
    opened(&mut story);
    all_acknowledge(&mut story, "07:01");
    story.tick("07:59");
    assert_eq!(story.process(PROCESS).discrepancies(), []);
    story.tick("08:00");
    let found = story.process(PROCESS).discrepancies();
    assert_eq!(found[0].code(), Code::R66);
    assert_eq!(
        found[0].to_string(),
        "Quality has not decided nonconformance N since 2026-03-01T07:00:00Z; the plant allows \
         3600 s, and 2 lots wait. Have the material review board decide them."
    );
    story.restored();
    let data = json!({"nonconformance": "N", "lots": [{"lot": "A", "disposition": "use_as_is"}],
        "approvers": ["Q. Jansen"]});
    let turn = story.ok("/qms", "nonconformance.dispositioned", "08:30", data);
    assert!(turn.notices.iter().any(
        |notice| matches!(notice, Notice::DiscrepancyHealed { code, .. } if *code == Code::R66)
    ));
    assert_eq!(story.process(PROCESS).discrepancies(), []);
}

/// What happens, as it may arrive: the genealogy, the finding and the decision in any order.
#[test]
fn the_order_of_arrival_does_not_show_in_the_end() {
    let steps: [fn(&mut Story); 4] = [
        |story| made(story, "06:20", "A", "C"),
        opened,
        |story| of_quality(story, "nonconformance.contained", "07:10"),
        |story| made(story, "06:30", "C", "D"),
    ];
    let mut ends = Vec::new();
    for order in [[0, 1, 2, 3], [1, 0, 3, 2], [1, 2, 0, 3], [0, 3, 1, 2]] {
        let mut story = story();
        for step in order {
            steps[step](&mut story);
            all_acknowledge(&mut story, "07:20");
        }
        let parts = [
            ("A", "scrap", Some("6")),
            ("B", "use_as_is", None),
            ("C", "return_to_vendor", None),
            ("D", "sort", None),
        ];
        decided(&mut story, "08:00", &parts);
        all_acknowledge(&mut story, "08:01");
        of_quality(&mut story, "nonconformance.closed", "09:00");
        all_acknowledge(&mut story, "09:01");
        assert_eq!(
            lanes(&story),
            [
                "return_to_vendor:C: all of it",
                "scrap:A: 6 H87",
                "sort:D: all of it",
                "use_as_is:B: all of it"
            ],
            "{order:?}"
        );
        ends.push(story.plant.state_hash());
    }
    ends.dedup();
    assert_eq!(ends.len(), 1);
}
