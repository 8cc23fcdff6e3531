//! What a plant tells of its past while it goes on.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use actors::{
    Commit, Counts, Cursor, HistoryError, Input, Moment, PlantClock, PlantHandle, PlantOptions,
    Resolve, Retention, open,
};
use bytes::Bytes;
use serde_json::{Value, json};
use twin_model::{StateHash, Time};

use crate::story::{self, START};

/// Lives of the plant, each with an opening of its own.
const LIVES: usize = 4;
const ORDERS_PER_LIFE: usize = 80;

fn options(dir: &Path) -> PlantOptions {
    PlantOptions {
        // Both are reached several times, so that the past begins at many places.
        snapshot_inputs: 90,
        segment_bytes: 20_000,
        ..story::options(dir)
    }
}

/// A way through choices that the seed alone decides (Knuth's multiplier, high bits).
struct Choices(u64);

impl Choices {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963);
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    fn shuffled<T>(&mut self, mut things: Vec<T>) -> Vec<T> {
        for end in (2..=things.len()).rev() {
            things.swap(end - 1, self.below(end));
        }
        things
    }
}

/// What a plant said of itself right after a commit.
#[derive(Debug, Clone, PartialEq)]
struct Stood {
    hash: StateHash,
    counts: Counts,
    exceptions: usize,
}

fn stood(snapshot: &actors::Snapshot) -> Stood {
    Stood {
        hash: snapshot.plant.state_hash(),
        counts: (*snapshot.counts).clone(),
        exceptions: snapshot.exceptions.len(),
    }
}

/// Messages of some orders in any order: what waits, what comes twice, what cannot be read.
fn messages(choices: &mut Choices, life: usize) -> Vec<Bytes> {
    let mut all = Vec::new();
    for number in 0..ORDERS_PER_LIFE {
        let order = format!("WO-{life}-{number}");
        let report = story::report(&format!("e-{order}"), &order, "5");
        all.extend([
            story::created(&order),
            story::released(&order),
            report.clone(),
        ]);
        match number % 7 {
            0 => all.push(report),
            1 => all.push(Bytes::from(format!("no event {order}"))),
            2 => all.push(story::report(&format!("h-{order}"), &order, "0.5")),
            _ => {}
        }
    }
    choices.shuffled(all)
}

/// What somebody who followed was told, and what the plant was after each commit.
#[derive(Default)]
struct Lived {
    told: Vec<Arc<Commit>>,
    stood: BTreeMap<u64, Stood>,
    /// Where each life began, and ended.
    greeted: Vec<Cursor>,
}

async fn live(plant: &PlantHandle, messages: Vec<Bytes>, life: usize, lived: &mut Lived) {
    let mut subscription = plant.feed().subscribe().await.unwrap();
    lived.greeted.push(subscription.start.cursor());
    for (place, raw) in messages.into_iter().enumerate() {
        story::tell(plant, raw).await;
        if place % 40 == 39 {
            story::tick(plant, i64::try_from(life * 100_000 + place * 100).unwrap()).await;
        }
        let snapshot = plant.fork().take().await.unwrap();
        lived.stood.insert(snapshot.commit_no, stood(&snapshot));
        while let Ok(commit) = subscription.commits.try_recv() {
            lived.told.push(commit);
        }
    }
    // Whatever is open: what was refused is tried again by a person.
    let wanted = story::wanted(1, Resolve::Replay);
    drop(plant.exceptions().resolve(wanted).await);
    plant.fork().take().await.unwrap();
    while let Ok(commit) = subscription.commits.try_recv() {
        lived.told.push(commit);
    }
    let snapshot = plant.fork().take().await.unwrap();
    lived.stood.insert(snapshot.commit_no, stood(&snapshot));
}

/// Lives several lives and leaves the plant open in the last.
async fn lived(dir: &Path, seed: u64) -> (PlantHandle, Lived) {
    let mut choices = Choices(seed);
    let mut all = Lived::default();
    for life in 0..LIVES {
        let plant = open(options(dir)).await.unwrap();
        live(&plant, messages(&mut choices, life), life, &mut all).await;
        if life + 1 == LIVES {
            return (plant, all);
        }
        plant.close().await;
    }
    unreachable!("there is a last life")
}

