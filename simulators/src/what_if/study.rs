//! A question that is being answered, run by run.

use twin_model::Time;

use super::NoAnswer;
use super::change::Change;
use super::forecast::Forecast;
use super::living::LivingModel;
use super::outcome::Outcome;

/// Microseconds of one hour.
const HOUR_US: i64 = 3_600_000_000;

/// The plant as it is and as a planner changes it, run side by side with the same random numbers.
///
/// Answers can be taken at any time: they are from the runs so far.
#[derive(Clone, Debug)]
pub struct Study {
    now: Time,
    seed: u64,
    runs: u32,
    /// The plant as it is; `None` without changes.
    baseline: Option<Outcome>,
    asked: Outcome,
    /// What is run: the plant with the changes.
    model: LivingModel,
}

impl Study {
    /// Of a live plant at `now`, some changes to it, and how many hours are looked ahead.
    ///
    /// # Errors
    /// [`NoAnswer`] when a change cannot be made, there is nothing to run, or it cannot be run.
    pub fn new(
        living: &LivingModel,
        changes: &[Change],
        now: Time,
        seed: u64,
        horizon_h: u32,
    ) -> Result<Self, NoAnswer> {
        let model = living.changed(changes, now)?;
        let horizon_us = i64::from(horizon_h) * HOUR_US;
        let baseline = if changes.is_empty() {
            None
        } else {
            Some(Outcome::of(living, now, horizon_us)?)
        };
        Ok(Self {
            now,
            seed,
            runs: 0,
            baseline,
            asked: Outcome::of(&model, now, horizon_us)?,
            model,
        })
    }

    /// What is run.
    pub fn model(&self) -> &LivingModel {
        &self.model
    }

    /// How many runs there are so far; with changes, how many pairs of runs.
    pub fn runs(&self) -> u32 {
        self.runs
    }

    /// Makes the next run. `goes_on` is asked every few thousand events; when it says no, the run
    /// is not counted and this is false.
    pub fn run(&mut self, goes_on: &mut dyn FnMut() -> bool) -> bool {
        let number = u64::from(self.runs);
        let Some(asked) = self.asked.run(self.seed, number, goes_on) else {
            return false;
        };
        if let Some(baseline) = &mut self.baseline {
            let Some(run) = baseline.run(self.seed, number, goes_on) else {
                return false;
            };
            baseline.counts(run);
        }
        self.asked.counts(asked);
        self.runs += 1;
        true
    }

    /// What the runs so far say.
    ///
    /// # Errors
    /// [`NoAnswer::TooLong`] before the first one.
    pub fn forecast(&self) -> Result<Forecast, NoAnswer> {
        if self.runs == 0 {
            return Err(NoAnswer::TooLong);
        }
        Ok(Forecast::of(&self.asked, self.baseline.as_ref(), self.now))
    }
}
