//! An event that ends the process (as an overflow of the stack does) is found out after a few
//! starts, and nobody else is blamed for it.

use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::bad_messages::{event, good_report, opening};
use crate::twin_process::{Served, TwinProcess, json_of, run_twin, wait_for};

/// Ends of the process until it goes on: one among others, two alone.
const ENDS_MAX: usize = 3;
const WAIT: Duration = Duration::from_secs(60);
/// The id of the deadly event.
const DEADLY: (&str, &str) = ("TWIN_DEADLY_EVENT", "good-50");

/// The exceptions of the plant, all of them.
fn exceptions(twin: &TwinProcess, plant: &str) -> Vec<Value> {
    twin.items(plant, "exceptions")
}

/// The one exception is the deadly event with its bytes; mended, it is applied by a replay, and the
/// journal is replayed to the same end.
fn check_culprit(twin: &TwinProcess, served: &Served<'_>, body: &Value, tries: u64) {
    let found = exceptions(twin, served.plant);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0]["code"], "TWIN-R40");
    assert_eq!(found[0]["event_id"], DEADLY.1);
    assert_eq!(found[0]["tries"], tries, "{}", found[0]);
    let path = format!("/api/v1/plants/{}/exceptions/EX-1", served.plant);
    let kept = twin.get(&path).json()["item"].clone();
    assert_eq!(kept["raw"], body.to_string(), "its bytes are kept: {kept}");
}

fn mended(twin: TwinProcess, dir: &TempDir, served: &Served<'_>) -> Value {
    assert!(twin.terminate(WAIT).success());
    let twin = TwinProcess::serve(dir.path(), served, "127.0.0.1:0");
    let reason = ["--reason", "the fault is mended"];
    let to = ["--twin", &twin.url, "--plant", served.plant, "--json"];
    let arguments = [&["exceptions", "replay", "EX-1"][..], &reason, &to].concat();
    json_of(&run_twin(&arguments));
    let counts = twin.counts(served.plant);
    assert!(twin.terminate(WAIT).success());
    let data = dir.path().join("data");
    let verified = run_twin(&["verify", "--data-dir", data.to_str().unwrap(), "--json"]);
    assert_eq!(json_of(&verified)["difference"], Value::Null);
    counts
}

#[cfg(feature = "amqp-tests")]
#[test]
fn a_deadly_event_among_a_hundred_is_put_aside_and_all_others_are_applied_once() {
    use crate::rabbitmq::{PlantQueues, broker_url};
    use crate::twin_process::twin;

    const GOOD: usize = 100;
    let queues = PlantQueues::new("deadly");
    let plant = queues.plant.as_str();
    let reports = (0..=GOOD).map(|number| good_report(plant, number));
    let all: Vec<Value> = opening(plant).into_iter().chain(reports).collect();
    let bodies: Vec<Vec<u8>> = all.iter().map(|it| it.to_string().into_bytes()).collect();
    queues.publish(&bodies);
    let dead_before = queues.dead_letters();
    let (dir, url) = (TempDir::new().unwrap(), broker_url());
    let served = Served {
        plant,
        clock: "event_time",
        broker: Some(&url),
    };
    let config = served.write_config(dir.path());
    for end in 1..=ENDS_MAX {
        let mut life = twin()
            .args(["serve", "--listen", "127.0.0.1:0", "--config"])
            .arg(&config)
            .envs([DEADLY])
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let status = wait_for("the process ends", WAIT, || life.try_wait().unwrap());
        assert!(!status.success(), "end {end}: {status}");
    }
    let twin = TwinProcess::serve_with(dir.path(), &served, "127.0.0.1:0", &[DEADLY]);
    // What was committed and not acknowledged before an end comes again, as a duplicate.
    let counts = wait_for("everything is decided", WAIT, || {
        let counts = twin.counts(plant);
        let (applied, given_up) = (counts["applied"].as_u64(), &counts["exceptions"]);
        (applied >= Some(all.len() as u64 - 1) && given_up != &json!({})).then_some(counts)
    });
    assert_eq!(counts["applied"], all.len() - 1, "{counts}");
    assert_eq!(counts["exceptions"], json!({"TWIN-R40": 1}), "{counts}");
    let operations = |twin: &TwinProcess| {
        let order = twin.get(&format!("/api/v1/plants/{plant}/work-orders/WO-1"));
        order.json()["item"]["operations"][0]["good"].clone()
    };
    assert_eq!(operations(&twin), GOOD.to_string(), "each of them once");
    let culprit = all.iter().find(|it| it["id"] == DEADLY.1).unwrap();
    check_culprit(&twin, &served, culprit, ENDS_MAX as u64);
    wait_for("all is acknowledged", WAIT, || {
        (queues.backlog() == 0).then_some(())
    });
    assert_eq!(
        queues.dead_letters(),
        dead_before,
        "nobody is dead-lettered"
    );
    assert_eq!(mended(twin, &dir, &served)["applied"], all.len());
}

#[test]
fn a_deadly_event_that_waited_is_blamed_and_not_the_one_that_woke_it() {
    let served = Served {
        plant: "P1",
        clock: "event_time",
        broker: None,
    };
    let dir = TempDir::new().unwrap();
    let serve = || TwinProcess::serve_with(dir.path(), &served, "127.0.0.1:0", &[DEADLY]);
    let body = |value: &Value| value.to_string().into_bytes();
    let [created, released, started] = opening("P1").try_into().unwrap();
    let deadly = good_report("P1", 50);
    let mut twin = serve();
    assert_eq!(
        twin.post(&body(&deadly)).status,
        202,
        "its order is not known"
    );
    assert_eq!(twin.post(&body(&created)).status, 200);
    for end in 1..=ENDS_MAX {
        let answer = twin.try_post(&body(&released));
        assert!(answer.is_none(), "end {end}: {answer:?}");
        twin = serve();
    }
    let answer = twin.post(&body(&released));
    assert_eq!(answer.status, 200, "the waker is applied: {answer:?}");
    assert_eq!(twin.post(&body(&started)).status, 200);
    assert_eq!(twin.post(&body(&good_report("P1", 1))).status, 200);
    check_culprit(&twin, &served, &deadly, 2);
    assert_eq!(twin.counts("P1")["duplicates"], 0);
    let other = event(
        "P1",
        "other",
        "mfg.work_order.created.v1",
        created["data"].clone(),
    );
    assert_eq!(
        twin.post(&body(&other)).status,
        422,
        "and the plant goes on judging"
    );
    assert_eq!(mended(twin, &dir, &served)["applied"], 5);
}
