//! Asks a running twin over HTTP.

use std::time::Duration;

use serde_json::Value;

use crate::exit::{Failure, Kind};

/// How long one answer may take.
const ANSWER_WAIT: Duration = Duration::from_secs(10);

/// A running twin.
pub(crate) struct TwinClient {
    url: String,
    agent: ureq::Agent,
}

impl TwinClient {
    pub(crate) fn new(url: &str) -> TwinClient {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(ANSWER_WAIT))
            .build();
        TwinClient {
            url: url.trim_end_matches('/').to_owned(),
            agent: config.into(),
        }
    }

    /// A JSON answer to a path like `/api/v1/plants`.
    pub(crate) fn get(&self, path: &str) -> Result<Value, Failure> {
        let url = format!("{}{path}", self.url);
        let unreachable = |error: String| {
            Failure::new(
                Kind::Unreachable,
                format!("{url}: {error}. Is the twin running there?"),
            )
        };
        let mut answer = self
            .agent
            .get(&url)
            .call()
            .map_err(|error| unreachable(error.to_string()))?;
        let text = answer
            .body_mut()
            .read_to_string()
            .map_err(|error| unreachable(error.to_string()))?;
        serde_json::from_str(&text).map_err(|error| unreachable(error.to_string()))
    }
}
