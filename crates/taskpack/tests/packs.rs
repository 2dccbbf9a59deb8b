//! Packs: written and read back, cut, damaged, from another version; and their frozen bytes.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use edgescore_taskpack::*;
use proptest::prelude::*;

fn draft() -> Draft {
    Draft {
        name: "p".into(),
        origin: "o".into(),
        system: "sys".into(),
        instruction: "ins".into(),
        tasks: vec![DraftTask {
            id: "T1".into(),
            name: "Name".into(),
            group: "G1".into(),
            definition: "def".into(),
            pass_at_k: true,
        }],
        episodes: vec![DraftEpisode {
            id: "e".into(),
            summary: "sum".into(),
        }],
        questions: vec![DraftQuestion {
            episode: Some(0),
            task: 0,
            text: "q".into(),
            instruction: None,
            reason: String::new(),
            kind: choice(
                ["w", "x", "y", "z"].map(String::from),
                Letter::C,
                [
                    Some(Fault::Myopic),
                    Some(Fault::AverageCase),
                    None,
                    Some(Fault::PolicyBlind),
                ],
            ),
        }],
        frame: Vec::new(),
    }
}

fn choice<const N: usize>(
    texts: [String; N],
    key: Letter,
    faults: [Option<Fault>; N],
) -> DraftKind {
    let options = texts.into_iter().zip(faults);
    DraftKind::Choice {
        key,
        options: options
            .map(|(text, fault)| DraftOption { text, fault })
            .collect(),
    }
}

fn options(question: &mut DraftQuestion) -> &mut Vec<DraftOption> {
    match &mut question.kind {
        DraftKind::Choice { options, .. } => options,
        other => panic!("{other:?}"),
    }
}

fn laid_out(question: &Question, layout: Layout, rotation: Rotation) -> String {
    let mut out = String::new();
    question
        .write_user_message(layout, rotation, &mut out)
        .unwrap();
    out
}

fn message(question: &Question, rotation: Rotation) -> String {
    laid_out(question, Layout::Reference, rotation)
}

/// A change here is a change of the format: raise `CURRENT_VERSION` and say in
/// docs/FORMATS.md how old packs are read.
#[test]
fn frozen_bytes() {
    let bytes = draft().to_bytes().unwrap();
    let mut expected = b"EDGEPACK\x01\x00".to_vec();
    let content: &[u8] = &[
        &[12, 0, 0, 0][..],
        // name, origin, system, instruction: texts 12 to 15.
        &[12, 13, 14, 15],
        // Sections: 16 strings in 28 bytes, one task in 5, one episode in 2, one question in 16.
        &[16, 28, 1, 5, 1, 2, 1, 16],
    ]
    .concat();
    let mut offset = 0u32;
    let texts = [
        "T1", "Name", "G1", "def", "e", "sum", "q", "w", "x", "y", "z", "", "p", "o", "sys", "ins",
    ];
    let mut content = content.to_vec();
    content.extend(0u32.to_le_bytes());
    for text in texts {
        offset += text.len() as u32;
        content.extend(offset.to_le_bytes());
    }
    for text in texts {
        content.extend(text.as_bytes());
    }
    content.extend([0, 0, 0, 0, 5, 0, 0, 0, /* task */ 0, 1, 2, 3, 1]);
    content.extend([0, 0, 0, 0, 2, 0, 0, 0, /* episode */ 4, 5]);
    content.extend([0, 0, 0, 0, 16, 0, 0, 0]);
    // Question: episode 0, task 0, answer C, its text, options, reason.
    content.extend([0, 0, 2, 6, 7, 8, 9, 10, 11]);
    // Faults: myopic, average-case, none, policy-blind.
    content.extend([1, 0, 1, 1, 0, 1, 2]);
    expected.extend(Hash::of(&content).0);
    expected.extend(content);
    assert_eq!(bytes, expected);
}

#[test]
fn reads_back_what_was_written() {
    let bytes = draft().to_bytes().unwrap();
    let pack = Pack::open(&bytes).unwrap();
    pack.verify().unwrap();
    assert_eq!((pack.name(), pack.origin()), ("p", "o"));
    assert_eq!((pack.system(), pack.instruction()), ("sys", "ins"));
    let question = pack.question(0).unwrap();
    assert_eq!(question.task.id, "T1");
    assert!(question.task.pass_at_k);
    assert_eq!(question.episode.unwrap().summary, "sum");
    let choice = question.choice().unwrap();
    let texts = choice.options.iter().map(|option| option.text);
    assert!(texts.eq(["w", "x", "y", "z"]));
    assert_eq!(choice.key, Letter::C);
    assert_eq!(
        pack.question(1).unwrap_err(),
        PackError::NoSuchQuestion(1, 1)
    );
}

