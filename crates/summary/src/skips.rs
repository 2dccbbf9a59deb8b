//! Why questions were skipped.

use edgescore_record::WhySkipped;

use crate::asked::Asked;

/// Each reason with how many questions it kept from being asked, in the order of asking. Of prompts
/// that are too long the longest stands for all.
pub fn reasons(asked: &[Asked]) -> Vec<(WhySkipped, u32)> {
    let mut reasons: Vec<(WhySkipped, u32)> = Vec::new();
    for why in asked
        .iter()
        .filter_map(|asked| asked.outcome.as_ref().err())
    {
        let known = reasons
            .iter_mut()
            .find(|(known, _)| known.label() == why.label());
        match known {
            Some((known, count)) => {
                *count += 1;
                if needs(*why) > needs(*known) {
                    *known = *why;
                }
            }
            None => reasons.push((*why, 1)),
        }
    }
    reasons
}

fn needs(why: WhySkipped) -> u32 {
    match why {
        WhySkipped::PromptTooLong { needed, .. } => needed,
        WhySkipped::LettersNotSeparable | WhySkipped::LogitsNotFinite | WhySkipped::AsksForText => {
            0
        }
    }
}
