//! Proves a plant's files: the chain is whole, a replay decides every event as it was decided, and
//! comes to what each snapshot holds, also when it begins there.

use std::path::{Path, PathBuf};

use twin_model::{Breach, Code, Event, Plant, StateHash};

use crate::difference::{Against, DIFFERING_ENTITIES_MAX, Difference, EntityDifference, Place};
use crate::journal::JournalError;
use crate::outcome::Outcome;
use crate::plant_handle::{OpenError, PlantOptions, lock};
use crate::reading::{self, ReadRecord};
use crate::recovery::{Recovered, RecoveryError, Settings};
use crate::snapshot_file::Found;
use crate::stored::StoredBooks;
use crate::{Change, Counts, Identity, LedgerHead, recovery, snapshot_file, stored_difference};

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The newest record that was replayed: the last one, unless there is a difference.
    pub head: LedgerHead,
    /// The commit that the replay began after: 0, unless the journal was compacted.
    pub began_after: u64,
    /// Events replayed.
    pub events: u64,
    /// State after the replay.
    pub state_hash: StateHash,
    /// Dispositions after the replay.
    pub counts: Counts,
    /// Discrepancies that are open in the replayed state, by rule.
    pub open_discrepancies: std::collections::BTreeMap<Code, u64>,
    /// The first difference; the replay ends there.
    pub difference: Option<Difference>,
    /// Each snapshot, oldest first, with what stands against using it; none when it agrees.
    pub snapshots: Vec<(PathBuf, Option<String>)>,
    /// Rules that the replayed state breaks, or that were broken on the way to it: a fault of the
    /// twin.
    pub breaches: Vec<Breach>,
    /// Whether the journal has a torn end, which a start cuts off; it was never acknowledged.
    pub torn: bool,
}

/// Replays a plant's journal and compares: each decision with the one that was journaled, the books
/// with those of each snapshot, and record by record with a replay that begins at that snapshot.
/// Ends at the first difference. The plant must not be open.
///
/// A journal that was compacted is replayed from its oldest snapshot, whose content is then taken
/// for true.
///
/// # Errors
/// [`OpenError`] naming the file and offset of what cannot be read.
pub fn verify(options: &PlantOptions) -> Result<Verified, OpenError> {
    let dir: &Path = &options.dir;
    let _lock = lock(dir)?;
    Identity::claim(options)?;
    let settings = options.settings();
    let (main, snapshots) = beginning(dir, &settings)?;
    let began_after = main.head.commit_no;
    let mut run = Run {
        settings: &settings,
        steps: Steps::new(&main.books.plant),
        main,
        lanes: Vec::new(),
        snapshots,
        last: None,
    };
    let difference = match run.until_the_end(dir) {
        Ok(()) => None,
        Err(Ended::Differs(difference)) => Some(*difference),
        Err(Ended::Failed(RecoveryError::Diverged(difference))) => {
            let (start, _) = beginning(dir, &settings)?;
            Some(with_entities(dir, start, *difference)?)
        }
        Err(Ended::Failed(error)) => return Err(error.into()),
    };
    Ok(run.end(began_after, difference))
}

/// Where the replay begins, and the snapshots.
fn beginning(
    dir: &Path,
    settings: &Settings,
) -> Result<(Recovered, Vec<SnapshotCheck>), RecoveryError> {
    let mut checks = Vec::new();
    for path in snapshot_file::list(dir)? {
        let (found, against) = match snapshot_file::read(&path)? {
            Found::Books(stored) => (Some(stored), None),
            unusable => (None, Some(unusable.to_string())),
        };
        checks.push(SnapshotCheck {
            path,
            stored: found,
            against,
        });
    }
    let mut start = Recovered::empty(settings);
    let unusable = checks.iter().filter_map(|check| check.against.clone());
    if let Err(error) = recovery::must_begin(dir, unusable.collect()) {
        let oldest = checks.iter_mut().find(|check| check.stored.is_some());
        let Some(check) = oldest else {
            return Err(error);
        };
        match recovery::restored(&check.path, settings)? {
            Ok(from) => start = from,
            Err(_) => return Err(error),
        }
        check.stored = None;
    }
    start.books.replaying = true;
    Ok((start, checks))
}

struct SnapshotCheck {
    path: PathBuf,
    /// Until it was compared.
    stored: Option<Box<StoredBooks>>,
    /// Why it cannot be used.
    against: Option<String>,
}

