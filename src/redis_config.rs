//! `[redis]` of `twin.toml`: where a copy of the plants is kept for others to read.

use std::path::{Path, PathBuf};

use projections::redis_copy::RedisTarget;
use serde::Deserialize;

use crate::broker_config::line_of;
use crate::exit::{Failure, Kind};

/// The Redis.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RedisConfig {
    /// `redis://host:port/database`, without a password.
    url: String,
    /// The user, where Redis has users.
    user: Option<String>,
    /// A file that holds the password and nothing else.
    password_file: Option<PathBuf>,
}

impl RedisConfig {
    /// The file that holds the password.
    pub(crate) fn password_file(&self) -> Option<&Path> {
        self.password_file.as_deref()
    }

    /// Where to write and as whom. Nothing of it is connected to.
    ///
    /// # Errors
    /// The setting that is wrong, and how to mend it.
    pub(crate) fn target(&self) -> Result<RedisTarget, Failure> {
        let password = self.password_file.as_deref();
        let password = password.map(|path| line_of("redis", "password_file", path));
        let password = password.transpose()?;
        RedisTarget::new(&self.url, self.user.as_deref(), password.as_deref())
            .map_err(|error| Failure::new(Kind::Config, format!("[redis] url: {error}")))
    }
}
