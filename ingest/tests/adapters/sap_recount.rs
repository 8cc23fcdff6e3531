//! What each sample of SAP must become, counted from the JSON itself without a mapping.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::samples::{files_below, import, sample_folder};

/// What comes of one file alone.
#[derive(Debug, Default, PartialEq, Eq)]
struct Outcome {
    events: BTreeMap<String, usize>,
    exceptions: usize,
    skipped: usize,
}

impl Outcome {
    fn tell(&mut self, name: &str) {
        *self.events.entry(format!("mfg.{name}.v1")).or_default() += 1;
    }
}

fn text<'r>(record: &'r Value, name: &str) -> &'r str {
    record[name].as_str().unwrap_or("")
}

fn is_set(record: &Value, name: &str) -> bool {
    record[name] == Value::Bool(true) || text(record, name) == "X"
}

fn has(record: &Value, names: &[&str]) -> bool {
    names.iter().all(|name| record.get(name).is_some())
}

/// An event of a mesh: the samples have neither units nor batches.
fn count_event(document: &Value, outcome: &mut Outcome) {
    let order = &document["production_order"];
    if text(document, "api_schema").contains("OutboundDelivery") {
        assert_eq!(text(&document["document"], "batch"), "");
        outcome.exceptions += 1;
        return;
    }
    assert_eq!(text(order, "unit"), "");
    outcome.exceptions += 2;
    if text(order, "status").split(' ').any(|word| word == "REL") {
        outcome.tell("work_order.released");
    }
}

fn count_record(record: &Value, outcome: &mut Outcome) {
    if has(record, &["MfgOrderPlannedStartDate", "TotalQuantity"]) {
        outcome.tell("work_order.created");
        if !text(record, "MfgOrderActualReleaseDate").is_empty() {
            outcome.tell("work_order.released");
        }
        if is_set(record, "OrderIsTechnicallyCompleted") {
            outcome.tell("work_order.tech_completed");
        }
    } else if has(record, &["StatusCode"]) {
        match text(record, "StatusCode") {
            "I0045" => outcome.tell("work_order.tech_completed"),
            "I0002" => outcome.tell("work_order.released"),
            _ => outcome.skipped += 1,
        }
    } else if has(record, &["ConfirmationYieldQuantity"]) {
        match is_set(record, "IsFinalConfirmation") {
            true => outcome.tell("operation.completed"),
            false => outcome.tell("operation.progressed"),
        }
    } else if has(record, &["WorkCenterCategoryCode"]) {
        outcome.tell("work_center.configured");
    } else {
        // Parts of something else, movements without the date of their document, stock and
        // deliveries without batches, defects without an order, plans and master data of planning.
        assert!(
            !has(record, &["MatlWrhsStkQtyInMatlBaseUnit"]) || text(record, "Batch").is_empty()
        );
        assert!(!has(record, &["DefectCode"]) || text(record, "ManufacturingOrder").is_empty());
        assert!(!has(record, &["GoodsMovementType"]) || !has(record, &["PostingDate"]));
        outcome.exceptions += 1;
    }
}

fn recount(document: &Value) -> Outcome {
    let mut outcome = Outcome::default();
    match &document["message"] {
        Value::Array(records) => {
            let records = records.iter();
            records.for_each(|record| count_record(record, &mut outcome));
        }
        Value::Object(_) => count_record(&document["message"], &mut outcome),
        _ if !document["production_order"].is_object() => outcome.exceptions += 1,
        _ => count_event(document, &mut outcome),
    }
    outcome
}

#[test]
fn what_comes_of_each_sample_is_what_a_recount_of_its_json_says() {
    let Some(folder) = sample_folder("sap-s4-samples") else {
        return;
    };
    let mut total = Outcome::default();
    for file in files_below(&folder, "json") {
        let raw = std::fs::read_to_string(&file).unwrap();
        let expected = recount(&serde_json::from_str(&raw).unwrap());
        let seen = import(crate::NAME, &[&file]);
        let by_type = seen.by_type().into_iter();
        let found = Outcome {
            events: by_type
                .map(|(name, count)| (name.to_owned(), count))
                .collect(),
            exceptions: seen.exceptions().len(),
            skipped: usize::try_from(seen.report.rows_skipped.values().sum::<u64>()).unwrap(),
        };
        assert_eq!(
            found,
            expected,
            "{}: {:?}",
            file.display(),
            seen.exceptions()
        );
        total.exceptions += found.exceptions;
        total.skipped += found.skipped;
        for (name, count) in found.events {
            *total.events.entry(name).or_default() += count;
        }
    }
    eprintln!("102 files alone: {total:?}");
}
