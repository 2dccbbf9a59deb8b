//! Bars of the letters of the answer key and of those that the model chose.

use edgescore_score::LetterBias;
use edgescore_taskpack::Letter;

/// A bar in a plot 170 px high whose base is at 150.
pub struct Bar {
    /// `key` or `choice`.
    pub class: &'static str,
    /// The letter.
    pub letter: Letter,
    /// How often.
    pub count: u32,
    /// Left edge in percent of the width; a bar is 9 % wide.
    pub x: f64,
    /// Its middle.
    pub middle: f64,
    /// Top in px.
    pub y: f64,
    /// Height in px.
    pub height: f64,
}

/// Two bars a letter, the highest 110 px.
pub fn bars(bias: &LetterBias) -> Vec<Bar> {
    let counts = || bias.key.into_iter().zip(bias.chosen);
    let most = counts().flat_map(|(a, b)| [a, b]).max().unwrap_or(0).max(1);
    let bar = |class, letter: Letter, count: u32, x: f64| {
        let height = (110.0 * f64::from(count) / f64::from(most)).round();
        Bar {
            class,
            letter,
            count,
            x,
            middle: x + 4.5,
            y: 150.0 - height,
            height,
        }
    };
    Letter::ALL
        .into_iter()
        .zip(counts())
        .flat_map(|(letter, (key, choice))| {
            let left = 25.0 * letter.index() as f64 + 3.0;
            [
                bar("key", letter, key, left),
                bar("choice", letter, choice, left + 10.0),
            ]
        })
        .collect()
}
