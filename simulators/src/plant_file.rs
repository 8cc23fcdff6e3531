//! The plant model file: a shop floor as people write it down (TOML, or the same as JSON).
//!
//! Everything that a floor can do is a key here; what is left out has the default that the key's
//! documentation names, and unknown keys are errors. [`PlantFile::floor`] checks a file and makes
//! the [`Floor`](crate::kernel::Floor) of it that runs.

mod compile;
mod ending;
mod invalid;
mod place;
mod plain;
mod product;
mod routing;
mod schema;
mod shifts;
mod stoppages;
mod times;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use invalid::{InvalidPlant, PlantFileError};
pub use product::{
    BatchRule, CrewNeed, InspectionRule, OneOrMore, PerWhat, Product, QueueLimitRule, ReworkRule,
    Step,
};
pub use times::{Drawn, InvalidTime, TimeUnit, Times};

/// A plant model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlantFile {
    /// Version of the format: `"plant/1"`.
    pub model: Format,
    /// What the plant is called in reports.
    pub name: String,
    /// Unit of every time of the file; minutes when left out.
    #[serde(default)]
    pub time_unit: TimeUnit,
    /// Rule of work centers without one of their own; first in, first out when left out.
    #[serde(default)]
    pub dispatch: DispatchRule,
    /// Way between two steps that have none of their own; none when left out.
    #[serde(default)]
    pub transport: Times,
    /// Groups of equal machines.
    pub work_center: Vec<WorkCenter>,
    /// People and tools that work centers share.
    #[serde(default)]
    pub crew: Vec<Crew>,
    /// When machines are open; they always are when they have none.
    #[serde(default)]
    pub calendar: Vec<Calendar>,
    /// Breakdowns and maintenance.
    #[serde(default)]
    pub downtime: Vec<Downtime>,
    /// What machines can be set up for.
    #[serde(default)]
    pub family: Vec<Family>,
    /// How long a changeover takes; nothing where none fits.
    #[serde(default)]
    pub setup: Vec<Setup>,
    /// What is made, and how.
    pub product: Vec<Product>,
    /// How lots come.
    #[serde(default)]
    pub release: Vec<Release>,
    /// Lots that are on the floor at the begin.
    #[serde(default)]
    pub lot: Vec<OpeningLot>,
    /// How long and how often it is run, where the command line says nothing else.
    #[serde(default)]
    pub experiment: Experiment,
}

/// The version of the format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Format {
    /// The first one.
    #[default]
    #[serde(rename = "plant/1")]
    Plant1,
}

/// Which waiting lot a machine takes. A higher priority always comes first, and of equals the
/// one that came to the floor first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DispatchRule {
    /// First in, first out.
    #[default]
    Fifo,
    /// Earliest due date.
    Edd,
    /// Shortest planned time of the step.
    Spt,
    /// Most planned work left.
    Mwkr,
    /// Critical ratio: least (due - now) / planned work left.
    Cr,
    /// Least setup.
    LeastSetup,
}

/// A group of equal machines with one line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkCenter {
    /// Its name.
    pub id: String,
    /// How many machines; one when left out.
    #[serde(default = "one")]
    pub machines: u32,
    /// Its rule; the plant's when left out.
    #[serde(default)]
    pub dispatch: Option<DispatchRule>,
    /// Places for waiting lots. A lot that finds none stays where it is and blocks its machine.
    /// Without limit when left out.
    #[serde(default)]
    pub buffer: Option<u32>,
    /// When its machines are open; always when left out.
    #[serde(default)]
    pub calendar: Option<String>,
}

/// People or tools that machines need while they work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Crew {
    /// Its name.
    pub id: String,
    /// How many.
    pub count: u32,
}

/// The open times of a week that begins on Monday at midnight, as the simulation does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    /// Its name.
    pub id: String,
    /// For example `"mon-fri 06:00-22:00"`, `"sat 06:00-14:00"`.
    pub open: Vec<String>,
    /// What becomes of the lot in a machine at closing time; it is continued when left out.
    #[serde(default)]
    pub resume: ResumeRule,
}

/// What becomes of the lot in a machine that stops.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ResumeRule {
    /// The rest is done afterwards.
    #[default]
    PreemptResume,
    /// It begins anew afterwards.
    Restart,
    /// It is finished first, then the machine stops.
    AfterLot,
}

