//! What an event would do, asked without doing it.

use crate::effect::Effects;
use crate::plant::Cause;
use crate::{Event, Plant, Rejection, Touched, Turn, discrepancy_change};

impl Plant {
    /// What [`Plant::apply`] would do with `event` now: the states that it would leave and what
    /// the outside would hear of. Nothing stays of it; the plant is then as before.
    ///
    /// # Errors
    /// The [`Rejection`] of the rule that the event would meet.
    ///
    /// # Panics
    /// As [`Plant::apply`]: call [`Plant::roll_back`] when a panic passes through.
    pub fn would(&mut self, event: &Event) -> Result<Turn, Rejection> {
        let cause = Cause::of(event);
        let effects = self.run(cause, |plant, effects| plant.take(event, cause, effects))?;
        let turn = self.outlook(effects);
        self.roll_back();
        Ok(turn)
    }

    /// The turn as [`Plant::apply`] would give it, of what stands ready to be undone.
    fn outlook(&self, mut effects: Effects) -> Turn {
        let mut touched = Vec::new();
        for (key, former) in self.touched() {
            let Some(mut state) = self.get(&key).cloned() else {
                continue;
            };
            state.bump_version();
            discrepancy_change::tell_change(former, &state, &mut effects);
            touched.push(Touched { key, state });
        }
        Turn {
            touched,
            notices: effects.into_notices(),
        }
    }
}
