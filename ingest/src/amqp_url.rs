//! Where a RabbitMQ is, who we are there, and whom we trust to be it.

use std::fmt;
use std::str::FromStr;

use lapin::tcp::OwnedTLSConfig;
use lapin::uri::{AMQPScheme, AMQPUri};
use lapin::{Connection, ConnectionProperties};
use url::{Host, Url};

use crate::connect_error::ConnectError;
use crate::connection::{CONNECT_WAIT_MS_MAX, HEARTBEAT_S, answered};
use crate::trust::Trust;

/// Does not compile when the sockets of the client library have no TLS. They would then send what
/// `amqps://` must encrypt in clear, without a word.
const _: Option<tcp_stream::RustlsConnector> = None;

/// What stands behind the `?` of a URL.
const PARAMETERS: [&str; 5] = [
    "auth_mechanism",
    "channel_max",
    "connection_timeout",
    "frame_max",
    "heartbeat",
];

/// What may stand in settings of its own instead of in the URL, never in both.
#[derive(Clone, Default)]
pub struct Login {
    /// Who we are there.
    pub user: Option<String>,
    /// The password of `user`, or of the user in the URL.
    pub password: Option<String>,
    /// The vhost.
    pub vhost: Option<String>,
    /// Who may have signed the broker's certificate; needed for `amqps://`.
    pub trust: Option<Trust>,
    /// Where all of it stands.
    pub section: Section,
}

/// The section of a configuration that says where a RabbitMQ is, for sentences that say where to
/// look. Shown as it is written, like `[local]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Section(pub &'static str);

impl Default for Section {
    fn default() -> Section {
        Section("broker")
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}]", self.0)
    }
}

/// Where a RabbitMQ is, who we are there, and whom we trust to be it. Its texts never show the
/// password.
#[derive(Clone)]
pub struct AmqpUrl {
    uri: AMQPUri,
    trust: Option<Trust>,
    section: Section,
}

/// A text that is no AMQP URL, or settings that do not go with it. Never shows the text, which may
/// hold a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidUrl {
    /// Not a URL at all.
    #[error("not an AMQP URL (like amqps://host:5671 or amqp://user:password@host:5672/%2f): {0}")]
    Unreadable(String),
    /// The same thing is said twice.
    #[error("{0} stands in the URL and in a setting of its own; keep one of them")]
    Twice(&'static str),
    /// One half of a name and its password.
    #[error("the URL or user names a user, but there is no password; set {0} password_file")]
    NoPassword(Section),
    /// The other half.
    #[error("there is a password, but no user; set {0} user or write it into the URL")]
    NoUser(Section),
    /// A vhost whose name is empty.
    #[error(
        "the URL ends in a slash, which names a vhost without a name; leave the slash out, or \
         write %2f behind it for the vhost /"
    )]
    NamelessVhost,
    /// Something behind the `?` that nobody would look at.
    #[error("the URL has the parameter {0}, which means nothing here; known are {known}",
        known = PARAMETERS.join(", "))]
    UnknownParameter(String),
    /// TLS without saying whom to trust.
    #[error(
        "amqps:// needs {0} ca_file (--ca-file), the authority that signed the broker's \
         certificate; for one that the whole world trusts, the bundle of the operating system, \
         like /etc/ssl/certs/ca-certificates.crt"
    )]
    NoTrust(Section),
    /// Trust without TLS.
    #[error(
        "{0} ca_file is set, but amqp:// encrypts nothing and shows no certificate; write \
         amqps:// into the URL, or remove ca_file"
    )]
    NoTls(Section),
}

impl FromStr for AmqpUrl {
    type Err = InvalidUrl;

    fn from_str(text: &str) -> Result<AmqpUrl, InvalidUrl> {
        AmqpUrl::with(text, Login::default())
    }
}

