//! A consistent copy of the plant, for what-if runs and checks.

use crate::door::Door;
use crate::{Snapshot, Stopped};

/// The door to copies of a plant.
#[derive(Debug, Clone)]
pub struct Fork {
    pub(crate) door: Door,
}

impl Fork {
    /// A copy of the plant as of its last commit. Costs one pointer per entity; the states are
    /// shared until one side changes them.
    ///
    /// # Errors
    /// [`Stopped`] when the plant is stopping or its journal has failed.
    pub async fn take(&self) -> Result<Snapshot, Stopped> {
        take(&self.door).await
    }
}

pub(crate) async fn take(door: &Door) -> Result<Snapshot, Stopped> {
    door.can_answer()?;
    let snapshot = door.snapshot(None).await?;
    Ok(std::sync::Arc::try_unwrap(snapshot).unwrap_or_else(|shared| (*shared).clone()))
}
