//! Lots of an order whose operation nobody has named: a hold on what was made at a work center of
//! the order reaches them, until somebody names it, whatever came first.
use serde_json::{Value, json};
use twin_model::{Code, GateDecision, Plant, ProcessState};

use crate::arrival_order::permutations;
use crate::facts::{Fact, asked, gate, parts, q, released, tell, tell_all, used};
use crate::processes::story::{Sent, Story};

#[path = "hold_presumed/parts.rs"]
mod parts_of_lots;

fn held(center: &str, from: &str, to: &str) -> Fact {
    let window = json!({"from": format!("2026-03-01T{from}:00Z"),
        "to": format!("2026-03-01T{to}:00Z")});
    let scope = json!({"kind": "work_center_window",
        "id": {"work_center": center, "window": window}});
    let data = json!({"hold": "H", "scope": scope, "reason": "worn tool"});
    ("hold.placed", "09:30", data)
}

/// An order with an operation at SAW and one at PACK.
fn order(id: &str) -> [Fact; 2] {
    let planned = json!({"order": id, "material": "M", "quantity": q("100")});
    let operations = json!([{"op": "10", "work_center": "SAW"},
        {"op": "20", "work_center": "PACK", "predecessors": ["10"], "delivers": true}]);
    [
        ("work_order.created", "05:00", planned),
        (
            "work_order.released",
            "05:10",
            json!({"order": id, "operations": operations}),
        ),
    ]
}

fn started(id: &str, op: &str, center: &str, at: &'static str) -> Fact {
    let data = json!({"order": id, "op": op, "work_center": center});
    ("operation.started", at, data)
}

fn reported(id: &str, at: &'static str, lots: Value) -> Fact {
    let data = json!({"order": id, "op": "10", "unit": "KGM", "good": "5", "output_lots": lots,
        "start": format!("2026-03-01T{at}:00Z")});
    ("operation.progressed", at, data)
}

fn received(id: &str, lot: &str, at: &'static str) -> Fact {
    let data = json!({"order": id, "lot": lot, "quantity": q("5")});
    ("goods.received", at, data)
}

fn holds(plant: &Plant, lot: &str) -> bool {
    let lot = plant.lot(&lot.parse().unwrap()).unwrap();
    lot.all_holds().next().is_some()
}

/// The facts in every order after those that must come first.
fn any_order(first: &[Fact], facts: &[Fact]) -> Plant {
    let all: Vec<Fact> = first.iter().chain(facts).cloned().collect();
    let mut ends: Option<Plant> = None;
    for order in permutations(facts.len()) {
        let behind = order.iter().map(|n| n + first.len());
        let order: Vec<usize> = (0..first.len()).chain(behind).collect();
        let plant = tell_all(&all, &order);
        if let Some(ends) = &ends {
            assert_eq!(plant.state_hash(), ends.state_hash(), "{order:?}");
        }
        ends.get_or_insert(plant);
    }
    ends.unwrap()
}

#[test]
fn a_lot_that_only_a_receipt_names_is_held_with_the_work_centers_of_its_order() {
    let facts = [
        started("O", "10", "SAW", "06:00"),
        reported("O", "07:00", json!([])),
        received("O", "L", "07:05"),
        held("SAW", "06:30", "06:40"),
        asked("D", "L", "08:00"),
    ];
    let mut plant = any_order(&order("O"), &facts);
    assert!(holds(&plant, "L"), "from 06:00 to 07:00 it was at SAW");
    assert_eq!(gate(&plant, "D"), (GateDecision::Blocked, vec![Code::R08]));
    tell(&mut plant, 90, &used("L", "K", "08:10", None)).unwrap();
    assert!(holds(&plant, "K"), "and what is made from it");
    let mut later = plant.clone();
    tell(&mut later, 91, &received("O", "M", "07:10")).unwrap();
    assert!(holds(&later, "M"), "told after the hold");

    tell(&mut plant, 92, &released("10:00")).unwrap();
    assert!(!holds(&plant, "L") && !holds(&plant, "K"));
    assert_eq!(gate(&plant, "D"), (GateDecision::Cleared, vec![]));
    tell(&mut plant, 93, &received("O", "N", "07:15")).unwrap();
    assert!(!holds(&plant, "N"), "told after the release");
}

