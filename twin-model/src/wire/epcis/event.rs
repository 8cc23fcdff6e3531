//! Typed EPCIS 2.0 events, as they are written.

use jiff::tz::Offset;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;

use super::told::Told;
use crate::{
    Amount, GateToken, HoldId, HoldScope, LotId, NonconformanceId, OperationId, Quantity, SmolStr,
    Time, Unit, Usage,
};

/// Which stock of the whole a part is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartOfStock {
    /// The part.
    pub lot: LotId,
    /// Its usage status.
    pub usage: Usage,
}

/// What an event does to the things that it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Action {
    /// They come into being, or go into something.
    Add,
    /// They are seen.
    Observe,
    /// They cease to be, or come out of something.
    Delete,
}

/// Some of a class of things: of a lot, of a trade item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QuantityElement {
    /// The class, as a URI.
    #[serde(rename = "epcClass")]
    pub epc_class: String,
    /// How much; of an unknown amount when absent.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "number")]
    pub quantity: Option<Amount>,
    /// Unit; pieces when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uom: Option<Unit>,
}

impl QuantityElement {
    /// So much of a class. Pieces are written without a unit, as the standard wants it.
    #[must_use]
    pub fn of(epc_class: String, quantity: Quantity) -> QuantityElement {
        QuantityElement {
            epc_class,
            quantity: Some(quantity.value),
            uom: (quantity.unit != Unit::PIECE).then_some(quantity.unit),
        }
    }
}

/// An exact JSON number: a float would lose digits.
fn number<S: Serializer>(amount: &Option<Amount>, serializer: S) -> Result<S::Ok, S::Error> {
    match amount.map(|amount| RawValue::from_string(amount.to_string())) {
        Some(Ok(number)) => number.serialize(serializer),
        Some(Err(error)) => unreachable!("a decimal's text is a JSON number: {error}"),
        None => serializer.serialize_none(),
    }
}

/// Single things by their names, and amounts of classes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Things {
    /// Single things, as URIs; none twice.
    pub epcs: Vec<String>,
    /// Amounts of classes.
    pub quantities: Vec<QuantityElement>,
}

impl Things {
    /// Whether nothing is named.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.epcs.is_empty() && self.quantities.is_empty()
    }
}

/// Kind and content of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// Things come into being, are seen, or cease to be.
    Object {
        /// What happens to them.
        action: Action,
        /// Which.
        things: Things,
    },
    /// Things are put into a unit or taken out of it.
    Aggregation {
        /// In, seen or out.
        action: Action,
        /// The unit.
        parent: Option<String>,
        /// Which; all that is in it when a `DELETE` names none.
        children: Things,
    },
    /// Things become part of another thing, or are taken from it.
    Association {
        /// Added, seen or taken away.
        action: Action,
        /// The other thing.
        parent: String,
        /// Which.
        children: Things,
    },
    /// Things become other things.
    Transformation {
        /// What goes in.
        inputs: Things,
        /// What comes out.
        outputs: Things,
        /// Joins several events into one transformation.
        id: Option<String>,
    },
}

/// A business document that an event belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BizTransaction {
    /// Its kind: a word of the vocabulary, or a URI.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The document, as a URI.
    #[serde(rename = "bizTransaction")]
    pub document: String,
}

/// Dispositions that stay until they are taken away.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct PersistentDisposition {
    /// From now on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub set: Vec<String>,
    /// No longer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unset: Vec<String>,
}

/// An earlier event was wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorDeclaration {
    /// When that was said.
    pub declared_at: Time,
    /// `did_not_occur`, `incorrect_data`, or somebody's own word.
    pub reason: Option<String>,
    /// Events that say it right.
    pub corrective: Vec<String>,
}

/// Data of a lot at its birth.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct LotMasterData {
    /// The lot as it is printed.
    #[serde(rename = "cbvmda:lotNumber", skip_serializing_if = "Option::is_none")]
    pub lot_number: Option<String>,
    /// Last day on which it is good.
    #[serde(
        rename = "cbvmda:itemExpirationDate",
        skip_serializing_if = "Option::is_none"
    )]
    pub last_day: Option<String>,
    /// From when on it is not good any more.
    #[serde(rename = "twin:expiry", skip_serializing_if = "Option::is_none")]
    pub expiry: Option<Time>,
    /// When it was made.
    #[serde(rename = "twin:producedAt", skip_serializing_if = "Option::is_none")]
    pub produced_at: Option<Time>,
}

/// What kind of transformation it was, where it was none of materials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LotChange {
    /// A part of a lot became lots of its own.
    Split,
    /// Lots became one lot.
    Merged,
}

