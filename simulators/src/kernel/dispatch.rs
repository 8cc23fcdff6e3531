//! How idle machines choose among the lots that wait.

use super::Run;
use super::floor::{Batch, NEVER_US, NONE, Rule};
use super::happening::{Happening, Watch};
use super::line::Turn;

/// A lot, or a batch of a sort, that a machine could take.
struct Offer {
    sort: usize,
    /// Place in the sort's heap.
    place: usize,
    turn: Turn,
}

impl<W: Watch> Run<'_, W> {
    /// All work centers that look for work choose, in the order of their numbers.
    #[inline]
    pub(crate) fn look_for_work(&mut self) {
        if self.state.looking.len() == 1 {
            let only = self.state.looking[0];
            self.state.looking.clear();
            return self.chooses(only);
        }
        let mut looking = std::mem::take(&mut self.state.looking);
        looking.sort_unstable();
        for &work_center in &looking {
            self.chooses(work_center);
        }
        looking.clear();
        // What began to look meanwhile looks next; the list's memory is used again.
        looking.append(&mut self.state.looking);
        self.state.looking = looking;
    }

    #[inline]
    fn chooses(&mut self, work_center: u32) {
        let plan = &self.floor.work_centers[work_center as usize];
        self.state.centers[work_center as usize].looks = false;
        if !plan.plain {
            return self.chooses_with_care(work_center);
        }
        loop {
            let center = &mut self.state.centers[work_center as usize];
            if center.idle == 0 {
                return;
            }
            let taken = if plan.rule == Rule::Cr {
                self.most_critical(work_center)
            } else {
                center.line.pop(0)
            };
            let Some(lot) = taken else {
                return;
            };
            let mut machine = plan.first_machine;
            while !self.state.machines[machine as usize].idle {
                machine += 1;
            }
            if !self.sent_away_late(lot) {
                self.begins(machine, lot);
            }
        }
    }

    /// A lot over its queue-time limit is told of, and may have to go somewhere else.
    #[inline]
    fn sent_away_late(&mut self, lot: u32) -> bool {
        let place = self.state.lots.at(lot);
        let Some(limit) = self.floor.steps[place.step as usize].limit else {
            return false;
        };
        let since = place.memories[limit.since as usize];
        if since == i64::from(NONE) || self.state.now_us - since <= limit.most_us {
            return false;
        }
        let now_us = self.state.now_us;
        self.watch.sees(now_us, Happening::Late { lot: place });
        if limit.late_to == NONE {
            return false;
        }
        let work_center = place.work_center;
        self.watch.sees(
            now_us,
            Happening::Withdrawn {
                lot: place,
                work_center,
            },
        );
        self.watch.sees(
            now_us,
            Happening::SentBack {
                lot: place,
                to: limit.late_to,
            },
        );
        self.goes_to(lot, limit.late_to, None);
        true
    }

    fn most_critical(&mut self, work_center: u32) -> Option<u32> {
        let place = self.most_critical_of(work_center, 0)?.place;
        let center = &mut self.state.centers[work_center as usize];
        Some(center.line.remove(0, place))
    }

    /// The lot of a sort with the least (due - now) / work left, after its priority; lots that are
    /// never due come last.
    fn most_critical_of(&self, work_center: u32, sort: usize) -> Option<Offer> {
        let line = &self.state.centers[work_center as usize].line;
        let lots = line.sorts.get(sort)?.lots.entries();
        let ratio = |lot: u32| {
            let lot = self.state.lots.at(lot);
            if lot.due_us >= NEVER_US {
                return i64::MAX;
            }
            let left_us = self.floor.steps[lot.step as usize].left_us.max(1);
            // In thousandths, whole: no rounding of a platform decides.
            let slack_us = i128::from(lot.due_us) - i128::from(self.state.now_us);
            let ratio = slack_us * 1_000 / i128::from(left_us);
            ratio.clamp(i128::from(i64::MIN), i128::from(i64::MAX - 1)) as i64
        };
        let ranked = lots.iter().enumerate().map(|(place, &(turn, lot))| {
            let rank = ratio(lot);
            (Turn { rank, ..turn }, place)
        });
        let (turn, place) = ranked.min()?;
        Some(Offer { sort, place, turn })
    }

    /// Machines with setups, batches, crews, or lots that need a certain machine.
    fn chooses_with_care(&mut self, work_center: u32) {
        let plan = &self.floor.work_centers[work_center as usize];
        // Machines that are set up for a lot come before those that would have to change over.
        let passes = if plan.rule == Rule::LeastSetup {
            [true, false].as_slice()
        } else {
            [false].as_slice()
        };
        for &set_up in passes {
            for machine in plan.first_machine..plan.first_machine + plan.machines {
                while self.state.machines[machine as usize].idle {
                    let Some(offer) = self.best_offer(work_center, machine, set_up) else {
                        break;
                    };
                    self.takes(work_center, machine, &offer);
                }
            }
        }
    }

    /// The best of all sorts; with `set_up`, of those that need no setup.
    fn best_offer(&mut self, work_center: u32, machine: u32, set_up: bool) -> Option<Offer> {
        let sorts = self.state.centers[work_center as usize].line.sorts.len();
        let mut best: Option<((i64, i64, Turn), Offer)> = None;
        for sort in 0..sorts {
            let fits = self.is_set_up(work_center, machine, sort)
                || !set_up && self.is_worth_a_setup(work_center, sort);
            if !fits {
                continue;
            }
            let Some(offer) = self.offer(work_center, machine, sort) else {
                continue;
            };
            let key = self.preference(work_center, machine, &offer);
            if best.as_ref().is_none_or(|(least, _)| key < *least) {
                best = Some((key, offer));
            }
        }
        best.map(|(_, offer)| offer)
    }

    fn is_set_up(&self, work_center: u32, machine: u32, sort: usize) -> bool {
        let family = self.state.centers[work_center as usize].line.sorts[sort]
            .alike
            .family;
        family == NONE || family == self.state.machines[machine as usize].family
    }

    /// Whether a machine may change over for a sort: for as many lots as its family runs at least,
    /// or where no other one that runs could take them. Else all machines that have nothing else
    /// change over for the same few lots.
    fn is_worth_a_setup(&self, work_center: u32, sort: usize) -> bool {
        let waiting = &self.state.centers[work_center as usize].line.sorts[sort];
        let family = waiting.alike.family;
        let least = self.floor.families[family as usize].least_lots;
        if waiting.lots.len() >= least as usize || waiting.alike.machine != NONE {
            return true;
        }
        let plan = &self.floor.work_centers[work_center as usize];
        let (from, to) = (plan.first_machine, plan.first_machine + plan.machines);
        let mut machines = self.state.machines[from as usize..to as usize].iter();
        !machines.any(|it| it.family == family && it.stops == 0 && it.blocked == 0)
    }

    /// What a sort offers to a machine now: its first lot, when the machine and enough lots and
    /// people are there.
    fn offer(&mut self, work_center: u32, machine: u32, sort: usize) -> Option<Offer> {
        let center = &self.state.centers[work_center as usize];
        let waiting = &center.line.sorts[sort];
        let &(turn, lot) = waiting.lots.first()?;
        if waiting.alike.machine != NONE && waiting.alike.machine != machine {
            return None;
        }
        let first = self.state.lots.at(lot);
        let step = &self.floor.steps[first.step as usize];
        let enough = step
            .batch
            .is_none_or(|batch| self.is_enough(batch, waiting.lots.len(), first.queued_us));
        if !enough {
            return None;
        }
        let (crew, wanted) = waiting.alike.crew;
        if crew != NONE && self.state.crews[crew as usize].free < wanted {
            let wanted_by = &mut self.state.crews[crew as usize].wanted_by;
            if !wanted_by.contains(&work_center) {
                wanted_by.push(work_center);
            }
            return None;
        }
        if self.floor.work_centers[work_center as usize].rule == Rule::Cr {
            return self.most_critical_of(work_center, sort);
        }
        Some(Offer {
            sort,
            place: 0,
            turn,
        })
    }

    fn is_enough(&self, batch: Batch, waiting: usize, first_queued_us: i64) -> bool {
        let waited_us = self.state.now_us - first_queued_us;
        waiting >= batch.least as usize || batch.wait_us.is_some_and(|wait| waited_us >= wait)
    }

    /// The lesser, the better: urgent lots, then the setup that may not be left yet, then what the
    /// rule says.
    fn preference(&self, work_center: u32, machine: u32, offer: &Offer) -> (i64, i64, Turn) {
        let plan = &self.floor.work_centers[work_center as usize];
        let alike = self.state.centers[work_center as usize].line.sorts[offer.sort].alike;
        let state = &self.state.machines[machine as usize];
        let same = alike.family == NONE || alike.family == state.family;
        let kept = self
            .floor
            .families
            .get(state.family as usize)
            .is_some_and(|family| state.lots_since_setup < family.least_lots);
        let leaves_early = i64::from(kept && !same);
        let setup_us = if same || plan.rule != Rule::LeastSetup {
            0
        } else {
            self.setup(state.family, alike.family)
                .map_or(0, |law| law.mean_us() as i64)
        };
        (leaves_early, setup_us, offer.turn)
    }

    fn takes(&mut self, work_center: u32, machine: u32, offer: &Offer) {
        let line = &mut self.state.centers[work_center as usize].line;
        let first = line.remove(offer.sort, offer.place);
        let step = &self.floor.steps[self.state.lots.at(first).step as usize];
        if self.sent_away_late(first) {
            return;
        }
        let most = step.batch.map_or(1, |batch| batch.most);
        let mut last = first;
        for _ in 1..most {
            let line = &mut self.state.centers[work_center as usize].line;
            let Some(lot) = line.pop(offer.sort) else {
                break;
            };
            if self.sent_away_late(lot) {
                continue;
            }
            self.state.lots.at_mut(last).with = lot;
            last = lot;
        }
        self.begins(machine, first);
    }
}
