//! What `POST /api/v1/checks` can be asked, as the question about an event that nobody has told.

use actors::Question;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use twin_model::{DeliveryId, SourceId, Time, wire};
use utoipa::ToSchema;

/// Who asks, where nothing else is said.
const ASKER: &str = "/asked";
const RELEASED: &str = "mfg.work_order.released.v1";
const REQUESTED: &str = "mfg.shipment.requested.v1";
/// The number of a delivery that nobody has asked for.
pub(crate) const DELIVERY: &str = "twin:asked:delivery";

/// Something that somebody wants to do, if the plant's rules let it be done.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "may", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Check {
    /// May this order be released?
    Release {
        /// Order number.
        #[schema(example = "WO-1")]
        order: String,
        /// As in `mfg.work_order.released.v1`.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        operations: Vec<Value>,
    },
    /// May this operation start?
    Start {
        /// Order number.
        order: String,
        /// Operation number.
        op: String,
        /// Where.
        work_center: String,
        /// Lots that go in.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        input_lots: Vec<String>,
    },
    /// May an order use this?
    Consume {
        /// Order number.
        order: String,
        /// Operation number.
        #[serde(skip_serializing_if = "Option::is_none")]
        op: Option<String>,
        /// Which material.
        material: String,
        /// From which lot.
        #[serde(skip_serializing_if = "Option::is_none")]
        lot: Option<String>,
        /// How much: `{"value": "5", "unit": "KGM"}`.
        quantity: Value,
    },
    /// May this go into a unit?
    Pack {
        /// The unit.
        unit: String,
        /// Which lots: `{"lot": "L-1", "quantity": {"value": "5", "unit": "H87"}}`.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        lots: Vec<Value>,
        /// Which units.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        units: Vec<String>,
    },
    /// May this leave? A delivery that was asked for already, or lots and units before anybody
    /// asks for one. What another delivery reserves is not free.
    Ship {
        /// Delivery number, of one that was asked for.
        #[serde(skip_serializing_if = "Option::is_none")]
        delivery: Option<String>,
        /// Which lots, as for packing.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        lots: Vec<Value>,
        /// Which units, with all that is in them.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        units: Vec<String>,
    },
    /// What would become of this event?
    Take {
        /// The type, like `mfg.hold.placed.v1`.
        #[serde(rename = "type")]
        type_name: String,
        /// When it would happen; the plant's now when left out.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<String>, format = DateTime)]
        time: Option<Time>,
        /// What would happen, as that type says it.
        #[schema(value_type = Object)]
        data: Value,
    },
}

impl Check {
    /// The delivery whose gate answers, where one does.
    pub(crate) fn delivery(&self) -> Option<&str> {
        match self {
            Check::Ship { delivery, .. } => Some(delivery.as_deref().unwrap_or(DELIVERY)),
            Check::Take {
                type_name, data, ..
            } if type_name == REQUESTED => data["delivery"].as_str(),
            _ => None,
        }
    }

    /// The order that would be released, where one would.
    pub(crate) fn released(&self) -> Option<&str> {
        match self {
            Check::Release { order, .. } => Some(order),
            Check::Take {
                type_name, data, ..
            } if type_name == RELEASED => data["order"].as_str(),
            _ => None,
        }
    }

    /// The question to the plant.
    ///
    /// # Errors
    /// What cannot be read, and where, in the words of the event that it is about.
    pub(crate) fn question(&self, source: Option<&str>) -> Result<Question, String> {
        let source = source.unwrap_or(ASKER);
        let asked = |type_name: &str, data: Value| about(type_name, source, None, &data);
        match self {
            Check::Release { order, operations } => {
                asked(RELEASED, json!({"order": order, "operations": operations}))
            }
            Check::Start {
                order,
                op,
                work_center,
                input_lots,
            } => asked(
                "mfg.operation.started.v1",
                json!({
                    "order": order, "op": op, "work_center": work_center, "input_lots": input_lots,
                }),
            ),
            Check::Consume {
                order,
                op,
                material,
                lot,
                quantity,
            } => asked(
                "mfg.material.consumed.v1",
                json!({
                    "order": order, "op": op, "material": material, "lot": lot,
                    "quantity": quantity,
                }),
            ),
            Check::Pack { unit, lots, units } => asked(
                "mfg.lot.packed.v1",
                json!({"unit": unit, "lots": lots, "units": units}),
            ),
            Check::Ship {
                delivery,
                lots,
                units,
            } => match delivery.as_deref() {
                Some(delivery) => known(delivery, lots, units),
                None => asked(
                    REQUESTED,
                    json!({"delivery": DELIVERY, "lots": lots, "units": units}),
                ),
            },
            Check::Take {
                type_name,
                time,
                data,
            } => about(type_name, source, *time, data),
        }
    }
}

/// The question about a delivery that somebody has asked for.
fn known(delivery: &str, lots: &[Value], units: &[String]) -> Result<Question, String> {
    if !lots.is_empty() || !units.is_empty() {
        let text = "names a delivery and what would be in one: name the delivery alone, or lots \
                    and units without it";
        return Err(text.to_owned());
    }
    let id: DeliveryId = delivery
        .parse()
        .map_err(|error| format!("delivery {delivery:?}: {error}"))?;
    Ok(Question::Delivery(id))
}

/// Reads it as the event would be read, so that the same is right and wrong in it.
fn about(
    type_name: &str,
    source: &str,
    time: Option<Time>,
    data: &Value,
) -> Result<Question, String> {
    let event = json!({
        "specversion": "1.0", "id": "asked", "source": source, "type": type_name,
        "time": time.unwrap_or(Time::EPOCH).to_string(), "plant": "asked", "data": data,
    });
    let read = wire::decode(event.to_string().as_bytes());
    let event = read.map_err(|unreadable| unreadable.rejection.to_string())?;
    let source: SourceId = event.source;
    Ok(Question::Event {
        source,
        at: time,
        body: Box::new(event.body),
    })
}
