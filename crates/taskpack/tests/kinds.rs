//! Packs of version 2: questions of every kind, and the words around them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use edgescore_taskpack::*;

fn question(kind: DraftKind) -> DraftQuestion {
    DraftQuestion {
        episode: None,
        task: 0,
        text: "q".into(),
        instruction: None,
        reason: String::new(),
        kind,
    }
}

fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|text| (*text).to_owned()).collect()
}

/// One question of each kind.
fn draft() -> Draft {
    let functions = texts(&["{\"name\": \"f\"}", "{\"name\": \"g\"}"]);
    let step = |calls: &str, result: &str| DraftStep {
        calls: calls.into(),
        result: result.into(),
    };
    Draft {
        name: "p".into(),
        instruction: "ins".into(),
        frame: texts(&["{episode}", "Q: {question}", "{options}", "{instruction}"]),
        tasks: vec![DraftTask {
            id: "T".into(),
            ..DraftTask::default()
        }],
        questions: vec![
            question(DraftKind::choice(["x", "y"], Letter::B)),
            question(DraftKind::Number {
                value: 2.5,
                tolerance: Tolerance::Relative(0.01),
                unit: "ms".into(),
            }),
            question(DraftKind::Text {
                matching: Matching::Normalised,
                accepted: texts(&["URLLC", "slice 2"]),
            }),
            question(DraftKind::Tool {
                functions: functions.clone(),
                calls: "[{\"name\": \"f\"}]".into(),
            }),
            question(DraftKind::Turns {
                functions,
                steps: vec![step("[{\"name\": \"f\"}]", "{\"load\": 3}"), step("[]", "")],
            }),
        ],
        ..Draft::default()
    }
}

fn message(question: &Question) -> String {
    let mut out = String::new();
    let ends = question
        .write_user_message(Layout::SharedPrefix, Rotation::new(1), &mut out)
        .unwrap();
    assert!(ends.episode <= ends.question && ends.question <= out.len());
    out
}

/// A change here is a change of the format.
#[test]
fn frozen_bytes() {
    let mut one = draft();
    one.questions.truncate(2);
    let bytes = one.to_bytes().unwrap();
    let mut content: Vec<u8> = vec![18, 0, 0, 0];
    // Four blocks of the frame, texts 6 to 9; name, origin, system, instruction.
    let texts = [
        "T",
        "",
        "q",
        "x",
        "y",
        "ms",
        "{episode}",
        "Q: {question}",
        "{options}",
        "{instruction}",
        "p",
        "ins",
    ];
    content.extend([4, 6, 7, 8, 9, 10, 1, 1, 11]);
    // Sections: 12 strings, one task, no episode, two questions.
    let bytes_of_texts: usize = texts.iter().map(|text| text.len()).sum();
    content.extend([12, bytes_of_texts as u8, 1, 5, 0, 0, 2, 36]);
    content[0] = content.len() as u8 - 4;
    let mut offset = 0u32;
    content.extend(0u32.to_le_bytes());
    for text in texts {
        offset += text.len() as u32;
        content.extend(offset.to_le_bytes());
    }
    for text in texts {
        content.extend(text.as_bytes());
    }
    content.extend([0, 0, 0, 0, 5, 0, 0, 0, /* task */ 0, 1, 1, 1, 0]);
    content.extend([0, 0, 0, 0]);
    content.extend([0, 0, 0, 0, 12, 0, 0, 0, 36, 0, 0, 0]);
    // No episode, task 0, its text, the header's instruction, no reason: a choice, B of two options
    // without faults.
    content.extend([0, 0, 2, 0, 1, 0, 1, 2, 3, 0, 4, 0]);
    // A number: 2.5, relative, 0.01, ms.
    content.extend([0, 0, 2, 0, 1, 1]);
    content.extend(2.5f64.to_le_bytes());
    content.push(1);
    content.extend(0.01f64.to_le_bytes());
    content.extend([5]);
    let mut expected = b"EDGEPACK\x02\x00".to_vec();
    expected.extend(Hash::of(&content).0);
    expected.extend(content);
    assert_eq!(bytes, expected);
}

#[test]
fn every_kind_is_read_back() {
    let bytes = draft().to_bytes().unwrap();
    let pack = Pack::open(&bytes).unwrap();
    pack.verify().unwrap();
    assert_eq!(pack.version(), 2);
    let kinds: Vec<Kind> = (0..5).map(|at| pack.question(at).unwrap().kind).collect();
    assert!(matches!(&kinds[0], Kind::Choice(choice) if choice.count() == 2));
    let number = Number {
        value: 2.5,
        tolerance: Tolerance::Relative(0.01),
        unit: "ms",
    };
    assert_eq!(kinds[1], Kind::Number(number));
    assert!(matches!(&kinds[2], Kind::Text(text) if text.accepted == ["URLLC", "slice 2"]));
    assert!(matches!(&kinds[3], Kind::Tool(tool) if tool.functions.len() == 2));
    let Kind::Turns(turns) = &kinds[4] else {
        panic!("{kinds:?}");
    };
    assert_eq!(turns.steps[0].result, "{\"load\": 3}");
    assert_eq!(turns.steps[1].calls, "[]");
    let options: Vec<u8> = (0..5).map(|at| pack.options_of(at).unwrap()).collect();
    assert_eq!(options, [2, 0, 0, 0, 0]);
}

