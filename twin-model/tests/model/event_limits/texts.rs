//! Free texts.
use serde_json::{Value, json};
use twin_model::wire::TEXT_BYTES_MAX;

use super::{op, path, q, refused, taken, with};

/// Type, an event, and where in it a free text stands.
type Text = (&'static str, Value, &'static str);

/// Free texts of what is said of orders, goods, holds and deliveries.
fn of_orders_and_goods() -> Vec<Text> {
    let order = || json!({"order": "O"});
    let created = || json!({"order": "O", "material": "M", "quantity": q("1")});
    let routing = || json!({"order": "O", "routing_version": {"new": "2"}});
    let bom = || json!({"order": "O", "bom_version": {"new": "2"}});
    let asked = || json!({"delivery": "D", "lots": [{"lot": "L", "quantity": q("1")}]});
    let report = || op(&json!({"unit": "H87"}));
    let scrap = json!({"unit": "H87", "scrap_by_reason": [{"quantity": "1", "reason": "r"}]});
    let setup = || op(&json!({"work_center": "W"}));
    let moved = || json!({"order": "O", "material": "M", "quantity": q("1")});
    let received = || json!({"order": "O", "lot": "L", "quantity": q("1")});
    let back = || json!({"order": "O", "event": "e", "reason": "r"});
    let hold = || json!({"hold": "H", "scope": {"kind": "lot", "id": "L"}, "reason": "r"});
    let free = || json!({"hold": "H", "disposition": "d", "released_by": "b"});
    vec![
        ("work_order.created", created(), "/sales_order"),
        ("work_order.created", created(), "/routing_version"),
        ("work_order.created", created(), "/bom_version"),
        ("work_order.released", order(), "/routing_version"),
        ("work_order.released", order(), "/bom_version"),
        ("work_order.changed", routing(), "/routing_version/new"),
        ("work_order.changed", bom(), "/bom_version/new"),
        ("shipment.requested", asked(), "/customer"),
        ("work_order.cancelled", order(), "/reason"),
        ("work_order.release_withdrawn", order(), "/reason"),
        ("work_order.aborted", order(), "/reason"),
        ("work_order.tech_completed", order(), "/by"),
        ("work_order.tech_completion_withdrawn", order(), "/reason"),
        ("work_order.closed", order(), "/period"),
        (
            "work_order.changed",
            json!({"order": "O", "priority": {"new": 1}}),
            "/reason",
        ),
        ("operation.setup_started", setup(), "/from_setup"),
        ("operation.setup_started", setup(), "/to_setup"),
        ("operation.interrupted", op(&json!({})), "/reason"),
        ("operation.aborted", op(&json!({})), "/reason"),
        ("operation.skipped", op(&json!({})), "/reason"),
        ("operation.progressed", report(), "/document"),
        ("operation.completed", report(), "/document"),
        (
            "operation.completed",
            op(&scrap),
            "/scrap_by_reason/0/reason",
        ),
        ("confirmation.reversed", back(), "/reason"),
        ("confirmation.reversed", back(), "/by"),
        ("confirmation.reversed", back(), "/document"),
        ("material.issued", moved(), "/from_location"),
        ("material.issued", moved(), "/reservation"),
        ("material.issued", moved(), "/document"),
        ("material.consumed", moved(), "/substitute_approval"),
        ("material.returned", moved(), "/to_location"),
        ("material.returned", moved(), "/document"),
        ("goods.received", received(), "/location"),
        ("goods.received", received(), "/document"),
        ("movement.reversed", back(), "/reason"),
        ("movement.reversed", back(), "/document"),
        ("hold.placed", hold(), "/reason"),
        ("hold.placed", hold(), "/placed_by"),
        ("hold.released", free(), "/disposition"),
        ("hold.released", free(), "/released_by"),
        ("shipment.cancelled", json!({"delivery": "D"}), "/reason"),
    ]
}

/// Free texts of quality, of machines and of the answers of other systems.
fn of_quality_and_others() -> Vec<Text> {
    let planned = || {
        json!({"inspection": "I", "lot": "L",
        "characteristics": [{"name": "length"}]})
    };
    let result = || json!({"inspection": "I", "characteristic": "c"});
    let decided = || {
        json!({"inspection": "I", "by": "b",
        "decisions": [{"quantity": q("1"), "decision": "accept"}],
        "signature": {"by": "b", "at": "2026-03-01T06:00:00Z", "meaning": "m"}})
    };
    let status = || {
        json!({"lot": "L", "from": "unrestricted", "to": "blocked",
        "quantity": q("1"), "reason": "r"})
    };
    let found = || json!({"nonconformance": "N", "lots": ["L"], "defect": "d"});
    let board = || {
        json!({"nonconformance": "N", "approvers": ["a"],
        "lots": [{"lot": "L", "disposition": "rework"}]})
    };
    let of = |field: &str| json!({"nonconformance": "N", field: "x"});
    let again = || json!({"inspection": "I", "reason": "r"});
    let routing = || json!({"routing": "R", "version": "1", "material": "M", "operations": []});
    let state = || json!({"work_center": "W", "item_state": "executing"});
    let session = || json!({"work_center": "W", "session_no": 1, "state": "death"});
    let answer = || {
        json!({"command": "confirmation/WO/10/1-1", "erp_code": "c",
        "erp_text": "t"})
    };
    vec![
        ("inspection.created", planned(), "/plan_version"),
        ("inspection.created", planned(), "/characteristics/0/name"),
        ("inspection.result_recorded", result(), "/characteristic"),
        ("inspection.result_recorded", result(), "/instrument"),
        ("inspection.decided", decided(), "/by"),
        ("inspection.decided", decided(), "/decisions/0/code"),
        ("inspection.decided", decided(), "/signature/by"),
        ("inspection.decided", decided(), "/signature/meaning"),
        ("inspection.cancelled", again(), "/reason"),
        ("inspection.reopened", again(), "/reason"),
        ("stock.status_changed", status(), "/movement_type"),
        ("stock.status_changed", status(), "/decision"),
        (
            "stock.adjusted",
            json!({"lot": "L", "counted": q("1"), "booked": q("1")}),
            "/reason",
        ),
        ("nonconformance.opened", found(), "/defect"),
        ("nonconformance.contained", of("action"), "/action"),
        ("nonconformance.dispositioned", board(), "/approvers/0"),
        (
            "nonconformance.verified",
            of("verification"),
            "/verification",
        ),
        ("nonconformance.closed", of("verification"), "/verification"),
        ("nonconformance.cancelled", of("reason"), "/reason"),
        ("routing.published", routing(), "/routing"),
        ("routing.published", routing(), "/version"),
        ("work_center.state_changed", state(), "/reason"),
        ("edge.session", session(), "/last_sequence"),
        ("posting.refused", answer(), "/erp_code"),
        ("posting.refused", answer(), "/erp_text"),
        (
            "posting.acknowledged",
            json!({"command": "confirmation/WO/10/1-1"}),
            "/document",
        ),
    ]
}

#[test]
fn a_free_text_has_its_longest_length_and_no_more() {
    for (name, data, pointer) in of_orders_and_goods()
        .into_iter()
        .chain(of_quality_and_others())
    {
        let text = |bytes: usize| match pointer.rsplit_once("/0") {
            Some((list, "")) => with(&data, list, json!(["x".repeat(bytes)])),
            _ => with(&data, pointer, json!("x".repeat(bytes))),
        };
        taken(name, &text(TEXT_BYTES_MAX));
        refused(name, &text(TEXT_BYTES_MAX + 1), &path(pointer));
    }
}
