//! A spool as an edge uses it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use actors::{
    ASIDE_MESSAGES_MAX, AsideError, OpenError, Outlet, SPOOL_SEGMENT_BYTES_MAX, Share, Spool,
    Spools, StoreError,
};
use bytes::Bytes;
use tempfile::TempDir;

const QUOTA_BYTES: u64 = 64 * 1024 * 1024;

fn open(dir: &Path, quota_bytes: u64) -> (Spools, Spool, Outlet) {
    let spools = Spools::open(dir, quota_bytes).unwrap();
    let (spool, outlet) = spools.spool(Path::new("nrt"), Share::Urgent).unwrap();
    (spools, spool, outlet)
}

fn message(number: u64, size: usize) -> Bytes {
    let mut text = format!("{number:08}");
    text.extend(std::iter::repeat_n('x', size));
    text.into()
}

fn segments(dir: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(dir.join("nrt")).unwrap();
    let mut found: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| path.extension().is_some_and(|ending| ending == "log"));
    found.sort();
    found
}

#[tokio::test]
async fn what_was_stored_goes_out_in_its_order_also_after_a_restart_and_once_confirmed_no_more() {
    let dir = TempDir::new().unwrap();
    let (spools, spool, outlet) = open(dir.path(), QUOTA_BYTES);
    for number in 1..=900 {
        assert_eq!(spool.store(&[message(number, 9_000)]).await, Ok(number));
    }
    assert_eq!(spool.report().messages, 900);
    assert_eq!(spools.quota().report().held_bytes, spool.report().bytes);
    drop((spool, outlet, spools));
    let mut expected = 1;
    while expected <= 900 {
        let (_spools, spool, mut outlet) = open(dir.path(), QUOTA_BYTES);
        assert_eq!(spool.report().messages, 901 - expected);
        let page = outlet.page().await.unwrap();
        assert_eq!(outlet.page().await.unwrap(), page, "until it is confirmed");
        for message_out in &page.messages {
            assert_eq!(*message_out, message(expected, 9_000));
            expected += 1;
        }
        outlet.confirm(&page);
    }
    let (spools, spool, _outlet) = open(dir.path(), QUOTA_BYTES);
    assert_eq!(
        (spool.report().messages, spools.quota().report().held_bytes),
        (0, 0)
    );
    assert_eq!(segments(dir.path()).len(), 1, "forwarded segments are gone");
}

#[tokio::test]
async fn a_full_spool_takes_nothing_and_loses_nothing_until_there_is_room() {
    let dir = TempDir::new().unwrap();
    let (spools, spool, mut outlet) = open(dir.path(), 10_000);
    let mut stored = 0;
    let refused = loop {
        match spool.store(&[message(stored + 1, 1_000)]).await {
            Ok(number) => stored = number,
            Err(refused) => break refused,
        }
    };
    let held_bytes = spools.quota().report().held_bytes;
    assert_eq!(
        refused,
        StoreError::Full {
            held_bytes,
            limit_bytes: 10_000,
            quota_bytes: 10_000
        }
    );
    assert_eq!(spool.report().messages, stored);
    let page = outlet.page().await.unwrap();
    assert_eq!(
        page.messages.len() as u64,
        stored,
        "all that was confirmed is there"
    );
    outlet.confirm(&page);
    spool.room(1_000).await;
    assert_eq!(spool.store(&[message(0, 1_000)]).await, Ok(stored + 1));
}

#[tokio::test]
async fn a_torn_end_costs_nothing_that_was_confirmed_and_a_lost_mark_costs_repetition() {
    let dir = TempDir::new().unwrap();
    let (spools, spool, mut outlet) = open(dir.path(), QUOTA_BYTES);
    spool
        .store(&[message(1, 10), message(2, 10)])
        .await
        .unwrap();
    let page = outlet.page().await.unwrap();
    outlet.confirm(&page);
    spool.store(&[message(3, 10)]).await.unwrap();
    drop((spool, outlet, spools));
    let segment = segments(dir.path()).pop().unwrap();
    let mut file = File::options().append(true).open(&segment).unwrap();
    file.write_all(b"\xF5PTR half a frame").unwrap();
    let (spools, spool, mut outlet) = open(dir.path(), QUOTA_BYTES);
    assert_eq!(outlet.page().await.unwrap().messages, [message(3, 10)]);
    assert_eq!(spool.store(&[message(4, 10)]).await, Ok(4));
    drop((spool, outlet, spools));
    fs::write(dir.path().join("nrt/forwarded.mark"), b"nonsense").unwrap();
    let (_spools, _spool, mut outlet) = open(dir.path(), QUOTA_BYTES);
    let all: Vec<Bytes> = (1..=4).map(|number| message(number, 10)).collect();
    assert_eq!(outlet.page().await.unwrap().messages, all);
}

