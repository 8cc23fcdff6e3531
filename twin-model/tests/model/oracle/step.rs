//! The steps that random stories are made of: few names, so that they meet often.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};
use twin_model::{Event, wire};

/// One thing that happens. Numbers name things: order 1 is `O1`, lot 3 is `L3`.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Create {
        order: u8,
        quantity: u32,
        over: u32,
    },
    Release {
        order: u8,
    },
    /// What the ERP, or the MES with an abort, decides about the whole order.
    Decide {
        order: u8,
        what: Decision,
    },
    Start {
        order: u8,
        op: u8,
        input: Option<u8>,
    },
    Report {
        order: u8,
        op: u8,
        good: u32,
        scrap: u32,
        completes: bool,
        /// Of the ERP, where the MES has posted it.
        document: u8,
    },
    /// All reports of the order that became this document are taken back.
    Reverse {
        order: u8,
        document: u8,
    },
    Receive {
        lot: u8,
        quantity: u32,
        order: Option<u8>,
    },
    Transform {
        inputs: Vec<(u8, u32)>,
        outputs: Vec<(u8, u32)>,
        order: Option<u8>,
    },
    Split {
        parent: u8,
        children: Vec<(u8, u32)>,
    },
    Merge {
        parents: Vec<(u8, u32)>,
        child: u8,
    },
    HoldLot {
        hold: u8,
        lot: u8,
    },
    HoldOrder {
        hold: u8,
        order: u8,
    },
    ReleaseHold {
        hold: u8,
    },
    Request {
        delivery: u8,
        lots: Vec<(u8, u32)>,
    },
    /// With the token that was given out last, or with the one before.
    Ship {
        delivery: u8,
        last: bool,
    },
    Cancel {
        delivery: u8,
    },
}

/// A decision about a whole order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decision {
    WithdrawRelease,
    Cancel,
    Abort,
    TechComplete,
    WithdrawTechCompletion,
    Close,
}

/// Closings are tried most often: few orders are ready for one.
const DECISIONS: [Decision; 9] = [
    Decision::WithdrawRelease,
    Decision::Cancel,
    Decision::Abort,
    Decision::TechComplete,
    Decision::WithdrawTechCompletion,
    Decision::Close,
    Decision::Close,
    Decision::Close,
    Decision::Close,
];

/// The tokens that the gate of each delivery has given out, the last one last.
pub(crate) type Tokens = BTreeMap<u8, Vec<String>>;

pub(crate) const ORDERS: u8 = 2;
pub(crate) const LOTS: u8 = 7;
/// Operation 10, then 20, which delivers.
pub(crate) const OPERATIONS: [u8; 2] = [10, 20];

fn lots(max: usize) -> impl Strategy<Value = Vec<(u8, u32)>> {
    proptest::collection::vec((1..=LOTS, 1..12_u32), 1..=max)
}

fn op() -> impl Strategy<Value = u8> {
    proptest::sample::select(&OPERATIONS[..])
}

fn maybe<S: Strategy>(of: S) -> impl Strategy<Value = Option<S::Value>>
where
    S::Value: Clone,
{
    proptest::option::of(of)
}

/// Distinct outputs: a message that names one twice is unreadable, not refused.
fn outputs() -> impl Strategy<Value = Vec<(u8, u32)>> {
    lots(2).prop_map(|mut lots| {
        lots.sort_unstable();
        lots.dedup_by_key(|(lot, _)| *lot);
        lots
    })
}

