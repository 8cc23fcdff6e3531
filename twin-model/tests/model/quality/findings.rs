//! What is told of nonconformances, and a family of lots that they reach.

use serde_json::{Value, json};
use twin_model::{EntityKey, GateDecision, Nonconformance, NonconformanceState};

use crate::quality_story::*;

pub(crate) const BLOCKED: GateDecision = GateDecision::Blocked;
pub(crate) const CLEARED: GateDecision = GateDecision::Cleared;

pub(crate) fn key(id: &str) -> EntityKey {
    EntityKey::Nonconformance(id.parse().unwrap())
}

pub(crate) fn opened(id: &str, lots: &[&str]) -> Value {
    json!({"nonconformance": id, "lots": lots, "defect": "crack", "severity": "major"})
}

pub(crate) fn disposed(id: &str, parts: &[(&str, &str)]) -> Value {
    let parts = parts.iter();
    let parts = parts.map(|(lot, what)| json!({"lot": lot, "disposition": what}));
    json!({"nonconformance": id, "lots": parts.collect::<Vec<_>>(), "approvers": ["QA", "ENG"]})
}

pub(crate) fn part(id: &str, lot: &str, parts: &[(&str, &str)]) -> Value {
    let parts = parts
        .iter()
        .map(|(quantity, what)| json!({"lot": lot, "quantity": q(quantity), "disposition": what}));
    json!({"nonconformance": id, "lots": parts.collect::<Vec<_>>(), "approvers": ["QA"]})
}

pub(crate) fn of(id: &str) -> Value {
    json!({"nonconformance": id, "action": "set aside", "verification": "measured again",
        "reason": "a shadow in the picture"})
}

pub(crate) fn made(from: &str, to: &str) -> Value {
    json!({"inputs": [{"lot": from, "quantity": q("10")}],
        "outputs": [{"lot": to, "material": "M", "quantity": q("10")}]})
}

/// A free lot A, B made from it and C from B; deliveries of 1 piece of each.
pub(crate) fn family() -> Story {
    let mut story = Story::new();
    story.tell("lot.created", "06:00", lot("A", "unrestricted"));
    story.tell("lot.transformed", "06:10", made("A", "B"));
    story.tell("lot.transformed", "06:20", made("B", "C"));
    story.tell("lot.transformed", "06:25", made("A", "B"));
    for lot in ["A", "B", "C"] {
        story.tell("shipment.requested", "06:30", request(lot, lot, "1"));
        assert_eq!(story.gate(lot), (CLEARED, vec![]));
    }
    story
}

pub(crate) fn found<'s>(story: &'s Story, id: &str) -> &'s Nonconformance {
    story.plant.nonconformance(&id.parse().unwrap()).unwrap()
}

pub(crate) fn state(story: &Story, id: &str) -> NonconformanceState {
    found(story, id).state()
}

pub(crate) fn affected(story: &Story, id: &str) -> Vec<String> {
    let lots = found(story, id).affected_lots(&story.plant);
    lots.into_iter().map(|lot| lot.to_string()).collect()
}
