//! Task packs: no bytes make the reader panic, and what a verified pack holds can all be read.

use edgescore_taskpack::{Hash, Kind, Layout, Pack, Rotation};

/// Where the version, the hash, and what is hashed begin (docs/FORMATS.md).
const VERSION: usize = 8;
const HASH: usize = 10;
const CONTENT: usize = 42;

/// Takes an input.
pub fn run(bytes: &[u8]) {
    read(bytes);
    if bytes.len() < CONTENT {
        return;
    }
    // No mutation keeps the hash, so that with it nothing behind it would be reached.
    let mut pack = bytes.to_vec();
    let hash = Hash::of(&pack[CONTENT..]);
    pack[HASH..CONTENT].copy_from_slice(&hash.0);
    for version in [1, 2] {
        pack[VERSION..HASH].copy_from_slice(&u16::to_le_bytes(version));
        read(&pack);
    }
}

fn read(bytes: &[u8]) {
    let pack = match Pack::open(bytes) {
        Ok(pack) => pack,
        Err(why) => return assert!(!why.to_string().is_empty()),
    };
    let verified = pack.verify();
    if let Err(why) = &verified {
        assert!(!why.to_string().is_empty());
    }
    for index in 0..pack.task_count() {
        assert!(pack.task(index).is_ok() || verified.is_err());
    }
    for index in 0..pack.episode_count() {
        assert!(pack.episode(index).is_ok() || verified.is_err());
    }
    // A text may be in many questions: a few messages are enough.
    let mut messages = 16;
    for index in 0..pack.question_count() {
        let _ = (
            pack.options_of(index),
            pack.steps_of(index),
            pack.task_of(index),
        );
        let _ = (pack.prompts_of(index, true), pack.prompts_of(index, false));
        let Ok(question) = pack.question(index) else {
            assert!(verified.is_err());
            continue;
        };
        if messages == 0 {
            continue;
        }
        messages -= 1;
        for layout in [Layout::Reference, Layout::SharedPrefix] {
            let mut message = String::new();
            let ends = question.write_user_message(layout, Rotation::new(1), &mut message);
            let ends = ends.unwrap_or_default();
            assert!(ends.episode <= message.len() && ends.question <= message.len());
            assert!(
                message.is_char_boundary(ends.episode) && message.is_char_boundary(ends.question)
            );
        }
        if let Kind::Choice(choice) = &question.kind {
            for rotation in Rotation::all(choice.count()) {
                let shown = choice.shown_key(rotation);
                assert_eq!(rotation.original(shown, choice.count()), choice.key);
            }
        }
    }
    assert!(pack.question(pack.question_count()).is_err());
}
