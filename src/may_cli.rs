//! The command line of `twin may`.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::asked_twin::AskedTwin;
use crate::check_question::Check;

#[derive(Debug, Args)]
pub(crate) struct MayArguments {
    #[command(subcommand)]
    pub(crate) wish: Wish,
    #[command(flatten)]
    pub(crate) asked: AskedTwin,
    /// Who would say it, like /mes/line: some rules go by it.
    #[arg(long, global = true)]
    pub(crate) source: Option<String>,
}

/// What somebody wants to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Wish {
    /// Releases an order.
    Release {
        /// Order number.
        order: String,
    },
    /// Starts an operation.
    Start {
        /// Order number.
        order: String,
        /// Operation number.
        op: String,
        /// Where.
        work_center: String,
        /// A lot that goes in; may be given more than once.
        #[arg(long = "lot", value_name = "LOT")]
        lots: Vec<String>,
    },
    /// Uses material for an order.
    Consume {
        /// Order number.
        order: String,
        /// Which material.
        material: String,
        /// How much, like 5:KGM.
        #[arg(value_name = "VALUE:UNIT", value_parser = quantity)]
        quantity: Value,
        /// For which operation.
        #[arg(long)]
        op: Option<String>,
        /// From which lot.
        #[arg(long)]
        lot: Option<String>,
    },
    /// Puts lots or units into a unit.
    Pack {
        /// The unit.
        unit: String,
        /// A lot, and how much of it; may be given more than once.
        #[arg(long = "lot", value_name = "LOT=VALUE:UNIT", value_parser = lot)]
        lots: Vec<Value>,
        /// A unit that goes in; may be given more than once.
        #[arg(long = "unit", value_name = "UNIT")]
        units: Vec<String>,
    },
    /// Ships a delivery that was asked for, or lots and units.
    Ship {
        /// Delivery number.
        delivery: Option<String>,
        /// A lot, and how much of it; may be given more than once.
        #[arg(long = "lot", value_name = "LOT=VALUE:UNIT", value_parser = lot)]
        lots: Vec<Value>,
        /// A unit with all that is in it; may be given more than once.
        #[arg(long = "unit", value_name = "UNIT")]
        units: Vec<String>,
    },
}

impl Wish {
    /// The question, as it is asked over HTTP.
    pub(crate) fn into_check(self) -> Check {
        match self {
            Wish::Release { order } => Check::Release {
                order,
                operations: Vec::new(),
            },
            Wish::Start {
                order,
                op,
                work_center,
                lots,
            } => Check::Start {
                order,
                op,
                work_center,
                input_lots: lots,
            },
            Wish::Consume {
                order,
                material,
                quantity,
                op,
                lot,
            } => Check::Consume {
                order,
                op,
                material,
                lot,
                quantity,
            },
            Wish::Pack { unit, lots, units } => Check::Pack { unit, lots, units },
            Wish::Ship {
                delivery,
                lots,
                units,
            } => Check::Ship {
                delivery,
                lots,
                units,
            },
        }
    }
}

fn quantity(text: &str) -> Result<Value, String> {
    let (value, unit) = text
        .split_once(':')
        .ok_or_else(|| format!("{text:?} is not like VALUE:UNIT, such as 5:KGM"))?;
    Ok(json!({"value": value, "unit": unit}))
}

fn lot(text: &str) -> Result<Value, String> {
    let (lot, much) = text
        .rsplit_once('=')
        .ok_or_else(|| format!("{text:?} is not like LOT=VALUE:UNIT, such as L-1=5:H87"))?;
    Ok(json!({"lot": lot, "quantity": quantity(much)?}))
}
