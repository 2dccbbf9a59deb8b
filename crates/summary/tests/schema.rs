//! The committed schema is that of the types.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use edgescore_summary::report::Report;
use schemars::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;

/// With EDGESCORE_UPDATE_SCHEMA=1 the schema is written anew.
#[test]
fn the_committed_schema_is_that_of_the_types() {
    let tidy = RecursiveTransform(|schema: &mut Schema| {
        // Names of Rust's own types, which say nothing to others.
        schema.remove("format");
        // Comments are broken into lines.
        if let Some(text) = schema.get("description").and_then(|text| text.as_str()) {
            let text = text.replace('\n', " ");
            schema.insert("description".to_owned(), text.into());
        }
    });
    let schema = SchemaSettings::draft2020_12()
        .for_serialize()
        .with_transform(tidy)
        .into_generator()
        .into_root_schema_for::<Report>();
    let generated = format!("{:#}\n", schema.to_value());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/report.schema.json");
    if std::env::var_os("EDGESCORE_UPDATE_SCHEMA").is_some_and(|value| value == "1") {
        fs::write(&path, &generated).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap();
    assert!(
        committed == generated,
        "docs/report.schema.json is not what the types say: \
         EDGESCORE_UPDATE_SCHEMA=1 cargo test -p edgescore-summary --test schema"
    );
}
