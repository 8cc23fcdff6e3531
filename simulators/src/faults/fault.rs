//! The faults, by name.

macro_rules! faults {
    ($($(#[$doc:meta])+ $variant:ident = $name:literal;)+) => {
        /// One way in which what reaches the broker differs from what the systems mean.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Fault {
            $($(#[$doc])+ $variant,)+
        }

        impl Fault {
            /// All of them, in the order of the catalogue.
            pub const ALL: &'static [Fault] = &[$(Fault::$variant),+];

            /// Its name in counts and records.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Fault::$variant => $name,)+
                }
            }
        }
    };
}

faults! {
    /// The same message comes again later.
    Duplicate = "duplicate";
    /// The same content is told once more under a new id: for the twin it is another event.
    NewId = "new_id";
    /// A message comes later than others that were sent after it, within a window.
    Reorder = "reorder";
    /// A message comes late, sometimes very late.
    Delay = "delay";
    /// A message is lost and sent again when its sender sees the gap.
    Loss = "loss";
    /// A message that ends in its middle.
    Truncated = "corrupt.truncated";
    /// A message whose bytes are no text.
    BadUtf8 = "corrupt.bad_utf8";
    /// A message with a value of another type than agreed.
    WrongType = "corrupt.wrong_type";
    /// A message of a version that nobody speaks yet.
    UnknownVersion = "corrupt.unknown_version";
    /// An event without the correlation id that its sender should give.
    NoCorrelation = "corrupt.no_correlation";
    /// The clock of a system is ahead or behind.
    ClockSkew = "clock.skew";
    /// The clock of a system runs too fast or too slowly.
    ClockDrift = "clock.drift";
    /// A system writes local time as UTC.
    ClockZone = "clock.zone";
    /// An event is dated ahead.
    ClockFuture = "clock.future";
    /// The plant's link was down; what was stored comes in a burst.
    Outage = "outage";
    /// The MES started again and sends its last minutes again.
    RestartResend = "restart.resend";
    /// The MES started again and counts its messages from one.
    RestartCounter = "restart.counter";
    /// The release of an order comes long after work has begun.
    LateRelease = "late_release";
    /// An order is cancelled after its work has begun.
    CancelAfterStart = "cancel_after_start";
    /// The MES says done while quality holds the order.
    Contradiction = "contradiction";
    /// The broker ends and starts again.
    BrokerKill = "broker.kill";
    /// The broker does not confirm what is under way.
    BrokerNack = "broker.nack";
    /// A message is published with a key that no queue is bound to, and then rightly.
    Unroutable = "broker.unroutable";
    /// A message is delivered twice in a row.
    Redelivery = "broker.redelivery";
    /// A message that nobody can read is sent over and over.
    Poison = "poison";
    /// Whoever takes the messages is slow for a while.
    SlowConsumer = "slow_consumer";
    /// A second plant uses the same ids.
    SameIds = "same_ids";
}

/// How often each fault occurred.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultCounts(Vec<u64>);

impl Default for FaultCounts {
    fn default() -> FaultCounts {
        FaultCounts(vec![0; Fault::ALL.len()])
    }
}

impl FaultCounts {
    pub(crate) fn count(&mut self, fault: Fault) {
        self.0[fault as usize] += 1;
    }

    /// How often `fault` occurred.
    #[must_use]
    pub fn of(&self, fault: Fault) -> u64 {
        self.0[fault as usize]
    }

    /// Each fault that occurred, with how often.
    pub fn iter(&self) -> impl Iterator<Item = (Fault, u64)> + '_ {
        let counted = Fault::ALL.iter().map(|fault| (*fault, self.of(*fault)));
        counted.filter(|(_, count)| *count > 0)
    }
}
