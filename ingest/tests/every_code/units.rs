//! Codes that tell of logistic units and what is packed in them.

use serde_json::{Value, json};
use twin_model::Code;

use super::lots::lot;
use super::scene::{Given, Scene, q, scene, told};

fn packing(at: &str, unit: &str, action: &str, inside: Value) -> Given {
    let mut data = inside;
    data["unit"] = json!(unit);
    data["action"] = json!(action);
    told("/wms", "lot.packed", at, data)
}

fn stacked(at: &str, unit: &str, inside: &str) -> Given {
    packing(at, unit, "add", json!({"units": [inside]}))
}

pub(crate) fn scenes() -> Vec<Scene> {
    let three = json!({"lots": [{"lot": "L-1", "quantity": q("3")}]});
    let wanted = json!({"delivery": "D-1", "lots": [], "units": ["U-1"]});
    vec![
        scene(
            Code::R50,
            &["3 H87", "lot L-1", "unit U-1"],
            vec![
                lot("L-1", json!({})),
                packing("08:00", "U-1", "remove", three),
            ],
        ),
        scene(
            Code::R51,
            &["unit U-2", "D-1"],
            vec![
                lot("L-1", json!({})),
                stacked("07:00", "U-1", "U-2"),
                packing(
                    "07:10",
                    "U-1",
                    "add",
                    json!({"lots": [{"lot": "L-1", "quantity": q("3")}]}),
                ),
                told("/wms", "shipment.requested", "08:00", wanted),
            ],
        ),
        scene(
            Code::R65,
            &["U-1", "U-3", "->"],
            vec![
                stacked("08:00", "U-1", "U-2"),
                stacked("08:10", "U-2", "U-3"),
                stacked("09:00", "U-3", "U-1"),
            ],
        ),
    ]
}
