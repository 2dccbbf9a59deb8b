//! What is guessed of a file, and what is refused.
#![allow(clippy::unwrap_used, clippy::panic)]

use edgescore_taskpack::{Draft, Matching, Tolerance};

use super::*;

fn wanted(form: Form) -> Wanted {
    Wanted {
        form,
        map: Vec::new(),
        asks: None,
        base: None,
        functions: Vec::new(),
        common: Common {
            name: "own".to_owned(),
            ..Common::default()
        },
    }
}

fn csv(text: &str) -> (Result<Import, OwnError>, Vec<Note>) {
    let mut notes = Vec::new();
    let import = read(text.as_bytes(), &wanted(Form::Csv(None)), &mut notes);
    (import, notes)
}

fn json(text: &str) -> (Result<Import, OwnError>, Vec<Note>) {
    let mut notes = Vec::new();
    let import = read(text.as_bytes(), &wanted(Form::Json), &mut notes);
    (import, notes)
}

/// The draft of a file in which nothing is bad.
#[track_caller]
fn good((import, notes): (Result<Import, OwnError>, Vec<Note>)) -> (Draft, Vec<Note>) {
    let import = import.unwrap();
    assert_eq!(import.bad, []);
    import.draft.to_bytes().unwrap();
    (import.draft, notes)
}

#[track_caller]
fn note<'n>(notes: &'n [Note], about: &str) -> &'n str {
    let found = notes.iter().find(|note| note.about == about);
    &found
        .unwrap_or_else(|| panic!("{about} is not in {notes:?}"))
        .text
}

fn keys(draft: &Draft) -> String {
    let keys = draft.questions.iter().map(|question| question.kind.key());
    keys.map(|key| key.map_or('-', Letter::as_char)).collect()
}

/// Questions of which options and answers are given.
fn with_answers(answers: &[(usize, &str)]) -> String {
    let rows = answers.iter().enumerate().map(|(number, (count, answer))| {
        let options: Vec<String> = (0..*count).map(|n| format!("cell {number}{n}")).collect();
        let options = serde_json::to_string(&options).unwrap();
        format!(
            r#"{{"question": "Which cell, {number}?", "choices": {options}, "answer": {answer}}}"#
        )
    });
    rows.collect::<Vec<_>>().join("\n")
}

#[test]
fn columns_are_known_by_their_usual_names() {
    let heads = [
        ("Question,A,B,C,Answer", "columns `A`, `B`, `C`"),
        (
            "question,option_a,option_b,option_c,correct",
            "columns `option_a`, `option_b`, `option_c`",
        ),
        (
            "Query,Option 1,Option 2,Option 3,Answer Key",
            "columns `Option 1`, `Option 2`, `Option 3`",
        ),
        (
            "stem,choice0,choice1,choice2,label",
            "columns `choice0`, `choice1`, `choice2`",
        ),
        ("prompt,opA,opB,opC,target", "columns `opA`, `opB`, `opC`"),
    ];
    for (head, options) in heads {
        let (draft, notes) = good(csv(&format!("{head}\nWhich?,x,y,z,B\n")));
        assert_eq!(note(&notes, "options"), options);
        assert!(note(&notes, "answer").ends_with(", letters"), "{notes:?}");
        assert_eq!(keys(&draft), "B");
    }
}

#[test]
fn what_is_said_comes_before_what_is_guessed() {
    let text = "question,frage,a,b,x,y,answer,good\n?,What?,1st,2nd,u,v,A,v\n";
    let mut wanted = wanted(Form::Csv(None));
    wanted.map = ["question=frage", "options=x;y", "answer=good", "task="]
        .map(|map| map.parse().unwrap())
        .to_vec();
    let mut notes = Vec::new();
    let import = read(text.as_bytes(), &wanted, &mut notes).unwrap();
    assert_eq!(import.bad, []);
    assert_eq!(import.draft.questions[0].text, "What?");
    assert_eq!(keys(&import.draft), "B");
    assert_eq!(note(&notes, "not used"), "`question`, `a`, `b`, `answer`");

    wanted.map = vec!["answer=nothing".parse().unwrap()];
    let error = read(text.as_bytes(), &wanted, &mut notes)
        .unwrap_err()
        .to_string();
    assert!(error.contains("--map answer=nothing"), "{error}");
    assert!(error.contains("`good`"), "{error}");
    for bad in ["answer", "nothing=x", "answer=a;b"] {
        let error = bad.parse::<Mapped>().unwrap_err().to_string();
        assert!(error.contains("question, options, answer"), "{error}");
    }
}

