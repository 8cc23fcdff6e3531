//! What an edge says to messages that it does not store, or cannot pass on.

use twin_model::{EdgeRejection, Rejection};

pub(super) fn rejections() -> Vec<Rejection> {
    let rejections = [
        EdgeRejection::QuotaUsedUp {
            held_bytes: 966_367_500,
            limit_bytes: 966_367_644,
            quota_bytes: 1_073_741_824,
        },
        EdgeRejection::NotForwarded {
            plants: "P1".into(),
            named: "plant P9".into(),
        },
        EdgeRejection::DiskRefuses {
            detail: "the disk has no room: edge/P1/nrt/spool-00000000000000000001.log: no storage \
                     space"
                .to_owned(),
        },
        EdgeRejection::NeverTaken {
            bytes: 134_300_000,
            answer: "PRECONDITION_FAILED - message size 134300000 is larger than configured max \
                     size 134217728"
                .to_owned(),
            id: "P1/nrt/42".into(),
        },
    ];
    rejections.into_iter().map(Rejection::from).collect()
}
