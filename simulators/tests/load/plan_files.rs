//! Plans of faults as files.

use simulators::faults::plan::FaultPlan;
use simulators::{Load, Simulation, demo_model};

use crate::plans::{ALONE, all_at_once, plan};

#[test]
fn a_plan_is_the_same_as_toml_and_as_json() {
    for plan in [all_at_once(), FaultPlan::swarm(1), FaultPlan::default()] {
        let json = serde_json::to_string(&plan).unwrap();
        assert_eq!(serde_json::from_str::<FaultPlan>(&json).unwrap(), plan);
        let text = toml::to_string(&plan).unwrap();
        assert_eq!(toml::from_str::<FaultPlan>(&text).unwrap(), plan);
    }
}

#[test]
fn a_key_that_no_fault_has_is_refused_by_its_name_with_its_line() {
    for (text, _) in ALONE {
        let wrong = format!("{text}\nprobabilty = 0.5");
        let told = toml::from_str::<FaultPlan>(&wrong).unwrap_err().to_string();
        assert!(told.contains("probabilty"), "{told}");
        let line = format!("line {}", wrong.lines().count());
        assert!(told.contains(&line), "{told}");
    }
    let told = toml::from_str::<FaultPlan>("[flood]\nevery_s = 3").unwrap_err();
    assert!(told.to_string().contains("flood"), "{told}");
}

#[test]
fn a_value_out_of_its_range_is_refused_with_what_is_allowed() {
    for (text, expected) in [
        (
            "[duplicate]\nprobability = 1.01\nwithin_s = 1",
            "duplicate.probability is 1.01; ",
        ),
        (
            "[new_id]\nprobability = -0.1",
            "new_id.probability is -0.1; ",
        ),
        (
            "[reorder]\nprobability = nan\nwindow_s = 1",
            "reorder.probability is NaN; ",
        ),
        (
            "[reorder]\nprobability = 1\nwindow_s = 0",
            "reorder.window_s is 0; ",
        ),
        (
            "[loss]\nprobability = 1\nlook_every_s = 2678401",
            "loss.look_every_s is 2678401; ",
        ),
        (
            "[delay]\nprobability = 1\nleast_s = 9\ntail = 1\nmost_s = 8",
            "delay.least_s is 9; ",
        ),
        (
            "[delay]\nprobability = 1\nleast_s = 1\ntail = 0.01\nmost_s = 8",
            "delay.tail is 0.01; ",
        ),
        ("[clock]\nzone_min = 841", "clock.zone_min is 841; "),
        ("[clock]\ndrift_ppm = 10001", "clock.drift_ppm is 10001; "),
        ("[clock]\nskew_s = 2678401", "clock.skew_s is 2678401; "),
        (
            "[poison]\nprobability = 1\ntimes = 0",
            "poison.times is 0; ",
        ),
        (
            "[corrupt]\nprobability = 1\nkinds = []",
            "corrupt.kinds is empty; ",
        ),
        ("[broker]\nkill_every_s = 0", "broker.kill_every_s is 0; "),
    ] {
        let opening = "2026-03-02T06:00:00Z".parse().unwrap();
        let source = Simulation::new(&demo_model(), 1, opening).unwrap();
        let Err(refused) = Load::new(source, plan(text), 1) else {
            panic!("{text} is taken");
        };
        let told = refused.to_string();
        assert!(
            told.starts_with(expected) && told.len() > expected.len(),
            "{told}"
        );
    }
    for (text, _) in ALONE {
        assert_eq!(plan(text).check(), Ok(()), "{text}");
    }
}
