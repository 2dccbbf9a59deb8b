//! One question before it is text.

use edgescore_taskpack::Letter;

use super::costs::{self, AVERAGE, BANNED, Costs, MYOPIC, RIGHT};
use super::level::Shape;
use super::policy::{self, Policy};
use super::rng::Rng;
use super::trajectory::{self, TurnReport};
use super::vocabulary::{Event, Slice, TaskWords};

/// Everything that a question says.
pub(crate) struct Scenario<'t> {
    pub mission: &'t str,
    pub ask: &'t str,
    pub slice: Slice,
    /// Number of the last turn.
    pub turn: usize,
    /// Turns that the decision is for.
    pub horizon: usize,
    pub trace: Vec<TurnReport>,
    pub policy: Policy,
    /// Sentences that do not matter.
    pub asides: Vec<String>,
    pub now: &'t str,
    pub events: Vec<(&'t Event, String)>,
    /// Position of each column of the table among the futures, 0 being the present one.
    pub columns: Vec<usize>,
    pub units: Vec<&'t str>,
    pub costs: Costs,
    /// Key and measure of each option, in the order of `costs`.
    pub options: [(&'t str, &'t str); 4],
    /// The option in `costs` at each letter.
    pub letters: [usize; 4],
    /// The option in `costs` of each row of the table.
    pub rows: [usize; 4],
}

/// Draws a scenario whose answer is `answer`. `None` if the costs cannot be drawn.
pub(crate) fn draw<'t>(
    task: &'t TaskWords,
    shape: &Shape,
    answer: Letter,
    rng: &mut Rng,
) -> Option<Scenario<'t>> {
    let words = &task.words;
    let costs = costs::draw(shape, rng)?;
    let slice = *rng.pick(&words.slices)?;
    let trace = trajectory::draw(slice, shape.turns, rng);
    let last = *trace.last()?;
    let keys = rng.sample(&words.keys, 4 + 2);
    let measures = rng.sample(&words.measures, 4);
    let mut options = [("", ""); 4];
    for (option, (key, measure)) in options.iter_mut().zip(keys.iter().zip(measures)) {
        *option = (key, measure);
    }
    let policy = policy::draw(
        &words.rules,
        shape,
        last.load,
        options.map(|(key, _)| key),
        keys.get(4..)?,
        rng,
    )?;
    let events = rng.sample(&words.events, costs.futures() - 1);
    let events = events.into_iter().map(|event| {
        let outlook = trajectory::outlook(&last, event.metric, event.up, rng);
        (event, outlook)
    });
    let events: Vec<_> = events.collect();
    let mut columns: Vec<usize> = (0..costs.futures()).collect();
    if shape.shuffle_columns {
        rng.shuffle(&mut columns);
    }
    let letters = letters(answer, rng);
    let mut rows = [0, 1, 2, 3];
    rng.shuffle(&mut rows);
    let asides = (0..shape.asides).map(|_| aside(rng)).collect();
    Some(Scenario {
        mission: rng.pick(&words.missions)?,
        ask: rng.pick(&words.asks)?,
        slice,
        turn: shape.turns + rng.below(7),
        horizon: 1 + rng.below(3),
        trace,
        asides,
        policy,
        now: rng.pick(&words.now)?,
        events,
        columns,
        units: rng
            .sample(&words.terms, costs.weights.len())
            .into_iter()
            .map(|term| term.unit.as_str())
            .collect(),
        costs,
        options,
        letters,
        rows,
    })
}

/// Puts the option in the place [`RIGHT`] at `answer`, the others at random.
fn letters(answer: Letter, rng: &mut Rng) -> [usize; 4] {
    let mut others = [MYOPIC, AVERAGE, BANNED];
    rng.shuffle(&mut others);
    let mut letters = [RIGHT; 4];
    let wrong = (0..4).filter(|place| *place != answer.index());
    for (place, option) in wrong.zip(others) {
        letters[place] = option;
    }
    letters
}

/// A sentence with a number that nothing depends on.
fn aside(rng: &mut Rng) -> String {
    let number = rng.between(11, 98);
    match rng.below(5) {
        0 => format!("The battery stands at {number} %."),
        1 => format!("Wind from {number} degrees."),
        2 => format!("{number} devices are attached."),
        3 => format!("The last report is {number} s old."),
        _ => format!("Cell {number} was repaired last week."),
    }
}