#[test]
fn a_hold_meets_the_order_from_its_first_work_at_the_work_center_to_its_last() {
    for (center, from, to, reached) in [
        ("SAW", "05:00", "05:59", false),
        ("SAW", "05:00", "06:00", true),
        ("SAW", "08:00", "08:30", true),
        ("SAW", "08:01", "08:30", false),
        ("PACK", "07:00", "08:30", true),
        ("PACK", "08:31", "09:00", false),
        ("PACK", "06:00", "06:59", false),
        ("WELD", "05:00", "09:00", false),
    ] {
        let aborted = json!({"order": "O", "op": "20", "reason": "broken",
            "wip_disposition": "review"});
        let mut facts: Vec<Fact> = order("O").into();
        facts.extend([
            started("O", "10", "SAW", "06:00"),
            reported("O", "08:00", json!([])),
            started("O", "20", "PACK", "07:00"),
            ("operation.aborted", "08:30", aborted),
            received("O", "L", "08:35"),
            held(center, from, to),
        ]);
        let order: Vec<usize> = (0..facts.len()).collect();
        let plant = tell_all(&facts, &order);
        assert_eq!(holds(&plant, "L"), reached, "{center} {from} {to}");
    }
}

#[test]
fn interruptions_and_resumptions_are_work_at_the_work_center_too() {
    let interrupted = json!({"order": "O", "op": "10", "kind": "held", "reason": "jam"});
    let resumed = json!({"order": "O", "op": "10"});
    for (fact, window) in [
        (
            ("operation.interrupted", "07:30", interrupted.clone()),
            "07:30",
        ),
        (("operation.resumed", "07:40", resumed), "07:40"),
    ] {
        let mut facts: Vec<Fact> = order("O").into();
        facts.extend([
            started("O", "10", "SAW", "06:00"),
            received("O", "L", "08:35"),
            held("SAW", window, "08:00"),
        ]);
        if fact.0 == "operation.resumed" {
            facts.push(("operation.interrupted", "07:00", interrupted.clone()));
        }
        let order: Vec<usize> = (0..facts.len()).collect();
        let mut plant = tell_all(&facts, &order);
        assert!(!holds(&plant, "L"), "nothing is told of that time yet");
        tell(&mut plant, 90, &fact).unwrap();
        assert!(holds(&plant, "L"), "{}", fact.0);
    }
}

#[test]
fn a_lot_whose_operation_is_named_is_held_only_where_that_made_it() {
    // L was made at 06:10, and the order went on at SAW until 08:00.
    let facts = [
        reported("O", "06:10", json!(["L"])),
        received("O", "L", "06:20"),
        reported("O", "08:00", json!(["N"])),
        held("SAW", "07:50", "08:30"),
        used("L", "K", "09:00", None),
    ];
    let [planned, release] = order("O");
    let first = [planned, release, started("O", "10", "SAW", "06:00")];
    let mut plant = any_order(&first, &facts[..4]);
    assert!(!holds(&plant, "L"), "made before the window");
    tell(&mut plant, 90, &received("O", "N", "08:05")).unwrap();
    tell(&mut plant, 91, &received("O", "P", "08:06")).unwrap();
    assert!(holds(&plant, "N"), "made within it");
    assert!(holds(&plant, "P"), "nobody knows");
    tell(&mut plant, 92, &facts[4]).unwrap();
    assert!(!holds(&plant, "K"));
}

