//! A non-delay scheduler for job shops, by a plain scan over all machines and jobs.
//!
//! At every instant at which something ends, each free machine takes of the jobs that wait for it
//! the one that its rule prefers; no machine waits for a better job. Of equals the job with the
//! lower number is taken. There is no event queue: time goes on to the least end there is.

use simulators::job_shop_file::{JobShop, JobStep};

/// Which of the waiting jobs a machine takes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Rule {
    /// The one that came to the machine first.
    Fifo,
    /// The one with the shortest time at the machine.
    Spt,
    /// The one with the most work left, this step included.
    Mwkr,
}

pub(crate) const RULES: [Rule; 3] = [Rule::Fifo, Rule::Spt, Rule::Mwkr];

/// Where a job stands: its next step, and when it came to the machine of that step.
struct Stand<'a> {
    left: &'a [JobStep],
    came: u64,
    busy: bool,
}

impl Stand<'_> {
    fn preference(&self, rule: Rule) -> i64 {
        match rule {
            Rule::Fifo => self.came as i64,
            Rule::Spt => i64::from(self.left[0].time),
            Rule::Mwkr => -self
                .left
                .iter()
                .map(|step| i64::from(step.time))
                .sum::<i64>(),
        }
    }
}

/// One step as it was carried out, in the unit of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Done {
    pub(crate) start: u64,
    pub(crate) end: u64,
    pub(crate) machine: usize,
    pub(crate) job: usize,
}

/// The whole schedule, in the order in which the steps began.
pub(crate) fn schedule(shop: &JobShop, rule: Rule) -> Vec<Done> {
    let mut stands: Vec<Stand<'_>> = shop
        .jobs()
        .iter()
        .map(|steps| Stand {
            left: steps,
            came: 0,
            busy: false,
        })
        .collect();
    let mut running: Vec<Option<Done>> = vec![None; shop.machines()];
    let mut done = Vec::new();
    let mut now = 0;
    loop {
        for (machine, place) in running.iter_mut().enumerate() {
            if place.is_some() {
                continue;
            }
            let waits = |stand: &Stand<'_>| {
                !stand.busy
                    && stand
                        .left
                        .first()
                        .is_some_and(|step| step.machine == machine)
            };
            let chosen = (0..stands.len())
                .filter(|job| waits(&stands[*job]))
                .min_by_key(|job| (stands[*job].preference(rule), *job));
            if let Some(job) = chosen {
                stands[job].busy = true;
                let step = Done {
                    start: now,
                    end: now + u64::from(stands[job].left[0].time),
                    machine,
                    job,
                };
                *place = Some(step);
                done.push(step);
            }
        }
        let Some(next) = running.iter().flatten().map(|step| step.end).min() else {
            return done;
        };
        now = next;
        for place in &mut running {
            if let Some(step) = place.filter(|step| step.end == now) {
                let stand = &mut stands[step.job];
                stand.left = &stand.left[1..];
                stand.came = now;
                stand.busy = false;
                *place = None;
            }
        }
    }
}

/// When the last step ends.
pub(crate) fn makespan(schedule: &[Done]) -> u64 {
    schedule.iter().map(|step| step.end).max().unwrap_or(0)
}
