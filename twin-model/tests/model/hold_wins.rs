//! A hold wins: no arrival order, no repetition and no late report clears a gate that it blocks.
use serde_json::{Value, json};
use twin_model::wire::decode;
use twin_model::{Code, Entity, EntityKey, GateDecision, Notice, Plant, Rejection, Turn};

fn tell(plant: &mut Plant, name: &str, at: &str, data: &Value) -> Result<Turn, Rejection> {
    let text = json!({"specversion": "1.0", "id": format!("{name}{at}{data}").chars().take(90)
        .collect::<String>(), "source": "/s", "type": format!("mfg.{name}.v1"),
        "time": format!("2026-03-01T{at}:00Z"), "plant": "P1", "data": data});
    plant.apply(&decode(text.to_string().as_bytes()).unwrap())
}

fn plant() -> Plant {
    Plant::new("P1".parse().unwrap())
}

fn q(value: &str) -> Value {
    json!({"value": value, "unit": "KGM"})
}

fn lot(id: &str, order: Option<&str>) -> Value {
    json!({"lot": id, "material": "M", "quantity": q("100"), "order": order})
}

fn hold(id: &str, kind: &str, target: &str) -> Value {
    json!({"hold": id, "scope": {"kind": kind, "id": target}, "reason": "crack"})
}

fn ship(delivery: &str, lots: &[(&str, &str)]) -> Value {
    let lots: Vec<Value> = lots
        .iter()
        .map(|(lot, n)| json!({"lot": lot, "quantity": q(n)}))
        .collect();
    json!({"delivery": delivery, "lots": lots})
}

fn gate(plant: &Plant, delivery: &str) -> (GateDecision, Vec<Code>) {
    let shipment = plant.shipment(&delivery.parse().unwrap()).unwrap();
    (
        shipment.decision(),
        shipment.reasons().iter().map(|r| r.code).collect(),
    )
}

fn decisions(turn: &Turn) -> Vec<GateDecision> {
    let decided = |notice: &Notice| match notice {
        Notice::GateDecided { decision, .. } => Some(*decision),
        _ => None,
    };
    turn.notices.iter().filter_map(decided).collect()
}

#[test]
fn a_gate_does_not_clear_in_the_middle_of_a_turn_that_brings_the_hold() {
    let mut plant = plant();
    let order = json!({"order": "O", "material": "M", "quantity": q("100")});
    tell(&mut plant, "work_order.created", "06:00", &order).unwrap();
    tell(
        &mut plant,
        "hold.placed",
        "06:10",
        &hold("H", "work_order", "O"),
    )
    .unwrap();
    tell(
        &mut plant,
        "shipment.requested",
        "06:20",
        &ship("D", &[("L", "1")]),
    )
    .unwrap();
    let turn = tell(&mut plant, "lot.created", "06:30", &lot("L", Some("O"))).unwrap();
    assert_eq!(
        decisions(&turn),
        [GateDecision::Blocked],
        "nobody ever heard of a clearance"
    );
    assert_eq!(gate(&plant, "D"), (GateDecision::Blocked, vec![Code::R08]));
}

#[test]
fn a_hold_on_an_order_that_is_not_known_reaches_its_lots_in_any_order() {
    let parts = [
        ("hold.placed", hold("H", "work_order", "O")),
        ("lot.created", lot("L", Some("O"))),
        ("shipment.requested", ship("D", &[("L", "1")])),
    ];
    for order in [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ] {
        let mut plant = plant();
        for n in order {
            tell(&mut plant, parts[n].0, "06:00", &parts[n].1).unwrap();
        }
        assert_eq!(
            gate(&plant, "D"),
            (GateDecision::Blocked, vec![Code::R08]),
            "{order:?}"
        );
        let release = json!({"hold": "H", "disposition": "ok", "released_by": "QA"});
        tell(&mut plant, "hold.released", "07:00", &release).unwrap();
        assert_eq!(
            gate(&plant, "D"),
            (GateDecision::Cleared, vec![]),
            "{order:?}"
        );
        let created = json!({"order": "O", "material": "M", "quantity": q("100")});
        tell(&mut plant, "work_order.created", "07:10", &created).unwrap();
        assert_eq!(
            gate(&plant, "D"),
            (GateDecision::Cleared, vec![]),
            "{order:?}"
        );
    }
}

