//! Every code that the twin can give is given: one scenario for each, told to a plant in operation
//! through its intake. A code without a scenario that produces it fails here.
#![cfg(feature = "chaos")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

#[path = "every_code/centers.rs"]
mod centers;
#[path = "every_code/edge.rs"]
mod edge;
#[path = "every_code/intake.rs"]
mod intake;
#[path = "every_code/lots.rs"]
mod lots;
#[path = "every_code/orders.rs"]
mod orders;
#[path = "every_code/processes.rs"]
mod processes;
#[path = "every_code/quality.rs"]
mod quality;
#[path = "every_code/scene.rs"]
mod scene;
#[path = "every_code/units.rs"]
mod units;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use scene::{Said, Scene, play};
use twin_model::Code;

/// The scenario of each code, in ascending order.
fn scenes() -> Vec<Scene> {
    let mut all = Vec::new();
    all.extend(orders::scenes());
    all.extend(lots::scenes());
    all.extend(quality::scenes());
    all.extend(centers::scenes());
    all.extend(processes::scenes());
    all.extend(units::scenes());
    all.extend(intake::scenes());
    all.sort_by_key(|scene| scene.code);
    all
}

fn page(code: Code) -> String {
    let path = format!("../docs/errors/{code}.md");
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn row<'p>(page: &'p str, name: &str) -> &'p str {
    let start = format!("| {name} | ");
    let line = page.lines().find_map(|line| line.strip_prefix(&start));
    line.and_then(|line| line.strip_suffix(" |")).unwrap()
}

#[test]
fn every_code_has_one_scenario() {
    let scenes = scenes();
    let codes: Vec<Code> = scenes.iter().map(|scene| scene.code).collect();
    let at_the_edge = edge::CODES.iter().map(|(code, _)| *code);
    let codes: Vec<Code> = codes.into_iter().chain(at_the_edge).collect();
    let known: BTreeSet<Code> = codes.iter().copied().collect();
    assert_eq!(known.len(), codes.len(), "one scenario for each code");
    let missing: Vec<Code> = Code::ALL
        .iter()
        .copied()
        .filter(|code| !known.contains(code))
        .collect();
    assert_eq!(missing, [], "codes that no scenario produces");
}

#[actix_web::test]
async fn every_code_is_given_with_its_kind_and_a_sentence_that_names_object_numbers_and_step() {
    let mut faults = Vec::new();
    for scene in scenes() {
        faults.extend(faults_of(scene.code, scene.names, &play(&scene).await));
    }
    let told = edge::said().await;
    for (code, names) in edge::CODES {
        faults.extend(faults_of(code, names, &told));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// What is wrong with how a code was given.
fn faults_of(code: Code, names: &[&str], told: &[Said]) -> Vec<String> {
    let Some(said) = told.iter().find(|said| said.code == code) else {
        return vec![format!("{code} was not given; said was {told:#?}")];
    };
    let mut faults = Vec::new();
    let page = page(code);
    let kind = row(&page, "Kind");
    if !kind.contains(said.kind) {
        faults.push(format!(
            "{code} came as {}, its page says {kind}",
            said.kind
        ));
    }
    for name in names {
        if !said.text.contains(name) {
            faults.push(format!("{code} does not name {name}: {}", said.text));
        }
    }
    let owner = row(&page, "Owner");
    if !owner.starts_with(code.owner()) {
        faults.push(format!(
            "{code}: {} acts, its page says {owner}",
            code.owner()
        ));
    }
    let step = code.what_to_do();
    if step.len() < 15 || !step.ends_with('.') {
        faults.push(format!("{code}: {step:?} is no next step"));
    }
    faults
}
