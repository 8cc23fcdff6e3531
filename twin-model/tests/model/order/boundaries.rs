//! An order at both sides of its boundaries: late starts, and what is kept beside them.

use serde_json::{Value, json};
use twin_model::wire::snapshot::StoredPlant;
use twin_model::{Code, Kind, LOTS_PER_ORDER_MAX, LotId, Plant};

use crate::order_story::{Story, Told, complete, release, report, reversal, say, start};

/// A start that says whether its operation delivers.
fn start_of(op: &str, at: &'static str, delivers: bool) -> Told {
    let (name, at, mut data) = start(op, "SAW", at);
    data["delivers"] = json!(delivers);
    (name, at, data)
}

#[test]
fn a_late_start_brings_deliveries_only_where_it_makes_its_operation_deliver() {
    let both = |ten: &str| {
        let mut story = Story::released();
        story.ok(report("10", ten, "07:00"));
        story.ok(report("20", "6", "08:00"));
        story
    };
    // Eleven may be delivered. Operation 20 delivers already, and 10 does not at all.
    for told in [
        start_of("20", "07:30", true),
        start_of("20", "07:30", false),
        start_of("10", "06:30", false),
        start("10", "SAW", "06:30"),
    ] {
        let mut story = both("6");
        story.ok(told.clone());
        assert_eq!(story.order().delivered(), 6.into(), "{told:?}");
    }
    let mut story = both("5");
    story.ok(start_of("10", "06:30", true));
    assert_eq!(story.order().delivered(), 11.into());
    let mut story = both("6");
    let met = story.meets(start_of("10", "06:30", true));
    assert_eq!(met, (Code::R04, Kind::Refuse));
    assert_eq!(story.order().delivered(), 6.into());
    assert_eq!(story.op("10").started_at(), story.op("10").last_report_at());
}

#[test]
fn what_was_told_beside_an_operation_stays_when_its_start_takes_a_skip_away() {
    let set_up = |at| {
        let data = json!({"op": "10", "work_center": "SAW", "to_setup": "blade 3"});
        say("operation.setup_started", at, data)
    };
    let skip = |at| {
        say(
            "operation.skipped",
            at,
            json!({"op": "10", "reason": "no need"}),
        )
    };
    for prepared in [true, false] {
        let mut late = Story::released();
        if prepared {
            late.ok(set_up("06:30"));
        }
        late.ok(skip("07:00"));
        late.ok(start("10", "SAW", "06:50"));
        assert!(late.op("10").given_up().is_none());
        let known = late.op("10").set_up().and_then(|it| it.to.as_deref());
        assert_eq!(known, prepared.then_some("blade 3"));
        let stored = StoredPlant::from(&late.plant);
        let restored = Plant::try_from(stored).unwrap();
        assert!(restored.entities().eq(late.plant.entities()));
    }
}

#[test]
fn counts_are_compared_only_where_both_count_and_a_machine_has_counted() {
    for (counting, counted, codes) in [
        ("both", true, vec![Code::R48]),
        ("both", false, vec![]),
        ("operator", true, vec![]),
        ("operator", false, vec![]),
    ] {
        let mut story = Story::created();
        let change = json!({"counting": {"new": counting}});
        story.ok(say("work_order.changed", "06:00", change));
        story.ok(release("06:01"));
        story.ok(start("10", "SAW", "07:00"));
        if counted {
            for (at, good) in [("07:05", 1), ("07:30", 9)] {
                let data = json!({"work_center": "SAW", "counters": {"good": good}});
                story.ok(("work_center.counter_sampled", at, data));
            }
            assert_eq!(story.op("10").machines().len(), 1);
        }
        story.ok(complete("10", "9", "08:00"));
        assert_eq!(story.broken(), codes, "{counting}, {counted}");
        assert_eq!(story.op("10").good(), 9.into());
    }
}

