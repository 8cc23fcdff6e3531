//! Operations: dispatch, set-up, start, standstill, abort and leaving out, seen in the order, in
//! the work centers and by what is refused.

use crate::order_story::{Story, Told, complete, corrections, q, report, say, start};
use serde_json::json;
use twin_model::{Code, Interruption, Kind, Lifecycle};

fn interrupt(op: &str, at: &'static str) -> Told {
    let body = json!({"op": op, "kind": "held", "reason": "blade broken"});
    say("operation.interrupted", at, body)
}

fn resume(op: &str, at: &'static str) -> Told {
    say("operation.resumed", at, json!({"op": op}))
}

fn dispatch(op: &str, center: &str, at: &'static str) -> Told {
    let body = json!({"op": op, "work_center": center, "queue_pos": 2,
        "planned_start": "2026-03-01T07:00:00Z"});
    say("operation.dispatched", at, body)
}

fn names(ops: &[&str]) -> Vec<String> {
    ops.iter().map(|op| (*op).to_owned()).collect()
}

#[test]
fn a_dispatched_operation_waits_where_it_was_sent() {
    let mut story = Story::released();
    story.ok(dispatch("10", "SAW-2", "06:30"));
    assert_eq!(story.at("SAW"), (vec![], vec![]));
    assert_eq!(story.at("SAW-2"), (vec![], names(&["10"])));
    let sent = story.op("10").dispatch().unwrap();
    assert_eq!(
        (sent.queue_pos, sent.planned_start.is_some()),
        (Some(2), true)
    );
    story.ok(dispatch("10", "SAW-9", "06:20"));
    assert_eq!(
        story.at("SAW-2").1,
        names(&["10"]),
        "an older word changes nothing"
    );
    story.ok(dispatch("20", "PACK-2", "06:30"));
    assert_eq!(story.at("PACK-2").1, names(&[]), "nothing is ready for it");
    story.ok(report("10", "1", "07:00"));
    assert_eq!(story.at("PACK-2").1, names(&["20"]));
    assert_eq!(story.at("PACK").1, names(&[]));
    let running = dispatch("10", "SAW-3", "07:10");
    assert_eq!(story.meets(running), (Code::R02, Kind::Refuse));
}

#[test]
fn a_dispatch_moves_an_interrupted_operation() {
    let mut story = Story::released();
    story.ok(start("10", "SAW", "07:00"));
    story.ok(interrupt("10", "07:30"));
    story.ok(dispatch("10", "SAW-2", "07:40"));
    story.ok(resume("10", "07:50"));
    assert_eq!(story.at("SAW"), (vec![], vec![]));
    assert_eq!(story.at("SAW-2"), (names(&["10"]), vec![]));
}

#[test]
fn a_set_up_loads_the_operation() {
    let mut story = Story::released();
    assert_eq!(story.state("10"), ("allowed_to_start", Some("ready")));
    let set_up = |op: &str, at: &'static str| {
        let body = json!({"op": op, "work_center": "SAW", "from_setup": "D40",
            "to_setup": "D20", "worker": "Q"});
        say("operation.setup_started", at, body)
    };
    story.ok(set_up("10", "06:30"));
    assert_eq!(story.state("10"), ("allowed_to_start", Some("loaded")));
    assert_eq!(story.op("10").set_up().unwrap().to.as_deref(), Some("D20"));
    assert_eq!(
        story.at("SAW"),
        (vec![], names(&["10"])),
        "it does not run yet"
    );
    story.ok(set_up("20", "06:30"));
    assert_eq!(story.state("20"), ("not_allowed_to_start", Some("waiting")));
    assert_eq!(
        Story::created().meets(set_up("10", "06:30")),
        (Code::R03, Kind::Park)
    );
    story.ok(complete("10", "10", "08:00"));
    assert_eq!(
        story.meets(set_up("10", "08:30")),
        (Code::R02, Kind::Refuse)
    );
    let hold = json!({"hold": "H", "scope": {"kind": "work_center", "id": "SAW"}, "reason": "x"});
    story.ok(("hold.placed", "08:00", hold));
    assert_eq!(story.meets(set_up("20", "08:30")), (Code::R07, Kind::Park));
}

