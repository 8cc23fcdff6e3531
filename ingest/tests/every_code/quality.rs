//! Codes that tell of what quality does.

use serde_json::{Value, json};
use twin_model::Code;

use super::lots::{held, lot};
use super::scene::{Given, Scene, q, scene, told};

fn qms(name: &'static str, at: &str, data: Value) -> Given {
    told("/qms", name, at, data)
}

fn inspection(more: &[&str]) -> Given {
    let characteristics: Vec<Value> = more.iter().map(|name| json!({"name": name})).collect();
    let data = json!({"inspection": "I-1", "lot": "L-1", "quantity": q("40"), "blocking": true,
        "characteristics": characteristics});
    qms("inspection.created", "06:10", data)
}

fn decided(at: &str, parts: &[(&str, &str)]) -> Given {
    let parts: Vec<Value> = parts
        .iter()
        .map(|(pieces, what)| json!({"quantity": q(pieces), "decision": what}))
        .collect();
    let data = json!({"inspection": "I-1", "by": "Dr. Weiss", "decisions": parts});
    qms("inspection.decided", at, data)
}

fn let_go(source: &'static str) -> Given {
    let data = json!({"hold": "H-1", "disposition": "use", "released_by": "mm"});
    told(source, "hold.released", "09:00", data)
}

fn of(name: &'static str, at: &str) -> Given {
    let data = json!({"nonconformance": "NCR-1", "reason": "not needed", "action": "blocked"});
    qms(name, at, data)
}

pub(crate) fn scenes() -> Vec<Scene> {
    let mut all = inspections();
    all.extend(holds());
    all.extend(nonconformances());
    all.extend(late_findings());
    all
}

fn inspections() -> Vec<Scene> {
    vec![
        scene(
            Code::R12,
            &["I-1", "30 + 5", "35", "40"],
            vec![
                lot("L-1", json!({})),
                inspection(&[]),
                decided("08:00", &[("30", "accept"), ("5", "reject")]),
            ],
        ),
        scene(
            Code::R53,
            &[
                "I-1",
                "2026-03-01T09:00:00Z",
                "Dr. Weiss",
                "2026-03-01T08:00:00Z",
            ],
            vec![
                lot("L-1", json!({})),
                inspection(&[]),
                decided("08:00", &[("40", "reject")]),
                decided("09:00", &[("40", "accept")]),
            ],
        ),
        scene(
            Code::R54,
            &["I-1", "2", "hardness"],
            vec![
                lot("L-1", json!({})),
                inspection(&["hardness", "length"]),
                decided("08:00", &[("40", "accept")]),
            ],
        ),
    ]
}

fn holds() -> Vec<Scene> {
    let table = json!({"version": 1, "sources": [{"source": "/mes", "system": "mes"},
        {"source": "/qms", "system": "qms"}], "owners": []});
    let claim = json!({"version": 1, "sources": [{"source": "/mes", "system": "mes"}],
        "owners": [{"entity": "work_order", "field": "priority", "owner": "erp"}]});
    let urgent = json!({"order": "WO-1", "priority": {"new": 1}});
    let wanted = json!({"delivery": "D-1", "lots": [{"lot": "L-1", "quantity": q("5")}]});
    vec![
        scene(
            Code::R13,
            &["mm", "H-1", "MES", "QMS"],
            vec![
                told("/twin/operator", "ownership.published", "05:00", table),
                held("L-1"),
                let_go("/mes"),
            ],
        ),
        scene(
            Code::R14,
            &["H-1", "2026-03-01T09:00:00Z", "mm"],
            vec![held("L-1"), let_go("/qms"), let_go("/qms")],
        ),
        scene(
            Code::R31,
            &["priority", "1", "/mes", "5", "ERP"],
            vec![
                told("/twin/operator", "ownership.published", "05:00", claim),
                told(
                    "/erp",
                    "work_order.created",
                    "06:00",
                    json!({"order": "WO-1", "material": "M", "quantity": q("10"), "priority": 5}),
                ),
                told("/mes", "work_order.changed", "07:00", urgent),
            ],
        ),
        scene(
            Code::R37,
            &["L-1", "2026-03-01T09:00:00Z", "D-1", "H-1"],
            vec![
                lot("L-1", json!({})),
                told("/wms", "shipment.requested", "08:00", wanted),
                Given::Ships("D-1"),
                held("L-1"),
            ],
        ),
    ]
}

/// A nonconformance that quality should decide within an hour, and one of what has left.
fn late_findings() -> Vec<Scene> {
    let rules =
        json!({"version": 1, "processes": [{"kind": "deviation", "decide_within_s": 3600}]});
    let opened = |at: &str| {
        let data = json!({"nonconformance": "NCR-1", "lots": ["L-1"], "defect": "burr",
            "severity": "major"});
        qms("nonconformance.opened", at, data)
    };
    let wanted = json!({"delivery": "D-1", "lots": [{"lot": "L-1", "quantity": q("5")}]});
    vec![
        scene(
            Code::R66,
            &["NCR-1", "2026-03-01T07:00:00Z", "3600 s", "1 lots"],
            vec![
                told("/twin", "process_rules.published", "05:00", rules),
                lot("L-1", json!({})),
                opened("07:00"),
                Given::Tick("08:00"),
            ],
        ),
        scene(
            Code::R68,
            &["L-1", "2026-03-01T09:00:00Z", "D-1", "NCR-1"],
            vec![
                lot("L-1", json!({})),
                told("/wms", "shipment.requested", "08:00", wanted),
                Given::Ships("D-1"),
                opened("10:00"),
            ],
        ),
    ]
}

fn nonconformances() -> Vec<Scene> {
    let opened = json!({"nonconformance": "NCR-1", "lots": ["L-1"], "defect": "burr",
        "severity": "major"});
    let opened = || qms("nonconformance.opened", "07:00", opened.clone());
    vec![
        scene(
            Code::R35,
            &["NCR-1", "1", "L-1"],
            vec![
                lot("L-1", json!({})),
                opened(),
                of("nonconformance.review_started", "07:10"),
                qms(
                    "nonconformance.closed",
                    "09:00",
                    json!({"nonconformance": "NCR-1", "verification": "looked at"}),
                ),
            ],
        ),
        scene(
            Code::R55,
            &["NCR-1", "2026-03-01T07:10:00Z", "2026-03-01T07:05:00Z"],
            vec![
                lot("L-1", json!({})),
                opened(),
                of("nonconformance.cancelled", "07:10"),
                of("nonconformance.contained", "07:05"),
            ],
        ),
    ]
}
