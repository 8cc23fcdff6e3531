//! Open networks of stations (Jackson).

use crate::queues::mmc_wait;

/// A station: its arrivals from outside, its servers, and the rate of each.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Station {
    pub(crate) outside: f64,
    pub(crate) servers: u32,
    pub(crate) services: f64,
}

/// Arrivals per unit of time at each station, by putting the traffic equations
/// a_j = outside_j + sum of a_i p_ij into themselves until nothing moves.
pub(crate) fn traffic(stations: &[Station], routing: &[Vec<f64>]) -> Vec<f64> {
    let mut rates: Vec<f64> = stations.iter().map(|station| station.outside).collect();
    for _ in 0..10_000 {
        rates = (0..stations.len())
            .map(|to| {
                let inside = rates.iter().zip(routing).map(|(rate, row)| rate * row[to]);
                stations[to].outside + inside.sum::<f64>()
            })
            .collect();
    }
    rates
}

/// Mean time from entering the network to leaving it: each station alone is M/M/c (Jackson,
/// Networks of waiting lines, Operations Research 5 (1957)), and Little's law over all.
pub(crate) fn jackson_sojourn(stations: &[Station], routing: &[Vec<f64>]) -> f64 {
    let rates = traffic(stations, routing);
    let lots: f64 = stations
        .iter()
        .zip(&rates)
        .map(|(station, rate)| {
            let wait = mmc_wait(station.servers, *rate, station.services);
            rate * (wait + 1.0 / station.services)
        })
        .sum();
    lots / stations.iter().map(|station| station.outside).sum::<f64>()
}
