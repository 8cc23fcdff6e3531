//! What a verification says of files that were changed by somebody who also mended the checksums.

use std::fs;
use std::path::{Path, PathBuf};

use actors::{Against, PlantOptions, Verified, open, verify};
use bytes::Bytes;
use serde_json::{Value, json};
use twin_model::EntityKey;

use crate::story::{self, message, released, report, tell};

/// Commits between two snapshots, one input each.
const SNAPSHOT_INPUTS: u64 = 3;

fn options(dir: &Path) -> PlantOptions {
    PlantOptions {
        snapshot_inputs: SNAPSHOT_INPUTS,
        ..story::options(dir)
    }
}

/// An order of a material that is written nowhere else.
fn created(order: &str) -> Bytes {
    let data = json!({"order": order, "material": "STEEL-7",
        "quantity": {"value": "100", "unit": "H87"}});
    message(&format!("c-{order}"), "/erp", "work_order.created", data)
}

/// A plant in which a report of half a piece is refused, and another one is applied after it.
async fn write(dir: &Path, events: &[Bytes]) {
    let plant = open(options(dir)).await.unwrap();
    for raw in events {
        tell(&plant, raw.clone()).await;
    }
    plant.close().await;
}

fn events() -> Vec<Bytes> {
    let report = |id, good| report(id, "WO-1", good);
    let mut events = vec![created("WO-1"), released("WO-1")];
    events.extend([report("e1", "5"), report("half", "0.5"), report("e2", "7")]);
    events
}

fn files(dir: &Path, prefix: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut found: Vec<_> = paths
        .filter(|path| {
            path.file_name()
                .unwrap()
                .to_str()
                .unwrap()
                .starts_with(prefix)
        })
        .collect();
    found.sort();
    found
}

/// The frames of a segment: where each begins, and its body.
fn frames(bytes: &[u8]) -> Vec<(usize, Vec<u8>)> {
    let (mut frames, mut at) = (Vec::new(), 16);
    while at < bytes.len() {
        let len = u32::from_le_bytes(bytes[at + 4..at + 8].try_into().unwrap()) as usize;
        frames.push((at, bytes[at + 12..at + 12 + len].to_vec()));
        at += 12 + len;
    }
    frames
}

/// Writes a record's body in its place, with its checksum and the chain of those behind it. The
/// hash of a record stands behind its number and time; it is found by its value.
fn forge(path: &Path, place: usize, change: impl Fn(&mut Vec<u8>)) -> usize {
    let bytes = fs::read(path).unwrap();
    let frames = frames(&bytes);
    let mut out = bytes[..16].to_vec();
    let mut renamed: Option<([u8; 32], [u8; 32])> = None;
    for (number, (_, body)) in frames.iter().enumerate() {
        let mut body = body.clone();
        let was = *blake3::hash(&body).as_bytes();
        if let Some((before, now)) = renamed {
            let at = body
                .windows(32)
                .position(|window| window == before)
                .unwrap();
            body[at..at + 32].copy_from_slice(&now);
        }
        if number == place {
            change(&mut body);
        }
        if number >= place {
            renamed = Some((was, *blake3::hash(&body).as_bytes()));
        }
        out.extend_from_slice(b"\xF5PTR");
        out.extend_from_slice(&u32::try_from(body.len()).unwrap().to_le_bytes());
        out.extend_from_slice(&crc32c::crc32c(&body).to_le_bytes());
        out.extend_from_slice(&body);
    }
    fs::write(path, out).unwrap();
    frames[place].0
}

/// Replaces the only place where `was` stands.
fn replace(body: &mut [u8], was: &[u8], is: &[u8]) {
    let mut places = (0..=body.len() - was.len()).filter(|at| body[*at..].starts_with(was));
    let (place, other) = (places.next().unwrap(), places.next());
    assert_eq!(other, None, "it stands once");
    body[place..place + is.len()].copy_from_slice(is);
}

fn verified(dir: &Path) -> Verified {
    verify(&options(dir)).unwrap()
}

#[tokio::test]
async fn intact_files_have_no_difference_and_each_snapshot_is_compared() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), &events()).await;
    let found = verified(dir.path());
    assert_eq!(found.difference, None);
    assert_eq!((found.began_after, found.events), (0, 5));
    assert_eq!(found.snapshots.len(), 1);
    assert_eq!(found.snapshots[0].1, None);
}

