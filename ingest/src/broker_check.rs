//! Looks at a broker without changing it: whether what the twin needs is there, and is as the twin
//! would make it.
//!
//! Each question goes on a channel of its own, which the broker closes when the answer is no. An
//! object is declared only after it was found, so that nothing is made. Not seen over AMQP:
//! bindings, policies, and which of several differing arguments comes after the first.

use std::time::{Duration, Instant};

use lapin::options::{BasicConsumeOptions, BasicQosOptions};
use lapin::types::FieldTable;
use lapin::{Channel, Connection, ErrorKind};

use crate::amqp_url::AmqpUrl;
use crate::broker_object::{BrokerObject, QueueCounts};
use crate::broker_permissions;
use crate::broker_version;
use crate::connection;
use crate::finding::{Finding, Owner};
use crate::inequivalence::Inequivalence;
use crate::topology::{DEAD_QUEUE, PlantTopology, command_objects};

/// Longest wait for a connection, in milliseconds.
const OPEN_WAIT_MS_MAX: u64 = 6_000;
/// Longest wait for the answer to one question, in milliseconds.
const ASK_WAIT_MS_MAX: u64 = 2_000;
/// Longest time for the connection and all questions together, in milliseconds; what would be asked
/// later is not asked.
const LOOK_MS_MAX: u64 = 9_000;
/// Longest wait for the broker to say goodbye, in milliseconds.
const CLOSE_WAIT_MS_MAX: u64 = 1_000;

/// AMQP reply code: no permission.
const ACCESS_REFUSED: u16 = 403;
/// AMQP reply code: there is no such object.
pub(crate) const NOT_FOUND: u16 = 404;
/// AMQP reply code: it exists with other arguments.
const PRECONDITION_FAILED: u16 = 406;

/// A plant whose objects are looked at.
#[derive(Debug)]
pub struct CheckedPlant {
    /// The names of its objects.
    pub topology: PlantTopology,
    /// Whether a twin serves it now, so that somebody must consume its queues.
    pub served: bool,
}

/// What the broker says to a question, when it does not do it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum No {
    /// It refuses, with its reply code.
    Refused { code: u16, text: String },
    /// It says nothing, or the connection is gone.
    Silent(String),
}

/// Who needs the broker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A twin, which takes events and sends commands.
    Twin,
    /// An edge, which forwards events there or takes them from there.
    Edge,
}

impl Role {
    fn as_str(self) -> &'static str {
        match self {
            Role::Twin => "twin",
            Role::Edge => "edge",
        }
    }
}

/// A connection that is asked.
pub(crate) struct Asked<'a> {
    url: &'a AmqpUrl,
    role: Role,
    connection: Connection,
    until: Instant,
}

/// Looks at the broker and at the objects of `plants`. Takes some seconds at most, also when the
/// broker does not answer. Nothing is left changed at the broker.
pub async fn check(url: &AmqpUrl, plants: &[CheckedPlant], role: Role) -> Vec<Finding> {
    let broker = format!("broker {url}");
    let until = Instant::now() + Duration::from_millis(LOOK_MS_MAX);
    let opened = url.connect("twin doctor");
    let opened = tokio::time::timeout(Duration::from_millis(OPEN_WAIT_MS_MAX), opened).await;
    let connection = match opened {
        Ok(Ok(connection)) => connection,
        Ok(Err(error)) => {
            let next = "mend what the sentence names, then run the doctor again";
            return vec![Finding::problem(
                broker,
                error.to_string(),
                Owner::Twin,
                next,
            )];
        }
        Err(_) => {
            let found = format!("no connection within {OPEN_WAIT_MS_MAX} ms");
            let next = "look whether it runs and whether a firewall drops what is sent there";
            return vec![Finding::problem(broker, found, Owner::Broker, next)];
        }
    };
    let asked = Asked {
        url,
        role,
        connection,
        until,
    };
    let (user, vhost) = (url.user(), url.vhost());
    let encrypted = match url.is_encrypted() {
        true => "encrypted, certificate accepted",
        false => "not encrypted",
    };
    let found = format!("answers; user {user} is let in to vhost {vhost}; {encrypted}");
    let mut findings = vec![Finding::ok(&broker, found), broker_version::look(url).await];
    let objects = objects_of(plants, role);
    for (object, served) in &objects {
        if !asked.is_over() {
            findings.extend(asked.look_at(object, *served).await);
        }
    }
    if !asked.is_over() {
        findings.extend(broker_permissions::check(&asked, &objects).await);
    }
    if asked.is_over() {
        let found = format!("did not answer all questions within {LOOK_MS_MAX} ms");
        let next = "look into its log, and at its disk and memory alarms; then ask again";
        findings.push(Finding::problem(&broker, found, Owner::Broker, next));
    }
    asked.close().await;
    findings
}

