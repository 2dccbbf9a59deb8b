//! Where a generated text thinks and where it answers.

use edgescore_record::TraceMarkers;

/// Follows a text while it is generated. What stands behind the last mark that ends a trace is the
/// answer, whether the text began a trace at its start, later, again, or left the beginning mark
/// out. Behind a beginning mark that nothing ends there is none.
pub struct TraceReader<'a> {
    markers: Option<TraceMarkers<'a>>,
    starts_inside: bool,
    text: Vec<u8>,
    /// Bytes of it in which marks were looked for.
    searched: usize,
    state: State,
}

/// Where the text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Inside a trace.
    Inside,
    /// In the answer, which begins at this byte.
    Answer(usize),
}

impl<'a> TraceReader<'a> {
    /// Follows texts of about `bytes` bytes behind prompts that end inside a trace, or do not.
    pub fn new(
        markers: Option<TraceMarkers<'a>>,
        starts_inside: bool,
        bytes: usize,
    ) -> TraceReader<'a> {
        TraceReader {
            markers,
            starts_inside,
            text: Vec::with_capacity(bytes),
            searched: 0,
            state: State::Answer(0),
        }
    }

    /// Forgets the text, for the next one.
    pub fn restart(&mut self) {
        self.text.clear();
        self.searched = 0;
        self.state = match self.markers.is_some() && self.starts_inside {
            true => State::Inside,
            false => State::Answer(0),
        };
    }

    /// The buffer that the next token's text is appended to.
    pub fn text(&mut self) -> &mut Vec<u8> {
        &mut self.text
    }

    /// Looks at what was appended. True when that ended a trace.
    pub fn look(&mut self) -> bool {
        let Some(markers) = self.markers else {
            return false;
        };
        let begins = self.last(markers.open.trim_ascii_end());
        let ends = self.last(markers.close);
        self.searched = self.text.len();
        // None comes before every place.
        self.state = match ends {
            Some(at) if ends > begins => State::Answer(at + markers.close.len()),
            _ if begins.is_some() => State::Inside,
            _ => return false,
        };
        !self.is_inside()
    }

    /// Where `mark` stands last in what was appended. It may have begun before that.
    fn last(&self, mark: &str) -> Option<usize> {
        let from = (self.searched + 1).saturating_sub(mark.len());
        let unsearched = self.text.get(from..)?;
        let mut windows = unsearched.windows(mark.len().max(1));
        Some(from + windows.rposition(|window| window == mark.as_bytes())?)
    }

    /// Whether the text is inside a trace.
    pub fn is_inside(&self) -> bool {
        self.state == State::Inside
    }

    /// The trace is closed from outside: the answer follows.
    pub fn close_at_limit(&mut self) {
        let closing = self.markers.map_or("", |markers| markers.closing);
        self.text.extend_from_slice(closing.as_bytes());
        self.searched = self.text.len();
        self.state = State::Answer(self.text.len());
    }

    /// The whole text, and the byte where its answer begins; none if its trace did not end.
    pub fn whole(&self) -> (&[u8], Option<usize>) {
        let start = match self.state {
            State::Inside => None,
            State::Answer(start) => Some(start),
        };
        (&self.text, start)
    }

    /// The answer; none if the trace did not end.
    pub fn answer(&self) -> Option<&[u8]> {
        let (text, start) = self.whole();
        text.get(start?..)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const THINK: TraceMarkers = TraceMarkers {
        open: "<think>",
        close: "</think>",
        closing: "\n</think>\n\n",
    };

    /// Feeds `text` byte by byte.
    fn read(markers: Option<TraceMarkers<'static>>, inside: bool, text: &str) -> Option<String> {
        let mut reader = TraceReader::new(markers, inside, 0);
        reader.restart();
        for byte in text.bytes() {
            reader.text().push(byte);
            reader.look();
        }
        let answer = reader.answer()?;
        Some(String::from_utf8_lossy(answer).into_owned())
    }

    #[test]
    fn the_answer_is_what_follows_the_trace() {
        let answer = |text| read(Some(THINK), false, text);
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            answer("<think>\nOption A? B?\n</think>\n\n{\"answer\": \"D\"}"),
            some("\n\n{\"answer\": \"D\"}")
        );
        assert_eq!(answer("\n<think>A</think>B"), some("B"));
        assert_eq!(answer("<think>\nA w0 A w1"), None);
        assert_eq!(answer("B"), some("B"));
        assert_eq!(answer("<thin"), some("<thin"));
        assert_eq!(answer("I <think>A</think> B"), some(" B"));
        assert_eq!(answer("Okay. <think>Option A is"), None);
        assert_eq!(
            answer("Option A is slow.\n</think>\n\n**B**"),
            some("\n\n**B**")
        );
        assert_eq!(answer("<think>A</think>C <think>B"), None);
        assert_eq!(
            answer("<think>C</think>Option A. Hmm.</think>Option B."),
            some("Option B.")
        );
        assert_eq!(read(Some(THINK), true, "A or B\n</think>C"), some("C"));
        assert_eq!(read(Some(THINK), true, "A or B"), None);
        assert_eq!(
            read(None, false, "<think>A</think>B"),
            some("<think>A</think>B")
        );
    }

    #[test]
    fn a_trace_can_be_closed_from_outside() {
        let mut reader = TraceReader::new(Some(THINK), true, 0);
        reader.restart();
        reader.text().extend_from_slice(b"A, no, B");
        assert!(!reader.look() && reader.is_inside());
        reader.close_at_limit();
        reader.text().extend_from_slice(b"C");
        assert!(!reader.look());
        assert_eq!(reader.answer(), Some(b"C".as_slice()));
        let (whole, start) = reader.whole();
        assert_eq!(
            (whole, start),
            (b"A, no, B\n</think>\n\nC".as_slice(), Some(19))
        );
    }
}
