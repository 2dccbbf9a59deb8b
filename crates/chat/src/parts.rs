//! A prompt as parts: what of it is the template's, and where messages stand.

use edgescore_record::{PromptPart, Slot, Trim};

use crate::arguments::Arguments;
use crate::template::{Message, Template, TemplateError};

/// What a template may take off a content.
const TRIMS: [Trim; 4] = [
    Trim {
        start: false,
        end: false,
    },
    Trim {
        start: true,
        end: true,
    },
    Trim {
        start: false,
        end: true,
    },
    Trim {
        start: true,
        end: false,
    },
];

/// A part of a prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Text of the template, in which names of control tokens are control tokens.
    Template(String),
    /// Text of a message, in which they are text.
    Text(String),
    /// A message that is filled in on the board.
    Slot(Slot, Trim),
}

impl Part {
    /// As the board gets it.
    pub fn borrowed(&self) -> PromptPart<'_> {
        match self {
            Part::Template(text) => PromptPart::Template(text),
            Part::Text(text) => PromptPart::Text(text),
            Part::Slot(slot, trim) => PromptPart::Slot(*slot, *trim),
        }
    }
}

/// What a content is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fill {
    /// Text that is known.
    Text(String),
    /// Text that is filled in.
    Slot(Slot),
}

/// A message whose content is made of fills.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// The message's role.
    pub role: &'static str,
    /// What it says, in order.
    pub fills: Vec<Fill>,
}

impl Content {
    /// The content with these messages filled in.
    pub fn text(&self, system: &str, user: &str) -> String {
        let fill = |fill: &Fill| match fill {
            Fill::Text(text) => text.clone(),
            Fill::Slot(Slot::System) => system.to_owned(),
            Fill::Slot(Slot::User) => user.to_owned(),
        };
        self.fills.iter().map(fill).collect()
    }
}

/// What [`fit`] found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fit {
    /// Every prompt is these parts.
    Parts(Vec<Part>),
    /// The content of this message (its position) is not in the prompt.
    Dropped(usize),
    /// The template changes contents in a way that parts cannot say.
    Changes,
}

/// Messages that are asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sample {
    /// The system message.
    pub system: String,
    /// The question.
    pub user: String,
}

impl Sample {
    /// The conversation of `contents` with these messages filled in.
    pub fn messages(&self, contents: &[Content]) -> Vec<Message> {
        let message =
            |content: &Content| Message::new(content.role, content.text(&self.system, &self.user));
        contents.iter().map(message).collect()
    }
}

/// Shows what the template makes of messages with these contents. It is rendered with marks in
/// the place of contents, which gives the parts, then with white space around a content, and then
/// with the messages of `samples`, all that are asked: a template that looks at what is asked, or at
/// how long it is, makes another prompt of some.
///
/// # Errors
/// Those of [`Template::render`]
pub fn fit(
    template: &Template,
    contents: &[Content],
    arguments: &Arguments,
    samples: &[Sample],
) -> Result<Fit, TemplateError> {
    let render = |texts: &[String]| {
        let messages: Vec<Message> = contents
            .iter()
            .zip(texts)
            .map(|(content, text)| Message::new(content.role, text))
            .collect();
        template.render(&messages, arguments)
    };
    let marks: Vec<String> = (0..contents.len()).map(mark).collect();
    let marked = render(&marks)?;
    let sections = Section::split(&marked, &marks);
    for (index, mark) in marks.iter().enumerate() {
        if sections.contains(&Section::Content(index)) {
            continue;
        }
        // A template that takes a piece of a content has not left it out.
        let mut texts = marks.clone();
        if let Some(text) = texts.get_mut(index) {
            *text = mark.repeat(100);
        }
        return Ok(match render(&texts) {
            Ok(rendered) if rendered == marked => Fit::Dropped(index),
            _ => Fit::Changes,
        });
    }
    let mut trims = vec![Trim::default(); contents.len()];
    for index in 0..contents.len() {
        let mut texts = marks.clone();
        if let Some(text) = texts.get_mut(index) {
            *text = " \n\tx \n\t".to_owned();
        }
        let rendered = render(&texts)?;
        let found = TRIMS.into_iter().find(|trim| {
            if let Some(slot) = trims.get_mut(index) {
                *slot = *trim;
            }
            join(&sections, &texts, &trims) == rendered
        });
        if found.is_none() {
            return Ok(Fit::Changes);
        }
    }
    let asked = samples
        .iter()
        .map(|sample| sample.messages(contents).into());
    let rendered = template.render_each(asked, arguments)?;
    for (sample, rendered) in samples.iter().zip(rendered) {
        let texts: Vec<String> = contents
            .iter()
            .map(|content| content.text(&sample.system, &sample.user))
            .collect();
        // A content that is refused is as much a content that is treated in its own way.
        if rendered.ok() != Some(join(&sections, &texts, &trims)) {
            return Ok(Fit::Changes);
        }
    }
    Ok(Fit::Parts(parts(&sections, contents, &trims)))
}

