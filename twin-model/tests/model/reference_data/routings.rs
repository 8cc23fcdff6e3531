//! Orders that take their operations from the routing of their material.

use serde_json::{Value, json};
use twin_model::wire::snapshot::StoredPlant;
use twin_model::{Code, EntityKey, Event, Plant, ROUTING_VERSIONS_MAX, Time, wire};

use super::{ends_the_same, event, of_erp, order, plant, tell};

fn created() -> Event {
    let data = json!({"order": "WO-1", "material": "SHAFT", "routing_version": "1",
        "quantity": {"value": "10", "unit": "H87"}});
    of_erp("work_order.created", 5, &data)
}

fn released(hour: u32, more: &Value) -> Event {
    let mut data = json!({"order": "WO-1"});
    for (key, value) in more.as_object().unwrap() {
        data[key] = value.clone();
    }
    of_erp("work_order.released", hour, &data)
}

/// A routing of two operations, the first at `work_center`.
fn routing(version: &str, hour: u32, work_center: &str) -> Event {
    let data = json!({"routing": "SHAFT", "version": version, "operations": [
        {"op": "10", "work_center": work_center, "quantity": "5"},
        {"op": "20", "work_center": "PACK", "predecessors": ["10"], "delivers": true}]});
    of_erp("routing.published", hour, &data)
}

fn planned(plant: &Plant) -> Vec<(String, Option<String>)> {
    let operations = order(plant).operations().iter();
    operations
        .filter(|op| op.is_planned())
        .map(|op| {
            let place = op.intended_work_center().map(ToString::to_string);
            (op.id().to_string(), place)
        })
        .collect()
}

fn two(first: &str) -> Vec<(String, Option<String>)> {
    let op = |id: &str, place: &str| (id.to_owned(), Some(place.to_owned()));
    vec![op("10", first), op("20", "PACK")]
}

#[test]
fn an_order_without_operations_takes_those_of_its_routing_version() {
    let mut plant = plant();
    tell(&mut plant, &routing("1", 1, "SAW"));
    tell(&mut plant, &routing("2", 2, "LASER"));
    tell(&mut plant, &created());
    tell(&mut plant, &released(6, &json!({})));
    assert_eq!(planned(&plant), two("SAW"));
    let saw = plant.work_center(&"SAW".parse().unwrap()).unwrap();
    assert_eq!(saw.queue().len(), 1, "what may start stands in its queue");
    // The order of the routing holds, and a quantity of the routing does not count.
    let start = json!({"order": "WO-1", "op": "20", "work_center": "PACK"});
    let early = plant.apply(&event("/mes", "operation.started", 7, &start));
    assert_eq!(early.unwrap_err().code(), Code::R06);
    let report = json!({"order": "WO-1", "op": "10", "unit": "H87", "good": "8"});
    tell(
        &mut plant,
        &event("/mes", "operation.progressed", 8, &report),
    );
    assert_eq!(order(&plant).discrepancies(), []);
}

#[test]
fn the_routing_may_come_after_the_release() {
    let report = json!({"order": "WO-1", "op": "10", "unit": "H87", "good": "8"});
    ends_the_same(&[
        created(),
        released(6, &json!({})),
        routing("1", 1, "SAW"),
        routing("1", 3, "LASER"),
        event("/mes", "operation.progressed", 8, &report),
    ]);
    let mut plant = plant();
    tell(&mut plant, &created());
    tell(&mut plant, &released(6, &json!({})));
    assert_eq!(planned(&plant), []);
    tell(&mut plant, &routing("1", 3, "LASER"));
    assert_eq!(planned(&plant), two("LASER"));
    // An older publication of the version, told late, changes nothing; a newer one from after the
    // release neither.
    tell(&mut plant, &routing("1", 1, "SAW"));
    tell(&mut plant, &routing("1", 9, "MILL"));
    assert_eq!(planned(&plant), two("LASER"));
    // One that counted at the release does.
    let data = json!({"routing": "R-77", "material": "SHAFT", "version": "1",
        "effective_from": "2026-03-01T04:00:00Z",
        "operations": [{"op": "10", "work_center": "MILL"}]});
    tell(&mut plant, &event("/mes", "routing.published", 10, &data));
    assert_eq!(
        planned(&plant),
        [("10".to_owned(), Some("MILL".to_owned()))]
    );
}