#[test]
fn the_reference_message() {
    let bytes = draft().to_bytes().unwrap();
    let question = Pack::open(&bytes).unwrap().question(0).unwrap();
    assert_eq!(
        message(&question, Rotation::default()),
        "TARGET TASK\nTASK_ID: T1\nTASK_NAME: Name\nDEFINITION: def\n\nEPISODE SUMMARY\nsum\n\n\
         QUESTION\nq\n\nOPTIONS\nA: w\nB: x\nC: y\nD: z\n\nins"
    );
}

#[test]
fn the_shared_prefix_puts_the_episode_first() {
    let bytes = draft().to_bytes().unwrap();
    let question = Pack::open(&bytes).unwrap().question(0).unwrap();
    assert_eq!(
        laid_out(&question, Layout::SharedPrefix, Rotation::default()),
        "EPISODE SUMMARY\nsum\n\nTARGET TASK\nTASK_ID: T1\nTASK_NAME: Name\nDEFINITION: def\n\n\
         QUESTION\nq\n\nOPTIONS\nA: w\nB: x\nC: y\nD: z\n\nins"
    );
}

#[test]
fn a_rotation_turns_options_and_answer_together() {
    let bytes = draft().to_bytes().unwrap();
    let question = Pack::open(&bytes).unwrap().question(0).unwrap();
    let choice = question.choice().unwrap();
    for rotation in Rotation::all(choice.count()) {
        let right = choice.shown_key(rotation);
        assert_eq!(choice.option(right, rotation), "y");
        assert!(message(&question, rotation).contains(&format!("\n{right}: y\n")));
    }
    for options in 2..=10 {
        for rotation in Rotation::all(options) {
            for letter in Letter::of(options) {
                let original = rotation.original(*letter, options);
                assert!(original.index() < usize::from(options));
                assert_eq!(rotation.shown(original, options), *letter);
            }
        }
        assert_eq!(Rotation::all(options).count(), usize::from(options));
    }
}

#[test]
fn a_pack_cut_anywhere_is_refused() {
    let bytes = draft().to_bytes().unwrap();
    for cut in 0..bytes.len() {
        let error = Pack::open(&bytes[..cut]).unwrap_err();
        let expected = if cut < 8 {
            PackError::NotAPack
        } else {
            PackError::Truncated
        };
        assert_eq!(error, expected, "cut at {cut}");
    }
}

#[test]
fn another_version_is_named() {
    let mut bytes = draft().to_bytes().unwrap();
    bytes[8] = 7;
    assert_eq!(Pack::open(&bytes).unwrap_err(), PackError::TooNew(7));
    bytes[8] = 0;
    assert_eq!(Pack::open(&bytes).unwrap_err(), PackError::TooOld(0));
    bytes.push(0);
    bytes[8] = 1;
    assert_eq!(Pack::open(&bytes).unwrap_err(), PackError::Corrupt("end"));
}

#[test]
fn a_draft_that_breaks_a_rule_names_it() {
    let broken = |change: fn(&mut Draft)| {
        let mut draft = draft();
        change(&mut draft);
        draft.to_bytes().unwrap_err()
    };
    assert_eq!(broken(|d| d.questions.clear()), DraftError::Empty);
    assert_eq!(
        broken(|d| d.tasks.push(d.tasks[0].clone())),
        DraftError::DuplicateTask("T1".into())
    );
    assert_eq!(
        broken(|d| d.episodes.push(DraftEpisode {
            id: "lonely".into(),
            ..d.episodes[0].clone()
        })),
        DraftError::EpisodeWithoutQuestions("lonely".into())
    );
    assert_eq!(
        broken(|d| d.questions[0].task = 1),
        DraftError::DanglingQuestion(0)
    );
    assert_eq!(
        broken(|d| d.questions[0].episode = Some(1)),
        DraftError::DanglingQuestion(0)
    );
    assert_eq!(
        broken(|d| options(&mut d.questions[0])[3].text = " ".into()),
        DraftError::EmptyText(0, Some(Letter::D))
    );
    assert_eq!(
        broken(|d| d.questions[0].text.clear()),
        DraftError::EmptyText(0, None)
    );
}

