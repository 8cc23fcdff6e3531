//! The operation's state machine against the node set of OPC 10031-4: what the standard's XML
//! says is allowed, and nothing else is.
use std::collections::{BTreeMap, BTreeSet};

use twin_model::{JobCause, JobState};

use crate::real_data::real_data;

/// The two object types that carry the main machine: without and with sub-states.
const RECEIVERS: [&str; 2] = [
    "1:ISA95JobOrderReceiverObjectType",
    "1:ISA95JobOrderReceiverSubStatesType",
];

fn node_set() -> Option<String> {
    let file = real_data("opcua-jobcontrol/opc.ua.isa95-jobcontrol.nodeset2.xml")?;
    Some(std::fs::read_to_string(file).unwrap())
}

/// One transition as the node set has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Transition {
    from: String,
    to: String,
    cause: Option<String>,
}

/// The machines of the node set: transitions by the type that defines them, and by state of the
/// main machine the type of its sub-machine.
struct Standard {
    machines: BTreeMap<String, BTreeSet<Transition>>,
    sub_machines: BTreeMap<String, String>,
}

struct Nodes<'a, 'x>(BTreeMap<&'a str, roxmltree::Node<'a, 'x>>);

impl<'a> Nodes<'a, '_> {
    fn name(&self, id: &str) -> &'a str {
        let node = self
            .0
            .get(id)
            .unwrap_or_else(|| panic!("{id} is no node of the set"));
        node.attribute("BrowseName").unwrap()
    }

    /// Targets of the forward references of one type.
    fn forward(&self, id: &str, reference: &str) -> Vec<&'a str> {
        self.0[id]
            .descendants()
            .filter(|node| node.is_element() && node.tag_name().name() == "Reference")
            .filter(|node| node.attribute("ReferenceType") == Some(reference))
            .filter(|node| node.attribute("IsForward") != Some("false"))
            .map(|node| node.text().unwrap().trim())
            .collect()
    }
}

fn plain(browse_name: &str) -> String {
    browse_name
        .strip_prefix("1:")
        .unwrap_or(browse_name)
        .to_owned()
}

fn read(xml: &str) -> Standard {
    let document = roxmltree::Document::parse(xml).unwrap();
    let nodes = document
        .root_element()
        .children()
        .filter_map(|node| Some((node.attribute("NodeId")?, node)));
    let nodes = Nodes(nodes.collect());
    let mut machines: BTreeMap<String, BTreeSet<Transition>> = BTreeMap::new();
    let mut sub_machines = BTreeMap::new();
    for (id, node) in &nodes.0 {
        if let [from] = nodes.forward(id, "FromState")[..] {
            let [to] = nodes.forward(id, "ToState")[..] else {
                panic!("{id} leads to one state")
            };
            let causes = nodes.forward(id, "HasCause");
            assert!(causes.len() <= 1, "{id} has one cause at most");
            let machine = nodes.name(node.attribute("ParentNodeId").unwrap());
            let new = machines
                .entry(machine.to_owned())
                .or_default()
                .insert(Transition {
                    from: plain(nodes.name(from)),
                    to: plain(nodes.name(to)),
                    cause: causes.first().map(|cause| plain(nodes.name(cause))),
                });
            assert!(new, "{id} stands twice");
        }
        for sub in nodes.forward(id, "HasSubStateMachine") {
            let [kind] = nodes.forward(sub, "HasTypeDefinition")[..] else {
                panic!("{sub} has one type")
            };
            sub_machines.insert(plain(nodes.name(id)), nodes.name(kind).to_owned());
        }
    }
    Standard {
        machines,
        sub_machines,
    }
}

/// `AllowedToStart` for `AllowedToStart(Ready)`, as the standard spells it.
fn main_name(state: JobState) -> String {
    format!("{state:?}").split('(').next().unwrap().to_owned()
}

fn sub_name(state: JobState) -> Option<String> {
    let text = format!("{state:?}");
    let (_, sub) = text.split_once('(')?;
    Some(sub.trim_end_matches(')').to_owned())
}

fn pairs() -> impl Iterator<Item = (JobState, JobState)> {
    JobState::ALL
        .into_iter()
        .flat_map(|from| JobState::ALL.into_iter().map(move |to| (from, to)))
}

#[test]
fn the_standard_has_twenty_one_transitions() {
    let Some(xml) = node_set() else { return };
    let standard = read(&xml);
    let count = |name: &str| standard.machines[name].len();
    let [plain_type, with_sub_states] = RECEIVERS;
    assert_eq!((count(plain_type), count(with_sub_states)), (13, 13));
    assert_eq!(
        standard.machines[plain_type],
        standard.machines[with_sub_states]
    );
    assert_eq!(count("1:ISA95PrepareStateMachineType"), 5);
    assert_eq!(count("1:ISA95InterruptedStateMachineType"), 2);
    assert_eq!(count("1:ISA95EndedStateMachineType"), 1);
    assert_eq!(standard.machines.len(), 5, "no machine was overlooked");
    let with_subs: Vec<&str> = standard.sub_machines.keys().map(String::as_str).collect();
    let ours: BTreeSet<String> = JobState::ALL
        .into_iter()
        .filter(|state| sub_name(*state).is_some())
        .map(main_name)
        .collect();
    assert_eq!(with_subs, ours.into_iter().collect::<Vec<_>>());
}

