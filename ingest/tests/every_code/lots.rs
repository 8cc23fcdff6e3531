//! Codes that tell of lots, their materials and their shipments.

use serde_json::{Value, json};
use twin_model::Code;

use super::orders::released;
use super::scene::{Given, Scene, q, scene, told};

pub(crate) fn lot(id: &str, more: Value) -> Given {
    let mut data = json!({"lot": id, "material": "M", "quantity": q("40")});
    for (name, value) in more.as_object().unwrap() {
        data[name] = value.clone();
    }
    told("/wms", "lot.created", "06:00", data)
}

fn made(from: &str, into: &str, pieces: &str) -> Given {
    let data = json!({"inputs": [{"lot": from, "quantity": q(pieces)}],
        "outputs": [{"lot": into, "material": "M", "quantity": q(pieces)}]});
    told("/mes", "lot.transformed", "07:00", data)
}

pub(crate) fn held(lot: &str) -> Given {
    let data = json!({"hold": "H-1", "reason": "crack", "scope": {"kind": "lot", "id": lot}});
    told("/qms", "hold.placed", "06:30", data)
}

fn wanted(delivery: &str, lot: &str, pieces: &str) -> Given {
    let lots = json!([{"lot": lot, "quantity": q(pieces)}]);
    told(
        "/wms",
        "shipment.requested",
        "08:00",
        json!({"delivery": delivery, "lots": lots}),
    )
}

fn material(version: u64, at: &str, bottles: &str) -> Given {
    let data = json!({"material": "M", "version": version, "base_unit": "H87", "conversions": [
        {"unit": "XCS", "numerator": bottles, "denominator": "1"}]});
    told("/erp", "material.updated", at, data)
}

fn cases(at: &str, unit: &str) -> Given {
    let data = json!({"lot": "L-1", "material": "M", "quantity": {"value": "2", "unit": unit}});
    told("/wms", "lot.created", at, data)
}

pub(crate) fn scenes() -> Vec<Scene> {
    let mut all = genealogy();
    all.extend(gates());
    all.extend(stock());
    all.extend(materials());
    all
}

fn genealogy() -> Vec<Scene> {
    let drawn = |n: u32| {
        let time = format!("2026-03-01T08:{:02}:{:02}Z", n / 60, n % 60);
        let data = json!({"tank": "T-1", "window": {"from": time, "to": time},
            "parents": [{"lot": "L-1", "quantity": {"value": "0.01", "unit": "KGM"}}],
            "child": {"lot": "L-2", "material": "M", "quantity": {"value": "0.01", "unit": "KGM"}}});
        told("/mes", "lot.merged", "09:00", data)
    };
    let retracted = told(
        "/wms",
        "event.retracted",
        "12:00",
        json!({"object": {"kind": "lot", "id": "L-1"}, "type": "mfg.lot.created.v1",
            "event": "e0", "reason": "did_not_occur", "note": "wrong lot"}),
    );
    let milk = lot("L-1", json!({"quantity": {"value": "40", "unit": "KGM"}}));
    vec![
        scene(
            Code::R07,
            &["Lot L-1", "H-1", "crack", "2026-03-01T06:30:00Z", "quality"],
            vec![lot("L-1", json!({})), held("L-1"), made("L-1", "L-2", "5")],
        ),
        scene(
            Code::R15,
            &["L-1", "L-2", "->"],
            vec![
                lot("L-1", json!({})),
                made("L-1", "L-2", "5"),
                made("L-2", "L-1", "5"),
            ],
        ),
        scene(
            Code::R17,
            &["L-1", "40", "50"],
            vec![lot("L-1", json!({})), made("L-1", "L-2", "50")],
        ),
        scene(
            Code::R43,
            &["Lot L-1", "exists"],
            vec![lot("L-1", json!({})), lot("L-1", json!({}))],
        ),
        scene(
            Code::R69,
            &[
                "/wms",
                "e0",
                "mfg.lot.created.v1",
                "Lot L-1",
                "did_not_occur",
            ],
            vec![lot("L-1", json!({})), retracted],
        ),
        scene(
            Code::R52,
            &["L-2", "1000"],
            std::iter::once(milk)
                .chain((0..=1_000).map(drawn))
                .collect(),
        ),
    ]
}

