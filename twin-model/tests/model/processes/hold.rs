//! Quality hold and disposition: packing and shipping are blocked, then all systems released.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use twin_model::{Code, ProcessState};

use super::story::{Sent, Story, q};

const PROCESS: &str = "hold/H-1";

fn story() -> Story {
    let mut story = Story::with_rules(json!([{"kind": "hold", "tries_max": 2}]));
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

fn placed(story: &mut Story, kind: &str, id: &str) {
    let data = json!({"hold": "H-1", "scope": {"kind": kind, "id": id}, "reason": "cracks",
        "placed_by": "Q. Jansen"});
    story.ok("/qms", "hold.placed", "07:00", data);
}

fn released(story: &mut Story) {
    let data = json!({"hold": "H-1", "disposition": "use as is", "released_by": "Q. Jansen"});
    story.ok("/qms", "hold.released", "10:00", data);
}

fn by_system(sent: Vec<Sent>) -> BTreeMap<&'static str, Sent> {
    let count = sent.len();
    let found: BTreeMap<_, _> = sent
        .into_iter()
        .map(|sent| (sent.to.as_str(), sent))
        .collect();
    assert_eq!(found.len(), count, "one for each system");
    found
}

/// Every system acknowledges what it was asked last.
fn all_acknowledge(story: &mut Story, time: &str) -> Vec<Sent> {
    let sent = story.news();
    for command in &sent {
        let source = format!("/{}", command.to.as_str());
        story.acknowledge(&source, time, &command.id, "ok");
    }
    sent
}

/// Lots A and B are held and blocked everywhere.
fn blocked() -> Story {
    let mut story = story();
    placed(&mut story, "lot", "A");
    assert_eq!(all_acknowledge(&mut story, "07:01").len(), 3);
    assert_eq!(story.state(PROCESS), ProcessState::Settled);
    story
}

fn lanes(story: &Story) -> Vec<String> {
    let told = story.told(PROCESS).into_iter();
    told.map(|(lane, words)| format!("{lane}: {words}"))
        .collect()
}

#[test]
fn a_hold_blocks_what_it_reaches_everywhere_and_its_release_releases_everybody() {
    let mut story = story();
    placed(&mut story, "lot", "A");
    let sent = by_system(story.news());
    assert_eq!(
        sent.keys().copied().collect::<Vec<_>>(),
        ["ERP", "MES", "WMS"]
    );
    let wms = &sent["WMS"];
    assert_eq!(
        (wms.id.as_str(), wms.type_name),
        ("hold/H-1/wms/1-1", "mfg.hold.block_requested.v1")
    );
    assert_eq!(
        wms.data,
        json!({"hold": "H-1", "scope": {"kind": "lot", "id": "A"}, "reason": "cracks",
            "placed_by": "Q. Jansen", "placed_at": "2026-03-01T07:00:00Z", "lots": ["A", "B"]})
    );
    for command in sent.values() {
        let source = format!("/{}", command.to.as_str());
        story.acknowledge(&source, "07:01", &command.id, "ok");
    }
    assert_eq!(
        lanes(&story),
        [
            "erp: blocked, 2 lots",
            "mes: blocked, 2 lots",
            "wms: blocked, 2 lots"
        ]
    );
    story.restored();

    released(&mut story);
    let sent = all_acknowledge(&mut story, "10:01");
    assert!(
        sent.iter()
            .all(|sent| sent.type_name == "mfg.hold.release_requested.v1")
    );
    assert_eq!(sent[0].data["disposition"], "use as is");
    assert_eq!(story.state(PROCESS), ProcessState::Undone);
    assert_eq!(lanes(&story), [""; 0]);
    story.tick("23:00");
    assert_eq!(story.news(), []);
}

#[test]
fn a_lot_that_a_hold_reaches_later_is_blocked_too_and_only_it() {
    let mut story = blocked();
    // Made before the hold was placed, and told late.
    made(&mut story, "06:50", "B", "C");
    let sent = all_acknowledge(&mut story, "07:20");
    assert_eq!(sent.len(), 3);
    assert!(
        sent.iter().all(|sent| sent.data["lots"] == json!(["C"])),
        "{sent:?}"
    );
    assert_eq!(lanes(&story)[0], "erp: blocked, 3 lots");
    // A change of a lot that is blocked already says nothing new.
    let data = json!({"lot": "A", "counted": q("7"), "booked": q("8"), "reason": "count"});
    story.ok("/wms", "stock.adjusted", "07:30", data);
    assert_eq!(story.news(), []);
}