#[test]
fn an_interrupted_operation_frees_its_work_center_until_it_goes_on() {
    let mut story = Story::released();
    assert_eq!(
        story.meets(interrupt("10", "06:50")),
        (Code::R46, Kind::Park)
    );
    story.ok(start("10", "SAW", "07:00"));
    let before = story.tell(interrupt("10", "06:59")).unwrap_err();
    assert_eq!(
        before.to_string(),
        "Order WO is with operation 10 not begun at 2026-03-01T06:59:00Z; an interruption is not \
         possible as long as it is. It waits for a report of its start from before that."
    );
    let resumed = story.tell(resume("10", "07:10")).unwrap_err();
    assert_eq!((resumed.code(), resumed.kind()), (Code::R46, Kind::Park));
    assert!(
        resumed.to_string().contains("not interrupted at"),
        "{resumed}"
    );
    story.ok(interrupt("10", "07:30"));
    assert_eq!(story.state("10"), ("interrupted", Some("held")));
    assert_eq!(story.at("SAW"), (vec![], vec![]));
    assert_eq!(story.op("10").standstill().unwrap().reason, "blade broken");
    assert_eq!(
        story.order().waiting_for().unwrap(),
        "operation 10 to go on (blade broken)"
    );
    let body = json!({"op": "10", "kind": "suspended", "reason": "shift end"});
    story.ok(say("operation.interrupted", "07:45", body));
    assert_eq!(story.state("10"), ("interrupted", Some("suspended")));
    story.ok(report("10", "2", "07:25"));
    assert_eq!(story.op("10").good(), 2.into(), "made before, told late");
    assert_eq!(story.state("10").0, "interrupted");
    story.ok(resume("10", "08:00"));
    assert_eq!(story.state("10"), ("running", None));
    assert_eq!(story.at("SAW"), (names(&["10"]), vec![]));
    story.ok(interrupt("10", "07:50"));
    assert_eq!(story.state("10"), ("running", None), "it has gone on since");
    story.ok(interrupt("10", "08:10"));
    story.ok(complete("10", "8", "09:00"));
    assert_eq!(
        story.state("10"),
        ("ended", Some("completed")),
        "stopped while it stood"
    );
    assert_eq!(
        story.meets(interrupt("10", "09:10")),
        (Code::R02, Kind::Refuse)
    );
    assert_eq!(
        story.meets(resume("10", "09:10")),
        (Code::R02, Kind::Refuse)
    );
}

#[test]
fn an_aborted_operation_is_over_and_its_order_is_not() {
    let mut story = Story::released();
    story.ok(start("10", "SAW", "07:00"));
    let abort = |op: &str, at: &'static str| {
        let body = json!({"op": op, "reason": "tool lost", "wip_disposition": "rework"});
        say("operation.aborted", at, body)
    };
    story.ok(abort("10", "08:00"));
    assert_eq!(story.state("10"), ("aborted", None));
    assert_eq!(story.op("10").given_up().unwrap().reason, "tool lost");
    assert_eq!(story.at("SAW"), (vec![], vec![]));
    assert_eq!(story.lifecycle(), Lifecycle::InProcess);
    story.ok(report("10", "3", "07:50"));
    assert_eq!(story.op("10").good(), 3.into());
    for told in [
        report("10", "1", "08:10"),
        complete("10", "1", "08:10"),
        start("10", "SAW", "08:10"),
        interrupt("10", "08:10"),
        abort("10", "08:10"),
        say(
            "operation.skipped",
            "08:10",
            json!({"op": "10", "reason": "x"}),
        ),
    ] {
        assert_eq!(story.meets(told), (Code::R02, Kind::Refuse));
    }
    story.ok(abort("20", "08:10"));
    assert_eq!(story.state("20").0, "aborted", "also before it started");
    let mut ended = Story::released();
    ended.ok(complete("10", "10", "08:00"));
    assert_eq!(ended.meets(abort("10", "07:50")), (Code::R02, Kind::Refuse));
}

/// Two operations in each layer, both after both of the layer before: 2^48 ways through.
#[test]
fn however_many_ways_lead_through_operations_that_are_left_out_each_is_asked_once() {
    const LAYERS: u32 = 48;
    let id = |layer: u32, side: &str| format!("{layer}{side}");
    let mut operations = vec![json!({"op": "first", "work_center": "SAW"})];
    for layer in 0..LAYERS {
        let before = match layer {
            0 => vec!["first".to_owned()],
            _ => vec![id(layer - 1, "a"), id(layer - 1, "b")],
        };
        for side in ["a", "b"] {
            operations.push(json!({"op": id(layer, side), "predecessors": before}));
        }
    }
    let before = vec![id(LAYERS - 1, "a"), id(LAYERS - 1, "b")];
    operations.push(json!({"op": "last", "work_center": "PACK", "predecessors": before}));
    let mut story = Story::created();
    story.ok(say(
        "work_order.released",
        "06:01",
        json!({"operations": operations}),
    ));
    for layer in 0..LAYERS {
        for side in ["a", "b"] {
            let why = json!({"op": id(layer, side), "reason": "not wanted"});
            story.ok(say("operation.skipped", "06:30", why));
        }
    }
    assert_eq!(story.at("PACK").1, names(&[]), "nothing is there yet");
    story.ok(report("first", "4", "07:00"));
    assert_eq!(story.at("PACK").1, names(&["last"]));
    assert_eq!(story.order().ready_quantity(story.op("last")), 4.into());
}

