//! `twin sim load`: what the systems of a simulated plant say, with faults and a known truth.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;
use simulators::Load;
use simulators::faults::fault::FaultCounts;
use simulators::faults::plan::FaultPlan;
use simulators::message::{Incident, Message, Step, Trouble};
use simulators::story::ASSUMED;
use simulators::truth::Truth;
use twin_model::{Event, Time};

use crate::exit::{Failure, Kind, OrFail};
use crate::load_pace::Pace;
use crate::load_sink::{LoadSink, STANDARD_OUTPUT};
use crate::load_source::LoadSource;
use crate::say::say;
use crate::sim_cli::{LoadArguments, Model, Speed};
use crate::truth_dir::TruthWriter;

/// How often the bar is drawn.
const BAR_EVERY: Duration = Duration::from_millis(200);

/// What a load did.
#[derive(Debug, Serialize)]
struct LoadReport {
    seed: u64,
    /// Events that became true, of all plants.
    facts: u64,
    /// Messages that were handed over, those that nobody can read or receive included.
    messages: u64,
    /// Messages that were sent again because nobody knew whether they were stored.
    sent_again: u64,
    /// Events whose message was never sent.
    lost: u64,
    /// How often each fault occurred.
    faults: BTreeMap<&'static str, u64>,
    /// Troubles of the broker or its consumer that nobody here could carry out.
    troubles_not_carried_out: u64,
    elapsed_ms: u64,
    messages_per_s: u64,
    /// How late 99 of 100 paced messages were at most.
    lag_p99_ms: Option<f64>,
    /// What a plant file does not say and was told all the same.
    assumed: &'static [&'static str],
    /// Why nothing could happen any more in the plant although lots were on the floor.
    came_to_a_stand: Option<String>,
}

pub(crate) async fn run(arguments: &LoadArguments) -> Result<(), Failure> {
    let plan = plan_of(arguments)?;
    let source = LoadSource::of(arguments)?;
    let stand = source.stand();
    let mut run = Run {
        arguments,
        pace: Pace::new(arguments.speed, arguments.opening)?,
        sink: LoadSink::open(arguments)?,
        truth: Truth::new(),
        writer: match &arguments.truth {
            Some(dir) => Some(TruthWriter::create(dir)?),
            None => None,
        },
        bar: progress_bar(arguments, &source),
        facts: 0,
        messages: 0,
        not_carried_out: 0,
    };
    let started = Instant::now();
    let mut load = Load::new(source, plan, arguments.seed).or_fail(Kind::Config)?;
    while let Some(step) = load.next() {
        run.take_facts(load.take_facts())?;
        match step {
            Step::Send(message) => run.send(message).await?,
            Step::Happen(incident) => run.suffer(&incident).await?,
        }
    }
    let lost = load.missing();
    let mut report = run.finish(started, lost, load.counts()).await?;
    report.came_to_a_stand = stand.get().cloned();
    report.print(arguments);
    Ok(())
}

/// The plan that the command line names.
fn plan_of(arguments: &LoadArguments) -> Result<FaultPlan, Failure> {
    if arguments.swarm {
        return Ok(FaultPlan::swarm(arguments.seed));
    }
    let Some(path) = &arguments.faults else {
        return Ok(FaultPlan::default());
    };
    let wrong = |what: String| {
        let text = format!("--faults {}: {what}", path.display());
        Failure::new(Kind::Config, text)
    };
    let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    let is_json = path
        .extension()
        .is_some_and(|extension| extension == "json");
    let plan: FaultPlan = match is_json {
        true => serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?,
        false => toml::from_str(&text).map_err(|error| wrong(error.to_string()))?,
    };
    plan.check().map_err(|error| wrong(error.to_string()))?;
    Ok(plan)
}

/// A load that is under way.
struct Run<'a> {
    arguments: &'a LoadArguments,
    pace: Pace,
    sink: LoadSink,
    truth: Truth,
    writer: Option<TruthWriter>,
    bar: ProgressBar,
    facts: u64,
    messages: u64,
    not_carried_out: u64,
}

