//! What a schema says that is not checked.

use std::collections::BTreeSet;

use serde_json::Value;

/// Keywords of JSON Schema that restrict a value and that `edgescore_judge::calls::check` does not know
/// (JSON Schema 2020-12, and what older drafts have besides).
const UNCHECKED: [&str; 31] = [
    "additionalItems",
    "anyOf",
    "const",
    "contains",
    "dependencies",
    "dependentRequired",
    "dependentSchemas",
    "else",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "if",
    "maxContains",
    "maxItems",
    "maxLength",
    "maxProperties",
    "minContains",
    "minItems",
    "minLength",
    "minProperties",
    "multipleOf",
    "not",
    "oneOf",
    "pattern",
    "patternProperties",
    "prefixItems",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
    "uniqueItems",
];

/// The keywords in the schemas of functions, each as JSON, that restrict a value and are not checked.
pub fn unchecked<'f>(functions: impl Iterator<Item = &'f str>) -> Vec<&'static str> {
    let mut found = BTreeSet::new();
    // All questions of a file may offer the same ones.
    for json in functions.collect::<BTreeSet<_>>() {
        let function: Value = serde_json::from_str(json).unwrap_or_default();
        if let Some(parameters) = function.get("parameters") {
            collect(parameters, &mut found);
        }
    }
    found.into_iter().collect()
}

fn collect(schema: &Value, found: &mut BTreeSet<&'static str>) {
    for (key, value) in schema.as_object().into_iter().flatten() {
        found.extend(UNCHECKED.iter().find(|known| *known == key));
        match key.as_str() {
            "items" | "additionalProperties" => collect(value, found),
            "properties" => {
                let properties = value.as_object().into_iter().flatten();
                properties.for_each(|(_, property)| collect(property, found));
            }
            _ => {}
        }
    }
}
