//! Every interleaving of a scenario, breadth first, so that a counterexample is as short as can be.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use twin_model::{Event, Plant, ShipmentState, Time};

use super::world::{Broken, World};

/// States of one scenario at most: a guard against one that does not end.
const STATES_MAX: usize = 200_000;

/// What may happen, in any order and each once; and what may be confirmed at any moment.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) events: Vec<Event>,
    /// Where the clock goes, as one more thing that happens.
    pub(crate) ticks: Vec<Time>,
    /// Time of a confirmation, and when it says that the goods left.
    pub(crate) confirmed: Vec<(Time, Time)>,
    /// Whether the twin is stopped and started between any two steps.
    pub(crate) restarts: bool,
}

/// What a search went through.
#[derive(Debug, Default)]
pub(crate) struct Explored {
    pub(crate) states: usize,
    pub(crate) steps: usize,
    /// Different sequences of steps from the beginning to an end.
    pub(crate) interleavings: u128,
    /// Confirmations that were tried, those that were refused included.
    pub(crate) confirmations: usize,
    pub(crate) redeliveries: usize,
    /// How often a delivery was seen in each state.
    pub(crate) seen: BTreeMap<&'static str, usize>,
}

/// How to come to a broken promise.
#[derive(Debug)]
pub(crate) struct Counterexample {
    pub(crate) steps: Vec<String>,
    pub(crate) broken: Broken,
}

impl fmt::Display for Counterexample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in &self.steps {
            writeln!(f, "  {step}")?;
        }
        write!(f, "  => {}", self.broken)
    }
}

struct Node {
    world: World,
    /// Where it was first reached from, and by which step.
    from: Option<(usize, String)>,
    next: Vec<usize>,
}

struct Search<'s> {
    scenario: &'s Scenario,
    nodes: Vec<Node>,
    known: HashMap<[u8; 32], usize>,
    explored: Explored,
}

impl Scenario {
    /// Goes through every interleaving.
    pub(crate) fn explore(&self, plant: Plant) -> Result<Explored, Counterexample> {
        let world = World::new(plant, self.events.len() + self.ticks.len());
        let mut search = Search {
            scenario: self,
            known: HashMap::from([(world.key(), 0)]),
            nodes: vec![Node {
                world,
                from: None,
                next: Vec::new(),
            }],
            explored: Explored::default(),
        };
        let mut at = 0;
        while at < search.nodes.len() {
            search.expand(at)?;
            at += 1;
            assert!(
                at < STATES_MAX,
                "{}: more than {STATES_MAX} states",
                self.name
            );
        }
        search.explored.states = search.nodes.len();
        search.explored.interleavings = search.interleavings();
        Ok(search.explored)
    }

    fn label(&self, number: usize) -> String {
        match self.events.get(number) {
            Some(event) => format!("{} {} {}", event.time, event.body.type_name(), event.id),
            None => format!(
                "the clock reaches {}",
                self.ticks[number - self.events.len()]
            ),
        }
    }
}

impl Search<'_> {
    fn expand(&mut self, at: usize) -> Result<(), Counterexample> {
        let world = self.nodes[at].world.clone();
        for state in world.states() {
            *self
                .explored
                .seen
                .entry(ShipmentState::as_str(state))
                .or_default() += 1;
        }
        if world.to_come.is_empty()
            && let Err(broken) = world.at_the_end()
        {
            return Err(self.counterexample(at, "the end".to_owned(), broken));
        }
        let mut again = world.clone();
        match again.redeliver(&self.scenario.events) {
            Ok(tried) => self.explored.redeliveries += tried,
            Err(broken) => return Err(self.counterexample(at, "redelivery".to_owned(), broken)),
        }
        for number in &world.to_come {
            let mut next = world.clone();
            let events = &self.scenario.events;
            let done = match number.checked_sub(events.len()) {
                None => next.tell(*number, events),
                Some(tick) => next.tick(*number, self.scenario.ticks[tick], events),
            };
            self.reach(at, next, self.scenario.label(*number), done)?;
        }
        for confirmation in world.confirmations(&self.scenario.confirmed) {
            let mut next = world.clone();
            self.explored.confirmations += 1;
            let label = confirmation.to_string();
            match next.confirm(&confirmation, &self.scenario.events) {
                Ok(false) => {}
                Ok(true) => self.reach(at, next, label, Ok(()))?,
                Err(broken) => return Err(self.counterexample(at, label, broken)),
            }
        }
        Ok(())
    }

    fn reach(
        &mut self,
        at: usize,
        world: World,
        label: String,
        done: Result<(), Broken>,
    ) -> Result<(), Counterexample> {
        if let Err(broken) = done {
            return Err(self.counterexample(at, label, broken));
        }
        self.explored.steps += 1;
        let world = match self.scenario.restarts {
            true => world.restarted(),
            false => world,
        };
        let place = *self.known.entry(world.key()).or_insert(self.nodes.len());
        if place == self.nodes.len() {
            let from = Some((at, label));
            self.nodes.push(Node {
                world,
                from,
                next: Vec::new(),
            });
        }
        self.nodes[at].next.push(place);
        Ok(())
    }

    fn counterexample(&self, at: usize, last: String, broken: Broken) -> Counterexample {
        let mut steps = vec![last];
        let mut at = at;
        while let Some((before, label)) = &self.nodes[at].from {
            steps.push(label.clone());
            at = *before;
        }
        steps.reverse();
        Counterexample { steps, broken }
    }

    /// Counts the ways from the beginning to an end. Every step uses something up, so there is no
    /// way back, and what was found later lies behind what was found earlier.
    fn interleavings(&self) -> u128 {
        let mut ways = vec![0_u128; self.nodes.len()];
        let mut order: Vec<usize> = Vec::new();
        let mut open = vec![0_usize; self.nodes.len()];
        for node in &self.nodes {
            for next in &node.next {
                open[*next] += 1;
            }
        }
        let mut ready = vec![0];
        while let Some(at) = ready.pop() {
            order.push(at);
            for next in &self.nodes[at].next {
                open[*next] -= 1;
                if open[*next] == 0 {
                    ready.push(*next);
                }
            }
        }
        assert_eq!(order.len(), self.nodes.len(), "no way leads back");
        ways[0] = 1;
        let mut ends = 0;
        for at in order {
            if self.nodes[at].next.is_empty() {
                ends += ways[at];
            }
            for next in &self.nodes[at].next {
                ways[*next] += ways[at];
            }
        }
        ends
    }
}
