//! Figures of a process that answers from copies, for Prometheus.

use std::fmt::Write;
use std::sync::atomic::Ordering;

use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Data;
use actix_web::{HttpResponse, get};

use super::CopyReader;

#[get("/metrics")]
pub(super) async fn get_metrics(reader: Data<CopyReader>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"))
        .body(text(&reader))
}

/// All figures. Of the copies they say what was seen last: asking for figures asks Redis nothing.
fn text(reader: &CopyReader) -> String {
    let mut text = String::new();
    let mut metric = |name: &str, kind: &str, help: &str, samples: &[(String, u64)]| {
        let _ok = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
        for (labels, value) in samples {
            let _ok = writeln!(text, "{name}{labels} {value}");
        }
    };
    let (mut commits, mut ages, mut stale) = (Vec::new(), Vec::new(), Vec::new());
    for (id, feed) in reader.plants.iter() {
        let Some(meta) = feed.newest().borrow().clone() else {
            continue;
        };
        let labels = format!("{{plant=\"{id}\"}}");
        let age = meta.age();
        commits.push((labels.clone(), meta.cursor.commit_no));
        ages.push((labels.clone(), age.age_ms.unsigned_abs()));
        stale.push((labels, u64::from(age.stale)));
    }
    let plain = |value: u64| [(String::new(), value)];
    metric(
        "twin_copy_commit_no",
        "gauge",
        "Newest commit in the copy.",
        &commits,
    );
    metric(
        "twin_copy_age_ms",
        "gauge",
        "Since the twin last wrote to the copy, milliseconds.",
        &ages,
    );
    metric(
        "twin_copy_stale",
        "gauge",
        "1 when that is too long ago.",
        &stale,
    );
    metric(
        "twin_copy_silences_total",
        "counter",
        "How often Redis gave no answer.",
        &plain(reader.link.failures()),
    );
    let open = reader.streams.load(Ordering::Relaxed) as u64;
    metric(
        "twin_streams_open",
        "gauge",
        "Followers of change streams.",
        &plain(open),
    );
    text
}
