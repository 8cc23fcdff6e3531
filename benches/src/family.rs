//! Lots that all come from one, in several shapes, with shipments that wait for some of them.

use anyhow::{Result, anyhow};
use bytes::Bytes;
use serde_json::{Value, json};
use twin_model::{CommandKey, Event, wire};

use crate::shop::Shop;

/// Lots in one layer of a [`Shape::Merging`] family.
const LAYER_LOTS: usize = 100;
/// Lots that flow into each lot of the next layer.
const MERGED_LOTS: usize = 3;

/// How the lots of a family come from the first one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// All directly.
    Wide,
    /// Each from the one before it.
    Chain,
    /// In layers; each from several of the layer before it.
    Merging,
}

impl Shape {
    /// All of them.
    pub const ALL: [Shape; 3] = [Shape::Wide, Shape::Chain, Shape::Merging];

    /// The first lot is 0, its descendants count from 1.
    fn parents(self, lot: usize) -> Vec<usize> {
        match self {
            Shape::Wide => vec![0],
            Shape::Chain => vec![lot - 1],
            Shape::Merging => {
                let (layer, place) = ((lot - 1) / LAYER_LOTS, (lot - 1) % LAYER_LOTS);
                if layer == 0 {
                    return vec![0];
                }
                let before = 1 + (layer - 1) * LAYER_LOTS;
                let parent = |n| before + (place + n * 7) % LAYER_LOTS;
                (0..MERGED_LOTS).map(parent).collect()
            }
        }
    }
}

/// A family and the shipments of some of its lots.
#[derive(Debug, Clone)]
pub struct Family {
    shop: Shop,
    shape: Shape,
    descendants: usize,
    gates: usize,
}

impl Family {
    /// The family of one lot.
    ///
    /// # Errors
    /// None in practice.
    pub fn new(shape: Shape, descendants: usize, gates: usize) -> Result<Family> {
        Ok(Family {
            shop: Shop::new("BENCH", 0)?,
            shape,
            descendants,
            gates,
        })
    }

    /// The plant that the family belongs to.
    #[must_use]
    pub fn shop(&self) -> &Shop {
        &self.shop
    }

    /// Everything that comes before a hold: the lots, and shipments over all of them evenly.
    #[must_use]
    pub fn set_up(&self) -> Vec<Bytes> {
        let much = json!({"value": "1000000000", "unit": "KGM"});
        let first = json!({"lot": lot(0), "material": "M", "quantity": much});
        let mut events = vec![self.event("/wms", "lot.created", &lot(0), &first)];
        let one = json!({"value": "1", "unit": "KGM"});
        for number in 1..=self.descendants {
            let parents = self.shape.parents(number).into_iter();
            let inputs: Vec<Value> = parents
                .map(|parent| json!({"lot": lot(parent), "quantity": {"value": "0.001", "unit": "KGM"}}))
                .collect();
            let output = json!({"lot": lot(number), "material": "M", "quantity": one});
            let data = json!({"inputs": inputs, "outputs": [output]});
            events.push(self.event("/mes", "lot.transformed", &lot(number), &data));
        }
        for number in 0..self.gates {
            // The last lot is among them: nothing is deeper.
            let wanted = self.descendants - number * self.descendants / self.gates;
            let quantity = json!({"value": "0.001", "unit": "KGM"});
            let data = json!({"delivery": format!("D{number}"),
                "lots": [{"lot": lot(wanted), "quantity": quantity}]});
            events.push(self.event("/wms", "shipment.requested", &format!("D{number}"), &data));
        }
        events
    }

