//! What an order takes at the very moment of a decision, and just before it; and where its limits
//! are.

use serde_json::json;
use twin_model::{Code, Confirmation, Delivery, Kind, Lifecycle, Time};

use crate::order_story::{
    Story, Told, complete, corrections, q, release, report, reversal, say, start,
};

fn time(at: &str) -> Time {
    format!("2026-03-01T{at}:00Z").parse().unwrap()
}

fn op(name: &'static str, at: &'static str, op: &str) -> Told {
    let more = json!({"op": op, "work_center": "SAW", "reason": "why", "unit": "H87", "good": "1"});
    let more: serde_json::Map<_, _> = more
        .as_object()
        .unwrap()
        .clone()
        .into_iter()
        .filter(|(field, _)| match name {
            "operation.interrupted" | "operation.aborted" | "operation.skipped" => {
                !["unit", "good", "work_center"].contains(&field.as_str())
            }
            "operation.resumed" => field == "op",
            "operation.progressed" | "operation.completed" => field != "reason",
            _ => ["op", "work_center"].contains(&field.as_str()),
        })
        .collect();
    say(name, at, more.into())
}

#[test]
fn what_happened_before_the_end_of_an_order_counts_and_at_that_moment_no_more() {
    // The decision at 08:00, and what a report of that moment meets.
    let abort = say("work_order.aborted", "08:00", json!({"reason": "why"}));
    let tech = say("work_order.tech_completed", "08:00", json!({}));
    for (decision, met) in [
        (abort, (Code::R02, Kind::Refuse)),
        (tech, (Code::R46, Kind::Park)),
    ] {
        let mut story = Story::released();
        story.ok(start("10", "SAW", "07:00"));
        story.ok(decision);
        for name in [
            "operation.progressed",
            "operation.completed",
            "operation.dispatched",
            "operation.setup_started",
            "operation.started",
        ] {
            let number = if name == "operation.started" {
                "30"
            } else {
                "10"
            };
            assert_eq!(story.meets(op(name, "08:00", number)), met, "{name}");
        }
        story.ok(report("10", "3", "07:59"));
        assert_eq!(story.op("10").good(), 3.into());
    }
}

#[test]
fn what_happened_before_a_cancellation_or_a_withdrawal_takes_its_effect_away() {
    let mut story = Story::released();
    story.ok(say(
        "work_order.cancelled",
        "08:00",
        json!({"reason": "why"}),
    ));
    assert_eq!(story.lifecycle(), Lifecycle::Cancelled);
    let late = story.tell(report("10", "1", "08:00")).unwrap_err();
    assert_eq!((late.code(), late.kind()), (Code::R46, Kind::Park));
    story.ok(report("10", "1", "07:59"));
    assert_eq!(story.lifecycle(), Lifecycle::InProcess);
    assert_eq!(story.broken(), [Code::R47]);

    let mut story = Story::released();
    story.ok(say(
        "work_order.release_withdrawn",
        "08:00",
        json!({"reason": "why"}),
    ));
    assert_eq!(story.lifecycle(), Lifecycle::Created);
    assert_eq!(
        story.meets(report("10", "1", "08:00")),
        (Code::R03, Kind::Park)
    );
    story.ok(report("10", "1", "07:59"));
    assert_eq!(story.lifecycle(), Lifecycle::InProcess);
    assert_eq!(story.order().released(), Some(10.into()));
}

#[test]
fn an_operation_takes_what_happened_up_to_its_end_and_nothing_after_it() {
    for (end, number) in [("operation.completed", "10"), ("operation.aborted", "10")] {
        let mut story = Story::released();
        story.ok(start("10", "SAW", "07:00"));
        story.ok(op(end, "08:00", number));
        for name in [
            "operation.progressed",
            "operation.interrupted",
            "operation.setup_started",
        ] {
            let after = op(name, "08:01", number);
            assert_eq!(
                story.meets(after),
                (Code::R02, Kind::Refuse),
                "{end} {name}"
            );
            story.ok(op(name, "08:00", number));
        }
        let before = story.op("10").standstill().map(|word| word.at);
        assert_eq!(before, Some(time("08:00")));
    }
}

