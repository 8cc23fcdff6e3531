//! Targets of key figures, and where they are missed.

use serde::{Deserialize, Serialize};
use twin_model::{Decimal, SmolStr, Time};
use utoipa::ToSchema;

use super::durations::seconds;
use super::series::HOURS_MAX;
use super::tally::Tally;
use super::{Kpi, Measure};

/// Breaches that are kept, the newest.
pub const BREACHES_MAX: usize = 1_000;

/// What is wanted of a key figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// What people call it.
    pub name: SmolStr,
    /// Of which figure.
    pub kpi: Kpi,
    /// Of which source and class, system, material or work center, as the figure names it; of each
    /// one by itself when absent.
    pub of: Option<SmolStr>,
    /// What is wanted.
    pub goal: Goal,
    /// Over how many hours of the plant's time, up to now.
    #[serde(default = "one_day")]
    pub window_h: i64,
    /// With fewer samples than this it is neither met nor missed.
    #[serde(default = "one")]
    pub samples_min: u64,
    /// Whose it is.
    pub owner: SmolStr,
    /// How long it may be missed before the breach goes up, in minutes of the plant's time.
    pub escalate_after_min: Option<u32>,
    /// To whom it goes then.
    pub escalate_to: Option<SmolStr>,
}

/// What is wanted of a figure, by how it is measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Goal {
    /// 95 % of the durations are no longer, in seconds.
    P95AtMostS(u64),
    /// 50 % of the durations are no longer, in seconds.
    P50AtMostS(u64),
    /// The mean of the durations is no longer, in seconds.
    MeanAtMostS(u64),
    /// The share is no less, from "0" to "1".
    ShareAtLeast(Decimal),
    /// What is now is no more: a number, or an age in seconds.
    NowAtMost(u64),
}

fn one_day() -> i64 {
    24
}

fn one() -> u64 {
    1
}

/// Why a target cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// The goal measures something else than the figure.
    #[error(
        "target {0}: {1:?} has no such goal: durations take p95_at_most_s, p50_at_most_s or mean_at_most_s, shares take share_at_least, exception_backlog and exception_age take now_at_most"
    )]
    OtherMeasure(SmolStr, Kpi),
    /// The window is not kept.
    #[error("target {0}: window_h must be from 1 to {HOURS_MAX}")]
    Window(SmolStr),
    /// Only one half of an escalation.
    #[error("target {0}: escalate_after_min and escalate_to go together")]
    Escalation(SmolStr),
    /// It is of one thing, and the figure is of the plant.
    #[error("target {0}: {1:?} is of the whole plant, so `of` goes away")]
    OfThePlant(SmolStr, Kpi),
    /// No share.
    #[error("target {0}: share_at_least must be from 0 to 1")]
    Share(SmolStr),
    /// Two have the same name.
    #[error("target {0} stands twice")]
    Twice(SmolStr),
}

impl Target {
    /// Checks targets with each other and each by itself.
    ///
    /// # Errors
    /// The first [`TargetError`].
    pub fn check(targets: &[Target]) -> Result<(), TargetError> {
        for (place, target) in targets.iter().enumerate() {
            let name = target.name.clone();
            let fits = match target.goal {
                Goal::P95AtMostS(_) | Goal::P50AtMostS(_) | Goal::MeanAtMostS(_) => {
                    Measure::Duration
                }
                Goal::ShareAtLeast(_) => Measure::Share,
                Goal::NowAtMost(_) => Measure::Now,
            };
            if target.kpi.measure() != fits {
                return Err(TargetError::OtherMeasure(name, target.kpi));
            }
            if !(1..=HOURS_MAX).contains(&target.window_h) {
                return Err(TargetError::Window(name));
            }
            if target.of.is_some() && target.kpi.is_of_the_plant() {
                return Err(TargetError::OfThePlant(name, target.kpi));
            }
            if let Goal::ShareAtLeast(least) = target.goal
                && !(Decimal::ZERO..=Decimal::ONE).contains(&least)
            {
                return Err(TargetError::Share(name));
            }
            if target.escalate_after_min.is_some() != target.escalate_to.is_some() {
                return Err(TargetError::Escalation(name));
            }
            if targets[..place]
                .iter()
                .any(|other| other.name == target.name)
            {
                return Err(TargetError::Twice(name));
            }
        }
        Ok(())
    }

    /// Whether it is missed, and by what value; `None` when there are too few samples.
    pub(crate) fn judge(&self, tally: &Tally) -> Option<(bool, String)> {
        if tally.count() < self.samples_min {
            return None;
        }
        let over =
            |ms: u64, most_s: u64| (ms > most_s.saturating_mul(1_000), seconds(ms).to_string());
        match (tally, &self.goal) {
            (Tally::Durations(all), Goal::P95AtMostS(most)) => {
                Some(over(all.percentile_ms(95)?, *most))
            }
            (Tally::Durations(all), Goal::P50AtMostS(most)) => {
                Some(over(all.percentile_ms(50)?, *most))
            }
            (Tally::Durations(all), Goal::MeanAtMostS(most)) => Some(over(all.mean_ms()?, *most)),
            (Tally::Share(share), Goal::ShareAtLeast(least)) => {
                let share = share.share()?;
                Some((share < *least, share.round_dp(4).normalize().to_string()))
            }
            _ => None,
        }
    }

    /// What is wanted, in words.
    pub(crate) fn wanted(&self) -> String {
        match &self.goal {
            Goal::P95AtMostS(most) => format!("95 % within {most} s"),
            Goal::P50AtMostS(most) => format!("50 % within {most} s"),
            Goal::MeanAtMostS(most) => format!("a mean of at most {most} s"),
            Goal::ShareAtLeast(least) => format!("a share of at least {least}"),
            Goal::NowAtMost(most) => format!("at most {most}"),
        }
    }
}

/// A target that is or was missed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BreachView {
    /// The target.
    #[schema(value_type = String)]
    pub target: SmolStr,
    /// Of which figure.
    #[schema(value_type = String, example = "exception_backlog")]
    pub kpi: Kpi,
    /// Of what of it.
    #[schema(value_type = String)]
    pub of: SmolStr,
    /// What was wanted, in words.
    pub wanted: String,
    /// What it was instead, when it was last judged while missed.
    pub value: String,
    /// Since when, plant time.
    #[schema(value_type = String, format = DateTime)]
    pub since: Time,
    /// Until when; `null` while it is missed.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<Time>,
    /// Whose it is now: the owner's, or that of whom it went up to.
    #[schema(value_type = String)]
    pub owner: SmolStr,
    /// When it went up; `null` when it did not.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub escalated_at: Option<Time>,
}
