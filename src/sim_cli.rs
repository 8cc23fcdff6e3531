//! The command line of `twin sim`.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Subcommand, ValueEnum};
use twin_model::{PlantId, Time};

/// Fastest factor: at a million times, a month takes under three seconds.
const SPEED_MAX: f64 = 1_000_000.0;

#[derive(Debug, Args)]
pub(crate) struct SimArguments {
    #[command(subcommand)]
    pub(crate) command: SimCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SimCommand {
    /// Runs a plant model (TOML or JSON) and says what to expect of it.
    ///
    /// The same model and seed give the same report, on any number of threads.
    Run(RunArguments),
    /// Prints a published plant as a plant model.
    Import(ImportArguments),
    /// Prints the JSON Schema of plant models.
    Schema,
    /// Prints a plant model of a plant that a twin was told of; what it assumes and leaves out goes
    /// to standard error.
    Fit(FitArguments),
    /// Sends what the systems of a simulated plant say, with faults and a known truth.
    Load(LoadArguments),
    /// Compares a twin with the truth of a load, after it has taken everything.
    ///
    /// Ends with 0 when they agree, and with 1 when they do not.
    Check(CheckArguments),
}

#[derive(Debug, Args)]
pub(crate) struct RunArguments {
    /// The plant model; docs/simulation.md tells what can stand in it.
    pub(crate) model: PathBuf,
    /// How often it is run, instead of what the model says.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=crate::sim_run::REPLICATIONS_MAX))]
    pub(crate) replications: Option<u64>,
    /// Runs it until the intervals of all cycle times are this narrow, as a share: 0.01 is 1 %.
    #[arg(long, value_name = "SHARE", conflicts_with = "replications", value_parser = share)]
    pub(crate) precision: Option<f64>,
    /// Runs it no more often than this for a precision.
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(2..=crate::sim_run::REPLICATIONS_MAX))]
    pub(crate) most: u64,
    /// Length of a run, in the model's unit of time, instead of what the model says.
    #[arg(long, value_name = "TIME")]
    pub(crate) horizon: Option<f64>,
    /// What is not counted at the begin, in the model's unit of time.
    #[arg(long, value_name = "TIME")]
    pub(crate) warm_up: Option<f64>,
    /// Seed of the random numbers, instead of the model's.
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// How many runs go on at a time; as many as there are processors when left out.
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<usize>,
    /// Writes the report as a page with pictures.
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
    /// Writes what happened in one run, one line of JSON for each thing, also when it gets stuck.
    #[arg(long, value_name = "FILE")]
    pub(crate) trace: Option<PathBuf>,
    /// Which run is traced, counted from 0.
    #[arg(long, value_name = "N", default_value_t = 0, requires = "trace")]
    pub(crate) trace_replication: u64,
    /// Prints the report as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// A format in which plants are published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PublishedFormat {
    /// A job shop: pairs of machine and time, or Taillard's two matrices.
    Jsp,
    /// A fab of the SMT2020 testbed: a folder of tables.
    Smt2020,
}

#[derive(Debug, Args)]
pub(crate) struct ImportArguments {
    /// Its format.
    #[arg(value_enum)]
    pub(crate) format: PublishedFormat,
    /// The file, or the folder.
    pub(crate) file: PathBuf,
    /// Prints the model as JSON instead of TOML.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct FitArguments {
    /// The log: the data directory of a twin, which must not be running, or a file of events as
    /// JSON, one a line.
    #[arg(long, value_name = "DIR|FILE")]
    pub(crate) from: PathBuf,
    /// The plant, where there are several.
    #[arg(long)]
    pub(crate) plant: Option<PlantId>,
    /// Prints model and remarks as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

fn share(text: &str) -> Result<f64, String> {
    let share: f64 = text.parse().map_err(|_| format!("{text:?} is no number"))?;
    if share > 0.0 && share < 1.0 {
        Ok(share)
    } else {
        Err(format!("{text} is not between 0 and 1"))
    }
}

/// Which plant is simulated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Model {
    /// The plant of `twin demo`.
    Demo,
    /// The plant of a file.
    File(PathBuf),
}

impl FromStr for Model {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Model, Self::Err> {
        Ok(match text {
            "demo" => Model::Demo,
            path => Model::File(path.into()),
        })
    }
}

