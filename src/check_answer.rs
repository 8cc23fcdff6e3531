//! What `POST /api/v1/checks` answers.

use actors::Outlook;
use serde::Serialize;
use twin_model::{
    Code, Entity, GateDecision, Notice, ProcessKind, ProcessState, Rejection, Shipment, Turn,
};
use utoipa::ToSchema;

use crate::check_question::Check;

/// The answer to one question.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CheckView {
    /// The question.
    check: Check,
    /// Whether the rules let it be done now, without a contradiction.
    may: bool,
    /// `yes`; `no`: refused, or the gate is blocked; `wait`: what it needs may still come, and told
    /// as an event it would wait; `contradicts`: told as an event it would be taken as a fact, and
    /// shown as a discrepancy; `person`: told as an event it would be put before a person;
    /// `unknown`: nobody has asked for this delivery.
    verdict: &'static str,
    /// Why not; all that the rule looked at.
    reasons: Vec<CheckReason>,
}

/// Why something may not be done.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CheckReason {
    /// The rule; absent where a check of the release names what is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "TWIN-R07")]
    code: Option<Code>,
    /// In business words: which object, and which numbers.
    text: String,
    /// Who can change it.
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<&'static str>,
    /// The next step.
    #[serde(skip_serializing_if = "Option::is_none")]
    what_to_do: Option<&'static str>,
}

impl CheckReason {
    fn of(code: Code, text: impl Into<String>) -> CheckReason {
        CheckReason {
            code: Some(code),
            text: text.into(),
            owner: Some(code.owner()),
            what_to_do: Some(code.what_to_do()),
        }
    }

    fn in_words(text: impl Into<String>) -> CheckReason {
        CheckReason {
            code: None,
            text: text.into(),
            owner: None,
            what_to_do: None,
        }
    }

    fn ruled(rejection: &Rejection) -> CheckReason {
        CheckReason::of(rejection.code(), rejection.to_string())
    }
}

impl CheckView {
    /// Whether it may be done.
    pub(crate) fn may(&self) -> bool {
        self.may
    }

    pub(crate) fn new(check: Check, outlook: Outlook) -> CheckView {
        let (verdict, reasons) = match outlook {
            Outlook::Applied(turn) => applied(&check, &turn),
            Outlook::Parked { code, text } => ("wait", vec![CheckReason::of(code, text)]),
            Outlook::Refused(rejection) => ("no", vec![CheckReason::ruled(&rejection)]),
            Outlook::Exception(rejection) => ("person", vec![CheckReason::ruled(&rejection)]),
            Outlook::Unknown(delivery) => {
                let text = format!(
                    "Nobody has asked whether delivery {delivery} may ship. Ask about its lots and \
                     units, or send mfg.shipment.requested.v1."
                );
                ("unknown", vec![CheckReason::in_words(text)])
            }
        };
        CheckView {
            check,
            may: verdict == "yes",
            verdict,
            reasons,
        }
    }
}

/// What would be taken may still be wrong to do: a gate that is blocked, a release that waits, a
/// fact that contradicts others.
fn applied(check: &Check, turn: &Turn) -> (&'static str, Vec<CheckReason>) {
    let states = || turn.touched.iter().map(|touched| &touched.state);
    let delivery = check.delivery();
    let gate = states().find_map(|state| match state {
        Entity::Shipment(it) if Some(it.id().as_str()) == delivery => Some(it),
        _ => None,
    });
    if let Some(shipment) = gate
        && shipment.decision() == GateDecision::Blocked
    {
        return ("no", blocked(shipment));
    }
    let found = turn.notices.iter().filter_map(|notice| match notice {
        Notice::DiscrepancyFound { code, text, .. } => Some(CheckReason::of(*code, text.as_str())),
        _ => None,
    });
    let found: Vec<CheckReason> = found.collect();
    if !found.is_empty() {
        return ("contradicts", found);
    }
    let missing: Vec<CheckReason> = states()
        .filter_map(|state| match state {
            Entity::Process(it) => Some(it),
            _ => None,
        })
        .filter(|it| it.id().kind() == ProcessKind::Release)
        .filter(|it| Some(it.id().subject()) == check.released())
        .filter(|it| it.state() == ProcessState::Waiting)
        .flat_map(|it| it.waits_for())
        .map(|text| CheckReason::in_words(text.as_str()))
        .collect();
    match missing.is_empty() {
        true => ("yes", missing),
        false => ("wait", missing),
    }
}

fn blocked(shipment: &Shipment) -> Vec<CheckReason> {
    let reasons = shipment.reasons().iter();
    let reasons: Vec<CheckReason> = reasons
        .map(|reason| CheckReason::of(reason.code, reason.text.as_str()))
        .collect();
    if !reasons.is_empty() {
        return reasons;
    }
    let (id, state) = (shipment.id(), shipment.state().as_str());
    let text = format!("Delivery {id} is {state}: nothing of it may leave any more.");
    vec![CheckReason::in_words(text)]
}
