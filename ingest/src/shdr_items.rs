//! Which items of an MTConnect stream a mapping looks at.

use serde::Deserialize;
use toml::Spanned;

use crate::mapping::{Check, MappingError};

/// Kinds of rows of a stream, in the order in which they are told at one time.
pub(crate) const SHDR_KINDS: [&str; 4] = ["birth", "state", "count", "death"];
/// Columns that every row of a stream has.
pub(crate) const SHDR_COLUMNS: [&str; 3] = ["at", "session", "faults"];
/// Items that a mapping may look at.
const ITEMS_MAX: usize = 200;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShdrText {
    watch: Vec<String>,
    #[serde(default)]
    count: Vec<String>,
    #[serde(default)]
    conditions: Vec<String>,
}

/// The items by name. All others are read over.
#[derive(Debug)]
pub(crate) struct ShdrItems {
    /// Items whose change is a change of state.
    pub(crate) watch: Vec<String>,
    /// Items that count.
    pub(crate) count: Vec<String>,
    /// Items that are conditions, whose lines have a form of their own.
    pub(crate) conditions: Vec<String>,
}

impl ShdrItems {
    pub(crate) fn check(
        at: &Spanned<ShdrText>,
        check: &Check<'_>,
    ) -> Result<ShdrItems, MappingError> {
        let text = at.get_ref();
        let all = [&text.watch, &text.count, &text.conditions];
        let mut names: Vec<&str> = all.into_iter().flatten().map(String::as_str).collect();
        names.extend(SHDR_COLUMNS);
        let total = names.len();
        names.sort_unstable();
        names.dedup();
        if names.len() != total {
            let listed = SHDR_COLUMNS.join(", ");
            let detail = format!("an item is named twice, or like one of the columns {listed}");
            return Err(check.wrong(at, "shdr", detail));
        }
        if text.watch.is_empty() || total > ITEMS_MAX {
            let detail = format!("watch 1 to {ITEMS_MAX} items");
            return Err(check.wrong(at, "shdr", detail));
        }
        Ok(ShdrItems {
            watch: text.watch.clone(),
            count: text.count.clone(),
            conditions: text.conditions.clone(),
        })
    }

    /// The columns of the rows: those of every row, then watched items, then counting ones.
    pub(crate) fn columns(&self) -> Vec<String> {
        let fixed = SHDR_COLUMNS.iter().map(|name| (*name).to_owned());
        let items = self.watch.iter().chain(&self.count).cloned();
        fixed.chain(items).collect()
    }
}
