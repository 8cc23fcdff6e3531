//! The picture of one plant that queries read: made from a snapshot, kept current by commits.
//!
//! It is derived: dropping it and building it from the plant's newest snapshot gives the same.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use actors::{
    CauseRef, Commit, Counts, Cursor, Durability, ExceptionEntry, ExceptionId, PlantClock, Snapshot,
};
use twin_model::{Entity, EntityKey, EntityKind, Notice, PlantId, SourceId, Time};

use crate::change_event::{ChangeEvent, Happening};
use crate::entities::Entities;
use crate::filter::state_of;
use crate::past::PastView;
use crate::standing::{Standing, ages, plant_now};
use crate::view::{CountsView, PlantView};

/// The picture of one plant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadModel {
    plant: PlantId,
    clock: PlantClock,
    durability: Durability,
    /// The whole of this commit is in.
    cursor: Cursor,
    recorded: Time,
    pub(crate) entities: Entities,
    counts: Arc<Counts>,
    exceptions: BTreeMap<ExceptionId, Arc<ExceptionEntry>>,
    sources: BTreeMap<SourceId, Time>,
    /// Newest time among all events.
    newest: Option<Time>,
    /// What the plant's sources last said of its clock; `None` when they never did.
    ticked: Option<Time>,
    /// The time that it stands at, and what of, when it is a picture of the past.
    past: Option<(Time, PastView)>,
}

/// A clock that was told; it stands at the Unix epoch before.
fn told(clock: Time) -> Option<Time> {
    (clock > Time::EPOCH).then_some(clock)
}

fn by_number(exceptions: &[Arc<ExceptionEntry>]) -> BTreeMap<ExceptionId, Arc<ExceptionEntry>> {
    let numbered = exceptions.iter().map(|entry| (entry.id, Arc::clone(entry)));
    numbered.collect()
}

impl ReadModel {
    /// The picture of the plant at `snapshot`.
    #[must_use]
    pub fn from_snapshot(
        snapshot: &Snapshot,
        clock: PlantClock,
        durability: Durability,
    ) -> ReadModel {
        let mut entities = Entities::default();
        let mut reached = BTreeSet::new();
        for entity in snapshot.plant.entities() {
            entities.put(entity, &mut reached);
            entities.look_at_disputes(&entity.key());
        }
        ReadModel {
            plant: snapshot.plant.id().clone(),
            clock,
            durability,
            cursor: snapshot.cursor(),
            recorded: snapshot.recorded,
            entities,
            counts: Arc::clone(&snapshot.counts),
            exceptions: by_number(&snapshot.exceptions),
            sources: snapshot.sources.clone(),
            newest: snapshot.sources.values().max().copied(),
            ticked: told(snapshot.clock),
            past: None,
        }
    }

    /// It is a picture of the past, and stands still at `now`.
    pub(crate) fn of_the_past(self, now: Time, past: PastView) -> ReadModel {
        ReadModel {
            past: Some((now, past)),
            ..self
        }
    }

    /// Takes the next commit in.
    ///
    /// # Panics
    /// When `commit` is not the one after the newest that is in: the picture would have a hole.
    pub fn apply(&mut self, commit: &Commit) {
        drop(self.take_in(commit));
    }

    /// As [`ReadModel::apply`]; gives what the commit means for the change stream, in order.
    pub(crate) fn take_in(&mut self, commit: &Commit) -> Vec<ChangeEvent> {
        assert!(
            commit.commit_no == self.cursor.commit_no + 1 && commit.epoch >= self.cursor.epoch,
            "plant {}: commits come without a gap",
            self.plant
        );
        let before = self.published_at();
        let mut reached = BTreeSet::new();
        let mut were = Vec::with_capacity(commit.changes.len());
        for change in &commit.changes {
            let (kind, id) = (change.key.kind(), change.key.id());
            were.push(self.entities.get(kind, id).map_or("", state_of));
            self.entities.put(&change.state, &mut reached);
        }
        for (_, _, notice) in &commit.notices {
            if let Notice::DiscrepancyFound { object, .. }
            | Notice::DiscrepancyHealed { object, .. } = notice
            {
                self.entities.look_at_disputes(object);
            }
        }
        for (source, time) in &commit.sources {
            let newest = self.sources.entry(source.clone()).or_insert(*time);
            *newest = (*newest).max(*time);
            self.newest = self.newest.max(Some(*time));
        }
        let news = self.take_exceptions(commit);
        self.counts = Arc::clone(&commit.counts);
        self.recorded = commit.recorded;
        self.ticked = told(commit.clock);
        self.cursor = Cursor {
            epoch: commit.epoch,
            commit_no: commit.commit_no,
            index: u32::MAX,
        };
        self.events(commit, (before, &were), reached, news)
    }

    /// Takes the commit's exceptions in. Gives those of which people should hear: new ones, ones
    /// that are open again, and settled ones.
    fn take_exceptions(&mut self, commit: &Commit) -> Vec<Arc<ExceptionEntry>> {
        let mut told = Vec::new();
        for entry in &commit.exceptions {
            let before = self.exceptions.insert(entry.id, Arc::clone(entry));
            if before.is_none_or(|before| before.is_open() != entry.is_open()) {
                told.push(Arc::clone(entry));
            }
        }
        for id in &commit.exceptions_gone {
            self.exceptions.remove(id);
        }
        told
    }

