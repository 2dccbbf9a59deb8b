//! The values of `--template` and `--think`.

use std::convert::Infallible;
use std::path::PathBuf;
use std::str::FromStr;

use edgescore_record::Think;

/// Chat templates that come with the program, for models that lost theirs.
pub const BUILT_IN: [(&str, &str); 2] = [
    (
        "chatml",
        "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}\
         {% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}",
    ),
    (
        "llama3",
        "{{ bos_token }}{% for m in messages %}<|start_header_id|>{{ m.role }}<|end_header_id|>\n\n\
         {{ m.content | trim }}<|eot_id|>{% endfor %}\
         {% if add_generation_prompt %}<|start_header_id|>assistant<|end_header_id|>\n\n{% endif %}",
    ),
];

/// What `--template` asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// No template: the model continues plain text.
    None,
    /// A file with a template.
    File(PathBuf),
    /// A named template, of the model or built in.
    Name(String),
}

impl FromStr for Choice {
    type Err = Infallible;

    /// What has a slash in it or ends like a template is a file, everything else but `none` a name.
    fn from_str(text: &str) -> Result<Choice, Infallible> {
        let file = text.contains('/')
            || [".jinja", ".jinja2", ".j2", ".txt"]
                .iter()
                .any(|end| text.ends_with(end));
        Ok(match text {
            "none" => Choice::None,
            _ if file => Choice::File(text.into()),
            _ => Choice::Name(text.to_owned()),
        })
    }
}

/// The value of `--think`.
pub fn think(text: &str) -> Result<Think, String> {
    match text {
        "auto" => Ok(Think::Auto),
        "off" => Ok(Think::Off),
        _ => match text.parse() {
            Ok(tokens @ 1..) => Ok(Think::Tokens(tokens)),
            _ => Err("give off, auto, or the tokens of a trace at most, 1 to 65535".to_owned()),
        },
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_none_a_file_or_a_name() {
        let choice = |text: &str| text.parse::<Choice>().unwrap();
        assert_eq!(choice("none"), Choice::None);
        assert_eq!(choice("chatml"), Choice::Name("chatml".into()));
        assert_eq!(choice("my.jinja"), Choice::File("my.jinja".into()));
        assert_eq!(choice("./tool_use"), Choice::File("./tool_use".into()));
    }

    #[test]
    fn thinking_is_off_auto_or_tokens() {
        assert_eq!(think("off"), Ok(Think::Off));
        assert_eq!(think("512"), Ok(Think::Tokens(512)));
        for text in ["0", "-1", "on", "70000", ""] {
            assert!(think(text).is_err(), "{text}");
        }
    }
}
