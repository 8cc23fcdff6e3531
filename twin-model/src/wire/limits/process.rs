//! What rules of processes and answers to commands may contain.

use std::collections::BTreeSet;

use super::{Broken, at_most, short};
use crate::{Decimal, PostingRefused, ProcessKind, ProcessRule, ProcessRulesPublished, System};

/// Longest time that a command may stay unanswered before it is sent again, seconds: a week.
const ANSWER_WITHIN_S_MAX: u32 = 604_800;
/// Longest time in which quality may be asked to decide, seconds: a year.
const DECIDE_WITHIN_S_MAX: u32 = 31_536_000;
/// Limits of one rule.
const LIMITS_MAX: usize = 10_000;
/// Largest part of an exact share.
const SHARE_MAX: u32 = 1_000_000;
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
        (
            "$.data.processes.decide_within_s",
            rule.decide_within_s,
            1,
            DECIDE_WITHIN_S_MAX,
        ),
    ] {
        if value.is_some_and(|value| !(least..=most).contains(&value)) {
            let value = value.unwrap_or_default();
            let detail = format!("is {value}; {least} to {most} is expected");
            return Err(Broken { path, detail });
        }
    }
    check_limits(rule)?;
    match &rule.systems {
        Some(systems) => at_most("$.data.processes.systems", systems.len(), System::ALL.len()),
        None => Ok(()),
    }
}

fn check_limits(rule: &ProcessRule) -> Result<(), Broken> {
    let limits = rule.limits.as_deref().unwrap_or_default();
    at_most("$.data.processes.limits", limits.len(), LIMITS_MAX)?;
    let broken = |path, detail: &str| {
        Err(Broken {
            path,
            detail: detail.to_owned(),
        })
    };
    let mut seen = BTreeSet::new();
    for limit in limits {
        if !seen.insert(&limit.material) {
            return broken("$.data.processes.limits", "names a material twice");
        }
        if limit.share.is_none() && limit.quantity.is_none() {
            return broken("$.data.processes.limits", "needs a share or a quantity");
        }
        if let Some(share) = limit.share
            && (share.numerator > SHARE_MAX || !(1..=SHARE_MAX).contains(&share.denominator))
        {
            return broken(
                "$.data.processes.limits.share",
                "has parts up to 1,000,000, and a denominator of at least 1",
            );
        }
        if limit
            .quantity
            .is_some_and(|it| it.value.value() < Decimal::ZERO)
        {
            return broken("$.data.processes.limits.quantity", "is below nothing");
        }
    }
    let named = limits.iter().any(|limit| limit.material.is_some());
    match rule.kind {
        ProcessKind::Variance => Ok(()),
        ProcessKind::Scrap if limits.len() == 1 && !named => Ok(()),
        ProcessKind::Scrap => broken(
            "$.data.processes.limits",
            "has one limit without a material, for scrap",
        ),
        _ if limits.is_empty() => Ok(()),
        _ => broken("$.data.processes.limits", "is for variance and scrap"),
    }
}

pub(super) fn check_refusal(body: &PostingRefused) -> Result<(), Broken> {
    short("$.data.erp_code", &body.erp_code)?;
    short("$.data.erp_text", &body.erp_text)
}
