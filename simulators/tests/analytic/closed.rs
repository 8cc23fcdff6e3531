//! A closed loop of single-server stations.

/// Loops per unit of time with `lots` lots, by mean value analysis: a lot that comes to a station
/// sees what the loop with one lot less has there on average (Reiser and Lavenberg, Mean-value
/// analysis of closed multichain queuing networks, Journal of the ACM 27 (1980)).
pub(crate) fn mva_throughput(demands: &[f64], lots: u32) -> f64 {
    let mut queues = vec![0.0; demands.len()];
    let mut throughput = 0.0;
    for n in 1..=lots {
        let times: Vec<f64> = demands
            .iter()
            .zip(&queues)
            .map(|(d, q)| d * (1.0 + q))
            .collect();
        throughput = f64::from(n) / times.iter().sum::<f64>();
        queues = times.iter().map(|time| throughput * time).collect();
    }
    throughput
}

/// The same by convolution: G(n-1) / G(n) (Buzen, Computational algorithms for closed queueing
/// networks with exponential servers, Communications of the ACM 16 (1973)).
pub(crate) fn convolution_throughput(demands: &[f64], lots: usize) -> f64 {
    let mut weights = vec![0.0; lots + 1];
    weights[0] = 1.0;
    for demand in demands {
        for n in 1..=lots {
            weights[n] += demand * weights[n - 1];
        }
    }
    weights[lots - 1] / weights[lots]
}