impl Run<'_> {
    fn take_facts(&mut self, facts: impl Iterator<Item = Event>) -> Result<(), Failure> {
        for fact in facts {
            self.facts += 1;
            self.bar.inc(1);
            if let Some(writer) = &mut self.writer {
                writer.fact(&fact)?;
                self.truth.tell(fact);
            }
        }
        Ok(())
    }

    async fn send(&mut self, message: Message) -> Result<(), Failure> {
        let due = self.wait_for(message.at).await?;
        if let Some(due) = due {
            self.pace.note(due);
        }
        self.messages += 1;
        if self.writer.is_some() {
            self.truth.sent(&message);
        }
        self.sink.send(message).await
    }

    /// Waits until an instant has come; when it was due, if it is paced.
    async fn wait_for(&mut self, at: Time) -> Result<Option<tokio::time::Instant>, Failure> {
        let due = self.pace.due(at);
        if let Some(due) = due
            && Pace::is_ahead(due)
        {
            self.sink.flush().await?;
            tokio::time::sleep_until(due).await;
        }
        Ok(due)
    }

    /// Lets the broker or its consumer have trouble.
    async fn suffer(&mut self, incident: &Incident) -> Result<(), Failure> {
        self.wait_for(incident.at).await?;
        let done_by_program = match &self.arguments.control {
            Some(program) => {
                self.sink.flush().await?;
                control(program, incident.what)?;
                true
            }
            None => false,
        };
        let done_here = self.sink.suffer(incident.what);
        self.not_carried_out += u64::from(!done_by_program && !done_here);
        Ok(())
    }

    async fn finish(
        self,
        started: Instant,
        lost: u64,
        counts: &FaultCounts,
    ) -> Result<LoadReport, Failure> {
        let sent_again = self.sink.finish().await?;
        let elapsed = started.elapsed();
        self.bar.finish_and_clear();
        if let Some(writer) = self.writer {
            let summary = self.truth.summary(self.arguments.seed, lost, counts);
            writer.finish(&self.truth, &summary)?;
        }
        Ok(LoadReport {
            seed: self.arguments.seed,
            facts: self.facts,
            messages: self.messages,
            sent_again,
            lost,
            faults: counts.iter().map(|(fault, n)| (fault.name(), n)).collect(),
            troubles_not_carried_out: self.not_carried_out,
            elapsed_ms: u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
            messages_per_s: (self.messages as f64 / elapsed.as_secs_f64()) as u64,
            lag_p99_ms: self.pace.lag_p99_ms(),
            assumed: match self.arguments.model {
                Model::Demo => &[],
                Model::File(_) => &ASSUMED,
            },
            came_to_a_stand: None,
        })
    }
}

/// Has a program carry out a trouble, and waits for its end.
fn control(program: &Path, trouble: Trouble) -> Result<(), Failure> {
    let mut command = Command::new(program);
    match trouble {
        Trouble::Kill => command.arg("kill"),
        Trouble::Nack => command.arg("nack"),
        Trouble::SlowConsumer { length_s } => command.args(["slow", &length_s.to_string()]),
    };
    let wrong = |what: String| {
        let text = format!("--control {}: {what}", program.display());
        Failure::new(Kind::Config, text)
    };
    let status = command.status().map_err(|error| wrong(error.to_string()))?;
    match status.success() {
        true => Ok(()),
        false => Err(wrong(format!("{trouble:?} ended with {status}"))),
    }
}

/// A bar on the terminal's error stream, for people only.
fn progress_bar(arguments: &LoadArguments, source: &LoadSource) -> ProgressBar {
    if arguments.json || !std::io::stderr().is_terminal() {
        return ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
    }
    let length = (source.events_left < u64::MAX).then_some(source.events_left);
    let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::stderr());
    let template = match length {
        Some(_) => "{bar:40} {pos}/{len} events  {per_sec}  {elapsed}",
        None => "{spinner} {pos} events  {per_sec}  {elapsed}",
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.enable_steady_tick(BAR_EVERY);
    bar
}

impl LoadReport {
    fn print(&self, arguments: &LoadArguments) {
        let text = match arguments.json {
            true => serde_json::json!(self).to_string(),
            false => self.told(arguments),
        };
        if arguments.to == STANDARD_OUTPUT {
            eprintln!("{text}");
        } else {
            say!("{text}");
        }
    }

    fn told(&self, arguments: &LoadArguments) -> String {
        let mut lines = vec![format!(
            "{} events in {} messages to {}, {} messages/s, seed {}",
            self.facts,
            self.messages,
            // A URL may hold a password.
            arguments
                .to
                .rsplit_once('@')
                .map_or(arguments.to.as_str(), |(_, host)| host),
            self.messages_per_s,
            self.seed
        )];
        for (fault, count) in &self.faults {
            lines.push(format!("  {fault:<24} {count}"));
        }
        if self.sent_again > 0 {
            lines.push(format!(
                "{} were sent again: not known to be stored",
                self.sent_again
            ));
        }
        if self.troubles_not_carried_out > 0 {
            lines.push(format!(
                "{} troubles of the broker or its consumer were not carried out: give --control",
                self.troubles_not_carried_out
            ));
        }
        if let (Some(lag), Speed::Factor(_)) = (self.lag_p99_ms, arguments.speed) {
            lines.push(format!(
                "99 of 100 messages went out at most {lag:.1} ms late"
            ));
        }
        let assumed = self.assumed.iter();
        lines.extend(assumed.map(|it| format!("not in the file, so {it}")));
        if let Some(why) = &self.came_to_a_stand {
            lines.push(format!("the plant came to a stand: {why}"));
        }
        if let Some(dir) = &arguments.truth {
            let dir = dir.display();
            lines.push(format!(
                "the truth is in {dir}; compare: twin sim check --truth {dir} --url …"
            ));
        }
        lines.join("\n")
    }
}
