//! A fab of three families, made by hand, with everything that a data set can tell.

use std::collections::BTreeMap;

use simulators::smt2020::{
    Attachment, Batch, CalendarKind, Distribution, Fab, First, MaintenanceBasis, ProcessPer,
    QueueTime, Rank, Rework, Rule, Sampling, Scope, Smt2020Fault,
};

pub(crate) const ROUTE_HEAD: &str = "ROUTE STEP DESC STNFAM PDIST PTIME PTIME2 PTUNITS PTPER \
    BATCHMN BATCHMX SETUP WHEN STIME STUNITS SVESTN FORSTEP BatchInterval BatchIntUnits \
    PartInterval PartIntUnits RWKSTEP REWORK RWKTYPE StepPercent STEP_CQT CQT CQTUNITS IGNORE";

/// Files as they stand here: cells between blanks, `-` for an empty one.
const FILES: [(&str, &[&str]); 11] = [
    (
        "tool.txt.1l",
        &[
            "STNFAM STN RULE FWLRANK WAKERESRANK BATCHCRITF BATCHPER LTIME LTUNITS ULTIME ULTUNITS \
             STNCAP STNQTY STNGRP STNFAMSTEP_ACTLIST STNFAMLOC PRERULERWL SETUPGRP",
            "Oven Oven rule_HotLotFIRST rank_HP;rank_RSETUP;rank_FIFO - crit_sameroutestep piece \
             1.0 min 2.5 min - 2.0 Heat - Fab no -",
            "Gun Gun rule_LSSU rank_HP;rank_FIFO wake_LeastSetupTime - - 30 sec 0.0 min 2.0 3.0 \
             Beam Custom_actlist_ASISemiOpersDuringSetupAndAdditionalLoadUnload Fab no Gases",
            "Eye Eye rule_HotLotFIRST rank_FIFO - - - 0 min 0 min - 1 Look - Lab no -",
        ],
    ),
    (
        "part.txt",
        &[
            "PARTGRP PARTFAM PART ROUTEFILE ROUTE",
            "Saleable chips chip chip.txt r_chip",
        ],
    ),
    (
        "chip.txt",
        &[
            ROUTE_HEAD,
            "r_chip 1 bake Oven uniform 501.33 25.0665 min per_batch 50 75 - - - - - - - - - - - - \
             - - 20 2 hr x",
            "r_chip 10 shoot Gun constant 1.5 - min per_piece - - GasA need - - yes 20 - - 0.855 \
             min - - - 30 - - - x",
            "r_chip 20 again Gun exponential 9 - sec per_lot - - GasB need 15 min - - 53.949 min - \
             - - - - 100 - - - x",
            "r_chip 21 look Eye uniform 3 3 min per_lot - - - - - - - - - - - - 10 1.75 lot - - - \
             - x",
        ],
    ),
    (
        "order.txt",
        &[
            "LOT PART PRIOR PIECES START RDIST REPEAT RUNITS RPT# LOTSPERRPT DUE ORDER HOTLOT",
            "Lot chip 10 25 01/01/18_00:00:00 constant 51.69 min 200 1 02/23/18_20:07:47 O_Lot no",
        ],
    ),
    (
        "WIP.txt",
        &[
            "LOT PART PRIOR PIECES START CURSTEP DUE ORDER HOTLOT TRACE",
            "First chip 10 25 01/01/18_00:00:00 20 12/31/17_06:19:32 O_WIP",
            "Second chip 20 25 01/01/18_00:00:00 1 01/02/18_00:00:00 O_WIP - -",
        ],
    ),
    (
        "setup.txt",
        &[
            "CURSETUP NEWSETUP STIME STUNITS IGNORE",
            "- GasA 72 min x",
            "GasA GasB 7 min x",
        ],
    ),
    (
        "setupgrp.txt",
        &[
            "SETUPGRP SETUP MINRUN IGNORE",
            "Gases GasA 7 x",
            "- GasB 5 x",
        ],
    ),
    (
        "attach.txt",
        &[
            "CALNAME CALTYPE RESTYPE RESNAME FOADIST FOA FOAUNITS",
            "Break down stngrp Beam exponential 10080 min",
            "Monthly pm stnfam Oven constant 29.4 day",
            "Worn pm stnfam Gun constant 2450",
        ],
    ),
    (
        "downcal.txt",
        &[
            "DOWNCALNAME DOWNCALTYPE MTTFDIST MTTF MTTFUNITS MTTRDIST MTTR MTTRUNITS IGNORE",
            "Break mttf_by_cal exponential 10080 min exponential 35.28 min x",
        ],
    ),
    (
        "pmcal.txt",
        &[
            "PMCALNAME PMCALTYPE MTBPM MTBPMUNITS MTTRDIST MTTR MTTR2 MTTRUNITS IGNORE",
            "Monthly mtbpm_by_cal 30 day uniform 13.76 2.75 hr x",
            "Worn mtbpm_by_pieces 2500 pieces uniform 8.74 1.75 hr x",
        ],
    ),
    (
        "fromto.txt",
        &[
            "FROMLOC TOLOC DDIST DTIME DTIME2 DUNITS",
            "Fab Fab uniform 7.5 2.5 min",
        ],
    ),
];

