//! The conversation in which a pack's question is asked.

use edgescore_record::{Slot, SystemPlace};

use crate::arguments::Arguments;
use crate::parts::{Content, Fill, Fit, Part, Sample, fit};
use crate::template::{Template, TemplateError};

/// Between a system message and the question that it is put before.
const BETWEEN: &str = "\n\n";

/// What is asked besides the question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// Whether the pack has a system message.
    pub system: bool,
    /// Questions with their answers that come before the question.
    pub shots: Vec<(String, String)>,
    /// All messages that will be asked: the parts must say what the template makes of each.
    pub samples: Vec<Sample>,
}

/// What a template makes of a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Framed {
    /// The parts of every prompt; none where the template changes contents so that each prompt
    /// must be rendered.
    pub parts: Option<Vec<Part>>,
    /// Where the system message stands.
    pub system: SystemPlace,
}

impl Frame {
    /// The messages of a question, the system message at `place`.
    pub fn contents(&self, place: SystemPlace) -> Vec<Content> {
        let mut contents = Vec::new();
        if place == SystemPlace::Own {
            contents.push(content("system", vec![Fill::Slot(Slot::System)]));
        }
        for (question, answer) in &self.shots {
            contents.push(content("user", vec![Fill::Text(question.clone())]));
            contents.push(content("assistant", vec![Fill::Text(answer.clone())]));
        }
        contents.push(content("user", vec![Fill::Slot(Slot::User)]));
        if place == SystemPlace::User
            && let Some(first) = contents.first_mut()
        {
            let system = [Fill::Slot(Slot::System), Fill::Text(BETWEEN.to_owned())];
            first.fills.splice(0..0, system);
        }
        contents
    }
}

fn content(role: &'static str, fills: Vec<Fill>) -> Content {
    Content { role, fills }
}

/// Fits the template to `frame`. A template that refuses or leaves out the system message gets it
/// at the head of the user's.
///
/// # Errors
/// The template's on the messages as they are, where it refuses them in both forms.
pub fn frame(
    template: &Template,
    frame: &Frame,
    arguments: &Arguments,
) -> Result<Framed, TemplateError> {
    let place = match frame.system {
        true => SystemPlace::Own,
        false => SystemPlace::Nowhere,
    };
    let first = fit(template, &frame.contents(place), arguments, &frame.samples);
    let refused = match first {
        Ok(Fit::Parts(parts)) => return Ok(framed(Some(parts), place)),
        Ok(Fit::Changes) => return Ok(framed(None, place)),
        Ok(Fit::Dropped(_)) => TemplateError::Fails(
            "it leaves a message out of the prompt, so that the question would not be asked"
                .to_owned(),
        ),
        Err(error) => error,
    };
    if place != SystemPlace::Own {
        return Err(refused);
    }
    let place = SystemPlace::User;
    match fit(template, &frame.contents(place), arguments, &frame.samples) {
        Ok(Fit::Parts(parts)) => Ok(framed(Some(parts), place)),
        Ok(Fit::Changes) => Ok(framed(None, place)),
        Ok(Fit::Dropped(_)) | Err(_) => Err(refused),
    }
}

fn framed(parts: Option<Vec<Part>>, system: SystemPlace) -> Framed {
    Framed { parts, system }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::parts::expand;

    const TURNS: &str =
        "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}<assistant>";

    fn prompt(template: &str, shots: &[(&str, &str)]) -> (SystemPlace, String) {
        let pair =
            |(question, answer): &(&str, &str)| ((*question).to_owned(), (*answer).to_owned());
        let of = Frame {
            system: true,
            shots: shots.iter().map(pair).collect(),
            samples: Vec::new(),
        };
        let framed = frame(
            &Template::parse(template).unwrap(),
            &of,
            &Arguments::default(),
        )
        .unwrap();
        (
            framed.system,
            expand(&framed.parts.unwrap(), "be brief", "why?"),
        )
    }

    #[test]
    fn a_system_message_stands_where_the_template_lets_it() {
        let (place, text) = prompt(TURNS, &[]);
        assert_eq!(
            (place, text.as_str()),
            (SystemPlace::Own, "<system>be brief<user>why?<assistant>")
        );
        let refuses =
            "{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}";
        let drops = "{% for m in messages if m.role != 'system' %}<{{ m.role }}>{{ m.content }}{% endfor %}<assistant>";
        for template in [format!("{refuses}{TURNS}"), drops.to_owned()] {
            let (place, text) = prompt(&template, &[]);
            assert_eq!(
                (place, text.as_str()),
                (SystemPlace::User, "<user>be brief\n\nwhy?<assistant>")
            );
            let (_, text) = prompt(&template, &[("who?", "me")]);
            assert_eq!(
                text,
                "<user>be brief\n\nwho?<assistant>me<user>why?<assistant>"
            );
        }
    }

    #[test]
    fn a_template_that_refuses_both_says_its_first_reason() {
        let template =
            Template::parse("{{ raise_exception(messages[0].role ~ ' refused') }}").unwrap();
        let of = Frame {
            system: true,
            ..Frame::default()
        };
        let error = frame(&template, &of, &Arguments::default()).unwrap_err();
        assert_eq!(error, TemplateError::Refused("system refused".into()));
        let template = Template::parse("{{ messages[0].content }}").unwrap();
        let error = frame(&template, &of, &Arguments::default()).unwrap();
        // The system message leads the question in the only message that this template takes.
        assert_eq!(error.system, SystemPlace::User);
        let template = Template::parse("nothing").unwrap();
        let error = frame(&template, &of, &Arguments::default()).unwrap_err();
        assert!(
            error.to_string().contains("leaves a message out"),
            "{error}"
        );
    }
}
