//! The prompts of a run, as a file for the board.

use std::path::Path;

use anyhow::anyhow;
use edgescore_chat::{
    Arguments, Frame, Framed, Markers, Message, Part, Sample, Template, Thinking, frame, switch,
};
use edgescore_record::{
    Mode, PromptPart, Slot, SystemPlace, TemplateOrigin, TemplateRow, Think, TraceMarkers, Trim,
    prompt_file,
};
use edgescore_taskpack::{Layout, Pack, Rotation};

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
    think: Think,
    shots: u8,
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
    let fail = |error: edgescore_chat::TemplateError| {
        Failure::Data(anyhow!(
            "{}: {error}; give what it needs as --template-arg NAME=VALUE, or another template as --template FILE.jinja",
            model.display()
        ))
    };
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
        shots: options.shots,
        date: String::new(),
        system: SystemPlace::Own,
        parts: Ok(Vec::new()),
        source,
        arguments,
    };
    if prompts.source.origin == TemplateOrigin::None {
        prompts.parts = Ok(plain(&asked));
        return Ok(prompts);
    }
    let template = Template::parse(&prompts.source.text).map_err(fail)?;
    if template.reads("strftime_now") {
        prompts.date = prompts.arguments.now.format("%Y-%m-%d").to_string();
    }
    prompts.markers = Markers::find(&prompts.source.text, prompts.source.tokens());
    let switched = match options.think {
        Think::Auto => false,
        Think::Off => switch(&template, false, &mut prompts.arguments),
        Think::Tokens(_) => switch(&template, true, &mut prompts.arguments),
    };
    asked.samples = samples(&pack, layout);
    let Framed { parts, system } = frame(&template, &asked, &prompts.arguments).map_err(fail)?;
    prompts.system = system;
    prompts.parts = match parts {
        Some(parts) => Ok(parts),
        None => Err(each(
            &template,
            &asked,
            system,
            &pack,
            (layout, rotate),
            &prompts.arguments,
        )
        .map_err(fail)?),
    };
    prompts.settle_thinking(mode, switched)?;
    Ok(prompts)
}

/// The pack's first question, and the words of all of them in one message: a template that
/// changes a word of any is found by rendering it twice.
fn samples(pack: &Pack, layout: Layout) -> Vec<Sample> {
    let (mut first, mut all) = (String::new(), String::new());
    for index in 0..pack.question_count() {
        // A pack that cannot be read is refused by the board, with its reason.
        let Ok(question) = pack.question(index) else {
            continue;
        };
        // Writing to a String cannot fail.
        let _ =
            question.write_user_message(layout, Rotation::default(), pack.instruction(), &mut all);
        if index == 0 {
            first.clone_from(&all);
        }
    }
    let sample = |user| Sample {
        system: pack.system().to_owned(),
        user,
    };
    vec![sample(first), sample(all)]
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

    /// Makes the ends of the prompts fit what `--think` asks, and finds whether they are inside a
    /// trace. `switched`: the template had a switch.
    fn settle_thinking(&mut self, mode: Mode, switched: bool) -> Result<(), Failure> {
        let Some(markers) = &self.markers else {
            return match self.think {
                Think::Tokens(_) => Err(Failure::Usage(anyhow!(
                    "--think: neither the chat template nor the vocabulary of this model has marks of a trace; leave --think out"
                ))),
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
            (Think::Off, Thinking::Free) if markers.written && !switched => {
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

/// The prompts of every question, and of every rotation if they are asked, rendered one by one. A
/// message that stands in its prompt as it is stays text of a message.
fn each(
    template: &Template,
    asked: &Frame,
    system: SystemPlace,
    pack: &Pack,
    (layout, rotate): (Layout, bool),
    arguments: &Arguments,
) -> Result<Vec<Vec<Part>>, edgescore_chat::TemplateError> {
    let rotations: &[Rotation] = match rotate {
        true => &Rotation::ALL,
        false => &[Rotation::ALL[0]],
    };
    let contents = asked.contents(system);
    let mut lists = Vec::new();
    for index in 0..pack.question_count() {
        // A pack that does not open here is refused by the board with its reason.
        let Ok(question) = pack.question(index) else {
            continue;
        };
        for rotation in rotations {
            let mut user = String::new();
            let _ = question.write_user_message(layout, *rotation, pack.instruction(), &mut user);
            let messages: Vec<Message> = contents
                .iter()
                .map(|content| Message::new(content.role, content.text(pack.system(), &user)))
                .collect();
            let rendered = template.render(&messages, arguments)?;
            let texts = messages.iter().map(|message| message.content.as_str());
            lists.push(edgescore_chat::locate(&rendered, texts));
        }
    }
    Ok(lists)
}
