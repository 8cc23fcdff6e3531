//! What people and systems were promised about codes: kinds and sentences change on purpose only.
#[path = "rejection_catalogue/of_edge.rs"]
mod of_edge;
#[path = "rejection_catalogue/of_materials.rs"]
mod of_materials;
#[path = "rejection_catalogue/of_packing.rs"]
mod of_packing;
#[path = "rejection_catalogue/sample.rs"]
mod sample;

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use twin_model::{Code, Kind};

fn below_the_crate(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Refuse => "refused",
        Kind::Park => "parked",
        Kind::Discrepancy => "discrepancy",
        Kind::Exception => "exception",
    }
}

#[test]
fn the_catalogue_is_as_it_was_given_out() {
    let mut now = String::new();
    for (code, kind, text) in sample::one_of_each() {
        let todo = code.what_to_do();
        writeln!(now, "{code} {}\n  {text}\n  {todo}", word(kind)).unwrap();
    }
    let file = below_the_crate("tests/model/rejection_catalogue/golden.txt");
    if std::env::var_os("TWIN_WRITE_GOLDEN").is_some() {
        fs::write(&file, &now).unwrap();
    }
    let given_out = fs::read_to_string(&file).unwrap();
    assert_eq!(
        now, given_out,
        "others rely on codes, kinds and sentences; if the change is meant, run this test once \
         with TWIN_WRITE_GOLDEN=1 and correct the pages in docs/errors"
    );
}

#[test]
fn every_code_has_a_sample_and_every_sample_another_code() {
    let codes: Vec<Code> = sample::one_of_each().iter().map(|s| s.0).collect();
    assert_eq!(codes, Code::ALL);
}

#[test]
fn who_must_act_is_whom_the_index_of_codes_names() {
    let index = fs::read_to_string(below_the_crate("../docs/errors/README.md")).unwrap();
    for code in Code::ALL {
        let row = index
            .lines()
            .find(|line| line.starts_with(&format!("| [{code}]")));
        let row = row.unwrap_or_else(|| panic!("{code} is in no row of the index"));
        let named = row.trim_end_matches(" |").rsplit(" | ").next();
        assert_eq!(named, Some(code.owner()), "{code}");
    }
}

#[test]
fn every_page_quotes_the_sentence() {
    for (code, _, text) in sample::one_of_each() {
        let page = below_the_crate(&format!("../docs/errors/{code}.md"));
        let page = fs::read_to_string(page).unwrap();
        let quoted = page.lines().find_map(|line| line.strip_prefix("> "));
        assert_eq!(quoted, Some(text.as_str()), "{code}");
    }
}

#[test]
fn every_page_names_the_kind() {
    for (code, kind, _) in sample::one_of_each() {
        let page = below_the_crate(&format!("../docs/errors/{code}.md"));
        let page = fs::read_to_string(page).unwrap();
        let said = page.lines().find_map(|line| line.strip_prefix("| Kind | "));
        let said = said.unwrap();
        let gate = said.starts_with("gate reason") || said.starts_with("duplicate");
        assert!(
            said.contains(word(kind)) || (kind == Kind::Refuse && gate),
            "{code} is {}, its page says {said}",
            word(kind)
        );
    }
}
