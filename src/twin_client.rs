//! Asks a running twin over HTTP.

use std::io::{BufRead, BufReader, Write};
use std::time::Duration;

use serde_json::Value;

use crate::exit::{Failure, Kind};
use crate::what_if_stream::NDJSON;

/// How long one answer may take.
const ANSWER_WAIT: Duration = Duration::from_secs(10);

/// HTTP status of a server that takes nothing now.
const SERVICE_UNAVAILABLE: u16 = 503;

/// A running twin.
pub(crate) struct TwinClient {
    url: String,
    agent: ureq::Agent,
}

impl TwinClient {
    pub(crate) fn new(url: &str) -> TwinClient {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(ANSWER_WAIT))
            .http_status_as_error(false)
            .build();
        TwinClient {
            url: url.trim_end_matches('/').to_owned(),
            agent: config.into(),
        }
    }

    /// A JSON answer to a path like `/api/v1/plants`. A refusal is told in the twin's own words.
    pub(crate) fn get(&self, path: &str) -> Result<Value, Failure> {
        let url = format!("{}{path}", self.url);
        self.answer(&url, self.agent.get(&url).call())
    }

    /// Copies the answer to a path. A refusal is told in the twin's own words.
    pub(crate) fn get_into(&self, path: &str, out: &mut impl Write) -> Result<(), Failure> {
        let url = format!("{}{path}", self.url);
        let broken = |error: String| unreachable_at(&url, &error);
        // A whole table takes longer than an answer.
        let request = self.agent.get(&url).config().timeout_global(None).build();
        let mut answer = request.call().map_err(|error| broken(error.to_string()))?;
        if !answer.status().is_success() {
            return self.answer(&url, Ok(answer)).map(drop);
        }
        let copied = std::io::copy(&mut answer.body_mut().as_reader(), out);
        copied.map(drop).map_err(|error| broken(error.to_string()))
    }

    /// The first plant that it serves.
    pub(crate) fn first_plant(&self) -> Result<String, Failure> {
        let plants = self.get("/api/v1/plants")?;
        let first = plants["items"][0]["id"].as_str().map(str::to_owned);
        first.ok_or_else(|| Failure::new(Kind::Finding, "the twin has no plant"))
    }

    /// A JSON answer to a JSON body. A refusal is told in the twin's own words.
    pub(crate) fn post(&self, path: &str, body: impl AsRef<[u8]>) -> Result<Value, Failure> {
        let url = format!("{}{path}", self.url);
        let request = self.agent.post(&url).content_type("application/json");
        self.answer(&url, request.send(body.as_ref()))
    }

    /// Lines of JSON in answer to a JSON body, each as it comes. A refusal is told in the twin's
    /// own words.
    pub(crate) fn post_for_lines(
        &self,
        path: &str,
        body: impl AsRef<[u8]>,
        each: &mut dyn FnMut(Value),
    ) -> Result<(), Failure> {
        let url = format!("{}{path}", self.url);
        let request = self.agent.post(&url).content_type("application/json");
        let sent = request.header("accept", NDJSON).send(body.as_ref());
        let broken = |error: String| unreachable_at(&url, &error);
        let mut answer = sent.map_err(|error| broken(error.to_string()))?;
        if !answer.status().is_success() {
            return self.answer(&url, Ok(answer)).map(drop);
        }
        let lines = BufReader::new(answer.body_mut().as_reader()).lines();
        for line in lines {
            let line = line.map_err(|error| broken(error.to_string()))?;
            each(serde_json::from_str(&line).map_err(|error| broken(error.to_string()))?);
        }
        Ok(())
    }

    fn answer(
        &self,
        url: &str,
        answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
    ) -> Result<Value, Failure> {
        let unreachable = |error: String| unreachable_at(url, &error);
        let mut answer = answer.map_err(|error| unreachable(error.to_string()))?;
        let text = answer
            .body_mut()
            .read_to_string()
            .map_err(|error| unreachable(error.to_string()))?;
        let body: Value =
            serde_json::from_str(&text).map_err(|error| unreachable(error.to_string()))?;
        if answer.status().is_success() {
            return Ok(body);
        }
        let detail = body["detail"]
            .as_str()
            .unwrap_or("the twin refuses without a reason");
        let kind = match answer.status().as_u16() {
            SERVICE_UNAVAILABLE => Kind::Unreachable,
            _ => Kind::Finding,
        };
        let text = format!("{detail} ({})", answer.status());
        Err(Failure::new(kind, text))
    }
}

/// A name within a path.
pub(crate) fn escaped(name: &str) -> String {
    let mut path = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            path.push(char::from(byte));
        } else {
            path.push_str(&format!("%{byte:02X}"));
        }
    }
    path
}

/// Nobody answers there, or not in the words of a twin.
fn unreachable_at(url: &str, error: &str) -> Failure {
    let text = format!("{url}: {error}. Is a twin running there?");
    Failure::new(Kind::Unreachable, text)
}
