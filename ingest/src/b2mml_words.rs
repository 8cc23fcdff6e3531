//! The enumerations of B2MML as words of a mapping.
//!
//! What each value means stands in `twin_model::wire::b2mml`; here it only gets a word that
//! conditions and `map` can name.

use serde::Deserialize;
use twin_model::wire::b2mml::{self, MaterialUse, Refused};
use twin_model::{Interruption, Lifecycle, Usage};

/// An enumeration whose values are read as words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) enum Words {
    #[serde(rename = "b2mml_request_state")]
    RequestState,
    #[serde(rename = "b2mml_disposition")]
    Disposition,
    #[serde(rename = "b2mml_material_use")]
    MaterialUse,
}

impl Words {
    /// The word of a value.
    ///
    /// # Errors
    /// Why the value has none.
    pub(crate) fn read(self, value: &str) -> Result<&'static str, Refused> {
        match self {
            Words::RequestState => request_state(value),
            Words::Disposition => b2mml::disposition(value).map(|(_, usage)| match usage {
                Usage::Unrestricted => "unrestricted",
                Usage::Restricted => "restricted",
                Usage::QualityInspection => "quality_inspection",
                Usage::Blocked => "blocked",
                Usage::Rejected => "rejected",
            }),
            Words::MaterialUse => b2mml::material_use(value).map(|material| match material {
                MaterialUse::Component => "component",
                MaterialUse::Consumed => "consumed",
                MaterialUse::Produced => "produced",
                MaterialUse::ByProduct => "by_product",
                MaterialUse::CoProduct => "co_product",
                MaterialUse::SampleDestroyed => "sample_destroyed",
                MaterialUse::SampleReturned => "sample_returned",
                MaterialUse::SampleRetained => "sample_retained",
                MaterialUse::Counted => "counted",
            }),
        }
    }
}

fn request_state(value: &str) -> Result<&'static str, Refused> {
    let standing = b2mml::request_state(value)?;
    Ok(match (standing.stopped, standing.lifecycle) {
        (Some(Interruption::Held), _) => "held",
        (Some(Interruption::Suspended), _) => "suspended",
        (None, Lifecycle::Created) => "created",
        (None, Lifecycle::Released) => "released",
        (None, Lifecycle::InProcess) => "in_process",
        (None, Lifecycle::Completed | Lifecycle::TechComplete) => "completed",
        (None, Lifecycle::Closed) => "closed",
        (None, Lifecycle::Cancelled) => "cancelled",
        (None, Lifecycle::Aborted) => "aborted",
    })
}