/// Breakdowns or maintenance of the machines of one work center; each machine by itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Downtime {
    /// Its name; machines of one work center may have several.
    pub id: String,
    /// Whose machines.
    pub work_center: String,
    /// What it is; a breakdown when left out.
    #[serde(default)]
    pub kind: DowntimeKind,
    /// What it goes by; time when left out.
    #[serde(default)]
    pub basis: DowntimeBasis,
    /// Time (or pieces) from one to the next.
    pub every: Times,
    /// Time (or pieces) to the first one. When left out: as `every`, and where that is always
    /// the same, anything up to it, so that machines do not stop all at once.
    #[serde(default)]
    pub first: Option<Times>,
    /// How long it lasts.
    pub lasts: Times,
    /// What becomes of the lot in the machine. When left out, a breakdown continues it
    /// afterwards, and maintenance waits until it is finished.
    #[serde(default)]
    pub resume: Option<ResumeRule>,
    /// Where `every` counts from; the end of the one before when left out.
    #[serde(default)]
    pub counts: CountsFrom,
}

/// The kind of a downtime.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DowntimeKind {
    /// The machine broke.
    #[default]
    Breakdown,
    /// It is maintained.
    Maintenance,
}

/// What brings a downtime about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DowntimeBasis {
    /// Time, whether the machine works or not: an idle machine breaks too.
    #[default]
    Calendar,
    /// Time in which the machine works.
    Busy,
    /// Pieces.
    Pieces,
}

/// Where the time between two downtimes counts from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CountsFrom {
    /// The end of the one before.
    #[default]
    End,
    /// The begin of the one before.
    Begin,
}

/// What machines are set up for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Family {
    /// Its name.
    pub id: String,
    /// So many lots run before another setup, while lots for it wait; and a machine changes over
    /// for fewer that wait only where no machine that runs is set up for it. None when left out.
    #[serde(default)]
    pub least_lots: u32,
}

/// A changeover.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Setup {
    /// The family before; any other one, or none yet, when left out.
    #[serde(default)]
    pub from: Option<String>,
    /// The family after.
    pub to: String,
    /// How long.
    pub time: Times,
}

/// How lots of a product come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// Which product.
    pub product: String,
    /// Time between two releases. Either this or `keep`.
    #[serde(default)]
    pub every: Option<Times>,
    /// So many lots are always on the floor: one comes when one leaves.
    #[serde(default)]
    pub keep: Option<u32>,
    /// When the first comes; at the begin when left out.
    #[serde(default)]
    pub first: f64,
    /// Lots of one release; one when left out.
    #[serde(default = "one")]
    pub lots: u32,
    /// Pieces of one lot; the product's when left out.
    #[serde(default)]
    pub pieces: Option<u32>,
    /// More comes first; 0 when left out.
    #[serde(default)]
    pub priority: i32,
    /// Lots are due so long after their release; never when left out.
    #[serde(default)]
    pub due: Option<f64>,
    /// No more lots than this; without end when left out.
    #[serde(default)]
    pub count: Option<u64>,
    /// What lots do that find no place; they wait outside when left out.
    #[serde(default)]
    pub when_full: WhenFull,
}

/// What a lot does that finds no place at its first step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WhenFull {
    /// It waits outside.
    #[default]
    Wait,
    /// It goes away.
    TurnAway,
}

/// A lot that is on the floor at the begin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OpeningLot {
    /// Its name; random numbers are looked up under it.
    pub id: String,
    /// Its product.
    pub product: String,
    /// The step that it waits for; the first one when left out.
    #[serde(default)]
    pub op: Option<String>,
    /// It waits from then on; from the begin when left out.
    #[serde(default)]
    pub ready: f64,
    /// How long before the begin it was released.
    #[serde(default)]
    pub age: f64,
    /// When it is due; never when left out.
    #[serde(default)]
    pub due: Option<f64>,
    /// More comes first; 0 when left out.
    #[serde(default)]
    pub priority: i32,
    /// Good pieces; the product's when left out.
    #[serde(default)]
    pub pieces: Option<u32>,
    /// The machine that works on it at the begin.
    #[serde(default)]
    pub in_work: Option<InWork>,
}

/// A machine that works on a lot at the begin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InWork {
    /// Its number within the work center of the step, from 0.
    pub machine: u32,
    /// For how long it has worked on it.
    pub elapsed: f64,
}

/// How a model is run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Experiment {
    /// Length of one replication; until nothing is due when left out.
    #[serde(default)]
    pub horizon: Option<f64>,
    /// What happens before this is not counted; 0 when left out.
    #[serde(default)]
    pub warm_up: f64,
    /// How often; 10 when left out.
    #[serde(default = "ten")]
    pub replications: u32,
    /// Seed of the random numbers; 1 when left out.
    #[serde(default = "first_seed")]
    pub seed: u64,
}

impl Default for Experiment {
    fn default() -> Self {
        Self {
            horizon: None,
            warm_up: 0.0,
            replications: ten(),
            seed: first_seed(),
        }
    }
}

fn one() -> u32 {
    1
}

fn ten() -> u32 {
    10
}

fn first_seed() -> u64 {
    1
}