fn gates() -> Vec<Scene> {
    let confirmed = |token: &str| {
        let data = json!({"delivery": "D-1", "gate_token": token});
        told("/wms", "shipment.confirmed", "09:00", data)
    };
    vec![
        scene(
            Code::R08,
            &["L-2", "Lot L-1", "1 steps", "H-1", "D-1"],
            vec![
                lot("L-1", json!({})),
                made("L-1", "L-2", "5"),
                held("L-1"),
                wanted("D-1", "L-2", "5"),
            ],
        ),
        scene(
            Code::R09,
            &["D-1", "G-none", "Ask for a new release"],
            vec![
                lot("L-1", json!({})),
                wanted("D-1", "L-1", "5"),
                confirmed("G-none"),
            ],
        ),
        scene(
            Code::R10,
            &["L-1", "2026-03-01T07:00:00Z"],
            vec![
                lot("L-1", json!({"expiry": "2026-03-01T07:00:00Z"})),
                wanted("D-1", "L-1", "5"),
            ],
        ),
        scene(
            Code::R11,
            &["L-1", "40 H87"],
            vec![
                lot("L-1", json!({"usage": "quality_inspection"})),
                wanted("D-1", "L-1", "5"),
            ],
        ),
        scene(
            Code::R16,
            &["L-1", "40 H87", "50 H87"],
            vec![lot("L-1", json!({})), wanted("D-1", "L-1", "50")],
        ),
        scene(
            Code::R45,
            &["L-2", "D-1"],
            vec![
                lot("L-1", json!({})),
                lot("L-2", json!({})),
                held("L-1"),
                made("L-1", "L-2", "5"),
                wanted("D-1", "L-2", "5"),
            ],
        ),
    ]
}

/// What quality has not set free, and somebody used or posted all the same.
fn stock() -> Vec<Scene> {
    vec![
        scene(
            Code::R80,
            &["L-1", "5 H87", "0 of it"],
            vec![
                lot("L-1", json!({"usage": "rejected"})),
                made("L-1", "L-2", "5"),
            ],
        ),
        scene(
            Code::R56,
            &["L-1", "30", "blocked", "rejected", "0"],
            vec![
                lot("L-1", json!({})),
                told(
                    "/wms",
                    "stock.status_changed",
                    "08:00",
                    json!({"lot": "L-1", "quantity": q("30"), "from": "blocked", "to": "rejected"}),
                ),
            ],
        ),
    ]
}

fn materials() -> Vec<Scene> {
    let cheese = json!({"material": "M", "base_unit": "H87", "catch_weight_tolerance": "0.03",
        "conversions": [{"unit": "KGM", "numerator": "1", "denominator": "4.5", "nominal": true}]});
    let mut given = released();
    given.push(material(1, "05:00", "12"));
    given.push(told(
        "/mes",
        "operation.progressed",
        "07:00",
        json!({"order": "WO-1", "op": "10", "unit": "XPX", "good": "1"}),
    ));
    vec![
        scene(
            Code::R19,
            &["XPX", "H87", "Order WO-1", "material M"],
            given,
        ),
        scene(
            Code::R57,
            &["Version 2", "material M", "XCS", "H87", "version 1"],
            vec![
                material(1, "04:00", "12"),
                cases("06:00", "XCS"),
                material(2, "05:00", "20"),
            ],
        ),
        scene(
            Code::R58,
            &["Lot L-1", "40 H87", "180 KGM", "200 KGM", "3 %"],
            vec![
                told("/erp", "material.updated", "04:00", cheese),
                lot("L-1", json!({"measured": {"value": "200", "unit": "KGM"}})),
            ],
        ),
        scene(
            Code::R60,
            &["Material M", "6", "7"],
            vec![material(7, "04:00", "12"), material(6, "05:00", "12")],
        ),
    ]
}
