//! A work center: what its machine, its edge, maintenance and the calendar say of it, and what
//! its time was spent on.
#[path = "work_center/counting.rs"]
mod counting;
#[path = "work_center/kpi_windows.rs"]
mod kpi_windows;
#[path = "work_center/unspoken.rs"]
mod unspoken;
#[path = "work_center/wraps.rs"]
mod wraps;

use serde_json::{Value, json};
use twin_model::{
    Bucket, Code, Event, ItemState, Liveness, Mode, Notice, Plant, Rejection, Time, Turn,
    WorkCenter, wire,
};

fn time(at: &str) -> Time {
    format!("2026-03-02T{at}:00Z").parse().unwrap()
}

fn event(name: &str, at: &str, data: &Value) -> Event {
    let text = json!({"specversion": "1.0", "id": format!("{name}{at}"), "source": "/s",
        "type": format!("mfg.{name}.v1"), "time": time(at), "plant": "P1", "data": data});
    wire::decode(text.to_string().as_bytes()).unwrap()
}

struct Story(Plant);

impl Story {
    fn new() -> Story {
        Story(Plant::new("P1".parse().unwrap()))
    }

    fn try_tell(&mut self, name: &str, at: &str, data: &Value) -> Result<Turn, Rejection> {
        self.0.apply(&event(name, at, data))
    }

    fn tell(&mut self, name: &str, at: &str, data: &Value) -> Turn {
        self.try_tell(name, at, data).unwrap()
    }

    fn state(&mut self, at: &str, item_state: &str) -> Turn {
        let body = json!({"work_center": "W", "item_state": item_state});
        self.tell("work_center.state_changed", at, &body)
    }

    fn count(&mut self, at: &str, good: u64) -> Turn {
        let body = json!({"work_center": "W", "counters": {"good": good}});
        self.tell("work_center.counter_sampled", at, &body)
    }

    fn order(&mut self, order: &str) {
        let quantity = json!({"value": "100", "unit": "H87"});
        let body = json!({"order": order, "material": "M", "quantity": quantity});
        self.tell("work_order.created", "05:00", &body);
        let body = json!({"order": order, "operations": [{"op": "10", "work_center": "W"}]});
        self.tell("work_order.released", "05:01", &body);
    }

    fn start(&mut self, order: &str, at: &str) -> Turn {
        let body = json!({"order": order, "op": "10", "work_center": "W"});
        self.tell("operation.started", at, &body)
    }

    fn complete(&mut self, order: &str, at: &str) -> Turn {
        let body = json!({"order": order, "op": "10", "unit": "H87", "good": "1"});
        self.tell("operation.completed", at, &body)
    }

    fn center(&self) -> &WorkCenter {
        self.0.work_center(&"W".parse().unwrap()).unwrap()
    }

    /// What the time between two instants was spent on, as `bucket minutes` in their order.
    fn spent(&self, from: &str, to: &str) -> Vec<String> {
        let periods = self.center().periods(time(from), time(to)).unwrap();
        let minutes = |p: &twin_model::Period| p.to.micros_since(p.from) / 60_000_000;
        periods
            .iter()
            .map(|p| format!("{} {}", p.bucket.as_str(), minutes(p)))
            .collect()
    }

    fn codes(&self) -> Vec<Code> {
        let found = self.center().discrepancies();
        found.iter().map(twin_model::Discrepancy::code).collect()
    }
}

fn found(turn: &Turn) -> Vec<(bool, Code)> {
    let codes = turn.notices.iter().filter_map(|notice| match notice {
        Notice::DiscrepancyFound { code, .. } => Some((true, *code)),
        Notice::DiscrepancyHealed { code, .. } => Some((false, *code)),
        _ => None,
    });
    codes.collect()
}

#[test]
fn a_machine_without_a_calendar_spends_its_time_as_its_states_say() {
    let mut story = Story::new();
    story.order("O");
    story.state("06:00", "not_executing");
    story.start("O", "07:00");
    story.state("07:10", "executing");
    story.state("09:00", "out_of_service");
    story.state("09:30", "executing");
    story.complete("O", "10:00");
    story.state("10:00", "not_executing");
    assert_eq!(
        story.spent("05:00", "12:00"),
        [
            "unknown 60",
            "idle_starved 60",
            "idle 10",
            "producing 110",
            "unplanned_down 30",
            "producing 30",
            "idle_starved 120"
        ]
    );
}

