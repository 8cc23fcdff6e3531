//! Taillard's format: a matrix of times, then a matrix of machines.

use super::{Fault, JobShop, JobStep, Line, Read, shape, time};

const TIMES: &str = "times";
const MACHINES: &str = "machines";

/// Whether a line begins one of the matrices.
pub(super) fn is_title(line: &str) -> bool {
    is(line, TIMES) || is(line, MACHINES)
}

fn is(line: &str, title: &str) -> bool {
    line.trim_end_matches(':').eq_ignore_ascii_case(title)
}

pub(super) fn read(lines: &[Line<'_>]) -> Read<JobShop> {
    let end = lines.last().map_or(1, |line| line.number);
    let at = |title| {
        let mut found = lines
            .iter()
            .enumerate()
            .filter(|(_, line)| is(line.text, title));
        match (found.next(), found.next()) {
            (Some((index, _)), None) => Ok(index),
            (_, Some((_, second))) => Err((second.number, Fault::Titles)),
            (None, _) => Err((end, Fault::Titles)),
        }
    };
    let (times_at, machines_at) = (at(TIMES)?, at(MACHINES)?);
    if machines_at < times_at {
        return Err((lines[machines_at].number, Fault::Titles));
    }
    let (jobs, machines) = head(&lines[..times_at], lines[times_at].number)?;
    let times = matrix(&lines[times_at..machines_at], jobs, machines)?;
    let orders = matrix(&lines[machines_at..], jobs, machines)?;
    let jobs = times
        .iter()
        .zip(&orders)
        .map(|((times_line, times), (order_line, order))| {
            let places = order_of_machines(*order_line, order)?;
            places
                .into_iter()
                .zip(times)
                .map(|(machine, value)| {
                    Ok(JobStep {
                        machine,
                        time: time(*times_line, *value)?,
                    })
                })
                .collect()
        })
        .collect::<Read<Vec<_>>>()?;
    Ok(JobShop { machines, jobs })
}

/// The first line of numbers in the head; the published files have a line of words above it, and
/// more numbers (seeds and bounds) behind jobs and machines.
fn head(lines: &[Line<'_>], times_line: usize) -> Read<(usize, usize)> {
    let is_words = |line: &&Line<'_>| line.text.starts_with(|c: char| c.is_alphabetic());
    let line = lines
        .iter()
        .find(|line| !is_words(line))
        .ok_or((times_line, Fault::Empty))?;
    let numbers = line.numbers()?;
    if numbers.len() < 2 {
        let found = numbers.len();
        return Err((line.number, Fault::Head { found }));
    }
    shape(line.number, &numbers)
}

/// The rows below a title, each with its line.
fn matrix(lines: &[Line<'_>], jobs: usize, machines: usize) -> Read<Vec<(usize, Vec<u64>)>> {
    let (title, rows) = (&lines[0], &lines[1..]);
    if rows.len() != jobs {
        let at = rows.get(jobs).or(rows.last()).unwrap_or(title);
        let (found, expected) = (rows.len(), jobs);
        return Err((at.number, Fault::Jobs { found, expected }));
    }
    rows.iter()
        .map(|row| {
            let numbers = row.numbers()?;
            if numbers.len() != machines {
                let (found, expected) = (numbers.len(), machines);
                return Err((row.number, Fault::Row { found, expected }));
            }
            Ok((row.number, numbers))
        })
        .collect()
}

/// The machines of a job, counted from 0 instead of 1, each once.
fn order_of_machines(line: usize, order: &[u64]) -> Read<Vec<usize>> {
    let count = order.len();
    let mut seen = vec![false; count];
    order
        .iter()
        .map(|&machine| {
            if machine < 1 || machine > count as u64 {
                let first = 1;
                return Err((
                    line,
                    Fault::Machine {
                        machine,
                        count,
                        first,
                    },
                ));
            }
            let place = machine as usize - 1;
            if seen[place] {
                return Err((line, Fault::Twice { machine }));
            }
            seen[place] = true;
            Ok(place)
        })
        .collect()
}
