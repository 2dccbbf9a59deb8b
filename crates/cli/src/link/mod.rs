//! The link to a board: one kind of bytes over four cables.
//!
//! A [`Spec`] says which cable; a [`Line`] is the open one, with commands going out and rows
//! and messages coming in. [`send`] brings a file over, [`follow`] collects the rows of a run,
//! [`mod@list`] what a board has in several messages. All go on when the cable was cut, and all
//! live with bytes that are lost, changed or doubled.

mod child;
mod follow;
mod inbox;
mod line;
mod list;
mod process;
mod progress;
mod reach;
mod send;
mod serial;
mod spec;
mod ssh;

pub use follow::{Finish, Follow, Stops, Want};
pub use line::{Line, Options, Waker};
pub use list::{Item, list};
pub use reach::Reach;
pub use send::{find_or_send, refused};
pub use spec::Spec;
