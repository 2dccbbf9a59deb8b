//! The prompts of a run, as a file for the board.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::anyhow;
use edgescore_chat::{
    Arguments, Frame, Framed, Markers, Part, Sample, Template, TemplateError, Thinking, each,
    frame, switches,
};
use edgescore_record::{
    Mode, PromptPart, Slot, SystemPlace, TemplateOrigin, TemplateRow, Think, TraceMarkers, Trim,
    prompt_file,
};
use edgescore_taskpack::{Layout, Pack, Rotation};
use serde::Serialize;

use super::choice::Choice;
use super::few_shot;
use super::options::PromptOptions;
use super::source::{self, ChatSource};
use crate::failure::Failure;
use crate::files;

/// How a run's prompts are made.
#[derive(Clone, Debug)]
pub struct Prompts {
    /// Where the template comes from.
    pub source: ChatSource,
    /// What it is rendered with, switches of thinking included.
    pub arguments: Arguments,
    /// Where the system message stands.
    pub system: SystemPlace,
    /// The parts that all prompts are made of; else each question's, in the order of the pack and
    /// of the rotations.
    pub parts: Result<Vec<Part>, Vec<Vec<Part>>>,
    /// What stands around a trace.
    pub markers: Option<Markers>,
    /// Whether prompts end inside a trace.
    pub in_trace: bool,
    /// The day that the template writes; empty where it writes none.
    pub date: String,
    /// The variables by which the template switches thinking.
    pub switches: Vec<&'static str>,
    /// Marks of turns in the template's text that this model's vocabulary has no token for.
    pub no_tokens: Vec<String>,
    think: Think,
    shots: u8,
}

/// What follows a prompt in letter mode behind a trace.
#[derive(Clone, Debug, Serialize)]
pub struct BehindTrace {
    /// Tokens of the trace at most.
    pub trace_tokens: u16,
    /// What closes it in the model's place, and the forced start of an answer.
    pub then: String,
}

/// Makes the prompts of the pack at `pack` for the model at `model`.
pub fn compose(
    model: &Path,
    pack: &Path,
    options: &PromptOptions,
    mode: Mode,
    layout: Layout,
    rotate: bool,
) -> Result<Prompts, Failure> {
    let source = source::find(model, options.template.as_ref())?;
    let bytes = files::read(pack)?;
    let pack = files::open_pack(pack, &bytes)?;
    let whose = match &options.template {
        Some(Choice::File(path)) => path.display().to_string(),
        _ => model.display().to_string(),
    };
    let fail =
        |error: TemplateError| Failure::Data(anyhow!("{whose}: {error}; {}", remedy(&error)));
    let arguments = options.arguments(&source)?;
    let mut asked = Frame {
        system: !pack.system().is_empty(),
        shots: few_shot::shots(options.shots, layout, pack.instruction())?,
        samples: Vec::new(),
    };
    let mut prompts = Prompts {
        markers: None,
        in_trace: false,
        think: options.think,
        switches: Vec::new(),
        no_tokens: Vec::new(),
        shots: options.shots,
        date: String::new(),
        system: SystemPlace::Own,
        parts: Ok(Vec::new()),
        source,
        arguments,
    };
    if prompts.source.origin == TemplateOrigin::None {
        options.check_without_template()?;
        prompts.parts = Ok(plain(&asked));
        // There is nothing to switch.
        prompts.think = Think::Auto;
        return Ok(prompts);
    }
    let template = Template::parse(&prompts.source.text).map_err(fail)?;
    options.check_arguments(&template)?;
    if template.reads("strftime_now") {
        prompts.date = prompts.arguments.now.format("%Y-%m-%d").to_string();
    }
    prompts.markers = Markers::find(&prompts.source.text, prompts.source.tokens());
    prompts.switches = switches(&template);
    options.switch(&template, &mut prompts.arguments)?;
    asked.samples = samples(&pack, layout, rotate);
    let Framed { parts, system } = frame(&template, &asked, &prompts.arguments).map_err(fail)?;
    prompts.system = system;
    prompts.parts = match parts {
        Some(parts) => Ok(parts),
        None => {
            let contents = asked.contents(system);
            let located = each(&template, &contents, &prompts.arguments, &asked.samples);
            let located = located.map_err(fail)?;
            if located.iter().any(|prompt| !prompt.sure) {
                refuse_control_tokens(&prompts.source, &asked)?;
            }
            Err(located.into_iter().map(|prompt| prompt.parts).collect())
        }
    };
    prompts.settle_thinking(mode)?;
    prompts.no_tokens = prompts.marks_that_are_no_tokens();
    Ok(prompts)
}

