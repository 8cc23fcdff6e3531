//! A full disk under a twin that serves: it says so, answers questions, takes nothing, and goes on
//! by itself. With `TWIN_SMALL_DISK` (a file system of a few megabytes, made by `scripts/drill.sh
//! disk`) the disk is really full; otherwise the journal's file layer says so.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use actors::chaos::DISK_FILE;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::twin_process::{Served, TwinProcess, wait_for};

const PLANT: &str = "P-disk";
const NOTICED_WITHIN: Duration = Duration::from_secs(20);
/// Orders in one batch: more bytes than the last page of a journal may have left.
const ORDERS: usize = 40;

fn batch(number: usize) -> Vec<u8> {
    let created = |order: usize| {
        let order = format!("WO-{number}-{order}");
        json!({"specversion": "1.0", "id": order, "source": "/erp", "plant": PLANT,
            "type": "mfg.work_order.created.v1", "time": "2026-03-01T08:00:00Z",
            "data": {"order": order, "material": "M",
                "quantity": {"value": "100", "unit": "H87"}}})
    };
    let events: Vec<Value> = (0..ORDERS).map(created).collect();
    json!(events).to_string().into_bytes()
}

/// The disk under a twin, which can be filled.
enum Disk {
    /// The file layer refuses.
    Told(PathBuf),
    /// A file takes all room.
    Filled(PathBuf),
}

impl Disk {
    fn under(dir: &Path) -> Disk {
        match std::env::var_os("TWIN_SMALL_DISK") {
            Some(_) => Disk::Filled(dir.join("ballast")),
            None => Disk::Told(plant_dir(dir).unwrap().join(DISK_FILE)),
        }
    }

    fn fill(&self) {
        match self {
            Disk::Told(path) => fs::write(path, "full").unwrap(),
            Disk::Filled(path) => {
                let mut file = File::create(path).unwrap();
                for size in [65_536, 1] {
                    let piece = vec![0; size];
                    while file.write_all(&piece).is_ok() {}
                }
            }
        }
    }

    fn make_room(&self) {
        let (Disk::Told(path) | Disk::Filled(path)) = self;
        fs::remove_file(path).unwrap();
    }
}

/// The directory that holds the plant's journal, somewhere in `dir`.
fn plant_dir(dir: &Path) -> Option<PathBuf> {
    let entries = fs::read_dir(dir).ok()?.map(|entry| entry.unwrap().path());
    let (dirs, files): (Vec<PathBuf>, Vec<PathBuf>) = entries.partition(|path| path.is_dir());
    let is_journal = |file: &PathBuf| file.to_string_lossy().contains("/journal-");
    if files.iter().any(is_journal) {
        return Some(dir.to_owned());
    }
    dirs.iter().find_map(|dir| plant_dir(dir))
}

fn scratch() -> TempDir {
    match std::env::var_os("TWIN_SMALL_DISK") {
        Some(disk) => TempDir::new_in(disk).unwrap(),
        None => TempDir::new().unwrap(),
    }
}

#[test]
fn a_twin_whose_disk_is_full_says_so_answers_questions_and_goes_on_by_itself() {
    let dir = scratch();
    let served = Served {
        plant: PLANT,
        clock: "event_time",
        broker: None,
    };
    let twin = TwinProcess::serve(dir.path(), &served, "127.0.0.1:0");
    assert_eq!(twin.post(&batch(1)).status, 200);
    let disk = Disk::under(dir.path());

    disk.fill();
    let waiting = std::thread::scope(|scope| {
        let waiting = scope.spawn(|| twin.post(&batch(2)));
        let reason = wait_for("/ready says it", NOTICED_WITHIN, || {
            let ready = twin.get("/ready");
            (ready.status == 503).then_some(ready.text)
        });
        assert!(reason.contains("room on its disk"), "{reason}");
        assert!(reason.contains("journal-"), "it names the file: {reason}");
        let orders = twin.items(PLANT, "work-orders");
        assert_eq!(
            orders.len(),
            ORDERS,
            "questions are answered, from what is stored"
        );
        let refused = twin.post(&batch(3));
        assert_eq!(refused.status, 503, "{refused:?}");
        assert!(refused.text.contains("room on its disk"), "{refused:?}");
        let metrics = twin.get("/metrics").text;
        assert!(metrics.contains(&format!("twin_up{{plant=\"{PLANT}\"}} 0")));
        assert!(!waiting.is_finished(), "nothing was confirmed");

        let started = Instant::now();
        disk.make_room();
        let waiting = waiting.join().unwrap();
        println!(
            "{}",
            json!({"name": "disk", "back_ms": started.elapsed().as_millis()})
        );
        waiting
    });
    assert_eq!(waiting.status, 200, "{waiting:?}");
    wait_for("it is ready", NOTICED_WITHIN, || {
        (twin.get("/ready").status == 200).then_some(())
    });
    assert_eq!(twin.post(&batch(3)).status, 200);
    assert_eq!(twin.counts(PLANT)["applied"], 3 * ORDERS);
    assert_eq!(twin.items(PLANT, "work-orders").len(), 3 * ORDERS);
}
