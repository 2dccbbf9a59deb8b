//! Operations of an OpenAPI 3 document (OpenAPI Specification 3.0 and 3.1, Operation Object).

use serde_json::{Map, Value, json};

use super::error::FunctionsError;
use super::function::{Entry, made};
use super::{name, resolve};

const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// The operations, in the order of the document.
pub fn functions(document: &Value) -> Result<Vec<Entry>, FunctionsError> {
    let version = document.get("openapi").or_else(|| document.get("swagger"));
    let version = version.and_then(Value::as_str).unwrap_or_default();
    if !version.starts_with("3.") {
        return Err(FunctionsError::OpenApiVersion(version.to_owned()));
    }
    let paths = document.get("paths").and_then(Value::as_object);
    let mut entries = Vec::new();
    for (path, item) in paths.into_iter().flatten() {
        let item = match resolve::reference(item, document) {
            Ok(item) => item,
            Err(why) => {
                entries.push((path.clone(), Err(why)));
                continue;
            }
        };
        for method in METHODS {
            if let Some(operation) = item.get(method) {
                let id = operation.get("operationId").and_then(Value::as_str);
                let name = id.map_or_else(|| name::of(&format!("{method} {path}")), name::of);
                let arguments = Arguments::of(operation, item, document);
                let function = arguments
                    .and_then(|arguments| made(&name, &description(operation), arguments.schema()));
                entries.push((name, function));
            }
        }
    }
    match entries.is_empty() {
        true => Err(FunctionsError::NoFunctions),
        false => Ok(entries),
    }
}

fn description(operation: &Value) -> String {
    let texts = ["summary", "description"].map(|key| {
        let text = operation.get(key).and_then(Value::as_str);
        text.unwrap_or_default().trim()
    });
    match texts {
        [summary, ""] => summary.to_owned(),
        ["", text] => text.to_owned(),
        [summary, text] if text.starts_with(summary) => text.to_owned(),
        [summary, text] => format!("{}. {text}", summary.trim_end_matches('.')),
    }
}

/// Parameters of the path and the query, and properties of the body. Headers and cookies are left to the
/// program that makes the call.
#[derive(Default)]
struct Arguments {
    properties: Map<String, Value>,
    required: Vec<Value>,
    /// What the body says of properties that it does not name.
    additional: Option<Value>,
}

impl Arguments {
    fn of(operation: &Value, item: &Value, document: &Value) -> Result<Arguments, String> {
        let mut arguments = Arguments::default();
        let lists = [item, operation].map(|of| of.get("parameters").and_then(Value::as_array));
        // Those of the operation replace those of its path.
        let mut parameters: Vec<&Value> = Vec::new();
        for parameter in lists.into_iter().flatten().flatten() {
            let parameter = resolve::reference(parameter, document)?;
            let key = |of: &Value| [of.get("name").cloned(), of.get("in").cloned()];
            parameters.retain(|known| key(known) != key(parameter));
            parameters.push(parameter);
        }
        for parameter in parameters {
            let place = parameter
                .get("in")
                .and_then(Value::as_str)
                .unwrap_or_default();
            if !["path", "query"].contains(&place) {
                continue;
            }
            let name = parameter.get("name").and_then(Value::as_str);
            let name = name.ok_or("a parameter has no name: give it one")?;
            let in_content = || {
                let content = parameter.get("content")?.as_object()?;
                content.values().next()?.get("schema")
            };
            let schema = parameter.get("schema").or_else(in_content);
            let mut schema = match schema {
                Some(schema) => resolve::schema(schema, document)?,
                None => json!({}),
            };
            if let (Value::Object(schema), Some(text)) = (&mut schema, parameter.get("description"))
            {
                schema.entry("description").or_insert_with(|| text.clone());
            }
            let required = place == "path" || parameter.get("required") == Some(&Value::Bool(true));
            arguments.add(name, schema, required)?;
        }
        if let Some(body) = operation.get("requestBody") {
            arguments.add_body(resolve::reference(body, document)?, document)?;
        }
        Ok(arguments)
    }

    fn add_body(&mut self, body: &Value, document: &Value) -> Result<(), String> {
        let content = body.get("content").and_then(Value::as_object);
        let is_json = |kind: &str| kind.starts_with("application/json") || kind.contains("+json");
        let mut content = content.into_iter().flatten();
        let content = content.find_map(|(kind, of)| is_json(kind).then_some(of));
        let content = content.ok_or("its body is no JSON, which a call could not give")?;
        let needed = body.get("required") == Some(&Value::Bool(true));
        let schema = content.get("schema").unwrap_or(&Value::Null);
        let schema = resolve::schema(schema, document)?;
        let Some(Value::Object(properties)) = schema.get("properties") else {
            return match schema {
                Value::Object(_) => self.add("body", schema, needed),
                _ => Ok(()),
            };
        };
        self.additional = schema.get("additionalProperties").cloned();
        let required = schema.get("required").and_then(Value::as_array);
        for (name, property) in properties {
            if property.get("readOnly") == Some(&Value::Bool(true)) {
                continue;
            }
            let is_required = required.is_some_and(|names| names.iter().any(|of| of == name));
            self.add(name, property.clone(), needed && is_required)?;
        }
        Ok(())
    }

    fn add(&mut self, name: &str, schema: Value, required: bool) -> Result<(), String> {
        if self.properties.insert(name.to_owned(), schema).is_some() {
            return Err(format!(
                "two of its arguments are named `{name}` (path, query and body become one object): \
                 rename one"
            ));
        }
        if required {
            self.required.push(name.into());
        }
        Ok(())
    }

    fn schema(self) -> Value {
        let mut schema = json!({ "type": "object", "properties": self.properties });
        if !self.required.is_empty() {
            schema["required"] = self.required.into();
        }
        if let Some(additional) = self.additional {
            schema["additionalProperties"] = additional;
        }
        schema
    }
}
