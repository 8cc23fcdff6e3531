//! A plant's shard: dispositions, parking, recovery, and what a failure may not touch.

use actors::{Counts, Disposition, Input, JOURNAL_FORMAT, PlantHandle, open, verify};
use bytes::Bytes;
use serde_json::json;
use twin_model::{Code, StateHash};

use crate::story::{created, message, options, released, report, tell};

async fn state(plant: &PlantHandle) -> (StateHash, Counts) {
    let snapshot = plant.fork().take().await.unwrap();
    (snapshot.plant.state_hash(), (*snapshot.counts).clone())
}

#[tokio::test]
async fn every_input_gets_exactly_one_disposition_and_they_add_up() {
    let dir = tempfile::tempdir().unwrap();
    let plant = open(options(dir.path())).await.unwrap();
    assert_eq!(tell(&plant, created("WO-1")).await, Disposition::Applied);
    assert_eq!(tell(&plant, created("WO-1")).await, Disposition::Duplicate);
    let taken = message(
        "other",
        "/erp",
        "work_order.created",
        json!({"order": "WO-1",
        "material": "M", "quantity": {"value": "1", "unit": "H87"}}),
    );
    assert!(matches!(tell(&plant, taken).await, Disposition::Refused(r) if r.code() == Code::R43));
    let reused = message(
        "c-WO-1",
        "/erp",
        "work_order.created",
        json!({"order": "WO-2",
        "material": "M", "quantity": {"value": "1", "unit": "H87"}}),
    );
    for again in [false, true] {
        let disposition = tell(&plant, reused.clone()).await;
        match disposition {
            Disposition::Exception { rejection, .. } if !again => {
                assert_eq!(rejection.code(), Code::R26);
            }
            Disposition::Duplicate if again => {}
            other => panic!("{other:?}"),
        }
    }
    assert!(matches!(tell(&plant, report("e1", "WO-1", "1")).await,
        Disposition::Parked { code, .. } if code == Code::R03));
    for raw in ["{", "{\"specversion\":\"1.0\"}"] {
        let disposition = tell(&plant, Bytes::from(raw)).await;
        assert!(
            matches!(disposition, Disposition::Exception { rejection, .. }
            if rejection.code() == Code::R34)
        );
    }
    let (_, counts) = state(&plant).await;
    assert_eq!(counts.input(), 8);
    assert_eq!(
        (counts.applied, counts.duplicates, counts.parked),
        (1, 2, 1)
    );
    assert_eq!(counts.refused.get(&Code::R43), Some(&1));
    let kept = plant.exceptions().list().await.unwrap();
    let refused: Vec<bool> = kept.iter().map(|entry| entry.refused).collect();
    assert_eq!(
        refused,
        [true, false, false, false],
        "what is refused is kept as well"
    );
}

#[tokio::test]
async fn parked_events_are_applied_by_themselves_in_their_own_order() {
    let dir = tempfile::tempdir().unwrap();
    let plant = open(options(dir.path())).await.unwrap();
    let start = message(
        "s",
        "/mes",
        "operation.started",
        json!({"order": "WO-1", "op": "10",
        "work_center": "SAW"}),
    );
    for raw in [start, report("e1", "WO-1", "1"), report("e2", "WO-1", "2")] {
        assert!(matches!(
            tell(&plant, raw).await,
            Disposition::Parked {
                code: Code::R01,
                ..
            }
        ));
    }
    tell(&plant, created("WO-1")).await;
    assert_eq!(
        state(&plant).await.1.parked,
        3,
        "the release is still missing"
    );
    tell(&plant, released("WO-1")).await;
    let snapshot = plant.fork().take().await.unwrap();
    assert_eq!((snapshot.counts.parked, snapshot.counts.applied), (0, 5));
    assert_eq!(
        snapshot.counts.refused.len(),
        0,
        "the start was not overtaken by its reports"
    );
    let order = snapshot.plant.work_order(&"WO-1".parse().unwrap()).unwrap();
    assert_eq!(order.delivered(), 3.into());
}

#[tokio::test]
async fn an_announcement_does_not_wait_behind_what_waits_for_it() {
    let dir = tempfile::tempdir().unwrap();
    let plant = open(options(dir.path())).await.unwrap();
    // A broker that delivers again can turn the two events of one source around.
    for waits in [released("WO-1"), report("e1", "WO-1", "1")] {
        let disposition = tell(&plant, waits).await;
        assert!(matches!(disposition, Disposition::Parked { code, .. } if code == Code::R01));
    }
    assert_eq!(tell(&plant, created("WO-1")).await, Disposition::Applied);
    let (hash, counts) = state(&plant).await;
    assert_eq!((counts.applied, counts.parked), (3, 0));
    plant.close().await;
    let again = open(options(dir.path())).await.unwrap();
    assert_eq!(state(&again).await, (hash, counts), "also on replay");
}

