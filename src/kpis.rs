//! `twin kpis`: how far the forecasts of a running twin can be trusted.

use serde_json::Value;

use crate::asked_twin::AskedTwin;
use crate::exit::Failure;
use crate::say::say;
use crate::twin_client::escaped;

pub(crate) fn run(asked: &AskedTwin) -> Result<(), Failure> {
    let twin = asked.client();
    let plant = asked.plant(&twin)?;
    let answer = twin.get(&format!("/api/v1/kpis?plant={}", escaped(&plant)))?;
    if asked.json {
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