#[tokio::test]
async fn a_segment_that_a_crash_left_behind_is_removed_and_its_messages_do_not_go_out_again() {
    let dir = TempDir::new().unwrap();
    let (spools, spool, mut outlet) = open(dir.path(), QUOTA_BYTES);
    let large = usize::try_from(SPOOL_SEGMENT_BYTES_MAX).unwrap();
    spool.store(&[message(1, large)]).await.unwrap();
    spool.store(&[message(2, 10)]).await.unwrap();
    let first = segments(dir.path()).remove(0);
    let bytes = fs::read(&first).unwrap();
    for number in 1..=2 {
        let page = outlet.page().await.unwrap();
        assert_eq!(
            page.messages[0],
            message(number, [large, 10][number as usize - 1])
        );
        outlet.confirm(&page);
    }
    assert!(!first.exists(), "all of it was forwarded");
    drop((spool, outlet, spools));
    // As if the process had died between the mark and the removal.
    fs::write(&first, bytes).unwrap();
    let (spools, spool, mut outlet) = open(dir.path(), QUOTA_BYTES);
    assert!(!first.exists(), "removed by the start");
    assert_eq!(spools.quota().report().held_bytes, 0);
    spool.store(&[message(3, 10)]).await.unwrap();
    assert_eq!(outlet.page().await.unwrap().messages, [message(3, 10)]);
}

#[tokio::test]
async fn damage_before_intact_messages_is_refused_and_nothing_is_changed() {
    let dir = TempDir::new().unwrap();
    let (spools, spool, outlet) = open(dir.path(), QUOTA_BYTES);
    for number in 1..=3 {
        spool.store(&[message(number, 100)]).await.unwrap();
    }
    drop((spool, outlet, spools));
    let segment = segments(dir.path()).remove(0);
    let mut bytes = fs::read(&segment).unwrap();
    bytes[60] ^= 1;
    fs::write(&segment, &bytes).unwrap();
    let spools = Spools::open(dir.path(), QUOTA_BYTES).unwrap();
    let refused = spools.spool(Path::new("nrt"), Share::Urgent).unwrap_err();
    assert!(refused.to_string().contains("is damaged"), "{refused}");
    assert_eq!(fs::read(&segment).unwrap(), bytes);
}

#[tokio::test]
async fn an_edge_directory_is_open_in_one_process_only() {
    let dir = TempDir::new().unwrap();
    let _spools = Spools::open(dir.path(), QUOTA_BYTES).unwrap();
    let second = Spools::open(dir.path(), QUOTA_BYTES).unwrap_err();
    assert!(matches!(second, OpenError::InUse(_)), "{second}");
}

