//! An edge between its senders and the central broker.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

#[cfg(feature = "amqp-tests")]
#[path = "amqp/bench.rs"]
mod bench;
#[cfg(feature = "amqp-tests")]
#[path = "edge/local_broker.rs"]
mod local_broker;
#[cfg(feature = "amqp-tests")]
#[path = "edge/never_taken.rs"]
mod never_taken;
#[cfg(feature = "amqp-tests")]
#[path = "amqp/own_broker.rs"]
#[allow(dead_code, reason = "other tests need more of it")]
mod own_broker;
#[path = "edge/sender.rs"]
#[allow(dead_code, reason = "without a broker less is asked")]
mod sender;

use std::path::Path;
use std::time::Duration;

use actors::{Share, Spools};
use ingest::amqp_url::{AmqpUrl, Login, Section};
#[cfg(feature = "chaos")]
use ingest::edge::report::EdgeReport;
use ingest::edge::{Edge, EdgeOptions};
use sender::{event, post};
use serde_json::{Value, json};

const QUOTA_BYTES: u64 = 64 * 1024 * 1024;

/// An edge for P1 and P2 whose central broker is not there.
fn alone(dir: &Path, quota_bytes: u64) -> Edge {
    let edge = Edge::start(EdgeOptions {
        dir: dir.to_owned(),
        quota_bytes,
        plants: vec!["P1".parse().unwrap(), "P2".parse().unwrap()],
        central: "amqp://127.0.0.1:1".parse().unwrap(),
        local: None,
    });
    edge.unwrap()
}

/// What lies in a spool, in its order.
async fn stored(dir: &Path, lane: &str) -> Vec<Value> {
    let spools = Spools::open(dir, QUOTA_BYTES).unwrap();
    let (spool, mut outlet) = spools.spool(Path::new(lane), Share::Rest).unwrap();
    let mut found = Vec::new();
    while spool.report().messages > 0 {
        let page = outlet.page().await.unwrap();
        for body in &page.messages {
            let text = String::from_utf8_lossy(body).into_owned();
            found.push(serde_json::from_slice(body).unwrap_or(Value::String(text)));
        }
        outlet.confirm(&page);
    }
    found
}

#[actix_web::test]
async fn events_are_stored_as_they_came_by_plant_and_by_how_soon_they_must_act() {
    let dir = tempfile::tempdir().unwrap();
    let edge = alone(dir.path(), QUOTA_BYTES);
    let (order, hold) = (
        event("P1", 1, "work_order.created"),
        event("P1", 2, "hold.placed"),
    );
    let unknown = event("P2", 3, "thing.of_tomorrow");
    for body in [&order, &hold, &unknown] {
        let answer = post(&edge, body.to_string()).await;
        assert_eq!(answer.status, 202, "{}", answer.body);
        assert_eq!(answer.body, json!({"stored": 1, "plant": body["plant"]}));
    }
    // A batch keeps its order, and is as urgent as the least urgent of it.
    let (first, second) = (event("P1", 4, "hold.placed"), event("P1", 5, "lot.created"));
    let broken = json!({"half": "of an event"});
    let batch = json!([first, broken, second]);
    let answer = post(&edge, batch.to_string()).await;
    assert_eq!(answer.body["stored"], 3, "{}", answer.body);
    let report = edge.inlet().report();
    assert_eq!(report.backlog.messages, 6);
    assert_eq!(report.backlog.bytes, report.held_bytes);
    assert!(!report.link_up && report.takes_messages);
    assert!(report.backlog.oldest.is_some());
    let metrics = report.metrics();
    let lane = "twin_edge_backlog_messages{plant=\"P1\",class=\"nrt\"} 4\n";
    assert!(metrics.contains(lane), "{metrics}");
    edge.stop().await;
    assert_eq!(
        stored(dir.path(), "P1/nrt").await,
        [order, first, broken, second]
    );
    assert_eq!(stored(dir.path(), "P1/rt").await, [hold]);
    assert_eq!(stored(dir.path(), "P2/nrt").await, [unknown]);
}

#[actix_web::test]
async fn what_has_no_way_from_here_is_refused_with_a_code_and_not_stored() {
    let dir = tempfile::tempdir().unwrap();
    let edge = alone(dir.path(), QUOTA_BYTES);
    let two = json!([event("P1", 1, "lot.created"), event("P2", 2, "lot.created")]);
    for (body, status, names) in [
        (event("P9", 1, "lot.created").to_string(), 404, "plant P9"),
        (two.to_string(), 400, "plants P1 and P2"),
        ("not JSON".to_owned(), 400, "no plant"),
        (json!({"plant": 7}).to_string(), 400, "no plant"),
        (json!({"plant": ""}).to_string(), 400, "can be none"),
    ] {
        let answer = post(&edge, body.clone()).await;
        assert_eq!(answer.status, status, "{body}: {}", answer.body);
        assert_eq!(answer.body["code"], "TWIN-R78", "{body}");
        let detail = answer.body["detail"].as_str().unwrap();
        assert!(
            detail.contains(names) && detail.contains("P1, P2"),
            "{detail}"
        );
        assert!(!answer.retry_after, "sending it again does not help");
    }
    let large = json!({"plant": "P1", "data": "x".repeat(300 * 1024)});
    assert_eq!(post(&edge, large.to_string()).await.status, 413);
    assert_eq!(post(&edge, "[]").await.status, 400);
    assert_eq!(edge.inlet().report().backlog.messages, 0);
    edge.stop().await;
}

