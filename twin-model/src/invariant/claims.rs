//! Rules about what sources said of fields that they do not own.

use super::Tell;
use crate::Plant;

pub(super) fn owner_decides(plant: &Plant, tell: Tell<'_>) {
    for entity in plant.entities() {
        for (facet, source, _) in entity.claims().into_iter().flat_map(|claims| claims.iter()) {
            if plant.writer(source).may_write(plant.owners_of(facet.field)) {
                let text = format!("{source} owns {facet}, but its word is kept as a claim");
                tell(entity.key(), text);
            }
        }
    }
}
