//! Logs: to standard error, so that standard output stays for answers.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::cli::Command;

/// What is logged unless `RUST_LOG` says otherwise.
const LOGGED: &str = "warn,twin=info,actors=info,ingest=info,projections=info";

/// What a doctor logs unless `RUST_LOG` says otherwise: nothing of the broker's client, which takes
/// every refusal for an error. The doctor asks what will be refused, and tells what it means.
const LOGGED_BY_DOCTOR: &str = "warn,lapin=off";

/// What a load logs unless `RUST_LOG` says otherwise: not each message that the broker returns, with
/// all its bytes. The load sends them where no queue is, on purpose, and counts them.
const LOGGED_BY_LOAD: &str = "warn,lapin::returned_messages=off";

/// Starts logging, as the command needs it.
pub(crate) fn start(command: &Command) {
    let logged = match command {
        Command::Doctor(_) => LOGGED_BY_DOCTOR,
        Command::Sim(_) => LOGGED_BY_LOAD,
        _ => LOGGED,
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(logged));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none())
        .init();
}
