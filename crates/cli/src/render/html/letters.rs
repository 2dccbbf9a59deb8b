//! Bars of the letters of the answer key and of those that the model chose.

use edgescore_score::LetterBias;
use edgescore_taskpack::Letter;

use super::scale::places;

/// A bar in a plot 170 px high whose base is at 150.
pub struct Bar {
    /// `key` or `choice`.
    pub class: &'static str,
    /// The letter.
    pub letter: Letter,
    /// How often.
    pub count: u32,
    /// Left edge in percent of the width.
    pub x: f64,
    /// Its width in percent of all.
    pub width: f64,
    /// Its middle.
    pub middle: f64,
    /// The middle between it and the next one.
    pub between: f64,
    /// Top in px.
    pub y: f64,
    /// Height in px.
    pub height: f64,
}

/// Two bars a letter, the highest 110 px.
pub fn bars(bias: &LetterBias) -> Vec<Bar> {
    let counts = || bias.key.iter().copied().zip(bias.chosen.iter().copied());
    let room = 100.0 / bias.key.len().max(1) as f64;
    // Two bars and a gap.
    let width = 0.36 * room;
    let most = counts().flat_map(|(a, b)| [a, b]).max().unwrap_or(0).max(1);
    let bar = |class, letter: Letter, count: u32, x: f64| {
        let height = (110.0 * f64::from(count) / f64::from(most)).round();
        Bar {
            class,
            letter,
            count,
            x: places(x),
            width: places(width),
            middle: places(x + width / 2.0),
            between: places(x + 1.055 * width),
            y: 150.0 - height,
            height,
        }
    };
    Letter::ALL
        .into_iter()
        .zip(counts())
        .flat_map(|(letter, (key, choice))| {
            let left = room * (letter.index() as f64 + 0.12);
            [
                bar("key", letter, key, left),
                bar("choice", letter, choice, left + 1.11 * width),
            ]
        })
        .collect()
}