#[test]
fn an_order_with_operations_of_its_own_keeps_them() {
    let own = json!({"operations": [{"op": "5", "work_center": "HAND"}]});
    let mut plant = plant();
    tell(&mut plant, &created());
    tell(&mut plant, &released(6, &own));
    tell(&mut plant, &routing("1", 1, "SAW"));
    assert_eq!(planned(&plant), [("5".to_owned(), Some("HAND".to_owned()))]);
}

#[test]
fn a_second_release_with_operations_of_its_own_asks_no_routing_any_more() {
    let own = json!({"operations": [{"op": "5", "work_center": "HAND"}]});
    let back = of_erp("work_order.release_withdrawn", 7, &json!({"order": "WO-1"}));
    for known in [true, false] {
        let mut plant = plant();
        if known {
            tell(&mut plant, &routing("1", 1, "SAW"));
        }
        tell(&mut plant, &created());
        tell(&mut plant, &released(6, &json!({})));
        tell(&mut plant, &back);
        tell(&mut plant, &released(8, &own));
        tell(&mut plant, &routing("1", 2, "LASER"));
        assert_eq!(planned(&plant), [("5".to_owned(), Some("HAND".to_owned()))]);
        let routing = plant.routing(&"SHAFT".parse().unwrap()).unwrap();
        assert!(routing.wishes().is_empty());
    }
}

#[test]
fn another_version_of_the_routing_changes_the_plan() {
    let mut plant = plant();
    tell(&mut plant, &routing("1", 1, "SAW"));
    tell(&mut plant, &routing("2", 2, "LASER"));
    tell(&mut plant, &created());
    tell(&mut plant, &released(6, &json!({})));
    let change = json!({"order": "WO-1", "routing_version": {"new": "2"}});
    tell(&mut plant, &of_erp("work_order.changed", 7, &change));
    assert_eq!(planned(&plant), two("LASER"));
    let saw = plant.work_center(&"SAW".parse().unwrap()).unwrap();
    assert!(saw.queue().is_empty());
    let unknown = json!({"order": "WO-1", "routing_version": {"new": "9"}});
    tell(&mut plant, &of_erp("work_order.changed", 8, &unknown));
    assert_eq!(planned(&plant), []);
}

#[test]
fn the_wms_publishes_no_routing() {
    let mut plant = plant();
    tell(&mut plant, &routing("1", 1, "SAW"));
    let data = json!({"routing": "SHAFT", "version": "2", "operations": []});
    tell(&mut plant, &event("/wms", "routing.published", 2, &data));
    let key = EntityKey::Routing("SHAFT".parse().unwrap());
    let codes: Vec<Code> = plant
        .get(&key)
        .unwrap()
        .discrepancies()
        .iter()
        .map(|d| d.code())
        .collect();
    assert_eq!(codes, [Code::R31]);
    let at: Time = "2026-03-01T03:00:00Z".parse().unwrap();
    let routing = plant.routing(&"SHAFT".parse().unwrap()).unwrap();
    assert!(routing.version_at("2", at).is_none());
}

#[test]
fn a_routing_says_what_it_makes() {
    let text = json!({"specversion": "1.0", "id": "1", "source": "/erp", "plant": "P1",
        "type": "mfg.routing.published.v1", "time": "2026-03-01T00:00:00Z",
        "data": {"routing": " R ", "version": "1", "operations": []}});
    let unreadable = wire::decode(text.to_string().as_bytes()).unwrap_err();
    assert_eq!(unreadable.rejection.code(), Code::R34);
}

