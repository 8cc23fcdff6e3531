//! Random numbers that are looked up, not drawn in turn.
//!
//! Every number is a function of (seed, entity, visit, purpose). A draw that is added, dropped or
//! made earlier changes no other draw: with quality holds switched off, each machine still fails
//! at the same instants. A run can also be repeated from any point without replaying a generator.

/// What a number is for; two purposes never share a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub enum Purpose {
    /// Time between two new orders.
    OrderArrival = 1,
    /// Which product an order asks for.
    OrderProduct = 2,
    /// How many pieces an order asks for.
    OrderQuantity = 3,
    /// How urgent an order is.
    OrderPriority = 4,
    /// How far ahead an order is planned.
    OrderPlan = 5,
    /// How much time an order is promised.
    OrderPromise = 6,
    /// Who buys.
    OrderCustomer = 7,
    /// Time between two stops of a machine.
    StopGap = 8,
    /// Length of a machine stop.
    StopLength = 9,
    /// Cause of a machine stop.
    StopCause = 10,
    /// Length of a changeover.
    SetupTime = 11,
    /// Time of a batch of pieces at a machine.
    RunTime = 12,
    /// Whether a piece becomes scrap.
    Scrap = 13,
    /// Which worker runs an operation.
    Worker = 14,
    /// Size of a raw material lot.
    RawLotSize = 15,
    /// Time until ordered raw material arrives.
    RawLotLeadTime = 16,
    /// Whether a lot is put on hold.
    HoldChance = 17,
    /// Time from a lot's creation to its hold.
    HoldDelay = 18,
    /// Length of a hold.
    HoldLength = 19,
    /// Why a lot is held.
    HoldReason = 20,
    /// Who holds a lot.
    HoldInspector = 21,
    /// How a hold ends.
    HoldDisposition = 22,
    /// Time between two delivery rounds.
    DeliveryGap = 23,
    /// Which events a faulty transport sends twice.
    FaultDuplicate = 24,
    /// When a faulty transport hands over an event.
    FaultReorder = 25,
    /// Time between two releases to the floor.
    ReleaseGap = 26,
    /// Time that a lot needs at a step.
    StepTime = 27,
    /// Time that a machine is taken by a step, where it is free before the lot is.
    StepOccupation = 28,
    /// Whether a lot takes a step that only some lots take.
    StepSample = 29,
    /// How many pieces of a lot a step spoils.
    StepYield = 30,
    /// Whether a step spoils a whole lot.
    StepScrap = 31,
    /// Whether a step sends a lot back.
    StepRework = 32,
    /// Whether an inspection keeps a lot.
    InspectionHold = 33,
    /// How long an inspection keeps a lot.
    InspectionLength = 34,
    /// What an inspection decides.
    InspectionOutcome = 35,
    /// Time on the way between two work centers.
    TransportTime = 36,
    /// When the first of a machine's stops of one kind comes.
    FirstStop = 37,
    /// Everything that a fault of a load decides.
    Fault = 1_000,
}

/// The random numbers of one seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Random {
    seed: u64,
}

/// The random numbers of one seed for one entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OfEntity(u64);

/// One random number and the ways to read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draw(u64);

impl Random {
    /// The numbers of `seed`.
    pub fn new(seed: u64) -> Self {
        Self {
            seed: mix(seed ^ 0x9e37_79b9_7f4a_7c15),
        }
    }

    /// The numbers of one replication: those of another have nothing to do with them.
    pub fn of_replication(&self, replication: u64) -> Self {
        Self {
            seed: mix(self.seed ^ mix(replication)),
        }
    }

    /// Tells runs of different seeds or openings apart; goes into their event ids.
    pub fn run_number(&self, opening_us: i64) -> u32 {
        (mix(self.seed ^ mix(opening_us as u64)) >> 32) as u32
    }

    /// The number of one entity's visit for one purpose.
    pub fn draw(&self, entity: u64, visit: u64, purpose: Purpose) -> Draw {
        self.of_entity(entity).draw(visit, purpose)
    }

    /// The numbers of one entity: whoever draws often for it works out only once what these draws
    /// have in common.
    #[inline]
    pub fn of_entity(&self, entity: u64) -> OfEntity {
        OfEntity(mix(self.seed ^ entity.wrapping_mul(0xd6e8_feb8_6659_fd93)))
    }
}

impl OfEntity {
    /// The number of one visit for one purpose; the same as [`Random::draw`] gives.
    #[inline]
    pub fn draw(self, visit: u64, purpose: Purpose) -> Draw {
        let with_visit = mix(self.0 ^ visit.wrapping_mul(0xa076_1d64_78bd_642f));
        Draw(mix(
            with_visit ^ (purpose as u64).wrapping_mul(0xe703_7ed1_a0b4_28db)
        ))
    }
}

impl Draw {
    /// The number at a place of the sequence that begins with `base`, as splitmix64 has it (Steele,
    /// Lea, Flood: Fast splittable pseudorandom number generators, 2014).
    pub(crate) fn at(base: u64, place: u64) -> Draw {
        Draw(mix(
            base.wrapping_add(place.wrapping_mul(0x9e37_79b9_7f4a_7c15))
        ))
    }

    /// All 64 bits.
    pub fn bits(self) -> u64 {
        self.0
    }

    /// The next number for the same entity, visit and purpose: for what needs more than one.
    pub fn again(self) -> Self {
        Self(mix(self.0))
    }

    /// A number in (0, 1), both ends excluded, with 53 bits.
    pub fn fraction(self) -> f64 {
        ((self.0 >> 11) as f64 + 0.5) * (1.0 / 9_007_199_254_740_992.0)
    }

    /// A whole number in `0..count`.
    ///
    /// # Panics
    /// When `count` is zero.
    pub fn below(self, count: u64) -> u64 {
        assert!(count > 0, "a choice needs at least one alternative");
        ((u128::from(self.0) * u128::from(count)) >> 64) as u64
    }

    /// A whole number in `low..=high`.
    ///
    /// # Panics
    /// When `low` is above `high`.
    pub fn between(self, low: i64, high: i64) -> i64 {
        assert!(low <= high, "the range {low}..={high} is empty");
        low + self.below((high - low) as u64 + 1) as i64
    }

    /// True with the given probability.
    pub fn chance(self, probability: f64) -> bool {
        self.fraction() < probability
    }

    /// An exponentially distributed time with the given mean, both in microseconds.
    pub fn exponential_us(self, mean_us: i64) -> i64 {
        // libm, not std: the platform's own logarithm may differ in the last bit.
        (-libm::log(self.fraction()) * mean_us as f64) as i64
    }

    /// A time around `mode_us`, triangular from 80 % to 140 % of it, in microseconds.
    pub fn around_us(self, mode_us: i64) -> i64 {
        const LOW: f64 = 0.8;
        const HIGH: f64 = 1.4;
        const RISE: f64 = (1.0 - LOW) / (HIGH - LOW);
        let u = self.fraction();
        let factor = if u < RISE {
            LOW + libm::sqrt(u * (HIGH - LOW) * (1.0 - LOW))
        } else {
            HIGH - libm::sqrt((1.0 - u) * (HIGH - LOW) * (HIGH - 1.0))
        };
        (factor * mode_us as f64) as i64
    }
}

/// A stable number for a named entity, equal on every platform and in every run.
pub fn entity_number(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        mix(hash ^ u64::from(byte))
    })
}

/// The finaliser of splitmix64: every input bit reaches every output bit.
fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