#[tokio::test]
async fn an_altered_decision_is_named_with_its_record_event_entity_and_fields() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), &events()).await;
    let snapshot = files(dir.path(), "snapshot-").pop().unwrap();
    fs::remove_file(snapshot).unwrap();
    let segment = files(dir.path(), "journal-").pop().unwrap();
    let applied = fs::read(&segment).unwrap();
    let offset = forge(&segment, 4, |body| {
        // The verdict of the last entry: "applied" is 0, and no poisoned events follow it.
        let verdict = body.len() - 2;
        assert_eq!(body[verdict..], [0, 0]);
        // Refused by R20, as the half piece was.
        body.splice(verdict..=verdict, *b"\x01\x08TWIN-R20");
    });
    let found = verified(dir.path());
    let difference = found.difference.expect("it is found");
    assert_eq!(difference.against, Against::Journal);
    assert_eq!(difference.place.segment, segment);
    assert_eq!(difference.place.commit_no, 5);
    assert_eq!(difference.place.offset, offset as u64);
    let event = difference.event.as_ref().unwrap();
    assert_eq!((event.id.as_str(), event.source.as_str()), ("e2", "/mes"));
    assert_eq!(event.type_name, "mfg.operation.progressed.v1");
    assert_eq!(difference.kept, "refused (TWIN-R20)");
    assert_eq!(difference.replayed, "applied");
    let order = EntityKey::WorkOrder("WO-1".parse().unwrap());
    let entity = difference.entities.iter().find(|found| found.key == order);
    let fields = &entity.expect("the order is named").fields;
    let reports = fields.iter().find(|field| field.path.ends_with(".reports"));
    let reports = reports.expect("the reports are named");
    let good = |reports: &Value| -> Vec<String> {
        let reports = reports.as_array().unwrap().iter();
        reports
            .map(|report| report["good"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(good(&reports.kept), ["5"], "as the journal has it");
    assert_eq!(good(&reports.replayed), ["7", "5"]);
    assert_ne!(fs::read(&segment).unwrap(), applied);

    let error = open(options(dir.path())).await.unwrap_err().to_string();
    assert!(
        error.contains("refused (TWIN-R20)") && error.contains("Use the version"),
        "{error}"
    );
}

#[tokio::test]
async fn an_altered_event_under_a_mended_chain_is_found_by_the_snapshot() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), &events()).await;
    let segment = files(dir.path(), "journal-").pop().unwrap();
    forge(&segment, 2, |body| {
        replace(body, b"\"good\":\"5\"", b"\"good\":\"4\"");
    });
    let difference = verified(dir.path()).difference.expect("it is found");
    assert!(matches!(difference.against, Against::Snapshot(_)));
    assert_eq!(difference.place.commit_no, SNAPSHOT_INPUTS);
    let order = EntityKey::WorkOrder("WO-1".parse().unwrap());
    let entity = difference.entities.iter().find(|found| found.key == order);
    let fields = &entity.expect("the order is named").fields;
    let good = fields
        .iter()
        .find(|field| field.kept == json!("5") && field.replayed == json!("4"));
    assert!(good.is_some(), "both values: {fields:?}");
}

#[tokio::test]
async fn a_chain_that_is_not_mended_is_named_at_the_record_behind() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), &events()).await;
    let segment = files(dir.path(), "journal-").pop().unwrap();
    let before = fs::read(&segment).unwrap();
    forge(&segment, 0, |body| {
        replace(body, b"\"value\":\"100\"", b"\"value\":\"900\"");
    });
    // Only the first record and its checksum are taken over.
    let second = frames(&before)[1].0;
    let forged = fs::read(&segment).unwrap();
    fs::write(&segment, [&forged[..second], &before[second..]].concat()).unwrap();
    let error = verify(&options(dir.path())).unwrap_err().to_string();
    let says = format!("at offset {second}, commit 2 does not continue the chain of commit 1");
    assert!(error.contains(&says), "{error}");
}

#[tokio::test]
async fn an_altered_snapshot_is_named_with_its_entity_and_field() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), &events()).await;
    let path = files(dir.path(), "snapshot-").pop().unwrap();
    let mut bytes = fs::read(&path).unwrap();
    replace(&mut bytes, b"STEEL-7", b"STEEL-9");
    let crc = crc32c::crc32c(&bytes[16..]);
    bytes[12..16].copy_from_slice(&crc.to_le_bytes());
    fs::write(&path, bytes).unwrap();
    let difference = verified(dir.path()).difference.expect("it is found");
    assert_eq!(difference.against, Against::Snapshot(path));
    assert_eq!(difference.place.commit_no, SNAPSHOT_INPUTS);
    let named = difference.entities.iter().flat_map(|entity| &entity.fields);
    let told: Vec<String> = named.map(ToString::to_string).collect();
    assert!(
        told.iter()
            .any(|text| text.contains("STEEL-9") && text.contains("STEEL-7")),
        "{told:?}"
    );
}

#[tokio::test]
async fn a_snapshot_of_another_format_or_damaged_is_passed_over_by_name() {
    for (at, says) in [(8, "has snapshot format"), (60, "is damaged")] {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), &events()).await;
        let path = files(dir.path(), "snapshot-").pop().unwrap();
        let mut bytes = fs::read(&path).unwrap();
        bytes[at] ^= 0x40;
        fs::write(&path, bytes).unwrap();
        let found = verified(dir.path());
        assert_eq!(found.difference, None);
        let against = found.snapshots[0].1.as_deref().unwrap();
        assert!(against.contains(says), "{against}");
        // A start does without it.
        open(options(dir.path())).await.unwrap().close().await;
    }
}
