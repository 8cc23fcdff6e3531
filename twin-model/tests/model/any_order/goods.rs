//! What happens to goods and what quality says of them: movements of orders, splits and merges,
//! packings, postings of usage status, inspections, nonconformances, reference data, retractions.

use serde_json::{Value, json};

use super::story::{LOTS, ORDERS, Random, Said, pieces, time};

/// Lots that orders take from, in kilograms with parts.
const RAW: [&str; 2] = ["R1", "R2"];
const INSPECTIONS: [&str; 3] = ["I1", "I2", "I3"];
const FINDINGS: [&str; 2] = ["N1", "N2"];
const UNITS: [&str; 3] = ["U1", "U2", "U3"];
const USAGES: [&str; 5] = [
    "unrestricted",
    "restricted",
    "quality_inspection",
    "blocked",
    "rejected",
];

/// Parts of a kilogram whose sums have several forms.
fn kilograms(random: &mut Random) -> Value {
    let value = random.one_of(&["0.5", "1.25", "2", "0.75", "10.125", "3.5"]);
    json!({"value": value, "unit": "KGM"})
}

/// The same number of pieces, told in cases of twelve at times.
fn some(random: &mut Random, most: usize) -> Value {
    match random.one_in(5) {
        true => json!({"value": (1 + random.below(2)).to_string(), "unit": "XCS"}),
        false => pieces(1 + random.below(most)),
    }
}

pub(super) fn movements(n: usize, random: &mut Random) -> Said {
    let (order, raw) = (random.one_of(&ORDERS), random.one_of(&RAW));
    let told = (!random.one_in(4)).then_some(raw);
    let moved = json!({"order": order, "material": "RAW", "lot": told,
        "quantity": kilograms(random), "document": format!("doc{n}")});
    match random.below(12) {
        0..=2 => {
            let quantity = json!({"value": "40.5", "unit": "KGM"});
            let data = json!({"lot": raw, "material": "RAW", "quantity": quantity});
            ("/wms", "lot.created", data)
        }
        3..=5 => ("/wms", "material.issued", moved),
        6 | 7 => {
            let mut used = moved;
            used["op"] = json!(random.one_of(&["10", "20"]));
            used["scrapped"] = json!(random.one_in(4));
            ("/mes", "material.consumed", used)
        }
        8 => ("/wms", "material.returned", moved),
        9 | 10 => {
            let data = json!({"order": order, "lot": random.one_of(&LOTS),
                "quantity": some(random, 4), "document": format!("doc{n}")});
            ("/wms", "goods.received", data)
        }
        _ => {
            if random.one_in(2) {
                let event = format!("e{}", n.saturating_sub(1 + random.below(20)));
                let data = json!({"order": order, "event": event, "reason": "wrong"});
                return ("/mes", "movement.reversed", data);
            }
            // A document has one number, and its lines come before its reversal.
            let document = format!("doc{}", n.saturating_sub(1 + random.below(20)));
            let data = json!({"order": order, "document": document, "reason": "wrong"});
            ("/wms", "movement.reversed", data)
        }
    }
}

pub(super) fn kinship(n: usize, random: &mut Random) -> Said {
    let (from, into) = (random.one_of(&LOTS), random.one_of(&LOTS));
    if random.one_in(2) {
        let mut part = json!({"lot": into, "quantity": some(random, 20)});
        if random.one_in(3) {
            part["usage"] = json!(random.one_of(&USAGES));
        }
        let data = json!({"parent": from, "children": [part]});
        return ("/wms", "lot.split", data);
    }
    let quantity = some(random, 20);
    let child = json!({"lot": into, "material": "M", "quantity": quantity});
    let mut data = json!({"parents": [{"lot": from, "quantity": quantity}], "child": child});
    if random.one_in(2) {
        data["tank"] = json!("T1");
        data["window"] = json!({"from": time(n), "to": time(n + random.below(30))});
    }
    ("/mes", "lot.merged", data)
}

pub(super) fn packing(_: usize, random: &mut Random) -> Said {
    let place = random.below(UNITS.len());
    let mut data = json!({"unit": UNITS[place],
        "action": random.one_of(&["add", "add", "remove"])});
    if random.one_in(3) && place > 0 {
        data["units"] = json!([UNITS[random.below(place)]]);
    } else {
        let line = match random.one_in(3) {
            true => json!({"lot": random.one_of(&RAW), "quantity": kilograms(random)}),
            false => json!({"lot": random.one_of(&LOTS), "quantity": pieces(1 + random.below(9))}),
        };
        data["lots"] = json!([line]);
    }
    ("/wms", "lot.packed", data)
}