/// What is asked: every question, in every rotation if they are asked, in the order of the pack.
fn samples(pack: &Pack, layout: Layout, rotate: bool) -> Vec<Sample> {
    let rotations: &[Rotation] = match rotate {
        true => &Rotation::ALL,
        false => &[Rotation::ALL[0]],
    };
    // A pack that cannot be read is refused by the board, with its reason.
    let questions = (0..pack.question_count()).filter_map(|index| pack.question(index).ok());
    questions
        .flat_map(|question| {
            rotations.iter().map(move |rotation| {
                let mut user = String::new();
                // Writing to a String cannot fail.
                let _ =
                    question.write_user_message(layout, *rotation, pack.instruction(), &mut user);
                Sample {
                    system: pack.system().to_owned(),
                    user,
                }
            })
        })
        .collect()
}

/// Refuses messages that name control tokens, where the template changes messages so that it is not
/// known where they stand: in a text of the template such a name would open a turn.
fn refuse_control_tokens(source: &ChatSource, asked: &Frame) -> Result<(), Failure> {
    let shots = asked.shots.iter().flat_map(|(user, answer)| [user, answer]);
    let samples = asked
        .samples
        .iter()
        .flat_map(|sample| [&sample.system, &sample.user]);
    let named = shots
        .chain(samples)
        .find_map(|text| source.control_token_in(text));
    match named {
        None => Ok(()),
        Some(token) => Err(Failure::Data(anyhow!(
            "the chat template changes what messages say, so that their places in the prompt are unknown, and a message of the pack names the control token {token:?}, which could open a turn there: give a template that leaves messages as they are, as --template FILE.jinja, or take that name out of the pack"
        ))),
    }
}

impl Prompts {
    /// The parts of the prompt of a question. `rotate`: all rotations were asked for; this is the
    /// first.
    pub fn of(&self, question: u32, rotate: bool) -> &[Part] {
        let each = if rotate { 4 } else { 1 };
        match &self.parts {
            Ok(parts) => parts,
            Err(lists) => lists
                .get(each * question as usize)
                .map_or(&[], Vec::as_slice),
        }
    }

    /// What follows a prompt where the letter is read behind a trace.
    pub fn behind_trace(&self, mode: Mode) -> Option<BehindTrace> {
        let (Think::Tokens(trace_tokens), Mode::Letter) = (self.think, mode) else {
            return None;
        };
        let closing = &self.markers.as_ref()?.closing;
        Some(BehindTrace {
            trace_tokens,
            then: format!("{closing}{{\"answer\": \""),
        })
    }

    /// Tokens at most of the trace before an answer; 0 where `--think` sets no limit.
    pub fn trace_tokens(&self) -> u32 {
        match self.think {
            Think::Tokens(tokens) => u32::from(tokens),
            Think::Auto | Think::Off => 0,
        }
    }

