//! What runs inside of Redis: each step of the copy is one script, so that readers never see half
//! of a commit, and an older opening of the plant never writes over a newer one.

use std::sync::LazyLock;

use redis::Script;

/// Entries that the stream of changes keeps, about.
pub(super) const CHANGES_KEPT: u64 = 100_000;

/// Whether somebody else may write: an opening with a higher epoch, or another one with the same.
const FENCE: &str = r"
local function fence(epoch, owner)
  local meta = redis.call('HMGET', KEYS[1], 'epoch', 'owner', 'cursor')
  local theirs = tonumber(meta[1] or '0')
  local newer = theirs > tonumber(epoch) or (theirs == tonumber(epoch) and meta[2] ~= owner)
  return newer, meta
end
";

fn fenced(script: &str) -> Script {
    Script::new(&format!("{FENCE}{script}"))
}

/// Moves the copy from one position to the next. Everything that can be refused comes before
/// anything is written.
///
/// `KEYS`: meta, changes, then items and ids of each kind in turn.
/// `ARGV`: epoch, owner, position before, position after, entries kept; then the number of
/// changes, each as (stream id, type, JSON); then the number of items, each as (place in `KEYS`,
/// id, JSON); then the number of meta fields and the fields.
/// Gives `ok`, `gap` (the copy stands elsewhere), or `fenced` and the newer epoch.
pub(super) static ADVANCE: LazyLock<Script> = LazyLock::new(|| {
    fenced(
        r"
local newer, meta = fence(ARGV[1], ARGV[2])
if not meta[1] then return {'gap'} end
if newer then return {'fenced', meta[1]} end
if meta[3] == ARGV[4] and ARGV[3] ~= ARGV[4] then return {'ok'} end
if meta[1] ~= ARGV[1] or meta[3] ~= ARGV[3] then return {'gap'} end
local at = 6
for n = 1, tonumber(ARGV[at]) do
  local told = redis.pcall('XADD', KEYS[2], 'MAXLEN', '~', ARGV[5], ARGV[at + 1], 'type', ARGV[at + 2], 'data', ARGV[at + 3])
  if type(told) == 'table' and told.err then
    if n == 1 and string.find(told.err, 'equal or smaller') then return {'gap'} end
    return redis.error_reply(told.err)
  end
  at = at + 3
end
at = at + 1
for _ = 1, tonumber(ARGV[at]) do
  local place = tonumber(ARGV[at + 1])
  if redis.call('HSET', KEYS[place], ARGV[at + 2], ARGV[at + 3]) == 1 then
    redis.call('ZADD', KEYS[place + 1], 0, ARGV[at + 2])
  end
  at = at + 3
end
at = at + 1
for _ = 1, tonumber(ARGV[at]) do
  redis.call('HSET', KEYS[1], ARGV[at + 1], ARGV[at + 2])
  at = at + 2
end
redis.call('HSET', KEYS[1], 'cursor', ARGV[4])
if ARGV[3] ~= ARGV[4] then redis.pcall('PUBLISH', KEYS[2], ARGV[4]) end
return {'ok'}
",
    )
});

/// Takes the copy over for an opening. `KEYS`: meta, then the keys in which it gathers items, which
/// are emptied first: a full Redis has room again then. `ARGV`: epoch, owner. Gives `ok`, or
/// `fenced` and the newer epoch.
pub(super) static TAKE_OVER: LazyLock<Script> = LazyLock::new(|| {
    fenced(
        r"
local newer, meta = fence(ARGV[1], ARGV[2])
if meta[1] and newer then return {'fenced', meta[1]} end
for place = 2, #KEYS do redis.call('UNLINK', KEYS[place]) end
redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'owner', ARGV[2])
return {'ok'}
",
    )
});

/// Puts what was gathered in the place of what was there. `KEYS`: meta, changes, then of each kind
/// in turn gathered and items, gathered ids and ids. `ARGV`: epoch, owner, position, commit and index
/// of it as in stream ids, how many items were gathered of each kind, then the number of meta fields and the fields.
/// A stream that is ahead is of other openings and goes. Gives `ok`, `gap` when something of what
/// was gathered is gone, or `fenced` and the newer epoch.
pub(super) static PUT_IN_PLACE: LazyLock<Script> = LazyLock::new(|| {
    fenced(
        r"
local newer, meta = fence(ARGV[1], ARGV[2])
if not meta[1] then return {'gap'} end
if newer then return {'fenced', meta[1]} end
local at = 5
for place = 3, #KEYS, 4 do
  at = at + 1
  local all = tonumber(ARGV[at])
  if redis.call('HLEN', KEYS[place]) ~= all then return {'gap'} end
  if redis.call('ZCARD', KEYS[place + 2]) ~= all then return {'gap'} end
end
for place = 3, #KEYS, 2 do
  if redis.call('EXISTS', KEYS[place]) == 1 then
    redis.call('RENAME', KEYS[place], KEYS[place + 1])
    redis.call('PERSIST', KEYS[place + 1])
  else
    redis.call('UNLINK', KEYS[place + 1])
  end
end
local last = redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)[1]
if last then
  local commit, index = string.match(last[1], '(%d+)-(%d+)')
  commit, index = tonumber(commit), tonumber(index)
  local here = tonumber(ARGV[4])
  if commit > here or (commit == here and index >= tonumber(ARGV[5])) then
    redis.call('UNLINK', KEYS[2])
  end
end
redis.call('XADD', KEYS[2], ARGV[4] .. '-' .. ARGV[5], 'type', 'gap', 'data', ARGV[3])
at = at + 1
for _ = 1, tonumber(ARGV[at]) do
  redis.call('HSET', KEYS[1], ARGV[at + 1], ARGV[at + 2])
  at = at + 2
end
redis.call('HSET', KEYS[1], 'cursor', ARGV[3], 'copy', ARGV[2] .. '@' .. ARGV[3])
redis.pcall('PUBLISH', KEYS[2], ARGV[3])
return {'ok'}
",
    )
});