    /// What a commit that is in means for the change stream: its changes and notices as they
    /// came, then items that are different because another entity or the time is, then exceptions.
    fn events(
        &self,
        commit: &Commit,
        (before, were): (Time, &[&'static str]),
        reached: BTreeSet<EntityKey>,
        news: Vec<Arc<ExceptionEntry>>,
    ) -> Vec<ChangeEvent> {
        let now = self.published_at();
        let mut entries: Vec<(u32, Time, Happening)> = Vec::new();
        for (change, was) in commit.changes.iter().zip(were) {
            let cause = Some(Arc::clone(&change.caused_by));
            let state = self.state((&change.state, was), now, cause);
            entries.push((change.index, change.at, state));
        }
        for (index, at, notice) in &commit.notices {
            entries.push((*index, *at, Happening::Notice(notice.clone())));
        }
        entries.sort_by_key(|(index, ..)| *index);

        let mut index = entries.last().map_or(0, |(index, ..)| *index);
        let mut add = |at: Time, happening: Happening| {
            index += 1;
            entries.push((index, at, happening));
        };
        for entity in self.changed_by_others(commit, before, reached) {
            add(now, self.state((entity, state_of(entity)), now, None));
        }
        for entry in news {
            add(entry.last_seen, Happening::Exception(entry));
        }
        entries
            .into_iter()
            .map(|(index, at, happening)| {
                let cursor = Cursor {
                    index,
                    ..self.cursor
                };
                ChangeEvent::new(self.plant.clone(), cursor, at, happening)
            })
            .collect()
    }

    fn state(
        &self,
        (state, was): (&Entity, &'static str),
        now: Time,
        cause: Option<Arc<CauseRef>>,
    ) -> Happening {
        Happening::State {
            state: state.clone(),
            related: self.entities.related(state),
            now,
            was,
            caused_by: cause,
        }
    }

    /// Entities that the commit left alone but whose items it changed: holds that now reach
    /// other lots, inspections for which a delivery waits, orders that became late, lots that
    /// expired.
    fn changed_by_others<'m>(
        &'m self,
        commit: &'m Commit,
        before: Time,
        reached: BTreeSet<EntityKey>,
    ) -> Vec<&'m Entity> {
        let changed: BTreeSet<&EntityKey> =
            commit.changes.iter().map(|change| &change.key).collect();
        let reached = reached
            .into_iter()
            .filter_map(|key| self.entities.get(key.kind(), key.id()));
        reached
            .chain(self.entities.alarms(before, self.published_at()))
            .filter(|entity| !changed.contains(&entity.key()))
            .collect()
    }

    /// The time of a plant that lives in the time of its events: what its sources say of the clock
    /// or, when they never do, the newest event. One event with a wrong time moves only the latter.
    fn event_time(&self) -> Option<Time> {
        self.ticked.or(self.newest)
    }

    /// The plant's now as of the newest commit, so that the stream does not depend on when it is
    /// read.
    fn published_at(&self) -> Time {
        match self.clock {
            PlantClock::Wall => self.recorded,
            PlantClock::EventTime => plant_now(self.clock, self.event_time()),
        }
    }

    /// The plant.
    #[must_use]
    pub fn plant(&self) -> &PlantId {
        &self.plant
    }

    /// The position that the picture has reached: the whole of its newest commit.
    #[must_use]
    pub fn cursor(&self) -> Cursor {
        self.cursor
    }

    /// What became of every input.
    #[must_use]
    pub fn counts(&self) -> &Arc<Counts> {
        &self.counts
    }

    /// The exceptions that are kept, by their number.
    pub(crate) fn exceptions(&self) -> &BTreeMap<ExceptionId, Arc<ExceptionEntry>> {
        &self.exceptions
    }

    /// How many exceptions wait for a person.
    pub(crate) fn open_exceptions(&self) -> usize {
        let waiting = self.exceptions.values();
        waiting
            .filter(|entry| entry.is_open() && !entry.refused)
            .count()
    }

    /// The plant's now, for what depends on it when it is read.
    #[must_use]
    pub fn now(&self) -> Time {
        match self.past {
            Some((now, _)) => now,
            None => plant_now(self.clock, self.event_time()),
        }
    }

    /// Plant time that the picture has reached; `None` before the first commit.
    #[must_use]
    pub fn as_of(&self) -> Option<Time> {
        if let Some((now, _)) = self.past {
            return Some(now);
        }
        match self.clock {
            PlantClock::Wall => (self.cursor.commit_no > 0).then_some(self.recorded),
            PlantClock::EventTime => self.event_time(),
        }
    }

    /// How current the picture is.
    #[must_use]
    pub fn standing(&self) -> Standing {
        Standing {
            plant: self.plant.clone(),
            seq: self.cursor.commit_no,
            cursor: self.cursor,
            as_of: self.as_of(),
            past: self.past.map(|(_, past)| past),
            sources: ages(&self.sources, self.now()),
        }
    }

    /// The plant at a glance.
    #[must_use]
    pub fn plant_view(&self) -> PlantView {
        let size = |kind| self.entities.table(kind).len();
        PlantView {
            id: self.plant.clone(),
            seq: self.cursor.commit_no,
            cursor: self.cursor.to_string(),
            as_of: self.as_of(),
            work_orders: size(EntityKind::WorkOrder),
            lots: size(EntityKind::Lot),
            work_centers: size(EntityKind::WorkCenter),
            shipments: size(EntityKind::Shipment),
            open_holds: self.entities.open_holds().len(),
            open_exceptions: self.open_exceptions(),
            clock: match self.clock {
                PlantClock::Wall => "wall",
                PlantClock::EventTime => "event_time",
            },
            durability: self.durability.as_str(),
            counts: CountsView::from(self.counts.as_ref()),
        }
    }
}
