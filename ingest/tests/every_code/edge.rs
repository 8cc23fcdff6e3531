//! Codes that an edge gives, before any plant.

use std::fs;
use std::path::Path;

use actix_web::web;
use actors::{Share, Spools};
use ingest::edge::{Edge, EdgeOptions};
use serde_json::json;
use twin_model::Code;

use self::sender::{get, post};
use super::scene::{Said, message, q};

#[path = "../edge/sender.rs"]
#[allow(dead_code, reason = "the tests of the edge look at more")]
mod sender;

/// In ascending order, with what their sentences must name.
pub(crate) const CODES: [(Code, &[&str]); 4] = [
    (Code::R77, &["700", "bytes"]),
    (Code::R78, &["P1", "P9"]),
    (Code::R79, &["no room", "spool"]),
    (Code::R89, &["too large", "P1/nrt/1", "9 bytes"]),
];

/// What an edge with a quota of 700 bytes and without a link says.
pub(crate) async fn said() -> Vec<Said> {
    let dir = tempfile::tempdir().unwrap();
    set_aside(dir.path()).await;
    let edge = Edge::start(EdgeOptions {
        dir: dir.path().to_owned(),
        quota_bytes: 700,
        plants: vec!["P1".parse().unwrap()],
        // Nobody is there.
        central: "amqp://127.0.0.1:1".parse().unwrap(),
        local: None,
    });
    let edge = edge.unwrap();
    let order = |id: &str, name: &str| {
        let data = json!({"order": id, "material": "M", "quantity": q("100")});
        message(id, "/erp", name, "2026-03-01T06:00:00Z", &data)
    };
    let elsewhere = order("E-1", "work_order.created");
    let elsewhere = String::from_utf8(elsewhere.to_vec()).unwrap();
    let mut said = vec![refusal(&edge, elsewhere.replace("\"P1\"", "\"P9\"").into()).await];
    let disk = dir.path().join("P1/nrt").join(actors::chaos::DISK_FILE);
    fs::write(&disk, "full").unwrap();
    said.push(refusal(&edge, order("E-2", "work_order.created")).await);
    fs::remove_file(&disk).unwrap();
    let answer = post(&edge, order("E-3", "work_order.created")).await;
    assert_eq!((answer.status, &answer.body["stored"]), (202, &json!(1)));
    post(&edge, order("E-4", "work_order.created")).await;
    said.push(refusal(&edge, order("E-5", "work_order.created")).await);
    said.push(about_what_is_set_aside(&edge).await);
    edge.stop().await;
    said
}

/// As an earlier run left it, whose central broker refused a message.
async fn set_aside(dir: &Path) {
    let spools = Spools::open(dir, 700).unwrap();
    let (spool, mut outlet) = spools.spool(Path::new("P1/nrt"), Share::Rest).unwrap();
    spool.store(&["too large".into()]).await.unwrap();
    let page = outlet.page().await.unwrap();
    let answer = "it is too large".to_owned();
    outlet.set_aside(&page, 0, answer).unwrap();
    outlet.confirm(&page);
}

async fn about_what_is_set_aside(edge: &Edge) -> Said {
    let list = get(edge, "/api/v1/edge/aside").await.body;
    let item = &list["items"][0];
    let text = |name: &str| item[name].as_str().unwrap_or_default().to_owned();
    Said {
        code: text("code").parse().unwrap_or_else(|_| panic!("{list}")),
        kind: "exception",
        text: text("text"),
    }
}

async fn refusal(edge: &Edge, body: web::Bytes) -> Said {
    let answer = post(edge, body).await.body;
    let text = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
    Said {
        code: text("code").parse().unwrap_or_else(|_| panic!("{answer}")),
        kind: "refused",
        text: text("detail"),
    }
}
