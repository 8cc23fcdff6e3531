//! The example mapping against the real log, recounted here without the mapping's code.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

#[path = "../../tests/real_data/find.rs"]
mod find;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use find::real_data;
use ingest::file_import::{Importer, MappedEvent};
use ingest::mapping::Mapping;
use twin_model::{EventBody, OperationReport, wire};

fn log_file() -> Option<PathBuf> {
    real_data("production-log-4tu/production_merged.csv")
}

fn mapping() -> Mapping {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("mappings/job-shop-log.toml");
    Mapping::read(&path).unwrap()
}

fn events(importer: &mut Importer<'_>) -> Vec<MappedEvent> {
    let mut events = Vec::new();
    while let Some(event) = importer.next_event().unwrap() {
        events.push(event);
    }
    events
}

/// Good, rejected, MRB and packed pieces of one order.
type Totals = [i64; 4];

fn recount(file: &Path) -> BTreeMap<String, Totals> {
    let mut reader = csv::Reader::from_path(file).unwrap();
    let mut totals: BTreeMap<String, Totals> = BTreeMap::new();
    for row in reader.deserialize() {
        let row: BTreeMap<String, String> = row.unwrap();
        let number = |name: &str| row[name].parse::<i64>().unwrap();
        let order = totals.entry(row["case_id"].clone()).or_default();
        order[0] += number("qty_completed");
        order[1] += number("qty_rejected");
        order[2] += number("qty_mrb");
        if row["activity"] == "Packing" {
            order[3] += number("qty_completed");
        }
    }
    totals
}

fn add(totals: &mut BTreeMap<String, Totals>, report: &OperationReport) {
    let number = |amount: twin_model::Amount| i64::try_from(amount.value()).unwrap();
    let order = totals.entry(report.order.to_string()).or_default();
    order[0] += number(report.good);
    order[1] += number(report.scrap);
    order[2] += number(report.mrb);
    if report.delivers == Some(true) {
        order[3] += number(report.good);
    }
}

#[test]
fn the_mapped_events_carry_exactly_what_the_log_says() {
    let Some(file) = log_file() else { return };
    let mapping = mapping();
    let mut importer = Importer::open(&file, &mapping).unwrap();
    assert_eq!(importer.rows_total(), 4_402);
    let events = events(&mut importer);
    let report = importer.report();
    assert_eq!(report.rows_read, 4_402);
    assert_eq!(report.identical_rows, 22);
    assert_eq!((report.row_exceptions, report.rows_without_rule), (0, 0));
    let by_type: Vec<(&str, u64)> = report
        .events_by_type
        .iter()
        .map(|(name, count)| (name.as_str(), *count))
        .collect();
    assert_eq!(
        by_type,
        [
            ("mfg.operation.completed.v1", 1_349),
            ("mfg.operation.progressed.v1", 4_402 - 1_349),
            ("mfg.operation.started.v1", 1_349),
            ("mfg.work_order.created.v1", 225),
            ("mfg.work_order.released.v1", 225),
        ]
    );
    assert_eq!(report.events, events.len() as u64);

    let ids: BTreeSet<&str> = events.iter().map(|event| event.id.as_str()).collect();
    assert_eq!(ids.len(), events.len(), "every event has an id of its own");
    let mut totals = BTreeMap::new();
    for event in &events {
        let read = wire::decode(&event.json).unwrap();
        match &read.body {
            EventBody::OperationProgressed(report) | EventBody::OperationCompleted(report) => {
                assert_eq!(report.end, Some(read.time));
                add(&mut totals, report);
            }
            _ => {}
        }
    }
    let expected = recount(&file);
    assert_eq!(totals, expected);
    let sum = |place: usize| expected.values().map(|order| order[place]).sum::<i64>();
    assert_eq!([sum(0), sum(1), sum(2), sum(3)], [89_645, 591, 105, 12_090]);
}

#[test]
fn a_second_import_of_the_log_sends_the_same_bytes() {
    let Some(file) = log_file() else { return };
    let mapping = mapping();
    let first = events(&mut Importer::open(&file, &mapping).unwrap());
    let second = events(&mut Importer::open(&file, &mapping).unwrap());
    assert_eq!(first, second);
}

#[test]
fn an_operation_is_told_in_the_order_started_progressed_completed() {
    let Some(file) = log_file() else { return };
    let mapping = mapping();
    let mut state: BTreeMap<(String, String), &str> = BTreeMap::new();
    for event in events(&mut Importer::open(&file, &mapping).unwrap()) {
        let read = wire::decode(&event.json).unwrap();
        let Some(op) = read.body.operation() else {
            continue;
        };
        let key = (read.body.owner().to_string(), op.to_string());
        let before = state.insert(key, read.body.type_name());
        match read.body {
            EventBody::OperationStarted(_) => assert_eq!(before, None),
            _ => assert!(
                matches!(
                    before,
                    Some("mfg.operation.started.v1" | "mfg.operation.progressed.v1")
                ),
                "line {}: after {before:?}",
                event.line
            ),
        }
    }
    assert_eq!(state.len(), 1_349);
    assert!(
        state
            .values()
            .all(|last| *last == "mfg.operation.completed.v1")
    );
}
