//! The AsyncAPI 3.0 document: what goes over the broker and the stream, made from the tables that
//! decode events, encode commands and declare queues.

mod subscriptions;

use ingest::topology::{COMMANDS_EXCHANGE, COMMANDS_QUEUE, Class, IN_EXCHANGE, PLANT_PARAMETER};
use serde_json::{Map, Value, json};
use twin_model::wire::{Contract, Direction, SharedSchemas, shared_schemas};

use crate::event_examples::EXAMPLES;
use crate::no_route::STREAM;

/// Where the document keeps its schemas.
const SCHEMAS: &str = "/components/schemas";
const CLOUD_EVENT: &str = "application/cloudevents+json";
/// Before the name of a schema that `/openapi.json` has too.
const STREAMED: &str = "Stream";
/// The events of the stream with what they carry, as `/openapi.json` describes it.
const STREAM_EVENTS: [(&str, &str, &str); 7] = [
    ("state.changed", "StateChanged", "An item in its new state."),
    (
        "state.patched",
        "StatePatched",
        "What is different in an item, with delta=true.",
    ),
    (
        "snapshot",
        "SnapshotView",
        "An item that is there, with snapshot=true.",
    ),
    (
        "snapshot.end",
        "SnapshotEndView",
        "Every item that is there was told; the changes behind it follow.",
    ),
    (
        "notice",
        "NoticeView",
        "Something that people should hear of.",
    ),
    (
        "counts",
        "CountsChanged",
        "What became of the input, at most once a second.",
    ),
    (
        "gap",
        "GapView",
        "Changes were missed: read the lists again, the stream goes on.",
    ),
];

/// The whole document.
pub(crate) fn document(contracts: &[Contract]) -> Value {
    let shared = shared_schemas(SCHEMAS);
    let mut channels = Map::new();
    let mut operations = Map::new();
    for class in Class::ALL {
        let (name, word) = (format!("events-{}", class.word()), class.word());
        channels.insert(name.clone(), events_channel(class, contracts));
        let summary = format!("The twin takes events of class {word}.");
        operations.insert(
            format!("take-{word}"),
            operation("receive", &name, &summary),
        );
    }
    channels.insert("commands".to_owned(), commands_channel(contracts));
    let summary = "The twin tells other systems what it has decided.";
    operations.insert("command".to_owned(), operation("send", "commands", summary));
    channels.insert("stream".to_owned(), stream_channel());
    let summary = "The twin tells followers what changes, as server-sent events.";
    operations.insert("tell".to_owned(), operation("send", "stream", summary));
    for (name, channel, action, summary) in subscriptions::OPERATIONS {
        operations.insert(name.to_owned(), operation(action, channel, summary));
    }
    channels.extend(subscriptions::channels());
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "plant-twin",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "A live picture of a plant: what it takes from a broker, what it sends, \
                            and the stream of its changes. Requests and answers over HTTP are \
                            described at /openapi.json.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": CLOUD_EVENT,
        "servers": servers(),
        "channels": channels,
        "operations": operations,
        "components": {
            "messages": messages(contracts, &shared),
            "schemas": schemas(shared),
        },
    })
}

fn servers() -> Value {
    json!({
        "rabbitmq": {
            "host": "{host}:5672",
            "protocol": "amqp",
            "protocolVersion": "0.9.1",
            "description": "The broker of the plant.",
            "variables": {"host": {"default": "localhost"}},
        },
        "twin": {
            "host": "{host}:8080",
            "protocol": "http",
            "description": "The twin itself.",
            "variables": {"host": {"default": "localhost"}},
        },
    })
}

fn reference(to: impl std::fmt::Display) -> Value {
    json!({"$ref": format!("#/{to}")})
}

fn operation(action: &str, channel: &str, summary: &str) -> Value {
    json!({
        "action": action,
        "channel": reference(format_args!("channels/{channel}")),
        "summary": summary,
    })
}

/// References to the messages of these types, as a channel names them.
fn carried<'c>(types: impl Iterator<Item = &'c str>) -> Map<String, Value> {
    types
        .map(|name| {
            (
                name.to_owned(),
                reference(format_args!("components/messages/{name}")),
            )
        })
        .collect()
}

fn plant_parameter() -> Value {
    json!({"description": "The plant. Everything but letters, digits, dash and underscore is \
                           percent-encoded."})
}

