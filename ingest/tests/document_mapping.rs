//! Documents as rows: kinds of records, what they lack and others have, and what is left.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::path::{Path, PathBuf};

use ingest::file_import::{Importer, MappedEvent};
use ingest::import_report::FileReport;
use ingest::mapping::Mapping;
use serde_json::{Value, json};
use tempfile::TempDir;
use twin_model::wire;

const HEAD: &str = r#"
name = "test"
plant = "P1"
format = "json"
time_zone = "UTC"
time_format = "rfc3339"
on_ambiguous = "reject"
unmatched = "set_aside"
[units]
Stk = "H87"

[[record]]
kind = "order"
at = ["/orders", "/order"]
has = ["no", "qty"]
columns = ["no", "qty", "unit", "material", "day", "hour", "done", "words", "released"]

[[record]]
kind = "step"
at = "/steps"
has = ["no", "step"]
columns = { no = "no", step = "step", place = "where|at/place", needed = "needed" }
unmapped = "a step belongs to its order"
"#;

const CREATED: &str = r#"
[[emit]]
record = "order"
type = "mfg.work_order.created.v1"
source = "/erp"
id = "order/{no:alpha}"
time = { date = "day", clock = "hour" }
[emit.fields]
order = { column = "no", as = "alpha" }
material = { column = "material" }
quantity = { quantity = "qty", unit = "unit" }
"#;

const RELEASED: &str = r#"
[[emit]]
record = "order"
type = "mfg.work_order.released.v1"
source = "/erp"
time = [{ date = "released" }, { date = "day" }]
when = [{ column = "words", word = "REL" }, { column = "done", flag = false }]
[emit.fields]
order = { column = "no", as = "alpha" }
[emit.lists.operations]
record = "step"
same = ["no"]
when = [{ column = "needed", not = "no" }]
[emit.lists.operations.fields]
op = { column = "step", as = "alpha" }
work_center = { column = "place", optional = true }
"#;

struct Seen {
    events: Vec<MappedEvent>,
    report: FileReport,
}

impl Seen {
    fn json(&self, place: usize) -> Value {
        serde_json::from_slice(&self.events[place].json).unwrap()
    }

    /// The sentences of the exceptions, as the plant keeps them.
    fn refusals(&self) -> Vec<String> {
        let read = self.events.iter().map(|event| wire::decode(&event.json));
        let refused = read.filter_map(|read| read.err());
        refused.map(|error| error.rejection.to_string()).collect()
    }
}

fn import(mapping: &str, documents: &[&str]) -> Seen {
    let mapping = Mapping::parse(mapping, Path::new("m.toml")).unwrap();
    let folder = TempDir::new().unwrap();
    let mut files: Vec<PathBuf> = Vec::new();
    for (number, text) in documents.iter().enumerate() {
        let file = folder.path().join(format!("{number}.txt"));
        std::fs::write(&file, text).unwrap();
        files.push(file);
    }
    let mut importer = Importer::open_all(&files, &mapping).unwrap();
    let mut events = Vec::new();
    while let Some(event) = importer.next_event().unwrap() {
        events.push(event);
    }
    Seen {
        events,
        report: importer.report().clone(),
    }
}

const ORDER: &str = r#"{"no": "0007", "qty": "5", "unit": "Stk", "material": "M",
    "day": "2026-03-01T09:00:00+09:00", "hour": "PT07H30M00S", "done": "", "words": "CRTD REL"}"#;

#[test]
fn what_a_record_has_tells_its_kind_and_its_key_names_the_event() {
    let seen = import(
        &format!("{HEAD}{CREATED}"),
        &[&format!(
            "{{\"orders\": [{ORDER}, {{\"no\": \"8\"}}], \"order\": {{}}}}"
        )],
    );
    assert_eq!(seen.events[1].id, "order/7");
    let event = wire::decode(&seen.events[1].json).unwrap();
    assert_eq!(event.time.to_string(), "2026-03-01T07:30:00Z");
    assert_eq!(
        seen.json(1)["data"],
        json!({"order": "7", "material": "M", "quantity": {"value": "5", "unit": "H87"}})
    );
    assert_eq!(
        seen.refusals(),
        [
            "Message from /import is unreadable at /order: is a record that the mapping does not \
             know: there is nothing in it.",
            "Message from /import is unreadable at /orders[2]: is a record that the mapping does \
             not know: it has the fields no.",
        ]
    );
}

