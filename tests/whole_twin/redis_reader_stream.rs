//! The change stream of `twin serve --read-only`, out of a real Redis.

use std::sync::mpsc::{Receiver, sync_channel};

use redis::Commands;
use serde_json::Value;
use tempfile::TempDir;

use crate::own_redis::{COPIED_WITHIN, OwnRedis, feed, serve};
use crate::redis_reader::{caught_up, read};
use crate::twin_process::{TwinProcess, wait_for};

/// Events that a test has not looked at yet.
const EVENTS_WAITING_MAX: usize = 10_000;

/// A stream, read in a thread of its own: type, id and data of each event.
pub(crate) fn events(twin: &TwinProcess, path: &str) -> Receiver<(String, String, Value)> {
    let lines = twin.follow(path);
    let (tell, told) = sync_channel(EVENTS_WAITING_MAX);
    std::thread::spawn(move || {
        let (mut id, mut name) = (String::new(), String::new());
        for line in lines {
            match line.split_once(": ") {
                Some(("id", text)) => text.clone_into(&mut id),
                Some(("event", text)) => text.clone_into(&mut name),
                Some(("data", text)) => {
                    let data = serde_json::from_str(text).unwrap();
                    if tell.send((name.clone(), id.clone(), data)).is_err() {
                        return;
                    }
                }
                _ => {}
            }
        }
    });
    told
}

/// The next entries of the stream, without what is no entry.
#[track_caller]
pub(crate) fn next(
    told: &Receiver<(String, String, Value)>,
    count: usize,
) -> Vec<(String, String, Value)> {
    let mut found = Vec::new();
    while found.len() < count {
        let event = told.recv_timeout(COPIED_WITHIN);
        let event = event.unwrap_or_else(|_| panic!("{} of {count} entries", found.len()));
        if ["state.changed", "notice", "gap"].contains(&event.0.as_str()) {
            found.push(event);
        }
    }
    found
}

#[test]
fn the_stream_of_a_reader_is_that_of_the_twin_with_its_cursors_and_can_be_resumed() {
    let dir = TempDir::new().unwrap();
    let redis = OwnRedis::start(dir.path());
    let twin = serve(dir.path(), &redis);
    feed(&twin, 0, 2);
    let reader = read(dir.path(), &redis);
    caught_up(&twin, &reader);
    let theirs = events(&twin, "/api/v1/stream?plant=P1");
    let ours = events(&reader, "/api/v1/stream?plant=P1");
    wait_for("the greeting", COPIED_WITHIN, || ours.recv().ok());
    feed(&twin, 2, 102);
    let (theirs, ours) = (next(&theirs, 301), next(&ours, 301));
    assert_eq!(ours, theirs);

    let (_, at, _) = &ours[40];
    let resumed = events(&reader, &format!("/api/v1/stream?plant=P1&from={at}"));
    assert_eq!(next(&resumed, 260), ours[41..], "after {at}");

    let cursor = reader.get("/api/v1/plants/P1").json()["cursor"]
        .as_str()
        .unwrap()
        .to_owned();
    let from = |from: &str| {
        next(
            &events(&reader, &format!("/api/v1/stream?plant=P1&from={from}")),
            1,
        )
    };
    for (from_there, why) in [("99-1-1", "another opening"), ("1-99999-1", "not reached")] {
        let (name, id, data) = from(from_there).remove(0);
        assert_eq!(
            (name.as_str(), &id),
            ("gap", &cursor),
            "{from_there}: {data}"
        );
        assert!(data["reason"].as_str().unwrap().contains(why), "{data}");
    }
    let (): () = redis
        .connection()
        .xtrim("twin:{P1}:changes", redis::streams::StreamMaxlen::Equals(5))
        .unwrap();
    let (name, _, data) = from(at).remove(0);
    assert_eq!(name, "gap", "{data}");
    assert!(
        data["reason"].as_str().unwrap().contains("no longer"),
        "{data}"
    );
}

#[test]
fn a_follower_is_told_of_a_gap_when_redis_lost_the_copy_and_goes_on_behind_it() {
    let dir = TempDir::new().unwrap();
    let redis = OwnRedis::start(dir.path());
    let twin = serve(dir.path(), &redis);
    feed(&twin, 0, 2);
    let reader = read(dir.path(), &redis);
    caught_up(&twin, &reader);
    let told = events(&reader, "/api/v1/stream?plant=P1");
    wait_for("the greeting", COPIED_WITHIN, || told.recv().ok());
    redis.kill();
    feed(&twin, 2, 4);
    redis.start_again();
    let (name, id, data) = next(&told, 1).remove(0);
    assert_eq!(
        (name.as_str(), data["snapshot"].as_str()),
        ("gap", Some("/api/v1/plants/P1"))
    );
    assert_eq!(data["cursor"].as_str(), Some(id.as_str()));
    let lots = reader.get("/api/v1/plants/P1/lots").json();
    assert_eq!(
        lots["items"].as_array().unwrap().len(),
        4,
        "the lists are there at the gap"
    );
    feed(&twin, 4, 5);
    let more = next(&told, 1).remove(0);
    assert_eq!(more.0, "state.changed", "{more:?}");
}
