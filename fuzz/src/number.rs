//! Numbers in answers: no text makes the reader panic, and a number that it finds is finite and itself right.

use edgescore_judge::number;
use edgescore_taskpack::{Number, Tolerance};

/// Takes an input.
pub fn run(text: &str) {
    // The first line as the unit that is asked for.
    let (unit, answer) = crate::first_line(text);
    for unit in [unit, "", "ms", "Mbit/s", "dB", "%"] {
        for answer in [answer, text] {
            let Some(value) = number::read(answer, unit) else {
                continue;
            };
            assert!(value.is_finite());
            for tolerance in [Tolerance::Absolute(0.0), Tolerance::Relative(0.01)] {
                let number = Number {
                    value,
                    tolerance,
                    unit,
                };
                assert!(number::is_right(value, &number));
            }
        }
    }
}
