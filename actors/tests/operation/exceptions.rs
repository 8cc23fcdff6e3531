//! Exceptions are shown once, settled once, and come back as they were.

use actors::{Disposition, ExceptionEntry, How, Input, PlantHandle, Resolve, ResolveError, open};
use bytes::Bytes;
use twin_model::wire::Unreadable;
use twin_model::{Code, EntityKey, IntakeRejection, Rejection};

use crate::story::{
    Picture, created, give, id, message, options, picture, released, report, start, tell, tick,
    wanted,
};

/// A report of an unknown order waits until its limit and becomes EX-1.
async fn expired(plant: &PlantHandle) {
    tick(plant, 0).await;
    let parked = tell(plant, report("e1", "WO-1", "5")).await;
    assert!(matches!(parked, Disposition::Parked { code, .. } if code == Code::R01));
    tick(plant, 3601).await;
}

async fn only(plant: &PlantHandle) -> ExceptionEntry {
    let mut all = plant.exceptions().list().await.unwrap();
    assert_eq!(all.len(), 1, "{all:?}");
    (*all.remove(0)).clone()
}

/// Closes the plant and opens it again: from its journal alone, as there is no snapshot yet.
async fn come_back(dir: &std::path::Path, plant: PlantHandle) -> (PlantHandle, Picture) {
    let before = picture(&plant).await;
    plant.close().await;
    let plant = open(options(dir)).await.unwrap();
    let after = picture(&plant).await;
    assert_eq!(after, before, "the journal brings everything back");
    (plant, after)
}

#[tokio::test]
async fn a_replay_has_its_effect_once_and_a_dry_run_shows_it_before() {
    let dir = tempfile::tempdir().unwrap();
    let plant = open(options(dir.path())).await.unwrap();
    expired(&plant).await;
    let entry = only(&plant).await;
    assert_eq!(
        (entry.id, entry.code, entry.tries, entry.seen),
        (id(1), Code::R01, 1, 1)
    );
    assert_eq!(entry.first_seen, start().plus_seconds(3601));
    assert!(entry.owner().contains("ERP"), "{}", entry.owner());
    tell(&plant, created("WO-1")).await;
    tell(&plant, released("WO-1")).await;
    let before = picture(&plant).await;

    let dry = plant.exceptions().dry_run(wanted(1, Resolve::Replay));
    let dry = dry.await.unwrap();
    let order = EntityKey::WorkOrder("WO-1".parse().unwrap());
    assert_eq!(dry.disposition, Some(Disposition::Applied));
    assert!(dry.touched.contains(&order), "{:?}", dry.touched);
    assert_ne!(dry.before.get(&order), dry.after.get(&order));
    assert_eq!(dry.entry.closed.as_ref().unwrap().how, How::Applied);
    assert_eq!(picture(&plant).await, before, "a dry run changes nothing");

    let replayed = plant.exceptions().resolve(wanted(1, Resolve::Replay));
    let replayed = replayed.await.unwrap();
    assert_eq!(replayed.disposition, Some(Disposition::Applied));
    assert!(!replayed.already);
    let once = picture(&plant).await;
    assert_eq!(once.hash, dry.after.state_hash(), "as the dry run said");
    assert_eq!(once.counts.applied, before.counts.applied + 1);
    assert_eq!(once.counts.input(), before.counts.input());
    let closed = once.exceptions[0].closed.clone().unwrap();
    assert_eq!(
        (closed.how, closed.by.as_deref(), once.exceptions[0].tries),
        (How::Applied, Some("ada"), 2)
    );

    let twice = plant.exceptions().resolve(wanted(1, Resolve::Replay));
    let twice = twice.await.unwrap();
    assert!(twice.already && twice.disposition.is_none());
    assert_eq!(picture(&plant).await, once, "twice is once");
    let again = tell(&plant, report("e1", "WO-1", "5")).await;
    assert_eq!(again, Disposition::Duplicate, "the id keeps its mark");
    assert_eq!(picture(&plant).await.hash, once.hash);
    let discard = plant.exceptions().resolve(wanted(1, Resolve::Discard));
    let error = discard.await.unwrap_err();
    assert!(
        error.to_string().contains("applied on"),
        "settled in another way: {error}"
    );
    let (plant, after) = come_back(dir.path(), plant).await;
    assert_eq!(after.exceptions[0].seen, 2, "the redelivery is shown");
    plant.close().await;
    assert_eq!(
        actors::verify(&options(dir.path())).unwrap().state_hash,
        once.hash
    );
}