pub(crate) fn step() -> impl Strategy<Value = Step> {
    let order = || 1..=ORDERS;
    prop_oneof![
        2 => (order(), 5..40_u32, (0..3_u32).prop_map(|tenths| 10 * tenths))
            .prop_map(|(order, quantity, over)| Step::Create { order, quantity, over }),
        3 => order().prop_map(|order| Step::Release { order }),
        6 => (order(), proptest::sample::select(&DECISIONS[..]))
            .prop_map(|(order, what)| Step::Decide { order, what }),
        3 => (order(), op(), maybe(1..=LOTS))
            .prop_map(|(order, op, input)| Step::Start { order, op, input }),
        9 => (order(), op(), 0..12_u32, 0..4_u32, proptest::bool::weighted(0.4), 1..=3_u8).prop_map(
            |(order, op, good, scrap, completes, document)| {
                Step::Report { order, op, good, scrap, completes, document }
            }
        ),
        3 => (order(), 1..=3_u8).prop_map(|(order, document)| Step::Reverse { order, document }),
        4 => (1..=LOTS, 1..20_u32, maybe(order()))
            .prop_map(|(lot, quantity, order)| Step::Receive { lot, quantity, order }),
        6 => (lots(3), outputs(), maybe(order()))
            .prop_map(|(inputs, outputs, order)| Step::Transform { inputs, outputs, order }),
        2 => (1..=LOTS, outputs()).prop_map(|(parent, children)| Step::Split { parent, children }),
        2 => (lots(3), 1..=LOTS).prop_map(|(parents, child)| Step::Merge { parents, child }),
        3 => (1..=4_u8, 1..=LOTS).prop_map(|(hold, lot)| Step::HoldLot { hold, lot }),
        2 => (5..=6_u8, order()).prop_map(|(hold, order)| Step::HoldOrder { hold, order }),
        2 => (1..=6_u8).prop_map(|hold| Step::ReleaseHold { hold }),
        4 => (1..=5_u8, lots(2)).prop_map(|(delivery, lots)| Step::Request { delivery, lots }),
        3 => (1..=5_u8, proptest::bool::weighted(0.8))
            .prop_map(|(delivery, last)| Step::Ship { delivery, last }),
        2 => (1..=5_u8).prop_map(|delivery| Step::Cancel { delivery }),
    ]
}

fn pieces(n: u32) -> Value {
    json!({"value": n.to_string(), "unit": "H87"})
}

fn parts(lots: &[(u8, u32)]) -> Vec<Value> {
    lots.iter()
        .map(|(lot, n)| json!({"lot": format!("L{lot}"), "quantity": pieces(*n)}))
        .collect()
}

impl Step {
    fn of_an_order(&self) -> Option<(&'static str, Value)> {
        Some(match self {
            Step::Create {
                order,
                quantity,
                over,
            } => (
                "work_order.created",
                json!({"order": format!("O{order}"), "material": "M", "quantity": pieces(*quantity),
                    "tolerance": {"over": format!("0.{over:02}")}}),
            ),
            Step::Release { order } => (
                "work_order.released",
                json!({"order": format!("O{order}"), "operations": [
                    {"op": "10", "work_center": "W1"},
                    {"op": "20", "work_center": "W2", "predecessors": ["10"], "delivers": true}]}),
            ),
            Step::Decide { order, what } => (
                match what {
                    Decision::WithdrawRelease => "work_order.release_withdrawn",
                    Decision::Cancel => "work_order.cancelled",
                    Decision::Abort => "work_order.aborted",
                    Decision::TechComplete => "work_order.tech_completed",
                    Decision::WithdrawTechCompletion => "work_order.tech_completion_withdrawn",
                    Decision::Close => "work_order.closed",
                },
                json!({"order": format!("O{order}"), "reason": "why"}),
            ),
            Step::Start { order, op, input } => (
                "operation.started",
                json!({"order": format!("O{order}"), "op": op.to_string(), "work_center": "W1",
                    "input_lots": input.iter().map(|lot| format!("L{lot}")).collect::<Vec<_>>()}),
            ),
            Step::Report {
                order,
                op,
                good,
                scrap,
                completes,
                document,
            } => (
                if *completes {
                    "operation.completed"
                } else {
                    "operation.progressed"
                },
                json!({"order": format!("O{order}"), "op": op.to_string(), "unit": "H87",
                    "good": good.to_string(), "scrap": scrap.to_string(),
                    "document": format!("X{document}")}),
            ),
            Step::Reverse { order, document } => (
                "confirmation.reversed",
                json!({"order": format!("O{order}"), "document": format!("X{document}"),
                    "reason": "wrong"}),
            ),
            _ => return None,
        })
    }