/// The prompt of parts with these messages.
pub fn expand(parts: &[Part], system: &str, user: &str) -> String {
    let mut prompt = String::new();
    for part in parts {
        prompt.push_str(match part {
            Part::Template(text) | Part::Text(text) => text,
            Part::Slot(Slot::System, trim) => trim.apply(system),
            Part::Slot(Slot::User, trim) => trim.apply(user),
        });
    }
    prompt
}

/// Stands for the content of message `index`. Characters of the private use area, which no
/// template knows, with nothing at the ends to trim.
fn mark(index: usize) -> String {
    format!("\u{e0e0}{index}\u{e0e1}")
}

/// A piece of what a template rendered.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Section {
    Template(String),
    /// The content of the message at this position.
    Content(usize),
}

impl Section {
    fn split(rendered: &str, marks: &[String]) -> Vec<Section> {
        let mut sections = Vec::new();
        let mut rest = rendered;
        while let Some((at, index, mark)) = marks
            .iter()
            .enumerate()
            .filter_map(|(index, mark)| Some((rest.find(mark.as_str())?, index, mark)))
            .min()
        {
            let (text, behind) = rest.split_at(at);
            if !text.is_empty() {
                sections.push(Section::Template(text.to_owned()));
            }
            sections.push(Section::Content(index));
            rest = behind.strip_prefix(mark.as_str()).unwrap_or(behind);
        }
        if !rest.is_empty() {
            sections.push(Section::Template(rest.to_owned()));
        }
        sections
    }
}

fn join(sections: &[Section], texts: &[String], trims: &[Trim]) -> String {
    let mut joined = String::new();
    for section in sections {
        match section {
            Section::Template(text) => joined.push_str(text),
            Section::Content(index) => {
                if let (Some(text), Some(trim)) = (texts.get(*index), trims.get(*index)) {
                    joined.push_str(trim.apply(text));
                }
            }
        }
    }
    joined
}

