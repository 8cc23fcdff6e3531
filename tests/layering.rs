//! The arrows between the crates, held (docs/architecture.md, "Crates and arrows").
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

#[path = "repository/files.rs"]
mod files;

use std::process::Command;
use std::sync::LazyLock;

use files::{files, none, root, shown, text};
use serde_json::Value;

const CRATES: [&str; 8] = [
    "plant-twin",
    "twin-model",
    "actors",
    "ingest",
    "projections",
    "simulators",
    "benches",
    "mutation",
];

/// What `twin-model` may use; nothing here reads a clock, does IO or draws random numbers.
const MODEL_MAY_USE: [&str; 12] = [
    "blake3",
    "hashbrown",
    "jiff",
    "postcard",
    "rust_decimal",
    "rustc-hash",
    "serde",
    "serde_json",
    "serde_path_to_error",
    "schemars",
    "smol_str",
    "thiserror",
];

struct Dependency {
    from: String,
    to: String,
    dev: bool,
}

static DEPENDENCIES: LazyLock<Vec<Dependency>> = LazyLock::new(|| {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    let mut names: Vec<&str> = packages
        .iter()
        .map(|p| p["name"].as_str().unwrap())
        .collect();
    let mut expected = CRATES.to_vec();
    names.sort_unstable();
    expected.sort_unstable();
    assert_eq!(
        names, expected,
        "a new crate needs its arrows in tests/layering.rs first"
    );
    packages
        .iter()
        .flat_map(|package| {
            let from = package["name"].as_str().unwrap();
            package["dependencies"]
                .as_array()
                .unwrap()
                .iter()
                .map(move |dependency| Dependency {
                    from: from.to_owned(),
                    to: dependency["name"].as_str().unwrap().to_owned(),
                    dev: dependency["kind"] == "dev",
                })
        })
        .collect()
});

/// Asserts that only `users` depend on `name`; `dev_users` may in tests as well.
#[track_caller]
fn only(users: &[&str], dev_users: &[&str], name: &str, what_to_do: &str) {
    let found: Vec<String> = DEPENDENCIES
        .iter()
        .filter(|d| d.to == name && !users.contains(&d.from.as_str()))
        .filter(|d| !(d.dev && dev_users.contains(&d.from.as_str())))
        .map(|d| format!("{} -> {}", d.from, d.to))
        .collect();
    none(&found, what_to_do);
}

/// Asserts that `from` depends on no crate of the workspace but those in `may`, not even in tests.
#[track_caller]
fn sees_only(from: &str, may: &[&str]) {
    let found: Vec<String> = DEPENDENCIES
        .iter()
        .filter(|d| d.from == from && CRATES.contains(&d.to.as_str()))
        .filter(|d| !may.contains(&d.to.as_str()))
        .map(|d| format!("{} -> {}", d.from, d.to))
        .collect();
    none(
        &found,
        &format!("{from} may see only {may:?}; share through a handle that actors owns"),
    );
    for wanted in may {
        assert!(
            CRATES.contains(wanted),
            "{wanted} is no crate of the workspace"
        );
    }
}

#[test]
fn the_model_sees_no_other_crate() {
    sees_only("twin-model", &[]);
}

#[test]
fn actors_see_only_the_model() {
    sees_only("actors", &["twin-model"]);
}

#[test]
fn ingest_sees_only_actors_and_the_model() {
    sees_only("ingest", &["actors", "twin-model"]);
}

#[test]
fn projections_see_only_actors_and_the_model() {
    sees_only("projections", &["actors", "twin-model"]);
}

#[test]
fn simulators_see_only_the_model() {
    sees_only("simulators", &["twin-model"]);
}

#[test]
fn nothing_sees_the_benches() {
    only(
        &[],
        &[],
        "benches",
        "benches measure the others; nothing may need them",
    );
}

#[test]
fn mutation_testing_sees_the_model_only_as_text() {
    sees_only("mutation", &[]);
    only(
        &[],
        &[],
        "mutation",
        "it changes a copy of the model; nothing may need it",
    );
}

