//! What a foreign source says of a field is shown with what stands there, and the two agree as soon
//! as the owner says the same: field by field.

use serde_json::{Value, json};

use super::{event, notices, plant, tell, texts};

/// What is told first, as source, type and data.
pub(super) type Told<'a> = (&'a str, &'a str, Value);

/// A foreign source says something of a field: it is shown as `says`. Then the owner says the same,
/// and nothing is left of it.
pub(super) fn heals(
    first: &[Told<'_>],
    foreign: &str,
    owner: &str,
    (name, data): (&str, Value),
    says: &str,
) {
    let mut plant = plant();
    for (source, name, data) in first {
        tell(&mut plant, source, name, data);
    }
    assert_eq!(texts(&plant), [""; 0], "{says}");
    let turn = tell(&mut plant, foreign, name, &data);
    assert_eq!(notices(&turn), ["found"], "{says}");
    let said = texts(&plant);
    assert_eq!(said.len(), 1, "{said:#?}");
    assert!(said[0].contains(says), "{says}: {said:#?}");
    let turn = plant.apply(&event(owner, name, "09:30", &data)).unwrap();
    assert_eq!(notices(&turn), ["healed"], "{says}");
    assert_eq!(texts(&plant), [""; 0], "{says}");
}

pub(super) fn pieces(value: &str) -> Value {
    json!({"value": value, "unit": "H87"})
}

fn changed(field: &str, new: Value) -> (&'static str, Value) {
    (
        "work_order.changed",
        json!({"order": "O", field: {"new": new}}),
    )
}

#[test]
fn fields_of_an_order() {
    for (field, new, says) in [
        (
            "quantity",
            pieces("7"),
            "quantity of Order O to 7 H87; ERP owns it and says 100 H87",
        ),
        (
            "tolerance",
            json!({"over": "0.1", "under": "0.025"}),
            "tolerance of Order O to +10 % -2.5 %; ERP owns it and says +0 % -0 %",
        ),
        (
            "planned_start",
            json!("2026-03-02T06:00:00Z"),
            "planned start of Order O to 2026-03-02T06:00:00Z; ERP owns it and says none",
        ),
        (
            "planned_end",
            json!("2026-03-03T06:00:00Z"),
            "planned end of Order O to 2026-03-03T06:00:00Z; ERP owns it and says none",
        ),
        (
            "priority",
            json!(7),
            "priority of Order O to 7; ERP owns it and says 5",
        ),
        (
            "routing_version",
            json!("B"),
            "routing version of Order O to B; ERP owns it and says none",
        ),
        (
            "bom_version",
            json!("C"),
            "bom version of Order O to C; ERP owns it and says none",
        ),
    ] {
        heals(&[], "/mes/line", "/erp/sap", changed(field, new), says);
    }
    for (counting, stands) in [
        ("machine", "operator"),
        ("both", "operator"),
        ("operator", "machine"),
    ] {
        let first = match stands {
            "operator" => vec![],
            _ => {
                let (name, data) = changed("counting", json!(stands));
                vec![("/mes/line", name, data)]
            }
        };
        let says =
            format!("counting of Order O to {counting}; ERP or MES owns it and says {stands}");
        heals(
            &first,
            "/wms",
            "/erp/sap",
            changed("counting", json!(counting)),
            &says,
        );
    }
}

#[test]
fn what_an_order_was_created_with() {
    let mut plant = plant();
    let told = json!({"order": "O", "material": "N", "sales_order": "S-1", "bom_version": "C",
        "routing_version": "B", "quantity": pieces("100"), "tolerance": {"over": "0.1"},
        "planned_start": "2026-03-02T06:00:00Z", "planned_end": "2026-03-03T06:00:00Z"});
    tell(&mut plant, "/mes/line", "work_order.created", &told);
    let said: Vec<String> = texts(&plant);
    let parts = [
        "material of Order O to N; ERP owns it and says M",
        "tolerance of Order O to +10 % -0 %; ERP owns it and says +0 % -0 %",
        "planned start of Order O to 2026-03-02T06:00:00Z; ERP owns it and says none",
        "planned end of Order O to 2026-03-03T06:00:00Z; ERP owns it and says none",
        "sales order of Order O to S-1; ERP owns it and says none",
        "routing version of Order O to B; ERP owns it and says none",
        "bom version of Order O to C; ERP owns it and says none",
    ];
    assert_eq!(
        said.len(),
        parts.len(),
        "the quantity is the same: {said:#?}"
    );
    for part in parts {
        assert!(
            said.iter().any(|text| text.contains(part)),
            "{part}: {said:#?}"
        );
    }
}

pub(super) fn released() -> Told<'static> {
    let operations = json!([{"op": "10", "work_center": "W"}]);
    (
        "/erp/sap",
        "work_order.released",
        json!({"order": "O", "operations": operations}),
    )
}

