//! The policy of a question: what forbids one of its options, and rules that forbid nothing.

use super::costs::BANNED;
use super::level::{Ban, Shape};
use super::rng::Rng;

/// What the policy says.
pub(crate) struct Policy {
    /// Its sentences, in the order of the text.
    pub sentences: Vec<String>,
    /// Seconds of set-up of each option, if the policy limits them.
    pub set_up: Option<[i32; 4]>,
}

/// Draws a policy that forbids the option in the place [`BANNED`]. `rules` are patterns with `{}`
/// for a key, `keys` are those of the options, `unused` are keys of no option. `None` if there
/// are too few of them.
pub(crate) fn draw(
    rules: &[String],
    shape: &Shape,
    last_load: i32,
    keys: [&str; 4],
    unused: &[&String],
    rng: &mut Rng,
) -> Option<Policy> {
    let mut policy = Policy {
        sentences: Vec::new(),
        set_up: None,
    };
    let rule =
        |key: &str, rng: &mut Rng| -> Option<String> { Some(rng.pick(rules)?.replace("{}", key)) };
    match shape.ban {
        Ban::Named => policy.sentences.push(rule(keys[BANNED], rng)?),
        Ban::Limit => {
            let limit = rng.between(8, 40);
            let sentence = format!("Set-up takes {limit} s or less.");
            policy.sentences.push(sentence);
            let mut set_up = [0; 4];
            for seconds in &mut set_up {
                *seconds = rng.between(2, limit);
            }
            set_up[BANNED] = limit + rng.between(1, limit);
            policy.set_up = Some(set_up);
        }
        Ban::Conditional => {
            let distance = match rng.below(2) {
                0 => rng.between(1, 9),
                _ => -rng.between(1, 9),
            };
            let limit = (last_load + distance).clamp(1, 98);
            let other = keys[rng.below(3)];
            let (above, below) = match last_load > limit {
                true => (keys[BANNED], other),
                false => (other, keys[BANNED]),
            };
            let (above, below) = (rule(above, rng)?, rule(below, rng)?);
            policy.sentences.push(format!(
                "If the last load is above 0.{limit:02}: {above} Otherwise: {below}"
            ));
        }
    }
    for idle in 0..shape.idle_rules {
        policy.sentences.push(rule(unused.get(idle)?, rng)?);
    }
    rng.shuffle(&mut policy.sentences);
    Some(policy)
}