#[test]
fn many_lots_are_told_in_several_commands() {
    let mut story = Story::with_rules(json!([{"kind": "hold", "systems": ["wms"]}]));
    lot(&mut story, "A");
    for n in 0..1_500 {
        let data = json!({"inputs": [{"lot": "A", "quantity": q("0")}],
            "outputs": [{"lot": format!("B{n:04}"), "material": "N", "quantity": q("1")}]});
        story.ok("/mes", "lot.transformed", "06:10", data);
    }
    placed(&mut story, "lot", "A");
    let first = story.only();
    assert_eq!(first.data["lots"].as_array().unwrap().len(), 1_000);
    story.acknowledge("/wms", "07:01", &first.id, "ok");
    let second = story.only();
    assert_eq!(second.data["lots"].as_array().unwrap().len(), 501);
    assert_eq!(second.data["lots"][0], "B0999");
    story.acknowledge("/wms", "07:02", &second.id, "ok");
    assert_eq!(lanes(&story), ["wms: blocked, 1501 lots"]);
    released(&mut story);
    assert_eq!(story.ids(), ["hold/H-1/wms/3-1"], "released at once");
}

#[test]
fn a_lot_that_many_ways_lead_to_is_told_once() {
    let mut story = Story::with_rules(json!([{"kind": "hold", "systems": ["wms"]}]));
    lot(&mut story, "L00");
    // In each of 40 layers two lots are made from both of the layer before: 2^39 ways in all.
    let mut before = vec!["L00".to_owned()];
    for layer in 1..=40 {
        let made = ["a", "b"].map(|side| format!("L{layer:02}{side}"));
        let inputs: Vec<_> = before
            .iter()
            .map(|lot| json!({"lot": lot, "quantity": q("0")}))
            .collect();
        let outputs = made
            .iter()
            .map(|lot| json!({"lot": lot, "material": "N", "quantity": q("1")}));
        let data = json!({"inputs": inputs, "outputs": outputs.collect::<Vec<_>>()});
        story.ok("/mes", "lot.transformed", "06:10", data);
        before = made.to_vec();
    }
    placed(&mut story, "lot", "L00");
    assert_eq!(story.only().data["lots"].as_array().unwrap().len(), 81);
}

#[test]
fn the_reach_of_a_hold_on_an_order_is_its_lots_and_of_one_on_a_work_center_nothing_that_ships() {
    let mut story = story();
    story.order("WO");
    let data = json!({"lot": "L", "material": "M", "order": "WO", "quantity": q("10")});
    story.ok("/mes", "lot.created", "06:30", data);
    placed(&mut story, "work_order", "WO");
    let sent = by_system(story.news());
    assert_eq!(sent["WMS"].data["lots"], json!(["L"]));

    let mut story = self::story();
    placed(&mut story, "work_center", "SAW");
    let sent = story.only();
    assert_eq!((sent.to.as_str(), &sent.data["lots"]), ("MES", &json!([])));
}

#[test]
fn a_hold_on_a_window_blocks_what_was_made_in_it() {
    let mut story = Story::with_rules(json!([{"kind": "hold", "systems": ["wms"]}]));
    for (lot, made) in [("A", "06:00"), ("B", "06:30")] {
        let data = json!({"lot": lot, "material": "M", "quantity": q("10"),
            "produced_at": super::story::at(made)});
        story.ok("/wms", "lot.created", made, data);
    }
    let window = json!({"from": super::story::at("06:20"), "to": super::story::at("06:40")});
    let data = json!({"hold": "H-1", "reason": "cracks", "placed_by": "Q. Jansen",
        "scope": {"kind": "material_window", "id": {"material": "M", "window": window}}});
    story.ok("/qms", "hold.placed", "07:00", data);
    assert_eq!(story.only().data["lots"], json!(["B"]));
    story.restored();
}

