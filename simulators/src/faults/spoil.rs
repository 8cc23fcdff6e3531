//! Messages that nobody can read.

use std::borrow::Cow;

use twin_model::Code;

use crate::faults::fault::Fault;
use crate::faults::plan::Corruption;
use crate::message::{Message, Spoiled};
use crate::random::Draw;

/// The version that nobody speaks yet.
const UNKNOWN_VERSION: &str = ".v99";
/// A byte that no UTF-8 has.
const NO_UTF8: u8 = 0xff;

/// The message spoiled in one way; `None` when its content makes that impossible, or no fault.
///
/// The id stays readable for people in every one, so no two of different events are equal.
pub(crate) fn spoiled(message: &Message, kind: Corruption, draw: Draw) -> Option<Message> {
    let body = &message.body;
    let (fault, code) = match kind {
        Corruption::Truncated => (Fault::Truncated, Code::R34),
        Corruption::BadUtf8 => (Fault::BadUtf8, Code::R34),
        Corruption::WrongType => (Fault::WrongType, Code::R34),
        Corruption::UnknownVersion => (Fault::UnknownVersion, Code::R33),
        Corruption::NoCorrelation => return None,
    };
    let mut type_name = message.type_name.clone();
    let body = match kind {
        Corruption::Truncated => {
            let from = place_of(body, b"\"type\":")?;
            let kept = from + draw.below((body.len() - from) as u64) as usize;
            body[..kept].to_vec()
        }
        Corruption::BadUtf8 => {
            let at = place_of(body, b"\"type\":\"")? + b"\"type\":\"".len();
            [&body[..at], &[NO_UTF8], &body[at..]].concat()
        }
        Corruption::WrongType => match draw.chance(0.5) {
            true => replaced(body, b"\"time\":\"", b"\"time\":17,\"was\":\"")?,
            false => replaced(body, b"\"data\":{", b"\"data\":17,\"was\":{")?,
        },
        Corruption::UnknownVersion => {
            let (name, _) = message.type_name.rsplit_once('.')?;
            let newer = format!("{name}{UNKNOWN_VERSION}");
            let told = format!("\"type\":\"{}\"", message.type_name);
            let said = format!("\"type\":\"{newer}\"");
            type_name = Cow::Owned(newer);
            replaced(body, told.as_bytes(), said.as_bytes())?
        }
        Corruption::NoCorrelation => return None,
    };
    Some(Message {
        type_name,
        is_first: false,
        spoiled: Some(Spoiled { fault, code }),
        body,
        ..message.clone()
    })
}

/// A message of a CloudEvents version that does not exist.
pub(crate) fn poison(message: &Message) -> Option<Message> {
    let spoiled = Spoiled {
        fault: Fault::Poison,
        code: Code::R34,
    };
    let body = replaced(
        &message.body,
        b"\"specversion\":\"1.0\"",
        b"\"specversion\":\"0.1\"",
    )?;
    Some(Message {
        is_first: false,
        spoiled: Some(spoiled),
        body,
        ..message.clone()
    })
}

fn place_of(body: &[u8], wanted: &[u8]) -> Option<usize> {
    body.windows(wanted.len()).position(|part| part == wanted)
}

/// The body with the first `told` as `said`.
fn replaced(body: &[u8], told: &[u8], said: &[u8]) -> Option<Vec<u8>> {
    let at = place_of(body, told)?;
    Some([&body[..at], said, &body[at + told.len()..]].concat())
}