impl AmqpUrl {
    /// Joins a URL with what stands beside it. A URL without a user means `guest`, whom a broker
    /// takes only from its own machine; one without a vhost means the vhost `/`.
    ///
    /// # Errors
    /// [`InvalidUrl`].
    pub fn with(text: &str, login: Login) -> Result<AmqpUrl, InvalidUrl> {
        let url = Url::parse(text).map_err(|error| InvalidUrl::Unreadable(error.to_string()))?;
        if url.cannot_be_a_base() || !["amqp", "amqps"].contains(&url.scheme()) {
            let text = "it must begin with amqp:// or amqps://".to_owned();
            return Err(InvalidUrl::Unreadable(text));
        }
        check_parameters(&url)?;
        check_login(&url, &login)?;
        let mut uri: AMQPUri = text.parse().map_err(InvalidUrl::Unreadable)?;
        // The library takes what is no domain for localhost.
        if let Some(Host::Ipv6(address)) = url.host() {
            uri.authority.host = address.to_string();
        }
        uri.query.heartbeat.get_or_insert(HEARTBEAT_S);
        uri.query
            .connection_timeout
            .get_or_insert(CONNECT_WAIT_MS_MAX);
        if let Some(vhost) = login.vhost {
            uri.vhost = vhost;
        }
        let known = &mut uri.authority.userinfo;
        if let Some(user) = login.user {
            known.username = user;
        }
        if let Some(password) = login.password {
            known.password = password;
        }
        match (&uri.scheme, &login.trust) {
            (AMQPScheme::AMQPS, None) => Err(InvalidUrl::NoTrust(login.section)),
            (AMQPScheme::AMQP, Some(_)) => Err(InvalidUrl::NoTls(login.section)),
            _ => Ok(AmqpUrl {
                uri,
                trust: login.trust,
                section: login.section,
            }),
        }
    }

    /// Opens a fresh connection. `name` is what the broker's operators see.
    ///
    /// No automatic recovery: it would hide that deliveries were lost to somebody else. Whoever
    /// uses the connection opens a new one.
    pub(crate) async fn connect(&self, name: &str) -> Result<Connection, ConnectError> {
        let properties = ConnectionProperties::default().with_connection_name(name.into());
        let tls = OwnedTLSConfig {
            identity: None,
            cert_chain: self.trust.as_ref().map(|trust| trust.pem().to_owned()),
        };
        let runtime =
            lapin::runtime::default_runtime().map_err(|error| ConnectError::of(self, &error))?;
        let uri = self.uri.clone();
        let opened = Connection::connect_uri_with_config(uri, properties, tls, runtime);
        match answered(opened).await {
            Ok(opened) => opened.map_err(|error| ConnectError::of(self, &error)),
            Err(error) => Err(ConnectError::unanswered(self, error)),
        }
    }

    /// Who we are there.
    #[must_use]
    pub fn user(&self) -> &str {
        &self.uri.authority.userinfo.username
    }

    /// Which vhost we use.
    #[must_use]
    pub fn vhost(&self) -> &str {
        &self.uri.vhost
    }

    /// The host that is connected to.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.uri.authority.host
    }

    /// Whether both lead to the same virtual host of the same broker, as far as their texts say.
    #[must_use]
    pub fn is_same_place(&self, other: &AmqpUrl) -> bool {
        let place = |url: &AmqpUrl| {
            let port = url.uri.authority.port;
            (url.host().to_lowercase(), port, url.vhost().to_owned())
        };
        place(self) == place(other)
    }

    pub(crate) fn uri(&self) -> &AMQPUri {
        &self.uri
    }

    /// The certificates of those who may have signed the broker's, as PEM.
    pub(crate) fn trusted_pem(&self) -> Option<&str> {
        self.trust.as_ref().map(Trust::pem)
    }

    /// Where the settings stand.
    pub(crate) fn section(&self) -> Section {
        self.section
    }

    /// Whether what is sent there is encrypted.
    #[must_use]
    pub fn is_encrypted(&self) -> bool {
        self.uri.scheme == AMQPScheme::AMQPS
    }
}

fn check_parameters(url: &Url) -> Result<(), InvalidUrl> {
    for (name, _) in url.query_pairs() {
        if !PARAMETERS.contains(&name.as_ref()) {
            return Err(InvalidUrl::UnknownParameter(name.into_owned()));
        }
    }
    Ok(())
}

fn check_login(url: &Url, login: &Login) -> Result<(), InvalidUrl> {
    let in_url = (
        !url.username().is_empty(),
        url.password().is_some(),
        !matches!(url.path(), "" | "/"),
    );
    let beside = (
        login.user.is_some(),
        login.password.is_some(),
        login.vhost.is_some(),
    );
    match () {
        () if in_url.0 && beside.0 => Err(InvalidUrl::Twice("the user")),
        () if in_url.1 && beside.1 => Err(InvalidUrl::Twice("the password")),
        () if in_url.2 && beside.2 => Err(InvalidUrl::Twice("the vhost")),
        () if url.path() == "/" && !beside.2 => Err(InvalidUrl::NamelessVhost),
        () if (in_url.0 || beside.0) && !(in_url.1 || beside.1) => {
            Err(InvalidUrl::NoPassword(login.section))
        }
        () if (in_url.1 || beside.1) && !(in_url.0 || beside.0) => {
            Err(InvalidUrl::NoUser(login.section))
        }
        () => Ok(()),
    }
}

