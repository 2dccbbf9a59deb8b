//! The conversations of a pack that asks for calls of functions.

use anyhow::anyhow;
use edgescore_chat::{
    Content, Conversation, Functions, Sample, ToolCall, called, functions, in_words, returned,
};
use edgescore_record::ToolsPlace;
use edgescore_taskpack::{Kind, Layout, Pack, Question, Rotation};
use serde_json::Value;

use crate::failure::Failure;

/// Whether a question of the pack asks for calls.
pub fn asks_for_calls(pack: &Pack) -> bool {
    questions(pack).any(|question| offered(&question.kind).is_some())
}

/// Whether a question of the pack is a conversation of several steps.
pub fn has_steps(pack: &Pack) -> bool {
    questions(pack).any(|question| matches!(question.kind, Kind::Turns(_)))
}

/// The functions of the first question that offers some, as templates take them.
pub fn any_functions(pack: &Pack) -> Option<Value> {
    let first = questions(pack).find(|question| offered(&question.kind).is_some())?;
    Some(functions(&read(offered(&first.kind)?)?))
}

/// Functions as values; none where one is no JSON.
pub fn read(functions: &[&str]) -> Option<Vec<Value>> {
    let functions = functions.iter();
    functions
        .map(|text| serde_json::from_str(text).ok())
        .collect()
}

/// The questions. A pack that cannot be read is refused by the board, with its reason.
pub fn questions<'p>(pack: &Pack<'p>) -> impl Iterator<Item = Question<'p>> {
    (0..pack.question_count()).filter_map(|index| pack.question(index).ok())
}

/// The user message of a question.
pub fn user_message(question: &Question, layout: Layout, rotation: Rotation) -> String {
    let mut user = String::new();
    // Writing to a String cannot fail.
    let _ = question.write_user_message(layout, rotation, &mut user);
    user
}

/// The functions that a question offers, as its pack has them.
pub fn offered<'q>(kind: &'q Kind) -> Option<&'q [&'q str]> {
    match kind {
        Kind::Tool(tool) => Some(&tool.functions),
        Kind::Turns(turns) => Some(&turns.functions),
        Kind::Choice(_) | Kind::Number(_) | Kind::Text(_) => None,
    }
}

/// The conversation of every prompt, in the order of the pack, of the rotations and of the steps.
/// `contents` is what is asked of any question.
///
/// # Errors
/// Functions or calls of the pack that are no JSON.
pub fn all(
    pack: &Pack,
    contents: &[Content],
    (layout, rotate): (Layout, bool),
    place: ToolsPlace,
    how: Functions,
) -> Result<Vec<Conversation>, Failure> {
    let mut all = Vec::new();
    for question in questions(pack) {
        let orders = if rotate { question.options() } else { 1 };
        for rotation in Rotation::all(orders) {
            let sample = Sample {
                system: pack.system().to_owned(),
                user: user_message(&question, layout, rotation),
            };
            let steps = of_question(&question, sample.messages(contents).into(), how);
            let steps = steps.ok_or_else(|| no_json(&question))?;
            all.extend(steps.into_iter().map(|conversation| match place {
                ToolsPlace::Template => conversation,
                ToolsPlace::System => in_words(conversation),
            }));
        }
    }
    Ok(all)
}

fn no_json(question: &Question) -> Failure {
    Failure::Data(anyhow!(
        "question {} has functions or calls that are no JSON: build the pack again",
        question.index
    ))
}

/// The conversations of one question, which begin with `start`: one for each step.
fn of_question(
    question: &Question,
    start: Conversation,
    how: Functions,
) -> Option<Vec<Conversation>> {
    let Some(offered) = offered(&question.kind) else {
        return Some(vec![start]);
    };
    let mut next = Conversation {
        tools: Some(functions(&read(offered)?)),
        ..start
    };
    let Kind::Turns(turns) = &question.kind else {
        return Some(vec![next]);
    };
    let mut conversations = Vec::new();
    for (at, step) in turns.steps.iter().enumerate() {
        conversations.push(next.clone());
        let calls = calls(step.calls)?;
        if let Some(first) = calls.first() {
            let result = returned(first, at, step.result);
            next.messages.extend([called(&calls, at, how), result]);
        }
    }
    Some(conversations)
}

fn calls(text: &str) -> Option<Vec<ToolCall>> {
    let calls: Vec<Value> = serde_json::from_str(text).ok()?;
    let call = |call: Value| {
        Some(ToolCall {
            name: call.get("name")?.as_str()?.to_owned(),
            arguments: call.get("arguments")?.clone(),
        })
    };
    calls.into_iter().map(call).collect()
}
