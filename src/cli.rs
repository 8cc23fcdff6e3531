//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use twin_model::{LotId, OperationId, PlantId, WorkOrderId};

use crate::asked_twin::AskedTwin;
use crate::may_cli::MayArguments;
use crate::sim_cli::SimArguments;
use crate::what_if_cli::WhatIfArguments;

/// A live, trustworthy picture of a plant.
#[derive(Debug, Parser)]
#[command(name = "twin", version, about, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Shows a whole simulated plant, live, with nothing installed.
    Demo(DemoArguments),
    /// Runs the twin of real plants on RabbitMQ.
    Serve(ServeArguments),
    /// Takes events near the plant, and forwards them whenever the central broker is there.
    Edge(EdgeArguments),
    /// Reads files into a plant: through a mapping, or EPCIS documents.
    Import(ImportArguments),
    /// Writes a table of a plant, or what its journal says of its lots as an EPCIS document.
    Export(ExportArguments),
    /// Looks at configuration, disk, broker and running twin, and says what to do.
    ///
    /// Changes nothing. Ends with 0 when there is no problem (warnings do not count) and with 1 when
    /// there is one.
    Doctor(DoctorArguments),
    /// Replays a plant's journal from its first record and compares.
    Verify(VerifyArguments),
    /// Shows where a plant's orders went another way than a planner would draw it.
    Report(ReportArguments),
    /// Shows what a lot was made from and what became of it, at a running twin.
    Genealogy(GenealogyArguments),
    /// Says why an order waits or is late, down to the root causes, at a running twin.
    Why(WhyArguments),
    /// Shows and settles what needs a person, at a running twin.
    Exceptions(ExceptionsArguments),
    /// Shows the contracts of all messages: their types, or the JSON Schema of one.
    Schemas(SchemasArguments),
    /// Simulates a plant: as a load with faults whose truth is known.
    Sim(SimArguments),
    /// Says when orders will be finished as the plant stands, and what a change would do to that.
    WhatIf(WhatIfArguments),
    /// Says how far the forecasts of a running twin can be trusted.
    Kpis(AskedTwin),
    /// Says whether something may be done by the plant's rules, and why not.
    ///
    /// Ends with 0 when it may and with 1 when it may not.
    May(MayArguments),
}

#[derive(Debug, Args)]
pub(crate) struct DemoArguments {
    /// Where to serve HTTP.
    #[arg(long, default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,
    /// Where to keep the plant. Without it, in a temporary directory that is removed at the end.
    #[arg(long, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Which plant life is simulated: the same seed gives the same one.
    #[arg(long, default_value_t = 42)]
    pub(crate) seed: u64,
    /// Simulated seconds per second.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) pace: u32,
    /// Prints where it serves as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ServeArguments {
    /// The configuration file.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: PathBuf,
    /// Where to serve HTTP, instead of what the configuration says.
    #[arg(long)]
    pub(crate) listen: Option<SocketAddr>,
    /// Where to keep the plants, instead of what the configuration says.
    #[arg(long, value_name = "DIR", conflicts_with = "read_only")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Only answers queries, from the copy that a twin keeps in the Redis of the configuration.
    ///
    /// Opens no plant and takes no event; goes on while the twin is down, and says how old its
    /// answers are. Of the configuration it takes listen, `redis` and the ids of the plants.
    #[arg(long)]
    pub(crate) read_only: bool,
    /// Prints where it serves as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// What an import reads, and how.
#[derive(Debug, Args)]
pub(crate) struct SourceArguments {
    /// What to read, as mapping or format say: files that belong together, or folders of them.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// The mapping to events: job-shop-log, sap-s4, b2mml, mtconnect-shdr, or a file.
    #[arg(long, value_name = "NAME|FILE", required_unless_present = "format")]
    pub(crate) mapping: Option<PathBuf>,
    /// What the files are, where they need no mapping.
    #[arg(long, value_enum, conflicts_with = "mapping", requires = "plant")]
    pub(crate) format: Option<Format>,
    /// GTINs of the plant's materials and who says what others say, for EPCIS documents.
    #[arg(long, value_name = "FILE", requires = "format")]
    pub(crate) names: Option<PathBuf>,
    /// Imports into this plant instead of the mapping's.
    #[arg(long)]
    pub(crate) plant: Option<PlantId>,
}

#[derive(Debug, Args)]
pub(crate) struct ImportArguments {
    #[command(flatten)]
    pub(crate) source: SourceArguments,
    /// Publishes to this RabbitMQ (`amqp://…`), where a running twin takes the events.
    #[arg(
        long,
        value_name = "URL",
        requires = "twin",
        conflicts_with = "data_dir"
    )]
    pub(crate) broker: Option<String>,
    /// A file that holds the password of the user in the broker's URL.
    #[arg(long, value_name = "FILE", requires = "broker")]
    pub(crate) password_file: Option<PathBuf>,
    /// The certificates of those who may have signed the broker's (`amqps://…`), as PEM.
    #[arg(long, value_name = "FILE", requires = "broker")]
    pub(crate) ca_file: Option<PathBuf>,
    /// The running twin (`http://…`), asked what became of the events.
    #[arg(long, value_name = "URL", requires = "broker")]
    pub(crate) twin: Option<String>,
    /// Imports into the plant in this data directory, without broker or running twin.
    #[arg(long, value_name = "DIR", required_unless_present = "broker")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Publishes at most this many events per second.
    #[arg(long, value_name = "EVENTS_PER_SECOND", requires = "broker",
          value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) throttle: Option<u32>,
    /// Gives up when the twin has not taken all events after this many seconds without progress.
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 60,
        requires = "broker"
    )]
    pub(crate) patience: u64,
    /// Prints the report as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// A format that says itself what is in it.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Format {
    /// GS1 EPCIS 2.0 in JSON-LD.
    Epcis,
}

