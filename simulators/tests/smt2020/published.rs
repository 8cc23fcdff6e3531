//! The published fab, where it is there: its counts are those that its authors and keepers tell.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;

use simulators::kernel::{Kernel, Tally};
use simulators::smt2020::{CalendarKind, Distribution, Fab, MaintenanceBasis, ProcessPer, Step};

use crate::real_data::real_data;

fn published() -> Option<Fab> {
    let folder = real_data("smt2020/SMT2020_HVLM")?;
    let files: BTreeMap<String, String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read_to_string(entry.path()).unwrap())
        })
        .collect();
    Some(Fab::read(&files).unwrap())
}

fn steps(fab: &Fab, is: impl Fn(&Step) -> bool) -> usize {
    let all = fab.routes.iter().flat_map(|route| &route.steps);
    all.filter(|step| is(step)).count()
}

#[test]
fn the_published_fab_has_its_tools_steps_and_lots() {
    let Some(fab) = published() else { return };
    assert_eq!(fab.tools.len(), 106);
    assert_eq!(
        fab.tools.iter().map(|tool| tool.quantity).sum::<u32>(),
        1_443
    );
    let lengths: Vec<usize> = fab.routes.iter().map(|route| route.steps.len()).collect();
    assert_eq!(lengths, [583, 343]);
    assert_eq!(fab.initial.len(), 2_255);
    assert_eq!(fab.maintenance.len() + fab.downtimes.len(), 292 + 11);
    assert_eq!(fab.attachments.len(), 292 + 11);
}

#[test]
fn the_published_fab_has_its_rarer_steps() {
    let Some(fab) = published() else { return };
    assert_eq!(steps(&fab, |step| step.queue_time.is_some()), 66);
    assert_eq!(steps(&fab, |step| step.rework.is_some()), 14);
    assert_eq!(steps(&fab, |step| step.sampling.is_some()), 149);
    assert_eq!(steps(&fab, |step| step.batch.is_some()), 28);
    assert_eq!(steps(&fab, |step| step.per == ProcessPer::Batch), 28);
}

#[test]
fn the_published_fab_releases_as_many_lots_a_day_as_is_told() {
    let Some(fab) = published() else { return };
    let day_us = 86_400_000_000.0;
    let lots = fab.releases.iter().map(|one| {
        assert!(matches!(one.every, Distribution::Constant(_)));
        f64::from(one.lots) * day_us / one.every.mean().us() as f64
    });
    let lots_per_day: f64 = lots.sum();
    assert!(
        (lots_per_day - 57.2).abs() < 0.05,
        "{lots_per_day} lots a day"
    );
}

#[test]
fn maintenance_of_the_published_fab_is_by_time_and_by_pieces() {
    let Some(fab) = published() else { return };
    let by_pieces = fab
        .maintenance
        .iter()
        .filter(|one| matches!(one.basis, MaintenanceBasis::Pieces(_)))
        .count();
    assert_eq!((by_pieces, fab.maintenance.len() - by_pieces), (213, 79));
    let down = fab
        .attachments
        .iter()
        .filter(|one| one.kind == CalendarKind::Down);
    assert_eq!(down.count(), 11);
}

#[test]
fn the_published_fab_runs_ten_days_and_its_tools_break_and_are_maintained_as_their_tables_say() {
    let Some(fab) = published() else { return };
    let file = fab.plant_file("SMT2020 HVLM");
    let floor = Arc::new(file.floor().unwrap());
    let mut tally = Tally::new(&floor, 0);
    let mut kernel = Kernel::new(Arc::clone(&floor), 1, 0, &mut tally);
    kernel
        .run_until(10 * 86_400 * 1_000_000, &mut tally)
        .unwrap();
    tally.close(kernel.now_us());
    let counts = kernel.counts();
    let came = 2_255 + 10 * 57;
    assert!(
        counts.released.abs_diff(came) < 30,
        "{counts:?}, expected {came}"
    );
    assert!(counts.done > 350, "{counts:?}");
    let steps: u64 = tally.work_centers().iter().map(|center| center.ended).sum();
    assert!(
        (200_000..330_000).contains(&steps),
        "some 26,500 steps a day, found {steps}"
    );
    let machines: i64 = (0..106)
        .map(|center| i64::from(floor.machines_of(center)))
        .sum();
    let time = (i128::from(machines) * i128::from(tally.span_us())) as f64;
    let broken: i128 = tally
        .work_centers()
        .iter()
        .map(|center| center.broken_us)
        .sum();
    // MTTR / (MTTF + MTTR) of the areas lies between 0.3 and 6 percent.
    let share = broken as f64 / time;
    assert!((0.003..0.06).contains(&share), "{share} of the time broken");
}
