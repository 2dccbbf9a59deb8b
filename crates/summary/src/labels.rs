//! Enum values in the JSON views: as their labels.

use std::borrow::Cow;

use edgescore_record::Labels;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

/// A value that is written as its label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Labelled<T>(pub T);

impl<T: Labels> Serialize for Labelled<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.label())
    }
}

impl<T: Labels> JsonSchema for Labelled<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Label".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let labels: Vec<&str> = T::ALL.iter().map(|value| value.label()).collect();
        json_schema!({ "type": "string", "enum": labels })
    }
}
