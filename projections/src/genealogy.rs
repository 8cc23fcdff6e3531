//! The relatives of a lot, the nearest first, as far as one answer has room.

use std::collections::{BTreeMap, BTreeSet};

use twin_model::{Entity, EntityKind, Lot, LotId};

use crate::entities::Entities;
use crate::view::{EdgeView, GenealogyView, KinView, QuantityView, RELATIVES_SHOWN_MAX};

/// Ancestors in one answer, and descendants in one answer.
pub const KIN_SHOWN_MAX: usize = 500;
/// Edges in one answer.
pub const EDGES_SHOWN_MAX: usize = 5_000;
/// Ties that one answer follows in each direction: changes of the plant wait meanwhile.
const TIES_SCANNED_MAX: usize = 50_000;

/// Lots by the steps to them, and whether there are more.
struct Kin<'m> {
    lots: Vec<(&'m Lot, i64)>,
    truncated: bool,
}

fn lot<'m>(entities: &'m Entities, id: &str) -> Option<&'m Lot> {
    match entities.get(EntityKind::Lot, id)? {
        Entity::Lot(lot) => Some(lot),
        _ => None,
    }
}

/// The genealogy of a lot; `None` for a lot that is not known.
pub(crate) fn of(id: &str, entities: &Entities) -> Option<GenealogyView> {
    let own = lot(entities, id)?;
    let ancestors = kin(own, entities, -1, |lot| Box::new(lot.parents().keys()));
    let descendants = kin(own, entities, 1, |lot| Box::new(lot.children().keys()));
    let mut lots = vec![(own, 0)];
    lots.extend(ancestors.lots);
    lots.extend(descendants.lots);
    lots.sort_unstable_by_key(|(lot, steps)| (*steps, lot.id()));
    let (edges, edges_truncated) = edges(&lots);
    let kin = lots.into_iter().map(|(lot, steps)| {
        let packed_in = entities.units_of_lot(lot.id().as_str()).iter();
        let packed_in = packed_in.take(RELATIVES_SHOWN_MAX);
        KinView::new(lot, steps, packed_in.map(ToString::to_string).collect())
    });
    Some(GenealogyView {
        lot: own.id().clone(),
        lots: kin.collect(),
        edges,
        ancestors_truncated: ancestors.truncated,
        descendants_truncated: descendants.truncated,
        edges_truncated,
    })
}

type Next<'m> = Box<dyn Iterator<Item = &'m LotId> + 'm>;

/// The nearest relatives in one direction: step by step, within a step ascending by id.
fn kin<'m>(
    own: &'m Lot,
    entities: &'m Entities,
    direction: i64,
    next: impl Fn(&'m Lot) -> Next<'m>,
) -> Kin<'m> {
    let mut kin = Kin {
        lots: Vec::new(),
        truncated: false,
    };
    let mut seen: BTreeSet<&LotId> = BTreeSet::from([own.id()]);
    let mut step = vec![own];
    let (mut steps, mut scanned) = (0, 0);
    while !step.is_empty() {
        steps += direction;
        let mut found: BTreeMap<&LotId, &Lot> = BTreeMap::new();
        for id in step.iter().flat_map(|lot| next(lot)) {
            scanned += 1;
            if scanned > TIES_SCANNED_MAX {
                kin.truncated = true;
                break;
            }
            let Some(relative) = lot(entities, id.as_str()) else {
                continue;
            };
            if !seen.insert(relative.id()) {
                continue;
            }
            found.insert(relative.id(), relative);
            // The first by id stay: which ones does not depend on the way to them.
            if kin.lots.len() + found.len() > KIN_SHOWN_MAX {
                kin.truncated = true;
                found.pop_last();
            }
        }
        step = found.into_values().collect();
        kin.lots.extend(step.iter().map(|lot| (*lot, steps)));
    }
    kin
}

/// What went into what among some lots, and whether there is more.
fn edges(lots: &[(&Lot, i64)]) -> (Vec<EdgeView>, bool) {
    let shown: BTreeMap<&LotId, &Lot> = lots.iter().map(|(lot, _)| (lot.id(), *lot)).collect();
    let mut edges = Vec::new();
    for (id, child) in &shown {
        for (parent, part) in child.parents().iter() {
            let Some(parent) = shown.get(parent) else {
                continue;
            };
            if edges.len() == EDGES_SHOWN_MAX {
                return (sorted(edges), true);
            }
            edges.push(EdgeView {
                parent: parent.id().clone(),
                child: (*id).clone(),
                quantity: QuantityView::new(part.quantity, parent.unit()),
                by: part.by.as_str(),
                since: part.since,
            });
        }
    }
    (sorted(edges), false)
}

fn sorted(mut edges: Vec<EdgeView>) -> Vec<EdgeView> {
    edges.sort_by(|a, b| (&a.parent, &a.child).cmp(&(&b.parent, &b.child)));
    edges
}
