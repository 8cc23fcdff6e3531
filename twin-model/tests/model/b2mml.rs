//! B2MML's four enumerations, read from its schemas: every value has a meaning here or is
//! refused with a reason, and everything here has a value there.
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::path::{Path, PathBuf};

use crate::real_data::real_data;
use serde_json::Value;
use twin_model::wire::b2mml::{self, MaterialUse, OrderStanding, Refused};
use twin_model::{Interruption, JobState, Lifecycle, LotLifecycle, OperationState, Usage};

fn schemas() -> Option<PathBuf> {
    real_data("b2mml/schema")
}

/// The values of `RequestState` and its like in both forms of the schemas, which must agree.
fn values(folder: &Path, enumeration: &str) -> BTreeSet<String> {
    let text = std::fs::read_to_string(folder.join("B2MML-Common.xsd")).unwrap();
    let xsd = roxmltree::Document::parse(&text).unwrap();
    let name = format!("{enumeration}1Type");
    let listed: Vec<String> = xsd
        .descendants()
        .find(|node| node.attribute("name") == Some(&name))
        .unwrap()
        .descendants()
        .filter(|node| node.tag_name().name() == "enumeration")
        .map(|node| node.attribute("value").unwrap().to_owned())
        .collect();

    let text = std::fs::read_to_string(folder.join("AllSchemas.json")).unwrap();
    let json: Value = serde_json::from_str(&text).unwrap();
    for name in [name, format!("{enumeration}Type")] {
        let in_json = &json["$defs"][&name]["properties"]["$"]["enum"];
        let in_json: Vec<String> = serde_json::from_value(in_json.clone()).unwrap();
        assert_eq!(in_json, listed, "{name}");
    }
    listed.into_iter().collect()
}

/// Everything that holds of all four enumerations. What is here and has no word of its own
/// there must be named in `merged`, with the word that it shares.
fn is_complete<T: Copy + Debug + PartialEq>(
    enumeration: &str,
    read: fn(&str) -> Result<T, Refused>,
    write: impl Fn(T) -> &'static str,
    ours: &[T],
    merged: &[(T, &str)],
) {
    let Some(folder) = schemas() else { return };
    let theirs = values(&folder, enumeration);
    for value in &theirs {
        match read(value) {
            Ok(meaning) => {
                let again = write(meaning);
                assert!(ours.contains(&meaning), "{value} means {meaning:?}");
                assert_eq!(read(again), Ok(meaning), "{value} is written as {again}");
            }
            Err(refused) => assert_eq!((value.as_str(), refused), ("Other", Refused::Other)),
        }
    }
    for meaning in ours {
        let written = write(*meaning);
        assert!(theirs.contains(written), "{meaning:?} is no {written}");
        if let Some((_, shared)) = merged.iter().find(|(one, _)| one == meaning) {
            assert_eq!(written, *shared, "{meaning:?}");
            assert_ne!(read(written), Ok(*meaning), "{meaning:?} has its own word");
        } else {
            assert_eq!(read(written), Ok(*meaning), "{meaning:?} as {written}");
        }
    }
    for wrong in ["", "other", " Running", "Done"] {
        assert_eq!(read(wrong), Err(Refused::Unknown), "{wrong:?}");
    }
}

const LIFECYCLES: [Lifecycle; 8] = [
    Lifecycle::Created,
    Lifecycle::Released,
    Lifecycle::InProcess,
    Lifecycle::Completed,
    Lifecycle::TechComplete,
    Lifecycle::Closed,
    Lifecycle::Cancelled,
    Lifecycle::Aborted,
];