#[test]
fn our_states_and_causes_are_those_of_the_standard() {
    let Some(xml) = node_set() else { return };
    let standard = read(&xml);
    let main = &standard.machines[RECEIVERS[0]];
    let named: BTreeSet<String> = main
        .iter()
        .flat_map(|step| [step.from.clone(), step.to.clone()])
        .collect();
    assert_eq!(
        named,
        JobState::ALL
            .into_iter()
            .map(main_name)
            .collect::<BTreeSet<_>>()
    );
    for (state, machine) in &standard.sub_machines {
        let named: BTreeSet<String> = standard.machines[machine]
            .iter()
            .flat_map(|step| [step.from.clone(), step.to.clone()])
            .collect();
        let ours: BTreeSet<String> = JobState::ALL
            .into_iter()
            .filter(|ours| main_name(*ours) == *state)
            .filter_map(sub_name)
            .collect();
        assert_eq!(named, ours, "{state}");
    }
    let causes: BTreeSet<String> = main.iter().filter_map(|step| step.cause.clone()).collect();
    let ours: BTreeSet<String> = JobCause::ALL
        .iter()
        .map(|cause| format!("{cause:?}"))
        .collect();
    assert_eq!(causes, ours);
}

#[test]
fn every_caused_transition_is_taken_and_every_other_pair_of_state_and_cause_is_refused() {
    let Some(xml) = node_set() else { return };
    let main = &read(&xml).machines[RECEIVERS[0]];
    let mut taken = BTreeSet::new();
    for from in JobState::ALL {
        for cause in JobCause::ALL {
            let name = format!("{cause:?}");
            let expected = main
                .iter()
                .find(|step| step.from == main_name(from) && step.cause.as_ref() == Some(&name));
            let found = from.next(cause);
            assert_eq!(
                found.map(main_name),
                expected.map(|step| step.to.clone()),
                "{from:?} by {cause:?}"
            );
            taken.extend(expected.cloned());
        }
    }
    let caused = main.iter().filter(|step| step.cause.is_some()).cloned();
    assert_eq!(taken, caused.collect(), "each was tried");
    assert_eq!(taken.len(), 12);
}

#[test]
fn every_uncaused_transition_passes_and_no_other_pair_does() {
    let Some(xml) = node_set() else { return };
    let standard = read(&xml);
    let main = &standard.machines[RECEIVERS[0]];
    let mut taken = BTreeSet::new();
    for (from, to) in pairs() {
        let step = |machine: &BTreeSet<Transition>, from: String, to: String| {
            let step = Transition {
                from,
                to,
                cause: None,
            };
            machine.get(&step).cloned()
        };
        let expected = if main_name(from) == main_name(to) {
            standard
                .sub_machines
                .get(&main_name(from))
                .and_then(|machine| {
                    step(
                        &standard.machines[machine],
                        sub_name(from).unwrap(),
                        sub_name(to).unwrap(),
                    )
                })
        } else {
            step(main, main_name(from), main_name(to))
        };
        assert_eq!(from.passes_to(to), expected.is_some(), "{from:?} to {to:?}");
        taken.extend(expected);
    }
    assert_eq!(taken.len(), 1 + 5 + 2 + 1, "each was tried: {taken:?}");
}

#[test]
fn no_pair_of_states_is_one_step_apart_unless_the_standard_has_that_step() {
    let Some(xml) = node_set() else { return };
    let standard = read(&xml);
    let main: BTreeSet<(String, String)> = standard.machines[RECEIVERS[1]]
        .iter()
        .map(|step| (step.from.clone(), step.to.clone()))
        .collect();
    let mut reached = BTreeSet::new();
    for (from, to) in pairs() {
        let by_cause = JobCause::ALL
            .iter()
            .any(|cause| from.next(*cause) == Some(to));
        if !by_cause && !from.passes_to(to) {
            continue;
        }
        let names = (main_name(from), main_name(to));
        let inside = names.0 == names.1 && sub_name(from) != sub_name(to);
        if !inside {
            assert!(main.contains(&names), "{from:?} to {to:?} is not standard");
            reached.insert(names);
        }
    }
    assert_eq!(reached, main, "and every one of the standard is reachable");
}

#[test]
fn what_is_over_stays_over() {
    for state in JobState::ALL {
        let moves = JobCause::ALL
            .iter()
            .any(|cause| state.next(*cause).is_some());
        assert_eq!(state.is_over(), !moves, "{state:?}");
    }
}
