//! The examples of `docs/events.md`, which stands in the binary: the page that people read and the
//! documents that programs read cannot say different things.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::Value;

const PAGE: &str = include_str!("../docs/events.md");

/// What the page says of one type.
pub(crate) struct EventExample {
    /// What it means, in a sentence or a few.
    pub(crate) summary: &'static str,
    /// The whole CloudEvent.
    pub(crate) message: Value,
}

/// By type.
pub(crate) static EXAMPLES: LazyLock<BTreeMap<String, EventExample>> = LazyLock::new(|| {
    let sections = PAGE.split("\n### ").skip(1);
    sections.filter_map(read).collect()
});

/// A section of a type: its name, its meaning, its fields, its example.
fn read(section: &'static str) -> Option<(String, EventExample)> {
    let (name, rest) = section.split_once('\n')?;
    let (summary, rest) = rest.trim_start().split_once('\n')?;
    let (_, rest) = rest.split_once("```json\n")?;
    let (example, _) = rest.split_once("```")?;
    let message = serde_json::from_str(example).ok()?;
    Some((name.to_owned(), EventExample { summary, message }))
}

#[cfg(test)]
mod tests {
    use twin_model::wire::EVENT_TYPES;

    use super::*;

    #[test]
    fn every_type_of_events_has_its_example() {
        for name in EVENT_TYPES {
            let example = EXAMPLES.get(*name);
            let example = example.unwrap_or_else(|| panic!("{name} stands in docs/events.md"));
            assert_eq!(example.message["type"], *name);
            assert!(
                example.summary.ends_with('.') || example.summary.contains(". "),
                "{name}"
            );
        }
        assert_eq!(EXAMPLES.len(), EVENT_TYPES.len());
    }
}
