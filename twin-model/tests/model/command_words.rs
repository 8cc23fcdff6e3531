//! What the twin asks of other systems, as people read it in lists and alarms: every command says
//! what it is about, and counts in memory for everything that its lists hold.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use twin_model::{COMMAND_TYPES, CommandBody};

const AT: &str = "2026-03-01T08:00:00Z";

fn body(name: &str, data: Value) -> CommandBody {
    let tagged = json!({ name: data });
    serde_json::from_value(tagged.clone()).unwrap_or_else(|error| panic!("{tagged}: {error}"))
}

fn pieces(value: &str) -> Value {
    json!({"value": value, "unit": "H87"})
}

fn documents() -> Value {
    json!(["4711", "4712"])
}

/// What stands already, one posting.
fn posted() -> Value {
    json!([{"command": "confirmation/WO-1/10/1-1", "document": "4711"}])
}

/// Each command with how many items its lists have, and what people call it.
fn called() -> Vec<(CommandBody, usize, &'static str)> {
    let mut all = decisions();
    all.extend(production());
    all.extend(stock());
    all.extend(deviations());
    all
}

fn decisions() -> Vec<(CommandBody, usize, &'static str)> {
    let recall = json!({"delivery": "D-1", "customer": null, "hold": "H-1",
        "nonconformance": "N-1", "lots": ["L-1", "L-2"], "shipped_at": AT});
    let without = |field: &str| {
        let mut recall = recall.clone();
        recall.as_object_mut().unwrap().remove(field);
        recall
    };
    vec![
        (
            body(
                "GateDecided",
                json!({"delivery": "D-1", "decision": "blocked", "reasons": [], "gate_token": null,
                    "valid_until": null}),
            ),
            0,
            "the decision on D-1",
        ),
        (
            body("RecallRequired", without("nonconformance")),
            2,
            "the recall of D-1",
        ),
        (
            body("RecallDecisionRequired", without("hold")),
            2,
            "the decision on a recall of D-1",
        ),
        (
            body(
                "EventRejected",
                json!({"source": "/mes", "event": "E-1", "type": "mfg.hold.placed.v1",
                    "code": "TWIN-R01", "text": "why", "what_to_do": "wait"}),
            ),
            0,
            "the refusal of event E-1",
        ),
        (
            body(
                "KpiClosed",
                json!({"work_center": "SAW", "from": AT, "to": "2026-03-01T09:00:00Z",
                    "buckets": [{"bucket": "producing", "micros": 3_000_000_000_u64},
                        {"bucket": "idle", "micros": 600_000_000}], "good": 9, "scrap": null,
                    "total": null, "availability": "0.833333", "effectiveness": null,
                    "quality": null, "oee": null}),
            ),
            2,
            "the figures of SAW from 2026-03-01T08:00:00Z to 2026-03-01T09:00:00Z",
        ),
    ]
}

fn production() -> Vec<(CommandBody, usize, &'static str)> {
    let confirmation = |op: Value| {
        json!({"order": "WO-1", "op": op, "mode": "full", "corrects": posted(), "unit": "H87",
            "good": "1", "scrap": "0", "rework": "0", "mrb": "0", "start": null, "end": AT,
            "setup_s": 0, "run_s": 60})
    };
    let reversal = json!({"order": "WO-1", "op": "10", "reverses": posted(), "reason": "counted"});
    let operations = json!([
        {"op": "10", "work_center": "SAW", "predecessors": [], "quantity": null, "setup_s": null,
            "run_s_per_unit": null},
        {"op": "20", "work_center": null, "predecessors": ["5", "10"], "quantity": null,
            "setup_s": null, "run_s_per_unit": null},
    ]);
    let dispatch = json!({"order": "WO-1", "material": "M", "quantity": pieces("5"),
        "routing_version": null, "bom_version": null, "planned_start": null,
        "planned_end": null, "priority": 0, "operations": operations});
    let affected = json!([{"order": "WO-1", "op": "10", "running": true, "planned_end": null,
        "priority": 3}]);
    let stop = json!({"work_center": "SAW", "maintenance": "MA-1", "kind": "planned",
        "begun": false, "from": AT, "until": null, "affected": affected});
    let over = json!({"work_center": "SAW", "maintenance": "MA-1", "ended_at": AT});
    let withdrawal = json!({"order": "WO-1", "reason": "cancelled"});
    vec![
        (
            body("ConfirmationPost", confirmation(json!("10"))),
            1,
            "the confirmation of operation 10 of order WO-1",
        ),
        (
            body("ConfirmationPost", confirmation(Value::Null)),
            1,
            "the confirmation of order WO-1",
        ),
        (
            body("ConfirmationReverse", reversal),
            1,
            "the reversal of the confirmation of operation 10 of order WO-1",
        ),
        (
            body("OrderDispatchRequested", dispatch),
            4,
            "the dispatch of order WO-1",
        ),
        (
            body("OrderDispatchWithdrawn", withdrawal),
            0,
            "the withdrawal of order WO-1",
        ),
        (body("StopAnnounced", stop), 1, "the stop of SAW (MA-1)"),
        (
            body("StopEnded", over),
            0,
            "the end of the stop of SAW (MA-1)",
        ),
    ]
}

