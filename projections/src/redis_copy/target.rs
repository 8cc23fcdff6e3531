//! Which Redis, and as whom.

use redis::{Client, ConnectionAddr, ConnectionInfo, IntoConnectionInfo};

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

    pub(super) fn client(&self) -> redis::RedisResult<Client> {
        Client::open(self.info.clone())
    }

    /// Where it is, without any secret.
    #[must_use]
    pub fn place(&self) -> String {
        self.info.addr().to_string()
    }
}
