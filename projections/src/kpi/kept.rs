//! All that is known of a plant's key figures after a commit.

use actors::{Commit, Cursor, PlantClock, Snapshot};
use serde::{Deserialize, Serialize};
use twin_model::{PlantId, SmolStr, Time};

use super::observer::Observer;
use super::series::Series;
use super::target::{BREACHES_MAX, BreachView, Goal, Target};
use super::{Kpi, Measure};

/// How often targets are judged at most, in microseconds of the plant's time.
const JUDGE_EVERY_MICROS: i64 = 60 * 1_000_000;
/// Version of what the file holds. Another one is made anew from the journal.
pub(crate) const KPI_FORMAT: u32 = 1;

/// The figures after a commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kept {
    format: u32,
    plant: PlantId,
    epoch: u64,
    commit_no: u64,
    /// The plant's time at that commit.
    pub(crate) now: Time,
    /// From when on nothing is missing.
    pub(crate) since: Option<Time>,
    pub(crate) series: Series,
    pub(crate) observer: Observer,
    judged_at: Time,
    /// The targets by which the breaches were found.
    targets: Vec<Target>,
    pub(crate) breaches: Vec<BreachView>,
}

/// What became of a target at a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Turn {
    Missed(BreachView),
    WentUp(BreachView),
    Met(BreachView),
}

impl Kept {
    /// Nothing, before any commit.
    pub(crate) fn nothing(plant: PlantId, targets: Vec<Target>) -> Kept {
        Kept {
            format: KPI_FORMAT,
            plant,
            epoch: 0,
            commit_no: 0,
            now: Time::EPOCH,
            since: None,
            series: Series::default(),
            observer: Observer::default(),
            judged_at: Time::EPOCH,
            targets,
            breaches: Vec::new(),
        }
    }

    /// Whether this version goes on with it, for this plant.
    pub(crate) fn serves(&self, plant: &PlantId) -> bool {
        (self.format, &self.plant) == (KPI_FORMAT, plant)
    }

    /// From now on it is judged by these targets. Breaches of a target that is as it was stay; of
    /// others those that lasted are no longer known to.
    pub(crate) fn judge_by(&mut self, targets: Vec<Target>) {
        let before = std::mem::replace(&mut self.targets, targets);
        let stays = |name: &SmolStr| {
            let find = |targets: &[Target]| targets.iter().find(|it| it.name == *name).cloned();
            find(&before) == find(&self.targets)
        };
        self.breaches
            .retain(|breach| breach.until.is_some() || stays(&breach.target));
    }

    /// The whole of the last commit that was counted.
    pub(crate) fn cursor(&self) -> Cursor {
        Cursor {
            epoch: self.epoch,
            commit_no: self.commit_no,
            index: u32::MAX,
        }
    }

    /// Goes on at a later commit, when what lies between cannot be counted: what is open there is
    /// taken from the plant itself.
    pub(crate) fn go_on_at(&mut self, start: &Snapshot) {
        (self.epoch, self.commit_no) = (start.epoch, start.commit_no);
        self.observer.begin_at(start);
        self.since = None;
    }

    /// How many targets are missed now.
    pub(crate) fn missed(&self) -> usize {
        let lasting = self.breaches.iter().filter(|breach| breach.until.is_none());
        lasting.count()
    }

    /// Counts the next commit. Gives what became of targets.
    pub(crate) fn take_in(&mut self, commit: &Commit, clock: PlantClock) -> Vec<Turn> {
        debug_assert_eq!(
            commit.commit_no,
            self.commit_no + 1,
            "no commit is left out"
        );
        (self.epoch, self.commit_no) = (commit.epoch, commit.commit_no);
        let newest = commit.sources.iter().map(|(_, time)| *time).max();
        self.now = match clock {
            PlantClock::Wall => commit.recorded,
            PlantClock::EventTime if commit.clock > Time::EPOCH => commit.clock,
            PlantClock::EventTime => self.now.max(newest.unwrap_or(Time::EPOCH)),
        };
        self.since.get_or_insert(self.now);
        for observed in self.observer.observe(commit, clock) {
            self.series
                .add(observed.kpi, &observed.of, observed.at, &observed.sample);
        }
        // A clock may be set back, too.
        if (0..JUDGE_EVERY_MICROS).contains(&self.now.micros_since(self.judged_at)) {
            return Vec::new();
        }
        self.judged_at = self.now;
        self.series.forget_oldest();
        self.judge()
    }

