//! One entry of the change stream, serialised once for all who follow.

use std::sync::{Arc, OnceLock};

use actors::{CauseRef, Cursor, ExceptionEntry};
use bytes::Bytes;
use serde::Serialize;
use serde_json::{Value, json};
use twin_model::{Code, Entity, EntityKind, EventId, Notice, PlantId, SmolStr, SourceId, Time};
use utoipa::ToSchema;

use crate::merge_patch::merge_patch;
use crate::sentence::{Sentence, about_exception, sentence};
use crate::view::{ItemView, Related};

/// A patch is told in place of the state when it is shorter than this part of it.
pub(crate) const PATCH_SHARE: usize = 4;

/// An entity in its new state, as the stream's `state.changed` carries it.
#[derive(Debug, Serialize, ToSchema)]
pub struct StateChanged {
    /// The plant.
    #[schema(value_type = String)]
    plant: PlantId,
    /// Position in the stream.
    #[schema(example = "1-42-1")]
    cursor: String,
    /// When it happened, plant time.
    #[schema(value_type = String, format = DateTime)]
    at: Time,
    /// Such as `work_order`, `lot`, `work_center`, `hold`, `shipment` or `inspection`.
    kind: &'static str,
    /// Which one.
    #[schema(value_type = String)]
    id: SmolStr,
    /// The item as in the lists.
    state: ItemView,
    /// The event behind it; `null` when another entity or the passing of time changed what the
    /// item shows.
    caused_by: Option<Cause>,
}

/// What is different in an entity, as the stream's `state.patched` carries it to who asked for
/// deltas.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatePatched {
    /// The plant.
    #[schema(value_type = String)]
    plant: PlantId,
    /// Position in the stream.
    #[schema(example = "1-43-1")]
    cursor: String,
    /// Position of the state that this changes, which the same subscription got before.
    #[schema(example = "1-42-1")]
    base: String,
    /// When it happened, plant time.
    #[schema(value_type = String, format = DateTime)]
    at: Time,
    /// Such as `work_order`, `lot`, `work_center`, `hold`, `shipment` or `inspection`.
    kind: &'static str,
    /// Which one.
    #[schema(value_type = String)]
    id: SmolStr,
    /// A JSON merge patch (RFC 7396) of `state`. A member that it takes away is `null` in the
    /// lists: in an item, absent and `null` mean the same.
    #[schema(value_type = Object)]
    patch: Value,
    /// The event behind it; `null` when another entity or the passing of time changed what the
    /// item shows.
    caused_by: Option<Cause>,
}

/// The event behind a change.
#[derive(Debug, Serialize, ToSchema)]
pub struct Cause {
    /// Its id.
    #[schema(value_type = String)]
    event: EventId,
    /// Who sent it.
    #[schema(value_type = String)]
    source: SourceId,
    /// Its CloudEvents type.
    #[serde(rename = "type")]
    type_name: &'static str,
    /// The business transaction that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    correlation_id: Option<SmolStr>,
}

/// Something that people should hear of, as the stream's `notice` carries it.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoticeView {
    /// The plant.
    #[schema(value_type = String)]
    plant: PlantId,
    /// Position in the stream.
    cursor: String,
    /// When it happened, plant time.
    #[schema(value_type = String, format = DateTime)]
    at: Time,
    /// The rule, where one is behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    code: Option<Code>,
    /// `gate_decided`, `recall_required`, `hold_propagated`, `discrepancy_found`,
    /// `discrepancy_healed`, `corrected`, `kpi_closed`, `command_issued`, `exception_raised` or
    /// `exception_closed`.
    kind: &'static str,
    /// In business words.
    text: String,
    /// What it concerns, as `kind/id`.
    object: Option<String>,
}

/// What an entry tells.
#[derive(Debug)]
pub(crate) enum Happening {
    /// An item is different now.
    State {
        state: Entity,
        related: Related,
        /// The plant's now at that commit: decides what is late and what is expired.
        now: Time,
        /// The state word that it had before; empty of what was not there.
        was: &'static str,
        caused_by: Option<Arc<CauseRef>>,
    },
    /// The model gave a notice.
    Notice(Notice),
    /// A message was put before a person, or settled.
    Exception(Arc<ExceptionEntry>),
}

/// One entry of the change stream.
///
/// It is serialised when the first follower reads it, so that a plant that nobody follows does
/// not pay for it, and only once.
#[derive(Debug)]
pub(crate) struct ChangeEvent {
    pub(crate) plant: PlantId,
    pub(crate) cursor: Cursor,
    pub(crate) at: Time,
    pub(crate) happening: Happening,
    frame: OnceLock<Bytes>,
    /// What is different from the entry before it of the same item; `None` when that is long.
    patch: OnceLock<Option<Bytes>>,
}