#[test]
fn what_was_held_by_presumption_is_free_when_its_operation_is_named_and_so_is_what_it_became() {
    let mut facts: Vec<Fact> = order("O").into();
    facts.extend([
        started("O", "10", "SAW", "06:00"),
        reported("O", "08:00", json!([])),
        received("O", "L", "06:20"),
        received("O", "R", "06:25"),
        held("SAW", "07:50", "08:30"),
        used("L", "A", "06:30", None),
        used("L", "B", "06:40", None),
        used("A", "C", "06:50", None),
        used("R", "B", "06:55", None),
        asked("D", "C", "07:00"),
    ]);
    let order: Vec<usize> = (0..facts.len()).collect();
    let mut plant = tell_all(&facts, &order);
    for lot in ["L", "R", "A", "B", "C"] {
        assert!(holds(&plant, lot), "{lot}");
    }
    let steps = |plant: &Plant, lot: &str| {
        let lot = plant.lot(&lot.parse().unwrap()).unwrap();
        let reach = lot.reach_of(&"H".parse().unwrap());
        reach.map(|reach| (reach.steps, reach.from.to_string(), reach.since.to_string()))
    };
    let way = |steps| {
        Some((
            steps,
            "Order O".to_owned(),
            "2026-03-01T09:30:00Z".to_owned(),
        ))
    };
    assert_eq!((steps(&plant, "L"), steps(&plant, "C")), (way(1), way(3)));

    tell(&mut plant, 90, &reported("O", "06:10", json!(["L"]))).unwrap();
    for lot in ["L", "A", "C"] {
        assert!(!holds(&plant, lot), "{lot}");
    }
    for lot in ["R", "B"] {
        assert!(holds(&plant, lot), "{lot}: R is still presumed");
    }
    assert_eq!(steps(&plant, "B"), way(2));
    assert_eq!(gate(&plant, "D"), (GateDecision::Cleared, vec![]));
    assert_eq!(plant.breaches(), []);

    // The same state as when the operation was named at once.
    let mut early: Vec<Fact> = facts.clone();
    early.insert(3, reported("O", "06:10", json!(["L"])));
    let mut named = tell_all(&early[..3], &[0, 1, 2]);
    tell(&mut named, 90, &early[3]).unwrap();
    for (number, fact) in early[4..].iter().enumerate() {
        tell(&mut named, number + 3, fact).unwrap();
    }
    assert_eq!(named.state_hash(), plant.state_hash());

    tell(&mut plant, 91, &released("10:00")).unwrap();
    assert!(!holds(&plant, "R") && !holds(&plant, "B"));
}

#[test]
fn a_lot_of_two_orders_is_held_until_both_have_named_its_operation() {
    let mut facts: Vec<Fact> = order("O").into();
    facts.extend(order("P"));
    facts.extend([
        started("O", "10", "SAW", "06:00"),
        started("P", "10", "SAW", "08:00"),
        received("O", "L", "06:20"),
        received("P", "L", "08:20"),
        held("SAW", "07:50", "08:30"),
    ]);
    let order: Vec<usize> = (0..facts.len()).collect();
    let mut plant = tell_all(&facts, &order);
    let from = |plant: &Plant| {
        let lot = plant.lot(&"L".parse().unwrap()).unwrap();
        lot.reach_of(&"H".parse().unwrap())
            .map(|reach| reach.from.to_string())
    };
    assert_eq!(from(&plant), Some("Order P".to_owned()));
    tell(&mut plant, 90, &reported("O", "06:10", json!(["L"]))).unwrap();
    assert_eq!(from(&plant), Some("Order P".to_owned()));
    tell(&mut plant, 91, &reported("P", "09:00", json!(["L"]))).unwrap();
    assert_eq!(from(&plant), None);
    assert!(
        holds(&plant, "L"),
        "P made it until 09:00, from the start of that report on"
    );
}

