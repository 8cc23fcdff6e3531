//! Values that no event of its type can mean.
use serde_json::{Value, json};

use super::{broken, op, q, refused, taken};

#[test]
fn a_number_keeps_within_what_it_can_mean() {
    let order = |more: &Value| {
        let mut data = json!({"order": "O", "material": "M", "quantity": q("1")});
        for (key, value) in more.as_object().unwrap() {
            data[key] = value.clone();
        }
        data
    };
    let tolerance =
        |over: &str, under: &str| order(&json!({"tolerance": {"over": over, "under": under}}));
    taken("work_order.created", &tolerance("10", "1"));
    taken("work_order.created", &tolerance("0", "0"));
    refused(
        "work_order.created",
        &tolerance("10.1", "0"),
        "$.data.tolerance.over",
    );
    refused(
        "work_order.created",
        &tolerance("0", "1.1"),
        "$.data.tolerance.under",
    );
    refused(
        "work_order.created",
        &order(&json!({"quantity": q("0")})),
        "$.data.quantity.value",
    );
    let release = |value: &str| json!({"order": "O", "quantity": q(value)});
    taken("work_order.released", &release("0.1"));
    refused(
        "work_order.released",
        &release("0"),
        "$.data.quantity.value",
    );
    let change = |value: Value| json!({"order": "O", "quantity": {"new": value}});
    refused(
        "work_order.changed",
        &change(q("0")),
        "$.data.quantity.new.value",
    );
    let change = |over: &str, under: &str| json!({"order": "O", "tolerance": {"new": {"over": over, "under": under}}});
    taken("work_order.changed", &change("10", "1"));
    refused(
        "work_order.changed",
        &change("11", "1"),
        "$.data.tolerance.new.over",
    );
    refused(
        "work_order.changed",
        &change("10", "2"),
        "$.data.tolerance.new.under",
    );
}

#[test]
fn a_report_and_a_work_center_keep_within_what_they_can_mean() {
    let scrap = |scrap: &str| {
        op(&json!({"unit": "H87", "scrap": scrap,
        "scrap_by_reason": [{"quantity": "1", "reason": "r"}, {"quantity": "2", "reason": "s"}]}))
    };
    taken("operation.progressed", &scrap("3"));
    taken("operation.progressed", &scrap("0"));
    refused("operation.progressed", &scrap("2"), "$.data.scrap");
    let last = op(&json!({"unit": "H87", "final": true}));
    taken("operation.completed", &last);
    refused("operation.progressed", &last, "$.data.final");

    let center = |field: &str, value: u32| json!({"work_center": "W", field: value});
    taken("work_center.configured", &center("capacity", 1));
    refused(
        "work_center.configured",
        &center("capacity", 0),
        "$.data.capacity",
    );
    taken("work_center.configured", &center("silent_after_s", 60));
    refused(
        "work_center.configured",
        &center("silent_after_s", 59),
        "$.data.silent_after_s",
    );
    for window in [900, 3_600, 86_400] {
        taken("work_center.configured", &center("kpi_window_s", window));
    }
    for window in [0, 1, 600, 899, 901, 7_000, 86_401, 172_800] {
        let told = center("kpi_window_s", window);
        refused("work_center.configured", &told, "$.data.kpi_window_s");
    }
    for counter in ["good", "total", "scrap"] {
        let modulus =
            |numbers: u32| json!({"work_center": "W", "counter_modulus": {counter: numbers}});
        taken("work_center.configured", &modulus(10));
        let path = format!("$.data.counter_modulus.{counter}");
        refused("work_center.configured", &modulus(9), &path);
    }
    let tolerance =
        |value: &str| json!({"material": "M", "base_unit": "H87", "catch_weight_tolerance": value});
    taken("material.updated", &tolerance("1"));
    refused(
        "material.updated",
        &tolerance("1.01"),
        "$.data.catch_weight_tolerance",
    );
}

#[test]
fn a_stretch_of_time_ends_after_it_begins() {
    let at = |minute: u32| format!("2026-03-01T06:{minute:02}:00Z");
    let stop =
        |to: u32| json!({"work_center": "W", "maintenance": "PM", "from": at(5), "to": at(to)});
    taken("maintenance.scheduled", &stop(6));
    refused("maintenance.scheduled", &stop(5), "$.data.to");
    let shift = |to: u32| json!({"work_center": "W", "shifts": [{"from": at(5), "to": at(to)}]});
    taken("work_center.configured", &shift(6));
    refused("work_center.configured", &shift(5), "$.data.shifts.to");
    let hold = |to: u32| {
        let window = json!({"from": at(5), "to": at(to)});
        json!({"hold": "H", "reason": "r", "scope": {"kind": "material_window",
            "id": {"material": "M", "window": window}}})
    };
    taken("hold.placed", &hold(5));
    refused("hold.placed", &hold(4), "$.data.scope.id.window");
    let tank = |to: u32| {
        json!({"parents": [{"lot": "A", "quantity": q("1")}],
            "child": {"lot": "B", "material": "M", "quantity": q("1")},
            "tank": "T", "window": {"from": at(5), "to": at(to)}})
    };
    taken("lot.merged", &tank(5));
    refused("lot.merged", &tank(4), "$.data.window");
}

