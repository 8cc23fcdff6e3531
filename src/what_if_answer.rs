//! What `POST /api/v1/what-if` answers.

use actors::Snapshot;
use serde::Serialize;
use sha2::{Digest, Sha256};
use simulators::what_if::{Assumptions, Forecast, NoAnswer, NotSimulated, Study};
use twin_model::{PlantId, Time};
use utoipa::ToSchema;

use crate::hex::hex;
use crate::what_if_question::WhatIf;

/// An answer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WhatIfView {
    /// The plant.
    #[schema(value_type = String)]
    plant: PlantId,
    /// The commit that the state is from.
    seq: u64,
    /// The plant's clock in that state (its newest event where nobody has told it the time): the
    /// forecast counts from here.
    #[schema(value_type = String)]
    state_at: Time,
    /// Runs that the answer is from.
    replications: u32,
    /// Whether the time for one question ran out before all of them.
    cut_short: bool,
    /// Seed of the random numbers.
    seed: u64,
    /// SHA-256 of the plant model that was run; the same hash and seed give the same answer.
    model_sha256: String,
    /// Whether the forecast is kept, to be scored when its orders end; `null` with changes, which
    /// are of a plant that there is not.
    pub(crate) kept: Option<bool>,
    /// By order and by work center.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub(crate) forecast: Forecast,
    /// Orders that are not forecast, and why.
    #[schema(value_type = Vec<Object>)]
    left_out: Vec<NotSimulated>,
    /// What the state does not say and had to be assumed.
    #[schema(value_type = Object)]
    assumptions: Assumptions,
}

impl WhatIfView {
    /// What the runs so far say.
    ///
    /// # Errors
    /// [`NoAnswer`] before the first run.
    pub(crate) fn of(
        snapshot: &Snapshot,
        state_at: Time,
        question: &WhatIf,
        study: &Study,
    ) -> Result<Self, NoAnswer> {
        let model = study.model();
        let mut hash = Sha256::new();
        // A model is plain data: it can always be written.
        hash.update(serde_json::to_vec(&model.file).unwrap_or_default());
        Ok(WhatIfView {
            plant: snapshot.plant.id().clone(),
            seq: snapshot.commit_no,
            state_at,
            replications: study.runs(),
            cut_short: study.runs() < question.replications,
            seed: question.seed,
            model_sha256: hex(&hash.finalize()),
            kept: None,
            forecast: study.forecast()?,
            left_out: model.left_out.clone(),
            assumptions: model.assumptions.clone(),
        })
    }
}