#[actix_web::test]
async fn at_the_quota_nothing_is_taken_and_nothing_is_dropped() {
    let dir = tempfile::tempdir().unwrap();
    let edge = alone(dir.path(), 2_000);
    let mut taken = Vec::new();
    let refused = loop {
        let body = event("P1", taken.len() as u64, "lot.created");
        let answer = post(&edge, body.to_string()).await;
        match answer.status {
            202 => taken.push(body),
            _ => break answer,
        }
    };
    assert!(taken.len() > 3, "{taken:?}");
    assert_eq!((refused.status, refused.retry_after), (503, true));
    assert_eq!(refused.body["code"], "TWIN-R77");
    let held = edge.inlet().report().held_bytes;
    let detail = refused.body["detail"].as_str().unwrap();
    assert!(
        detail.contains(&held.to_string()) && detail.contains("2000"),
        "{detail}"
    );
    // What is kept for urgent messages is theirs alone.
    let reasons = edge.inlet().report().reasons();
    assert!(
        reasons.len() == 1 && reasons[0].contains("quota"),
        "{reasons:?}"
    );
    let mut urgent = Vec::new();
    let refused = loop {
        let body = event("P1", 50 + urgent.len() as u64, "hold.placed");
        let answer = post(&edge, body.to_string()).await;
        match answer.status {
            202 => urgent.push(body),
            _ => break answer,
        }
    };
    assert!(!urgent.is_empty(), "a hold gets through");
    assert_eq!((refused.status, refused.retry_after), (503, true));
    assert_eq!(refused.body["code"], "TWIN-R77");
    assert!(edge.inlet().report().held_bytes <= 2_000);
    edge.stop().await;
    // With a larger quota it goes on where it stood.
    let edge = alone(dir.path(), QUOTA_BYTES);
    let next = event("P1", 99, "lot.created");
    assert_eq!(post(&edge, next.to_string()).await.status, 202);
    taken.push(next);
    edge.stop().await;
    assert_eq!(stored(dir.path(), "P1/nrt").await, taken);
    assert_eq!(stored(dir.path(), "P1/rt").await, urgent);
}

#[cfg(feature = "chaos")]
#[actix_web::test]
async fn a_full_disk_is_told_before_anything_was_refused_and_gone_when_there_is_room() {
    let dir = tempfile::tempdir().unwrap();
    let edge = alone(dir.path(), QUOTA_BYTES);
    assert_eq!(edge.inlet().look().await.reasons(), [""; 0]);
    let disk = dir.path().join("P1/rt").join(actors::chaos::DISK_FILE);
    std::fs::write(&disk, "full").unwrap();
    let full = edge.inlet().look().await;
    let reasons = full.reasons();
    assert!(
        reasons.len() == 1 && reasons[0].contains("the disk has no room"),
        "{reasons:?}"
    );
    let says = |report: &EdgeReport, full: u8| {
        let line = format!("twin_edge_disk_refuses {full}\n");
        report.metrics().contains(&line)
    };
    assert!(says(&full, 1));
    std::fs::remove_file(&disk).unwrap();
    let well = edge.inlet().look().await;
    assert_eq!(well.reasons(), [""; 0]);
    assert!(says(&well, 0));
    edge.stop().await;
}

#[actix_web::test]
async fn a_broker_that_cannot_be_reached_is_told_with_the_section_that_says_where_it_is() {
    let nobody = |section| {
        let login = Login {
            section: Section(section),
            ..Login::default()
        };
        AmqpUrl::with("amqp://127.0.0.1:1", login).unwrap()
    };
    let dir = tempfile::tempdir().unwrap();
    let edge = Edge::start(EdgeOptions {
        dir: dir.path().to_owned(),
        quota_bytes: QUOTA_BYTES,
        plants: vec!["P1".parse().unwrap()],
        central: nobody("central"),
        local: Some(nobody("local")),
    });
    let edge = edge.unwrap();
    let (mut link, mut local) = (None, None);
    while link.is_none() || local.is_none() {
        tokio::time::sleep(Duration::from_millis(5)).await;
        let lane = edge.inlet().report().lanes.remove(0);
        (link, local) = (lane.link.last_error, lane.local.unwrap().last_error);
    }
    edge.stop().await;
    let (link, local) = (link.unwrap(), local.unwrap());
    assert!(
        link.contains("[central] url") && !link.contains("[broker]"),
        "{link}"
    );
    assert!(
        local.contains("[local] url") && !local.contains("[broker]"),
        "{local}"
    );
}