fn events_channel(class: Class, contracts: &[Contract]) -> Value {
    let of_class = || {
        let events = contracts.iter().filter(|c| c.direction == Direction::In);
        let types = events.map(|contract| contract.type_name);
        types.filter(move |name| Class::of(name) == class)
    };
    json!({
        "address": format!("{PLANT_PARAMETER}.{}.{{type}}", class.word()),
        "title": format!("Events of class {}", class.word()),
        "description": match class {
            Class::RealTime => "What must act within a second; it overtakes the other classes.",
            Class::NearRealTime => "What acts within a minute, in the order of its source.",
        },
        "servers": [reference("servers/rabbitmq")],
        "parameters": {
            "plant": plant_parameter(),
            "type": {"description": "The CloudEvents type.", "enum": of_class().collect::<Vec<_>>()},
        },
        "messages": carried(of_class()),
        "bindings": {"amqp": routing_key(IN_EXCHANGE)},
    })
}

fn commands_channel(contracts: &[Contract]) -> Value {
    let types = || {
        let commands = contracts.iter().filter(|c| c.direction == Direction::Out);
        commands.map(|contract| contract.type_name)
    };
    json!({
        "address": format!("{PLANT_PARAMETER}.{{type}}"),
        "title": "Commands",
        "description": format!("Without a queue of your own they wait in {COMMANDS_QUEUE}. A \
                                command may come twice, with the same id."),
        "servers": [reference("servers/rabbitmq")],
        "parameters": {
            "plant": plant_parameter(),
            "type": {"description": "The CloudEvents type.", "enum": types().collect::<Vec<_>>()},
        },
        "messages": carried(types()),
        "bindings": {"amqp": routing_key(COMMANDS_EXCHANGE)},
    })
}

fn routing_key(exchange: &str) -> Value {
    json!({
        "is": "routingKey",
        "exchange": {
            "name": exchange, "type": "topic", "durable": true, "autoDelete": false, "vhost": "/",
        },
        "bindingVersion": "0.3.0",
    })
}

fn stream_channel() -> Value {
    json!({
        "address": format!("{STREAM}?plant={PLANT_PARAMETER}"),
        "title": "Changes",
        "description": "Server-sent events. Each has its cursor as id: send it as Last-Event-ID to \
                        go on after a break without a gap or a duplicate.",
        "servers": [reference("servers/twin")],
        "parameters": {"plant": plant_parameter()},
        "messages": carried(STREAM_EVENTS.iter().map(|(event, _, _)| *event)),
    })
}

fn messages(contracts: &[Contract], shared: &SharedSchemas) -> Map<String, Value> {
    let data = shared.types.iter().map(|(name, schema)| (*name, schema));
    let typed = contracts.iter().zip(data).map(|(contract, (name, data))| {
        assert_eq!(contract.type_name, name, "both come from the same tables");
        (name.to_owned(), message(contract, data))
    });
    let streamed = STREAM_EVENTS.iter().map(|(event, body, summary)| {
        let message = json!({
            "name": event,
            "contentType": "application/json",
            "summary": summary,
            "payload": reference(format_args!("components/schemas/{STREAMED}{body}")),
        });
        ((*event).to_owned(), message)
    });
    typed
        .chain(streamed)
        .chain(subscriptions::messages())
        .collect()
}

fn message(contract: &Contract, data: &Value) -> Value {
    let name = contract.type_name;
    let envelope = match contract.direction {
        Direction::In => "EventEnvelope",
        Direction::Out => "CommandEnvelope",
    };
    let mut message = json!({
        "name": name,
        "contentType": CLOUD_EVENT,
        "payload": {
            "allOf": [
                reference(format_args!("components/schemas/{envelope}")),
                {"type": "object", "properties": {"type": {"const": name}, "data": data}},
            ],
        },
    });
    if let Some(example) = EXAMPLES.get(name) {
        message["summary"] = example.summary.into();
        message["examples"] = json!([{"payload": example.message}]);
    }
    if let Some(class) = contract.criticality {
        message["x-class"] = class.as_str().into();
    }
    message
}

/// What the events of the stream carry, with everything that it refers to.
fn streamed_schemas() -> Map<String, Value> {
    let api = json!(projections::http::openapi());
    let mut wanted: Vec<String> = STREAM_EVENTS
        .iter()
        .map(|event| event.1.to_owned())
        .collect();
    let mut schemas = Map::new();
    while let Some(name) = wanted.pop() {
        let mut schema = api["components"]["schemas"][&name].clone();
        point_inside(&mut schema, &mut wanted);
        schemas.insert(format!("{STREAMED}{name}"), schema);
        wanted.retain(|name| !schemas.contains_key(&format!("{STREAMED}{name}")));
    }
    schemas
}

