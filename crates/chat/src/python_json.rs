//! JSON as Python's `json.dumps` writes it.

use serde_json::Value;

/// The arguments of `json.dumps`.
#[derive(Default)]
pub struct Style {
    /// Spaces for each level, and a line for each value.
    pub indent: Option<usize>,
    /// Between items, and behind a key; else `", "` (without the space where there are lines) and
    /// `": "`.
    pub separators: Option<(String, String)>,
    /// Keys in order.
    pub sort_keys: bool,
    /// `\u` for all that is not ASCII.
    pub ensure_ascii: bool,
}

/// `value` in `style`.
pub fn dumps(value: &Value, style: &Style) -> String {
    let mut out = String::new();
    write(value, style, 1, &mut out);
    out
}

fn write(value: &Value, style: &Style, depth: usize, out: &mut String) {
    match value {
        Value::String(text) => string(text, style, out),
        Value::Array(items) => {
            list(items.iter(), ('[', ']'), style, depth, out, |item, out| {
                write(item, style, depth + 1, out);
            });
        }
        Value::Object(map) => {
            let mut entries: Vec<(&String, &Value)> = map.iter().collect();
            if style.sort_keys {
                entries.sort_by_key(|(key, _)| *key);
            }
            let colon = style.separators.as_ref().map_or(": ", |(_, colon)| colon);
            list(
                entries.into_iter(),
                ('{', '}'),
                style,
                depth,
                out,
                |(key, value), out| {
                    string(key, style, out);
                    out.push_str(colon);
                    write(value, style, depth + 1, out);
                },
            );
        }
        // null, true, false and numbers are alike.
        other => out.push_str(&other.to_string()),
    }
}

fn list<T>(
    items: impl ExactSizeIterator<Item = T>,
    (open, close): (char, char),
    style: &Style,
    depth: usize,
    out: &mut String,
    mut each: impl FnMut(T, &mut String),
) {
    let comma = match (&style.separators, style.indent) {
        (Some((comma, _)), _) => comma,
        (None, Some(_)) => ",",
        (None, None) => ", ",
    };
    let line = |depth: usize, out: &mut String| {
        if let Some(spaces) = style.indent {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', spaces * depth));
        }
    };
    out.push(open);
    let none = items.len() == 0;
    for (index, item) in items.enumerate() {
        if index > 0 {
            out.push_str(comma);
        }
        line(depth, out);
        each(item, out);
    }
    if !none {
        line(depth - 1, out);
    }
    out.push(close);
}

fn string(text: &str, style: &Style, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            c if c < ' ' || (style.ensure_ascii && c > '~') => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// The expected texts are Python 3.12's.
    #[test]
    fn json_is_pythons() {
        let value = json!({"b": [1, 2.5, true, null], "a": {"é\"": "x\n\u{1}"}, "c": [], "d": {}});
        let plain = r#"{"b": [1, 2.5, true, null], "a": {"é\"": "x\n\u0001"}, "c": [], "d": {}}"#;
        assert_eq!(dumps(&value, &Style::default()), plain);
        let style = Style {
            sort_keys: true,
            ensure_ascii: true,
            separators: Some((",".into(), ":".into())),
            ..Style::default()
        };
        let tight = r#"{"a":{"\u00e9\"":"x\n\u0001"},"b":[1,2.5,true,null],"c":[],"d":{}}"#;
        assert_eq!(dumps(&value, &style), tight);
        let style = Style {
            indent: Some(2),
            ..Style::default()
        };
        let lines = "{\n  \"b\": [\n    1,\n    \"😀\"\n  ],\n  \"c\": []\n}";
        assert_eq!(dumps(&json!({"b": [1, "😀"], "c": []}), &style), lines);
        let style = Style {
            ensure_ascii: true,
            ..Style::default()
        };
        assert_eq!(dumps(&json!("😀\u{7f}"), &style), r#""\ud83d\ude00\u007f""#);
    }
}