impl fmt::Display for AmqpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = &self.uri.scheme;
        let (host, port) = (self.host(), self.uri.authority.port);
        let vhost = self.vhost().replace('%', "%25").replace('/', "%2f");
        if host.contains(':') {
            write!(f, "{scheme}://[{host}]:{port}/{vhost}")
        } else {
            write!(f, "{scheme}://{host}:{port}/{vhost}")
        }
    }
}

impl fmt::Debug for AmqpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AmqpUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn login(user: Option<&str>, password: Option<&str>, vhost: Option<&str>) -> Login {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Login {
            user: owned(user),
            password: owned(password),
            vhost: owned(vhost),
            ..Login::default()
        }
    }

    #[test]
    fn a_url_carries_our_heartbeat_unless_it_names_its_own() {
        let url: AmqpUrl = "amqp://u:secret@h:5673/%2f".parse().unwrap();
        assert_eq!(url.uri.query.heartbeat, Some(HEARTBEAT_S));
        let own: AmqpUrl = "amqp://h?heartbeat=9".parse().unwrap();
        assert_eq!(own.uri.query.heartbeat, Some(9));
    }

    #[test]
    fn a_password_is_never_shown() {
        let url: AmqpUrl = "amqp://u:secret@h:5673/%2f".parse().unwrap();
        assert_eq!(url.to_string(), "amqp://h:5673/%2f");
        assert!(!format!("{url:?}").contains("secret"));
        for broken in [
            "amqp:u:secret@h",
            "http://u:secret@h",
            "amqp://u:secret@h:port",
            "amqps://u:secret@h",
            "amqp://u:secret@h/",
        ] {
            let refused = broken.parse::<AmqpUrl>().unwrap_err();
            let texts = format!("{refused} {refused:?}");
            assert!(!texts.contains("secret"), "{texts}");
        }
    }

    #[test]
    fn what_is_beside_the_url_counts_as_if_it_stood_in_it() {
        let beside = login(Some("twin"), Some("p/w"), Some("plant/1"));
        let url = AmqpUrl::with("amqp://h", beside).unwrap();
        assert_eq!((url.user(), url.vhost()), ("twin", "plant/1"));
        assert_eq!(url.uri.authority.userinfo.password, "p/w");
        assert_eq!(url.to_string(), "amqp://h:5672/plant%2f1");
        let password = login(None, Some("p"), None);
        let url = AmqpUrl::with("amqp://twin@[::1]:5/v", password).unwrap();
        assert_eq!(url.to_string(), "amqp://[::1]:5/v");
        assert_eq!((url.user(), url.host()), ("twin", "::1"));
    }

    #[test]
    fn settings_that_contradict_the_url_or_miss_a_half_are_refused() {
        let refused = |text: &str, beside: Login| AmqpUrl::with(text, beside).unwrap_err();
        let twice = refused("amqp://a:b@h", login(Some("c"), None, None));
        assert_eq!(twice, InvalidUrl::Twice("the user"));
        let twice = refused("amqp://a:b@h", login(None, Some("c"), None));
        assert_eq!(twice, InvalidUrl::Twice("the password"));
        let twice = refused("amqp://h/a", login(None, None, Some("a")));
        assert_eq!(twice, InvalidUrl::Twice("the vhost"));
        let half = refused("amqp://h", login(Some("a"), None, None));
        assert_eq!(half, InvalidUrl::NoPassword(Section::default()));
        assert_eq!("amqp://a@h".parse::<AmqpUrl>().unwrap_err(), half);
        let half = refused("amqp://h", login(None, Some("a"), None));
        assert_eq!(half, InvalidUrl::NoUser(Section::default()));
        let nameless = refused("amqp://h/", Login::default());
        assert_eq!(nameless, InvalidUrl::NamelessVhost);
        let unknown = refused("amqp://h?verify=verify_none", Login::default());
        assert_eq!(unknown, InvalidUrl::UnknownParameter("verify".to_owned()));
        let untrusted = refused("amqps://h", Login::default());
        assert_eq!(untrusted, InvalidUrl::NoTrust(Section::default()));
    }
}
