//! One step of the copy: the changes of some whole commits.

use std::collections::BTreeMap;
use std::sync::Arc;

use actors::Cursor;
use redis::aio::MultiplexedConnection;
use redis::{RedisResult, ScriptInvocation};
use serde_json::json;
use twin_model::{EntityKind, Time};

use super::keys::Keys;
use super::script::{ADVANCE, CHANGES_KEPT};
use crate::change_event::ChangeEvent;
use crate::picture::{Found, Published};
use crate::standing::{Standing, wall_now};
use crate::view::{ItemView, PlantView};

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

/// How far a step comes.
pub(super) struct Reached {
    pub(super) cursor: Cursor,
    /// The whole picture, how current it is; `None` of a step on the way there.
    whole: Option<(Standing, PlantView)>,
}

impl Reached {
    /// The whole picture.
    pub(super) fn of(published: &Published) -> Reached {
        Reached {
            cursor: published.model.cursor(),
            whole: Some((published.model.standing(), published.model.plant_view())),
        }
    }

    /// Adds the fields of the meta hash that say so to what a script is called with.
    pub(super) fn add_to(&self, call: &mut ScriptInvocation<'_>) {
        let mut fields = vec![
            ("format", "1".to_owned()),
            ("seq", self.cursor.commit_no.to_string()),
            ("written_at", wall_now().to_string()),
        ];
        if let Some((standing, plant)) = &self.whole {
            let as_of = standing.as_of.map_or(String::new(), |at| at.to_string());
            fields.push(("as_of", as_of));
            fields.push(("sources", json!(standing.sources).to_string()));
            fields.push(("plant", json!(plant).to_string()));
        }
        call.arg(fields.len());
        for (name, value) in fields {
            call.arg(name).arg(value);
        }
    }
}

/// One step: what to write, and where the copy stands then.
pub(super) struct Step {
    /// Position in the ring behind it.
    pub(super) position: u64,
    pub(super) reached: Reached,
    /// The plant's now up to which items that time alone changes are shown.
    pub(super) shown_at: Time,
    entries: Vec<Arc<ChangeEvent>>,
    /// Items that time alone has changed since the step before.
    elapsed: Vec<(EntityKind, String, ItemView)>,
}

impl Step {
    /// The next step from a position in the ring, items being shown as of `shown_at`; `None` when
    /// entries behind the position have left. It is empty where nothing has changed.
    pub(super) fn cut(published: &Published, position: u64, shown_at: Time) -> Option<Step> {
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
            if let (false, Some(entry)) = (all, entries.last()) {
                let cursor = Cursor {
                    index: u32::MAX,
                    ..entry.cursor
                };
                return Some(Step {
                    position,
                    reached: Reached {
                        cursor,
                        whole: None,
                    },
                    shown_at,
                    entries,
                    elapsed: Vec::new(),
                });
            }
            let (model, now) = (&published.model, published.model.now());
            let elapsed = model.entities.alarms(shown_at, now).map(|entity| {
                let item = ItemView::new(entity, &model.entities.related(entity), now);
                let key = entity.key();
                (key.kind(), key.id().to_owned(), item)
            });
            return Some(Step {
                position,
                reached: Reached::of(published),
                shown_at: now.max(shown_at),
                entries,
                elapsed: elapsed.collect(),
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
        (keys, owner): (&Keys, &str),
        before: Cursor,
    ) -> RedisResult<Done> {
        // Of several states of an item the last is what stays.
        let mut items: BTreeMap<(EntityKind, String), String> = BTreeMap::new();
        for entry in &self.entries {
            if let Some((kind, id, item)) = entry.item() {
                items.insert((kind, id), json!(item).to_string());
            }
        }
        for (kind, id, item) in &self.elapsed {
            items.insert((*kind, id.clone()), json!(item).to_string());
        }
        let mut call = ADVANCE.prepare_invoke();
        call.key(keys.meta()).key(keys.changes());
        for kind in EntityKind::ALL {
            call.key(keys.items(kind)).key(keys.ids(kind));
        }
        call.arg(self.reached.cursor.epoch)
            .arg(owner)
            .arg(before.to_string())
            .arg(self.reached.cursor.to_string())
            .arg(CHANGES_KEPT)
            .arg(self.entries.len());
        for entry in &self.entries {
            let (name, data) = entry.told();
            let id = format!("{}-{}", entry.cursor.commit_no, entry.cursor.index);
            call.arg(id).arg(name).arg(data);
        }
        call.arg(items.len());
        for ((kind, id), item) in &items {
            call.arg(place_of(*kind)).arg(id).arg(item);
        }
        self.reached.add_to(&mut call);
        let answer: Vec<String> = call.invoke_async(connection).await?;
        Ok(Done::of(answer))
    }
}

/// Where the items of a kind stand among the keys of a step, its ids behind them: after meta and
/// changes. Scripts count from one.
fn place_of(kind: EntityKind) -> usize {
    match EntityKind::ALL.iter().position(|known| *known == kind) {
        Some(place) => 2 * place + 3,
        None => unreachable!("{kind:?} is one of all kinds"),
    }
}
