//! What a source takes back of what it has said: exactly, or by a person; in any order.

use serde_json::{Value, json};
use twin_model::wire::{decode, encode};
use twin_model::{Code, Kind, Notice, Plant, Rejection, Time, Turn, Usage};

struct Story(Plant);

fn time(at: &str) -> Time {
    format!("2026-03-01T{at}:00Z").parse().unwrap()
}

fn q(value: &str) -> Value {
    json!({"value": value, "unit": "H87"})
}

impl Story {
    fn new() -> Story {
        Story(Plant::new("P1".parse().unwrap()))
    }

    /// An order over 10 pieces with two operations, and lot L of 100 pieces in inspection.
    fn with_an_order() -> Story {
        let mut story = Story::new();
        story.ok(
            "/erp",
            "c",
            "work_order.created",
            "06:00",
            json!({"order": "WO", "material": "M", "quantity": q("10")}),
        );
        story.ok(
            "/erp",
            "r",
            "work_order.released",
            "06:00",
            json!({"order": "WO", "operations": [
                {"op": "10"}, {"op": "20", "predecessors": ["10"], "delivers": true}]}),
        );
        let data = json!({"lot": "L", "material": "RAW", "quantity": q("100"),
            "usage": "quality_inspection"});
        story.ok("/wms", "l", "lot.created", "06:00", data);
        story
    }

    fn tell(
        &mut self,
        source: &str,
        id: &str,
        name: &str,
        at: &str,
        data: &Value,
    ) -> Result<Turn, Rejection> {
        let text = json!({"specversion": "1.0", "id": id, "source": source, "plant": "P1",
            "type": format!("mfg.{name}.v1"), "time": time(at), "data": data});
        let event = decode(text.to_string().as_bytes()).unwrap_or_else(|e| panic!("{text}: {e:?}"));
        assert_eq!(decode(encode(&event).as_bytes()).unwrap(), event);
        let before = self.0.state_hash();
        let outcome = self.0.apply(&event);
        if outcome.is_err() {
            assert_eq!(self.0.state_hash(), before, "a rejection changes nothing");
        }
        assert_eq!(self.0.breaches(), []);
        outcome
    }

    fn ok(&mut self, source: &str, id: &str, name: &str, at: &str, data: Value) -> Turn {
        self.tell(source, id, name, at, &data)
            .unwrap_or_else(|e| panic!("{name} {data}: {e}"))
    }

    fn report(&mut self, id: &str, at: &str, good: &str) {
        let data = json!({"order": "WO", "op": "10", "unit": "H87", "good": good});
        self.ok("/mes", id, "operation.progressed", at, data);
    }

    fn retract(
        &mut self,
        id: &str,
        object: Value,
        what: &str,
        event: &str,
    ) -> Result<Turn, Rejection> {
        let source = match what {
            "operation.progressed" | "operation.completed" | "material.consumed" => "/mes",
            _ => "/wms",
        };
        let data = json!({"object": object, "type": format!("mfg.{what}.v1"), "event": event,
            "reason": "did_not_occur", "note": "wrong order"});
        self.tell(source, id, "event.retracted", "12:00", &data)
    }

    fn good(&self) -> String {
        let order = self.0.work_order(&"WO".parse().unwrap()).unwrap();
        order.operations()[0].good().normalize().to_string()
    }
}

fn order() -> Value {
    json!({"kind": "work_order", "id": "WO"})
}

fn lot() -> Value {
    json!({"kind": "lot", "id": "L"})
}

#[test]
fn a_report_that_is_retracted_is_as_if_it_had_not_been_and_the_order_is_recomputed() {
    let mut story = Story::with_an_order();
    story.report("e1", "08:00", "3");
    story.report("e2", "09:00", "4");
    let turn = story
        .retract("x1", order(), "operation.progressed", "e1")
        .unwrap();
    assert_eq!(story.good(), "4");
    let told = turn.notices.iter().find_map(|notice| match notice {
        Notice::Corrected { text, from, .. } => Some((text.clone(), *from)),
        _ => None,
    });
    let (text, from) = told.unwrap();
    assert_eq!(from, time("08:00"), "from the corrected time on");
    assert!(text.contains("did_not_occur: wrong order"), "{text}");
    let again = story.retract("x2", order(), "operation.progressed", "e1");
    assert_eq!(again.unwrap_err().code(), Code::R29, "once");
}