#[test]
fn a_missing_column_of_the_options_is_told() {
    let (import, _) = csv("question,option_a,option_b,option_d,answer\nq,1,2,3,A\n");
    let error = import.unwrap_err().to_string();
    assert!(error.contains("without letter C"), "{error}");
}

#[test]
fn numbers_count_from_what_fits() {
    let (draft, notes) = good(json(&with_answers(&[(4, "0"), (4, "3"), (4, "1")])));
    assert_eq!(keys(&draft), "ADB");
    assert!(
        note(&notes, "answer").contains("numbers from 0"),
        "{notes:?}"
    );
    let (draft, notes) = good(json(&with_answers(&[(4, "1"), (4, "4"), (3, "2")])));
    assert_eq!(keys(&draft), "ADB");
    assert!(
        note(&notes, "answer").contains("numbers from 1"),
        "{notes:?}"
    );
    // The last of three options is enough.
    let (draft, _) = good(json(&with_answers(&[(10, "1"), (3, "\"3\"")])));
    assert_eq!(keys(&draft), "AC");

    let both = with_answers(&[(4, "1"), (4, "3")]);
    let error = json(&both).0.unwrap_err().to_string();
    assert_eq!(
        error,
        "answers 1 to 3 fit both 0-based and 1-based: give --index-base 0 or 1"
    );
    for (base, right) in [(Base::Zero, "BD"), (Base::One, "AC")] {
        let mut wanted = wanted(Form::Json);
        wanted.base = Some(base);
        let import = read(both.as_bytes(), &wanted, &mut Vec::new()).unwrap();
        assert_eq!(keys(&import.draft), right);
    }

    let neither = with_answers(&[(4, "0"), (4, "4")]);
    let error = json(&neither).0.unwrap_err().to_string();
    assert!(
        error.contains("line 1 has 0, and line 2 has 4 of 4"),
        "{error}"
    );
    // A number that is none however it is counted says nothing about the others.
    let import = json(&with_answers(&[(4, "0"), (4, "9")])).0.unwrap();
    assert_eq!(import.bad.len(), 1);
    assert!(
        import.bad[0]
            .to_string()
            .starts_with("line 2: the answer 9")
    );
}

