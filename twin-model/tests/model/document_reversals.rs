//! What is taken back by its document, whatever comes first: reports, and movements.

use serde_json::{Value, json};
use twin_model::wire::{self, snapshot::StoredPlant};
use twin_model::{Code, DOCUMENT_REVERSALS_PER_ORDER_MAX, Decimal, Event, Kind, Plant};

use crate::order_story::{Story, corrections, release, report, say};

/// An event of order WO: id, source, name, time of the day, data.
pub(crate) type Fact = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    Value,
);

pub(crate) fn event((id, source, name, at, data): Fact) -> Event {
    let mut data = data;
    if name != "lot.created" {
        data["order"] = json!("WO");
    }
    let text = json!({"specversion": "1.0", "id": id, "source": source, "plant": "P1",
        "type": format!("mfg.{name}.v1"), "time": format!("2026-03-01T{at}:00Z"), "data": data});
    wire::decode(text.to_string().as_bytes()).unwrap_or_else(|e| panic!("{text}: {e:?}"))
}

/// A released order, and a lot of steel.
pub(crate) fn base() -> Plant {
    let mut plant = Plant::new("P1".parse().unwrap());
    let steel = json!({"value": "100", "unit": "KGM"});
    let (_, _, released) = release("06:01");
    for fact in [
        (
            "o1",
            "/erp",
            "work_order.created",
            "06:00",
            json!({"material": "M", "quantity": {"value": "10", "unit": "H87"}}),
        ),
        ("o2", "/erp", "work_order.released", "06:01", released),
        (
            "o3",
            "/wms",
            "lot.created",
            "06:02",
            json!({"lot": "STEEL", "material": "RAW", "quantity": steel}),
        ),
    ] {
        plant.apply(&event(fact)).unwrap();
    }
    plant
}

/// Tells the facts in every order of arrival; what waits is tried again after each that is taken.
/// Everything is taken in the end, and the end is one.
pub(crate) fn in_every_order(facts: &[Fact]) -> Plant {
    let events: Vec<Event> = facts.iter().cloned().map(event).collect();
    let mut end: Option<Plant> = None;
    let mut arrival: Vec<usize> = (0..events.len()).collect();
    let mut arrivals = 0;
    loop {
        let mut plant = base();
        let mut waiting: Vec<&Event> = Vec::new();
        for n in &arrival {
            waiting.push(&events[*n]);
            loop {
                let still = waiting.len();
                waiting.retain(|event| match plant.apply(event) {
                    Ok(_) => false,
                    Err(rejection) => {
                        assert_eq!(rejection.kind(), Kind::Park, "{arrival:?}: {rejection}");
                        true
                    }
                });
                if waiting.len() == still {
                    break;
                }
            }
        }
        assert_eq!(waiting, Vec::<&Event>::new(), "{arrival:?}");
        assert_eq!(plant.breaches(), [], "{arrival:?}");
        let stored = Plant::try_from(StoredPlant::from(&plant)).unwrap();
        assert_eq!(stored.state_hash(), plant.state_hash(), "{arrival:?}");
        match &end {
            Some(end) => assert_eq!(end.state_hash(), plant.state_hash(), "{arrival:?}"),
            None => end = Some(plant),
        }
        arrivals += 1;
        if !next_permutation(&mut arrival) {
            break;
        }
    }
    assert_eq!(arrivals, (1..=events.len()).product::<usize>());
    end.unwrap()
}

/// The next one in the order of a dictionary; false after the last.
fn next_permutation(of: &mut [usize]) -> bool {
    let Some(place) = of.windows(2).rposition(|pair| pair[0] < pair[1]) else {
        return false;
    };
    let next = of.iter().rposition(|n| *n > of[place]).unwrap();
    of.swap(place, next);
    of[place + 1..].reverse();
    true
}

pub(crate) fn good(op: &'static str, good: &str, document: &str) -> Value {
    json!({"op": op, "unit": "H87", "good": good, "document": document})
}

pub(crate) fn back(document: &str) -> Value {
    json!({"document": document, "reason": "wrong order"})
}