#[test]
fn an_operation_is_started_once_and_completed_once() {
    let mut story = Story::released();
    story.ok(report("10", "1", "07:30"));
    assert_eq!(story.op("10").started_at(), Some(time("07:30")), "implied");
    story.ok(start("10", "SAW", "07:00"));
    assert_eq!(story.op("10").started_at(), Some(time("07:00")));
    assert_eq!(
        story.meets(start("10", "SAW", "07:10")),
        (Code::R02, Kind::Refuse)
    );
    story.ok(complete("10", "1", "08:00"));
    assert_eq!(
        story.meets(complete("10", "1", "07:50")),
        (Code::R02, Kind::Refuse)
    );
    story.ok(report("10", "1", "07:50"));
    assert_eq!(story.op("10").good(), 3.into());
    assert_eq!(story.op("10").ended_at(), Some(time("08:00")));
}

#[test]
fn a_running_operation_is_dispatched_only_for_the_time_before_it_ran_or_while_it_stands() {
    let to = |at: &'static str, center: &str| {
        let more = json!({"op": "10", "work_center": center});
        say("operation.dispatched", at, more)
    };
    let mut story = Story::released();
    story.ok(start("10", "SAW", "07:00"));
    assert_eq!(story.meets(to("07:00", "LATHE")), (Code::R02, Kind::Refuse));
    story.ok(to("06:59", "MILL"));
    let center = |story: &Story| story.op("10").work_center().unwrap().to_string();
    assert_eq!(center(&story), "SAW", "it was started elsewhere");
    assert_eq!(
        story.op("10").intended_work_center().unwrap().as_str(),
        "MILL"
    );
    story.ok(op("operation.interrupted", "07:30", "10"));
    story.ok(to("07:00", "LATHE"));
    assert_eq!(center(&story), "SAW", "sent there when it started here");
    story.ok(to("07:40", "LATHE"));
    assert_eq!(center(&story), "LATHE");
    // Of two dispatches the later one counts, whichever is told first.
    story.ok(to("07:35", "DRILL"));
    assert_eq!(center(&story), "LATHE");
}

#[test]
fn the_last_word_on_a_standstill_counts_and_of_one_moment_the_resumption() {
    let stands = |story: &Story| story.op("10").standstill().map(|word| word.at);
    let running = || {
        let mut story = Story::released();
        story.ok(start("10", "SAW", "07:00"));
        story
    };
    let mut story = running();
    assert_eq!(
        story.meets(op("operation.resumed", "07:05", "10")),
        (Code::R46, Kind::Park)
    );
    story.ok(op("operation.interrupted", "07:10", "10"));
    assert_eq!(stands(&story), Some(time("07:10")));
    story.ok(op("operation.resumed", "07:10", "10"));
    assert_eq!(stands(&story), None);
    story.ok(op("operation.interrupted", "07:10", "10"));
    assert_eq!(stands(&story), None, "whichever comes first");
    story.ok(op("operation.interrupted", "07:05", "10"));
    assert_eq!(stands(&story), None, "told late");
    story.ok(op("operation.interrupted", "07:20", "10"));
    assert_eq!(stands(&story), Some(time("07:20")));
    assert_eq!(story.state("10").0, "interrupted");
    // Before it began nothing can stand still.
    let mut story = Story::released();
    for name in ["operation.interrupted", "operation.resumed"] {
        for number in ["10", "77"] {
            let met = story.meets(op(name, "07:00", number));
            assert_eq!(met, (Code::R46, Kind::Park), "{name} {number}");
        }
    }
}

