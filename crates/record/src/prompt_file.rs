//! The file that tells a board how messages become prompts: a magic, a version, a
//! [`TemplateRow`], where functions stand if there are any, the grammars of answers if
//! there are any, and lists of parts. One list is for every prompt; else there is one for each
//! question, or for each of its rotations or steps.

use std::string::String;
use std::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::frame::{MAX_CONTENT, MAX_PIECE};
use crate::{CURRENT_VERSION, Constrain, PromptPart, TemplateRow, ToolsPlace};

const MAGIC: [u8; 8] = *b"ESPROMPT";

/// Why bytes are no prompt file of this version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PromptFileError {
    /// Another kind of file.
    NotPrompts,
    /// Another version of the messages; holds it.
    Version(u16),
    /// It ends too early or holds what is no part.
    Damaged,
    /// A text of the template's row is longer than a message.
    TooLong,
}

impl std::fmt::Display for PromptFileError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            PromptFileError::NotPrompts => f.write_str("not a file of prompts: run it again"),
            PromptFileError::Version(found) => write!(
                f,
                "prompts of version {found}, this program reads {CURRENT_VERSION}: use edgescore and edgescore-rt of the same version"
            ),
            PromptFileError::Damaged => f.write_str("the file of prompts is damaged: run it again"),
            PromptFileError::TooLong => f.write_str(
                "the arguments of the chat template are longer than 4,000 bytes: give fewer",
            ),
        }
    }
}

impl std::error::Error for PromptFileError {}

/// A prompt file that was read.
#[derive(Clone, Debug)]
pub struct PromptFile<'a> {
    template: TemplateRow<'a>,
    tools: Option<ToolsPlace>,
    constrain: Option<Constrain>,
    grammars: Vec<&'a str>,
    lists: Vec<Vec<PromptPart<'a>>>,
}

impl<'a> PromptFile<'a> {
    /// Reads a file.
    ///
    /// # Errors
    /// [`PromptFileError`]
    pub fn parse(bytes: &'a [u8]) -> Result<PromptFile<'a>, PromptFileError> {
        let damaged = PromptFileError::Damaged;
        let rest = bytes
            .strip_prefix(&MAGIC)
            .ok_or(PromptFileError::NotPrompts)?;
        let (version, rest) = rest.split_first_chunk::<2>().ok_or(damaged)?;
        match u16::from_le_bytes(*version) {
            CURRENT_VERSION => {}
            other => return Err(PromptFileError::Version(other)),
        }
        let (template, rest) = take(rest)?;
        let (tools, rest) = take(rest)?;
        let (constrain, rest) = take(rest)?;
        let (count, mut rest) = take::<u32>(rest)?;
        let mut grammars = Vec::new();
        for _ in 0..count {
            let (grammar, behind) = take(rest)?;
            rest = behind;
            grammars.push(grammar);
        }
        let (count, mut rest) = take::<u32>(rest)?;
        let mut lists = Vec::new();
        for _ in 0..count {
            let (parts, behind) = take::<u32>(rest)?;
            rest = behind;
            let mut list = Vec::new();
            for _ in 0..parts {
                let (part, behind) = take(rest)?;
                rest = behind;
                list.push(part);
            }
            lists.push(list);
        }
        match rest {
            [] if !lists.is_empty() => Ok(PromptFile {
                template,
                tools,
                constrain,
                grammars,
                lists,
            }),
            _ => Err(damaged),
        }
    }

    /// How the prompts are made.
    pub fn template(&self) -> &TemplateRow<'a> {
        &self.template
    }

    /// Where the functions that may be called stand, if there are any.
    pub fn tools(&self) -> Option<ToolsPlace> {
        self.tools
    }

    /// What a grammar lets the model write, if there is one.
    pub fn constrain(&self) -> Option<Constrain> {
        self.constrain
    }

