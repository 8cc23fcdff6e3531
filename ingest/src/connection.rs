//! Connections to RabbitMQ as the twin wants them.

use std::fmt;
use std::pin::pin;
use std::str::FromStr;
use std::time::Duration;

use lapin::uri::AMQPUri;
use lapin::{Channel, Connection, ConnectionProperties};

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

/// Where a RabbitMQ is and who we are there. Its texts never show the password.
#[derive(Clone)]
pub struct AmqpUrl(AMQPUri);

/// A text that is no AMQP URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an AMQP URL (like amqp://user:password@host:5672/%2f): {0}")]
pub struct InvalidUrl(String);

impl FromStr for AmqpUrl {
    type Err = InvalidUrl;

    fn from_str(text: &str) -> Result<AmqpUrl, InvalidUrl> {
        let mut uri: AMQPUri = text.parse().map_err(InvalidUrl)?;
        uri.query.heartbeat.get_or_insert(HEARTBEAT_S);
        uri.query
            .connection_timeout
            .get_or_insert(CONNECT_WAIT_MS_MAX);
        Ok(AmqpUrl(uri))
    }
}

impl fmt::Display for AmqpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let authority = &self.0.authority;
        write!(
            f,
            "amqp://{}:{}/{}",
            authority.host, authority.port, self.0.vhost
        )
    }
}

impl fmt::Debug for AmqpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AmqpUrl({self})")
    }
}

impl AmqpUrl {
    /// Opens a fresh connection. `name` is what the broker's operators see.
    ///
    /// No automatic recovery: it would hide that deliveries were lost to somebody else. Whoever
    /// uses the connection opens a new one.
    pub(crate) async fn connect(&self, name: &str) -> Result<Connection, lapin::Error> {
        let properties = ConnectionProperties::default().with_connection_name(name.into());
        Connection::connect_uri(self.0.clone(), properties).await
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_carries_our_heartbeat_unless_it_names_its_own() {
        let url: AmqpUrl = "amqp://u:secret@h:5673/%2f".parse().unwrap();
        assert_eq!(url.0.query.heartbeat, Some(HEARTBEAT_S));
        let own: AmqpUrl = "amqp://h?heartbeat=9".parse().unwrap();
        assert_eq!(own.0.query.heartbeat, Some(9));
        assert!("http://h".parse::<AmqpUrl>().is_err());
    }

    #[test]
    fn a_password_is_never_shown() {
        let url: AmqpUrl = "amqp://u:secret@h:5673/%2f".parse().unwrap();
        assert_eq!(url.to_string(), "amqp://h:5673//");
        assert!(!format!("{url:?}").contains("secret"));
    }
}