#[test]
fn two_times_of_one_event_do_not_contradict_each_other() {
    // The events are of 06:00.
    let at = |minute: u32| format!("2026-03-01T05:{minute:02}:00Z");
    let six = || "2026-03-01T06:00:00Z".to_owned();
    let later = || "2026-03-01T06:00:01Z".to_owned();
    let report = |start: Option<String>, end: Option<String>| {
        op(&json!({"unit": "H87", "start": start, "end": end}))
    };
    for name in ["operation.progressed", "operation.completed"] {
        taken(name, &report(Some(at(1)), Some(at(1))));
        taken(name, &report(Some(at(1)), Some(at(2))));
        refused(name, &report(Some(at(2)), Some(at(1))), "$.data.end");
        taken(name, &report(None, Some(at(1))));
        taken(name, &report(Some(six()), None));
        refused(name, &report(Some(later()), None), "$.data.start");
        taken(name, &report(Some(later()), Some(later())));
    }
    let said = broken("operation.completed", &report(Some(at(9)), Some(at(6)))).unwrap();
    assert!(said.contains(&at(9)) && said.contains(&at(6)), "{said}");
    let order = |start: Option<String>, end: Option<String>| {
        json!({"order": "O", "material": "M", "quantity": q("1"), "planned_start": start,
            "planned_end": end})
    };
    taken("work_order.created", &order(Some(at(5)), Some(at(5))));
    taken("work_order.created", &order(Some(at(5)), None));
    taken("work_order.created", &order(None, Some(at(5))));
    let back = order(Some(at(5)), Some(at(4)));
    refused("work_order.created", &back, "$.data.planned_end");
    let change = |start: u32, end: u32| {
        json!({"order": "O", "planned_start": {"new": at(start)},
            "planned_end": {"old": at(1), "new": at(end)}})
    };
    taken("work_order.changed", &change(5, 5));
    refused(
        "work_order.changed",
        &change(5, 4),
        "$.data.planned_end.new",
    );
    let lot = |expiry: u32| {
        json!({"lot": "L", "material": "M", "quantity": q("1"), "produced_at": at(5),
            "expiry": at(expiry)})
    };
    taken("lot.created", &lot(5));
    refused("lot.created", &lot(4), "$.data.expiry");
    let stop = |until: String| json!({"work_center": "W", "maintenance": "PM", "until": until});
    taken("maintenance.started", &stop(six()));
    refused("maintenance.started", &stop(at(59)), "$.data.until");
}

#[test]
fn a_factor_of_a_unit_is_one_number_at_one_time() {
    let day = |day: u32| format!("2026-03-{day:02}T00:00:00Z");
    let factor = |numerator: &str, from: Option<u32>, to: Option<u32>| {
        json!({"unit": "XCS", "numerator": numerator, "denominator": "1",
            "valid_from": from.map(day), "valid_to": to.map(day)})
    };
    let material =
        |factors: &[Value]| json!({"material": "M", "base_unit": "H87", "conversions": factors});
    let good = [
        vec![factor("12", None, Some(5)), factor("10", Some(5), None)],
        vec![
            factor("10", Some(5), Some(6)),
            factor("12", Some(1), Some(5)),
        ],
        vec![factor("10", Some(5), Some(6))],
    ];
    for factors in good {
        taken("material.updated", &material(&factors));
    }
    let bad = [
        vec![factor("12", None, None), factor("10", Some(5), None)],
        vec![factor("12", None, Some(6)), factor("10", Some(5), None)],
        vec![
            factor("12", Some(1), Some(5)),
            factor("10", Some(2), Some(3)),
        ],
        vec![
            factor("12", Some(5), Some(6)),
            factor("12", Some(5), Some(6)),
        ],
    ];
    for factors in bad {
        refused(
            "material.updated",
            &material(&factors),
            "$.data.conversions",
        );
    }
    let backwards = material(&[factor("12", Some(5), Some(5))]);
    refused(
        "material.updated",
        &backwards,
        "$.data.conversions.valid_to",
    );
    let nothing = material(&[factor("0", None, None)]);
    refused("material.updated", &nothing, "$.data.conversions.numerator");
    let grams = |numerator: &str| {
        json!({"material": "M", "base_unit": "GRM",
            "conversions": [{"unit": "KGM", "numerator": numerator, "denominator": "1"}]})
    };
    taken("material.updated", &grams("1000"));
    refused("material.updated", &grams("999"), "$.data.conversions.unit");
}