#[tokio::test]
async fn the_same_unreadable_bytes_are_one_exception_however_often_they_come() {
    let dir = tempfile::tempdir().unwrap();
    let plant = open(options(dir.path())).await.unwrap();
    for _ in 0..3 {
        let disposition = tell(&plant, Bytes::from("{broken")).await;
        assert!(
            matches!(&disposition, Disposition::Exception { id: number, rejection }
                if *number == id(1) && rejection.code() == Code::R34),
            "{disposition:?}"
        );
    }
    let entry = only(&plant).await;
    assert_eq!((entry.seen, entry.tries), (3, 1));
    let counts = picture(&plant).await.counts;
    assert_eq!((counts.duplicates, counts.exceptions[&Code::R34]), (2, 1));
    assert_eq!(counts.input(), 3);

    let replayed = plant.exceptions().resolve(wanted(1, Resolve::Replay));
    let replayed = replayed.await.unwrap();
    assert!(matches!(
        replayed.disposition,
        Some(Disposition::Exception { .. })
    ));
    assert!(replayed.entry.is_open(), "still unreadable: still open");
    assert_eq!(replayed.entry.tries, 2);
    assert_eq!(picture(&plant).await.counts, counts, "nothing else moved");

    for already in [false, true] {
        let discarded = plant.exceptions().resolve(wanted(1, Resolve::Discard));
        assert_eq!(discarded.await.unwrap().already, already);
    }
    let replay = plant.exceptions().resolve(wanted(1, Resolve::Replay));
    assert!(matches!(replay.await.unwrap_err(), ResolveError::Closed(_)));
    let (plant, after) = come_back(dir.path(), plant).await;
    assert_eq!(
        after.exceptions[0].closed.as_ref().unwrap().how,
        How::Discarded
    );
    tell(&plant, Bytes::from("{broken")).await;
    assert!(!only(&plant).await.is_open(), "it stays settled");
    plant.close().await;
}

#[tokio::test]
async fn large_messages_are_told_apart_by_what_is_not_kept_of_them() {
    let dir = tempfile::tempdir().unwrap();
    let plant = open(options(dir.path())).await.unwrap();
    let large = |end: &str| Bytes::from(format!("{}{end}", "x".repeat(actors::EVENT_BYTES_MAX)));
    for end in ["a", "b", "a"] {
        tell(&plant, large(end)).await;
    }
    let all = plant.exceptions().list().await.unwrap();
    let seen: Vec<u64> = all.iter().map(|entry| entry.seen).collect();
    assert_eq!(seen, [2, 1]);
    // A reader that broke off knows the start alone: it never takes one for another.
    for _ in 0..2 {
        let rejection = Rejection::Intake(IntakeRejection::TooLarge {
            bytes: 1_000_000,
            max: actors::EVENT_BYTES_MAX,
        });
        let error = Unreadable {
            rejection,
            id: None,
            source: None,
            type_name: None,
        };
        give(&plant, Input::unreadable(Bytes::from("xxxx"), error)).await;
    }
    let all = plant.exceptions().list().await.unwrap();
    assert_eq!(all.len(), 4);
    assert!(all.iter().all(|entry| entry.code == Code::R41));
    let replay = plant.exceptions().resolve(wanted(1, Resolve::Replay));
    let error = replay.await.unwrap_err().to_string();
    assert!(error.contains("only the start"), "{error}");
    come_back(dir.path(), plant).await.0.close().await;
}