fn parts(sections: &[Section], contents: &[Content], trims: &[Trim]) -> Vec<Part> {
    let mut parts = Vec::new();
    for section in sections {
        let index = match section {
            Section::Template(text) => {
                parts.push(Part::Template(text.clone()));
                continue;
            }
            Section::Content(index) => *index,
        };
        let (Some(content), Some(trim)) = (contents.get(index), trims.get(index)) else {
            continue;
        };
        let last = content.fills.len().saturating_sub(1);
        for (at, fill) in content.fills.iter().enumerate() {
            // What stands between two fills is inside the content.
            let trim = Trim {
                start: trim.start && at == 0,
                end: trim.end && at == last,
            };
            parts.push(match fill {
                Fill::Text(text) => Part::Text(trim.apply(text).to_owned()),
                Fill::Slot(slot) => Part::Slot(*slot, trim),
            });
        }
    }
    parts
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn contents() -> Vec<Content> {
        vec![
            Content {
                role: "system",
                fills: vec![Fill::Slot(Slot::System)],
            },
            Content {
                role: "user",
                fills: vec![Fill::Slot(Slot::User)],
            },
        ]
    }

    fn fit_of(template: &str) -> Fit {
        let template = Template::parse(template).unwrap();
        let sample = Sample {
            system: " be {brief} ".into(),
            user: "INST \"why\"? ".repeat(20) + "</think> x",
        };
        fit(&template, &contents(), &Arguments::default(), &[sample]).unwrap()
    }

    const EACH: &str = "{% for m in messages %}<{{ m.role }}>";

    #[test]
    fn contents_that_are_left_alone_or_trimmed_are_parts() {
        let both = Trim {
            start: true,
            end: true,
        };
        let end = Trim {
            start: false,
            end: true,
        };
        for (content, trim) in [
            ("{{ m.content }}", Trim::default()),
            ("{{ m.content | trim }}", both),
            ("{{ m['content'].rstrip() }}", end),
        ] {
            let found = fit_of(&format!("{EACH}{content}{{% endfor %}}<assistant>"));
            let expected = vec![
                Part::Template("<system>".into()),
                Part::Slot(Slot::System, trim),
                Part::Template("<user>".into()),
                Part::Slot(Slot::User, trim),
                Part::Template("<assistant>".into()),
            ];
            assert_eq!(found, Fit::Parts(expected), "{content}");
        }
    }

    #[test]
    fn what_no_parts_can_say_is_found() {
        let changes = [
            "{{ m.content | upper }}",
            "{{ m.content | tojson }}",
            "{{ m.content | replace('{', '(') }}",
            "{{ m.content.split('</think>')[-1] }}",
            "{% if 'INST' in m.content %}{{ raise_exception('no') }}{% endif %}{{ m.content }}",
            "{% if m.content | length > 100 %}long{% endif %}{{ m.content }}",
        ];
        for content in changes {
            let found = fit_of(&format!("{EACH}{content}{{% endfor %}}"));
            assert_eq!(found, Fit::Changes, "{content}");
        }
        let found = fit_of("{{ messages[1].content }}");
        assert_eq!(found, Fit::Dropped(0));
    }

    #[test]
    fn a_content_of_several_fills_is_trimmed_at_its_ends_only() {
        let template = Template::parse("[{{ messages[0].content | trim }}]").unwrap();
        let content = Content {
            role: "user",
            fills: vec![
                Fill::Slot(Slot::System),
                Fill::Text("\n\n".into()),
                Fill::Slot(Slot::User),
            ],
        };
        let Fit::Parts(parts) = fit(&template, &[content], &Arguments::default(), &[]).unwrap()
        else {
            unreachable!()
        };
        assert_eq!(
            expand(&parts, " be brief ", " why? "),
            "[be brief \n\n why?]"
        );
    }

    #[test]
    fn a_template_that_takes_a_piece_of_a_content_leaves_none_out() {
        let found = fit_of(&format!("{EACH}{{{{ m.content[5:] }}}}{{% endfor %}}"));
        assert_eq!(found, Fit::Changes);
    }

    /// What a template makes of one question shows nothing of the next.
    #[test]
    fn every_question_is_compared() {
        let template = Template::parse(&format!(
            "{EACH}{{% if 'T9' in m.content %}}!{{% endif %}}{{{{ m.content }}}}{{% endfor %}}"
        ))
        .unwrap();
        let sample = |user: &str| Sample {
            system: "be brief".into(),
            user: user.into(),
        };
        let fit = |samples: &[Sample]| {
            fit(&template, &contents(), &Arguments::default(), samples).unwrap()
        };
        assert!(matches!(fit(&[sample("T1"), sample("T8")]), Fit::Parts(_)));
        assert_eq!(fit(&[sample("T1"), sample("T9")]), Fit::Changes);
    }

    #[test]
    fn a_content_that_stands_twice_is_there_twice() {
        let found =
            fit_of("{{ messages[0].content }}{{ messages[1].content }}!{{ messages[1].content }}");
        let Fit::Parts(parts) = found else {
            unreachable!()
        };
        assert_eq!(expand(&parts, "s", "u"), "su!u");
    }
}
