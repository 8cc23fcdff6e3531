//! Genealogy as GS1 EPCIS 2.0 in JSON-LD, out and in.
//!
//! Written is what a partner can read: standard events with words of the Core Business Vocabulary.
//! What the twin says and the standard has no field for stands beside it under the prefix `twin`,
//! so that a document of a twin reads back to exactly the events that it was written from.
//! docs/epcis.md has the table, docs/adr/0024 the reasons.

mod declared;
mod event;
mod export;
mod facts;
mod fault;
mod fields;
mod gs1;
mod import;
mod naming;
mod object;
mod reading;
mod told;
mod uri;
mod words;
mod writing;

pub use event::*;
pub use facts::{EVENTS_PER_DOCUMENT_MAX, LotFacts, TooManyEvents};
pub use fault::Fault;
pub use gs1::{Gtin, InvalidGtin};
pub use import::{ReadEvent, read};
pub use naming::{GtinTaken, Naming};
pub use told::Told;
pub use writing::EpcisDocument;
