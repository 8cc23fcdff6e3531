//! Small plants in which a hold and a delivery meet: few things, so that every interleaving can be
//! gone through, and each way by which a hold can reach a lot.

use serde_json::{Value, json};
use twin_model::{Event, Time, wire};

use super::search::Scenario;

fn time(at: &str) -> Time {
    format!("2026-03-01T{at}:00Z").parse().unwrap()
}

fn event(id: &str, name: &str, at: &str, data: &Value) -> Event {
    let text = json!({"specversion": "1.0", "id": id, "source": "/s", "plant": "P1",
        "type": format!("mfg.{name}.v1"), "time": time(at), "data": data});
    wire::decode(text.to_string().as_bytes()).unwrap()
}

fn kg(n: u32) -> Value {
    json!({"value": n.to_string(), "unit": "KGM"})
}

fn lot(id: &str) -> Event {
    let data = json!({"lot": id, "material": "M", "quantity": kg(100)});
    event(&format!("create {id}"), "lot.created", "06:00", &data)
}

fn lot_of(id: &str, order: &str) -> Event {
    let data = json!({"lot": id, "material": "M", "quantity": kg(100), "order": order});
    event(
        &format!("create {id} for {order}"),
        "lot.created",
        "06:00",
        &data,
    )
}

fn lot_until(id: &str, expiry: &str) -> Event {
    let data = json!({"lot": id, "material": "M", "quantity": kg(100), "expiry": time(expiry)});
    event(
        &format!("create {id} until {expiry}"),
        "lot.created",
        "06:00",
        &data,
    )
}

fn made(from: &str, into: &str, at: &str) -> Event {
    let data = json!({"inputs": [{"lot": from, "quantity": kg(5)}],
        "outputs": [{"lot": into, "material": "M", "quantity": kg(5)}]});
    event(&format!("{from} into {into}"), "lot.transformed", at, &data)
}

fn request(delivery: &str, lot: &str, n: u32, at: &str) -> Event {
    let data = json!({"delivery": delivery, "lots": [{"lot": lot, "quantity": kg(n)}]});
    event(
        &format!("{delivery} wants {lot}"),
        "shipment.requested",
        at,
        &data,
    )
}

fn cancel(delivery: &str) -> Event {
    let data = json!({"delivery": delivery, "reason": "not needed"});
    event(
        &format!("cancel {delivery}"),
        "shipment.cancelled",
        "08:30",
        &data,
    )
}

fn place(hold: &str, kind: &str, target: &str, at: &str) -> Event {
    let data = json!({"hold": hold, "reason": "crack", "scope": {"kind": kind, "id": target}});
    event(&format!("{hold} on {target}"), "hold.placed", at, &data)
}

fn release(hold: &str, at: &str) -> Event {
    let data = json!({"hold": hold, "disposition": "use", "released_by": "QA"});
    event(&format!("{hold} over"), "hold.released", at, &data)
}

fn scenario(name: &'static str, events: Vec<Event>) -> Scenario {
    Scenario {
        name,
        events,
        ticks: Vec::new(),
        // Goods that left before any hold, and goods that leave now.
        confirmed: vec![
            (time("11:00"), time("06:45")),
            (time("11:00"), time("11:00")),
        ],
        restarts: false,
    }
}

