//! Mappings are data: what they can say, and what is said about wrong ones.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::path::Path;

use ingest::file_import::{Importer, MappedEvent};
use ingest::import_report::FileReport;
use ingest::mapping::Mapping;
use serde_json::{Value, json};
use twin_model::wire;

const HEAD: &str = r#"
name = "test"
plant = "P1"
format = "csv"
columns = ["order", "op", "at", "qty", "unit"]
time_zone = "Europe/Berlin"
time_format = "%d.%m.%Y %H:%M"
on_ambiguous = "reject"
[constants]
piece = "H87"
[units]
Stk = "H87"
"#;

const REPORT: &str = r#"
[[emit]]
type = "mfg.operation.progressed.v1"
source = "/mes"
time = "at"
[emit.fields]
order = { template = "WO-{order}" }
op = { column = "op" }
unit = { column = "unit", as = "unit" }
good = { column = "qty", as = "decimal" }
"#;

fn mapping(text: &str) -> Mapping {
    Mapping::parse(text, Path::new("m.toml")).unwrap()
}

fn import(mapping: &Mapping, content: &str) -> (Vec<MappedEvent>, FileReport) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), content).unwrap();
    let mut importer = Importer::open(file.path(), mapping).unwrap();
    let mut events = Vec::new();
    while let Some(event) = importer.next_event().unwrap() {
        events.push(event);
    }
    (events, importer.report().clone())
}

fn json_of(event: &MappedEvent) -> Value {
    serde_json::from_slice(&event.json).unwrap()
}

#[test]
fn a_row_becomes_an_event_that_the_twin_can_read() {
    let mapping = mapping(&format!("{HEAD}{REPORT}"));
    let rows = "order,op,at,qty,unit\n7,10,24.12.2025 18:30,2.5,Stk\n";
    let (events, report) = import(&mapping, rows);
    assert_eq!(events.len(), 1);
    let event = wire::decode(&events[0].json).unwrap();
    assert_eq!(event.time.to_string(), "2025-12-24T17:30:00Z");
    assert_eq!(
        json_of(&events[0])["data"],
        json!({"order": "WO-7", "op": "10", "unit": "H87", "good": "2.5"})
    );
    assert_eq!(
        (report.rows_read, report.events, report.row_exceptions),
        (1, 1, 0)
    );
}

#[test]
fn identical_rows_are_distinct_reports_with_ids_that_never_change() {
    let mapping = mapping(&format!("{HEAD}{REPORT}"));
    let row = "7,10,24.12.2025 18:30,1,Stk\n";
    let text = format!("order,op,at,qty,unit\n{row}{row}8,10,24.12.2025 18:30,1,Stk\n");
    let (events, report) = import(&mapping, &text);
    assert_eq!(report.identical_rows, 1);
    let ids: std::collections::BTreeSet<&str> = events.iter().map(|e| e.id.as_str()).collect();
    assert_eq!(ids.len(), 3, "{ids:?}");
    assert_eq!(
        import(&mapping, &text).0,
        events,
        "a second import sends the same"
    );
    let longer = format!("{text}{row}");
    assert_eq!(
        import(&mapping, &longer).0[..3],
        events[..],
        "rows that follow change nothing"
    );
}

