//! Notices in business words.

use actors::{ExceptionEntry, How};
use twin_model::{
    Code, CommandKey, DeliveryId, EntityKey, GateDecision, KpiClosed, LotId, Notice, Reason, Time,
    listed,
};

use crate::view::object_path;

/// The kinds of notices.
pub(crate) const NOTICE_KINDS: [&str; 10] = [
    "gate_decided",
    "recall_required",
    "hold_propagated",
    "discrepancy_found",
    "discrepancy_healed",
    "corrected",
    "kpi_closed",
    "command_issued",
    "exception_raised",
    "exception_closed",
];

/// What is said.
pub(crate) struct Sentence {
    /// The rule, where one is behind it.
    pub(crate) code: Option<Code>,
    pub(crate) kind: &'static str,
    pub(crate) text: String,
    /// What it concerns, as `kind/id`.
    pub(crate) object: Option<String>,
}

/// Kind, rule and words of a notice.
pub(crate) fn said(notice: &Notice) -> (&'static str, Option<Code>, String) {
    let sentence = sentence(notice);
    (sentence.kind, sentence.code, sentence.text)
}

/// What a message that was put before a person, or settled, says.
pub(crate) fn about_exception(entry: &ExceptionEntry) -> Sentence {
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

/// What a notice says.
pub(crate) fn sentence(notice: &Notice) -> Sentence {
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
