//! `twin kpis`: the key figures of a plant of a running twin, and how far its forecasts can be
//! trusted.

use serde_json::Value;

use crate::asked_twin::AskedTwin;
use crate::exit::Failure;
use crate::say::say;
use crate::twin_client::escaped;

pub(crate) fn run(asked: &AskedTwin) -> Result<(), Failure> {
    let twin = asked.client();
    let plant = asked.plant(&twin)?;
    let plant = escaped(&plant);
    let mut answer = twin.get(&format!("/api/v1/kpis?plant={plant}"))?;
    answer["figures"] = twin.get(&format!("/api/v1/plants/{plant}/kpis"))?["items"].take();
    let lasting = format!("/api/v1/plants/{plant}/breaches?state=open");
    answer["breaches"] = twin.get(&lasting)?["items"].take();
    if asked.json {
        say!("{answer}");
        return Ok(());
    }
    for figure in answer["figures"].as_array().into_iter().flatten() {
        print_figure(figure);
    }
    for breach in answer["breaches"].as_array().into_iter().flatten() {
        print_breach(breach);
    }
    print_forecasts(&answer);
    Ok(())
}

fn words(value: &Value) -> &str {
    value.as_str().unwrap_or("-")
}

/// One line: figure, of what, and its values over the last day.
fn print_figure(figure: &Value) {
    let values = match figure.get("p50") {
        Some(p50) => format!(
            "p50 {} s, p95 {} s, longest {} s",
            words(p50),
            words(&figure["p95"]),
            words(&figure["max"])
        ),
        None => format!("{} {}", words(&figure["value"]), unit(figure)),
    };
    let name = format!("{} {}", words(&figure["kpi"]), words(&figure["of"]));
    say!("{name:<40} {values} ({} counted)", figure["count"]);
}

/// A number by itself has no unit to say.
fn unit(figure: &Value) -> &str {
    match words(&figure["unit"]) {
        "1" => "",
        unit => unit,
    }
}

fn print_breach(breach: &Value) {
    let of = match words(&breach["of"]) {
        "" => String::new(),
        of => format!(" ({of})"),
    };
    say!(
        "MISSED  {}{of}: {} instead of {}, since {}; {}",
        words(&breach["target"]),
        words(&breach["value"]),
        words(&breach["wanted"]),
        words(&breach["since"]),
        words(&breach["owner"])
    );
}

fn print_forecasts(answer: &Value) {
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
