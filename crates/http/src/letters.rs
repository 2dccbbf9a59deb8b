//! From the likeliest tokens to the letters of a question.

use edgescore_record::Probabilities;
use edgescore_taskpack::{Letter, MAX_OPTIONS};

/// The likeliest of the letters of `options` options, and the probabilities of all, by the logarithms of the
/// probabilities of the likeliest `tokens`. `None` unless every letter is among these: what is not there
/// has a probability that nobody knows.
///
/// In process one token stands for a letter, most often the letter alone. Where each letter is there alone these
/// count; else all tokens that stand for it do, since a tokenizer may merge it with the quote behind it.
pub fn letters(tokens: &[(String, f64)], options: u8) -> Option<(Letter, Probabilities)> {
    let alone = |token: &str, letter: Letter| token.chars().eq([letter.as_char()]);
    among(tokens, options, alone).or_else(|| among(tokens, options, stands_for))
}

fn among(
    tokens: &[(String, f64)],
    options: u8,
    is_letter: impl Fn(&str, Letter) -> bool,
) -> Option<(Letter, Probabilities)> {
    let mut shares = [0.0f32; MAX_OPTIONS];
    let shares = shares.get_mut(..usize::from(options))?;
    let letters = || Letter::ALL.into_iter().take(usize::from(options));
    let mut inside = 0.0;
    for (letter, share) in letters().zip(shares.iter_mut()) {
        let of_letter = tokens.iter().filter(|(token, _)| is_letter(token, letter));
        let whole: f64 = of_letter.map(|(_, logprob)| logprob.exp()).sum();
        if whole.is_nan() || whole <= 0.0 {
            return None;
        }
        inside += whole;
        *share = whole as f32;
    }
    // On a tie the first letter wins, as in process.
    let best = letters().zip(shares.iter().copied());
    let (best, _) = best.reduce(|a, b| if b.1 > a.1 { b } else { a })?;
    let outside = (1.0 - inside).clamp(0.0, 1.0) as f32;
    Some((best, Probabilities::new(shares, outside)?))
}

/// Whether a token is this letter: alone, or with what follows it, such as the quote.
fn stands_for(token: &str, letter: Letter) -> bool {
    let mut characters = token.trim_start().chars();
    characters.next() == Some(letter.as_char())
        && !characters.next().is_some_and(char::is_alphanumeric)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn tokens(all: &[(&str, f64)]) -> Vec<(String, f64)> {
        let tokens = all
            .iter()
            .map(|(token, share)| ((*token).to_owned(), share.ln()));
        tokens.collect()
    }

    #[test]
    fn a_letter_is_all_tokens_that_stand_for_it() {
        // C stands nowhere alone.
        let all = tokens(&[
            ("A", 0.3),
            ("B", 0.1),
            (" B\"}", 0.25),
            ("C\"", 0.1),
            ("D", 0.05),
            ("Because", 0.1),
        ]);
        let (letter, probabilities) = letters(&all, 4).unwrap();
        assert_eq!(letter, Letter::B);
        let shares: Vec<f64> = probabilities.letters().collect();
        let expected = [0.3, 0.35, 0.1, 0.05].map(|share: f64| share / 0.8);
        assert!(
            shares
                .iter()
                .zip(expected)
                .all(|(a, b)| (a - b).abs() < 1e-4),
            "{shares:?}"
        );
        assert!((probabilities.outside() - 0.2).abs() < 1e-4);
    }

    #[test]
    fn letters_alone_count_alone() {
        let all = tokens(&[("A", 0.4), (" A", 0.1), ("B", 0.2), ("B\"}", 0.3)]);
        let (letter, probabilities) = letters(&all, 2).unwrap();
        assert_eq!(letter, Letter::A);
        assert!((probabilities.of(Letter::A) - 0.4 / 0.6).abs() < 1e-4);
        assert!((probabilities.outside() - 0.4).abs() < 1e-4);
    }

    #[test]
    fn a_letter_that_is_missing_is_not_guessed() {
        assert!(letters(&tokens(&[("A", 0.6), ("B", 0.2), ("C", 0.2)]), 4).is_none());
        assert!(letters(&tokens(&[("A", 0.6), ("B", 0.4)]), 2).is_some());
        assert!(letters(&[], 4).is_none());
    }
}