#[test]
fn a_start_that_names_a_held_lot_waits_also_when_nobody_has_announced_the_lot() {
    let mut plant = plant();
    let order = json!({"order": "O", "material": "M", "quantity": q("100")});
    tell(&mut plant, "work_order.created", "06:00", &order).unwrap();
    let release = json!({"order": "O", "operations": [{"op": "10", "work_center": "W"}]});
    tell(&mut plant, "work_order.released", "06:05", &release).unwrap();
    tell(&mut plant, "hold.placed", "06:10", &hold("H", "lot", "L")).unwrap();
    let start = json!({"order": "O", "op": "10", "work_center": "W", "input_lots": ["L"]});
    let before = plant.state_hash();
    let waits = tell(&mut plant, "operation.started", "06:20", &start).unwrap_err();
    assert_eq!(waits.code(), Code::R07);
    assert_eq!(
        waits.waits_for(),
        Some(EntityKey::Hold("H".parse().unwrap()))
    );
    assert_eq!(plant.state_hash(), before);
    tell(&mut plant, "operation.started", "06:09", &start).unwrap();
}

#[test]
fn a_late_report_does_not_bring_an_expired_lot_back() {
    let mut plant = plant();
    let mut milk = lot("L", None);
    milk["expiry"] = json!("2026-03-01T12:00:00Z");
    tell(&mut plant, "lot.created", "06:00", &milk).unwrap();
    tell(
        &mut plant,
        "shipment.requested",
        "13:00",
        &ship("D", &[("L", "1")]),
    )
    .unwrap();
    assert_eq!(gate(&plant, "D"), (GateDecision::Blocked, vec![Code::R10]));
    let used = json!({"inputs": [{"lot": "L", "quantity": q("1")}],
        "outputs": [{"lot": "X", "material": "M", "quantity": q("1")}]});
    tell(&mut plant, "lot.transformed", "11:00", &used).unwrap();
    assert_eq!(gate(&plant, "D"), (GateDecision::Blocked, vec![Code::R10]));
}

#[test]
fn the_lines_of_one_lot_add_up() {
    let mut plant = plant();
    tell(&mut plant, "lot.created", "06:00", &lot("L", None)).unwrap();
    let twice = ship("D", &[("L", "60"), ("L", "60")]);
    tell(&mut plant, "shipment.requested", "06:10", &twice).unwrap();
    assert_eq!(gate(&plant, "D"), (GateDecision::Blocked, vec![Code::R16]));
}

#[test]
fn one_of_two_holds_keeps_blocking_and_two_parents_hand_on_both() {
    let mut plant = plant();
    for id in ["A", "B"] {
        tell(&mut plant, "lot.created", "06:00", &lot(id, None)).unwrap();
    }
    let blend = json!({"inputs": [{"lot": "A", "quantity": q("1")}, {"lot": "B", "quantity": q("1")}],
        "outputs": [{"lot": "C", "material": "M", "quantity": q("2")}]});
    tell(&mut plant, "lot.transformed", "06:10", &blend).unwrap();
    tell(&mut plant, "hold.placed", "06:20", &hold("H1", "lot", "A")).unwrap();
    tell(&mut plant, "hold.placed", "06:20", &hold("H2", "lot", "B")).unwrap();
    tell(
        &mut plant,
        "shipment.requested",
        "06:30",
        &ship("D", &[("C", "1")]),
    )
    .unwrap();
    assert_eq!(
        gate(&plant, "D"),
        (GateDecision::Blocked, vec![Code::R08, Code::R08])
    );
    for (id, left) in [("H1", vec![Code::R08]), ("H2", vec![])] {
        let release = json!({"hold": id, "disposition": "ok", "released_by": "QA"});
        tell(&mut plant, "hold.released", "07:00", &release).unwrap();
        assert_eq!(gate(&plant, "D").1, left, "{id}");
    }
    assert_eq!(gate(&plant, "D").0, GateDecision::Cleared);
}

