//! `twin doctor` against a RabbitMQ of its own: what is wrong is named with both values, and nothing
//! is changed by looking.
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use ingest::topology::QUEUE_BYTES_MAX;
use lapin::options::{BasicPublishOptions, ConfirmSelectOptions, QueueDeclareOptions};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Connection, ConnectionProperties};
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::own_broker::OwnBroker;
use crate::twin_process::{Served, TwinProcess, run_twin, wait_for};

/// A doctor takes no longer, also when nobody answers.
const DOCTOR_WAIT: Duration = Duration::from_secs(15);
const WAIT: Duration = Duration::from_secs(30);

/// What the doctor said.
struct Told {
    code: i32,
    findings: Vec<Value>,
}

impl Told {
    #[track_caller]
    fn about(&self, object: &str) -> &Value {
        let mut found = self.findings.iter().filter(|f| f["object"] == object);
        let first = found.next();
        first.unwrap_or_else(|| panic!("nothing about {object}: {:?}", self.findings))
    }

    #[track_caller]
    fn says(&self, object: &str, outcome: &str, words: &[&str]) {
        let finding = self.about(object);
        assert_eq!(finding["outcome"], outcome, "{finding}");
        let text = finding.to_string();
        for word in words {
            assert!(text.contains(word), "{word} is missing: {text}");
        }
        if outcome != "ok" {
            assert!(!finding["next"].as_str().unwrap().is_empty(), "{finding}");
            assert!(finding["owner"].is_string(), "{finding}");
        }
    }
}

#[track_caller]
fn doctor(config: &Path) -> Told {
    let started = Instant::now();
    let output = run_twin(&["doctor", "--config", config.to_str().unwrap(), "--json"]);
    assert!(started.elapsed() < DOCTOR_WAIT, "{:?}", started.elapsed());
    let errors = String::from_utf8_lossy(&output.stderr);
    let told: Value = serde_json::from_slice(&output.stdout).expect(&errors);
    let findings = told["findings"].as_array().unwrap().clone();
    let problem = findings.iter().any(|f| f["outcome"] == "problem");
    let code = output.status.code().unwrap();
    assert_eq!(code, i32::from(problem), "{findings:?}");
    assert!(errors.contains("looks at the broker"), "{errors}");
    assert!(
        !errors.contains("ERROR"),
        "what was asked for is no error: {errors}"
    );
    Told { code, findings }
}

