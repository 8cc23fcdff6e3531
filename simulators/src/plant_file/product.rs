//! Products and their steps, as people write them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::times::Times;

/// What is made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Product {
    /// Its name.
    pub id: String,
    /// Pieces of a usual lot, for planned times; one when left out.
    #[serde(default = "one")]
    pub pieces: u32,
    /// How it is made.
    pub step: Vec<Step>,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Its number or name within the product.
    pub op: String,
    /// Where it is done: one work center, or alternatives, of which an idle one is taken, else
    /// the one with the fewest lots for its machines.
    pub work_center: OneOrMore,
    /// How long.
    pub time: Times,
    /// What the time is the time of; a lot when left out.
    #[serde(default)]
    pub per: PerWhat,
    /// Time after which the next piece (or lot) may follow into the machine; it follows when the
    /// one before is out when left out.
    #[serde(default)]
    pub interval: Option<f64>,
    /// Lots are worked on together.
    #[serde(default)]
    pub batch: Option<BatchRule>,
    /// What the machine must be set up for; nothing when left out.
    #[serde(default)]
    pub setup: Option<String>,
    /// Whom the machine needs; nobody when left out.
    #[serde(default)]
    pub crew: Option<CrewNeed>,
    /// Fraction of lots that take the step; all when left out.
    #[serde(default = "certain")]
    pub sample: f64,
    /// Fraction of pieces that stay good; all when left out.
    #[serde(default = "certain")]
    pub r#yield: f64,
    /// Probability that the lot is scrapped; never when left out.
    #[serde(default)]
    pub scrap: f64,
    /// Lots that go back.
    #[serde(default)]
    pub rework: Option<ReworkRule>,
    /// Lots that are kept until somebody decides.
    #[serde(default)]
    pub inspection: Option<InspectionRule>,
    /// An earlier step whose machine this one needs.
    #[serde(default)]
    pub same_machine_as: Option<String>,
    /// The longest wait since an earlier step.
    #[serde(default)]
    pub queue_limit: Option<QueueLimitRule>,
    /// The way from here to the next step; the plant's when left out.
    #[serde(default)]
    pub transport: Option<Times>,
}

/// One name, or some.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum OneOrMore {
    /// One.
    One(String),
    /// Some.
    More(Vec<String>),
}

impl OneOrMore {
    /// All of them.
    pub fn names(&self) -> &[String] {
        match self {
            OneOrMore::One(name) => std::slice::from_ref(name),
            OneOrMore::More(names) => names,
        }
    }
}

/// What a time is the time of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PerWhat {
    /// A lot, or a batch.
    #[default]
    Lot,
    /// A piece.
    Piece,
}

/// Lots that are worked on together: those of one step, or of steps with the same `kind`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BatchRule {
    /// A machine starts with no fewer lots; one when left out.
    #[serde(default = "one")]
    pub least: u32,
    /// A machine takes no more lots.
    pub most: u32,
    /// A smaller batch starts when its first lot has waited so long; never when left out.
    #[serde(default)]
    pub wait: Option<f64>,
    /// Steps with the same kind share batches; the step is its own kind when left out.
    #[serde(default)]
    pub kind: Option<String>,
}

/// A crew and how many of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CrewNeed {
    /// Which.
    pub id: String,
    /// How many; one when left out.
    #[serde(default = "one")]
    pub count: u32,
}

/// Some lots go back to an earlier step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReworkRule {
    /// How many of all.
    pub probability: f64,
    /// Where they go: this step or an earlier one.
    pub to: String,
}

/// Some lots are kept after the step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InspectionRule {
    /// How many of all lots are kept.
    pub hold: f64,
    /// How long.
    pub lasts: Times,
    /// How many of the kept ones are scrapped; none when left out.
    #[serde(default)]
    pub scrap: f64,
    /// How many of the kept ones that are not scrapped go back, and where; none when left out.
    #[serde(default)]
    pub rework: Option<ReworkRule>,
}

/// The longest time from the end of an earlier step to the start of this one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QueueLimitRule {
    /// The earlier step.
    pub since: String,
    /// The longest time.
    pub most: f64,
    /// Where a late lot goes instead of starting; it is only counted when left out.
    #[serde(default)]
    pub late_to: Option<String>,
}

fn one() -> u32 {
    1
}

fn certain() -> f64 {
    1.0
}