pub(super) fn usage(_: usize, random: &mut Random) -> Said {
    let mut data = json!({"lot": random.one_of(&LOTS), "from": random.one_of(&USAGES),
        "to": random.one_of(&USAGES)});
    if random.one_in(2) {
        data["quantity"] = some(random, 30);
    }
    if random.one_in(3) {
        data["decision"] = json!(random.one_of(&INSPECTIONS));
    }
    ("/wms", "stock.status_changed", data)
}

pub(super) fn inspections(_: usize, random: &mut Random) -> Said {
    let place = random.below(INSPECTIONS.len());
    let inspection = INSPECTIONS[place];
    let why = json!({"inspection": inspection, "reason": "why"});
    let (name, data) = match random.below(10) {
        0..=3 => (
            "inspection.created",
            json!({"inspection": inspection, "lot": LOTS[place],
                "quantity": (place != 1).then(|| pieces(10)),
                "order": ORDERS[place % ORDERS.len()], "blocking": place != 2,
                "characteristics": [{"name": "length"}]}),
        ),
        4 | 5 => (
            "inspection.result_recorded",
            json!({"inspection": inspection, "characteristic": "length",
                "verdict": random.one_of(&["pass", "fail"]), "complete": random.one_in(2)}),
        ),
        6 | 7 => {
            let good = random.below(11);
            let bad = random.one_of(&["reject", "scrap"]);
            let parts = json!([{"quantity": pieces(good), "decision": "accept"},
                {"quantity": pieces(10 - good), "decision": bad}]);
            let data = json!({"inspection": inspection, "by": "QA", "decisions": parts});
            ("inspection.decided", data)
        }
        8 => ("inspection.cancelled", why),
        _ => ("inspection.reopened", why),
    };
    ("/qms", name, data)
}

pub(super) fn findings(_: usize, random: &mut Random) -> Said {
    let finding = random.one_of(&FINDINGS);
    let mut data = json!({"nonconformance": finding, "reason": "why", "action": "set aside",
        "verification": "measured"});
    let name = match random.below(12) {
        0..=3 => {
            data = json!({"nonconformance": finding, "lots": [random.one_of(&LOTS)],
                "defect": "burr", "severity": "major"});
            if random.one_in(3) {
                data["order"] = json!(random.one_of(&ORDERS));
            }
            "nonconformance.opened"
        }
        4 => "nonconformance.contained",
        5 => "nonconformance.review_started",
        6..=8 => {
            let mut part = json!({"lot": random.one_of(&LOTS),
                "disposition": random.one_of(&["use_as_is", "rework", "scrap"])});
            if random.one_in(2) {
                part["quantity"] = pieces(1 + random.below(5));
            }
            data = json!({"nonconformance": finding, "lots": [part], "approvers": ["QA"]});
            "nonconformance.dispositioned"
        }
        9 => "nonconformance.verified",
        10 => "nonconformance.closed",
        _ => "nonconformance.cancelled",
    };
    ("/qms", name, data)
}

/// Versions that differ in what nobody has used: quantities that were turned stay.
pub(super) fn reference(n: usize, random: &mut Random) -> Said {
    if random.one_in(2) {
        return movements(n, random);
    }
    if random.one_in(3) {
        let data = json!({"routing": "M", "version": random.one_of(&["r1", "r2"]), "operations": [
            {"op": "10", "work_center": "W1"}, {"op": "20", "predecessors": ["10"]}]});
        return ("/erp", "routing.published", data);
    }
    if random.one_in(3) {
        let data = json!({"material": "RAW", "version": n, "base_unit": "KGM",
            "lot_controlled": random.one_in(2)});
        return ("/erp", "material.updated", data);
    }
    let data = json!({"material": "M", "version": n, "base_unit": "H87",
        "shelf_life_days": random.below(3) + 1, "inspection_required": random.one_in(4),
        "conversions": [{"unit": "XCS", "numerator": "12", "denominator": "1"}]});
    ("/erp", "material.updated", data)
}