#[test]
fn decisions_on_an_order() {
    let why = json!({"order": "O", "reason": "why"});
    let release = json!({"order": "O", "quantity": pieces("50")});
    let mut plant = plant();
    tell(&mut plant, "/mes/line", "work_order.released", &release);
    let said = texts(&plant);
    for part in [
        "release of Order O to released; ERP owns it and says not released",
        "released quantity of Order O to 50 H87; ERP owns it and says not released",
    ] {
        assert!(
            said.iter().any(|text| text.contains(part)),
            "{part}: {said:#?}"
        );
    }
    tell(&mut plant, "/erp/sap", "work_order.released", &release);
    assert_eq!(texts(&plant), [""; 0]);
    heals(
        &[],
        "/mes/line",
        "/erp/sap",
        ("work_order.cancelled", why.clone()),
        "cancellation of Order O to cancelled; ERP owns it and says not cancelled",
    );
    heals(
        &[released()],
        "/wms",
        "/mes/line",
        ("work_order.aborted", why.clone()),
        "abort of Order O to given up; ERP or MES owns it and says not given up",
    );
    heals(
        &[released()],
        "/mes/line",
        "/erp/sap",
        ("work_order.tech_completed", why.clone()),
        "tech completion of Order O to complete; ERP owns it and says open",
    );
    let done = ("/erp/sap", "work_order.tech_completed", why.clone());
    heals(
        &[released(), done.clone()],
        "/mes/line",
        "/erp/sap",
        ("work_order.tech_completion_withdrawn", why.clone()),
        "tech completion of Order O to open; ERP owns it and says complete",
    );
    heals(
        &[released(), done],
        "/mes/line",
        "/erp/sap",
        ("work_order.closed", why),
        "closing of Order O to closed; ERP owns it and says open",
    );
}

/// What is said of operation 10.
fn op(more: &Value) -> Value {
    let mut data = json!({"order": "O", "op": "10"});
    let more = more.as_object().unwrap().clone();
    data.as_object_mut().unwrap().extend(more);
    data
}

fn started() -> Told<'static> {
    (
        "/mes/line",
        "operation.started",
        op(&json!({"work_center": "W"})),
    )
}

