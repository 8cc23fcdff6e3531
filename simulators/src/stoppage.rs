//! Breakdowns and maintenance. They follow the calendar, not the load: what else happens in the
//! plant never moves a stop.

use twin_model::SmolStr;

use crate::happening::Happening;
use crate::machine::{Progress, Stop, Work};
use crate::random::Purpose;
use crate::simulation::{SECOND_US, Simulation};

impl Simulation {
    /// Schedules the next stop of a machine that has just begun to run.
    pub(crate) fn schedule_stop(&mut self, index: usize) {
        let machine = &self.machines[index];
        let draw = self
            .random
            .draw(machine.entity, machine.stops, Purpose::StopGap);
        let mean_us = self.model.work_centers[index].stops.gap_mean_s * SECOND_US;
        self.schedule_in_us(draw.exponential_us(mean_us), Happening::MachineStops(index));
    }

    pub(crate) fn machine_stops(&mut self, index: usize) {
        let habits = &self.model.work_centers[index].stops;
        let machine = &mut self.machines[index];
        let draw = |purpose| self.random.draw(machine.entity, machine.stops, purpose);
        let maintenance = machine.stops % habits.maintenance_every == habits.maintenance_every - 1;
        let (cause, length_us) = if maintenance {
            let length_us = draw(Purpose::StopLength).around_us(habits.maintenance_s * SECOND_US);
            ("planned maintenance", length_us)
        } else {
            let cause = draw(Purpose::StopCause).below(habits.causes.len() as u64);
            let mean_us = habits.breakdown_mean_s * SECOND_US;
            (
                habits.causes[cause as usize],
                draw(Purpose::StopLength).exponential_us(mean_us),
            )
        };
        machine.stop = Some(Stop {
            maintenance,
            cause: SmolStr::new_static(cause),
        });
        machine.stops += 1;
        self.pause(index);
        self.tell_machine_state(index);
        self.schedule_in_us(length_us, Happening::MachineRepaired(index));
    }

    pub(crate) fn machine_repaired(&mut self, index: usize) {
        self.machines[index].stop = None;
        self.resume(index);
        self.tell_machine_state(index);
        self.schedule_stop(index);
        self.look_for_work(index);
    }

    fn pause(&mut self, index: usize) {
        let Some(job) = &mut self.machines[index].job else {
            return;
        };
        if let Progress::Until(end_us, ticket) = job.progress {
            self.queue.cancel(ticket);
            job.progress = Progress::Paused(end_us - self.now_us);
        }
    }

    fn resume(&mut self, index: usize) {
        let paused = self.machines[index]
            .job
            .as_ref()
            .map(|job| (job.work, job.progress));
        if let Some((work, Progress::Paused(left_us))) = paused {
            let progress = self.work_until(index, work, left_us);
            if let Some(job) = &mut self.machines[index].job {
                job.progress = progress;
            }
        }
    }

    /// Schedules the end of a machine's work.
    pub(crate) fn work_until(&mut self, index: usize, work: Work, left_us: i64) -> Progress {
        let end = match work {
            Work::Setup => Happening::SetupEnds(index),
            Work::Batch(_) => Happening::BatchEnds(index),
        };
        let ticket = self.schedule_in_us(left_us, end);
        Progress::Until(self.now_us + left_us.max(0), ticket)
    }
}