#[test]
fn rows_of_other_files_are_the_items_of_an_events_list() {
    let steps = r#"{"steps": [
        {"no": "0007", "step": "0010", "where": "SAW"},
        {"no": "0008", "step": "0010", "where": "SAW"},
        {"no": "0007", "step": "0020", "at": {"place": "DRILL"}},
        {"no": "0007", "step": "0030", "needed": "no"}]}"#;
    let order = format!("{{\"order\": {ORDER}}}");
    let mapping = format!("{HEAD}{CREATED}{RELEASED}");
    let seen = import(&mapping, &[steps, &order]);
    let released = seen.json(3);
    assert_eq!(released["type"], "mfg.work_order.released.v1");
    assert_eq!(released["time"], "2026-03-01T00:00:00Z");
    assert_eq!(
        released["data"]["operations"],
        json!([{"op": "10", "work_center": "SAW"}, {"op": "20", "work_center": "DRILL"}])
    );
    let alone = "Message from /import is unreadable at /steps";
    let reason = "a step belongs to its order";
    let refusals = seen.refusals();
    assert_eq!(
        refusals,
        [
            format!("{alone}[2]: {reason}."),
            format!("{alone}[4]: {reason}.")
        ]
    );
    assert_eq!(
        import(&mapping, &[&order]).json(1)["data"],
        json!({"order": "7"})
    );
}

#[test]
fn what_cannot_be_read_is_an_exception_at_its_place_and_never_a_zero() {
    for (from, to, expected) in [
        (
            "\"5\"",
            "\"five\"",
            "at /order/qty: \"five\" is not a decimal number.",
        ),
        ("\"5\"", "\"\"", "at /order/qty: is empty."),
        ("\"5\"", "null", "at /order/qty: is empty."),
        ("\"Stk\"", "\"\"", "at /order/unit: is empty."),
        (
            "\"Stk\"",
            "\"boxful\"",
            "at /order/unit: \"boxful\" (not a unit",
        ),
        (
            "PT07H30M00S",
            "half past",
            "at /order/hour: \"half past\" is no time of day.",
        ),
        (
            "T09:00:00+09",
            "T10:00:00+09",
            "at /order/day: \"2026-03-01T10:00:00+09:00\" is no whole",
        ),
        ("2026-03-01T09:00:00+09:00", "", "at /order/day: is empty."),
        ("\"0007\"", "\"\"", "at /order/no: is empty."),
    ] {
        let order = ORDER.replace(from, to);
        assert_ne!(order, ORDER, "{from}");
        let seen = import(
            &format!("{HEAD}{CREATED}"),
            &[&format!("{{\"order\": {order}}}")],
        );
        assert_eq!(
            (seen.events.len(), seen.report.row_exceptions),
            (1, 1),
            "{to}"
        );
        let refusal = &seen.refusals()[0];
        assert!(refusal.contains(expected), "{to}: {refusal}");
    }
    // A flag that decides whether a rule takes the record is read as strictly.
    let order = ORDER.replace("\"done\": \"\"", "\"done\": \"maybe\"");
    let seen = import(
        &format!("{HEAD}{RELEASED}"),
        &[&format!("{{\"order\": {order}}}")],
    );
    let expected = "at /order/done: \"maybe\" is neither true nor false.";
    assert!(
        seen.refusals()[0].contains(expected),
        "{:?}",
        seen.refusals()
    );
}

