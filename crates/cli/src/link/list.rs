//! Asking a board for a list, of which every message brings one item.

use std::time::{Duration, Instant};

use anyhow::anyhow;
use edgescore_record::{Command, Control};

use super::connection::{Connection, Event};
use super::pace::PATIENCE;
use crate::failure::Failure;

/// Times that a list is asked for.
const TRIES: u32 = 20;
/// A message that names more items than this is nonsense.
const MOST: u32 = 100_000;

/// An item and its place.
pub struct Item<T> {
    /// Its place in the list.
    pub index: u32,
    /// Length of the list; when it is 0 there is no item.
    pub of: u32,
    /// The item.
    pub item: T,
}

/// Asks until every item of the list is there: each once, in its place. `read` takes the items out
/// of the board's messages. `takes` is how long the board needs before the first, and `what` names
/// the list in an error message.
pub fn list<T>(
    connection: &mut Connection,
    ask: &Command,
    takes: Duration,
    what: &str,
    mut read: impl FnMut(&Control) -> Result<Option<Item<T>>, Failure>,
) -> Result<Vec<T>, Failure> {
    let (can_reconnect, answer) = (connection.can_reconnect(), connection.pace().answer);
    let mut found: Vec<Option<T>> = Vec::new();
    for _ in 0..TRIES {
        // What cannot be sent is received as a disconnection.
        let _ = connection.send(ask);
        let takes = if found.is_empty() {
            takes
        } else {
            Duration::ZERO
        };
        let mut until = Instant::now() + takes + answer;
        loop {
            match connection.receive(until.saturating_duration_since(Instant::now()))? {
                Event::Control(control) => {
                    let Some(Item { index, of, item }) = read(&control)? else {
                        continue;
                    };
                    if of > MOST {
                        continue;
                    }
                    found.resize_with(of as usize, || None);
                    if let Some(slot) = found.get_mut(index as usize) {
                        *slot = Some(item);
                    }
                    if found.iter().all(Option::is_some) {
                        return Ok(found.into_iter().flatten().collect());
                    }
                    until = Instant::now() + answer;
                }
                Event::Disconnected(why) if can_reconnect => {
                    connection.reconnect(&why, PATIENCE)?;
                    // Another process may make another list.
                    found.clear();
                    break;
                }
                Event::Disconnected(why) => return Err(Failure::Board(anyhow!("{why}"))),
                Event::Timeout => break,
                _ => {}
            }
        }
    }
    Err(Failure::Board(anyhow!(
        "{} did not send {what}: try again",
        connection.address()
    )))
}
