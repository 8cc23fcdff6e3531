//! Which broker it is, and of which version: told in the first frame of every connection, which the
//! client library keeps to itself.

use std::io::{self, Read, Write};
use std::time::Duration;

use lapin::protocol::{AMQPClass, connection::AMQPMethod, parse_class};
use lapin::tcp::{AMQPUriTcpExt, TLSConfig};
use lapin::types::{AMQPValue, FieldTable};

use crate::amqp_url::AmqpUrl;
use crate::finding::{Finding, Owner};

/// The oldest RabbitMQ that has all that the twin declares: quorum queues dead-letter at least once
/// since 3.10.
const RABBITMQ_MIN: [u32; 2] = [3, 10];
/// Longest wait for the first frame, in milliseconds.
const GREETING_WAIT_MS_MAX: u64 = 2_000;
/// Largest first frame that is read, in bytes. RabbitMQ's has some hundreds.
const GREETING_BYTES_MAX: u32 = 64 * 1024;

/// What a client says first.
const PROTOCOL_HEADER: &[u8; 8] = b"AMQP\x00\x00\x09\x01";
const METHOD_FRAME: u8 = 1;

/// Opens a connection of its own as far as the broker's first frame, and leaves. No user is named.
pub(crate) async fn look(url: &AmqpUrl) -> Finding {
    let object = format!("version of the broker {url}");
    let asked = url.clone();
    let told = tokio::task::spawn_blocking(move || greeting(&asked)).await;
    match told.map_err(io::Error::other).and_then(|told| told) {
        Ok(properties) => of_properties(object, &properties),
        Err(error) => {
            let found = format!("is not told: {error}");
            let next = "look with rabbitmqctl version; 3.10 or later is needed";
            Finding::warning(object, found, Owner::Broker, next)
        }
    }
}

fn of_properties(object: String, properties: &FieldTable) -> Finding {
    let text = |name: &str| match properties.inner().get(name) {
        Some(AMQPValue::LongString(text)) => text.to_string(),
        _ => "unknown".to_owned(),
    };
    let (product, version) = (text("product"), text("version"));
    let [major, minor] = RABBITMQ_MIN;
    if product != "RabbitMQ" {
        let found = format!("it is {product} {version}, and not a RabbitMQ");
        let next = "use RabbitMQ; the twin was tried with no other";
        return Finding::warning(object, found, Owner::Broker, next);
    }
    match numbers(&version) {
        Some(known) if known < RABBITMQ_MIN => {
            let found = format!("RabbitMQ {version}, {major}.{minor} or later is needed");
            let next = "update it: older ones do not dead-letter from quorum queues at least once";
            Finding::problem(object, found, Owner::Broker, next)
        }
        Some(_) => {
            let found = format!("RabbitMQ {version}; {major}.{minor} or later is needed");
            Finding::ok(object, found)
        }
        None => {
            let found = format!("RabbitMQ {version:?}, which is no version that can be compared");
            let next = "look with rabbitmqctl version; 3.10 or later is needed";
            Finding::warning(object, found, Owner::Broker, next)
        }
    }
}

/// The first two numbers of a version.
fn numbers(version: &str) -> Option<[u32; 2]> {
    let mut words = version.split(['.', '-', '+']);
    let major = words.next()?.parse().ok()?;
    let minor = words.next()?.parse().ok()?;
    Some([major, minor])
}

/// What the broker says of itself.
fn greeting(url: &AmqpUrl) -> io::Result<FieldTable> {
    let tls = TLSConfig {
        identity: None,
        cert_chain: url.trusted_pem(),
    };
    let mut stream = url
        .uri()
        .connect_with_config(tls)
        .map_err(|error| io::Error::other(error.to_string()))?;
    stream.set_nonblocking(false)?;
    stream.set_read_timeout(Some(Duration::from_millis(GREETING_WAIT_MS_MAX)))?;
    stream.write_all(PROTOCOL_HEADER)?;
    stream.flush()?;
    // Type, channel and size.
    let mut header = [0; 7];
    stream.read_exact(&mut header)?;
    let [kind, _, _, size @ ..] = header;
    let size = u32::from_be_bytes(size);
    let wrong = || io::Error::new(io::ErrorKind::InvalidData, "it greets in another way");
    if kind != METHOD_FRAME || size > GREETING_BYTES_MAX {
        return Err(wrong());
    }
    let mut body = vec![0; size as usize];
    stream.read_exact(&mut body)?;
    match parse_class(&body[..]) {
        Ok((_, AMQPClass::Connection(AMQPMethod::Start(start)))) => Ok(start.server_properties),
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Outcome;

    fn found(product: &str, version: &str) -> (Outcome, String) {
        let mut properties = FieldTable::default();
        for (name, value) in [("product", product), ("version", version)] {
            let value = AMQPValue::LongString(value.into());
            properties.insert(name.into(), value);
        }
        let finding = of_properties("version".to_owned(), &properties);
        (finding.outcome, finding.found)
    }

    #[test]
    fn a_broker_that_is_too_old_is_a_problem_with_both_versions() {
        for version in ["3.9.29", "3.8", "2.99.1"] {
            let (outcome, text) = found("RabbitMQ", version);
            assert_eq!(outcome, Outcome::Problem, "{version}");
            assert!(text.contains(version) && text.contains("3.10"), "{text}");
        }
        for version in ["3.10.0", "3.10", "3.13.7", "4.0.2-rc.1", "4.1"] {
            let (outcome, text) = found("RabbitMQ", version);
            assert_eq!(outcome, Outcome::Ok, "{version}");
            assert!(text.contains(version), "{text}");
        }
    }

    #[test]
    fn another_product_and_a_version_that_is_none_are_told_and_stop_nobody() {
        assert_eq!(found("LavinMQ", "2.0.0").0, Outcome::Warning);
        assert_eq!(found("RabbitMQ", "three").0, Outcome::Warning);
        let nothing = of_properties("version".to_owned(), &FieldTable::default());
        assert_eq!(nothing.outcome, Outcome::Warning);
    }
}
