//! Names of functions.

/// Characters of a name at most, as in OpenAI's function calling.
const MOST: usize = 64;

/// Checks that every dialect can write a name.
pub fn check(name: &str) -> Result<(), String> {
    if name.is_empty() {
        return Err("has no name: give it one".to_owned());
    }
    if name.len() > MOST {
        return Err(format!(
            "its name has more than {MOST} characters: shorten it"
        ));
    }
    match name.chars().find(|c| !is_of_name(*c)) {
        None => Ok(()),
        Some(c) => Err(format!(
            "its name has {c:?}: models write names of letters, digits, _ and -; rename it"
        )),
    }
}

/// `text` made into a name: what no name has becomes one `_`.
pub fn of(text: &str) -> String {
    let words = text
        .split(|c| !is_of_name(c))
        .filter(|word| !word.is_empty());
    let mut name = words.collect::<Vec<_>>().join("_");
    // Only ASCII is left.
    name.truncate(MOST);
    name
}

fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-'
}
