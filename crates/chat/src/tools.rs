//! Functions that may be called, and calls of them, as templates take them.

use serde_json::{Map, Value, json};

use crate::template::{Conversation, Message};

/// A call of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToolCall {
    /// The function.
    pub name: String,
    /// Its arguments, an object.
    pub arguments: Value,
}

/// How the arguments of a call are given to a template. Transformers asks for an object; some
/// templates put a text together and fail on one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Functions {
    /// As an object.
    AsObject,
    /// As its JSON text.
    AsText,
}

/// `tools` of functions, each an object with `name`, `description` and `parameters`.
pub fn functions(functions: &[Value]) -> Value {
    let each = functions
        .iter()
        .map(|function| json!({"type": "function", "function": function}));
    each.collect()
}

/// The id of call `index` of step `step`: nine letters and digits, which some templates insist on.
fn id(step: usize, index: usize) -> String {
    format!("call{step:02}{index:03}")
}

/// The message in which the assistant makes `calls`, in step `step` of a conversation.
pub fn called(calls: &[ToolCall], step: usize, how: Functions) -> Message {
    let of = |(index, call): (usize, &ToolCall)| {
        let arguments = match how {
            Functions::AsObject => call.arguments.clone(),
            Functions::AsText => call.arguments.to_string().into(),
        };
        json!({
            "id": id(step, index),
            "type": "function",
            "function": {"name": call.name, "arguments": arguments},
        })
    };
    let calls: Value = calls.iter().enumerate().map(of).collect();
    Message {
        more: Map::from_iter([("tool_calls".to_owned(), calls)]),
        ..Message::new("assistant", "")
    }
}

/// The message in which `call`, the first of step `step`, gives back `result`.
pub fn returned(call: &ToolCall, step: usize, result: &str) -> Message {
    Message {
        more: Map::from_iter([
            ("name".to_owned(), call.name.clone().into()),
            ("tool_call_id".to_owned(), id(step, 0).into()),
        ]),
        ..Message::new("tool", result)
    }
}

/// The same conversation for a template that knows nothing of functions: they stand in the system
/// message, calls are JSON that the assistant writes, and results are said by the user.
pub fn in_words(conversation: Conversation) -> Conversation {
    let Some(Value::Array(tools)) = conversation.tools else {
        return conversation;
    };
    let functions: Vec<String> = tools
        .iter()
        .filter_map(|tool| Some(tool.get("function")?.to_string()))
        .collect();
    let words = format!(
        "Functions that you can call, as JSON:\n{}\nTo call some, reply with a JSON array only, such as \
         [{{\"name\": \"f\", \"arguments\": {{\"x\": 1}}}}]. To call none, reply in words.",
        functions.join("\n")
    );
    let mut messages: Vec<Message> = conversation.messages.iter().map(worded).collect();
    match messages.first_mut() {
        Some(first) if first.role == "system" => {
            first.content = format!("{}\n\n{words}", first.content);
        }
        _ => messages.insert(0, Message::new("system", words)),
    }
    messages.into()
}

fn worded(message: &Message) -> Message {
    match (message.role.as_str(), message.more.get("tool_calls")) {
        ("tool", _) => Message::new("user", format!("Result: {}", message.content)),
        (_, Some(Value::Array(calls))) => {
            let calls: Value = calls
                .iter()
                .filter_map(|call| call.get("function").cloned())
                .collect();
            Message::new("assistant", calls.to_string())
        }
        _ => message.clone(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::{Arguments, Template};

    fn conversation(how: Functions) -> Conversation {
        let call = ToolCall {
            name: "get_load".into(),
            arguments: json!({"cell": 7}),
        };
        Conversation {
            tools: Some(functions(&[json!({"name": "get_load", "parameters": {}})])),
            messages: vec![
                Message::new("system", "be brief"),
                Message::new("user", "how full?"),
                called(std::slice::from_ref(&call), 0, how),
                returned(&call, 0, "{\"load\": 3}"),
            ],
        }
    }

    fn render(template: &str, how: Functions) -> String {
        let template = Template::parse(template).unwrap();
        let mut rendered = template
            .render_each([conversation(how)], &Arguments::default())
            .unwrap();
        rendered.pop().unwrap().unwrap()
    }

    #[test]
    fn a_template_reads_functions_calls_and_results() {
        let template = "{% for t in tools %}{{ t.function.name }} {% endfor %}\
            {% for m in messages %}{% if m.tool_calls %}{% for c in m.tool_calls %}\
            {{ c.id }}:{{ c.function.name }}({{ c.function.arguments | tojson }}){% endfor %}\
            {% else %}[{{ m.role }} {{ m.tool_call_id }}] {{ m.content }}{% endif %} {% endfor %}";
        let said = render(template, Functions::AsObject);
        assert_eq!(
            said,
            "get_load [system ] be brief [user ] how full? call00000:get_load({\"cell\": 7}) \
             [tool call00000] {\"load\": 3} "
        );
        let text = render(template, Functions::AsText);
        assert!(text.contains(r#"("{\"cell\":7}")"#), "{text}");
    }

    #[test]
    fn a_template_without_functions_is_told_in_words() {
        let said = in_words(conversation(Functions::AsObject));
        assert_eq!(said.tools, None);
        let contents: Vec<&str> = said.messages.iter().map(|m| m.content.as_str()).collect();
        assert!(contents[0].starts_with("be brief\n\nFunctions that you can call"));
        assert!(contents[0].contains(r#"{"name":"get_load","parameters":{}}"#));
        assert_eq!(
            contents[2],
            r#"[{"name":"get_load","arguments":{"cell":7}}]"#
        );
        assert_eq!(contents[3], "Result: {\"load\": 3}");
        assert!(said.messages.iter().all(|message| message.more.is_empty()));
        // Without functions nothing is changed.
        let plain: Conversation = vec![Message::new("user", "why?")].into();
        assert_eq!(in_words(plain.clone()), plain);
    }
}
