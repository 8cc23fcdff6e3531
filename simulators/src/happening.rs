//! What the simulation schedules for itself, and which of two at one instant comes first.

use twin_model::{HoldId, LotId};

/// Something that will happen in the simulated plant.
#[derive(Clone, Debug)]
pub(crate) enum Happening {
    /// A machine stops (index of the work center).
    MachineStops(usize),
    /// A stopped machine is ready again.
    MachineRepaired(usize),
    /// A changeover is finished.
    SetupEnds(usize),
    /// A batch of pieces of the running operation is finished.
    BatchEnds(usize),
    /// Ordered raw material arrives (index of the raw material).
    RawLotArrives(usize),
    /// Quality holds a lot.
    LotIsHeld(LotId),
    /// Quality holds the raw lot of a finished lot: the one hold that always comes.
    OpeningHold,
    /// Quality decides a hold.
    HoldEnds(HoldId),
    /// A customer's order comes.
    OrderArrives,
    /// Planning releases orders and buys raw material.
    PlanningRound,
    /// The warehouse puts deliveries together.
    DeliveryRound,
    /// The finished lot behind the opening hold shall leave.
    OpeningDelivery,
    /// An idle machine looks for work.
    Dispatch(usize),
}

impl Happening {
    /// The rank among happenings of one instant: repair before completion before quality before
    /// planning before shipping before dispatch. A machine thus chooses among everything that
    /// this instant brings.
    pub(crate) fn class(&self) -> u8 {
        match self {
            Happening::MachineStops(_) | Happening::MachineRepaired(_) => 0,
            Happening::SetupEnds(_) | Happening::BatchEnds(_) => 1,
            Happening::RawLotArrives(_) => 2,
            Happening::LotIsHeld(_) | Happening::OpeningHold | Happening::HoldEnds(_) => 3,
            Happening::OrderArrives | Happening::PlanningRound => 4,
            Happening::DeliveryRound | Happening::OpeningDelivery => 5,
            Happening::Dispatch(_) => 6,
        }
    }
}
