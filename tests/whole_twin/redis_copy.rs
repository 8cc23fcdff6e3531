//! The copy of a plant in a real Redis, which is killed, emptied, filled up and taken over.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use redis::Commands;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::own_redis::{
    COPIED_WITHIN, LISTS, OwnRedis, feed, follows, is_the_twins_answer, serve, serve_as,
};
use crate::twin_process::{run_twin, wait_for};

#[test]
fn a_copy_is_as_the_twin_also_after_redis_was_killed_emptied_and_full() {
    let dir = TempDir::new().unwrap();
    let redis = OwnRedis::start(dir.path());
    let twin = serve(dir.path(), &redis);
    feed(&twin, 0, 30);
    is_the_twins_answer(&twin, &redis);
    assert_eq!(twin.items("P1", "work-orders").len(), 30);

    redis.kill();
    let begun = Instant::now();
    feed(&twin, 30, 60);
    let answered_in = begun.elapsed();
    assert!(
        answered_in < COPIED_WITHIN,
        "the intake waits: {answered_in:?}"
    );
    let told = twin.get("/metrics").text;
    assert!(
        told.contains("twin_redis_following{plant=\"P1\"} 0"),
        "{told}"
    );
    redis.start_again();
    is_the_twins_answer(&twin, &redis);

    let (): () = redis::cmd("FLUSHALL")
        .query(&mut redis.connection())
        .unwrap();
    is_the_twins_answer(&twin, &redis);

    let limit = |bytes: &str| {
        let mut command = redis::cmd("CONFIG");
        command.arg("SET").arg("maxmemory").arg(bytes);
        let (): () = command.query(&mut redis.connection()).unwrap();
    };
    limit("1mb");
    feed(&twin, 60, 90);
    wait_for("a refusal of the full Redis", COPIED_WITHIN, || {
        let told = twin.get("/metrics").text;
        told.contains("twin_redis_following{plant=\"P1\"} 0")
            .then_some(())
    });
    limit("0");
    is_the_twins_answer(&twin, &redis);
    assert_eq!(twin.items("P1", "lots").len(), 90);
}

#[test]
fn the_changes_are_a_stream_without_a_gap_or_a_repetition_in_the_order_of_commits() {
    let dir = TempDir::new().unwrap();
    let redis = OwnRedis::start(dir.path());
    let twin = serve(dir.path(), &redis);
    // What was before the copy is no change of it.
    follows(&twin, true);
    feed(&twin, 0, 20);
    is_the_twins_answer(&twin, &redis);
    let reply: redis::streams::StreamRangeReply =
        redis.connection().xrange_all("twin:{P1}:changes").unwrap();
    let mut last: BTreeMap<(String, String), Value> = BTreeMap::new();
    let mut before = (0_u64, 0_u64);
    let gaps = reply.ids.iter().skip(1);
    let gaps = gaps.filter(|entry| entry.get::<String>("type").unwrap() == "gap");
    assert_eq!(gaps.count(), 0, "but for the one of the begin");
    for entry in &reply.ids {
        let (commit, index) = entry.id.split_once('-').unwrap();
        let id = (commit.parse().unwrap(), index.parse().unwrap());
        assert!(id > before, "{id:?} behind {before:?}");
        before = id;
        let kind: String = entry.get("type").unwrap();
        let data: String = entry.get("data").unwrap();
        if kind == "state.changed" {
            let change: Value = serde_json::from_str(&data).unwrap();
            assert_eq!(
                change["cursor"]
                    .as_str()
                    .unwrap()
                    .split_once('-')
                    .unwrap()
                    .1,
                entry.id
            );
            let text = |name: &str| change[name].as_str().unwrap().to_owned();
            last.insert((text("kind"), text("id")), change["state"].clone());
        }
    }
    for (list, kind) in LISTS {
        for item in twin.items("P1", list) {
            let key = (kind.to_owned(), item["id"].as_str().unwrap().to_owned());
            assert_eq!(last.get(&key), Some(&item), "{key:?}: the last word on it");
        }
    }
}

#[test]
fn an_older_opening_never_writes_over_a_newer_one_and_takes_events_all_the_same() {
    let dir = TempDir::new().unwrap();
    let redis = OwnRedis::start(dir.path());
    let twin = serve(dir.path(), &redis);
    feed(&twin, 0, 5);
    is_the_twins_answer(&twin, &redis);
    let (): () = redis
        .connection()
        .hset("twin:{P1}:meta", "epoch", 99)
        .unwrap();
    let before: BTreeMap<String, String> = redis.connection().hgetall("twin:{P1}:lot").unwrap();
    feed(&twin, 5, 10);
    wait_for("the fence", COPIED_WITHIN, || {
        let told = twin.get("/metrics").text;
        told.contains("twin_redis_following{plant=\"P1\"} 0")
            .then_some(())
    });
    let after: BTreeMap<String, String> = redis.connection().hgetall("twin:{P1}:lot").unwrap();
    assert_eq!(before, after, "nothing was written");
    assert_eq!(twin.items("P1", "lots").len(), 10);
}

