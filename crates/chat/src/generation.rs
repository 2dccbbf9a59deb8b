//! `{% generation %}` marks what an assistant wrote, for training. Transformers renders its body;
//! minijinja does not know it.

/// The template with `generation` blocks as blocks that are always rendered, so that the white
/// space around them is treated as before.
pub fn without(template: &str) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(start) = rest.find("{%") {
        let (before, tag) = rest.split_at(start);
        out.push_str(before);
        let Some(length) = tag.find("%}") else {
            rest = tag;
            break;
        };
        let (tag, behind) = tag.split_at(length + 2);
        out.push_str(&renamed(tag));
        rest = behind;
    }
    out.push_str(rest);
    out
}

/// A tag, `{%` to `%}`.
fn renamed(tag: &str) -> String {
    let inside = tag.trim_start_matches("{%").trim_end_matches("%}");
    let inside = inside
        .trim_start_matches(['-', '+'])
        .trim_end_matches(['-', '+']);
    match inside.trim() {
        "generation" => tag.replacen("generation", "if true", 1),
        "endgeneration" => tag.replacen("endgeneration", "endif", 1),
        _ => tag.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generation_blocks_are_blocks_that_are_rendered() {
        let template = "{%- generation -%}\n a {% if generation %}b{% endif %}{%+endgeneration%} {{ generation }} {% broken";
        let expected = "{%- if true -%}\n a {% if generation %}b{% endif %}{%+endif%} {{ generation }} {% broken";
        assert_eq!(without(template), expected);
    }
}
