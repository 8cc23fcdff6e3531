//! One measured figure beside its limit, as a line of JSON.

use std::borrow::Cow;

use serde::Serialize;

/// What a figure has to reach.
#[derive(Debug, Clone, Copy)]
pub enum Goal {
    /// The ratio to the limit, at least.
    RatioAtLeast(f64),
    /// The ratio to the limit, at most.
    RatioAtMost(f64),
    /// The figure itself, at least.
    OursAtLeast(f64),
    /// The figure itself, at most.
    OursAtMost(f64),
    /// Only told.
    None,
}

/// A figure. The goal is about the ratio where there is one, else about `ours`.
#[derive(Debug, Clone, Serialize)]
pub struct Figure {
    /// What was measured.
    pub name: Cow<'static, str>,
    /// Unit of `ours` and `limit`.
    pub unit: &'static str,
    /// Median over the rounds.
    pub ours: f64,
    /// Median of the limit over the same rounds.
    pub limit: Option<f64>,
    /// `ours` / `limit`.
    pub ratio: Option<f64>,
    /// What to reach.
    pub goal: Option<f64>,
    /// Whether it is reached.
    pub pass: Option<bool>,
    /// Rounds behind the medians.
    pub rounds: usize,
    /// What exactly is compared, spread, load.
    pub note: String,
}

impl Figure {
    /// A figure from the rounds of ours and of the limit; no rounds of the limit, no ratio.
    #[must_use]
    pub fn new(
        name: impl Into<Cow<'static, str>>,
        unit: &'static str,
        ours: &[f64],
        limit: &[f64],
        goal: Goal,
        note: impl Into<String>,
    ) -> Figure {
        let our_median = median(ours);
        let limit_median = (!limit.is_empty()).then(|| median(limit));
        let ratio = limit_median.map(|limit| our_median / limit);
        let (goal, pass) = judge(goal, our_median, ratio);
        let note = format!("{} [ours {}]", note.into(), spread(ours));
        Figure {
            name: name.into(),
            unit,
            ours: rounded(our_median),
            limit: limit_median.map(rounded),
            ratio: ratio.map(rounded),
            goal,
            pass,
            rounds: ours.len(),
            note,
        }
    }

    /// Prints the figure as a line of JSON, or as a sentence.
    ///
    /// # Errors
    /// None in practice: a figure has only texts and numbers.
    pub fn print(&self, json: bool) -> anyhow::Result<()> {
        if json {
            println!("{}", serde_json::to_string(self)?);
            return Ok(());
        }
        let mut line = format!("{}: {} {}", self.name, self.ours, self.unit);
        if let (Some(limit), Some(ratio)) = (self.limit, self.ratio) {
            line += &format!(", limit {limit}, ratio {ratio}");
        }
        if let (Some(goal), Some(pass)) = (self.goal, self.pass) {
            let verdict = if pass { "reached" } else { "missed" };
            line += &format!(", goal {goal} {verdict}");
        }
        println!("{line} ({} rounds; {})", self.rounds, self.note);
        Ok(())
    }
}

fn judge(goal: Goal, ours: f64, ratio: Option<f64>) -> (Option<f64>, Option<bool>) {
    match goal {
        Goal::RatioAtLeast(goal) => (Some(goal), ratio.map(|ratio| ratio >= goal)),
        Goal::RatioAtMost(goal) => (Some(goal), ratio.map(|ratio| ratio <= goal)),
        Goal::OursAtLeast(goal) => (Some(goal), Some(ours >= goal)),
        Goal::OursAtMost(goal) => (Some(goal), Some(ours <= goal)),
        Goal::None => (None, None),
    }
}

/// The middle of the values; NaN without any.
#[must_use]
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => f64::NAN,
        len if len % 2 == 1 => sorted[len / 2],
        len => f64::midpoint(sorted[len / 2 - 1], sorted[len / 2]),
    }
}

/// Smallest and largest of the values.
#[must_use]
pub fn spread(values: &[f64]) -> String {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    format!("{}..{}", rounded(low), rounded(high))
}

/// Three digits behind the point below ten, one below a thousand, else none.
fn rounded(value: f64) -> f64 {
    let digits = match value.abs() {
        small if small < 10.0 => 1000.0,
        middle if middle < 1000.0 => 10.0,
        _ => 1.0,
    };
    (value * digits).round() / digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_and_not_the_average() {
        assert_eq!(median(&[9.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[1.0, 2.0, 4.0, 100.0]), 3.0);
    }

    #[test]
    fn a_missed_goal_is_told() {
        let missed = Figure::new("n", "u", &[50.0], &[100.0], Goal::RatioAtLeast(0.85), "");
        assert_eq!((missed.ratio, missed.pass), (Some(0.5), Some(false)));
        let met = Figure::new("n", "ms", &[15.0], &[], Goal::OursAtMost(20.0), "");
        assert_eq!((met.ratio, met.pass), (None, Some(true)));
    }
}
