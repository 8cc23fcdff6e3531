//! What goes wrong between the systems of a plant and the broker.
//!
//! Two functions here hand events over in another order, or twice. A [`Load`](crate::Load) does all
//! that a [`plan::FaultPlan`] says. The random numbers of faults have purposes of their own, so
//! faults never change the plant that they are played on.

pub mod bounds;
mod clock;
pub(crate) mod copies;
pub(crate) mod dice;
pub mod fault;
pub mod plan;
pub(crate) mod road;
pub(crate) mod schedule;
mod spoil;
mod swarm;
pub(crate) mod systems;

use twin_model::{EntityKey, Event, OperationId, SourceId};

use crate::random::{Purpose, Random, entity_number};

/// Events of one stream keep their order: one source cannot overtake itself about one operation,
/// lot, hold, delivery or work center.
type Stream<'a> = (&'a SourceId, EntityKey, Option<&'a OperationId>);

/// The events in another order, chosen by `seed`. Every stream (one source about one entity, and
/// one operation of it) keeps its own order; nothing else does.
pub fn shuffle_within_streams(events: &[Event], seed: u64) -> Vec<Event> {
    let random = Random::new(seed);
    let entity = entity_number("shuffle");
    let places: Vec<u64> = (0..events.len() as u64)
        .map(|number| random.draw(entity, number, Purpose::FaultReorder).bits())
        .collect();
    let mut streams: std::collections::BTreeMap<Stream<'_>, Vec<usize>> = Default::default();
    for (number, event) in events.iter().enumerate() {
        let stream = (&event.source, event.body.owner(), event.body.operation());
        streams.entry(stream).or_default().push(number);
    }
    let mut shuffled: Vec<(u64, usize)> = Vec::with_capacity(events.len());
    for members in streams.into_values() {
        let mut drawn: Vec<u64> = members.iter().map(|&number| places[number]).collect();
        drawn.sort_unstable();
        shuffled.extend(drawn.into_iter().zip(members));
    }
    shuffled.sort_unstable();
    shuffled
        .into_iter()
        .map(|(_, number)| events[number].clone())
        .collect()
}

/// The events, and about `fraction` (0 to 1) of them a second time: somewhere after the first.
pub fn with_duplicates(events: &[Event], fraction: f64, seed: u64) -> Vec<Event> {
    let random = Random::new(seed);
    let count = events.len() as u64;
    let mut placed: Vec<(u64, u64)> = Vec::with_capacity(events.len());
    for number in 0..count {
        placed.push((number, number));
        let draw = |part| random.draw(entity_number(part), number, Purpose::FaultDuplicate);
        if draw("whether").chance(fraction) {
            placed.push((number + draw("where").below(count - number), number));
        }
    }
    placed.sort_unstable();
    placed
        .into_iter()
        .map(|(_, number)| events[number as usize].clone())
        .collect()
}
