//! Every formula against a published number, a special case, or another way to the same number.

use crate::close;
use crate::closed::{convolution_throughput, mva_throughput};
use crate::line::two_stage_throughput;
use crate::networks::{Station, jackson_sojourn, traffic};
use crate::queues::{
    Moments, cobham_waits, conserved, erlang_b, erlang_c, mg1_wait, mm1_wait, mm1k, mmc_wait,
    with_breakdowns,
};

/// Sums the first terms of a chain's weights: state n has `up(n - 1) / down(n)` times the weight
/// of the one before.
fn chain(states: u32, up: impl Fn(u32) -> f64, down: impl Fn(u32) -> f64) -> Vec<f64> {
    let mut weights = vec![1.0];
    for n in 1..states {
        let last = weights[n as usize - 1];
        weights.push(last * up(n - 1) / down(n));
    }
    let all: f64 = weights.iter().sum();
    weights.iter().map(|weight| weight / all).collect()
}

#[test]
fn erlang_b_has_the_values_of_the_tables() {
    // Servers, erlangs, share lost: the classical tables print load for a loss of 1 percent.
    for (servers, load, lost) in [(1, 0.0101, 0.01), (5, 1.361, 0.01), (10, 4.461, 0.01)] {
        close(erlang_b(servers, load), lost, 0.002);
    }
    close(erlang_b(10, 5.0), 0.018_384_57, 1e-6);
}

#[test]
fn erlang_c_is_what_its_chain_says() {
    close(erlang_c(1, 0.8), 0.8, 1e-12);
    // Two servers: 2 rho^2 / (1 + rho).
    close(erlang_c(2, 1.0), 1.0 / 3.0, 1e-12);
    for servers in [1_u32, 2, 3, 7] {
        let (arrivals, services) = (0.85 * f64::from(servers), 1.0);
        let states = chain(
            4_000,
            |_| arrivals,
            |n| services * f64::from(n.min(servers)),
        );
        let waiting = states
            .iter()
            .enumerate()
            .map(|(n, share)| (n as f64 - f64::from(servers)).max(0.0) * share);
        let wait = waiting.sum::<f64>() / arrivals;
        close(mmc_wait(servers, arrivals, services), wait, 1e-9);
    }
    close(mmc_wait(1, 0.8, 1.0), mm1_wait(0.8, 1.0), 1e-12);
    close(mm1_wait(0.8, 1.0), 4.0, 1e-12);
}

#[test]
fn the_wait_of_constant_service_is_half_of_that_of_exponential_service() {
    close(
        mg1_wait(0.8, Moments::exponential(1.0)),
        mm1_wait(0.8, 1.0),
        1e-12,
    );
    close(
        mg1_wait(0.8, Moments::constant(1.0)),
        mm1_wait(0.8, 1.0) / 2.0,
        1e-12,
    );
    let nearly = Moments::uniform(0.999_999, 1.000_001);
    close(mg1_wait(0.8, nearly), mm1_wait(0.8, 1.0) / 2.0, 1e-9);
}

#[test]
fn breakdowns_while_working_lengthen_the_wait_as_published() {
    let service = with_breakdowns(Moments::exponential(1.0), 0.1, 0.5);
    close(service.mean, 1.2, 1e-12);
    // 0.6 * 3.68 / 0.56.
    close(mg1_wait(0.6, service), 3.942_857, 1e-6);
    let never = with_breakdowns(Moments::uniform(0.5, 1.5), 0.0, 0.5);
    close(
        mg1_wait(0.6, never),
        mg1_wait(0.6, Moments::uniform(0.5, 1.5)),
        1e-12,
    );
}

