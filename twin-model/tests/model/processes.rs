//! Processes: what the twin asks of other systems, until they have answered.
#[path = "processes/answers.rs"]
mod answers;
#[path = "processes/confirmation.rs"]
mod confirmation;
#[path = "processes/deadlines.rs"]
mod deadlines;
#[path = "processes/deviation.rs"]
mod deviation;
#[path = "processes/hold.rs"]
mod hold;
#[path = "processes/let_go.rs"]
mod let_go;
#[path = "processes/maintenance.rs"]
mod maintenance;
#[path = "processes/many_commands.rs"]
mod many_commands;
#[path = "processes/patience.rs"]
mod patience;
#[path = "processes/release.rs"]
mod release;
#[path = "processes/rules.rs"]
mod rules;
#[path = "processes/since.rs"]
mod since;
#[path = "processes/story.rs"]
pub(crate) mod story;
#[path = "processes/tolerance.rs"]
mod tolerance;
#[path = "processes/usage.rs"]
mod usage;
#[path = "processes/variance.rs"]
mod variance;
