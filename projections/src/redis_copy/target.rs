//! Which Redis, and as whom.

use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{
    AsyncConnectionConfig, Client, ConnectionAddr, ConnectionInfo, IntoConnectionInfo, RedisResult,
};

use super::tls::Tls;

/// How the URL of a Redis with TLS begins.
const ENCRYPTED: &str = "rediss://";

/// A Redis to write to.
#[derive(Debug, Clone)]
pub struct RedisTarget {
    info: ConnectionInfo,
    tls: Option<Tls>,
}

/// As whom, and whom to trust.
#[derive(Debug, Clone, Copy, Default)]
pub struct RedisLogin<'l> {
    /// The user, where Redis has users.
    pub user: Option<&'l str>,
    /// Its password.
    pub password: Option<&'l str>,
    /// The certificates of those who may have signed the one of Redis, as PEM. For `rediss://` only,
    /// and needed there.
    pub ca_pem: Option<&'l str>,
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
    /// Another way to connect than TCP, TLS or a socket of this machine.
    #[error("only redis://host:port, rediss://host:port and unix:///path are known")]
    Way,
    /// Encryption without anybody to trust.
    #[error(
        "rediss:// needs ca_file, with the certificate of the authority that signed the one of Redis"
    )]
    NoAuthority,
    /// Somebody to trust without encryption.
    #[error("ca_file goes with rediss://, and this URL is not encrypted")]
    NotEncrypted,
    /// The certificates cannot be used.
    #[error("ca_file: {0}")]
    Authority(String),
}

impl RedisTarget {
    /// The Redis at `url`, such as `redis://127.0.0.1:6379/0` or `rediss://redis.example:6379`.
    ///
    /// # Errors
    /// [`InvalidTarget`].
    pub fn new(url: &str, login: RedisLogin<'_>) -> Result<RedisTarget, InvalidTarget> {
        // The client knows no TLS here: it is given a stream that is encrypted already.
        let encrypted = url.strip_prefix(ENCRYPTED);
        let plain = encrypted.map(|rest| format!("redis://{rest}"));
        let mut info = plain.as_deref().unwrap_or(url).into_connection_info()?;
        let tls = match (info.addr(), encrypted, login.ca_pem) {
            (ConnectionAddr::Tcp(host, port), Some(_), Some(pem)) => {
                Some(Tls::new(host, *port, pem).map_err(InvalidTarget::Authority)?)
            }
            (ConnectionAddr::Tcp(..), Some(_), None) => return Err(InvalidTarget::NoAuthority),
            (ConnectionAddr::Tcp(..) | ConnectionAddr::Unix(_), None, Some(_)) => {
                return Err(InvalidTarget::NotEncrypted);
            }
            (ConnectionAddr::Tcp(..) | ConnectionAddr::Unix(_), None, None) => None,
            _ => return Err(InvalidTarget::Way),
        };
        let mut settings = info.redis_settings().clone();
        if settings.password().is_some() {
            return Err(InvalidTarget::Password);
        }
        if let Some(user) = login.user {
            settings = settings.set_username(user);
        }
        if let Some(password) = login.password {
            settings = settings.set_password(password);
        }
        info = info.set_redis_settings(settings);
        Ok(RedisTarget { info, tls })
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
        if let Some(tls) = &self.tls {
            return tls.connect(&self.info, connection, config).await;
        }
        let client = Client::open(self.info.clone())?;
        client
            .get_multiplexed_async_connection_with_config(&config)
            .await
    }

    /// Where it is, without any secret.
    #[must_use]
    pub fn place(&self) -> String {
        let place = self.info.addr().to_string();
        match self.tls {
            Some(_) => format!("{place} (TLS)"),
            None => place,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(url: &str, ca_pem: Option<&str>) -> String {
        let login = RedisLogin {
            ca_pem,
            ..RedisLogin::default()
        };
        RedisTarget::new(url, login).unwrap_err().to_string()
    }

    #[test]
    fn encryption_and_trust_come_together_or_not_at_all() {
        let none = refused("rediss://h:1", None);
        assert!(none.contains("needs ca_file"), "{none}");
        let plain = refused("redis://h:1", Some("x"));
        assert!(plain.contains("not encrypted"), "{plain}");
        let empty = refused("rediss://h:1", Some("hello"));
        assert!(empty.contains("no certificate in it"), "{empty}");
        let password = refused("redis://u:secret@h:1", None);
        assert!(password.contains("holds a password") && !password.contains("secret"));
        let way = refused("http://h:1", None);
        assert!(!way.is_empty());
    }
}
