//! What a panic may not touch: neighbours, the entity's own committed state, the journal.
#![cfg(feature = "chaos")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    reason = "tests"
)]

use std::path::Path;

use actors::{
    Disposition, Input, PlantClock, PlantHandle, PlantOptions, QUARANTINE_FAILURES_MAX, open,
};
use bytes::Bytes;
use serde_json::json;
use twin_model::{Code, EntityKey};

fn options(dir: &Path, panic_at: Option<&str>) -> PlantOptions {
    PlantOptions {
        clock: PlantClock::EventTime,
        panic_at: panic_at.map(|order| EntityKey::WorkOrder(order.parse().unwrap())),
        ..PlantOptions::new("P1".parse().unwrap(), dir)
    }
}

fn message(id: &str, name: &str, data: serde_json::Value) -> Bytes {
    json!({"specversion": "1.0", "id": id, "source": "/source", "type": format!("mfg.{name}.v1"),
        "time": "2026-03-01T08:00:00Z", "plant": "P1", "data": data})
    .to_string()
    .into()
}

async fn tell(plant: &PlantHandle, raw: Bytes) -> Disposition {
    plant
        .intake()
        .submit(vec![Input::decode(raw)])
        .await
        .unwrap()
        .dispositions
        .remove(0)
}

fn report(id: &str, order: &str) -> Bytes {
    message(
        id,
        "operation.progressed",
        json!({"order": order, "op": "10", "unit": "H87",
        "good": "1", "work_center": "SAW"}),
    )
}

/// Orders WO-1 and WO-2, released, with one good piece each.
async fn prepare(dir: &Path) {
    let plant = open(options(dir, None)).await.unwrap();
    for order in ["WO-1", "WO-2"] {
        tell(
            &plant,
            message(
                &format!("c{order}"),
                "work_order.created",
                json!({"order": order,
            "material": "M", "quantity": {"value": "100", "unit": "H87"}}),
            ),
        )
        .await;
        tell(
            &plant,
            message(
                &format!("r{order}"),
                "work_order.released",
                json!({"order": order}),
            ),
        )
        .await;
        assert_eq!(
            tell(&plant, report(&format!("e0-{order}"), order)).await,
            Disposition::Applied
        );
    }
    plant.close().await;
}

#[tokio::test]
async fn a_panicking_handler_costs_its_event_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    prepare(dir.path()).await;
    let plant = open(options(dir.path(), Some("WO-1"))).await.unwrap();
    let before = plant.fork().take().await.unwrap();

    let batch = [report("e1", "WO-1"), report("e2", "WO-2")].map(Input::decode);
    let receipt = plant.intake().submit(batch.into()).await.unwrap();
    let Disposition::Exception { rejection, .. } = &receipt.dispositions[0] else {
        panic!("{receipt:?}")
    };
    assert_eq!(rejection.code(), Code::R40);
    assert!(
        rejection
            .to_string()
            .starts_with("The twin failed 3 times on this event at Order WO-1"),
        "{rejection}"
    );
    assert_eq!(
        receipt.dispositions[1],
        Disposition::Applied,
        "the neighbour never noticed"
    );

    let after = plant.fork().take().await.unwrap();
    let order = |id: &str| EntityKey::WorkOrder(id.parse().unwrap());
    assert_eq!(
        after.plant.get(&order("WO-1")),
        before.plant.get(&order("WO-1"))
    );
    assert_ne!(
        after.plant.get(&order("WO-2")),
        before.plant.get(&order("WO-2"))
    );
    let exceptions = plant.exceptions().list().await.unwrap();
    assert_eq!(exceptions.len(), 1);
    assert_eq!(exceptions[0].object, Some(order("WO-1")));
    assert_eq!(exceptions[0].raw, report("e1", "WO-1"), "kept for replay");
    plant.close().await;

    // The verdict is stored: a start with the fault gone does not decide it anew.
    let back = open(options(dir.path(), None)).await.unwrap();
    let recovered = back.fork().take().await.unwrap();
    assert_eq!(recovered.plant.state_hash(), after.plant.state_hash());
    assert_eq!(recovered.counts, after.counts);
    assert_eq!(
        tell(&back, report("e3", "WO-1")).await,
        Disposition::Applied,
        "it still answers"
    );
}

#[tokio::test]
async fn repeated_failures_set_an_entity_aside_until_an_operator_releases_it() {
    let dir = tempfile::tempdir().unwrap();
    prepare(dir.path()).await;
    let plant = open(options(dir.path(), Some("WO-1"))).await.unwrap();
    for n in 0..QUARANTINE_FAILURES_MAX {
        let disposition = tell(&plant, report(&format!("p{n}"), "WO-1")).await;
        assert!(
            matches!(disposition, Disposition::Exception { .. }),
            "{disposition:?}"
        );
    }
    let parked = tell(&plant, report("late", "WO-1")).await;
    assert!(
        matches!(
            parked,
            Disposition::Parked {
                code: Code::R42,
                ..
            }
        ),
        "{parked:?}"
    );
    assert_eq!(
        tell(&plant, report("n", "WO-2")).await,
        Disposition::Applied
    );
    plant.close().await;

    let back = open(options(dir.path(), None)).await.unwrap();
    let parked = tell(&back, report("later", "WO-1")).await;
    assert!(
        matches!(
            parked,
            Disposition::Parked {
                code: Code::R42,
                ..
            }
        ),
        "{parked:?}"
    );
    let key = EntityKey::WorkOrder("WO-1".parse().unwrap());
    back.exceptions().release_quarantine(key).await.unwrap();
    let counts = back.fork().take().await.unwrap().counts;
    assert_eq!(counts.parked, 0);
    assert_eq!(
        counts.exceptions.get(&Code::R40),
        Some(&(QUARANTINE_FAILURES_MAX as u64))
    );
    let order = back.fork().take().await.unwrap();
    let order = order
        .plant
        .work_order(&"WO-1".parse().unwrap())
        .unwrap()
        .clone();
    assert_eq!(
        order.operations()[0].good(),
        3.into(),
        "both waiting reports were applied"
    );
}

#[tokio::test]
async fn the_shard_itself_survives_a_panic_by_rebuilding_from_its_journal() {
    let dir = tempfile::tempdir().unwrap();
    prepare(dir.path()).await;
    let plant = open(options(dir.path(), None)).await.unwrap();
    for round in 0..3 {
        tell(&plant, report(&format!("a{round}"), "WO-1")).await;
        let before = plant.fork().take().await.unwrap();
        plant.panic_shard().await;
        let after = plant.fork().take().await.unwrap();
        assert_eq!(after.plant.state_hash(), before.plant.state_hash());
        assert_eq!(after.counts, before.counts);
        assert_eq!(
            tell(&plant, report(&format!("a{round}"), "WO-1")).await,
            Disposition::Duplicate
        );
    }
    assert!(plant.is_open());
}