    /// The grammar (GBNF) of the answers to question `question`; none where it may write anything.
    pub fn grammar(&self, question: u32) -> Option<&'a str> {
        self.grammars.get(question as usize).copied()
    }

    /// The parts that every prompt is made of; none where each has its own.
    pub fn common(&self) -> Option<&[PromptPart<'a>]> {
        match self.lists.as_slice() {
            [common] if self.template.linear => Some(common),
            _ => None,
        }
    }

    /// The parts of the prompt at `place` among those of the pack
    /// ([`edgescore_taskpack::Pack::prompts_of`]); none where the file is of another pack.
    pub fn parts(&self, place: u32) -> Option<&[PromptPart<'a>]> {
        let place = match self.template.linear {
            true => 0,
            false => place as usize,
        };
        self.lists.get(place).map(Vec::as_slice)
    }

    /// How many prompts have parts of their own; none where all are made of the same.
    pub fn count(&self) -> usize {
        match self.template.linear {
            true => 0,
            false => self.lists.len(),
        }
    }
}

fn take<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<(T, &'a [u8]), PromptFileError> {
    postcard::take_from_bytes(bytes).map_err(|_| PromptFileError::Damaged)
}

/// What a prompt file holds besides the parts of prompts.
#[derive(Clone, Copy, Debug)]
pub struct Head<'h> {
    /// How prompts are made.
    pub template: &'h TemplateRow<'h>,
    /// Where functions stand, if there are any.
    pub tools: Option<ToolsPlace>,
    /// What a grammar lets the model write, and the grammar of each question's answers.
    pub constrain: Option<(Constrain, &'h [String])>,
}

/// The bytes of a prompt file. Texts of parts are cut so that each part fits a message.
///
/// # Errors
/// [`PromptFileError::TooLong`]
pub fn write<'p>(
    head: Head,
    lists: impl IntoIterator<Item = &'p [PromptPart<'p>]>,
) -> Result<Vec<u8>, PromptFileError> {
    let mut out = Vec::from(MAGIC);
    out.extend(CURRENT_VERSION.to_le_bytes());
    put(head.template, &mut out)?;
    put(&head.tools, &mut out)?;
    let (constrain, grammars) = head.constrain.unzip();
    let grammars = grammars.unwrap_or_default();
    put(&constrain, &mut out)?;
    put(&(grammars.len() as u32), &mut out)?;
    for grammar in grammars {
        // Longer than a message, so not through its buffer.
        put(&(grammar.len() as u32), &mut out)?;
        out.extend_from_slice(grammar.as_bytes());
    }
    let lists: Vec<Vec<PromptPart>> = lists.into_iter().map(cut).collect();
    put(&(lists.len() as u32), &mut out)?;
    for list in &lists {
        put(&(list.len() as u32), &mut out)?;
        for part in list {
            put(part, &mut out)?;
        }
    }
    Ok(out)
}

fn put(value: &impl Serialize, out: &mut Vec<u8>) -> Result<(), PromptFileError> {
    let mut buffer = [0; MAX_CONTENT];
    let used = postcard::to_slice(value, &mut buffer).map_err(|_| PromptFileError::TooLong)?;
    out.extend_from_slice(used);
    Ok(())
}

/// Parts whose texts are no longer than a message has room for.
fn cut<'p>(parts: &[PromptPart<'p>]) -> Vec<PromptPart<'p>> {
    let mut cut = Vec::new();
    for part in parts {
        match *part {
            PromptPart::Template(text) => cut.extend(pieces(text).map(PromptPart::Template)),
            PromptPart::Text(text) => cut.extend(pieces(text).map(PromptPart::Text)),
            slot @ PromptPart::Slot(..) => cut.push(slot),
        }
    }
    cut
}

