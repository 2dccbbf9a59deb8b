//! What a server says, whole or as a stream of events.

use serde_json::Value;

/// An answer, as far as it has come.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reply {
    /// The text.
    pub text: String,
    /// Functions that it calls, and their arguments as JSON.
    pub calls: Vec<(String, String)>,
    /// What a reasoning model thought before it, where the server keeps that apart.
    pub thought: String,
    /// Pieces of it that came.
    pub thought_pieces: u32,
    /// Pieces of either that came.
    pub pieces: u32,
    /// Tokens of the prompt, by the server's count.
    pub prompt_tokens: Option<u32>,
    /// Tokens of it that were in the server's cache.
    pub cached_tokens: Option<u32>,
    /// Tokens that were written.
    pub tokens: Option<u32>,
    /// The likeliest first tokens, and the logarithms of their probabilities.
    pub first: Vec<(String, f64)>,
    /// The server says that it is complete.
    pub is_complete: bool,
}

impl Reply {
    /// Takes in an event of a stream, or a whole answer. False where that has no content, such as the event
    /// that only opens a turn.
    ///
    /// # Errors
    /// What the server says is wrong.
    pub fn take(&mut self, value: &Value) -> Result<bool, String> {
        if let Some(error) = value.get("error").filter(|error| !error.is_null()) {
            return Err(message(error));
        }
        let before = self.pieces;
        let choice = value.pointer("/choices/0");
        if let Some(choice) = choice {
            let said = choice.get("delta").or_else(|| choice.get("message"));
            let said = |key| said.and_then(|said| said.get(key)).and_then(Value::as_str);
            let content = said("content").unwrap_or_default();
            let thought = said("reasoning_content").or_else(|| said("reasoning"));
            let thought = thought.unwrap_or_default();
            self.thought_pieces += u32::from(!thought.is_empty());
            self.pieces += u32::from(!content.is_empty()) + u32::from(!thought.is_empty());
            self.text.push_str(content);
            self.thought.push_str(thought);
            self.pieces += u32::from(self.call(choice));
            if self.first.is_empty() {
                self.first = likeliest(choice);
            }
            self.is_complete |= choice.get("finish_reason").is_some_and(Value::is_string);
        }
        let count = |path: &str| {
            let count = value.pointer(path)?.as_u64()?;
            u32::try_from(count).ok()
        };
        // llama-server's timings count what was computed apart from what its cache had.
        let cached = count("/timings/cache_n");
        let computed = count("/timings/prompt_n").zip(cached);
        let timed = computed.map(|(computed, cached)| computed.saturating_add(cached));
        self.prompt_tokens = count("/usage/prompt_tokens")
            .or(timed)
            .or(self.prompt_tokens);
        self.cached_tokens = cached
            .or_else(|| count("/usage/prompt_tokens_details/cached_tokens"))
            .or(self.cached_tokens);
        self.tokens = count("/usage/completion_tokens")
            .or_else(|| count("/timings/predicted_n"))
            .or(self.tokens);
        Ok(self.pieces > before)
    }

    /// Takes in pieces of calls, and whether there were any. Each says which call it belongs to; a server that
    /// does not stream has them whole, without numbers.
    fn call(&mut self, choice: &Value) -> bool {
        let said = choice.get("delta").or_else(|| choice.get("message"));
        let pieces = said.and_then(|said| said.get("tool_calls")?.as_array());
        let pieces = pieces.into_iter().flatten();
        let mut any = false;
        for (place, piece) in pieces.enumerate() {
            let index = piece.get("index").and_then(Value::as_u64);
            let at = index.map_or(place, |index| index as usize);
            if at >= MOST_CALLS {
                continue;
            }
            if at >= self.calls.len() {
                self.calls.resize(at + 1, Default::default());
            }
            let text = |path| piece.pointer(path).and_then(Value::as_str);
            if let Some((name, arguments)) = self.calls.get_mut(at) {
                name.push_str(text("/function/name").unwrap_or_default());
                arguments.push_str(text("/function/arguments").unwrap_or_default());
                any = true;
            }
        }
        any
    }