#[test]
fn what_happens_to_an_operation() {
    let before: &[Told<'_>] = &[released()];
    let running: &[Told<'_>] = &[released(), started()];
    let at = json!({"work_center": "W"});
    let why = json!({"reason": "why"});
    for (first, name, more, says) in [
        (
            before,
            "operation.dispatched",
            &json!({"work_center": "V"}),
            "dispatch of operation 10 of Order O to V; MES owns it and says none",
        ),
        (
            before,
            "operation.setup_started",
            &at,
            "setup of operation 10 of Order O to set up; MES owns it and says not set up",
        ),
        (
            before,
            "operation.started",
            &at,
            "start of operation 10 of Order O to started; MES owns it and says not started",
        ),
        (
            before,
            "operation.skipped",
            &why,
            "skip of operation 10 of Order O to skipped; MES owns it and says not skipped",
        ),
        (
            running,
            "operation.aborted",
            &why,
            "abort of operation 10 of Order O to aborted; MES owns it and says not aborted",
        ),
        (
            running,
            "operation.interrupted",
            &why,
            "interruption of operation 10 of Order O to interrupted; MES owns it and says not interrupted",
        ),
        (
            running,
            "operation.completed",
            &json!({"unit": "H87"}),
            "end of operation 10 of Order O to ended; MES owns it and says not ended",
        ),
    ] {
        heals(first, "/wms", "/mes/line", (name, op(more)), says);
    }
}

#[test]
fn what_an_operation_reports() {
    for (part, stands) in [("good", "0 H87"), ("scrap", "0 H87"), ("rework", "0 H87")] {
        let report = op(&json!({"unit": "H87", part: "2.0"}));
        let says =
            format!("{part} of operation 10 of Order O to 2 H87; MES owns it and says {stands}");
        heals(
            &[released(), started()],
            "/wms",
            "/mes/line",
            ("operation.progressed", report),
            &says,
        );
    }
}

#[test]
fn an_abort_is_no_skip_and_a_skip_no_abort() {
    let why = json!({"order": "O", "op": "10", "reason": "why"});
    let start = json!({"order": "O", "op": "10", "work_center": "W"});
    let mut plant = plant();
    let (source, name, data) = released();
    tell(&mut plant, source, name, &data);
    tell(&mut plant, "/mes/line", "operation.started", &start);
    tell(&mut plant, "/mes/line", "operation.aborted", &why);
    tell(&mut plant, "/wms", "operation.skipped", &why);
    let said = texts(&plant);
    let skipped = "skip of operation 10 of Order O to skipped; MES owns it and says not skipped";
    assert!(said.iter().any(|text| text.contains(skipped)), "{said:#?}");
}

pub(super) fn lot() -> Told<'static> {
    (
        "/wms",
        "lot.created",
        json!({"lot": "L", "material": "M", "quantity": pieces("5")}),
    )
}

#[test]
fn fields_of_a_lot() {
    let mut plant = plant();
    let (source, name, data) = lot();
    tell(&mut plant, source, name, &data);
    let other = json!({"lot": "L", "material": "N", "quantity": pieces("5")});
    tell(&mut plant, "/qms", "lot.created", &other);
    let said = texts(&plant);
    let part = "material of Lot L to N; MES or WMS owns it and says M";
    assert!(said.len() == 1 && said[0].contains(part), "{said:#?}");
    let block = json!({"lot": "L", "quantity": pieces("5"), "from": "unrestricted", "to": "blocked",
        "movement_type": "344"});
    heals(
        &[lot()],
        "/mes/line",
        "/wms",
        ("stock.status_changed", block),
        "usage of Lot L to blocked; ERP or QMS or WMS owns it and says unrestricted",
    );
    let mut plant = super::plant();
    let (source, name, data) = lot();
    tell(&mut plant, source, name, &data);
    let count = json!({"lot": "L", "counted": pieces("4"), "booked": pieces("5"), "reason": "x"});
    tell(&mut plant, "/mes/line", "stock.adjusted", &count);
    let said = texts(&plant);
    let part = "stock of Lot L to mfg.stock.adjusted.v1; WMS owns it and says 5 H87";
    assert!(said.len() == 1 && said[0].contains(part), "{said:#?}");
}

#[test]
fn fields_of_an_inspection() {
    let created = json!({"inspection": "I", "lot": "L", "quantity": pieces("5"), "blocking": true,
        "characteristics": [{"name": "size"}]});
    let first: &[Told<'_>] = &[lot(), ("/qms", "inspection.created", created)];
    let result = json!({"inspection": "I", "characteristic": "size", "verdict": "fail"});
    heals(
        first,
        "/wms",
        "/qms",
        ("inspection.result_recorded", result),
        "result of size of Inspection I to fail; MES or QMS owns it and says none",
    );
    let passed = json!({"inspection": "I", "characteristic": "size", "verdict": "pass"});
    let passed = ("/qms", "inspection.result_recorded", passed);
    let measured: Vec<Told<'_>> = first.iter().cloned().chain([passed]).collect();
    let part = |value: &str, what: &str| json!({"quantity": pieces(value), "decision": what});
    let parts = [part("2", "reject"), part("3.0", "accept")];
    let decision = json!({"inspection": "I", "decisions": parts, "by": "qm"});
    heals(
        &measured,
        "/mes/line",
        "/qms",
        ("inspection.decided", decision),
        "decision of Inspection I to 3 accept, 2 reject; QMS owns it and says not decided",
    );
    heals(
        first,
        "/mes/line",
        "/qms",
        (
            "inspection.cancelled",
            json!({"inspection": "I", "reason": "why"}),
        ),
        "plan of Inspection I to cancelled; QMS owns it and says open",
    );
}

#[test]
fn fields_of_a_nonconformance() {
    let opened = json!({"nonconformance": "N", "lots": ["L"], "defect": "crack",
        "severity": "major"});
    let first: &[Told<'_>] = &[lot(), ("/qms", "nonconformance.opened", opened)];
    heals(
        first,
        "/wms",
        "/qms",
        (
            "nonconformance.contained",
            json!({"nonconformance": "N", "action": "shelf"}),
        ),
        "containment of Nonconformance N to contained; MES or QMS owns it and says not contained",
    );
    heals(
        first,
        "/mes/line",
        "/qms",
        (
            "nonconformance.review_started",
            json!({"nonconformance": "N"}),
        ),
        "record of Nonconformance N to under_review; QMS owns it and says open",
    );
    let parts = json!([{"lot": "L", "quantity": pieces("2.0"), "disposition": "scrap"},
        {"lot": "L", "quantity": pieces("3"), "disposition": "use_as_is"}]);
    let both = json!({"nonconformance": "N", "lots": parts, "approvers": ["a"]});
    let review = (
        "/qms",
        "nonconformance.review_started",
        json!({"nonconformance": "N"}),
    );
    let first: Vec<Told<'_>> = first.iter().cloned().chain([review]).collect();
    heals(
        &first,
        "/mes/line",
        "/qms",
        ("nonconformance.dispositioned", both),
        "disposition of Nonconformance N to 3 of L use_as_is, 2 of L scrap; QMS owns it",
    );
}