#[test]
fn nothing_sees_the_root_package() {
    only(
        &[],
        &[],
        "plant-twin",
        "the root package composes; move what is shared into a crate",
    );
}

#[test]
fn the_model_uses_only_what_cannot_touch_the_world() {
    let uses: Vec<&Dependency> = DEPENDENCIES
        .iter()
        .filter(|d| d.from == "twin-model" && !d.dev)
        .collect();
    assert!(
        !uses.is_empty(),
        "twin-model without dependencies: is the scan right?"
    );
    let found: Vec<String> = uses
        .iter()
        .filter(|d| !MODEL_MAY_USE.contains(&d.to.as_str()))
        .map(|d| d.to.clone())
        .collect();
    none(
        &found,
        "twin-model stays pure; put this dependency's work into another crate",
    );
}

#[test]
fn amqp_lives_in_ingest() {
    only(
        &["ingest", "benches"],
        &["plant-twin"],
        "lapin",
        "only ingest speaks AMQP (benches measure the bare client, tests of the binary feed it)",
    );
}

#[test]
fn actix_actors_live_in_actors() {
    only(
        &["actors"],
        &[],
        "actix",
        "actix types never leave the crate actors",
    );
}

#[test]
fn http_lives_in_ingest_projections_and_the_root() {
    only(
        &["ingest", "projections", "plant-twin", "benches"],
        &[],
        "actix-web",
        "routes live in ingest (intake) and projections (queries); the root composes them (benches \
         measure them beside a bare handler)",
    );
}

#[test]
fn untyped_errors_live_in_the_root() {
    for name in ["anyhow", "miette"] {
        only(
            &["plant-twin", "benches", "mutation"],
            &[],
            name,
            "libraries give typed errors; anyhow is for the binaries that nothing depends on",
        );
    }
}

#[test]
fn every_crate_has_the_workspace_lints() {
    let manifests = files("", &["Cargo.toml"]);
    assert_eq!(
        manifests.len(),
        CRATES.len(),
        "one manifest per crate: {manifests:?}"
    );
    let found: Vec<String> = manifests
        .iter()
        .filter(|path| {
            let manifest: toml::Table = toml::from_str(&text(path)).expect("a manifest is TOML");
            manifest
                .get("lints")
                .and_then(|lints| lints.get("workspace"))
                != Some(&toml::Value::Boolean(true))
        })
        .map(|path| shown(path))
        .collect();
    none(
        &found,
        "add `[lints]` with `workspace = true` to these manifests",
    );
}

/// The lines of a source file that run in production: without comments and the inline tests.
fn production_lines(source: &str) -> Vec<(usize, String)> {
    let lines: Vec<&str> = source.lines().collect();
    let end = lines
        .windows(2)
        .position(|pair| pair[0].trim() == "#[cfg(test)]" && pair[1].starts_with("mod "))
        .unwrap_or(lines.len());
    lines[..end]
        .iter()
        .enumerate()
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .map(|(index, line)| (index + 1, (*line).to_owned()))
        .collect()
}

/// True when `word` stands in `line` and is not the tail or the head of a longer name.
fn has_word(line: &str, word: &str) -> bool {
    let name = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        let open_head = word.starts_with(|c: char| !name(c)) || !before.is_some_and(name);
        let open_tail = word.ends_with(|c: char| !name(c)) || !after.is_some_and(name);
        open_head && open_tail
    })
}

/// Asserts that no production line below `folder` has one of `words`.
#[track_caller]
fn without(folder: &str, words: &[&str], what_to_do: &str) {
    let mut lines_seen = 0;
    let mut found = Vec::new();
    for path in files(folder, &[".rs"]) {
        for (number, line) in production_lines(&text(&path)) {
            lines_seen += 1;
            for word in words.iter().filter(|word| has_word(&line, word)) {
                found.push(format!(
                    "{}:{number}: `{word}` in `{}`",
                    shown(&path),
                    line.trim()
                ));
            }
        }
    }
    assert!(lines_seen > 0, "{folder} has no production line");
    none(&found, what_to_do);
}

