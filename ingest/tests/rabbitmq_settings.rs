//! Encryption, users and vhosts of a RabbitMQ: what is right is taken, and what is wrong is refused
//! with the setting to look at.
#![cfg(feature = "amqp-tests")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

#[path = "amqp/own_broker.rs"]
#[allow(dead_code, reason = "the drill needs more of it")]
mod own_broker;

use std::time::{Duration, Instant};

use ingest::amqp_url::{AmqpUrl, Login};
use ingest::connect_error::ConnectError;
use ingest::publisher::{Outgoing, PublishError, Publisher};
use ingest::topology::{IN_EXCHANGE, PlantTopology};
use ingest::trust::Trust;
use own_broker::OwnBroker;

/// For how long the broker may tell an old number of messages.
const COUNTED_WAIT: Duration = Duration::from_secs(30);
const PASSWORD: &str = "not to be shown";

fn login(user: &str, password: &str, vhost: &str, trust: Option<Trust>) -> Login {
    Login {
        user: Some(user.to_owned()),
        password: Some(password.to_owned()),
        vhost: Some(vhost.to_owned()),
        trust,
        ..Login::default()
    }
}

/// The URL without what stands in settings of its own.
fn bare(url: &str) -> String {
    url.replace("guest:guest@", "").replace("/%2f", "")
}

/// Why there is no connection; nothing of it may show the password.
async fn refused(url: &str, login: Login) -> ConnectError {
    let url = AmqpUrl::with(url, login).unwrap();
    let opened = Publisher::connect(&url, "test").await;
    let Err(PublishError::Unconnected(error)) = opened else {
        panic!("it was not refused as a connection");
    };
    let texts = format!("{error} {error:?}");
    assert!(!texts.contains(PASSWORD), "{texts}");
    assert!(error.to_string().contains(&url.to_string()), "{error}");
    error
}

async fn publish(url: &AmqpUrl) {
    let publisher = Publisher::connect(url, "test").await.unwrap();
    let plant = PlantTopology::new(&"P1".parse().unwrap()).unwrap();
    plant.declare(publisher.channel()).await.unwrap();
    let type_name = "mfg.lot.created.v1";
    let message = Outgoing {
        exchange: IN_EXCHANGE,
        routing_key: &plant.routing_key(type_name),
        id: "1",
        type_name,
        body: &vec![b'x'; 300_000],
    };
    publisher.publish(message).await.unwrap();
    publisher.close().await;
}

/// The broker tells how much is in a queue some seconds later.
async fn both_are_there(broker: &OwnBroker) {
    let came = Instant::now();
    loop {
        let listed = broker.ctl(&["list_queues", "-q", "-p", "plant", "name", "messages"]);
        if listed.contains("twin.in.P1\t2") {
            return;
        }
        assert!(came.elapsed() < COUNTED_WAIT, "two are there: {listed}");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_is_reached_as_the_settings_say_and_each_wrong_one_is_named() {
    let broker = OwnBroker::start_with_tls();
    broker.ctl(&["add_vhost", "plant"]);
    broker.ctl(&["add_vhost", "foreign"]);
    broker.ctl(&["add_user", "twin", PASSWORD]);
    let ours = r"^twin\.";
    broker.ctl(&["set_permissions", "-p", "plant", "twin", ours, ours, ours]);
    let plain = bare(&broker.url);
    let encrypted = bare(&broker.tls_url());
    let ca = Trust::from_file(&broker.tls_file("ca.pem")).unwrap();
    let other = Trust::from_file(&broker.tls_file("other.pem")).unwrap();
    let twin = |vhost: &str, trust| login("twin", PASSWORD, vhost, trust);

    publish(&AmqpUrl::with(&plain, twin("plant", None)).unwrap()).await;
    publish(&AmqpUrl::with(&encrypted, twin("plant", Some(ca.clone()))).unwrap()).await;
    both_are_there(&broker).await;

    let error = refused(&encrypted, twin("plant", Some(other))).await;
    assert!(matches!(error, ConnectError::Untrusted { .. }), "{error:?}");
    assert!(error.to_string().contains("[broker] ca_file"), "{error}");
    let by_address = encrypted.replace("localhost", "127.0.0.1");
    let error = refused(&by_address, twin("plant", Some(ca.clone()))).await;
    assert!(matches!(error, ConnectError::Untrusted { .. }), "{error:?}");
    assert!(
        error.to_string().contains("host in [broker] url"),
        "{error}"
    );

    let wrong = login("twin", "wrong", "plant", Some(ca.clone()));
    let error = refused(&encrypted, wrong).await;
    assert!(
        matches!(error, ConnectError::Credentials { .. }),
        "{error:?}"
    );
    assert!(error.to_string().contains("password_file"), "{error}");
    assert!(error.to_string().contains("user twin"), "{error}");

    for vhost in ["nowhere", "foreign"] {
        let error = refused(&plain, twin(vhost, None)).await;
        assert!(matches!(error, ConnectError::Vhost { .. }), "{error:?}");
        assert!(error.to_string().contains("[broker] vhost"), "{error}");
        assert!(error.to_string().contains(vhost), "{error}");
    }

    let plain_as_tls = plain.replace("amqp://127.0.0.1", "amqps://localhost");
    let error = refused(&plain_as_tls, twin("plant", Some(ca))).await;
    assert!(matches!(error, ConnectError::Silent { .. }), "{error:?}");
    let tls_as_plain = encrypted.replace("amqps", "amqp");
    let error = refused(&tls_as_plain, twin("plant", None)).await;
    assert!(matches!(error, ConnectError::Silent { .. }), "{error:?}");
    assert!(error.to_string().contains("amqps:// where"), "{error}");

    drop(broker);
    let error = refused(&plain, twin("plant", None)).await;
    assert!(
        matches!(error, ConnectError::Unreachable { .. }),
        "{error:?}"
    );
    assert!(error.to_string().contains("[broker] url"), "{error}");
}
