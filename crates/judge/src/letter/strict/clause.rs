//! What a clause says of a letter.

use edgescore_record::Found;
use edgescore_taskpack::{Letter, MAX_OPTIONS};

use super::lexicon::{
    ANSWER, ARE, CLAUSE, EVEN, FILLERS, IF, JOINS, MAYBE, NOT_BEFORE, NOT_BEHIND, ONE_IS, OPTION,
    PRAISE, REASON, TAKE, is_contracted_not,
};
use super::tokens::{Kind, Token};

/// What is said of a letter, the weakest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Says {
    /// It is there.
    Mentions,
    /// "choose B".
    Takes,
    /// "the answer is B", a text that begins with B, "B is best".
    States,
    /// A JSON object with an answer.
    Object,
}

/// A letter, or letters that are joined.
pub struct List {
    /// Token of the first.
    pub first: usize,
    /// Token of the last.
    pub last: usize,
    /// Whether each letter is in it.
    pub letters: [bool; MAX_OPTIONS],
}

impl List {
    fn add(&mut self, letter: Letter) {
        if let Some(named) = self.letters.get_mut(letter.index()) {
            *named = true;
        }
    }

    /// Its letter if it is one.
    pub fn only(&self) -> Option<Letter> {
        only(self.letters)
    }
}

/// The tokens of a text.
pub struct Clauses<'t> {
    tokens: Vec<Token<'t>>,
    /// How many options there are.
    options: u8,
}

/// Marks that end a sentence.
const SENTENCE: &str = ".!?\n…。！？";
/// Marks that end a clause, those of sentences among them.
const CLAUSE_MARKS: &str = ".!?\n…。！？,;，；—–";
/// Marks around a letter.
const AROUND: &str = "*_`\"'“”‘’«»()[]{}<>$";
/// Marks that join letters.
const JOINING: &str = ",/&+|;-~–、";

impl<'t> Clauses<'t> {
    /// Clauses of a text about `options` options.
    pub fn new(tokens: Vec<Token<'t>>, options: u8) -> Clauses<'t> {
        Clauses { tokens, options }
    }

    fn at(&self, at: usize) -> Option<&Token<'t>> {
        self.tokens.get(at)
    }