/// A configuration that only its owner reads.
fn write_config(dir: &Path, url: &str, listen: &str) -> PathBuf {
    let plant = Served {
        plant: "P1",
        clock: "wall",
        broker: Some(url),
    };
    let text = fs::read_to_string(plant.write_config(dir)).unwrap();
    let path = dir.join("doctor.toml");
    fs::write(&path, format!("listen = \"{listen}\"\n{text}")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    path
}

/// Everything that the broker has, with arguments. Asked for in one go: each `rabbitmqctl` starts a
/// machine of its own. How many messages there are it would count some seconds late.
fn all_of(broker: &OwnBroker) -> String {
    let all = broker.ctl(&[
        "eval",
        "{lists:sort([{amqqueue:get_name(Q), amqqueue:get_arguments(Q)} \
            || Q <- rabbit_amqqueue:list()]), \
          lists:sort(rabbit_exchange:list(<<\"/\">>)), \
          lists:sort(rabbit_binding:list(<<\"/\">>))}.",
    ]);
    assert!(all.contains("amq.topic"), "{all}");
    all
}

fn on_channel(url: &str, work: impl AsyncFnOnce(&lapin::Channel)) {
    Runtime::new().unwrap().block_on(async {
        let connection = Connection::connect(url, ConnectionProperties::default());
        let connection = connection.await.unwrap();
        let channel = connection.create_channel().await.unwrap();
        let confirm = ConfirmSelectOptions::default();
        channel.confirm_select(confirm).await.unwrap();
        work(&channel).await;
        connection.close(200, "done".into()).await.unwrap();
    });
}

/// A plant's queue as the twin makes it, but for how often a message may be given back.
fn declare_with_limit(url: &str, queue: &str, limit: i64) {
    on_channel(url, async |channel| {
        let text = |value: &str| AMQPValue::LongString(value.into());
        let arguments = [
            ("x-queue-type", text("quorum")),
            ("x-overflow", text("reject-publish")),
            (
                "x-max-length-bytes",
                AMQPValue::LongLongInt(QUEUE_BYTES_MAX),
            ),
            ("x-delivery-limit", AMQPValue::LongLongInt(limit)),
            ("x-dead-letter-exchange", text("twin.dlx")),
            ("x-dead-letter-strategy", text("at-least-once")),
            ("x-single-active-consumer", AMQPValue::Boolean(true)),
        ];
        let mut table = FieldTable::default();
        for (name, value) in arguments {
            table.insert(name.into(), value);
        }
        let options = QueueDeclareOptions::durable();
        let declared = channel.queue_declare(queue.into(), options, table);
        declared.await.unwrap();
    });
}

fn send_dead_letter(url: &str) {
    on_channel(url, async |channel| {
        let options = BasicPublishOptions::default();
        let properties = BasicProperties::default();
        let key = "P1.nrt.anything".into();
        let sent = channel.basic_publish("twin.dlx".into(), key, options, b"{}", properties);
        sent.await.unwrap().await.unwrap();
    });
}

/// A URL as texts show it.
fn shown(url: &str) -> String {
    url.replace("guest:guest@", "")
}

#[test]
fn a_doctor_names_what_is_wrong_with_both_values_and_changes_nothing() {
    let broker = OwnBroker::start();
    let dir = tempfile::tempdir().unwrap();
    let url = &broker.url;

    let config = write_config(dir.path(), url, "127.0.0.1:1");
    let empty = all_of(&broker);
    let new = doctor(&config);
    assert_eq!(new.code, 0, "what the first start makes is no problem");
    new.says(
        "queue twin.in.P1",
        "warning",
        &["is not there", "start the twin"],
    );
    new.says("permissions", "ok", &[]);
    new.says("twin at http://127.0.0.1:1", "ok", &["no twin runs"]);
    assert_eq!(all_of(&broker), empty);
    assert!(!dir.path().join("data").exists());

    let config = dir.path().join("twin.toml");
    let arguments = [
        "serve",
        "--config",
        config.to_str().unwrap(),
        "--listen",
        "127.0.0.1:0",
    ];
    let twin = TwinProcess::start(&[&arguments[..], &["--json"]].concat(), dir.path());
    wait_for("the twin is ready", WAIT, || {
        (twin.get("/ready").status == 200).then_some(())
    });
    let listen = twin.url.strip_prefix("http://").unwrap();
    let config = write_config(dir.path(), url, listen);
    let healthy = all_of(&broker);
    let well = doctor(&config);
    let object = format!("twin at {}", twin.url);
    well.says(&object, "ok", &["live and ready"]);
    for name in ["twin.in.P1", "twin.in.P1.rt", "twin.dead", "twin.commands"] {
        well.says(&format!("queue {name}"), "ok", &["0 messages wait"]);
    }
    well.says("queue twin.in.P1", "ok", &["1 consumers"]);
    well.says("exchange twin.in", "ok", &[]);
    let version = format!("version of the broker {}", shown(url));
    well.says(&version, "ok", &["RabbitMQ ", "3.10 or later"]);
    // A disk that is a container's or nearly full is the machine's affair.
    let ill = well.findings.iter().filter(|f| f["outcome"] != "ok");
    let ill: Vec<&Value> = ill
        .filter(|f| !f["object"].as_str().unwrap().starts_with("plant P1"))
        .collect();
    assert!(ill.is_empty(), "{ill:?}");
    assert_eq!(all_of(&broker), healthy);
    assert!(twin.terminate(WAIT).success());

    send_dead_letter(url);
    broker.ctl(&["delete_queue", "twin.in.P1"]);
    broker.ctl(&["delete_queue", "twin.in.P1.rt"]);
    declare_with_limit(url, "twin.in.P1.rt", 5);
    fs::set_permissions(&config, fs::Permissions::from_mode(0o644)).unwrap();
    let before = all_of(&broker);
    let ill = doctor(&config);
    ill.says("queue twin.dead", "warning", &["1 messages", "0 should"]);
    ill.says("queue twin.in.P1", "warning", &["is not there"]);
    let both = ["x-delivery-limit is 5", "with 20", "delete_queue"];
    ill.says("queue twin.in.P1.rt", "problem", &both);
    let object = format!("configuration {}", config.display());
    ill.says(&object, "warning", &["mode 644"]);
    assert_eq!(all_of(&broker), before);
    let again = doctor(&config);
    again.says("queue twin.dead", "warning", &["1 messages"]);
}

#[test]
fn a_doctor_says_who_is_not_let_in_what_is_not_allowed_and_that_nobody_answers() {
    let broker = OwnBroker::start();
    let dir = tempfile::tempdir().unwrap();
    let with = |login: &str| broker.url.replace("guest:guest", login);
    broker.ctl(&["add_user", "reader", "pass"]);
    let only_queues = r"^twin\.(in|dead|doctor|commands$)";
    let permissions = [only_queues, only_queues, r"^twin\."];
    broker.ctl(&[&["set_permissions", "reader"], &permissions[..]].concat());
    let before = all_of(&broker);

    let config = write_config(dir.path(), &with("reader:pass"), "127.0.0.1:1");
    let told = doctor(&config);
    let object = "permissions (write to twin.commands.v1)";
    told.says(
        object,
        "problem",
        &["reader", "twin.commands.v1", "set_permissions"],
    );
    let object = "permissions (write to twin.in)";
    assert!(told.findings.iter().all(|f| f["object"] != object));

    let config = write_config(dir.path(), &with("reader:wrong"), "127.0.0.1:1");
    let told = doctor(&config);
    let about = told.findings.iter().find(|f| {
        f["object"]
            .as_str()
            .unwrap()
            .starts_with("broker amqp://127.0.0.1:")
    });
    let about = about.unwrap();
    assert_eq!(about["outcome"], "problem");
    let text = about.to_string();
    assert!(text.contains("refuses the user reader"), "{text}");
    assert!(!text.contains("wrong@"), "{text}");
    assert_eq!(all_of(&broker), before);

    let config = write_config(dir.path(), "amqp://a:b@127.0.0.1:1/%2f", "127.0.0.1:1");
    let told = doctor(&config);
    told.says(
        "broker amqp://127.0.0.1:1/%2f",
        "problem",
        &["nobody answers"],
    );
}

#[test]
fn a_doctor_reads_the_configuration_of_an_edge_too_and_looks_at_both_its_brokers() {
    let broker = OwnBroker::start();
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let config = dir.path().join("edge.toml");
    let text = format!(
        "listen = \"127.0.0.1:1\"\ndata_dir = {data:?}\nquota_mib = 64\n\
         [central]\nurl = \"{}\"\n[local]\nurl = \"amqp://a:b@127.0.0.1:1/%2f\"\n\
         [[plant]]\nid = \"P1\"\n",
        broker.url
    );
    fs::write(&config, &text).unwrap();
    fs::set_permissions(&config, fs::Permissions::from_mode(0o600)).unwrap();
    let before = all_of(&broker);
    let new = doctor(&config);
    assert_eq!(new.code, 1, "nobody is at the plant");
    let local = "broker amqp://127.0.0.1:1/%2f";
    new.says(local, "problem", &["nobody answers", "[local] url"]);
    let configuration = format!("configuration {}", config.display());
    new.says(&configuration, "ok", &["an edge for 1 plants"]);
    let spools = format!("edge in {}", data.join("edge").display());
    new.says(&spools, "warning", &["is not there yet"]);
    let version = format!("version of the broker {}", shown(&broker.url));
    new.says(&version, "ok", &["RabbitMQ "]);
    new.says("queue twin.in.P1", "warning", &["start the edge"]);
    new.says("edge at http://127.0.0.1:1", "ok", &["no edge runs"]);
    let commands = |finding: &&Value| finding["object"] == "queue twin.commands";
    assert_eq!(
        new.findings.iter().find(commands),
        None,
        "an edge sends none"
    );
    assert_eq!(all_of(&broker), before);
    assert!(!data.exists());

    fs::create_dir_all(data.join("edge")).unwrap();
    fs::write(
        &config,
        text.replace("quota_mib = 64", "quota_mib = 4000000000"),
    )
    .unwrap();
    let little = doctor(&config);
    little.says(&spools, "warning", &["MiB more may come by quota_mib"]);
}