/// Why a run ended before the end of the journal.
enum Ended {
    Differs(Box<Difference>),
    Failed(RecoveryError),
}

impl From<RecoveryError> for Ended {
    fn from(error: RecoveryError) -> Ended {
        Ended::Failed(error)
    }
}

impl From<JournalError> for Ended {
    fn from(error: JournalError) -> Ended {
        Ended::Failed(error.into())
    }
}

/// A replay from the beginning, with one beside it from each snapshot that it has passed.
struct Run<'a> {
    settings: &'a Settings,
    main: Recovered,
    lanes: Vec<(PathBuf, Recovered)>,
    snapshots: Vec<SnapshotCheck>,
    steps: Steps,
    /// The newest record.
    last: Option<Place>,
}

impl Run<'_> {
    fn until_the_end(&mut self, dir: &Path) -> Result<(), Ended> {
        let reached = reading::read(dir, self.main.head.commit_no, |read| self.record(read))?;
        recovery::finish(dir, &mut self.main, reached.clone())?;
        if let Some(check) = self.snapshots.iter().find(|check| check.stored.is_some()) {
            // It is of a commit that the journal does not have.
            if let Ok(mut ahead) = recovery::restored(&check.path, self.settings)? {
                recovery::finish(dir, &mut ahead, reached)?;
            }
        }
        let Some(place) = self.last.clone() else {
            return Ok(());
        };
        let replayed = stored(&self.main);
        for (path, lane) in &self.lanes {
            let against = Against::StartFrom(path.clone());
            let found =
                stored_difference::between(&stored(lane), &replayed, place.clone(), against);
            found.map_or(Ok(()), |found| Err(Ended::Differs(Box::new(found))))?;
        }
        Ok(())
    }

    fn record(&mut self, read: ReadRecord) -> Result<(), Ended> {
        let place = Place {
            segment: read.segment.to_path_buf(),
            offset: read.offset,
            commit_no: read.record.commit_no,
        };
        let again = (!self.lanes.is_empty()).then(|| read.clone());
        let changed = decide(&mut self.main, read)?;
        self.steps.look(&self.main.books.plant, self.main.replayed);
        if let Some(read) = again {
            for (path, lane) in &mut self.lanes {
                let against = Against::StartFrom(path.clone());
                let in_lane = match decide(lane, read.clone()) {
                    Ok(changed) => changed,
                    Err(RecoveryError::Diverged(found)) => {
                        // The replay from the beginning agreed with the journal.
                        let found = Difference {
                            against,
                            kept: found.replayed.clone(),
                            replayed: found.kept.clone(),
                            ..*found
                        };
                        return Err(Ended::Differs(Box::new(found)));
                    }
                    Err(error) => return Err(error.into()),
                };
                compare_changes(&in_lane, &changed, &place, &against)?;
            }
        }
        self.compare_snapshot(&place)?;
        self.last = Some(place);
        Ok(())
    }

    /// Compares with the snapshot of this commit, if there is one, and begins a replay there.
    fn compare_snapshot(&mut self, place: &Place) -> Result<(), Ended> {
        for check in &mut self.snapshots {
            let is_due = |stored: &mut Box<StoredBooks>| stored.commit_no == place.commit_no;
            let Some(kept) = check.stored.take_if(is_due) else {
                continue;
            };
            let against = Against::Snapshot(check.path.clone());
            let replayed = stored(&self.main);
            let found = stored_difference::between(&kept, &replayed, place.clone(), against);
            if let Some(found) = found {
                return Err(Ended::Differs(Box::new(found)));
            }
            match Recovered::of(*kept, self.settings) {
                Ok(mut lane) => {
                    lane.books.replaying = true;
                    self.lanes.push((check.path.clone(), lane));
                }
                Err(error) => check.against = Some(error.to_string()),
            }
        }
        Ok(())
    }

    fn end(self, began_after: u64, difference: Option<Difference>) -> Verified {
        let plant = &self.main.books.plant;
        let mut breaches = self.steps.end(plant);
        breaches.extend(plant.breaches());
        let snapshots = self.snapshots.into_iter();
        Verified {
            head: self.main.head,
            began_after,
            events: self.main.replayed,
            state_hash: plant.state_hash(),
            breaches,
            open_discrepancies: plant.open_discrepancies(),
            counts: self.main.books.counts.clone(),
            difference,
            snapshots: snapshots.map(|check| (check.path, check.against)).collect(),
            torn: self.main.torn.is_some(),
        }
    }
}

