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