fn pieces(mut text: &str) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || {
        let (piece, rest) = text.split_at(text.floor_char_boundary(MAX_PIECE));
        text = rest;
        (!piece.is_empty()).then_some(piece)
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::{Slot, SystemPlace, TemplateOrigin, Think, Trim};
    use edgescore_taskpack::Hash;
    use std::vec;

    const ROW: TemplateRow = TemplateRow {
        origin: TemplateOrigin::Model,
        name: "",
        hash: Hash([7; 32]),
        arguments: "{}",
        date: "",
        system: SystemPlace::Own,
        shots: 0,
        linear: true,
        think: Think::Auto,
        markers: None,
        in_trace: false,
        llama_cpp: "",
    };

    fn head<'h>(template: &'h TemplateRow<'h>) -> Head<'h> {
        Head {
            template,
            tools: None,
            constrain: None,
        }
    }

    #[test]
    fn what_was_written_is_read() {
        let long = "é".repeat(5000);
        let list = [
            PromptPart::Template("<|im_start|>"),
            PromptPart::Slot(Slot::User, Trim::default()),
            PromptPart::Text(&long),
        ];
        let bytes = write(head(&ROW), [list.as_slice()]).unwrap();
        let file = PromptFile::parse(&bytes).unwrap();
        assert_eq!(file.template(), &ROW);
        let read = file.common().unwrap();
        assert_eq!(read[..2], list[..2]);
        let text: String = read[2..]
            .iter()
            .map(|part| match part {
                PromptPart::Text(text) => *text,
                other => unreachable!("{other:?}"),
            })
            .collect();
        assert_eq!(text, long);
        assert_eq!(file.parts(17), Some(read));
        assert_eq!((file.tools(), file.count()), (None, 0));
    }

    #[test]
    fn prompts_that_were_rendered_each_are_found_by_their_place() {
        let row = TemplateRow {
            linear: false,
            ..ROW
        };
        let grammars = ["root ::= \"a\"".into(), "b".repeat(9000)];
        let with_functions = Head {
            tools: Some(ToolsPlace::System),
            constrain: Some((Constrain::Tools, &grammars)),
            ..head(&row)
        };
        let texts: Vec<String> = (0..8).map(|index| std::format!("{index}")).collect();
        let lists: Vec<Vec<PromptPart>> = texts
            .iter()
            .map(|text| vec![PromptPart::Text(text)])
            .collect();
        let bytes = write(with_functions, lists.iter().map(Vec::as_slice)).unwrap();
        let file = PromptFile::parse(&bytes).unwrap();
        assert_eq!(file.common(), None);
        assert_eq!(file.parts(6), Some([PromptPart::Text("6")].as_slice()));
        assert_eq!(file.parts(8), None);
        assert_eq!((file.tools(), file.count()), (Some(ToolsPlace::System), 8));
        assert_eq!(file.constrain(), Some(Constrain::Tools));
        assert_eq!(file.grammar(1), Some(grammars[1].as_str()));
        assert_eq!(file.grammar(2), None);
    }

    #[test]
    fn what_is_no_prompt_file_is_refused() {
        let list = [PromptPart::Template("x")];
        let bytes = write(head(&ROW), [list.as_slice()]).unwrap();
        assert_eq!(
            PromptFile::parse(b"EDGESCOR").err(),
            Some(PromptFileError::NotPrompts)
        );
        for length in 8..bytes.len() {
            let error = PromptFile::parse(&bytes[..length]).err();
            assert_eq!(error, Some(PromptFileError::Damaged), "{length}");
        }
        let mut newer = bytes.clone();
        newer[8] += 1;
        assert!(matches!(
            PromptFile::parse(&newer),
            Err(PromptFileError::Version(_))
        ));
        let longer = [bytes.as_slice(), &[0]].concat();
        assert_eq!(
            PromptFile::parse(&longer).err(),
            Some(PromptFileError::Damaged)
        );
        let arguments = "x".repeat(5000);
        let row = TemplateRow {
            arguments: &arguments,
            ..ROW
        };
        assert_eq!(
            write(head(&row), [list.as_slice()]),
            Err(PromptFileError::TooLong)
        );
    }
}
