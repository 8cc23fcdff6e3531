//! Events and documents as JSON-LD, in the layout of the official schema.

use jiff::tz::Offset;
use serde::{Serialize, Serializer};
use serde_json::json;

use super::event::{
    Action, BizTransaction, EpcisEvent, ErrorDeclaration, Extension, LotMasterData,
    PersistentDisposition, QuantityElement, Things, What,
};
use crate::Time;

/// The standard's own context.
const CONTEXT: &str = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld";
/// What the prefix `twin` stands for.
pub(super) const NAMESPACE: &str = "urn:plant-twin:";

/// A document of events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EpcisDocument {
    /// When it was written.
    pub creation_date: Time,
    /// The events, in the order in which they had their effect.
    pub events: Vec<EpcisEvent>,
}

/// A time in the local time of an offset.
fn local(time: Time, offset: Offset) -> String {
    match jiff::Timestamp::from_microsecond(time.as_micros()) {
        Ok(stamp) => stamp.display_with_offset(offset).to_string(),
        Err(_) => time.to_string(),
    }
}

/// An offset as `+01:00`.
fn written(offset: Offset) -> String {
    let minutes = offset.seconds() / 60;
    let sign = if minutes < 0 { '-' } else { '+' };
    let minutes = minutes.abs();
    format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

#[derive(Serialize)]
struct Place<'a> {
    id: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Declared<'a> {
    declaration_time: Time,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(rename = "correctiveEventIDs", skip_serializing_if = "<[_]>::is_empty")]
    corrective: &'a [String],
}

/// The two lists of things that an event may have, under the names of its kind.
#[derive(Serialize, Default)]
struct Lists<'a> {
    #[serde(rename = "epcList", skip_serializing_if = "Option::is_none")]
    epcs: Option<&'a [String]>,
    #[serde(rename = "quantityList", skip_serializing_if = "<[_]>::is_empty")]
    quantities: &'a [QuantityElement],
    #[serde(rename = "childEPCs", skip_serializing_if = "<[_]>::is_empty")]
    child_epcs: &'a [String],
    #[serde(rename = "childQuantityList", skip_serializing_if = "<[_]>::is_empty")]
    child_quantities: &'a [QuantityElement],
    #[serde(rename = "inputEPCList", skip_serializing_if = "<[_]>::is_empty")]
    input_epcs: &'a [String],
    #[serde(rename = "inputQuantityList", skip_serializing_if = "<[_]>::is_empty")]
    input_quantities: &'a [QuantityElement],
    #[serde(rename = "outputEPCList", skip_serializing_if = "<[_]>::is_empty")]
    output_epcs: &'a [String],
    #[serde(rename = "outputQuantityList", skip_serializing_if = "<[_]>::is_empty")]
    output_quantities: &'a [QuantityElement],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Written<'a> {
    #[serde(rename = "eventID", skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(rename = "type")]
    kind: &'static str,
    event_time: String,
    event_time_zone_offset: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_declaration: Option<Declared<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<Action>,
    #[serde(rename = "transformationID", skip_serializing_if = "Option::is_none")]
    transformation_id: Option<&'a str>,
    #[serde(rename = "parentID", skip_serializing_if = "Option::is_none")]
    parent_id: Option<&'a str>,
    #[serde(flatten)]
    lists: Lists<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    biz_step: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disposition: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    persistent_disposition: Option<&'a PersistentDisposition>,
    #[serde(skip_serializing_if = "Option::is_none")]
    read_point: Option<Place<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    biz_location: Option<Place<'a>>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    biz_transaction_list: &'a [BizTransaction],
    #[serde(skip_serializing_if = "Option::is_none")]
    ilmd: Option<&'a LotMasterData>,
    #[serde(flatten)]
    extension: &'a Extension,
}

impl Serialize for EpcisEvent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (kind, action, parent_id, transformation_id, lists) = parts(&self.what);
        Written {
            id: self.id.as_deref(),
            kind,
            event_time: local(self.time, self.offset),
            event_time_zone_offset: written(self.offset),
            error_declaration: self.error.as_ref().map(Declared::of),
            action,
            transformation_id,
            parent_id,
            lists,
            biz_step: self.biz_step.as_deref(),
            disposition: self.disposition.as_deref(),
            persistent_disposition: (self.persistent != PersistentDisposition::default())
                .then_some(&self.persistent),
            read_point: self.read_point.as_deref().map(|id| Place { id }),
            biz_location: self.biz_location.as_deref().map(|id| Place { id }),
            biz_transaction_list: &self.transactions,
            ilmd: (self.ilmd != LotMasterData::default()).then_some(&self.ilmd),
            extension: &self.extension,
        }
        .serialize(serializer)
    }
}

impl<'a> Declared<'a> {
    fn of(error: &'a ErrorDeclaration) -> Declared<'a> {
        Declared {
            declaration_time: error.declared_at,
            reason: error.reason.as_deref(),
            corrective: &error.corrective,
        }
    }
}

type Parts<'a> = (
    &'static str,
    Option<Action>,
    Option<&'a str>,
    Option<&'a str>,
    Lists<'a>,
);

/// Kind, action, parent, transformation and things of an event.
fn parts(what: &What) -> Parts<'_> {
    match what {
        What::Object { action, things } => {
            let lists = Lists {
                // An object event names at least an empty list.
                epcs: (!things.epcs.is_empty() || things.is_empty())
                    .then_some(things.epcs.as_slice()),
                quantities: &things.quantities,
                ..Lists::default()
            };
            ("ObjectEvent", Some(*action), None, None, lists)
        }
        What::Aggregation {
            action,
            parent,
            children,
        } => {
            let lists = Lists::of_children(children);
            let parent = parent.as_deref();
            ("AggregationEvent", Some(*action), parent, None, lists)
        }
        What::Association {
            action,
            parent,
            children,
        } => {
            let lists = Lists::of_children(children);
            ("AssociationEvent", Some(*action), Some(parent), None, lists)
        }
        What::Transformation {
            inputs,
            outputs,
            id,
        } => {
            let lists = Lists {
                input_epcs: &inputs.epcs,
                input_quantities: &inputs.quantities,
                output_epcs: &outputs.epcs,
                output_quantities: &outputs.quantities,
                ..Lists::default()
            };
            ("TransformationEvent", None, None, id.as_deref(), lists)
        }
    }
}

impl<'a> Lists<'a> {
    fn of_children(children: &'a Things) -> Lists<'a> {
        Lists {
            child_epcs: &children.epcs,
            child_quantities: &children.quantities,
            ..Lists::default()
        }
    }
}

impl Serialize for EpcisDocument {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Body<'a> {
            event_list: &'a [EpcisEvent],
        }
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Document<'a> {
            #[serde(rename = "@context")]
            context: serde_json::Value,
            #[serde(rename = "type")]
            kind: &'static str,
            schema_version: &'static str,
            creation_date: Time,
            epcis_body: Body<'a>,
        }
        Document {
            context: json!([CONTEXT, {
                "cbvmda": "urn:epcglobal:cbv:mda:",
                "twin": NAMESPACE,
                "twin:scope": {"@id": format!("{NAMESPACE}scope"), "@type": "@json"},
                "twin:measured": {"@id": format!("{NAMESPACE}measured"), "@type": "@json"},
                "twin:told": {"@id": format!("{NAMESPACE}told"), "@type": "@json"},
            }]),
            kind: "EPCISDocument",
            schema_version: "2.0",
            creation_date: self.creation_date,
            epcis_body: Body {
                event_list: &self.events,
            },
        }
        .serialize(serializer)
    }
}
