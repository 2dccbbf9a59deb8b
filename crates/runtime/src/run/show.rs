//! `edgescore-rt --prompt`: the tokens of one prompt, without a run.

use std::path::Path;

use edgescore_engine::{Model, Outline, TextTooLong, Token, Tokenize};
use edgescore_record::prompt_file::PromptFile;
use edgescore_record::{Ask, Labels, Mode, Weights};
use edgescore_taskpack::{Layout, Pack, Rotation};

use crate::inference::prompt::Prompter;

/// What is shown.
pub struct Shown<'s> {
    /// The model.
    pub model: &'s str,
    /// The task pack.
    pub pack: &'s str,
    /// The file of prompts.
    pub prompts: &'s str,
    /// The order of the prompt's parts.
    pub layout: &'s str,
    /// With letter mode, the forced start of an answer is shown too.
    pub mode: &'s str,
    /// The question, from 0.
    pub question: &'s str,
}

/// `text` as a JSON string.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c < ' ' => quoted.push_str(&format!("\\u{:04x}", c as u32)),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// Prints a line for each token: its number and its text, quoted. Behind an empty line follow, in
/// letter mode, the tokens of the letters; behind another one, whether the prompt's text,
/// tokenized as a whole with every control token's name in it, gives the same tokens: `same`, or
/// `other` and the place of the first that differs.
pub fn print(shown: &Shown) -> Result<(), String> {
    let unknown = |what: &str, value: &str| format!("{what} {value} is not known");
    let layout = Layout::from_label(shown.layout).ok_or_else(|| unknown("layout", shown.layout))?;
    let mode = Mode::from_label(shown.mode).ok_or_else(|| unknown("mode", shown.mode))?;
    let question: u32 = shown
        .question
        .parse()
        .map_err(|_| unknown("question", shown.question))?;
    let read =
        |path: &str| std::fs::read(path).map_err(|error| format!("cannot read {path}: {error}"));
    let (pack, prompts) = (read(shown.pack)?, read(shown.prompts)?);
    let pack = Pack::open(&pack).map_err(|error| format!("{}: {error}", shown.pack))?;
    let prompts = PromptFile::parse(&prompts).map_err(|error| error.to_string())?;
    let outline = Outline::load(Path::new(shown.model), Weights::Mapped)
        .map_err(|error| error.to_string())?;
    let model = outline.model();
    let fail = |error: crate::inference::prompt::PromptError| error.to_string();
    let mut prompter = Prompter::new(model, &prompts, &pack, layout, false).map_err(fail)?;
    let ask = Ask::new(question, Rotation::default());
    let line = |token: &Token| {
        let mut text = Vec::new();
        // The token is of this model's vocabulary.
        let _ = model.piece(*token, true, &mut text);
        println!("{}\t{}", token.0, quoted(&String::from_utf8_lossy(&text)));
    };
    let (_, prompt) = prompter.open(ask).map_err(fail)?;
    let open = prompt.tokens.to_vec();
    match mode {
        Mode::Letter => {
            let (_, prompt, letters) = prompter.forced(ask).map_err(fail)?;
            prompt.tokens.iter().for_each(line);
            println!();
            letters.iter().for_each(line);
        }
        Mode::Generate => {
            open.iter().for_each(line);
            println!();
        }
    }
    let (text, ..) = prompter.text(ask).map_err(fail)?;
    let whole = whole(model, &text).map_err(|error| error.to_string())?;
    let same = open.iter().zip(&whole).take_while(|(a, b)| a == b).count();
    println!();
    match open == whole {
        true => println!("same"),
        false => println!("other\t{same}"),
    }
    Ok(())
}

/// The tokens of a text in which every name of a control token is this token, as llama.cpp's
/// server tokenizes a prompt.
fn whole(model: &Model, text: &str) -> Result<Vec<Token>, TextTooLong> {
    let mut tokens = Vec::new();
    model.tokenize(text, Tokenize::PROMPT, &mut tokens)?;
    if let (Some((bos, _)), [first, second, ..]) = (model.bos(), tokens.as_slice())
        && *first == bos
        && *second == bos
    {
        tokens.remove(0);
    }
    Ok(tokens)
}
