//! `twin demo`: a newcomer's first minutes.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::twin_process::{TwinProcess, wait_for};

const PLANT: &str = "P1";
/// From the start of the process to the first answer that it is ready. The promise is 2 s, for
/// the release build; the debug build is several times slower and shares its cores with other
/// tests.
const READY_WITHIN: Duration = Duration::from_secs(if cfg!(debug_assertions) { 15 } else { 2 });
/// From the opening to the first shipment that a hold blocks, at ten times the usual pace.
const BLOCKED_WITHIN: Duration = Duration::from_secs(40);
const STOPPED_WITHIN: Duration = Duration::from_secs(10);

fn demo(pace: &str, dir: &Path) -> TwinProcess {
    let arguments = ["demo", "--json", "--listen", "127.0.0.1:0", "--pace", pace];
    TwinProcess::start(&arguments, dir)
}

fn temporary_plants(dir: &Path) -> usize {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap());
    let names = entries.map(|entry| entry.file_name().into_string().unwrap());
    names
        .filter(|name| name.starts_with("plant-twin-demo-"))
        .count()
}

#[test]
fn the_demo_is_ready_at_once_and_leaves_nothing_behind() {
    let dir = TempDir::new().unwrap();
    let started = Instant::now();
    let twin = demo("60", dir.path());
    let ready = wait_for("/ready", READY_WITHIN, || {
        let answer = twin.try_get("/ready")?;
        (answer["ready"] == true).then(|| started.elapsed())
    });
    assert!(ready <= READY_WITHIN, "ready after {ready:?}");
    // The plant's history is fed right after; the first look at the board must find it.
    let orders = wait_for("orders in process", READY_WITHIN, || {
        let orders = twin.items(PLANT, "work-orders");
        let in_process = |order: &Value| order["lifecycle"] == "in_process";
        (orders.len() > 10 && orders.iter().any(in_process)).then_some(orders.len())
    });
    let shown = started.elapsed();
    assert!(shown <= READY_WITHIN, "{orders} orders after {shown:?}");
    println!(
        "after the start of the process: ready {} ms, {orders} orders {} ms",
        ready.as_millis(),
        shown.as_millis()
    );
    assert!(!twin.items(PLANT, "work-centers").is_empty());
    assert_eq!(temporary_plants(dir.path()), 1);

    // The stream stays open: it must not keep the process from ending.
    let mut stream = twin.follow(&format!("/api/v1/stream?plant={PLANT}"));
    let mut id = None;
    let begun = stream.find(|line| {
        id = line.strip_prefix("id: ").map(str::to_owned).or(id.take());
        line == "event: state.changed"
    });
    assert!(begun.is_some(), "a change is told");
    let change = stream.next().unwrap();
    let change: Value = serde_json::from_str(change.strip_prefix("data: ").unwrap()).unwrap();
    assert_eq!(change["plant"], PLANT);
    assert_eq!(change["cursor"].as_str(), id.as_deref(), "each has its id");
    assert_eq!(change["state"]["id"], change["id"]);

    let status = twin.terminate(STOPPED_WITHIN);
    assert_eq!(status.code(), Some(0));
    assert_eq!(temporary_plants(dir.path()), 0, "the plant is removed");
}

#[test]
fn a_hold_in_the_demo_blocks_a_shipment_of_what_was_made_from_the_held_lot() {
    let dir = TempDir::new().unwrap();
    let twin = demo("600", dir.path());
    let path = format!("/api/v1/plants/{PLANT}/shipments?state=blocked");
    let (shipment, reason) = wait_for("a shipment blocked by R08", BLOCKED_WITHIN, || {
        let items = twin.get(&path).json()["items"].as_array()?.clone();
        items.into_iter().find_map(|shipment| {
            let reasons = shipment["reasons"].as_array()?.clone();
            let reason = reasons.into_iter().find(|r| r["code"] == "TWIN-R08")?;
            Some((shipment, reason))
        })
    });
    let text = reason["text"].as_str().unwrap();
    assert_eq!(shipment["decision"], "blocked");
    assert!(text.contains("on hold"), "{text}");
    let holds = twin.items(PLANT, "holds");
    let named = holds
        .iter()
        .find(|hold| text.contains(hold["id"].as_str().unwrap()));
    let hold = named.unwrap_or_else(|| panic!("no hold of {text}"));
    let affected = hold["affected_lots"].as_array().unwrap();
    let lots = shipment["lots"].as_array().unwrap();
    assert!(
        lots.iter().any(|lot| affected.contains(&lot["lot"])),
        "{hold} does not reach {shipment}"
    );
    let counts = twin.counts(PLANT);
    let empty = serde_json::json!({});
    assert_eq!(
        (&counts["refused"], &counts["exceptions"]),
        (&empty, &empty)
    );
}

#[test]
fn the_page_and_everything_that_it_names_is_served() {
    let dir = TempDir::new().unwrap();
    let twin = demo("60", dir.path());
    let page = twin.get("/");
    assert_eq!(page.status, 200);
    assert!(page.content_type.starts_with("text/html"));
    let mut seen = BTreeSet::new();
    let mut open = named_files(&page.text);
    assert!(!open.is_empty(), "the page names its files");
    while let Some(name) = open.pop_first() {
        let file = twin.get(&format!("/assets/{name}"));
        assert_eq!(file.status, 200, "{name}");
        let (_, ending) = name.rsplit_once('.').unwrap();
        let kind = if ending == "css" {
            "text/css"
        } else {
            "text/javascript"
        };
        assert!(
            file.content_type.starts_with(kind),
            "{name}: {}",
            file.content_type
        );
        assert!(!file.text.is_empty(), "{name}");
        seen.insert(name);
        open.extend(
            named_files(&file.text)
                .into_iter()
                .filter(|name| !seen.contains(name)),
        );
    }
    println!("{} files of the page", seen.len());
    assert!(seen.len() > 5, "{seen:?}");
    assert_eq!(twin.get("/assets/no-such-file.js").status, 404);
    let description = twin.get("/openapi.json").json();
    assert!(description["paths"]["/api/v1/events"].is_object());
    assert_eq!(twin.get("/docs/errors/TWIN-R07").status, 200);
    assert!(twin.get("/metrics").text.contains("# TYPE"));
    assert_eq!(twin.get("/live").status, 200);
}

/// Script and style files that a text names, in quotes.
fn named_files(text: &str) -> BTreeSet<String> {
    text.split(['"', '\''])
        .filter_map(|part| {
            part.strip_prefix("assets/")
                .or_else(|| part.strip_prefix("./"))
        })
        .filter(|name| name.ends_with(".js") || name.ends_with(".css"))
        .map(str::to_owned)
        .collect()
}