    /// An event that waits: of what a lot that has nothing to do with the family was made.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn waiting(&self) -> Result<Event> {
        let one = json!({"value": "1", "unit": "KGM"});
        let data = json!({"inputs": [{"lot": "UNKNOWN", "quantity": one}],
            "outputs": [{"lot": "STRANGER", "material": "M", "quantity": one}]});
        read(&self.event("/mes", "lot.transformed", "waiting", &data))
    }

    /// Quality holds the first lot.
    #[must_use]
    pub fn hold(&self, number: usize) -> Bytes {
        let hold = format!("H{number}");
        let data = json!({"hold": hold, "scope": {"kind": "lot", "id": lot(0)},
            "reason": "smells of solvent", "placed_by": "QA"});
        self.event("/qms", "hold.placed", &hold, &data)
    }

    /// Quality sets the first lot free.
    #[must_use]
    pub fn release(&self, number: usize) -> Bytes {
        let hold = format!("H{number}");
        let data = json!({"hold": hold, "disposition": "use as is", "released_by": "QA"});
        self.event("/qms", "hold.released", &hold, &data)
    }

    /// The plant's operator has packing, shipping and production blocked for holds.
    #[must_use]
    pub fn rules(&self) -> Bytes {
        let data = json!({"version": 1, "processes": [{"kind": "hold"}]});
        self.event("/twin", "process_rules.published", "rules", &data)
    }

    /// One more lot comes from the first one.
    #[must_use]
    pub fn joining(&self, number: usize) -> Bytes {
        let id = format!("J-{number:06}");
        let inputs = json!([{"lot": lot(0), "quantity": {"value": "0.001", "unit": "KGM"}}]);
        let one = json!({"value": "1", "unit": "KGM"});
        let data = json!({"inputs": inputs,
            "outputs": [{"lot": id, "material": "M", "quantity": one}]});
        self.event("/mes", "lot.transformed", &id, &data)
    }

    /// A system has carried a command out.
    #[must_use]
    pub fn acknowledged(&self, command: &CommandKey) -> Bytes {
        let data = json!({"command": command.to_string()});
        let id = format!("{command}");
        self.event("/wms", "posting.acknowledged", &id, &data)
    }

    fn event(&self, source: &str, name: &str, id: &str, data: &Value) -> Bytes {
        let (id, type_name) = (format!("{name} {id}"), format!("mfg.{name}.v1"));
        self.shop.event(source, &id, &type_name, data)
    }
}

fn lot(number: usize) -> String {
    format!("L-{number:06}")
}

/// Decodes an event that was made here.
///
/// # Errors
/// Why it cannot be read.
pub fn read(bytes: &Bytes) -> Result<Event> {
    wire::decode(bytes).map_err(|error| anyhow!("{}", error.rejection))
}

#[cfg(test)]
mod tests {
    use super::*;
    use twin_model::{Notice, Plant};

    #[test]
    fn a_hold_on_the_first_lot_blocks_every_gate_in_every_shape() {
        for shape in Shape::ALL {
            let family = Family::new(shape, 250, 20).unwrap();
            let mut plant = Plant::new(family.shop().plant().clone());
            for bytes in family.set_up() {
                plant.apply(&read(&bytes).unwrap()).unwrap();
            }
            assert!(plant.apply(&family.waiting().unwrap()).is_err());
            let turn = plant.apply(&read(&family.hold(0)).unwrap()).unwrap();
            // The hold, the first lot, its descendants and the gates.
            assert_eq!(turn.touched.len(), 2 + 250 + 20, "{shape:?}");
            let turn = plant.apply(&read(&family.release(0)).unwrap()).unwrap();
            assert_eq!(turn.touched.len(), 2 + 250 + 20, "{shape:?}");
            plant.apply(&read(&family.rules()).unwrap()).unwrap();
            let joining = read(&family.joining(0)).unwrap();
            let turn = plant.apply(&read(&family.hold(1)).unwrap()).unwrap();
            assert_eq!(turn.touched.len(), 3 + 250 + 20, "{shape:?}: a process too");
            let asked = turn.notices.iter().filter_map(|notice| match notice {
                Notice::CommandIssued { command, .. } => Some(command),
                _ => None,
            });
            let asked: Vec<_> = asked.collect();
            assert_eq!(asked.len(), 3, "{shape:?}");
            for command in asked {
                let told = read(&family.acknowledged(command)).unwrap();
                plant.apply(&told).unwrap();
            }
            let turn = plant.apply(&joining).unwrap();
            assert_eq!(
                turn.touched.len(),
                3,
                "{shape:?}: both lots and the process"
            );
        }
    }
}