#[test]
fn a_hold_that_does_not_go_on_stands_on_what_is_presumed_and_on_nothing_made_from_it() {
    let mut facts: Vec<Fact> = order("O").into();
    let (name, at, mut data) = held("SAW", "05:00", "09:00");
    data["propagate"] = json!(false);
    facts.extend([
        started("O", "10", "SAW", "06:00"),
        received("O", "L", "06:20"),
        used("L", "K", "07:00", None),
        (name, at, data),
    ]);
    let order: Vec<usize> = (0..facts.len()).collect();
    let mut plant = tell_all(&facts, &order);
    assert!(holds(&plant, "L") && !holds(&plant, "K"));
    let both = json!({"inputs": parts(&[("L", "1")]),
        "outputs": [{"lot": "Q", "material": "M", "quantity": q("1")}]});
    let early = ("lot.transformed", "06:30", both);
    tell(&mut plant, 90, &early).unwrap();
    assert!(!holds(&plant, "Q"));
}

#[test]
fn presumed_lots_are_known_after_a_snapshot() {
    use twin_model::wire::snapshot::StoredPlant;
    let facts = [
        started("O", "10", "SAW", "06:00"),
        received("O", "L", "07:05"),
    ];
    let mut plant = tell_all(
        &order("O").into_iter().chain(facts).collect::<Vec<_>>(),
        &[0, 1, 2, 3],
    );
    let bytes = postcard::to_stdvec(&StoredPlant::from(&plant)).unwrap();
    let mut back = Plant::try_from(postcard::from_bytes::<StoredPlant>(&bytes).unwrap()).unwrap();
    for plant in [&mut plant, &mut back] {
        tell(plant, 90, &held("SAW", "05:30", "06:30")).unwrap();
        assert!(holds(plant, "L"));
    }
    assert_eq!(back.state_hash(), plant.state_hash());
}

/// An order that was at SAW from 06:00 to 08:00, in a plant whose processes block what is held.
fn asking(systems: Value) -> Story {
    let mut story = Story::with_rules(json!([{"kind": "hold", "systems": systems}]));
    for fact in order("O") {
        told(&mut story, &fact);
    }
    told(&mut story, &started("O", "10", "SAW", "06:00"));
    told(&mut story, &reported("O", "08:00", json!([])));
    story
}

fn told(story: &mut Story, (name, at, data): &Fact) {
    story.ok("/s", name, at, data.clone());
}

/// Another order, whose work at SAW is within the window, receives the lot too.
fn received_by_another(story: &mut Story, id: &str, lot: &str) {
    for fact in order(id) {
        told(story, &fact);
    }
    told(story, &started(id, "10", "SAW", "08:00"));
    told(story, &received(id, lot, "08:20"));
}

fn publish(story: &mut Story, version: u64, at: &str, processes: Value) {
    let data = json!({"version": version, "processes": processes});
    story.ok("/twin", "process_rules.published", at, data);
}

/// Everybody does what he is asked.
fn all_acknowledge(story: &mut Story) -> Vec<Sent> {
    let sent = story.news();
    for command in &sent {
        let source = format!("/{}", command.to.as_str());
        story.acknowledge(&source, "09:40", &command.id, "ok");
    }
    sent
}

const PROCESS: &str = "hold/H";

fn blocked(story: &Story) -> Vec<String> {
    let told = story.told(PROCESS).into_iter();
    told.map(|(lane, words)| format!("{lane}: {words}"))
        .collect()
}

#[test]
fn what_a_hold_no_longer_reaches_stays_blocked_until_its_release_and_all_ends_the_same() {
    let facts = [
        received("O", "L", "06:20"),
        held("SAW", "07:50", "08:30"),
        reported("O", "06:10", json!(["L"])),
    ];
    let mut ends: Option<Story> = None;
    let mut was_blocked = 0;
    for order in permutations(facts.len()) {
        let mut story = asking(json!(["wms", "mes", "erp"]));
        for number in &order {
            told(&mut story, &facts[*number]);
            all_acknowledge(&mut story);
        }
        assert!(!holds(&story.plant, "L"), "{order:?}");
        assert_eq!(story.state(PROCESS), ProcessState::Settled, "{order:?}");
        assert_eq!(blocked(&story).len(), 3, "{order:?}");
        was_blocked += usize::from(blocked(&story)[0] == "erp: blocked, 1 lot");
        story.restored();
        if let Some(ends) = &ends {
            let hash = ends.plant.state_hash();
            assert_eq!(story.plant.state_hash(), hash, "{order:?}");
        }
        ends.get_or_insert(story);
    }
    assert_eq!(
        was_blocked, 2,
        "where the hold reached it before its operation was named"
    );

    let mut story = ends.unwrap();
    told(&mut story, &released("10:00"));
    let sent = all_acknowledge(&mut story);
    let released: Vec<&str> = sent.iter().map(|sent| sent.type_name).collect();
    assert_eq!(released, ["mfg.hold.release_requested.v1"; 3]);
    assert_eq!(blocked(&story), [""; 0]);
}