/// Blocking work on a thread of its own, as the door demands.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}

fn retold(plant: &PlantHandle, after: Cursor) -> Result<Vec<Commit>, HistoryError> {
    let mut commits = Vec::new();
    plant.history().retell(after)?.go_on(&mut |commit| {
        commits.push(commit);
        ControlFlow::Continue(())
    })?;
    Ok(commits)
}

#[tokio::test]
async fn commits_are_told_again_as_they_were_told_from_every_place_in_every_life() {
    let dir = tempfile::tempdir().unwrap();
    let seed = 20_261_128;
    println!("seed {seed}");
    let (plant, lived) = lived(dir.path(), seed).await;
    let numbers: Vec<u64> = lived.told.iter().map(|commit| commit.commit_no).collect();
    assert!(numbers.len() > 1_000, "{}", numbers.len());
    assert!(numbers.windows(2).all(|pair| pair[0] + 1 == pair[1]));
    let epochs = lived.told.iter().map(|commit| commit.epoch);
    assert_eq!(
        epochs.collect::<std::collections::BTreeSet<_>>().len(),
        LIVES
    );

    let mut choices = Choices(seed);
    let places = (0..30).map(|_| choices.below(lived.told.len()));
    for place in places.chain([0, lived.told.len() - 1]).collect::<Vec<_>>() {
        let (from, handle) = (Arc::clone(&lived.told[place]), plant.clone());
        // The whole of it, and the first change in it: then it is told again itself.
        for (index, skipped) in [(u32::MAX, 1), (1, 0)] {
            let after = Cursor {
                epoch: from.epoch,
                commit_no: from.commit_no,
                index,
            };
            let asked = handle.clone();
            let again = aside(move || retold(&asked, after)).await.unwrap();
            let told = &lived.told[place + skipped..];
            assert_eq!(again.len(), told.len(), "{after}");
            for (again, told) in again.iter().zip(told) {
                assert!(again == &**told, "{after}: commit {}", told.commit_no);
            }
        }
    }
    plant.close().await;
}

#[tokio::test]
async fn what_is_told_again_goes_on_with_what_came_meanwhile() {
    let dir = tempfile::tempdir().unwrap();
    let plant = open(options(dir.path())).await.unwrap();
    let start = plant.feed().subscribe().await.unwrap().start.cursor();
    for number in 0..5 {
        story::tell(&plant, story::created(&format!("WO-{number}"))).await;
    }
    let (handle, mut retold) = (plant.clone(), plant.history().retell(start).unwrap());
    let (mut retold, mut numbers) = aside(move || {
        let mut numbers = Vec::new();
        let two = &mut |commit: Commit| {
            numbers.push(commit.commit_no);
            match numbers.len() {
                2 => ControlFlow::Break(()),
                _ => ControlFlow::Continue(()),
            }
        };
        retold.go_on(two).unwrap();
        (retold, numbers)
    })
    .await;
    assert_eq!(numbers, [1, 2], "no more than was wanted");
    assert_eq!(retold.snapshot().commit_no, 2);
    story::tell(&handle, story::created("WO-LATE")).await;
    let numbers = aside(move || {
        retold
            .go_on(&mut |commit| {
                numbers.push(commit.commit_no);
                ControlFlow::Continue(())
            })
            .unwrap();
        numbers
    })
    .await;
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6]);
    plant.close().await;
}

