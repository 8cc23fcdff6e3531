//! Sums of decimals stay exact over many events, whatever their order: no float, no rounding, no
//! drift. An independent sum of whole numbers says what must come out.

use std::time::Instant;

use twin_model::{Amount, Decimal, Event, EventBody, LotId, Plant, Quantity, StockAdjusted, Unit};

/// Events of one run: ten million with `--release`.
const EVENTS: u64 = if cfg!(debug_assertions) {
    20_000
} else {
    10_000_000
};
/// Lots that they are told of.
const LOTS: u64 = 1_000;
/// Digits behind the point: billionths.
const SCALE: u32 = 9;
/// What each lot has at first, in billionths of a kilogram: more than all events can take.
const FIRST: i64 = 1_000_000_000_000_000_000;

/// What the `n`th event counts more (or less) of a lot than its books say, in billionths.
fn difference(n: u64) -> i64 {
    let mixed = n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 24;
    let value = i64::try_from(mixed % 12_345_678_901).unwrap();
    if mixed.is_multiple_of(3) {
        -value
    } else {
        value
    }
}

fn amount(billionths: i64) -> Amount {
    Amount::try_from(Decimal::new(billionths, SCALE)).unwrap()
}

fn kilograms(billionths: i64) -> Quantity {
    Quantity {
        value: amount(billionths),
        unit: Unit::KILOGRAM,
    }
}

fn lot(n: u64) -> LotId {
    format!("L-{}", n % LOTS).parse().unwrap()
}

/// A plant that is told all events, in an order that `step` names: with a step that has no factor
/// in common with their number each comes once.
fn told(step: u64) -> Plant {
    let mut plant = Plant::new("P1".parse().unwrap());
    let lots: Vec<LotId> = (0..LOTS).map(lot).collect();
    let mut event = Event {
        id: "e".parse().unwrap(),
        source: "/wms".parse().unwrap(),
        plant: "P1".parse().unwrap(),
        time: "2026-03-01T06:00:00Z".parse().unwrap(),
        sequence: None,
        correlation: None,
        body: EventBody::StockAdjusted(StockAdjusted {
            lot: lots[0].clone(),
            counted: kilograms(0),
            booked: kilograms(0),
            reason: "count".into(),
        }),
    };
    for lot in &lots {
        let created = serde_json::json!({"specversion": "1.0", "id": lot, "source": "/wms",
            "plant": "P1", "type": "mfg.lot.created.v1", "time": "2026-03-01T05:00:00Z",
            "data": {"lot": lot, "material": "M",
                "quantity": {"value": amount(FIRST), "unit": "KGM"}}});
        let created = twin_model::wire::decode(created.to_string().as_bytes()).unwrap();
        plant.apply(&created).unwrap();
    }
    for n in 0..EVENTS {
        let n = n * step % EVENTS;
        let more = difference(n);
        let EventBody::StockAdjusted(body) = &mut event.body else {
            unreachable!("the event is a count")
        };
        body.lot
            .clone_from(&lots[usize::try_from(n % LOTS).unwrap()]);
        body.counted = kilograms(more.max(0));
        body.booked = kilograms((-more).max(0));
        plant.apply(&event).unwrap();
    }
    plant
}

#[test]
fn sums_of_ten_million_events_are_exact_and_equal_in_any_order() {
    let mut expected = vec![i128::from(FIRST); usize::try_from(LOTS).unwrap()];
    for n in 0..EVENTS {
        expected[usize::try_from(n % LOTS).unwrap()] += i128::from(difference(n));
    }
    let start = Instant::now();
    let plant = told(1);
    for (n, billionths) in (0..).zip(&expected) {
        let sum = Decimal::from_i128_with_scale(*billionths, SCALE);
        let found = plant.lot(&lot(n)).unwrap().on_hand();
        assert_eq!(found, sum, "lot {n}");
    }
    // 7,919 is a prime that is no factor of a power of ten.
    let other = told(7_919);
    assert_eq!(other.state_hash(), plant.state_hash());
    println!(
        "2 x {EVENTS} events in {:.1} s",
        start.elapsed().as_secs_f64()
    );
    // The same sum in binary floating point is another one: the check can fail.
    let drifted: f64 = (0..EVENTS).map(|n| difference(n) as f64 / 1e9).sum();
    let exact: i128 = (0..EVENTS).map(|n| i128::from(difference(n))).sum();
    let exact = Decimal::from_i128_with_scale(exact, SCALE);
    assert_ne!(drifted.to_string(), exact.normalize().to_string());
}