#[test]
fn a_doctor_says_whether_redis_is_there_and_keeps_everything() {
    let dir = TempDir::new().unwrap();
    let redis = OwnRedis::start(dir.path());
    let twin = serve(dir.path(), &redis);
    feed(&twin, 0, 2);
    is_the_twins_answer(&twin, &redis);
    let config = dir.path().join("twin.toml");
    let ask = || {
        let output = run_twin(&["doctor", "--config", config.to_str().unwrap(), "--json"]);
        let told: Value = serde_json::from_slice(&output.stdout).unwrap();
        let mut findings = told["findings"].as_array().unwrap().iter();
        let about = findings.find(|f| f["object"].as_str().unwrap().starts_with("redis "));
        about.unwrap().clone()
    };
    let well = ask();
    assert_eq!(well["outcome"], "ok", "{well}");
    assert!(
        well["found"].as_str().unwrap().contains("1 of 1 plants"),
        "{well}"
    );
    let mut command = redis::cmd("CONFIG");
    command
        .arg("SET")
        .arg("maxmemory-policy")
        .arg("allkeys-lru");
    let (): () = command.query(&mut redis.connection()).unwrap();
    let throws = ask();
    assert_eq!(throws["outcome"], "warning", "{throws}");
    assert!(
        throws["found"].as_str().unwrap().contains("allkeys-lru"),
        "{throws}"
    );
    redis.kill();
    let away = ask();
    assert_eq!(away["outcome"], "warning", "{away}");
    assert!(
        away["next"].as_str().unwrap().contains("the plants run"),
        "{away}"
    );
}

#[test]
fn a_redis_that_hangs_does_not_hold_the_twin_up() {
    let dir = TempDir::new().unwrap();
    let redis = OwnRedis::start(dir.path());
    let twin = serve(dir.path(), &redis);
    feed(&twin, 0, 5);
    is_the_twins_answer(&twin, &redis);
    let begun = Instant::now();
    feed(&twin, 5, 30);
    let with_redis = begun.elapsed();
    redis.signal("-STOP");
    let begun = Instant::now();
    feed(&twin, 30, 55);
    let hung = begun.elapsed();
    redis.signal("-CONT");
    let most = 5 * with_redis + Duration::from_secs(1);
    assert!(hung < most, "{hung:?}, {with_redis:?} before it hung");
    is_the_twins_answer(&twin, &redis);
}

#[test]
fn of_two_openings_with_one_epoch_the_first_writes_and_a_deleted_meta_lets_an_older_one_write() {
    let (dir, other) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let redis = OwnRedis::start(dir.path());
    let first = serve(dir.path(), &redis);
    feed(&first, 0, 9);
    is_the_twins_answer(&first, &redis);
    let second = serve(other.path(), &redis);
    feed(&second, 100, 103);
    follows(&second, false);
    feed(&first, 9, 12);
    is_the_twins_answer(&first, &redis);
    second.terminate(COPIED_WITHIN);
    // Opened more often than the first: an epoch counts openings, and the higher one has the copy.
    let second = serve(other.path(), &redis);
    is_the_twins_answer(&second, &redis);
    feed(&first, 12, 13);
    follows(&first, false);

    second.terminate(COPIED_WITHIN);
    first.terminate(COPIED_WITHIN);
    let third = TempDir::new().unwrap();
    let (): () = redis.connection().del("twin:{P1}:meta").unwrap();
    let older = serve(third.path(), &redis);
    feed(&older, 200, 202);
    is_the_twins_answer(&older, &redis);
    let stream: redis::streams::StreamRangeReply =
        redis.connection().xrange_all("twin:{P1}:changes").unwrap();
    let newest: u64 = stream
        .ids
        .last()
        .unwrap()
        .id
        .split('-')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(
        redis.meta("seq").unwrap(),
        newest.to_string(),
        "no entry of the ones before"
    );
}

#[test]
fn a_user_with_the_rights_of_the_docs_is_enough() {
    let dir = TempDir::new().unwrap();
    let redis = OwnRedis::start(dir.path());
    let docs = include_str!("../../docs/redis.md");
    let line = docs
        .lines()
        .find(|line| line.contains("ACL SETUSER"))
        .unwrap();
    let words = line.split_once("ACL SETUSER ").unwrap().1;
    let words = words.replace("'", "").replace("PASSWORD", "secret");
    let mut command = redis::cmd("ACL");
    command
        .arg("SETUSER")
        .arg(words.split_whitespace().collect::<Vec<_>>());
    let (): () = command.query(&mut redis.connection()).unwrap();
    std::fs::write(dir.path().join("password"), "secret\n").unwrap();
    let settings = format!(
        "url = \"{}\"\nuser = \"twin\"\npassword_file = {:?}\n",
        redis.url,
        dir.path().join("password")
    );
    let twin = serve_as(dir.path(), "event_time", &settings);
    feed(&twin, 0, 5);
    is_the_twins_answer(&twin, &redis);
    follows(&twin, true);
    feed(&twin, 5, 8);
    is_the_twins_answer(&twin, &redis);
}

#[test]
fn a_lot_that_expires_while_nothing_happens_is_not_shippable_in_the_copy_either() {
    let dir = TempDir::new().unwrap();
    let redis = OwnRedis::start(dir.path());
    let twin = serve_as(dir.path(), "wall", &format!("url = \"{}\"\n", redis.url));
    let now = jiff::Timestamp::now();
    let expiry = now + jiff::SignedDuration::from_secs(4);
    let event = json!({"specversion": "1.0", "id": "l", "source": "/wms", "plant": "P1",
        "type": "mfg.lot.created.v1", "time": now.to_string(),
        "data": {"lot": "MILK", "material": "M", "expiry": expiry.to_string(),
            "quantity": {"value": "10", "unit": "H87"}}});
    assert_eq!(twin.post(event.to_string().as_bytes()).status, 200);
    let shippable = || -> Option<bool> {
        let item: Option<String> = redis.connection().hget("twin:{P1}:lot", "MILK").unwrap();
        let item: Value = serde_json::from_str(&item?).unwrap();
        Some(item["not_shippable_because"].as_array().unwrap().is_empty())
    };
    let before = wait_for("the lot", COPIED_WITHIN, shippable);
    assert!(before || jiff::Timestamp::now() > expiry);
    wait_for("its end", COPIED_WITHIN, || {
        (shippable() == Some(false)).then_some(())
    });
    assert!(jiff::Timestamp::now() > expiry, "not before");
}