#[test]
fn a_rule_takes_the_first_the_last_or_all_but_the_last_row_of_a_group() {
    let rule = |occurrence: &str| {
        format!(
            "{HEAD}{}",
            REPORT.replace("[emit.fields]", &format!("{occurrence}\n[emit.fields]"))
        )
    };
    let rows = "order,op,at,qty,unit\n\
        1,10,01.01.2026 08:00,1,Stk\n\
        1,10,01.01.2026 09:00,2,Stk\n\
        2,10,01.01.2026 10:00,3,Stk\n\
        1,10,01.01.2026 11:00,4,Stk\n\
        1,20,01.01.2026 12:00,5,Stk\n";
    for (occurrence, expected) in [
        ("", "12345"),
        ("occurrence = \"each\"", "12345"),
        ("occurrence = { first_of = [\"order\"] }", "13"),
        ("occurrence = { last_of = [\"order\", \"op\"] }", "345"),
        ("occurrence = { not_last_of = [\"order\", \"op\"] }", "12"),
        ("when = [{ column = \"order\", equals = \"1\" }]", "1245"),
        ("when = [{ column = \"order\", not = \"1\" }]", "3"),
        (
            "when = [{ column = \"qty\", any_of = [\"2\", \"5\"] }]",
            "25",
        ),
        (
            "when = [{ column = \"op\", equals = \"10\" }]\noccurrence = { last_of = [\"order\"] }",
            "34",
        ),
    ] {
        let mapping = mapping(&rule(occurrence));
        let (events, report) = import(&mapping, rows);
        let taken: String = events
            .iter()
            .map(|event| json_of(event)["data"]["good"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(taken, expected, "{occurrence}");
        assert_eq!(
            report.rows_without_rule,
            5 - expected.len() as u64,
            "{occurrence}"
        );
    }
}

#[test]
fn an_hour_that_the_clocks_showed_twice_is_decided_by_the_mapping() {
    let rows = "order,op,at,qty,unit\n1,10,26.10.2025 02:30,1,Stk\n";
    for (choice, expected) in [
        ("earlier", Some("2025-10-26T00:30:00Z")),
        ("later", Some("2025-10-26T01:30:00Z")),
        ("reject", None),
    ] {
        let text = format!("{HEAD}{REPORT}").replace("\"reject\"", &format!("{choice:?}"));
        let mapping = mapping(&text);
        let (events, report) = import(&mapping, rows);
        match expected {
            Some(time) => assert_eq!(json_of(&events[0])["time"], time),
            None => {
                assert_eq!(report.row_exceptions, 1);
                let detail = &report.row_faults[0].detail;
                assert!(detail.contains("clocks were changed"), "{detail}");
            }
        }
    }
}

#[test]
fn a_row_that_cannot_be_mapped_is_told_and_sent_as_an_exception_beside_its_neighbours() {
    let mapping = mapping(&format!("{HEAD}{REPORT}"));
    let rows = "order,op,at,qty,unit\n\
        1,10,01.01.2026 08:00,1,Stk\n\
        2,10,yesterday,1,Stk\n\
        3,10,01.01.2026 08:00,many,Stk\n\
        4,10,01.01.2026 08:00,1,bucket-full\n\
        5,10\n\
        6,,01.01.2026 08:00,1,Stk\n\
        7,10,01.01.2026 08:00,1,Stk\n";
    let (events, report) = import(&mapping, rows);
    assert_eq!(report.rows_read, 7);
    assert_eq!(events.len(), 7, "no row vanishes");
    assert_eq!(report.row_exceptions, 5);
    let told: Vec<(u64, &str)> = report
        .row_faults
        .iter()
        .map(|fault| (fault.line, fault.detail.as_str()))
        .collect();
    assert_eq!(
        told[0],
        (
            3,
            "column at: \"yesterday\" is not a time of the form %d.%m.%Y %H:%M"
        )
    );
    assert_eq!(told[1], (4, "column qty: \"many\" is not a decimal number"));
    assert!(told[2].1.contains("bucket-full"), "{}", told[2].1);
    assert_eq!(told[3], (6, "the row has 2 fields, the header 5"));
    assert_eq!(told[4], (7, "column op is empty"));
    for (place, event) in events.iter().enumerate() {
        let read = wire::decode(&event.json);
        assert_eq!(
            read.is_ok(),
            place == 0 || place == 6,
            "line {}",
            event.line
        );
        if let Err(unreadable) = read {
            assert_eq!(unreadable.rejection.code().to_string(), "TWIN-R34");
            assert!(unreadable.id.is_some() && unreadable.source.is_some());
            assert!(json_of(event)["data"]["import_error"].is_string());
            assert_eq!(json_of(event)["data"]["line"], event.line);
        }
    }
}

#[test]
fn json_lines_with_nested_lists_are_mapped_too() {
    let text = HEAD.replace("\"csv\"", "\"jsonl\"").replace(
        "[\"order\", \"op\", \"at\", \"qty\", \"unit\"]",
        "[\"d\", \"lot\", \"q\", \"at\"]",
    ) + r#"
[[emit]]
type = "mfg.shipment.requested.v1"
source = "/wms"
time = "at"
[emit.fields]
delivery = { column = "d" }
"lots.0.lot" = { column = "lot" }
"lots.0.quantity.value" = { column = "q", as = "decimal" }
"lots.0.quantity.unit" = { constant = "piece" }
"#;
    let mapping = mapping(&text);
    let rows = "{\"d\":\"D1\",\"lot\":\"L1\",\"q\":5,\"at\":\"01.01.2026 08:00\"}\n\n[1]\n";
    let (events, report) = import(&mapping, rows);
    let lots = json!([{"lot": "L1", "quantity": {"value": "5", "unit": "H87"}}]);
    assert_eq!(
        json_of(&events[0])["data"],
        json!({"delivery": "D1", "lots": lots})
    );
    assert!(wire::decode(&events[0].json).is_ok());
    assert_eq!((report.rows_read, report.row_exceptions), (2, 1));
    assert_eq!(report.row_faults[0].line, 3);
}

#[test]
fn a_file_without_the_named_columns_is_refused_before_anything_is_sent() {
    let mapping = mapping(&format!("{HEAD}{REPORT}"));
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "order,at,unit\n").unwrap();
    let error = Importer::open(file.path(), &mapping)
        .err()
        .unwrap()
        .to_string();
    assert!(
        error.ends_with("the header lacks the columns op, qty"),
        "{error}"
    );
}

#[test]
fn a_wrong_mapping_is_refused_with_file_line_and_key() {
    let good = format!("{HEAD}{REPORT}");
    for (from, to, expected) in [
        (
            "Europe/Berlin",
            "Europe/Atlantis",
            "m.toml, line 6: time_zone: is no IANA time zone",
        ),
        (
            "%d.%m.%Y %H:%M",
            "%d.%m %H:%M",
            "m.toml, line 7: time_format: is no format",
        ),
        (
            "plant = \"P1\"",
            "plant = \"\"",
            "m.toml, line 3: plant: an identifier may not be empty",
        ),
        (
            "progressed.v1",
            "progressed.v7",
            "m.toml, line 15: emit[0].type: ",
        ),
        (
            "time = \"at\"",
            "time = \"when\"",
            "m.toml, line 17: emit[0].time: there is no column",
        ),
        (
            "column = \"op\"",
            "column = \"ops\"",
            "m.toml, line 20: emit[0].fields.op: there is no column \"ops\"",
        ),
        (
            "{order}",
            "{order",
            "m.toml, line 19: emit[0].fields.order: an opening brace",
        ),
        (
            "{ column = \"op\" }",
            "{ constant = \"nothing\" }",
            "m.toml, line 20: emit[0].fields.op: there is no constant",
        ),
        (
            "{ column = \"op\" }",
            "{ optional = true }",
            "`optional` need a `column`",
        ),
        ("{ column = \"op\" }", "{}", "needs exactly one of"),
        (
            "op = {",
            "\"1.op\" = {",
            "a path begins with a field's name",
        ),
    ] {
        let text = good.replacen(from, to, 1);
        assert_ne!(text, good, "{from}");
        let error = Mapping::parse(&text, Path::new("m.toml"))
            .unwrap_err()
            .to_string();
        assert!(error.contains(expected), "{to}: {error}");
    }
}

#[test]
fn a_misspelt_key_is_refused_with_its_line() {
    for (from, to, line) in [
        ("on_ambiguous", "on_ambigous", "line 8"),
        ("as = \"unit\"", "like = \"unit\"", "line 21"),
        ("[[emit]]\ntype", "[[emit]]\nkind = 1\ntype", "line 15"),
        ("good = {", "good.value = {", "line 22"),
    ] {
        let text = format!("{HEAD}{REPORT}").replacen(from, to, 1);
        let error = Mapping::parse(&text, Path::new("m.toml"))
            .unwrap_err()
            .to_string();
        assert!(error.starts_with("m.toml: "), "{error}");
        assert!(
            error.contains(line) && error.contains("unknown field"),
            "{to}: {error}"
        );
    }
}
