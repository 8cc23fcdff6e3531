//! Documents, query answers, lists of events and single events, taken apart into typed events.

use std::collections::BTreeMap;

use jiff::tz::Offset;
use serde_json::value::RawValue;

use super::event::{
    Action, BizTransaction, EpcisEvent, ErrorDeclaration, Extension, LotMasterData,
    PersistentDisposition, QuantityElement, Things, What,
};
use super::fault::Fault;
use super::fields::{Fields, plain};
use super::words::{self, bare};
use super::writing::NAMESPACE;
use crate::{Amount, Decimal, Time, Unit};

/// An event as it came, at its place.
pub(super) struct Found<'a> {
    pub(super) at: String,
    pub(super) raw: &'a RawValue,
    /// Whether the prefix of the twin's own fields means the twin.
    pub(super) is_ours: bool,
}

/// The events of a document, of a query's answer, of a list, or the one that the text is.
pub(super) fn events(text: &str) -> Result<Vec<Found<'_>>, Fault> {
    let unreadable = |error: serde_json::Error| Fault::unreadable("$", plain(&error));
    if text.trim_start().starts_with('[') {
        let list: Vec<&RawValue> = serde_json::from_str(text).map_err(unreadable)?;
        let found = list.into_iter().enumerate();
        return found
            .map(|(n, raw)| single(raw, format!("$[{n}]")))
            .collect();
    }
    let raw: &RawValue = serde_json::from_str(text).map_err(unreadable)?;
    let mut document = Fields::of(raw, "$".to_owned())?;
    let kind: String = document.required("type")?;
    let path: &[&str] = match kind.as_str() {
        "EPCISDocument" => &["epcisBody"],
        "EPCISQueryDocument" => &["epcisBody", "queryResults", "resultsBody"],
        _ => return Ok(vec![single(raw, "$".to_owned())?]),
    };
    let version: Option<String> = document.take("schemaVersion")?;
    if let Some(version) = version.filter(|version| !version.starts_with('2')) {
        let detail = format!("{version:?}: documents of version 2 are read");
        return Err(Fault::unreadable("$.schemaVersion", detail));
    }
    let is_ours = is_ours(document.raw("@context"));
    let mut body = document;
    for name in path {
        let at = body.place(name);
        body = body
            .object(name)?
            .ok_or_else(|| Fault::unreadable(at, "is missing"))?;
    }
    let at = body.place("eventList");
    let list: Vec<&RawValue> = body.required("eventList")?;
    let found = list.into_iter().enumerate().map(|(n, raw)| Found {
        at: format!("{at}[{n}]"),
        raw,
        is_ours,
    });
    Ok(found.collect())
}

/// An event that stands alone has its own context.
fn single(raw: &RawValue, at: String) -> Result<Found<'_>, Fault> {
    let mut fields = Fields::of(raw, at.clone())?;
    Ok(Found {
        at,
        raw,
        is_ours: is_ours(fields.raw("@context")),
    })
}

/// Whether a context says that the prefix `twin` means this program's names.
fn is_ours(context: Option<&RawValue>) -> bool {
    let Some(Ok(context)) = context.map(|raw| serde_json::from_str(raw.get())) else {
        return false;
    };
    let parts = match context {
        serde_json::Value::Array(parts) => parts,
        part => vec![part],
    };
    let meaning = parts.iter().filter_map(|part| part.get("twin")).next_back();
    meaning.and_then(serde_json::Value::as_str) == Some(NAMESPACE)
}

/// The typed event.
pub(super) fn event(found: &Found<'_>) -> Result<EpcisEvent, Fault> {
    let mut fields = Fields::of(found.raw, found.at.clone())?;
    let what = what(&mut fields)?;
    let word = |word: Option<String>, kind| word.map(|word| bare(&word, kind).to_owned());
    let event = EpcisEvent {
        id: fields.take("eventID")?,
        time: fields.required("eventTime")?,
        offset: offset(&mut fields)?,
        what,
        biz_step: word(fields.take("bizStep")?, &words::BIZ_STEPS),
        disposition: word(fields.take("disposition")?, &words::DISPOSITIONS),
        persistent: persistent(&mut fields)?,
        read_point: place(&mut fields, "readPoint")?,
        biz_location: place(&mut fields, "bizLocation")?,
        transactions: transactions(&mut fields)?,
        error: error(&mut fields)?,
        ilmd: master_data(&mut fields, found.is_ours)?,
        extension: match found.is_ours {
            true => extension(&mut fields)?,
            false => Extension::default(),
        },
    };
    for known_and_not_used in [
        "type",
        "@context",
        "recordTime",
        "certificationInfo",
        "sourceList",
        "destinationList",
        "sensorElementList",
    ] {
        fields.raw(known_and_not_used);
    }
    fields.finish()?;
    Ok(event)
}