    /// Tokens from `at` on.
    fn from(&self, at: usize) -> impl Iterator<Item = &Token<'t>> {
        self.tokens.iter().skip(at)
    }

    /// Tokens before `at`, the nearest first.
    fn before(&self, at: usize) -> impl Iterator<Item = &Token<'t>> {
        self.tokens.iter().take(at).rev()
    }

    /// The place of the first token from `at` on that is none of these marks.
    fn past(&self, at: usize, marks: &str) -> usize {
        at + self
            .from(at)
            .take_while(|token| token.is_mark(marks))
            .count()
    }

    /// "None of the options", "the answer is E" where there are four.
    pub fn deny_all(&self) -> bool {
        (0..self.tokens.len()).any(|at| {
            if self.at(at).is_some_and(|token| self.is_no_option(token)) {
                return self.head(at) == Some(Says::States);
            }
            let mut words = self.from(at);
            words.next().is_some_and(|token| token.is_word(&["none"]))
                && words.next().is_some_and(|token| token.is_word(&["of"]))
                && !words
                    .take(2)
                    .any(|token| token.is_word(&["other", "others"]))
        })
    }

    /// A capital letter behind those of the options. An I is more often a word.
    fn is_no_option(&self, token: &Token) -> bool {
        let beyond = Letter::ALL.iter().skip(usize::from(self.options));
        let mut letters = beyond.map(|letter| letter.as_char());
        letters.any(|letter| letter != 'I' && token.text.chars().eq([letter]))
    }

    /// Whether all options are in a list.
    fn has_all(&self, list: &List) -> bool {
        let mut named = list.letters.iter().take(usize::from(self.options));
        named.all(|named| *named)
    }

    /// The next letter from token `at` on, with those that are joined to it.
    pub fn list_from(&self, at: usize) -> Option<List> {
        let first = at + self.from(at).position(Token::is_option)?;
        let mut list = List {
            first,
            last: first,
            letters: [false; MAX_OPTIONS],
        };
        let mut next = Some(first);
        while let Some(at) = next {
            list.last = at;
            if let Some(letter) = self.at(at)?.letter() {
                list.add(letter);
            }
            next = self.joined(at);
        }
        Some(list)
    }

    /// The letter that is joined to the one at `at`: "A or B", "A/B", "A, B", "A) or b)".
    fn joined(&self, at: usize) -> Option<usize> {
        let joins = |at: usize| self.at(at).is_some_and(|token| token.is_word(JOINS));
        let closed = self.past(at + 1, AROUND);
        let mut place = closed;
        // "A. or B."
        if self.at(place)?.is_mark(".") && joins(place + 1) {
            place += 1;
        }
        let marks = self.past(place, JOINING);
        let mark = marks > place;
        let comma = mark && self.at(place)?.is_mark(",;、");
        place = marks;
        let word = joins(place);
        if word {
            place += 1;
        } else if self.at(place)?.is_word(&["as"]) && self.at(place + 1)?.is_word(&["well"]) {
            place += 3;
        } else if !mark && closed > at + 1 {
            return None;
        }
        while self.at(place)?.is_word(MAYBE) || self.at(place)?.is_mark(AROUND) {
            place += 1;
        }
        let token = self.at(place).filter(|token| token.is_option())?;
        let alike = match (self.at(at)?.kind, token.kind) {
            (Kind::Letter { capital: a, .. }, Kind::Letter { capital: b, .. }) => a == b,
            (a, b) => matches!((a, b), (Kind::Object(_), Kind::Object(_))),
        };
        // "B and A is wrong" and "B, A keeps it" are two clauses.
        let verb = self.at(self.past(place + 1, AROUND));
        let other = verb.is_some_and(|verb| match comma && !word {
            true => verb.kind == Kind::Word && !verb.is_word(JOINS),
            false => verb.is_word(ONE_IS),
        });
        let or = word && self.at(marks)?.is_word(&["or", "nor", "oder", "或"]);
        (alike && (or || !other)).then_some(place)
    }

    /// What is said of a list, and how that is found; none where it is not said of the answer.
    pub fn says(&self, list: &List) -> Option<(Says, Found)> {
        let first = self.at(list.first)?;
        let head = self.head(list.first);
        let begins = self.begins(list);
        let says = match (first.kind, head) {
            (Kind::Object(_), _) => Says::Object,
            (_, Some(Says::States)) => Says::States,
            _ if begins || self.is_praised(list) => Says::States,
            (_, Some(Says::Takes)) => Says::Takes,
            _ => Says::Mentions,
        };
        let capital = !matches!(first.kind, Kind::Letter { capital: false, .. });
        let counts = (capital || begins || matches!(head, Some(Says::States | Says::Takes)))
            && (!first.in_object || head == Some(Says::States))
            // A list of all is what may be answered.
            && !self.has_all(list)
            && !self.is_negated(list, says)
            && !self.is_asked(list);
        let found = match head {
            Some(_) => Found::Pattern,
            None => Found::Standalone,
        };
        counts.then_some((says, found))
    }

    /// What stands before a letter: "the answer is", "choose", "option".
    fn head(&self, at: usize) -> Option<Says> {
        let mut head = None;
        let mut before = self.before(at).peekable();
        while let Some(token) = before.next() {
            match token.kind {
                Kind::Mark(_) if token.is_mark("\n") || !token.is_mark(CLAUSE_MARKS) => {}
                Kind::Word if token.is_word(ANSWER) => return Some(Says::States),
                Kind::Word if token.is_word(TAKE) => return Some(Says::Takes),
                Kind::Word if token.is_word(&["with"]) => {
                    let goes = before.peek()?.is_word(&["go", "going"]);
                    return if goes { Some(Says::Takes) } else { head };
                }
                Kind::Word if token.is_word(OPTION) => head = Some(Says::Mentions),
                Kind::Word if token.is_word(FILLERS) => {}
                _ => break,
            }
        }
        head
    }

    /// Whether the text begins with the list, as an answer: `**B**`, `(C)`, `B. Move the slice`,
    /// `B because`; not as the first of a list of options.
    fn begins(&self, list: &List) -> bool {
        let preface = |token: &Token| matches!(token.kind, Kind::Mark(_)) || token.is_word(OPTION);
        if !self.before(list.first).all(preface) {
            return false;
        }
        let next = self.past(list.last + 1, "*_`\"'“”‘’«»}$>");
        let Some(token) = self.at(next) else {
            return true;
        };
        match token.kind {
            Kind::Mark(_) => !self.is_first_of_list(list),
            _ => token.is_word(REASON),
        }
    }

    /// Whether the next letter follows at the start of a line or sentence, with the same mark.
    fn is_first_of_list(&self, list: &List) -> bool {
        let mark = |at: usize| {
            let next = self.at(at + 1).filter(|token| token.glued)?;
            next.is_mark(").:]").then_some(next.kind)
        };
        let (Some(first), Some(style)) = (self.at(list.last), mark(list.last)) else {
            return false;
        };
        let index = first.letter().map(Letter::index);
        let starts = |at: usize| {
            let mut before = self
                .before(at)
                .skip_while(|token| token.is_word(OPTION) || token.is_mark(AROUND));
            before
                .next()
                .is_none_or(|token| token.is_mark(SENTENCE) || token.is_mark(",;"))
        };
        let mut others = (list.last + 1..self.tokens.len()).filter(|at| {
            self.at(*at).is_some_and(Token::is_option) && mark(*at) == Some(style) && starts(*at)
        });
        let next = others.next().and_then(|at| self.at(at)?.letter());
        next.map(Letter::index) == index.map(|index| index + 1)
    }

    /// "B is the best".
    fn is_praised(&self, list: &List) -> bool {
        let verb = self.past(list.last + 1, AROUND);
        let is_verb = |token: &Token| token.is_word(ONE_IS) || token.is_word(ARE);
        self.at(verb).is_some_and(is_verb)
            && self
                .from(verb)
                .take_while(|token| !ends_clause(token))
                .any(|token| token.is_word(PRAISE))
    }

    /// Whether words of the clause take the list away.
    fn is_negated(&self, list: &List, says: Says) -> bool {
        self.is_negated_before(list.first) || self.is_negated_behind(list.last, says)
    }

    fn is_negated_before(&self, at: usize) -> bool {
        let mut words = 0;
        let mut behind: Option<&Token> = None;
        for token in self.before(at) {
            match token.kind {
                Kind::Mark(_)
                    if token.is_mark(CLAUSE_MARKS) || (words > 0 && token.is_mark(":")) =>
                {
                    return false;
                }
                Kind::Mark(_) => continue,
                Kind::Letter { .. } | Kind::Object(_) => return false,
                Kind::Word => {}
            }
            let doubt = behind.is_some_and(|word| word.is_word(&["doubt"]));
            let negates = token.is_word(NOT_BEFORE) && !doubt || is_contracted_not(token.text);
            if negates || (words == 0 && token.is_word(&["over"])) {
                return true;
            }
            if token.is_word(CLAUSE) || token.is_word(&["and", "or"]) {
                return false;
            }
            words += usize::from(!token.is_word(OPTION) && !token.is_word(FILLERS));
            behind = Some(token);
        }
        false
    }

    fn is_negated_behind(&self, at: usize, says: Says) -> bool {
        const MARKED: &str = ")]:.";
        let next = self.past(at + 1, "*_`\"'“”‘’«»()[]{}<>$");
        let Some(first) = self.at(next) else {
            return false;
        };
        let is_verb = |token: &Token| token.is_word(ONE_IS) || token.is_word(ARE);
        // "B) Do not move the slice" is what B says.
        let marked = self
            .from(at + 1)
            .take(next - at - 1)
            .any(|token| token.is_mark(MARKED));
        if (marked && !is_verb(first)) || first.is_word(&["to", "for", "with", "by", "in"]) {
            return false;
        }
        for (place, token) in self.from(next).enumerate() {
            if ends_clause(token) || token.is_mark(":-") || token.is_option() {
                return false;
            }
            if token.is_word(CLAUSE) || (says > Says::Mentions && token.is_word(&["and"])) {
                return false;
            }
            let negates = token.is_word(NOT_BEHIND) || is_contracted_not(token.text);
            // "B not A" is about A.
            let other = self
                .at(next + place + 1)
                .is_some_and(|token| token.is_option() || token.is_word(OPTION));
            if negates && !other {
                return true;
            }
        }
        false
    }

    /// Whether the sentence asks.
    fn is_asked(&self, list: &List) -> bool {
        let end = self
            .from(list.last + 1)
            .find(|token| token.is_mark(SENTENCE));
        end.is_some_and(|token| token.is_mark("?？"))
    }

    /// How a list depends on a condition.
    pub fn condition(&self, list: &List) -> Condition {
        let ends = |token: &&Token| token.is_mark(SENTENCE) || token.is_mark(";");
        let mut even = false;
        let mut comma = false;
        let mut condition = Condition::None;
        for token in self.before(list.first).take_while(|token| !ends(token)) {
            // Words are met from the end: what is before "if" comes next.
            if condition != Condition::None && token.is_word(EVEN) {
                return Condition::None;
            }
            if condition != Condition::None {
                return condition;
            }
            comma |= token.is_mark(",");
            if token.is_word(IF) {
                condition = if comma {
                    Condition::Depends
                } else {
                    Condition::Supposed
                };
            }
        }
        if condition != Condition::None {
            return condition;
        }
        for token in self.from(list.last + 1).take_while(|token| !ends(token)) {
            if token.is_word(IF) && !even {
                return Condition::Depends;
            }
            if token.is_word(REASON) && !token.is_word(EVEN) {
                break;
            }
            even = token.is_word(EVEN);
        }
        Condition::None
    }
}

/// How a letter depends on a condition.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// On none.
    None,
    /// "B if there is room, otherwise C", "if there is room, B".
    Depends,
    /// "if B is taken": nothing is said of it.
    Supposed,
}

fn ends_clause(token: &Token) -> bool {
    token.is_mark(CLAUSE_MARKS)
}

/// The one letter that is named.
pub fn only(letters: [bool; MAX_OPTIONS]) -> Option<Letter> {
    let mut named = Letter::ALL
        .into_iter()
        .zip(letters)
        .filter(|(_, named)| *named);
    match (named.next(), named.next()) {
        (Some((letter, _)), None) => Some(letter),
        _ => None,
    }
}
