//! The standard format: `jobs machines`, then a line of pairs per job.

use super::{Fault, JobShop, JobStep, Line, OPERATIONS_MAX, Read, shape, time};

pub(super) fn read(lines: &[Line<'_>]) -> Read<JobShop> {
    let (head, rows) = lines.split_first().ok_or((1, Fault::Empty))?;
    let numbers = head.numbers()?;
    if numbers.len() != 2 {
        let found = numbers.len();
        return Err((head.number, Fault::Head { found }));
    }
    let (expected, machines) = shape(head.number, &numbers)?;
    if rows.len() != expected {
        // The first row too many, or the last one there is.
        let at = rows.get(expected).or(rows.last()).unwrap_or(head);
        let found = rows.len();
        return Err((at.number, Fault::Jobs { found, expected }));
    }
    let mut operations = 0;
    let mut jobs = Vec::with_capacity(expected);
    for row in rows {
        let steps = steps(row, machines)?;
        operations += steps.len();
        if operations > OPERATIONS_MAX {
            let (jobs, machines) = (numbers[0], numbers[1]);
            return Err((row.number, Fault::Shape { jobs, machines }));
        }
        jobs.push(steps);
    }
    Ok(JobShop { machines, jobs })
}

fn steps(row: &Line<'_>, machines: usize) -> Read<Vec<JobStep>> {
    let numbers = row.numbers()?;
    if let [.., machine] = numbers[..]
        && numbers.len() % 2 == 1
    {
        let found = numbers.len();
        return Err((row.number, Fault::HalfPair { found, machine }));
    }
    numbers
        .chunks_exact(2)
        .map(|pair| {
            if pair[0] >= machines as u64 {
                let (machine, count, first) = (pair[0], machines, 0);
                let fault = Fault::Machine {
                    machine,
                    count,
                    first,
                };
                return Err((row.number, fault));
            }
            Ok(JobStep {
                machine: pair[0] as usize,
                time: time(row.number, pair[1])?,
            })
        })
        .collect()
}
