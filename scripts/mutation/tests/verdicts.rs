//! The whole tool on a small model whose tests are known: every kind of change gets the verdict that
//! it must get.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

const WORKSPACE: &str = r#"
[workspace]
members = ["twin-model"]
resolver = "3"
[profile.dev]
debug = false
"#;

const PACKAGE: &str = r#"
[package]
name = "twin-model"
edition = "2024"
"#;

const RULES: &str = r"
pub fn sum(a: i32, b: i32) -> i32 {
    a + b
}

pub fn is_much(a: u32) -> bool {
    a > 3
}

pub fn is_free(a: bool) -> bool {
    !a
}

pub fn word(a: u32) -> &'static str {
    match a {
        1 => {
            let few = 'f';
            if few == 'f' { stringify!(one) } else { stringify!(none) }
        }
        n if n > 100 => stringify!(many),
        _ => stringify!(some),
    }
}

pub fn depth(n: u32) -> u32 {
    if n == 0 { 0 } else { 1 + depth(n - 1) }
}

pub struct Size {
    pub wide: u32,
    pub high: u32,
}

pub fn size(base: Size) -> Size {
    Size { wide: 7, ..base }
}

pub const DOZEN: u32 = 6 + 6;

pub fn asked_by_nobody() -> u32 {
    2 * 3
}
";

const TESTS: &str = r"
use twin_model::*;

#[test]
fn sums() {
    assert_eq!(sum(2, 3), 5);
}

#[test]
fn five_is_much() {
    assert!(is_much(5));
}

#[test]
fn words() {
    assert_eq!([word(1), word(2), word(101)].map(str::len), [3, 4, 4]);
    assert_eq!([word(2), word(101)], [stringify!(some), stringify!(many)]);
}

#[test]
fn the_rest() {
    assert!(is_free(false));
    assert_eq!(depth(3), 3);
    assert_eq!(size(Size { wide: 1, high: 2 }).wide, 7);
    assert_eq!(DOZEN, 12);
}
";

/// Name, what is changed, a text that stands at its place, what comes there, the verdict.
const CHANGES: [(&str, &str, &str, &str, &str); 14] = [
    ("minus", "BinaryOperator", "+ b", "-", "caught"),
    ("fixed sum", "FnValue", "a + b", "0", "caught"),
    ("also equal", "BinaryOperator", "> 3", ">=", "missed"),
    ("less", "BinaryOperator", "> 3", "<", "caught"),
    ("always much", "FnValue", "a > 3", "true", "missed"),
    ("not not", "UnaryOperator", "!a", "", "caught"),
    ("no arm", "MatchArm", "1 => {", "", "caught"),
    ("no guard", "MatchArmGuard", "n > 100", "true", "caught"),
    ("endless", "BinaryOperator", "- 1)", "/", "killed"),
    ("base", "StructField", "wide: 7", "", "caught"),
    ("constant", "BinaryOperator", "+ 6", "-", "apart"),
    (
        "no such type",
        "FnValue",
        "Size { wide: 7",
        "Default::default()",
        "unviable",
    ),
    ("nobody", "BinaryOperator", "* 3", "+", "unreached"),
    ("nobody's value", "FnValue", "2 * 3", "0", "unreached"),
];

fn list() -> Value {
    let mutant = |(name, genre, at, replacement, _): &(&str, &str, &str, &str, &str)| {
        assert_eq!(RULES.matches(at).count(), 1, "{at} stands once");
        let before = &RULES[..RULES.find(at).unwrap()];
        let line = before.matches('\n').count() + 1;
        let column = before.len() - before.rfind('\n').unwrap();
        json!({"name": name, "file": "twin-model/src/rules.rs", "genre": genre,
            "span": {"start": {"line": line, "column": column}}, "replacement": replacement})
    };
    CHANGES.iter().map(mutant).collect()
}

