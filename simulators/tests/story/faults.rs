//! What a plant file tells comes late, twice and mixed up, and leads to the same state.

use std::collections::BTreeSet;
use std::sync::Arc;

use simulators::Load;
use simulators::faults::fault::FaultCounts;
use simulators::faults::plan::FaultPlan;
use simulators::message::{Route, Step};
use simulators::plant_file::PlantFile;
use simulators::story::Story;
use simulators::truth::Truth;
use twin_model::{PlantId, wire};

use crate::plants::random_plant;

const SEEDS: u64 = 12;

#[test]
fn a_story_with_faults_on_its_way_leads_where_its_facts_lead() {
    let mut faults = BTreeSet::new();
    for seed in 100..100 + SEEDS {
        let (file, floor) = PlantFile::read("drawn.toml", &random_plant(seed)).unwrap();
        let plant: PlantId = "P1".parse().unwrap();
        let opening = "2026-03-02T00:00:00Z".parse().unwrap();
        let story = Story::new(&file, Arc::new(floor), &plant, seed, opening).unwrap();
        let plan = FaultPlan::swarm(seed);
        let mut load = Load::new(story.take(3_000), plan, seed).unwrap();
        let (mut truth, mut arrived) = (Truth::new(), Truth::new());
        let mut seen = BTreeSet::new();
        while let Some(step) = load.next() {
            load.take_facts().for_each(|fact| truth.tell(fact));
            let Step::Send(message) = step else { continue };
            if message.route == Route::Plant
                && let Ok(event) = wire::decode(&message.body)
                && seen.insert((event.plant.clone(), event.source.clone(), event.id.clone()))
            {
                arrived.tell(event);
            }
        }
        let truth = truth.summary(seed, load.missing(), load.counts());
        let arrived = arrived.summary(seed, 0, &FaultCounts::default());
        assert_eq!(truth.lost, 0, "seed {seed}");
        faults.extend(truth.faults.keys().cloned());
        for (plant, expected) in &truth.plants {
            let came = &arrived.plants[plant];
            assert_eq!(came.facts, expected.facts, "seed {seed}: events of {plant}");
            assert_eq!(
                came.refused, expected.refused,
                "seed {seed}: refused in {plant}"
            );
            assert_eq!(
                came.waiting, expected.waiting,
                "seed {seed}: waiting in {plant}"
            );
            assert_eq!(
                came.state_hash, expected.state_hash,
                "seed {seed}: state of {plant}"
            );
        }
    }
    assert!(faults.len() > 8, "{faults:?}");
}
