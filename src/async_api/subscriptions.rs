//! The change stream over a WebSocket and over the broker.

use ingest::change_publisher::EVENTS_EXCHANGE;
use ingest::topology::PLANT_PARAMETER;
use serde_json::{Map, Value, json};

use super::{
    CLOUD_EVENT, SCHEMAS, STREAM_EVENTS, STREAMED, carried, plant_parameter, reference, routing_key,
};

/// Where the stream is spoken over a WebSocket.
const SOCKET: &str = "/api/v1/stream/ws";
/// Operation, channel, action and summary.
pub(super) const OPERATIONS: [(&str, &str, &str, &str); 3] = [
    (
        "hear",
        "socket",
        "receive",
        "The twin takes a subscription, credit and confirmations.",
    ),
    (
        "answer",
        "socket",
        "send",
        "The twin tells what is subscribed to, no faster than was granted.",
    ),
    (
        "publish",
        "changes",
        "send",
        "The twin publishes what changes, at least once and in order.",
    ),
];

pub(super) fn channels() -> [(String, Value); 2] {
    let socket = json!({
        "address": SOCKET,
        "title": "Changes over a WebSocket",
        "description": "One subscription per connection, which the client begins.",
        "servers": [reference("servers/twin")],
        "messages": carried(["said", "told"].into_iter()),
    });
    let changes = json!({
        "address": format!("{PLANT_PARAMETER}.{{kind}}.{{verb}}"),
        "title": "Changes over the broker",
        "description": "Off unless `[publish]` is configured. A change may come twice, with the \
                        same id. The stream queue twin.events.{plant} keeps them for replay.",
        "servers": [reference("servers/rabbitmq")],
        "parameters": {
            "plant": plant_parameter(),
            "kind": {"description": "The kind of item, such as lot; notice; or stream."},
            "verb": {"description": "changed or snapshot of an item; the kind of notice; gap or \
                                     snapshot_end of the stream."},
        },
        "messages": carried(std::iter::once("change")),
        "bindings": {"amqp": routing_key(EVENTS_EXCHANGE)},
    });
    [
        ("socket".to_owned(), socket),
        ("changes".to_owned(), changes),
    ]
}

pub(super) fn messages() -> Vec<(String, Value)> {
    let text = json!({"type": "string"});
    let texts = json!({"type": "array", "items": text});
    let selected = ["event", "kind", "id", "state", "notice", "code"];
    let selected: Map<String, Value> = selected
        .iter()
        .map(|name| ((*name).to_owned(), texts.clone()))
        .collect();
    let said = json!({"oneOf": [
        {"type": "object", "required": ["type", "plant"], "properties": {
            "type": {"const": "subscribe"}, "plant": text, "from": text,
            "snapshot": {"type": "boolean"}, "delta": {"type": "boolean"},
            "coalesce": {"type": "boolean"}, "consumer": text,
            "credit": {"type": "integer", "minimum": 0},
            "select": {"type": "object", "properties": selected},
        }},
        {"type": "object", "required": ["type", "entries"], "properties": {
            "type": {"const": "credit"}, "entries": {"type": "integer", "minimum": 0},
        }},
        {"type": "object", "required": ["type", "cursor"], "properties": {
            "type": {"const": "ack"}, "cursor": text,
        }},
    ]});
    let carries = |body: &str| reference(format_args!("{}/{STREAMED}{body}", &SCHEMAS[1..]));
    let data: Vec<Value> = STREAM_EVENTS.iter().map(|event| carries(event.1)).collect();
    let events = STREAM_EVENTS.iter().map(|event| event.0);
    let others = ["subscribed", "position", "acked", "error"];
    let events: Vec<&str> = events.chain(others).collect();
    let told = json!({"type": "object", "required": ["event", "data"], "properties": {
        "event": {"enum": events}, "cursor": text,
        "data": {"anyOf": [{"anyOf": data}, {"type": ["object", "null"]}]},
    }});
    let change = json!({"type": "object",
        "required": ["specversion", "id", "source", "type", "plant", "data"],
        "properties": {
            "specversion": {"const": "1.0"}, "id": text, "source": text, "type": text,
            "subject": text, "time": {"type": "string", "format": "date-time"}, "plant": text,
            "datacontenttype": {"const": "application/json"}, "data": {"anyOf": data},
        },
    });
    let message = |name: &str, content: &str, summary: &str, payload: Value| {
        let message = json!({"name": name, "contentType": content, "summary": summary,
            "payload": payload});
        (name.to_owned(), message)
    };
    let json = "application/json";
    vec![
        message(
            "said",
            json,
            "What a client asks, grants or confirms.",
            said,
        ),
        message("told", json, "What the stream tells, with its name.", told),
        message(
            "change",
            CLOUD_EVENT,
            "What changed, as a CloudEvent.",
            change,
        ),
    ]
}