#[test]
fn reports_of_a_document_and_its_reversals_end_in_one_state_whatever_came_first() {
    let plant = in_every_order(&[
        (
            "a",
            "/mes",
            "operation.progressed",
            "07:00",
            good("10", "4", "C"),
        ),
        (
            "b",
            "/terminal",
            "operation.progressed",
            "07:30",
            good("10", "3", "C"),
        ),
        (
            "e",
            "/mes",
            "confirmation.reversed",
            "07:45",
            json!({"event": "a", "reason": "counted twice"}),
        ),
        ("r", "/erp", "confirmation.reversed", "08:00", back("C")),
        (
            "c",
            "/mes",
            "operation.progressed",
            "08:30",
            good("10", "2", "C"),
        ),
        ("s", "/mes", "confirmation.reversed", "09:00", back("C")),
    ]);
    let order = plant.work_order(&"WO".parse().unwrap()).unwrap();
    assert_eq!(order.operations()[0].good(), 0.into());
    assert_eq!(order.operations()[0].reports(), 0);
    let stored = serde_json::to_value(StoredPlant::from(&plant)).unwrap();
    let text = stored.to_string();
    for (report, by) in [("a", "e"), ("b", "r"), ("c", "s")] {
        let by = format!(r#""by":"{by}""#);
        assert!(text.contains(&by), "{report} was taken back {by}: {text}");
    }
}

#[test]
fn standstills_and_their_start_end_in_one_state_whatever_came_first() {
    let stop = |why: &str| json!({"op": "10", "reason": why});
    let plant = in_every_order(&[
        (
            "a",
            "/mes",
            "operation.started",
            "07:00",
            json!({"op": "10", "work_center": "SAW"}),
        ),
        (
            "i",
            "/machine",
            "operation.interrupted",
            "07:10",
            stop("blade"),
        ),
        (
            "r",
            "/terminal",
            "operation.resumed",
            "07:20",
            json!({"op": "10"}),
        ),
        (
            "j",
            "/gateway",
            "operation.interrupted",
            "07:30",
            stop("steel"),
        ),
    ]);
    let order = plant.work_order(&"WO".parse().unwrap()).unwrap();
    assert_eq!(order.operations()[0].standstill().unwrap().reason, "steel");
    // A report that is taken back was there when the operation stood still.
    let report = json!({"op": "10", "unit": "H87", "good": "1"});
    let back = json!({"event": "p", "event_source": "/mes", "reason": "twice"});
    let plant = in_every_order(&[
        ("p", "/mes", "operation.progressed", "07:00", report),
        (
            "i",
            "/machine",
            "operation.interrupted",
            "07:00",
            stop("blade"),
        ),
        ("b", "/erp", "confirmation.reversed", "07:20", back),
    ]);
    let order = plant.work_order(&"WO".parse().unwrap()).unwrap();
    assert_eq!(order.operations()[0].started_at(), None);
}

#[test]
fn movements_of_a_document_and_its_reversals_end_in_one_state_whatever_came_first() {
    let issue = |quantity: &str| {
        json!({"material": "RAW", "lot": "STEEL", "document": "D",
            "quantity": {"value": quantity, "unit": "KGM"}})
    };
    let received = json!({"lot": "L", "document": "D",
        "quantity": {"value": "2", "unit": "H87"}});
    let plant = in_every_order(&[
        ("a", "/wms", "material.issued", "07:00", issue("4")),
        ("b", "/wms", "material.issued", "07:30", issue("3")),
        ("l", "/wms", "goods.received", "07:40", received),
        ("r", "/desk", "movement.reversed", "08:00", back("D")),
        ("c", "/wms", "material.issued", "08:01", issue("2")),
    ]);
    let order = plant.work_order(&"WO".parse().unwrap()).unwrap();
    let standing = order.movement_list().iter().filter(|known| known.stands());
    assert_eq!(standing.count(), 1);
    assert_eq!(order.received(), Decimal::ZERO);
    let lot = |id: &str| plant.lot(&id.parse().unwrap()).unwrap().on_hand();
    assert_eq!((lot("STEEL"), lot("L")), (98.into(), 0.into()));
}

#[test]
fn a_report_that_comes_after_the_reversal_of_its_document_is_taken_back_at_once() {
    let with = |op: &str, made: &str, at: &'static str| {
        let (name, at, mut data) = report(op, made, at);
        data["document"] = json!("C");
        (name, at, data)
    };
    let reversed = |at: &'static str, op: Option<&str>| {
        let body = json!({"document": "C", "reason": "wrong order", "op": op});
        say("confirmation.reversed", at, body)
    };
    let mut story = Story::released();
    story.ok(with("10", "4", "07:00"));
    story.ok(reversed("08:00", Some("10")));
    let by = story.last_id();
    let late = story.ok(with("10", "3", "08:00"));
    assert_eq!(story.op("10").good(), 0.into(), "of that very moment");
    assert_eq!(story.op("10").reports(), 0);
    assert_eq!(
        corrections(&late)[0].1,
        "Confirmation C of 3 H87 on operation 10 of order WO was reversed (wrong order); the order \
         was recomputed from 2026-03-01T08:00:00Z."
    );
    let again = story.tell(reversed("08:00", Some("10"))).unwrap_err();
    assert_eq!((again.code(), again.kind()), (Code::R29, Kind::Refuse));
    assert!(again.to_string().contains(&by), "{again}");
    assert_eq!(corrections(&story.ok(with("10", "3", "08:01"))), []);
    assert_eq!(story.op("10").good(), 3.into(), "made since");
    story.ok(with("20", "2", "07:50"));
    assert_eq!(
        story.op("20").good(),
        2.into(),
        "only operation 10 was meant"
    );
    let both = story.ok(reversed("08:10", None));
    assert_eq!(
        corrections(&both)[0].1,
        "Confirmation C (2 reports) of 5 H87 on operations 10, 20 of order WO was reversed (wrong \
         order); the order was recomputed from 2026-03-01T07:50:00Z."
    );
    assert_eq!(corrections(&both).len(), 1, "one word on all of them");
    let nothing = story.ok(reversed("08:20", Some("10")));
    assert_eq!(corrections(&nothing), [], "nothing stood");
    story.ok(with("10", "1", "08:15"));
    assert_eq!(story.op("10").good(), 0.into(), "it meant what came late");
    story.ok(with("20", "1", "08:15"));
    assert_eq!(story.op("20").good(), 1.into(), "and only of operation 10");
    story.ok(reversed("08:20", None));
    assert_eq!(
        story.meets(reversed("08:20", Some("20"))),
        (Code::R29, Kind::Refuse),
        "all of that moment includes operation 20"
    );
}

