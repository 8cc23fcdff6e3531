//! A state that breaks one rule is seen, by that rule, at its object; the state beside it that
//! breaks none is not.
#[path = "tests/counts.rs"]
mod counts;
#[path = "tests/holds.rs"]
mod holds;

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::wire::decode;
use crate::{Entity, EntityKey, Plant, WorkOrder};

/// Who says it, of what type, at which time of the day, and what.
type Told = (&'static str, &'static str, &'static str, Value);

fn tell(plant: &mut Plant, id: &str, (source, name, at, data): &Told) {
    let text = json!({"specversion": "1.0", "id": id, "source": source, "plant": "P1",
        "type": format!("mfg.{name}.v1"), "time": format!("2026-03-01T{at}:00Z"), "data": data});
    let event = decode(text.to_string().as_bytes()).unwrap_or_else(|e| panic!("{name}: {e:?}"));
    let told = plant.apply(&event);
    told.unwrap_or_else(|rejection| panic!("{name}: {rejection}"));
}

/// A plant that was told so, and in which nothing is broken.
fn plant(facts: &[Told]) -> Plant {
    let mut plant = Plant::new("P1".parse().unwrap());
    for (n, fact) in facts.iter().enumerate() {
        tell(&mut plant, &format!("e{}", n + 1), fact);
    }
    assert_eq!(plant.breaches(), []);
    plant
}

/// The same plant with other entities.
fn made_of(plant: &Plant, entities: Vec<Entity>) -> Plant {
    Plant::from_parts(plant.id().clone(), entities, BTreeMap::new(), plant.clock())
}

/// Numbers of the rules that are broken, and where.
fn broken(plant: &Plant) -> Vec<String> {
    let found = plant.breaches();
    let mut found: Vec<String> = found
        .iter()
        .map(|breach| format!("{} at {}", breach.invariant.id(), breach.object))
        .collect();
    found.sort();
    found
}

/// What is broken in `plant` once one of its entities is forged.
fn forged(plant: &Plant, key: &str, forge: impl FnOnce(&mut Entity)) -> Vec<String> {
    let mut entities: Vec<Entity> = plant.entities().cloned().collect();
    let named = |entity: &&mut Entity| entity.key().to_string() == key;
    let entity = entities.iter_mut().find(named);
    forge(entity.unwrap_or_else(|| panic!("there is no {key}")));
    broken(&made_of(plant, entities))
}

/// What is broken in `now` if one of its entities had slept since `before`.
fn asleep(before: &Plant, now: &Plant, key: &EntityKey) -> Vec<String> {
    let mut entities: Vec<Entity> = now.entities().cloned().collect();
    let entity = entities.iter_mut().find(|entity| entity.key() == *key);
    *entity.unwrap() = before.get(key).unwrap().clone();
    broken(&made_of(now, entities))
}

fn order_of(entity: &mut Entity) -> &mut WorkOrder {
    match entity {
        Entity::WorkOrder(order) => order,
        other => panic!("{} is no order", other.key()),
    }
}

fn lot_of(entity: &mut Entity) -> &mut crate::Lot {
    match entity {
        Entity::Lot(lot) => lot,
        other => panic!("{} is no lot", other.key()),
    }
}

fn pieces(value: &str) -> Value {
    json!({"value": value, "unit": "H87"})
}

fn kilos(value: &str) -> Value {
    json!({"value": value, "unit": "KGM"})
}

/// Order O of 5 pieces took 10 kg of lot R, gave 2 back, used 5 and delivered 3 pieces into lot L.
fn supplied() -> Plant {
    let moved = |quantity: &str| {
        json!({"order": "O", "material": "RAW", "lot": "R",
        "quantity": kilos(quantity)})
    };
    let of_raw = json!({"lot": "R", "material": "RAW", "quantity": kilos("20")});
    let order = json!({"order": "O", "material": "M", "quantity": pieces("5")});
    let received = json!({"order": "O", "lot": "L", "quantity": pieces("3")});
    plant(&[
        ("/wms", "lot.created", "05:00", of_raw),
        ("/erp", "work_order.created", "05:00", order),
        (
            "/erp",
            "work_order.released",
            "05:10",
            json!({"order": "O", "operations": []}),
        ),
        ("/wms", "material.issued", "06:00", moved("10")),
        ("/wms", "material.returned", "07:00", moved("2")),
        ("/mes", "material.consumed", "08:00", moved("5")),
        ("/wms", "goods.received", "09:00", received),
    ])
}

#[test]
fn a_movement_that_only_one_book_knows_is_seen() {
    let plant = supplied();
    let both = ["I01 at Lot R", "I01 at Order O"];
    let delivered = ["I01 at Lot L", "I22 at Order O"];
    for (place, seen) in [(0, both), (1, both), (2, both), (3, delivered)] {
        let forge = |entity: &mut Entity| {
            let moved = order_of(entity).moved.as_mut().unwrap();
            let reversal = crate::document_reversal::Reversal {
                at: crate::Time::EPOCH,
                by: "x".parse().unwrap(),
                reason: "gone".into(),
            };
            std::sync::Arc::make_mut(moved).forge(place, |it| it.reversed = Some(reversal));
        };
        assert_eq!(forged(&plant, "Order O", forge), seen, "movement {place}");
    }
}

#[test]
fn a_lot_that_says_otherwise_than_its_orders_is_seen() {
    let plant = supplied();
    let one = Decimal::ONE;
    let takes: [fn(&mut crate::OrderTake, Decimal); 5] = [
        |take, one| take.issued += one,
        |take, one| take.returned += one,
        |take, one| take.scrapped += one,
        |take, one| take.consume(None, one),
        |take, one| take.consume(Some(&"X".parse().unwrap()), one),
    ];
    for part in takes {
        let forge = |entity: &mut Entity| {
            let stock = &mut lot_of(entity).goods.stock;
            part(stock.orders.get_mut(&"O".parse().unwrap()).unwrap(), one);
        };
        assert_eq!(forged(&plant, "Lot R", forge), ["I01 at Lot R"]);
    }
    let forge = |entity: &mut Entity| {
        let flows = lot_of(entity).goods.stock.flows.as_mut().unwrap();
        flows.store(crate::Time::EPOCH, one);
    };
    assert_eq!(forged(&plant, "Lot L", forge), ["I01 at Lot L"]);
}

#[test]
fn a_lot_that_holds_less_than_nothing_is_seen_and_an_empty_one_is_not() {
    let plant = supplied();
    // Eight of them are with the order.
    for (received, seen) in [(8, &[][..]), (7, &["I02 at Lot R"][..])] {
        let forge = |entity: &mut Entity| {
            let created = lot_of(entity).goods.stock.created.as_mut().unwrap();
            created.quantity = Decimal::from(received);
        };
        assert_eq!(forged(&plant, "Lot R", forge), seen, "{received}");
    }
}

#[test]
fn a_delivery_of_more_than_is_tolerated_is_seen_and_one_of_just_so_much_is_not() {
    let plant = supplied();
    for (over, seen) in [
        ("0.5", &[][..]),
        ("0.49", &["I03 at Order O"][..]),
        ("0", &["I03 at Order O"][..]),
    ] {
        let forge = |entity: &mut Entity| {
            let order = order_of(entity);
            order.ordered = Decimal::from(2);
            order.tolerance.over = over.parse().unwrap();
        };
        assert_eq!(forged(&plant, "Order O", forge), seen, "3 of 2, {over}");
    }
    let forge = |entity: &mut Entity| order_of(entity).release = None;
    let none: &[&str] = &[];
    assert_eq!(forged(&plant, "Order O", forge), none, "nobody said so yet");
}

#[test]
fn a_movement_that_is_booked_as_another_quantity_is_seen() {
    let plant = supplied();
    let unit = |told: &str| -> crate::Unit { told.parse().unwrap() };
    for told in [("11", "KGM"), ("10", "H87"), ("10", "GRM")] {
        let forge = |entity: &mut Entity| {
            let moved = order_of(entity).moved.as_mut().unwrap();
            std::sync::Arc::make_mut(moved).forge(0, |it| {
                it.told.value = told.0.parse().unwrap();
                it.told.unit = unit(told.1);
            });
        };
        assert_eq!(forged(&plant, "Order O", forge), ["I16 at Order O"]);
    }
    let forge = |entity: &mut Entity| {
        let moved = order_of(entity).moved.as_mut().unwrap();
        std::sync::Arc::make_mut(moved).forge(0, |it| {
            it.told.value = "10000".parse().unwrap();
            it.told.unit = unit("GRM");
        });
    };
    let none: &[&str] = &[];
    assert_eq!(forged(&plant, "Order O", forge), none, "it is the same");
}

#[test]
fn a_conversion_without_a_factor_is_seen() {
    let version = |number: u64| {
        json!({"material": "M", "version": number, "base_unit": "KGM",
        "conversions": [{"unit": "H87", "numerator": "2", "denominator": "1"}]})
    };
    let plant = plant(&[("/erp", "material.updated", "06:00", version(1))]);
    let at = plant.material(&"M".parse().unwrap()).unwrap().versions()[0].at();
    let before = at.plus_micros(-1);
    for (from, at, seen) in [
        ("H87", at, &[][..]),
        ("H87", before, &["I16 at Material M"][..]),
        ("LTR", at, &["I16 at Material M"][..]),
    ] {
        let forge = |entity: &mut Entity| {
            let Entity::Material(material) = entity else {
                panic!("a material")
            };
            let pair = (from.parse().unwrap(), "KGM".parse().unwrap());
            material.versions[0].used.insert(pair, at);
        };
        assert_eq!(forged(&plant, "Material M", forge), seen, "{from} at {at}");
    }
}

#[test]
fn a_material_whose_version_falls_is_seen_and_one_that_is_told_again_is_not() {
    let version = |number: u64| json!({"material": "M", "version": number, "base_unit": "KGM"});
    let plant = plant(&[
        ("/erp", "material.updated", "06:00", version(1)),
        ("/erp", "material.updated", "07:00", version(2)),
        ("/erp", "material.updated", "08:00", version(3)),
    ]);
    for (numbers, seen) in [
        ([1, 1, 2], &[][..]),
        ([2, 1, 3], &["I18 at Material M"][..]),
        ([1, 3, 2], &["I18 at Material M"][..]),
    ] {
        let forge = |entity: &mut Entity| {
            let Entity::Material(material) = entity else {
                panic!("a material")
            };
            for (version, number) in material.versions.iter_mut().zip(numbers) {
                version.number = number;
            }
        };
        assert_eq!(forged(&plant, "Material M", forge), seen, "{numbers:?}");
    }
}

#[test]
fn routings_out_of_their_order_or_twice_are_seen() {
    let version = |number: &str| {
        json!({"routing": "R", "version": number, "material": "M",
        "operations": [{"op": "10"}]})
    };
    let plant = plant(&[
        ("/erp", "routing.published", "06:00", version("1")),
        ("/erp", "routing.published", "07:00", version("2")),
    ]);
    let key = EntityKey::Routing("M".parse().unwrap()).to_string();
    let seen = [format!("I18 at {key}")];
    let routing = |entity: &mut Entity, forge: fn(&mut Vec<crate::RoutingVersion>)| {
        let Entity::Routing(routing) = entity else {
            panic!("a routing")
        };
        forge(&mut routing.versions);
    };
    let swapped = forged(&plant, &key, |it| routing(it, |all| all.swap(0, 1)));
    assert_eq!(swapped, seen);
    let twice = forged(&plant, &key, |it| {
        routing(it, |all| all[1] = all[0].clone())
    });
    assert_eq!(twice, seen);
}

#[test]
fn lots_that_come_from_themselves_are_seen_and_those_behind_them() {
    let lot = json!({"lot": "A", "material": "M", "quantity": kilos("10")});
    let used = |from: &str, into: &str| {
        json!({"inputs": [{"lot": from, "quantity": kilos("1")}],
            "outputs": [{"lot": into, "material": "M", "quantity": kilos("1")}]})
    };
    let plant = plant(&[
        ("/wms", "lot.created", "06:00", lot),
        ("/mes", "lot.transformed", "07:00", used("A", "B")),
        ("/mes", "lot.transformed", "08:00", used("B", "C")),
    ]);
    let parents = plant.lot(&"C".parse().unwrap()).unwrap().parents().clone();
    let forge = |entity: &mut Entity| lot_of(entity).goods.card.parents = parents;
    let seen = ["I10 at Lot A", "I10 at Lot B", "I10 at Lot C"];
    assert_eq!(forged(&plant, "Lot A", forge), seen);
}

#[test]
fn a_start_without_a_release_is_seen_and_a_plan_without_one_is_not() {
    let order = json!({"order": "O", "material": "M", "quantity": pieces("5")});
    let released = json!({"order": "O", "operations": [{"op": "10", "work_center": "W"}]});
    let mut facts = vec![
        ("/erp", "work_order.created", "05:00", order),
        ("/erp", "work_order.released", "05:10", released),
    ];
    let forge = |entity: &mut Entity| order_of(entity).release = None;
    let none: &[&str] = &[];
    assert_eq!(forged(&plant(&facts), "Order O", forge), none);
    let started = json!({"order": "O", "op": "10", "work_center": "W"});
    facts.push(("/mes", "operation.started", "06:00", started));
    assert_eq!(forged(&plant(&facts), "Order O", forge), ["I13 at Order O"]);
}

#[test]
fn what_a_work_center_missed_is_seen() {
    let mut facts = Vec::new();
    for order in ["O", "P"] {
        let created = json!({"order": order, "material": "M", "quantity": pieces("5")});
        facts.push(("/erp", "work_order.created", "05:00", created));
        let ops = json!({"order": order, "operations": [{"op": "10", "work_center": "W"}]});
        facts.push(("/erp", "work_order.released", "05:10", ops));
    }
    let start = |order: &str| json!({"order": order, "op": "10", "work_center": "W"});
    facts.push(("/mes", "operation.started", "06:00", start("O")));
    let one = plant(&facts);
    facts.push(("/mes", "operation.started", "06:10", start("P")));
    let two = plant(&facts);
    let center = EntityKey::WorkCenter("W".parse().unwrap());
    assert_eq!(
        asleep(&one, &two, &center),
        [format!("I12 at {center}")],
        "a start"
    );
    facts.push((
        "/mes",
        "operation.completed",
        "07:00",
        json!({"order": "P", "op": "10", "unit": "H87", "good": "5"}),
    ));
    let over = plant(&facts);
    assert_eq!(
        asleep(&two, &over, &center),
        [format!("I12 at {center}")],
        "an end"
    );
}

#[test]
fn a_word_of_the_owner_that_is_kept_as_a_claim_is_seen() {
    let table = json!({"version": 1,
        "sources": [{"source": "/erp", "system": "erp"}, {"source": "/mes", "system": "mes"}],
        "owners": [{"entity": "work_order", "field": "priority", "owner": "erp"}]});
    let order = json!({"order": "O", "material": "M", "quantity": pieces("5")});
    let changed = json!({"order": "O", "priority": {"new": 7}, "reason": "r"});
    let plant = plant(&[
        ("/ops", "ownership.published", "04:00", table),
        ("/erp", "work_order.created", "05:00", order),
        ("/mes", "work_order.changed", "06:00", changed),
    ]);
    let sources = |forge: fn(&mut crate::Ownership)| {
        forged(&plant, &EntityKey::Ownership.to_string(), |entity| {
            let Entity::Ownership(table) = entity else {
                panic!("the table")
            };
            forge(table);
        })
    };
    let mes: fn(&mut crate::Ownership) = |table| {
        let mes = "/mes".parse().unwrap();
        table.sources.insert(mes, crate::System::Erp);
    };
    assert_eq!(sources(mes), ["I17 at Order O"]);
    let none: &[&str] = &[];
    assert_eq!(sources(|_| {}), none);
}