fn stored(recovered: &Recovered) -> StoredBooks {
    let Recovered {
        books,
        epoch,
        head,
        recorded,
        ..
    } = recovered;
    StoredBooks::of(books, *epoch, head.commit_no, *recorded, head.hash)
}

/// Decides a record again; gives what changed.
fn decide(recovered: &mut Recovered, read: ReadRecord) -> Result<Vec<Change>, RecoveryError> {
    recovery::replay_record(recovered, read, Outcome::default()).map(|outcome| outcome.changes)
}

fn compare_changes(
    kept: &[Change],
    replayed: &[Change],
    place: &Place,
    against: &Against,
) -> Result<(), Ended> {
    let longest = kept.len().max(replayed.len());
    let differs = (0..longest).find_map(|at| {
        let (was, is) = (kept.get(at), replayed.get(at));
        let was_key = was.map(|change| &change.key);
        let key = is.map(|change| &change.key).or(was_key)?;
        let was = was.filter(|change| change.key == *key);
        let change = is.or(was)?;
        let between = EntityDifference::between(
            key,
            was.map(|change| &change.state),
            is.map(|change| &change.state),
        );
        Some((between?, change.caused_by.clone()))
    });
    let Some((entity, cause)) = differs else {
        return Ok(());
    };
    let (what, kept, replayed) = stored_difference::of_entity(&entity);
    let what = format!(
        "after {} {} of {}, {what}",
        cause.type_name, cause.event, cause.source
    );
    Err(Ended::Differs(Box::new(Difference {
        place: place.clone(),
        event: None,
        against: against.clone(),
        what,
        kept,
        replayed,
        entities: vec![entity],
        entities_len: 1,
    })))
}

/// Adds what the replay changes and the journal's decision does not: what an event that was not
/// applied would have done.
fn with_entities(
    dir: &Path,
    start: Recovered,
    difference: Difference,
) -> Result<Difference, RecoveryError> {
    let Some(anew) = recovery::decided_anew(dir, start, difference.place.commit_no)? else {
        return Ok(difference);
    };
    let mut last = std::collections::BTreeMap::new();
    for change in &anew.changes {
        last.insert(&change.key, &change.state);
    }
    let changed = last.into_iter().filter_map(|(key, after)| {
        EntityDifference::between(key, anew.before.get(key), Some(after))
    });
    let mut entities: Vec<_> = changed.collect();
    let entities_len = entities.len();
    entities.truncate(DIFFERING_ENTITIES_MAX);
    Ok(Difference {
        entities,
        entities_len,
        ..difference
    })
}

/// Replays a plant's journal from its first record and tells `each` event that was applied, in the
/// order in which they were. Gives the plant as it then stands. The plant must not be open.
///
/// # Errors
/// [`OpenError`] naming the file and offset, or the first event that decides otherwise.
pub fn replay(options: &PlantOptions, each: &mut dyn FnMut(Event)) -> Result<Plant, OpenError> {
    let dir: &Path = &options.dir;
    let _lock = lock(dir)?;
    Identity::claim(options)?;
    let replayed = recovery::replay_all(dir, &options.settings(), each)?;
    Ok(replayed.books.plant)
}

/// Fewest events between two states that are compared.
const STEP_EVENTS_MIN: u64 = 64;

/// Compares the states that a replay goes through with each other. What no step may do cannot be
/// undone by later ones, so states some way apart show it too; comparing two costs a pass over all
/// entities, so it is done after as many events as there are entities.
struct Steps {
    before: Plant,
    /// Events decided up to there.
    events: u64,
    found: Vec<Breach>,
}

impl Steps {
    fn new(before: &Plant) -> Steps {
        Steps {
            before: before.clone(),
            events: 0,
            found: Vec::new(),
        }
    }

    fn look(&mut self, plant: &Plant, events: u64) {
        let due = STEP_EVENTS_MIN.max(plant.len() as u64);
        if events - self.events >= due {
            self.compare(plant);
            self.events = events;
        }
    }

    fn compare(&mut self, plant: &Plant) {
        self.found.extend(plant.breaches_since(&self.before));
        self.before = plant.clone();
    }

    fn end(mut self, plant: &Plant) -> Vec<Breach> {
        self.compare(plant);
        self.found
    }
}
