//! The host link: one kind of bytes over four transports.
//!
//! A [`BoardAddress`] says which board over which transport; a [`Connection`] is the open one:
//! commands are sent, rows and messages are received. [`find_or_send`] copies a file to the board,
//! a [`RunFollower`] collects the rows of a run, [`list()`] what a board has in several messages.
//! All continue after a disconnection, and with bytes that are lost, changed or doubled.

mod address;
mod capture;
mod child;
mod connection;
mod follower;
mod list;
mod log;
mod mangled;
mod options;
mod pace;
mod process;
mod reader;
mod refusal;
mod reorder;
mod row;
mod runtime;
mod send;
mod serial;
mod ssh;
mod stop_requests;
mod transfer;
mod transport;
mod unrecognized;

pub use address::BoardAddress;
pub use connection::Connection;
pub use follower::{Finish, RunFollower, Want};
pub use list::{Item, list};
pub use options::ConnectOptions;
pub use reader::Waker;
pub use refusal::refused;
pub use row::Row;
pub use runtime::beside_this_program;
pub use send::find_or_send;
pub use stop_requests::StopRequests;
