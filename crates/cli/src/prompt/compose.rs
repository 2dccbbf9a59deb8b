//! The prompts of a run, as a file for the board.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::anyhow;
use edgescore_chat::{
    Arguments, Frame, Framed, Functions, Markers, Part, Sample, Template, TemplateError, Thinking,
    each, frame, switches,
};
use edgescore_record::{
    Constrain, Mode, PromptPart, Slot, SystemPlace, TemplateOrigin, TemplateRow, Think, ToolsPlace,
    TraceMarkers, Trim, prompt_file,
};
use edgescore_taskpack::{Layout, Pack, Rotation};
use serde::Serialize;

use super::choice::Choice;
use super::conversations::{self, asks_for_calls, offered, questions, user_message};
use super::few_shot;
use super::grammar;
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
    /// Where each question's begin among those.
    starts: Vec<usize>,
    /// Where functions that may be called stand, if there are any.
    pub tools: Option<ToolsPlace>,
    /// The grammar of each question's answers, if they are held to one.
    grammars: Option<(Constrain, Vec<String>)>,
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
    refuse_without_letters(&pack, mode)?;
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
        starts: starts(&pack, rotate)?,
        tools: None,
        grammars: None,
        source,
        arguments,
    };
    if prompts.source.origin == TemplateOrigin::None {
        options.check_without_template()?;
        if asks_for_calls(&pack) {
            return Err(Failure::Usage(anyhow!(
                "the pack asks for calls of functions, and without a chat template a model is told of none: give one as --template FILE.jinja"
            )));
        }
        prompts.parts = Ok(plain(&asked));
        // There is nothing to switch.
        prompts.think = Think::Auto;
        return Ok(prompts);
    }
    if prompts.source.origin == TemplateOrigin::Server && options.think != Think::Auto {
        return Err(Failure::Usage(anyhow!(
            "--think: a server applies its own chat template, which decides whether the model thinks: leave --think out, \
             and set it there"
        )));
    }
    let template = Template::parse(&prompts.source.text).map_err(fail)?;
    options.check_arguments(&template)?;
    if template.reads("strftime_now") {
        prompts.date = prompts.arguments.now.format("%Y-%m-%d").to_string();
    }
    prompts.markers = Markers::find(&prompts.source.text, prompts.source.tokens());
    prompts.switches = switches(&template);
    options.switch(&template, &mut prompts.arguments)?;
    let with_calls = asks_for_calls(&pack);
    if !with_calls {
        asked.samples = samples(&pack, layout, rotate);
    }
    let mut arguments = prompts.arguments.clone();
    // Some templates fail without functions; which ones they are plays no part here.
    arguments
        .named
        .extend(conversations::any_functions(&pack).map(|tools| ("tools".to_owned(), tools)));
    let Framed { parts, system } = frame(&template, &asked, &arguments).map_err(fail)?;
    prompts.system = system;
    let contents = asked.contents(system);
    prompts.parts = match parts {
        // With functions each prompt is another.
        Some(parts) if !with_calls => Ok(parts),
        _ => {
            // The protocol of servers has a place for functions, but not for calls of a step before.
            let by_protocol =
                prompts.source.origin == TemplateOrigin::Server && !conversations::has_steps(&pack);
            let place = with_calls.then(|| match template.reads("tools") || by_protocol {
                true => ToolsPlace::Template,
                false => ToolsPlace::System,
            });
            prompts.tools = place;
            let place = place.unwrap_or(ToolsPlace::Template);
            let render = |how| {
                let all = conversations::all(&pack, &contents, (layout, rotate), place, how)?;
                Ok(each(&template, &all, &prompts.arguments))
            };
            let mut located = render(Functions::AsObject)?;
            if with_calls && located.is_err() {
                located = render(Functions::AsText)?.or(located);
            }
            let located = located.map_err(fail)?;
            if with_calls {
                refuse_named_in_functions(&prompts.source, &pack)?;
            }
            if located.iter().any(|prompt| !prompt.sure) {
                asked.samples = samples(&pack, layout, rotate);
                refuse_control_tokens(&prompts.source, &asked)?;
            }
            Err(located.into_iter().map(|prompt| prompt.parts).collect())
        }
    };
    prompts.settle_thinking(mode)?;
    if let Some(constrain) = options.constrain {
        grammar::check(mode, options.think, prompts.in_trace)?;
        prompts.grammars = Some((constrain, grammar::of_pack(&pack, constrain)?));
    }
    prompts.no_tokens = prompts.marks_that_are_no_tokens();
    Ok(prompts)
}

/// Where the prompts of each question begin, where every prompt has parts of its own.
fn starts(pack: &Pack, rotate: bool) -> Result<Vec<usize>, Failure> {
    let mut starts = Vec::new();
    let mut next = 0;
    for question in 0..pack.question_count() {
        starts.push(next);
        next += usize::from(pack.prompts_of(question, rotate).map_err(Failure::data)?);
    }
    Ok(starts)
}

/// What is asked: every question, in every rotation if they are asked, in the order of the pack.
fn samples(pack: &Pack, layout: Layout, rotate: bool) -> Vec<Sample> {
    questions(pack)
        .flat_map(|question| {
            let orders = if rotate { question.options() } else { 1 };
            Rotation::all(orders).map(move |rotation| Sample {
                system: pack.system().to_owned(),
                user: user_message(&question, layout, rotation),
            })
        })
        .collect()
}

/// Refuses functions that name control tokens: where the template writes them, such a name would open
/// a turn.
fn refuse_named_in_functions(source: &ChatSource, pack: &Pack) -> Result<(), Failure> {
    for question in questions(pack) {
        let mut texts = offered(&question.kind).unwrap_or_default().iter();
        if let Some(token) = texts.find_map(|text| source.control_token_in(text)) {
            return Err(Failure::Data(anyhow!(
                "a function of question {} names the control token {token:?}, which would open a turn in the prompt: take that name out of the pack",
                question.index
            )));
        }
    }
    Ok(())
}

/// Letter mode reads letters alone.
fn refuse_without_letters(pack: &Pack, mode: Mode) -> Result<(), Failure> {
    let without = questions(pack)
        .filter(|question| question.options() == 0)
        .count();
    if mode == Mode::Letter && without > 0 {
        return Err(Failure::Usage(anyhow!(
            "{without} of the {} questions of this pack ask for a number, a text or a call, which letter mode cannot read: give --mode generate",
            pack.question_count()
        )));
    }
    Ok(())
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
    /// The parts of the first prompt of a question.
    pub fn of(&self, question: u32) -> &[Part] {
        let start = self.starts.get(question as usize);
        match &self.parts {
            Ok(parts) => parts,
            Err(lists) => start
                .and_then(|start| lists.get(*start))
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
        let head = prompt_file::Head {
            template: &row,
            tools: self.tools,
            constrain: self
                .grammars
                .as_ref()
                .map(|(constrain, grammars)| (*constrain, grammars.as_slice())),
        };
        prompt_file::write(head, lists.iter().map(Vec::as_slice)).map_err(Failure::data)
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