/// Everything that is declared for the plants, once each, with whether it is consumed now.
fn objects_of(plants: &[CheckedPlant], role: Role) -> Vec<(BrokerObject, bool)> {
    let mut objects: Vec<(BrokerObject, bool)> = Vec::new();
    for plant in plants {
        let mut own = plant.topology.objects();
        if role == Role::Twin {
            own.extend(command_objects());
        }
        for object in own {
            // What all plants share comes again with each of them.
            if objects.iter().all(|(known, _)| *known != object) {
                objects.push((object, plant.served));
            }
        }
    }
    objects
}

impl Asked<'_> {
    fn is_over(&self) -> bool {
        Instant::now() >= self.until
    }

    /// Asks on a channel of its own. One that was refused is closed already.
    pub(crate) async fn ask<T>(
        &self,
        question: impl AsyncFnOnce(&Channel) -> Result<T, lapin::Error>,
    ) -> Result<T, No> {
        let left = self.until.saturating_duration_since(Instant::now());
        let limit = left.min(Duration::from_millis(ASK_WAIT_MS_MAX));
        let answer = async {
            let channel = self.connection.create_channel().await?;
            let answer = question(&channel).await?;
            channel.close(200, "asked".into()).await?;
            Ok(answer)
        };
        match tokio::time::timeout(limit, answer).await {
            Ok(answer) => answer.map_err(|error: lapin::Error| No::of(&error)),
            Err(_) => Err(No::Silent(format!(
                "no answer within {} ms",
                limit.as_millis()
            ))),
        }
    }

    async fn look_at(&self, object: &BrokerObject, served: bool) -> Vec<Finding> {
        let Some(name) = object.name() else {
            return Vec::new();
        };
        let counts = match self.ask(async |channel| object.look(channel).await).await {
            Ok(counts) => counts,
            Err(No::Refused {
                code: NOT_FOUND, ..
            }) => {
                let next = format!(
                    "start the {}, which makes it at its next start or connection; what is sent \
                     there before is refused or goes nowhere",
                    self.role.as_str()
                );
                return vec![Finding::warning(name, "is not there", Owner::Twin, next)];
            }
            Err(no) => return vec![self.refused(&name, &no)],
        };
        let mut findings = Vec::new();
        if let Err(no) = self
            .ask(async |channel| object.declare(channel).await)
            .await
        {
            findings.push(self.differs(&name, &no, counts));
        }
        if let Some(counts) = counts {
            findings.extend(self.traffic(object, &name, counts, served).await);
        }
        if findings.is_empty() {
            let found = match counts {
                None => "as this twin makes it".to_owned(),
                Some(QueueCounts { waiting, consumers }) => {
                    format!("as this twin makes it; {waiting} messages wait, {consumers} consumers")
                }
            };
            findings.push(Finding::ok(name, found));
        }
        findings
    }

    /// What stands against the messages and consumers of a queue.
    async fn traffic(
        &self,
        object: &BrokerObject,
        name: &str,
        counts: QueueCounts,
        served: bool,
    ) -> Option<Finding> {
        let QueueCounts { waiting, consumers } = counts;
        let vhost = self.url.vhost();
        if object.is_queue(DEAD_QUEUE) && waiting > 0 {
            let found =
                format!("{waiting} messages were given back too often and wait here, 0 should");
            let next = format!(
                "look at them without taking them (management page of the broker, Get messages with \
                 requeue, or rabbitmqadmin -V {vhost} get queue={DEAD_QUEUE} \
                 ackmode=ack_requeue_true); then send them to twin.in again or purge the queue"
            );
            return Some(Finding::warning(name, found, Owner::Plant, next));
        }
        if object.is_consumed() && served && consumers == 0 {
            let role = self.role.as_str();
            let found = format!(
                "the {role} runs, but 0 consumers take from it, 1 should; {waiting} messages wait"
            );
            let next = format!(
                "read the reasons of /ready of the {role} and its log; is its {} this one?",
                self.url.section()
            );
            return Some(Finding::problem(name, found, Owner::Twin, next));
        }
        if waiting > 0 || consumers > 0 {
            return None;
        }
        match self
            .ask(async |channel| object.try_consume(channel).await)
            .await
        {
            Err(No::Silent(found)) => {
                let found = format!(
                    "is declared with 0 messages and 0 consumers, but does not take a consumer: \
                     {found}. It seems to have no leader, as after a kill of the broker just after \
                     the queue was made (ADR 0038)"
                );
                let next = format!(
                    "see rabbitmq-queues quorum_status -p {vhost} NAME; without a leader, \
                     rabbitmqctl delete_queue -p {vhost} NAME, then start the twin again, and have \
                     the sources send again what they sent since"
                );
                Some(Finding::problem(name, found, Owner::Broker, next))
            }
            Err(no) => Some(self.refused(name, &no)),
            Ok(()) => None,
        }
    }

    /// It is there, but may not be declared as we would.
    fn differs(&self, name: &str, no: &No, counts: Option<QueueCounts>) -> Finding {
        let difference = match no {
            No::Refused {
                code: PRECONDITION_FAILED,
                text,
            } => Inequivalence::read(text),
            _ => None,
        };
        let Some(difference) = difference else {
            return self.refused(name, no);
        };
        let Inequivalence {
            argument,
            asked,
            there,
        } = difference;
        let found = format!("{argument} is {there} at the broker, this twin makes it with {asked}");
        let next = match counts {
            Some(counts) => format!(
                "if a version of the twin or somebody else made it so on purpose, run that one; \
                 else let it run empty ({} messages wait), rabbitmqctl delete_queue -p {} NAME, and \
                 start the twin, which makes it anew. Other arguments may differ too",
                counts.waiting,
                self.url.vhost()
            ),
            None => {
                "delete it on the management page of the broker and start the twin, which makes \
                     it and its bindings anew"
                    .to_owned()
            }
        };
        Finding::problem(name, found, Owner::Broker, next)
    }

    /// The broker does not do what was asked of it.
    pub(crate) fn refused(&self, name: &str, no: &No) -> Finding {
        match no {
            No::Refused {
                code: ACCESS_REFUSED,
                text,
            } => {
                let (user, vhost) = (self.url.user(), self.url.vhost());
                let found = format!("the user {user} may not use it as the twin must: {text}");
                let next = format!(
                    "rabbitmqctl set_permissions -p {vhost} {user} '^twin\\.' '^twin\\.' '^twin\\.'"
                );
                Finding::problem(name, found, Owner::Broker, next)
            }
            No::Refused { text, .. } => {
                let next = "look into the log of the broker";
                Finding::problem(name, format!("the broker says {text}"), Owner::Broker, next)
            }
            No::Silent(why) => {
                let next = "look into the log of the broker, and at its disk and memory alarms";
                Finding::problem(name, why.clone(), Owner::Broker, next)
            }
        }
    }

    async fn close(self) {
        let limit = Duration::from_millis(CLOSE_WAIT_MS_MAX);
        let closing = connection::close(&self.connection);
        if tokio::time::timeout(limit, closing).await.is_err() {
            tracing::debug!("the connection is left behind");
        }
    }
}

impl No {
    fn of(error: &lapin::Error) -> No {
        match error.kind() {
            ErrorKind::ProtocolError(refusal) => No::Refused {
                code: refusal.get_id(),
                text: refusal.get_message().to_string(),
            },
            _ => No::Silent(error.to_string()),
        }
    }
}

impl BrokerObject {
    /// Takes a consumer for a moment, which a queue without a leader does not. Asked only of queues
    /// that are empty; a message that comes in this very moment goes back when the channel closes.
    async fn try_consume(&self, channel: &Channel) -> Result<(), lapin::Error> {
        if let BrokerObject::Queue { name, .. } = self {
            channel.basic_qos(1, BasicQosOptions::default()).await?;
            let (name, options) = (name.as_str().into(), BasicConsumeOptions::default());
            let tag = "twin.doctor".into();
            let consumer = channel.basic_consume(name, tag, options, FieldTable::default());
            consumer.await.map(drop)?;
        }
        Ok(())
    }
}
