//! The report of a real job shop against the textbook, recounted here from the file alone.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

#[path = "../../tests/real_data/find.rs"]
mod find;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use find::real_data;
use ingest::file_import::Importer;
use ingest::mapping::Mapping;
use twin_model::{FlowReport, FlowRules, Plant, wire};

fn log_file() -> Option<PathBuf> {
    real_data("production-log-4tu/production_merged.csv")
}

fn twin_report(file: &Path) -> FlowReport {
    let mapping = Path::new(env!("CARGO_MANIFEST_DIR")).join("mappings/job-shop-log.toml");
    let mapping = Mapping::read(&mapping).unwrap();
    let mut importer = Importer::open(file, &mapping).unwrap();
    let mut plant = Plant::new("job-shop".parse().unwrap());
    while let Some(mapped) = importer.next_event().unwrap() {
        plant
            .apply(&wire::decode(mapped.json.as_ref()).unwrap())
            .unwrap();
    }
    let rules = FlowRules {
        final_inspections: BTreeSet::from(["Final Inspection Q.C.".parse().unwrap()]),
    };
    FlowReport::of(&plant, &rules)
}

/// One row of the file; times as they are written sort as they are.
struct Row {
    case: String,
    activity: String,
    machine: String,
    start: String,
    complete: String,
    ordered: i64,
    good: i64,
    rejected: i64,
    mrb: i64,
}

fn rows(file: &Path) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(file).unwrap();
    let headers = reader.headers().unwrap().clone();
    let at = |name: &str| headers.iter().position(|header| header == name).unwrap();
    let columns = [
        "case_id",
        "activity",
        "machine",
        "start",
        "complete",
        "work_order_qty",
        "qty_completed",
        "qty_rejected",
        "qty_mrb",
    ]
    .map(at);
    reader
        .records()
        .map(|record| {
            let record = record.unwrap();
            let text = |column: usize| record[columns[column]].to_owned();
            let number = |column: usize| text(column).parse().unwrap();
            Row {
                case: text(0),
                activity: text(1),
                machine: text(2),
                start: text(3),
                complete: text(4),
                ordered: number(5),
                good: number(6),
                rejected: number(7),
                mrb: number(8),
            }
        })
        .collect()
}

/// What the file says of one activity of one case.
#[derive(Default)]
struct Activity {
    good: i64,
    first_start: Option<String>,
    first_end: Option<String>,
}

fn earliest(known: &mut Option<String>, told: &str) {
    if known.as_deref().is_none_or(|known| told < known) {
        *known = Some(told.to_owned());
    }
}

fn activities(rows: &[Row]) -> BTreeMap<(&str, &str), Activity> {
    let mut found: BTreeMap<(&str, &str), Activity> = BTreeMap::new();
    for row in rows {
        let activity = found.entry((&row.case, &row.activity)).or_default();
        activity.good += row.good;
        earliest(&mut activity.first_start, &row.start);
        earliest(&mut activity.first_end, &row.complete);
    }
    found
}

#[test]
fn over_completed_operations_are_those_of_the_file() {
    let Some(file) = log_file() else { return };
    let rows = rows(&file);
    let ordered: BTreeMap<&str, i64> = rows.iter().map(|r| (r.case.as_str(), r.ordered)).collect();
    let expected: BTreeSet<(String, String)> = activities(&rows)
        .iter()
        .filter(|((case, _), activity)| activity.good > ordered[case])
        .map(|((case, name), _)| ((*case).to_owned(), (*name).to_owned()))
        .collect();
    let found = twin_report(&file).over_completed;
    let found = found
        .iter()
        .map(|(order, op)| (order.to_string(), op.to_string()));
    assert_eq!(found.collect::<BTreeSet<_>>(), expected);
    assert_eq!(expected.len(), 66);
}

