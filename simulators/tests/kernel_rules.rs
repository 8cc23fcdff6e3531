//! What the floor does at the edges of its rules.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::sync::Arc;

use simulators::kernel::{Cause, Floor, Halted, Happening, Kernel, Watch};
use simulators::plant_file::PlantFile;

const HOUR_US: i64 = 3_600_000_000;
const WEEK_US: i64 = 7 * 24 * HOUR_US;

fn floor(rest: &str) -> Arc<Floor> {
    let text = format!("model = \"plant/1\"\nname = \"edges\"\n{rest}");
    Arc::new(PlantFile::read("test.toml", &text).expect(rest).1)
}

/// When machines stood still for want of a shift, as (begin, end), microseconds.
#[derive(Default)]
struct Closed(Vec<(i64, i64)>);

impl Watch for Closed {
    fn sees(&mut self, at_us: i64, what: Happening<'_>) {
        match what {
            Happening::Stopped {
                cause: Cause::OffShift,
                ..
            } => {
                self.0.push((at_us, i64::MAX));
            }
            Happening::Ready {
                cause: Cause::OffShift,
                ..
            } => {
                self.0.last_mut().unwrap().1 = at_us;
            }
            _ => {}
        }
    }
}

fn closed_times(open: &str, weeks: i64) -> Vec<(i64, i64)> {
    let floor = floor(&format!(
        r#"
work_center = [{{ id = "M", calendar = "shifts" }}]
calendar = [{{ id = "shifts", open = {open} }}]
product = [{{ id = "P", step = [{{ op = "1", work_center = "M", time = 1 }}] }}]
"#
    ));
    let mut closed = Closed::default();
    let mut kernel = Kernel::new(floor, 1, 0, &mut closed);
    kernel.run_until(weeks * WEEK_US - 1, &mut closed).unwrap();
    closed.0
}