/// A repository with that model, and the list of its mutants.
fn repository(root: &Path, tests: &str) {
    let write = |name: &str, text: &str| {
        let path = root.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("Cargo.toml", WORKSPACE);
    write("docs/README.md", "");
    write("twin-model/Cargo.toml", PACKAGE);
    write("twin-model/src/lib.rs", "mod rules;\npub use rules::*;\n");
    write("twin-model/src/rules.rs", RULES);
    write("twin-model/tests/rules.rs", tests);
    write("out/list.json", &list().to_string());
    write(".gitignore", "/out\n");
    let mut git = Command::new("git");
    git.arg("init").arg("-q").arg(root);
    assert!(git.status().unwrap().success());
}

fn run(root: &Path, more: &[&str]) -> Output {
    let mutation = Command::new(env!("CARGO_BIN_EXE_mutation"))
        .args(["--list", "out/list.json", "--out", "out"])
        .args(more)
        .current_dir(root)
        .env_remove("CARGO_TARGET_DIR")
        .output();
    mutation.unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The verdicts that were written down, by mutant.
fn verdicts(out: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(out).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "jsonl") {
            for line in fs::read_to_string(path).unwrap().lines() {
                let outcome: Value = serde_json::from_str(line).unwrap();
                let text = |name: &str| outcome[name].as_str().unwrap().to_owned();
                found.insert(text("mutant"), text("verdict"));
            }
        }
    }
    for list in ["apart", "unviable"] {
        let names = fs::read_to_string(out.join(format!("{list}.txt"))).unwrap();
        found.extend(names.lines().map(|name| (name.to_owned(), list.to_owned())));
    }
    found
}

#[test]
fn each_change_gets_its_verdict_and_a_second_run_takes_them_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    repository(root, TESTS);
    let first = run(root, &["--jobs", "2"]);
    assert!(first.status.success(), "{}", said(&first));
    let wanted = CHANGES.map(|(name, _, _, _, verdict)| (name.to_owned(), verdict.to_owned()));
    assert_eq!(verdicts(&root.join("out")), BTreeMap::from(wanted));
    let figure: Value = serde_json::from_slice(&first.stdout).unwrap();
    assert_eq!(figure["tried"], 12);
    assert_eq!(
        (&figure["caught"], &figure["killed"]),
        (&json!(7), &json!(1))
    );
    assert_eq!(
        (&figure["missed"], &figure["unreached"]),
        (&json!(2), &json!(2))
    );
    assert_eq!(figure["pass"], false);
    let missed = fs::read_to_string(root.join("out/missed.txt")).unwrap();
    let mut missed: Vec<&str> = missed.lines().collect();
    missed.sort_unstable();
    assert_eq!(
        missed,
        ["also equal", "always much", "nobody", "nobody's value"]
    );
    // No test would be run again, not even one that can no longer be run.
    fs::remove_dir_all(root.join("out/tree/target")).unwrap();
    let second = run(root, &["--seed", "2"]);
    assert!(second.status.success(), "{}", said(&second));
    let again: Value = serde_json::from_slice(&second.stdout).unwrap();
    for count in ["tried", "caught", "killed", "missed", "unreached"] {
        assert_eq!(again[count], figure[count]);
    }
}

#[test]
fn tests_that_fail_already_give_no_figure() {
    let folder = tempfile::tempdir().unwrap();
    repository(folder.path(), &TESTS.replace("12)", "13)"));
    let output = run(folder.path(), &[]);
    assert!(!output.status.success());
    assert!(output.stdout.is_empty());
    let said = said(&output);
    assert!(
        said.contains("the tests fail with the woven model as it is"),
        "{said}"
    );
    assert!(said.contains("the_rest"), "which test, and how: {said}");
    assert!(said.contains("right: 13"), "{said}");
}

#[test]
fn a_test_that_fails_only_as_a_trial_runs_it_would_notice_everything_and_gives_no_figure() {
    let folder = tempfile::tempdir().unwrap();
    let alone = "std::env::var_os(stringify!(MUTANT)).is_none()";
    let tests = TESTS.replace(
        "assert!(is_much(5));",
        &format!("assert!(is_much(5) && {alone});"),
    );
    repository(folder.path(), &tests);
    let output = run(folder.path(), &[]);
    assert!(!output.status.success());
    assert!(output.stdout.is_empty());
    let said = said(&output);
    assert!(said.contains("fail as a trial runs them"), "{said}");
    assert!(said.contains("five_is_much"), "which test: {said}");
}
