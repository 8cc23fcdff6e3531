//! Stories through a plant: what an event does, what it refuses, and what then did not change.
use serde_json::json;
use twin_model::wire::{decode, encode, snapshot::StoredPlant};
use twin_model::{
    Code, Entity, EntityKey, Event, GateDecision, Lifecycle, Notice, Plant, Rejection, Turn,
};

struct Story {
    plant: Plant,
    events: u32,
}

impl Story {
    fn new() -> Story {
        Story {
            plant: Plant::new("P1".parse().unwrap()),
            events: 0,
        }
    }

    fn event(&mut self, name: &str, at: &str, data: serde_json::Value) -> Event {
        self.events += 1;
        let text = json!({
            "specversion": "1.0", "id": format!("e{}", self.events), "source": "/test",
            "type": format!("mfg.{name}.v1"), "time": format!("2026-03-01T{at}:00Z"),
            "plant": "P1", "data": data,
        })
        .to_string();
        let event = decode(text.as_bytes()).unwrap();
        assert_eq!(
            decode(encode(&event).as_bytes()).unwrap(),
            event,
            "encode and decode agree"
        );
        event
    }

    fn tell(&mut self, name: &str, at: &str, data: serde_json::Value) -> Result<Turn, Rejection> {
        let event = self.event(name, at, data);
        let before = self.plant.state_hash();
        let outcome = self.plant.apply(&event);
        if outcome.is_err() {
            assert_eq!(
                self.plant.state_hash(),
                before,
                "a rejection changes nothing"
            );
        }
        outcome
    }

    fn order(&mut self) {
        self.tell(
            "work_order.created",
            "06:00",
            json!({"order": "WO-1", "material": "M",
            "quantity": {"value": "10", "unit": "H87"}, "tolerance": {"over": "0.1"}}),
        )
        .unwrap();
        self.tell(
            "work_order.released",
            "06:01",
            json!({"order": "WO-1", "operations": [
            {"op": "10", "work_center": "SAW"},
            {"op": "20", "work_center": "PACK", "predecessors": ["10"], "delivers": true}]}),
        )
        .unwrap();
    }

    fn lot(&mut self, lot: &str, quantity: &str) {
        self.tell(
            "lot.created",
            "06:02",
            json!({"lot": lot, "material": "RAW",
            "quantity": {"value": quantity, "unit": "KGM"}}),
        )
        .unwrap();
    }

    fn transform(&mut self, at: &str, from: &str, to: &str) -> Result<Turn, Rejection> {
        self.tell(
            "lot.transformed",
            at,
            json!({
            "inputs": [{"lot": from, "quantity": {"value": "2", "unit": "KGM"}}],
            "outputs": [{"lot": to, "material": "M", "quantity": {"value": "2", "unit": "KGM"}}]}),
        )
    }

    fn hold(&mut self, hold: &str, at: &str, kind: &str, id: &str) -> Turn {
        self.tell(
            "hold.placed",
            at,
            json!({"hold": hold, "scope": {"kind": kind, "id": id},
            "reason": "crack found", "placed_by": "QA"}),
        )
        .unwrap()
    }

    fn ship(&mut self, delivery: &str, at: &str, lot: &str) -> Turn {
        self.tell(
            "shipment.requested",
            at,
            json!({"delivery": delivery,
            "lots": [{"lot": lot, "quantity": {"value": "1", "unit": "KGM"}}]}),
        )
        .unwrap()
    }

    fn gate(&self, delivery: &str) -> (GateDecision, Vec<Code>) {
        let key = EntityKey::Shipment(delivery.parse().unwrap());
        match self.plant.get(&key).unwrap() {
            Entity::Shipment(shipment) => (
                shipment.decision(),
                shipment.reasons().iter().map(|r| r.code).collect(),
            ),
            other => panic!("{other:?}"),
        }
    }

    fn report(&mut self, op: &str, good: &str) -> Result<Turn, Rejection> {
        self.tell(
            "operation.progressed",
            "07:30",
            json!({"order": "WO-1", "op": op,
            "unit": "PC", "good": good}),
        )
    }
}

