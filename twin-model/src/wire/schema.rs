//! How values that are no plain structs look in a JSON Schema.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::{Amount, Code, Time, Unit};

impl JsonSchema for Amount {
    fn schema_name() -> Cow<'static, str> {
        "Amount".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "An exact decimal: a string, or a plain number.",
            "type": ["string", "number"],
            "pattern": "^-?[0-9]+(\\.[0-9]{1,9})?$",
            "examples": ["12.5"],
        })
    }
}

impl JsonSchema for Unit {
    fn schema_name() -> Cow<'static, str> {
        "Unit".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A code of UN/ECE Recommendation 20, or one of its aliases.",
            "type": "string",
            "examples": ["H87", "KGM"],
        })
    }
}

impl JsonSchema for Time {
    fn schema_name() -> Cow<'static, str> {
        "Time".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "RFC 3339 with an offset.",
            "type": "string",
            "format": "date-time",
        })
    }
}

impl JsonSchema for Code {
    fn schema_name() -> Cow<'static, str> {
        "Code".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "The code of a rule.",
            "type": "string",
            "pattern": "^TWIN-R[0-9]{2,3}$",
            "examples": ["TWIN-R07"],
        })
    }
}
