//! Forecasts are kept, and scored when their orders end, also over restarts.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use tempfile::TempDir;
use twin_model::Time;

use crate::twin_process::{Served, TwinProcess, json_of, run_twin, wait_for};

const WITHIN: Duration = Duration::from_secs(20);
const SERVED: Served<'_> = Served {
    plant: "P1",
    clock: "wall",
    broker: None,
};

fn serve(dir: &TempDir) -> TwinProcess {
    TwinProcess::serve(dir.path(), &SERVED, "127.0.0.1:0")
}

fn now() -> Time {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    Time::from_micros(since.unwrap().as_micros().try_into().unwrap())
}

fn tell(twin: &TwinProcess, id: &str, source: &str, name: &str, data: &Value) {
    let event = json!({"specversion": "1.0", "id": id, "source": source,
        "type": format!("mfg.{name}.v1"), "time": now(), "plant": "P1", "data": data});
    let answer = twin.post(event.to_string().as_bytes());
    assert_eq!(answer.status, 200, "{}", answer.text);
}

/// Orders of an hour each, one after the other at the saw, due tomorrow.
fn released(twin: &TwinProcess, orders: &[&str]) {
    let due = now().plus_seconds(86_400);
    for order in orders {
        let data = json!({"order": order, "material": "M", "planned_end": due,
            "quantity": {"value": "60", "unit": "H87"}});
        tell(
            twin,
            &format!("{order}-1"),
            "/erp",
            "work_order.created",
            &data,
        );
        let data = json!({"order": order, "operations": [
            {"op": "10", "work_center": "SAW", "run_s_per_unit": "60", "delivers": true}]});
        tell(
            twin,
            &format!("{order}-2"),
            "/erp",
            "work_order.released",
            &data,
        );
    }
}

fn finished(twin: &TwinProcess, order: &str) {
    let data = json!({"order": order, "op": "10", "work_center": "SAW"});
    tell(
        twin,
        &format!("{order}-3"),
        "/mes",
        "operation.started",
        &data,
    );
    let data = json!({"order": order, "op": "10", "work_center": "SAW", "unit": "H87",
        "good": "60"});
    tell(
        twin,
        &format!("{order}-4"),
        "/mes",
        "operation.completed",
        &data,
    );
}

fn forecast(twin: &TwinProcess, question: &Value) -> Value {
    let answer = twin.post_to("/api/v1/what-if", question.to_string().as_bytes());
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

/// The figures once so many orders are scored.
fn scored(twin: &TwinProcess, count: u64) -> Value {
    wait_for("the scores", WITHIN, || {
        let kpis = twin.get("/api/v1/kpis?plant=P1").json();
        (kpis["forecasts"]["scored"] == count).then(|| kpis["forecasts"].clone())
    })
}

#[test]
fn a_plant_in_the_time_of_its_events_is_forecast_from_its_newest_event() {
    let dir = TempDir::new().unwrap();
    let served = Served {
        clock: "event_time",
        ..SERVED
    };
    let twin = TwinProcess::serve(dir.path(), &served, "127.0.0.1:0");
    let before = now();
    released(&twin, &["A"]);
    let answer = forecast(&twin, &json!({}));
    let at = |name: &str, of: &Value| of[name].as_str().unwrap().parse::<Time>().unwrap();
    let state_at = at("state_at", &answer);
    assert!(before <= state_at && state_at <= now(), "{answer}");
    let p50 = at("p50", &answer["orders"][0]);
    assert_eq!(p50.micros_since(state_at), 3_600_000_000, "an hour of work");
}

fn asked_wrongly(twin: &TwinProcess) {
    assert_eq!(twin.get("/api/v1/kpis?plant=P9").status, 404);
    let refused = twin.get("/api/v1/kpis?plants=P1");
    assert_eq!(
        (refused.status, refused.content_type.as_str()),
        (400, "application/problem+json")
    );
}

/// How many samples each release cycle time has.
fn releases(kpis: &Value) -> Vec<u64> {
    let figures = kpis["figures"].as_array().unwrap().iter();
    let releases = figures.filter(|figure| figure["kpi"] == "release_cycle_time");
    releases
        .map(|figure| figure["count"].as_u64().unwrap())
        .collect()
}

#[test]
fn a_forecast_is_scored_when_its_orders_end_and_the_scores_survive_a_kill() {
    let dir = TempDir::new().unwrap();
    let twin = serve(&dir);
    released(&twin, &["A", "B", "C", "D"]);
    let changed = json!({"changes": [{"change": "priority", "order": "A", "priority": 1}]});
    assert_eq!(
        forecast(&twin, &changed)["kept"],
        Value::Null,
        "of another plant"
    );
    let answer = forecast(&twin, &json!({}));
    assert_eq!(answer["kept"], true, "{answer}");
    assert_eq!(answer["orders"].as_array().unwrap().len(), 4);
    tell(
        &twin,
        "C-3",
        "/erp",
        "work_order.cancelled",
        &json!({"order": "C", "reason": "not wanted"}),
    );
    finished(&twin, "A");
    let first = scored(&twin, 1);
    let counts = |kpis: &Value| {
        [
            "waiting_forecasts",
            "waiting",
            "ended_otherwise",
            "unknown",
            "dropped",
        ]
        .map(|name| kpis[name].as_u64().unwrap())
    };
    assert_eq!(counts(&first), [1, 2, 1, 0, 0], "B and D wait: {first}");
    assert_eq!(
        first["coverage"]["share"], 0.0,
        "an hour too early: {first}"
    );
    assert_eq!(first["coverage"]["earlier"], 1);
    let p50 = first["pinball_min"][1].as_f64().unwrap();
    assert!(
        (29.0..30.5).contains(&p50),
        "half of an hour, nearly: {p50}"
    );
    assert_eq!(
        first["brier"],
        json!({"score": 0.0, "forecasts": 1, "late": 0})
    );
    twin.kill();

    let twin = serve(&dir);
    assert_eq!(scored(&twin, 1), first, "nothing is scored twice or lost");
    finished(&twin, "B");
    let second = scored(&twin, 2);
    assert_eq!(counts(&second), [1, 1, 1, 0, 0], "D never ends: {second}");
    let shown = run_twin(&["kpis", "--url", &twin.url]);
    let text = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(text.contains("2 scored, 1 wait"), "{text}");
    let json = json_of(&run_twin(&["kpis", "--url", &twin.url, "--json"]));
    assert_eq!(json["forecasts"], second);
    assert_eq!(releases(&json), [4], "those of before it was killed too");
    assert!(text.contains("release_cycle_time"), "{text}");
    asked_wrongly(&twin);
    twin.terminate(WITHIN);
    let data = dir.path().join("data");
    let verified = run_twin(&["verify", "--data-dir", data.to_str().unwrap()]);
    assert!(
        verified.status.success(),
        "the journal knows nothing of it: {verified:?}"
    );
}
