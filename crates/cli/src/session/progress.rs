//! Progress of a run: a bar on a terminal, a line a task elsewhere.

use std::io::IsTerminal;
use std::time::Duration;

use edgescore_record::Record;
use edgescore_summary::{about_origin, rules};
use indicatif::{ProgressBar, ProgressStyle};

/// Shows a run as its rows come in.
pub struct Progress {
    bar: Option<ProgressBar>,
    tasks: Vec<Task>,
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
    /// A bar if standard error is a terminal.
    pub fn new() -> Progress {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new_spinner().with_message("starting edgescore-rt");
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        });
        Progress {
            bar,
            tasks: Vec::new(),
            asked: 0,
            answered: 0,
            correct: 0,
        }
    }

    /// Takes a record.
    pub fn take(&mut self, record: &Record) {
        match record {
            Record::SessionStart(start) => {
                if let Some(bar) = &self.bar {
                    bar.set_length(u64::from(start.asks));
                    bar.set_message(format!("loading {}", start.model_file));
                }
            }
            Record::Task(task) => self.tasks.push(Task {
                title: format!("{} {}", task.id, task.name),
                planned: task.asks,
                asked: 0,
                correct: 0,
                microseconds: 0,
            }),
            Record::ModelLoaded(loaded) => {
                if let Some(bar) = &self.bar {
                    // The template is a constant; a typing error in it shows at once.
                    if let Ok(style) = ProgressStyle::with_template(
                        "{bar:30} {pos}/{len}  {msg}  {elapsed} gone, {eta} to go",
                    ) {
                        bar.set_style(style);
                    }
                    bar.reset_eta();
                    bar.reset_elapsed();
                }
                if let Some(about) = about_origin(loaded.origin) {
                    self.print(about);
                }
            }
            Record::Question(question) => {
                let correct = question.answer.is_correct();
                self.answered += 1;
                self.correct += u32::from(correct);
                self.count(question.task, correct, rules::answer_time(question).0);
            }
            Record::Skipped(skipped) => self.count(skipped.task, false, 0),
            _ => {}
        }
    }

    fn count(&mut self, task: u32, correct: bool, microseconds: u64) {
        self.asked += 1;
        if let Some(bar) = &self.bar {
            bar.set_position(self.asked);
            if self.answered > 0 {
                let accuracy = 100.0 * f64::from(self.correct) / f64::from(self.answered);
                bar.set_message(format!("accuracy {accuracy:.1} %"));
            }
        }
        let Some(task) = self.tasks.get_mut(task as usize) else {
            return;
        };
        task.asked += 1;
        task.correct += u32::from(correct);
        task.microseconds += microseconds;
        if self.bar.is_none() && task.asked == task.planned {
            let seconds = task.microseconds as f64 / 1e6 / f64::from(task.asked);
            eprintln!(
                "{}: {} of {} correct, {seconds:.3} s a question",
                task.title, task.correct, task.asked
            );
        }
    }

    /// Prints a line without disturbing the bar.
    pub fn print(&self, line: &str) {
        self.printer()(line);
    }

    /// [`Progress::print`] for another thread.
    pub fn printer(&self) -> impl Fn(&str) + Send + Sync + use<> {
        let bar = self.bar.clone();
        move |line| match &bar {
            Some(bar) => bar.println(line),
            None => eprintln!("{line}"),
        }
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
