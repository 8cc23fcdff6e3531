//! What an edge says to messages that it does not store.

use twin_model::{EdgeRejection, Rejection};

pub(super) fn rejections() -> Vec<Rejection> {
    let rejections = [
        EdgeRejection::QuotaUsedUp {
            held_bytes: 1_073_741_500,
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
    ];
    rejections.into_iter().map(Rejection::from).collect()
}
