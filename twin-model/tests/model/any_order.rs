//! What happens in a plant ends in the same state in every order of arrival that its sources could
//! have caused, with repetitions: random stories over all kinds of events, told in the order of
//! their times, and shuffled. What waits is tried again as in operation.
//!
//! What a source keeps in order stays in order (same source, same owner, same operation; each event
//! of a lot for itself). Decisions that were given out are left aside: nothing is confirmed as
//! shipped, no two deliveries compete for one lot, who owns what is settled before, and orders and
//! nonconformances are closed after everything else.
#[path = "any_order/goods.rs"]
mod goods;
#[path = "any_order/story.rs"]
pub(crate) mod story;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::shard::{Fate, Log, Shard, Stream, stream_of};
use story::Random;
use twin_model::{Code, Event, EventBody, Plant, wire};

/// Events tried in one story.
const EVENTS: usize = 200;
/// Random stories; each is shuffled [`SHUFFLES`] times.
const STORIES: u64 = 200;
/// Arrival orders of each story.
const SHUFFLES: u64 = 5;

/// What comes at its place in every order of arrival: the operator's table first, closings last.
fn phase(event: &Event) -> u8 {
    match event.body {
        EventBody::OwnershipPublished(_) => 0,
        EventBody::WorkOrderClosed(_) | EventBody::NonconformanceClosed(_) => 2,
        _ => 1,
    }
}

/// Tells events in this order. What was applied, as ids, and what was refused.
fn tell(events: &[Event]) -> (Shard, BTreeSet<String>, Vec<String>) {
    let mut shard = Shard::new(Plant::new("P1".parse().unwrap()));
    let (mut applied, mut refused) = (BTreeSet::new(), Vec::new());
    for event in events {
        let mut log = Log::new();
        shard.tell(event, &mut log);
        for (event, fate) in log {
            match (event, fate) {
                (Some(event), Fate::Applied(_)) => {
                    applied.insert(event.id.to_string());
                }
                (Some(event), Fate::Refused(rejection)) => {
                    refused.push(format!(
                        "{} {}: {rejection}",
                        event.id,
                        event.body.type_name()
                    ));
                }
                _ => {}
            }
        }
    }
    (shard, applied, refused)
}

/// The events, some of which are taken back later.
fn with_retractions(events: &[Event], random: &mut Random) -> Vec<Event> {
    let mut placed: Vec<(usize, Event)> = Vec::new();
    for (n, event) in events.iter().enumerate() {
        placed.push((2 * n, event.clone()));
        if random.one_in(6) {
            let later = n + 1 + random.below(events.len() - n);
            let back = story::retraction(event, later);
            placed.extend(back.map(|back| (2 * later - 1, back)));
        }
    }
    placed.sort_by_key(|(place, _)| *place);
    placed.into_iter().map(|(_, event)| event).collect()
}

/// A story that goes well when it is told in the order of time: whatever is refused then, or has
/// to wait for something later, was not right when it happened, and is left out. `met` takes the
/// rules that it meets.
fn story(seed: u64, met: &mut BTreeSet<Code>) -> Vec<Event> {
    let mut random = Random::new(seed);
    let events: Vec<Event> = (0..EVENTS).map(|n| story::event(n, &mut random)).collect();
    let mut events = with_retractions(&events, &mut random);
    events.sort_by_key(phase);
    let mut plant = Plant::new("P1".parse().unwrap());
    events.retain(|event| {
        let (before, former) = (plant.state_hash(), plant.clone());
        match plant.apply(event) {
            Ok(_) => {
                assert_eq!(plant.breaches_since(&former), [], "story {seed}: {event:?}");
                true
            }
            Err(rejection) => {
                met.insert(rejection.code());
                let after = plant.state_hash();
                assert_eq!(after, before, "{rejection}: a rejection changes nothing");
                false
            }
        }
    });
    assert_eq!(plant.breaches(), [], "story {seed}");
    events
}