#[test]
fn an_order_runs_from_creation_to_completion() {
    let mut story = Story::new();
    story.order();
    let order = |story: &Story| {
        story
            .plant
            .work_order(&"WO-1".parse().unwrap())
            .unwrap()
            .clone()
    };
    assert_eq!(order(&story).lifecycle(), Lifecycle::Released);
    assert_eq!(
        order(&story).waiting_for().unwrap(),
        "SAW to start operation 10"
    );
    let start = |op| json!({"order": "WO-1", "op": op, "work_center": "SAW"});
    let early = story
        .tell("operation.started", "07:00", start("20"))
        .unwrap_err();
    assert_eq!(early.code(), Code::R06);
    story
        .tell("operation.started", "07:00", start("10"))
        .unwrap();
    let saw = story.plant.work_center(&"SAW".parse().unwrap()).unwrap();
    assert_eq!((saw.running().count(), saw.queue().len()), (1, 0));
    let packing = |story: &Story| {
        story
            .plant
            .work_center(&"PACK".parse().unwrap())
            .map_or(0, |center| center.queue().len())
    };
    assert_eq!(packing(&story), 0, "nothing is ready to be packed");
    story.report("10", "10").unwrap();
    assert_eq!(packing(&story), 1);
    for (op, good) in [("10", "0"), ("20", "10")] {
        story
            .tell(
                "operation.completed",
                "08:00",
                json!({"order": "WO-1", "op": op, "unit": "H87",
                "good": good, "work_center": if op == "10" { "SAW" } else { "PACK" }}),
            )
            .unwrap();
    }
    let done = order(&story);
    assert_eq!(done.lifecycle(), Lifecycle::Completed);
    assert_eq!(done.delivered(), 10.into());
    assert_eq!(
        done.actual_end().unwrap().to_string(),
        "2026-03-01T08:00:00Z"
    );
    let after = json!({"order": "WO-1", "op": "10", "unit": "H87", "good": "1"});
    let refused = story
        .tell("operation.progressed", "08:01", after.clone())
        .unwrap_err();
    assert_eq!(refused.code(), Code::R02);
    story.tell("operation.progressed", "07:59", after).unwrap();
    assert_eq!(
        order(&story).operations()[0].good(),
        11.into(),
        "late, from before the end"
    );
}

#[test]
fn a_report_before_the_release_waits_and_is_not_refused() {
    let mut story = Story::new();
    let unknown = story.report("10", "1").unwrap_err();
    assert_eq!(
        (unknown.code(), unknown.kind()),
        (Code::R01, twin_model::Kind::Park)
    );
    story
        .tell(
            "work_order.created",
            "06:00",
            json!({"order": "WO-1", "material": "M",
        "quantity": {"value": "10", "unit": "H87"}}),
        )
        .unwrap();
    let unreleased = story.report("10", "1").unwrap_err();
    assert_eq!(
        (unreleased.code(), unreleased.kind()),
        (Code::R03, twin_model::Kind::Park)
    );
    assert_eq!(
        unreleased.waits_for(),
        Some(EntityKey::WorkOrder("WO-1".parse().unwrap()))
    );
}

#[test]
fn more_than_the_tolerance_is_not_delivered() {
    let mut story = Story::new();
    story.order();
    story.report("10", "11").unwrap();
    story.report("20", "11").unwrap();
    let over = story.report("20", "1").unwrap_err();
    assert_eq!(over.code(), Code::R04);
    assert_eq!(
        over.to_string(),
        "1 H87 would make 12 on order WO-1; released 10 + 10 % = 11. Raise the order quantity in \
         ERP or report the rest as surplus."
    );
}

#[test]
fn soft_rules_raise_discrepancies_that_heal_by_late_reports() {
    let mut story = Story::new();
    story.order();
    let found = story.report("20", "3").unwrap();
    assert!(
        matches!(&found.notices[..], [Notice::DiscrepancyFound { code, .. }] if *code == Code::R05)
    );
    let healed = story.report("10", "3").unwrap();
    assert!(
        matches!(&healed.notices[..], [Notice::DiscrepancyHealed { code, .. }] if *code == Code::R05)
    );
    let over = story.report("10", "8").unwrap();
    assert!(
        matches!(&over.notices[..], [Notice::DiscrepancyFound { code, .. }] if *code == Code::R39)
    );
}

#[test]
fn wrong_quantities_are_refused_with_their_own_codes() {
    let mut story = Story::new();
    story.order();
    assert_eq!(story.report("10", "-1").unwrap_err().code(), Code::R44);
    assert_eq!(story.report("10", "0.5").unwrap_err().code(), Code::R20);
    let kilograms = json!({"order": "WO-1", "op": "10", "unit": "KGM", "good": "1"});
    assert_eq!(
        story
            .tell("operation.progressed", "07:00", kilograms)
            .unwrap_err()
            .code(),
        Code::R19
    );
}

#[test]
fn a_hold_blocks_every_descendant_and_its_release_clears_them() {
    let mut story = Story::new();
    story.lot("RAW-1", "10");
    story.transform("07:00", "RAW-1", "A").unwrap();
    story.transform("07:10", "A", "B").unwrap();
    story.ship("D-1", "07:20", "B");
    assert_eq!(story.gate("D-1"), (GateDecision::Cleared, vec![]));

    let turn = story.hold("H-1", "07:30", "lot", "RAW-1");
    assert_eq!(story.gate("D-1"), (GateDecision::Blocked, vec![Code::R08]));
    let key = EntityKey::Shipment("D-1".parse().unwrap());
    let Entity::Shipment(shipment) = story.plant.get(&key).unwrap() else {
        panic!()
    };
    assert_eq!(
        shipment.reasons()[0].text,
        "Lot B goes back to Lot RAW-1 (2 steps), which is on hold H-1. Shipment D-1 is blocked."
    );
    assert!(turn.notices.iter().any(|n| matches!(
        n,
        Notice::HoldPropagated {
            lots: 2,
            placed: true,
            ..
        }
    )));
    let held = story.transform("07:40", "A", "C").unwrap_err();
    assert_eq!(
        (held.code(), held.kind()),
        (Code::R07, twin_model::Kind::Park)
    );
    assert_eq!(
        held.waits_for(),
        Some(EntityKey::Hold("H-1".parse().unwrap()))
    );

    let release = json!({"hold": "H-1", "disposition": "use as is", "released_by": "QA"});
    story
        .tell("hold.released", "08:00", release.clone())
        .unwrap();
    assert_eq!(story.gate("D-1"), (GateDecision::Cleared, vec![]));
    assert_eq!(
        story
            .tell("hold.released", "08:01", release)
            .unwrap_err()
            .code(),
        Code::R14
    );
}