/// What `twin export` writes.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum WrittenFormat {
    /// GS1 EPCIS 2.0 in JSON-LD: what became of the lots.
    Epcis,
    /// A table as lines of JSON.
    Jsonl,
    /// A table by RFC 4180.
    Csv,
    /// A table as Apache Parquet.
    Parquet,
}

#[derive(Debug, Args)]
pub(crate) struct ExportArguments {
    /// How to write it: a document about lots, or a table.
    #[arg(long, value_enum)]
    pub(crate) format: WrittenFormat,
    /// Which table, such as lots, work-orders or operations; needed but for epcis.
    #[arg(long, value_name = "TABLE")]
    pub(crate) what: Option<String>,
    /// The data directory of the twin, which must not be running.
    #[arg(long, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// A running twin (`http://…`), for tables.
    #[arg(long, alias = "url", value_name = "URL", conflicts_with = "data_dir")]
    pub(crate) twin: Option<String>,
    /// Which plant; of a data directory needed when there are several.
    #[arg(long)]
    pub(crate) plant: Option<PlantId>,
    /// Only this lot: what it was made from, what became of it, and what else went into that.
    #[arg(long)]
    pub(crate) lot: Option<LotId>,
    /// GTINs of the plant's materials, and its time zone.
    #[arg(long, value_name = "FILE")]
    pub(crate) names: Option<PathBuf>,
    /// Writes here instead of standard output.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Prints what was written as JSON; the document itself is JSON anyhow.
    #[arg(long, requires = "out")]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DoctorArguments {
    /// The configuration file of `twin serve` or `twin edge`.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: PathBuf,
    /// Prints what was found as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArguments {
    /// The data directory of the twin, which must not be running.
    #[arg(long, value_name = "DIR")]
    pub(crate) data_dir: PathBuf,
    /// Which plant; needed when there are several.
    #[arg(long)]
    pub(crate) plant: Option<PlantId>,
    /// Prints what was found as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ReportArguments {
    /// The data directory of the twin, which must not be running.
    #[arg(long, value_name = "DIR")]
    pub(crate) data_dir: PathBuf,
    /// Which plant; needed when there are several.
    #[arg(long)]
    pub(crate) plant: Option<PlantId>,
    /// An operation that is the final inspection of its order; may be given more than once.
    #[arg(long, value_name = "OPERATION")]
    pub(crate) final_inspection: Vec<OperationId>,
    /// Prints every place as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct GenealogyArguments {
    /// The lot.
    pub(crate) lot: LotId,
    #[command(flatten)]
    pub(crate) asked: AskedTwin,
}

