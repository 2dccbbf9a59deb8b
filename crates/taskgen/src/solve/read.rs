//! From the words of a generated question to the numbers in it.
//!
//! This reader knows the text and nothing of how it was made: it is the other half of the proof
//! that a question can be answered from its words. It shares no code with the generator.

use edgescore_taskpack::Letter;

/// What a question says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParsedQuestion {
    /// Total cost of the options A to D in each future.
    pub costs: [Vec<i64>; 4],
    /// Whether the policy forbids the option.
    pub forbidden: [bool; 4],
    /// The future in which the present state goes on.
    pub now: usize,
    /// Odds of the futures, all 1 where none are given.
    pub odds: Vec<i64>,
}

/// What could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the text is no generated question: {0}")]
pub struct ReadError(&'static str);

/// Reads a question: the episode's summary, the question with its table, the options A to D.
///
/// # Errors
/// The first part that is missing or not of the expected form.
pub fn read(
    summary: &str,
    question: &str,
    options: [&str; 4],
) -> Result<ParsedQuestion, ReadError> {
    let (futures, odds, now) = futures(summary)?;
    let (ask, table) = question.split_once('\n').ok_or(ReadError("no table"))?;
    let (terms, limited) = terms(ask, &futures)?;
    let mut rows = Vec::new();
    for line in table.lines() {
        rows.push(row(line, &terms, futures.len(), limited)?);
    }
    let load = last_load(summary)?;
    let policy = line_after(summary, "Policy:").ok_or(ReadError("no policy"))?;
    let in_force = in_force(policy, load)?;
    let limit = number_between(&in_force, "Set-up takes ", " s or less.");
    let mut costs = [const { Vec::new() }; 4];
    let mut forbidden = [false; 4];
    for letter in Letter::of(4) {
        let at = letter.index();
        let key = options.get(at).and_then(|option| option.split(':').next());
        let key = key.ok_or(ReadError("an option has no key"))?;
        let mut named = rows.iter().filter(|row| row.key == key);
        let (Some(row), None) = (named.next(), named.next()) else {
            return Err(ReadError("an option has not one row of costs"));
        };
        let over = matches!((limit, row.set_up), (Some(limit), Some(set_up)) if set_up > limit);
        if let (Some(costs), Some(forbidden)) = (costs.get_mut(at), forbidden.get_mut(at)) {
            *costs = row.costs.clone();
            *forbidden = over || has_word(&in_force, key);
        }
    }
    Ok(ParsedQuestion {
        costs,
        forbidden,
        now,
        odds,
    })
}

/// Names of the futures, their odds, and which of them is the present state's.
fn futures(summary: &str) -> Result<(Vec<&str>, Vec<i64>, usize), ReadError> {
    let line = line_after(summary, "Futures for ").ok_or(ReadError("no futures"))?;
    let (_, list) = line.split_once(": ").ok_or(ReadError("no futures"))?;
    let list = list
        .strip_suffix(").")
        .ok_or(ReadError("futures have no end"))?;
    let (mut names, mut odds, mut now) = (Vec::new(), Vec::new(), None);
    for future in list.split("), ") {
        let (name, about) = future
            .split_once(" (")
            .ok_or(ReadError("a future says nothing"))?;
        if about.starts_with("as now") {
            now = Some(names.len());
        }
        names.push(name);
        odds.push(match about.split_once("; odds ") {
            None => 1,
            Some((_, odds)) => number(odds)?,
        });
    }
    Ok((names, odds, now.ok_or(ReadError("no future is as now"))?))
}

/// A term of the cost: its weight, and whether it has a cost in each future.
struct Term {
    weight: i64,
    in_each_future: bool,
}

/// The terms that the line above the table announces, and whether a set-up time follows.
fn terms(ask: &str, futures: &[&str]) -> Result<(Vec<Term>, bool), ReadError> {
    let (_, formula) = ask
        .split_once("? Cost in ")
        .ok_or(ReadError("no cost formula"))?;
    let formula = formula.strip_suffix(':').ok_or(ReadError("no table"))?;
    let (formula, limited) = match formula.strip_suffix(", then s of set-up") {
        Some(formula) => (formula, true),
        None => (formula, false),
    };
    let mut terms = Vec::new();
    for term in formula.split(" + ") {
        let (unit, costs) = term
            .split_once(" (")
            .ok_or(ReadError("a term has no columns"))?;
        let columns = costs.trim_end_matches(')');
        let in_each_future = columns != "once";
        if in_each_future && !columns.split(", ").eq(futures.iter().copied()) {
            return Err(ReadError("the columns are not the futures"));
        }
        terms.push(Term {
            weight: match unit.split_once(" x ") {
                Some((weight, _)) => number(weight)?,
                None => 1,
            },
            in_each_future,
        });
    }
    Ok((terms, limited))
}

/// A row of the table.
struct Row<'t> {
    key: &'t str,
    costs: Vec<i64>,
    set_up: Option<i64>,
}

