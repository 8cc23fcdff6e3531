//! Limits of what is said of movements.

use super::order::{perhaps, said};
use super::{Broken, short};
use crate::{EventBody, MovementReversed};

/// Checks a movement that could be read; other events pass.
pub(super) fn check(body: &EventBody) -> Result<(), Broken> {
    match body {
        EventBody::MaterialIssued(body) => {
            perhaps("$.data.from_location", &body.from_location)?;
            perhaps("$.data.reservation", &body.reservation)?;
            perhaps("$.data.document", &body.document)
        }
        EventBody::MaterialConsumed(body) => body
            .substitute_approval
            .as_ref()
            .map_or(Ok(()), |by| short("$.data.substitute_approval", by)),
        EventBody::MaterialReturned(body) => {
            perhaps("$.data.to_location", &body.to_location)?;
            perhaps("$.data.document", &body.document)
        }
        EventBody::GoodsReceived(body) => {
            perhaps("$.data.location", &body.location)?;
            perhaps("$.data.document", &body.document)
        }
        EventBody::MovementReversed(body) => check_reversal(body),
        _ => Ok(()),
    }
}

fn check_reversal(body: &MovementReversed) -> Result<(), Broken> {
    said("$.data.reason", &body.reason)?;
    perhaps("$.data.document", &body.document)?;
    if body.event.is_some() || body.document.is_some() {
        return Ok(());
    }
    Err(Broken {
        path: "$.data",
        detail: "names no movement: give its event or its document".to_owned(),
    })
}
