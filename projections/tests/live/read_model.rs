//! The read model is derived: however it came about, it is the same.

use actors::{Durability, Input, PlantClock};
use projections::ReadModel;

use crate::live_plant::LivePlant;
use crate::story::Story;

#[actix_web::test]
async fn a_model_kept_by_commits_equals_one_made_from_the_newest_snapshot() {
    for seed in 1..=5 {
        let plant = LivePlant::open(PlantClock::EventTime).await;
        let clock = plant.handle.clock();
        let mut story = Story::new(seed);
        let mut followed = plant.handle.feed().subscribe().await.unwrap();
        let mut model = ReadModel::from_snapshot(&followed.start, clock, Durability::Synced);
        for _ in 0..20 {
            let inputs = story.events(15).into_iter().map(Input::decode).collect();
            let receipt = plant.handle.intake().submit(inputs).await.unwrap();
            while model.cursor().commit_no < receipt.commit_no {
                model.apply(&followed.commits.recv().await.unwrap());
            }
            let snapshot = plant.handle.fork().take().await.unwrap();
            let anew = ReadModel::from_snapshot(&snapshot, clock, Durability::Synced);
            assert!(
                model == anew,
                "seed {seed}, commit {}: {model:#?} is not {anew:#?}",
                receipt.commit_no
            );
        }
        let counts = model.counts();
        assert_eq!(counts.input(), 300, "seed {seed}");
        for disposition in [counts.applied, counts.parked] {
            assert!(disposition > 0, "seed {seed} tries too little: {counts:?}");
        }
        assert!(!counts.refused.is_empty() && !counts.exceptions.is_empty());
    }
}

#[actix_web::test]
async fn a_plant_that_was_opened_again_shows_what_it_showed_before() {
    let plant = LivePlant::open(PlantClock::EventTime).await;
    plant.send(Story::new(7).events(200)).await;
    let lists = [
        "work-orders",
        "lots",
        "work-centers",
        "holds",
        "shipments",
        "exceptions",
    ];
    let mut before = Vec::new();
    for list in lists {
        before.push(plant.items(list).await);
    }
    let plant = plant.reopened().await;
    for (list, before) in lists.iter().zip(before) {
        assert!(!before.is_empty(), "{list}");
        assert_eq!(plant.items(list).await, before, "{list}");
    }
}