#[test]
fn a_movement_that_is_retracted_leaves_the_accounts_and_the_lot_as_they_were() {
    let mut story = Story::with_an_order();
    let hash = story.0.state_hash();
    let data = json!({"order": "WO", "material": "RAW", "lot": "L", "quantity": q("5")});
    story.ok("/wms", "m1", "material.issued", "08:00", data);
    let id = "L".parse().unwrap();
    assert_eq!(story.0.lot(&id).unwrap().on_hand().to_string(), "95");
    assert_ne!(story.0.state_hash(), hash);
    story
        .retract("x1", order(), "material.issued", "m1")
        .unwrap();
    assert_eq!(
        story.0.lot(&id).unwrap().on_hand().normalize().to_string(),
        "100"
    );
    let order = story.0.work_order(&"WO".parse().unwrap()).unwrap();
    assert!(
        order
            .movement_list()
            .iter()
            .all(|movement| !movement.stands())
    );
}

#[test]
fn a_posting_of_usage_status_that_is_retracted_gives_the_status_back() {
    let mut story = Story::with_an_order();
    let data = json!({"lot": "L", "quantity": q("60"), "from": "quality_inspection",
        "to": "unrestricted", "movement_type": "321"});
    let before = story.0.state_hash();
    story.ok("/wms", "s1", "stock.status_changed", "08:00", data);
    let id = "L".parse().unwrap();
    assert_eq!(story.0.lot(&id).unwrap().unrestricted().to_string(), "60");
    let turn = story
        .retract("x1", lot(), "stock.status_changed", "s1")
        .unwrap();
    assert_eq!(story.0.lot(&id).unwrap().unrestricted().to_string(), "0");
    assert_eq!(story.0.lot(&id).unwrap().usage(), Usage::QualityInspection);
    assert_eq!(story.0.state_hash(), before, "nothing of it is left");
    assert!(
        turn.notices
            .iter()
            .any(|notice| matches!(notice, Notice::Corrected { .. }))
    );
}

#[test]
fn a_count_that_is_retracted_gives_back_what_it_took_and_takes_only_what_is_there() {
    let mut story = Story::with_an_order();
    let before = story.0.state_hash();
    let count = |counted: &str| json!({"lot": "L", "counted": q(counted), "booked": q("100"), "reason": "count"});
    let on_hand = |story: &Story| {
        let lot = story.0.lot(&"L".parse().unwrap()).unwrap();
        lot.on_hand().normalize().to_string()
    };
    story.ok("/wms", "n1", "stock.adjusted", "08:00", count("70"));
    story.ok("/wms", "n2", "stock.adjusted", "09:00", count("105"));
    assert_eq!(on_hand(&story), "75");
    let turn = story.retract("x1", lot(), "stock.adjusted", "n1").unwrap();
    assert_eq!(on_hand(&story), "105");
    assert!(
        turn.notices.iter().any(
            |notice| matches!(notice, Notice::Corrected { from, .. } if *from == time("08:00"))
        )
    );
    let issued = json!({"order": "WO", "material": "RAW", "lot": "L", "quantity": q("103")});
    story.ok("/wms", "m1", "material.issued", "10:00", issued);
    let waits = story
        .retract("x2", lot(), "stock.adjusted", "n2")
        .unwrap_err();
    assert_eq!((waits.code(), waits.kind()), (Code::R17, Kind::Park));
    story
        .retract("x3", order(), "material.issued", "m1")
        .unwrap();
    story.retract("x2", lot(), "stock.adjusted", "n2").unwrap();
    assert_eq!(on_hand(&story), "100");
    let mut taken_back = Story::with_an_order();
    let issued = json!({"order": "WO", "material": "RAW", "lot": "L", "quantity": q("103")});
    taken_back.ok("/wms", "n2", "stock.adjusted", "09:00", count("105"));
    taken_back.ok("/wms", "m1", "material.issued", "10:00", issued);
    taken_back
        .retract("x3", order(), "material.issued", "m1")
        .unwrap();
    taken_back
        .retract("x2", lot(), "stock.adjusted", "n2")
        .unwrap();
    assert_eq!(story.0.state_hash(), taken_back.0.state_hash());
    let mut only = Story::with_an_order();
    only.ok("/wms", "n1", "stock.adjusted", "08:00", count("70"));
    only.retract("x1", lot(), "stock.adjusted", "n1").unwrap();
    assert_eq!(only.0.state_hash(), before, "nothing of it is left");
}

