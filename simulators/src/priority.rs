//! How urgent something is, in the words of the twin and of a plant file.

/// Priority of an order that nobody cares about, as in `mfg.work_order.created`: SAP's middle of 1
/// (urgent) to 9.
pub(crate) const USUAL: i32 = 5;

/// The priority of a lot of a plant file, where more comes first, from that of an order of the
/// twin, where lower is more urgent, as in SAP.
pub(crate) fn of_lot(of_order: i32) -> i32 {
    USUAL.saturating_sub(of_order)
}

/// The priority of an order, from that of a lot.
pub(crate) fn of_order(of_lot: i32) -> i32 {
    USUAL.saturating_sub(of_lot)
}
