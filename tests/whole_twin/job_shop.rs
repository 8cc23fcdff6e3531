//! The real job-shop log: where it is, its mapping, and what it says when read without the twin.

#[path = "../real_data/find.rs"]
mod find;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Events that the mapping makes of the log: 225 orders created and released, 1,349 operations
/// started, 4,402 reports.
pub(crate) const EVENTS: u64 = 6_201;
/// Rows of the log.
pub(crate) const ROWS: u64 = 4_402;

/// The log, or `None` after saying that the test did not run.
pub(crate) fn log_file() -> Option<PathBuf> {
    find::real_data("production-log-4tu/production_merged.csv")
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A copy of the mapping in `dir`, for a plant of this name.
pub(crate) fn mapping_for(plant: &str, dir: &Path) -> PathBuf {
    let text = fs::read_to_string(root().join("ingest/mappings/job-shop-log.toml")).unwrap();
    let line = "plant = \"job-shop\"\n";
    assert_eq!(text.matches(line).count(), 1, "the mapping names its plant");
    let copy = dir.join("mapping.toml");
    fs::write(&copy, text.replace(line, &format!("plant = \"{plant}\"\n"))).unwrap();
    copy
}

/// What the log says of one order.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct OrderTotals {
    pub(crate) quantity: i64,
    /// Good, rejected and waiting for the review board, by operation.
    pub(crate) operations: BTreeMap<String, [i64; 3]>,
    pub(crate) packed: i64,
}

impl OrderTotals {
    /// Operations that reported more good pieces than the order has.
    pub(crate) fn overreported(&self) -> usize {
        let goods = self.operations.values().map(|[good, ..]| *good);
        goods.filter(|good| *good > self.quantity).count()
    }

    /// One of the three totals, over all operations.
    pub(crate) fn sum(&self, place: usize) -> i64 {
        self.operations.values().map(|totals| totals[place]).sum()
    }
}

/// Adds up the log, order by order.
pub(crate) fn recount(file: &Path) -> BTreeMap<String, OrderTotals> {
    let mut orders: BTreeMap<String, OrderTotals> = BTreeMap::new();
    let mut reader = csv::Reader::from_path(file).unwrap();
    for row in reader.deserialize() {
        let row: BTreeMap<String, String> = row.unwrap();
        let number = |column: &str| -> i64 { row[column].parse().unwrap() };
        let order = orders.entry(row["case_id"].clone()).or_default();
        if order.operations.is_empty() {
            order.quantity = number("work_order_qty");
        }
        let totals = order.operations.entry(row["activity"].clone()).or_default();
        totals[0] += number("qty_completed");
        totals[1] += number("qty_rejected");
        totals[2] += number("qty_mrb");
        if row["activity"] == "Packing" {
            order.packed += number("qty_completed");
        }
    }
    orders
}
