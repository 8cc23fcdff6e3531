//! Subscribers and twins that are cut off again and again: what a subscriber knows is what the twin
//! lists, each time.

use std::fs;
use std::path::Path;
use std::time::Duration;

use actors::Cursor;
use serde_json::json;
use simulators::random::{Purpose, Random, entity_number};
use tempfile::TempDir;

use crate::fold::Fold;
use crate::stock;
use crate::told_stream::{Told, over_events, over_web_socket};
use crate::twin_process::{Served, TwinProcess, pause};

/// Cuts when nobody says how many.
const CUTS: u64 = 8;
const SEED: u64 = 20_261_128;
/// What is told between two cuts.
const NUMBERS: usize = 6;
/// A sender tries again after so long.
const TRY_AGAIN: Duration = Duration::from_millis(20);

/// What a subscriber knows, and what went wrong on the way.
#[derive(Debug, Default)]
struct Known {
    fold: Fold,
    last: Option<Cursor>,
    entries: u64,
    twice: u64,
    gaps: u64,
    snapshots: u64,
}

impl Known {
    fn take(&mut self, told: &Told) {
        let cursor = told.cursor.as_deref().map(|c| c.parse::<Cursor>().unwrap());
        match told.event.as_str() {
            "state.changed" | "notice" => {
                self.entries += 1;
                self.twice += u64::from(cursor <= self.last);
            }
            "gap" => self.gaps += 1,
            "snapshot.end" => self.snapshots += 1,
            _ => {}
        }
        if ["snapshot", "state.changed"].contains(&told.event.as_str()) {
            self.fold.take(&told.data);
        }
        self.last = cursor.or(self.last);
    }
}

fn from_environment(name: &str, otherwise: u64) -> u64 {
    let said = std::env::var(name).ok();
    said.map_or(otherwise, |said| said.parse().expect(name))
}

fn config(dir: &Path) -> std::path::PathBuf {
    let served = Served {
        plant: "P1",
        clock: "event_time",
        broker: None,
    };
    let path = served.write_config(dir);
    let text = fs::read_to_string(&path).unwrap();
    // The journal is kept: nothing that a subscriber missed may be gone.
    fs::write(&path, text.replace("keep_journal_days = 0\n", "")).unwrap();
    path
}

/// Tells everything, each message until it is taken, and at last a lot that ends the round.
fn tell(url: String, round: usize) -> std::thread::JoinHandle<()> {
    std::thread::spawn(move || {
        let numbers = round * NUMBERS..(round + 1) * NUMBERS;
        let end = json!({"specversion": "1.0", "id": format!("end{round}"), "source": "/wms",
            "type": "mfg.lot.created.v1", "time": "2026-03-01T08:00:00Z", "plant": "P1",
            "data": {"lot": format!("END-{round}"), "material": "S",
                "quantity": {"value": "1", "unit": "H87"}}});
        let bodies = numbers.map(stock::events);
        for body in bodies.chain([end.to_string().into_bytes()]) {
            let post = || {
                let request = ureq::post(format!("{url}/api/v1/events"));
                request
                    .content_type("application/json")
                    .send(&body[..])
                    .is_ok()
            };
            while !post() {
                pause(TRY_AGAIN);
            }
        }
    })
}

#[test]
fn a_subscriber_that_is_cut_off_again_and_again_knows_what_the_twin_lists() {
    let cuts = from_environment("TWIN_KILLS", CUTS);
    let seed = from_environment("TWIN_KILL_SEED", SEED);
    let random = Random::new(seed);
    let draw = |what: &str, visit: u64, below: u64| {
        let drawn = random.draw(entity_number(what), visit, Purpose::FaultReorder);
        drawn.below(below)
    };
    let dir = TempDir::new().unwrap();
    let config = config(dir.path());
    let mut twin = TwinProcess::serve_config(dir.path(), &config, "127.0.0.1:0", &[]);
    let listen = twin.url.strip_prefix("http://").unwrap().to_owned();
    let (mut known, mut kills, mut lost) = (Known::default(), 0_u64, 0_u64);
    for cut in 0..cuts {
        let round = usize::try_from(cut).unwrap();
        let telling = tell(twin.url.clone(), round);
        let (end, mut is_cut, mut open) = (format!("END-{round}"), false, 0);
        'round: loop {
            let from = known.last.map(|last| last.to_string());
            let told: Box<dyn Iterator<Item = Told>> = match draw("way", cut * 2 + open, 2) {
                0 => Box::new(over_events(&twin, from.as_deref())),
                _ => Box::new(over_web_socket(&twin, from.as_deref())),
            };
            open += 1;
            let cut_after = draw("after", cut, 25) + 1;
            for (read, told) in (0..).zip(told) {
                known.take(&told);
                if told.data["id"] == *end {
                    break 'round;
                }
                if !is_cut && read >= cut_after {
                    break;
                }
            }
            if !std::mem::replace(&mut is_cut, true) && draw("kill", cut, 2) == 0 {
                kills += 1;
                twin.kill();
                twin = TwinProcess::serve_config(dir.path(), &config, &listen, &[]);
            }
        }
        telling.join().unwrap();
        if let Some(difference) = known.fold.difference(&twin, "P1") {
            println!("seed {seed}, cut {cut}: {difference}");
            lost += 1;
        }
    }
    println!(
        "{}",
        json!({"name": "resume", "cuts": cuts, "seed": seed, "kills": kills,
            "entries": known.entries, "lost": lost, "twice": known.twice, "gaps": known.gaps,
            "snapshots": known.snapshots})
    );
    assert_eq!((lost, known.twice), (0, 0), "seed {seed}");
    assert_eq!(
        (known.gaps, known.snapshots),
        (0, 1),
        "seed {seed}: all is in the journal"
    );
}
