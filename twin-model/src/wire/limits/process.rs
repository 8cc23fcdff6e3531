//! What rules of processes and answers to commands may contain.

use std::collections::BTreeSet;

use super::{Broken, at_most, short};
use crate::{PostingRefused, ProcessRule, ProcessRulesPublished, System};

/// Longest time that a command may stay unanswered before it is sent again, seconds: a week.
const ANSWER_WITHIN_S_MAX: u32 = 604_800;
/// How often a command may be sent at most.
const TRIES_MAX_MAX: u32 = 100;

pub(super) fn check_rules(body: &ProcessRulesPublished) -> Result<(), Broken> {
    let mut seen = BTreeSet::new();
    for rule in &body.processes {
        if !seen.insert(rule.kind) {
            let kind = rule.kind.as_str();
            return Err(Broken {
                path: "$.data.processes",
                detail: format!("names {kind} twice; a kind of process has one rule"),
            });
        }
        check_rule(rule)?;
    }
    Ok(())
}

fn check_rule(rule: &ProcessRule) -> Result<(), Broken> {
    for (path, value, least, most) in [
        (
            "$.data.processes.answer_within_s",
            rule.answer_within_s,
            1,
            ANSWER_WITHIN_S_MAX,
        ),
        (
            "$.data.processes.tries_max",
            rule.tries_max,
            1,
            TRIES_MAX_MAX,
        ),
        (
            "$.data.processes.settle_s",
            rule.settle_s,
            0,
            ANSWER_WITHIN_S_MAX,
        ),
    ] {
        if value.is_some_and(|value| !(least..=most).contains(&value)) {
            let value = value.unwrap_or_default();
            let detail = format!("is {value}; {least} to {most} is expected");
            return Err(Broken { path, detail });
        }
    }
    match &rule.systems {
        Some(systems) => at_most("$.data.processes.systems", systems.len(), System::ALL.len()),
        None => Ok(()),
    }
}

pub(super) fn check_refusal(body: &PostingRefused) -> Result<(), Broken> {
    short("$.data.erp_code", &body.erp_code)?;
    short("$.data.erp_text", &body.erp_text)
}
