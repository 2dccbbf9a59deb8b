//! From the words of a question to what they say.

use super::error::ReadError;
use super::quantity::Quantity;

/// What a message says.
#[derive(Debug)]
pub(super) struct Message<'t> {
    pub rows: Vec<Row<'t>>,
    /// Ids, and their readings where those are reported.
    pub candidates: Vec<(&'t str, Option<Quantity<'t>>)>,
    pub rules: Vec<Rule<'t>>,
    /// The class that is left as it is.
    pub exempt: Option<&'t str>,
    /// How the candidates' reading is asked for.
    pub ask: Option<&'t str>,
}

#[derive(Debug)]
pub(super) struct Row<'t> {
    pub id: &'t str,
    pub class: &'t str,
    cells: Vec<(&'t str, Quantity<'t>)>,
}

impl<'t> Row<'t> {
    pub(super) fn reading(&self, name: &str) -> Option<Quantity<'t>> {
        let mut cells = self.cells.iter();
        cells
            .find(|(known, _)| *known == name)
            .map(|(_, quantity)| *quantity)
    }
}

#[derive(Debug)]
pub(super) struct Rule<'t> {
    pub conditions: Vec<Condition<'t>>,
    pub other_limit: Option<OtherLimit<'t>>,
    pub act: &'t str,
    /// What stands behind the act: names and values.
    pub values: Values<'t>,
}

/// The limit of a reading for a class.
#[derive(Clone, Copy, Debug)]
pub(super) struct OtherLimit<'t> {
    pub class: &'t str,
    pub reading: &'t str,
    pub limit: Quantity<'t>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Condition<'t> {
    pub reading: &'t str,
    pub above: bool,
    pub limit: Quantity<'t>,
}

/// The part of a rule that lists values.
#[derive(Clone, Copy, Debug)]
pub(super) struct Values<'t> {
    text: &'t str,
    is: &'static str,
    between: &'static str,
}

impl<'t> Values<'t> {
    /// The value with this title.
    pub(super) fn of(&self, title: &str) -> Option<&'t str> {
        self.parts()
            .find_map(|part| part.strip_prefix(title)?.strip_prefix(self.is))
    }

    /// All of them, each with its title.
    pub(super) fn parts(&self) -> impl Iterator<Item = &'t str> {
        self.text.split(self.between)
    }
}

const ABOVE: [&str; 3] = [" is above ", " exceeds ", " is over "];
const BELOW: [&str; 3] = [" is below ", " is under ", " is less than "];

/// Reads `delay is above 40 ms`.
pub(super) fn condition(text: &str) -> Option<Condition<'_>> {
    let all = ABOVE.map(|words| (words, true)).into_iter();
    let mut all = all.chain(BELOW.map(|words| (words, false)));
    all.find_map(|(words, above)| {
        let (reading, limit) = text.split_once(words)?;
        let limit = Quantity::read(limit)?;
        Some(Condition {
            reading,
            above,
            limit,
        })
    })
}

pub(super) fn message(text: &str) -> Result<Message<'_>, ReadError> {
    let mut message = Message {
        rows: Vec::new(),
        candidates: Vec::new(),
        rules: Vec::new(),
        exempt: None,
        ask: None,
    };
    let (report, rules) = text.split_once("\nRules:\n").ok_or(ReadError("no rules"))?;
    let (_, report) = report
        .split_once("\nReport:\n")
        .ok_or(ReadError("no report"))?;
    for line in report.trim_end().lines() {
        match line.strip_prefix("- ") {
            Some(line) => message.rows.push(row(line)?),
            None => message.candidates = candidates(line)?,
        }
    }
    for line in rules.lines() {
        let numbered = line
            .split_once(". ")
            .filter(|(number, _)| number.parse::<u8>().is_ok());
        if let Some((_, line)) = numbered {
            message.rules.push(rule(line)?);
        } else if let Some(class) = exempt(line) {
            message.exempt = Some(class);
        } else if line.contains("one") && line.contains(" fits") {
            let (_, ask) = line
                .split_once(": ")
                .ok_or(ReadError("a search asks nothing"))?;
            message.ask = ask.split(", ").next();
        } else if line.ends_with('?') {
            break;
        }
    }
    Ok(message)
}

