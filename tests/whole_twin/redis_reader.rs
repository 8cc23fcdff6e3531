//! `twin serve --read-only`: answers out of a real Redis, compared with those of the twin that
//! writes there.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use redis::Commands;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::own_redis::{COPIED_WITHIN, OwnRedis, feed, is_the_twins_answer, serve};
use crate::redis_reader_stream::{events, next};
use crate::twin_process::{Answer, NO_TWIN_URL, TwinProcess, json_of, run_twin, wait_for};

/// A reader of the copy of plant P1.
pub(crate) fn read(dir: &Path, redis: &OwnRedis) -> TwinProcess {
    TwinProcess::read_copy(dir, &format!("url = \"{}\"\n", redis.url))
}

/// What a reader says beside what the twin says, taken off.
#[track_caller]
fn without_age(mut answer: Value) -> Value {
    let fields = answer.as_object_mut().unwrap();
    for name in ["written_at", "age_ms", "stale"] {
        assert!(fields.remove(name).is_some(), "{name} is told");
    }
    fields.remove("stale_because");
    answer
}

/// Waits until the reader has all that the twin has.
pub(crate) fn caught_up(twin: &TwinProcess, reader: &TwinProcess) -> u64 {
    let seq = twin.get("/api/v1/plants/P1/state").json()["seq"]
        .as_u64()
        .unwrap();
    wait_for("the copy", COPIED_WITHIN, || {
        let there = reader.try_get("/api/v1/plants/P1")?;
        (there["seq"].as_u64()? == seq).then_some(seq)
    })
}

fn lists(reader: &TwinProcess) -> Vec<(String, Vec<String>)> {
    let api = reader.get("/openapi.json").json();
    let paths = api["paths"].as_object().unwrap().iter();
    let lists = paths.filter_map(|(path, item)| {
        let list = path.strip_prefix("/api/v1/plants/{plant}/")?;
        let parameters = item["get"]["parameters"].as_array().unwrap().iter();
        let names = parameters.map(|known| known["name"].as_str().unwrap().to_owned());
        (!list.contains('/')).then(|| (list.to_owned(), names.collect()))
    });
    lists.collect()
}

/// Values that a parameter can have here, found among the items.
fn values(name: &str, items: &[Value]) -> BTreeSet<String> {
    let field = |item: &Value, name: &str| item[name].as_str().map(str::to_owned);
    let mut found = BTreeSet::new();
    for item in items {
        let some = match name {
            "state" => ["state", "lifecycle", "item_state"]
                .iter()
                .find_map(|it| field(item, it)),
            "order" => field(item, "order").or_else(|| field(&item["queue"][0], "order")),
            "work_center" => field(&item["operations"][0], "work_center"),
            name => field(item, name),
        };
        found.extend(some);
        let scope = &item["scope"];
        found.extend(field(scope, "id").filter(|_| scope["kind"] == name));
        if name == "order" {
            found.extend(field(item, "subject"));
            found.extend(field(item, "id").filter(|id| id.starts_with("WO-")));
        }
    }
    if name == "held" {
        found = ["true", "false"].map(str::to_owned).into();
    }
    found
        .into_iter()
        .filter(|it| !it.contains('/'))
        .take(9)
        .collect()
}

fn encoded(id: &str) -> String {
    id.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'/' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}

