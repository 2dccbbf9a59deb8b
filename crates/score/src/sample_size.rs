//! How many questions a statement needs.

use crate::Discordance;

/// Two-sided 5 %: the 97.5 % point of the standard normal distribution.
const Z_LEVEL: f64 = 1.96;

/// 80 % power: the 80 % point.
const Z_POWER: f64 = 0.842;

/// Questions, in all, after which McNemar's test finds the difference that `discordance` shows over
/// `questions` questions, at a level of 5 % with a probability of 80 %: Connor, Sample size for
/// testing differences in proportions for the paired-sample design, Biometrics 43, 1987. `None`
/// where it shows no difference.
pub fn questions_to_tell_apart(discordance: Discordance, questions: u32) -> Option<u32> {
    let share = |count: u32| f64::from(count) / f64::from(questions.max(1));
    let (first, second) = (
        share(discordance.only_first),
        share(discordance.only_second),
    );
    let (differ, difference) = (first + second, first - second);
    if difference == 0.0 {
        return None;
    }
    let spread = Z_LEVEL * differ.sqrt() + Z_POWER * (differ - difference * difference).sqrt();
    Some((spread * spread / (difference * difference)).ceil() as u32)
}

/// Questions, in all, after which the 95 % interval of an accuracy of `share` ends at most
/// `half_width` from it: the normal approximation.
pub fn questions_for_half_width(share: f64, half_width: f64) -> u32 {
    (Z_LEVEL * Z_LEVEL * share * (1.0 - share) / (half_width * half_width)).ceil() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        // 30 against 20 of 100: differ 0.5, difference 0.1;
        // (1.96 * 0.70711 + 0.842 * 0.7)^2 / 0.01 = (1.38593 + 0.5894)^2 / 0.01 = 390.2.
        let differ = |only_first, only_second| Discordance {
            only_first,
            only_second,
        };
        assert_eq!(questions_to_tell_apart(differ(30, 20), 100), Some(391));
        assert_eq!(questions_to_tell_apart(differ(20, 30), 100), Some(391));
        assert_eq!(questions_to_tell_apart(differ(7, 7), 100), None);
        assert_eq!(questions_to_tell_apart(differ(0, 0), 0), None);
        // 1.96^2 * 0.25 / 0.0009 = 1067.1.
        assert_eq!(questions_for_half_width(0.5, 0.03), 1068);
        assert_eq!(questions_for_half_width(1.0, 0.03), 0);
    }
}
