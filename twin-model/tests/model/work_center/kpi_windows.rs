//! Figures of a work center that are told when a window of its time is over.
use serde_json::{Value, json};
use twin_model::wire::snapshot::StoredPlant;
use twin_model::{Bucket, KpiClosed, Notice, Plant};

use super::{Story, time};

fn wanted(at: &str, window: Value, story: &mut Story) {
    let data = json!({"work_center": "W", "kpi_window_s": window, "ideal_s_per_unit": "60"});
    story.tell("work_center.configured", at, &data);
}

/// The plant's clock reaches a time; what is told then.
fn clock(story: &mut Story, at: &str) -> Vec<KpiClosed> {
    let mut told = Vec::new();
    while let Some(turn) = story.0.tick(time(at)) {
        told.extend(turn.notices.into_iter().filter_map(|notice| match notice {
            Notice::KpiClosed { figures } => Some(*figures),
            _ => None,
        }));
    }
    told
}

fn windows(told: &[KpiClosed]) -> Vec<String> {
    let at = |at: twin_model::Time| at.to_string()[11..16].to_owned();
    let window = |figures: &KpiClosed| format!("{}-{}", at(figures.from), at(figures.to));
    told.iter().map(window).collect()
}

#[test]
fn the_figures_of_a_window_are_told_once_five_minutes_after_its_end() {
    let mut story = Story::new();
    wanted("05:30", json!(3_600), &mut story);
    story.state("06:00", "executing");
    story.count("06:00", 0);
    story.count("06:10", 27);
    story.state("06:45", "out_of_service");
    assert_eq!(story.0.next_due(), Some(time("07:05")));
    assert_eq!(clock(&mut story, "07:04"), []);
    let told = clock(&mut story, "07:05");
    assert_eq!(windows(&told), ["06:00-07:00"]);
    let figures = &told[0];
    let spent: Vec<(Bucket, i64)> = figures
        .buckets
        .iter()
        .map(|spent| (spent.bucket, spent.micros / 60_000_000))
        .collect();
    assert_eq!(
        spent,
        [(Bucket::Producing, 45), (Bucket::UnplannedDown, 15)]
    );
    let factor = |text: &str| Some(text.parse().unwrap());
    assert_eq!(
        (figures.good, figures.scrap, figures.total),
        (Some(27), None, Some(27))
    );
    assert_eq!(
        (figures.availability, figures.effectiveness, figures.quality),
        (factor("0.75"), factor("0.6"), factor("1"))
    );
    assert_eq!(figures.oee, factor("0.45"));
    // A late word changes what is answered, and is not told again.
    story.state("06:30", "out_of_service");
    assert_eq!(clock(&mut story, "07:50"), []);
    assert_eq!(windows(&clock(&mut story, "08:05")), ["07:00-08:00"]);
}

#[test]
fn a_window_begins_whole_after_it_was_asked_for_and_ends_when_nobody_asks() {
    let mut story = Story::new();
    wanted("06:00", json!(900), &mut story);
    assert_eq!(windows(&clock(&mut story, "06:20")), ["06:00-06:15"]);
    wanted("06:21", json!(1_800), &mut story);
    assert_eq!(story.0.next_due(), Some(time("07:05")));
    assert_eq!(windows(&clock(&mut story, "07:06")), ["06:30-07:00"]);
    wanted("07:10", Value::Null, &mut story);
    assert_eq!(story.0.next_due(), None);
    assert_eq!(clock(&mut story, "09:00"), []);
}

#[test]
fn a_clock_that_stood_still_tells_the_last_windows_and_a_restart_none_again() {
    let mut story = Story::new();
    wanted("01:00", json!(900), &mut story);
    let told = clock(&mut story, "09:05");
    assert_eq!(told.len(), 24);
    assert_eq!(windows(&told)[0], "03:00-03:15");
    assert_eq!(windows(&told)[23], "08:45-09:00");
    let hash = story.0.state_hash();
    let stored = StoredPlant::from(&story.0);
    let mut back = Story(Plant::try_from(stored).unwrap());
    assert_eq!(back.0.state_hash(), hash);
    assert_eq!(back.0.next_due(), Some(time("09:20")));
    assert_eq!(windows(&clock(&mut back, "09:20")), ["09:00-09:15"]);
}

#[test]
fn a_silence_and_a_window_that_fall_due_together_are_both_told() {
    let mut story = Story::new();
    let data = json!({"work_center": "W", "kpi_window_s": 3_600, "silent_after_s": 600});
    story.tell("work_center.configured", "05:00", &data);
    story.state("05:55", "executing");
    assert_eq!(story.0.next_due(), Some(time("06:05")));
    assert_eq!(windows(&clock(&mut story, "06:05")), ["05:00-06:00"]);
    let told = story.center().discrepancies();
    assert_eq!(told.len(), 1, "{told:?}");
    // And one without the other.
    story.state("06:50", "executing");
    assert_eq!(clock(&mut story, "07:00"), []);
    assert_eq!(story.center().discrepancies().len(), 1);
    assert_eq!(windows(&clock(&mut story, "07:05")), ["06:00-07:00"]);
}