#[test]
fn an_operation_that_is_left_out_gives_its_successors_what_it_would_have_got() {
    let mut story = Story::created();
    story.ok(say(
        "work_order.released",
        "06:01",
        json!({"operations": [
        {"op": "10", "work_center": "SAW"},
        {"op": "15", "work_center": "DEBURR", "predecessors": ["10"]},
        {"op": "20", "work_center": "PACK", "predecessors": ["15"], "delivers": true}]}),
    ));
    story.ok(report("10", "4", "07:00"));
    assert_eq!(story.at("DEBURR").1, names(&["15"]));
    assert_eq!(
        story.meets(start("20", "PACK", "07:10")),
        (Code::R06, Kind::Park)
    );
    let skip = || {
        say(
            "operation.skipped",
            "07:20",
            json!({"op": "15", "reason": "no burr"}),
        )
    };
    story.ok(skip());
    assert_eq!(story.state("15"), ("skipped", None));
    assert_eq!(story.at("DEBURR").1, names(&[]));
    assert_eq!(story.at("PACK").1, names(&["20"]));
    assert_eq!(story.order().ready_quantity(story.op("20")), 4.into());
    story.ok(report("20", "5", "07:30"));
    assert_eq!(story.broken(), [Code::R05], "ahead of operation 10");
    story.ok(complete("10", "6", "08:00"));
    assert_eq!(story.broken(), []);
    story.ok(complete("20", "5", "09:00"));
    assert_eq!(
        story.lifecycle(),
        Lifecycle::Completed,
        "nothing else is required"
    );
    for told in [start("15", "DEBURR", "09:30"), report("15", "1", "09:30")] {
        assert_eq!(
            story.meets(told),
            (Code::R46, Kind::Park),
            "an earlier start would take the leaving out away"
        );
    }
    assert_eq!(story.meets(skip()), (Code::R02, Kind::Refuse));
    let started = say(
        "operation.skipped",
        "09:30",
        json!({"op": "10", "reason": "x"}),
    );
    assert_eq!(story.meets(started), (Code::R02, Kind::Refuse));
}

#[test]
fn overlapping_operations_need_not_wait_for_each_other() {
    let mut story = Story::created();
    story.ok(say(
        "work_order.released",
        "06:01",
        json!({"operations": [{"op": "10", "work_center": "SAW"},
        {"op": "20", "work_center": "PACK", "predecessors": ["10"], "overlap": true}]}),
    ));
    assert_eq!(story.at("PACK").1, names(&["20"]));
    assert_eq!(story.state("20"), ("allowed_to_start", Some("ready")));
    story.ok(start("20", "PACK", "06:30"));
    assert_eq!(story.lifecycle(), Lifecycle::InProcess);
    assert_eq!(story.order().ready_quantity(story.op("20")), 0.into());
}

#[test]
fn ready_quantity_and_remaining_time_follow_the_reports() {
    let mut story = Story::released();
    let ready = |story: &Story, op: &str| story.order().ready_quantity(story.op(op));
    let left = |story: &Story, op: &str| story.order().remaining_s(story.op(op));
    assert_eq!(
        (ready(&story, "10"), ready(&story, "20")),
        (10.into(), 0.into())
    );
    assert_eq!(
        left(&story, "10"),
        Some(900.into()),
        "600 s set-up and 10 times 30 s"
    );
    assert_eq!(left(&story, "20"), None, "nothing was planned");
    let body = json!({"op": "10", "unit": "H87", "good": "3", "scrap": "1"});
    story.ok(say("operation.progressed", "07:00", body));
    assert_eq!(
        (ready(&story, "10"), ready(&story, "20")),
        (6.into(), 3.into())
    );
    assert_eq!(left(&story, "10"), Some(180.into()));
    story.ok(complete("10", "6", "08:00"));
    assert_eq!(left(&story, "10"), Some(0.into()));
}

#[test]
fn what_is_told_long_after_it_happened_is_told_as_a_correction() {
    let mut story = Story::released();
    story.ok(start("10", "SAW", "07:00"));
    assert_eq!(corrections(&story.ok(report("10", "1", "09:00"))), []);
    assert_eq!(
        corrections(&story.ok(report("10", "1", "08:50"))),
        [],
        "a little late"
    );
    let told = corrections(&story.ok(report("10", "1", "08:30")));
    assert_eq!(
        told,
        [(
            Some(Code::R27),
            "mfg.operation.progressed.v1 of 2026-03-01T08:30:00Z arrived 1800 s late; order WO \
             was recomputed from 2026-03-01T08:30:00Z. Nothing to do; check the sender if it \
             happens often."
                .to_owned()
        )]
    );
    assert_eq!(story.op("10").good(), 3.into());
    let late = corrections(&story.ok(interrupt("10", "08:00")));
    assert_eq!(late.len(), 1);
    assert_eq!(
        story.op("10").standstill().map(|word| word.kind),
        Some(Some(Interruption::Held))
    );
}

