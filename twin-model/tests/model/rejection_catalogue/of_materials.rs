//! What is said of materials and their versions.

use twin_model::{
    Discrepancy, EntityKey, MaterialRejection, Quantity, Rejection, Share, ShareScale, Time, Unit,
};

fn at(text: &str) -> Time {
    text.parse().unwrap()
}

pub(super) fn rejections() -> Vec<Rejection> {
    let material = || "BEER-05".parse().unwrap();
    let unit = |code: &str| -> Unit { code.parse().unwrap() };
    let quantity = |value: &str, unit| Quantity {
        value: value.parse().unwrap(),
        unit,
    };
    let rejections = vec![
        MaterialRejection::NoConversion {
            object: EntityKey::WorkOrder("WO-1001".parse().unwrap()),
            material: material(),
            unit: unit("XPX"),
            base: unit("XBO"),
            at: at("2026-05-04T09:00:00Z"),
        },
        MaterialRejection::WeighsOtherwise {
            object: EntityKey::Lot("L-77".parse().unwrap()),
            material: "CHEESE-4".parse().unwrap(),
            booked: quantity("10", Unit::PIECE),
            measured: quantity("47.2", Unit::KILOGRAM),
            nominal: 45.into(),
            tolerance: Share::read(3.into(), ShareScale::Percent).unwrap(),
        },
        MaterialRejection::AlreadyConverted {
            material: material(),
            version: 8,
            from: at("2026-05-04T08:00:00Z"),
            unit: unit("XCS"),
            base: unit("XBO"),
            used: 7,
            until: at("2026-05-04T09:00:00Z"),
        },
    ];
    rejections.into_iter().map(Rejection::from).collect()
}

pub(super) fn discrepancies() -> Vec<Discrepancy> {
    vec![
        Discrepancy::UsedBeforeFree {
            lot: "L-31".parse().unwrap(),
            used: 100.into(),
            free: 80.into(),
            unit: Unit::PIECE,
        },
        Discrepancy::UsedWithoutIssue {
            order: "WO-1001".parse().unwrap(),
            material: "STEEL-4".parse().unwrap(),
            used: 12.into(),
            issued: 10.into(),
            difference: 2.into(),
            unit: Unit::KILOGRAM,
        },
        Discrepancy::MovedWithoutLot {
            order: "WO-1001".parse().unwrap(),
            material: "STEEL-4".parse().unwrap(),
            without: 4.into(),
            with: 6.into(),
            unit: Unit::KILOGRAM,
        },
        Discrepancy::VersionWentBack {
            object: EntityKey::Material("BEER-05".parse().unwrap()),
            version: 6,
            at: at("2026-05-04T09:00:00Z"),
            counts: 7,
            since: at("2026-05-01T00:00:00Z"),
        },
    ]
}
