//! The house rules that a machine can check (docs/architecture.md, CONTRIBUTING.md).
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

#[path = "repository/files.rs"]
mod files;
#[path = "repository/licence.rs"]
mod licence;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use files::{files, none, root, shown, text};
use serde_json::Value;
use twin_model::Code;

const FILE_LINES_MAX: usize = 500;
const MAIN_LINES_MAX: usize = 150;

/// Texts that people write and read.
const WRITTEN: [&str; 10] = [
    ".rs", ".md", ".toml", ".sh", ".html", ".css", ".js", ".service", ".yml", "run",
];

const TOP_LEVEL_FOLDERS: [&str; 12] = [
    "actors",
    "benches",
    "deploy",
    "docs",
    "ingest",
    "projections",
    "scripts",
    "simulators",
    "src",
    "tests",
    "twin-model",
    "web",
];

/// One finding per line of the files that has one of `marks` as a word of its own.
fn lines_with(endings: &[&str], marks: &[&str]) -> Vec<String> {
    let name = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let mut found = Vec::new();
    for path in files("", endings) {
        for (index, line) in text(&path).lines().enumerate() {
            let hit = marks.iter().any(|mark| {
                line.match_indices(mark).any(|(at, _)| {
                    let head = name(mark.chars().next()) && name(line[..at].chars().next_back());
                    let after = &line[at + mark.len()..];
                    let tail = name(mark.chars().next_back()) && name(after.chars().next());
                    !head && !tail
                })
            });
            if hit {
                found.push(format!("{}:{}: {}", shown(&path), index + 1, line.trim()));
            }
        }
    }
    found
}

fn file_name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap()
}

#[test]
fn no_source_file_is_longer_than_a_reader_can_hold() {
    let found: Vec<String> = files("", &[".rs"])
        .iter()
        .map(|path| (path, text(path).lines().count()))
        .filter(|(_, lines)| *lines > FILE_LINES_MAX)
        .map(|(path, lines)| format!("{}: {lines} lines", shown(path)))
        .collect();
    none(&found, "split these files by noun (at most 500 lines each)");
}

#[test]
fn main_only_wires() {
    let lines = text(&root().join("src/main.rs")).lines().count();
    assert!(
        lines <= MAIN_LINES_MAX,
        "src/main.rs has {lines} lines: one build function per part"
    );
}

#[test]
fn every_file_is_named_after_what_it_holds() {
    let banned = [
        "mod.rs",
        "util.rs",
        "utils.rs",
        "helper.rs",
        "helpers.rs",
        "common.rs",
        "misc.rs",
    ];
    let found: Vec<String> = files("", &[".rs"])
        .iter()
        .filter(|path| banned.contains(&file_name(path)))
        .map(|path| shown(path))
        .collect();
    none(&found, "name these files after the one noun that they hold");
}

#[test]
fn no_test_is_switched_off() {
    let found = lines_with(&[".rs"], &[concat!("#[", "ignore")]);
    none(
        &found,
        "mend or delete the test; what needs a service sits behind a feature",
    );
}

#[test]
fn nothing_is_left_for_later_in_the_source() {
    let marks = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("X", "XX"),
        concat!("todo", "!"),
        concat!("unimplemented", "!"),
    ];
    let found = lines_with(&[".rs", ".sh", ".js", ".css", ".html"], &marks);
    none(&found, "do it now, or write it down where work is planned");
}

#[test]
fn texts_use_plain_punctuation() {
    let found = lines_with(&WRITTEN, &["\u{2014}"]);
    none(
        &found,
        "write a full stop, a colon or a comma instead of the long dash",
    );
}

#[test]
fn nothing_names_the_machine_it_was_written_on() {
    let marks = [
        concat!("/wo", "rk/"),
        concat!("/ro", "ot/"),
        concat!("/ho", "me/"),
        concat!("/Us", "ers/"),
    ];
    none(
        &lines_with(&WRITTEN, &marks),
        "use a path relative to the repository, or an option",
    );
}

#[test]
fn every_dependency_comes_from_the_public_registry() {
    let lock: toml::Table = toml::from_str(&text(&root().join("Cargo.lock"))).unwrap();
    let packages = lock["package"].as_array().unwrap();
    assert!(packages.len() > 7, "Cargo.lock lists the dependencies");
    let found: Vec<String> = packages
        .iter()
        .filter_map(|package| package.get("source"))
        .filter_map(|source| source.as_str())
        .filter(|source| *source != "registry+https://github.com/rust-lang/crates.io-index")
        .map(str::to_owned)
        .collect();
    none(&found, "take these from crates.io");
}

#[test]
fn the_top_level_stays_short() {
    let mut seen = 0;
    let mut found = Vec::new();
    for entry in root().read_dir().unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let ignored = name.starts_with('.') || name == "target" || name.ends_with(".twin-data");
        if entry.path().is_dir() && !ignored {
            seen += 1;
            if !TOP_LEVEL_FOLDERS.contains(&name.as_str()) {
                found.push(name);
            }
        }
    }
    assert!(seen > 0, "no folder seen at the top level");
    none(&found, "put these into one of the agreed top-level folders");
}