#[test]
fn every_week_is_closed_when_the_first_one_is() {
    let one_day = closed_times(r#"["mon 06:00-22:00"]"#, 3);
    for week in 0..3 {
        let begin = week * WEEK_US;
        assert!(
            one_day.contains(&(begin, begin + 6 * HOUR_US)),
            "{one_day:?}"
        );
    }
    let open_us: i64 = 3 * WEEK_US
        - one_day
            .iter()
            .map(|&(begin, end)| end.min(3 * WEEK_US) - begin)
            .sum::<i64>();
    assert_eq!(open_us, 3 * 16 * HOUR_US);
    let never = closed_times("[]", 3);
    let begins: Vec<i64> = never.iter().map(|&(begin, _)| begin).collect();
    assert_eq!(begins, [0, WEEK_US, 2 * WEEK_US], "each week anew");
    assert!(
        never[..2]
            .iter()
            .all(|&(begin, end)| end == begin + WEEK_US)
    );
}

/// When each lot was done, by product and minute.
#[derive(Default)]
struct Ends(Vec<(u32, i64)>);

impl Watch for Ends {
    fn sees(&mut self, at_us: i64, what: Happening<'_>) {
        if let Happening::Done(lot) = what {
            self.0.push((lot.product, at_us / 60_000_000));
        }
    }
}

fn ends(rest: &str) -> Vec<(u32, i64)> {
    let mut ends = Ends::default();
    let mut kernel = Kernel::new(floor(rest), 1, 0, &mut ends);
    kernel.run_to_end(&mut ends).unwrap();
    ends.0
}

#[test]
fn a_lot_that_needs_its_machine_again_goes_where_that_is() {
    // The machine of the first step is busy with the next lot, and the other work center is idle.
    let lots = ends(
        r#"
work_center = [{ id = "A" }, { id = "B" }, { id = "C" }]
product = [{ id = "P", step = [
    { op = "1", work_center = ["A", "B"], time = 4 },
    { op = "2", work_center = "C", time = 1 },
    { op = "3", work_center = ["A", "B"], time = 2, same_machine_as = "1" },
] }]
release = [{ product = "P", every = 0, count = 4 }]
"#,
    );
    assert_eq!(lots.len(), 4, "nobody waits for ever: {lots:?}");
}

/// Two machines of which one becomes red and one blue at once; at minute 20 come so many lots
/// that need red. When the red ones were done.
fn red_lots_of(count: u32) -> Vec<i64> {
    let lots = ends(&format!(
        r#"
work_center = [{{ id = "M", machines = 2 }}]
family = [{{ id = "red", least_lots = 3 }}, {{ id = "blue", least_lots = 3 }}]
setup = [{{ to = "red", time = 10 }}, {{ to = "blue", time = 10 }}]
product = [
    {{ id = "R", step = [{{ op = "1", work_center = "M", time = 5, setup = "red" }}] }},
    {{ id = "B", step = [{{ op = "1", work_center = "M", time = 5, setup = "blue" }}] }},
]
release = [
    {{ product = "R", every = 0, count = 1 }},
    {{ product = "B", every = 0, count = 1 }},
    {{ product = "R", first = 20, every = 0, lots = {count}, count = {count} }},
]
"#
    ));
    let red = lots.iter().filter(|(product, _)| *product == 0);
    red.map(|(_, minute)| *minute).collect()
}

#[test]
fn a_machine_changes_over_for_few_lots_only_where_no_other_could_take_them() {
    // Nothing runs red or blue at first, so one lot of each is enough. Then the blue machine
    // leaves one red lot, or two, to the red one.
    assert_eq!(red_lots_of(2), [15, 25, 30]);
    assert_eq!(red_lots_of(3), [15, 25, 30, 35]);
    // Beside the one that the red machine takes three are left: as many as a setup is for.
    assert_eq!(red_lots_of(4), [15, 25, 30, 35, 35]);
}

#[test]
fn a_machine_changes_over_for_one_lot_that_needs_it_again() {
    // The red lots of the second step need the machine of the first, which is blue by then.
    let lots = ends(
        r#"
work_center = [{ id = "M", machines = 2 }]
family = [{ id = "red", least_lots = 9 }, { id = "blue", least_lots = 9 }]
setup = [{ to = "red", time = 10 }, { to = "blue", time = 10 }]
product = [
    { id = "R", step = [{ op = "1", work_center = "M", time = 5, setup = "red" }] },
    { id = "P", step = [
        { op = "1", work_center = "M", time = 5, setup = "blue" },
        { op = "2", work_center = "M", time = 5, setup = "red", same_machine_as = "1" },
    ] },
]
release = [{ product = "R", every = 0, count = 1 }, { product = "P", every = 0, count = 1 }]
"#,
    );
    assert_eq!(lots, [(0, 15), (1, 30)]);
}

#[test]
fn a_blocked_lot_takes_the_first_of_its_alternatives_that_has_room() {
    // Both alternatives are full when the third lot is through with S; B is free long before A.
    let lots = ends(
        r#"
work_center = [{ id = "S" }, { id = "A", buffer = 0 }, { id = "B", buffer = 0 }]
product = [
    { id = "fills A", step = [{ op = "1", work_center = "A", time = 100 }] },
    { id = "fills B", step = [{ op = "1", work_center = "B", time = 10 }] },
    { id = "waits", step = [{ op = "1", work_center = "S", time = 1 }, { op = "2", work_center = ["A", "B"], time = 1 }] },
]
release = [
    { product = "fills A", every = 0, count = 1 },
    { product = "fills B", every = 0, count = 1 },
    { product = "waits", every = 0, count = 1 },
]
"#,
    );
    assert_eq!(lots, [(1, 10), (2, 11), (0, 100)]);
}

#[test]
fn the_most_critical_lot_waits_for_its_people_and_others_go_on_without() {
    // The only setter is busy until 50; the lot without a crew must not wait for him, and the
    // one with a crew must not go on without.
    let lots = ends(
        r#"
dispatch = "cr"
work_center = [{ id = "X" }, { id = "M" }]
crew = [{ id = "setters", count = 1 }]
product = [
    { id = "keeps the setter", step = [{ op = "1", work_center = "X", time = 50, crew = { id = "setters" } }] },
    { id = "alone", step = [{ op = "1", work_center = "M", time = 5 }] },
    { id = "urgent", step = [{ op = "1", work_center = "M", time = 5, crew = { id = "setters" } }] },
]
release = [
    { product = "keeps the setter", every = 0, count = 1 },
    { product = "alone", every = 0, count = 1, due = 1000, first = 1 },
    { product = "urgent", every = 0, count = 1, due = 10, first = 1 },
]
"#,
    );
    assert_eq!(lots, [(1, 6), (0, 50), (2, 55)]);
}

#[test]
fn lots_without_a_due_date_come_after_those_with_one_also_before_very_short_steps() {
    let lots = ends(
        r#"
dispatch = "cr"
time_unit = "s"
work_center = [{ id = "M" }]
product = [
    { id = "first", step = [{ op = "1", work_center = "M", time = 60 }] },
    { id = "some day", step = [{ op = "1", work_center = "M", time = 0.0005 }] },
    { id = "due", step = [{ op = "1", work_center = "M", time = 60 }] },
]
release = [
    { product = "first", every = 0, count = 1, due = 1 },
    { product = "some day", every = 0, count = 1, first = 1 },
    { product = "due", every = 0, count = 1, due = 100000, first = 1 },
]
"#,
    );
    let order: Vec<u32> = lots.iter().map(|&(product, _)| product).collect();
    assert_eq!(order, [0, 2, 1]);
}

#[test]
fn a_lot_without_a_due_date_comes_last_however_long_its_own_work_is() {
    // (due - now) / work left of the dated lot is 10^15, more than that of a date that is never.
    let lots = ends(
        r#"
dispatch = "cr"
time_unit = "s"
work_center = [{ id = "M" }]
product = [
    { id = "first", step = [{ op = "1", work_center = "M", time = 60 }] },
    { id = "some day", step = [{ op = "1", work_center = "M", time = 36000 }] },
    { id = "in 30 years", step = [{ op = "1", work_center = "M", time = 0.000001 }] },
]
release = [
    { product = "first", every = 0, count = 1, due = 1 },
    { product = "some day", every = 0, count = 1, first = 1 },
    { product = "in 30 years", every = 0, count = 1, due = 1000000000, first = 1 },
]
"#,
    );
    let order: Vec<u32> = lots.iter().map(|&(product, _)| product).collect();
    assert_eq!(order, [0, 2, 1]);
}

#[test]
fn lots_that_wait_before_two_full_work_centers_for_each_others_places_are_counted_once() {
    // Each of A and B is full of a lot that must go on to one of the two others; all are full.
    let floor = floor(
        r#"
work_center = [{ id = "A", buffer = 0 }, { id = "B", buffer = 0 }, { id = "C", buffer = 0 }]
product = [
    { id = "from A", step = [{ op = "1", work_center = "A", time = 1 }, { op = "2", work_center = ["B", "C"], time = 1 }] },
    { id = "from B", step = [{ op = "1", work_center = "B", time = 2 }, { op = "2", work_center = ["A", "C"], time = 1 }] },
    { id = "from C", step = [{ op = "1", work_center = "C", time = 3 }, { op = "2", work_center = ["A", "B"], time = 1 }] },
]
release = [
    { product = "from A", every = 0, count = 1 },
    { product = "from B", every = 0, count = 1 },
    { product = "from C", every = 0, count = 1 },
]
"#,
    );
    let halted = Kernel::new(floor, 1, 0, &mut ())
        .run_to_end(&mut ())
        .expect_err("nobody can move");
    let Halted::Stuck(stuck) = halted else {
        panic!("{halted}");
    };
    assert_eq!((stuck.lots, stuck.blocked), (3, 3), "{stuck}");
    assert_eq!(stuck.at_us, 180_000_000);
}

#[test]
fn the_least_priority_that_there_is_comes_last() {
    let lots = ends(&format!(
        r#"
work_center = [{{ id = "M" }}]
product = [{{ id = "least", step = [{{ op = "1", work_center = "M", time = 1 }}] }}, {{ id = "usual", step = [{{ op = "1", work_center = "M", time = 1 }}] }}]
release = [{{ product = "least", every = 0, count = 2, priority = {} }}, {{ product = "usual", every = 0, count = 1 }}]
"#,
        i32::MIN
    ));
    let order: Vec<u32> = lots.iter().map(|&(product, _)| product).collect();
    assert_eq!(
        order,
        [1, 0, 0],
        "all three are there when the machine chooses"
    );
}

#[test]
fn a_floor_to_which_more_comes_than_it_can_hold_ends_with_a_sentence() {
    let floor = floor(
        r#"
time_unit = "s"
work_center = [{ id = "M" }]
product = [{ id = "P", step = [{ op = "1", work_center = "M", time = 1 }] }]
release = [{ product = "P", every = 1, lots = 100000 }]
"#,
    );
    let mut kernel = Kernel::new(floor, 1, 0, &mut ());
    let halted = kernel
        .run_until(1_000_000 * 1_000_000, &mut ())
        .expect_err("too many lots");
    let Halted::Overfull { at_us } = halted else {
        panic!("{halted}");
    };
    assert_eq!(
        at_us, 20_000_000,
        "the 21st release makes it 2,100,000 lots less the 20 that are done"
    );
    assert!(halted.to_string().contains("more machines"), "{halted}");
}
