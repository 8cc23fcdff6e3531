//! A test that is held to data of others does not pass where there is none.
use std::path::PathBuf;

use crate::real_data::found;

#[test]
fn what_is_there_is_found_whatever_the_environment_says() {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    for without in [false, true] {
        assert_eq!(found(here.clone(), without), Some(here.clone()));
    }
}

#[test]
fn what_is_missing_is_left_out_only_where_the_environment_says_so() {
    assert_eq!(found(PathBuf::from("/nowhere/log.csv"), true), None);
    let panic = std::panic::catch_unwind(|| found(PathBuf::from("/nowhere/log.csv"), false));
    let said = panic.unwrap_err();
    let said = said.downcast_ref::<String>().unwrap();
    for word in ["/nowhere/log.csv", "TWIN_DATA", "TWIN_WITHOUT_DATA=1"] {
        assert!(said.contains(word), "{said}");
    }
}