#[derive(Debug, Args)]
pub(crate) struct LoadArguments {
    /// Which plant is simulated: `demo`, or a plant model as `twin sim run` takes it.
    #[arg(long, value_name = "demo|FILE", default_value = "demo")]
    pub(crate) model: Model,
    /// The name of the plant, instead of P1.
    #[arg(long)]
    pub(crate) plant: Option<PlantId>,
    /// Which plant life is simulated, and which events meet a fault: the same seed gives the same
    /// messages.
    #[arg(long, default_value_t = 42)]
    pub(crate) seed: u64,
    /// When the live plant begins; the demo plant's seven hours of history, and orders of a file
    /// that were released before, are sent at once.
    #[arg(long, value_name = "TIME", default_value = "2026-03-02T06:00:00Z")]
    pub(crate) opening: Time,
    /// How many events the systems say.
    #[arg(
        long,
        value_name = "N",
        required_unless_present = "hours",
        conflicts_with = "hours"
    )]
    pub(crate) events: Option<u64>,
    /// How many simulated hours after the opening the systems speak.
    #[arg(long, value_name = "H", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) hours: Option<u32>,
    /// A plan of faults, as TOML or JSON. Without it, none.
    #[arg(long, value_name = "FILE", conflicts_with = "swarm")]
    pub(crate) faults: Option<PathBuf>,
    /// Draws the plan of faults from the seed.
    #[arg(long)]
    pub(crate) swarm: bool,
    /// Writes the truth into this new directory, for `twin sim check`.
    #[arg(long, value_name = "DIR")]
    pub(crate) truth: Option<PathBuf>,
    /// Where to send: a file, `-` for standard output, a RabbitMQ (`amqp://…`, `amqps://…`), or a
    /// running twin (`http://…`). A file gets one message per line, each as its bytes are.
    #[arg(long, value_name = "FILE|-|URL")]
    pub(crate) to: String,
    /// A file that holds the password of the user in the URL of the RabbitMQ.
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
    /// The certificates of those who may have signed the RabbitMQ's (`amqps://…`), as PEM.
    #[arg(long, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,
    /// Simulated seconds per second: 1 is as fast as the plant, flat-out as fast as it goes.
    #[arg(long, value_name = "1|N|flat-out", default_value = "flat-out")]
    pub(crate) speed: Speed,
    /// A program that carries out what the plan has for the broker and its consumer: it is run with
    /// `kill`, `nack`, or `slow` and a number of simulated seconds.
    #[arg(long, value_name = "PROGRAM")]
    pub(crate) control: Option<PathBuf>,
    /// Prints the report as JSON, on standard error when the messages go to standard output.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArguments {
    /// The directory that `twin sim load --truth` has written.
    #[arg(long, value_name = "DIR")]
    pub(crate) truth: PathBuf,
    /// The running twin (`http://…`).
    #[arg(long, value_name = "URL", required_unless_present = "data_dir")]
    pub(crate) url: Option<String>,
    /// The data directory of the twin, which must not be running, instead.
    #[arg(long, value_name = "DIR", conflicts_with = "url")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Waits no longer than this many seconds without progress for the twin to take everything.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub(crate) patience: u64,
    /// Prints what was found as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// How fast simulated time goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Speed {
    /// So many simulated seconds per second.
    Factor(f64),
    /// As fast as it goes.
    FlatOut,
}

/// A speed that cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NoSpeed;

impl fmt::Display for NoSpeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "give `flat-out`, or simulated seconds per second: more than 0, at most {SPEED_MAX}"
        )
    }
}

impl std::error::Error for NoSpeed {}

impl FromStr for Speed {
    type Err = NoSpeed;

    fn from_str(text: &str) -> Result<Speed, NoSpeed> {
        if text == "flat-out" {
            return Ok(Speed::FlatOut);
        }
        match text.parse::<f64>() {
            Ok(factor) if factor > 0.0 && factor <= SPEED_MAX => Ok(Speed::Factor(factor)),
            Ok(_) | Err(_) => Err(NoSpeed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_speed_is_a_positive_factor_or_flat_out() {
        assert_eq!("flat-out".parse(), Ok(Speed::FlatOut));
        assert_eq!("1".parse(), Ok(Speed::Factor(1.0)));
        assert_eq!("0.5".parse(), Ok(Speed::Factor(0.5)));
        for wrong in ["0", "-1", "fast", "inf", "NaN", "1e9", ""] {
            assert_eq!(wrong.parse::<Speed>(), Err(NoSpeed), "{wrong}");
        }
    }
}
