//! Why there is no connection to the broker, in sentences that name the setting to look at.

use std::io;

use lapin::ErrorKind;

use crate::amqp_url::{AmqpUrl, Section};
use crate::connection::Unanswered;

/// AMQP reply code for credentials that are refused.
const ACCESS_REFUSED: u16 = 403;
/// AMQP reply code with which RabbitMQ refuses a vhost.
const NOT_ALLOWED: u16 = 530;

/// Why there is no connection. No text shows a password.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Nothing listens there, or the way there is closed.
    #[error(
        "nobody answers at {broker}: {error}. Is the broker running, and are host and port in \
         {section} url right?"
    )]
    Unreachable {
        /// Where.
        broker: String,
        /// Where the settings stand.
        section: Section,
        /// What the system says.
        error: String,
    },
    /// Something listens there that does not answer.
    #[error(
        "{broker} takes connections but does not answer: {error}. Is it a RabbitMQ, and is the \
         scheme in {section} url right: amqps:// where it listens for TLS, amqp:// where it does \
         not?"
    )]
    Silent {
        /// Where.
        broker: String,
        /// Where the settings stand.
        section: Section,
        /// What was seen.
        error: String,
    },
    /// Its certificate was not signed by whom we trust, or is for another name, or out of date.
    #[error(
        "the certificate of {broker} is not accepted: {error}. {section} ca_file must hold the \
         authority that signed it, and the host in {section} url must be a name that it is for"
    )]
    Untrusted {
        /// Whose.
        broker: String,
        /// Where the settings stand.
        section: Section,
        /// What is wrong with it.
        error: String,
    },
    /// The broker does not know us.
    #[error(
        "{broker} refuses the user {user}: {error}. {section} user and password_file (or those in \
         the URL) must be those that rabbitmqctl add_user was told"
    )]
    Credentials {
        /// Which broker.
        broker: String,
        /// Where the settings stand.
        section: Section,
        /// Whom it refuses.
        user: String,
        /// What it says.
        error: String,
    },
    /// The broker has no such vhost, or not for us.
    #[error(
        "{broker} refuses the vhost {vhost} to the user {user}: {error}. {section} vhost (or the \
         one in the URL) must exist (rabbitmqctl list_vhosts) and be opened to the user \
         (rabbitmqctl set_permissions)"
    )]
    Vhost {
        /// Which broker.
        broker: String,
        /// Where the settings stand.
        section: Section,
        /// Which vhost.
        vhost: String,
        /// Whom it refuses.
        user: String,
        /// What it says.
        error: String,
    },
    /// It answers something else.
    #[error("{broker} answers: {error}")]
    Other {
        /// Which broker.
        broker: String,
        /// What it says.
        error: String,
    },
}

impl ConnectError {
    /// What it means that no answer came in time.
    pub(crate) fn unanswered(url: &AmqpUrl, error: Unanswered) -> ConnectError {
        ConnectError::silent(url, error.to_string())
    }

    pub(crate) fn of(url: &AmqpUrl, error: &lapin::Error) -> ConnectError {
        let text = error.to_string();
        match error.kind() {
            ErrorKind::ProtocolError(refusal) => {
                let text = refusal.get_message().to_string();
                ConnectError::of_refusal(url, refusal.get_id(), text)
            }
            ErrorKind::IOError(error) => ConnectError::of_io(url, error),
            ErrorKind::ParsingError(_) | ErrorKind::InvalidProtocolVersion(_) => {
                ConnectError::silent(url, text)
            }
            _ => ConnectError::other(url, text),
        }
    }

    fn of_refusal(url: &AmqpUrl, code: u16, error: String) -> ConnectError {
        let (broker, section) = (url.to_string(), url.section());
        let user = url.user().to_owned();
        match code {
            ACCESS_REFUSED => ConnectError::Credentials {
                broker,
                section,
                user,
                error,
            },
            NOT_ALLOWED => ConnectError::Vhost {
                broker,
                section,
                vhost: url.vhost().to_owned(),
                user,
                error,
            },
            _ => ConnectError::other(url, error),
        }
    }

    fn of_io(url: &AmqpUrl, error: &io::Error) -> ConnectError {
        let tls = error
            .get_ref()
            .and_then(|inner| inner.downcast_ref::<rustls::Error>());
        let (broker, section) = (url.to_string(), url.section());
        let text = error.to_string();
        match (tls, error.kind()) {
            (Some(rustls::Error::InvalidMessage(_)), _) => {
                ConnectError::silent(url, "what it says is not TLS".to_owned())
            }
            (Some(_), _) => ConnectError::Untrusted {
                broker,
                section,
                error: text,
            },
            // It was there, and hung up on what we said.
            (
                None,
                io::ErrorKind::ConnectionReset
                | io::ErrorKind::ConnectionAborted
                | io::ErrorKind::UnexpectedEof
                | io::ErrorKind::BrokenPipe,
            ) => ConnectError::silent(url, text),
            (None, _) => ConnectError::Unreachable {
                broker,
                section,
                error: text,
            },
        }
    }

    fn silent(url: &AmqpUrl, error: String) -> ConnectError {
        ConnectError::Silent {
            broker: url.to_string(),
            section: url.section(),
            error,
        }
    }

    fn other(url: &AmqpUrl, error: String) -> ConnectError {
        ConnectError::Other {
            broker: url.to_string(),
            error,
        }
    }
}
