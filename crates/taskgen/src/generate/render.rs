//! From a scenario to the words of a question.

use std::fmt::Write;

use super::costs::{AVERAGE, BANNED, MYOPIC, RIGHT};
use super::scenario::Scenario;

impl Scenario<'_> {
    /// The episode.
    pub(crate) fn summary(&self) -> String {
        let mut text = format!("Mission: {}.", self.mission);
        for aside in &self.asides {
            text.push(' ');
            text += aside;
        }
        text += "\nPolicy:";
        for sentence in &self.policy.sentences {
            text.push(' ');
            text += sentence;
        }
        text += "\nTrace (turn, slice, latency ms, jitter ms, loss %, Mbps, load):\n";
        let first = self.turn + 1 - self.trace.len();
        for (turn, report) in (first..).zip(&self.trace) {
            let _ = writeln!(text, "{turn} {:?} {report}", self.slice);
        }
        let _ = write!(text, "Futures for {}: ", self.turns());
        for (place, future) in self.columns.iter().enumerate() {
            if place > 0 {
                text += ", ";
            }
            let odds = match self.costs.odds.iter().any(|odds| *odds != 1) {
                true => format!("; odds {}", self.costs.odds[*future]),
                false => String::new(),
            };
            let _ = match future
                .checked_sub(1)
                .and_then(|event| self.events.get(event))
            {
                None => write!(text, "{} (as now{odds})", self.now),
                Some((event, outlook)) => write!(text, "{} ({outlook}{odds})", event.name),
            };
        }
        text.push('.');
        text
    }

    /// The question with its table of costs.
    pub(crate) fn question(&self) -> String {
        let mut text = format!("{} for {}? Cost", self.ask, self.turns());
        let names: Vec<&str> = self
            .columns
            .iter()
            .map(|future| self.future(*future))
            .collect();
        let names = names.join(", ");
        let in_future = self.costs.in_future[0].len();
        for (term, unit) in self.units.iter().enumerate() {
            let times = match self.units.len() {
                1 => String::new(),
                _ => format!("{} x ", self.costs.weights[term]),
            };
            text += if term == 0 { " in " } else { " + " };
            let _ = match term < in_future {
                true => write!(text, "{times}{unit} ({names})"),
                false => write!(text, "{times}{unit} (once)"),
            };
        }
        if self.policy.set_up.is_some() {
            text += ", then s of set-up";
        }
        text.push(':');
        for option in self.rows {
            let _ = write!(text, "\n- {}", self.options[option].0);
            for (term, costs) in self.costs.in_future[option].iter().enumerate() {
                if term > 0 {
                    text.push(';');
                }
                for future in &self.columns {
                    let _ = write!(text, " {}", costs[*future]);
                }
            }
            for cost in &self.costs.once[option] {
                let _ = write!(text, "; {cost}");
            }
            if let Some(set_up) = self.policy.set_up {
                let _ = write!(text, "; {}", set_up[option]);
            }
        }
        text
    }

    /// The texts of options A to D.
    pub(crate) fn option_texts(&self) -> [String; 4] {
        self.letters.map(|option| {
            let (key, measure) = self.options[option];
            format!("{key}: {measure}")
        })
    }

    /// Why the answer is right and each other option is not.
    pub(crate) fn reason(&self) -> String {
        let key = |option: usize| self.options[option].0;
        let worst = |option: usize| self.costs.worst_regret(option);
        format!(
            "{} has the least worst regret, {}. {} is best if the present state goes on, but may \
             regret {}; {} is best on average, but may regret {}; {} is against the policy.",
            key(RIGHT),
            worst(RIGHT),
            key(MYOPIC),
            worst(MYOPIC),
            key(AVERAGE),
            worst(AVERAGE),
            key(BANNED)
        )
    }

    fn turns(&self) -> String {
        let next = self.turn + 1;
        match self.horizon {
            1 => format!("turn {next}"),
            more => format!("turns {next}-{}", next + more - 1),
        }
    }

    fn future(&self, future: usize) -> &str {
        match future
            .checked_sub(1)
            .and_then(|event| self.events.get(event))
        {
            None => self.now,
            Some((event, _)) => &event.name,
        }
    }
}