#[test]
fn a_text_is_stored_once() {
    let mut twice = draft();
    let marker = "a text that is long enough to be counted";
    twice.episodes[0].summary = marker.into();
    twice.questions[0].text = marker.into();
    twice.questions[0].reason = marker.into();
    let bytes = twice.to_bytes().unwrap();
    let found = bytes
        .windows(marker.len())
        .filter(|w| *w == marker.as_bytes());
    assert_eq!(found.count(), 1);
}

fn drafts() -> impl Strategy<Value = Draft> {
    let text = "[^\\pC\\s]{1,12}";
    let task = (text, text, text, text, any::<bool>());
    let question = (
        any::<prop::sample::Index>(),
        any::<prop::sample::Index>(),
        text,
        prop::array::uniform4(text),
        0usize..4,
        ".{0,8}",
        prop::array::uniform4(prop::option::of(prop::sample::select(&Fault::ALL[..]))),
    );
    (
        prop::collection::vec(task, 1..6),
        prop::collection::vec((text, ".{0,40}"), 1..5),
        prop::collection::vec(question, 1..12),
        prop::array::uniform4(".{0,9}"),
    )
        .prop_map(
            |(tasks, episodes, questions, [name, origin, system, instruction])| {
                let mut draft = Draft {
                    name,
                    origin,
                    system,
                    instruction,
                    ..Draft::default()
                };
                for (i, (id, name, group, definition, pass_at_k)) in tasks.into_iter().enumerate() {
                    let id = format!("{id}{i}");
                    draft.tasks.push(DraftTask {
                        id,
                        name,
                        group,
                        definition,
                        pass_at_k,
                    });
                }
                for (id, summary) in episodes {
                    draft.episodes.push(DraftEpisode { id, summary });
                }
                for (i, (episode, task, text, options, answer, reason, faults)) in
                    questions.into_iter().enumerate()
                {
                    draft.questions.push(DraftQuestion {
                        // The first questions see to it that every episode is asked about.
                        episode: Some(if i < draft.episodes.len() {
                            i
                        } else {
                            episode.index(draft.episodes.len())
                        }),
                        task: task.index(draft.tasks.len()),
                        text,
                        instruction: None,
                        reason,
                        kind: choice(options, Letter::from_index(answer).unwrap(), faults),
                    });
                }
                let asked = draft.questions.len();
                draft.episodes.truncate(asked);
                for question in &mut draft.questions {
                    let asked = question.episode.unwrap() % draft.episodes.len();
                    question.episode = Some(asked);
                }
                draft
            },
        )
}

proptest! {
    #[test]
    fn any_draft_survives(draft in drafts()) {
        let bytes = draft.to_bytes().unwrap();
        let pack = Pack::open(&bytes).unwrap();
        pack.verify().unwrap();
        prop_assert_eq!(pack.question_count() as usize, draft.questions.len());
        for (i, given) in draft.questions.iter().enumerate() {
            let read = pack.question(i as u32).unwrap();
            prop_assert_eq!(read.text, &given.text);
            let choice = read.choice().unwrap();
            let kind = DraftKind::Choice {
                key: choice.key,
                options: choice.options.iter().map(|option| DraftOption {
                    text: option.text.to_owned(),
                    fault: option.fault,
                }).collect(),
            };
            prop_assert_eq!(&kind, &given.kind);
            prop_assert_eq!(read.reason, &given.reason);
            prop_assert_eq!(read.task.id, &draft.tasks[given.task].id);
            prop_assert_eq!(read.episode.unwrap().summary, &draft.episodes[given.episode.unwrap()].summary);
            prop_assert_eq!(pack.task_of(i as u32).unwrap() as usize, given.task);
        }
    }

    #[test]
    fn a_flipped_byte_is_always_found(draft in drafts(), at in any::<prop::sample::Index>(), flip in 1u8..=255) {
        let mut bytes = draft.to_bytes().unwrap();
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        if let Ok(pack) = Pack::open(&bytes) {
            prop_assert!(pack.verify().is_err());
            // Whoever reads on without verifying gets an error or a wrong text, no panic.
            for i in 0..pack.question_count().min(100) {
                let _ = pack.question(i);
            }
        }
    }

    #[test]
    fn noise_never_panics(mut noise in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = Pack::open(&noise);
        if noise.len() > 10 {
            noise[..10].copy_from_slice(b"EDGEPACK\x01\x00");
            if let Ok(pack) = Pack::open(&noise) {
                let _ = pack.verify();
            }
        }
    }
}
