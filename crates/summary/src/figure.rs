//! Values of a report, each of which may be missing with its reason.

use std::borrow::Cow;

use edgescore_score::{Estimate, Interval, Reading};
use edgescore_taskpack::Hash;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

/// A value, or `{"missing": "reason"}`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Figure<T> {
    /// The value.
    Value(T),
    /// Why there is none.
    Missing(Missing),
}

/// Why there is no value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Missing {
    /// The reason, for people.
    #[schemars(length(min = 1))]
    pub missing: String,
}

impl<T: JsonSchema> JsonSchema for Figure<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Figure_of_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let value = generator.subschema_for::<T>();
        json_schema!({ "anyOf": [value, generator.subschema_for::<Missing>()] })
    }
}

impl<T> Figure<T> {
    /// No value, for `reason`.
    pub fn missing(reason: impl Into<String>) -> Figure<T> {
        Figure::Missing(Missing {
            missing: reason.into(),
        })
    }
}

impl<T, U: Into<T>> From<Reading<U>> for Figure<T> {
    fn from(reading: Reading<U>) -> Figure<T> {
        match reading {
            Reading::Value(value) => Figure::Value(value.into()),
            Reading::Missing(reason) => Figure::missing(reason.to_string()),
        }
    }
}

/// A value with the ends of its 95 % interval, or with the reason why it has none.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(deny_unknown_fields)]
pub enum EstimateView {
    /// With its interval.
    Interval {
        /// The value.
        value: f64,
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
    },
    /// Without.
    Point {
        /// The value.
        value: f64,
        /// Why there is no interval.
        interval: Missing,
    },
}

impl From<Estimate> for EstimateView {
    fn from(estimate: Estimate) -> EstimateView {
        let value = estimate.value;
        match estimate.interval {
            Reading::Value(Interval { low, high }) => EstimateView::Interval { value, low, high },
            Reading::Missing(reason) => EstimateView::Point {
                value,
                interval: Missing {
                    missing: reason.to_string(),
                },
            },
        }
    }
}

/// The schema of a share with its interval, or of the reason why there is none, whose keys stand
/// among others in one object: exactly one of the three sets of keys.
pub(crate) fn spread_estimate(generator: &mut SchemaGenerator) -> Schema {
    let share = generator.subschema_for::<Share>();
    let missing = generator.subschema_for::<Missing>();
    json_schema!({
        "type": "object",
        "oneOf": [
            {
                "properties": { "value": share, "low": share, "high": share },
                "required": ["value", "low", "high"],
            },
            {
                "properties": { "value": share, "interval": missing },
                "required": ["value", "interval"],
            },
            {
                "properties": { "missing": { "type": "string", "minLength": 1 } },
                "required": ["missing"],
            },
        ],
    })
}

/// A share, 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct Share(#[schemars(range(min = 0, max = 1))] pub f64);

impl From<f64> for Share {
    fn from(share: f64) -> Share {
        Share(share)
    }
}

/// A SHA-256 in hexadecimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema)]
pub struct Sha256(#[schemars(with = "String", regex(pattern = "^[0-9a-f]{64}$"))] pub Hash);

impl Serialize for Sha256 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// An object whose keys are not known before, such as ids of tasks; they keep their order.
#[derive(Clone, Debug, PartialEq)]
pub struct Entries<T>(pub Vec<(String, T)>);

impl<T> FromIterator<(String, T)> for Entries<T> {
    fn from_iter<I: IntoIterator<Item = (String, T)>>(entries: I) -> Entries<T> {
        Entries(entries.into_iter().collect())
    }
}

impl<T: Serialize> Serialize for Entries<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in &self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

impl<T: JsonSchema> JsonSchema for Entries<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Entries_of_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "additionalProperties": generator.subschema_for::<T>(),
        })
    }
}