#[test]
fn each_hold_tells_how_many_lots_it_has_come_to_reach_or_left() {
    let spread = |turn: &Turn| {
        let told = turn.notices.iter().filter_map(|notice| match notice {
            Notice::HoldPropagated { hold, lots, placed } => {
                Some((hold.to_string(), *lots, *placed))
            }
            _ => None,
        });
        let mut told: Vec<(String, u32, bool)> = told.collect();
        told.sort();
        told
    };
    let mut plant = plant();
    for id in ["A", "B"] {
        tell(&mut plant, "lot.created", "06:00", &lot(id, None)).unwrap();
    }
    tell(&mut plant, "hold.placed", "06:20", &hold("H1", "lot", "A")).unwrap();
    tell(&mut plant, "hold.placed", "06:20", &hold("H2", "lot", "B")).unwrap();
    let input = |id: &str| json!({"lot": id, "quantity": q("1")});
    let output = |id: &str| json!({"lot": id, "material": "M", "quantity": q("1")});
    // Both reach C, and H1 alone reaches D.
    let blend = json!({"inputs": [input("A"), input("B")], "outputs": [output("C")]});
    let turn = tell(&mut plant, "lot.transformed", "06:10", &blend).unwrap();
    let one = |hold: &str, placed| (hold.to_owned(), 1, placed);
    assert_eq!(spread(&turn), [one("H1", true), one("H2", true)]);
    let two = json!({"inputs": [input("A")], "outputs": [output("D"), output("E")]});
    let turn = tell(&mut plant, "lot.transformed", "06:11", &two).unwrap();
    assert_eq!(spread(&turn), [("H1".to_owned(), 2, true)]);
    let release = json!({"hold": "H2", "disposition": "ok", "released_by": "QA"});
    let turn = tell(&mut plant, "hold.released", "07:00", &release).unwrap();
    assert_eq!(spread(&turn), [one("H2", false)]);
    let release = json!({"hold": "H1", "disposition": "ok", "released_by": "QA"});
    let turn = tell(&mut plant, "hold.released", "07:00", &release).unwrap();
    assert_eq!(spread(&turn), [("H1".to_owned(), 3, false)]);
}

#[test]
fn a_gate_that_stays_as_it_is_is_not_touched() {
    let mut plant = plant();
    tell(&mut plant, "lot.created", "06:00", &lot("L", None)).unwrap();
    tell(
        &mut plant,
        "shipment.requested",
        "06:10",
        &ship("D", &[("L", "1")]),
    )
    .unwrap();
    let used = json!({"inputs": [{"lot": "L", "quantity": q("1")}],
        "outputs": [{"lot": "X", "material": "M", "quantity": q("1")}]});
    let turn = tell(&mut plant, "lot.transformed", "06:20", &used).unwrap();
    let shipment = EntityKey::Shipment("D".parse().unwrap());
    assert!(turn.touched.iter().all(|touched| touched.key != shipment));
    assert!(
        matches!(plant.get(&shipment).unwrap(), Entity::Shipment(s) if s.decided_at()
        .to_string() == "2026-03-01T06:10:00Z")
    );
}