#[test]
fn every_code_has_its_page_and_every_page_its_code() {
    let codes: BTreeSet<String> = Code::ALL.iter().map(|code| format!("{code}.md")).collect();
    assert!(!codes.is_empty());
    let pages: BTreeSet<String> = files("docs/errors", &[".md"])
        .iter()
        .map(|path| file_name(path).to_owned())
        .filter(|name| name != "README.md")
        .collect();
    let missing: Vec<String> = codes.difference(&pages).cloned().collect();
    none(
        &missing,
        "write these pages in docs/errors/ (take another page as the pattern)",
    );
    let orphans: Vec<String> = pages.difference(&codes).cloned().collect();
    none(
        &orphans,
        "these pages have no code in twin-model; a code is never taken back",
    );

    let index = text(&root().join("docs/errors/README.md"));
    for code in Code::ALL {
        let page = text(&root().join(format!("docs/errors/{code}.md")));
        assert!(
            page.starts_with(&format!("# {code}: ")),
            "{code}: the title names the code"
        );
        for part in [
            "| Kind |",
            "| Owner |",
            "**What it means.**",
            "**What to do next.**",
        ] {
            assert!(page.contains(part), "docs/errors/{code}.md lacks {part}");
        }
        assert!(
            index.contains(&format!("({code}.md)")),
            "docs/errors/README.md lacks {code}"
        );
        assert!(!code.what_to_do().is_empty(), "{code} says what to do");
        let row = index
            .lines()
            .find(|line| line.contains(&format!("({code}.md)")));
        assert!(
            row.is_some_and(|row| row.ends_with(&format!("| {} |", code.owner()))),
            "{code}: the index names another owner than Code::owner: {row:?}"
        );
    }
}

#[test]
fn every_decision_record_is_in_the_index() {
    let index = text(&root().join("docs/adr/README.md"));
    let found: Vec<String> = files("docs/adr", &[".md"])
        .iter()
        .map(|path| file_name(path).to_owned())
        .filter(|name| name != "README.md" && !index.contains(&format!("({name})")))
        .collect();
    none(&found, "add these records to docs/adr/README.md");
}

#[test]
fn every_link_between_documents_leads_somewhere() {
    let mut links = 0;
    let mut found = Vec::new();
    for path in files("", &[".md"]) {
        let document = text(&path);
        for rest in document.split("](").skip(1) {
            let target = rest.split([')', '#', ' ']).next().unwrap();
            if target.is_empty() || target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            links += 1;
            if !path.parent().unwrap().join(target).exists() {
                found.push(format!("{}: {target}", shown(&path)));
            }
        }
    }
    assert!(links > 0, "no link seen");
    none(&found, "correct these links");
}

#[test]
fn every_test_that_a_promise_names_exists() {
    let document = text(&root().join("docs/architecture.md"));
    let promises = document
        .split("## Promises")
        .nth(1)
        .and_then(|rest| rest.split("\n## ").next())
        .unwrap();
    let sources: Vec<String> = files("", &[".rs"]).iter().map(|path| text(path)).collect();
    let named: Vec<&str> = promises
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|name| name.len() > 20 && name.chars().all(|c| c.is_alphanumeric() || c == '_'))
        .collect();
    assert!(!named.is_empty(), "no promise names a test");
    let found: Vec<String> = named
        .iter()
        .filter(|name| {
            !sources
                .iter()
                .any(|source| source.contains(&format!("fn {name}(")))
        })
        .map(|name| (*name).to_owned())
        .collect();
    none(
        &found,
        "these tests are gone: say in docs/architecture.md what proves the promise now",
    );
}

#[test]
fn every_data_file_reads() {
    let mut found = Vec::new();
    for path in files("", &[".toml", ".json"]) {
        let content = text(&path);
        let error = if file_name(&path).ends_with(".json") {
            serde_json::from_str::<Value>(&content)
                .err()
                .map(|e| e.to_string())
        } else {
            toml::from_str::<toml::Table>(&content)
                .err()
                .map(|e| e.to_string())
        };
        found.extend(error.map(|error| format!("{}: {error}", shown(&path))));
    }
    none(&found, "mend the syntax of these files");
}

#[test]
fn every_script_reads() {
    for path in files("", &[".sh", ".ci/run", "run"]) {
        let output = Command::new("bash")
            .arg("-n")
            .arg(&path)
            .output()
            .expect("bash runs");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: {error}", shown(&path));
    }
}

#[test]
fn every_dependency_has_an_allowed_licence() {
    let deny: toml::Table = toml::from_str(&text(&root().join("deny.toml"))).unwrap();
    let allowed: Vec<String> = deny["licenses"]["allow"]
        .as_array()
        .unwrap()
        .iter()
        .map(|licence| licence.as_str().unwrap().to_owned())
        .collect();
    let target = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--locked",
            "--filter-platform",
            &target,
        ])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() > 7, "the dependencies are listed");
    let found: Vec<String> = packages
        .iter()
        .map(|package| {
            let licence = package["license"].as_str().unwrap_or_default();
            (package["name"].as_str().unwrap(), licence)
        })
        .filter(|(_, licence)| licence.is_empty() || !licence::is_allowed(licence, &allowed))
        .map(|(name, licence)| format!("{name}: {licence:?}"))
        .collect();
    none(
        &found,
        "leave these out, or add their licence to deny.toml and say why it fits",
    );
}

#[test]
fn licence_expressions_are_read_as_spdx_means_them() {
    let allowed = ["MIT".to_owned(), "ISC".to_owned()];
    for (expression, verdict) in [
        ("MIT", true),
        ("GPL-3.0-or-later", false),
        ("GPL-2.0 OR MIT", true),
        ("GPL-2.0/MIT", true),
        ("MIT AND GPL-2.0", false),
        ("(MIT OR GPL-2.0) AND ISC", true),
        ("MIT AND ISC OR GPL-2.0", true),
        ("GPL-2.0 WITH Classpath-exception-2.0 OR ISC", true),
    ] {
        assert_eq!(
            licence::is_allowed(expression, &allowed),
            verdict,
            "{expression}"
        );
    }
}
