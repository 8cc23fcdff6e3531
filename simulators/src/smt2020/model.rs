//! A fab as a plant file.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Attachment, CalendarKind, Distribution, Fab, First, MaintenanceBasis, ProcessPer, Rank, Route,
    Rule, Scope, Span, Step, Tool,
};
use crate::plant_file::{
    BatchRule, CountsFrom, DispatchRule, Downtime, DowntimeBasis, DowntimeKind, Drawn, Family,
    OpeningLot, PerWhat, PlantFile, Product, QueueLimitRule, Release, ReworkRule, Setup,
    Step as FileStep, Times, WorkCenter,
};

/// Microseconds of one minute, the unit of the file.
const MINUTE_US: f64 = 60e6;
/// Millionths of the whole.
const PPM: f64 = 1e6;

impl Fab {
    /// The fab as a plant. What the tables leave open is decided so:
    ///
    /// - loading and unloading a tool add to the time of a step and take the tool;
    /// - a machine takes hot lots first, then what needs no setup, then who waits longest;
    /// - a batch starts with its least number of lots and takes up to its most; steps do not share
    ///   batches;
    /// - breakdowns hit idle tools too and interrupt a lot, whose rest is done afterwards;
    ///   maintenance waits for the lot, and its period counts from one begin to the next;
    /// - a step that is late for its queue-time limit is counted and done all the same;
    /// - lots are due as long after their release as the first one is.
    pub fn plant_file(&self, name: &str) -> PlantFile {
        let mut file = PlantFile::empty(name);
        file.work_center = self.tools.iter().map(work_center).collect();
        if let Some(way) = self.transports.first() {
            file.transport = times(way.time, 0.0);
        }
        self.adds_setups(&mut file);
        for attachment in &self.attachments {
            self.adds_downtimes(&mut file, attachment);
        }
        for (part, route) in self.parts.iter().zip(&self.routes) {
            file.product.push(Product {
                id: part.name.clone(),
                pieces: self.usual_pieces(&part.name),
                step: self.steps(route, self.usual_pieces(&part.name)),
            });
        }
        self.adds_lots(&mut file);
        file
    }

    fn usual_pieces(&self, part: &str) -> u32 {
        let release = self.releases.iter().find(|release| release.part == part);
        release.map_or(1, |release| release.pieces)
    }

    fn adds_setups(&self, file: &mut PlantFile) {
        let mut least: BTreeMap<&str, u32> = BTreeMap::new();
        for (setup, runs) in self.setup_groups.iter().flat_map(|group| &group.least_runs) {
            least.insert(setup, *runs);
        }
        let mut own_times: BTreeMap<&str, Span> = BTreeMap::new();
        let mut names: BTreeSet<&str> = BTreeSet::new();
        for setup in self
            .routes
            .iter()
            .flat_map(|route| &route.steps)
            .filter_map(|step| step.setup.as_ref())
        {
            names.insert(&setup.name);
            if let Some(time) = setup.time {
                own_times.insert(&setup.name, time);
            }
        }
        for change in &self.setups {
            names.insert(&change.to);
            names.extend(change.from.as_deref());
        }
        file.family = names
            .iter()
            .map(|&name| Family {
                id: name.to_owned(),
                least_lots: least.get(name).copied().unwrap_or(0),
            })
            .collect();
        let listed = self.setups.iter().map(|change| Setup {
            from: change.from.clone(),
            to: change.to.clone(),
            time: Times::Always(minutes(change.time)),
        });
        let own = own_times.iter().map(|(&to, &time)| Setup {
            from: None,
            to: to.to_owned(),
            time: Times::Always(minutes(time)),
        });
        file.setup = own.chain(listed).collect();
    }

    fn adds_downtimes(&self, file: &mut PlantFile, attachment: &Attachment) {
        let Some(plain) = self.downtime(attachment) else {
            return;
        };
        let tools = self.tools.iter().filter(|tool| match &attachment.scope {
            Scope::Family(family) => tool.family == *family,
            Scope::Group(group) => tool.group == *group,
        });
        file.downtime.extend(tools.map(|tool| Downtime {
            work_center: tool.family.clone(),
            ..plain.clone()
        }));
    }

    /// What an attachment attaches, for no work center yet.
    fn downtime(&self, attachment: &Attachment) -> Option<Downtime> {
        let first = match attachment.first {
            First::After(after) => times(after, 0.0),
            First::Pieces(pieces) => Times::Always(f64::from(pieces)),
        };
        let plain = Downtime {
            id: attachment.calendar.clone(),
            work_center: String::new(),
            kind: DowntimeKind::Breakdown,
            basis: DowntimeBasis::Calendar,
            every: Times::default(),
            first: Some(first),
            lasts: Times::default(),
            resume: None,
            counts: CountsFrom::End,
        };
        if attachment.kind == CalendarKind::Down {
            let found = self
                .downtimes
                .iter()
                .find(|down| down.name == attachment.calendar)?;
            return Some(Downtime {
                every: times(found.to_failure, 0.0),
                lasts: times(found.to_repair, 0.0),
                ..plain
            });
        }
        let found = self
            .maintenance
            .iter()
            .find(|work| work.name == attachment.calendar)?;
        let (basis, every) = match found.basis {
            MaintenanceBasis::Calendar(every) => (DowntimeBasis::Calendar, minutes(every)),
            MaintenanceBasis::Pieces(pieces) => (DowntimeBasis::Pieces, f64::from(pieces)),
        };
        Some(Downtime {
            kind: DowntimeKind::Maintenance,
            basis,
            every: Times::Always(every),
            lasts: times(found.length, 0.0),
            counts: CountsFrom::Begin,
            ..plain
        })
    }

