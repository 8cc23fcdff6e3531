//! Decoding a 600-byte progress report: the canonical event against bare serde_json.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a bench without its message has nothing to measure"
)]

use std::hint::black_box;
use std::time::Duration;

use actors::Input;
use benches::borrowed_event::BorrowedEvent;
use benches::shop::{REPORT_BYTES, Shop, now};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use twin_model::wire;

fn decoding(c: &mut Criterion) {
    let shop = Shop::new("BENCH", 200).unwrap();
    let bytes = shop.report("r1-00000001", 7, now()).unwrap();
    let event = wire::decode(&bytes).unwrap();
    let mut group = c.benchmark_group("wire, 600 bytes");
    group.throughput(Throughput::Bytes(REPORT_BYTES as u64));
    group.bench_function("serde_json into borrowed fields", |bencher| {
        bencher.iter(|| {
            let event: BorrowedEvent<'_> = serde_json::from_slice(black_box(&bytes)).unwrap();
            event.data.good.len()
        });
    });
    group.bench_function("serde_json into Value", |bencher| {
        bencher.iter(|| serde_json::from_slice::<serde_json::Value>(black_box(&bytes)).unwrap());
    });
    group.bench_function("wire::decode", |bencher| {
        bencher.iter(|| wire::decode(black_box(&bytes)).unwrap());
    });
    group.bench_function(
        "Input::decode (with idempotency key and digest)",
        |bencher| {
            bencher.iter(|| Input::decode(black_box(&bytes).clone()));
        },
    );
    group.bench_function("content digest", |bencher| {
        bencher.iter(|| black_box(&event).content_digest());
    });
    group.bench_function("wire::encode", |bencher| {
        bencher.iter(|| wire::encode(black_box(&event)));
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .measurement_time(Duration::from_secs(3))
        .warm_up_time(Duration::from_secs(1))
        .sample_size(30);
    targets = decoding
}
criterion_main!(benches);
