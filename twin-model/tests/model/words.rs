//! The words in which plants speak to the twin, and in which it answers: both are promises.

use twin_model::{
    Criticality, EntityKind, GateDecision, IdleCause, Kinship, Liveness, LotLifecycle, Severity,
    Unit,
};

#[test]
fn a_unit_is_understood_in_every_spelling_that_plants_use() {
    for (code, spellings) in [
        ("H87", "PC PCS PCE EA ST piece pieces pcs each"),
        ("KGM", "KG kg Kg"),
        ("GRM", "G g"),
        ("MGM", "MG mg"),
        ("TNE", "T t TO"),
        ("LBR", "LB lb lbs"),
        ("ONZ", "OZ oz"),
        ("LTR", "L l"),
        ("MLT", "ML ml mL"),
        ("CLT", "CL cl"),
        ("HLT", "HL hl"),
        ("MTQ", "M3 m3"),
        ("MTR", "M m"),
        ("MMT", "MM mm"),
        ("CMT", "CM cm"),
        ("KMT", "KM km"),
        ("MTK", "M2 m2"),
        ("SEC", "s sec"),
        ("MIN", "min"),
        ("HUR", "H h HR hr hour"),
        ("KWH", "kWh"),
        ("DZN", "DZ dozen"),
        ("PR", "pair"),
        ("XBO", "BO BOT bottle bottles"),
        ("XCS", "CS case cases"),
        ("XCT", "CT CAR carton cartons"),
        ("XBX", "BX box boxes"),
        ("XBG", "BG BAG bag bags"),
        ("XSA", "SA sack sacks"),
        ("XCR", "CR crate crates"),
        ("XDR", "DR drum drums"),
        ("XKG", "keg kegs"),
        ("XCX", "can cans"),
        ("XJG", "jug jugs"),
        ("XPX", "PAL PX pallet pallets"),
        ("XPK", "PK PAC pack packs"),
        ("XRO", "RO ROL roll rolls"),
    ] {
        for spelling in spellings.split(' ').chain([code]) {
            let unit: Unit = spelling.parse().unwrap();
            assert_eq!(unit.as_str(), code, "{spelling}");
        }
    }
}

#[test]
fn states_and_kinds_are_called_what_answers_and_streams_have_called_them() {
    let said = [
        Liveness::Live.as_str(),
        Liveness::Stale.as_str(),
        Liveness::Dead.as_str(),
        IdleCause::Starved.as_str(),
        IdleCause::Blocked.as_str(),
        LotLifecycle::Planned.as_str(),
        LotLifecycle::InProcess.as_str(),
        LotLifecycle::OnHand.as_str(),
        LotLifecycle::Depleted.as_str(),
        LotLifecycle::Shipped.as_str(),
        LotLifecycle::Scrapped.as_str(),
        GateDecision::Blocked.as_str(),
        GateDecision::Cleared.as_str(),
        Kinship::Commingled.as_str(),
        Kinship::Merged.as_str(),
        Kinship::Split.as_str(),
        Kinship::Transformed.as_str(),
        Severity::Minor.as_str(),
        Severity::Major.as_str(),
        Severity::Critical.as_str(),
        Criticality::RealTime.as_str(),
        Criticality::NearRealTime.as_str(),
        Criticality::Batch.as_str(),
        EntityKind::WorkOrder.as_str(),
        EntityKind::LogisticUnit.as_str(),
    ];
    let promised = "live stale dead starved blocked planned in_process on_hand depleted shipped \
                    scrapped blocked cleared commingled merged split transformed minor major \
                    critical rt nrt b work_order logistic_unit";
    assert_eq!(said.join(" "), promised);
}

#[test]
fn what_is_no_identifier_says_what_one_is() {
    let order = serde_json::from_str::<twin_model::WorkOrderId>("7").unwrap_err();
    let text = order.to_string();
    assert!(
        text.contains("expected an identifier of 1 to 96 bytes"),
        "{text}"
    );
}

#[test]
fn the_same_content_has_the_same_digest_and_other_content_another() {
    let said = |id: &str, reason: &str| {
        let text = serde_json::json!({"specversion": "1.0", "id": id, "source": "/s",
            "plant": "P1", "type": "mfg.work_order.cancelled.v1", "time": "2026-03-01T06:00:00Z",
            "data": {"order": "O", "reason": reason}});
        let event = twin_model::wire::decode(text.to_string().as_bytes()).unwrap();
        event.content_digest()
    };
    assert_eq!(said("1", "why"), said("1", "why"));
    assert_ne!(said("1", "why"), said("1", "because"));
}
