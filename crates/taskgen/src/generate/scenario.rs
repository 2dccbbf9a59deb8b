//! One question before it is text.

use edgescore_taskpack::Letter;

use super::costs::{self, BANNED, Costs};
use super::level::{Ban, Shape};
use super::rng::Rng;
use super::trajectory::{self, Report};
use super::vocabulary::{Event, Slice, Task};

/// Everything that a question says.
pub(crate) struct Scenario<'t> {
    pub mission: &'t str,
    pub ask: &'t str,
    pub slice: Slice,
    /// Number of the last turn.
    pub turn: usize,
    /// Turns that the decision is for.
    pub horizon: usize,
    pub trace: Vec<Report>,
    /// The policy's sentences.
    pub policy: Vec<String>,
    /// Sentences that do not matter.
    pub asides: Vec<String>,
    pub now: &'t str,
    pub events: Vec<(&'t Event, String)>,
    /// Position of each column of the table among the futures, 0 being the present one.
    pub columns: Vec<usize>,
    pub units: Vec<&'t str>,
    pub costs: Costs,
    /// Seconds of set-up of each option, if the policy limits them.
    pub set_up: Option<[i32; 4]>,
    /// Key and measure of each option, in the order of `costs`.
    pub options: [(&'t str, &'t str); 4],
    /// The option in `costs` at each letter.
    pub letters: [usize; 4],
    /// The option in `costs` of each row of the table.
    pub rows: [usize; 4],
}

/// Draws a scenario whose answer is `answer`. `None` if the costs cannot be drawn.
pub(crate) fn draw<'t>(
    task: &'t Task,
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
    let mut unused = keys.iter().skip(4);
    let mut policy = Vec::new();
    let mut set_up = None;
    let rule = |key: &str, rng: &mut Rng| -> Option<String> {
        Some(rng.pick(&words.rules)?.replace("{}", key))
    };
    match shape.ban {
        Ban::Named => policy.push(rule(options[BANNED].0, rng)?),
        Ban::Limit => {
            let limit = rng.between(8, 40);
            policy.push(format!("Set-up takes {limit} s or less."));
            let mut seconds = [0; 4];
            for seconds in &mut seconds {
                *seconds = rng.between(2, limit);
            }
            seconds[BANNED] = limit + rng.between(1, limit);
            set_up = Some(seconds);
        }
        Ban::Conditional => {
            let limit = last.load
                + if rng.below(2) == 0 {
                    rng.between(1, 9)
                } else {
                    -rng.between(1, 9)
                };
            let limit = limit.clamp(1, 98);
            let other = options[rng.below(3)].0;
            let (above, below) = match last.load > limit {
                true => (options[BANNED].0, other),
                false => (other, options[BANNED].0),
            };
            let (above, below) = (rule(above, rng)?, rule(below, rng)?);
            policy.push(format!(
                "If the last load is above 0.{limit:02}: {above} Otherwise: {below}"
            ));
        }
    }
    for _ in 0..shape.idle_rules {
        policy.push(rule(unused.next()?, rng)?);
    }
    rng.shuffle(&mut policy);
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
    let mut others = [1, 2, 3];
    rng.shuffle(&mut others);
    let mut letters = [0; 4];
    let wrong = (0..4).filter(|place| *place != answer.index());
    for (place, option) in wrong.zip(others) {
        letters[place] = option;
    }
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
        set_up,
        options,
        letters,
        rows,
    })
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
