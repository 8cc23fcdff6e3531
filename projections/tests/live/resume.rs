//! Who comes back to the change stream gets what it missed, however long ago that was.

use actors::{Cursor, PlantClock};
use projections::StreamLimits;

use crate::follower::{Follower, Frame};
use crate::live_plant::{LivePlant, lot};

/// So few that most of what is missed is only in the journal.
const RING_EVENTS: usize = 20;

async fn small_ring() -> LivePlant {
    let limits = StreamLimits {
        events_max: RING_EVENTS,
        ..StreamLimits::default()
    };
    LivePlant::open_with(PlantClock::EventTime, limits).await
}

async fn lots(plant: &mut LivePlant, name: &str, count: usize) {
    for number in 0..count {
        let data = lot(&format!("{name}-{number}"), "1");
        plant.tell("lot.created", "08:00", data).await;
    }
}

/// What a follower that reads on gets until the change of the entity `id`.
async fn read_until(follower: &mut Follower, id: &str) -> Vec<Frame> {
    let frames = follower.until(id).await;
    assert!(
        frames.iter().all(|frame| frame.event != "gap"),
        "{frames:?}"
    );
    frames
}

/// All that was ever told, by a follower that was there from the first change in each life.
async fn three_lives() -> (LivePlant, Vec<Frame>) {
    let mut plant = small_ring().await;
    let mut told = Vec::new();
    for life in ["A", "B", "C"] {
        if life != "A" {
            plant = plant.reopened().await;
        }
        let mut follower = Follower::open(&plant, None).await;
        for part in 0..5 {
            let name = format!("{life}{part}");
            lots(&mut plant, &name, 12).await;
            told.extend(read_until(&mut follower, &format!("{name}-11")).await);
        }
    }
    assert_eq!(told.len(), 180);
    (plant, told)
}

#[actix_web::test]
async fn a_follower_of_an_earlier_life_gets_exactly_what_it_missed_as_it_was_told() {
    let (plant, told) = three_lives().await;
    for last in [0, 1, 58, 59, 60, 61, 119, 120, 150, 165, 178] {
        let id = told[last].id.as_deref().unwrap();
        let mut follower = Follower::resume(&plant, id).await;
        let missed = read_until(&mut follower, "C4-11").await;
        assert_eq!(missed, told[last + 1..], "after {id}");
    }
    let mut from_the_start = Follower::resume(&plant, "1-0-4294967295").await;
    assert_eq!(read_until(&mut from_the_start, "C4-11").await, told);
}

#[actix_web::test]
async fn who_had_everything_before_a_restart_misses_nothing_after_it() {
    let mut plant = small_ring().await;
    lots(&mut plant, "A", 3).await;
    let listed = plant.get("/api/v1/plants/P1/lots").await.body["cursor"].clone();
    let mut plant = plant.reopened().await;
    // Where the lists stood, where the last change was, and what the new opening greets with.
    let mut followers = Vec::new();
    for cursor in [listed.as_str().unwrap(), "1-3-1", "2-3-4294967295"] {
        followers.push(Follower::resume(&plant, cursor).await);
    }
    lots(&mut plant, "B", 1).await;
    for follower in &mut followers {
        assert_eq!(follower.news().await.unwrap().data["id"], "B-0");
    }
    // And who comes back in the middle of that gets the rest.
    let mut follower = Follower::resume(&plant, "1-2-1").await;
    let ids = read_until(&mut follower, "B-0").await;
    let ids: Vec<_> = ids.iter().map(|frame| &frame.data["id"]).collect();
    assert_eq!(ids, ["A-2", "B-0"]);
}

#[actix_web::test]
async fn many_that_come_back_at_once_get_each_its_own_rest() {
    let (plant, told) = three_lives().await;
    let mut followers = Vec::new();
    for number in 0..60 {
        let last = number * 3;
        let id = told[last].id.as_deref().unwrap();
        followers.push((last, Follower::resume(&plant, id).await));
    }
    // One of them reads nothing at all; the others do not wait for it.
    let silent = followers.remove(0);
    for (last, follower) in &mut followers {
        assert_eq!(read_until(follower, "C4-11").await, told[*last + 1..]);
    }
    let (last, mut silent) = silent;
    let missed = read_until(&mut silent, "C4-11").await;
    assert_eq!(missed, told[last + 1..], "it has lost nothing by that");
}