#[tokio::test]
async fn what_is_set_aside_is_kept_once_across_a_restart_until_it_is_sent_again_or_discarded() {
    let dir = TempDir::new().unwrap();
    let (spools, spool, mut outlet) = open(dir.path(), QUOTA_BYTES);
    let all: Vec<Bytes> = (1..=4).map(|number| message(number, 1_000)).collect();
    spool.store(&all).await.unwrap();
    let page = outlet.page().await.unwrap();
    for index in [1, 3, 1] {
        outlet
            .set_aside(&page, index, "too large".to_owned())
            .unwrap();
    }
    outlet.confirm(&page);
    let numbers = |spool: &Spool| -> Vec<u64> {
        spool
            .set_aside()
            .iter()
            .map(|message| message.number)
            .collect()
    };
    assert_eq!(numbers(&spool), [2, 4], "one of them was refused twice");
    let held = spools.quota().report().held_bytes;
    assert_eq!(held, (all[1].len() + all[3].len()) as u64);
    drop((spool, outlet, spools));
    // Of a process that ended while it wrote.
    let half = dir.path().join("nrt/aside/00000000000000000009.new");
    fs::write(&half, "half").unwrap();

    let (spools, spool, mut outlet) = open(dir.path(), QUOTA_BYTES);
    assert!(!half.exists());
    assert_eq!(numbers(&spool), [2, 4]);
    assert_eq!(spools.quota().report().held_bytes, held);
    assert_eq!(spool.set_aside()[0].answer, "too large");
    assert_eq!(spool.aside_body(4).unwrap(), all[3]);
    assert!(matches!(spool.aside_body(3), Err(AsideError::Unknown(3))));
    spool.send_again(2).await.unwrap();
    assert_eq!(outlet.page().await.unwrap().messages, [all[1].clone()]);
    assert!(matches!(spool.discard(2), Err(AsideError::Unknown(2))));
    spool.discard(4).unwrap();
    assert_eq!(numbers(&spool), [0; 0]);
    let page = outlet.page().await.unwrap();
    outlet.confirm(&page);
    assert_eq!(spools.quota().report().held_bytes, 0);
}

#[tokio::test]
async fn no_more_is_set_aside_than_a_person_can_look_at() {
    let dir = TempDir::new().unwrap();
    let (_spools, spool, mut outlet) = open(dir.path(), QUOTA_BYTES);
    let all: Vec<Bytes> = (0..=ASIDE_MESSAGES_MAX as u64)
        .map(|n| message(n, 0))
        .collect();
    spool.store(&all).await.unwrap();
    let page = outlet.page().await.unwrap();
    for index in 0..ASIDE_MESSAGES_MAX {
        outlet.set_aside(&page, index, String::new()).unwrap();
    }
    let more = outlet.set_aside(&page, ASIDE_MESSAGES_MAX, String::new());
    assert!(matches!(more, Err(AsideError::TooMany)), "{more:?}");
    assert_eq!(spool.set_aside().len(), ASIDE_MESSAGES_MAX);
    spool.discard(1).unwrap();
    outlet
        .set_aside(&page, ASIDE_MESSAGES_MAX, String::new())
        .unwrap();
}

#[cfg(feature = "chaos")]
#[tokio::test]
async fn a_full_disk_refuses_and_goes_on_when_there_is_room_but_a_failed_sync_ends_the_spool() {
    let dir = TempDir::new().unwrap();
    let (spools, spool, mut outlet) = open(dir.path(), QUOTA_BYTES);
    spool.store(&[message(1, 10)]).await.unwrap();
    let held_bytes = spools.quota().report().held_bytes;
    let disk = dir.path().join("nrt").join(actors::chaos::DISK_FILE);
    fs::write(&disk, "full").unwrap();
    let refused = spool.store(&[message(2, 10)]).await.unwrap_err();
    assert!(matches!(refused, StoreError::NoRoom(_)), "{refused}");
    assert_eq!(spools.quota().report().held_bytes, held_bytes, "given back");
    let why = spool.disk_refuses().await.unwrap();
    assert!(why.contains("the disk has no room"), "{why}");
    let waiting = tokio::spawn({
        let spool = spool.clone();
        async move { spool.room(10).await }
    });
    tokio::task::yield_now().await;
    assert!(
        !waiting.is_finished(),
        "the quota has room, the disk has none"
    );
    fs::remove_file(&disk).unwrap();
    waiting.await.unwrap();
    assert_eq!(spool.disk_refuses().await, None);
    assert_eq!(spool.store(&[message(2, 10)]).await, Ok(2));
    fs::write(&disk, "sync").unwrap();
    let refused = spool.store(&[message(3, 10)]).await.unwrap_err();
    assert!(matches!(refused, StoreError::Failed(_)), "{refused}");
    fs::remove_file(&disk).unwrap();
    spool.failed().await;
    let refused = spool.store(&[message(4, 10)]).await.unwrap_err();
    assert!(
        matches!(refused, StoreError::Failed(_)),
        "until it is opened anew"
    );
    let page = outlet.page().await.unwrap();
    assert_eq!(page.messages, [message(1, 10), message(2, 10)]);
}
