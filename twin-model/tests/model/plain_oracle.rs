//! Random stories against a plain oracle: the plant decides as the oracle does, step by step, and
//! shows what the oracle works out anew from all that was accepted.
#[path = "oracle/order.rs"]
mod order;
#[path = "oracle/plain.rs"]
mod plain;
#[path = "oracle/step.rs"]
mod step;
#[path = "oracle/stock.rs"]
mod stock;

use std::cell::RefCell;
use std::collections::hash_map::RandomState;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, Hasher};

use plain::Plain;
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestCaseError, TestRng, TestRunner};
use step::{LOTS, OPERATIONS, ORDERS, Step, Tokens, step};
use twin_model::{Decimal, HoldId, Notice, Plant};

/// Steps of one story at most.
const STEPS_MAX: usize = 120;
/// Stories.
const STORIES: u32 = 400;

/// The states that orders were in, with how many steps they were, and the rules that steps met.
type Met = (BTreeMap<&'static str, u32>, BTreeSet<String>);

fn compare_orders(plant: &Plant, plain: &Plain) -> Result<(), TestCaseError> {
    for number in 1..=ORDERS {
        let order = plant.work_order(&format!("O{number}").parse().unwrap());
        let Some(expected) = plain.order(number) else {
            prop_assert!(order.is_none(), "O{}", number);
            continue;
        };
        let order = order.unwrap();
        prop_assert_eq!(order.released().is_some(), expected.is_released());
        prop_assert_eq!(order.lifecycle().as_str(), expected.lifecycle());
        for op in OPERATIONS {
            let found = order
                .operations()
                .iter()
                .find(|o| o.id().as_str() == op.to_string());
            let zero = (Decimal::ZERO, Decimal::ZERO, false, false);
            let shown = found.map_or(zero, |o| {
                (
                    o.good(),
                    o.scrap(),
                    o.started_at().is_some(),
                    o.ended_at().is_some(),
                )
            });
            let number =
                |map: &BTreeMap<u8, u32>| Decimal::from(map.get(&op).copied().unwrap_or(0));
            let expected = (
                number(&expected.good),
                number(&expected.scrap),
                expected.started.contains(&op),
                expected.ended.contains(&op),
            );
            prop_assert_eq!(shown, expected, "operation {} of {}", op, order.id());
        }
    }
    Ok(())
}

fn compare_lots(plant: &Plant, plain: &Plain) -> Result<(), TestCaseError> {
    for number in 1..=LOTS {
        let Some(lot) = plant.lot(&format!("L{number}").parse().unwrap()) else {
            prop_assert!(!plain.lots().contains(&number));
            continue;
        };
        prop_assert_eq!(
            lot.on_hand(),
            Decimal::from(plain.on_hand(number)),
            "{}",
            lot.id()
        );
        let named = |holds: BTreeSet<u8>| -> BTreeSet<HoldId> {
            holds
                .into_iter()
                .map(|hold| format!("H{hold}").parse().unwrap())
                .collect()
        };
        let own: BTreeSet<HoldId> = lot.holds().iter().cloned().collect();
        prop_assert_eq!(own, named(plain.own_holds(number)), "{}", lot.id());
        let inherited: BTreeMap<HoldId, (u32, String)> = lot
            .inherited_holds()
            .map(|hold| {
                let reach = lot.reach_of(hold).unwrap();
                (hold.clone(), (reach.steps, format!("{:?}", reach.from)))
            })
            .collect();
        let expected: BTreeMap<HoldId, (u32, String)> = plain
            .inherited_holds(number)
            .into_iter()
            .map(|(hold, way)| (format!("H{hold}").parse().unwrap(), way))
            .collect();
        prop_assert_eq!(inherited, expected, "{}", lot.id());
    }
    Ok(())
}

fn compare(plant: &Plant, plain: &Plain) -> Result<(), TestCaseError> {
    compare_orders(plant, plain)?;
    compare_lots(plant, plain)?;
    for number in 1..=5 {
        let shipment = plant.shipment(&format!("D{number}").parse().unwrap());
        let state = shipment.map(|shipment| shipment.state().as_str());
        prop_assert_eq!(state, plain.state(number), "D{}", number);
        let clearance = shipment.and_then(|shipment| shipment.clearance());
        prop_assert_eq!(clearance.is_some(), state == Some("cleared"), "D{}", number);
    }
    Ok(())
}

fn tell(steps: &[Step], met: &RefCell<Met>) -> Result<(), TestCaseError> {
    let mut plant = Plant::new("P1".parse().unwrap());
    let mut plain = Plain::default();
    let mut tokens = Tokens::new();
    for (number, step) in steps.iter().enumerate() {
        let (before, former) = (plant.state_hash(), plant.clone());
        let decided = plant.apply(&step.event(number, &tokens));
        for notice in decided.iter().flat_map(|turn| &turn.notices) {
            if let Notice::GateDecided {
                delivery,
                token: Some(token),
                ..
            } = notice
            {
                let delivery = delivery.as_str()[1..].parse().unwrap();
                tokens.entry(delivery).or_default().push(token.to_string());
            }
        }
        let rule = plain.rule_against(step).map(|n| format!("TWIN-R{n:02}"));
        let code = decided.as_ref().err().map(|r| r.code().to_string());
        met.borrow_mut().1.extend(code.clone());
        prop_assert_eq!(code, rule, "{:?}", step);
        if decided.is_err() {
            prop_assert_eq!(plant.state_hash(), before, "a rejection changes nothing");
        } else {
            plain.accept(step);
        }
        compare(&plant, &plain)?;
        let states = (1..=ORDERS).filter_map(|number| plain.order(number));
        for order in states {
            *met.borrow_mut().0.entry(order.lifecycle()).or_default() += 1;
        }
        prop_assert_eq!(plant.breaches(), Vec::new());
        prop_assert_eq!(plant.breaches_since(&former), Vec::new());
    }
    Ok(())
}

/// From which all stories follow: `TWIN_SEED`, or another one at each run.
fn seed() -> u64 {
    let told = std::env::var("TWIN_SEED").ok();
    told.map_or_else(
        || RandomState::new().build_hasher().finish(),
        |seed| seed.parse().unwrap(),
    )
}

#[test]
fn the_plant_decides_as_the_plain_oracle() {
    let seed = seed();
    println!("TWIN_SEED={seed}");
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let config = ProptestConfig {
        cases: STORIES,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let met = RefCell::new((BTreeMap::new(), BTreeSet::new()));
    let stories = proptest::collection::vec(step(), 1..STEPS_MAX);
    let outcome = runner.run(&stories, |steps| tell(&steps, &met));
    let (states, rules) = met.into_inner();
    outcome.unwrap_or_else(|fault| panic!("TWIN_SEED={seed}: {fault}"));
    println!("states of orders: {states:?}; rules: {rules:?}");
    assert_eq!(
        states.len(),
        8,
        "TWIN_SEED={seed}: only {states:?} were reached: too tame"
    );
    assert!(
        rules.len() >= 13,
        "TWIN_SEED={seed}: only {rules:?} were met: too tame"
    );
}
