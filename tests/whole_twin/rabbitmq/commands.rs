//! The commands of one plant, as a system that takes them sees them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use ingest::topology::{COMMANDS_EXCHANGE, PlantTopology, declare_commands};
use lapin::options::{BasicGetOptions, QueueBindOptions, QueueDeclareOptions, QueueDeleteOptions};
use lapin::types::FieldTable;
use serde_json::Value;
use tokio::runtime::Runtime;

use super::on_channel;

/// A queue of its own with the plant's commands; deleted at the end.
pub(crate) struct PlantCommands {
    queue: String,
    url: String,
    runtime: Runtime,
    /// What was taken, by the command's identifier.
    taken: Mutex<BTreeMap<String, Value>>,
}

impl PlantCommands {
    pub(crate) fn bind(url: &str, topology: &PlantTopology) -> PlantCommands {
        let runtime = Runtime::new().unwrap();
        let queue = format!("test.commands.{}", topology.plant());
        let key = topology.command_key("#");
        on_channel(&runtime, url, async |channel| {
            declare_commands(channel).await.unwrap();
            let (options, none) = (QueueDeclareOptions::durable(), FieldTable::default());
            let name = queue.as_str().into();
            channel.queue_declare(name, options, none).await.unwrap();
            let (options, none) = (QueueBindOptions::default(), FieldTable::default());
            let (name, exchange) = (queue.as_str().into(), COMMANDS_EXCHANGE.into());
            let bound = channel.queue_bind(name, exchange, key.as_str().into(), options, none);
            bound.await.unwrap();
        });
        PlantCommands {
            queue,
            url: url.to_owned(),
            runtime,
            taken: Mutex::default(),
        }
    }

    /// The events that commands were caused by, of all commands until now. A command may come
    /// twice, and then says the same.
    pub(crate) fn told(&self) -> BTreeSet<String> {
        let mut taken = self.taken.lock().unwrap();
        on_channel(&self.runtime, &self.url, async |channel| {
            let options = BasicGetOptions { no_ack: true };
            let next = async || channel.basic_get(self.queue.as_str().into(), options).await;
            while let Some(message) = next().await.unwrap() {
                let command: Value = serde_json::from_slice(&message.delivery.data).unwrap();
                let id = command["id"].as_str().unwrap().to_owned();
                let first = taken.entry(id).or_insert_with(|| command.clone());
                assert_eq!(*first, command, "one identifier says two things");
            }
        });
        let caused = taken.values();
        caused
            .map(|command| command["causationid"].as_str().unwrap().to_owned())
            .collect()
    }
}

impl Drop for PlantCommands {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        on_channel(&self.runtime, &self.url, async |channel| {
            let (name, options) = (self.queue.as_str().into(), QueueDeleteOptions::default());
            channel.queue_delete(name, options).await.unwrap();
        });
    }
}