#[tokio::test]
async fn what_waits_too_long_becomes_an_exception_that_can_be_read() {
    let dir = tempfile::tempdir().unwrap();
    let plant = open(options(dir.path())).await.unwrap();
    tell(&plant, report("e1", "WO-1", "1")).await;
    for (now, waiting) in [("2026-03-01T09:00:00Z", 1), ("2030-01-01T00:00:00Z", 0)] {
        let tick = Input::tick(now.parse().unwrap());
        plant.intake().submit(vec![tick]).await.unwrap();
        assert_eq!(state(&plant).await.1.parked, waiting, "{now}");
    }
    let exceptions = plant.exceptions().list().await.unwrap();
    assert_eq!(exceptions.len(), 1);
    assert!(
        exceptions[0]
            .text
            .starts_with("Order WO-1 is not known yet."),
        "{}",
        exceptions[0].text
    );
    assert_eq!(exceptions[0].raw, report("e1", "WO-1", "1"));
    let counts = state(&plant).await.1;
    assert_eq!((counts.parked, counts.input()), (0, 1));
}

#[tokio::test]
async fn a_plant_stops_and_comes_back_unchanged() {
    let dir = tempfile::tempdir().unwrap();
    let plant = open(options(dir.path())).await.unwrap();
    for raw in [
        created("WO-1"),
        released("WO-1"),
        report("e1", "WO-1", "5"),
        report("x", "WO-9", "1"),
    ] {
        tell(&plant, raw).await;
    }
    tell(&plant, Bytes::from_static(b"not json")).await;
    let before = state(&plant).await;
    let head = plant.ledger().head();
    plant.close().await;
    assert!(
        plant
            .intake()
            .submit(vec![Input::decode(created("WO-2"))])
            .await
            .is_err()
    );

    let back = open(options(dir.path())).await.unwrap();
    assert_eq!(state(&back).await, before);
    assert_eq!(back.ledger().head(), head);
    assert_eq!(
        tell(&back, report("e1", "WO-1", "5")).await,
        Disposition::Duplicate
    );
    assert_eq!(back.exceptions().list().await.unwrap().len(), 1);
    back.close().await;
    let verified = verify(&options(dir.path())).unwrap();
    assert_eq!(verified.state_hash, before.0);
}

#[tokio::test]
async fn one_plant_is_open_once() {
    let dir = tempfile::tempdir().unwrap();
    let plant = open(options(dir.path())).await.unwrap();
    let second = open(options(dir.path())).await.unwrap_err();
    assert!(
        second.to_string().contains("open in another process"),
        "{second}"
    );
    assert_eq!(tell(&plant, created("WO-1")).await, Disposition::Applied);
}

#[tokio::test]
async fn a_torn_end_is_cut_and_damage_in_the_middle_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let plant = open(options(dir.path())).await.unwrap();
    tell(&plant, created("WO-1")).await;
    tell(&plant, released("WO-1")).await;
    let before = state(&plant).await;
    plant.close().await;
    let path = std::fs::read_dir(dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|e| e == "log"))
        .unwrap();
    let intact = std::fs::read(&path).unwrap();

    for torn in [&b"\xF5PTR\x40\x00\x00\x00half"[..], &[0; 700][..]] {
        std::fs::write(&path, [&intact, torn].concat()).unwrap();
        let plant = open(options(dir.path())).await.unwrap();
        assert_eq!(state(&plant).await, before);
        plant.close().await;
        assert_eq!(
            std::fs::read(&path).unwrap(),
            intact,
            "only the torn end was cut"
        );
    }

    let mut damaged = intact.clone();
    damaged[60] ^= 1;
    std::fs::write(&path, &damaged).unwrap();
    let error = open(options(dir.path())).await.unwrap_err().to_string();
    assert!(
        error.contains("the record at offset 16 is damaged"),
        "{error}"
    );
    assert_eq!(
        std::fs::read(&path).unwrap(),
        damaged,
        "nothing was changed"
    );
}

#[tokio::test]
async fn a_journal_of_a_newer_format_is_refused_with_a_clear_sentence() {
    let dir = tempfile::tempdir().unwrap();
    let plant = open(options(dir.path())).await.unwrap();
    tell(&plant, created("WO-1")).await;
    plant.close().await;
    let path = dir.path().join("journal-00000000000000000001.log");
    let mut bytes = std::fs::read(&path).unwrap();
    let newer = JOURNAL_FORMAT + 1;
    bytes[8] = u8::try_from(newer).unwrap();
    std::fs::write(&path, &bytes).unwrap();
    let error = open(options(dir.path())).await.unwrap_err().to_string();
    let says = format!("has journal format {newer}; this twin reads up to {JOURNAL_FORMAT}");
    assert!(error.contains(&says), "{error}");
}