#[test]
fn a_lot_that_a_hold_reaches_again_is_blocked_already() {
    let mut story = asking(json!(["wms"]));
    told(&mut story, &received("O", "L", "06:20"));
    told(&mut story, &held("SAW", "07:50", "08:30"));
    assert_eq!(all_acknowledge(&mut story)[0].data["lots"], json!(["L"]));
    told(&mut story, &reported("O", "06:10", json!(["L"])));
    assert!(!holds(&story.plant, "L"));
    received_by_another(&mut story, "P", "L");
    assert!(holds(&story.plant, "L"));
    assert_eq!(story.news(), [], "the warehouse has never let it go");
    assert_eq!(blocked(&story), ["wms: blocked, 1 lot"]);
    told(&mut story, &received("O", "N", "08:05"));
    assert_eq!(all_acknowledge(&mut story)[0].data["lots"], json!(["N"]));
    assert_eq!(blocked(&story), ["wms: blocked, 2 lots"]);
    story.restored();
}

#[test]
fn a_lot_that_a_hold_no_longer_reaches_before_anybody_is_told_is_blocked_nowhere() {
    let mut story = asking(json!(["wms"]));
    told(&mut story, &received("O", "L", "06:20"));
    told(&mut story, &held("SAW", "07:50", "08:30"));
    let first = story.only();
    told(&mut story, &received("O", "R", "06:25"));
    told(&mut story, &received("O", "N", "06:30"));
    assert!(holds(&story.plant, "R"));
    assert_eq!(story.news(), [], "one command at a time");
    // Both leave the hold: L is under way to the warehouse, R is not.
    told(&mut story, &reported("O", "06:15", json!(["L", "R"])));
    assert!(!holds(&story.plant, "L") && !holds(&story.plant, "R"));
    story.acknowledge("/wms", "09:41", &first.id, "ok");
    let second = story.only();
    assert_eq!(second.data["lots"], json!(["N"]));
    story.acknowledge("/wms", "09:42", &second.id, "ok");
    assert_eq!(blocked(&story), ["wms: blocked, 2 lots"]);
    assert_eq!(story.news(), []);
    received_by_another(&mut story, "P", "R");
    assert_eq!(all_acknowledge(&mut story)[0].data["lots"], json!(["R"]));
    assert_eq!(blocked(&story), ["wms: blocked, 3 lots"]);
}

#[test]
fn a_lot_that_left_a_hold_while_its_kind_was_off_is_not_blocked_when_it_is_on_again() {
    let mut story = asking(json!(["wms"]));
    told(&mut story, &received("O", "L", "06:20"));
    told(&mut story, &held("SAW", "07:50", "08:30"));
    let first = story.only();
    told(&mut story, &received("O", "R", "06:25"));
    publish(&mut story, 2, "09:41", json!([]));
    told(&mut story, &reported("O", "06:15", json!(["L", "R"])));
    let rules = json!([{"kind": "hold", "systems": ["wms"], "from": "2026-03-01T05:00:00Z"}]);
    publish(&mut story, 3, "09:42", rules);
    assert_eq!(story.news(), []);
    story.acknowledge("/wms", "09:43", &first.id, "ok");
    assert_eq!(story.news(), [], "nothing is held any more");
    assert_eq!(blocked(&story), ["wms: blocked, 1 lot"]);
    story.restored();
}
