//! Lets a panic in one entity's handler hurt nobody else.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use serde::{Deserialize, Serialize};
use twin_model::wire::{self, Unreadable};
use twin_model::{CommandKey, EntityKey, Event, IntakeRejection, Plant, Rejection, Time, Turn};

use crate::record::Poisoned;

/// How often an event is tried before it is given up as poison.
pub const POISON_TRIES_MAX: u32 = 3;
/// Events of one entity that may be given up within one minute before the entity is set aside.
pub const QUARANTINE_FAILURES_MAX: usize = 5;
/// The window of [`QUARANTINE_FAILURES_MAX`], in seconds of the failed events' own time.
pub(crate) const QUARANTINE_WINDOW_S: i64 = 60;

/// Failures and quarantine of entities. Only entities that ever failed cost anything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Supervision {
    failures: BTreeMap<EntityKey, Vec<Time>>,
    quarantined: BTreeSet<EntityKey>,
}

impl Supervision {
    pub(crate) fn is_quarantined(&self, key: &EntityKey) -> bool {
        !self.quarantined.is_empty() && self.quarantined.contains(key)
    }

    pub(crate) fn release(&mut self, key: &EntityKey) {
        self.failures.remove(key);
        self.quarantined.remove(key);
    }

    /// Counts one given-up event against an entity.
    pub(crate) fn failed(&mut self, key: &EntityKey, at: Time) {
        let failures = self.failures.entry(key.clone()).or_default();
        let window_start = at.plus_seconds(-QUARANTINE_WINDOW_S);
        failures.retain(|failure| *failure >= window_start);
        failures.push(at);
        if failures.len() >= QUARANTINE_FAILURES_MAX {
            tracing::error!(entity = %key, "quarantined after repeated failures");
            self.quarantined.insert(key.clone());
        }
    }
}

thread_local! {
    /// Whether a guarded turn runs on this thread: its panics are reported by the guard.
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

static HOOK: Once = Once::new();

/// Keeps panics of guarded turns out of the process' panic report: each would cost a backtrace
/// (hundreds of microseconds), and the guard reports them in business words.
pub(crate) fn install_panic_hook() {
    HOOK.call_once(|| {
        let other = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !GUARDED.get() {
                other(info);
            }
        }));
    });
}

/// Runs one turn. A panic is rolled back and the event tried again at once, so that no later event
/// overtakes it; after [`POISON_TRIES_MAX`] panics it is given up.
///
/// # Errors
/// The plant's own rejection, or [`IntakeRejection::Poison`] with the entity whose handler panicked.
pub(crate) fn guarded_turn(plant: &mut Plant, event: &Event) -> Result<Turn, Rejection> {
    let mut tries = 0;
    loop {
        tries += 1;
        let decided = guarded(plant, |plant| {
            let decided = plant.apply(event);
            #[cfg(feature = "chaos")]
            if decided.is_ok() {
                crate::chaos::end_at(event.id.as_str());
            }
            decided
        });
        match decided {
            Ok(decided) => return decided,
            Err(Panicked { entity, detail }) if tries >= POISON_TRIES_MAX => {
                let object = entity.unwrap_or_else(|| event.body.owner());
                tracing::error!(entity = %object, event = %event.id, %detail, "given up");
                return Err(poison(object, tries, detail));
            }
            Err(_) => {}
        }
    }
}

/// What an event would do, tried once and undone.
///
/// # Errors
/// As [`guarded_turn`].
pub(crate) fn guarded_would(plant: &mut Plant, event: &Event) -> Result<Turn, Rejection> {
    guarded(plant, |plant| plant.would(event)).unwrap_or_else(|Panicked { entity, detail }| {
        tracing::error!(?entity, %detail, "a question could not be answered");
        let object = entity.unwrap_or_else(|| event.body.owner());
        Err(poison(object, 1, detail))
    })
}

