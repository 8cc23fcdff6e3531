//! Every quantity is in the unit of its object.

use super::Tell;
use crate::{Entity, Plant};

/// What was converted converts by the version that counts at that time.
pub(super) fn convertible(plant: &Plant, tell: Tell<'_>) {
    for entity in plant.entities() {
        let Entity::Material(material) = entity.as_ref() else {
            continue;
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