/// All scenarios; a build without optimization leaves the big one out.
pub(crate) fn all() -> Vec<Scenario> {
    let mut all = vec![
        scenario(
            "a late report links a lot that is cleared to a held one",
            vec![
                lot("A"),
                lot("B"),
                made("A", "B", "06:30"),
                request("D", "B", 10, "06:40"),
                place("H", "lot", "A", "07:00"),
                release("H", "09:00"),
            ],
        ),
        waiting(),
        scenario(
            "a refill two steps below a held lot",
            vec![
                lot("A"),
                lot("C"),
                made("A", "B", "06:30"),
                made("B", "C", "08:00"),
                request("D", "C", 10, "06:40"),
                place("H", "lot", "A", "07:00"),
                release("H", "09:00"),
            ],
        ),
        on_an_order(),
        scenario(
            "two holds one after the other, on the lot and on what it was made from",
            vec![
                lot("A"),
                made("A", "B", "06:30"),
                request("D", "B", 5, "06:40"),
                place("H", "lot", "A", "07:00"),
                release("H", "08:00"),
                place("I", "lot", "B", "07:30"),
                release("I", "09:00"),
            ],
        ),
        scenario(
            "two deliveries compete for a lot that is held",
            vec![
                lot("A"),
                request("D", "A", 60, "06:40"),
                request("E", "A", 60, "06:50"),
                cancel("D"),
                place("H", "lot", "A", "07:00"),
                release("H", "09:00"),
            ],
        ),
    ];
    all.push(on_a_pallet());
    all.push(expiring());
    all.push(Scenario {
        name: "the twin is restarted after every step",
        restarts: true,
        ..waiting()
    });
    if !cfg!(debug_assertions) {
        all.push(everything());
    }
    all
}

fn waiting() -> Scenario {
    scenario(
        "a report from after the hold waits, and what it made does not leave",
        vec![
            lot("A"),
            lot("B"),
            made("A", "B", "08:00"),
            request("D", "B", 10, "06:40"),
            place("H", "lot", "A", "07:00"),
            release("H", "09:00"),
        ],
    )
}

fn on_an_order() -> Scenario {
    scenario(
        "a hold on an order that nobody has announced",
        vec![
            lot_of("L", "O"),
            lot("M"),
            made("L", "M", "08:00"),
            request("D", "L", 10, "06:40"),
            request("E", "M", 10, "06:40"),
            place("H", "work_order", "O", "07:00"),
            release("H", "09:00"),
        ],
    )
}

fn on_a_pallet() -> Scenario {
    let packed = |unit: &str, at: &str, data: Value| {
        let mut data = data;
        data["unit"] = unit.into();
        event(&format!("into {unit} at {at}"), "lot.packed", at, &data)
    };
    let wanted = json!({"delivery": "D", "lots": [], "units": ["P"]});
    scenario(
        "a lot in a case on a pallet, packed before and after the hold",
        vec![
            lot("A"),
            made("A", "B", "06:30"),
            packed(
                "C",
                "06:35",
                json!({"lots": [{"lot": "B", "quantity": kg(2)}]}),
            ),
            packed(
                "C",
                "08:00",
                json!({"lots": [{"lot": "B", "quantity": kg(1)}]}),
            ),
            packed("P", "06:36", json!({"units": ["C"]})),
            event("D wants P", "shipment.requested", "06:40", &wanted),
            place("H", "lot", "A", "07:00"),
            release("H", "09:00"),
        ],
    )
}

fn expiring() -> Scenario {
    let mut expiring = scenario(
        "the shelf life of a held lot ends",
        vec![
            lot_until("A", "12:00"),
            request("D", "A", 10, "06:40"),
            place("H", "lot", "A", "07:00"),
            release("H", "09:00"),
        ],
    );
    expiring.ticks = vec![time("12:30")];
    expiring.confirmed.push((time("13:00"), time("06:45")));
    expiring.confirmed.push((time("13:00"), time("13:00")));
    expiring
}

/// Too much for a build without optimization.
fn everything() -> Scenario {
    let mut everything = scenario(
        "all of it at once",
        vec![
            lot_of("A", "O"),
            lot_until("B", "12:00"),
            made("A", "B", "06:30"),
            made("B", "C", "08:00"),
            request("D", "B", 10, "06:40"),
            request("E", "C", 5, "06:50"),
            place("H", "work_order", "O", "07:00"),
            release("H", "09:00"),
            place("I", "lot", "B", "07:30"),
            release("I", "09:30"),
        ],
    );
    everything.ticks = vec![time("12:30")];
    everything.confirmed.push((time("13:00"), time("06:45")));
    everything
}
