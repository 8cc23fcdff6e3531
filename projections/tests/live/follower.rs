//! Reads server-sent events as a subscriber does.

use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use serde_json::Value;

use crate::live_plant::LivePlant;

/// A frame that does not come within this is not coming.
const PATIENCE: Duration = Duration::from_secs(15);

/// One server-sent event.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Frame {
    pub(crate) id: Option<String>,
    pub(crate) event: String,
    pub(crate) data: Value,
}

/// An open stream.
pub(crate) struct Follower {
    body: BoxBody,
    text: String,
    pub(crate) comments: Vec<String>,
    /// What a browser would come back with.
    pub(crate) last_id: Option<String>,
}

impl Follower {
    pub(crate) async fn open(plant: &LivePlant, from: Option<&str>) -> Follower {
        let query = from.map(|from| format!("&from={from}")).unwrap_or_default();
        let path = format!("/api/v1/stream?plant=P1{query}");
        Follower::of(plant, &path, &[]).await
    }

    pub(crate) async fn resume(plant: &LivePlant, last_event_id: &str) -> Follower {
        let headers = [("last-event-id", last_event_id)];
        Follower::of(plant, "/api/v1/stream?plant=P1", &headers).await
    }

    /// One with more parameters.
    pub(crate) async fn asking(plant: &LivePlant, parameters: &str) -> Follower {
        Follower::of(plant, &format!("/api/v1/stream?plant=P1&{parameters}"), &[]).await
    }

    async fn of(plant: &LivePlant, path: &str, headers: &[(&str, &str)]) -> Follower {
        let response = plant.ask(path, headers).await;
        assert_eq!(response.status(), 200);
        let content_type = response.headers().get("content-type").unwrap();
        assert_eq!(content_type, "text/event-stream");
        Follower {
            body: response.into_body(),
            text: String::new(),
            comments: Vec::new(),
            last_id: None,
        }
    }

    /// The next event; `None` at the end of the stream.
    pub(crate) async fn next(&mut self) -> Option<Frame> {
        loop {
            while let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                if let Some(frame) = self.parse(&block) {
                    return Some(frame);
                }
            }
            self.read().await?;
        }
    }

    /// Reads one more piece of the body.
    pub(crate) async fn read(&mut self) -> Option<()> {
        let chunk = poll_fn(|cx| Pin::new(&mut self.body).poll_next(cx));
        let chunk = actix_web::rt::time::timeout(PATIENCE, chunk).await;
        let chunk = chunk.expect("a frame comes")?.unwrap();
        self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        Some(())
    }

    /// The next event that is not `counts`. Heartbeats do not renew the patience.
    pub(crate) async fn news(&mut self) -> Option<Frame> {
        let news = async {
            loop {
                let frame = self.next().await?;
                if frame.event != "counts" {
                    return Some(frame);
                }
            }
        };
        let news = actix_web::rt::time::timeout(PATIENCE, news).await;
        news.expect("something other than heartbeats and counts comes")
    }

    /// All events but `counts` up to the change of the entity `id`, with it.
    pub(crate) async fn until(&mut self, id: &str) -> Vec<Frame> {
        let mut frames = Vec::new();
        loop {
            let frame = self.news().await.expect("the stream goes on");
            let last = frame.data["id"] == id;
            frames.push(frame);
            if last {
                return frames;
            }
        }
    }

    fn parse(&mut self, block: &str) -> Option<Frame> {
        let (mut id, mut event, mut data) = (None, None, None);
        for line in block.lines() {
            if let Some(comment) = line.strip_prefix(':') {
                self.comments.push(comment.trim().to_owned());
                continue;
            }
            let (field, value) = line.split_once(": ").expect("a field");
            match field {
                "id" => id = Some(value.to_owned()),
                "event" => event = Some(value.to_owned()),
                "data" => data = Some(serde_json::from_str(value).unwrap()),
                "retry" => {}
                other => panic!("unknown field {other}"),
            }
        }
        if id.is_some() {
            self.last_id.clone_from(&id);
        }
        Some(Frame {
            id,
            event: event?,
            data: data?,
        })
    }
}
