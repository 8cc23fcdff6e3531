//! A section of a configuration that says where a RabbitMQ is: `[broker]` of `twin.toml`, `[central]`
//! and `[local]` of `edge.toml`; and what must not be said there.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use ingest::amqp_url::{AmqpUrl, Login, Section};
use ingest::trust::Trust;
use serde::Deserialize;

use crate::exit::{Failure, Kind, OrFail};

/// The broker. Exactly one of `url` and `url_file` is needed.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BrokerConfig {
    /// `amqps://host:port` or `amqp://host:port`, with what is not said below.
    url: Option<UrlText>,
    /// A file that holds the URL.
    url_file: Option<PathBuf>,
    /// The vhost, unless the URL names it; `/` when nobody does.
    vhost: Option<String>,
    /// The user, unless the URL names it.
    user: Option<String>,
    /// A file that holds the user's password and nothing else, unless the URL has it.
    password_file: Option<PathBuf>,
    /// A file with the certificates of those who may have signed the broker's, as PEM. Needed for
    /// `amqps://`.
    ca_file: Option<PathBuf>,
}

/// A URL, which may hold a password: never shown.
#[derive(Deserialize)]
struct UrlText(String);

impl fmt::Debug for UrlText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UrlText")
    }
}

impl BrokerConfig {
    /// What a command line says of it.
    pub(crate) fn of_url(
        url: &str,
        password_file: Option<PathBuf>,
        ca_file: Option<PathBuf>,
    ) -> BrokerConfig {
        BrokerConfig {
            url: Some(UrlText(url.to_owned())),
            password_file,
            ca_file,
            ..BrokerConfig::default()
        }
    }

    /// The files that hold a secret, with the settings that name them.
    pub(crate) fn secret_files(&self) -> impl Iterator<Item = (&'static str, &Path)> {
        let files = [
            ("url_file", &self.url_file),
            ("password_file", &self.password_file),
        ];
        let named = |(setting, file)| Option::as_deref(file).map(|file| (setting, file));
        files.into_iter().filter_map(named)
    }

    /// Whether the section itself holds a password, in its URL.
    pub(crate) fn holds_password(&self) -> bool {
        let before_host = self.url.as_ref().and_then(|url| url.0.rsplit_once('@'));
        let login = before_host.and_then(|(before, _)| before.split_once("://"));
        login.is_some_and(|(_, login)| login.contains(':'))
    }

    /// Where to connect and as whom, with what the files say. Nothing of it is connected to.
    /// `section` is its name in the configuration.
    ///
    /// # Errors
    /// The setting that is wrong, and how to mend it.
    pub(crate) fn url(&self, section: &'static str) -> Result<AmqpUrl, Failure> {
        let url = match (&self.url, &self.url_file) {
            (Some(url), None) => url.0.clone(),
            (None, Some(path)) => line_of(section, "url_file", path)?,
            _ => {
                let text = format!("[{section}] needs exactly one of url and url_file");
                return Err(Failure::new(Kind::Config, text));
            }
        };
        let password = match &self.password_file {
            Some(path) => Some(line_of(section, "password_file", path)?),
            None => None,
        };
        let trust = match &self.ca_file {
            Some(path) => Some(Trust::from_file(path).map_err(|error| {
                let text = format!("[{section}] ca_file {}: {error}", path.display());
                Failure::new(Kind::Config, text)
            })?),
            None => None,
        };
        let login = Login {
            user: self.user.clone(),
            password,
            vhost: self.vhost.clone(),
            trust,
            section: Section(section),
        };
        AmqpUrl::with(&url, login).or_fail(Kind::Config)
    }
}

/// The only line of a file. A password may begin or end with a space, so only the line's end is
/// taken off.
pub(crate) fn line_of(section: &str, setting: &str, path: &Path) -> Result<String, Failure> {
    let wrong = |what: String| {
        let text = format!("[{section}] {setting} {}: {what}", path.display());
        Failure::new(Kind::Config, text)
    };
    let text = fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    let line = text.strip_suffix('\n').unwrap_or(&text);
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.is_empty() || line.contains(['\n', '\r']) {
        let lines = text.lines().count();
        return Err(wrong(format!("it has {lines} lines; one is needed")));
    }
    Ok(line.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> BrokerConfig {
        toml::from_str(text).unwrap()
    }

    fn refused(text: &str) -> String {
        format!("{:?}", parsed(text).url("broker").unwrap_err())
    }

    #[test]
    fn user_password_and_vhost_come_from_settings_and_a_file() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("password");
        fs::write(&file, " se cret \n").unwrap();
        let settings = format!(
            "url = \"amqp://h\"\nuser = \"twin\"\nvhost = \"plant\"\npassword_file = {file:?}\n"
        );
        let config = parsed(&settings);
        let url = config.url("broker").unwrap();
        assert_eq!((url.user(), url.vhost()), ("twin", "plant"));
        assert_eq!(url.to_string(), "amqp://h:5672/plant");
        let both = settings.replace("://h", "://twin:other@h");
        let both = refused(&both.replace("user = \"twin\"\n", ""));
        assert!(
            both.contains("the password stands in the URL and"),
            "{both}"
        );
    }

    #[test]
    fn a_file_that_is_missing_empty_or_too_long_is_named_with_its_setting() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("password");
        let settings = format!("url = \"amqp://a@h\"\npassword_file = {file:?}\n");
        let missing = refused(&settings);
        assert!(missing.contains("[broker] password_file /"), "{missing}");
        assert!(missing.contains("No such file"), "{missing}");
        for (text, lines) in [("", 0), ("\n", 1), ("secret\nsecret\n", 2)] {
            fs::write(&file, text).unwrap();
            let wrong = refused(&settings);
            let expected = format!("it has {lines} lines; one is needed");
            assert!(wrong.contains(&expected), "{wrong}");
            assert!(!wrong.contains("secret"), "{wrong}");
        }
        let ca = refused("url = \"amqps://h\"\nca_file = \"/nowhere/ca.pem\"\n");
        assert!(ca.contains("[broker] ca_file /nowhere/ca.pem: "), "{ca}");
        let both = refused("url = \"amqp://h\"\nurl_file = \"f\"\n");
        assert!(both.contains("exactly one of url and url_file"), "{both}");
    }

    #[test]
    fn encryption_and_trust_come_together_or_not_at_all() {
        let none = refused("url = \"amqps://h\"\n");
        assert!(none.contains("amqps:// needs [broker] ca_file"), "{none}");
    }

    #[test]
    fn a_url_in_the_configuration_is_never_shown() {
        let config = parsed("url = \"amqp://u:secret@h\"\n");
        assert!(!format!("{config:?}").contains("secret"));
    }
}
