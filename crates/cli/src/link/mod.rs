//! The link to a board: one kind of bytes over four cables.
//!
//! A [`Spec`] says which cable; a [`Line`] is the open one, with commands going out and rows
//! and messages coming in. [`send`] brings a file over, [`follow`] collects the rows of a run.
//! Both go on where they were when the cable was cut, and both live with bytes that are lost,
//! changed or doubled.

mod child;
mod follow;
mod inbox;
mod line;
mod process;
mod progress;
mod send;
mod serial;
mod spec;
mod ssh;

pub use follow::{Finish, Follow, Stops, Want};
pub use line::{Heard, Line, Options, Waker};
pub use send::find_or_send;
pub use spec::Spec;
