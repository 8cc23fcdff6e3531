//! Subscriptions over a WebSocket, at the pace of the client, and consumers that confirm.

use std::path::Path;
use std::time::Duration;

use actors::Cursor;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::fold::Fold;
use crate::stock;
use crate::told_stream::{hear, over_events, say, web_socket};
use crate::twin_process::{Served, TwinProcess, wait_for};

/// A client that hears nothing for so long is not told anything.
const SILENCE: Duration = Duration::from_millis(400);
const TOLD_WITHIN: Duration = Duration::from_secs(30);
const STOP: Duration = Duration::from_secs(10);

fn serve(dir: &Path) -> TwinProcess {
    let served = Served {
        plant: "P1",
        clock: "event_time",
        broker: None,
    };
    TwinProcess::serve(dir, &served, "127.0.0.1:0")
}

fn tell(twin: &TwinProcess, numbers: std::ops::Range<usize>) {
    for n in numbers {
        assert_eq!(twin.post(&stock::events(n)).status, 200);
    }
}

fn newest(twin: &TwinProcess) -> Cursor {
    let seq = twin.get("/api/v1/plants/P1/state").json()["seq"].to_string();
    let plant = twin
        .get(&format!("/api/v1/plants/P1?wait_for={seq}"))
        .json();
    plant["cursor"].as_str().unwrap().parse().unwrap()
}

#[test]
fn a_client_gets_no_more_entries_than_it_has_granted_and_loses_none() {
    let dir = TempDir::new().unwrap();
    let twin = serve(dir.path());
    tell(&twin, 0..20);
    let mut socket = web_socket(&twin);
    socket.get_mut().set_read_timeout(Some(SILENCE)).unwrap();
    let asked = json!({"type": "subscribe", "plant": "P1", "snapshot": true, "credit": 7,
        "select": {"event": ["state.changed"]}});
    say(&mut socket, &asked);
    assert_eq!(hear(&mut socket).unwrap().event, "subscribed");
    let mut fold = Fold::default();
    let mut ids = Vec::new();
    while let Some(told) = hear(&mut socket) {
        assert_eq!(told.event, "snapshot");
        ids.push(told.data["id"].clone());
        fold.take(&told.data);
    }
    assert_eq!(ids.len(), 7, "no more than it has granted: {ids:?}");
    tell(&twin, 20..40);
    assert!(hear(&mut socket).is_none(), "nothing was granted since");
    say(&mut socket, &json!({"type": "credit", "entries": 100_000}));
    wait_for("everything", TOLD_WITHIN, || {
        while let Some(told) = hear(&mut socket) {
            if told.event != "snapshot.end" {
                fold.take(&told.data);
            }
        }
        fold.difference(&twin, "P1").is_none().then_some(())
    });
}

/// The kinds and ids that a follower is told of at once, and the last position.
fn told_now(twin: &TwinProcess, path: &str, until: &str) -> (Vec<String>, String) {
    let mut ids = Vec::new();
    let mut lines = twin.follow(path);
    let mut cursor = String::new();
    loop {
        let line = lines.next().unwrap();
        if let Some(id) = line.strip_prefix("id: ") {
            id.clone_into(&mut cursor);
        }
        let Some(data) = line.strip_prefix("data: ") else {
            continue;
        };
        let data: Value = serde_json::from_str(data).unwrap();
        let id = data["id"].as_str().unwrap().to_owned();
        ids.push(id.clone());
        if id == until {
            return (ids, cursor);
        }
    }
}

