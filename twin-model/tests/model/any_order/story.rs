//! Random things that happen in a plant: few names, so that they meet often. Each source tells only
//! what it owns.

use serde_json::{Value, json};
use twin_model::{Event, EventBody, wire};

use super::goods;

/// A small generator of its own: the seed is all there is to repeat a run.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % n as u64).unwrap()
    }

    pub(crate) fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    pub(crate) fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

pub(crate) const ORDERS: [&str; 2] = ["O1", "O2"];
pub(crate) const LOTS: [&str; 6] = ["L1", "L2", "L3", "L4", "L5", "L6"];
const HOLDS: [&str; 4] = ["H1", "H2", "H3", "H4"];
const CENTERS: [&str; 3] = ["W1", "W2", "W3"];

pub(crate) fn time(minute: usize) -> String {
    format!("2026-03-01T{:02}:{:02}:00Z", 6 + minute / 60, minute % 60)
}

pub(crate) fn pieces(n: usize) -> Value {
    json!({"value": n.to_string(), "unit": "H87"})
}

/// What somebody says: source, type and data.
pub(crate) type Said = (&'static str, &'static str, Value);

/// The `n`th event of a story, a minute after the one before.
pub(crate) fn event(n: usize, random: &mut Random) -> Event {
    let tell = [
        erp,
        mes,
        mes,
        mes,
        mes,
        lots,
        lots,
        quality,
        shipping,
        owners,
        work_center,
        goods::movements,
        goods::movements,
        goods::movements,
        goods::kinship,
        goods::packing,
        goods::usage,
        goods::inspections,
        goods::findings,
        goods::reference,
    ];
    let (source, name, data) = tell[random.below(tell.len())](n, random);
    let text = json!({"specversion": "1.0", "id": format!("e{n}"), "source": source,
        "type": format!("mfg.{name}.v1"), "plant": "P1", "data": data, "time": time(n)});
    wire::decode(text.to_string().as_bytes()).unwrap_or_else(|e| panic!("{text}: {e:?}"))
}

/// What takes an event back at the place `n`; `None` where a person would have to.
pub(crate) fn retraction(of: &Event, n: usize) -> Option<Event> {
    let (kind, op) = match &of.body {
        EventBody::OperationProgressed(body) | EventBody::OperationCompleted(body) => {
            ("work_order", Some(&body.op))
        }
        EventBody::StockStatusChanged(_) | EventBody::StockAdjusted(_) => ("lot", None),
        _ => return None,
    };
    let data = json!({"object": {"kind": kind, "id": of.body.owner().id()}, "op": op,
        "type": of.body.type_name(), "event": of.id, "reason": "incorrect_data"});
    let text = json!({"specversion": "1.0", "id": format!("x-{}", of.id), "source": of.source,
        "type": "mfg.event.retracted.v1", "plant": "P1", "data": data, "time": time(n)});
    let read = wire::decode(text.to_string().as_bytes());
    Some(read.unwrap_or_else(|e| panic!("{text}: {e:?}")))
}

fn erp(n: usize, random: &mut Random) -> Said {
    let order = random.one_of(&ORDERS);
    let why = json!({"order": order, "reason": "why"});
    let (name, data) = match random.below(20) {
        0..=6 => (
            "work_order.created",
            json!({"order": order, "material": "M", "quantity": pieces(10), "tolerance":
                {"over": "10"}, "counting": random.one_of(&["operator", "both"])}),
        ),
        7..=12 => (
            "work_order.released",
            json!({"order": order, "operations": [{"op": "10", "work_center": "W1"},
                {"op": "20", "work_center": "W2", "predecessors": ["10"], "delivers": true},
                {"op": "30", "predecessors": ["20"], "overlap": true}]}),
        ),
        13 => ("work_order.release_withdrawn", why),
        14 => ("work_order.cancelled", why),
        15 => ("work_order.tech_completed", json!({"order": order})),
        16 => (
            "work_order.tech_completion_withdrawn",
            json!({"order": order}),
        ),
        17 => ("work_order.closed", json!({"order": order, "period": "03"})),
        18 => ("work_order.aborted", why),
        _ => (
            "work_order.changed",
            json!({"order": order, "planned_end": {"new": time(n + 600)},
                "priority": {"new": random.below(9)}}),
        ),
    };
    ("/erp", name, data)
}

fn mes(n: usize, random: &mut Random) -> Said {
    let order = random.one_of(&ORDERS);
    let op = random.one_of(&["10", "10", "20", "30", "99"]);
    let center = random.one_of(&CENTERS);
    let at = json!({"order": order, "op": op, "work_center": center});
    let why = json!({"order": order, "op": op, "reason": "why"});
    let mut report = json!({"order": order, "op": op, "unit": "H87",
        "good": random.below(4).to_string(), "worker": random.one_of(&["a", "b"]),
        "scrap": random.below(2).to_string()});
    if random.one_in(4) {
        report["mode"] = json!("cumulative");
        report["counter_epoch"] = json!(random.below(2));
    }
    if random.one_in(2) {
        report["document"] = json!(format!("rep{}", random.below(5)));
    }
    if random.one_in(3) {
        report["work_center"] = json!(center);
    }
    if random.one_in(4) {
        report["output_lots"] = json!([random.one_of(&LOTS)]);
    }
    let (name, data) = match random.below(20) {
        0..=2 => {
            let mut start = at;
            if random.one_in(3) {
                start["input_lots"] = json!([random.one_of(&LOTS)]);
            }
            ("operation.started", start)
        }
        3 => ("operation.dispatched", at),
        4 => ("operation.setup_started", at),
        5..=9 => ("operation.progressed", report),
        10..=13 => {
            report["final"] = json!(random.one_in(5));
            ("operation.completed", report)
        }
        14 | 15 => ("operation.interrupted", why),
        16 => ("operation.resumed", json!({"order": order, "op": op})),
        17 => ("operation.aborted", why),
        18 => ("operation.skipped", why),
        _ => {
            let mut back = json!({"order": order, "op": op, "reason": "why"});
            match random.one_in(3) {
                true => back["event"] = json!(format!("e{}", random.below(n + 1))),
                false => back["document"] = json!(format!("rep{}", random.below(5))),
            }
            ("confirmation.reversed", back)
        }
    };
    ("/mes", name, data)
}

