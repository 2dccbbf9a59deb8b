//! The arguments of `edgescore choose`.

use std::path::{Path, PathBuf};

use edgescore_probe::Microseconds;
use edgescore_record::{Order, Plan};
use edgescore_score::race::Goal;
use edgescore_taskpack::Hash;

use crate::failure::Failure;
use crate::quantity::{Positive, Share};
use crate::session::{Board, OperatingPoint, OperatingPoints, RunOptions};

/// Find the most accurate of several models that keeps the limits, without asking all of them
/// everything
///
/// What `plan` says cannot fit leaves at once. The others are asked the same questions in the same
/// random order, a round at a time, which of them first changing from round to round. One leaves
/// as soon as it is certain to be worse than another or to break a limit; the last one is chosen, or
/// the best when no other can be better by --margin. Ctrl-C stops; the same command goes on.
///
/// With several --threads or --max-clock each model races at the operating point that is quickest by
/// its plan; the points of the chosen one are then told apart by the joules of an answer, or its
/// seconds where no meter measures energy.
#[derive(clap::Args)]
pub struct Args {
    /// The models, also several quantisations of one: GGUF files, folders of ONNX Runtime GenAI, and servers
    /// of the OpenAI protocol such as http://127.0.0.1:8080/v1, with the model's name behind a # where they
    /// have several
    #[arg(value_name = "MODEL", required = true)]
    pub models: Vec<PathBuf>,

    /// The task pack
    #[arg(long, value_name = "P.pack")]
    pub pack: Option<PathBuf>,

    /// Mean time of an answer, rests for the power budget included, at most; such as 2s
    #[arg(long, value_name = "T", help_heading = "Limits")]
    latency: Option<Positive<Microseconds>>,

    /// Accuracy, at least
    #[arg(long, value_name = "SHARE", help_heading = "Limits")]
    min_accuracy: Option<Share>,

    /// A difference in accuracy that is not worth more questions
    #[arg(long, value_name = "SHARE", default_value = "0.01")]
    margin: Share,

    /// Probability, at most, that another model beats the chosen one by more than --margin, or that
    /// it breaks a limit
    #[arg(long, value_name = "P", default_value = "0.05", value_parser = error_rate)]
    pub error_rate: f64,

    #[command(flatten)]
    pub options: RunOptions,

    #[command(flatten)]
    points: OperatingPoints,

    #[command(flatten)]
    pub board: Board,

    /// The folder for the results and the state of the race [default: choose-HASH in this folder,
    /// the same for the same models and options]
    #[arg(short, long = "output", value_name = "DIR")]
    pub output: Option<PathBuf>,

    /// Begin again in a folder that holds another race
    #[arg(long)]
    pub force: bool,
}

fn bytes(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |metadata| metadata.len())
}

/// A probability that leaves something to be sure of.
fn error_rate(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(rate) if rate > 0.0 && rate < 0.5 => Ok(rate),
        _ => Err("give a number between 0 and 0.5, such as 0.05".to_owned()),
    }
}

impl Args {
    /// The plan of all legs at `point`, without their paths.
    pub fn plan(&self, point: OperatingPoint) -> Plan<'_> {
        Plan {
            order: Order::Shuffled,
            ..point.put_in(self.options.plan())
        }
    }

    /// The operating points.
    ///
    /// # Errors
    /// One that is named twice.
    pub fn points(&self) -> Result<Vec<OperatingPoint>, Failure> {
        self.points.all()
    }

    /// The error rate that the race has, and that which is left for the operating points.
    pub fn error_rates(&self, points: usize) -> (f64, f64) {
        match points {
            0 | 1 => (self.error_rate, 0.0),
            _ => (self.error_rate / 2.0, self.error_rate / 2.0),
        }
    }

    /// What the race is to find.
    pub fn goal(&self, points: usize) -> Goal {
        let Share(margin) = self.margin;
        let (error_rate, _) = self.error_rates(points);
        Goal {
            error_rate,
            margin,
            min_accuracy: self.min_accuracy.map(|Share(share)| share),
            max_latency_s: self.max_latency_s(),
        }
    }

    /// All that the answers and the choice depend on, as a text.
    pub fn asked_for(&self, models: &[PathBuf], pack: &[u8]) -> String {
        let sizes = models.iter().map(|model| {
            let files = std::fs::read_dir(model).into_iter().flatten().flatten();
            let files: u64 = files.map(|file| bytes(&file.path())).sum();
            format!("{} ({} bytes)", model.display(), bytes(model) + files)
        });
        let models: Vec<String> = sizes.collect();
        format!(
            "{}; pack {}; on {}; {:?}; {:?}; {:?}; {:?}",
            models.join(", "),
            Hash::of(pack),
            self.board.address,
            self.goal(1),
            self.options.prompts(),
            self.plan(OperatingPoint::default()),
            self.points
        )
    }

    /// The limit on the mean time of an answer.
    pub fn max_latency_s(&self) -> Option<f64> {
        self.latency.map(|Positive(time)| time.0 as f64 / 1e6)
    }
}
