//! A plant as somebody knows it who only read its change stream.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::twin_process::TwinProcess;

/// All lists of the query API, and the kinds of their items.
pub(crate) const LISTS: [(&str, &str); 11] = [
    ("work-orders", "work_order"),
    ("lots", "lot"),
    ("work-centers", "work_center"),
    ("holds", "hold"),
    ("shipments", "shipment"),
    ("processes", "process"),
    ("inspections", "inspection"),
    ("nonconformances", "nonconformance"),
    ("materials", "material"),
    ("routings", "routing"),
    ("logistic-units", "logistic_unit"),
];

/// The last state that was told of each item, by kind and id.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct Fold {
    pub(crate) items: BTreeMap<(String, String), Value>,
}

impl Fold {
    /// Takes in what `state.changed` and `snapshot` carry.
    #[track_caller]
    pub(crate) fn take(&mut self, data: &Value) {
        let text = |name: &str| data[name].as_str().expect(name).to_owned();
        let key = (text("kind"), text("id"));
        self.items.insert(key, data["state"].clone());
    }

    /// Whether it is what the lists say; else the first item that is not.
    pub(crate) fn difference(&self, twin: &TwinProcess, plant: &str) -> Option<String> {
        let mut seen = 0;
        for (list, kind) in LISTS {
            for item in twin.items(plant, list) {
                seen += 1;
                let key = (kind.to_owned(), item["id"].as_str().unwrap().to_owned());
                let told = self.items.get(&key);
                if told != Some(&item) {
                    return Some(format!("{key:?}: told {told:?}, listed {item}"));
                }
            }
        }
        let listed = |(kind, _): &&(String, String)| LISTS.iter().any(|(_, known)| known == kind);
        let told = self.items.keys().filter(listed).count();
        (told != seen).then(|| format!("{told} items were told, {seen} are listed"))
    }
}