fn what(fields: &mut Fields<'_>) -> Result<What, Fault> {
    let kind: String = fields.required("type")?;
    Ok(match kind.as_str() {
        "ObjectEvent" => What::Object {
            action: action(fields)?,
            things: things(fields, "epcList", "quantityList")?,
        },
        "AggregationEvent" => What::Aggregation {
            action: action(fields)?,
            parent: fields.take("parentID")?,
            children: things(fields, "childEPCs", "childQuantityList")?,
        },
        "AssociationEvent" => What::Association {
            action: action(fields)?,
            parent: fields.required("parentID")?,
            children: things(fields, "childEPCs", "childQuantityList")?,
        },
        "TransformationEvent" => What::Transformation {
            inputs: things(fields, "inputEPCList", "inputQuantityList")?,
            outputs: things(fields, "outputEPCList", "outputQuantityList")?,
            id: fields.take("transformationID")?,
        },
        "TransactionEvent" => {
            let detail = "a TransactionEvent binds documents to things and changes no lot";
            return Err(Fault::no_place(fields.place("type"), detail));
        }
        other => {
            let shown: String = other.chars().take(96).collect();
            let detail = format!("{shown:?} is no kind of event of EPCIS 2.0");
            return Err(Fault::no_place(fields.place("type"), detail));
        }
    })
}

fn action(fields: &mut Fields<'_>) -> Result<Action, Fault> {
    let word: String = fields.required("action")?;
    match word.as_str() {
        "ADD" => Ok(Action::Add),
        "OBSERVE" => Ok(Action::Observe),
        "DELETE" => Ok(Action::Delete),
        _ => {
            let detail = "is none of ADD, OBSERVE, DELETE";
            Err(Fault::unreadable(fields.place("action"), detail))
        }
    }
}

fn things(fields: &mut Fields<'_>, epcs: &str, quantities: &str) -> Result<Things, Fault> {
    let epcs = fields.take(epcs)?.unwrap_or_default();
    let list = fields.objects(quantities)?;
    let quantities = list.into_iter().map(quantity).collect::<Result<_, _>>()?;
    Ok(Things { epcs, quantities })
}

fn quantity(mut fields: Fields<'_>) -> Result<QuantityElement, Fault> {
    let epc_class = fields.required("epcClass")?;
    let quantity = amount(&mut fields, "quantity")?;
    let uom: Option<Unit> = fields.take("uom")?;
    fields.finish()?;
    Ok(QuantityElement {
        epc_class,
        quantity,
        uom,
    })
}

/// A JSON number without the loss of a float.
fn amount(fields: &mut Fields<'_>, name: &str) -> Result<Option<Amount>, Fault> {
    let at = fields.place(name);
    let Some(raw) = fields.raw(name) else {
        return Ok(None);
    };
    let text = raw.get();
    let shown: String = text.chars().take(40).collect();
    let number = Decimal::from_str_exact(text).or_else(|_| Decimal::from_scientific(text));
    let number = number
        .map_err(|_| Fault::unreadable(at.clone(), format!("{shown} is no decimal number")))?;
    match Amount::try_from(number) {
        Ok(amount) => Ok(Some(amount)),
        Err(error) => Err(Fault::unreadable(at, error.to_string())),
    }
}

fn offset(fields: &mut Fields<'_>) -> Result<Offset, Fault> {
    const NAME: &str = "eventTimeZoneOffset";
    let text: String = fields.required(NAME)?;
    let read = || {
        let (sign, rest) = text.split_at_checked(1)?;
        let sign = match sign {
            "+" => 1,
            "-" => -1,
            _ => return None,
        };
        let (hours, minutes) = rest.split_once(':')?;
        let two = |digits: &str| (digits.len() == 2).then(|| digits.parse::<i32>().ok())?;
        let (hours, minutes) = (two(hours)?, two(minutes)?);
        let fits = (hours <= 13 && minutes <= 59) || (hours, minutes) == (14, 0);
        fits.then(|| Offset::from_seconds(sign * (hours * 60 + minutes) * 60).ok())?
    };
    let detail = "is no offset like +01:00";
    read().ok_or_else(|| Fault::unreadable(fields.place(NAME), detail))
}

