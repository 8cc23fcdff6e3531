//! Plans that are drawn from a seed, so that many runs meet many mixtures.

use crate::faults::dice::Dice;
use crate::faults::fault::Fault;
use crate::faults::plan::{
    Broker, Chance, Clock, Contradiction, Corrupt, Corruption, Delay, Duplicate, FaultPlan,
    LateRelease, Loss, Outage, Poison, Reorder, Restart, SlowConsumer,
};

/// Which part of the faults a drawn plan has: too many of them hide each other.
const SHARE_ON: f64 = 0.6;

const MINUTE_S: i64 = 60;
const HOUR_S: i64 = 60 * MINUTE_S;

/// Draws the values of one fault.
struct Drawn {
    dice: Dice,
    part: u64,
}

impl Drawn {
    fn of(seed: u64, fault: Fault) -> Drawn {
        Drawn {
            dice: Dice::new(seed, fault),
            part: 1,
        }
    }

    fn is_on(&self) -> bool {
        self.dice.draw(u64::MAX >> 8, 0).chance(SHARE_ON)
    }

    fn next(&mut self) -> crate::random::Draw {
        let draw = self.dice.draw(u64::MAX >> 8, self.part);
        self.part += 1;
        draw
    }

    /// A share up to `most`, in thousandths, never none.
    fn share(&mut self, most_milli: i64) -> f64 {
        self.next().between(1, most_milli) as f64 / 1_000.0
    }

    fn seconds(&mut self, low: i64, high: i64) -> u32 {
        self.next().between(low, high) as u32
    }
}

impl FaultPlan {
    /// A plan drawn from a seed: each fault is there or not, with a rate of its own. A second plant
    /// is never drawn, because a twin must know it.
    #[must_use]
    pub fn swarm(seed: u64) -> FaultPlan {
        let on = |fault| Some(Drawn::of(seed, fault)).filter(Drawn::is_on);
        FaultPlan {
            duplicate: on(Fault::Duplicate).map(|mut drawn| Duplicate {
                probability: drawn.share(200),
                within_s: drawn.seconds(1, HOUR_S),
            }),
            new_id: on(Fault::NewId).map(|mut drawn| Chance {
                probability: drawn.share(20),
            }),
            reorder: on(Fault::Reorder).map(|mut drawn| Reorder {
                probability: drawn.share(1_000),
                window_s: drawn.seconds(1, 10 * MINUTE_S),
            }),
            delay: on(Fault::Delay).map(|mut drawn| Delay {
                probability: drawn.share(100),
                least_s: drawn.seconds(1, 30),
                tail: 0.8 + drawn.next().fraction(),
                most_s: drawn.seconds(HOUR_S, 6 * HOUR_S),
            }),
            loss: on(Fault::Loss).map(|mut drawn| Loss {
                probability: drawn.share(100),
                look_every_s: drawn.seconds(10, 30 * MINUTE_S),
            }),
            corrupt: on(Fault::Truncated).map(|mut drawn| Corrupt {
                probability: drawn.share(20),
                kinds: vec![
                    Corruption::Truncated,
                    Corruption::BadUtf8,
                    Corruption::WrongType,
                    Corruption::UnknownVersion,
                    Corruption::NoCorrelation,
                ],
            }),
            clock: on(Fault::ClockSkew).map(swarm_clock),
            poison: on(Fault::Poison).map(|mut drawn| Poison {
                probability: drawn.share(3),
                times: drawn.seconds(2, 40),
            }),
            same_ids: None,
            ..swarm_systems(seed)
        }
    }
}

fn swarm_clock(mut drawn: Drawn) -> Clock {
    Clock {
        skew_s: drawn.seconds(0, 120),
        drift_ppm: drawn.seconds(0, 200),
        zone_share: drawn.share(200),
        zone_min: 60 * drawn.next().between(-2, 2) as i32,
        future_probability: drawn.share(5),
        future_s: drawn.seconds(600, 24 * HOUR_S),
    }
}

/// What the systems and the broker do.
fn swarm_systems(seed: u64) -> FaultPlan {
    let on = |fault| Some(Drawn::of(seed, fault)).filter(Drawn::is_on);
    FaultPlan {
        outage: on(Fault::Outage).map(|mut drawn| Outage {
            every_s: drawn.seconds(HOUR_S, 12 * HOUR_S),
            length_s: drawn.seconds(MINUTE_S, 2 * HOUR_S),
            ordered: drawn.next().chance(0.5),
        }),
        restart: on(Fault::RestartResend).map(|mut drawn| Restart {
            source: "/mes".to_owned(),
            every_s: drawn.seconds(HOUR_S, 12 * HOUR_S),
            resend_s: drawn.seconds(MINUTE_S, HOUR_S),
            reset_counter: drawn.next().chance(0.5),
        }),
        late_release: on(Fault::LateRelease).map(|mut drawn| LateRelease {
            probability: drawn.share(300),
            delay_s: drawn.seconds(MINUTE_S, 4 * HOUR_S),
        }),
        cancel_after_start: on(Fault::CancelAfterStart).map(|mut drawn| Chance {
            probability: drawn.share(50),
        }),
        contradiction: on(Fault::Contradiction).map(|mut drawn| Contradiction {
            probability: drawn.share(50),
            hold_s: drawn.seconds(MINUTE_S, 2 * HOUR_S),
        }),
        broker: on(Fault::BrokerKill).map(|mut drawn| Broker {
            kill_every_s: Some(drawn.seconds(HOUR_S, 24 * HOUR_S)),
            nack_every_s: Some(drawn.seconds(HOUR_S, 12 * HOUR_S)),
            unroutable: drawn.share(20),
            redelivery: drawn.share(100),
        }),
        slow_consumer: on(Fault::SlowConsumer).map(|mut drawn| SlowConsumer {
            every_s: drawn.seconds(HOUR_S, 12 * HOUR_S),
            length_s: drawn.seconds(1, 10 * MINUTE_S),
        }),
        ..FaultPlan::default()
    }
}
