//! How much of a lot must be there.

use super::plain::Plain;
use super::step::Step;

impl Plain {
    pub(crate) fn on_hand(&self, wanted: u8) -> i64 {
        let sum = |lots: &[(u8, u32)]| -> i64 {
            lots.iter()
                .filter(|(lot, _)| *lot == wanted)
                .map(|(_, n)| i64::from(*n))
                .sum()
        };
        let of = |named: bool, all: i64| if named { all } else { 0 };
        let (mut created, mut parts, mut later, mut moved) = (None, 0, 0, 0);
        for step in &self.accepted {
            match step {
                Step::Receive { lot, quantity, .. } if *lot == wanted => {
                    created = Some(i64::from(*quantity));
                }
                Step::Transform {
                    inputs, outputs, ..
                } => moved += sum(outputs) - sum(inputs),
                Step::Split { parent, children } => {
                    let all = children.iter().map(|(_, n)| i64::from(*n)).sum();
                    parts += sum(children);
                    moved -= of(*parent == wanted, all);
                }
                Step::Merge { parents, child } => {
                    let all = parents.iter().map(|(_, n)| i64::from(*n)).sum();
                    // What is merged into a lot that was told of before is not what was told.
                    let place = if created.is_some() {
                        &mut later
                    } else {
                        &mut parts
                    };
                    *place += of(*child == wanted, all);
                    moved -= sum(parents);
                }
                Step::Ship { delivery, .. } => moved -= self.asked(*delivery, wanted),
                _ => {}
            }
        }
        // Of a part, and of what had been merged, the creation tells again.
        created.unwrap_or(0).max(parts) + later + moved
    }
}
