//! docs/mapping.md says what the code does: its example is a mapping, and every key has its row.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

#[path = "repository/files.rs"]
#[allow(dead_code, reason = "shared with the tests of the repository")]
mod files;

use std::path::Path;

use files::{root, text};
use ingest::file_import::Importer;
use ingest::mapping::Mapping;
use twin_model::wire;

fn block<'p>(page: &'p str, language: &str) -> &'p str {
    let start = page.split_once(&format!("```{language}\n")).unwrap().1;
    start.split_once("```").unwrap().0
}

#[test]
fn the_example_maps_its_rows_to_events() {
    let page = text(&root().join("docs/mapping.md"));
    let mapping = Mapping::parse(block(&page, "toml"), Path::new("mapping.md")).unwrap();
    let rows = std::env::temp_dir().join(format!("mapping-page-{}.csv", std::process::id()));
    std::fs::write(&rows, block(&page, "csv")).unwrap();
    let mut importer = Importer::open(&rows, &mapping).unwrap();
    let mut seen = Vec::new();
    while let Some(event) = importer.next_event().unwrap() {
        let event = wire::decode(&event.json).unwrap();
        seen.push((event.body.type_name(), event.time.to_string()));
    }
    std::fs::remove_file(&rows).unwrap();
    let report = "mfg.operation.progressed.v1";
    assert_eq!(
        seen,
        [
            ("mfg.work_order.created.v1", "2025-12-24T07:00:00Z".into()),
            (report, "2025-12-24T08:30:00Z".into()),
            (report, "2025-12-24T10:00:00Z".into()),
        ]
    );
    assert_eq!(importer.report().row_exceptions, 0);
}

#[test]
fn every_key_has_its_row() {
    let page = text(&root().join("docs/mapping.md"));
    for (file, of) in [
        ("mapping", "MappingText"),
        ("mapping_rule", "RuleText"),
        ("mapping_field", "FieldText"),
        ("record_kind", "RecordText"),
    ] {
        let source = text(&root().join(format!("ingest/src/{file}.rs")));
        let (_, body) = source.split_once(&format!("struct {of} {{\n")).unwrap();
        let body = body.split_once("\n}").unwrap().0;
        let mut seen = 0;
        for line in body.lines().map(str::trim) {
            let Some((name, _)) = line.split_once(": ") else {
                continue;
            };
            // What is a word of Rust has another name in the file.
            let key = match name {
                "type_name" => "type",
                "read_as" => "as",
                name => name,
            };
            assert!(page.contains(&format!("| `{key}` |")), "{of}: {key}");
            seen += 1;
        }
        assert!(seen > 4, "{of}: {seen} keys");
    }
}