#[test]
fn operations_ahead_of_the_one_before_are_those_of_the_file() {
    let Some(file) = log_file() else { return };
    let rows = rows(&file);
    let mut flows: BTreeMap<&str, Vec<(String, &str, i64)>> = BTreeMap::new();
    for ((case, name), activity) in &activities(&rows) {
        if activity.good > 0 {
            let step = (activity.first_start.clone().unwrap(), *name, activity.good);
            flows.entry(case).or_default().push(step);
        }
    }
    let mut expected = BTreeSet::new();
    for (case, steps) in &mut flows {
        steps.sort();
        for pair in steps.windows(2) {
            if pair[1].2 > pair[0].2 {
                expected.insert((
                    (*case).to_owned(),
                    pair[0].1.to_owned(),
                    pair[1].1.to_owned(),
                ));
            }
        }
    }
    let found = twin_report(&file).ahead;
    let found = found
        .iter()
        .map(|(order, before, after)| (order.to_string(), before.to_string(), after.to_string()));
    assert_eq!(found.collect::<BTreeSet<_>>(), expected);
    assert!(expected.len() > 100, "{}", expected.len());
}

#[test]
fn orders_packed_before_their_final_inspection_are_those_of_the_file() {
    let Some(file) = log_file() else { return };
    let rows = rows(&file);
    let activities = activities(&rows);
    let cases: BTreeSet<&str> = rows.iter().map(|row| row.case.as_str()).collect();
    let expected: BTreeSet<String> = cases
        .into_iter()
        .filter(|case| {
            let packed = activities.get(&(*case, "Packing"));
            let inspected = activities.get(&(*case, "Final Inspection Q.C."));
            match (packed, inspected) {
                (Some(packed), Some(inspected)) => packed.first_start < inspected.first_end,
                _ => false,
            }
        })
        .map(str::to_owned)
        .collect();
    let found = twin_report(&file).packed_early;
    assert_eq!(
        found
            .iter()
            .map(ToString::to_string)
            .collect::<BTreeSet<_>>(),
        expected
    );
    assert!(!expected.is_empty());
}

#[test]
fn orders_that_do_not_add_up_are_those_of_the_file() {
    let Some(file) = log_file() else { return };
    let mut sums: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    for row in rows(&file) {
        let (made, ordered) = sums.entry(row.case).or_default();
        *ordered = row.ordered;
        *made += row.rejected
            + row.mrb
            + if row.activity == "Packing" {
                row.good
            } else {
                0
            };
    }
    let expected: BTreeSet<String> = sums
        .into_iter()
        .filter(|(_, (made, ordered))| made > ordered)
        .map(|(case, _)| case)
        .collect();
    let found = twin_report(&file).not_conserved;
    assert_eq!(
        found
            .iter()
            .map(ToString::to_string)
            .collect::<BTreeSet<_>>(),
        expected
    );
    assert!(!expected.is_empty());
}

#[test]
fn overlaps_at_each_machine_are_those_of_the_file() {
    let Some(file) = log_file() else { return };
    // An operation runs where it was started: two of the file move to another machine later.
    let mut started_at: BTreeMap<(String, String), String> = BTreeMap::new();
    let mut spans: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for row in rows(&file) {
        let operation = (row.case, row.activity);
        let machine = started_at.entry(operation).or_insert(row.machine);
        let spans = spans.entry(machine.clone()).or_default();
        spans.push((row.start, row.complete));
    }
    let mut expected = BTreeMap::new();
    for (machine, mut spans) in spans {
        spans.sort();
        let (mut until, mut overlaps) = (String::new(), 0_u64);
        for (start, end) in spans {
            overlaps += u64::from(start < until);
            until = until.max(end);
        }
        if overlaps > 0 {
            expected.insert(machine, overlaps);
        }
    }
    let found = twin_report(&file).overlaps;
    let found: BTreeMap<String, u64> = found.iter().map(|(m, n)| (m.to_string(), *n)).collect();
    assert_eq!(found, expected);
}
