//! Both formats, and files that are none.

use std::fs;

use simulators::job_shop_file::{JobShop, JobStep};

use crate::instances::published;
use crate::real_data::real_data;

const STANDARD: &str = "# two jobs\n\n2 3\n0 5  1 4 2 3\n 2 1 0 2 1 9\n";
const TAILLARD: &str = "Nb of jobs, Nb of Machines, Time seed, Machine seed\n 2 3 840612802 398197754\n\
                        Times\n 5 4 3\n 1 2 9\nMachines\n 1 2 3\n 3 1 2\n";

fn step(machine: usize, time: u32) -> JobStep {
    JobStep { machine, time }
}

#[track_caller]
fn refused(text: &str, line: usize, parts: &[&str]) {
    let fault = JobShop::read("shop.txt", text).unwrap_err();
    let told = fault.to_string();
    assert!(
        told.starts_with(&format!("shop.txt, line {line}: ")),
        "{told}"
    );
    for part in parts {
        assert!(told.contains(part), "{told} lacks {part}");
    }
}

#[test]
fn both_formats_of_one_shop_are_read_alike() {
    let shop = JobShop::read("standard", STANDARD).unwrap();
    assert_eq!(shop.machines(), 3);
    assert_eq!(
        shop.jobs(),
        [
            vec![step(0, 5), step(1, 4), step(2, 3)],
            vec![step(2, 1), step(0, 2), step(1, 9)],
        ]
    );
    assert_eq!(JobShop::read("Taillard's", TAILLARD).unwrap(), shop);
}

#[test]
fn a_job_may_skip_machines_and_come_back_to_one() {
    let shop = JobShop::read("reentrant", "1 3\n0 5 2 1 0 5\n").unwrap();
    assert_eq!(shop.jobs(), [vec![step(0, 5), step(2, 1), step(0, 5)]]);
}

#[test]
fn a_published_file_with_windows_line_ends_is_read_alike() {
    let Some(folder) = real_data("jsplib") else {
        return;
    };
    let text = fs::read_to_string(folder.join("instances/ft06")).unwrap();
    let shop = JobShop::read("ft06", &text).unwrap();
    assert_eq!(
        JobShop::read("ft06", &text.replace('\n', "\r\n")).unwrap(),
        shop
    );
    assert_eq!(shop.jobs()[0][0], step(2, 1));
}

#[test]
fn every_published_instance_survives_being_written_in_taillards_format() {
    let Some(all) = published() else { return };
    for one in &all {
        let rows = |of: &dyn Fn(&JobStep) -> String| {
            let row = |steps: &Vec<JobStep>| steps.iter().map(of).collect::<Vec<_>>().join(" ");
            one.shop
                .jobs()
                .iter()
                .map(row)
                .collect::<Vec<_>>()
                .join("\n")
        };
        let text = format!(
            "{} {}\nTimes\n{}\nMachines\n{}\n",
            one.shop.jobs().len(),
            one.shop.machines(),
            rows(&|step| step.time.to_string()),
            rows(&|step| (step.machine + 1).to_string()),
        );
        assert_eq!(
            JobShop::read(&one.name, &text).unwrap(),
            one.shop,
            "{}",
            one.name
        );
    }
}

#[test]
fn a_standard_file_that_is_none_is_refused_where_it_is_wrong() {
    refused("", 1, &["no line with the numbers of jobs and machines"]);
    refused("# only words\n", 1, &["begin with"]);
    refused("6\n", 1, &["1 numbers stand"]);
    refused("1 2\n0 5 x 4\n", 2, &["`x` is not a whole number"]);
    refused("1 2\n0 5 1 -4\n", 2, &["`-4`"]);
    refused("1 2\n0 5 1 4.5\n", 2, &["`4.5`"]);
    refused(
        "1 2\n0 5 1\n",
        2,
        &["3 numbers are not pairs", "machine 1 has no time"],
    );
    refused(
        "1 2\n0 5 2 4\n",
        2,
        &["machine 2 is none of the 2", "from 0"],
    );
    refused("1 2\n\n0 5 1 1000001\n", 3, &["1000001 is above 1000000"]);
    refused("2 1\n0 5\n", 2, &["1 lines of jobs", "where 2 belong"]);
    refused("1 1\n0 5\n0 6\n", 3, &["2 lines of jobs", "where 1 belong"]);
    refused("0 5\n", 1, &["0 jobs on 5 machines are not taken"]);
    refused("1000000000 5\n", 1, &["1000000000 jobs"]);
    refused(
        "18446744073709551615 5\n",
        1,
        &["18446744073709551615 jobs"],
    );
    refused("99999999999999999999 5\n", 1, &["`99999999999999999999`"]);
    refused("100000 10000\n", 1, &["1000000 operations in all"]);
}

#[test]
fn a_file_of_taillards_that_is_none_is_refused_where_it_is_wrong() {
    refused("1 2\nTimes\n1 2\n", 3, &["one line `Times`", "`Machines`"]);
    refused("1 2\nMachines\n1 2\nTimes\n1 2\n", 2, &["one line `Times`"]);
    refused(
        "1 2\nTimes\n1 2\nTimes\n1 2\nMachines\n1 2\n",
        4,
        &["one line `Times`"],
    );
    refused(
        "Times\n1 2\nMachines\n1 2\n",
        1,
        &["no line with the numbers"],
    );
    refused("1\nTimes\n1 2\nMachines\n1 2\n", 1, &["1 numbers stand"]);
    refused(
        "1 2\nTimes\n1 2 3\nMachines\n1 2\n",
        3,
        &["3 numbers stand in a row of 2"],
    );
    refused(
        "1 2\nTimes\n1 2\nMachines\n1 0\n",
        5,
        &["machine 0 is none", "from 1"],
    );
    refused(
        "1 2\nTimes\n1 2\nMachines\n2 2\n",
        5,
        &["machine 2 comes twice"],
    );
    refused(
        "2 2\nTimes\n1 2\nMachines\n1 2\n1 2\n",
        3,
        &["1 lines of jobs"],
    );
    refused("1 2\nTimes\n1 1000001\nMachines\n1 2\n", 3, &["1000001"]);
}
