//! `[redis]` of `twin.toml`: where a copy of the plants is kept for others to read.

use std::path::{Path, PathBuf};

use ingest::trust::Trust;
use projections::redis_copy::{RedisLogin, RedisTarget};
use serde::Deserialize;

use crate::broker_config::line_of;
use crate::exit::{Failure, Kind};

/// The Redis.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RedisConfig {
    /// `redis://host:port/database`, or `rediss://…` with TLS, without a password.
    url: String,
    /// The user, where Redis has users.
    user: Option<String>,
    /// A file that holds the password and nothing else.
    password_file: Option<PathBuf>,
    /// A file with the certificates of those who may have signed that of Redis, as PEM. Needed for
    /// `rediss://`.
    ca_file: Option<PathBuf>,
    /// Where the twin itself answers: `twin serve --read-only` sends those there who want more than
    /// the copy has.
    twin_url: Option<String>,
}

impl RedisConfig {
    /// The file that holds the password.
    pub(crate) fn password_file(&self) -> Option<&Path> {
        self.password_file.as_deref()
    }

    /// Where the twin itself answers, if that is told.
    ///
    /// # Errors
    /// It is no address of HTTP.
    pub(crate) fn twin_url(&self) -> Result<Option<&str>, Failure> {
        let Some(url) = self.twin_url.as_deref() else {
            return Ok(None);
        };
        if url.starts_with("http://") || url.starts_with("https://") {
            return Ok(Some(url.trim_end_matches('/')));
        }
        let text = format!("[redis] twin_url {url:?}: write it like http://127.0.0.1:8080");
        Err(Failure::new(Kind::Config, text))
    }

    /// Where to write and as whom. Nothing of it is connected to.
    ///
    /// # Errors
    /// The setting that is wrong, and how to mend it.
    pub(crate) fn target(&self) -> Result<RedisTarget, Failure> {
        let password = self.password_file.as_deref();
        let password = password.map(|path| line_of("redis", "password_file", path));
        let password = password.transpose()?;
        let trust = match &self.ca_file {
            Some(path) => Some(Trust::from_file(path).map_err(|error| {
                let text = format!("[redis] ca_file {}: {error}", path.display());
                Failure::new(Kind::Config, text)
            })?),
            None => None,
        };
        let login = RedisLogin {
            user: self.user.as_deref(),
            password: password.as_deref(),
            ca_pem: trust.as_ref().map(Trust::pem),
        };
        RedisTarget::new(&self.url, login)
            .map_err(|error| Failure::new(Kind::Config, format!("[redis] url: {error}")))
    }
}