#[test]
fn what_is_left_out_takes_nothing_and_what_has_begun_is_not_left_out() {
    let mut story = Story::released();
    story.ok(op("operation.skipped", "07:00", "10"));
    assert_eq!(story.state("10"), ("skipped", None));
    for name in ["operation.skipped", "operation.aborted"] {
        let met = story.meets(op(name, "06:50", "10"));
        assert_eq!(met, (Code::R02, Kind::Refuse), "{name}");
    }
    for name in [
        "operation.started",
        "operation.progressed",
        "operation.completed",
    ] {
        let met = story.meets(op(name, "07:01", "10"));
        assert_eq!(met, (Code::R46, Kind::Park), "{name}");
        let mut begun = Story::released();
        begun.ok(op("operation.skipped", "07:00", "10"));
        let turn = begun.ok(op(name, "07:00", "10"));
        assert!(begun.op("10").given_up().is_none(), "{name}");
        let told = corrections(&turn);
        let told = told.iter().find(|(code, _)| *code == Some(Code::R47));
        assert_eq!(
            told.unwrap().1,
            "MES left operation 10 of order WO out at 2026-03-01T07:00:00Z, but it had begun at \
             2026-03-01T07:00:00Z. It stays begun. Have it completed or aborted.",
            "{name}"
        );
        let mut in_order = Story::released();
        // As many events as above, so that the report has the same id.
        assert_eq!(
            in_order.meets(op("operation.resumed", "07:00", "10")),
            (Code::R46, Kind::Park)
        );
        in_order.ok(op(name, "07:00", "10"));
        let hash = in_order.plant.state_hash();
        assert_eq!(begun.plant.state_hash(), hash, "{name}");
    }
    let mut story = Story::released();
    story.ok(start("10", "SAW", "07:00"));
    assert_eq!(
        story.meets(op("operation.skipped", "07:10", "10")),
        (Code::R02, Kind::Refuse)
    );
    // One that nobody has planned may be left out, or given up, as well.
    story.ok(op("operation.skipped", "07:10", "30"));
    assert_eq!(story.state("30"), ("skipped", None));
    assert!(!story.op("30").is_planned());
    story.ok(op("operation.aborted", "07:10", "40"));
    assert_eq!(story.state("40").0, "aborted");
}

#[test]
fn an_event_is_told_as_a_correction_when_it_is_more_than_ten_minutes_late() {
    for (at, late) in [("07:50", false), ("07:49", true)] {
        let mut story = Story::released();
        story.ok(start("10", "SAW", "07:00"));
        story.ok(report("10", "1", "08:00"));
        let turn = story.ok(report("10", "1", at));
        let told = corrections(&turn);
        assert_eq!(told.len(), usize::from(late), "{at}: {told:?}");
        if late {
            assert_eq!(told[0].0, Some(Code::R27));
            assert!(told[0].1.contains("660 s"), "{}", told[0].1);
        }
    }
}

#[test]
fn an_order_is_delivered_from_its_quantity_less_what_may_be_missing() {
    let mut created = Story::created();
    let change = json!({"tolerance": {"new": {"over": "0.1", "under": "0.2"}}});
    created.ok(say("work_order.changed", "06:00", change));
    created.ok(release("06:01"));
    created.ok(report("10", "11", "07:00"));
    for (good, sum, delivery) in [
        ("0", 0, Delivery::None),
        ("1", 1, Delivery::Partial),
        ("6", 7, Delivery::Partial),
        ("1", 8, Delivery::Full),
        ("3", 11, Delivery::Full),
    ] {
        created.ok(report("20", good, "08:00"));
        assert_eq!(created.order().delivered(), sum.into());
        assert_eq!(created.order().delivery(), delivery, "{sum}");
    }
    assert_eq!(
        created.meets(report("20", "1", "08:10")),
        (Code::R04, Kind::Refuse)
    );
    assert_eq!(created.order().delivered(), 11.into());
}

