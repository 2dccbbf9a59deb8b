//! Why models leave, in words.

use edgescore_score::race::Left;

use super::candidate::Candidate;

/// Why a model left, in words.
pub fn why(left: Left, field: &[Candidate]) -> String {
    match left {
        Left::Worse { than } => {
            let than = field.get(than).map_or("another", |other| &other.label);
            format!("answers fewer questions than {than}")
        }
        Left::TooInaccurate => "its accuracy is below the limit".to_owned(),
        Left::TooSlow => "its answers take longer than the limit".to_owned(),
        Left::Withdrawn => "taken out".to_owned(),
    }
}