#[test]
fn every_list_item_and_narrowing_is_answered_as_by_the_twin_or_refused_with_the_way_there() {
    let dir = TempDir::new().unwrap();
    let redis = OwnRedis::start(dir.path());
    let twin = serve(dir.path(), &redis);
    let reader = read(dir.path(), &redis);
    let load = [
        "sim", "load", "--plant", "P1", "--seed", "5", "--events", "3000", "--json", "--to",
    ];
    json_of(&run_twin(&[&load[..], &[&twin.url]].concat()));
    caught_up(&twin, &reader);
    let same = |path: &str| {
        let (theirs, ours) = (twin.get(path).json(), reader.get(path).json());
        assert_eq!(without_age(ours), theirs, "{path}");
    };
    same("/api/v1/plants/P1");
    let plants = reader.get("/api/v1/plants").json();
    assert_eq!(plants["items"], twin.get("/api/v1/plants").json()["items"]);
    let lists = lists(&reader);
    assert_eq!(lists.len(), 11, "{lists:?}");
    let (mut filled, mut narrowings) = (BTreeSet::new(), 0);
    for (list, parameters) in &lists {
        let items = twin.items("P1", list);
        assert_eq!(reader.items("P1", list), items, "{list}");
        same(&format!("/api/v1/plants/P1/{list}?limit=1"));
        if !items.is_empty() {
            filled.insert(list.as_str());
        }
        for item in items.iter().take(20) {
            let id = encoded(item["id"].as_str().unwrap());
            same(&format!("/api/v1/plants/P1/{list}/{id}"));
        }
        let narrows =
            |name: &&String| !["limit", "cursor", "wait_for", "plant"].contains(&name.as_str());
        for name in parameters.iter().filter(narrows) {
            for value in values(name, &items) {
                let value = encoded(&value);
                let narrowed = format!("{list}?{name}={value}&limit=100");
                let theirs = pages(&twin, &narrowed);
                assert_eq!(pages(&reader, &narrowed), theirs, "{narrowed}");
                narrowings += usize::from(!theirs.is_empty());
            }
        }
    }
    for needed in ["work-orders", "lots", "work-centers", "holds", "shipments"] {
        assert!(filled.contains(needed), "{needed} among {filled:?}");
    }
    assert!(
        narrowings >= 20,
        "{narrowings} narrowings that show something"
    );
    for refused in [
        "work-orders?held=true",
        "shipments?lot=L-1",
        "holds?lot=L-1",
        "inspections?blocking=true",
        "lots?as_of=1",
    ] {
        let answer = reader.get(&format!("/api/v1/plants/P1/{refused}"));
        let name = refused.split(['?', '=']).nth(1).unwrap();
        is_problem(&answer, 400, &[name, NO_TWIN_URL]);
    }
}

fn pages(twin: &TwinProcess, narrowed: &str) -> Vec<Value> {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = twin
            .get(&format!("/api/v1/plants/P1/{narrowed}{cursor}"))
            .json();
        items.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={}", encoded(next)),
            None => return items,
        }
    }
}

#[track_caller]
fn is_problem(answer: &Answer, status: u16, says: &[&str]) {
    assert_eq!(answer.status, status, "{answer:?}");
    assert_eq!(
        answer.content_type, "application/problem+json",
        "{answer:?}"
    );
    for said in says {
        assert!(answer.text.contains(said), "{said}: {answer:?}");
    }
}

