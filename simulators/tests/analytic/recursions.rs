//! Plain recursions over given times: no events, no queue, no kernel. Times are microseconds.

/// When each lot leaves each station of a line: `services[i][n]` is the time of lot n at station
/// i, `buffers[i]` the places between station i and the next.
///
/// D(i,n) = max(D(i-1,n), D(i,n-1)) + S(i,n), and the lot stays in the station until
/// D(i+1, n-b-1): the lot that makes room in the buffer has left the next one (blocking after
/// service; Dallery and Gershwin, Manufacturing flow line systems, Queueing Systems 12 (1992)).
/// `None` as a buffer is one without bound.
pub(crate) fn departures(
    came: &[i64],
    services: &[Vec<i64>],
    buffers: &[Option<usize>],
) -> Vec<Vec<i64>> {
    assert_eq!(
        buffers.len() + 1,
        services.len(),
        "a buffer between any two stations"
    );
    let mut left: Vec<Vec<i64>> = vec![Vec::with_capacity(came.len()); services.len()];
    for (n, arrival) in came.iter().enumerate() {
        let mut at = *arrival;
        for (i, times) in services.iter().enumerate() {
            let free = n.checked_sub(1).map_or(i64::MIN, |last| left[i][last]);
            let mut leaves = at.max(free) + times[n];
            let room = buffers.get(i).copied().flatten();
            if let Some(waited_for) = room.and_then(|places| n.checked_sub(places + 1)) {
                leaves = leaves.max(left[i + 1][waited_for]);
            }
            left[i].push(leaves);
            at = leaves;
        }
    }
    left
}

/// How long each lot waits before service at a station with `servers`, first come first served:
/// each takes the server that is free first (Kiefer and Wolfowitz 1955).
pub(crate) fn waits(came: &[i64], services: &[i64], servers: usize) -> Vec<i64> {
    let mut free = vec![i64::MIN; servers];
    came.iter()
        .zip(services)
        .map(|(arrival, time)| {
            let first = (0..servers).min_by_key(|server| free[*server]).unwrap();
            let begin = free[first].max(*arrival);
            free[first] = begin + time;
            begin - arrival
        })
        .collect()
}
