//! Figures for Prometheus. Labels are plants, kinds and codes, never ids of entities.

use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use actors::Counts;
use twin_model::Invariant;

use crate::carrier::Carrier;
use crate::picture::{Picture, Published};
use crate::projections::Projections;
use crate::redis_copy::{RedisStanding, RedisStatus};

/// Name, kind and meaning of a metric, and its samples: labels and value.
struct Metric {
    name: &'static str,
    kind: &'static str,
    help: &'static str,
    samples: Vec<(String, u64)>,
}

/// Figures in the Prometheus text format.
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "operation",
    responses((status = 200, body = String, content_type = "text/plain"))
)]
#[get("/metrics")]
pub(crate) async fn get_metrics(projections: Data<Projections>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"))
        .body(text(&projections))
}

/// All figures of the projections, in the Prometheus text format.
pub(crate) fn text(projections: &Projections) -> String {
    let mut metrics = declared();
    for (id, picture) in projections.pictures() {
        let plant = format!("plant=\"{}\"", escape(id));
        let head = picture.handle().ledger().head().commit_no;
        picture.read(|published| add_plant(&mut metrics, &plant, head, published));
        add_health(&mut metrics, &plant, picture);
        if let Some(kpis) = picture.kpis() {
            let missed = kpis.read(|kept| kept.missed());
            add(
                &mut metrics,
                "twin_target_breaches",
                plant.clone(),
                missed as u64,
            );
        }
        if let Some(copy) = picture.copy() {
            add_copy(&mut metrics, &plant, head, &copy);
        }
        for carrier in picture.carriers() {
            add_carrier(&mut metrics, &plant, &carrier);
        }
    }
    add(
        &mut metrics,
        "twin_streams_open",
        String::new(),
        projections.streams_open() as u64,
    );
    let mut text = String::new();
    for metric in metrics {
        let Metric {
            name,
            kind,
            help,
            samples,
        } = metric;
        text.push_str(&format!("# HELP {name} {help}\n# TYPE {name} {kind}\n"));
        for (labels, value) in samples {
            match labels.as_str() {
                "" => text.push_str(&format!("{name} {value}\n")),
                labels => text.push_str(&format!("{name}{{{labels}}} {value}\n")),
            }
        }
    }
    text.push_str(&crate::stage_metrics::text(projections));
    text.push_str(&projections.told_also());
    text
}

/// Name, kind and meaning of every metric.
const DECLARED: [(&str, &str, &str); 23] = [
    (
        "twin_inputs_total",
        "counter",
        "Inputs by disposition; parked is what waits now and stands apart.",
    ),
    ("twin_parked", "gauge", "Events that wait for their cause."),
    (
        "twin_discrepancies_total",
        "counter",
        "Discrepancies found or healed, by rule.",
    ),
    ("twin_entities", "gauge", "Entities by kind."),
    ("twin_open_holds", "gauge", "Holds that are open."),
    (
        "twin_exceptions_kept",
        "gauge",
        "Exceptions that are kept in memory.",
    ),
    (
        "twin_commit_no",
        "gauge",
        "Newest commit on stable storage.",
    ),
    (
        "twin_projection_commit_no",
        "gauge",
        "Newest commit in the picture.",
    ),
    (
        "twin_projection_lag_commits",
        "gauge",
        "Commits that the picture is behind.",
    ),
    (
        "twin_source_stale",
        "gauge",
        "Sources that were not heard of for too long.",
    ),
    (
        "twin_stream_ring_events",
        "gauge",
        "Entries that the change stream keeps.",
    ),
    (
        "twin_stream_ring_bytes",
        "gauge",
        "Memory reserved for these entries, bytes.",
    ),
    (
        "twin_invariant_breaches",
        "gauge",
        "Places that break a rule of the model, by rule; more than 0 is a fault of the twin.",
    ),
    (
        "twin_target_breaches",
        "gauge",
        "Targets of key figures that are missed now.",
    ),
    (
        "twin_redis_following",
        "gauge",
        "1 while the copy in Redis follows; absent without one.",
    ),
    (
        "twin_redis_lag_commits",
        "gauge",
        "Commits that the copy in Redis is behind.",
    ),
    (
        "twin_redis_rebuilds_total",
        "counter",
        "How often the copy in Redis was written anew.",
    ),
    (
        "twin_redis_failures_total",
        "counter",
        "How often Redis did not do what it was asked for.",
    ),
    (
        "twin_carrier_following",
        "gauge",
        "1 while the change stream is carried to this receiver; absent without one.",
    ),
    (
        "twin_carrier_sent_total",
        "counter",
        "Entries that the receiver took over since the start.",
    ),
    (
        "twin_carrier_failures_total",
        "counter",
        "How often the receiver was away or did not take what it was given.",
    ),
    ("twin_up", "gauge", "1 while the plant takes events."),
    ("twin_streams_open", "gauge", "Followers of change streams."),
];