#[test]
fn numbers_that_are_texts_of_options_do_not_count() {
    let row = |options: &str, answer: &str| {
        format!(r#"{{"question": "q", "choices": {options}, "answer": {answer}}}"#)
    };
    let powers = row(r#"["2", "4", "8", "16"]"#, r#""16""#);
    let (draft, notes) = good(json(&powers));
    assert_eq!(keys(&draft), "D");
    assert!(note(&notes, "answer").ends_with("texts of options"));
    // 2 is the text of A, and can be the number of another.
    let unsure = row(r#"["2", "4", "8", "16"]"#, r#""2""#);
    let error = json(&unsure).0.unwrap_err().to_string();
    assert!(error.contains("--index-base none"), "{error}");
    // A number of JSON counts.
    let error = json(&row(r#"["2", "4", "8"]"#, "2")).0.unwrap_err();
    assert_eq!(error, OwnError::IndexBase(2, 2));
}

#[test]
fn answers_name_their_option_in_several_ways() {
    for (answer, key) in [
        ("B", "B"),
        ("(c)", "C"),
        ("a.", "A"),
        ("north  cell", "A"),
        ("EAST CELL", "B"),
        ("option 3: south cell", "C"),
        ("C. South cell", "C"),
        ("option 2", "B"),
    ] {
        let text = format!(
            r#"{{"question": "q", "option 1": "North cell", "option 2": "east cell", "option 3": "South cell", "answer": "{answer}"}}"#
        );
        assert_eq!(keys(&good(json(&text)).0), key, "{answer}");
    }
}

#[test]
fn known_forms_are_read_as_they_are() {
    let arc = r#"{"id": "M1", "question": {"stem": "Which link?", "choices": [{"text": "up", "label": "1"}, {"text": "down", "label": "2"}]}, "answerKey": "2"}"#;
    let (draft, _) = good(json(arc));
    assert_eq!(
        (keys(&draft).as_str(), draft.episodes[0].id.as_str()),
        ("B", "M1")
    );
    let arc = r#"{"id": "M1", "question": "Which link?", "choices": {"text": ["up", "down"], "label": ["A", "B"]}, "answerKey": "A"}"#;
    assert_eq!(keys(&good(json(arc)).0), "A");
    let keyed =
        r#"{"question": "Which link?", "options": {"A": "up", "B": "down"}, "answer": "B"}"#;
    assert_eq!(keys(&good(json(keyed)).0), "B");
    // MMLU, without a line of names.
    let (draft, notes) = good(csv(
        "Which link?,up,down,both,none,B\n\"Which, then?\",1,2,3,4,D\n",
    ));
    assert_eq!(keys(&draft), "BD");
    assert!(note(&notes, "header").starts_with("none"));
    let mmlu = r#"{"question": "q", "subject": "radio", "choices": ["up", "down"], "answer": 0}"#;
    let (draft, notes) = good(json(mmlu));
    assert_eq!(note(&notes, "task"), "column `subject`");
    let task = &draft.tasks[0];
    assert_eq!([&task.id, &task.name, &task.group], ["radio"; 3]);
}

#[test]
fn lists_and_objects_of_rows_keep_their_lines() {
    let teleqna = "{\n  \"question 0\": {\n    \"question\": \"q\",\n    \"option 1\": \"up\",\n    \"option 2\": \"down\",\n    \"answer\": \"option 2: down\",\n    \"explanation\": \"e\",\n    \"category\": \"radio\"\n  },\n  \"question 1\": {\n    \"question\": \"\",\n    \"option 1\": \"up\",\n    \"option 2\": \"down\",\n    \"answer\": \"option 1: up\",\n    \"category\": \"radio\"\n  }\n}\n";
    let import = json(teleqna).0.unwrap();
    assert_eq!(import.draft.questions.len(), 1);
    assert_eq!(import.draft.questions[0].reason, "e");
    assert_eq!(import.draft.episodes[0].id, "question 0");
    let bad: Vec<String> = import.bad.iter().map(BadRow::to_string).collect();
    assert_eq!(
        bad,
        ["lines 10 to 16: the question (column `question`) is empty"]
    );
    let broken = teleqna.replace(
        "\"option 2\": \"down\",\n    \"answer\": \"option 1",
        "\"option 2\" \"down\",\n    \"answer\": \"option 1",
    );
    let error = json(&broken).0.unwrap_err().to_string();
    assert!(error.starts_with("line 13: is not JSON"), "{error}");
}

#[test]
fn separators_are_found() {
    for (separator, name) in [(";", "`;`"), ("\t", "tab")] {
        let text = "question,A,B,answer\nWhich?,x,y,A\n".replace(',', separator);
        let (draft, notes) = good(csv(&text));
        assert_eq!(keys(&draft), "A");
        assert_eq!(note(&notes, "separator"), name);
    }
}

#[test]
fn lines_are_those_where_rows_begin() {
    let text = "\u{feff}question,A,B,answer\r\n\"Two\r\nlines, \"\"quoted\"\"\",x,y,A\r\n\r\nEmpty,,y,B\r\n\"swallowed\" x,x,y,A\r\nfour,x,y\r\n";
    let import = csv(text).0.unwrap();
    assert_eq!(import.draft.questions[0].text, "Two\r\nlines, \"quoted\"");
    let bad: Vec<String> = import.bad.iter().map(BadRow::to_string).collect();
    assert_eq!(bad[0], "line 5: option A is empty");
    assert!(bad[1].starts_with("line 6: text stands behind the closing quote of column 1"));
    assert!(bad[2].starts_with("line 7: has 3 columns where 4 are named"));
    assert_eq!(bad.len(), 3);

    let open = "question,A,B,answer\nq,x,y,A\nq,\"x,y,A\nq,x,y,A\n";
    assert_eq!(csv(open).0.unwrap_err(), OwnError::OpenQuote(3));
}

#[test]
fn numbers_have_units_and_tolerances() {
    let text = "question,answer,unit,tolerance\nDelay?,12.5,ms,0.5\nShare?,40 %,%,5 %\nHow many?,7,,\nBad?,soon,ms,\nWorse?,3,ms,-1\n";
    let (import, notes) = csv(text);
    let import = import.unwrap();
    assert_eq!(note(&notes, "kind"), "number, as the columns show");
    let kinds: Vec<_> = import
        .draft
        .questions
        .iter()
        .map(|question| question.kind.clone())
        .collect();
    let number = |value, tolerance, unit: &str| DraftKind::Number {
        value,
        tolerance,
        unit: unit.to_owned(),
    };
    assert_eq!(
        kinds,
        [
            number(12.5, Tolerance::Absolute(0.5), "ms"),
            number(40.0, Tolerance::Relative(0.05), "%"),
            number(7.0, Tolerance::Absolute(0.0), ""),
        ]
    );
    let instruction = import.draft.questions[0].instruction.as_deref();
    assert!(instruction.is_some_and(|text| text.ends_with("a number in ms.")));
    let bad: Vec<String> = import.bad.iter().map(BadRow::to_string).collect();
    assert_eq!(bad[0], "line 5: the answer `soon` is no number in ms");
    assert!(bad[1].starts_with("line 6: the tolerance `-1`"), "{bad:?}");
}

#[test]
fn texts_have_a_way_of_matching() {
    let text = r##"{"question": "Which band?", "answer": ["n78", "band n78"]}
{"question": "Which cell?", "answer": "cell-#", "match": "pattern"}
{"question": "Bad", "answer": "cell-[", "match": "pattern"}
{"question": "Bad", "answer": "...", "match": "normalised"}
{"question": "Bad", "answer": "x", "match": "fuzzy"}
{"question": "Bad", "answer": []}"##;
    let (import, notes) = json(text);
    let import = import.unwrap();
    assert_eq!(note(&notes, "kind"), "text, as the columns show");
    let kind = |matching, accepted: &[&str]| DraftKind::Text {
        matching,
        accepted: accepted.iter().map(|text| (*text).to_owned()).collect(),
    };
    assert_eq!(
        import.draft.questions[0].kind,
        kind(Matching::Normalised, &["n78", "band n78"])
    );
    assert_eq!(
        import.draft.questions[1].kind,
        kind(Matching::Pattern, &["cell-#"])
    );
    let bad: Vec<String> = import.bad.iter().map(BadRow::to_string).collect();
    let reasons = [
        "[ is not closed",
        "no letter or digit",
        "none of exact",
        "0 accepted",
    ];
    for ((bad, reason), line) in bad.iter().zip(reasons).zip(3..) {
        assert!(bad.starts_with(&format!("line {line}: ")), "{bad}");
        assert!(bad.contains(reason), "{bad}");
    }
    assert_eq!(bad.len(), 4);
}

#[test]
fn calls_fit_the_functions() {
    let functions = r#"[{"name": "move_flow", "description": "Move.", "parameters": {"type": "object", "properties": {"slice": {"type": "string"}}, "required": ["slice"]}}]"#;
    let row =
        |calls: &str| format!(r#"{{"question": "q", "functions": {functions}, "calls": {calls}}}"#);
    let text = [
        row(r#"[{"name": "move_flow", "arguments": {"slice": "a"}}]"#),
        row(r#"[{"type": "function", "function": {"name": "move_flow", "arguments": "{\"slice\": \"a\"}"}}]"#),
        row("[]"),
        row(r#"[{"name": "move_flow", "arguments": {}}]"#),
        row(r#"[{"name": "stop", "arguments": {}}]"#),
        row("\"none\""),
        row("null"),
    ]
    .join("\n");
    let (import, notes) = json(&text);
    let import = import.unwrap();
    assert_eq!(note(&notes, "kind"), "tool, as the columns show");
    let calls = import
        .draft
        .questions
        .iter()
        .map(|question| match &question.kind {
            DraftKind::Tool { calls, .. } => calls.as_str(),
            other => panic!("{other:?}"),
        });
    let one = r#"[{"name":"move_flow","arguments":{"slice":"a"}}]"#;
    assert_eq!(calls.collect::<Vec<_>>(), [one, one, "[]"]);
    let bad: Vec<String> = import.bad.iter().map(BadRow::to_string).collect();
    let reasons = [
        "slice is required",
        "no such function",
        "write [] where no call",
        "is empty",
    ];
    for ((bad, reason), line) in bad.iter().zip(reasons).zip(4..) {
        assert!(bad.starts_with(&format!("line {line}: ")), "{bad}");
        assert!(bad.contains(reason), "{bad}");
    }
    assert_eq!(bad.len(), 4);
}

#[test]
fn contexts_become_episodes_and_stay_in_the_order_of_the_file() {
    let text =
        "context,question,A,B,answer\nFull.,q1,x,y,A\nFull.,q2,x,y,B\n,q3,x,y,A\nFull.,q4,x,y,A\n";
    let (draft, _) = good(csv(text));
    let episodes = draft.questions.iter().map(|question| question.episode);
    assert_eq!(
        episodes.collect::<Vec<_>>(),
        [Some(0), Some(0), None, Some(0)]
    );
    assert_eq!(draft.episodes.len(), 1);
    assert_eq!(draft.episodes[0].id, "line 2");
}

#[test]
fn a_task_has_one_group() {
    let text = "question,task,group,A,B,answer\nq,radio,G1,x,y,A\nq,core,G2,x,y,A\nq,radio,G2,x,y,A\nq,,G1,x,y,A\n";
    let import = csv(text).0.unwrap();
    assert_eq!(import.draft.tasks.len(), 2);
    let bad: Vec<String> = import.bad.iter().map(BadRow::to_string).collect();
    assert!(bad[0].starts_with("line 4: task radio is of group G2 here, and of G1 on line 2"));
    assert_eq!(bad[1], "line 5: the task (column `task`) is empty");
}

#[test]
fn no_bytes_are_a_panic() {
    let texts = [
        "question,A,B,answer\nq,x,y,A\n",
        "{\"question\": \"q\", \"choices\": [\"x\", \"y\"], \"answer\": 1}\n",
        "[{\"question\": \"q\", \"choices\": [\"x\", \"y\"], \"answer\": \"A\"}]",
    ];
    for text in texts {
        for at in 0..=text.len() {
            for byte in [b'"', b'\n', b',', b'{', 0xff, b'0'] {
                let mut bytes = text.as_bytes().to_vec();
                bytes.insert(at, byte);
                for bytes in [&bytes[..], &bytes[..at]] {
                    for form in [Form::Csv(None), Form::Json] {
                        let _ = read(bytes, &wanted(form), &mut Vec::new());
                    }
                }
            }
        }
    }
}

/// GSM8K: what a file calls the answer is the whole solution.
#[test]
fn of_a_solution_the_answer_behind_its_mark_counts() {
    let row = |answer: &str| {
        let row = serde_json::json!({"question": format!("q of {answer}"), "answer": answer});
        format!("{row}\n")
    };
    let solutions = row("She pays 5 + 8 = 13\n#### 13") + &row("6 x 200 = 1200\n#### 1,200");
    let (draft, notes) = good(json(&solutions));
    assert_eq!(note(&notes, "kind"), "number, as the columns show");
    assert!(note(&notes, "solutions").starts_with("2 of 2 answers are solutions"));
    let values = draft.questions.iter().map(|question| match question.kind {
        DraftKind::Number { value, .. } => value,
        ref other => panic!("{other:?}"),
    });
    assert_eq!(values.collect::<Vec<_>>(), [13.0, 1200.0]);

    // As the harness has them: the target counts, under any name of a column.
    let harness = r#"{"doc_id": 0, "doc": {"question": "q"}, "target": "So she goes north.\n#### north", "filter": "none"}"#;
    let (draft, notes) = good(json(harness));
    assert_eq!(note(&notes, "answer"), "column `target`");
    let kind = |accepted: &str| DraftKind::Text {
        matching: Matching::Normalised,
        accepted: vec![accepted.to_owned()],
    };
    assert_eq!(draft.questions[0].kind, kind("north"));

    // What marks no answer: a word, a heading, digits of a pattern.
    let (draft, notes) = good(json(&row("a####b")));
    assert_eq!(draft.questions[0].kind, kind("a####b"));
    assert!(!notes.iter().any(|note| note.about == "solutions"));
    let pattern = r##"{"question": "q", "answer": "cell #### 1", "match": "pattern"}"##;
    let (_, notes) = good(json(pattern));
    assert!(!notes.iter().any(|note| note.about == "solutions"));
}

#[test]
fn texts_that_no_model_writes_are_told() {
    let long = "one two three four five six seven eight nine ten eleven twelve thirteen";
    let twelve = long.trim_end_matches(" thirteen");
    let text = format!(
        "question,answer\nq1,{twelve}\nq2,\"two\nlines\"\nq3,{long}\nq4,\"[\"\"{long}\"\", \"\"n78\"\"]\"\n"
    );
    let (_, notes) = good(csv(&text));
    assert_eq!(
        note(&notes, "warning"),
        "2 of 4 accepted answers have line ends or more than 12 words, the first on lines 3 to 4: no \
         model writes this; name a column of short answers with --map answer=COL"
    );
}

#[test]
fn no_option_is_dropped() {
    let file = |count: u8, more: &str| {
        let names = (b'A'..b'A' + count).map(|letter| char::from(letter).to_string());
        let names: Vec<String> = names.collect();
        let texts = names.iter().map(|name| format!("text {name}"));
        let texts = texts.collect::<Vec<_>>().join(",");
        format!(
            "question,{},answer{more}\nq,{texts},B{more}\n",
            names.join(",")
        )
    };
    good(csv(&file(10, "")));
    for count in [11, 12, 26] {
        let import = csv(&file(count, "")).0.unwrap();
        let why = format!("line 2: has {count} options: 2 to 10 are needed");
        assert_eq!(import.bad[0].to_string(), why);
    }
    // A letter that is none of the run names something else.
    let (draft, notes) = good(csv(&file(3, ",x")));
    assert_eq!(keys(&draft), "B");
    assert_eq!(note(&notes, "not used"), "`x`");
}

#[test]
fn an_odd_answer_does_not_make_texts_of_numbers() {
    let file = |answers: &[&str]| {
        let rows = answers.iter().zip(1..);
        let rows = rows.map(|(answer, number)| format!("q{number},\"{answer}\"\n"));
        format!("question,answer\n{}", rows.collect::<String>())
    };
    for odd in ["50%", "1/2", "≈5", "5 ms"] {
        let error = csv(&file(&["12", "1,250", "-3", odd])).0.unwrap_err();
        let unit = match odd {
            "50%" | "5 ms" => "; units go into a column `unit`",
            _ => "",
        };
        let expected = format!(
            "3 of 4 answers are numbers, line 5 is not (`{odd}`): give --kind number to have such rows \
             listed, or --kind text{unit}"
        );
        assert_eq!(error.to_string(), expected);
    }
    let error = csv(&file(&["n78", "1", "nan", "2"])).0.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("2 of 4 answers are numbers, 2 are not, the first on line 2 (`n78`)"),
        "{error}"
    );
    for (asks, bad) in [(Asks::Number, 2), (Asks::Text, 0)] {
        let mut wanted = wanted(Form::Csv(None));
        wanted.asks = Some(asks);
        let text = file(&["12", "1/2", "5 ms"]);
        let import = read(text.as_bytes(), &wanted, &mut Vec::new()).unwrap();
        assert_eq!(import.bad.len(), bad, "{:?}", import.bad);
        if bad > 0 {
            let reasons = import.bad.iter().map(BadRow::to_string);
            let reasons: Vec<String> = reasons.collect();
            assert!(reasons[0].ends_with("no number: write one such as 0.5"));
            assert!(reasons[1].ends_with("write its unit into a column `unit`"));
        }
    }
    // An empty answer is a bad row, and says nothing about the others.
    let (import, notes) = csv(&file(&["1", "", "2"]));
    assert_eq!(import.unwrap().bad.len(), 1);
    assert_eq!(note(&notes, "kind"), "number, as the columns show");
    let (_, notes) = good(csv(&file(&["n78", "n1", "2"])));
    assert_eq!(note(&notes, "kind"), "text, as the columns show");
}

fn warnings(notes: &[Note]) -> Vec<&str> {
    let warnings = notes.iter().filter(|note| note.about == "warning");
    warnings.map(|note| note.text.as_str()).collect()
}

#[test]
fn repeated_questions_and_ids_are_told() {
    let text = "question,context,id,A,B,answer\nq,c,1,x,y,A\nq,c,2,x,y,A\nq,c,3,y,x,B\nq,c,4,x,y,B\nq,other,1,x,y,B\nq,c,5,x,z,B\n";
    let (_, notes) = good(csv(text));
    assert_eq!(
        warnings(&notes),
        [
            "3 rows repeat a question; 1 of them with another answer: line 5 (of line 2)",
            "1 row has the id of an earlier one: line 6 (`1` of line 2)",
        ]
    );
    let mut text = "question,answer\n".to_owned();
    for number in 0..9 {
        text += &format!("q,{number}\n");
    }
    let (_, notes) = good(csv(&text));
    assert_eq!(
        warnings(&notes),
        [
            "8 rows repeat a question; 8 of them with another answer: line 3 (of line 2), line 4 (of line \
          2), line 5 (of line 2), line 6 (of line 2), line 7 (of line 2) and 3 more"
        ]
    );
    let (_, notes) = good(csv("question,A,B,answer\nq,x,y,A\nr,x,y,A\n"));
    assert_eq!(warnings(&notes), [""; 0]);
}

#[test]
fn the_other_form_is_named() {
    for text in [
        "{\"question\": \"q\", \"answer\": 1}\n",
        "[\n{\"question\": \"q\"}]",
        "{\n  \"question 0\": {}\n}",
    ] {
        let error = csv(text).0.unwrap_err();
        assert_eq!(error, OwnError::JsonAsCsv, "{text}");
    }
    for text in [
        "question,answer\nq,1\n",
        "\n\"question\",\"answer\"\n1,2\n",
        "1\n2\n",
    ] {
        let error = json(text).0.unwrap_err();
        assert!(matches!(error, OwnError::NoJson(..)), "{text}");
    }
    let error = json("question,answer\nq,1\n").0.unwrap_err().to_string();
    assert!(
        error.contains("line 1 is `question,answer`"),
        "the line is named: {error}"
    );
    // A bad first line alone is a bad row.
    let import = json("question\n{\"question\": \"q\", \"answer\": 1}\n");
    assert_eq!(import.0.unwrap().bad.len(), 1);
}

#[test]
fn a_question_column_that_is_not_there_is_named() {
    let mut wanted = wanted(Form::Csv(None));
    wanted.map = vec!["question=Nope".parse().unwrap()];
    for (form, text) in [
        (Form::Csv(None), "question,answer\nq,1\n"),
        (Form::Json, r#"{"question": "q", "answer": 1}"#),
    ] {
        wanted.form = form;
        let error = read(text.as_bytes(), &wanted, &mut Vec::new()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "--map question=Nope: there is no column `Nope`; there are `question`, `answer`"
        );
    }
}

#[test]
fn blank_rows_are_counted() {
    let text = "question,A,B,answer\nq,x,y,A\n,,,\n\" \",,,\n,,\nr,x,y,B\n";
    let (draft, notes) = good(csv(text));
    assert_eq!(keys(&draft), "AB");
    assert_eq!(note(&notes, "blank"), "3 rows without any text left out");
    let error = csv("question,answer\n,\n").0.unwrap_err();
    assert_eq!(error, OwnError::Empty);
}

#[test]
fn text_full_of_nul_is_no_file_of_questions() {
    let text = "question,answer\nq,1\n{\"question\": 1}";
    for bytes in [
        text.encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect::<Vec<u8>>(),
        text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
    ] {
        for form in [Form::Csv(None), Form::Json] {
            let error = read(&bytes, &wanted(form), &mut Vec::new()).unwrap_err();
            assert_eq!(error, OwnError::Nul(1));
            assert!(error.to_string().contains("UTF-8"));
        }
    }
}

#[test]
fn what_is_not_checked_of_schemas_is_told_once() {
    let functions = r#"[{"name": "move_flow", "parameters": {"type": "object", "properties": {"slice": {"type": "string", "pattern": "^s"}, "pattern": {"anyOf": [{"type": "string"}]}}, "additionalProperties": true}}]"#;
    let row =
        |calls: &str| format!(r#"{{"question": "q", "functions": {functions}, "calls": {calls}}}"#);
    let call = r#"[{"name": "move_flow", "arguments": {"slice": "a", "more": 1}}]"#;
    let (_, notes) = good(json(&[row(call), row("[]")].join("\n")));
    assert_eq!(note(&notes, "not checked"), "anyOf, pattern");
    let strict = row(call).replace("\"additionalProperties\": true", "\"title\": \"\"");
    let import = json(&strict).0.unwrap();
    assert!(import.bad[0].reason.contains("the schema does not have it"));
}