#[test]
fn a_changed_priority_reaches_the_queue() {
    let mut story = Story::released();
    let rank = |story: &Story| {
        let center = story.plant.work_center(&"SAW".parse().unwrap()).unwrap();
        *center.queue().values().next().unwrap()
    };
    assert_eq!(rank(&story), 5);
    story.ok(say(
        "work_order.changed",
        "06:30",
        json!({"priority": {"old": 5, "new": 1}}),
    ));
    assert_eq!((story.order().priority(), rank(&story)), (1, 1));
}

#[test]
fn the_latest_change_of_a_field_counts_whatever_came_first() {
    let change = |more: serde_json::Value| say("work_order.changed", "06:30", more);
    let due = |day: u32, from: u32| {
        change(
            json!({"planned_end": {"new": format!("2026-03-{day:02}T00:00:00Z")},
            "effective_from": format!("2026-03-01T{from:02}:00:00Z"), "reason": "customer"}),
        )
    };
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        let mut story = Story::released();
        let changes = [due(4, 7), due(6, 9), due(5, 8)];
        for n in order {
            story.ok(changes[n].clone());
        }
        let end = story.order().planned_end().unwrap().to_string();
        assert_eq!(end, "2026-03-06T00:00:00Z", "{order:?}");
        assert_eq!(story.order().priority(), 5, "nobody spoke of it");
    }
}

#[test]
fn a_changed_quantity_moves_the_limit_of_delivery_and_heals_over_reporting() {
    let mut story = Story::released();
    story.ok(report("10", "12", "07:00"));
    assert_eq!(story.broken(), [Code::R39]);
    story.ok(report("20", "11", "07:10"));
    assert_eq!(
        story.meets(report("20", "1", "07:20")),
        (Code::R04, Kind::Refuse)
    );
    let to = |n: &str| {
        say(
            "work_order.changed",
            "07:30",
            json!({"quantity": {"new": q(n)}}),
        )
    };
    story.ok(to("20"));
    assert_eq!(story.order().released(), Some(20.into()));
    assert_eq!(story.broken(), []);
    story.ok(report("20", "1", "07:40"));
    let less = story.tell(to("9")).unwrap_err();
    assert_eq!((less.code(), less.kind()), (Code::R04, Kind::Park));
    assert_eq!(story.order().ordered(), 20.into());
    let tight = say(
        "work_order.changed",
        "07:50",
        json!({"quantity": {"new": q("11")}, "tolerance": {"new": {"over": "0.05"}}}),
    );
    assert_eq!(story.meets(tight), (Code::R04, Kind::Park));
    let wrong = json!({"quantity": {"new": {"value": "5", "unit": "KGM"}}});
    let wrong = story.meets(say("work_order.changed", "07:50", wrong));
    assert_eq!(wrong, (Code::R19, Kind::Park));
}

#[test]
fn a_release_does_not_override_a_version_that_was_changed_with_effect_from_later_on() {
    let versions = |story: &Story| {
        let order = story.order();
        let routing = order.routing_version().map(ToString::to_string);
        (routing, order.bom_version().map(ToString::to_string))
    };
    let both = |version: &str| (Some(version.to_owned()), Some(version.to_owned()));
    let release = say(
        "work_order.released",
        "06:30",
        json!({"routing_version": "1", "bom_version": "1"}),
    );
    for (from, valid) in [("06:29", "1"), ("06:30", "2"), ("06:31", "2")] {
        let change = |name: &str| {
            let mut data = json!({"effective_from": format!("2026-03-01T{from}:00Z")});
            data[name] = json!({"new": "2"});
            say("work_order.changed", "06:20", data)
        };
        let changes = [change("routing_version"), change("bom_version")];
        let mut changed_last = Story::created();
        changed_last.ok(release.clone());
        let mut released_last = Story::created();
        for change in changes {
            changed_last.ok(change.clone());
            released_last.ok(change);
        }
        released_last.ok(release.clone());
        assert_eq!(versions(&changed_last), both(valid), "changed from {from}");
        if from != "06:30" {
            // Of one moment what the ERP sent last counts.
            let hash = changed_last.plant.state_hash();
            assert_eq!(released_last.plant.state_hash(), hash, "{from}");
        }
    }
    let mut silent = Story::created();
    silent.ok(release.clone());
    silent.ok(say("work_order.release_withdrawn", "06:40", json!({})));
    silent.ok(say("work_order.released", "06:50", json!({})));
    assert_eq!(versions(&silent), both("1"), "it names none");
}