#[derive(Debug, Args)]
pub(crate) struct WhyArguments {
    /// The work order.
    pub(crate) order: WorkOrderId,
    #[command(flatten)]
    pub(crate) asked: AskedTwin,
}

#[derive(Debug, Args)]
pub(crate) struct ExceptionsArguments {
    #[command(subcommand)]
    pub(crate) command: ExceptionsCommand,
    #[command(flatten)]
    pub(crate) asked: AskedTwin,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ExceptionsCommand {
    /// Lists exceptions, oldest first.
    List {
        /// Also those that are settled.
        #[arg(long)]
        all: bool,
        /// Only those of this rule, like TWIN-R34.
        #[arg(long, conflicts_with = "grouped")]
        code: Option<String>,
        /// One line for all that one remedy is likely to settle.
        #[arg(long)]
        grouped: bool,
    },
    /// Lists events that wait for their cause, with what they wait for and until when.
    Parked,
    /// Shows one with the message as it was received.
    Show {
        /// Its number, like EX-7.
        id: String,
    },
    /// Tries messages again, or takes a corrected event in the place of one.
    Replay {
        /// Their numbers, like EX-7.
        #[arg(required = true)]
        ids: Vec<String>,
        /// Why; needed unless it is a dry run.
        #[arg(long, required_unless_present = "dry_run")]
        reason: Option<String>,
        /// Who does it; the name of the user at this terminal when absent.
        #[arg(long)]
        by: Option<String>,
        /// Only show what would change.
        #[arg(long)]
        dry_run: bool,
        /// A file with a corrected CloudEvent, with an id of its own, to be taken instead.
        #[arg(long, value_name = "FILE")]
        event: Option<PathBuf>,
    },
    /// Decides that messages shall have no effect.
    Discard {
        /// Their numbers, like EX-7.
        #[arg(required = true)]
        ids: Vec<String>,
        /// Why.
        #[arg(long)]
        reason: String,
        /// Who does it; the name of the user at this terminal when absent.
        #[arg(long)]
        by: Option<String>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct SchemasArguments {
    /// The type whose JSON Schema to show; lists all when absent.
    #[arg(value_name = "TYPE")]
    pub(crate) type_name: Option<String>,
    /// Prints the list as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct EdgeArguments {
    #[command(subcommand)]
    pub(crate) command: Option<EdgeCommand>,
    /// The configuration file.
    #[arg(long, value_name = "FILE", required = true)]
    pub(crate) config: Option<PathBuf>,
    /// Where to serve HTTP, instead of what the configuration says.
    #[arg(long)]
    pub(crate) listen: Option<SocketAddr>,
    /// Where to keep what waits, instead of what the configuration says.
    #[arg(long, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Prints where it serves as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum EdgeCommand {
    /// Shows what waits at a running edge, and how its link is.
    Status(EdgeStatusArguments),
    /// Reads files into a running edge, as `twin import` does into a plant.
    Import(EdgeImportArguments),
    /// Shows and settles messages that the central broker refuses for good.
    Aside(EdgeAsideArguments),
}

#[derive(Debug, Args)]
pub(crate) struct EdgeStatusArguments {
    /// The running edge.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8090")]
    pub(crate) edge: String,
    /// Prints the answer as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct EdgeAsideArguments {
    #[command(subcommand)]
    pub(crate) command: EdgeAsideCommand,
    /// The running edge.
    #[arg(
        long,
        global = true,
        value_name = "URL",
        default_value = "http://127.0.0.1:8090"
    )]
    pub(crate) edge: String,
    /// Prints the answer as JSON.
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum EdgeAsideCommand {
    /// Lists them, with what happened and what to do.
    List,
    /// Sends one again, behind all others.
    Replay {
        /// Its name, like P1/nrt/42.
        id: String,
        /// Why, for the log of the edge.
        #[arg(long)]
        reason: String,
    },
    /// Decides that one shall have no effect.
    Discard {
        /// Its name, like P1/nrt/42.
        id: String,
        /// Why, for the log of the edge.
        #[arg(long)]
        reason: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct EdgeImportArguments {
    #[command(flatten)]
    pub(crate) source: SourceArguments,
    /// The running edge.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8090")]
    pub(crate) edge: String,
    /// Gives up when the edge has been full or away for this many seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub(crate) patience: u64,
    /// Prints the report as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
