//! `Plant::apply` per event, without journal, actor or wire.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    reason = "a bench without its plant has nothing to measure"
)]

use std::hint::black_box;
use std::time::Duration;

use benches::shop::{Scatter, Shop, readable};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use serde_json::{Value, json};
use twin_model::wire::decode;
use twin_model::{Event, Plant};

/// Events of one measured batch.
const BATCH: usize = 1_000;

fn plant_of(shop: &Shop, events: &[bytes::Bytes]) -> Plant {
    let mut plant = Plant::new(shop.plant().clone());
    apply_all(&mut plant, &readable(events).unwrap());
    plant
}

fn apply_all(plant: &mut Plant, events: &[Event]) {
    for event in events {
        black_box(plant.apply(event).unwrap());
    }
}

fn events(count: usize, event: impl Fn(usize) -> bytes::Bytes) -> Vec<Event> {
    (0..count).map(|n| decode(&event(n)).unwrap()).collect()
}

/// Events that change the plant for good: each batch starts from the same plant.
fn changing(c: &mut Criterion, name: &str, plant: &Plant, batch: &[Event]) {
    let mut group = c.benchmark_group("apply");
    group.throughput(Throughput::Elements(batch.len() as u64));
    group.bench_function(name, |bencher| {
        bencher.iter_batched(
            || plant.clone(),
            |mut plant| {
                apply_all(&mut plant, batch);
                plant
            },
            BatchSize::LargeInput,
        );
    });
    group.finish();
}

fn progress_reports(c: &mut Criterion) {
    for orders in [1_000, 100_000] {
        let shop = Shop::new("BENCH", orders).unwrap();
        let mut plant = plant_of(&shop, &shop.set_up().unwrap());
        let reports = readable(&shop.reports("r", 65_536).unwrap()).unwrap();
        let mut group = c.benchmark_group("apply");
        group.throughput(Throughput::Elements(1));
        let mut next = reports.iter().cycle();
        group.bench_function(
            format!("operation.progressed, {orders} orders"),
            |bencher| {
                bencher.iter(|| plant.apply(next.next().unwrap()).unwrap());
            },
        );
        group.finish();
    }
}

fn operations(c: &mut Criterion) {
    let shop = Shop::new("BENCH", BATCH).unwrap();
    let mut set_up: Vec<bytes::Bytes> = Vec::new();
    for number in 0..BATCH {
        set_up.extend([shop.created(number), shop.released(number)]);
    }
    let mut plant = plant_of(&shop, &set_up);
    let operation = |kind: &str, n: usize, mut data: Value| {
        data["order"] = Shop::order(n).into();
        data["op"] = "0010".into();
        data["work_center"] = format!("WC-{:04}", n / 100).into();
        shop.event("/mes", &format!("{kind}-{n}"), kind, &data)
    };
    let starts = events(BATCH, |n| {
        operation("mfg.operation.started.v1", n, json!({"worker": "W-1"}))
    });
    changing(c, "operation.started", &plant, &starts);
    apply_all(&mut plant, &starts);
    let completions = events(BATCH, |n| {
        let data = json!({"unit": "H87", "good": "5", "scrap": "1"});
        operation("mfg.operation.completed.v1", n, data)
    });
    changing(c, "operation.completed", &plant, &completions);

    let states: Vec<Event> = events(BATCH, |n| {
        let item_state = if n % 2 == 0 {
            "executing"
        } else {
            "not_executing"
        };
        let data = json!({
            "work_center": format!("WC-{:04}", n / 100), "item_state": item_state,
            "mode": "processing",
        });
        let kind = "mfg.work_center.state_changed.v1";
        shop.event("/edge", &format!("state-{n}"), kind, &data)
    });
    let mut scatter = Scatter::new(BATCH);
    let mut group = c.benchmark_group("apply");
    group.throughput(Throughput::Elements(1));
    group.bench_function("work_center.state_changed, queue of 100", |bencher| {
        bencher.iter(|| plant.apply(&states[scatter.pick()]).unwrap());
    });
    group.finish();
}

fn lot(shop: &Shop, name: &str) -> bytes::Bytes {
    let data = json!({"lot": name, "material": "M", "quantity": {"value": "1000", "unit": "KGM"}});
    let id = format!("lot-{name}");
    shop.event("/mes", &id, "mfg.lot.created.v1", &data)
}

fn transformed(shop: &Shop, inputs: &[String], output: &str) -> bytes::Bytes {
    let one = json!({"value": "1", "unit": "KGM"});
    let inputs: Vec<Value> = inputs
        .iter()
        .map(|lot| json!({"lot": lot, "quantity": one}))
        .collect();
    let data = json!({
        "inputs": inputs, "outputs": [{"lot": output, "material": "M", "quantity": one}],
    });
    let id = format!("into-{output}");
    shop.event("/mes", &id, "mfg.lot.transformed.v1", &data)
}

fn lots(c: &mut Criterion) {
    let shop = Shop::new("BENCH", 1).unwrap();
    let empty = Plant::new(shop.plant().clone());
    let born = events(BATCH, |n| lot(&shop, &format!("L{n}")));
    changing(c, "lot.created", &empty, &born);

    let mut plant = empty.clone();
    apply_all(&mut plant, &born);
    let turned = events(BATCH, |n| {
        transformed(&shop, &[format!("L{n}")], &format!("P{n}"))
    });
    changing(c, "lot.transformed, one into one", &plant, &turned);

    let shipments = events(BATCH, |n| {
        let quantity = json!({"value": "1", "unit": "KGM"});
        let data = json!({
            "delivery": format!("D{n}"), "lots": [{"lot": format!("L{n}"), "quantity": quantity}],
        });
        let kind = "mfg.shipment.requested.v1";
        shop.event("/wms", &format!("ship-{n}"), kind, &data)
    });
    changing(c, "shipment.requested, one lot", &plant, &shipments);

    let mut wide = empty;
    let mut family = vec![decode(&lot(&shop, "ROOT")).unwrap()];
    family.extend(events(BATCH, |n| {
        transformed(&shop, &["ROOT".to_owned()], &format!("C{n}"))
    }));
    apply_all(&mut wide, &family);
    let data = json!({"hold": "H1", "scope": {"kind": "lot", "id": "ROOT"}, "reason": "smell"});
    let hold = shop.event("/qms", "hold-1", "mfg.hold.placed.v1", &data);
    let hold = [decode(&hold).unwrap()];
    changing(c, "hold.placed over 1000 descendants", &wide, &hold);
}

fn state_hash(c: &mut Criterion) {
    let shop = Shop::new("BENCH", 9_700).unwrap();
    let plant = plant_of(&shop, &shop.set_up().unwrap());
    let mut group = c.benchmark_group("state_hash");
    group.throughput(Throughput::Elements(plant.len() as u64));
    group.bench_function(format!("{} entities", plant.len()), |bencher| {
        bencher.iter(|| plant.state_hash());
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .measurement_time(Duration::from_secs(3))
        .warm_up_time(Duration::from_secs(1))
        .sample_size(30);
    targets = progress_reports, operations, lots, state_hash
}
criterion_main!(benches);