#[cfg(feature = "chaos")]
#[tokio::test]
async fn a_message_on_which_reading_panics_is_set_aside_and_its_neighbours_are_taken() {
    let dir = tempfile::tempdir().unwrap();
    let plant = open(options(dir.path())).await.unwrap();
    let batch = [
        created("WO-1"),
        Bytes::from("chaos: panic"),
        released("WO-1"),
    ];
    let receipt = plant.intake().submit(batch.map(Input::decode).into()).await;
    let dispositions = receipt.unwrap().dispositions;
    assert_eq!(dispositions[0], Disposition::Applied);
    assert!(
        matches!(&dispositions[1], Disposition::Exception { rejection, .. }
            if rejection.code() == Code::R76),
        "{dispositions:?}"
    );
    assert_eq!(dispositions[2], Disposition::Applied);
    let replayed = plant.exceptions().resolve(wanted(1, Resolve::Replay));
    let replayed = replayed.await.unwrap();
    assert!(replayed.entry.is_open(), "the fault is still there");
    come_back(dir.path(), plant).await.0.close().await;
}

/// What an older twin, or an adapter, could not read although this twin can.
fn once_unreadable(raw: Bytes) -> Input {
    let rejection = Rejection::Intake(IntakeRejection::UnknownType {
        type_name: "mfg.operation.progressed".into(),
        version: "v1".into(),
        known: "none".into(),
    });
    let error = Unreadable {
        rejection,
        id: None,
        source: None,
        type_name: None,
    };
    Input::unreadable(raw, error)
}

#[tokio::test]
async fn what_could_not_be_read_is_replayed_under_its_own_id() {
    let dir = tempfile::tempdir().unwrap();
    let plant = open(options(dir.path())).await.unwrap();
    tell(&plant, created("WO-1")).await;
    tell(&plant, released("WO-1")).await;
    for (number, good) in [("e1", "5"), ("e2", "6"), ("e3", "7")] {
        give(&plant, once_unreadable(report(number, "WO-1", good))).await;
    }
    // Meanwhile the sender sent e2 again as it was, and e3 with another content.
    assert_eq!(
        tell(&plant, report("e2", "WO-1", "6")).await,
        Disposition::Applied
    );
    assert_eq!(
        tell(&plant, report("e3", "WO-1", "1")).await,
        Disposition::Applied
    );
    let before = picture(&plant).await;
    assert_eq!(before.counts.input(), 7);

    let mut found = Vec::new();
    for number in 1..=3 {
        let resolved = plant.exceptions().resolve(wanted(number, Resolve::Replay));
        found.push(resolved.await.unwrap());
    }
    assert_eq!(found[0].disposition, Some(Disposition::Applied));
    assert_eq!(found[1].disposition, Some(Disposition::Duplicate));
    assert_eq!(found[1].entry.closed.as_ref().unwrap().how, How::Duplicate);
    assert!(
        matches!(&found[2].disposition, Some(Disposition::Exception { rejection, .. })
            if rejection.code() == Code::R26),
        "the id belongs to another message: {:?}",
        found[2]
    );
    let after = picture(&plant).await;
    assert_eq!(after.counts.applied, before.counts.applied + 1);
    assert_eq!(after.counts.input(), 7, "each input has one disposition");
    let replay = plant.exceptions().resolve(wanted(3, Resolve::Replay));
    assert!(
        matches!(replay.await.unwrap_err(), ResolveError::NotAllowed { .. }),
        "replaying it again cannot help"
    );
    assert_eq!(
        tell(&plant, report("e1", "WO-1", "5")).await,
        Disposition::Duplicate
    );
    come_back(dir.path(), plant).await.0.close().await;
}

