//! From logits to letters and tokens.

use edgescore_engine::Token;
use edgescore_record::Probabilities;
use edgescore_taskpack::{Letter, MAX_OPTIONS, SplitMix64};

/// The letter with the greatest logit and the probabilities of all, from the softmax over the whole
/// vocabulary at temperature 1; `tokens` are those of the letters. `None` when the logits are not
/// finite numbers.
pub fn letters(logits: &[f32], tokens: &[Token]) -> Option<(Letter, Probabilities)> {
    let highest = highest(logits)?;
    let share = |logit: f32| f64::from(logit - highest).exp();
    let whole: f64 = logits.iter().map(|logit| share(*logit)).sum();
    let mut of_letters = [f32::NEG_INFINITY; MAX_OPTIONS];
    let of_letters = of_letters.get_mut(..tokens.len())?;
    for (slot, token) in of_letters.iter_mut().zip(tokens) {
        *slot = *logits.get(token.index())?;
    }
    let best = Letter::ALL.into_iter().zip(of_letters.iter().copied());
    // On a tie the first letter wins, as in an argmax.
    let (best, top) = best.reduce(|a, b| if b.1 > a.1 { b } else { a })?;
    let inside: f64 = of_letters.iter().map(|logit| share(*logit)).sum();
    let outside = (1.0 - inside / whole).clamp(0.0, 1.0);
    // Against the letters' own maximum: a model may hold all of them for so unlikely that their
    // shares of the whole underflow.
    of_letters
        .iter_mut()
        .for_each(|logit| *logit = (*logit - top).exp());
    let probabilities = Probabilities::new(of_letters, outside as f32)?;
    Some((best, probabilities))
}

/// The token with the greatest logit, the lowest one on a tie.
pub fn greedy(logits: &[f32]) -> Option<Token> {
    let highest = highest(logits)?;
    let index = logits.iter().position(|logit| *logit == highest)?;
    Some(Token(u32::try_from(index).ok()?))
}

/// A token drawn from the softmax at `temperature` above 0.
pub fn draw(logits: &[f32], temperature: f32, rng: &mut SplitMix64) -> Option<Token> {
    let highest = highest(logits)?;
    let share = |logit: f32| f64::from((logit - highest) / temperature).exp();
    let whole: f64 = logits.iter().map(|logit| share(*logit)).sum();
    let mut left = rng.unit() * whole;
    let mut last_possible = None;
    for (token, logit) in (0..).zip(logits) {
        let share = share(*logit);
        if share > 0.0 {
            last_possible = Some(Token(token));
            left -= share;
            if left < 0.0 {
                break;
            }
        }
    }
    last_possible
}

/// The greatest logit; `None` when there is none or one is NaN or positive infinity.
/// Negative infinity is a token that cannot come, which is a valid answer of a model.
///
/// In lanes, so that the compiler uses vector instructions: a vocabulary has 150,000 entries
/// and greedy decoding looks at all of them for every token.
fn highest(logits: &[f32]) -> Option<f32> {
    let (lanes, rest) = logits.as_chunks::<16>();
    let mut highest = [f32::NEG_INFINITY; 16];
    let mut not_a_number = [false; 16];
    for lane in lanes {
        for ((high, bad), logit) in highest.iter_mut().zip(&mut not_a_number).zip(lane) {
            *high = if *logit > *high { *logit } else { *high };
            *bad |= logit.is_nan();
        }
    }
    let bad = not_a_number.contains(&true) || rest.iter().any(|logit| logit.is_nan());
    let all = highest.iter().chain(rest);
    let highest = all.fold(f32::NEG_INFINITY, |high, logit| high.max(*logit));
    (!bad && highest.is_finite()).then_some(highest)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const TOKENS: [Token; 4] = [Token(1), Token(3), Token(5), Token(7)];

    #[test]
    fn probabilities_are_the_softmax() {
        // e^0 : e^1 : e^2 : e^3 among the letters; four other tokens at 0.
        let logits = [0.0, 0.0, 0.0, 1.0, 0.0, 2.0, 0.0, 3.0];
        let (best, probabilities) = letters(&logits, &TOKENS).unwrap();
        assert_eq!(best, Letter::D);
        let inside: f64 = (0..4).map(|i| f64::from(i).exp()).sum();
        for (i, p) in probabilities.letters().enumerate() {
            assert!((p - (i as f64).exp() / inside).abs() < 2e-5);
        }
        // Two letters, and nine.
        let (best, of_two) = letters(&logits, &TOKENS[..2]).unwrap();
        assert_eq!((best, of_two.options()), (Letter::B, 2));
        let nine: Vec<Token> = (0..8).map(Token).chain([Token(0)]).collect();
        assert_eq!(letters(&logits, &nine).unwrap().0, Letter::H);
        assert!((probabilities.outside() - 4.0 / (inside + 4.0)).abs() < 2e-5);
    }

    #[test]
    fn letters_far_below_the_rest_are_still_told_apart() {
        let mut logits = [-300.0f32; 8];
        logits[0] = 500.0;
        logits[5] = -299.0;
        let (best, probabilities) = letters(&logits, &TOKENS).unwrap();
        assert_eq!(best, Letter::C);
        assert!((probabilities.of(Letter::C) - 0.4754).abs() < 1e-3);
        assert_eq!(probabilities.outside(), 1.0);
    }

    #[test]
    fn logits_that_are_no_numbers_are_refused() {
        for bad in [f32::NAN, f32::INFINITY] {
            let logits = [0.0, bad, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
            assert_eq!(letters(&logits, &TOKENS), None);
            assert_eq!(greedy(&logits), None);
        }
        for at in 0..40 {
            let mut logits = [0.0; 40];
            logits[at] = f32::NAN;
            assert_eq!(greedy(&logits), None, "NaN at {at}");
            logits[at] = 1.0;
            assert_eq!(greedy(&logits), Some(Token(at as u32)));
        }
        assert_eq!(greedy(&[f32::NEG_INFINITY; 4]), None);
        assert_eq!(greedy(&[]), None);
        assert_eq!(letters(&[0.0; 3], &TOKENS), None);
    }

    #[test]
    fn ties_go_to_the_first() {
        assert_eq!(letters(&[0.0; 8], &TOKENS).unwrap().0, Letter::A);
        assert_eq!(greedy(&[1.0, 2.0, 2.0]), Some(Token(1)));
    }

    #[test]
    fn draws_follow_the_temperature() {
        // At temperature 0.5 the odds of a logit difference of ln 2 are 4 to 1.
        let logits = [0.0, std::f32::consts::LN_2, f32::NEG_INFINITY];
        let mut rng = SplitMix64::for_purpose(9, 9);
        let n = 50_000;
        let second = (0..n)
            .filter(|_| draw(&logits, 0.5, &mut rng) == Some(Token(1)))
            .count();
        // Standard error 0.0018.
        assert!((second as f64 / f64::from(n) - 0.8).abs() < 0.01);
    }
}