/// What the twin says and the standard has no field for. Other readers may ignore all of it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Extension {
    /// The source's own order.
    #[serde(rename = "twin:sequence", skip_serializing_if = "Option::is_none")]
    pub sequence: Option<SmolStr>,
    /// Joins what belongs to one business transaction.
    #[serde(rename = "twin:correlation", skip_serializing_if = "Option::is_none")]
    pub correlation: Option<SmolStr>,
    /// The operation that did it.
    #[serde(rename = "twin:operation", skip_serializing_if = "Option::is_none")]
    pub op: Option<OperationId>,
    /// The same goods as they were weighed.
    #[serde(rename = "twin:measured", skip_serializing_if = "Option::is_none")]
    pub measured: Option<Quantity>,
    /// A split or a merger.
    #[serde(rename = "twin:change", skip_serializing_if = "Option::is_none")]
    pub change: Option<LotChange>,
    /// Which stock went into the parts of a split, where it was told.
    #[serde(rename = "twin:stock", skip_serializing_if = "Vec::is_empty")]
    pub stock: Vec<PartOfStock>,
    /// When the first lot flowed into the tank.
    #[serde(rename = "twin:from", skip_serializing_if = "Option::is_none")]
    pub from: Option<Time>,
    /// When the last one did.
    #[serde(rename = "twin:to", skip_serializing_if = "Option::is_none")]
    pub to: Option<Time>,
    /// What the books said, where stock was counted.
    #[serde(
        rename = "twin:booked",
        skip_serializing_if = "Option::is_none",
        serialize_with = "number"
    )]
    pub booked: Option<Amount>,
    /// Why.
    #[serde(rename = "twin:reason", skip_serializing_if = "Option::is_none")]
    pub reason: Option<SmolStr>,
    /// A hold.
    #[serde(rename = "twin:hold", skip_serializing_if = "Option::is_none")]
    pub hold: Option<HoldId>,
    /// What it stops, which may be more than lots.
    #[serde(rename = "twin:scope", skip_serializing_if = "Option::is_none")]
    pub scope: Option<HoldScope>,
    /// The nonconformance that it was placed for.
    #[serde(
        rename = "twin:nonconformance",
        skip_serializing_if = "Option::is_none"
    )]
    pub ncr: Option<NonconformanceId>,
    /// `false` where it stops only what it names; absent where it goes on.
    #[serde(rename = "twin:propagate", skip_serializing_if = "Option::is_none")]
    pub propagate: Option<bool>,
    /// Who placed or released it.
    #[serde(rename = "twin:by", skip_serializing_if = "Option::is_none")]
    pub by: Option<SmolStr>,
    /// What was decided when it was released.
    #[serde(rename = "twin:decision", skip_serializing_if = "Option::is_none")]
    pub decision: Option<SmolStr>,
    /// For whom.
    #[serde(rename = "twin:customer", skip_serializing_if = "Option::is_none")]
    pub customer: Option<SmolStr>,
    /// The clearance with which it left.
    #[serde(rename = "twin:gateToken", skip_serializing_if = "Option::is_none")]
    pub gate_token: Option<GateToken>,
    /// When it left, where that is not the event's time.
    #[serde(rename = "twin:shippedAt", skip_serializing_if = "Option::is_none")]
    pub shipped_at: Option<Time>,
    /// What happened to the stock or the quality of lots, as the twin says it.
    #[serde(rename = "twin:told", skip_serializing_if = "Option::is_none")]
    pub told: Option<Told>,
    /// The name of the event that says that this one was wrong.
    #[serde(rename = "twin:retraction", skip_serializing_if = "Option::is_none")]
    pub retraction: Option<String>,
    /// More about that, in words.
    #[serde(rename = "twin:note", skip_serializing_if = "Option::is_none")]
    pub note: Option<SmolStr>,
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EpcisEvent {
    /// Its name, as a URI.
    pub id: Option<String>,
    /// When it happened.
    pub time: Time,
    /// The offset of the local time where it happened.
    pub offset: Offset,
    /// What happened.
    pub what: What,
    /// Step of the business: a word of the vocabulary, or a URI.
    pub biz_step: Option<String>,
    /// State of the things afterwards: a word of the vocabulary, or a URI.
    pub disposition: Option<String>,
    /// States that stay.
    pub persistent: PersistentDisposition,
    /// Where it was seen, as a URI.
    pub read_point: Option<String>,
    /// Where the things are afterwards, as a URI.
    pub biz_location: Option<String>,
    /// Documents that it belongs to.
    pub transactions: Vec<BizTransaction>,
    /// It says that the event of this name was wrong.
    pub error: Option<ErrorDeclaration>,
    /// Data of lots that come into being.
    pub ilmd: LotMasterData,
    /// What only the twin says.
    pub extension: Extension,
}