fn row<'t>(
    line: &'t str,
    terms: &[Term],
    futures: usize,
    limited: bool,
) -> Result<Row<'t>, ReadError> {
    let (key, numbers) = line
        .strip_prefix("- ")
        .and_then(|row| row.split_once(' '))
        .ok_or(ReadError("a row has no numbers"))?;
    let mut groups = Vec::new();
    for group in numbers.split(';') {
        let group: Result<Vec<i64>, _> = group.split_whitespace().map(number).collect();
        groups.push(group?);
    }
    let set_up = match limited {
        true => groups.pop().and_then(|group| group.first().copied()),
        false => None,
    };
    if groups.len() != terms.len() {
        return Err(ReadError("a row has not one group for each term"));
    }
    let mut costs = vec![0; futures];
    for (term, group) in terms.iter().zip(&groups) {
        for (future, cost) in costs.iter_mut().enumerate() {
            let column = if term.in_each_future { future } else { 0 };
            *cost += term.weight * group.get(column).ok_or(ReadError("a row is too short"))?;
        }
    }
    Ok(Row { key, costs, set_up })
}

/// The part of the policy that holds at this load.
fn in_force(policy: &str, load: i64) -> Result<String, ReadError> {
    let Some((before, rest)) = policy.split_once("If the last load is above 0.") else {
        return Ok(policy.to_owned());
    };
    let (limit, rest) = rest
        .split_once(": ")
        .ok_or(ReadError("a condition has no rule"))?;
    let (above, rest) = rest
        .split_once(" Otherwise: ")
        .ok_or(ReadError("no other rule"))?;
    let (below, after) = rest.split_once('.').ok_or(ReadError("a rule has no end"))?;
    let holds = if load > number(limit)? { above } else { below };
    Ok(format!("{before} {holds} {after}"))
}

/// The load of the last turn in 1/100.
fn last_load(summary: &str) -> Result<i64, ReadError> {
    let (trace, _) = summary
        .split_once("\nFutures for ")
        .ok_or(ReadError("no futures"))?;
    let last = trace.lines().next_back().ok_or(ReadError("no trace"))?;
    let load = last.rsplit("0.").next().ok_or(ReadError("no load"))?;
    number(load)
}

fn line_after<'t>(text: &'t str, start: &str) -> Option<&'t str> {
    text.lines().find_map(|line| line.strip_prefix(start))
}

fn number_between(text: &str, before: &str, behind: &str) -> Option<i64> {
    let (_, rest) = text.split_once(before)?;
    number(rest.split_once(behind)?.0).ok()
}

fn number(text: &str) -> Result<i64, ReadError> {
    text.trim()
        .parse()
        .map_err(|_| ReadError("a number is not one"))
}

fn has_word(text: &str, word: &str) -> bool {
    text.split(|character: char| !character.is_alphanumeric())
        .any(|found| found == word)
}
