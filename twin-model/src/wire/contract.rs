//! The contracts of all types of messages: what each carries, who sends it, how urgent it is.

use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value};

use crate::command::command_types;
use crate::event::event_types;
use crate::ownership::writes::default_owners_of;
use crate::wire::EVENT_TYPES;
use crate::wire::version::{COMPLETED_V2, NEWER_TYPES, OperationCompletedV2};
use crate::{Criticality, Owners, System, command_schemas};

/// Whether a message comes to the twin or from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// An event, sent to the twin.
    In,
    /// A command, sent by the twin.
    Out,
}

impl Direction {
    /// `in` or `out`, as seen from the twin.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Direction::In => "in",
            Direction::Out => "out",
        }
    }
}

/// What senders and receivers of one type of message can rely on.
#[derive(Debug, Clone)]
pub struct Contract {
    /// The CloudEvents type.
    pub type_name: &'static str,
    /// To the twin or from it.
    pub direction: Direction,
    /// The systems whose word counts, where a plant has published nothing else.
    pub owners: Owners,
    /// How urgent an event is. Commands have no class: they leave in order.
    pub criticality: Option<Criticality>,
    /// The newer version that is read as well. Senders move to it; this one goes when the last of
    /// them has moved.
    pub replaced_by: Option<&'static str>,
    /// The JSON Schema (draft 2020-12) of the CloudEvent's `data`.
    pub schema: Schema,
}

impl Contract {
    /// The major version: the number at the end of the type.
    #[must_use]
    pub fn version(&self) -> u32 {
        version_of(self.type_name)
    }
}

/// The number at the end of a type, `mfg.hold.placed.v1` has 1; 0 where there is none.
#[must_use]
pub fn version_of(type_name: &str) -> u32 {
    let version = type_name
        .rsplit_once(".v")
        .map(|(_, number)| number.parse());
    version.and_then(Result::ok).unwrap_or(0)
}

macro_rules! define_schemas {
    ($($variant:ident($body:ident) = $name:literal $(as $class:ident)?;)+) => {
        /// The JSON Schema of the data of an event type; `None` for an unknown type.
        #[must_use]
        pub fn event_schema(type_name: &str) -> Option<Schema> {
            match type_name {
                $($name => Some(schemars::schema_for!(crate::$body)),)+
                COMPLETED_V2 => Some(schemars::schema_for!(OperationCompletedV2)),
                _ => None,
            }
        }
    };
}

event_types!(define_schemas);

macro_rules! define_shared {
    ($($variant:ident($body:ident) = $name:literal $(as $class:ident)?;)+) => {
        fn share_event_schemas(generator: &mut SchemaGenerator) -> Vec<(&'static str, Schema)> {
            vec![$(($name, generator.subschema_for::<crate::$body>()),)+]
        }
    };
}

event_types!(define_shared);

macro_rules! define_shared_commands {
    ($($variant:ident($body:ident) = $name:literal;)+) => {
        fn share_command_schemas(generator: &mut SchemaGenerator) -> Vec<(&'static str, Schema)> {
            vec![$(($name, generator.subschema_for::<crate::$body>()),)+]
        }
    };
}

command_types!(define_shared_commands);

/// The schemas of all types as parts of one document.
#[derive(Debug, Clone)]
pub struct SharedSchemas {
    /// The data of each type: a reference into the definitions.
    pub types: Vec<(&'static str, Value)>,
    /// The definitions by their names.
    pub definitions: Map<String, Value>,
}

/// The schemas of the data of all types, in the draft 7 that documents like AsyncAPI embed, for a
/// document that keeps its definitions below `path`, such as `/components/schemas`.
#[must_use]
pub fn shared_schemas(path: &'static str) -> SharedSchemas {
    let settings = SchemaSettings::draft07().with(|settings| {
        settings.definitions_path = path.into();
        settings.meta_schema = None;
    });
    let mut generator = settings.into_generator();
    let mut types = share_event_schemas(&mut generator);
    let newer = generator.subschema_for::<OperationCompletedV2>();
    types.push((COMPLETED_V2, newer));
    types.extend(share_command_schemas(&mut generator));
    SharedSchemas {
        types: types
            .into_iter()
            .map(|(name, schema)| (name, schema.to_value()))
            .collect(),
        definitions: generator.take_definitions(true),
    }
}

/// The contracts of all types: events in the order of the catalogue, newer versions of them that
/// are read, then commands.
#[must_use]
pub fn contracts() -> Vec<Contract> {
    let event = |type_name: &'static str, written: &str| {
        let newer = NEWER_TYPES.iter().find(|(_, older)| *older == type_name);
        Some(Contract {
            type_name,
            direction: Direction::In,
            owners: default_owners_of(written)?,
            criticality: Some(Criticality::of(written)),
            replaced_by: newer.map(|(newer, _)| *newer),
            schema: event_schema(type_name)?,
        })
    };
    let events = EVENT_TYPES.iter().filter_map(|name| event(name, name));
    let newer = NEWER_TYPES
        .iter()
        .filter_map(|(newer, written)| event(newer, written));
    let commands = command_schemas()
        .into_iter()
        .map(|(type_name, schema)| Contract {
            type_name,
            direction: Direction::Out,
            owners: Owners::NONE.and(System::Twin),
            criticality: None,
            replaced_by: None,
            schema,
        });
    events.chain(newer).chain(commands).collect()
}
