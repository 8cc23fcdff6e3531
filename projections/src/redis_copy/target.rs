//! Which Redis, and as whom.

use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{
    AsyncConnectionConfig, Client, ConnectionAddr, ConnectionInfo, IntoConnectionInfo, RedisResult,
};

/// A Redis to write to.
#[derive(Debug, Clone)]
pub struct RedisTarget {
    info: ConnectionInfo,
}

/// A URL that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum InvalidTarget {
    /// It cannot be read.
    #[error("it cannot be read ({0}); write it like redis://127.0.0.1:6379/0")]
    Url(#[from] redis::RedisError),
    /// It holds a password.
    #[error("it holds a password; put that into a file and name it as password_file")]
    Password,
    /// Another way to connect than plain TCP or a socket of this machine.
    #[error(
        "only redis://host:port and unix sockets are there yet; put a TLS tunnel beside the twin"
    )]
    Way,
}

impl RedisTarget {
    /// The Redis at `url`, such as `redis://127.0.0.1:6379/0`.
    ///
    /// # Errors
    /// [`InvalidTarget`].
    pub fn new(
        url: &str,
        user: Option<&str>,
        password: Option<&str>,
    ) -> Result<RedisTarget, InvalidTarget> {
        let mut info = url.into_connection_info()?;
        if !matches!(
            info.addr(),
            ConnectionAddr::Tcp(..) | ConnectionAddr::Unix(_)
        ) {
            return Err(InvalidTarget::Way);
        }
        let mut settings = info.redis_settings().clone();
        if settings.password().is_some() {
            return Err(InvalidTarget::Password);
        }
        if let Some(user) = user {
            settings = settings.set_username(user);
        }
        if let Some(password) = password {
            settings = settings.set_password(password);
        }
        info = info.set_redis_settings(settings);
        Ok(RedisTarget { info })
    }

    /// A connection that is given up when it, or one answer, takes longer than so.
    pub(crate) async fn connect(
        &self,
        connection: Duration,
        answer: Duration,
    ) -> RedisResult<MultiplexedConnection> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(connection))
            .set_response_timeout(Some(answer));
        let client = Client::open(self.info.clone())?;
        client
            .get_multiplexed_async_connection_with_config(&config)
            .await
    }

    /// Where it is, without any secret.
    #[must_use]
    pub fn place(&self) -> String {
        self.info.addr().to_string()
    }
}
