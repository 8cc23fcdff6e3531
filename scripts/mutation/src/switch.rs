//! Which mutant is active: woven into the copy of the model that is tested.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::io::Write;
use std::sync::OnceLock;
use std::time::Instant;

static CHOSEN: OnceLock<u32> = OnceLock::new();
static NOTES: OnceLock<Option<String>> = OnceLock::new();

thread_local! {
    /// What this thread has reached, which runs one test.
    static REACHED: RefCell<Reached> = RefCell::default();
}

/// Numbers of mutants; they go into the notes when the thread ends.
struct Reached {
    since: Instant,
    seen: Vec<bool>,
    numbers: BTreeSet<u32>,
}

impl Default for Reached {
    fn default() -> Reached {
        Reached {
            since: Instant::now(),
            seen: Vec::new(),
            numbers: BTreeSet::new(),
        }
    }
}

/// Which of the mutants at this place is active, or 0: the one that `MUTANT` names. With
/// `MUTANT_REACH` the numbers of all that are reached go into that file, a line for each test with
/// its name and how long it took, milliseconds.
pub(crate) fn active(here: &[u32]) -> u32 {
    let chosen = *CHOSEN.get_or_init(|| {
        std::env::var("MUTANT").map_or(0, |number| number.parse().expect("MUTANT is a number"))
    });
    if chosen != 0 {
        return if here.contains(&chosen) { chosen } else { 0 };
    }
    let notes = NOTES.get_or_init(|| std::env::var("MUTANT_REACH").ok());
    if notes.is_some() {
        // A thread that ends has told already what it reached.
        drop(REACHED.try_with(|reached| reached.borrow_mut().note(here)));
    }
    0
}

impl Reached {
    fn note(&mut self, here: &[u32]) {
        for number in here {
            let place = *number as usize;
            if self.seen.len() <= place {
                self.seen.resize(place + 1, false);
            }
            if !std::mem::replace(&mut self.seen[place], true) {
                self.numbers.insert(*number);
            }
        }
    }
}

impl Drop for Reached {
    fn drop(&mut self) {
        let Some(Some(path)) = NOTES.get() else { return };
        let thread = std::thread::current();
        let took = self.since.elapsed().as_millis();
        let mut line = format!("{} {took}", thread.name().unwrap_or("?"));
        for number in &self.numbers {
            line += &format!(" {number}");
        }
        line.push('\n');
        let file = OpenOptions::new().create(true).append(true).open(path);
        let written = file.and_then(|mut file| file.write_all(line.as_bytes()));
        written.expect("the note of what is reached can be written");
    }
}