#[actix_web::test]
async fn a_follower_that_catches_up_while_the_plant_goes_on_gets_both_in_order() {
    let (mut plant, told) = three_lives().await;
    let mut follower = Follower::resume(&plant, told[0].id.as_deref().unwrap()).await;
    let mut cursors: Vec<Cursor> = Vec::new();
    for part in 0..10 {
        lots(&mut plant, &format!("D{part}"), 10).await;
        for _ in 0..25 {
            let frame = follower.news().await.unwrap();
            assert_eq!(frame.event, "state.changed");
            cursors.push(frame.id.unwrap().parse().unwrap());
        }
    }
    let rest = follower.until("D9-9").await;
    cursors.extend(
        rest.iter()
            .map(|frame| -> Cursor { frame.id.as_ref().unwrap().parse().unwrap() }),
    );
    assert_eq!(cursors.len(), 179 + 100);
    assert!(
        cursors.is_sorted_by(|one, next| one < next),
        "each once, in order"
    );
}

#[actix_web::test]
async fn a_cursor_that_no_opening_of_this_plant_gave_out_is_a_gap() {
    let (mut plant, _) = three_lives().await;
    for (cursor, reason) in [
        ("3-9999-1", "the plant has not reached this cursor"),
        (
            "9-1-1",
            "this cursor is of another history than the plant's journal",
        ),
        (
            "2-30-4294967295",
            "this cursor is of another history than the plant's journal",
        ),
        (
            "1-90-4294967295",
            "this cursor is of another history than the plant's journal",
        ),
        (
            "1-90-1",
            "this cursor is of another history than the plant's journal",
        ),
    ] {
        let mut follower = Follower::resume(&plant, cursor).await;
        let gap = follower.news().await.unwrap();
        assert_eq!(
            (gap.event.as_str(), &gap.data["reason"]),
            ("gap", &reason.into()),
            "{cursor}"
        );
        assert_eq!(gap.data["cursor"], gap.id.clone().unwrap());
        let name = format!("after-{cursor}");
        lots(&mut plant, &name, 1).await;
        let next = follower.news().await.unwrap();
        assert_eq!(
            next.data["id"],
            format!("{name}-0"),
            "it goes on from there"
        );
    }
}

#[actix_web::test]
async fn a_cursor_of_another_history_costs_nobody_else_who_comes_back_with_it() {
    let (plant, told) = three_lives().await;
    let mut followers = Vec::new();
    for frame in &told[..12] {
        // The first one begins the run; the others wait for the next together.
        followers.push(Follower::resume(&plant, frame.id.as_deref().unwrap()).await);
    }
    let mut wrong = Follower::resume(&plant, "2-2-4294967295").await;
    for (number, follower) in followers.iter_mut().enumerate() {
        assert_eq!(read_until(follower, "C4-11").await, told[number + 1..]);
    }
    let gap = wrong.news().await.unwrap();
    assert_eq!(gap.event, "gap");
}

#[actix_web::test]
async fn followers_that_read_nothing_do_not_keep_others_waiting_for_long() {
    let (plant, told) = three_lives().await;
    let mut silent = Vec::new();
    for _ in 0..8 {
        silent.push(Follower::resume(&plant, told[0].id.as_deref().unwrap()).await);
    }
    let began = std::time::Instant::now();
    let mut late = Follower::resume(&plant, told[100].id.as_deref().unwrap()).await;
    assert_eq!(read_until(&mut late, "C4-11").await, told[101..]);
    assert!(
        began.elapsed() < std::time::Duration::from_secs(8),
        "{:?}",
        began.elapsed()
    );
    for follower in &mut silent {
        assert_eq!(
            read_until(follower, "C4-11").await,
            told[1..],
            "they lost nothing"
        );
    }
}