fn lots(_: usize, random: &mut Random) -> Said {
    let lot = random.one_of(&LOTS);
    let order = random.one_in(2).then(|| random.one_of(&ORDERS));
    match random.below(12) {
        10 | 11 => {
            let data = json!({"lot": lot, "quantity": pieces(1 + random.below(30)),
                "from": "unrestricted", "to": random.one_of(&["blocked", "quality_inspection"])});
            ("/wms", "stock.status_changed", data)
        }
        0..=3 => {
            let data =
                json!({"lot": lot, "material": "M", "quantity": pieces(100), "order": order});
            ("/wms", "lot.created", data)
        }
        4..=8 => {
            let inputs: Vec<Value> = (0..=random.below(2))
                .map(|_| {
                    let lot = random.one_of(&LOTS);
                    json!({"lot": lot, "quantity": pieces(1 + random.below(30))})
                })
                .collect();
            let made =
                json!({"lot": lot, "material": "M", "quantity": pieces(1 + random.below(30))});
            let op = random.one_in(2).then(|| random.one_of(&["10", "20"]));
            let data = json!({"order": order, "op": op, "inputs": inputs, "outputs": [made]});
            ("/mes", "lot.transformed", data)
        }
        _ => {
            let counted = pieces(95 + random.below(10));
            let data =
                json!({"lot": lot, "counted": counted, "booked": pieces(100), "reason": "count"});
            ("/wms", "stock.adjusted", data)
        }
    }
}

fn quality(n: usize, random: &mut Random) -> Said {
    let hold = random.one_of(&HOLDS);
    let (kind, id) = match random.below(5) {
        0..=2 => ("lot", random.one_of(&LOTS)),
        3 => ("work_order", random.one_of(&ORDERS)),
        _ => ("work_center", random.one_of(&CENTERS)),
    };
    if random.one_in(2) {
        let mut scope = json!({"kind": kind, "id": id});
        if random.one_in(4) {
            let window = json!({"from": time(n.saturating_sub(60)), "to": time(n + 60)});
            let there = json!({"work_center": random.one_of(&CENTERS), "window": window});
            scope = json!({"kind": "work_center_window", "id": there});
        }
        let data = json!({"hold": hold, "scope": scope, "reason": "crack"});
        return ("/qms", "hold.placed", data);
    }
    let data = json!({"hold": hold, "disposition": "use", "released_by": "QA"});
    ("/qms", "hold.released", data)
}

/// Who owns what changes, and somebody says what another one owns.
fn owners(n: usize, random: &mut Random) -> Said {
    let owner = random.one_of(&["erp", "mes"]);
    if random.one_in(3) {
        let data = json!({"version": n, "sources": [{"source": "/mes", "system": "mes"}],
            "owners": [{"entity": "work_order", "field": "priority", "owner": owner}]});
        return ("/twin/operator", "ownership.published", data);
    }
    let order = random.one_of(&ORDERS);
    let data = json!({"order": order, "priority": {"new": random.below(9)}});
    ("/mes", "work_order.changed", data)
}

/// One delivery for each lot: which of two that compete for stock has it is a decision given out.
fn shipping(_: usize, random: &mut Random) -> Said {
    let number = random.below(LOTS.len());
    let delivery = format!("D{number}");
    if random.one_in(5) {
        let data = json!({"delivery": delivery, "reason": "not needed"});
        return ("/wms", "shipment.cancelled", data);
    }
    let lots = json!([{"lot": LOTS[number], "quantity": pieces(1 + number)}]);
    (
        "/wms",
        "shipment.requested",
        json!({"delivery": delivery, "lots": lots}),
    )
}

fn work_center(n: usize, random: &mut Random) -> Said {
    let center = random.one_of(&CENTERS);
    let maintenance = format!("PM-{}", random.below(3));
    match random.below(12) {
        0..=3 => {
            let state = random.one_of(&["executing", "not_executing", "out_of_service"]);
            let data = json!({"work_center": center, "item_state": state});
            ("/edge", "work_center.state_changed", data)
        }
        4..=6 => {
            let data = json!({"work_center": center, "epoch": random.below(2),
                "counters": {"good": n % 100, "scrap": n / 8}});
            ("/edge", "work_center.counter_sampled", data)
        }
        7 => {
            let data = json!({"work_center": center, "silent_after_s": 600,
                "counter_modulus": {"good": random.one_of(&[100, 1_000])},
                "shifts": [{"from": time(n), "to": time(n + 240)}]});
            ("/erp", "work_center.configured", data)
        }
        8 => {
            let data = json!({"work_center": center, "maintenance": maintenance,
                "kind": "planned", "from": time(n + 10), "to": time(n + 40)});
            ("/cmms", "maintenance.scheduled", data)
        }
        9 => {
            let data =
                json!({"work_center": center, "maintenance": maintenance, "kind": "planned"});
            ("/cmms", "maintenance.started", data)
        }
        10 => {
            let data = json!({"work_center": center, "maintenance": maintenance});
            ("/cmms", "maintenance.finished", data)
        }
        _ => {
            let state = random.one_of(&["birth", "death"]);
            let data = json!({"work_center": center, "state": state, "session_no": n});
            ("/edge", "edge.session", data)
        }
    }
}
