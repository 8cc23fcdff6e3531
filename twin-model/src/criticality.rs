//! How soon an event must act: what may overtake what when there is more than can be done at once.

use crate::event::event_types;

/// The class of an event type. The more urgent one comes first.
///
/// The classes overtake each other on the way to the plant, so whatever a source must keep in
/// order shares one: everything about an order, an operation or the making of a lot is near real
/// time, and only what stands alone is more or less urgent than that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Criticality {
    /// Acts within a second, and overtakes: holds, shipments, machine states.
    RealTime,
    /// Acts within a minute, in the sources' own order.
    NearRealTime,
    /// When nothing else is left to do.
    Batch,
}

impl Criticality {
    /// All classes, the most urgent one first.
    pub const ALL: [Criticality; 3] = [
        Criticality::RealTime,
        Criticality::NearRealTime,
        Criticality::Batch,
    ];

    /// The class of an event type. Unknown types are near real time: they end as exceptions, and
    /// may not delay what is urgent.
    #[must_use]
    pub fn of(type_name: &str) -> Criticality {
        class_of(type_name).unwrap_or(Criticality::NearRealTime)
    }

    /// The short name, as in routing keys: `rt`, `nrt` or `b`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Criticality::RealTime => "rt",
            Criticality::NearRealTime => "nrt",
            Criticality::Batch => "b",
        }
    }
}

macro_rules! define_classes {
    ($($variant:ident($body:ident) = $name:literal $(as $class:ident)?;)+) => {
        fn class_of(type_name: &str) -> Option<Criticality> {
            match type_name {
                $($name => None $(.or(Some(Criticality::$class)))?,)+
                _ => None,
            }
        }
    };
}

event_types!(define_classes);
