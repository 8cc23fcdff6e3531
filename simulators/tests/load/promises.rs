//! What a load promises, fault by fault.

use simulators::faults::fault::Fault;
use simulators::faults::plan::FaultPlan;

use crate::plans::{ALONE, all_at_once, plan};
use crate::told::{EVENTS, source, told};

const SEED: u64 = 7;

#[test]
fn without_faults_each_event_is_one_message_at_its_own_time() {
    let told = told(FaultPlan::default(), SEED);
    let events: Vec<_> = source(SEED).collect();
    assert_eq!(told.facts, events);
    assert_eq!(told.messages.len(), EVENTS);
    for (message, event) in told.messages.iter().zip(&events) {
        assert_eq!(message.at, event.time);
        assert_eq!(message.body, twin_model::wire::encode(event).into_bytes());
    }
    assert_eq!(told.counts.iter().count(), 0);
    told.keeps_its_promise("no faults");
}

#[test]
fn each_fault_alone_occurs_and_leads_to_the_true_state() {
    for (text, faults) in ALONE {
        let told = told(plan(text), SEED);
        for fault in faults {
            assert!(told.counts.of(*fault) > 0, "{text}: no {}", fault.name());
        }
        let others = told
            .counts
            .iter()
            .filter(|(fault, _)| !faults.contains(fault));
        assert_eq!(others.count(), 0, "{text}: only what was asked for");
        told.keeps_its_promise(text);
    }
}

#[test]
fn all_faults_at_once_occur_and_lead_to_the_true_state() {
    let told = told(all_at_once(), SEED);
    for fault in Fault::ALL {
        assert!(told.counts.of(*fault) > 0, "no {}", fault.name());
    }
    told.keeps_its_promise("all at once");
}

#[test]
fn what_cannot_be_read_has_the_expected_code_and_nothing_else_is_unreadable() {
    let told = told(all_at_once(), SEED);
    let found = told.unreadable();
    let mut expected = 0;
    for (_, body, unreadable) in told.truth.corrupt() {
        let text = String::from_utf8_lossy(body);
        let codes = &found[body];
        assert_eq!(codes.len() as u64, unreadable.sent, "{text}");
        assert!(codes.iter().all(|code| *code == unreadable.code), "{text}");
        expected += 1;
    }
    assert_eq!(found.len(), expected);
    assert!(expected > 100, "only {expected} corrupt messages: too tame");
}

/// Plans drawn from a seed that are tried.
const SWARM: u64 = 12;

#[test]
fn plans_drawn_from_a_seed_differ_and_lead_to_the_true_state() {
    let mut occurred = std::collections::BTreeSet::new();
    for seed in 1..=SWARM {
        let plan = FaultPlan::swarm(seed);
        assert_eq!(plan, FaultPlan::swarm(seed), "seed {seed}");
        assert_ne!(plan, FaultPlan::swarm(seed + SWARM), "seed {seed}");
        let told = told(plan, seed);
        told.keeps_its_promise(&format!("seed {seed}"));
        occurred.extend(told.counts.iter().map(|(fault, _)| fault));
    }
    let all = Fault::ALL.iter().filter(|it| **it != Fault::SameIds);
    let missing: Vec<_> = all.filter(|fault| !occurred.contains(fault)).collect();
    assert!(missing.is_empty(), "{missing:?} occurred in no plan");
}

#[test]
fn a_fault_changes_neither_the_plant_nor_what_another_fault_draws() {
    let duplicated = |plan: FaultPlan| -> Vec<String> {
        let told = told(plan, SEED);
        let mut seen = std::collections::BTreeMap::new();
        for message in told.messages.iter().filter(|it| it.spoiled.is_none()) {
            *seen.entry(message.id.to_string()).or_insert(0) += 1;
        }
        seen.into_iter()
            .filter(|(_, times)| *times > 1)
            .map(|(id, _)| id)
            .collect()
    };
    let duplicate = "[duplicate]\nprobability = 0.1\nwithin_s = 900\n";
    let others = "[delay]\nprobability = 0.5\nleast_s = 5\ntail = 0.7\nmost_s = 7200\n\
                  [corrupt]\nprobability = 0.2\n[loss]\nprobability = 0.2\nlook_every_s = 600\n";
    let alone = duplicated(plan(duplicate));
    assert!(alone.len() > 300, "only {} duplicates", alone.len());
    assert_eq!(alone, duplicated(plan(&format!("{duplicate}{others}"))));
}

#[test]
fn equal_seeds_give_equal_loads_and_others_do_not() {
    let bytes = |seed| -> Vec<u8> {
        let told = told(all_at_once(), seed);
        told.messages
            .into_iter()
            .flat_map(|message| message.body)
            .collect()
    };
    let first = bytes(SEED);
    assert_eq!(first, bytes(SEED));
    assert_ne!(first, bytes(SEED + 1));
}
