//! The official schema and the official examples.

use std::path::PathBuf;
use std::sync::LazyLock;

use serde_json::Value;

use crate::real_data::real_data;

/// The folder of the standard's files; `None`, and said so, where there is none.
pub(super) fn folder() -> Option<PathBuf> {
    real_data("epcis2")
}

static SCHEMA: LazyLock<Option<Schema>> = LazyLock::new(Schema::of_the_standard);

/// The schema with its formats. All its references stay within it, so nothing is fetched.
pub(super) struct Schema(jsonschema::Validator);

impl Schema {
    pub(super) fn read() -> Option<&'static Schema> {
        SCHEMA.as_ref()
    }

    fn of_the_standard() -> Option<Schema> {
        let text = std::fs::read_to_string(folder()?.join("EPCIS-JSON-Schema.json")).unwrap();
        let schema: Value = serde_json::from_str(&text).unwrap();
        let validator = jsonschema::options()
            .should_validate_formats(true)
            .build(&schema)
            .unwrap();
        Some(Schema(validator))
    }

    /// What the schema has against a document.
    pub(super) fn errors(&self, document: &Value) -> Vec<String> {
        let errors = self.0.iter_errors(document);
        errors
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect()
    }

    #[track_caller]
    pub(super) fn assert_valid(&self, document: &Value) {
        let errors = self.errors(document);
        assert!(errors.is_empty(), "{errors:#?}\n{document:#}");
    }
}

/// The examples by their names below `JSON`, in the order of these.
pub(super) fn examples() -> Option<Vec<(String, String)>> {
    let root = folder()?.join("JSON");
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir().unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "jsonld") {
                let name = path.strip_prefix(&root).unwrap().to_str().unwrap();
                found.push((name.to_owned(), std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    Some(found)
}
