//! `twin report`: where the orders of a plant went another way than a planner would draw it.

use std::cmp::Reverse;
use std::fmt::Display;

use actors::PlantOptions;
use serde_json::{Value, json};
use twin_model::{Entity, FlowReport, FlowRules};

use crate::cli::ReportArguments;
use crate::data_dir;
use crate::exit::{Failure, Kind};
use crate::say::say;

/// Places named of each rule; `--json` names all.
const PLACES_SHOWN_MAX: usize = 3;

pub(crate) fn run(arguments: &ReportArguments) -> Result<(), Failure> {
    let (dir, identity) = data_dir::one_plant(&arguments.data_dir, arguments.plant.as_ref())?;
    let options = PlantOptions {
        clock: identity.clock,
        ..PlantOptions::new(identity.plant.clone(), dir)
    };
    let plant = actors::replay(&options, &mut |_| {})?;
    let rules = FlowRules {
        final_inspections: arguments.final_inspection.iter().cloned().collect(),
    };
    for named in &rules.final_inspections {
        let known = plant.entities().any(|entity| match entity {
            Entity::WorkOrder(order) => order.operations().iter().any(|op| op.id() == named),
            _ => false,
        });
        if !known {
            let text = format!(
                "--final-inspection {named}: no order of plant {} has such an operation",
                identity.plant
            );
            return Err(Failure::new(Kind::Config, text));
        }
    }
    let report = FlowReport::of(&plant, &rules);
    if arguments.json {
        say!("{}", as_json(identity.plant.as_str(), &report));
    } else {
        print(identity.plant.as_str(), &rules, &report);
    }
    Ok(())
}

fn as_json(plant: &str, report: &FlowReport) -> Value {
    let ahead = report.ahead.iter();
    let over = report.over_completed.iter();
    json!({
        "plant": plant,
        "over_completed": over.map(|(order, op)| json!({"order": order, "op": op}))
            .collect::<Vec<_>>(),
        "ahead_of_the_one_before": ahead
            .map(|(order, before, after)| json!({"order": order, "before": before, "after": after}))
            .collect::<Vec<_>>(),
        "packed_before_final_inspection": report.packed_early,
        "more_out_than_released": report.not_conserved,
        "overlaps": report.overlaps,
    })
}

fn print(plant: &str, rules: &FlowRules, report: &FlowReport) {
    say!("plant {plant}");
    line(
        "operations with more good pieces than released (R39)",
        report.over_completed.len(),
        report
            .over_completed
            .iter()
            .map(|(order, op)| format!("{order}, {op}")),
    );
    line(
        "operations ahead of the one before them (R05)",
        report.ahead.len(),
        report
            .ahead
            .iter()
            .map(|(order, before, after)| format!("{order}, {after} after {before}")),
    );
    if rules.final_inspections.is_empty() {
        say!("     -  no final inspection is named (--final-inspection OP), so nobody looked");
        say!("          whether orders were packed before it ended");
    } else {
        line(
            "orders packed before their first final inspection ended",
            report.packed_early.len(),
            report.packed_early.iter(),
        );
    }
    line(
        "orders with more packed, rejected and in review than released",
        report.not_conserved.len(),
        report.not_conserved.iter(),
    );
    let overlaps: u64 = report.overlaps.values().sum();
    let mut at_centers: Vec<_> = report.overlaps.iter().collect();
    at_centers.sort_by_key(|(center, n)| (Reverse(**n), *center));
    line(
        "reports begun at a work center while another was under way (R22)",
        overlaps,
        at_centers
            .into_iter()
            .map(|(center, n)| format!("{n} at {center}")),
    );
}

fn line(what: &str, found: impl Display, mut places: impl Iterator<Item = impl Display>) {
    say!("{found:>6}  {what}");
    for place in places.by_ref().take(PLACES_SHOWN_MAX) {
        say!("          {place}");
    }
    let more = places.count();
    if more > 0 {
        say!("          and {more} more; --json names all");
    }
}