    fn judge(&mut self) -> Vec<Turn> {
        let mut turns = Vec::new();
        for target in self.targets.clone() {
            let judged = self.judgements(&target);
            turns.extend(self.no_longer_judged(&target, &judged));
            for (of, missed, value) in judged {
                turns.extend(self.turn(&target, &of, missed, value));
            }
        }
        let mut over = self.breaches.len().saturating_sub(BREACHES_MAX);
        self.breaches.retain(|breach| {
            let goes = over > 0 && breach.until.is_some();
            over -= usize::from(goes);
            !goes
        });
        self.breaches.truncate(BREACHES_MAX);
        turns
    }

    /// How each of what a target is about stands now.
    fn judgements(&self, target: &Target) -> Vec<(SmolStr, bool, String)> {
        if target.kpi.measure() == Measure::Now {
            let (count, oldest) = self.observer.backlog();
            let value = match target.kpi {
                Kpi::ExceptionAge => oldest.map_or(0, |oldest| {
                    let micros = self.now.micros_since(oldest).max(0);
                    micros.unsigned_abs() / 1_000_000
                }),
                _ => count as u64,
            };
            let Goal::NowAtMost(most) = target.goal else {
                return Vec::new();
            };
            return vec![(SmolStr::default(), value > most, value.to_string())];
        }
        let series = self.series.within(target.kpi, target.window_h, self.now);
        let wanted = series.filter(|(of, _)| target.of.as_ref().is_none_or(|only| only == *of));
        wanted
            .filter_map(|(of, tally)| {
                let (missed, value) = target.judge(&tally)?;
                Some((of.clone(), missed, value))
            })
            .collect()
    }

    /// A breach of which the window has too few samples any more is over.
    fn no_longer_judged(
        &mut self,
        target: &Target,
        judged: &[(SmolStr, bool, String)],
    ) -> Vec<Turn> {
        let now = self.now;
        let mut over = Vec::new();
        for breach in &mut self.breaches {
            let lasts = breach.until.is_none() && breach.target == target.name;
            if lasts && !judged.iter().any(|(of, ..)| *of == breach.of) {
                breach.until = Some(now);
                over.push(Turn::Met(breach.clone()));
            }
        }
        over
    }

    fn turn(&mut self, target: &Target, of: &SmolStr, missed: bool, value: String) -> Option<Turn> {
        let now = self.now;
        let mut open = self.breaches.iter_mut();
        let open = open.find(|breach| {
            breach.until.is_none() && breach.target == target.name && breach.of == *of
        });
        let Some(breach) = open else {
            if !missed {
                return None;
            }
            let breach = BreachView {
                target: target.name.clone(),
                kpi: target.kpi,
                of: of.clone(),
                wanted: target.wanted(),
                value,
                since: now,
                until: None,
                owner: target.owner.clone(),
                escalated_at: None,
            };
            self.breaches.push(breach.clone());
            return Some(Turn::Missed(breach));
        };
        if !missed {
            breach.until = Some(now);
            return Some(Turn::Met(breach.clone()));
        }
        breach.value = value;
        let (after, to) = (target.escalate_after_min?, target.escalate_to.clone()?);
        let due = breach.since.plus_seconds(i64::from(after) * 60);
        if breach.escalated_at.is_some() || now < due {
            return None;
        }
        (breach.escalated_at, breach.owner) = (Some(now), to);
        Some(Turn::WentUp(breach.clone()))
    }
}