#[test]
fn answers_go_on_while_the_twin_is_down_and_are_told_as_stale_and_redis_that_comes_back_is_found() {
    let dir = TempDir::new().unwrap();
    let redis = OwnRedis::start(dir.path());
    let twin = serve(dir.path(), &redis);
    feed(&twin, 0, 5);
    is_the_twins_answer(&twin, &redis);
    let reader = read(dir.path(), &redis);
    let before = reader.get("/api/v1/plants/P1/lots").json();
    assert_eq!(
        (&before["stale"], before["items"].as_array().unwrap().len()),
        (&json!(false), 5)
    );
    twin.kill();
    let stale = wait_for("the age", COPIED_WITHIN, || {
        let answer = reader.get("/api/v1/plants/P1/lots").json();
        (answer["stale"] == true).then_some(answer)
    });
    assert_eq!(
        (&stale["items"], &stale["seq"]),
        (&before["items"], &before["seq"])
    );
    assert!(stale["age_ms"].as_i64().unwrap() > 5_000, "{stale}");
    assert!(
        stale["stale_because"].as_str().unwrap().contains("twin"),
        "{stale}"
    );
    let ready = reader.get("/ready");
    assert_eq!(ready.status, 200, "{ready:?}");
    assert_eq!(ready.json()["copies"][0]["stale"], true);
    assert!(
        reader
            .get("/metrics")
            .text
            .contains("twin_copy_stale{plant=\"P1\"} 1")
    );

    redis.kill();
    for path in [
        "/api/v1/plants",
        "/api/v1/plants/P1",
        "/api/v1/plants/P1/lots/L-1",
        "/api/v1/stream?plant=P1",
    ] {
        is_problem(&reader.get(path), 503, &["does not answer", NO_TWIN_URL]);
    }
    assert_eq!(reader.get("/ready").status, 503);
    redis.start_again();
    wait_for("an empty Redis", COPIED_WITHIN, || {
        let answer = reader.get("/api/v1/plants/P1/lots");
        (answer.status == 503 && answer.text.contains("no copy of plant P1")).then_some(())
    });
    let twin = serve(dir.path(), &redis);
    caught_up(&twin, &reader);
    let after = reader.get("/api/v1/plants/P1/lots").json();
    assert_eq!(
        (&after["items"], &after["stale"]),
        (&before["items"], &json!(false))
    );
}

#[test]
fn a_redis_that_hangs_is_told_in_time_and_answers_go_on_when_it_does() {
    let dir = TempDir::new().unwrap();
    let redis = OwnRedis::start(dir.path());
    let twin = serve(dir.path(), &redis);
    feed(&twin, 0, 2);
    is_the_twins_answer(&twin, &redis);
    let reader = read(dir.path(), &redis);
    assert_eq!(reader.get("/api/v1/plants/P1/lots").status, 200);
    redis.signal("-STOP");
    let begun = Instant::now();
    let answer = reader.get("/api/v1/plants/P1/lots");
    let told_in = begun.elapsed();
    redis.signal("-CONT");
    is_problem(&answer, 503, &[NO_TWIN_URL]);
    assert!(told_in < Duration::from_secs(6), "{told_in:?}");
    wait_for("an answer", COPIED_WITHIN, || {
        (reader.get("/api/v1/plants/P1/lots").status == 200).then_some(())
    });
}

#[test]
fn a_copy_that_is_written_anew_is_never_shown_half() {
    let dir = TempDir::new().unwrap();
    let redis = OwnRedis::start(dir.path());
    let twin = serve(dir.path(), &redis);
    let load = [
        "sim", "load", "--plant", "P1", "--seed", "6", "--events", "3000", "--json", "--to",
    ];
    json_of(&run_twin(&[&load[..], &[&twin.url]].concat()));
    let reader = read(dir.path(), &redis);
    caught_up(&twin, &reader);
    let rebuilds = || {
        let told = twin.get("/metrics").text;
        let line = told
            .lines()
            .find(|line| line.starts_with("twin_redis_rebuilds_total{"));
        let count = line.and_then(|line| line.rsplit_once(' '));
        count.map_or(0, |(_, count)| count.parse::<u64>().unwrap())
    };
    let whole = reader.get("/api/v1/plants/P1/lots?limit=500").json();
    assert!(whole["items"].as_array().unwrap().len() > 100);
    let (begun, first) = (Instant::now(), rebuilds());
    let mut looked = 0;
    while rebuilds() < first + 3 {
        assert!(
            begun.elapsed() < COPIED_WITHIN,
            "{} rebuilds",
            rebuilds() - first
        );
        // As if an older opening had written last: the twin writes all of it anew.
        let (): () = redis
            .connection()
            .hset("twin:{P1}:meta", "epoch", 0)
            .unwrap();
        for _ in 0..20 {
            let answer = reader.get("/api/v1/plants/P1/lots?limit=500");
            assert_eq!(answer.status, 200, "{answer:?}");
            let (now, was) = (answer.json(), &whole);
            for field in ["items", "next", "seq", "cursor"] {
                assert_eq!(now[field], was[field], "{field}");
            }
            looked += 1;
        }
    }
    assert!(looked > 20, "{looked}");
}