fn written(line: &str) -> String {
    let cells = line
        .split_whitespace()
        .map(|cell| if cell == "-" { "" } else { cell });
    // An instant has a blank within.
    let cells = cells.map(|cell| {
        let instant = cell.starts_with(|c: char| c.is_ascii_digit()) && cell.contains('/');
        if instant {
            cell.replace('_', " ")
        } else {
            cell.to_owned()
        }
    });
    cells.collect::<Vec<_>>().join("\t")
}

pub(crate) fn files() -> BTreeMap<String, String> {
    let text = |lines: &[&str]| lines.iter().map(|line| written(line) + "\n").collect();
    FILES
        .iter()
        .map(|(name, lines)| ((*name).to_owned(), text(lines)))
        .collect()
}

/// The fab with one text of one file in place of another.
pub(crate) fn with(file: &str, old: &str, new: &str) -> Result<Fab, Smt2020Fault> {
    let mut files = files();
    let text = files.get_mut(file).unwrap();
    assert!(text.contains(old), "{file} has no {old:?}:\n{text}");
    *text = text.replacen(old, new, 1);
    Fab::read(&files)
}

fn fab() -> Fab {
    Fab::read(&files()).unwrap()
}

#[test]
fn tools_are_read_with_their_loading_rules_and_places() {
    let fab = fab();
    let [oven, gun, eye] = &fab.tools[..] else {
        panic!("three families")
    };
    assert_eq!(
        (oven.load.us(), oven.unload.us()),
        (60_000_000, 150_000_000)
    );
    assert_eq!(
        (oven.quantity, oven.capacity, oven.batches),
        (2, None, true)
    );
    assert_eq!(oven.ranks, [Rank::Priority, Rank::SameSetup, Rank::Fifo]);
    assert_eq!((gun.load.us(), gun.rule), (30_000_000, Rule::LeastSetup));
    assert_eq!(
        (gun.quantity, gun.capacity, gun.wakes_least_setup),
        (3, Some(2), true)
    );
    assert_eq!(gun.setup_group.as_deref(), Some("Gases"));
    assert_eq!((eye.location.as_str(), eye.group.as_str()), ("Lab", "Look"));
    assert_eq!(fab.transports[0].time.mean().us(), 450_000_000);
}

#[test]
fn steps_are_read_with_all_that_hangs_on_them() {
    let fab = fab();
    let route = fab.route_of("chip").unwrap();
    let [bake, shoot, again, look] = &route.steps[..] else {
        panic!("four steps")
    };
    let Distribution::Uniform { mean, half_width } = bake.time else {
        panic!("uniform")
    };
    assert_eq!(
        (mean.us(), half_width.us()),
        (30_079_800_000, 1_503_990_000)
    );
    assert_eq!(
        bake.batch,
        Some(Batch {
            least: 50,
            most: 75
        })
    );
    let Some(QueueTime { until, limit }) = bake.queue_time else {
        panic!("a queue time")
    };
    assert_eq!((until, limit.us()), (20, 7_200_000_000));
    assert_eq!(
        (shoot.per, shoot.same_tool_at),
        (ProcessPer::Piece, Some(20))
    );
    assert_eq!(shoot.next_piece_after.unwrap().us(), 51_300_000);
    assert_eq!(shoot.sampling, Some(Sampling { share_ppm: 300_000 }));
    assert_eq!(shoot.setup.as_ref().unwrap().time, None);
    assert_eq!(
        again.setup.as_ref().unwrap().time.unwrap().us(),
        900_000_000
    );
    assert!(matches!(again.time, Distribution::Exponential(mean) if mean.us() == 9_000_000));
    assert_eq!(
        (again.sampling, again.next_batch_after.unwrap().us()),
        (None, 3_236_940_000)
    );
    assert_eq!(
        look.rework,
        Some(Rework {
            to: 10,
            share_ppm: 17_500
        })
    );
}

