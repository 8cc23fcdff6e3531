//! Key figures: what they count, where they miss their targets, and that they are the same again.

use std::fs;
use std::path::Path;

use actors::PlantClock;
use projections::{Goal, Kpi, Target};
use serde_json::{Value, json};

use crate::live_plant::{LivePlant, created, lot, message};
use crate::story::Story;

fn target(name: &str, kpi: Kpi, goal: Goal) -> Target {
    Target {
        name: name.into(),
        kpi,
        of: None,
        goal,
        window_h: 24,
        samples_min: 2,
        owner: "planning".into(),
        escalate_after_min: Some(30),
        escalate_to: Some("plant manager".into()),
    }
}

/// The figures of a plant whose key figures are kept from now on, once they count its last commit.
struct Kept(LivePlant);

impl Kept {
    fn of(plant: LivePlant, targets: Vec<Target>) -> Kept {
        let id = plant.handle.plant().clone();
        plant
            .projections
            .keep_kpis(&id, plant.dir(), targets)
            .unwrap();
        Kept(plant)
    }

    async fn asked(&self, route: &str) -> Value {
        let head = self.0.handle.ledger().head().commit_no;
        for _ in 0..1_000 {
            let answer = self.0.get("/api/v1/plants/P1/kpis").await;
            assert_eq!(answer.status, 200, "{}", answer.body);
            if answer.body["counted_seq"] == head {
                return self.0.get(&format!("/api/v1/plants/P1/{route}")).await.body;
            }
            actix_web::rt::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("the figures do not come to commit {head}");
    }

    async fn figure(&self, kpi: &str, of: &str) -> Value {
        let body = self.asked("kpis").await;
        let mut items = body["items"].as_array().unwrap().iter();
        let found = items.find(|item| item["kpi"] == kpi && item["of"] == of);
        found.cloned().unwrap_or(Value::Null)
    }

    /// Reopens the plant and keeps the figures again.
    async fn reopened(self, targets: Vec<Target>) -> Kept {
        Kept::of(self.0.reopened().await, targets)
    }

    /// As [`Kept::reopened`], after something was done to its file.
    async fn reopened_after(self, targets: Vec<Target>, meanwhile: impl FnOnce(&Path)) -> Kept {
        let plant = self
            .0
            .reopened_after(|dir| meanwhile(&dir.join("kpis.json")));
        Kept::of(plant.await, targets)
    }
}

fn removed(file: &Path) {
    fs::remove_file(file).unwrap();
}

async fn event_time() -> Kept {
    Kept::of(LivePlant::open(PlantClock::EventTime).await, Vec::new())
}

/// Holds a lot at eight.
async fn place_hold(plant: &mut LivePlant) {
    plant.tell("lot.created", "08:00", lot("L-1", "5")).await;
    let hold = json!({"hold": "H-1", "scope": {"kind": "lot", "id": "L-1"}, "reason": "cracks"});
    plant.tell("hold.placed", "08:00", hold).await;
}

/// Releases it an hour and a half later.
async fn release_hold(plant: &mut LivePlant) {
    let release = json!({"hold": "H-1", "disposition": "use as is", "released_by": "Q"});
    plant.tell("hold.released", "09:30", release).await;
}

fn order(order: &str, due: &str) -> Value {
    let mut data = created(order, "10");
    data["planned_end"] = json!(format!("2026-03-01T{due}:00Z"));
    data
}

fn routing(order: &str) -> Value {
    json!({"order": order, "operations": [{"op": "10", "work_center": "SAW", "delivers": true}]})
}

fn done(order: &str, good: &str, scrap: &str) -> Value {
    json!({"order": order, "op": "10", "unit": "H87", "good": good, "scrap": scrap})
}

#[actix_web::test]
async fn orders_tell_how_long_their_release_took_whether_they_were_late_and_what_came_of_them() {
    let mut kept = event_time().await;
    for (id, released, ended, due, good, scrap) in [
        ("WO-1", "08:10", "09:00", "09:00", "10", "0"),
        ("WO-2", "08:30", "09:30", "09:00", "8", "2"),
    ] {
        kept.0
            .tell("work_order.created", "08:00", order(id, due))
            .await;
        kept.0
            .tell("work_order.released", released, routing(id))
            .await;
        kept.0
            .tell("operation.completed", ended, done(id, good, scrap))
            .await;
        // What is told after its end counts no second time.
        kept.0
            .tell("work_order.tech_completed", "09:40", json!({"order": id}))
            .await;
    }
    let release = kept.figure("release_cycle_time", "").await;
    assert_eq!(
        (&release["count"], &release["mean"], &release["max"]),
        (&json!(2), &json!("1200"), &json!("1800"))
    );
    assert_eq!(
        (&release["unit"], &release["inputs"]),
        (
            &json!("s"),
            &json!("work_order.created, work_order.released")
        )
    );
    let late = kept.figure("lateness", "").await;
    assert_eq!(
        (&late["count"], &late["mean"], &late["max"]),
        (&json!(2), &json!("900"), &json!("1800"))
    );
    let adherence = kept.figure("schedule_adherence", "").await;
    assert_eq!(
        (&adherence["count"], &adherence["value"]),
        (&json!(2), &json!("0.5"))
    );
    let made = kept.figure("yield", "M-1").await;
    assert_eq!((&made["count"], &made["value"]), (&json!(2), &json!("0.9")));
    assert_eq!(
        kept.figure("sync_latency", "/test nrt").await,
        Value::Null,
        "its clock is not ours"
    );
}

#[actix_web::test]
async fn holds_and_exceptions_tell_how_long_they_last() {
    let mut kept = event_time().await;
    place_hold(&mut kept.0).await;
    assert_eq!(
        kept.figure("hold_time", "").await,
        Value::Null,
        "it is open"
    );
    release_hold(&mut kept.0).await;
    assert_eq!(kept.figure("hold_time", "").await["max"], "5400");

    kept.0.send(vec!["no event".into()]).await;
    kept.0
        .tell("work_order.created", "10:30", order("WO-1", "12:00"))
        .await;
    let backlog = kept.figure("exception_backlog", "").await;
    assert_eq!(
        (&backlog["value"], &backlog["unit"]),
        (&json!("1"), &json!("1"))
    );
    assert_eq!(kept.figure("exception_age", "").await["unit"], "s");
}

#[actix_web::test]
async fn a_live_plant_tells_how_late_each_source_is_by_class() {
    let kept = Kept::of(LivePlant::open(PlantClock::Wall).await, Vec::new());
    let mut events = Vec::new();
    for number in 0..4 {
        let raw = message(
            &format!("w{number}"),
            "work_order.created",
            "08:00",
            order(&format!("WO-{number}"), "09:00"),
        );
        events.push(raw);
    }
    kept.0.send(events).await;
    let latency = kept.figure("sync_latency", "/test nrt").await;
    assert_eq!(latency["count"], 4, "each event once: {latency}");
    let days: f64 = latency["p50"].as_str().unwrap().parse::<f64>().unwrap() / 86_400.0;
    assert!(days > 200.0, "they are of March 2026: {days}");
}

#[actix_web::test]
async fn a_missed_target_is_a_breach_that_goes_up_and_ends_when_it_is_met_again() {
    let targets = || {
        let on_time = target(
            "on time",
            Kpi::ScheduleAdherence,
            Goal::ShareAtLeast("0.6".parse().unwrap()),
        );
        vec![on_time]
    };
    let mut kept = Kept::of(LivePlant::open(PlantClock::EventTime).await, targets());
    let breaches = async |kept: &Kept| {
        kept.asked("breaches").await["items"]
            .as_array()
            .unwrap()
            .clone()
    };
    let mut minute = 0;
    for (number, late, open, owner) in [
        (1, true, 0, ""), // one sample is too few
        (2, true, 1, "planning"),
        (3, true, 1, "planning"),
        (4, true, 1, "plant manager"), // 40 minutes later
        (5, false, 1, "plant manager"),
        (6, false, 1, "plant manager"),
        (7, false, 1, "plant manager"),
        (8, false, 1, "plant manager"), // 4 of 8
        (9, false, 1, "plant manager"),
        (10, false, 0, "plant manager"), // 6 of 10
    ] {
        minute += 20;
        let at = format!("{:02}:{:02}", 8 + minute / 60, minute % 60);
        let (id, due) = (format!("WO-{number}"), if late { "08:00" } else { "20:00" });
        kept.0
            .tell("work_order.created", "08:00", order(&id, due))
            .await;
        kept.0
            .tell("work_order.released", "08:00", routing(&id))
            .await;
        kept.0
            .tell("operation.completed", &at, done(&id, "10", "0"))
            .await;
        // Judged at most once a minute: the clock goes on a little.
        kept.0
            .tell(
                "work_order.created",
                &format!("{}:{:02}", &at[..2], minute % 60 + 1),
                order(&format!("X-{number}"), "20:00"),
            )
            .await;
        let all = breaches(&kept).await;
        let lasting = all
            .iter()
            .filter(|breach| breach["until"].is_null())
            .count();
        assert_eq!(lasting, open, "order {number}: {all:?}");
        if let Some(breach) = all.first() {
            assert_eq!(breach["owner"], owner, "order {number}");
        }
    }
    let all = breaches(&kept).await;
    assert_eq!(all.len(), 1);
    assert_eq!(all[0]["wanted"], "a share of at least 0.6");
    assert_eq!(
        (&all[0]["target"], &all[0]["kpi"]),
        (&json!("on time"), &json!("schedule_adherence"))
    );
    assert!(
        kept.asked("breaches?state=open").await["items"]
            .as_array()
            .unwrap()
            .is_empty()
    );

    // Read from the file they are the same, and made anew from the journal.
    let kept = kept.reopened(targets()).await;
    assert_eq!(breaches(&kept).await, all);
    let kept = kept.reopened_after(targets(), removed).await;
    assert_eq!(breaches(&kept).await, all);
}

#[actix_web::test]
async fn figures_that_are_kept_read_from_their_file_or_made_from_the_journal_are_the_same() {
    for seed in [3, 20_261_128] {
        let mut story = Story::new(seed);
        let mut kept = event_time().await;
        for _ in 0..6 {
            kept.0.send(story.events(60)).await;
            let live = kept.asked("kpis?window_h=744").await["items"].clone();
            kept = kept.reopened(Vec::new()).await;
            assert_eq!(
                kept.asked("kpis?window_h=744").await["items"],
                live,
                "seed {seed}: its file"
            );
            // Other targets change no figure.
            let other = vec![target("t", Kpi::HoldTime, Goal::P95AtMostS(1))];
            kept = kept.reopened(other).await;
            assert_eq!(
                kept.asked("kpis?window_h=744").await["items"],
                live,
                "seed {seed}: other targets"
            );
            kept = kept.reopened_after(Vec::new(), removed).await;
            assert_eq!(
                kept.asked("kpis?window_h=744").await["items"],
                live,
                "seed {seed}: the journal"
            );
        }
        let items = kept.asked("kpis?window_h=744").await["items"]
            .as_array()
            .unwrap()
            .len();
        assert!(items >= 6, "the story has most figures: {items}");
    }
}

#[actix_web::test]
async fn a_window_that_is_not_kept_and_a_plant_without_figures_are_refused_in_words() {
    let kept = event_time().await;
    let wrong = kept.0.get("/api/v1/plants/P1/kpis?window_h=745").await;
    assert_eq!(
        (wrong.status.as_u16(), &wrong.body["detail"]),
        (
            400,
            &json!("window_h: '745' is not within 1 to 744, the hours that are kept")
        )
    );
    let none = LivePlant::open(PlantClock::EventTime).await;
    let answer = none.get("/api/v1/plants/P1/kpis").await;
    assert_eq!(
        (answer.status.as_u16(), &answer.body["title"]),
        (404, &json!("No key figures here"))
    );
}

#[actix_web::test]
async fn a_file_that_is_damaged_or_of_another_plant_is_made_anew() {
    let mut kept = event_time().await;
    place_hold(&mut kept.0).await;
    release_hold(&mut kept.0).await;
    let held = kept.figure("hold_time", "").await;
    assert_eq!(held["max"], "5400");
    type Damage = fn(&Path);
    let damages: [Damage; 4] = [
        |file| fs::write(file, "").unwrap(),
        |file| fs::write(file, "{\"format\":1}").unwrap(),
        |file| {
            let text = fs::read_to_string(file).unwrap();
            let other = text.replace("\"plant\":\"P1\"", "\"plant\":\"P2\"");
            assert_ne!(other, text);
            fs::write(file, other.replace("5400000", "1")).unwrap();
        },
        |file| {
            // Of a history that this plant has not had.
            let text = fs::read_to_string(file).unwrap();
            let other = text.replace("\"commit_no\":3", "\"commit_no\":300");
            assert_ne!(other, text);
            fs::write(file, other).unwrap();
        },
    ];
    for damage in damages {
        kept = kept.reopened_after(Vec::new(), damage).await;
        assert_eq!(kept.figure("hold_time", "").await, held);
    }
}

#[actix_web::test]
async fn figures_whose_journal_is_gone_go_on_with_what_is_open() {
    let mut plant = LivePlant::keeping_little().await;
    place_hold(&mut plant).await;
    plant.send(vec!["no event".into()]).await;
    for life in 0..6 {
        for number in 0..10 {
            let id = format!("WO-{life}-{number}");
            plant
                .tell("work_order.created", "08:10", order(&id, "12:00"))
                .await;
        }
        plant = plant.reopened().await;
    }
    let mut kept = Kept::of(plant, Vec::new());
    assert_eq!(kept.figure("exception_backlog", "").await["value"], "1");
    assert_eq!(kept.figure("hold_time", "").await, Value::Null);
    release_hold(&mut kept.0).await;
    assert_eq!(
        kept.figure("hold_time", "").await["max"],
        "5400",
        "its begin was in the plant"
    );
    kept.0
        .tell("work_order.released", "09:40", routing("WO-5-1"))
        .await;
    let release = kept.figure("release_cycle_time", "").await;
    assert_eq!(
        release,
        Value::Null,
        "when it was created is not known any more"
    );
}
