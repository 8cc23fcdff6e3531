//! Inspections with everything that can be said of one.

use serde_json::{Value, json};

fn q(value: &str) -> Value {
    json!({"value": value, "unit": "H87"})
}

pub(crate) fn all() -> Vec<(&'static str, Value)> {
    let mut all = inspections();
    all.extend(nonconformances());
    all
}

fn inspections() -> Vec<(&'static str, Value)> {
    let because = |id: &str| json!({"inspection": id, "reason": "gauge"});
    vec![
        (
            "inspection.created",
            json!({"inspection": "I1", "lot": "B", "order": "WO-1", "op": "10",
            "plan_version": "4", "quantity": q("2"), "sample_size": 5, "blocking": true,
            "characteristics": [{"name": "length", "unit": "MTR", "lower": "1", "upper": "2"}]}),
        ),
        (
            "inspection.result_recorded",
            json!({"inspection": "I1", "characteristic": "length", "values": ["1.5"],
            "unit": "MTR", "verdict": "fail", "instrument": "G", "complete": true}),
        ),
        (
            "inspection.decided",
            json!({"inspection": "I1", "decisions": [
            {"quantity": q("1"), "decision": "accept", "code": "A"},
            {"quantity": q("1"), "decision": "reject"}], "by": "Q",
            "signature": {"by": "Q", "at": "2026-03-01T09:00:00Z", "meaning": "decided"}}),
        ),
        (
            "inspection.created",
            json!({"inspection": "I2", "lot": "none yet"}),
        ),
        ("inspection.cancelled", because("I2")),
        (
            "inspection.created",
            json!({"inspection": "I3", "lot": "A", "blocking": true}),
        ),
        (
            "inspection.decided",
            json!({"inspection": "I3", "by": "Q",
            "decisions": [{"quantity": q("1"), "decision": "rework"}]}),
        ),
        ("inspection.reopened", because("I3")),
        (
            "stock.status_changed",
            json!({"lot": "A", "quantity": q("1"), "from": "unrestricted", "to": "blocked",
            "movement_type": "344", "decision": "UD-1"}),
        ),
    ]
}

fn nonconformances() -> Vec<(&'static str, Value)> {
    vec![
        (
            "nonconformance.opened",
            json!({"nonconformance": "N1", "lots": ["A", "B"], "order": "WO-1",
            "quantity": q("2"), "defect": "crack", "severity": "major", "found_at_op": "10"}),
        ),
        (
            "nonconformance.contained",
            json!({"nonconformance": "N1", "action": "set aside"}),
        ),
        (
            "nonconformance.review_started",
            json!({"nonconformance": "N1"}),
        ),
        (
            "nonconformance.dispositioned",
            json!({"nonconformance": "N1", "lots": [
            {"lot": "A", "quantity": q("1"), "disposition": "regrade"},
            {"lot": "B", "disposition": "sort"}], "approvers": ["Q"]}),
        ),
        (
            "nonconformance.verified",
            json!({"nonconformance": "N1", "verification": "measured"}),
        ),
        (
            "nonconformance.opened",
            json!({"nonconformance": "N2", "lots": ["C"], "defect": "x"}),
        ),
        (
            "nonconformance.cancelled",
            json!({"nonconformance": "N2", "reason": "shadow"}),
        ),
    ]
}