fn persistent(fields: &mut Fields<'_>) -> Result<PersistentDisposition, Fault> {
    let Some(mut fields) = fields.object("persistentDisposition")? else {
        return Ok(PersistentDisposition::default());
    };
    let read = PersistentDisposition {
        set: fields.take("set")?.unwrap_or_default(),
        unset: fields.take("unset")?.unwrap_or_default(),
    };
    fields.finish()?;
    Ok(read)
}

/// A place may have further fields of others.
fn place(fields: &mut Fields<'_>, name: &str) -> Result<Option<String>, Fault> {
    match fields.object(name)? {
        None => Ok(None),
        Some(mut place) => place.required("id").map(Some),
    }
}

fn transactions(fields: &mut Fields<'_>) -> Result<Vec<BizTransaction>, Fault> {
    let list = fields.objects("bizTransactionList")?;
    let read = list.into_iter().map(|mut fields| {
        let kind: Option<String> = fields.take("type")?;
        let document = fields.required("bizTransaction")?;
        fields.finish()?;
        Ok(BizTransaction {
            kind: kind.map(|kind| bare(&kind, &words::TRANSACTIONS).to_owned()),
            document,
        })
    });
    read.collect()
}

fn error(fields: &mut Fields<'_>) -> Result<Option<ErrorDeclaration>, Fault> {
    let Some(mut fields) = fields.object("errorDeclaration")? else {
        return Ok(None);
    };
    let read = ErrorDeclaration {
        declared_at: fields.required("declarationTime")?,
        reason: fields.take("reason")?,
        corrective: fields.take("correctiveEventIDs")?.unwrap_or_default(),
    };
    fields.finish()?;
    Ok(Some(read))
}

fn master_data(fields: &mut Fields<'_>, is_ours: bool) -> Result<LotMasterData, Fault> {
    let Some(mut fields) = fields.object("ilmd")? else {
        return Ok(LotMasterData::default());
    };
    let own = |fields: &mut Fields<'_>, name: &str| -> Result<Option<Time>, Fault> {
        if is_ours { fields.take(name) } else { Ok(None) }
    };
    Ok(LotMasterData {
        lot_number: fields.take("cbvmda:lotNumber")?,
        last_day: fields.take("cbvmda:itemExpirationDate")?,
        expiry: own(&mut fields, "twin:expiry")?,
        produced_at: own(&mut fields, "twin:producedAt")?,
    })
}

fn extension(fields: &mut Fields<'_>) -> Result<Extension, Fault> {
    Ok(Extension {
        sequence: fields.take("twin:sequence")?,
        correlation: fields.take("twin:correlation")?,
        op: fields.take("twin:operation")?,
        measured: fields.take("twin:measured")?,
        change: fields.take("twin:change")?,
        stock: fields.take("twin:stock")?.unwrap_or_default(),
        from: fields.take("twin:from")?,
        to: fields.take("twin:to")?,
        booked: amount(fields, "twin:booked")?,
        reason: fields.take("twin:reason")?,
        hold: fields.take("twin:hold")?,
        scope: fields.take("twin:scope")?,
        ncr: fields.take("twin:nonconformance")?,
        propagate: fields.take("twin:propagate")?,
        by: fields.take("twin:by")?,
        decision: fields.take("twin:decision")?,
        customer: fields.take("twin:customer")?,
        gate_token: fields.take("twin:gateToken")?,
        shipped_at: fields.take("twin:shippedAt")?,
        told: fields.take("twin:told")?,
        retraction: fields.take("twin:retraction")?,
        note: fields.take("twin:note")?,
    })
}

/// The content of an event that has no name: the same whatever its layout and the order of its
/// fields.
pub(super) fn content(raw: &RawValue) -> String {
    let value: serde_json::Value = serde_json::from_str(raw.get()).unwrap_or_default();
    let sorted: Option<BTreeMap<String, serde_json::Value>> = match value {
        serde_json::Value::Object(fields) => Some(fields.into_iter().collect()),
        _ => None,
    };
    match sorted.map(|fields| serde_json::to_string(&fields)) {
        Some(Ok(text)) => text,
        _ => raw.get().to_owned(),
    }
}
