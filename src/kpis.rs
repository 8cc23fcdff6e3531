//! `twin kpis`: how far the forecasts of a running twin can be trusted.

use clap::Args;
use serde_json::Value;
use twin_model::PlantId;

use crate::exit::Failure;
use crate::say::say;
use crate::twin_client::{TwinClient, escaped};

#[derive(Debug, Args)]
pub(crate) struct KpiArguments {
    /// The running twin.
    #[arg(
        long = "url",
        alias = "twin",
        value_name = "URL",
        default_value = "http://127.0.0.1:8080"
    )]
    twin: String,
    /// Which plant; the first one when absent.
    #[arg(long)]
    plant: Option<PlantId>,
    /// Prints the figures as JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &KpiArguments) -> Result<(), Failure> {
    let twin = TwinClient::new(&arguments.twin);
    let plant = match &arguments.plant {
        Some(plant) => plant.to_string(),
        None => twin.first_plant()?,
    };
    let answer = twin.get(&format!("/api/v1/kpis?plant={}", escaped(&plant)))?;
    if arguments.json {
        say!("{answer}");
    } else {
        print(&answer);
    }
    Ok(())
}

fn print(answer: &Value) {
    let forecasts = &answer["forecasts"];
    if forecasts.is_null() {
        say!(
            "forecasts of {} cannot be kept; the log of the twin says why",
            answer["plant"]
        );
        return;
    }
    let count = |name: &str| forecasts[name].as_u64().unwrap_or(0);
    say!(
        "forecasts of orders: {} scored, {} wait for the end of the order ({} of them past p90), \
         {} ended otherwise, {} unknown, {} dropped",
        count("scored"),
        count("waiting"),
        count("waiting_past_p90"),
        count("ended_otherwise"),
        count("unknown"),
        count("dropped")
    );
    let coverage = &forecasts["coverage"];
    let percent = |name: &str| coverage[name].as_f64().unwrap_or(0.0) * 100.0;
    if coverage.is_object() {
        say!(
            "{:.1} % ended from p10 to p90 ({:.1} to {:.1}); right forecasts have 80. {} earlier, \
             {} later, {} not to be told",
            percent("share"),
            percent("low"),
            percent("high"),
            coverage["earlier"],
            coverage["later"],
            count("untold")
        );
    }
    for (name, loss) in ["p10", "p50", "p90"]
        .iter()
        .zip(forecasts["pinball_min"].as_array().into_iter().flatten())
    {
        if let Some(loss) = loss.as_f64() {
            say!("pinball loss of {name}: {loss:.1} min");
        }
    }
    let brier = &forecasts["brier"];
    if let Some(score) = brier["score"].as_f64() {
        say!(
            "Brier score of being late: {score:.3} over {} forecasts, {} of them late",
            brier["forecasts"],
            brier["late"]
        );
    }
}