#[test]
fn a_column_that_a_record_lacks_comes_from_another_record_with_the_same_key() {
    let mapping = format!("{HEAD}{CREATED}").replace(
        "[[emit]]",
        "[[complete]]\nrecord = \"order\"\nfrom = \"step\"\nsame = [\"no\"]\ncolumns = \
         [\"material\"]\n\n[[emit]]",
    );
    let mapping = mapping.replace("needed = \"no\" }", "needed = \"no\", material = \"of\" }");
    let mapping = mapping.replace("needed = \"needed\" }", "material = \"of\" }");
    let steps = r#"{"steps": [{"no": "0007", "step": "1", "of": "SHAFT"}]}"#;
    let bare = ORDER.replace("\"M\"", "\"\"");
    let seen = import(&mapping, &[&format!("{{\"order\": {bare}}}"), steps]);
    assert_eq!(seen.json(0)["data"]["material"], "SHAFT");
    assert_eq!(
        seen.events.len(),
        1,
        "the other record is used: {:?}",
        seen.refusals()
    );
    let own = import(&mapping, &[&format!("{{\"order\": {ORDER}}}"), steps]);
    assert_eq!(own.json(0)["data"]["material"], "M");
}

#[test]
fn a_rule_is_silent_where_another_record_tells_it_better() {
    let mapping = format!("{HEAD}{CREATED}{RELEASED}").replace(
        "when = [{ column = \"words\"",
        "without = { record = \"step\", same = [\"no\"] }\nwhen = [{ column = \"words\"",
    );
    let order = format!("{{\"order\": {ORDER}}}");
    let steps = r#"{"steps": [{"no": "0007", "step": "1"}]}"#;
    assert_eq!(import(&mapping, &[&order]).report.events_by_type.len(), 2);
    let seen = import(&mapping, &[&order, steps]);
    assert_eq!(seen.report.events_by_type.len(), 1);
    assert_eq!(seen.report.rows_unchanged, 1);
}

#[test]
fn a_record_that_says_nothing_is_counted_with_the_reason() {
    let skip = "\n[[skip]]\nrecord = \"step\"\nwhen = [{ column = \"needed\", equals = \"no\" }]\n\
                why = \"not needed\"\n";
    let steps =
        r#"{"steps": [{"no": "1", "step": "1", "needed": "no"}, {"no": "1", "step": "2"}]}"#;
    let seen = import(&format!("{HEAD}{CREATED}{skip}"), &[steps]);
    assert_eq!(seen.report.rows_skipped["not needed"], 1);
    assert_eq!(seen.refusals().len(), 1);
    assert_eq!(
        (seen.report.rows_read, seen.report.rows_without_rule),
        (2, 1)
    );
}

#[test]
fn a_rule_for_changes_tells_a_state_once() {
    let mapping = HEAD.replace("unmatched", "#")
        + r#"
[[emit]]
record = "order"
type = "mfg.work_center.state_changed.v1"
source = "/edge"
time = { date = "day" }
occurrence = { change_of = ["no"] }
[emit.fields]
work_center = { column = "no" }
[emit.fields.item_state]
cases = [
    { when = [{ column = "words", equals = "gone" }], value = "not_available" },
    { when = [{ column = ["words", "unit"], any_of = ["on", "busy"] }], value = "executing" },
]
otherwise = "not_executing"
"#;
    let state = |no: &str, day: u8, words: &str| json!({"no": no, "qty": "1", "day": format!("2026-03-{day:02}"), "words": words});
    let orders = json!({"orders": [
        state("A", 1, "on"), state("A", 2, "busy"), state("B", 3, "on"), state("A", 4, "off"),
        state("A", 5, "on"), state("B", 6, "gone"), state("B", 7, "gone"),
    ]});
    let seen = import(&mapping, &[&orders.to_string()]);
    let told: Vec<(String, String)> = (0..seen.events.len())
        .map(|place| {
            let data = &seen.json(place)["data"];
            let text = |key: &str| data[key].as_str().unwrap().to_owned();
            (text("work_center"), text("item_state"))
        })
        .collect();
    let pair = |center: &str, state: &str| (center.to_owned(), state.to_owned());
    assert_eq!(
        told,
        [
            pair("A", "executing"),
            pair("B", "executing"),
            pair("A", "not_executing"),
            pair("A", "executing"),
            pair("B", "not_available"),
        ]
    );
    assert_eq!(seen.report.rows_unchanged, 2);
}