/// Turns references into this document, and lists what they name.
fn point_inside(schema: &mut Value, named: &mut Vec<String>) {
    match schema {
        Value::Object(fields) => {
            if let Some(Value::String(to)) = fields.get_mut("$ref")
                && let Some(name) = to.strip_prefix("#/components/schemas/").map(str::to_owned)
            {
                *to = format!("#{SCHEMAS}/{STREAMED}{name}");
                named.push(name);
            }
            fields
                .values_mut()
                .for_each(|field| point_inside(field, named));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| point_inside(item, named)),
        _ => {}
    }
}

fn schemas(shared: SharedSchemas) -> Map<String, Value> {
    let mut schemas = shared.definitions;
    let id = json!({"type": "string", "minLength": 1, "maxLength": twin_model::ID_BYTES_MAX});
    let time = json!({"type": "string", "format": "date-time"});
    let common = json!({
        "specversion": {"const": "1.0"},
        "id": id,
        "source": id,
        "type": {"type": "string"},
        "time": time,
        "plant": id,
        "data": {"type": "object"},
    });
    let required = [
        "specversion",
        "id",
        "source",
        "type",
        "time",
        "plant",
        "data",
    ];
    let more = |more: Value| {
        let mut properties = common.clone();
        if let (Value::Object(all), Value::Object(more)) = (&mut properties, more) {
            all.extend(more);
        }
        json!({"type": "object", "properties": properties, "required": required})
    };
    let text = json!({"type": ["string", "null"]});
    let event = more(json!({"sequence": text, "correlationid": text}));
    let command = more(json!({
        "subject": {"type": "string"}, "datacontenttype": {"const": "application/json"},
        "correlationid": text, "causationid": id,
    }));
    let known = [
        schemas.insert("EventEnvelope".to_owned(), event),
        schemas.insert("CommandEnvelope".to_owned(), command),
    ];
    assert_eq!(
        known,
        [None, None],
        "no type of data has the name of an envelope"
    );
    schemas.extend(streamed_schemas());
    schemas
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use twin_model::wire::version::NEWER_TYPES;
    use twin_model::wire::{EVENT_TYPES, contracts};
    use twin_model::{COMMAND_TYPES, Criticality};

    use super::*;

    fn refs<'v>(value: &'v Value, found: &mut BTreeSet<&'v str>) {
        match value {
            Value::Object(fields) => {
                found.extend(fields.get("$ref").and_then(Value::as_str));
                fields.values().for_each(|field| refs(field, found));
            }
            Value::Array(items) => items.iter().for_each(|item| refs(item, found)),
            _ => {}
        }
    }

    #[test]
    fn every_type_is_carried_by_exactly_one_channel() {
        let document = document(&contracts());
        let mut carried = Vec::new();
        for (name, channel) in document["channels"].as_object().unwrap() {
            let messages = channel["messages"].as_object().unwrap();
            assert!(!messages.is_empty(), "{name}");
            carried.extend(
                messages
                    .keys()
                    .filter(|name| name.starts_with("mfg."))
                    .cloned(),
            );
        }
        carried.sort();
        let mut known = [EVENT_TYPES, COMMAND_TYPES].concat();
        known.extend(NEWER_TYPES.iter().map(|(newer, _)| *newer));
        known.sort_unstable();
        assert_eq!(carried, known);
        let urgent = &document["channels"]["events-rt"];
        assert_eq!(urgent["address"], "{plant}.rt.{type}");
        assert!(urgent["messages"]["mfg.hold.placed.v1"].is_object());
        assert_eq!(urgent["bindings"]["amqp"]["exchange"]["name"], "twin.in");
    }

    #[test]
    fn everything_that_is_named_is_there() {
        let document = document(&contracts());
        let mut found = BTreeSet::new();
        refs(&document, &mut found);
        assert!(found.len() > 60, "{}", found.len());
        for name in found {
            let at = name.strip_prefix('#').unwrap();
            assert!(document.pointer(at).is_some(), "{name}");
        }
        let changed = &document["components"]["schemas"]["StreamStateChanged"];
        assert!(changed["properties"]["state"].is_object());
        for operation in document["operations"].as_object().unwrap().values() {
            assert!(["send", "receive"].contains(&operation["action"].as_str().unwrap()));
        }
    }

    #[test]
    fn every_event_comes_with_its_example() {
        let document = document(&contracts());
        for name in EVENT_TYPES {
            let message = &document["components"]["messages"][name];
            assert_eq!(message["examples"][0]["payload"]["type"], *name);
            assert_eq!(message["x-class"], Criticality::of(name).as_str());
        }
    }
}