#[test]
fn a_retraction_that_is_quicker_than_its_event_waits_for_it() {
    let mut story = Story::with_an_order();
    for (object, what, event, code) in [
        (order(), "operation.progressed", "e1", Code::R01),
        (order(), "material.issued", "m1", Code::R01),
        (lot(), "stock.status_changed", "s1", Code::R46),
        (
            json!({"kind": "lot", "id": "UNKNOWN"}),
            "stock.status_changed",
            "s1",
            Code::R01,
        ),
    ] {
        let waits = story.retract("x", object.clone(), what, event).unwrap_err();
        assert_eq!(waits.kind(), Kind::Park, "{what}: {waits}");
        assert_eq!(waits.code(), code, "{what}: {waits}");
        let id = object["id"].as_str().unwrap();
        assert_eq!(
            waits.waits_for().unwrap().id(),
            id,
            "so that it is tried again"
        );
    }
    story.report("e1", "08:00", "3");
    story
        .retract("x", order(), "operation.progressed", "e1")
        .unwrap();
    assert_eq!(story.good(), "0");
}

#[test]
fn what_others_may_have_followed_is_put_before_a_person_and_changes_nothing() {
    let mut story = Story::with_an_order();
    for (object, what, event) in [
        (lot(), "lot.created", "l"),
        (order(), "work_order.released", "r"),
        (json!({"kind": "hold", "id": "H"}), "hold.placed", "h"),
        (
            json!({"kind": "logistic_unit", "id": "PAL-1"}),
            "lot.packed",
            "p",
        ),
    ] {
        let person = story.retract("x", object, what, event).unwrap_err();
        assert_eq!((person.code(), person.kind()), (Code::R69, Kind::Exception));
        let text = person.to_string();
        assert!(text.contains(&format!("mfg.{what}.v1")), "{text}");
        assert!(text.contains("did_not_occur"), "{text}");
    }
}

#[test]
fn a_closed_order_is_corrected_by_a_person() {
    let mut story = Story::with_an_order();
    let done = |op: &str| json!({"order": "WO", "op": op, "unit": "H87", "good": "10"});
    story.ok("/mes", "e1", "operation.completed", "08:00", done("10"));
    story.ok("/mes", "e2", "operation.completed", "09:00", done("20"));
    story.ok(
        "/erp",
        "k",
        "work_order.closed",
        "10:00",
        json!({"order": "WO"}),
    );
    let person = story.retract("x", order(), "operation.completed", "e1");
    let person = person.unwrap_err();
    assert_eq!((person.code(), person.kind()), (Code::R30, Kind::Exception));
    assert_eq!(story.good(), "10");
}

#[test]
fn who_does_not_own_what_was_said_takes_nothing_back() {
    let mut story = Story::with_an_order();
    story.report("e1", "08:00", "3");
    let data = json!({"object": order(), "type": "mfg.operation.progressed.v1", "event": "e1",
        "event_source": "/mes", "reason": "incorrect_data", "corrected_by": ["e9"]});
    let turn = story
        .tell("/wms", "x", "event.retracted", "12:00", &data)
        .unwrap();
    assert_eq!(story.good(), "3", "the MES owns it");
    assert!(turn.notices.iter().any(
        |notice| matches!(notice, Notice::DiscrepancyFound { code, .. } if *code == Code::R31)
    ));
    story
        .tell("/mes", "y", "event.retracted", "12:10", &data)
        .unwrap();
    assert_eq!(story.good(), "0");
}

#[test]
fn a_retraction_that_cannot_be_meant_is_unreadable() {
    for (object, what, path) in [
        (lot(), "mfg.operation.progressed.v1", "$.data.object"),
        (order(), "mfg.operation.danced.v1", "$.data.type"),
        (order(), "mfg.ownership.published.v1", "$.data.type"),
        (order(), "mfg.event.retracted.v1", "$.data.type"),
    ] {
        let text = json!({"specversion": "1.0", "id": "x", "source": "/mes", "plant": "P1",
            "type": "mfg.event.retracted.v1", "time": "2026-03-01T08:00:00Z",
            "data": {"object": object, "type": what, "event": "e", "reason": "did_not_occur"}});
        let error = decode(text.to_string().as_bytes()).unwrap_err().rejection;
        assert_eq!(error.code(), Code::R34, "{what}");
        assert!(error.to_string().contains(path), "{error}");
    }
}

