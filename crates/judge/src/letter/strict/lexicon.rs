//! The words that the strict parser goes by.

/// Words that an answer stands behind.
pub const ANSWER: &[&str] = &[
    "answer",
    "answers",
    "boxed",
    "final_answer",
    "selected_option",
    "solution",
    "response",
    "result",
    "conclusion",
    "correct",
    "best",
    "right",
    "better",
];
/// Words of somebody who takes an option.
pub const TAKE: &[&str] = &[
    "choose",
    "choosing",
    "select",
    "selecting",
    "pick",
    "picking",
    "recommend",
];
/// Words before a letter that say what it is.
pub const OPTION: &[&str] = &["option", "choice"];
/// Words that may stand between such a word and the letter.
pub const FILLERS: &[&str] = &[
    "is",
    "be",
    "would",
    "should",
    "must",
    "will",
    "the",
    "my",
    "letter",
    "text",
    "has",
    "to",
    "final",
    "likely",
    "therefore",
    "clearly",
];
/// Words that may stand between "or" and the letter.
pub const MAYBE: &[&str] = &[
    "option", "choice", "answer", "letter", "the", "either", "even", "also", "maybe", "perhaps",
    "possibly",
];
/// Words that join letters, so that neither is the answer.
pub const JOINS: &[&str] = &[
    "or", "and", "nor", "then", "plus", "und", "oder", "或", "和",
];
/// Words before a letter that take it away, in its clause.
pub const NOT_BEFORE: &[&str] = &[
    "not",
    "never",
    "no",
    "neither",
    "nor",
    "cannot",
    "avoid",
    "wrong",
    "incorrect",
    "false",
    "worst",
    "bad",
    "unlike",
    "without",
    "than",
    "instead",
    "except",
    "versus",
    "vs",
    "reject",
    "rejected",
    "exclude",
    "eliminate",
    "eliminated",
    "discard",
    "rule",
    "ruled",
    "nicht",
    "kein",
    "не",
    "不",
    "非",
    "别",
];
/// Words behind a letter that take it away, in its clause.
pub const NOT_BEHIND: &[&str] = &[
    "not",
    "never",
    "cannot",
    "wrong",
    "incorrect",
    "false",
    "worse",
    "worst",
    "bad",
    "poor",
    "too",
    "fails",
    "fail",
    "violates",
    "violate",
    "overloads",
    "slow",
    "slower",
    "risky",
    "unsafe",
    "inferior",
    "unsuitable",
    "suboptimal",
    "invalid",
    "infeasible",
    "excluded",
    "eliminated",
    "rejected",
    "nicht",
    "不",
    "错",
];
/// Words that praise a letter before them.
pub const PRAISE: &[&str] = &[
    "answer",
    "best",
    "correct",
    "right",
    "better",
    "optimal",
    "safest",
    "ideal",
    "preferable",
    "preferred",
];
/// Words that begin another clause.
pub const CLAUSE: &[&str] = &[
    "but",
    "so",
    "because",
    "since",
    "as",
    "while",
    "whereas",
    "which",
    "that",
    "although",
    "though",
    "however",
    "therefore",
    "thus",
    "hence",
    "rather",
    "instead",
    "unlike",
    "than",
    "over",
];
/// Words of a reason: a letter before one is an answer, and what follows is about it.
pub const REASON: &[&str] = &["because", "since", "as", "rather", "over", "instead", "due"];
/// Verbs of a sentence about one option.
pub const ONE_IS: &[&str] = &[
    "is", "was", "has", "does", "seems", "looks", "appears", "isn't", "doesn't", "wasn't",
];
/// Verbs of a sentence about one option or several.
pub const ARE: &[&str] = &[
    "are",
    "were",
    "would",
    "will",
    "must",
    "should",
    "can",
    "cannot",
    "could",
    "may",
    "might",
    "aren't",
    "fails",
    "fail",
    "violates",
    "overloads",
];
/// An A before one of these is an option, not the article.
pub const ABOUT_AN_OPTION: &[&str] = &[
    "or", "and", "nor", "then", "plus", "if", "unless", "than", "instead", "not", "too", "but",
    "which", "only", "alone", "over", "rather", "because", "since", "as", "keeps",
];
/// Words that make a sentence conditional.
pub const IF: &[&str] = &[
    "if",
    "unless",
    "otherwise",
    "depending",
    "depends",
    "provided",
    "assuming",
];
/// Words before an "if" that is no condition.
pub const EVEN: &[&str] = &["even", "as"];

/// Whether `word` is one of `words`, in either case.
pub fn is_one_of(word: &str, words: &[&str]) -> bool {
    words.iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// "isn't" and its kind.
pub fn is_contracted_not(word: &str) -> bool {
    word.ends_with("n't") || word.ends_with("n’t")
}