#[test]
fn a_named_consumer_comes_back_behind_what_it_confirmed_also_after_a_restart() {
    let dir = TempDir::new().unwrap();
    let twin = serve(dir.path());
    let path = "/api/v1/stream?plant=P1&event=state.changed&kind=lot&consumer=wms&snapshot=true";
    tell(&twin, 0..3);
    let (ids, _) = told_now(&twin, path, "L-2");
    assert_eq!(
        ids,
        ["L-0", "L-1", "L-2"],
        "what is there, as nothing is confirmed"
    );
    let confirmed = newest(&twin).to_string();
    let ack = "/api/v1/plants/P1/consumers/wms/ack";
    let body = json!({"cursor": confirmed}).to_string();
    let answer = twin.post_to(ack, body.as_bytes());
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.json()["cursor"], confirmed);
    tell(&twin, 3..5);
    let (ids, _) = told_now(&twin, path, "L-4");
    assert_eq!(
        ids.first().unwrap(),
        "L-3",
        "it goes on, and gets no snapshot"
    );
    twin.kill();

    let twin = serve(dir.path());
    let mut socket = web_socket(&twin);
    let asked = json!({"type": "subscribe", "plant": "P1", "consumer": "wms",
        "select": {"event": ["state.changed"], "kind": ["lot"]}});
    say(&mut socket, &asked);
    let greeting = hear(&mut socket).unwrap();
    assert_eq!(greeting.cursor.as_deref(), Some(&*confirmed));
    let first = hear(&mut socket).unwrap();
    assert_eq!(first.data["id"], "L-3", "not confirmed, so it comes again");
    let ack = json!({"type": "ack", "cursor": first.cursor});
    say(&mut socket, &ack);
    let acked = loop {
        let told = hear(&mut socket).unwrap();
        if told.event == "acked" {
            break told;
        }
    };
    assert_eq!(acked.data["consumer"], "wms");
    assert_eq!(acked.data["cursor"], json!(first.cursor));
    twin.terminate(STOP);
    let twin = serve(dir.path());
    let consumers = twin.get("/api/v1/plants/P1/consumers").json();
    assert_eq!(consumers[0]["name"], "wms");
    assert_eq!(consumers[0]["cursor"], json!(first.cursor));
    let forgotten = twin.post_to("/api/v1/plants/P1/consumers/wms/forget", b"");
    assert_eq!(forgotten.json()["was_known"], true);
}

#[test]
fn what_a_client_may_not_say_is_named_before_it_is_closed() {
    let dir = TempDir::new().unwrap();
    let twin = serve(dir.path());
    let subscribe = json!({"type": "subscribe", "plant": "P1"});
    let bad_kind = json!({"type": "subscribe", "plant": "P1", "select": {"kind": ["lots"]}});
    let no_plant = json!({"type": "subscribe", "plant": "P9"});
    let ahead = json!({"type": "ack", "cursor": "1-9-9"});
    let no_name = json!({"type": "subscribe", "plant": "P1", "consumer": "a b"});
    for (said, expected) in [
        (vec![&bad_kind], "kind: 'lots' is none of work_order"),
        (vec![&no_plant], "Plant P9 is not served here."),
        (
            vec![&ahead],
            "the first message must be of the type subscribe",
        ),
        (vec![&subscribe, &subscribe], "one subscription is all"),
        (
            vec![&subscribe, &ahead],
            "only a subscription with `consumer`",
        ),
        (vec![&no_name], "'a b' is no name of a consumer"),
    ] {
        let mut socket = web_socket(&twin);
        for message in said {
            say(&mut socket, message);
        }
        let error = loop {
            let told = hear(&mut socket).unwrap();
            if told.event == "error" {
                break told;
            }
        };
        let detail = error.data["detail"].as_str().unwrap();
        assert!(detail.starts_with(expected), "{detail}");
        assert!(hear(&mut socket).is_none(), "then it is closed");
    }
    let plain = twin.get("/api/v1/stream/ws");
    assert_eq!(
        (plain.status, &*plain.content_type),
        (400, "application/problem+json")
    );
    let ahead = json!({"cursor": "1-9-9"}).to_string();
    let refused = twin.post_to("/api/v1/plants/P1/consumers/wms/ack", ahead.as_bytes());
    assert_eq!(refused.status, 400);
    assert!(refused.text.contains("the plant has not reached 1-9-9"));
    drop(over_events(&twin, None));
}