/// Reads `flow f-12 (video): delay 0.05 s, loss unknown`.
fn row(line: &str) -> Result<Row<'_>, ReadError> {
    let wrong = ReadError("a row is not of the expected form");
    let (head, cells) = line.split_once("):").ok_or(wrong)?;
    let (name, class) = head.split_once(" (").ok_or(wrong)?;
    let (_, id) = name.rsplit_once(' ').ok_or(wrong)?;
    let mut row = Row {
        id,
        class,
        cells: Vec::new(),
    };
    for cell in cells.split(',').map(str::trim) {
        let gap = [" not reported", " unknown", " missing"];
        if cell.is_empty() || gap.iter().any(|gap| cell.ends_with(gap)) {
            continue;
        }
        row.cells.push(cell_of(cell).ok_or(wrong)?);
    }
    Ok(row)
}

/// Splits where a quantity begins.
fn cell_of(cell: &str) -> Option<(&str, Quantity<'_>)> {
    let mut spaces = cell.match_indices(' ');
    spaces.find_map(|(at, _)| {
        let (name, quantity) = cell.split_at_checked(at)?;
        Some((name, Quantity::read(quantity.trim_start())?))
    })
}

type Candidates<'t> = Vec<(&'t str, Option<Quantity<'t>>)>;

/// Reads `Slices: s-12 (load 41 %), s-55 (load 0.7)`.
fn candidates(line: &str) -> Result<Candidates<'_>, ReadError> {
    let wrong = ReadError("what can be chosen is not of the expected form");
    let (_, list) = line.split_once(": ").ok_or(wrong)?;
    let mut candidates = Vec::new();
    for item in list.split(", ") {
        let Some((id, reading)) = item.split_once(" (") else {
            candidates.push((item, None));
            continue;
        };
        let (_, quantity) = cell_of(reading.trim_end_matches(')')).ok_or(wrong)?;
        candidates.push((id, Some(quantity)));
    }
    Ok(candidates)
}

fn exempt(line: &str) -> Option<&str> {
    let named = line
        .strip_prefix("Leave every ")
        .or_else(|| line.strip_prefix("No rule is applied to a "))
        .or_else(|| {
            line.strip_prefix("A ")
                .filter(|_| line.ends_with(" is never changed."))
        })?;
    named.split(' ').next()
}

fn rule(line: &str) -> Result<Rule<'_>, ReadError> {
    let mut sentences = line.split(". ");
    let first = sentences.next().ok_or(ReadError("a rule says nothing"))?;
    let other_limit = match sentences.next() {
        None => None,
        Some(sentence) => Some(other_limit(sentence.trim_end_matches('.'))?),
    };
    let (conditions, call) = first
        .trim_end_matches('.')
        .split_once(", ")
        .ok_or(ReadError("a rule asks for nothing"))?;
    let conditions = conditions
        .split_once(" the ")
        .map(|(_, conditions)| conditions);
    let conditions = conditions.unwrap_or_default().split(" and the ");
    let conditions: Option<Vec<Condition>> = conditions.map(condition).collect();
    let styles = [
        ("; ", ": ", "; "),
        (" (", " = ", ", "),
        (" with ", " ", " and "),
    ];
    let mut styles = styles.into_iter();
    let (act, values) = styles
        .find_map(|(open, is, between)| {
            let (act, text) = call.split_once(open)?;
            let text = text.strip_suffix(')').unwrap_or(text);
            Some((act, Values { text, is, between }))
        })
        .ok_or(ReadError("a rule has no values"))?;
    Ok(Rule {
        conditions: conditions.ok_or(ReadError("a rule has no condition"))?,
        other_limit,
        act,
        values,
    })
}

/// Reads `For a video flow the limit of the delay is 30 ms` and its like.
fn other_limit(sentence: &str) -> Result<OtherLimit<'_>, ReadError> {
    let wrong = ReadError("another limit is not of the expected form");
    let class = sentence.split(" a ").nth(1);
    let class = class.and_then(|rest| rest.split(' ').next());
    let (_, rest) = sentence.split_once("limit of the ").ok_or(wrong)?;
    let (reading, limit) = rest.split_once(" is ").ok_or(wrong)?;
    let limit = limit.split(" for a ").next().unwrap_or(limit);
    let limit = limit.strip_suffix(" instead").unwrap_or(limit);
    Ok(OtherLimit {
        class: class.ok_or(wrong)?,
        reading,
        limit: Quantity::read(limit).ok_or(wrong)?,
    })
}
