//! Whatever happens to an order ends in the same state in every order of arrival that its sources
//! could have caused: random stories, shuffled within the streams that sources keep in order.
use std::collections::{BTreeMap, VecDeque};

use serde_json::{Value, json};
use twin_model::{Event, Kind, Lifecycle, OperationId, Plant, SourceId, wire};

/// Random stories.
const STORIES: u64 = 400;
/// Events tried in one story.
const EVENTS: u32 = 60;
/// Arrival orders of each.
const SHUFFLES: u64 = 5;

/// A small generator of its own: the seed is all there is to repeat a run.
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % n as u64).unwrap()
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }
}

fn event(n: u32, source: &str, name: &str, mut data: Value) -> Event {
    data["order"] = json!("O");
    let text = json!({"specversion": "1.0", "id": format!("e{n}"), "source": source,
        "type": format!("mfg.{name}.v1"), "plant": "P1", "data": data,
        "time": format!("2026-03-01T{:02}:{:02}:00Z", 6 + n / 60, n % 60)});
    wire::decode(text.to_string().as_bytes()).unwrap_or_else(|e| panic!("{text}: {e:?}"))
}

fn of_the_erp(n: u32, random: &mut Random) -> Event {
    let why = json!({"reason": "why"});
    let later = format!("2026-03-{:02}T00:00:00Z", 2 + random.below(9));
    let (name, data) = match random.below(12) {
        0..=3 => (
            "work_order.released",
            json!({"operations": [{"op": "10", "work_center": "W1"},
                {"op": "20", "work_center": "W2", "predecessors": ["10"], "delivers": true},
                {"op": "30", "predecessors": ["20"], "overlap": true}]}),
        ),
        4 => ("work_order.release_withdrawn", why),
        5 => ("work_order.cancelled", why),
        6 => ("work_order.tech_completed", json!({})),
        7 => ("work_order.tech_completion_withdrawn", json!({})),
        8 => ("work_order.closed", json!({"period": "03"})),
        9 => ("work_order.aborted", why),
        10 => (
            "work_order.changed",
            json!({"planned_end": {"new": later}, "priority": {"new": random.below(9)}}),
        ),
        _ => (
            "work_order.changed",
            json!({"counting": {"new": random.one_of(&["operator", "machine", "both"])},
                "effective_from": "2026-03-01T06:30:00Z"}),
        ),
    };
    event(n, "/erp", name, data)
}

fn of_the_mes(n: u32, random: &mut Random) -> Event {
    let op = random.one_of(&["10", "10", "20", "30", "99"]);
    let at = json!({"op": op, "work_center": random.one_of(&["W1", "W2", "W3"])});
    let why = json!({"op": op, "reason": "why"});
    let mut report = json!({"op": op, "unit": "H87", "good": random.below(4).to_string(),
        "worker": random.one_of(&["a", "b"]), "scrap": random.below(2).to_string()});
    if random.below(4) == 0 {
        report["mode"] = json!("cumulative");
        report["counter_epoch"] = json!(random.below(2));
    }
    if random.below(3) == 0 {
        report["work_center"] = at["work_center"].clone();
    }
    if random.below(4) == 0 {
        report["document"] = json!(random.one_of(&["C1", "C2"]));
    }
    let (name, data) = match random.below(20) {
        0..=2 => ("operation.started", at),
        3 => ("operation.dispatched", at),
        4 => ("operation.setup_started", at),
        5..=9 => ("operation.progressed", report),
        10..=13 => {
            report["final"] = json!(random.below(5) == 0);
            ("operation.completed", report)
        }
        14 | 15 => ("operation.interrupted", why),
        16 => ("operation.resumed", json!({"op": op})),
        17 => ("operation.aborted", why),
        18 => ("operation.skipped", why),
        _ => {
            let named = format!("e{}", random.below(n as usize));
            let back = json!({"op": op, "event": named, "reason": "why"});
            ("confirmation.reversed", back)
        }
    };
    event(n, "/mes", name, data)
}