#[test]
fn values_that_mean_nothing_are_unreadable_at_their_place() {
    let order = |quantity: &str, over: &str, under: &str| {
        json!({"order": "O", "material": "M", "quantity": q(quantity),
            "tolerance": {"over": over, "under": under}})
    };
    let twice = json!({"inputs": [{"lot": "A", "quantity": q("1")}], "outputs": [
        {"lot": "Z", "material": "M", "quantity": q("1")},
        {"lot": "Z", "material": "N", "quantity": q("1")}]});
    let long = json!({"hold": "H", "scope": {"kind": "lot", "id": "L"}, "reason": "x".repeat(501)});
    for (name, data, path) in [
        (
            "work_order.created",
            order("0", "0", "0"),
            "$.data.quantity.value",
        ),
        (
            "work_order.created",
            order("1", "999999999999999", "0"),
            "$.data.tolerance.over",
        ),
        (
            "work_order.created",
            order("1", "0", "1.1"),
            "$.data.tolerance.under",
        ),
        (
            "work_order.created",
            order("1", "-0.1", "0"),
            "$.data.tolerance.over",
        ),
        ("lot.transformed", twice, "$.data.outputs"),
        ("hold.placed", long, "$.data.reason"),
    ] {
        let text = json!({"specversion": "1.0", "id": "1", "source": "/s", "plant": "P1",
            "type": format!("mfg.{name}.v1"), "time": "2026-03-01T06:00:00Z", "data": data});
        let error = decode(text.to_string().as_bytes()).unwrap_err();
        assert_eq!(error.rejection.code(), Code::R34);
        assert!(
            error.rejection.to_string().contains(path),
            "{}",
            error.rejection
        );
    }
}

#[test]
fn a_hold_that_does_not_go_on_stops_what_it_names_and_nothing_made_from_it() {
    let narrow = |id: &str, kind: &str, target: &str| {
        let mut data = hold(id, kind, target);
        data["propagate"] = json!(false);
        data["ncr"] = json!("NCR-3");
        data
    };
    let made = json!({"inputs": [{"lot": "A", "quantity": q("1")}],
        "outputs": [{"lot": "B", "material": "M", "quantity": q("1")}]});
    let split = json!({"parent": "A", "children": [{"lot": "C", "quantity": q("2")}]});
    let merged = json!({"parents": [{"lot": "A", "quantity": q("1")}],
        "child": {"lot": "E", "material": "M", "quantity": q("1")}});
    let parts = [
        ("lot.created", "06:00", lot("A", Some("O"))),
        ("lot.transformed", "06:30", made),
        ("hold.placed", "07:00", narrow("H1", "lot", "A")),
        ("hold.placed", "07:10", narrow("H2", "work_order", "O")),
        ("shipment.requested", "08:00", ship("DA", &[("A", "1")])),
        ("shipment.requested", "08:10", ship("DB", &[("B", "1")])),
        ("lot.split", "06:40", split),
        ("shipment.requested", "08:20", ship("DC", &[("C", "1")])),
        ("lot.merged", "06:50", merged),
        ("shipment.requested", "08:30", ship("DE", &[("E", "1")])),
    ];
    let mut hashes = Vec::new();
    for order in [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
        [9, 7, 5, 4, 3, 2, 0, 1, 6, 8],
        [0, 8, 6, 9, 7, 2, 3, 1, 5, 4],
    ] {
        let mut plant = plant();
        for n in order {
            let (name, at, data) = &parts[n];
            tell(&mut plant, name, at, data).unwrap();
        }
        let blocked = vec![Code::R07, Code::R08];
        assert_eq!(
            gate(&plant, "DA"),
            (GateDecision::Blocked, blocked),
            "{order:?}"
        );
        assert_eq!(
            gate(&plant, "DB"),
            (GateDecision::Cleared, vec![]),
            "{order:?}"
        );
        // Parts and mergers are the same goods under another name.
        assert_eq!(gate(&plant, "DC").0, GateDecision::Blocked, "{order:?}");
        assert_eq!(gate(&plant, "DE").0, GateDecision::Blocked, "{order:?}");
        assert_eq!(plant.breaches(), vec![], "{order:?}");
        let known = plant.hold(&"H1".parse().unwrap()).unwrap();
        assert_eq!(
            known.nonconformance().map(|ncr| ncr.as_str()),
            Some("NCR-3")
        );
        hashes.push(plant.state_hash());
    }
    assert!(hashes.windows(2).all(|two| two[0] == two[1]), "{hashes:?}");
}