#[test]
fn priorities_move_waits_between_classes_and_conserve_their_weighted_sum() {
    let classes = [
        (0.2, Moments::exponential(0.5)),
        (0.3, Moments::constant(1.0)),
        (0.2, Moments::uniform(1.0, 2.0)),
    ];
    let loads = classes.map(|(rate, service)| rate * service.mean);
    let weighted = |waits: &[f64]| -> f64 { waits.iter().zip(loads).map(|(w, rho)| w * rho).sum() };
    let waits = cobham_waits(&classes);
    close(weighted(&waits), conserved(&classes), 1e-12);
    assert!(waits[0] < waits[1] && waits[1] < waits[2], "{waits:?}");
    close(
        cobham_waits(&classes[..1])[0],
        mg1_wait(0.2, Moments::exponential(0.5)),
        1e-12,
    );
    // First come first served: all wait alike, as in M/G/1 with the mixture.
    let rate: f64 = classes.iter().map(|(rate, _)| rate).sum();
    let mixed = |of: fn(&Moments) -> f64| -> f64 {
        classes
            .iter()
            .map(|(share, service)| share / rate * of(service))
            .sum()
    };
    let mixture = Moments {
        mean: mixed(|service| service.mean),
        square: mixed(|service| service.square),
    };
    close(
        weighted(&[mg1_wait(rate, mixture); 3]),
        conserved(&classes),
        1e-12,
    );
}

#[test]
fn a_queue_with_room_loses_what_its_chain_says() {
    for (arrivals, room) in [(0.5, 1), (0.9, 4), (1.0, 6), (1.7, 3)] {
        let states = chain(room + 1, |_| arrivals, |_| 1.0);
        let queue = mm1k(arrivals, 1.0, room);
        close(queue.lost, states[room as usize], 1e-12);
        close(queue.throughput, 1.0 - states[0], 1e-12);
        let lots: f64 = states
            .iter()
            .enumerate()
            .map(|(n, share)| n as f64 * share)
            .sum();
        close(queue.wait + 1.0, lots / queue.throughput, 1e-12);
    }
    close(mm1k(0.5, 1.0, 1).lost, erlang_b(1, 0.5), 1e-12);
    close(mm1k(0.8, 1.0, 300).wait, mm1_wait(0.8, 1.0), 1e-9);
}

#[test]
fn stations_in_a_row_are_queues_of_their_own() {
    // Burke: what leaves M/M/1 is Poisson again, so the second sees the same arrivals.
    let station = |outside, services| Station {
        outside,
        servers: 1,
        services,
    };
    let row = [station(0.6, 1.0), station(0.0, 0.9)];
    let routing = [vec![0.0, 1.0], vec![0.0, 0.0]];
    let expected = 1.0 / (1.0 - 0.6) + 1.0 / (0.9 - 0.6);
    close(jackson_sojourn(&row, &routing), expected, 1e-12);
}

#[test]
fn work_that_comes_back_is_counted_each_time() {
    // A fifth of all is done again at the same station: 0.4 / 0.8 arrive, each 1.25 times.
    let station = Station {
        outside: 0.4,
        servers: 1,
        services: 1.0,
    };
    let routing = [vec![0.2]];
    close(traffic(&[station], &routing)[0], 0.5, 1e-12);
    close(
        jackson_sojourn(&[station], &routing),
        1.25 * (1.0 / (1.0 - 0.5)),
        1e-12,
    );
}

#[test]
fn a_closed_loop_has_the_published_throughput_by_both_ways() {
    close(mva_throughput(&[1.0, 0.8, 0.5], 10), 0.967_85, 1e-5);
    for lots in 1..=12 {
        let demands = [1.0, 0.8, 0.5];
        let other = convolution_throughput(&demands, lots);
        close(mva_throughput(&demands, lots as u32), other, 1e-12);
    }
    // Alike stations: n / (n + m - 1) over the demand.
    close(mva_throughput(&[2.0; 4], 5), 5.0 / 8.0 / 2.0, 1e-12);
}

#[test]
fn a_line_of_two_has_the_published_throughput_in_both_directions() {
    close(two_stage_throughput(1.0, 0.9, 3), 0.786_58, 1e-5);
    close(
        two_stage_throughput(0.9, 1.0, 3),
        two_stage_throughput(1.0, 0.9, 3),
        1e-12,
    );
    // Alike stations: (buffer + 2) / (buffer + 3).
    close(two_stage_throughput(1.0, 1.0, 3), 5.0 / 6.0, 1e-12);
    close(two_stage_throughput(1.0, 1.0, 0), 2.0 / 3.0, 1e-12);
}