#[test]
fn a_late_state_falls_into_its_place() {
    let mut story = Story::new();
    story.state("06:00", "executing");
    story.state("08:00", "not_executing");
    let before = story.spent("06:00", "09:00");
    assert_eq!(before, ["producing 120", "idle_starved 60"]);
    story.state("07:00", "out_of_service");
    assert_eq!(
        story.spent("06:00", "09:00"),
        ["producing 60", "unplanned_down 60", "idle_starved 60"]
    );
    assert_eq!(
        story.center().item_state(),
        ItemState::NotExecuting,
        "the newest stays"
    );
}

#[test]
fn a_state_that_is_told_again_begins_nothing_new() {
    let mut story = Story::new();
    story.state("06:00", "executing");
    story.state("07:00", "executing");
    assert_eq!(story.center().since(), Some(time("06:00")));
    let again = json!({"work_center": "W", "item_state": "executing", "since": time("06:00")});
    story.tell("work_center.state_changed", "08:00", &again);
    assert_eq!(story.center().since(), Some(time("06:00")));
    assert_eq!(story.spent("06:00", "09:00"), ["producing 180"]);
    story.state("08:30", "not_executing");
    let old = json!({"work_center": "W", "item_state": "executing", "since": time("06:00")});
    story.tell("work_center.state_changed", "08:31", &old);
    assert_eq!(
        story.center().item_state(),
        ItemState::NotExecuting,
        "an old stamp that comes with a reconnect is no new change"
    );
}

#[test]
fn a_machine_says_itself_why_it_stands() {
    let mut story = Story::new();
    let idle = |cause: &str| {
        json!({"work_center": "W", "item_state": "not_executing",
        "idle_cause": cause})
    };
    story.tell("work_center.state_changed", "06:00", &idle("blocked"));
    story.tell("work_center.state_changed", "07:00", &idle("starved"));
    assert_eq!(
        story.spent("06:00", "08:00"),
        ["idle_blocked 60", "idle_starved 60"]
    );
}

#[test]
fn a_dead_edge_is_shown_as_dead_and_its_time_as_unknown_until_the_next_birth() {
    let mut story = Story::new();
    let session = |state: &str, no: u64| {
        json!({"work_center": "W", "state": state,
        "session_no": no, "last_sequence": "0009"})
    };
    story.tell("edge.session", "06:00", &session("birth", 1));
    story.state("06:00", "not_executing");
    story.tell("edge.session", "07:00", &session("death", 1));
    assert_eq!(story.center().liveness(time("07:30")), Liveness::Dead);
    assert_eq!(
        story.center().item_state(),
        ItemState::NotExecuting,
        "the last known state"
    );
    story.tell("edge.session", "08:00", &session("birth", 2));
    assert_eq!(story.center().liveness(time("08:00")), Liveness::Live);
    assert_eq!(
        story.spent("06:00", "09:00"),
        ["idle_starved 60", "unknown 60", "idle_starved 60"],
        "a dead machine is not idle"
    );
    story.tell("edge.session", "08:30", &session("death", 1));
    assert_eq!(
        story.center().liveness(time("08:45")),
        Liveness::Live,
        "the late end of an older session ends nothing"
    );
}

#[test]
fn a_silent_machine_is_stale_and_not_idle_and_the_clock_tells_so() {
    let mut story = Story::new();
    let limit = json!({"work_center": "W", "silent_after_s": 600});
    story.tell("work_center.configured", "05:00", &limit);
    story.state("06:00", "not_executing");
    assert_eq!(story.0.next_due(), Some(time("06:10")));
    assert!(story.0.tick(time("06:09")).is_none());
    let turn = story.0.tick(time("06:10")).unwrap();
    assert_eq!(found(&turn), [(true, Code::R24)]);
    assert_eq!((story.codes(), story.0.next_due()), (vec![Code::R24], None));
    let text = story.center().discrepancies()[0].to_string();
    assert!(text.contains("600 s"), "{text}");
    assert_eq!(story.center().liveness(time("06:20")), Liveness::Stale);
    assert_eq!(
        story.spent("06:00", "07:00"),
        ["idle_starved 10", "unknown 50"]
    );

    let turn = story.count("06:30", 5);
    assert_eq!(
        found(&turn),
        [(false, Code::R24)],
        "any word of the edge ends the silence"
    );
    assert_eq!(
        story.spent("06:00", "06:40"),
        ["idle_starved 10", "unknown 20", "idle_starved 10"]
    );
    assert!(story.codes().is_empty());
}

