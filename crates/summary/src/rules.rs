//! How rows are read: rules that hold for a file and for a run that is going on.

use edgescore_probe::Microseconds;
use edgescore_record::{Generated, Question, SessionStart};

/// Name of a model: its file name without `.gguf`.
pub fn model_name(file: &str) -> &str {
    file.strip_suffix(".gguf").unwrap_or(file)
}

/// Name of a model by a server's name of it: llama-server names the path of its file, and others have names
/// with slashes, such as `Qwen/Qwen2.5-0.5B`.
pub fn served_name(name: &str) -> &str {
    match name.ends_with(".gguf") {
        true => model_name(name.rsplit(['/', '\\']).next().unwrap_or(name)),
        false => name,
    }
}

/// Board and CPU in one text; either may be unknown.
pub fn board_name(board: &str, cpu: &str) -> String {
    let both = [board, cpu].map(str::trim).join(", ");
    both.trim_matches([',', ' ']).to_owned()
}

/// Questions that a run will ask, each counted once however many rotations are asked. Where options
/// are turned and are not four everywhere, [`edgescore_record::Turned`] says.
pub fn questions(start: &SessionStart) -> u32 {
    match start.rotate {
        true => start.asks / 4,
        false => start.asks,
    }
}

/// Tokens of the prompt that were computed: those that were cached took no time.
pub fn computed_tokens(question: &Question) -> u32 {
    question
        .prompt_tokens
        .saturating_sub(question.cached_tokens)
}

/// Tokens that took decode time: all but the first, which comes out of the prefill.
pub fn decoded_tokens(generated: &Generated) -> u32 {
    generated.tokens.saturating_sub(1)
}

/// Time of an answer: prefill and decode.
pub fn answer_time(question: &Question) -> Microseconds {
    let decode = question.generated.map_or(0, |generated| generated.decode.0);
    Microseconds(question.prefill.0.saturating_add(decode))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_reports() {
        assert_eq!(model_name("qwen2.5-0.5b.q4_0.gguf"), "qwen2.5-0.5b.q4_0");
        assert_eq!(model_name("weights"), "weights");
        assert_eq!(served_name("/models/a b.Q4_0.gguf"), "a b.Q4_0");
        assert_eq!(served_name("Qwen/Qwen2.5-0.5B"), "Qwen/Qwen2.5-0.5B");
        assert_eq!(board_name("Pi 5 ", "Cortex-A76"), "Pi 5, Cortex-A76");
        assert_eq!(board_name("", "Cortex-A76"), "Cortex-A76");
        assert_eq!(board_name("Pi 5", ""), "Pi 5");
        assert_eq!(board_name("", ""), "");
    }

    #[test]
    fn the_first_token_takes_no_decode_time() {
        let text = |tokens| Generated {
            tokens,
            decode: Microseconds(7),
        };
        assert_eq!(decoded_tokens(&text(9)), 8);
        assert_eq!(decoded_tokens(&text(0)), 0);
    }
}
