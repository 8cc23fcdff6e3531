//! What is said of what is packed in what.

use twin_model::{Discrepancy, PackingRejection, Rejection, Unit};

pub(super) fn rejections() -> Vec<Rejection> {
    let rejections = [
        PackingRejection::Circle {
            unit: "PALLET-1".parse().unwrap(),
            into: "CASE-7".parse().unwrap(),
            path: "CASE-7 -> LAYER-2 -> PALLET-1".to_owned(),
        },
        PackingRejection::PackingAwaited {
            awaited: "106141412345678908".parse().unwrap(),
            delivery: "D-501".parse().unwrap(),
        },
    ];
    rejections.map(Rejection::from).to_vec()
}

pub(super) fn discrepancies() -> Vec<Discrepancy> {
    vec![Discrepancy::TakenOutOfUnit {
        logistic_unit: "106141412345678908".parse().unwrap(),
        lot: "L-77".parse().unwrap(),
        missing: 3.into(),
        unit: Unit::PIECE,
    }]
}