#[test]
fn xml_is_read_by_the_same_rules() {
    let mapping = format!("{HEAD}{CREATED}")
        .replace("\"json\"", "\"xml\"")
        .replace("at = [\"/orders\", \"/order\"]", "at = \"//order\"");
    let text = "<o:orders xmlns:o=\"urn:o\"><o:order><no>0007</no><qty>5</qty><unit>Stk</unit>\
                <material>M</material><day>20260301</day><hour>073000</hour></o:order>\
                <o:order><no>8</no><qty/></o:order></o:orders>";
    let seen = import(&mapping, &[text]);
    assert_eq!(seen.events[0].id, "order/7");
    assert_eq!(
        wire::decode(&seen.events[0].json).unwrap().time.to_string(),
        "2026-03-01T07:30:00Z"
    );
    assert!(
        seen.refusals()[0].contains("at /orders/order[2]/day: is empty"),
        "{:?}",
        seen.refusals()
    );
}

#[test]
fn a_document_that_is_none_is_one_exception_and_the_next_file_is_read() {
    let order = format!("{{\"order\": {ORDER}}}");
    for broken in ["", "{", "{\"other\": 1}", "[]", "\u{0}"] {
        let seen = import(&format!("{HEAD}{CREATED}"), &[broken, &order]);
        assert_eq!(seen.events.len(), 2, "{broken:?}");
        assert_eq!(seen.refusals().len(), 1, "{broken:?}");
        assert_eq!(seen.events[1].id, "order/7", "{broken:?}");
        assert_eq!(seen.report.row_faults[0].file, "0.txt");
    }
}

#[test]
fn a_second_import_sends_the_same_ids_and_equal_records_without_a_key_stay_apart() {
    let keyless = format!("{HEAD}{CREATED}").replace("id = \"order/{no:alpha}\"\n", "");
    let twice = format!("{{\"orders\": [{ORDER}, {ORDER}]}}");
    let first = import(&keyless, &[&twice]);
    assert_ne!(first.events[0].id, first.events[1].id);
    assert_eq!(import(&keyless, &[&twice]).events, first.events);
    let keyed = import(&format!("{HEAD}{CREATED}"), &[&twice]);
    assert_eq!(
        keyed.events[0].json, keyed.events[1].json,
        "one fact, told twice"
    );
}

#[test]
fn a_wrong_mapping_of_documents_is_refused_with_file_line_and_key() {
    let good = format!("{HEAD}{CREATED}{RELEASED}");
    for (from, to, expected) in [
        (
            "at = \"/steps\"",
            "at = \"steps\"",
            "record[1].at: names paths from the document",
        ),
        (
            "\"where|at/place\"",
            "\"where|\"",
            "record[1].columns: has a step without a name",
        ),
        (
            "kind = \"step\"",
            "kind = \"order\"",
            "record[1].kind: \"order\" is named twice",
        ),
        (
            "record = \"step\"",
            "record = \"stop\"",
            "there is no kind of records \"stop\"",
        ),
        (
            "same = [\"no\"]",
            "same = []",
            "name the columns that must agree",
        ),
        (
            "{no:alpha}",
            "{number}",
            "emit[0].id: there is no column \"number\"",
        ),
        (
            "clock = \"hour\"",
            "clock = \"hours\"",
            "emit[0].time: there is no column \"hours\"",
        ),
        (
            "quantity = \"qty\", unit",
            "quantity = \"qty\", as = \"decimal\", unit",
            "need a `column`",
        ),
        (
            ", unit = \"unit\" }",
            " }",
            "`quantity` and `unit` name the columns of both",
        ),
        (
            "word = \"REL\"",
            "word = \"REL\", not = \"\"",
            "needs exactly one of `equals`",
        ),
        (
            "unmatched",
            "columns = [\"a\"]\nunmatched",
            "columns: are listed with each `record`",
        ),
    ] {
        let text = good.replacen(from, to, 1);
        assert_ne!(text, good, "{from}");
        let error = Mapping::parse(&text, Path::new("m.toml"))
            .unwrap_err()
            .to_string();
        assert!(error.starts_with("m.toml, line "), "{to}: {error}");
        assert!(error.contains(expected), "{to}: {error}");
    }
}