    fn of_a_lot(&self) -> Option<(&'static str, Value)> {
        let order_id = |order: &Option<u8>| order.map(|order| format!("O{order}"));
        Some(match self {
            Step::Receive {
                lot,
                quantity,
                order,
            } => (
                "lot.created",
                json!({"lot": format!("L{lot}"), "material": "M", "quantity": pieces(*quantity),
                    "order": order_id(order)}),
            ),
            Step::Transform {
                inputs,
                outputs,
                order,
            } => {
                let outputs: Vec<Value> = outputs
                    .iter()
                    .map(|(lot, n)| {
                        json!({"lot": format!("L{lot}"), "material": "M", "quantity": pieces(*n)})
                    })
                    .collect();
                (
                    "lot.transformed",
                    json!({"order": order_id(order), "inputs": parts(inputs), "outputs": outputs}),
                )
            }
            Step::Split { parent, children } => (
                "lot.split",
                json!({"parent": format!("L{parent}"), "children": parts(children)}),
            ),
            Step::Merge { parents, child } => {
                let all: u32 = parents.iter().map(|(_, n)| n).sum();
                let child = json!({"lot": format!("L{child}"), "material": "M",
                    "quantity": pieces(all)});
                (
                    "lot.merged",
                    json!({"parents": parts(parents), "child": child}),
                )
            }
            _ => return None,
        })
    }

    fn of_a_delivery(&self, tokens: &Tokens) -> Option<(&'static str, Value)> {
        Some(match self {
            Step::Request { delivery, lots } => (
                "shipment.requested",
                json!({"delivery": format!("D{delivery}"), "lots": parts(lots)}),
            ),
            Step::Ship { delivery, last } => {
                let given = tokens.get(delivery).map_or(&[][..], Vec::as_slice);
                let token = given.iter().rev().nth(usize::from(!last));
                let token = token.map_or("never given", String::as_str);
                (
                    "shipment.confirmed",
                    json!({"delivery": format!("D{delivery}"), "gate_token": token}),
                )
            }
            Step::Cancel { delivery } => (
                "shipment.cancelled",
                json!({"delivery": format!("D{delivery}"), "reason": "not needed"}),
            ),
            _ => return None,
        })
    }

    fn of_quality(&self) -> (&'static str, Value) {
        match self {
            Step::HoldLot { hold, lot } => (
                "hold.placed",
                json!({"hold": format!("H{hold}"), "reason": "crack",
                    "scope": {"kind": "lot", "id": format!("L{lot}")}}),
            ),
            Step::HoldOrder { hold, order } => (
                "hold.placed",
                json!({"hold": format!("H{hold}"), "reason": "crack",
                    "scope": {"kind": "work_order", "id": format!("O{order}")}}),
            ),
            Step::ReleaseHold { hold } => (
                "hold.released",
                json!({"hold": format!("H{hold}"), "disposition": "use", "released_by": "q"}),
            ),
            other => unreachable!("{other:?} is of an order, a lot or a delivery"),
        }
    }

    /// The canonical event of this step, the `number`th of its story, a second after the one
    /// before.
    pub(crate) fn event(&self, number: usize, tokens: &Tokens) -> Event {
        let (name, data) = self
            .of_an_order()
            .or_else(|| self.of_a_lot())
            .or_else(|| self.of_a_delivery(tokens))
            .unwrap_or_else(|| self.of_quality());
        let text = json!({"specversion": "1.0", "id": format!("e{number}"), "source": "/s",
            "type": format!("mfg.{name}.v1"), "plant": "P1", "data": data,
            "time": format!("2026-03-01T{:02}:{:02}:{:02}Z", number / 3600, number / 60 % 60, number % 60)});
        wire::decode(text.to_string().as_bytes()).unwrap_or_else(|e| panic!("{self:?}: {e:?}"))
    }
}