/// Has a command sent again. A panic is rolled back; nothing was done then.
///
/// # Errors
/// The plant's own rejection, or [`IntakeRejection::Poison`] with the entity whose handler panicked.
pub(crate) fn guarded_redrive(
    plant: &mut Plant,
    command: &CommandKey,
    now: Time,
) -> Result<Turn, Rejection> {
    let redriven = guarded(plant, |plant| plant.redrive(command, now));
    redriven.unwrap_or_else(|Panicked { entity, detail }| {
        tracing::error!(%command, %detail, "a command could not be sent again");
        let object = entity.unwrap_or_else(|| EntityKey::Process(command.process().clone()));
        Err(poison(object, 1, detail))
    })
}

/// A turn that panicked. The plant is as before it.
struct Panicked {
    /// Whose handler it was, where it was one.
    entity: Option<EntityKey>,
    detail: String,
}

/// Runs something of a plant; a panic is rolled back.
fn guarded<T>(plant: &mut Plant, run: impl FnOnce(&mut Plant) -> T) -> Result<T, Panicked> {
    GUARDED.set(true);
    let outcome = panic::catch_unwind(AssertUnwindSafe(|| run(plant)));
    GUARDED.set(false);
    outcome.map_err(|payload| {
        let entity = plant.current_entity().cloned();
        plant.roll_back();
        let detail = message_of(payload.as_ref());
        Panicked { entity, detail }
    })
}

fn poison(object: EntityKey, tries: u32, detail: String) -> Rejection {
    Rejection::Intake(IntakeRejection::Poison {
        object,
        tries,
        detail,
    })
}

/// Reads a message. A panic becomes a rejection: the message would otherwise come again for ever.
///
/// # Errors
/// As [`wire::decode`], or [`IntakeRejection::Deadly`].
pub(crate) fn guarded_read(raw: &[u8]) -> Result<Event, Unreadable> {
    GUARDED.set(true);
    let read = panic::catch_unwind(|| {
        #[cfg(feature = "chaos")]
        assert!(!raw.starts_with(b"chaos: panic"), "chaos: reading panics");
        wire::decode(raw)
    });
    GUARDED.set(false);
    read.unwrap_or_else(|payload| {
        let detail = format!("reading it panicked ({})", message_of(payload.as_ref()));
        tracing::error!(%detail, "a message could not be read");
        let from = "unknown".into();
        Err(Unreadable {
            rejection: Rejection::Intake(IntakeRejection::Deadly { from, detail }),
            id: None,
            source: None,
            type_name: None,
        })
    })
}

/// One turn of what has fallen due by `now`; `None` when nothing is due any more. A panic is rolled
/// back, and its entity is left alone until it changes: no event is lost by that, and a replay
/// does the same.
pub(crate) fn guarded_tick(plant: &mut Plant, now: Time) -> Option<Turn> {
    loop {
        match guarded(plant, |plant| plant.tick(now)) {
            Ok(turn) => return turn,
            Err(Panicked { entity, detail }) => {
                tracing::error!(?entity, %detail, "what fell due could not be handled");
            }
        }
    }
}

fn message_of(payload: &(dyn std::any::Any + Send)) -> String {
    const DETAIL_CHARS_MAX: usize = 300;
    let text = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message");
    text.chars().take(DETAIL_CHARS_MAX).collect()
}

impl Poisoned {
    /// The record of a given-up event; `None` when the rejection is another one.
    pub(crate) fn of(event: &Event, rejection: &Rejection) -> Option<Poisoned> {
        let Rejection::Intake(IntakeRejection::Poison {
            object,
            tries,
            detail,
        }) = rejection
        else {
            return None;
        };
        Some(Poisoned {
            source: event.source.clone(),
            id: event.id.clone(),
            object: object.clone(),
            tries: *tries,
            detail: detail.clone(),
        })
    }

    pub(crate) fn rejection(&self) -> Rejection {
        Rejection::Intake(IntakeRejection::Poison {
            object: self.object.clone(),
            tries: self.tries,
            detail: self.detail.clone(),
        })
    }
}