#[test]
fn request_states_map_in_and_out() {
    let standing = |lifecycle, stopped| OrderStanding { lifecycle, stopped };
    let stops = [
        None,
        Some(Interruption::Held),
        Some(Interruption::Suspended),
    ];
    let ours: Vec<OrderStanding> = LIFECYCLES
        .into_iter()
        .flat_map(|lifecycle| stops.map(|stopped| standing(lifecycle, stopped)))
        .collect();
    let mut merged = vec![(standing(Lifecycle::TechComplete, None), "Completed")];
    for (stop, word) in [
        (Interruption::Held, "Held"),
        (Interruption::Suspended, "Suspended"),
    ] {
        for (lifecycle, word) in [
            (Lifecycle::Created, word),
            (Lifecycle::Released, word),
            (Lifecycle::Completed, "Completed"),
            (Lifecycle::TechComplete, "Completed"),
            (Lifecycle::Closed, "Closed"),
            (Lifecycle::Cancelled, "Cancelled"),
            (Lifecycle::Aborted, "Aborted"),
        ] {
            merged.push((standing(lifecycle, Some(stop)), word));
        }
    }
    is_complete(
        "RequestState",
        b2mml::request_state,
        b2mml::request_state_of,
        &ours,
        &merged,
    );
}

#[test]
fn dispatch_statuses_map_in_and_out() {
    let mut ours: Vec<OperationState> = JobState::ALL.map(OperationState::Job).to_vec();
    ours.push(OperationState::Skipped);
    let loaded = |name: &str| {
        let of =
            |state: &OperationState| state.as_str() == name && state.sub_state() == Some("loaded");
        *ours.iter().find(|state| of(state)).unwrap()
    };
    let merged = [
        (loaded("not_allowed_to_start"), "Pending"),
        (loaded("allowed_to_start"), "Ready"),
    ];
    is_complete(
        "JobOrderDispatchStatus",
        b2mml::dispatch_status,
        b2mml::dispatch_status_of,
        &ours,
        &merged,
    );
}

#[test]
fn dispositions_map_in_and_out() {
    let lives = [
        LotLifecycle::Planned,
        LotLifecycle::InProcess,
        LotLifecycle::OnHand,
        LotLifecycle::Depleted,
        LotLifecycle::Shipped,
        LotLifecycle::Scrapped,
    ];
    let usages = [
        Usage::Unrestricted,
        Usage::Restricted,
        Usage::QualityInspection,
        Usage::Blocked,
        Usage::Rejected,
    ];
    let all = || {
        lives
            .into_iter()
            .flat_map(|life| usages.map(|usage| (life, usage)))
    };
    // Each word stands for the one standing that it is read as; the others share it.
    let own = [
        (LotLifecycle::Planned, Usage::QualityInspection),
        (LotLifecycle::InProcess, Usage::QualityInspection),
        (LotLifecycle::OnHand, Usage::Unrestricted),
        (LotLifecycle::OnHand, Usage::Blocked),
        (LotLifecycle::Depleted, Usage::Unrestricted),
    ];
    let shared = |(life, usage)| match life {
        LotLifecycle::Planned => "Planned",
        LotLifecycle::InProcess => "In-Process",
        LotLifecycle::OnHand if usage == Usage::Unrestricted => "UnRestricted",
        LotLifecycle::OnHand => "Restricted",
        _ => "Closed",
    };
    let merged: Vec<_> = all()
        .filter(|one| !own.contains(one))
        .map(|one| (one, shared(one)))
        .collect();
    is_complete(
        "Disposition",
        b2mml::disposition,
        |(life, usage)| b2mml::disposition_of(life, usage),
        &all().collect::<Vec<_>>(),
        &merged,
    );
}

#[test]
fn material_uses_map_in_and_out() {
    is_complete(
        "MaterialUse",
        b2mml::material_use,
        b2mml::material_use_of,
        &MaterialUse::ALL,
        &[],
    );
}

#[test]
fn a_restricted_lot_never_comes_back_as_free() {
    for usage in [
        Usage::Restricted,
        Usage::QualityInspection,
        Usage::Blocked,
        Usage::Rejected,
    ] {
        let word = b2mml::disposition_of(LotLifecycle::OnHand, usage);
        let (_, read) = b2mml::disposition(word).unwrap();
        assert_ne!(read, Usage::Unrestricted, "{usage:?}");
    }
}