#[test]
fn downtimes_and_what_they_are_attached_to_are_read() {
    let fab = fab();
    assert_eq!(fab.downtimes[0].to_repair.mean().us(), 2_116_800_000);
    assert!(
        matches!(fab.maintenance[0].basis, MaintenanceBasis::Calendar(span)
        if span.us() == 30 * 86_400_000_000)
    );
    assert_eq!(fab.maintenance[1].basis, MaintenanceBasis::Pieces(2_500));
    let [broken, monthly, worn] = &fab.attachments[..] else {
        panic!("three attachments")
    };
    assert_eq!(broken.scope, Scope::Group("Beam".to_owned()));
    assert_eq!(
        (broken.kind, monthly.kind),
        (CalendarKind::Down, CalendarKind::Maintenance)
    );
    assert!(
        matches!(monthly.first, First::After(Distribution::Constant(span))
        if span.us() == 2_540_160_000_000)
    );
    assert_eq!(worn.first, First::Pieces(2_450));
    let families = |attached: &Attachment| -> Vec<String> {
        fab.tools_of(&attached.scope)
            .map(|tool| tool.family.clone())
            .collect()
    };
    assert_eq!(
        (families(broken), families(monthly)),
        (vec!["Gun".into()], vec!["Oven".into()])
    );
}

#[test]
fn releases_lots_and_setups_are_read() {
    let fab = fab();
    let release = &fab.releases[0];
    // `date -u -d '2018-01-01' +%s` and of 2018-02-23 20:07:47.
    assert_eq!(release.start.us(), 1_514_764_800_000_000);
    assert_eq!(release.due.us(), 1_519_416_467_000_000);
    assert_eq!(
        (release.every.mean().us(), release.repeats),
        (3_101_400_000, 200)
    );
    let lots: Vec<_> = fab
        .initial
        .iter()
        .map(|lot| (lot.name.as_str(), lot.step))
        .collect();
    assert_eq!(lots, [("First", 20), ("Second", 1)]);
    assert!(fab.initial[0].due < fab.initial[0].start);
    assert_eq!(
        (fab.setups[0].from.as_deref(), fab.setups[1].from.as_deref()),
        (None, Some("GasA"))
    );
    let group = &fab.setup_groups[0];
    assert_eq!(
        group.least_runs,
        [("GasA".to_owned(), 7), ("GasB".to_owned(), 5)]
    );
}

#[test]
fn columns_in_another_order_and_windows_line_ends_change_nothing() {
    let mut files = files();
    let turned = |line: &str| line.split('\t').rev().collect::<Vec<_>>().join("\t");
    for (name, text) in &mut files {
        // A short row would turn into another one.
        if name != "WIP.txt" && name != "attach.txt" {
            let lines: Vec<String> = text.lines().map(turned).collect();
            *text = format!("\u{feff}{}\r\n", lines.join("\r\n"));
        }
    }
    assert_eq!(Fab::read(&files).unwrap(), fab());
}

#[test]
fn a_leap_day_is_an_instant_where_there_is_one() {
    let due = |text: &str| with("order.txt", "02/23/18 20:07:47", text);
    // `date -u -d 2020-02-29 +%s` and of 2099-12-31 23:59:59.
    assert_eq!(
        due("02/29/20 00:00:00").unwrap().releases[0].due.us(),
        1_582_934_400_000_000
    );
    assert_eq!(
        due("12/31/99 23:59:59").unwrap().releases[0].due.us(),
        4_102_444_799_000_000
    );
    assert!(due("02/29/19 00:00:00").is_err());
}
