//! Why something changed, and when: an event, or the plant's clock.

use std::sync::Arc;

use twin_model::{Event, Plant, Time};

use crate::CauseRef;

/// How the clock of a plant is named among the causes of changes and commands. Nobody sends it.
pub const TICK: &str = "twin.tick";

/// What a turn is booked under.
#[derive(Debug, Clone)]
pub(crate) struct Because {
    pub(crate) at: Time,
    pub(crate) cause: Arc<CauseRef>,
}

impl Because {
    pub(crate) fn of(event: &Event) -> Because {
        Because {
            at: event.time,
            cause: Arc::new(CauseRef {
                event: event.id.clone(),
                source: event.source.clone(),
                type_name: event.body.type_name(),
                correlation: event.correlation.clone(),
            }),
        }
    }

    /// The clock has reached `now`. Its id follows from the time, so that a replay gives the same.
    pub(crate) fn of_the_clock(now: Time, plant: &Plant) -> Because {
        let Ok(event) = format!("tick-{now}").parse() else {
            unreachable!("a time is a short text")
        };
        Because {
            at: now,
            cause: Arc::new(CauseRef {
                event,
                source: plant.own_source(),
                type_name: TICK,
                correlation: None,
            }),
        }
    }
}
