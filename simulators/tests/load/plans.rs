//! Plans of faults: each alone, and all of them.

use simulators::faults::fault::Fault;
use simulators::faults::plan::FaultPlan;

/// Each fault alone, as people write it, and what must have occurred.
pub(crate) const ALONE: [(&str, &[Fault]); 17] = [
    (
        "[duplicate]\nprobability = 0.1\nwithin_s = 900",
        &[Fault::Duplicate],
    ),
    ("[new_id]\nprobability = 0.02", &[Fault::NewId]),
    (
        "[reorder]\nprobability = 0.7\nwindow_s = 300",
        &[Fault::Reorder],
    ),
    (
        "[delay]\nprobability = 0.1\nleast_s = 5\ntail = 0.7\nmost_s = 7200",
        &[Fault::Delay],
    ),
    (
        "[loss]\nprobability = 0.1\nlook_every_s = 600",
        &[Fault::Loss],
    ),
    (
        "[corrupt]\nprobability = 0.1",
        &[
            Fault::Truncated,
            Fault::BadUtf8,
            Fault::WrongType,
            Fault::UnknownVersion,
            Fault::NoCorrelation,
        ],
    ),
    (
        "[clock]\nskew_s = 45\ndrift_ppm = 100\nzone_share = 0.3\nzone_min = 60\n\
         future_probability = 0.01\nfuture_s = 3600",
        &[
            Fault::ClockSkew,
            Fault::ClockDrift,
            Fault::ClockZone,
            Fault::ClockFuture,
        ],
    ),
    (
        "[outage]\nevery_s = 7200\nlength_s = 1800\nordered = true",
        &[Fault::Outage],
    ),
    (
        "[outage]\nevery_s = 7200\nlength_s = 1800\nordered = false",
        &[Fault::Outage],
    ),
    (
        "[restart]\nevery_s = 7200\nresend_s = 900\nreset_counter = true",
        &[Fault::RestartResend, Fault::RestartCounter],
    ),
    (
        "[late_release]\nprobability = 0.4\ndelay_s = 5400",
        &[Fault::LateRelease],
    ),
    (
        "[cancel_after_start]\nprobability = 0.1",
        &[Fault::CancelAfterStart],
    ),
    (
        "[contradiction]\nprobability = 0.1\nhold_s = 1800",
        &[Fault::Contradiction],
    ),
    (
        "[broker]\nkill_every_s = 7200\nnack_every_s = 3600\nunroutable = 0.05\nredelivery = 0.1",
        &[
            Fault::BrokerKill,
            Fault::BrokerNack,
            Fault::Unroutable,
            Fault::Redelivery,
        ],
    ),
    (
        "[poison]\nprobability = 0.005\ntimes = 20",
        &[Fault::Poison],
    ),
    (
        "[slow_consumer]\nevery_s = 3600\nlength_s = 60",
        &[Fault::SlowConsumer],
    ),
    ("[same_ids]\nplant = \"P-TWO\"", &[Fault::SameIds]),
];

/// A plan as people write it.
#[track_caller]
pub(crate) fn plan(text: &str) -> FaultPlan {
    toml::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// All faults at once; of the outages, those that keep no order.
pub(crate) fn all_at_once() -> FaultPlan {
    let plans = ALONE.iter().map(|(text, _)| *text);
    let text: Vec<&str> = plans
        .filter(|text| !text.contains("ordered = true"))
        .collect();
    plan(&text.join("\n"))
}
