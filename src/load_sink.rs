//! Where a load goes.

use std::fs::File;
use std::io::{BufWriter, Write};

use simulators::message::{Message, Route, Trouble};

use crate::broker_config::BrokerConfig;
use crate::exit::{Failure, Kind};
use crate::load_amqp::AmqpSink;
use crate::load_http::HttpSink;
use crate::sim_cli::LoadArguments;

/// The name of standard output.
pub(crate) const STANDARD_OUTPUT: &str = "-";

/// Takes the messages of a load.
pub(crate) enum LoadSink {
    Lines(LineSink),
    Amqp(Box<AmqpSink>),
    Http(HttpSink),
}

/// One message per line, as its bytes are.
pub(crate) struct LineSink {
    out: BufWriter<Box<dyn Write>>,
    name: String,
}

impl LoadSink {
    /// What the command line says. A broker is connected to with the first message.
    pub(crate) fn open(arguments: &LoadArguments) -> Result<LoadSink, Failure> {
        let to = arguments.to.as_str();
        let is_amqp = to.starts_with("amqp://") || to.starts_with("amqps://");
        if !is_amqp && (arguments.password_file.is_some() || arguments.ca_file.is_some()) {
            let text = "--password-file and --ca-file belong to a RabbitMQ: --to amqps://…";
            return Err(Failure::new(Kind::Config, text));
        }
        if is_amqp {
            let files = (arguments.password_file.clone(), arguments.ca_file.clone());
            let url = BrokerConfig::of_url(to, files.0, files.1).url("broker")?;
            return Ok(LoadSink::Amqp(Box::new(AmqpSink::new(url))));
        }
        if to.starts_with("http://") {
            return Ok(LoadSink::Http(HttpSink::new(to)));
        }
        let out: Box<dyn Write> =
            match to {
                STANDARD_OUTPUT => Box::new(std::io::stdout()),
                path => {
                    let file = File::create(path);
                    Box::new(file.map_err(|error| {
                        Failure::new(Kind::Config, format!("--to {path}: {error}"))
                    })?)
                }
            };
        Ok(LoadSink::Lines(LineSink {
            out: BufWriter::new(out),
            name: to.to_owned(),
        }))
    }

    /// Takes a message. It is safe at [`LoadSink::finish`].
    pub(crate) async fn send(&mut self, message: Message) -> Result<(), Failure> {
        match self {
            LoadSink::Lines(lines) => lines.write(&message),
            LoadSink::Amqp(amqp) => amqp.send(message).await,
            LoadSink::Http(http) => http.send(message).await,
        }
    }

    /// Nothing follows for a while: what was taken goes out.
    pub(crate) async fn flush(&mut self) -> Result<(), Failure> {
        match self {
            LoadSink::Lines(lines) => lines.flush(),
            LoadSink::Amqp(_) => Ok(()),
            LoadSink::Http(http) => http.flush().await,
        }
    }

    /// Carries out, at this end, what happens to the broker. Whether it could.
    pub(crate) fn suffer(&mut self, trouble: Trouble) -> bool {
        match (self, trouble) {
            (LoadSink::Amqp(amqp), Trouble::Kill) => amqp.lose_connection(),
            (LoadSink::Amqp(amqp), Trouble::Nack) => amqp.send_again(),
            _ => return false,
        }
        true
    }

    /// Waits until everything is where it belongs. How many messages were sent again.
    pub(crate) async fn finish(self) -> Result<u64, Failure> {
        match self {
            LoadSink::Lines(mut lines) => lines.flush().map(|()| 0),
            LoadSink::Amqp(amqp) => amqp.finish().await,
            LoadSink::Http(mut http) => http.flush().await.map(|()| 0),
        }
    }
}

impl LineSink {
    fn write(&mut self, message: &Message) -> Result<(), Failure> {
        if message.route == Route::Nowhere {
            return Ok(());
        }
        let written = self.out.write_all(&message.body);
        let written = written.and_then(|()| self.out.write_all(b"\n"));
        written.map_err(|error| self.failed(&error))
    }

    fn flush(&mut self) -> Result<(), Failure> {
        self.out.flush().map_err(|error| self.failed(&error))
    }

    fn failed(&self, error: &std::io::Error) -> Failure {
        Failure::new(Kind::Config, format!("--to {}: {error}", self.name))
    }
}
