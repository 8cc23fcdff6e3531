use proptest::prelude::*;

use super::*;

/// What is told of a work center of which nothing is.
const NOTHING: Configurations = Configurations(Vec::new());

fn at(minute: i64) -> Time {
    Time::EPOCH.plus_seconds(minute * 60)
}

fn shows(minute: i64, good: u64) -> Sample {
    let counters = Pieces {
        good: Some(good),
        ..Pieces::default()
    };
    Sample {
        at: at(minute),
        rank: 0,
        epoch: 0,
        counters,
    }
}

/// A counter that is read each minute and counts one more each time than the time before; one
/// run was there all the time.
fn counted() -> (CounterSeries, PagedMap<RunKey, Run>) {
    let key: RunKey = ("O".parse().unwrap(), "10".parse().unwrap());
    let mut runs: PagedMap<RunKey, Run> = [(key, Run::between(at(0), None))].into_iter().collect();
    let mut series = CounterSeries::default();
    assert!(series.is_empty());
    for (minute, good) in [(0, 0), (1, 1), (2, 3), (3, 6), (4, 10)] {
        assert!(series.note(shows(minute, good), &mut runs, &NOTHING));
    }
    (series, runs)
}

fn good(pieces: &Pieces) -> Option<u64> {
    pieces.good
}

#[test]
fn what_is_settled_is_kept_as_a_sum_and_nothing_else_changes() {
    let (mut series, mut runs) = counted();
    let run = |runs: &PagedMap<RunKey, Run>| runs.values().next().copied().unwrap();
    assert_eq!(good(&run(&runs).counted), Some(10));
    series.settle(at(2), &mut runs, &NOTHING);
    assert_eq!(
        good(&series.settled),
        Some(3),
        "the reading at the horizon too"
    );
    let kept: Vec<Time> = series.samples.iter().map(|sample| sample.at).collect();
    assert_eq!(kept, [at(3), at(4)]);
    assert_eq!(series.cells.len(), 0, "all of them ended by then");
    assert_eq!(good(&series.counted_in_all()), Some(10));
    assert_eq!(good(&series.counted(at(2), at(4))), Some(7));
    assert_eq!(good(&run(&runs).settled), Some(3));
    series.attribute(&mut runs);
    assert_eq!(good(&run(&runs).counted), Some(10), "it keeps what it had");
    assert!(!series.is_empty());
    series.settle(at(9), &mut runs, &NOTHING);
    assert_eq!(series.samples.len(), 0);
    assert_eq!(good(&series.counted_in_all()), Some(10));
    assert!(!series.is_empty(), "it is known where the counter stands");
    assert!(series.note(shows(10, 12), &mut runs, &NOTHING));
    assert_eq!(good(&series.counted_in_all()), Some(12));
}

#[test]
fn a_horizon_does_not_go_back() {
    let (mut series, mut runs) = counted();
    series.settle(at(3), &mut runs, &NOTHING);
    let before = series.clone();
    series.settle(at(2), &mut runs, &NOTHING);
    series.settle(at(3), &mut runs, &NOTHING);
    assert_eq!(series, before);
}

#[test]
fn a_short_way_over_the_last_number_is_a_wrap_and_everything_else_a_restart() {
    for (from, to, modulus, way) in [
        (65_530, 4, Some(65_536), Some(10)),
        (65_535, 0, Some(65_536), Some(1)),
        (95, 5, Some(100), Some(10)),
        (95, 6, Some(100), None),
        (94, 4, Some(100), Some(10)),
        (94, 5, Some(100), None),
        (9, 0, Some(10), Some(1)),
        (8, 0, Some(10), None),
        // It has more numbers than were told.
        (100, 1, Some(100), None),
        (105, 1, Some(100), None),
        // It did not fall.
        (99, 99, Some(100), None),
        (98, 99, Some(100), None),
        (65_530, 4, None, None),
        (u64::MAX - 1, 0, Some(u64::MAX), Some(1)),
    ] {
        assert_eq!(
            wrapped(from, to, modulus),
            way,
            "{from} to {to} of {modulus:?}"
        );
    }
}

proptest! {
    /// Pieces are given to runs as they come, and what a run has is what a look at all would give:
    /// also where a minute changes hands, was folded, or is of readings that came late.
    #[test]
    fn what_a_run_has_is_what_was_counted_while_it_ran(
        runs in prop::collection::vec((0_i64..400, 1_i64..300), 0..5),
        readings in prop::collection::vec((1_i64..40, 0_u64..9, 0_u8..12), 1..60),
    ) {
        let second = |second: i64| Time::EPOCH.plus_seconds(second);
        let runs = runs.iter().enumerate().map(|(n, (since, long))| {
            let key: RunKey = (format!("O{n}").parse().unwrap(), "10".parse().unwrap());
            (key, Run::between(second(*since), Some(second(since + long))))
        });
        let mut runs: PagedMap<RunKey, Run> = runs.collect();
        let mut series = CounterSeries::default();
        let (mut now, mut good) = (0, 0);
        for (later, more, kind) in readings {
            now += later;
            good += more;
            let mut sample = shows(0, good);
            // One of them comes late, but not later than readings are taken.
            let late = second(now - later - 1);
            let is_late = kind == 0 && series.horizon.is_none_or(|horizon| late > horizon);
            sample.at = if is_late { late } else { second(now) };
            series.note(sample, &mut runs, &NOTHING);
            let mut anew = runs.clone();
            series.attribute(&mut anew);
            prop_assert_eq!(&runs, &anew, "after second {}", now);
            match kind {
                1 => series.fold(second(now), &NOTHING),
                2 => series.fold(second(now - 30), &NOTHING),
                _ => {}
            }
            series.attribute(&mut anew);
            prop_assert_eq!(&runs, &anew, "folded at second {}", now);
        }
    }
}

#[test]
fn a_minute_goes_to_who_worked_at_its_last_reading() {
    let second = |second: i64| Time::EPOCH.plus_seconds(second);
    let key = |order: &str| -> RunKey { (order.parse().unwrap(), "10".parse().unwrap()) };
    for folded in [false, true] {
        let mut runs: PagedMap<RunKey, Run> = [
            (key("A"), Run::between(second(0), Some(second(320)))),
            (key("B"), Run::between(second(320), None)),
        ]
        .into_iter()
        .collect();
        let mut series = CounterSeries::default();
        let read = |at: i64, good: u64| Sample {
            at: second(at),
            ..shows(0, good)
        };
        series.note(read(200, 10), &mut runs, &NOTHING);
        series.note(read(290, 12), &mut runs, &NOTHING);
        series.note(read(310, 15), &mut runs, &NOTHING);
        let given =
            |runs: &PagedMap<RunKey, Run>| ["A", "B"].map(|order| runs[&key(order)].counted.good);
        assert_eq!(given(&runs), [Some(5), None]);
        if folded {
            series.fold(second(310), &NOTHING);
        }
        series.note(read(340, 19), &mut runs, &NOTHING);
        assert_eq!(given(&runs), [Some(2), Some(7)], "folded: {folded}");
        series.note(read(350, 20), &mut runs, &NOTHING);
        series.note(read(400, 22), &mut runs, &NOTHING);
        assert_eq!(given(&runs), [Some(2), Some(10)], "folded: {folded}");
    }
}
