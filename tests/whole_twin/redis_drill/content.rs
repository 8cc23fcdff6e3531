//! What stands in Redis, compared with the twin in two ways: with the answers of its query API, and
//! with what it writes into a Redis that was emptied.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use redis::{Commands, Connection};
use serde_json::Value;

use crate::fold::LISTS;
use crate::own_redis::COPIED_WITHIN;
use crate::twin_process::{TwinProcess, wait_for};

/// The items and ids of every kind, whatever their keys are.
pub(crate) type Content = BTreeMap<String, BTreeMap<String, String>>;

/// Waits until the copy has what the twin has.
pub(crate) fn copied(
    connect: &dyn Fn() -> Option<Connection>,
    twin: &TwinProcess,
    limit: Duration,
) {
    let seq = twin.get("/api/v1/plants/P1/state").json()["seq"].to_string();
    wait_for("the copy", limit, || {
        let there: Option<String> = connect()?.hget("twin:{P1}:meta", "seq").ok()?;
        (there? == seq).then_some(())
    });
    twin.get(&format!("/api/v1/plants/P1?wait_for={seq}"));
}

/// Every key of items and ids.
pub(crate) fn content(redis: &mut Connection) -> Content {
    let keys: BTreeSet<String> = redis.keys("twin:{P1}:*").unwrap();
    let mut content = Content::new();
    for key in keys {
        let name = key.strip_prefix("twin:{P1}:").unwrap();
        if name.starts_with("gathered:") {
            let ttl: i64 = redis.ttl(&key).unwrap();
            assert!(ttl != -1, "{key} stays for ever");
        } else if let Some(kind) = name.strip_prefix("ids:") {
            let ids: Vec<String> = redis.zrange(&key, 0, -1).unwrap();
            let items: BTreeSet<String> = redis.hkeys(format!("twin:{{P1}}:{kind}")).unwrap();
            assert_eq!(ids.iter().cloned().collect::<BTreeSet<_>>(), items, "{key}");
        } else if name != "meta" && name != "changes" {
            content.insert(name.to_owned(), redis.hgetall(&key).unwrap());
        }
    }
    content
}

/// Whether it is what the query API answers, and what the twin writes anew.
pub(crate) fn is_the_twins(redis: &mut Connection, twin: &TwinProcess) -> Result<usize, String> {
    let here = content(redis);
    let mut items = 0;
    for (list, kind) in LISTS {
        let none = BTreeMap::new();
        let copied = here.get(kind).unwrap_or(&none);
        let answered = twin.items("P1", list);
        if copied.len() != answered.len() {
            let (copied, answered) = (copied.len(), answered.len());
            return Err(format!("{list}: {copied} copied, {answered} answered"));
        }
        for item in &answered {
            let id = item["id"].as_str().unwrap();
            let there: Option<Value> = copied
                .get(id)
                .map(|text| serde_json::from_str(text).unwrap());
            if there.as_ref() != Some(item) {
                return Err(format!("{list} {id}: {there:?} copied, {item} answered"));
            }
            items += 1;
        }
    }
    let (): () = redis::cmd("FLUSHALL").query(redis).unwrap();
    wait_for("the copy anew", COPIED_WITHIN, || {
        redis
            .hexists::<_, _, bool>("twin:{P1}:meta", "cursor")
            .unwrap()
            .then_some(())
    });
    let anew = content(redis);
    let keys = |content: &Content| content.keys().cloned().collect::<Vec<_>>();
    if keys(&here) != keys(&anew) {
        return Err(format!("{:?}, anew {:?}", keys(&here), keys(&anew)));
    }
    for (kind, items) in &here {
        for (id, item) in items {
            if anew[kind].get(id) != Some(item) {
                let anew = anew[kind].get(id);
                return Err(format!("{kind} {id}: {item}, anew {anew:?}"));
            }
        }
    }
    Ok(items)
}