fn declared() -> Vec<Metric> {
    DECLARED
        .into_iter()
        .map(|(name, kind, help)| Metric {
            name,
            kind,
            help,
            samples: Vec::new(),
        })
        .collect()
}

fn add(metrics: &mut [Metric], name: &'static str, labels: String, value: u64) {
    match metrics.iter_mut().find(|metric| metric.name == name) {
        Some(metric) => metric.samples.push((labels, value)),
        None => unreachable!("{name} is declared"),
    }
}

fn add_plant(metrics: &mut [Metric], plant: &str, head: u64, published: &Published) {
    let model = &published.model;
    add_counts(metrics, plant, model.counts());
    for kind in crate::http::kinds() {
        let labels = format!("{plant},kind=\"{}\"", kind.as_str());
        let size = model.entities.table(kind).len();
        add(metrics, "twin_entities", labels, size as u64);
    }
    let (events, bytes) = published.ring_size();
    let stale = model
        .standing()
        .sources
        .iter()
        .filter(|source| source.stale)
        .count();
    let reached = model.cursor().commit_no;
    let mut gauge = |name, value: u64| add(metrics, name, plant.to_owned(), value);
    gauge("twin_open_holds", model.entities.open_holds().len() as u64);
    gauge("twin_exceptions_kept", model.exceptions().len() as u64);
    gauge("twin_commit_no", head);
    gauge("twin_projection_commit_no", reached);
    // The picture may be ahead of the head that was read a moment before it.
    gauge("twin_projection_lag_commits", head.saturating_sub(reached));
    gauge("twin_source_stale", stale as u64);
    gauge("twin_stream_ring_events", events as u64);
    gauge("twin_stream_ring_bytes", bytes as u64);
}

fn add_counts(metrics: &mut [Metric], plant: &str, counts: &Counts) {
    let plain = [
        ("applied", counts.applied),
        ("duplicate", counts.duplicates),
    ];
    for (disposition, value) in plain {
        let labels = format!("{plant},disposition=\"{disposition}\",code=\"\"");
        add(metrics, "twin_inputs_total", labels, value);
    }
    let coded = [
        ("refused", &counts.refused),
        ("exception", &counts.exceptions),
    ];
    for (disposition, by_code) in coded {
        for (code, value) in by_code {
            let labels = format!("{plant},disposition=\"{disposition}\",code=\"{code}\"");
            add(metrics, "twin_inputs_total", labels, *value);
        }
    }
    add(metrics, "twin_parked", plant.to_owned(), counts.parked);
    let discrepancies = [
        ("found", &counts.discrepancies_found),
        ("healed", &counts.discrepancies_healed),
    ];
    for (what, by_code) in discrepancies {
        for (code, value) in by_code {
            let labels = format!("{plant},what=\"{what}\",code=\"{code}\"");
            add(metrics, "twin_discrepancies_total", labels, *value);
        }
    }
}

fn add_health(metrics: &mut [Metric], plant: &str, picture: &Picture) {
    let broken = picture.broken_invariants();
    for invariant in Invariant::ALL {
        let labels = format!("{plant},invariant=\"{}\"", invariant.id());
        let found = broken.get(invariant.id()).copied().unwrap_or(0);
        add(metrics, "twin_invariant_breaches", labels, found);
    }
    let plant_handle = picture.handle();
    let up = u64::from(plant_handle.is_open() && plant_handle.waits_for_room().is_none());
    add(metrics, "twin_up", plant.to_owned(), up);
}

fn add_copy(metrics: &mut [Metric], plant: &str, head: u64, copy: &RedisStatus) {
    let follows = copy.standing() == RedisStanding::Following;
    let mut told = |name, value: u64| add(metrics, name, plant.to_owned(), value);
    told("twin_redis_following", u64::from(follows));
    told(
        "twin_redis_lag_commits",
        head.saturating_sub(copy.commit_no()),
    );
    told("twin_redis_rebuilds_total", copy.rebuilds());
    told("twin_redis_failures_total", copy.failures());
}

fn add_carrier(metrics: &mut [Metric], plant: &str, carrier: &Carrier) {
    let labels = format!("{plant},to=\"{}\"", escape(carrier.to()));
    let (follows, sent, failures) = carrier.figures();
    let mut told = |name, value: u64| add(metrics, name, labels.clone(), value);
    told("twin_carrier_following", u64::from(follows));
    told("twin_carrier_sent_total", sent);
    told("twin_carrier_failures_total", failures);
}

/// A label value, escaped as the text format asks.
pub(crate) fn escape(value: &str) -> String {
    value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}
