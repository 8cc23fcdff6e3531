//! One entry of the change stream, serialised once for all who follow.

use std::sync::{Arc, OnceLock};

use actors::{CauseRef, Cursor, ExceptionEntry, How};
use bytes::Bytes;
use serde::Serialize;
use twin_model::{
    Code, CommandKey, DeliveryId, Entity, EntityKey, EntityKind, EventId, GateDecision, KpiClosed,
    LotId, Notice, PlantId, Reason, SmolStr, SourceId, Time, listed,
};
use utoipa::ToSchema;

use crate::view::{ItemView, Related, object_path};

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
}

impl ChangeEvent {
    pub(crate) fn new(plant: PlantId, cursor: Cursor, at: Time, happening: Happening) -> Self {
        ChangeEvent {
            plant,
            cursor,
            at,
            happening,
            frame: OnceLock::new(),
        }
    }

    /// The entry as a server-sent event.
    pub(crate) fn frame(&self) -> Bytes {
        let frame = self.frame.get_or_init(|| match &self.happening {
            Happening::State {
                state,
                related,
                now,
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

    /// The item that is different now, with its kind and id; `None` of what is no item.
    pub(crate) fn item(&self) -> Option<(EntityKind, String, ItemView)> {
        let Happening::State {
            state,
            related,
            now,
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

struct Sentence {
    code: Option<Code>,
    kind: &'static str,
    text: String,
    object: Option<String>,
}

/// Kind, rule and words of a notice.
pub(crate) fn said(notice: &Notice) -> (&'static str, Option<Code>, String) {
    let sentence = sentence(notice);
    (sentence.kind, sentence.code, sentence.text)
}

fn about_exception(entry: &ExceptionEntry) -> Sentence {
    let (kind, text) = match &entry.closed {
        None => ("exception_raised", entry.text.clone()),
        Some(closed) if closed.how == How::ByItself => ("exception_closed", entry.text.clone()),
        Some(closed) => {
            let by = closed.by.as_deref().unwrap_or("an unnamed person");
            let (how, reason) = (closed.how.as_str(), &closed.reason);
            let text = format!("Exception {} is {how} by {by}: {reason}.", entry.id);
            ("exception_closed", text)
        }
    };
    Sentence {
        code: Some(entry.code),
        kind,
        text,
        object: Some(format!("exception/{}", entry.id)),
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

fn gate_decided(delivery: &DeliveryId, decision: GateDecision, reasons: &[Reason]) -> Sentence {
    let mut text = format!("Shipment {delivery} is {}.", decision.as_str());
    for reason in reasons {
        text.push(' ');
        text.push_str(&reason.text);
    }
    Sentence {
        code: reasons.first().map(|reason| reason.code),
        kind: "gate_decided",
        text,
        object: Some(object_path(&EntityKey::Shipment(delivery.clone()))),
    }
}

fn recall_required(
    delivery: &DeliveryId,
    (code, id): (Code, &str),
    lots: &[LotId],
    shipped_at: Time,
) -> Sentence {
    let noun = if code == Code::R68 {
        "nonconformance"
    } else {
        "hold"
    };
    Sentence {
        code: Some(code),
        kind: "recall_required",
        text: format!(
            "Shipment {delivery} left on {shipped_at} with {}, which {noun} {id} reaches. Recall \
             decision needed from quality.",
            listed(lots)
        ),
        object: Some(object_path(&EntityKey::Shipment(delivery.clone()))),
    }
}

fn kpi_closed(figures: &KpiClosed) -> Sentence {
    let known = [
        ("availability", figures.availability),
        ("effectiveness", figures.effectiveness),
        ("quality", figures.quality),
        ("OEE", figures.oee),
    ];
    let known = known.map(|(name, factor)| match factor {
        Some(factor) => format!("{name} {factor}"),
        None => format!("{name} not known"),
    });
    Sentence {
        code: None,
        kind: "kpi_closed",
        text: format!(
            "Work center {} from {} to {}: {}.",
            figures.work_center,
            figures.from,
            figures.to,
            known.join(", ")
        ),
        object: Some(object_path(&EntityKey::WorkCenter(
            figures.work_center.clone(),
        ))),
    }
}

fn sentence(notice: &Notice) -> Sentence {
    match notice {
        Notice::GateDecided {
            delivery,
            decision,
            reasons,
            token: _,
            valid_until: _,
        } => gate_decided(delivery, *decision, reasons),
        Notice::RecallRequired {
            delivery,
            hold,
            lots,
            shipped_at,
            customer: _,
        } => recall_required(delivery, (Code::R37, hold.as_str()), lots, *shipped_at),
        Notice::RecallDecisionRequired {
            delivery,
            nonconformance: ncr,
            lots,
            shipped_at,
            customer: _,
        } => recall_required(delivery, (Code::R68, ncr.as_str()), lots, *shipped_at),
        Notice::HoldPropagated { hold, lots, placed } => {
            let noun = if *lots == 1 { "lot" } else { "lots" };
            let text = match placed {
                true => {
                    format!("Hold {hold} now also holds {lots} {noun} made from what it holds.")
                }
                false => {
                    format!("Hold {hold} no longer holds {lots} {noun} made from what it held.")
                }
            };
            Sentence {
                code: None,
                kind: "hold_propagated",
                text,
                object: Some(object_path(&EntityKey::Hold(hold.clone()))),
            }
        }
        Notice::KpiClosed { figures } => kpi_closed(figures),
        Notice::CommandIssued { .. }
        | Notice::PersonNeeded { .. }
        | Notice::PersonNoLongerNeeded { .. } => of_a_process(notice),
        Notice::Corrected {
            object, code, text, ..
        } => Sentence {
            code: *code,
            kind: "corrected",
            text: text.to_string(),
            object: Some(object_path(object)),
        },
        Notice::DiscrepancyFound { object, code, text } => Sentence {
            code: Some(*code),
            kind: "discrepancy_found",
            text: text.to_string(),
            object: Some(object_path(object)),
        },
        Notice::DiscrepancyHealed { object, code, text } => Sentence {
            code: Some(*code),
            kind: "discrepancy_healed",
            text: text.to_string(),
            object: Some(object_path(object)),
        },
    }
}

fn of_a_process(notice: &Notice) -> Sentence {
    let of = |command: &CommandKey| {
        let process = EntityKey::Process(command.process().clone());
        Some(object_path(&process))
    };
    match notice {
        Notice::CommandIssued {
            command, to, body, ..
        } => Sentence {
            code: None,
            kind: "command_issued",
            text: format!("{to} is asked for {} ({command}).", body.what()),
            object: of(command),
        },
        Notice::PersonNeeded { case, problem, .. } => Sentence {
            code: Some(problem.code()),
            kind: "exception_raised",
            text: problem.to_string(),
            object: of(case),
        },
        Notice::PersonNoLongerNeeded { case } => Sentence {
            code: None,
            kind: "exception_closed",
            text: format!("Nobody needs to look at command {case} any more."),
            object: of(case),
        },
        other => unreachable!("{other:?} is not about a process"),
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