#[test]
fn a_rule_of_a_process_keeps_within_its_bounds() {
    let rule = |more: Value| {
        let mut rule = json!({"kind": "variance"});
        for (key, value) in more.as_object().unwrap() {
            rule[key] = value.clone();
        }
        json!({"version": 1, "processes": [rule]})
    };
    for (field, least, most) in [
        ("answer_within_s", 1, 604_800),
        ("tries_max", 1, 100),
        ("settle_s", 0, 604_800),
        ("decide_within_s", 1, 31_536_000_i64),
    ] {
        let at = format!("$.data.processes.{field}");
        taken("process_rules.published", &rule(json!({field: least})));
        taken("process_rules.published", &rule(json!({field: most})));
        refused(
            "process_rules.published",
            &rule(json!({field: most + 1})),
            &at,
        );
        if least > 0 {
            refused(
                "process_rules.published",
                &rule(json!({field: least - 1})),
                &at,
            );
        }
    }
    let twice = json!({"version": 1, "processes": [{"kind": "release"}, {"kind": "release"}]});
    refused("process_rules.published", &twice, "$.data.processes");
}

/// Rules of one kind of process, with these limits.
fn limits(kind: &str, limits: Value) -> Value {
    json!({"version": 1, "processes": [{"kind": kind, "limits": limits}]})
}

fn of(material: &str) -> Value {
    json!({"material": material, "quantity": q("1")})
}

#[test]
fn a_limit_of_a_process_keeps_within_what_it_can_mean() {
    const RULES: &str = "process_rules.published";
    let limit = |limit: Value| limits("variance", json!([limit]));
    let share = |numerator: u32, denominator: u32| {
        limit(json!({"share": {"numerator": numerator, "denominator": denominator}}))
    };
    taken(RULES, &share(1_000_000, 1_000_000));
    taken(RULES, &share(0, 1));
    refused(RULES, &share(1_000_001, 1), "limits.share");
    refused(RULES, &share(1, 1_000_001), "limits.share");
    refused(RULES, &share(1, 0), "limits.share");
    taken(RULES, &limit(json!({"quantity": q("0")})));
    let below = limit(json!({"quantity": q("-1")}));
    refused(RULES, &below, "limits.quantity");
    let nothing = limit(json!({"material": "M"}));
    refused(RULES, &nothing, "$.data.processes.limits");
}

#[test]
fn variance_has_limits_by_material_scrap_has_one_and_others_have_none() {
    const RULES: &str = "process_rules.published";
    let at = "$.data.processes.limits";
    let whole = || json!({"quantity": q("1")});
    taken(RULES, &limits("variance", json!([of("M"), of("N")])));
    taken(RULES, &limits("variance", json!([])));
    refused(RULES, &limits("variance", json!([of("M"), of("M")])), at);
    taken(RULES, &limits("scrap", json!([whole()])));
    refused(RULES, &limits("scrap", json!([of("M")])), at);
    refused(RULES, &limits("scrap", json!([])), at);
    refused(RULES, &limits("scrap", json!([whole(), of("M")])), at);
    taken(RULES, &limits("release", json!([])));
    refused(RULES, &limits("release", json!([whole()])), at);
}

#[test]
fn a_table_of_owners_lists_every_field_with_every_owner_and_each_source_once() {
    let systems = ["erp", "mes", "wms"];
    let rows = |n: usize| -> Vec<Value> {
        let row = |n: usize| {
            json!({"entity": "work_order", "field": "release",
            "owner": systems[n % systems.len()]})
        };
        (0..n).map(row).collect()
    };
    let table = |owners: Vec<Value>| json!({"version": 1, "owners": owners});
    taken("ownership.published", &table(rows(50)));
    refused("ownership.published", &table(rows(10_000)), "$.data.owners");
    let sources = |names: &[&str]| {
        let row = |name: &&str| json!({"source": name, "system": "mes"});
        json!({"version": 1, "sources": names.iter().map(row).collect::<Vec<_>>()})
    };
    taken("ownership.published", &sources(&["/a", "/b"]));
    refused(
        "ownership.published",
        &sources(&["/a", "/a"]),
        "$.data.sources",
    );
    let of = |entity: &str, field: &str| {
        table(vec![
            json!({"entity": entity, "field": field, "owner": "qms"}),
        ])
    };
    taken("ownership.published", &of("hold", "release"));
    refused(
        "ownership.published",
        &of("hold", "placing"),
        "$.data.owners",
    );
    refused(
        "ownership.published",
        &of("hold", "colour"),
        "$.data.owners",
    );
}
