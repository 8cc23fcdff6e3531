//! What the values of a plan may be.

use crate::faults::plan::FaultPlan;

/// The longest time in a plan, in seconds: 31 days. More would never end within a run.
pub const PLAN_SECONDS_MAX: u32 = 31 * 24 * 3_600;
/// The most repetitions of one unreadable message.
pub const POISON_TIMES_MAX: u32 = 1_000;
/// The farthest time zone, in minutes.
pub const ZONE_MIN_MAX: i32 = 14 * 60;
/// The worst drift of a clock, in millionths.
pub const DRIFT_PPM_MAX: u32 = 10_000;
/// The heaviest and the lightest tail of a delay.
pub const TAIL_RANGE: (f64, f64) = (0.1, 10.0);

/// A plan that cannot be carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key} is {value}; {allowed}")]
pub struct InvalidPlan {
    /// The key, like `delay.probability`.
    pub key: &'static str,
    /// What it is.
    pub value: String,
    /// What it may be.
    pub allowed: String,
}

pub(crate) fn check_plan(plan: &FaultPlan) -> Result<(), InvalidPlan> {
    for (key, value) in parts(plan) {
        if !(0.0..=1.0).contains(&value) {
            return Err(wrong(key, value, "a part of all is from 0 to 1".to_owned()));
        }
    }
    for (key, seconds) in times(plan) {
        if !(1..=PLAN_SECONDS_MAX).contains(&seconds) {
            let allowed = format!("it is from 1 to {PLAN_SECONDS_MAX} seconds (31 days)");
            return Err(wrong(key, seconds, allowed));
        }
    }
    check_others(plan)
}

fn wrong(key: &'static str, value: impl ToString, allowed: String) -> InvalidPlan {
    InvalidPlan {
        key,
        value: value.to_string(),
        allowed,
    }
}

/// All probabilities and shares of a plan, with their keys.
fn parts(plan: &FaultPlan) -> Vec<(&'static str, f64)> {
    let told = [
        (
            "duplicate.probability",
            plan.duplicate.as_ref().map(|it| it.probability),
        ),
        (
            "new_id.probability",
            plan.new_id.as_ref().map(|it| it.probability),
        ),
        (
            "reorder.probability",
            plan.reorder.as_ref().map(|it| it.probability),
        ),
        (
            "delay.probability",
            plan.delay.as_ref().map(|it| it.probability),
        ),
        (
            "loss.probability",
            plan.loss.as_ref().map(|it| it.probability),
        ),
        (
            "corrupt.probability",
            plan.corrupt.as_ref().map(|it| it.probability),
        ),
        (
            "clock.zone_share",
            plan.clock.as_ref().map(|it| it.zone_share),
        ),
        (
            "clock.future_probability",
            plan.clock.as_ref().map(|it| it.future_probability),
        ),
        (
            "late_release.probability",
            plan.late_release.as_ref().map(|it| it.probability),
        ),
        (
            "cancel_after_start.probability",
            plan.cancel_after_start.as_ref().map(|it| it.probability),
        ),
        (
            "contradiction.probability",
            plan.contradiction.as_ref().map(|it| it.probability),
        ),
        (
            "broker.unroutable",
            plan.broker.as_ref().map(|it| it.unroutable),
        ),
        (
            "broker.redelivery",
            plan.broker.as_ref().map(|it| it.redelivery),
        ),
        (
            "poison.probability",
            plan.poison.as_ref().map(|it| it.probability),
        ),
    ];
    let said = told.into_iter();
    said.filter_map(|(key, value)| Some((key, value?)))
        .collect()
}

/// All times of a plan that may not be zero, with their keys.
fn times(plan: &FaultPlan) -> Vec<(&'static str, u32)> {
    let broker = plan.broker.as_ref();
    let told = [
        (
            "duplicate.within_s",
            plan.duplicate.as_ref().map(|it| it.within_s),
        ),
        (
            "reorder.window_s",
            plan.reorder.as_ref().map(|it| it.window_s),
        ),
        ("delay.least_s", plan.delay.as_ref().map(|it| it.least_s)),
        ("delay.most_s", plan.delay.as_ref().map(|it| it.most_s)),
        (
            "loss.look_every_s",
            plan.loss.as_ref().map(|it| it.look_every_s),
        ),
        ("outage.every_s", plan.outage.as_ref().map(|it| it.every_s)),
        (
            "outage.length_s",
            plan.outage.as_ref().map(|it| it.length_s),
        ),
        (
            "restart.every_s",
            plan.restart.as_ref().map(|it| it.every_s),
        ),
        (
            "restart.resend_s",
            plan.restart.as_ref().map(|it| it.resend_s),
        ),
        (
            "late_release.delay_s",
            plan.late_release.as_ref().map(|it| it.delay_s),
        ),
        (
            "contradiction.hold_s",
            plan.contradiction.as_ref().map(|it| it.hold_s),
        ),
        ("broker.kill_every_s", broker.and_then(|it| it.kill_every_s)),
        ("broker.nack_every_s", broker.and_then(|it| it.nack_every_s)),
        (
            "slow_consumer.every_s",
            plan.slow_consumer.as_ref().map(|it| it.every_s),
        ),
        (
            "slow_consumer.length_s",
            plan.slow_consumer.as_ref().map(|it| it.length_s),
        ),
    ];
    let said = told.into_iter();
    said.filter_map(|(key, value)| Some((key, value?)))
        .collect()
}

fn check_others(plan: &FaultPlan) -> Result<(), InvalidPlan> {
    if let Some(delay) = &plan.delay {
        let (low, high) = TAIL_RANGE;
        if !(low..=high).contains(&delay.tail) {
            let allowed = format!("the exponent of a tail is from {low} to {high}");
            return Err(wrong("delay.tail", delay.tail, allowed));
        }
        if delay.least_s > delay.most_s {
            let allowed = format!("it is at most delay.most_s, which is {}", delay.most_s);
            return Err(wrong("delay.least_s", delay.least_s, allowed));
        }
    }
    if let Some(clock) = &plan.clock {
        for (key, seconds) in [
            ("clock.skew_s", clock.skew_s),
            ("clock.future_s", clock.future_s),
        ] {
            if seconds > PLAN_SECONDS_MAX {
                let allowed = format!("it is at most {PLAN_SECONDS_MAX} seconds (31 days)");
                return Err(wrong(key, seconds, allowed));
            }
        }
        if clock.drift_ppm > DRIFT_PPM_MAX {
            let allowed = format!("a clock drifts by at most {DRIFT_PPM_MAX} millionths");
            return Err(wrong("clock.drift_ppm", clock.drift_ppm, allowed));
        }
        if !(-ZONE_MIN_MAX..=ZONE_MIN_MAX).contains(&clock.zone_min) {
            let allowed = format!("a zone is at most {ZONE_MIN_MAX} minutes from UTC");
            return Err(wrong("clock.zone_min", clock.zone_min, allowed));
        }
    }
    if let Some(poison) = &plan.poison
        && !(1..=POISON_TIMES_MAX).contains(&poison.times)
    {
        let allowed = format!("a message comes 1 to {POISON_TIMES_MAX} times");
        return Err(wrong("poison.times", poison.times, allowed));
    }
    if let Some(corrupt) = &plan.corrupt
        && corrupt.kinds.is_empty()
    {
        let allowed = "name at least one kind, or leave the key out for all of them".to_owned();
        return Err(wrong("corrupt.kinds", "empty", allowed));
    }
    Ok(())
}
