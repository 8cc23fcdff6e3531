//! Events that wait, and what may not slip through while they do.

use actors::{Disposition, Input, PlantHandle, PlantOptions, open};
use bytes::Bytes;
use serde_json::{Value, json};
use twin_model::{Code, GateDecision};

use crate::story::{message, options, tell};

fn q(value: &str) -> Value {
    json!({"value": value, "unit": "KGM"})
}

pub(crate) fn lot(id: &str) -> Bytes {
    let data = json!({"lot": id, "material": "M", "quantity": q("10")});
    message(&format!("lot-{id}"), "/wms", "lot.created", data)
}

fn made(id: &str, from: &str, to: &str, quantity: &str) -> Bytes {
    message(
        id,
        "/mes",
        "lot.transformed",
        json!({
        "inputs": [{"lot": from, "quantity": q(quantity)}],
        "outputs": [{"lot": to, "material": "M", "quantity": q("1")}]}),
    )
}

pub(crate) fn hold(id: &str, lot: &str) -> Bytes {
    let data = json!({"hold": id, "scope": {"kind": "lot", "id": lot}, "reason": "crack"});
    message(&format!("place-{id}"), "/qms", "hold.placed", data)
}

fn release(id: &str) -> Bytes {
    let data = json!({"hold": id, "disposition": "ok", "released_by": "quality"});
    message(&format!("release-{id}"), "/qms", "hold.released", data)
}

fn ship(delivery: &str, lot: &str) -> Bytes {
    let data = json!({"delivery": delivery, "lots": [{"lot": lot, "quantity": q("1")}]});
    message(
        &format!("ship-{delivery}"),
        "/erp",
        "shipment.requested",
        data,
    )
}

async fn gate(plant: &PlantHandle, delivery: &str) -> (GateDecision, Vec<Code>) {
    let snapshot = plant.fork().take().await.unwrap();
    let shipment = snapshot.plant.shipment(&delivery.parse().unwrap()).unwrap();
    (
        shipment.decision(),
        shipment
            .reasons()
            .iter()
            .map(|reason| reason.code)
            .collect(),
    )
}

#[tokio::test]
async fn what_is_made_from_a_held_lot_cannot_ship_under_another_report() {
    let dir = tempfile::tempdir().unwrap();
    let plant = open(options(dir.path())).await.unwrap();
    for raw in [lot("A"), lot("B"), ship("D-1", "B"), hold("H", "A")] {
        assert_eq!(tell(&plant, raw).await, Disposition::Applied);
    }
    assert_eq!(gate(&plant, "D-1").await, (GateDecision::Cleared, vec![]));
    for (id, output) in [("t1", "B"), ("t2", "C")] {
        let waits = tell(&plant, made(id, "A", output, "1")).await;
        assert!(
            matches!(
                waits,
                Disposition::Parked {
                    code: Code::R07,
                    ..
                }
            ),
            "{waits:?}"
        );
    }
    assert_eq!(
        gate(&plant, "D-1").await,
        (GateDecision::Blocked, vec![Code::R45])
    );
    for raw in [
        lot("C"),
        ship("D-2", "C"),
        made("t3", "C", "E", "1"),
        ship("D-3", "E"),
    ] {
        assert_eq!(tell(&plant, raw).await, Disposition::Applied);
    }
    for delivery in ["D-2", "D-3"] {
        assert_eq!(
            gate(&plant, delivery).await,
            (GateDecision::Blocked, vec![Code::R45])
        );
    }
    plant.close().await;

    let plant = open(options(dir.path())).await.unwrap();
    assert_eq!(
        gate(&plant, "D-3").await,
        (GateDecision::Blocked, vec![Code::R45])
    );
    tell(&plant, release("H")).await;
    for delivery in ["D-1", "D-2", "D-3"] {
        assert_eq!(
            gate(&plant, delivery).await,
            (GateDecision::Cleared, vec![]),
            "{delivery}"
        );
    }
    assert_eq!(plant.fork().take().await.unwrap().counts.parked, 0);
}

#[tokio::test]
async fn what_announces_an_object_does_not_wait_behind_what_waits_for_it() {
    let dir = tempfile::tempdir().unwrap();
    let plant = open(options(dir.path())).await.unwrap();
    let early = tell(&plant, release("H")).await;
    assert!(
        matches!(
            early,
            Disposition::Parked {
                code: Code::R01,
                ..
            }
        ),
        "{early:?}"
    );
    assert_eq!(tell(&plant, hold("H", "A")).await, Disposition::Applied);
    let snapshot = plant.fork().take().await.unwrap();
    assert_eq!(snapshot.counts.parked, 0);
    assert!(
        !snapshot
            .plant
            .hold(&"H".parse().unwrap())
            .unwrap()
            .is_open()
    );
}

#[tokio::test]
async fn what_brings_stock_does_not_wait_behind_what_lacks_it() {
    let dir = tempfile::tempdir().unwrap();
    let plant = open(options(dir.path())).await.unwrap();
    let wms = |id: &str, name: &str, data: Value| message(id, "/wms", name, data);
    for raw in [lot("X"), made("t1", "X", "A", "1")] {
        assert_eq!(tell(&plant, raw).await, Disposition::Applied);
    }
    let counted = json!({"lot": "A", "counted": q("8"), "booked": q("10"), "reason": "count"});
    let short = tell(&plant, wms("count", "stock.adjusted", counted)).await;
    assert!(
        matches!(
            short,
            Disposition::Parked {
                code: Code::R17,
                ..
            }
        ),
        "{short:?}"
    );
    assert_eq!(tell(&plant, lot("A")).await, Disposition::Applied);
    let snapshot = plant.fork().take().await.unwrap();
    assert_eq!(snapshot.counts.parked, 0);
    let on_hand = snapshot.plant.lot(&"A".parse().unwrap()).unwrap().on_hand();
    assert_eq!(on_hand.to_string(), "9");
}

