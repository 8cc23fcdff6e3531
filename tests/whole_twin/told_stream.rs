//! The change stream as a subscriber reads it, over either transport, from the same cursor.

use std::net::TcpStream;

use serde_json::{Value, json};
use tungstenite::{Message, WebSocket};

use crate::twin_process::TwinProcess;

/// One thing that was told.
#[derive(Debug)]
pub(crate) struct Told {
    /// A position to come back with.
    pub(crate) cursor: Option<String>,
    pub(crate) event: String,
    pub(crate) data: Value,
}

/// A WebSocket to a twin, on which nothing is said yet.
pub(crate) fn web_socket(twin: &TwinProcess) -> WebSocket<TcpStream> {
    let host = twin.url.strip_prefix("http://").unwrap();
    let stream = TcpStream::connect(host).unwrap();
    let address = format!("ws://{host}/api/v1/stream/ws");
    tungstenite::client(address, stream).unwrap().0
}

/// Says something.
pub(crate) fn say(socket: &mut WebSocket<TcpStream>, what: &Value) {
    socket.send(Message::text(what.to_string())).unwrap();
}

/// The next message; `None` when the connection is gone, or when it has a limit and nothing came
/// within it.
pub(crate) fn hear(socket: &mut WebSocket<TcpStream>) -> Option<Told> {
    loop {
        match socket.read().ok()? {
            Message::Text(text) => {
                let mut message: Value = serde_json::from_str(&text).unwrap();
                return Some(Told {
                    cursor: message["cursor"].as_str().map(str::to_owned),
                    event: message["event"].as_str().unwrap().to_owned(),
                    data: message["data"].take(),
                });
            }
            Message::Close(_) => return None,
            _ => {}
        }
    }
}

/// What is told over a WebSocket after a cursor, or with everything that is there first.
pub(crate) fn over_web_socket(
    twin: &TwinProcess,
    from: Option<&str>,
) -> impl Iterator<Item = Told> + use<> {
    let mut socket = web_socket(twin);
    let mut asked = json!({"type": "subscribe", "plant": "P1", "snapshot": true});
    if let Some(from) = from {
        asked["from"] = from.into();
    }
    say(&mut socket, &asked);
    std::iter::from_fn(move || hear(&mut socket))
}

/// What is told as server-sent events after a cursor, or with everything that is there first.
pub(crate) fn over_events(
    twin: &TwinProcess,
    from: Option<&str>,
) -> impl Iterator<Item = Told> + use<> {
    let from = from.map(|from| format!("&from={from}")).unwrap_or_default();
    let mut lines = twin.follow(&format!("/api/v1/stream?plant=P1&snapshot=true{from}"));
    std::iter::from_fn(move || {
        let (mut cursor, mut event) = (None, String::new());
        loop {
            let line = lines.next()?;
            if let Some(id) = line.strip_prefix("id: ") {
                cursor = Some(id.to_owned());
            } else if let Some(name) = line.strip_prefix("event: ") {
                name.clone_into(&mut event);
            } else if let Some(data) = line.strip_prefix("data: ") {
                let data = serde_json::from_str(data).unwrap();
                return Some(Told {
                    cursor,
                    event,
                    data,
                });
            } else if line.is_empty() && cursor.is_some() {
                // An id without data is a position.
                return Some(Told {
                    cursor,
                    event: "position".to_owned(),
                    data: Value::Null,
                });
            }
        }
    })
}