#[test]
fn a_sparse_release_and_a_sparse_routing_come_back_from_a_compact_snapshot() {
    let mut plant = Plant::new("P1".parse().unwrap());
    let say = |plant: &mut Plant, id: &str, name: &str, data: Value| {
        let text = json!({"specversion": "1.0", "id": id, "source": "/erp", "plant": "P1",
            "type": format!("mfg.{name}.v1"), "time": "2026-03-01T06:00:00Z", "data": data});
        let event = wire::decode(text.to_string().as_bytes()).unwrap();
        plant.apply(&event).unwrap();
    };
    let q = |value: &str| json!({"value": value, "unit": "H87"});
    let order = json!({"order": "O", "material": "M", "quantity": q("9")});
    say(&mut plant, "1", "work_order.created", order);
    let release = json!({"order": "O", "operations": [{"op": "10"}],
        "components": [{"material": "RAW", "quantity": q("18")}]});
    say(&mut plant, "2", "work_order.released", release);
    let routing = json!({"routing": "R", "version": "1", "material": "M",
        "operations": [{"op": "10"}, {"op": "20", "quantity": "4.5", "overlap": true}]});
    say(&mut plant, "3", "routing.published", routing);

    let bytes = postcard::to_allocvec(&StoredPlant::from(&plant)).unwrap();
    let stored: StoredPlant = postcard::from_bytes(&bytes).unwrap();
    let back = Plant::try_from(stored).unwrap();
    assert_eq!(back.state_hash(), plant.state_hash());
}

#[test]
fn a_routing_is_shown_as_it_was_published() {
    let mut plant = plant();
    tell(&mut plant, &routing("1", 1, "SAW"));
    let later = json!({"routing": "R-77", "material": "SHAFT", "version": "2",
        "effective_from": "2026-03-01T09:00:00Z",
        "operations": [{"op": "10", "work_center": "LASER", "quantity": "5"}]});
    tell(&mut plant, &of_erp("routing.published", 2, &later));
    let shown = plant.routing(&"SHAFT".parse().unwrap()).unwrap();
    assert_eq!(shown.id().as_str(), "SHAFT");
    let of = |n: usize| {
        let known = &shown.versions()[n];
        let ops: Vec<&str> = known.operations().iter().map(|op| op.op.as_str()).collect();
        let quantities = known.operations().iter().filter_map(|op| op.quantity);
        assert_eq!(quantities.count(), 0, "only orders have quantities");
        (
            known.name().as_str(),
            known.version().as_str(),
            known.from().to_string(),
            ops,
        )
    };
    let at = |hour: u32| format!("2026-03-01T{hour:02}:00:00Z");
    assert_eq!(of(0), ("SHAFT", "1", at(1), vec!["10", "20"]));
    assert_eq!(of(1), ("R-77", "2", at(9), vec!["10"]));
    let counts = |version: &str, hour: u32| {
        let found = shown.version_at(version, at(hour).parse().unwrap());
        found.map(|found| found.name().as_str())
    };
    assert_eq!(counts("1", 0), None);
    assert_eq!(counts("1", 1), Some("SHAFT"), "from that instant on");
    assert_eq!(counts("2", 8), None);
    assert_eq!(counts("2", 9), Some("R-77"));
}

#[test]
fn of_too_many_versions_the_one_that_counts_from_the_earliest_time_is_forgotten() {
    let publish = |n: usize, plant: &mut Plant| {
        // The greatest version counts from the earliest time.
        let from: Time = "2026-03-01T00:00:00Z".parse().unwrap();
        let from = from.plus_seconds(-60 * i64::try_from(n).unwrap());
        let data = json!({"routing": "SHAFT", "version": format!("{n:03}"), "operations": [],
            "effective_from": from});
        tell(plant, &of_erp("routing.published", 1, &data));
    };
    let mut plant = plant();
    let kept = |plant: &Plant| -> Vec<String> {
        let routing = plant.routing(&"SHAFT".parse().unwrap()).unwrap();
        let versions = routing.versions().iter();
        versions.map(|known| known.version().to_string()).collect()
    };
    for n in (0..ROUTING_VERSIONS_MAX).rev() {
        publish(n, &mut plant);
    }
    assert_eq!(kept(&plant).len(), ROUTING_VERSIONS_MAX);
    publish(ROUTING_VERSIONS_MAX, &mut plant);
    let expected: Vec<String> = (0..ROUTING_VERSIONS_MAX)
        .map(|n| format!("{n:03}"))
        .collect();
    assert_eq!(kept(&plant), expected);
}