#[test]
fn of_two_reversals_of_one_report_the_earlier_counts_whichever_comes_first() {
    let by = |story: &Story| {
        let stored = serde_json::to_value(StoredPlant::from(&story.plant)).unwrap();
        let text = stored.to_string();
        let start = text.find(r#""by":"e"#).expect("it was taken back");
        text[start + 6..].split('"').next().unwrap().to_owned()
    };
    for (times, counts) in [
        (["08:00", "09:00"], 0),
        (["09:00", "08:00"], 1),
        (["08:00", "08:00"], 0),
    ] {
        let mut story = Story::released();
        story.ok(report("10", "4", "07:00"));
        let event = story.last_id();
        let mut ids = Vec::new();
        for at in times {
            let told = story.tell(reversal(&event, at));
            ids.push(story.last_id());
            // Of one moment the event with the smaller id counts: there is nothing to take back.
            let is_taken = ids.len() == 1 || at < times[0];
            assert_eq!(told.is_ok(), is_taken, "{times:?}");
            if let Err(again) = told {
                assert_eq!((again.code(), again.kind()), (Code::R29, Kind::Refuse));
                assert!(again.to_string().contains(&ids[0]), "{again}");
            }
        }
        assert_eq!(story.op("10").good(), 0.into());
        assert_eq!(by(&story), ids[counts], "{times:?}");
    }
}

#[test]
fn an_order_lists_what_was_moved_for_it_also_when_that_was_taken_back() {
    let mut story = Story::released();
    assert!(story.order().movement_list().is_empty());
    let steel = json!({"material": "RAW", "quantity": {"value": "4", "unit": "KGM"}});
    story.ok(say("material.issued", "07:00", steel));
    let event = story.last_id();
    let back = json!({"event": event, "reason": "wrong order"});
    story.ok(say("movement.reversed", "07:10", back));
    let list = story.order().movement_list();
    assert!(!list.is_empty());
    assert_eq!((list.len(), list.iter().count()), (1, 1));
    assert!(list.iter().all(|known| !known.stands()));
}

/// The lots of the only order with some, in a stored plant.
fn lots_of(stored: &mut Value) -> Option<&mut serde_json::Map<String, Value>> {
    match stored {
        Value::Object(fields) => {
            if fields.get("makings").is_some() {
                return fields.get_mut("lots")?.as_object_mut();
            }
            fields.values_mut().find_map(lots_of)
        }
        Value::Array(values) => values.iter_mut().find_map(lots_of),
        _ => None,
    }
}

#[test]
fn an_order_has_so_many_lots_and_one_more_is_put_before_a_person() {
    let one = || json!({"value": "1", "unit": "H87"});
    let lot = |id: &str| {
        let data = json!({"lot": id, "material": "M", "op": "10", "quantity": one()});
        say("lot.created", "07:00", data)
    };
    let mut story = Story::released();
    story.ok(lot("FIRST"));
    let mut stored = serde_json::to_value(StoredPlant::from(&story.plant)).unwrap();
    let lots = lots_of(&mut stored).unwrap();
    let since = lots["FIRST"].clone();
    // What nobody has told of otherwise is but a name to the order.
    lots.extend((2..LOTS_PER_ORDER_MAX).map(|n| (format!("L{n:06}"), since.clone())));
    assert_eq!(lots.len(), LOTS_PER_ORDER_MAX - 1);
    let stored: StoredPlant = serde_json::from_value(stored).unwrap();
    let mut plant = Plant::try_from(stored).unwrap();

    let last = story.event(lot("LAST"));
    plant.apply(&last).unwrap();
    let before = plant.clone();
    let one_more = story.event(lot("MORE"));
    let full = plant.apply(&one_more).unwrap_err();
    assert_eq!((full.code(), full.kind()), (Code::R49, Kind::Exception));
    assert_eq!(
        full.to_string(),
        "Order WO has 100000 lots; more are not kept, so lot MORE is not taken. Make the rest under \
         another order, or in larger lots."
    );
    assert!(plant.entities().eq(before.entities()));
    let id = |lot: &str| -> LotId { lot.parse().unwrap() };
    assert!(
        plant.lot(&id("MORE")).is_none(),
        "a rejection changes nothing"
    );
    // What is told of a lot that it has is taken.
    let more = json!({"order": "WO", "op": "10", "inputs": [{"lot": "FIRST", "quantity": one()}], "outputs":
        [{"lot": "LAST", "material": "M", "quantity": one()}]});
    let again = story.event(("lot.transformed", "07:10", more));
    plant.apply(&again).unwrap();
    let order = plant.work_order(&"WO".parse().unwrap()).unwrap();
    assert_eq!(order.lots().len(), LOTS_PER_ORDER_MAX);
    assert_eq!(plant.lot(&id("LAST")).unwrap().on_hand(), 2.into());
}
