//! Where a Redis comes to its limits, or several want it: room, clients, openings, askers.

use std::time::{Duration, Instant};

use redis::Commands;
use tempfile::TempDir;

use crate::own_redis::{COPIED_WITHIN, OwnRedis, feed, follows, is_the_twins_answer, serve};
use crate::redis_reader::{caught_up, read};
use crate::twin_process::{TwinProcess, json_of, run_twin, wait_for};

/// Who asks at once: more than are let before Redis.
const ASKERS: usize = 150;
/// How long each of them may have to wait for a refusal.
const REFUSED_WITHIN: Duration = Duration::from_secs(15);

fn load(twin: &TwinProcess, events: &str) {
    let load = [
        "sim", "load", "--plant", "P1", "--seed", "7", "--events", events,
    ];
    json_of(&run_twin(
        &[&load[..], &["--json", "--to", &twin.url]].concat(),
    ));
}

fn limit(redis: &OwnRedis, name: &str, value: u64) {
    let mut command = redis::cmd("CONFIG");
    command.arg("SET").arg(name).arg(value);
    let (): () = command.query(&mut redis.connection()).unwrap();
}

fn used_bytes(redis: &OwnRedis) -> u64 {
    let mut info = redis::cmd("INFO");
    used(info.arg("memory").query(&mut redis.connection()).unwrap())
}

fn used(info: String) -> u64 {
    let line = info
        .lines()
        .find_map(|line| line.strip_prefix("used_memory:"));
    line.unwrap().trim().parse().unwrap()
}

/// Empties it; the bytes that are used then.
fn emptied(redis: &OwnRedis) -> u64 {
    let mut both = redis::pipe();
    both.atomic()
        .cmd("FLUSHALL")
        .ignore()
        .cmd("INFO")
        .arg("memory");
    let (info,): (String,) = both.query(&mut redis.connection()).unwrap();
    used(info)
}

/// The keys in which copies are gathered; none of them may stay for ever.
#[track_caller]
fn gathered(redis: &OwnRedis) -> Vec<String> {
    let mut connection = redis.connection();
    let keys: Vec<String> = connection.keys("twin:{P1}:gathered:*").unwrap();
    for key in &keys {
        let ttl: i64 = connection.ttl(key).unwrap();
        assert!(ttl != -1, "{key} stays for ever");
    }
    keys
}

#[test]
fn what_a_full_redis_has_left_over_of_a_copy_makes_room_for_the_next() {
    let dir = TempDir::new().unwrap();
    let redis = OwnRedis::start(dir.path());
    let twin = serve(dir.path(), &redis);
    load(&twin, "6000");
    is_the_twins_answer(&twin, &redis);
    // Without the changes of the way there.
    let empty = emptied(&redis);
    is_the_twins_answer(&twin, &redis);
    let copy = used_bytes(&redis) - empty;
    assert!(copy > 500_000, "{copy} bytes");

    let empty = emptied(&redis);
    limit(&redis, "maxmemory", empty + copy / 2);
    wait_for("what is left over", COPIED_WITHIN, || {
        follows_not(&twin)?;
        Some(gathered(&redis)).filter(|keys| !keys.is_empty())
    });
    assert_eq!(redis.meta("cursor"), None, "half of a copy is none");
    // Not enough for a copy beside what is left over.
    limit(&redis, "maxmemory", empty + copy + copy / 4);
    is_the_twins_answer(&twin, &redis);
    assert_eq!(gathered(&redis), Vec::<String>::new());
}

fn follows_not(twin: &TwinProcess) -> Option<()> {
    let told = twin.get("/metrics").text;
    told.contains("twin_redis_following{plant=\"P1\"} 0")
        .then_some(())
}

#[test]
fn an_opening_that_gathers_beside_a_newer_one_puts_nothing_in_its_place() {
    let (dir, other) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let redis = OwnRedis::start(dir.path());
    let older = serve(dir.path(), &redis);
    load(&older, "6000");
    is_the_twins_answer(&older, &redis);
    let newer = serve(other.path(), &redis);
    feed(&newer, 0, 40);
    newer.terminate(COPIED_WITHIN);
    // As if an even older opening had written last: the older one writes all of it anew, while the
    // newer one comes.
    let (): () = redis
        .connection()
        .hset("twin:{P1}:meta", "epoch", 0)
        .unwrap();
    let gathering = wait_for("a copy that is gathered", COPIED_WITHIN, || {
        Some(gathered(&redis)).filter(|keys| !keys.is_empty())
    });
    let newer = serve(other.path(), &redis);
    is_the_twins_answer(&newer, &redis);
    follows(&older, false);
    feed(&older, 100, 102);
    feed(&newer, 40, 42);
    is_the_twins_answer(&newer, &redis);
    let owner: String = redis.connection().hget("twin:{P1}:meta", "owner").unwrap();
    assert!(
        gathering.iter().all(|key| !key.contains(&owner)),
        "{gathering:?}"
    );
    assert!(gathered(&redis).iter().all(|key| !key.contains(&owner)));
}

#[test]
fn a_redis_that_takes_no_more_clients_costs_the_plant_nothing_and_is_used_when_it_does() {
    let dir = TempDir::new().unwrap();
    let redis = OwnRedis::start(dir.path());
    let mut first = redis.connection();
    limit(&redis, "maxclients", 1);
    let twin = serve(dir.path(), &redis);
    feed(&twin, 0, 20);
    wait_for("a refusal", COPIED_WITHIN, || {
        let told = twin.get("/metrics").text;
        (!told.contains("twin_redis_failures_total{plant=\"P1\"} 0")).then_some(())
    });
    assert_eq!(twin.items("P1", "lots").len(), 20);
    let mut more = redis::cmd("CONFIG");
    let (): () = more
        .arg("SET")
        .arg("maxclients")
        .arg(100)
        .query(&mut first)
        .unwrap();
    is_the_twins_answer(&twin, &redis);
}

#[test]
fn more_askers_than_a_reader_lets_before_a_redis_that_hangs_are_all_told_so_in_time() {
    let dir = TempDir::new().unwrap();
    let redis = OwnRedis::start(dir.path());
    let twin = serve(dir.path(), &redis);
    feed(&twin, 0, 3);
    let reader = read(dir.path(), &redis);
    caught_up(&twin, &reader);
    redis.signal("-STOP");
    let waits = std::thread::scope(|scope| {
        let ask = || {
            let begun = Instant::now();
            let answer = reader.get("/api/v1/plants/P1/lots");
            (answer.status, begun.elapsed(), answer.text)
        };
        let askers: Vec<_> = (0..ASKERS).map(|_| scope.spawn(ask)).collect();
        let answers = askers.into_iter().map(|asker| asker.join().unwrap());
        answers.collect::<Vec<_>>()
    });
    redis.signal("-CONT");
    for (status, waited, text) in &waits {
        assert_eq!(*status, 503, "{text}");
        assert!(*waited < REFUSED_WITHIN, "{waited:?}: {text}");
    }
    wait_for("answers", COPIED_WITHIN, || {
        (reader.get("/api/v1/plants/P1/lots").status == 200).then_some(())
    });
}
