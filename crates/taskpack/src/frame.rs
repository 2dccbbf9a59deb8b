//! The words around a question.

use heapless::Vec;

/// Blocks of a frame, at most.
pub const MAX_BLOCKS: usize = 8;

/// The words around a question: blocks of text with slots, an empty line between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// Texts in which `{task_id}`, `{task_name}`, `{definition}`, `{episode}`, `{question}`,
    /// `{options}` and `{instruction}` stand for those.
    pub blocks: Vec<&'a str, MAX_BLOCKS>,
    /// Whether a block with a slot that nothing fills is left out.
    pub leaves_out: bool,
}

/// The frame of 6G-Bench, which packs of version 1 have.
pub const SIX_G_FRAME: [&str; 5] = [
    "TARGET TASK\nTASK_ID: {task_id}\nTASK_NAME: {task_name}\nDEFINITION: {definition}",
    "EPISODE SUMMARY\n{episode}",
    "QUESTION\n{question}",
    "OPTIONS\n{options}",
    "{instruction}",
];

/// A thing that stands in a frame.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slot {
    TaskId,
    TaskName,
    Definition,
    Episode,
    Question,
    Options,
    Instruction,
}

const SLOTS: [(&str, Slot); 7] = [
    ("{task_id}", Slot::TaskId),
    ("{task_name}", Slot::TaskName),
    ("{definition}", Slot::Definition),
    ("{episode}", Slot::Episode),
    ("{question}", Slot::Question),
    ("{options}", Slot::Options),
    ("{instruction}", Slot::Instruction),
];

/// The text before the first slot of `block`, the slot, and the text behind it.
pub(crate) fn first_slot(block: &str) -> Option<(&str, Slot, &str)> {
    let braces = block.match_indices('{');
    braces.into_iter().find_map(|(at, _)| {
        let (before, rest) = block.split_at_checked(at)?;
        SLOTS.into_iter().find_map(|(name, slot)| {
            let behind = rest.strip_prefix(name)?;
            Some((before, slot, behind))
        })
    })
}

/// The slots of `block`.
pub(crate) fn slots(mut block: &str) -> impl Iterator<Item = Slot> {
    core::iter::from_fn(move || {
        let (_, slot, rest) = first_slot(block)?;
        block = rest;
        Some(slot)
    })
}
