//! One step of the copy: the changes of some whole commits.

use std::collections::BTreeMap;
use std::sync::Arc;

use actors::Cursor;
use redis::RedisResult;
use redis::aio::MultiplexedConnection;
use serde_json::json;
use twin_model::{EntityKind, Time};

use super::keys::Keys;
use super::script::{ADVANCE, CHANGES_KEPT};
use crate::change_event::ChangeEvent;
use crate::picture::{Found, Published};
use crate::standing::wall_now;
use crate::view::PlantView;

/// Entries of the change stream in one step, beside a commit that has more by itself.
const STEP_EVENTS_MAX: usize = 500;

/// What Redis answered to a script.
pub(super) enum Done {
    /// It is done.
    Ok,
    /// The copy is not where it was left.
    Gap,
    /// A newer opening of the plant writes there: its epoch.
    Fenced(u64),
}

impl Done {
    pub(super) fn of(answer: Vec<String>) -> Done {
        match answer.first().map(String::as_str) {
            Some("ok") => Done::Ok,
            Some("fenced") => Done::Fenced(answer.get(1).and_then(|e| e.parse().ok()).unwrap_or(0)),
            _ => Done::Gap,
        }
    }
}

/// How far the picture was when a step was cut from it.
pub(super) struct Reached {
    pub(super) cursor: Cursor,
    pub(super) as_of: Option<Time>,
    pub(super) plant: Option<PlantView>,
}

impl Reached {
    /// The whole picture.
    pub(super) fn of(published: &Published) -> Reached {
        Reached {
            cursor: published.model.cursor(),
            as_of: published.model.as_of(),
            plant: Some(published.model.plant_view()),
        }
    }

    /// The fields of the meta hash that say so.
    pub(super) fn fields(&self) -> Vec<(&'static str, String)> {
        let mut fields = vec![
            ("format", "1".to_owned()),
            ("seq", self.cursor.commit_no.to_string()),
            (
                "as_of",
                self.as_of.map_or(String::new(), |at| at.to_string()),
            ),
            ("written_at", wall_now().to_string()),
        ];
        fields.extend(
            self.plant
                .iter()
                .map(|plant| ("plant", json!(plant).to_string())),
        );
        fields
    }
}

/// One step: what to write, and where the copy stands then.
pub(super) struct Step {
    /// Position in the ring behind it.
    pub(super) position: u64,
    pub(super) reached: Reached,
    entries: Vec<Arc<ChangeEvent>>,
}

impl Step {
    /// The next step from a position in the ring; `None` when entries before it have left. It is
    /// empty where nothing has changed.
    pub(super) fn cut(published: &Published, position: u64) -> Option<Step> {
        let mut wanted = STEP_EVENTS_MAX;
        loop {
            let Found::Entries(mut entries) = published.entries(position, wanted) else {
                return None;
            };
            let all = position + entries.len() as u64 == published.end();
            let last = entries.last().map(|entry| entry.cursor.commit_no);
            if let (false, Some(last)) = (all, last) {
                // The last commit may go on behind what was read.
                entries.retain(|entry| entry.cursor.commit_no < last);
                if entries.is_empty() {
                    wanted = wanted.saturating_mul(2);
                    continue;
                }
            }
            let position = position + entries.len() as u64;
            let reached = match entries.last() {
                Some(entry) if !all => Reached {
                    cursor: Cursor {
                        index: u32::MAX,
                        ..entry.cursor
                    },
                    as_of: published.model.as_of(),
                    plant: None,
                },
                _ => Reached::of(published),
            };
            return Some(Step {
                position,
                reached,
                entries,
            });
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Writes it, if the copy stands at `before`.
    ///
    /// # Errors
    /// What Redis or the way to it says; the step may have been done then.
    pub(super) async fn write(
        &self,
        connection: &mut MultiplexedConnection,
        keys: &Keys,
        before: Cursor,
    ) -> RedisResult<Done> {
        // Of several states of an item the last is what stays.
        let mut items: BTreeMap<(EntityKind, String), String> = BTreeMap::new();
        for entry in &self.entries {
            if let Some((kind, id, item)) = entry.item() {
                items.insert((kind, id), json!(item).to_string());
            }
        }
        let kinds: Vec<EntityKind> = EntityKind::ALL.to_vec();
        let mut call = ADVANCE.prepare_invoke();
        call.key(keys.meta()).key(keys.changes());
        for kind in &kinds {
            call.key(keys.items(*kind));
        }
        call.arg(self.reached.cursor.epoch)
            .arg(before.to_string())
            .arg(self.reached.cursor.to_string())
            .arg(CHANGES_KEPT);
        let fields = self.reached.fields();
        call.arg(fields.len());
        for (name, value) in &fields {
            call.arg(*name).arg(value);
        }
        call.arg(items.len());
        for ((kind, id), item) in &items {
            // Behind meta and changes; scripts count from one.
            let place = kinds.iter().position(|known| known == kind).unwrap_or(0) + 3;
            call.arg(place).arg(id).arg(item);
        }
        call.arg(self.entries.len());
        for entry in &self.entries {
            let (name, data) = entry.told();
            let id = format!("{}-{}", entry.cursor.commit_no, entry.cursor.index);
            call.arg(id).arg(name).arg(data);
        }
        let answer: Vec<String> = call.invoke_async(connection).await?;
        Ok(Done::of(answer))
    }
}