#[test]
fn nothing_is_written_and_what_only_the_twin_answers_names_it() {
    let dir = TempDir::new().unwrap();
    let redis = OwnRedis::start(dir.path());
    let twin = serve(dir.path(), &redis);
    feed(&twin, 0, 1);
    let reader = read(dir.path(), &redis);
    caught_up(&twin, &reader);
    is_problem(&reader.post(b"{}"), 405, &["only reads", NO_TWIN_URL]);
    is_problem(
        &reader.post_to("/api/v1/plants/P1/lots", b"{}"),
        405,
        &["only reads", NO_TWIN_URL],
    );
    is_problem(
        &reader.get("/api/v1/plants/P1/exceptions"),
        404,
        &["by the twin only", NO_TWIN_URL],
    );
    is_problem(
        &reader.get("/api/v1/plants/P9/lots"),
        404,
        &["/api/v1/plants"],
    );
    is_problem(
        &reader.get("/api/v1/plants/P1/lots?color=red"),
        400,
        &["color is no parameter"],
    );
    is_problem(
        &reader.get("/api/v1/plants/P1/lots?limit=501"),
        400,
        &["1 to 500"],
    );
    is_problem(
        &reader.get("/api/v1/plants/P1/lots/L-9"),
        404,
        &["Lot L-9 is not known"],
    );
    is_problem(&reader.get("/nowhere"), 404, &["/openapi.json"]);
    let seq = twin.get("/api/v1/plants/P1/state").json()["seq"]
        .as_u64()
        .unwrap();
    feed(&twin, 1, 2);
    let lots = reader
        .get(&format!("/api/v1/plants/P1/lots?wait_for={}", seq + 4))
        .json();
    assert_eq!(
        lots["items"].as_array().unwrap().len(),
        2,
        "it waited for its write"
    );
}

#[test]
fn a_reader_without_a_redis_is_refused_with_what_to_configure() {
    let dir = TempDir::new().unwrap();
    let config = dir.path().join("twin.toml");
    std::fs::write(&config, "data_dir = \"d\"\n[[plant]]\nid = \"P1\"\n").unwrap();
    let config = config.to_str().unwrap();
    let output = run_twin(&["serve", "--read-only", "--config", config]);
    assert_eq!(output.status.code(), Some(3));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("configure [redis]"), "{said}");
}

#[test]
fn a_user_that_may_only_read_is_enough_for_a_reader() {
    let dir = TempDir::new().unwrap();
    let redis = OwnRedis::start(dir.path());
    let twin = serve(dir.path(), &redis);
    feed(&twin, 0, 3);
    let docs = include_str!("../../docs/redis.md");
    let line = docs
        .lines()
        .find(|line| line.contains("ACL SETUSER reader"));
    let words = line.unwrap().split_once("ACL SETUSER ").unwrap().1;
    let words = words.replace("PASSWORD", "secret");
    let mut command = redis::cmd("ACL");
    command
        .arg("SETUSER")
        .arg(words.split_whitespace().collect::<Vec<_>>());
    let (): () = command.query(&mut redis.connection()).unwrap();
    let password = dir.path().join("reader-password");
    std::fs::write(&password, "secret\n").unwrap();
    let url = &redis.url;
    let settings = format!("url = \"{url}\"\nuser = \"reader\"\npassword_file = {password:?}\n");
    let reader = TwinProcess::read_copy(dir.path(), &settings);
    caught_up(&twin, &reader);
    assert_eq!(reader.items("P1", "lots"), twin.items("P1", "lots"));
    let told = events(&reader, "/api/v1/stream?plant=P1");
    wait_for("the greeting", COPIED_WITHIN, || told.recv().ok());
    feed(&twin, 3, 4);
    assert_eq!(next(&told, 1)[0].0, "state.changed");
}
