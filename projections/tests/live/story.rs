//! Random days of a plant: mostly sensible, sometimes refused, waiting or unreadable.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::live_plant::{created, lot, message, released};

/// Gives events from a seed.
pub(crate) struct Story {
    state: u64,
    events: u32,
}

impl Story {
    /// Prints the seed, so that a failure can be run again.
    pub(crate) fn new(seed: u64) -> Story {
        println!("seed {seed}");
        Story {
            state: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1,
            events: 0,
        }
    }

    /// A number from 0 to `below` - 1.
    pub(crate) fn pick(&mut self, below: u64) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state >> 11) % below
    }

    /// The next event; each is some seconds after the one before, by its own time.
    pub(crate) fn event(&mut self) -> Bytes {
        self.events += 1;
        let minute = 8 * 60 + self.events / 4;
        let at = format!("{:02}:{:02}", minute / 60 % 24, minute % 60);
        let (name, data) = self.body();
        if name.is_empty() {
            return Bytes::from_static(b"not an event");
        }
        message(&format!("s{}", self.events), name, &at, data)
    }

    pub(crate) fn events(&mut self, count: usize) -> Vec<Bytes> {
        (0..count).map(|_| self.event()).collect()
    }

    fn body(&mut self) -> (&'static str, Value) {
        let order = format!("WO-{}", self.pick(12));
        let source = format!("L-{}", self.pick(20));
        let hold = format!("H-{}", self.pick(8));
        let op = if self.pick(2) == 0 { "10" } else { "20" };
        match self.pick(14) {
            0 | 1 => ("work_order.created", created(&order, "50")),
            2 | 3 => ("work_order.released", released(&order)),
            4 => (
                "operation.started",
                json!({"order": order, "op": op, "work_center": "SAW"}),
            ),
            5 | 6 => (
                "operation.progressed",
                json!({"order": order, "op": op, "unit": "H87", "good": self.pick(9).to_string(),
                    "scrap": self.pick(2).to_string()}),
            ),
            7 => (
                "operation.completed",
                json!({"order": order, "op": op, "unit": "H87", "good": "1"}),
            ),
            8 => {
                let mut made = lot(&source, "30");
                if self.pick(2) == 0 {
                    made["order"] = json!(order);
                }
                if self.pick(4) == 0 {
                    made["expiry"] = json!("2026-03-01T10:00:00Z");
                }
                ("lot.created", made)
            }
            9 => {
                let target = format!("L-{}", self.pick(20));
                let quantity = json!({"value": "2", "unit": "H87"});
                (
                    "lot.transformed",
                    json!({"order": order,
                        "inputs": [{"lot": source, "quantity": quantity}],
                        "outputs": [{"lot": target, "material": "M-1", "quantity": quantity}]}),
                )
            }
            10 => {
                let (kind, id) = match self.pick(5) {
                    0 => ("work_order", order),
                    1 => ("work_center", "SAW".to_owned()),
                    _ => ("lot", source),
                };
                (
                    "hold.placed",
                    json!({"hold": hold, "scope": {"kind": kind, "id": id}, "reason": "cracks"}),
                )
            }
            11 => (
                "hold.released",
                json!({"hold": hold, "disposition": "use as is", "released_by": "Q"}),
            ),
            12 => (
                "shipment.requested",
                json!({"delivery": format!("D-{}", self.pick(10)),
                    "lots": [{"lot": source, "quantity": {"value": "1", "unit": "H87"}}]}),
            ),
            _ if self.pick(4) == 0 => ("", Value::Null),
            _ => (
                "work_center.state_changed",
                json!({"work_center": "SAW", "item_state": "executing", "mode": "processing"}),
            ),
        }
    }
}
