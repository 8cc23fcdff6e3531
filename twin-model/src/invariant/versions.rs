//! Versions do not go back.

use super::Tell;
use crate::{Entity, Material, Plant, Routing, Time};

/// As time goes on, the version that counts never becomes a lower one.
pub(super) fn never_back(plant: &Plant, tell: Tell<'_>) {
    for entity in plant.entities() {
        let fault = match entity {
            Entity::Material(material) => of_material(material),
            Entity::Routing(routing) => of_routing(routing),
            _ => None,
        };
        if let Some(text) = fault {
            tell(entity.key(), text);
        }
    }
}

fn of_material(material: &Material) -> Option<String> {
    let mut times: Vec<Time> = material.versions().iter().map(|known| known.at()).collect();
    times.sort_unstable();
    let counts = |at| Some((material.version_at(at)?.number(), at));
    let numbers: Vec<(u64, Time)> = times.into_iter().filter_map(counts).collect();
    let falls = numbers.windows(2).find(|pair| pair[1].0 < pair[0].0)?;
    Some(format!(
        "the version that counts goes from {:?} to {:?}",
        falls[0], falls[1]
    ))
}

fn of_routing(routing: &Routing) -> Option<String> {
    let known = routing.versions();
    let falls = known.windows(2).find(|pair| pair[1] <= pair[0])?;
    let place = |version: &crate::RoutingVersion| (version.version().clone(), version.from());
    Some(format!(
        "{:?} stands behind {:?}",
        place(&falls[1]),
        place(&falls[0])
    ))
}
