//! Import of CSV and JSON: no file makes it panic, and what is taken of it becomes a pack that can be read.

use edgescore_taskgen::own::{Asks, Common, Form, Wanted, read};
use edgescore_taskpack::Pack;

/// Takes an input.
pub fn run(bytes: &[u8]) {
    let Some((how, file)) = bytes.split_first() else {
        return;
    };
    let wanted = Wanted {
        form: match how % 4 {
            0 => Form::Json,
            1 => Form::Csv(Some(b';')),
            _ => Form::Csv(None),
        },
        map: Vec::new(),
        asks: match how / 4 % 5 {
            0 => Some(Asks::Choice),
            1 => Some(Asks::Number),
            2 => Some(Asks::Text),
            3 => Some(Asks::Tool),
            _ => None,
        },
        base: None,
        functions: Vec::new(),
        common: Common::default(),
    };
    let mut notes = Vec::new();
    match read(file, &wanted, &mut notes) {
        Err(error) => assert!(!error.to_string().is_empty()),
        Ok(import) => {
            assert!(!import.bad.iter().any(|row| row.reason.is_empty()));
            if let Ok(pack) = import.draft.to_bytes() {
                let pack = Pack::open(&pack).unwrap();
                assert_eq!(pack.question_count() as usize, import.draft.questions.len());
            }
        }
    }
}
