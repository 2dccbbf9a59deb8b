//! The known word that a misspelt one was probably meant to be.

use strsim::damerau_levenshtein;

/// The one of `known` that is nearest to `word`, if at most a third of its letters (one at least,
/// three at most) were swapped, changed, left out or added. Of two as near, the one of the same
/// length: swapped letters are the commonest slip.
pub fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let length = word.chars().count();
    let most = (length / 3).clamp(1, 3);
    let word = word.to_lowercase();
    let distance = |name: &str| {
        let edits = damerau_levenshtein(&word, &name.to_lowercase());
        (edits, name.chars().count().abs_diff(length))
    };
    let known = known.into_iter().map(|name| (distance(name), name));
    let (_, name) = known
        .filter(|((edits, _), _)| *edits <= most)
        .min_by_key(|(distance, _)| *distance)?;
    Some(name)
}

/// `; did you mean NAME?`, or nothing where no known word is near.
pub fn did_you_mean<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    nearest(word, known).map_or_else(String::new, |name| format!("; did you mean {name}?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn swapped_letters_come_before_a_missing_one() {
        let options = ["mode", "model", "memory"];
        assert_eq!(nearest("modle", options), Some("model"));
        assert_eq!(nearest("mod", options), Some("mode"));
        assert_eq!(nearest("memroy", options), Some("memory"));
        assert_eq!(nearest("RNU", ["run", "report"]), Some("run"));
        assert_eq!(nearest("frobnicate", options), None);
        assert_eq!(did_you_mean("fnb85", ["fnb58"]), "; did you mean fnb58?");
    }
}
