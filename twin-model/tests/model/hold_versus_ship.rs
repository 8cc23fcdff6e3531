//! The protocol between a hold and a delivery, checked over every interleaving: once a hold is
//! acknowledged, no gate clears for the lot or anything made from it, and no confirmation is taken
//! with a clearance from before, however the reports, the release, the clock and the warehouse come
//! between. Each scenario starts from an empty plant and applies the events to the plant itself.
#[path = "hold_versus_ship/scenario.rs"]
mod scenario;
#[path = "hold_versus_ship/search.rs"]
mod search;
#[path = "hold_versus_ship/world.rs"]
mod world;

use super::shard;
use twin_model::Plant;

fn plant() -> Plant {
    Plant::new("P1".parse().unwrap())
}

#[test]
fn no_interleaving_ships_what_a_hold_reaches() {
    let (mut states, mut steps, mut ways) = (0, 0, 0);
    for scenario in scenario::all() {
        let explored = match scenario.explore(plant()) {
            Ok(explored) => explored,
            Err(found) => panic!("{}:\n{found}", scenario.name),
        };
        println!("{}: {explored:?}", scenario.name);
        // A plant that never clears anything would keep every promise.
        for state in ["blocked", "cleared", "shipped"] {
            assert!(
                explored.seen.contains_key(state),
                "{}: never {state}",
                scenario.name
            );
        }
        states += explored.states;
        steps += explored.steps;
        ways += explored.interleavings;
    }
    println!("in all {states} states, {steps} steps, {ways} interleavings");
}

#[cfg(feature = "chaos")]
#[test]
fn every_rule_that_is_broken_on_purpose_is_found() {
    for fault in twin_model::Fault::ALL {
        let found = scenario::all().into_iter().find_map(|scenario| {
            let mut plant = plant();
            plant.break_on_purpose(Some(fault));
            let found = scenario.explore(plant).err()?;
            Some((scenario.name, found))
        });
        let (name, found) = found.unwrap_or_else(|| panic!("{fault:?} was not noticed"));
        println!("{fault:?}, {name}:\n{found}");
    }
}
