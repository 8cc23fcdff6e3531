//! What a subscriber is told at once, in the words of each transport.

use actors::Cursor;
use bytes::{BufMut, Bytes, BytesMut};
use serde::Serialize;
use serde_json::json;

use crate::changes::Sent;

/// One thing that is told.
#[derive(Debug)]
pub(crate) enum Piece {
    /// An entry of the change stream.
    Entry(Sent),
    /// What was put together for this subscriber.
    Made {
        /// The position to come back with, where it is one.
        cursor: Option<Cursor>,
        name: &'static str,
        /// JSON.
        data: String,
    },
    /// Nothing new, up to this position, where it is one to come back with.
    Position(Option<Cursor>),
}

impl Piece {
    pub(crate) fn made(cursor: Option<Cursor>, name: &'static str, data: &impl Serialize) -> Piece {
        Piece::Made {
            cursor,
            name,
            data: json!(data).to_string(),
        }
    }

    /// How many entries it is, for a client that counts them.
    pub(crate) fn entries(&self) -> usize {
        match self {
            Piece::Entry(_) => 1,
            Piece::Made { name, .. } => usize::from(*name == "snapshot"),
            Piece::Position(_) => 0,
        }
    }

    /// Adds it as a server-sent event.
    pub(crate) fn add_as_event(&self, chunk: &mut BytesMut) {
        let (cursor, name, data) = match self {
            Piece::Entry(sent) => match told(sent) {
                Some((name, data)) => (Some(sent.event.cursor), name, data),
                None => return chunk.extend_from_slice(&sent.event.frame()),
            },
            Piece::Made { cursor, name, data } => {
                (*cursor, *name, Bytes::copy_from_slice(data.as_bytes()))
            }
            // An id without data: who is cut off comes back with it.
            Piece::Position(cursor) => {
                add_id(*cursor, chunk);
                return chunk.extend_from_slice(b": heartbeat\n\n");
            }
        };
        add_id(cursor, chunk);
        chunk.extend_from_slice(format!("event: {name}\ndata: ").as_bytes());
        chunk.extend_from_slice(&data);
        chunk.extend_from_slice(b"\n\n");
    }

    /// It as a message in JSON: `event`, `cursor` where it is a position, and `data`.
    pub(crate) fn message(&self) -> Bytes {
        let (cursor, name, data) = match self {
            Piece::Entry(sent) => {
                let whole = || {
                    let (name, data) = sent.event.told();
                    (name, Bytes::from(data))
                };
                let (name, data) = told(sent).unwrap_or_else(whole);
                (Some(sent.event.cursor), name, data)
            }
            Piece::Made { cursor, name, data } => {
                (*cursor, *name, Bytes::copy_from_slice(data.as_bytes()))
            }
            Piece::Position(cursor) => (*cursor, "position", Bytes::from_static(b"null")),
        };
        let mut message = BytesMut::with_capacity(data.len() + 96);
        message.put_slice(format!("{{\"event\":\"{name}\"").as_bytes());
        if let Some(cursor) = cursor {
            message.put_slice(format!(",\"cursor\":\"{cursor}\"").as_bytes());
        }
        message.put_slice(b",\"data\":");
        message.put_slice(&data);
        message.put_u8(b'}');
        message.freeze()
    }
}

fn add_id(cursor: Option<Cursor>, chunk: &mut BytesMut) {
    if let Some(cursor) = cursor {
        chunk.extend_from_slice(format!("id: {cursor}\n").as_bytes());
    }
}

/// Name and data of an entry that this subscriber gets otherwise than most.
fn told(sent: &Sent) -> Option<(&'static str, Bytes)> {
    if let Some(base) = &sent.base
        && let Some(patch) = sent.event.patch(base)
    {
        return Some(("state.patched", patch));
    }
    if !sent.coalesced {
        return None;
    }
    let (name, mut data) = sent.event.told();
    let end = data.pop();
    assert_eq!(end, Some('}'), "what an entry tells is an object");
    data.push_str(",\"coalesced\":true}");
    Some((name, Bytes::from(data)))
}