/// Blocks with nothing in them carry no words: a question of one's own has no episode.
#[test]
fn blocks_without_content_are_left_out() {
    let mut draft = draft();
    draft.episodes = vec![DraftEpisode {
        id: "e".into(),
        summary: "sum".into(),
    }];
    draft.questions[1].episode = Some(0);
    draft.questions[1].instruction = Some("a number".into());
    let bytes = draft.to_bytes().unwrap();
    let pack = Pack::open(&bytes).unwrap();
    let said = |at| message(&pack.question(at).unwrap());
    assert_eq!(said(0), "Q: q\n\nA: y\nB: x\n\nins");
    assert_eq!(said(1), "sum\n\nQ: q\n\na number");
    assert_eq!(said(2), "Q: q\n\nins");
}

#[test]
fn what_a_question_says_is_no_slot() {
    let mut draft = draft();
    draft.questions[0].text = "is {options} {episode} a slot? {".into();
    draft.frame[1] = "{ {question} {other}".into();
    let bytes = draft.to_bytes().unwrap();
    let question = Pack::open(&bytes).unwrap().question(0).unwrap();
    let said = message(&question);
    assert!(
        said.starts_with("{ is {options} {episode} a slot? { {other}\n\nA: y"),
        "{said}"
    );
}

#[test]
fn a_draft_that_breaks_a_rule_names_it() {
    let broken = |change: &dyn Fn(&mut Draft)| {
        let mut draft = draft();
        change(&mut draft);
        draft.to_bytes().unwrap_err()
    };
    let kind =
        |at: usize, kind: DraftKind| broken(&|draft| draft.questions[at].kind = kind.clone());
    let choice = |count: usize, key| DraftKind::choice(vec!["o"; count], key);
    assert_eq!(kind(0, choice(1, Letter::A)), DraftError::Options(0, 1));
    assert_eq!(kind(0, choice(11, Letter::A)), DraftError::Options(0, 11));
    assert_eq!(
        kind(0, choice(3, Letter::D)),
        DraftError::NoSuchOption(0, Letter::D)
    );
    let number = |value, by| DraftKind::Number {
        value,
        tolerance: Tolerance::Absolute(by),
        unit: String::new(),
    };
    assert_eq!(kind(1, number(f64::NAN, 0.0)), DraftError::NotANumber(1));
    assert_eq!(kind(1, number(1.0, -1.0)), DraftError::NotANumber(1));
    let text = DraftKind::Text {
        matching: Matching::Exact,
        accepted: Vec::new(),
    };
    assert_eq!(
        kind(2, text),
        DraftError::Count(2, "accepted answers", 0, MAX_ACCEPTED)
    );
    let tool = DraftKind::Tool {
        functions: vec!["{}".into(); 33],
        calls: "[]".into(),
    };
    assert_eq!(kind(3, tool), DraftError::Count(3, "functions", 33, 32));
    let turns = DraftKind::Turns {
        functions: vec!["{}".into()],
        steps: Vec::new(),
    };
    assert_eq!(kind(4, turns), DraftError::Count(4, "steps", 0, 8));
    let slots = |blocks: &[&str]| broken(&|draft| draft.frame = texts(blocks));
    assert_eq!(slots(&["{options}"]), DraftError::NoSlot("{question}"));
    assert_eq!(slots(&["{question}"]), DraftError::NoSlot("{options}"));
    assert_eq!(slots(&["{question}"; 9]), DraftError::Blocks(9));
}

#[test]
fn a_pack_cut_or_flipped_never_panics() {
    let bytes = draft().to_bytes().unwrap();
    for cut in 0..bytes.len() {
        assert!(Pack::open(&bytes[..cut]).is_err());
    }
    for at in 0..bytes.len() {
        for flip in [1, 0x40, 0xff] {
            let mut bytes = bytes.clone();
            bytes[at] ^= flip;
            let Ok(pack) = Pack::open(&bytes) else {
                continue;
            };
            assert!(pack.verify().is_err());
            for index in 0..pack.question_count().min(9) {
                if let Ok(question) = pack.question(index) {
                    message(&question);
                }
            }
        }
    }
}