#[test]
fn an_order_is_late_from_the_moment_after_its_planned_end() {
    let due = time("20:00");
    let mut story = Story::released();
    assert!(!story.order().is_late(due));
    assert!(story.order().is_late(due.plus_micros(1)));
    story.ok(complete("10", "10", "19:00"));
    story.ok(complete("20", "10", "20:00"));
    assert!(!story.order().is_late(time("23:00")), "it ended in time");
    let mut late = Story::released();
    late.ok(complete("10", "10", "19:00"));
    late.ok(complete("20", "10", "20:01"));
    assert!(late.order().is_late(time("06:00")), "it ended too late");
    for (name, at) in [
        ("work_order.cancelled", "07:00"),
        ("work_order.aborted", "07:00"),
    ] {
        let mut story = Story::released();
        story.ok(say(name, at, json!({"reason": "why"})));
        assert!(!story.order().is_late(time("23:00")), "{name}");
    }
}

#[test]
fn an_order_says_how_far_it_is_confirmed_and_whether_it_was_ended_early() {
    let tech = || say("work_order.tech_completed", "10:00", json!({}));
    let mut story = Story::released();
    assert_eq!(story.order().confirmation(), Confirmation::None);
    story.ok(start("10", "SAW", "07:00"));
    assert_eq!(story.order().confirmation(), Confirmation::None);
    story.ok(report("10", "1", "07:10"));
    assert_eq!(story.order().confirmation(), Confirmation::Partial);
    assert!(!story.order().tech_completed_early());
    story.ok(complete("10", "1", "08:00"));
    story.ok(complete("20", "1", "09:00"));
    assert_eq!(story.order().confirmation(), Confirmation::Final);
    story.ok(tech());
    assert!(!story.order().tech_completed_early());
    let mut early = Story::released();
    early.ok(complete("10", "1", "08:00"));
    early.ok(tech());
    assert!(early.order().tech_completed_early());
    let mut unbegun = Story::released();
    unbegun.ok(tech());
    assert!(unbegun.order().tech_completed_early());
}

#[test]
fn a_final_report_completes_an_order_until_work_begins_after_it() {
    let last = |at: &'static str| {
        let more = json!({"op": "20", "unit": "H87", "good": "1", "final": true});
        say("operation.completed", at, more)
    };
    for (begins, state) in [
        ("08:59", Lifecycle::Completed),
        ("09:00", Lifecycle::Completed),
        ("09:01", Lifecycle::InProcess),
    ] {
        let mut story = Story::released();
        story.ok(report("10", "1", "08:00"));
        story.ok(last("09:00"));
        assert_eq!(story.lifecycle(), Lifecycle::Completed);
        story.ok(start("30", "SAW", begins));
        assert_eq!(story.lifecycle(), state, "{begins}");
    }
}

#[test]
fn an_order_keeps_open_what_it_names_when_it_is_to_be_closed() {
    let hold = |id: &str| {
        let data = json!({"hold": id, "scope": {"kind": "work_order", "id": "WO"},
            "reason": "why"});
        ("hold.placed", "09:10", data)
    };
    let close = || say("work_order.closed", "10:00", json!({}));
    let mut story = Story::released();
    story.ok(complete("10", "8", "08:00"));
    story.ok(complete("20", "9", "09:00"));
    let open = |story: &mut Story| {
        let waits = story.tell(close()).unwrap_err();
        assert_eq!(waits.code(), Code::R46);
        let text = waits.to_string();
        let start = text.find("completed with ").unwrap() + "completed with ".len();
        let end = text.find("; the closing").unwrap();
        text[start..end].to_owned()
    };
    assert_eq!(open(&mut story), "1 open discrepancy (TWIN-R05)");
    story.ok(hold("H-1"));
    assert_eq!(
        open(&mut story),
        "1 open hold, 1 open discrepancy (TWIN-R05)"
    );
    story.ok(hold("H-2"));
    let tech = json!({"final_quantity": q("7")});
    story.ok(say("work_order.tech_completed", "09:30", tech));
    let waits = story.tell(close()).unwrap_err().to_string();
    assert!(
        waits.contains("tech_complete with 2 open holds, 2 open discrepancies (TWIN-R"),
        "{waits}"
    );
}

