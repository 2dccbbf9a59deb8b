//! Progress of a run: a bar on a terminal, a line a task elsewhere.

use std::time::Duration;

use edgescore_probe::Microseconds;
use edgescore_record::{Record, Timed};
use edgescore_summary::{about_origin, rules};
use indicatif::{ProgressBar, ProgressStyle};

use crate::{bars, verbosity};

/// Shows a run as its rows come in.
pub struct Progress {
    bar: Option<ProgressBar>,
    /// Whether the run is a leg: it then takes one line in all.
    is_leg: bool,
    model: String,
    tasks: Vec<Task>,
    /// For how long questions are asked again and again, if they are.
    load: Option<Microseconds>,
    /// Whole minutes of it that were told.
    told: u64,
    asked: u64,
    answered: u32,
    correct: u32,
}

struct Task {
    title: String,
    planned: u32,
    asked: u32,
    correct: u32,
    microseconds: u64,
}

impl Progress {
    /// A bar if standard error is a terminal. It is taken away when this is dropped.
    pub fn new() -> Progress {
        let bar = ProgressBar::new_spinner().with_message("starting edgescore-rt");
        let bar = bars::show(bar);
        if let Some(bar) = &bar {
            bar.enable_steady_tick(Duration::from_millis(200));
        }
        Progress {
            bar,
            is_leg: false,
            model: String::new(),
            tasks: Vec::new(),
            load: None,
            told: 0,
            asked: 0,
            answered: 0,
            correct: 0,
        }
    }

    /// Takes a record.
    pub fn take(&mut self, record: &Record) {
        match record {
            Record::SessionStart(start) => {
                self.model = rules::model_name(start.model_file).to_owned();
                if let Some(bar) = &self.bar {
                    bar.set_length(u64::from(start.asks));
                    bar.set_message(format!("loading {}", start.model_file));
                }
            }
            Record::Leg(_) => self.is_leg = true,
            Record::Task(task) => self.tasks.push(Task {
                // A task of own questions has one name for both.
                title: match task.id == task.name {
                    true => task.id.to_owned(),
                    false => format!("{} {}", task.id, task.name),
                },
                planned: task.asks,
                asked: 0,
                correct: 0,
                microseconds: 0,
            }),
            Record::Server(server) => {
                self.model = rules::served_name(server.model).to_owned();
                self.begin();
            }
            Record::ModelLoaded(loaded) => {
                self.begin();
                if let Some(about) =
                    about_origin(loaded.origin).filter(|_| !self.is_leg && !verbosity::is_quiet())
                {
                    bars::say(about);
                }
            }
            Record::Question(question) => {
                let correct = question.answer.is_correct();
                self.answered += 1;
                self.correct += u32::from(correct);
                self.count(question.task, correct, rules::answer_time(question).0);
            }
            Record::Skipped(skipped) => self.count(skipped.task, false, 0),
            Record::SustainedLoad(load) => self.load = Some(load.length),
            Record::Timed(timed) if timed.pass > 1 => self.repeated(timed),
            Record::Verdict(_) => self.end_leg(),
            _ => {}
        }
    }

    /// The first question comes next.
    fn begin(&self) {
        let Some(bar) = &self.bar else { return };
        // The template is a constant; a typing error in it shows at once.
        if let Ok(style) =
            ProgressStyle::with_template("{bar:30} {pos}/{len}  {msg}  {elapsed} gone, {eta} to go")
        {
            bar.set_style(style);
        }
        bar.reset_eta();
        bar.reset_elapsed();
    }

    fn count(&mut self, task: u32, correct: bool, microseconds: u64) {
        self.asked += 1;
        if let Some(bar) = &self.bar {
            bar.set_position(self.asked);
            if self.answered > 0 {
                let accuracy = 100.0 * f64::from(self.correct) / f64::from(self.answered);
                let of = match self.is_leg {
                    true => format!("{} ", self.model),
                    false => String::new(),
                };
                bar.set_message(format!("{of}accuracy {accuracy:.1} %"));
            }
        }
        let Some(task) = self.tasks.get_mut(task as usize) else {
            return;
        };
        task.asked += 1;
        task.correct += u32::from(correct);
        task.microseconds += microseconds;
        let is_told = self.bar.is_none() && !self.is_leg && !verbosity::is_quiet();
        if is_told && task.asked == task.planned {
            let seconds = task.microseconds as f64 / 1e6 / f64::from(task.asked);
            crate::screen::say(&format!(
                "{}: {} of {} correct, {seconds:.3} s a question",
                task.title, task.correct, task.asked
            ));
        }
    }

    /// An answer of a later pass: a line a minute, and on a terminal the time.
    fn repeated(&mut self, timed: &Timed) {
        let length = self.load.unwrap_or_default();
        let minutes = timed.at.0 / 60_000_000;
        let text = format!(
            "pass {}, {:.3} s a question",
            timed.pass,
            timed.time.0 as f64 / 1e6
        );
        if let Some(bar) = &self.bar {
            bar.set_length(length.0 / 1_000_000);
            bar.set_position(timed.at.0 / 1_000_000);
            bar.set_message(format!("seconds of load, {text}"));
        } else if minutes > self.told && !verbosity::is_quiet() {
            crate::screen::say(&format!(
                "minute {minutes} of {:.1}: {text}",
                length.0 as f64 / 6e7
            ));
        }
        self.told = minutes;
    }

    fn end_leg(&self) {
        if !self.is_leg || verbosity::is_quiet() {
            return;
        }
        let microseconds: u64 = self.tasks.iter().map(|task| task.microseconds).sum();
        let seconds = microseconds as f64 / 1e6 / f64::from(self.answered.max(1));
        bars::say(&format!(
            "  {}: {} of {} right, {seconds:.3} s a question",
            self.model, self.correct, self.asked
        ));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
