//! Helpers shared by the end-to-end tests. Every test drives the built programs in a folder of
//! its own, with a cache of its own, and leaves nothing behind.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails by a panic"
)]

mod dice;
mod each;
mod fake_server;
mod line;
mod llama_server;
mod process;
mod proxy;
mod rows;
mod sandbox;
mod shared;
mod split;
mod sshd;
mod tasks;
mod templates;
mod terminal;
mod tmpfs;

pub use dice::Dice;
pub use each::each;
pub use fake_server::{Behaviour, FakeServer};
pub use line::SerialLine;
pub use llama_server::{LlamaServer, llama_server};
pub use process::{Busy, Running, fresh_cgroup, ignores, is_gone, wait_until};
pub use proxy::Proxy;
pub use rows::Rows;
pub use sandbox::{Outcome, Sandbox, copy_folder};
pub use shared::{IMPORT, SIX_G_BENCH, with_shared};
pub use split::{aligned, split_in_two};
pub use sshd::{Sshd, free_port};
pub use tasks::SmallTasks;
pub use templates::with_templates;
pub use terminal::Terminal;
pub use tmpfs::Tmpfs;