    /// The text, with calls behind it as a model of the Hermes family writes them.
    pub fn written(&self) -> String {
        let mut text = self.text.clone();
        for (name, arguments) in &self.calls {
            let arguments = match arguments.trim() {
                "" => "{}",
                arguments => arguments,
            };
            // What is no JSON stays as it is: then it is no call.
            let name = Value::from(name.as_str());
            text.push_str(&format!(
                "<tool_call>\n{{\"name\": {name}, \"arguments\": {arguments}}}\n</tool_call>"
            ));
        }
        text
    }
}

/// Calls of an answer at most: packs ask for ten and less.
const MOST_CALLS: usize = 64;

/// The likeliest first tokens of an answer.
fn likeliest(choice: &Value) -> Vec<(String, f64)> {
    let top = choice.pointer("/logprobs/content/0/top_logprobs");
    let all = top.and_then(Value::as_array).into_iter().flatten();
    all.filter_map(|token| {
        let text = token.get("token")?.as_str()?;
        Some((text.to_owned(), token.get("logprob")?.as_f64()?))
    })
    .collect()
}

/// What an error says.
pub fn message(error: &Value) -> String {
    let text = error.get("message").unwrap_or(error);
    match text.as_str() {
        Some(text) => text.to_owned(),
        None => text.to_string(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_stream_is_put_together() {
        let mut reply = Reply::default();
        let open = json!({"choices": [{"delta": {"role": "assistant", "content": null}}]});
        assert_eq!(reply.take(&open), Ok(false));
        for (piece, thought) in [("", "hm"), ("{\"answer\"", ""), (": \"B\"}", "")] {
            let delta = json!({"content": piece, "reasoning_content": thought});
            let event = json!({"choices": [{"delta": delta, "finish_reason": null}]});
            assert_eq!(reply.take(&event), Ok(true));
        }
        let end = json!({"choices": [{"delta": {}, "finish_reason": "stop"}],
            "timings": {"cache_n": 236, "prompt_n": 1, "predicted_n": 7}});
        assert_eq!(reply.take(&end), Ok(false));
        assert!(reply.is_complete);
        assert_eq!(
            (reply.text.as_str(), reply.thought.as_str()),
            ("{\"answer\": \"B\"}", "hm")
        );
        assert_eq!(
            (reply.prompt_tokens, reply.cached_tokens, reply.tokens),
            (Some(237), Some(236), Some(7))
        );
        let usage = json!({"choices": [], "usage": {"prompt_tokens": 240, "completion_tokens": 8}});
        assert_eq!(reply.take(&usage), Ok(false));
        assert_eq!(
            (reply.prompt_tokens, reply.cached_tokens, reply.tokens),
            (Some(240), Some(236), Some(8))
        );
    }

    #[test]
    fn calls_come_in_pieces_or_whole() {
        let piece = |index: u32, name: &str, arguments: &str| {
            json!({"choices": [{"delta": {"tool_calls": [
                {"index": index, "function": {"name": name, "arguments": arguments}}]}}]})
        };
        let mut reply = Reply::default();
        for (index, name, arguments) in [
            (0, "a", ""),
            (0, "", "{\"x\": "),
            (0, "", "1}"),
            (1, "b", ""),
        ] {
            assert_eq!(reply.take(&piece(index, name, arguments)), Ok(true));
        }
        let calls = "<tool_call>\n{\"name\": \"a\", \"arguments\": {\"x\": 1}}\n</tool_call>\
                     <tool_call>\n{\"name\": \"b\", \"arguments\": {}}\n</tool_call>";
        assert_eq!(reply.written(), calls);
        let mut whole = Reply::default();
        let call = |name, arguments| json!({"function": {"name": name, "arguments": arguments}});
        let message =
            json!({"content": null, "tool_calls": [call("a", "{\"x\": 1}"), call("b", "{}")]});
        assert_eq!(
            whole.take(&json!({"choices": [{"message": message}]})),
            Ok(true)
        );
        assert_eq!(whole.written(), calls);
        assert_eq!(reply.take(&piece(4_000_000_000, "c", "")), Ok(false));
    }

    #[test]
    fn an_error_is_what_it_says() {
        let mut reply = Reply::default();
        for error in [
            json!({"error": {"message": "no such model"}}),
            json!({"error": "no such model"}),
        ] {
            assert_eq!(reply.take(&error), Err("no such model".to_owned()));
        }
        assert_eq!(reply.take(&json!({"error": null})), Ok(false));
    }
}