impl ChangeEvent {
    pub(crate) fn new(plant: PlantId, cursor: Cursor, at: Time, happening: Happening) -> Self {
        ChangeEvent {
            plant,
            cursor,
            at,
            happening,
            frame: OnceLock::new(),
            patch: OnceLock::new(),
        }
    }

    /// The entry as a server-sent event.
    pub(crate) fn frame(&self) -> Bytes {
        let frame = self.frame.get_or_init(|| match &self.happening {
            Happening::State {
                state,
                related,
                now,
                was: _,
                caused_by,
            } => {
                let key = state.key();
                let changed = StateChanged {
                    plant: self.plant.clone(),
                    cursor: self.cursor.to_string(),
                    at: self.at,
                    kind: key.kind().as_str(),
                    id: SmolStr::new(key.id()),
                    state: ItemView::new(state, related, *now),
                    caused_by: caused_by.as_deref().map(cause),
                };
                frame(Some(self.cursor), "state.changed", &changed)
            }
            Happening::Notice(notice) => {
                let view = self.notice(sentence(notice));
                frame(Some(self.cursor), "notice", &view)
            }
            Happening::Exception(entry) => {
                let view = self.notice(about_exception(entry));
                frame(Some(self.cursor), "notice", &view)
            }
        });
        frame.clone()
    }

    /// Its type and its JSON, as the frame has them.
    pub(crate) fn told(&self) -> (&'static str, String) {
        let name = match &self.happening {
            Happening::State { .. } => "state.changed",
            Happening::Notice(_) | Happening::Exception(_) => "notice",
        };
        let frame = self.frame();
        let text = String::from_utf8_lossy(&frame);
        match text.split_once("\ndata: ") {
            Some((_, data)) => (name, data.trim_end().to_owned()),
            None => unreachable!("a frame has data"),
        }
    }

    /// The JSON of what is different from `base`, the entry before it of the same item. `None` when
    /// the whole state is not much longer, and of a notice.
    pub(crate) fn patch(&self, base: &ChangeEvent) -> Option<Bytes> {
        let made = || {
            let (kind, id, new) = self.item()?;
            let (_, _, old) = base.item()?;
            let patched = StatePatched {
                plant: self.plant.clone(),
                cursor: self.cursor.to_string(),
                base: base.cursor.to_string(),
                at: self.at,
                kind: kind.as_str(),
                id: id.into(),
                patch: merge_patch(&json!(old), &json!(new)),
                caused_by: match &self.happening {
                    Happening::State { caused_by, .. } => caused_by.as_deref().map(cause),
                    Happening::Notice(_) | Happening::Exception(_) => None,
                },
            };
            let json = json!(patched).to_string();
            (json.len() * PATCH_SHARE <= self.frame().len()).then(|| Bytes::from(json))
        };
        self.patch.get_or_init(made).clone()
    }

    /// What a notice says; `None` of an item.
    pub(crate) fn sentence(&self) -> Option<Sentence> {
        match &self.happening {
            Happening::State { .. } => None,
            Happening::Notice(notice) => Some(sentence(notice)),
            Happening::Exception(entry) => Some(about_exception(entry)),
        }
    }

    /// The item that is different now, with its kind and id; `None` of what is no item.
    pub(crate) fn item(&self) -> Option<(EntityKind, String, ItemView)> {
        let Happening::State {
            state,
            related,
            now,
            was: _,
            caused_by: _,
        } = &self.happening
        else {
            return None;
        };
        let key = state.key();
        let item = ItemView::new(state, related, *now);
        Some((key.kind(), key.id().to_owned(), item))
    }

    fn notice(&self, sentence: Sentence) -> NoticeView {
        NoticeView {
            plant: self.plant.clone(),
            cursor: self.cursor.to_string(),
            at: self.at,
            code: sentence.code,
            kind: sentence.kind,
            text: sentence.text,
            object: sentence.object,
        }
    }
}

fn cause(cause: &CauseRef) -> Cause {
    Cause {
        event: cause.event.clone(),
        source: cause.source.clone(),
        type_name: cause.type_name,
        correlation_id: cause.correlation.clone(),
    }
}

/// A server-sent event. JSON has no line breaks of its own, so the data is one line.
pub(crate) fn frame(id: Option<Cursor>, name: &str, data: &impl Serialize) -> Bytes {
    let json = match serde_json::to_string(data) {
        Ok(json) => json,
        Err(error) => unreachable!("views are plain data with text keys: {error}"),
    };
    frame_of(id, name, &json)
}

/// A server-sent event whose data is JSON on one line already.
pub(crate) fn frame_of(id: Option<Cursor>, name: &str, json: &str) -> Bytes {
    let mut text = String::with_capacity(json.len() + 96);
    if let Some(id) = id {
        text.push_str("id: ");
        text.push_str(&id.to_string());
        text.push('\n');
    }
    text.push_str("event: ");
    text.push_str(name);
    text.push_str("\ndata: ");
    text.push_str(json);
    text.push_str("\n\n");
    Bytes::from(text)
}
