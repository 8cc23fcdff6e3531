//! Codes that tell of orders and their operations.

use serde_json::{Value, json};
use twin_model::Code;

use super::scene::{Given, Scene, q, scene, told};

/// Order WO-1 over 100 pieces, give or take 10 %: operation 10 at SAW, then 20 at PACK, which
/// delivers.
pub(crate) fn released() -> Vec<Given> {
    let plan = json!({"order": "WO-1", "operations": [{"op": "10", "work_center": "SAW"},
        {"op": "20", "work_center": "PACK", "predecessors": ["10"], "delivers": true}]});
    vec![
        created(),
        told("/erp", "work_order.released", "06:01", plan),
    ]
}

pub(crate) fn created() -> Given {
    let data = json!({"order": "WO-1", "material": "M", "quantity": q("100"),
        "tolerance": {"over": "0.1"}});
    told("/erp", "work_order.created", "06:00", data)
}

pub(crate) fn report(at: &str, op: &str, good: &str) -> Given {
    said(
        "operation.progressed",
        at,
        op,
        json!({"unit": "H87", "good": good}),
    )
}

pub(crate) fn complete(at: &str, op: &str, good: &str) -> Given {
    said(
        "operation.completed",
        at,
        op,
        json!({"unit": "H87", "good": good}),
    )
}

fn start(at: &str, op: &str) -> Given {
    said("operation.started", at, op, json!({"work_center": "SAW"}))
}

fn said(name: &'static str, at: &str, op: &str, mut data: Value) -> Given {
    data["order"] = json!("WO-1");
    data["op"] = json!(op);
    told("/mes", name, at, data)
}

fn erp(name: &'static str, at: &str, mut data: Value) -> Given {
    data["order"] = json!("WO-1");
    told("/erp", name, at, data)
}

fn after(mut given: Vec<Given>, more: Vec<Given>) -> Vec<Given> {
    given.extend(more);
    given
}

pub(crate) fn scenes() -> Vec<Scene> {
    let mut all = reports();
    all.extend(amounts());
    all.extend(ends());
    all.extend(books());
    all.extend(counts());
    all
}

fn reports() -> Vec<Scene> {
    vec![
        scene(Code::R01, &["WO-1", "waits"], vec![start("07:00", "10")]),
        scene(
            Code::R02,
            &["Operation 10 of order WO-1", "a start"],
            after(
                released(),
                vec![complete("08:00", "10", "5"), start("09:00", "10")],
            ),
        ),
        scene(
            Code::R03,
            &["WO-1", "operation 10", "planning"],
            vec![created(), start("07:00", "10")],
        ),
        scene(
            Code::R04,
            &["WO-1", "111 H87", "100", "10 %", "110"],
            after(released(), vec![report("07:00", "20", "111")]),
        ),
        scene(
            Code::R05,
            &["WO-1", "40", "30", "10", "20"],
            after(
                released(),
                vec![report("07:00", "10", "30"), report("07:10", "20", "40")],
            ),
        ),
        scene(
            Code::R06,
            &["WO-1", "Operation 20", "10 has 0 of 100"],
            after(released(), vec![start("07:00", "20")]),
        ),
    ]
}

fn amounts() -> Vec<Scene> {
    let too_many = (0..=10_000).map(|n| {
        let minute = format!("{:02}:{:02}", 7 + n / 3_600, n / 60 % 60);
        said(
            "operation.progressed",
            &minute,
            "10",
            json!({"unit": "H87", "scrap": "0"}),
        )
    });
    vec![
        scene(
            Code::R20,
            &["good", "0.5", "H87"],
            after(released(), vec![report("07:00", "10", "0.5")]),
        ),
        scene(
            Code::R27,
            &["WO-1", "2026-03-01T07:00:00Z", "7200 s"],
            after(
                released(),
                vec![report("09:00", "10", "1"), report("07:00", "10", "1")],
            ),
        ),
        scene(
            Code::R39,
            &["WO-1", "10", "104", "100"],
            after(released(), vec![report("07:00", "10", "104")]),
        ),
        scene(
            Code::R44,
            &["good", "-3", "reverse"],
            after(released(), vec![report("07:00", "10", "-3")]),
        ),
        scene(
            Code::R49,
            &["WO-1", "Operation 10", "10000"],
            after(released(), too_many.collect()),
        ),
    ]
}

