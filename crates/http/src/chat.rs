//! What a server is asked (POST /chat/completions of the OpenAI API reference).

use edgescore_runtime::inference::prompt::messages::Messages;
use serde_json::{Value, json};

/// Most likely tokens whose probabilities are asked for: the protocol's maximum.
pub const TOP: u16 = 20;

/// The same of llama-server, which has no maximum: of 300 questions 5 had a letter that was not among the 20
/// likeliest tokens (SmolLM2-135M).
pub const TOP_OF_LLAMA_SERVER: u16 = 500;

/// The start of an answer that letter mode forces, as in process: the server continues a last message of
/// the assistant (llama-server, and vLLM with `continue_final_message`), or does not.
const FORCED: &str = "{\"answer\": \"";

/// The tokens behind `messages`, as a stream: the likeliest ones, or drawn. `functions` may be called.
pub fn text(
    model: &str,
    messages: &Messages,
    functions: &[Value],
    max_tokens: u16,
    drawn: Option<(f64, u64)>,
) -> Value {
    let (temperature, seed) = drawn.unwrap_or((0.0, 0));
    let mut body = json!({
        "model": model,
        "messages": list(messages),
        "max_tokens": max_tokens,
        "temperature": temperature,
        "seed": seed,
        "stream": true,
        "stream_options": { "include_usage": true },
    });
    if let Some(fields) = body.as_object_mut().filter(|_| !functions.is_empty()) {
        let tool = |function: &Value| json!({ "type": "function", "function": function });
        fields.insert("tools".to_owned(), functions.iter().map(tool).collect());
    }
    body
}

/// Keeps the functions in the prompt and has the server return what the model writes, whatever it is.
pub fn forbid_calls(body: &mut Value) {
    if let Some(fields) = body.as_object_mut() {
        fields.insert("tool_choice".to_owned(), "none".into());
    }
}

/// One token behind `messages` and the forced start of an answer, with the probabilities of the `top` likeliest
/// ones.
pub fn letter(model: &str, messages: &Messages, top: u16) -> Value {
    let mut list = list(messages);
    list.push(json!({ "role": "assistant", "content": FORCED }));
    json!({
        "model": model,
        "messages": list,
        "max_tokens": 1,
        "temperature": 0.0,
        "logprobs": true,
        "top_logprobs": top,
        // vLLM opens another turn without these; others pass over them.
        "add_generation_prompt": false,
        "continue_final_message": true,
    })
}

fn list(messages: &Messages) -> Vec<Value> {
    let message = |(role, content): &(&str, String)| json!({ "role": role, "content": content });
    messages.iter().map(message).collect()
}