#[tokio::test]
async fn a_corrected_event_takes_the_place_of_an_exception() {
    let dir = tempfile::tempdir().unwrap();
    let plant = open(options(dir.path())).await.unwrap();
    tell(&plant, created("WO-1")).await;
    tell(&plant, released("WO-1")).await;
    let wrong = message(
        "e1",
        "/mes",
        "operation.progressed",
        serde_json::json!({"order": "WO-1", "op": "10", "unit": "H87", "good": "five"}),
    );
    tell(&plant, wrong).await;
    let before = picture(&plant).await;
    let correct = |raw: Bytes| plant.exceptions().resolve(wanted(1, Resolve::Correct(raw)));

    let same_id = correct(report("e1", "WO-1", "5")).await.unwrap_err();
    assert!(matches!(same_id, ResolveError::SameId { .. }), "{same_id}");
    let taken = correct(created("WO-1")).await.unwrap_err();
    assert!(matches!(taken, ResolveError::SameId { .. }), "{taken}");
    let no_event = correct(Bytes::from("5")).await.unwrap_err();
    assert_eq!(no_event, ResolveError::NoEvent);
    let foreign = correct(report("e9", "WO-1", "five")).await.unwrap_err();
    assert!(
        matches!(&foreign, ResolveError::CorrectionRefused(r) if r.code() == Code::R34),
        "{foreign}"
    );
    assert_eq!(
        picture(&plant).await,
        before,
        "nothing was changed by those"
    );

    let corrected = correct(report("e1-corrected", "WO-1", "5")).await.unwrap();
    assert_eq!(corrected.disposition, Some(Disposition::Applied));
    let how = corrected.entry.closed.clone().unwrap().how;
    assert!(matches!(how, How::Corrected { event_id, .. } if event_id.as_str() == "e1-corrected"));
    let once = picture(&plant).await;
    let again = correct(report("e1-corrected", "WO-1", "5")).await.unwrap();
    assert!(again.already);
    assert_eq!(picture(&plant).await, once);
    assert_eq!(
        tell(&plant, report("e1-corrected", "WO-1", "5")).await,
        Disposition::Duplicate
    );
    come_back(dir.path(), plant).await.0.close().await;
    let journal = std::fs::read(dir.path().join("journal-00000000000000000001.log")).unwrap();
    let says = br#"{"corrects":"EX-1","data""#;
    assert!(
        journal.windows(says.len()).any(|window| window == says),
        "the journal holds what it corrects"
    );
}

#[tokio::test]
async fn what_a_rule_refused_is_kept_and_not_replayed() {
    let dir = tempfile::tempdir().unwrap();
    let plant = open(options(dir.path())).await.unwrap();
    tell(&plant, created("WO-1")).await;
    let taken = message(
        "other",
        "/erp",
        "work_order.created",
        serde_json::json!({"order": "WO-1", "material": "M", "quantity": {"value": "1", "unit": "H87"}}),
    );
    assert!(matches!(tell(&plant, taken).await, Disposition::Refused(_)));
    let replay = plant.exceptions().resolve(wanted(1, Resolve::Replay));
    let error = replay.await.unwrap_err().to_string();
    assert!(error.contains("its sender was told"), "{error}");
    let unsigned = actors::Resolution {
        reason: "  ".to_owned(),
        ..wanted(1, Resolve::Discard)
    };
    let unsigned = plant.exceptions().resolve(unsigned).await;
    assert_eq!(unsigned.unwrap_err(), ResolveError::NotSigned);
    assert!(only(&plant).await.is_open());
    let unknown = plant.exceptions().resolve(wanted(7, Resolve::Discard));
    assert_eq!(unknown.await.unwrap_err(), ResolveError::NotKept(id(7)));
    let discarded = plant.exceptions().resolve(wanted(1, Resolve::Discard));
    assert!(!discarded.await.unwrap().entry.is_open());
    come_back(dir.path(), plant).await.0.close().await;
}

#[tokio::test]
async fn a_replay_that_has_to_wait_is_settled_and_comes_back_when_it_waits_too_long() {
    let dir = tempfile::tempdir().unwrap();
    let plant = open(options(dir.path())).await.unwrap();
    expired(&plant).await;
    let replayed = plant.exceptions().resolve(wanted(1, Resolve::Replay));
    let replayed = replayed.await.unwrap();
    assert!(matches!(
        replayed.disposition,
        Some(Disposition::Parked { .. })
    ));
    assert_eq!(replayed.entry.closed.as_ref().unwrap().how, How::Parked);

    let page = plant.exceptions().parked(0, 10).await.unwrap();
    assert_eq!((page.total, page.items.len()), (1, 1));
    assert_eq!(page.items[0].event().id.as_str(), "e1");
    assert_eq!(page.items[0].since, start().plus_seconds(3601));
    assert_eq!(page.limit_s, 3600);
    assert_eq!(
        plant.exceptions().parked(1, 10).await.unwrap().items.len(),
        0
    );

    tick(&plant, 7300).await;
    let entry = only(&plant).await;
    assert!(entry.is_open(), "the same message keeps its number");
    assert_eq!((entry.id, entry.tries), (id(1), 3));
    let counts = picture(&plant).await.counts;
    assert_eq!((counts.parked, counts.input()), (0, 1));
    come_back(dir.path(), plant).await.0.close().await;
}
