//! Clients of a what-if that takes long: who leaves before the answer, and who reads slowly.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::twin_process::{Served, TwinProcess, wait_for};

const PLANT: &str = "P-ASKED";
const NDJSON: &str = "application/x-ndjson";
/// So many that one line of progress has some 700 KB, more than the system keeps many of for who
/// does not read, and that a question takes all the time that it may.
const ORDERS: usize = 3_000;
const WORK_CENTERS: usize = 40;
/// Orders that are told at once.
const AT_ONCE: usize = 200;
/// As many as may be asked for, half a year ahead.
const LONG: &str = r#"{"replications":10000,"horizon_h":4320}"#;
const SHORT: &[u8] = br#"{"replications":1}"#;
/// How soon the turn is free after a client left: much less than the 8 s of a whole question.
const FREE_WITHIN: Duration = Duration::from_secs(4);
/// How long a client waits for what comes next.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a question is on its way at most.
const ON_ITS_WAY: Duration = Duration::from_millis(500);
/// Events that come beside a question.
const BESIDE: usize = 20;

/// A twin with many orders to forecast.
fn busy_plant(dir: &TempDir) -> TwinProcess {
    let served = Served {
        plant: PLANT,
        clock: "event_time",
        broker: None,
    };
    let twin = TwinProcess::serve(dir.path(), &served, "127.0.0.1:0");
    let numbers: Vec<usize> = (0..ORDERS).collect();
    for some in numbers.chunks(AT_ONCE) {
        let events: Vec<Value> = some.iter().flat_map(|number| order(*number)).collect();
        let answer = twin.post(Value::from(events).to_string().as_bytes());
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
    twin
}

/// An order of two operations of an hour each.
fn order(number: usize) -> [Value; 2] {
    let order = format!("WO-{number:05}");
    let center = |of: usize| format!("WC-{:02}", of % WORK_CENTERS);
    let created = json!({"order": order, "material": "M",
        "planned_end": "2026-03-09T00:00:00Z", "quantity": {"value": "60", "unit": "H87"}});
    let released = json!({"order": order, "operations": [
        {"op": "10", "work_center": center(number), "run_s_per_unit": "60"},
        {"op": "20", "work_center": center(number * 7 + 3), "run_s_per_unit": "60",
            "predecessors": ["10"], "delivers": true}]});
    [
        event(&format!("{order}-1"), "work_order.created", created),
        event(&format!("{order}-2"), "work_order.released", released),
    ]
}

fn event(id: &str, name: &str, data: Value) -> Value {
    json!({"specversion": "1.0", "id": id, "source": "/erp", "type": format!("mfg.{name}.v1"),
        "time": "2026-03-02T06:00:00Z", "plant": PLANT, "data": data})
}

/// Events one after the other, each committed before the next.
#[track_caller]
fn intake_goes_on(twin: &TwinProcess, of: &str) {
    let before = twin.counts(PLANT)["applied"].as_u64().unwrap();
    for number in 0..BESIDE {
        let order = format!("{of}-{number}");
        let created = json!({"order": order, "material": "M",
            "quantity": {"value": "5", "unit": "H87"}});
        let told = event(&order, "work_order.created", created);
        let answer = twin.post(told.to_string().as_bytes());
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
    let applied = twin.counts(PLANT)["applied"].as_u64().unwrap();
    assert_eq!(applied - before, BESIDE as u64, "beside {of}");
    assert!(is_taken(twin), "the question was answered meanwhile: {of}");
}

/// Whether a question is being answered.
fn is_taken(twin: &TwinProcess) -> bool {
    let answer = twin.post_to("/api/v1/what-if", SHORT);
    assert!(matches!(answer.status, 200 | 503), "{}", answer.text);
    answer.status == 503
}

/// A client that reads only when it is asked to.
struct Client(BufReader<TcpStream>);

impl Client {
    /// Asks the long question; nothing is read yet.
    fn asks(twin: &TwinProcess, accept: &str) -> Client {
        let address = twin.url.strip_prefix("http://").unwrap();
        let mut connection = TcpStream::connect(address).unwrap();
        connection.set_read_timeout(Some(PATIENCE)).unwrap();
        write!(
            connection,
            "POST /api/v1/what-if HTTP/1.1\r\nhost: {address}\r\naccept: {accept}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n\
             {LONG}",
            LONG.len()
        )
        .unwrap();
        Client(BufReader::new(connection))
    }

    /// The next line of the answer, without what HTTP puts around it.
    fn next(&mut self) -> Option<Value> {
        let mut line = String::new();
        while self.0.read_line(&mut line).unwrap() > 0 {
            if line.starts_with('{') {
                return Some(serde_json::from_str(&line).unwrap());
            }
            line.clear();
        }
        None
    }

    #[track_caller]
    fn is_told_of_progress(&mut self) {
        let first = self.next().unwrap();
        assert_eq!(first["progress"]["of"], 10_000, "{first}");
    }

    /// The question is on its way for a while, and nothing came back.
    #[track_caller]
    fn is_not_answered_yet(&mut self) {
        let connection = self.0.get_ref();
        connection.set_read_timeout(Some(ON_ITS_WAY)).unwrap();
        let nothing = connection.peek(&mut [0]);
        assert!(nothing.is_err(), "an answer: {:?}", self.next());
    }

    /// Every line to the end: how many tell of progress, and the last one.
    fn reads_all(&mut self) -> (usize, Value) {
        let lines: Vec<Value> = std::iter::from_fn(|| self.next()).collect();
        let progress = lines.iter().filter(|line| line["progress"].is_object());
        (progress.count(), lines.last().cloned().unwrap_or_default())
    }
}

#[test]
fn a_client_that_leaves_in_the_middle_ends_its_question_and_the_intake_goes_on() {
    let dir = TempDir::new().unwrap();
    let twin = busy_plant(&dir);
    for accept in [NDJSON, "application/json"] {
        let mut client = Client::asks(&twin, accept);
        if accept == NDJSON {
            client.is_told_of_progress();
        } else {
            client.is_not_answered_yet();
        }
        intake_goes_on(&twin, &accept.replace('/', "-"));
        drop(client);
        let left = Instant::now();
        wait_for("the next question is answered", PATIENCE, || {
            (!is_taken(&twin)).then_some(())
        });
        let free = left.elapsed();
        assert!(free < FREE_WITHIN, "{accept}: taken for {free:?} more");
    }
}

/// How often a client is told of progress, and the last line; it begins to read the rest after
/// the first line `when` that has returned. Meanwhile the intake goes on.
fn asked(twin: &TwinProcess, of: &str, when: impl FnOnce() + Send) -> (usize, Value) {
    let mut client = Client::asks(twin, NDJSON);
    client.is_told_of_progress();
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            when();
            client.reads_all()
        });
        intake_goes_on(twin, of);
        reader.join().unwrap()
    })
}

#[test]
fn a_client_that_reads_slowly_misses_progress_which_nobody_keeps_for_it_and_has_its_answer() {
    let dir = TempDir::new().unwrap();
    let twin = busy_plant(&dir);
    let over = || {
        wait_for("the question is over", PATIENCE, || {
            (!is_taken(&twin)).then_some(())
        });
    };
    let (told, last) = asked(&twin, "quick", || {});
    assert_eq!(last["answer"]["cut_short"], true, "a question of its time");
    let (kept, last) = asked(&twin, "slow", over);
    assert_eq!(last["answer"]["cut_short"], true, "who was slow has it too");
    assert!(
        kept < told,
        "{kept} lines of progress were kept, {told} told to who reads"
    );
}
