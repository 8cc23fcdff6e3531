//! Codes that tell of work centers.

use serde_json::{Value, json};
use twin_model::Code;

use super::scene::{Given, Scene, q, scene, told};

fn of(source: &'static str, name: &'static str, at: &str, mut data: Value) -> Given {
    data["work_center"] = json!("SAW");
    told(source, name, at, data)
}

fn counted(at: &str, good: u32) -> Given {
    of(
        "/edge",
        "work_center.counter_sampled",
        at,
        json!({"counters": {"good": good}}),
    )
}

/// Two orders, each released for SAW.
fn orders() -> Vec<Given> {
    let mut given = Vec::new();
    for order in ["WO-1", "WO-2"] {
        let data = json!({"order": order, "material": "M", "quantity": q("10")});
        given.push(told("/erp", "work_order.created", "05:00", data));
        let plan = json!({"order": order, "operations": [{"op": "10", "work_center": "SAW"}]});
        given.push(told("/erp", "work_order.released", "05:01", plan));
    }
    given
}

fn started(order: &str, at: &str) -> Given {
    of(
        "/mes",
        "operation.started",
        at,
        json!({"order": order, "op": "10"}),
    )
}

pub(crate) fn scenes() -> Vec<Scene> {
    let mut two = orders();
    two.extend([started("WO-1", "06:00"), started("WO-2", "07:00")]);
    let mut taken = orders();
    let until = json!({"maintenance": "PM-88", "until": "2026-03-01T16:00:00Z"});
    taken.extend([
        of("/cmms", "maintenance.started", "06:00", until),
        started("WO-1", "07:00"),
    ]);
    let state = |time: &str| {
        let data = json!({"work_center": "SAW", "item_state": "executing"});
        Given::Told("/edge", "work_center.state_changed", time.to_owned(), data)
    };
    let silent = json!({"silent_after_s": 600});
    vec![
        scene(
            Code::R21,
            &["SAW", "2919", "4", "good"],
            vec![
                counted("06:00", 2_900),
                counted("06:01", 2_919),
                counted("06:02", 4),
            ],
        ),
        scene(
            Code::R22,
            &["SAW", "2 operations", "WO-1/10", "WO-2/10", "capacity 1"],
            two,
        ),
        scene(Code::R23, &["SAW", "PM-88", "WO-1"], taken),
        scene(
            Code::R28,
            &[
                "mfg.work_center.state_changed.v1",
                "2026-03-01T06:30:00Z",
                "SAW",
            ],
            vec![
                state("2026-03-01T06:00:00Z"),
                state("2026-03-05T06:00:00Z"),
                state("2026-03-01T06:30:00Z"),
            ],
        ),
        scene(
            Code::R24,
            &["SAW", "600 s", "executing"],
            vec![
                of("/erp", "work_center.configured", "05:00", silent),
                of(
                    "/edge",
                    "work_center.state_changed",
                    "06:00",
                    json!({"item_state": "executing"}),
                ),
                Given::Tick("06:10"),
            ],
        ),
    ]
}