#[test]
fn the_calendar_says_when_nobody_works_and_work_goes_before_it() {
    let mut story = Story::new();
    let shift = json!({"work_center": "W", "shifts": [
        {"from": time("14:00"), "to": time("22:00")}, {"from": time("06:00"), "to": time("10:00")}]});
    story.tell("work_center.configured", "05:00", &shift);
    story.state("06:00", "executing");
    story.state("10:30", "not_executing");
    assert_eq!(
        story.spent("05:00", "15:00"),
        [
            "not_scheduled 60",
            "producing 270",
            "not_scheduled 210",
            "idle_starved 60"
        ]
    );
    let buckets = story
        .center()
        .buckets(time("05:00"), time("15:00"))
        .unwrap();
    assert_eq!(buckets.planned_busy_micros(), (270 + 60) * 60_000_000);
    assert_eq!(buckets.total_micros(), 600 * 60_000_000);
}

#[test]
fn maintenance_is_planned_then_begins_and_ends() {
    let mut story = Story::new();
    story.state("05:00", "not_executing");
    let plan = json!({"work_center": "W", "maintenance": "PM-1", "from": time("06:00"),
        "to": time("09:00")});
    story.tell("maintenance.scheduled", "05:00", &plan);
    let start = json!({"work_center": "W", "maintenance": "PM-1", "until": time("09:00")});
    story.tell("maintenance.started", "07:00", &start);
    let end = json!({"work_center": "W", "maintenance": "PM-1"});
    story.tell("maintenance.finished", "08:00", &end);
    let repair = json!({"work_center": "W", "maintenance": "BD-1", "kind": "breakdown"});
    story.tell("maintenance.started", "10:00", &repair);
    assert_eq!(
        story.spent("05:00", "11:00"),
        [
            "idle_starved 60",
            "planned_down 60",
            "maintenance 60",
            "idle_starved 120",
            "unplanned_down 60"
        ]
    );
    assert_eq!(story.center().may_start(time("08:00")), Ok(()));
    let refused = story.center().may_start(time("07:30")).unwrap_err();
    assert_eq!(refused.code(), Code::R23);
    assert_eq!(
        refused.to_string(),
        "Work center W is in maintenance until 2026-03-02T09:00:00Z (maintenance PM-1). Wait, or \
         agree another time with maintenance."
    );
    let repaired = story.center().may_start(time("10:30")).unwrap_err();
    assert!(
        repaired
            .to_string()
            .contains("under repair until maintenance gives it back")
    );
}

#[test]
fn a_start_inside_maintenance_is_a_fact_and_a_discrepancy_in_any_order() {
    let start = json!({"work_center": "W", "maintenance": "PM-1"});
    let mut first = Story::new();
    first.order("O");
    first.tell("maintenance.started", "07:00", &start);
    let turn = first.start("O", "07:30");
    assert_eq!(found(&turn), [(true, Code::R23)]);

    let mut second = Story::new();
    second.order("O");
    second.start("O", "07:30");
    let turn = second.tell("maintenance.started", "07:00", &start);
    assert_eq!(found(&turn), [(true, Code::R23)]);
    assert_eq!(first.0.state_hash(), second.0.state_hash());
    assert_eq!(first.codes(), [Code::R23]);

    let end = json!({"work_center": "W", "maintenance": "PM-1"});
    let turn = first.tell("maintenance.finished", "07:20", &end);
    assert_eq!(
        found(&turn),
        [(false, Code::R23)],
        "it had ended before the start"
    );
}

#[test]
fn ten_of_the_operations_that_run_at_once_are_named_and_the_others_counted() {
    let mut story = Story::new();
    for n in 10..22 {
        story.order(&n.to_string());
        story.start(&n.to_string(), "06:00");
    }
    let text = story.center().discrepancies()[0].to_string();
    let named = "W is running 12 operations (10/10, 11/10, 12/10, 13/10, 14/10, 15/10, 16/10, \
        17/10, 18/10, 19/10 and 2 more) but has capacity 1.";
    assert!(text.starts_with(named), "{text}");
}

#[test]
fn more_operations_than_the_capacity_are_a_discrepancy_that_heals() {
    let mut story = Story::new();
    story.order("A");
    story.order("B");
    story.start("A", "06:00");
    let turn = story.start("B", "07:00");
    assert_eq!(found(&turn), [(true, Code::R22)]);
    let text = story.center().discrepancies()[0].to_string();
    assert!(
        text.starts_with("W is running 2 operations (A/10, B/10) but has capacity 1."),
        "{text}"
    );
    let wide = json!({"work_center": "W", "capacity": 2});
    let turn = story.tell("work_center.configured", "07:10", &wide);
    assert_eq!(found(&turn), [(false, Code::R22)]);
    let narrow = json!({"work_center": "W"});
    assert_eq!(
        found(&story.tell("work_center.configured", "07:20", &narrow)),
        [(true, Code::R22)],
        "one where nobody says otherwise"
    );
    assert_eq!(found(&story.complete("A", "08:00")), [(false, Code::R22)]);
}