#[tokio::test]
async fn many_reports_that_wait_for_one_lot_are_tried_in_one_pass() {
    const WAITING: usize = 2_000;
    let dir = tempfile::tempdir().unwrap();
    let plant = open(options(dir.path())).await.unwrap();
    let inputs = (0..WAITING)
        .map(|n| Input::decode(made(&format!("t{n}"), "A", &format!("B{n}"), "0.01")))
        .collect();
    plant.intake().submit(inputs).await.unwrap();
    assert_eq!(
        plant.fork().take().await.unwrap().counts.parked,
        WAITING as u64
    );
    tell(&plant, lot("A")).await;
    let counts = plant.fork().take().await.unwrap().counts;
    // 10 kg are enough for 1,000 of them; the others go on waiting.
    assert_eq!((counts.parked, counts.applied), (1_000, 1_001));
}

#[tokio::test]
async fn a_refusal_goes_back_to_its_sender_as_a_command() {
    let dir = tempfile::tempdir().unwrap();
    let plant = open(options(dir.path())).await.unwrap();
    for raw in [hold("H", "A"), release("H")] {
        tell(&plant, raw).await;
    }
    let again = message(
        "again",
        "/qms",
        "hold.released",
        json!({"hold": "H",
        "disposition": "ok", "released_by": "quality"}),
    );
    assert!(matches!(tell(&plant, again).await, Disposition::Refused(_)));
    let due = plant.outbox().due(10).await.unwrap();
    let body: Value = serde_json::from_str(&due[0].body).unwrap();
    assert_eq!(body["type"], "mfg.event.rejected.v1");
    assert_eq!(body["data"]["code"], "TWIN-R14");
    assert_eq!(
        (&body["data"]["source"], &body["causationid"]),
        (&json!("/qms"), &json!("again"))
    );
}

#[tokio::test]
async fn a_refused_time_does_not_count_as_the_newest_of_its_source() {
    let dir = tempfile::tempdir().unwrap();
    let plant = open(PlantOptions::new("P1".parse().unwrap(), dir.path()))
        .await
        .unwrap();
    let mut event: Value = serde_json::from_slice(&lot("A")).unwrap();
    event["time"] = json!("2999-01-01T00:00:00Z");
    let refused = tell(&plant, event.to_string().into()).await;
    assert!(matches!(refused, Disposition::Refused(r) if r.code() == Code::R38));
    assert!(plant.fork().take().await.unwrap().sources.is_empty());
}

#[tokio::test]
async fn a_follower_that_does_not_read_cannot_keep_a_plant_from_closing() {
    let dir = tempfile::tempdir().unwrap();
    let plant = open(options(dir.path())).await.unwrap();
    let subscription = plant.feed().subscribe().await.unwrap();
    let busy = {
        let plant = plant.clone();
        tokio::spawn(async move {
            for n in 0..=actors::FEED_COMMITS_MAX + 10 {
                let raw = lot(&format!("L{n}"));
                if plant
                    .intake()
                    .submit(vec![Input::decode(raw)])
                    .await
                    .is_err()
                {
                    return;
                }
            }
        })
    };
    while subscription.commits.len() < actors::FEED_COMMITS_MAX {
        tokio::task::yield_now().await;
    }
    plant.close().await;
    assert!(!plant.is_open());
    busy.await.unwrap();
}

/// The warehouse takes back an issue that it sends next: the retraction waits, and does not keep
/// back the very movement that it waits for.
#[tokio::test]
async fn what_takes_an_event_back_waits_for_it_and_keeps_nothing_back() {
    let dir = tempfile::tempdir().unwrap();
    let plant = open(options(dir.path())).await.unwrap();
    let order = json!({"order": "WO", "material": "M", "quantity": q("10")});
    tell(&plant, message("c", "/erp", "work_order.created", order)).await;
    let release = json!({"order": "WO"});
    tell(&plant, message("r", "/erp", "work_order.released", release)).await;
    let back = json!({"object": {"kind": "work_order", "id": "WO"}, "event": "m1",
        "type": "mfg.material.issued.v1", "reason": "did_not_occur"});
    let waits = tell(&plant, message("back", "/wms", "event.retracted", back)).await;
    assert!(
        matches!(
            waits,
            Disposition::Parked {
                code: Code::R01,
                ..
            }
        ),
        "{waits:?}"
    );
    let issue = json!({"order": "WO", "material": "RAW", "quantity": q("5")});
    let issue = tell(&plant, message("m1", "/wms", "material.issued", issue)).await;
    assert!(matches!(issue, Disposition::Applied), "{issue:?}");
    let snapshot = plant.fork().take().await.unwrap();
    assert_eq!(snapshot.counts.parked, 0);
    let order = snapshot.plant.work_order(&"WO".parse().unwrap()).unwrap();
    let movements = order.movement_list();
    assert!(movements.iter().all(|movement| !movement.stands()));
}
