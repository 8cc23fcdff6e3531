//! What runs inside of Redis: each step of the copy is one script, so that readers never see half
//! of a commit, and an older opening of the plant never writes over a newer one.

use std::sync::LazyLock;

use redis::Script;

/// Entries that the stream of changes keeps, about.
pub const CHANGES_KEPT: u64 = 100_000;

/// Moves the copy from one position to the next.
///
/// `KEYS`: meta, changes, then the hashes of items that are written.
/// `ARGV`: epoch, position before, position after, entries kept; then the number of meta fields
/// and the fields; then the number of items, each as (place in `KEYS`, id, JSON); then the number
/// of changes, each as (stream id, type, JSON).
/// Gives `ok`, `gap` (the copy stands elsewhere), or `fenced` and the newer epoch.
pub(super) static ADVANCE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        r"
local meta = redis.call('HMGET', KEYS[1], 'epoch', 'cursor')
if meta[1] and tonumber(meta[1]) > tonumber(ARGV[1]) then return {'fenced', meta[1]} end
if meta[2] == ARGV[3] and ARGV[2] ~= ARGV[3] then return {'ok'} end
if meta[1] ~= ARGV[1] or meta[2] ~= ARGV[2] then return {'gap'} end
local at = 5
local fields = tonumber(ARGV[at])
for _ = 1, fields do
  redis.call('HSET', KEYS[1], ARGV[at + 1], ARGV[at + 2])
  at = at + 2
end
at = at + 1
local items = tonumber(ARGV[at])
for _ = 1, items do
  redis.call('HSET', KEYS[tonumber(ARGV[at + 1])], ARGV[at + 2], ARGV[at + 3])
  at = at + 3
end
at = at + 1
local changes = tonumber(ARGV[at])
for _ = 1, changes do
  redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[4], ARGV[at + 1], 'type', ARGV[at + 2], 'data', ARGV[at + 3])
  at = at + 3
end
redis.call('HSET', KEYS[1], 'cursor', ARGV[3])
if ARGV[2] ~= ARGV[3] then redis.call('PUBLISH', KEYS[2], ARGV[3]) end
return {'ok'}
",
    )
});

/// Takes the copy over for an epoch. `KEYS`: meta, then the keys in which items are gathered, which
/// are emptied. `ARGV`: epoch. Gives `ok`, or `fenced` and the newer epoch.
pub(super) static TAKE_OVER: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        r"
local epoch = redis.call('HGET', KEYS[1], 'epoch')
if epoch and tonumber(epoch) > tonumber(ARGV[1]) then return {'fenced', epoch} end
redis.call('HSET', KEYS[1], 'epoch', ARGV[1])
for place = 2, #KEYS do redis.call('UNLINK', KEYS[place]) end
return {'ok'}
",
    )
});

/// Puts what was gathered in the place of what was there. `KEYS`: meta, changes, then gathered and
/// items of each kind in turn. `ARGV`: epoch, position, stream id, number of meta fields and the
/// fields, then how many items were gathered of each kind. Gives `ok`, `gap` when something of
/// what was gathered is gone, or `fenced` and the newer epoch.
pub(super) static PUT_IN_PLACE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        r"
local epoch = redis.call('HGET', KEYS[1], 'epoch')
if epoch and tonumber(epoch) > tonumber(ARGV[1]) then return {'fenced', epoch} end
if epoch ~= ARGV[1] then return {'gap'} end
local at = 4
local fields = tonumber(ARGV[at])
local counts = at + 2 * fields
for place = 3, #KEYS, 2 do
  counts = counts + 1
  if redis.call('HLEN', KEYS[place]) ~= tonumber(ARGV[counts]) then return {'gap'} end
end
for place = 3, #KEYS, 2 do
  if redis.call('EXISTS', KEYS[place]) == 1 then
    redis.call('RENAME', KEYS[place], KEYS[place + 1])
  else
    redis.call('UNLINK', KEYS[place + 1])
  end
end
for _ = 1, fields do
  redis.call('HSET', KEYS[1], ARGV[at + 1], ARGV[at + 2])
  at = at + 2
end
redis.call('HSET', KEYS[1], 'cursor', ARGV[2])
redis.pcall('XADD', KEYS[2], ARGV[3], 'type', 'gap', 'data', ARGV[2])
redis.call('PUBLISH', KEYS[2], ARGV[2])
return {'ok'}
",
    )
});
