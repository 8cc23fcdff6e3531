//! Each predicate sees what it is there for.
use serde_json::{Value, json};

use super::*;
use crate::wire::decode;

fn tell(plant: &mut Plant, id: &str, source: &str, name: &str, data: &Value) {
    let text = json!({"specversion": "1.0", "id": id, "source": source, "plant": "P1",
        "type": format!("mfg.{name}.v1"), "time": "2026-03-01T08:00:00Z", "data": data});
    let event = decode(text.to_string().as_bytes()).unwrap();
    plant.apply(&event).unwrap();
}

/// Lot L of five pieces, which inspection I looks at before it may be used.
fn plant() -> Plant {
    let mut plant = Plant::new("P1".parse().unwrap());
    let five = json!({"value": "5", "unit": "H87"});
    let lot = json!({"lot": "L", "material": "M", "quantity": five});
    tell(&mut plant, "1", "/wms", "lot.created", &lot);
    let look = json!({"inspection": "I", "lot": "L", "quantity": five, "blocking": true});
    tell(&mut plant, "2", "/qms", "inspection.created", &look);
    assert_eq!(plant.breaches(), []);
    plant
}

#[test]
fn a_lot_that_is_cleared_or_free_before_the_decision_is_seen() {
    let plant = plant();
    let lot = plant.lot(&"L".parse().unwrap()).unwrap();
    let inspection = "I".parse().unwrap();
    assert_eq!(waits_for(lot, &inspection, false), None);
    let text = waits_for(lot, &inspection, true).unwrap();
    assert!(text.contains("lot L is cleared"), "{text}");
    let mut free = lot.clone();
    free.goods.quality = None;
    let text = waits_for(&free, &inspection, false).unwrap();
    assert!(text.contains("does not wait"), "{text}");
}

#[test]
fn a_decision_that_does_not_come_to_what_was_inspected_is_seen() {
    let mut plant = plant();
    let decided = json!({"inspection": "I", "by": "q", "decisions":
        [{"quantity": {"value": "5", "unit": "H87"}, "decision": "accept"}]});
    tell(&mut plant, "3", "/qms", "inspection.decided", &decided);
    assert_eq!(plant.breaches(), []);
    let inspection = plant.inspection(&"I".parse().unwrap()).unwrap();
    let decision = &inspection.decisions()[0];
    assert_eq!(
        sum_of(None, decision),
        None,
        "nobody said how much was inspected"
    );
    let text = sum_of(Some(6.into()), decision).unwrap();
    assert!(text.contains("decided 5") && text.contains('6'), "{text}");
}

#[test]
fn what_left_since_the_inspection_was_asked_for_is_seen_where_it_is_free() {
    let mut plant = plant();
    let one = json!({"value": "1", "unit": "H87"});
    let part = json!({"parent": "L", "children": [{"lot": "P", "quantity": one}]});
    tell(&mut plant, "3", "/mes", "lot.split", &part);
    let part = json!({"parent": "P", "children": [{"lot": "Q", "quantity": one}]});
    tell(&mut plant, "4", "/mes", "lot.split", &part);
    assert_eq!(plant.breaches(), []);
    let seen = |asked: Time, cleared: &[&LotId]| {
        let lot = plant.lot(&"L".parse().unwrap()).unwrap();
        let mut waiting = BTreeMap::new();
        let cleared = cleared.iter().copied().collect();
        goes_on((lot, asked), &plant, &cleared, &mut waiting);
        waiting.into_keys().collect::<Vec<_>>()
    };
    let asked = plant
        .inspection(&"I".parse().unwrap())
        .unwrap()
        .created_at();
    let part: LotId = "Q".parse().unwrap();
    assert_eq!(seen(asked, &[]), []);
    assert_eq!(seen(asked, &[&part]), [EntityKey::Lot(part.clone())]);
    assert_eq!(seen(asked.plus_seconds(1), &[&part]), []);
}
