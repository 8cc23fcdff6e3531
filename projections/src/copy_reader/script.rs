//! What is asked of Redis: each question is one script that only reads, so that an answer is of one
//! moment, with meta and items of the same commit.

use redis::Cmd;
use twin_model::EntityKind;

use crate::redis_copy::Keys;

/// The fields of the meta hash that answers are made of, in this order.
const META: &str = r"
local meta = redis.call('HMGET', KEYS[1], 'format', 'cursor', 'as_of', 'written_at', 'sources', 'plant', 'copy')
";

/// `KEYS`: meta. Gives meta.
const LOOK: &str = "return {meta}";

/// `KEYS`: meta, items. `ARGV`: id. Gives meta and the item.
const ITEM: &str = "return {meta, redis.call('HGET', KEYS[2], ARGV[1])}";

/// `KEYS`: meta, ids, items. `ARGV`: where to begin, how many. Gives meta, ids and items.
const PAGE: &str = r"
local ids = redis.call('ZRANGE', KEYS[2], ARGV[1], '+', 'BYLEX', 'LIMIT', 0, ARGV[2])
if #ids == 0 then return {meta, {}, {}} end
return {meta, ids, redis.call('HMGET', KEYS[3], unpack(ids))}
";

/// `KEYS`: meta, changes. `ARGV`: first and last id, how many. Gives meta, the id of the oldest entry
/// that is kept (nothing when there is none), and entries.
const CHANGES: &str = r"
local oldest = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)[1]
local entries = redis.call('XRANGE', KEYS[2], ARGV[1], ARGV[2], 'COUNT', ARGV[3])
return {meta, oldest and oldest[1] or false, entries}
";

fn question(script: &str, keys: &[String]) -> Cmd {
    let mut question = redis::cmd("EVAL_RO");
    question.arg(format!("{META}{script}")).arg(keys.len());
    for key in keys {
        question.arg(key);
    }
    question
}

/// How far the copy is.
pub(super) fn look(keys: &Keys) -> Cmd {
    question(LOOK, &[keys.meta()])
}

/// One item.
pub(super) fn item(keys: &Keys, kind: EntityKind, id: &str) -> Cmd {
    let mut question = question(ITEM, &[keys.meta(), keys.items(kind)]);
    question.arg(id);
    question
}

/// Up to `count` items behind the id `after`.
pub(super) fn page(keys: &Keys, kind: EntityKind, after: Option<&str>, count: usize) -> Cmd {
    let mut question = question(PAGE, &[keys.meta(), keys.ids(kind), keys.items(kind)]);
    let from = after.map_or_else(|| "-".to_owned(), |after| format!("({after}"));
    question.arg(from).arg(count);
    question
}

/// Up to `count` entries of the change stream after one place and up to another.
pub(super) fn changes(keys: &Keys, (after, to): (&str, Option<String>), count: usize) -> Cmd {
    let mut question = question(CHANGES, &[keys.meta(), keys.changes()]);
    question
        .arg(format!("({after}"))
        .arg(to.unwrap_or_else(|| "+".to_owned()))
        .arg(count);
    question
}