#[test]
fn a_counter_that_falls_is_a_restart_and_nothing_is_subtracted() {
    let mut story = Story::new();
    story.count("06:00", 2_900);
    story.count("06:01", 2_919);
    let turn = story.count("06:02", 4);
    assert_eq!(found(&turn), [(true, Code::R21)]);
    assert_eq!(story.center().counted_in_all().good, Some(19 + 4));
    let told = &story.center().discrepancies()[0];
    assert_eq!(
        told.to_string(),
        "Counter good of W fell from 2919 to 4; taken as restart 1, 4 counted."
    );
    let told = json!({"work_center": "W", "epoch": 1, "counters": {"good": 2}});
    story.tell("work_center.counter_sampled", "06:03", &told);
    assert_eq!(
        story.center().counted_in_all().good,
        Some(19 + 4 + 2),
        "a restart that was told"
    );
    assert_eq!(story.codes(), [Code::R21], "is no further discrepancy");
}

#[test]
fn a_reading_that_comes_late_makes_up_for_a_fall() {
    let mut story = Story::new();
    story.count("06:00", 5);
    story.count("06:02", 4);
    assert_eq!(story.codes(), [Code::R21]);
    assert_eq!(story.center().counted_in_all().good, Some(4));
    story.count("06:03", 9);
    let mut sorted = Story::new();
    for (at, good) in [("06:00", 5), ("06:02", 4), ("06:03", 9)] {
        sorted.count(at, good);
    }
    assert_eq!(story.0.state_hash(), sorted.0.state_hash());
    assert_eq!(story.center().counted_in_all().good, Some(9));
}

#[test]
fn an_operation_gets_the_pieces_counted_while_it_ran_also_when_its_start_is_told_late() {
    let mut story = Story::new();
    story.order("A");
    story.order("B");
    for (at, good) in [
        ("06:00", 10),
        ("06:10", 20),
        ("06:20", 35),
        ("06:30", 50),
        ("06:40", 60),
    ] {
        story.count(at, good);
    }
    story.start("A", "06:05");
    story.complete("A", "06:25");
    story.start("B", "06:28");
    let good = |story: &Story, order: &str| {
        let key = (order.parse().unwrap(), "10".parse().unwrap());
        story.center().runs()[&key].counted.good
    };
    assert_eq!(good(&story, "A"), Some(10 + 15), "from 10 to 35");
    assert_eq!(
        good(&story, "B"),
        Some(15 + 10),
        "between 06:20 and 06:30 both ran; it goes to the one that ran at the reading"
    );
    assert_eq!(story.center().counted_in_all().good, Some(50));
}

#[test]
fn what_is_older_than_the_window_goes_to_a_person_and_changes_nothing() {
    let mut story = Story::new();
    story.state("06:00", "executing");
    let later = Event {
        time: time("06:00").plus_seconds(4 * 86_400),
        ..event(
            "work_center.state_changed",
            "07:00",
            &json!({"work_center": "W", "item_state": "not_executing"}),
        )
    };
    story.0.apply(&later).unwrap();
    let center = story.center();
    let folded = *center.folded().unwrap();
    assert_eq!(folded.since, time("06:00"));
    assert_eq!(folded.buckets.micros(Bucket::Producing), 86_400_000_000);
    assert_eq!(center.since(), Some(later.time));
    let whole = center.buckets_in_all(later.time.plus_seconds(60));
    assert_eq!(whole.micros(Bucket::Producing), 4 * 86_400_000_000);
    assert_eq!(whole.total_micros(), 4 * 86_400_000_000 + 60_000_000);
    assert_eq!(
        center.buckets(time("06:00"), later.time),
        None,
        "only its sum is known"
    );

    let before = story.0.state_hash();
    let old = json!({"work_center": "W", "item_state": "out_of_service"});
    let refused = story
        .try_tell("work_center.state_changed", "06:30", &old)
        .unwrap_err();
    assert_eq!(
        (refused.code(), refused.kind()),
        (Code::R28, twin_model::Kind::Exception)
    );
    assert_eq!(story.0.state_hash(), before);
}

#[test]
fn what_a_machine_is_used_for_is_what_was_reported_last() {
    let mut story = Story::new();
    story.state("06:00", "executing");
    let mode = |story: &Story| {
        let center = story.0.work_center(&"W".parse().unwrap()).unwrap();
        (center.mode(), center.item_state())
    };
    assert_eq!(mode(&story), (Mode::None, ItemState::Executing));
    let body = json!({"work_center": "W", "item_state": "not_executing", "mode": "setup"});
    story.tell("work_center.state_changed", "07:00", &body);
    assert_eq!(mode(&story), (Mode::Setup, ItemState::NotExecuting));
}
