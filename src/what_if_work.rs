//! Answers one question, and tells how far that is.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::web::Bytes;
use actors::Snapshot;
use serde_json::json;
use simulators::what_if::{NoAnswer, Study, living_model};
use tokio::sync::watch;

use crate::forecasts::Forecasts;
use crate::what_if_answer::WhatIfView;
use crate::what_if_question::WhatIf;
use crate::what_if_turn::Turn;

/// The longest time that one question may take of one core; what was run until then is the
/// answer.
const WORK_MAX: Duration = Duration::from_secs(8);
/// Seconds of one hour.
const HOUR_S: i64 = 3_600;
/// Progress is told at one, two, four, eight... runs, and at least so often.
const PROGRESS_EVERY: Duration = Duration::from_millis(500);

/// How far the work is. Only the newest is kept: who reads slowly misses some and delays nobody.
#[derive(Clone, Debug)]
pub(crate) enum Told {
    /// Nothing yet.
    Nothing,
    /// The figures of the runs so far, as JSON.
    Progress(Bytes),
    /// The answer, as JSON.
    Answer(Bytes),
    /// Why there is none.
    NoAnswer(String),
}

/// Begins to answer. The receiver hears of progress where `tells`; once it is dropped, the work
/// ends.
///
/// # Errors
/// When the system gives no thread.
pub(crate) fn begin(
    turn: Turn,
    snapshot: Snapshot,
    question: WhatIf,
    forecasts: Arc<Forecasts>,
    tells: bool,
) -> io::Result<watch::Receiver<Told>> {
    let (teller, told) = watch::channel(Told::Nothing);
    let last = teller.clone();
    let work = Work {
        snapshot,
        question,
        forecasts,
        tells,
        begun: Instant::now(),
        teller,
    };
    turn.work(
        move || work.answers(),
        move |word| {
            last.send_replace(word);
        },
    )?;
    Ok(told)
}

struct Work {
    snapshot: Snapshot,
    question: WhatIf,
    forecasts: Arc<Forecasts>,
    tells: bool,
    begun: Instant,
    teller: watch::Sender<Told>,
}

impl Work {
    fn answers(self) -> Told {
        match self.runs() {
            Ok(view) => match serde_json::to_vec(&view) {
                Ok(json) => Told::Answer(json.into()),
                Err(error) => Told::NoAnswer(format!("the answer cannot be written: {error}")),
            },
            Err(reason) => Told::NoAnswer(reason.to_string()),
        }
    }

    fn runs(&self) -> Result<WhatIfView, NoAnswer> {
        let (question, now) = (&self.question, self.snapshot.now());
        let living = living_model(&self.snapshot.plant, now, question.dispatch);
        let (changes, horizon_h) = (&question.changes, question.horizon_h);
        let mut study = Study::new(&living, changes, now, question.seed, horizon_h)?;
        let mut goes_on = || self.begun.elapsed() < WORK_MAX && !self.teller.is_closed();
        let mut told = Instant::now();
        while study.runs() < question.replications && goes_on() && study.run(&mut goes_on) {
            let runs = study.runs();
            let is_step = runs.is_power_of_two() || told.elapsed() >= PROGRESS_EVERY;
            if self.tells && is_step && runs < question.replications {
                self.tells(&study)?;
                told = Instant::now();
            }
        }
        let mut view = WhatIfView::of(&self.snapshot, now, question, &study)?;
        // A client that has gone ends its question early: that is no forecast of the twin.
        if question.changes.is_empty() && !self.teller.is_closed() {
            let until = now.plus_seconds(i64::from(horizon_h) * HOUR_S);
            let (plant, seq) = (self.snapshot.plant.id(), self.snapshot.commit_no);
            view.kept = Some(self.forecasts.keep(plant, seq, &view.forecast, until));
        }
        Ok(view)
    }

    fn tells(&self, study: &Study) -> Result<(), NoAnswer> {
        let forecast = study.forecast()?;
        let progress = json!({
            "replications": study.runs(),
            "of": self.question.replications,
            "orders": forecast.orders,
            "load": forecast.load,
        });
        let progress = Bytes::from(progress.to_string());
        self.teller.send_replace(Told::Progress(progress));
        Ok(())
    }
}