const CLOCKS: [&str; 5] = [
    "SystemTime",
    "Instant",
    "Timestamp::now",
    "Zoned::now",
    "std::time::UNIX_EPOCH",
];
const WORLD: [&str; 12] = [
    "std::env",
    "std::fs",
    "std::io",
    "std::net",
    "std::process",
    "std::thread",
    "tokio",
    "tracing",
    "print!",
    "println!",
    "eprintln!",
    "thread_local!",
];
const CHANCE: [&str; 8] = [
    "rand",
    "getrandom",
    "RandomState",
    "DefaultHasher",
    "HashMap::new",
    "HashSet::new",
    "std::collections::HashMap",
    "std::collections::HashSet",
];

#[test]
fn the_model_reads_no_clock() {
    without(
        "twin-model/src",
        &CLOCKS,
        "time comes with the event or the tick; pass it in",
    );
}

#[test]
fn the_model_touches_no_world() {
    without(
        "twin-model/src",
        &WORLD,
        "twin-model decides; let the caller read, write and log",
    );
}

#[test]
fn the_model_leaves_nothing_to_chance() {
    let what_to_do = "use BTreeMap where order is seen, FxHashMap for look-ups by key only";
    without("twin-model/src", &CHANCE, what_to_do);
    for path in files("twin-model/src", &[".rs"]) {
        let imports: Vec<String> = production_lines(&text(&path))
            .into_iter()
            .filter(|(_, line)| line.contains("std::collections::{") && has_word(line, "HashMap"))
            .map(|(number, _)| format!("{}:{number}", shown(&path)))
            .collect();
        none(&imports, what_to_do);
    }
}

#[test]
fn the_model_counts_in_decimals() {
    without(
        "twin-model/src",
        // A float argument alone is what serde hands over for a JSON number.
        &["f32", "f64::", "as f64", "-> f64", "<f64>"],
        "quantities are decimals; a float is never exact",
    );
}

#[test]
fn simulators_read_no_clock() {
    without(
        "simulators/src",
        &CLOCKS,
        "simulated time only; the root binary paces",
    );
}

#[test]
fn simulators_touch_no_world() {
    without(
        "simulators/src",
        &WORLD,
        "a simulator yields events; the root binary publishes them",
    );
}

#[test]
fn simulators_draw_only_from_their_seed() {
    without(
        "simulators/src",
        &CHANCE,
        "draw from the seeded generator; iterate over BTreeMap",
    );
}

#[test]
fn simulators_compute_the_same_on_every_machine() {
    without(
        "simulators/src",
        &[
            ".ln()", ".log2()", ".log10()", ".exp()", ".powf(", ".sin()", ".cos()", ".tan()",
        ],
        "the platform's own mathematics differ in the last bit; use libm",
    );
}

#[test]
fn no_actix_type_is_public_in_actors() {
    let mut seen = 0;
    let mut found = Vec::new();
    for path in files("actors/src", &[".rs"]) {
        for (number, line) in production_lines(&text(&path)) {
            let line = line.trim();
            let public = line.starts_with("pub ");
            seen += usize::from(public);
            let shows = ["actix", "Addr<", "Recipient<", "Context<"];
            if public && shows.iter().any(|name| line.contains(name)) {
                found.push(format!("{}:{number}: `{line}`", shown(&path)));
            }
        }
    }
    assert!(seen > 0, "actors has no public line: is the scan right?");
    none(
        &found,
        "hide the actix type behind a handle, or make the item pub(crate)",
    );
}

#[test]
fn the_scan_knows_words_from_parts_of_words() {
    assert!(has_word("let x = rand::random();", "rand"));
    assert!(!has_word("let operand = 1;", "rand"));
    assert!(has_word("std::time::Instant::now()", "Instant"));
    assert!(!has_word("let instant = 1;", "Instant"));
    assert!(has_word("y.ln()", ".ln()"));
    let source = "use a;\n// rand\n#[cfg(test)]\nmod tests {\nrand\n}\n";
    assert_eq!(production_lines(source), [(1, "use a;".to_owned())]);
}
