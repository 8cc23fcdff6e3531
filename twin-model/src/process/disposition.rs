//! What the material review board decided, as commands: one for each lot and disposition.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;
use smol_str::{SmolStr, format_smolstr};

use super::deviation::Case;
use super::{Bearing, Next};
use crate::{
    CommandBody, DispositionRequested, DispositionWithdrawn, Lot, LotDisposition, LotId, Quantity,
    System, Time, Unit,
};

/// What becomes of (a part of) a lot, as it counts now.
pub(super) struct Decided<'a> {
    pub(super) lane: SmolStr,
    pub(super) lot: &'a LotId,
    pub(super) disposition: LotDisposition,
    /// `None` for all of it.
    pub(super) quantity: Option<Quantity>,
    pub(super) at: Time,
}

/// Everything that was decided and counts, by lot and disposition.
pub(super) fn decided<'a>(case: &Case<'a>) -> Vec<Decided<'a>> {
    let mut all = Vec::new();
    for (lot, disposed) in case.found.dispositions() {
        let unit = case.plant.lot(lot).map(Lot::unit);
        let mut parts: BTreeMap<LotDisposition, Option<Decimal>> = BTreeMap::new();
        for (disposition, quantity) in disposed.parts {
            // What is decided of all of it takes the parts in.
            let sum = parts.entry(disposition).or_insert(Some(Decimal::ZERO));
            *sum = sum.zip(quantity).map(|(sum, more)| sum + more);
        }
        for (disposition, quantity) in parts {
            all.push(Decided {
                lane: format_smolstr!("{}:{lot}", disposition.as_str()),
                lot,
                disposition,
                quantity: quantity_in(quantity, unit),
                at: disposed.at,
            });
        }
    }
    all
}

/// A quantity of a lot; `None` for all of it.
pub(super) fn quantity_in(value: Option<Decimal>, unit: Option<Unit>) -> Option<Quantity> {
    let (value, unit) = value.zip(unit)?;
    Some(Quantity {
        value: value.normalize().try_into().ok()?,
        unit,
    })
}

/// The commands that are missing for what was decided, and those that take back what no longer
/// counts.
pub(super) fn nexts(case: &Case<'_>, decided: &[Decided<'_>]) -> Vec<Next> {
    let missing = decided.iter().filter(|it| !is_carried_out(case, it));
    let mut nexts: Vec<Next> = missing.map(|it| request(case, it)).collect();
    let wanted: BTreeSet<&str> = decided.iter().map(|it| it.lane.as_str()).collect();
    for (lane, standing) in &case.standing {
        let Some(step) = standing.last().filter(|_| !wanted.contains(lane)) else {
            continue;
        };
        let CommandBody::DispositionRequested(body) = &step.body else {
            continue;
        };
        let body = CommandBody::DispositionWithdrawn(DispositionWithdrawn {
            nonconformance: body.nonconformance.clone(),
            lot: body.lot.clone(),
            disposition: body.disposition,
            documents: step.documents.clone(),
            reason: SmolStr::new_static("the material review board took it up again"),
        });
        nexts.push(Next {
            lane: SmolStr::new(lane),
            to: step.to,
            bearing: Bearing::Undoes,
            body,
        });
    }
    nexts
}

/// The lots of which something that was decided is not carried out.
pub(super) fn not_carried_out<'a>(case: &Case<'a>, decided: &[Decided<'a>]) -> BTreeSet<&'a LotId> {
    let missing = decided.iter().filter(|it| !is_carried_out(case, it));
    missing.map(|it| it.lot).collect()
}

fn is_carried_out(case: &Case<'_>, decided: &Decided<'_>) -> bool {
    let stands = case.stands(&decided.lane).map(|step| &step.body);
    let Some(CommandBody::DispositionRequested(stands)) = stands else {
        return false;
    };
    // A decision that is repeated asks for nothing new.
    stands.quantity == decided.quantity
}

fn request(case: &Case<'_>, decided: &Decided<'_>) -> Next {
    let names = |part: &crate::DisposedPart| part.lot == *decided.lot;
    let decisions = case.found.decisions().iter().rev();
    let mut decisions = decisions.filter(|it| it.at == decided.at && it.parts.iter().any(names));
    let approvers = decisions.next().map(|decision| decision.approvers.clone());
    Next {
        lane: decided.lane.clone(),
        to: carried_out_by(decided.disposition),
        bearing: Bearing::Replaces,
        body: CommandBody::DispositionRequested(DispositionRequested {
            nonconformance: case.found.id().clone(),
            lot: decided.lot.clone(),
            material: case
                .plant
                .lot(decided.lot)
                .map(|lot| lot.material().clone()),
            disposition: decided.disposition,
            quantity: decided.quantity,
            decided_at: decided.at,
            approvers: approvers.unwrap_or_default(),
        }),
    }
}

/// Who carries a disposition out: the ERP has the orders and the stock, sorting is work.
fn carried_out_by(disposition: LotDisposition) -> System {
    match disposition {
        LotDisposition::UseAsIs
        | LotDisposition::Rework
        | LotDisposition::Scrap
        | LotDisposition::ReturnToVendor
        | LotDisposition::Regrade => System::Erp,
        LotDisposition::Sort => System::Mes,
    }
}
