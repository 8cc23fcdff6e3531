//! Every quantity is in the unit of its object.

use super::Tell;
use crate::{Entity, Plant, WorkOrder};

/// What was converted converts by the version that counts at that time.
pub(super) fn convertible(plant: &Plant, tell: Tell<'_>) {
    for entity in plant.entities() {
        let material = match entity {
            Entity::Material(material) => material,
            Entity::WorkOrder(order) => {
                if let Some(text) = of_movements(order, plant) {
                    tell(entity.key(), text);
                }
                continue;
            }
            _ => continue,
        };
        for version in material.versions() {
            for ((from, to), at) in &version.used {
                let counts = material.version_at(*at);
                if counts
                    .and_then(|counts| counts.factor(*from, *to, *at))
                    .is_none()
                {
                    let text = format!("{from} was turned into {to} at {at} without a factor");
                    tell(entity.key(), text);
                }
            }
        }
    }
}

/// What was moved converts into the unit of its account to what was booked.
fn of_movements(order: &WorkOrder, plant: &Plant) -> Option<String> {
    for movement in order.movement_list().iter() {
        let (booked, unit) = movement.booked();
        let told = movement.quantity();
        let known = plant.material(movement.material());
        let version = known.and_then(|known| known.version_at(movement.at()));
        let ratio = told.unit.ratio_to(unit).or_else(|| {
            let factor = version?.factor(told.unit, unit, movement.at())?;
            Some(factor.ratio)
        });
        let value = ratio.and_then(|ratio| ratio.apply(told.value.value()));
        if value.is_none_or(|value| value.value != booked) {
            return Some(format!("{told} were booked as {booked} {unit}"));
        }
    }
    None
}
