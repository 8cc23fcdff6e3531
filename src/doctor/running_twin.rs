//! What a twin or an edge at the configured address says of itself.

use std::net::SocketAddr;
use std::time::Duration;

use ingest::finding::{Finding, Owner};
use serde_json::Value;

/// Longest wait for one answer, in milliseconds.
const ANSWER_WAIT_MS_MAX: u64 = 2_000;

/// Asks `/live` and `/ready` at `listen`, where a `who` should be. `served` says whether a process
/// has a plant, or the edge, open.
pub(super) fn ask(who: &str, listen: SocketAddr, served: bool) -> Finding {
    let url = format!("http://{listen}");
    let object = format!("{who} at {url}");
    let live = match answer(&format!("{url}/live")) {
        Ok(live) => live,
        Err(error) if served => {
            let found = format!("its directory is open, but no {who} answers here: {error}");
            let next = "look whether it was started with another --listen; its log says where it \
                        serves. A start can take some time";
            return Finding::warning(object, found, Owner::Twin, next);
        }
        Err(_) => return Finding::ok(object, format!("no {who} runs")),
    };
    if live["live"] != true {
        let found = format!("somebody answers who is no {who}");
        let next = "give another listen in the configuration, or stop the other";
        return Finding::problem(object, found, Owner::Twin, next);
    }
    match answer(&format!("{url}/ready")) {
        Ok(ready) if ready["ready"] == true => Finding::ok(object, "live and ready"),
        Ok(ready) => {
            let reasons = ready["reasons"].as_array().into_iter().flatten();
            let reasons: Vec<&str> = reasons.filter_map(Value::as_str).collect();
            let found = format!("live, but not ready: {}", reasons.join("; "));
            let next = "mend what the reasons name; it goes on by itself then";
            Finding::problem(object, found, Owner::Twin, next)
        }
        Err(error) => {
            let found = format!("live, but does not say whether it is ready: {error}");
            Finding::problem(object, found, Owner::Twin, "look into its log")
        }
    }
}

/// A JSON answer of whatever status. Somebody else's is no JSON, and says nothing.
fn answer(url: &str) -> Result<Value, ureq::Error> {
    let config = ureq::Agent::config_builder()
        .timeout_global(Some(Duration::from_millis(ANSWER_WAIT_MS_MAX)))
        .http_status_as_error(false)
        .build();
    let mut answer = ureq::Agent::from(config).get(url).call()?;
    let text = answer.body_mut().read_to_string()?;
    Ok(serde_json::from_str(&text).unwrap_or_default())
}