#[tokio::test]
async fn a_cursor_of_another_history_is_named_never_continued() {
    let dir = tempfile::tempdir().unwrap();
    let (plant, lived) = lived(dir.path(), 7).await;
    let told = |index: usize| {
        let commit = &lived.told[index];
        Cursor {
            epoch: commit.epoch,
            commit_no: commit.commit_no,
            index: u32::MAX,
        }
    };
    let last = told(lived.told.len() - 1);
    let second_life = lived
        .told
        .iter()
        .position(|commit| commit.epoch == 2)
        .unwrap();
    // What an opening greets with has the number of the commit before it: both can be continued.
    let (end_of_first, begin_of_second) = (told(second_life - 1), lived.greeted[1]);
    assert_eq!(end_of_first.commit_no, begin_of_second.commit_no);
    for (after, continued) in [
        (end_of_first, true),
        (begin_of_second, true),
        (
            Cursor {
                epoch: 3,
                ..end_of_first
            },
            false,
        ),
        (
            Cursor {
                epoch: 1,
                ..told(second_life)
            },
            false,
        ),
        (
            Cursor {
                epoch: 3,
                index: 1,
                ..told(second_life)
            },
            false,
        ),
        (
            Cursor {
                epoch: 1,
                index: 1,
                ..told(second_life)
            },
            false,
        ),
        (
            Cursor {
                index: 1,
                ..told(second_life)
            },
            true,
        ),
        (last, true),
    ] {
        let handle = plant.clone();
        let found = aside(move || retold(&handle, after).map(drop)).await;
        let is_other = matches!(found, Err(HistoryError::OtherOpening));
        assert_eq!(
            (found.is_ok(), is_other),
            (continued, !continued),
            "{after}"
        );
    }
    plant.close().await;
}

#[tokio::test]
async fn a_cursor_that_is_yet_to_come_is_told_how_far_the_plant_is() {
    let dir = tempfile::tempdir().unwrap();
    let plant = open(options(dir.path())).await.unwrap();
    story::tell(&plant, story::created("WO-1")).await;
    let last = plant.fork().take().await.unwrap().cursor();
    let beyond = Cursor {
        commit_no: last.commit_no + 1,
        ..last
    };
    let found = retold(&plant, beyond).map(drop);
    assert!(matches!(found, Err(HistoryError::Ahead { head }) if head == last.commit_no));
    let found = plant.history().at(Moment::Commit(last.commit_no + 1));
    assert!(matches!(found, Err(HistoryError::Ahead { head }) if head == last.commit_no));
    plant.close().await;
}

#[tokio::test]
async fn a_plant_as_it_was_known_is_what_it_said_then() {
    let dir = tempfile::tempdir().unwrap();
    let seed = 31;
    println!("seed {seed}");
    let (plant, lived) = lived(dir.path(), seed).await;
    let mut choices = Choices(seed);
    let numbers: Vec<u64> = lived.stood.keys().copied().collect();
    let mut checked = 0;
    for number in choices.shuffled(numbers).into_iter().take(200) {
        let handle = plant.clone();
        let past = aside(move || handle.history().at(Moment::Commit(number)).unwrap()).await;
        assert_eq!(past.commit_no, number);
        assert_eq!(stood(&past), lived.stood[&number], "commit {number}");
        checked += 1;
    }
    assert_eq!(checked, 200);
    let nothing = plant.history().at(Moment::Commit(0)).unwrap();
    assert!(nothing.plant.is_empty());
    plant.close().await;
}

#[tokio::test]
async fn a_time_means_the_last_commit_that_did_not_go_beyond_it() {
    let dir = tempfile::tempdir().unwrap();
    let plant = open(options(dir.path())).await.unwrap();
    story::tell(&plant, story::created("WO-1")).await;
    story::tick(&plant, 100).await;
    story::tell(&plant, story::created("WO-2")).await;
    story::tick(&plant, 200).await;
    let at = |after_s| Moment::Time(story::start().plus_seconds(after_s));
    for (moment, commit_no) in [
        (at(-1), 0),
        (at(0), 1),
        (at(99), 1),
        (at(100), 3),
        (at(199), 3),
        (at(200), 4),
        (at(9999), 4),
    ] {
        let past = plant.history().at(moment).unwrap();
        assert_eq!(past.commit_no, commit_no, "{moment:?}");
    }
    plant.close().await;

    let dir = tempfile::tempdir().unwrap();
    let wall = PlantOptions {
        clock: PlantClock::Wall,
        ..options(dir.path())
    };
    let plant = open(wall).await.unwrap();
    let mut recorded: Vec<(u64, Time)> = Vec::new();
    for number in 0..4 {
        story::tell(&plant, story::created(&format!("WO-{number}"))).await;
        let snapshot = plant.fork().take().await.unwrap();
        recorded.push((snapshot.commit_no, snapshot.recorded));
    }
    assert!(
        recorded.is_sorted_by(|one, next| one.1 < next.1),
        "commits take time"
    );
    for (number, time) in recorded {
        assert_eq!(
            plant.history().at(Moment::Time(time)).unwrap().commit_no,
            number
        );
        let before = Moment::Time(Time::from_micros(time.as_micros() - 1));
        assert_eq!(plant.history().at(before).unwrap().commit_no, number - 1);
    }
    plant.close().await;
}