/// The events in another order that keeps the order of each stream, with one in five repeated later.
fn shuffled(events: &[Event], random: &mut Random) -> Vec<Event> {
    let mut streams: BTreeMap<Stream, VecDeque<&Event>> = BTreeMap::new();
    let of = |wanted: u8| events.iter().filter(move |event| phase(event) == wanted);
    for event in of(1) {
        streams
            .entry(stream_of(event))
            .or_default()
            .push_back(event);
    }
    let mut streams: Vec<VecDeque<&Event>> = streams.into_values().collect();
    let mut all: Vec<Event> = of(0).cloned().collect();
    while !streams.is_empty() {
        let place = random.below(streams.len());
        // A stream often gives several at a time, as a source that was cut off for a while.
        for _ in 0..=random.below(3) {
            all.extend(streams[place].pop_front().cloned());
        }
        if streams[place].is_empty() {
            streams.swap_remove(place);
        }
        if !all.is_empty() && random.one_in(5) {
            all.push(all[random.below(all.len())].clone());
        }
    }
    all.extend(of(2).cloned());
    all
}

/// How many events had to wait, or what differs between a story told in the order of time and in
/// this order of arrival. A story that is not right in the order of time shows nothing.
fn compare(events: &[Event], arrival: &[Event]) -> Result<usize, String> {
    let mut told = Plant::new("P1".parse().unwrap());
    if events.iter().any(|event| told.apply(event).is_err()) {
        return Ok(0);
    }
    let (shard, applied, refused) = tell(arrival);
    let waits: Vec<String> = shard
        .parked()
        .map(|p| format!("{} {} {}", p.event.id, p.event.body.type_name(), p.code))
        .collect();
    let same = shard.plant.state_hash() == told.state_hash();
    let fault = !refused.is_empty() || applied.len() != events.len() || !same;
    match fault {
        false => Ok(shard.waited),
        true => Err(format!(
            "refused {refused:?}, waits {waits:?}, same state: {same}"
        )),
    }
}

/// The fewest events that still show the difference, in the order of arrival.
fn shrunk(events: &[Event], arrival: &[Event]) -> String {
    let (mut events, mut arrival) = (events.to_vec(), arrival.to_vec());
    let mut place = 0;
    while place < events.len() {
        let id = events[place].id.clone();
        let without = |all: &[Event]| -> Vec<Event> {
            all.iter().filter(|event| event.id != id).cloned().collect()
        };
        let fewer = (without(&events), without(&arrival));
        if compare(&fewer.0, &fewer.1).is_err() {
            (events, arrival) = fewer;
            place = 0;
        } else {
            place += 1;
        }
    }
    let lines = arrival
        .iter()
        .map(|event| format!("  {}\n", wire::encode(event)));
    let difference = compare(&events, &arrival).err().unwrap_or_default();
    format!("{difference}\n{}", lines.collect::<String>())
}

#[test]
fn any_order_of_arrival_with_repetitions_ends_in_the_same_state() {
    let mut types: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut arrivals, mut waited, mut faults) = (0, 0, Vec::new());
    let mut met = BTreeSet::new();
    for seed in 1..=STORIES {
        let events = story(seed, &mut met);
        for event in &events {
            *types.entry(event.body.type_name()).or_default() += 1;
        }
        for shuffle in 0..SHUFFLES {
            let arrival = shuffled(&events, &mut Random::new(seed * 1_000 + shuffle));
            arrivals += arrival.len();
            match compare(&events, &arrival) {
                Ok(tries) => waited += tries,
                Err(_) => {
                    let shown = shrunk(&events, &arrival);
                    faults.push(format!("story {seed}, shuffle {shuffle}: {shown}"));
                    break;
                }
            }
        }
    }
    let shuffles = STORIES * SHUFFLES;
    println!(
        "{STORIES} stories, {shuffles} shuffles, {arrivals} arrivals, {waited} waited: {types:#?}"
    );
    println!("rejections met, of which none changed anything: {met:?}");
    assert!(met.len() >= 10, "only {met:?} were met: too tame");
    let taken_back = types["mfg.event.retracted.v1"];
    assert!(
        taken_back > 100,
        "only {taken_back} were taken back: too tame"
    );
    assert!(waited > 1_000, "only {waited} had to wait: too tame");
    assert!(
        types.len() >= 54,
        "only {} types of events: too tame",
        types.len()
    );
    assert!(
        faults.is_empty(),
        "{} faults:\n{}",
        faults.len(),
        faults.join("\n")
    );
}