/// Every type of event but tables, answers and retractions names the kind of its object.
#[test]
fn every_event_of_an_object_can_be_named_by_a_retraction() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/events.md");
    let page = std::fs::read_to_string(page).unwrap();
    let mut named = 0;
    for section in page.split("\n### mfg.").skip(1) {
        let (_, rest) = section.split_once("```json\n").unwrap();
        let (example, _) = rest.split_once("```").unwrap();
        let event = decode(example.as_bytes()).unwrap();
        let (what, owner) = (event.body.type_name(), event.body.owner());
        let text = json!({"specversion": "1.0", "id": "x", "source": "/mes", "plant": "P1",
            "type": "mfg.event.retracted.v1", "time": "2026-03-01T08:00:00Z",
            "data": {"object": {"kind": owner.kind().as_str(), "id": owner.id()}, "type": what,
                "event": "e", "reason": "did_not_occur"}});
        let retraction = decode(text.to_string().as_bytes());
        let of_the_plant = ["ownership", "process", "process_rules"];
        if of_the_plant.contains(&owner.kind().as_str()) || what == "mfg.event.retracted.v1" {
            assert!(retraction.is_err(), "{what}");
        } else {
            assert_eq!(retraction.unwrap().body.owner(), owner, "{what}");
            named += 1;
        }
    }
    assert!(named > 50, "{named}");
}

/// Reports, movements, postings and their retractions, in any order of arrival: what waits is
/// tried again after every event.
#[test]
fn the_order_of_arrival_does_not_show_in_the_end() {
    type Step = (&'static str, &'static str, &'static str, Value);
    let taken_back = |object: Value, what: &str, event: &str| {
        json!({"object": object, "type": format!("mfg.{what}.v1"), "event": event,
            "reason": "incorrect_data"})
    };
    let report = |good: &str| json!({"order": "WO", "op": "10", "unit": "H87", "good": good});
    let issued = json!({"order": "WO", "material": "RAW", "lot": "L", "quantity": q("5")});
    let posted = json!({"lot": "L", "quantity": q("60"), "from": "quality_inspection",
        "to": "unrestricted"});
    let steps: Vec<Step> = vec![
        ("/mes", "e1", "operation.progressed", report("3")),
        ("/mes", "e2", "operation.progressed", report("4")),
        ("/wms", "m1", "material.issued", issued),
        ("/wms", "s1", "stock.status_changed", posted),
        (
            "/mes",
            "x1",
            "event.retracted",
            taken_back(order(), "operation.progressed", "e1"),
        ),
        (
            "/wms",
            "x2",
            "event.retracted",
            taken_back(order(), "material.issued", "m1"),
        ),
        (
            "/wms",
            "x3",
            "event.retracted",
            taken_back(lot(), "stock.status_changed", "s1"),
        ),
    ];
    let mut ends = Vec::new();
    for seed in 0..200_u64 {
        let mut order: Vec<usize> = (0..steps.len()).collect();
        let mut state = seed;
        for place in (1..order.len()).rev() {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let bound = u64::try_from(place + 1).unwrap();
            order.swap(place, usize::try_from((state >> 33) % bound).unwrap());
        }
        let mut story = Story::with_an_order();
        let mut waiting: Vec<usize> = Vec::new();
        for next in order {
            waiting.push(next);
            loop {
                let before = waiting.len();
                waiting.retain(|n| {
                    let (source, id, name, data) = &steps[*n];
                    let outcome = story.tell(source, id, name, "08:00", data);
                    if let Err(rejection) = &outcome {
                        assert_eq!(rejection.kind(), Kind::Park, "seed {seed}: {rejection}");
                    }
                    outcome.is_err()
                });
                if waiting.len() == before {
                    break;
                }
            }
        }
        assert!(waiting.is_empty(), "seed {seed}");
        ends.push(story.0.state_hash());
    }
    ends.dedup();
    assert_eq!(ends.len(), 1);
}