#[test]
fn a_refused_block_is_tried_again_and_leaves_the_other_blocks_alone() {
    let mut story = story();
    placed(&mut story, "lot", "A");
    story.news();
    story.refuse("/wms", "07:01", "hold/H-1/wms/1-1");
    story.acknowledge("/erp", "07:01", "hold/H-1/erp/1-1", "1");
    story.tick("07:06");
    let again = story.news();
    assert!(
        again.iter().any(|sent| sent.id == "hold/H-1/wms/1-2"),
        "{again:?}"
    );
    story.refuse("/wms", "07:07", "hold/H-1/wms/1-2");
    assert_eq!(story.state(PROCESS), ProcessState::WithPerson);
    let (code, text) = &story.with_person["hold/H-1/wms/1-1"];
    assert_eq!(*code, Code::R32);
    assert!(
        text.starts_with("WMS refused the block of 2 lots for hold H-1"),
        "{text}"
    );
    assert_eq!(
        lanes(&story),
        ["erp: blocked, 2 lots"],
        "what is blocked stays blocked"
    );
    // Only who has blocked is asked to release.
    story.acknowledge("/mes", "07:08", "hold/H-1/mes/1-1", "1");
    story.news();
    released(&mut story);
    let sent = by_system(story.news());
    assert_eq!(sent.keys().copied().collect::<Vec<_>>(), ["ERP", "MES"]);
    assert_eq!(
        story.with_person.len(),
        0,
        "there is nothing to block any more"
    );
}

#[test]
fn a_system_that_refuses_to_release_makes_the_others_block_again_until_it_does() {
    let mut story = blocked();
    released(&mut story);
    story.news();
    story.acknowledge("/wms", "10:01", "hold/H-1/wms/2-1", "2");
    story.acknowledge("/mes", "10:01", "hold/H-1/mes/2-1", "2");
    story.refuse("/erp", "10:02", "hold/H-1/erp/2-1");
    story.tick("10:07");
    assert_eq!(story.ids(), ["hold/H-1/erp/2-2"]);
    assert_eq!(lanes(&story), ["erp: blocked, 2 lots"]);
    story.refuse("/erp", "10:08", "hold/H-1/erp/2-2");
    // Compensation: what is free in one system and blocked in another is in nobody's hands.
    let back = by_system(story.news());
    assert_eq!(back.keys().copied().collect::<Vec<_>>(), ["MES", "WMS"]);
    assert_eq!(back["WMS"].type_name, "mfg.hold.block_requested.v1");
    assert_eq!(back["WMS"].data["lots"], json!(["A", "B"]));
    for command in back.values() {
        let source = format!("/{}", command.to.as_str());
        story.acknowledge(&source, "10:09", &command.id, "3");
    }
    assert_eq!(lanes(&story).len(), 3, "all of them stand the same");
    assert_eq!(story.state(PROCESS), ProcessState::WithPerson);
    story.restored();
    assert!(
        story.with_person["hold/H-1/erp/2-1"]
            .1
            .starts_with("ERP refused the release of hold")
    );

    // A person has mended it in the ERP.
    story.acknowledge("/erp", "11:00", "hold/H-1/erp/2-1", "2");
    let sent = all_acknowledge(&mut story, "11:01");
    assert_eq!(sent.len(), 2);
    assert!(
        sent.iter()
            .all(|sent| sent.type_name == "mfg.hold.release_requested.v1")
    );
    assert_eq!(story.state(PROCESS), ProcessState::Undone);
    assert_eq!(story.with_person.len(), 0);
}

#[test]
fn an_unanswered_block_ends_with_a_person_and_is_released_once_it_is_answered() {
    let mut story = story();
    placed(&mut story, "lot", "A");
    story.news();
    for system in ["erp", "mes"] {
        let command = format!("hold/H-1/{system}/1-1");
        story.acknowledge(&format!("/{system}"), "07:01", &command, "1");
    }
    for time in ["07:05", "07:15"] {
        story.tick(time);
    }
    assert_eq!(story.ids(), ["hold/H-1/wms/1-1"]);
    assert_eq!(story.with_person["hold/H-1/wms/1-1"].0, Code::R62);
    released(&mut story);
    let sent = by_system(story.news());
    assert!(
        !sent.contains_key("WMS"),
        "nobody knows whether it is blocked there"
    );
    story.acknowledge("/wms", "10:05", "hold/H-1/wms/1-1", "1");
    assert_eq!(story.only().type_name, "mfg.hold.release_requested.v1");
    assert_eq!(story.with_person.len(), 0);
}

