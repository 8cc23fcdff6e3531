//! Exceptions of one cause.

use std::collections::BTreeMap;
use std::sync::Arc;

use actors::ExceptionEntry;
use serde::Serialize;
use twin_model::{Code, EntityKey, SmolStr, SourceId, Time};
use utoipa::ToSchema;

/// Exceptions that one remedy is likely to settle: the same rule, sender, type and object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ExceptionGroupView {
    /// Which rule.
    #[schema(value_type = String, example = "TWIN-R34")]
    pub code: Code,
    /// Who sent them, where that could be read.
    #[schema(value_type = Option<String>)]
    pub source: Option<SourceId>,
    /// The events' type as sent, where it could be read.
    #[schema(value_type = Option<String>)]
    pub event_type: Option<SmolStr>,
    /// The object that they concern, as `kind/id`, where known. A fault of the twin is one cause
    /// whatever it met, so there it is `null`.
    pub object: Option<String>,
    /// How many.
    pub count: usize,
    /// How often such a message was received.
    pub seen: u64,
    /// When the first became an exception.
    #[schema(value_type = String, format = DateTime)]
    pub first_seen: Time,
    /// When one was last received or tried.
    #[schema(value_type = String, format = DateTime)]
    pub last_seen: Time,
    /// Who must act.
    pub owner: &'static str,
    /// The next step.
    pub what_to_do: &'static str,
    /// The numbers of the first of them, ascending; at most [`GROUP_NUMBERS_MAX`].
    pub exceptions: Vec<String>,
    /// What the newest says, in business words.
    pub text: String,
}

/// Numbers that a group lists.
pub const GROUP_NUMBERS_MAX: usize = 100;

type Cause<'e> = (
    Code,
    Option<&'e SourceId>,
    Option<&'e SmolStr>,
    Option<&'e EntityKey>,
);

fn cause(entry: &ExceptionEntry) -> Cause<'_> {
    let object = entry.object.as_ref();
    (
        entry.code,
        entry.source.as_ref(),
        entry.event_type.as_ref(),
        object.filter(|_| entry.code != Code::R40),
    )
}

impl ExceptionGroupView {
    /// Groups exceptions that come in the order of their numbers; the largest group first.
    pub(crate) fn of<'e>(
        entries: impl Iterator<Item = &'e Arc<ExceptionEntry>>,
    ) -> Vec<ExceptionGroupView> {
        let mut groups: BTreeMap<Cause<'e>, ExceptionGroupView> = BTreeMap::new();
        for entry in entries {
            let cause = cause(entry);
            let group = groups.entry(cause).or_insert_with(|| ExceptionGroupView {
                code: entry.code,
                source: entry.source.clone(),
                event_type: entry.event_type.clone(),
                object: cause.3.map(super::object_path),
                count: 0,
                seen: 0,
                first_seen: entry.first_seen,
                last_seen: entry.last_seen,
                owner: entry.owner(),
                what_to_do: entry.what_to_do,
                exceptions: Vec::new(),
                text: String::new(),
            });
            group.count += 1;
            group.seen += entry.seen;
            group.first_seen = group.first_seen.min(entry.first_seen);
            group.last_seen = group.last_seen.max(entry.last_seen);
            if group.exceptions.len() < GROUP_NUMBERS_MAX {
                group.exceptions.push(entry.id.to_string());
            }
            group.text.clone_from(&entry.text);
        }
        let mut groups: Vec<_> = groups.into_values().collect();
        groups.sort_by_key(|group| std::cmp::Reverse(group.count));
        groups
    }
}