/// A story: what was accepted of random events in the order of their times, and its end.
fn story(seed: u64) -> (Vec<Event>, Plant) {
    let mut random = Random::new(seed);
    let mut plant = Plant::new("P1".parse().unwrap());
    let created = json!({"material": "M", "quantity": {"value": "10", "unit": "H87"},
        "tolerance": {"over": "10"}, "counting": random.one_of(&["operator", "both"])});
    let mut accepted = vec![event(0, "/erp", "work_order.created", created)];
    plant.apply(&accepted[0]).unwrap();
    for n in 1..EVENTS {
        let next = if random.below(4) == 0 {
            of_the_erp(n, &mut random)
        } else {
            of_the_mes(n, &mut random)
        };
        if plant.apply(&next).is_ok() {
            accepted.push(next);
        }
    }
    (accepted, plant)
}

type Stream = (SourceId, Option<OperationId>);

/// The events in another order that keeps the order of each stream.
fn shuffled(events: &[Event], random: &mut Random) -> Vec<Event> {
    let mut streams: BTreeMap<Stream, VecDeque<Event>> = BTreeMap::new();
    for event in events {
        let stream = (event.source.clone(), event.body.operation().cloned());
        streams.entry(stream).or_default().push_back(event.clone());
    }
    let mut all = Vec::new();
    while !streams.is_empty() {
        let stream = streams
            .keys()
            .nth(random.below(streams.len()))
            .unwrap()
            .clone();
        let queue = streams.get_mut(&stream).unwrap();
        all.extend(queue.pop_front());
        if queue.is_empty() {
            streams.remove(&stream);
        }
    }
    all
}

/// Tells the events in this order; what must wait waits at the head of its stream and is tried
/// again after each change. Gives what still waits, and how often something had to.
fn tell(plant: &mut Plant, events: Vec<Event>, about: &str) -> (Vec<Event>, u32) {
    let mut streams: BTreeMap<Stream, VecDeque<Event>> = BTreeMap::new();
    let mut waited = 0;
    for event in events {
        let stream = (event.source.clone(), event.body.operation().cloned());
        streams.entry(stream).or_default().push_back(event);
        let mut again = true;
        while again {
            again = false;
            for queue in streams.values_mut() {
                while let Some(head) = queue.front() {
                    match plant.apply(head) {
                        Ok(_) => again = true,
                        Err(rejection) if rejection.kind() == Kind::Park => {
                            waited += 1;
                            break;
                        }
                        Err(rejection) => panic!("{about}: {:?}: {rejection}", head.body),
                    }
                    queue.pop_front();
                }
            }
        }
    }
    (streams.into_values().flatten().collect(), waited)
}

#[test]
fn every_order_of_arrival_ends_in_the_same_state() {
    let mut waited = 0;
    let mut ends: BTreeMap<&str, u32> = BTreeMap::new();
    for seed in 1..=STORIES {
        let (events, told) = story(seed);
        let order = told.work_order(&"O".parse().unwrap()).unwrap();
        *ends.entry(order.lifecycle().as_str()).or_default() += 1;
        // What is closed stays as it is, so a late report would end otherwise: a decision.
        let closed = order.lifecycle() == Lifecycle::Closed;
        for shuffle in 0..SHUFFLES {
            let about = format!("story {seed}, shuffle {shuffle}");
            let mut random = Random::new(seed * 1_000 + shuffle);
            let mut arrival = shuffled(&events, &mut random);
            if closed {
                let is_close = |e: &Event| e.body.type_name() == "mfg.work_order.closed.v1";
                let at = arrival.iter().position(is_close).unwrap();
                let close = arrival.remove(at);
                arrival.push(close);
            }
            let mut plant = Plant::new("P1".parse().unwrap());
            let (waiting, tries) = tell(&mut plant, arrival, &about);
            assert_eq!(waiting, [], "{about}");
            waited += tries;
            assert_eq!(plant.state_hash(), told.state_hash(), "{about}");
            assert_eq!(plant.breaches(), [], "{about}");
        }
    }
    println!("{waited} tries had to wait; the stories ended {ends:?}");
    assert!(waited > 1_000, "only {waited} had to wait: too tame");
    for end in [
        "in_process",
        "completed",
        "tech_complete",
        "closed",
        "cancelled",
        "aborted",
    ] {
        assert!(ends.contains_key(end), "no story ended {end}: {ends:?}");
    }
}
