//! How long the twin waits for RabbitMQ, and how it leaves.

use std::pin::pin;
use std::time::Duration;

use lapin::{Channel, Connection};

/// Heartbeat on every connection, in seconds: a silent broker is noticed within two of them. The
/// broker's own default is 60.
pub const HEARTBEAT_S: u16 = 5;
/// Longest wait for a connection, in milliseconds.
pub const CONNECT_WAIT_MS_MAX: u64 = 5_000;

/// Longest wait for the broker's answer to a request, in milliseconds.
pub const ANSWER_WAIT_MS_MAX: u64 = 10_000;
/// How often a wait without an end looks whether the connection is still there, in milliseconds.
const CONNECTED_CHECK_MS: u64 = 1_000;

/// A request that the broker has not answered in time, or will not answer any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the broker did not answer: the connection is gone, or nothing came for {ANSWER_WAIT_MS_MAX} ms"
)]
pub struct Unanswered;

/// Waits for an answer of the broker, but not for ever. The client library tells nobody who waits
/// when a connection ends in the middle of being opened.
pub(crate) async fn answered<T>(request: impl Future<Output = T>) -> Result<T, Unanswered> {
    let limit = Duration::from_millis(ANSWER_WAIT_MS_MAX);
    tokio::time::timeout(limit, request)
        .await
        .map_err(|_| Unanswered)
}

/// Waits for an answer that may take as long as the broker likes, while there is a connection.
pub(crate) async fn while_connected<T>(
    channel: &Channel,
    request: impl Future<Output = T>,
) -> Result<T, Unanswered> {
    let mut request = pin!(request);
    loop {
        tokio::select! {
            biased;
            answer = &mut request => return Ok(answer),
            () = tokio::time::sleep(Duration::from_millis(CONNECTED_CHECK_MS)) => {
                if !channel.status().connected() {
                    return Err(Unanswered);
                }
            }
        }
    }
}

/// Closes a connection that is no longer needed; a broker that is gone does not mind.
pub(crate) async fn close(connection: &Connection) {
    match answered(connection.close(200, "done".into())).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(%error, "the connection was closed by the broker first"),
        Err(error) => tracing::debug!(%error, "the connection is left behind"),
    }
}