#[tokio::test]
async fn a_directory_of_a_newer_format_is_refused_with_a_clear_sentence() {
    let dir = tempfile::tempdir().unwrap();
    open(options(dir.path())).await.unwrap().close().await;
    let path = dir.path().join("plant.json");
    let newer = json!({"format": 2, "plant": "P1", "clock": "event_time", "region": "north"});
    std::fs::write(&path, newer.to_string()).unwrap();
    let error = open(options(dir.path())).await.unwrap_err().to_string();
    assert!(error.contains("plant.json has plant format 2"), "{error}");
    assert!(error.contains("this twin reads up to 1"), "{error}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), newer.to_string());
}

#[tokio::test]
async fn what_an_older_format_wrote_goes_on_in_a_segment_of_its_own() {
    for older in 1..u8::try_from(JOURNAL_FORMAT).unwrap() {
        let dir = tempfile::tempdir().unwrap();
        let plant = open(options(dir.path())).await.unwrap();
        tell(&plant, created("WO-1")).await;
        plant.close().await;
        let path = dir.path().join("journal-00000000000000000001.log");
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[8] = older;
        std::fs::write(&path, &bytes).unwrap();
        let plant = open(options(dir.path())).await.unwrap();
        tell(&plant, created("WO-2")).await;
        plant.close().await;
        assert_eq!(
            std::fs::read(&path).unwrap(),
            bytes,
            "an older twin still reads it"
        );
        let newer = std::fs::read(dir.path().join("journal-00000000000000000002.log")).unwrap();
        assert_eq!(u32::from(newer[8]), JOURNAL_FORMAT);
        assert_eq!(verify(&options(dir.path())).unwrap().events, 2);
    }
}

#[tokio::test]
async fn the_feed_starts_at_a_snapshot_and_goes_on_without_a_gap() {
    let dir = tempfile::tempdir().unwrap();
    let plant = open(options(dir.path())).await.unwrap();
    tell(&plant, created("WO-0")).await;
    let writer = {
        let plant = plant.clone();
        tokio::spawn(async move {
            for n in 1..200 {
                tell(&plant, created(&format!("WO-{n}"))).await;
            }
        })
    };
    let mut subscription = plant.feed().subscribe().await.unwrap();
    let mut orders = subscription.start.plant.len();
    let mut commit_no = subscription.start.commit_no;
    while orders < 200 {
        let commit = subscription.commits.recv().await.unwrap();
        assert_eq!(commit.commit_no, commit_no + 1, "no gap and no duplicate");
        commit_no = commit.commit_no;
        orders += commit.changes.len();
        assert!(commit.changes.iter().map(|change| change.index).is_sorted());
    }
    writer.await.unwrap();
    assert_eq!(orders, 200);
}

#[tokio::test]
async fn commands_wait_until_they_are_marked_as_sent_also_across_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let plant = open(options(dir.path())).await.unwrap();
    for n in [1, 2] {
        tell(
            &plant,
            message(
                &format!("s{n}"),
                "/wms",
                "shipment.requested",
                json!({
            "delivery": format!("D-{n}"),
            "lots": [{"lot": "L-1", "quantity": {"value": "1", "unit": "H87"}}]}),
            ),
        )
        .await;
    }
    let due = plant.outbox().due(10).await.unwrap();
    assert_eq!(due.len(), 2);
    assert!(due[0].body.contains("TWIN-R01"), "{}", due[0].body);
    plant.outbox().mark_sent(due[0].id).await.unwrap();
    plant.close().await;
    let back = open(options(dir.path())).await.unwrap();
    let due_again = back.outbox().due(10).await.unwrap();
    assert_eq!(
        due_again,
        due[1..],
        "the sent one is gone, the other has the same number"
    );
}

#[tokio::test]
async fn snapshots_shorten_recovery_and_agree_with_the_journal() {
    let dir = tempfile::tempdir().unwrap();
    let plant = open(options(dir.path())).await.unwrap();
    for start in (0..120_000).step_by(4_000) {
        let inputs = (start..start + 4_000)
            .map(|n| Input::decode(created(&format!("WO-{n}"))))
            .collect();
        plant.intake().submit(inputs).await.unwrap();
    }
    let before = state(&plant).await;
    plant.close().await;
    let names: Vec<_> = std::fs::read_dir(dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert!(
        names.iter().any(|name| name.starts_with("snapshot-")),
        "{names:?}"
    );
    let back = open(options(dir.path())).await.unwrap();
    assert_eq!(state(&back).await, before);
    back.close().await;
    let verified = verify(&options(dir.path())).unwrap();
    assert_eq!(verified.difference, None);
    assert!(!verified.snapshots.is_empty());
    assert_eq!(verified.state_hash, before.0);

    // A journal that ends before the snapshot has lost what was acknowledged.
    let journal = dir.path().join("journal-00000000000000000001.log");
    let file = std::fs::OpenOptions::new()
        .write(true)
        .open(&journal)
        .unwrap();
    file.set_len(1_000).unwrap();
    let error = open(options(dir.path())).await.unwrap_err().to_string();
    assert!(error.contains("but a snapshot holds commit"), "{error}");
    assert_eq!(file.metadata().unwrap().len(), 1_000, "nothing was cut");
}
