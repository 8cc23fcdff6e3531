//! A real plant in a directory of its own, with its projections and the routes on them.

use std::path::Path;

use actix_web::body::MessageBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderMap;
use actix_web::web::Data;
use actix_web::{App, test};
use actors::{Input, PlantClock, PlantHandle, PlantOptions, Receipt, Retention, open};
use bytes::Bytes;
use projections::{Projections, StreamLimits};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A plant P1 that is fed through its intake.
pub(crate) struct LivePlant {
    pub(crate) handle: PlantHandle,
    pub(crate) projections: Projections,
    limits: StreamLimits,
    retention: Retention,
    events: u32,
    dir: TempDir,
}

/// An answer that was read to its end.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

async fn open_in(
    dir: &Path,
    clock: PlantClock,
    limits: StreamLimits,
    retention: Retention,
) -> (PlantHandle, Projections) {
    let mut options = PlantOptions {
        clock,
        retention,
        ..PlantOptions::new("P1".parse().unwrap(), dir)
    };
    if retention != Retention::All {
        // So small that something goes.
        (options.snapshot_inputs, options.segment_bytes) = (10, 2_000);
    }
    let handle = open(options).await.unwrap();
    let projections = Projections::start_with(vec![handle.clone()], limits);
    let plant = handle.plant();
    projections.keep_consumers(plant, dir).unwrap();
    projections.ready().await;
    (handle, projections)
}

impl LivePlant {
    pub(crate) async fn open(clock: PlantClock) -> LivePlant {
        LivePlant::open_with(clock, StreamLimits::default()).await
    }

    pub(crate) async fn open_with(clock: PlantClock, limits: StreamLimits) -> LivePlant {
        LivePlant::opened(clock, limits, Retention::All).await
    }

    /// A plant that lets go of its journal what no start needs.
    pub(crate) async fn keeping_little() -> LivePlant {
        let (clock, limits) = (PlantClock::EventTime, StreamLimits::default());
        LivePlant::opened(clock, limits, Retention::Mebibytes(0)).await
    }

    async fn opened(clock: PlantClock, limits: StreamLimits, retention: Retention) -> LivePlant {
        let dir = tempfile::tempdir().unwrap();
        let (handle, projections) = open_in(dir.path(), clock, limits, retention).await;
        LivePlant {
            handle,
            projections,
            limits,
            retention,
            events: 0,
            dir,
        }
    }

    pub(crate) async fn reopened(self) -> LivePlant {
        self.reopened_after(|_| {}).await
    }

    /// Closes it, lets `meanwhile` do something to its files, and opens it again.
    pub(crate) async fn reopened_after(self, meanwhile: impl FnOnce(&Path)) -> LivePlant {
        let clock = self.handle.clock();
        self.handle.close().await;
        self.projections.kpis_written().await;
        meanwhile(self.dir.path());
        let dir = self.dir.path();
        let (handle, projections) = open_in(dir, clock, self.limits, self.retention).await;
        LivePlant {
            handle,
            projections,
            ..self
        }
    }

    /// Where its files are.
    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// One event at the time `at` (hours and minutes of a day in March 2026).
    pub(crate) fn event(&mut self, name: &str, at: &str, data: Value) -> Bytes {
        self.events += 1;
        message(&format!("e{}", self.events), name, at, data)
    }

    /// Sends one event; returns when it is committed and in the picture.
    pub(crate) async fn tell(&mut self, name: &str, at: &str, data: Value) -> Receipt {
        let raw = self.event(name, at, data);
        self.send(vec![raw]).await
    }

    /// Sends messages; returns when they are committed and in the picture.
    pub(crate) async fn send(&self, messages: Vec<Bytes>) -> Receipt {
        let inputs = messages.into_iter().map(Input::decode).collect();
        let receipt = self.handle.intake().submit(inputs).await.unwrap();
        let plant = self.handle.plant();
        assert!(self.projections.reached(plant, receipt.commit_no).await);
        receipt
    }

    /// An order over `pieces` with a saw and a packing place, released.
    pub(crate) async fn released_order(&mut self, order: &str, at: &str, pieces: &str) {
        self.tell("work_order.created", at, created(order, pieces))
            .await;
        self.tell("work_order.released", at, released(order)).await;
    }

    /// Asks a route; the body is still to be read.
    pub(crate) async fn ask(&self, path: &str, headers: &[(&str, &str)]) -> ServiceResponse {
        let data = Data::new(self.projections.clone());
        let app = App::new()
            .app_data(data)
            .configure(projections::http::configure);
        let routes = test::init_service(app).await;
        let mut request = test::TestRequest::get().uri(path);
        for header in headers {
            request = request.insert_header(*header);
        }
        test::call_service(&routes, request.to_request()).await
    }

    /// Asks a route and reads the whole answer.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.get_with(path, &[]).await
    }

    pub(crate) async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let response = self.ask(path, headers).await;
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.into_body().try_into_bytes().unwrap();
        let body = match serde_json::from_slice(&bytes) {
            Ok(body) => body,
            Err(_) => json!(String::from_utf8_lossy(&bytes)),
        };
        Answer {
            status,
            headers,
            body,
        }
    }

    /// The items of a list, all of one page.
    pub(crate) async fn items(&self, list: &str) -> Vec<Value> {
        let answer = self.get(&format!("/api/v1/plants/P1/{list}")).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body["items"].as_array().unwrap().clone()
    }

    /// The ids of the items of a list.
    pub(crate) async fn ids(&self, list: &str) -> Vec<String> {
        let items = self.items(list).await;
        items
            .iter()
            .map(|item| item["id"].as_str().unwrap().to_owned())
            .collect()
    }
}

pub(crate) fn message(id: &str, name: &str, at: &str, data: Value) -> Bytes {
    json!({
        "specversion": "1.0", "id": id, "source": "/test", "type": format!("mfg.{name}.v1"),
        "time": format!("2026-03-01T{at}:00Z"), "plant": "P1", "data": data,
    })
    .to_string()
    .into()
}

pub(crate) fn created(order: &str, pieces: &str) -> Value {
    json!({
        "order": order, "material": "M-1", "quantity": {"value": pieces, "unit": "H87"},
        "planned_end": "2026-03-01T12:00:00Z", "sales_order": "SO-1",
    })
}

pub(crate) fn released(order: &str) -> Value {
    json!({
        "order": order,
        "operations": [
            {"op": "10", "work_center": "SAW"},
            {"op": "20", "work_center": "PACK", "predecessors": ["10"], "delivers": true},
        ],
    })
}

pub(crate) fn lot(lot: &str, value: &str) -> Value {
    json!({"lot": lot, "material": "M-1", "quantity": {"value": value, "unit": "H87"}})
}