#[test]
fn what_goes_at_once_can_neither_be_too_much_nor_complete_twice() {
    let mut story = Story::released();
    let of = |(name, at, mut data): crate::order_story::Told| {
        data["document"] = json!("C");
        (name, at, data)
    };
    story.ok(of(report("20", "1", "07:00")));
    story.ok(say("confirmation.reversed", "08:00", back("C")));
    story.ok(report("20", "11", "08:10"));
    assert_eq!(
        story.meets(report("20", "1", "07:30")),
        (Code::R04, Kind::Refuse)
    );
    story.ok(of(report("20", "1", "07:30")));
    story.ok(crate::order_story::complete("20", "0", "08:20"));
    let twice = crate::order_story::complete("20", "1", "07:40");
    assert_eq!(story.meets(twice.clone()), (Code::R02, Kind::Refuse));
    story.ok(of(twice));
    assert_eq!(story.op("20").good(), 11.into());
    assert_eq!(story.order().delivered(), 11.into());
}

#[test]
fn a_movement_that_comes_after_the_reversal_of_its_document_is_taken_back_at_once() {
    let mut plant = base();
    let moved = |id, name, at, quantity: &str, document: &str| {
        let lot = if name == "goods.received" {
            "L"
        } else {
            "STEEL"
        };
        let (material, unit) = match lot {
            "L" => ("M", "H87"),
            _ => ("RAW", "KGM"),
        };
        event((
            id,
            "/wms",
            name,
            at,
            json!({"material": material, "lot": lot, "document": document,
                "quantity": {"value": quantity, "unit": unit}}),
        ))
    };
    let reversed = |id, at| event((id, "/desk", "movement.reversed", at, back("D")));
    plant
        .apply(&moved("a", "material.issued", "07:00", "60", "D"))
        .unwrap();
    plant.apply(&reversed("r", "08:00")).unwrap();
    // 100 are there: 150 can only be issued because they come back in the same moment.
    let turn = plant
        .apply(&moved("b", "material.issued", "08:00", "150", "D"))
        .unwrap();
    assert_eq!(
        corrections(&turn)[0].1,
        "Movement D of order WO (150 KGM of RAW) was taken back (wrong order); the accounts were \
         recomputed from 2026-03-01T08:00:00Z."
    );
    let too_much = moved("c", "material.issued", "08:01", "150", "D");
    assert_eq!(plant.apply(&too_much).unwrap_err().code(), Code::R17);
    plant
        .apply(&moved("d", "goods.received", "07:10", "11", "D"))
        .unwrap();
    let over = moved("e", "goods.received", "08:01", "11", "D");
    assert_eq!(plant.apply(&over).unwrap_err().code(), Code::R04);
    plant
        .apply(&moved("f", "material.returned", "07:20", "5", "D"))
        .unwrap();
    let unissued = moved("g", "material.returned", "07:20", "5", "E");
    assert_eq!(plant.apply(&unissued).unwrap_err().code(), Code::R17);
    let again = plant.apply(&reversed("s", "08:00")).unwrap_err();
    assert_eq!((again.code(), again.kind()), (Code::R29, Kind::Refuse));
    plant.apply(&reversed("t", "08:05")).unwrap();
    plant
        .apply(&moved("h", "material.issued", "08:05", "1", "D"))
        .unwrap();
    let lot = |id: &str| plant.lot(&id.parse().unwrap()).unwrap().on_hand();
    assert_eq!(
        (lot("STEEL"), lot("L")),
        (100.into(), 0.into()),
        "nothing stands"
    );
}