    /// The file for the board.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Failure> {
        let arguments = serde_json::to_string(&self.arguments.named).map_err(Failure::data)?;
        let row = TemplateRow {
            origin: self.source.origin,
            name: &self.source.name,
            hash: self.source.hash(),
            arguments: &arguments,
            date: &self.date,
            system: self.system,
            shots: self.shots,
            linear: self.parts.is_ok(),
            think: self.think,
            markers: self.markers.as_ref().map(|markers| TraceMarkers {
                open: &markers.open,
                close: &markers.close,
                closing: &markers.closing,
            }),
            in_trace: self.in_trace,
            llama_cpp: "",
        };
        let lists = match &self.parts {
            Ok(parts) => std::slice::from_ref(parts),
            Err(lists) => lists.as_slice(),
        };
        let borrowed = lists.iter().map(|parts| parts.iter().map(Part::borrowed));
        let lists: Vec<Vec<PromptPart>> = borrowed.map(Iterator::collect).collect();
        prompt_file::write(&row, lists.iter().map(Vec::as_slice)).map_err(Failure::data)
    }

    /// Marks such as `<|im_start|>` in the template's text that are no tokens: the template is another
    /// vocabulary's, and the model reads them as letters.
    fn marks_that_are_no_tokens(&self) -> Vec<String> {
        let lists = match &self.parts {
            Ok(parts) => std::slice::from_ref(parts),
            Err(lists) => lists.as_slice(),
        };
        let mut marks = BTreeSet::new();
        for part in lists.iter().take(1).flatten() {
            if let Part::Template(text) = part {
                marks.extend(turn_marks(text));
            }
        }
        for token in self.source.tokens() {
            marks.remove(token);
        }
        marks.into_iter().map(str::to_owned).collect()
    }

    /// Makes the ends of the prompts fit what `--think` asks, and finds whether they are inside a
    /// trace.
    fn settle_thinking(&mut self, mode: Mode) -> Result<(), Failure> {
        let Some(markers) = &self.markers else {
            return match self.think {
                Think::Tokens(_) => Err(Failure::Usage(anyhow!(
                    "--think: neither the chat template nor the vocabulary of this model has marks of a trace; leave --think out"
                ))),
                Think::Off if self.switches.is_empty() => {
                    // There is no trace to switch off.
                    self.think = Think::Auto;
                    Ok(())
                }
                Think::Auto | Think::Off => Ok(()),
            };
        };
        let lists = match &mut self.parts {
            Ok(parts) => std::slice::from_mut(parts),
            Err(lists) => lists.as_mut_slice(),
        };
        let state = lists
            .first()
            .map_or(Thinking::Free, |parts| markers.state(tail(parts)));
        let end = match (self.think, state) {
            (Think::Off, Thinking::Open) => markers.closing.clone(),
            (Think::Off, Thinking::Free) if markers.written && self.switches.is_empty() => {
                format!("{}{}", markers.open, markers.closing)
            }
            // Letter mode needs the trace to be there.
            (Think::Tokens(_), Thinking::Free) if mode == Mode::Letter => markers.open.clone(),
            (Think::Tokens(_), Thinking::Closed) => {
                return Err(Failure::Usage(anyhow!(
                    "--think: the chat template closes the trace before the model can write one; find its switch and give it as --template-arg NAME=VALUE"
                )));
            }
            _ => String::new(),
        };
        self.in_trace = match self.think {
            Think::Off => false,
            _ => state == Thinking::Open || !end.is_empty(),
        };
        if self.in_trace && self.think == Think::Auto && mode == Mode::Letter {
            return Err(Failure::Usage(anyhow!(
                "this model's prompt ends inside a trace ({:?}), where letter mode would read the letter as a thought: give --think off, or --think N to have a trace of at most N tokens first, or --mode generate",
                markers.open
            )));
        }
        if !end.is_empty() {
            for parts in lists {
                parts.push(Part::Template(end.clone()));
            }
        }
        Ok(())
    }
}

/// Texts such as `<|im_start|>` and `<start_of_turn>`.
fn turn_marks(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices('<').filter_map(|(at, _)| {
        let mark = text.get(at..=at + text.get(at..)?.find('>')?)?;
        let name = mark.get(1..mark.len() - 1)?;
        let bar = name
            .strip_prefix('|')
            .and_then(|name| name.strip_suffix('|'));
        let turn = ["start_of_turn", "end_of_turn"].contains(&name);
        let is_name = |name: &str| !name.is_empty() && !name.contains(|c: char| c.is_whitespace());
        (turn || bar.is_some_and(is_name)).then_some(mark)
    })
}

/// What to do about a template that gives no prompt.
fn remedy(error: &TemplateError) -> &'static str {
    match error {
        TemplateError::Undefined(_) => {
            "give the variable that is missing as --template-arg NAME=VALUE, or another template as --template FILE.jinja"
        }
        TemplateError::Refused(_) => {
            "give what it asks for as --template-arg NAME=VALUE, or another template as --template FILE.jinja"
        }
        TemplateError::Syntax(_) | TemplateError::Fails(_) => {
            "mend it, or give another template as --template FILE.jinja"
        }
    }
}

/// The template's text behind the last message.
fn tail(parts: &[Part]) -> &str {
    match parts.last() {
        Some(Part::Template(text)) => text,
        _ => "",
    }
}

/// Plain text to continue: system message, shots, question, each behind an empty line.
fn plain(asked: &Frame) -> Vec<Part> {
    let mut parts = Vec::new();
    let text = |text: &str| Part::Text(text.to_owned());
    if asked.system {
        parts.push(Part::Slot(Slot::System, Trim::default()));
        parts.push(text("\n\n"));
    }
    for (question, answer) in &asked.shots {
        parts.push(text(&format!("{question}\n{answer}\n\n")));
    }
    parts.push(Part::Slot(Slot::User, Trim::default()));
    parts.push(text("\n"));
    parts
}
