//! Random stories of a machine: its buckets partition its time, its counters count what the plain
//! rule says, and the order of arrival does not matter.
use proptest::prelude::*;
use serde_json::{Value, json};
use twin_model::{Bucket, Event, Plant, Time, WorkCenter, wire};

const HOUR_S: i64 = 3_600;

fn at(second: i64) -> Time {
    "2026-03-02T00:00:00Z"
        .parse::<Time>()
        .unwrap()
        .plus_seconds(second)
}

/// Something that somebody says of work center W at a second of the story.
#[derive(Debug, Clone)]
struct Said(i64, &'static str, Value);

fn events(said: &[Said]) -> Vec<Event> {
    let events = said
        .iter()
        .enumerate()
        .map(|(n, Said(second, name, data))| {
            let text = json!({"specversion": "1.0", "id": n.to_string(), "source": "/s",
            "type": format!("mfg.{name}.v1"), "time": at(*second), "plant": "P1",
            "sequence": format!("{n:06}"), "data": data});
            wire::decode(text.to_string().as_bytes()).unwrap()
        });
    events.collect()
}

fn plant(events: impl IntoIterator<Item = Event>) -> Plant {
    let mut plant = Plant::new("P1".parse().unwrap());
    for event in events {
        plant.apply(&event).unwrap();
    }
    plant
}

fn center(plant: &Plant) -> &WorkCenter {
    plant.work_center(&"W".parse().unwrap()).unwrap()
}

fn state() -> impl Strategy<Value = Said> {
    let states = [
        "not_available",
        "out_of_service",
        "not_executing",
        "executing",
    ];
    let modes = ["none", "maintenance", "processing", "setup"];
    let causes = [Value::Null, json!("starved"), json!("blocked")];
    let parts = (
        prop::sample::select(states.to_vec()),
        prop::sample::select(modes.to_vec()),
        prop::sample::select(causes.to_vec()),
        prop::option::of(0..7_200_i64),
    );
    (0..24 * HOUR_S, parts).prop_map(|(second, (state, mode, cause, back))| {
        let since = back.map(|back| at(second - back));
        Said(
            second,
            "work_center.state_changed",
            json!({"work_center": "W", "item_state": state, "mode": mode, "idle_cause": cause,
                "since": since}),
        )
    })
}

fn session() -> impl Strategy<Value = Said> {
    (0..24 * HOUR_S, 0..4_u64, any::<bool>()).prop_map(|(second, number, birth)| {
        let state = if birth { "birth" } else { "death" };
        let data = json!({"work_center": "W", "session_no": number, "state": state});
        Said(second, "edge.session", data)
    })
}

fn maintenance() -> impl Strategy<Value = Said> {
    let kinds = prop::sample::select(vec!["planned", "breakdown"]);
    (0..24 * HOUR_S, 0..3_u8, 0..3_u8, kinds, 1..9_000_i64).prop_map(
        |(second, number, what, kind, long)| {
            let order = json!({"work_center": "W", "maintenance": format!("M{number}"),
                "kind": kind, "from": at(second + long), "to": at(second + 2 * long)});
            let name = [
                "maintenance.scheduled",
                "maintenance.started",
                "maintenance.finished",
            ];
            Said(second, name[usize::from(what)], order)
        },
    )
}

fn configuration() -> impl Strategy<Value = Said> {
    let shifts = prop::collection::vec((0..24 * HOUR_S, 1..20_000_i64), 0..4);
    let quiet = prop::option::of(60..5_000_u32);
    (0..24 * HOUR_S, shifts, quiet, 1..3_u32).prop_map(|(second, shifts, quiet, capacity)| {
        let shifts = shifts.iter();
        let shifts = shifts.map(|(from, long)| json!({"from": at(*from), "to": at(from + long)}));
        let data = json!({"work_center": "W", "shifts": shifts.collect::<Vec<_>>(),
            "silent_after_s": quiet, "capacity": capacity});
        Said(second, "work_center.configured", data)
    })
}

fn sample() -> impl Strategy<Value = Said> {
    let shown = prop::option::of(0..50_u64);
    (0..24 * HOUR_S, 0..2_u32, shown.clone(), shown).prop_map(|(second, epoch, good, scrap)| {
        let data = json!({"work_center": "W", "epoch": epoch,
            "counters": {"good": good, "scrap": scrap}});
        Said(second, "work_center.counter_sampled", data)
    })
}

fn story() -> impl Strategy<Value = Vec<Said>> {
    let one = prop_oneof![
        4 => state(), 1 => session(), 2 => maintenance(), 1 => configuration(), 3 => sample()
    ];
    prop::collection::vec(one, 1..40)
}

/// The bucket of an instant by asking each rule by itself, through the public answers only.
fn spent_at(center: &WorkCenter, second: i64) -> Bucket {
    let window = center
        .periods(at(second), at(second).plus_micros(1))
        .unwrap();
    assert_eq!(window.len(), 1);
    window[0].bucket
}

/// What one counter counted, by the rule of the catalogue and nothing else.
fn plainly_counted(said: &[Said], counter: &str) -> Option<u64> {
    let mut shown: Vec<(i64, usize, u64, u64)> = said
        .iter()
        .enumerate()
        .filter(|(_, said)| said.1 == "work_center.counter_sampled")
        .filter_map(|(n, Said(second, _, data))| {
            let shows = data["counters"][counter].as_u64()?;
            Some((*second, n, data["epoch"].as_u64().unwrap_or(0), shows))
        })
        .collect();
    shown.sort_unstable();
    let pairs = shown.windows(2).map(|pair| {
        let ((_, _, old, before), (_, _, new, now)) = (pair[0], pair[1]);
        if old == new && now >= before {
            now - before
        } else {
            now
        }
    });
    (shown.len() > 1).then(|| pairs.sum())
}

proptest! {
    #[test]
    fn buckets_partition_calendar_time(
        said in story(), from in -HOUR_S..30 * HOUR_S, long in 1..30 * HOUR_S,
    ) {
        let plant = plant(events(&said));
        let center = center(&plant);
        let (from, to) = (at(from), at(from + long));
        let periods = center.periods(from, to).unwrap();
        prop_assert_eq!(periods[0].from, from);
        prop_assert_eq!(periods.last().unwrap().to, to);
        for pair in periods.windows(2) {
            prop_assert_eq!(pair[0].to, pair[1].from, "no gap and no overlap");
            prop_assert_ne!(pair[0].bucket, pair[1].bucket);
        }
        let buckets = center.buckets(from, to).unwrap();
        prop_assert_eq!(buckets.total_micros(), to.micros_since(from));
        for period in &periods {
            prop_assert!(period.from < period.to);
            prop_assert_eq!(center.periods(period.from, period.from.plus_micros(1)).unwrap()[0]
                .bucket, period.bucket, "a window does not depend on where it begins");
        }
    }

    #[test]
    fn the_order_of_arrival_does_not_matter(said in story(), seed in any::<u64>()) {
        let told = events(&said);
        let mut shuffled = told.clone();
        shuffled.sort_by_key(|event| seed.wrapping_mul(1 + event.content_digest()));
        let (one, other) = (plant(told.clone()), plant(shuffled));
        prop_assert_eq!(one.state_hash(), other.state_hash());
        let twice = plant(told.iter().chain(&told).cloned());
        prop_assert_eq!(one.state_hash(), twice.state_hash(), "a state is a set of facts");
    }

    #[test]
    fn counters_count_by_the_plain_rule(said in prop::collection::vec(sample(), 1..60)) {
        let plant = plant(events(&said));
        let counted = center(&plant).counted_in_all();
        prop_assert_eq!(counted.good, plainly_counted(&said, "good"));
        prop_assert_eq!(counted.scrap, plainly_counted(&said, "scrap"));
    }

    #[test]
    fn oee_factors_are_shares_or_flagged(said in story(), long in 1..24 * HOUR_S) {
        let plant = plant(events(&said));
        let oee = center(&plant).oee(at(0), at(long)).unwrap();
        for factor in [oee.availability, oee.quality, oee.effectiveness].into_iter().flatten() {
            let share = (twin_model::Decimal::ZERO..=twin_model::Decimal::ONE)
                .contains(&factor.value());
            prop_assert_eq!(factor.is_plausible(), share);
        }
        let available = oee.availability.is_none_or(twin_model::Factor::is_plausible);
        prop_assert!(available, "production lies within the planned busy time");
    }

    #[test]
    fn stale_dead_and_unheard_time_is_never_idle(said in story(), second in 0..24 * HOUR_S) {
        let plant = plant(events(&said));
        let center = center(&plant);
        let idle = [Bucket::Idle, Bucket::IdleStarved, Bucket::IdleBlocked];
        if center.liveness(at(second)) != twin_model::Liveness::Live {
            prop_assert!(!idle.contains(&spent_at(center, second)));
        }
    }
}

/// Ten days in which every tenth minute brings a state, and every minute a reading.
fn ten_days() -> Vec<Said> {
    let mut said = Vec::new();
    let mut good = 0_u64;
    for minute in 0..10 * 24 * 60_i64 {
        let second = minute * 60;
        if minute % 10 == 0 {
            let state = ["executing", "not_executing", "out_of_service"];
            let state = state[usize::try_from(minute / 10 * 7 % 3).unwrap()];
            let data = json!({"work_center": "W", "item_state": state});
            said.push(Said(second, "work_center.state_changed", data));
        }
        good = if minute % 1_000 == 999 { 0 } else { good + 3 };
        let data = json!({"work_center": "W", "counters": {"good": good}});
        said.push(Said(second + 1, "work_center.counter_sampled", data));
    }
    said
}

#[test]
fn ten_days_are_kept_within_bounds_and_nothing_of_their_sums_is_lost() {
    let said = ten_days();
    let mut late = events(&said);
    let in_order = plant(late.clone());
    // Every seventh event comes an hour late.
    late.sort_by_key(|event| {
        let second = event.time.micros_since(at(0)) / 1_000_000;
        let minute = second / 60;
        second + if minute % 7 == 0 { HOUR_S } else { 0 }
    });
    let out_of_order = plant(late);
    assert_eq!(in_order.state_hash(), out_of_order.state_hash());

    let center = center(&in_order);
    let end = at(10 * 24 * HOUR_S);
    let buckets = center.buckets_in_all(end);
    assert_eq!(buckets.total_micros(), end.micros_since(at(0)));
    for bucket in [
        Bucket::Producing,
        Bucket::IdleStarved,
        Bucket::UnplannedDown,
    ] {
        assert_eq!(
            buckets.micros(bucket),
            10 * 24 * HOUR_S * 1_000_000 / 3,
            "{bucket:?}"
        );
    }
    assert_eq!(center.counted_in_all().good, plainly_counted(&said, "good"));
    let stored = wire::snapshot::StoredPlant::from(&in_order);
    let bytes = serde_json::to_vec(&stored).unwrap().len();
    assert!(bytes < 1_500_000, "{bytes} bytes are kept of ten days");
}
