//! Asking a board for a list, of which every message brings one item.

use std::time::{Duration, Instant};

use anyhow::anyhow;
use edgescore_record::{Command, Control};

use super::follow::PATIENCE;
use super::line::{Heard, Line};
use crate::failure::Failure;

/// Times that a list is asked for.
const TRIES: u32 = 20;
/// A board that names more items than this says nonsense.
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
/// of what the board says. `takes` is how long the board needs before the first, and `what` the
/// end of a sentence about a board that does not answer.
pub fn list<T>(
    line: &mut Line,
    ask: &Command,
    takes: Duration,
    what: &str,
    mut read: impl FnMut(&Control) -> Result<Option<Item<T>>, Failure>,
) -> Result<Vec<T>, Failure> {
    let (can_reconnect, answer) = (line.can_reconnect(), line.pace().answer);
    let mut found: Vec<Option<T>> = Vec::new();
    for _ in 0..TRIES {
        // What cannot be said is heard of as a hang-up.
        let _ = line.say(ask);
        let takes = if found.is_empty() {
            takes
        } else {
            Duration::ZERO
        };
        let mut until = Instant::now() + takes + answer;
        loop {
            match line.hear(until.saturating_duration_since(Instant::now()))? {
                Heard::Control(control) => {
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
                Heard::HungUp(why) if can_reconnect => {
                    line.reconnect(&why, PATIENCE)?;
                    // Another process may make another list.
                    found.clear();
                    break;
                }
                Heard::HungUp(why) => return Err(Failure::Board(anyhow!("{why}"))),
                Heard::Nothing => break,
                _ => {}
            }
        }
    }
    Err(Failure::Board(anyhow!(
        "{} does not say {what}: try again",
        line.spec()
    )))
}