#[test]
fn consumption_from_before_the_hold_is_accepted_late_and_inherits_it() {
    let mut story = Story::new();
    story.lot("RAW-1", "10");
    story.hold("H-1", "08:00", "lot", "RAW-1");
    story.transform("07:00", "RAW-1", "A").unwrap();
    story.ship("D-1", "08:10", "A");
    assert_eq!(story.gate("D-1"), (GateDecision::Blocked, vec![Code::R08]));
}

#[test]
fn a_hold_on_a_lot_that_is_not_known_yet_meets_it_at_birth() {
    let mut story = Story::new();
    story.hold("H-1", "06:00", "lot", "RAW-1");
    story.ship("D-1", "06:30", "RAW-1");
    assert_eq!(story.gate("D-1"), (GateDecision::Blocked, vec![Code::R01]));
    story.lot("RAW-1", "10");
    assert_eq!(story.gate("D-1"), (GateDecision::Blocked, vec![Code::R07]));
}

#[test]
fn a_hold_on_an_order_reaches_its_lots_before_and_after() {
    let mut story = Story::new();
    story.order();
    let lot = |id: &str| {
        json!({"lot": id, "material": "M", "order": "WO-1",
        "quantity": {"value": "5", "unit": "KGM"}})
    };
    story.tell("lot.created", "07:00", lot("L-1")).unwrap();
    story.hold("H-1", "07:10", "work_order", "WO-1");
    story.tell("lot.created", "07:20", lot("L-2")).unwrap();
    for (delivery, id) in [("D-1", "L-1"), ("D-2", "L-2")] {
        story.ship(delivery, "07:30", id);
        assert_eq!(
            story.gate(delivery),
            (GateDecision::Blocked, vec![Code::R08]),
            "{id}"
        );
    }
    let start = json!({"order": "WO-1", "op": "10", "work_center": "SAW"});
    assert_eq!(
        story
            .tell("operation.started", "07:40", start)
            .unwrap_err()
            .code(),
        Code::R07
    );
}

#[test]
fn a_lot_cannot_come_from_itself() {
    let mut story = Story::new();
    story.lot("A", "10");
    story.transform("07:00", "A", "B").unwrap();
    story.transform("07:10", "B", "C").unwrap();
    let cycle = story
        .tell("lot.transformed", "07:20", json!({
            "inputs": [{"lot": "C", "quantity": {"value": "1", "unit": "KGM"}}],
            "outputs": [{"lot": "A", "material": "RAW", "quantity": {"value": "1", "unit": "KGM"}}]}))
        .unwrap_err();
    assert_eq!(cycle.code(), Code::R15);
    assert!(cycle.to_string().contains("(A -> B -> C)"), "{cycle}");
}

#[test]
fn taking_more_than_there_is_waits_for_the_receipt() {
    let mut story = Story::new();
    story.lot("A", "1");
    let short = story.transform("07:00", "A", "B").unwrap_err();
    assert_eq!(
        (short.code(), short.kind()),
        (Code::R17, twin_model::Kind::Park)
    );
    assert!(story.plant.lot(&"B".parse().unwrap()).is_none());
}

#[test]
fn a_plant_comes_back_unchanged_from_its_snapshot() {
    let mut story = Story::new();
    story.order();
    story.lot("RAW-1", "10");
    story.transform("07:00", "RAW-1", "A").unwrap();
    story.hold("H-1", "07:30", "lot", "RAW-1");
    story.hold("H-2", "07:30", "lot", "not yet");
    story.ship("D-1", "07:40", "A");
    story.report("10", "3").unwrap();
    let stored = StoredPlant::from(&story.plant);
    let bytes = postcard::to_stdvec(&stored).unwrap();
    let back: StoredPlant = postcard::from_bytes(&bytes).unwrap();
    assert_eq!(back, stored);
    let plant = Plant::try_from(back).unwrap();
    assert_eq!(plant.state_hash(), story.plant.state_hash());
    assert_eq!(
        plant.entities().collect::<Vec<_>>(),
        story.plant.entities().collect::<Vec<_>>()
    );
}