fn ends() -> Vec<Scene> {
    let back = || {
        let data = json!({"event": "e2", "reason": "twice"});
        said("confirmation.reversed", "08:00", "10", data)
    };
    let done = || {
        after(
            released(),
            vec![
                complete("08:00", "10", "100"),
                complete("09:00", "20", "100"),
            ],
        )
    };
    let closed = |at| erp("work_order.closed", at, json!({"period": "03"}));
    let too_much = json!({"unit": "H87", "good": "100", "scrap": "11"});
    vec![
        scene(
            Code::R29,
            &["e2", "e3"],
            after(released(), vec![report("07:00", "10", "5"), back(), back()]),
        ),
        scene(
            Code::R30,
            &["WO-1", "2026-03-01T10:00:00Z"],
            after(done(), vec![closed("10:00"), report("11:00", "10", "1")]),
        ),
        scene(
            Code::R46,
            &["WO-1", "the closing"],
            after(released(), vec![closed("10:00")]),
        ),
        scene(
            Code::R47,
            &["WO-1", "cancelled", "operation 10 had begun"],
            after(
                released(),
                vec![
                    start("07:00", "10"),
                    erp(
                        "work_order.cancelled",
                        "08:00",
                        json!({"reason": "withdrawn"}),
                    ),
                ],
            ),
        ),
        scene(
            Code::R75,
            &["WO-1", "111 H87", "100 delivered", "11 scrapped", "110"],
            after(
                released(),
                vec![
                    complete("08:00", "10", "100"),
                    said("operation.completed", "09:00", "20", too_much),
                    closed("10:00"),
                ],
            ),
        ),
    ]
}

fn books() -> Vec<Scene> {
    let listed = || {
        let plan = json!({"order": "WO-1", "operations": [{"op": "10", "work_center": "SAW"}],
            "components": [{"material": "STEEL", "quantity": {"value": "50", "unit": "KGM"}}]});
        vec![
            created(),
            told("/erp", "work_order.released", "06:01", plan),
        ]
    };
    let moved = |source, name, material: &str, kilograms: &str| {
        let data = json!({"order": "WO-1", "material": material,
            "quantity": {"value": kilograms, "unit": "KGM"}});
        told(source, name, "07:00", data)
    };
    let steel = json!({"material": "STEEL", "version": 1, "base_unit": "KGM",
        "lot_controlled": true});
    vec![
        scene(
            Code::R18,
            &["COPPER", "WO-1", "approval"],
            after(
                listed(),
                vec![moved("/mes", "material.consumed", "COPPER", "5")],
            ),
        ),
        scene(
            Code::R59,
            &["WO-1", "STEEL", "12 KGM", "10", "2"],
            after(
                listed(),
                vec![
                    moved("/wms", "material.issued", "STEEL", "10"),
                    moved("/mes", "material.consumed", "STEEL", "12"),
                ],
            ),
        ),
        scene(
            Code::R81,
            &["WO-1", "STEEL", "10 KGM", "0 with one", "send it again"],
            after(
                listed(),
                vec![
                    told("/erp", "material.updated", "06:30", steel),
                    moved("/wms", "material.issued", "STEEL", "10"),
                ],
            ),
        ),
    ]
}

fn counts() -> Vec<Scene> {
    let sampled = |at: &str, good: u32| {
        let data = json!({"work_center": "SAW", "counters": {"good": good}});
        told("/edge", "work_center.counter_sampled", at, data)
    };
    let both = json!({"order": "WO-1", "material": "M", "quantity": q("100"), "counting": "both"});
    let plan = json!({"order": "WO-1", "operations": [{"op": "10", "work_center": "SAW"}]});
    vec![
        scene(
            Code::R36,
            &["WO-1", "95 H87", "100", "-5", "2026-03-01T10:00:00Z"],
            after(
                released(),
                vec![
                    complete("08:00", "10", "100"),
                    complete("09:00", "20", "100"),
                    erp(
                        "work_order.tech_completed",
                        "10:00",
                        json!({"final_quantity": q("95")}),
                    ),
                ],
            ),
        ),
        scene(
            Code::R48,
            &["WO-1", "10", "9", "8"],
            vec![
                told("/erp", "work_order.created", "06:00", both),
                told("/erp", "work_order.released", "06:01", plan),
                start("07:00", "10"),
                sampled("07:05", 1),
                sampled("07:30", 9),
                complete("08:00", "10", "9"),
            ],
        ),
    ]
}