    fn steps(&self, route: &Route, pieces: u32) -> Vec<FileStep> {
        let mut steps: Vec<FileStep> = route
            .steps
            .iter()
            .map(|step| self.step(step, pieces))
            .collect();
        for step in &route.steps {
            let later = |number: u32| route.steps.iter().position(|step| step.number == number);
            if let Some(place) = step.same_tool_at.and_then(later) {
                steps[place].same_machine_as = Some(step.number.to_string());
            }
            if let Some(limit) = step.queue_time
                && let Some(place) = later(limit.until)
            {
                steps[place].queue_limit = Some(QueueLimitRule {
                    since: step.number.to_string(),
                    most: minutes(limit.limit),
                    late_to: None,
                });
            }
        }
        steps
    }

    fn step(&self, step: &Step, pieces: u32) -> FileStep {
        let handling = self
            .tool(&step.family)
            .map_or(0.0, |tool| minutes(tool.load) + minutes(tool.unload));
        let interval = step.next_piece_after.or(step.next_batch_after).map(minutes);
        let per_piece = step.per == ProcessPer::Piece;
        // The time of a piece stands for all of them, unless they follow each other at an interval.
        let share = if per_piece && interval.is_none() {
            handling / f64::from(pieces.max(1))
        } else {
            handling
        };
        let lots = |amount: u32| amount.div_ceil(pieces.max(1)).max(1);
        FileStep {
            per: if per_piece {
                PerWhat::Piece
            } else {
                PerWhat::Lot
            },
            interval,
            batch: step.batch.map(|batch| BatchRule {
                least: lots(batch.least),
                most: (batch.most / pieces.max(1)).max(lots(batch.least)),
                wait: None,
                kind: None,
            }),
            setup: step.setup.as_ref().map(|setup| setup.name.clone()),
            sample: step
                .sampling
                .map_or(1.0, |some| f64::from(some.share_ppm) / PPM),
            rework: step.rework.map(|rework| ReworkRule {
                probability: f64::from(rework.share_ppm) / PPM,
                to: rework.to.to_string(),
            }),
            ..FileStep::of(
                step.number.to_string(),
                step.family.clone(),
                times(step.time, share),
            )
        }
    }

    fn adds_lots(&self, file: &mut PlantFile) {
        let Some(begin) = self.releases.iter().map(|release| release.start.us()).min() else {
            return;
        };
        let after = |us: i64| (us - begin) as f64 / MINUTE_US;
        file.release = self
            .releases
            .iter()
            .map(|release| Release {
                product: release.part.clone(),
                every: Some(times(release.every, 0.0)),
                keep: None,
                first: after(release.start.us()),
                lots: release.lots,
                pieces: Some(release.pieces),
                priority: i32::try_from(release.priority).unwrap_or(i32::MAX),
                due: Some((release.due.us() - release.start.us()).max(0) as f64 / MINUTE_US),
                count: Some(u64::from(release.repeats) * u64::from(release.lots)),
                when_full: crate::plant_file::WhenFull::Wait,
            })
            .collect();
        file.lot = self
            .initial
            .iter()
            .map(|lot| OpeningLot {
                op: Some(lot.step.to_string()),
                due: Some(after(lot.due.us()).max(0.0)),
                priority: i32::try_from(lot.priority).unwrap_or(i32::MAX),
                pieces: Some(lot.pieces),
                ..OpeningLot::of(lot.name.clone(), lot.part.clone())
            })
            .collect();
    }
}

fn work_center(tool: &Tool) -> WorkCenter {
    let setups_count = tool.rule == Rule::LeastSetup
        || tool.wakes_least_setup
        || tool.ranks.contains(&Rank::SameSetup);
    WorkCenter {
        dispatch: setups_count.then_some(DispatchRule::LeastSetup),
        ..WorkCenter::of(tool.family.clone(), tool.quantity)
    }
}

fn minutes(span: Span) -> f64 {
    span.us() as f64 / MINUTE_US
}

/// A distribution in minutes, each time longer by `more` minutes.
fn times(distribution: Distribution, more: f64) -> Times {
    match distribution {
        Distribution::Constant(span) => Times::Always(minutes(span) + more),
        Distribution::Exponential(mean) => Times::Drawn(Drawn::Exponential(minutes(mean) + more)),
        Distribution::Uniform { mean, half_width } => {
            let (mean, half_width) = (minutes(mean) + more, minutes(half_width));
            Times::Drawn(Drawn::Uniform([mean - half_width, mean + half_width]))
        }
    }
}