/// A message that happened `after_s` seconds after the start.
fn at(raw: &Bytes, after_s: i64) -> (Time, Bytes) {
    let mut message: Value = serde_json::from_slice(raw).unwrap();
    let time = START.parse::<Time>().unwrap().plus_seconds(after_s);
    message["time"] = json!(time.to_string());
    (time, message.to_string().into())
}

#[tokio::test]
async fn a_plant_as_it_was_has_also_what_came_late_and_nothing_of_after() {
    let seed = 5;
    println!("seed {seed}");
    let mut told = Vec::new();
    for number in 0..40_i64 {
        let order = format!("WO-{number}");
        told.push(at(&story::created(&order), number * 10));
        told.push(at(&story::released(&order), number * 10 + 3));
        told.push(at(
            &story::report(&format!("e-{order}"), &order, "5"),
            number * 10 + 6,
        ));
    }
    let dir = tempfile::tempdir().unwrap();
    let plant = open(options(dir.path())).await.unwrap();
    let mut choices = Choices(seed);
    for (_, raw) in choices.shuffled(told.clone()) {
        story::give(&plant, Input::decode(raw)).await;
    }
    let head = plant.fork().take().await.unwrap().commit_no;
    for after_s in (-1..420).step_by(7) {
        let time = story::start().plus_seconds(after_s);
        let was = plant.history().was(time).unwrap();
        assert_eq!((was.left_out, was.snapshot.commit_no), (0, head));

        let in_order_dir = tempfile::tempdir().unwrap();
        let in_order = open(options(in_order_dir.path())).await.unwrap();
        let happened = told.iter().filter(|(at, _)| *at <= time);
        for (_, raw) in happened.clone() {
            story::tell(&in_order, raw.clone()).await;
        }
        let expected = in_order.fork().take().await.unwrap();
        assert_eq!(
            was.snapshot.plant.state_hash(),
            expected.plant.state_hash(),
            "{time}"
        );
        assert_eq!(was.snapshot.counts.applied, happened.count() as u64);
        assert_eq!(was.snapshot.sources, expected.sources);
        in_order.close().await;
    }
    plant.close().await;
}

#[tokio::test]
async fn what_the_plants_retention_let_go_is_said_to_be_gone() {
    let dir = tempfile::tempdir().unwrap();
    let keeping_little = || PlantOptions {
        snapshot_inputs: 10,
        segment_bytes: 2_000,
        retention: Retention::Mebibytes(0),
        ..story::options(dir.path())
    };
    for life in 0..6 {
        let plant = open(keeping_little()).await.unwrap();
        for number in 0..10 {
            story::tell(&plant, story::created(&format!("WO-{life}-{number}"))).await;
        }
        plant.close().await;
    }
    let plant = open(keeping_little()).await.unwrap();
    let gone = plant.history().at(Moment::Commit(3)).unwrap_err();
    assert!(
        matches!(gone, HistoryError::NotKept { first } if first > 4),
        "{gone}"
    );
    let start = Cursor {
        epoch: 1,
        commit_no: 2,
        index: u32::MAX,
    };
    let gone = plant.history().retell(start).unwrap_err();
    assert!(matches!(gone, HistoryError::NotKept { .. }), "{gone}");
    let newest = plant.history().at(Moment::Commit(60)).unwrap();
    let now = plant.fork().take().await.unwrap();
    assert_eq!(newest.plant.state_hash(), now.plant.state_hash());
    plant.close().await;
}