/// Quality releases before the WMS has answered the block, or after: nothing is blocked in the end.
#[test]
fn a_release_that_races_the_answers_ends_the_same() {
    let mut early = story();
    placed(&mut early, "lot", "A");
    let blocks = early.news();
    released(&mut early);
    assert_eq!(early.news(), [], "one command at a time");
    for command in &blocks {
        let source = format!("/{}", command.to.as_str());
        early.acknowledge(&source, "07:01", &command.id, "ok");
    }
    all_acknowledge(&mut early, "10:01");
    let mut late = blocked();
    released(&mut late);
    all_acknowledge(&mut late, "10:01");
    assert_eq!(early.plant.state_hash(), late.plant.state_hash());
    assert_eq!(lanes(&early), [""; 0]);
}

/// The hold comes before its lot is known, or after: the same is blocked.
#[test]
fn a_hold_that_is_quicker_than_its_lot_blocks_the_lot_when_it_comes() {
    let rules = json!([{"kind": "hold", "systems": ["wms"]}]);
    let mut early = Story::with_rules(rules.clone());
    placed(&mut early, "lot", "A");
    all_acknowledge(&mut early, "07:01");
    lot(&mut early, "A");
    all_acknowledge(&mut early, "07:02");
    let mut late = Story::with_rules(rules);
    lot(&mut late, "A");
    placed(&mut late, "lot", "A");
    all_acknowledge(&mut late, "07:01");
    assert_eq!(lanes(&early), ["wms: blocked, 1 lot"]);
    assert_eq!(early.plant.state_hash(), late.plant.state_hash());
}

#[test]
fn only_the_systems_that_the_plant_names_are_asked() {
    let mut story = Story::with_rules(json!([{"kind": "hold", "systems": ["qms", "wms"]}]));
    lot(&mut story, "A");
    placed(&mut story, "lot", "A");
    let asked: Vec<Value> = story.news().iter().map(|sent| json!(sent.to)).collect();
    assert_eq!(asked, ["qms", "wms"]);
}

#[test]
fn a_lot_with_a_hold_of_its_own_is_told_of_another_that_reaches_it() {
    let mut story = Story::with_rules(json!([{"kind": "hold", "systems": ["wms"]}]));
    for (id, material) in [("A", "M"), ("B", "N")] {
        let data = json!({"lot": id, "material": material, "quantity": q("10")});
        story.ok("/wms", "lot.created", "06:00", data);
        let data = json!({"hold": format!("H-{id}"), "scope": {"kind": "lot", "id": id},
            "reason": "cracks"});
        story.ok("/qms", "hold.placed", "07:00", data);
    }
    let mut sent = all_acknowledge(&mut story, "07:01");
    sent.sort_by(|a, b| a.id.cmp(&b.id));
    let lots: Vec<&Value> = sent.iter().map(|sent| &sent.data["lots"]).collect();
    assert_eq!(lots, [&json!(["A"]), &json!(["B"])]);
    made(&mut story, "06:50", "A", "B");
    let more = story.only();
    assert_eq!(
        (more.id.as_str(), &more.data["lots"]),
        ("hold/H-A/wms/2-1", &json!(["B"]))
    );
}

/// The WMS never blocked anything, the QMS is asked since after the release only, and the ERP keeps
/// what it blocked.
#[test]
fn who_was_asked_to_block_is_asked_again_and_who_never_was_is_not() {
    let mut story = story();
    placed(&mut story, "lot", "A");
    story.news();
    for system in ["erp", "mes"] {
        let command = format!("hold/H-1/{system}/1-1");
        story.acknowledge(&format!("/{system}"), "07:01", &command, "1");
    }
    story.refuse("/wms", "07:02", "hold/H-1/wms/1-1");
    released(&mut story);
    assert_eq!(story.ids(), ["hold/H-1/erp/2-1", "hold/H-1/mes/2-1"]);
    let rules = json!({"version": 2, "processes": [{"kind": "hold", "tries_max": 1,
        "from": "2026-03-01T05:00:00Z", "systems": ["erp", "mes", "wms", "qms"]}]});
    story.ok("/twin", "process_rules.published", "10:01", rules);
    assert_eq!(story.news(), [], "there is nothing to block");
    story.acknowledge("/mes", "10:02", "hold/H-1/mes/2-1", "2");
    story.refuse("/erp", "10:03", "hold/H-1/erp/2-1");
    let back = by_system(story.news());
    assert_eq!(back.keys().copied().collect::<Vec<_>>(), ["MES", "WMS"]);
    for sent in back.values() {
        assert_eq!(sent.type_name, "mfg.hold.block_requested.v1");
        assert_eq!(sent.data["lots"], json!(["A", "B"]));
    }
}