fn stock() -> Vec<(CommandBody, usize, &'static str)> {
    let block = |lots: &[&str]| {
        json!({"hold": "H-1", "scope": {"kind": "lot", "id": "L-1"}, "reason": "crack",
            "placed_by": "qm", "placed_at": AT, "lots": lots})
    };
    let release = json!({"hold": "H-1", "scope": {"kind": "lot", "id": "L-1"},
        "disposition": "fine", "released_by": "qm", "released_at": AT});
    let posting = json!({"decision": "accept", "quantity": pieces("5"),
        "from": "quality_inspection", "to": "unrestricted", "movement_type": null});
    let decision = json!({"lot": "L-1", "material": "M", "inspection": "I-1", "decided_at": AT,
        "by": "qm", "postings": [posting, posting]});
    let undecided =
        json!({"lot": "L-1", "inspection": "I-1", "reverses": posted(), "reason": "again"});
    let variance = json!({"order": "WO-1", "material": "M", "mode": "full", "corrects": posted(),
        "unit": "KGM", "quantity": "1", "used": "6", "expected": "5"});
    let none = json!({"order": "WO-1", "material": "M", "reverses": posted(), "reason": "counted"});
    vec![
        (
            body("HoldBlockRequested", block(&["L-1"])),
            1,
            "the block of 1 lot for hold H-1",
        ),
        (
            body("HoldBlockRequested", block(&["L-1", "L-2", "L-3"])),
            3,
            "the block of 3 lots for hold H-1",
        ),
        (
            body("HoldReleaseRequested", release),
            0,
            "the release of hold H-1",
        ),
        (
            body("UsageDecisionPost", decision),
            2,
            "the usage decision I-1 of lot L-1",
        ),
        (
            body("UsageDecisionReverse", undecided),
            1,
            "the reversal of the usage decision I-1 of lot L-1",
        ),
        (
            body("VariancePost", variance),
            1,
            "the variance of M of order WO-1",
        ),
        (
            body("VarianceReverse", none),
            1,
            "the reversal of the variance of M of order WO-1",
        ),
    ]
}

fn deviations() -> Vec<(CommandBody, usize, &'static str)> {
    let scrap = json!({"order": "WO-1", "op": "10", "unit": "H87", "scrap": "3", "mrb": "0",
        "made": "9"});
    let fine = json!({"order": "WO-1", "op": "10", "documents": documents()});
    let aside = |lots: &[&str]| {
        json!({"nonconformance": "N-1", "defect": "D", "severity": "major", "opened_at": AT,
            "lots": lots})
    };
    let decided = json!({"disposition": "scrap", "quantity": null});
    let free = |lots: &[&str]| {
        let lots = lots.iter();
        let lots = lots.map(|lot| json!({"lot": lot, "decided": [decided, decided]}));
        json!({"nonconformance": "N-1", "lots": lots.collect::<Vec<_>>()})
    };
    let review = json!({"nonconformance": "N-1", "set_aside_by": ["mes"], "count": 2,
        "lots": ["L-1", "L-2"]});
    let verify = json!({"nonconformance": "N-1", "decided_at": AT, "carried_out": [
        {"lot": "L-1", "disposition": "scrap", "quantity": null, "documents": documents()},
        {"lot": "L-2", "disposition": "scrap", "quantity": null, "documents": []}]});
    let mut all = vec![
        (
            body("NonconformanceRequested", scrap),
            0,
            "a nonconformance for operation 10 of order WO-1",
        ),
        (
            body("NonconformanceNotNeeded", fine),
            2,
            "the end of the nonconformance for operation 10 of order WO-1",
        ),
        (
            body("QuarantineRequested", aside(&["L-1"])),
            1,
            "the setting aside of 1 lot for nonconformance N-1",
        ),
        (
            body("QuarantineRequested", aside(&["L-1", "L-2"])),
            2,
            "the setting aside of 2 lots for nonconformance N-1",
        ),
        (
            body("QuarantineEnded", free(&["L-1"])),
            3,
            "the release of 1 lot that stand aside for nonconformance N-1",
        ),
        (
            body("QuarantineEnded", free(&["L-1", "L-2"])),
            6,
            "the release of 2 lots that stand aside for nonconformance N-1",
        ),
        (
            body("ReviewRequested", review),
            2,
            "the review of nonconformance N-1",
        ),
        (
            body("VerificationRequested", verify),
            4,
            "the verification of nonconformance N-1",
        ),
    ];
    all.extend(dispositions());
    all
}

fn dispositions() -> Vec<(CommandBody, usize, &'static str)> {
    let request = |what: &str| {
        json!({"nonconformance": "N-1", "lot": "L-1", "material": null, "disposition": what,
            "quantity": null, "decided_at": AT, "approvers": ["a", "b", "c"]})
    };
    let withdrawn = json!({"nonconformance": "N-1", "lot": "L-1", "disposition": "rework",
        "documents": documents(), "reason": "otherwise"});
    let mut all = vec![(
        body("DispositionWithdrawn", withdrawn),
        2,
        "the end of the rework of lot L-1 (N-1)",
    )];
    all.extend(
        [
            ("use_as_is", "the use as it is of lot L-1 (N-1)"),
            ("rework", "the rework of lot L-1 (N-1)"),
            ("scrap", "the scrapping of lot L-1 (N-1)"),
            (
                "return_to_vendor",
                "the return to the vendor of lot L-1 (N-1)",
            ),
            ("regrade", "the regrading of lot L-1 (N-1)"),
            ("sort", "the sorting of lot L-1 (N-1)"),
        ]
        .map(|(what, words)| (body("DispositionRequested", request(what)), 3, words)),
    );
    all
}

#[test]
fn every_command_is_called_by_what_it_is_about() {
    for (command, _, words) in called() {
        assert_eq!(command.what(), words, "{}", command.type_name());
    }
    let told: BTreeSet<&str> = called().iter().map(|(body, ..)| body.type_name()).collect();
    let known: BTreeSet<&str> = COMMAND_TYPES.iter().copied().collect();
    assert_eq!(told, known, "no type of command is left out here");
}

#[test]
fn a_command_counts_in_memory_for_every_item_of_its_lists() {
    for (command, items, words) in called() {
        assert_eq!(command.names(), items, "{words}");
    }
}