#[test]
fn a_document_takes_back_only_what_stands_of_the_operation_that_is_named() {
    let with = |number: &str, at: &'static str| {
        let more = json!({"op": number, "unit": "H87", "good": "1", "document": "D"});
        say("operation.progressed", at, more)
    };
    let back = |number: Option<&str>, at: &'static str| {
        let mut more = json!({"document": "D", "reason": "twice"});
        if let Some(number) = number {
            more["op"] = json!(number);
        }
        say("confirmation.reversed", at, more)
    };
    let mut story = Story::released();
    story.ok(with("10", "07:00"));
    story.ok(with("20", "07:10"));
    assert_eq!(
        story.meets(back(Some("30"), "08:00")),
        (Code::R01, Kind::Park)
    );
    story.ok(back(Some("10"), "08:00"));
    let by = story.last_id();
    assert_eq!((story.op("10").reports(), story.op("20").reports()), (0, 1));
    let again = story.tell(back(Some("10"), "08:00")).unwrap_err();
    assert_eq!((again.code(), again.kind()), (Code::R29, Kind::Refuse));
    assert!(again.to_string().contains(&by), "{again}");
    story.ok(back(None, "08:20"));
    assert_eq!(story.op("20").reports(), 0, "the other one");
    assert_eq!(
        story.meets(reversal("unknown", "08:30")),
        (Code::R01, Kind::Park)
    );
}

#[test]
fn the_last_worker_and_the_first_place_of_reports_are_shown_whichever_was_told_first() {
    let by = |at: &'static str, worker: &str, center: &str| {
        let more = json!({"op": "30", "unit": "H87", "good": "1", "worker": worker,
            "work_center": center});
        say("operation.progressed", at, more)
    };
    let told = [
        by("07:00", "ann", "SAW"),
        by("07:10", "bob", "MILL"),
        by("07:10", "cid", "LATHE"),
    ];
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0], [2, 0, 1]] {
        let mut story = Story::released();
        for n in order {
            story.ok(told[n].clone());
        }
        assert_eq!(
            story.op("30").worker().unwrap().as_str(),
            "cid",
            "{order:?}"
        );
        assert_eq!(story.op("30").work_center().unwrap().as_str(), "SAW");
    }
}

#[test]
fn what_is_released_is_what_the_release_says_unless_the_quantity_was_changed_since() {
    let change = |at: &'static str| {
        let more = json!({"quantity": {"new": q("12")}});
        say("work_order.changed", at, more)
    };
    for (at, quantity, released) in [
        ("06:00", Some("8"), 8),
        ("06:01", Some("8"), 12),
        ("06:02", Some("8"), 12),
        ("06:00", None, 12),
        ("06:02", None, 12),
    ] {
        let (name, then, mut data) = release("06:01");
        data["quantity"] = json!(quantity.map(q));
        let told = [change(at), (name, then, data)];
        for order in [[0, 1], [1, 0]] {
            let mut story = Story::created();
            for n in order {
                story.ok(told[n].clone());
            }
            let found = story.order().released();
            assert_eq!(found, Some(released.into()), "{at} {quantity:?} {order:?}");
        }
    }
    let mut story = Story::created();
    let (name, at, mut data) = release("06:01");
    data["quantity"] = q("8");
    story.ok((name, at, data));
    assert_eq!(story.order().released(), Some(8.into()), "never changed");
}

#[test]
fn an_operation_is_shown_with_what_was_planned_of_it() {
    let story = Story::released();
    let planned = |op: &str| {
        let op = story.op(op);
        (op.setup_s(), op.run_s_per_unit(), op.delivers())
    };
    assert_eq!(planned("10"), (Some(600), Some(30.into()), false));
    assert_eq!(planned("20"), (None, None, true));
}
