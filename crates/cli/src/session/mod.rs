//! A board session: what the host does with a board from connect to close, and what it needs for
//! that.

mod board;
mod board_session;
mod budgets;
pub mod choices;
mod early_stop;
mod inputs;
mod interrupts;
mod models;
mod operating_point;
mod progress;
mod recorder;
mod run_options;
mod served;
mod unfinished;

pub use board::{Board, Reach};
pub use board_session::BoardSession;
pub use early_stop::{EarlyStop, Goal};
pub use inputs::Inputs;
pub use interrupts::interrupted;
pub use models::{Models, OneModel};
pub use operating_point::{OperatingPoint, OperatingPoints};
pub use progress::Progress;
pub use recorder::Recorder;
pub use run_options::RunOptions;
pub use served::{EngineArgs, ModelKind, Server, model_path, stem};
pub use unfinished::Unfinished;
