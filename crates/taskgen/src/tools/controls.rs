//! Controls on questions about functions: solvers that should not be able to answer them, as in
//! [`crate::controls`]. A question counts as right if every step's calls are the right ones.

use edgescore_taskpack::{Kind, Layout, Question, Rotation};
use serde_json::{Value, json};

use super::solve::{self, Care};
use crate::controls::Control;

/// A question about functions, as its solvers see it.
struct Asked<'p> {
    message: String,
    functions: Vec<&'p str>,
    /// The right calls of each step, and what they give back.
    steps: Vec<(Vec<Value>, &'p str)>,
}

/// From a question and the results of its earlier steps to the calls of the next.
type Solver = dyn Fn(&Asked, &[&str]) -> Option<Vec<Value>>;

impl<'p> Asked<'p> {
    /// `None` of other questions.
    fn of(question: &Question<'p>) -> Option<Asked<'p>> {
        let (functions, steps): (_, Vec<(&str, &str)>) = match &question.kind {
            Kind::Tool(tool) => (&tool.functions, vec![(tool.calls, "")]),
            Kind::Turns(turns) => {
                let steps = turns.steps.iter();
                let steps = steps.map(|step| (step.calls, step.result));
                (&turns.functions, steps.collect())
            }
            _ => return None,
        };
        let steps = steps.into_iter().map(|(calls, result)| {
            let calls: Vec<Value> = serde_json::from_str(calls).ok()?;
            Some((calls, result))
        });
        let mut message = String::new();
        question
            .write_user_message(Layout::Reference, Rotation::default(), &mut message)
            .ok()?;
        Some(Asked {
            message,
            functions: functions.iter().copied().collect(),
            steps: steps.collect::<Option<_>>()?,
        })
    }

    fn is_solved(&self, solver: &Solver) -> bool {
        let results: Vec<&str> = self.steps.iter().map(|(_, result)| *result).collect();
        let mut steps = self.steps.iter().enumerate();
        steps.all(|(at, (right, _))| {
            let earlier = results.get(..at).unwrap_or_default();
            solver(self, earlier).as_ref() == Some(right)
        })
    }

    fn right(&self, results: &[&str]) -> Option<&[Value]> {
        Some(self.steps.get(results.len())?.0.as_slice())
    }

    /// The right calls, if all are of the function `name`: what a solver comes to that knows all
    /// about values and nothing about which function to call.
    fn right_if(&self, name: &str, results: &[&str]) -> Option<Vec<Value>> {
        let right = self.right(results)?;
        let is_meant = |call: &Value| call.get("name").and_then(Value::as_str) == Some(name);
        (!right.is_empty() && right.iter().all(is_meant)).then(|| right.to_vec())
    }

    fn offered(&self) -> impl Iterator<Item = solve::Function> {
        let functions = self.functions.iter();
        functions.filter_map(|json| solve::Function::read(json).ok())
    }

    /// The numbers of the message in their order, whole parts only.
    fn numbers(&self) -> impl Iterator<Item = i64> {
        let parts = self.message.split(|letter: char| !letter.is_ascii_digit());
        parts.filter_map(|digits| digits.parse().ok())
    }

    /// The first function, its parameters filled with ids and numbers in the order of the message.
    fn first_in_order(&self) -> Option<Vec<Value>> {
        let first = self.offered().next()?;
        let mut ids = self
            .message
            .split(|letter: char| letter.is_whitespace() || letter == ',')
            .filter(|word| word.contains('-') && word.len() > 1);
        let mut numbers = self.numbers();
        let mut arguments = serde_json::Map::new();
        for parameter in first.required {
            let value: Value = if let Some(choice) = parameter.choices.first() {
                choice.as_str().into()
            } else if parameter.unit.is_empty() {
                ids.next()?.into()
            } else {
                numbers.next()?.into()
            };
            arguments.insert(parameter.name, value);
        }
        Some(vec![json!({"name": first.name, "arguments": arguments})])
    }

    /// The first function whose name has most words that stand in the message.
    fn most_shared(&self) -> Option<String> {
        let text = self.message.to_lowercase();
        let text: Vec<&str> = text
            .split(|letter: char| !letter.is_alphanumeric())
            .collect();
        let shared = |name: &str| {
            let words = words_of(name);
            words
                .iter()
                .filter(|word| text.contains(&word.as_str()))
                .count()
        };
        let names = self.offered().map(|function| function.name);
        let scored = names.map(|name| (shared(&name), name));
        let best = scored.reduce(|best, next| if next.0 > best.0 { next } else { best });
        best.map(|(_, name)| name)
    }
}

/// The words of `create_slice` or `createSlice`.
fn words_of(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for letter in name.chars() {
        if letter == '_' || letter.is_uppercase() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| letter != '_') {
            word.extend(letter.to_lowercase());
        }
    }
    words
}

/// Runs all controls over those of `questions` that are about functions. The partial solvers are
/// left out if a question is not of the generator's form.
pub fn run(questions: &[Question]) -> Vec<Control> {
    let asked: Vec<Asked> = questions.iter().filter_map(Asked::of).collect();
    let control = |name, shortcut, solver: &Solver| Control {
        name,
        shortcut,
        right: asked.iter().filter(|asked| asked.is_solved(solver)).count() as u32,
        asked: asked.len() as u32,
    };
    let mut controls = vec![
        control("never a call", true, &|_, _| Some(Vec::new())),
        control("first function, values in order", true, &|asked, _| {
            asked.first_in_order()
        }),
        control("first function, right values", true, &|asked, results| {
            let first = asked.offered().next()?;
            asked.right_if(&first.name, results)
        }),
        control(
            "function that shares most words with the text, right values",
            true,
            &|asked, results| asked.right_if(&asked.most_shared()?, results),
        ),
    ];
    let reads =
        |asked: &Asked| solve::calls(&asked.message, &asked.functions, &[], Care::Full).is_ok();
    if !asked.iter().all(reads) {
        return controls;
    }
    let partial = [
        ("units not converted", Care::KeepsUnits),
        (
            "exceptions and second conditions ignored",
            Care::IgnoresExceptions,
        ),
        ("missing values made up", Care::FillsGaps),
        ("all steps", Care::Full),
    ];
    controls.extend(partial.map(|(name, care)| {
        control(name, false, &move |asked, results| {
            solve::calls(&asked.message, &asked.functions, results, care).ok()
        })
    }));
    controls
}
