//! One station. Rates are per unit of time, times in that unit; waits exclude service.

/// Wait in M/M/1: rho / (mu - lambda) (Kleinrock, Queueing Systems I, section 3.2).
pub(crate) fn mm1_wait(arrivals: f64, services: f64) -> f64 {
    arrivals / services / (services - arrivals)
}

/// Share of lost arrivals in M/G/c/c with `load` erlangs: Erlang B by its recursion in c
/// (Erlang 1917; it holds for every distribution of service: Sevastyanov 1957).
pub(crate) fn erlang_b(servers: u32, load: f64) -> f64 {
    (1..=servers).fold(1.0, |lost, c| load * lost / (f64::from(c) + load * lost))
}

/// Share of arrivals that wait in M/M/c: Erlang C.
pub(crate) fn erlang_c(servers: u32, load: f64) -> f64 {
    let lost = erlang_b(servers, load);
    let c = f64::from(servers);
    c * lost / (c - load * (1.0 - lost))
}

/// Mean wait in M/M/c.
pub(crate) fn mmc_wait(servers: u32, arrivals: f64, services: f64) -> f64 {
    let c = f64::from(servers);
    erlang_c(servers, arrivals / services) / (c * services - arrivals)
}

/// Mean and mean square of a service time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moments {
    pub(crate) mean: f64,
    pub(crate) square: f64,
}

impl Moments {
    pub(crate) fn exponential(mean: f64) -> Self {
        let square = 2.0 * mean * mean;
        Self { mean, square }
    }

    pub(crate) fn constant(mean: f64) -> Self {
        let square = mean * mean;
        Self { mean, square }
    }

    pub(crate) fn uniform(low: f64, high: f64) -> Self {
        Self {
            mean: (low + high) / 2.0,
            square: (low * low + low * high + high * high) / 3.0,
        }
    }
}

/// Mean wait in M/G/1: lambda E[S^2] / 2 (1 - rho) (Pollaczek 1930, Khinchine 1932).
pub(crate) fn mg1_wait(arrivals: f64, service: Moments) -> f64 {
    arrivals * service.square / (2.0 * (1.0 - arrivals * service.mean))
}

/// Mean and mean square of the time that a machine needs for a lot when it fails while it works,
/// at `failures` per unit of work, and each repair is exponential with rate `repairs`.
///
/// C = S + R_1 + ... + R_N with N Poisson of mean f S, so E[C] = E[S] (1 + f / r) and
/// E[C^2] = E[S^2] (1 + f / r)^2 + E[S] f 2 / r^2 (Gaver, A waiting line with interrupted service,
/// Journal of the Royal Statistical Society B 24 (1962)).
pub(crate) fn with_breakdowns(service: Moments, failures: f64, repairs: f64) -> Moments {
    let stretch = 1.0 + failures / repairs;
    Moments {
        mean: service.mean * stretch,
        square: service.square * stretch * stretch
            + service.mean * failures * 2.0 / (repairs * repairs),
    }
}

/// Mean wait of each class under non-preemptive priorities, the first class foremost.
///
/// W_0 / (1 - s_(k-1)) (1 - s_k), s_k the load of the classes up to k, W_0 = sum of
/// lambda E[S^2] / 2 (Cobham, Priority assignment in waiting line problems, Operations Research 2
/// (1954)).
pub(crate) fn cobham_waits(classes: &[(f64, Moments)]) -> Vec<f64> {
    let rest = residual(classes);
    let mut before = 0.0;
    classes
        .iter()
        .map(|(arrivals, service)| {
            let with = before + arrivals * service.mean;
            let wait = rest / ((1.0 - before) * (1.0 - with));
            before = with;
            wait
        })
        .collect()
}

/// What sum of rho_k W_k is under every order of service that neither looks at the remaining work
/// nor leaves the server idle: rho W_0 / (1 - rho) (Kleinrock, A conservation law for a wide class
/// of queueing disciplines, Naval Research Logistics Quarterly 12 (1965)).
pub(crate) fn conserved(classes: &[(f64, Moments)]) -> f64 {
    let load: f64 = classes
        .iter()
        .map(|(rate, service)| rate * service.mean)
        .sum();
    load * residual(classes) / (1.0 - load)
}

fn residual(classes: &[(f64, Moments)]) -> f64 {
    classes
        .iter()
        .map(|(rate, service)| rate * service.square / 2.0)
        .sum()
}

/// M/M/1 with room for `room` lots, the one in service included.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mm1k {
    pub(crate) lost: f64,
    pub(crate) throughput: f64,
    pub(crate) wait: f64,
}

/// The stationary state is geometric, cut off at `room` (Kleinrock, Queueing Systems I, 3.6).
pub(crate) fn mm1k(arrivals: f64, services: f64, room: u32) -> Mm1k {
    let weights: Vec<f64> = (0..=room)
        .scan(1.0, |weight, _| {
            let now = *weight;
            *weight *= arrivals / services;
            Some(now)
        })
        .collect();
    let all: f64 = weights.iter().sum();
    let lost = weights[room as usize] / all;
    let throughput = arrivals * (1.0 - lost);
    let lots: f64 = weights
        .iter()
        .enumerate()
        .map(|(n, weight)| n as f64 * weight / all)
        .sum();
    Mm1k {
        lost,
        throughput,
        wait: lots / throughput - 1.0 / services,
    }
}