#[test]
fn so_many_documents_of_an_order_are_taken_back_and_no_more() {
    // Each is earlier than the one before, so each has something to take back.
    let at = |n: usize| {
        let s = DOCUMENT_REVERSALS_PER_ORDER_MAX + 1 - n;
        format!(
            "2026-03-01T{:02}:{:02}:{:02}Z",
            8 + s / 3600,
            s / 60 % 60,
            s % 60
        )
    };
    let mut plant = base();
    plant
        .apply(&event((
            "a",
            "/mes",
            "operation.progressed",
            "07:00",
            good("10", "1", "C"),
        )))
        .unwrap();
    let issue = json!({"material": "RAW", "lot": "STEEL", "document": "D",
        "quantity": {"value": "1", "unit": "KGM"}});
    plant
        .apply(&event(("b", "/wms", "material.issued", "07:00", issue)))
        .unwrap();
    for (name, document) in [("confirmation", "C"), ("movement", "D")] {
        let reversal = |n: usize| {
            let text = json!({"specversion": "1.0", "id": format!("{name}{n}"), "source": "/desk",
                "plant": "P1", "type": format!("mfg.{name}.reversed.v1"), "time": at(n),
                "data": {"order": "WO", "document": document, "reason": "x"}});
            wire::decode(text.to_string().as_bytes()).unwrap()
        };
        for n in 0..DOCUMENT_REVERSALS_PER_ORDER_MAX {
            plant.apply(&reversal(n)).unwrap();
        }
        let before = plant.state_hash();
        let full = plant
            .apply(&reversal(DOCUMENT_REVERSALS_PER_ORDER_MAX))
            .unwrap_err();
        assert_eq!((full.code(), full.kind()), (Code::R49, Kind::Exception));
        assert_eq!(plant.state_hash(), before);
    }
}
