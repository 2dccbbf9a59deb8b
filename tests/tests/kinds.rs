//! Questions of every kind, from a pack of version 2 to the report.

use edgescore_record::file::ResultFile;
use edgescore_record::{Answer, AnswerKind, Judged, Record, Standing};
use edgescore_taskpack::{
    Draft, DraftKind, DraftQuestion, DraftStep, DraftTask, Letter, Matching, Tolerance,
};
use edgescore_tests::{Outcome, Sandbox};
use serde_json::Value;

const RUN: &str =
    "run m.gguf --pack own.pack --mode generate -t 1 --max-tokens 200 --force -o a.esr";

/// Functions with the right call of one of them.
const FUNCTIONS: [&str; 2] = [
    r#"{"name": "move_flow", "description": "Put a flow on another slice.", "parameters": {"type": "object", "properties": {"flow": {"type": "string"}, "hold_ms": {"type": "integer"}}, "required": ["flow", "hold_ms"]}}"#,
    r#"{"name": "get_load", "description": "Tell how full a cell is.", "parameters": {"type": "object", "properties": {"cell": {"type": "integer"}}, "required": ["cell"]}}"#,
];
const MOVE: &str = r#"[{"name": "move_flow", "arguments": {"flow": "f-1", "hold_ms": 50}}]"#;

/// Says what a template knows of functions, calls and results.
const TEMPLATE: &str = "{% for t in tools %}<f>{{ t.function.name }}{% endfor %}\
    {% for m in messages %}<{{ m.role }}>{{ m.content }}\
    {% for c in m.tool_calls %}<call>{{ c.function.name }}{% endfor %}{% endfor %}<assistant>";

fn functions() -> Vec<String> {
    FUNCTIONS.map(String::from).to_vec()
}

/// A pack of questions of one's own, without a word about an episode.
fn pack(sandbox: &Sandbox, kinds: Vec<DraftKind>) {
    let question = |kind| DraftQuestion {
        episode: None,
        task: 0,
        text: "What now?".into(),
        instruction: None,
        reason: String::new(),
        kind,
    };
    let draft = Draft {
        name: "own".into(),
        instruction: "Be brief.".into(),
        frame: ["{question}", "{options}", "{instruction}"]
            .map(String::from)
            .to_vec(),
        tasks: vec![DraftTask {
            id: "T".into(),
            group: "G".into(),
            pass_at_k: true,
            ..DraftTask::default()
        }],
        questions: kinds.into_iter().map(question).collect(),
        ..Draft::default()
    };
    sandbox.write("own.pack", draft.to_bytes().unwrap());
}

fn says(sandbox: &Sandbox, text: &str, template: Option<&str>) {
    let mut command = sandbox.command("synth -o m.gguf --force");
    command.args(["--says", text]);
    if let Some(template) = template {
        sandbox.write("t.jinja", template);
        command.args(["--template", "t.jinja"]);
    }
    Outcome::of(&mut command).expect(0);
}

fn judged(sandbox: &Sandbox) -> Judged {
    match sandbox.rows("a.esr").questions[0].answer {
        Answer::Judged(judged) => judged,
        other => panic!("{other:?}"),
    }
}

#[test]
fn letters_of_any_number_of_options() {
    let sandbox = Sandbox::default();
    let choice = |options: usize| {
        let texts = (0..options).map(|option| format!("option {option}"));
        DraftKind::choice(texts, Letter::from_index(options - 1).unwrap())
    };
    pack(&sandbox, [2, 3, 5, 10].map(choice).to_vec());
    sandbox.done("synth -o m.gguf");
    sandbox.done("run m.gguf --pack own.pack --rotate -t 1 -o a.esr");
    let rows = sandbox.rows("a.esr");
    let orders = |question: u32| {
        let of = rows.questions.iter();
        of.filter(|row| row.ask.question() == question).count()
    };
    assert_eq!([0, 1, 2, 3].map(orders), [2, 3, 5, 10]);
    for row in &rows.questions {
        let chosen = row.answer.chosen().unwrap();
        let letters = row.probabilities.unwrap();
        assert_eq!(letters.options(), chosen.options);
        let most = letters.letters().fold(0.0, f64::max);
        assert_eq!(letters.of(chosen.choice.unwrap()), most);
    }
    // In all orders the key stands once under each letter.
    let keys: Vec<Letter> = rows
        .questions
        .iter()
        .filter_map(|row| row.answer.key())
        .collect();
    let mut of_ten: Vec<Letter> = keys[10..].to_vec();
    of_ten.sort_unstable();
    assert_eq!(of_ten, Letter::ALL);

    let report = sandbox.report("a.esr");
    assert_eq!(report["questions"], 4);
    let chance = report["chance"].as_f64().unwrap();
    assert!(
        (chance - (0.5 + 1.0 / 3.0 + 0.2 + 0.1) / 4.0).abs() < 1e-12,
        "{chance}"
    );
    let key = report["letters"]["answer_key"].as_object().unwrap();
    assert_eq!(
        key.keys().map(String::as_str).collect::<String>(),
        "ABCDEFGHIJ"
    );
    assert_eq!(report["rotation"]["complete"], 4);
    assert_eq!(report["rotation"]["accuracy"].as_array().unwrap().len(), 10);

    sandbox.done("run m.gguf --pack own.pack -t 1 --mode generate --draws 2 -o b.esr");
    assert_eq!(sandbox.rows("b.esr").questions.len(), 4);
    let csv = sandbox.done("report a.esr --format csv --questions");
    assert_eq!(csv.lines().count(), 21, "{csv}");
}

/// The answer that is right scores, on every kind; others do not, each for its reason.
#[test]
fn the_right_answer_scores_on_every_kind() {
    let number = || DraftKind::Number {
        value: 12.5,
        tolerance: Tolerance::Relative(0.01),
        unit: "ms".into(),
    };
    let text = || DraftKind::Text {
        matching: Matching::Normalised,
        accepted: vec!["slice 2".into()],
    };
    let tool = |calls: &str| DraftKind::Tool {
        functions: functions(),
        calls: calls.into(),
    };
    use Standing::{Right, Unparsed, Wrong};
    let cases = [
        (number(), r#"{"answer": 12.5}"#, Right),
        (number(), "It takes 0.0125 s.", Right),
        (number(), "The answer is 13 ms", Wrong),
        (number(), "I do not know.", Unparsed),
        (text(), r#"{"answer": "Slice  2."}"#, Right),
        (text(), "slice 3", Wrong),
        (tool(MOVE), MOVE, Right),
        (
            tool(MOVE),
            "<tool_call>\n{\"name\": \"move_flow\", \"arguments\": {\"hold_ms\": 50, \"flow\": \"f-1\"}}\n</tool_call>",
            Right,
        ),
        (tool(MOVE), "[move_flow(flow=\"f-1\", hold_ms=50)]", Right),
        (tool("[]"), "No rule asks for a call.", Right),
        (tool("[]"), MOVE, Wrong),
        (tool(MOVE), "Nothing is to be done.", Wrong),
        (
            tool(MOVE),
            "[{\"name\": \"move_flow\", \"arguments\": {",
            Unparsed,
        ),
    ];
    for (kind, answer, standing) in cases {
        let sandbox = Sandbox::default();
        pack(&sandbox, vec![kind]);
        says(&sandbox, answer, None);
        sandbox.done(&format!("{RUN} --draws 0"));
        assert_eq!(judged(&sandbox).standing, standing, "{answer}");
        let report = sandbox.report("a.esr");
        let right = f64::from(u8::from(standing == Right));
        assert_eq!(report["pass_at_1"]["value"], right, "{answer}");
        assert_eq!(report["chance"], 0.0);
        let wrong = sandbox.done("report --wrong --pack own.pack a.esr");
        assert_eq!(wrong.contains("\nright"), standing != Right, "{wrong}");
    }
}

/// Each mutant of a call fails on its axis alone.
#[test]
fn the_axes_of_a_call_are_told_apart() {
    let sandbox = Sandbox::default();
    let tool = DraftKind::Tool {
        functions: functions(),
        calls: MOVE.into(),
    };
    pack(&sandbox, vec![tool]);
    for (answer, axes) in [
        (MOVE.to_owned(), [true, true, true, true]),
        (MOVE.replace("50", "0.05"), [true, true, true, false]),
        (MOVE.replace("f-1", "f-2"), [true, true, true, false]),
        (
            r#"[{"name": "get_load", "arguments": {"cell": 7}}]"#.to_owned(),
            [true, true, false, false],
        ),
        ("All is well.".to_owned(), [true, false, false, false]),
        (MOVE.replace("}}]", ""), [false, true, false, false]),
    ] {
        says(&sandbox, &answer, None);
        sandbox.done(&format!("{RUN} --draws 0"));
        let said = judged(&sandbox).axes;
        assert!(said.expected());
        let found = [
            said.well_formed(),
            said.called(),
            said.function(),
            said.arguments(),
        ];
        assert_eq!(found, axes, "{answer}");
    }
    let calls = &sandbox.report("a.esr")["calls"];
    assert_eq!(calls["questions"], 1);
    assert_eq!(calls["well_formed"]["value"], 0.0);
    let page = sandbox.done("report --full a.esr");
    assert!(page.contains("0 of 1, "), "{page}");
    for (answer, words) in [
        (
            MOVE.replace("50", "0.05"),
            "answered: wrong, other arguments",
        ),
        (
            "No.".to_owned(),
            "answered: wrong, no call where one is right",
        ),
    ] {
        says(&sandbox, &answer, None);
        sandbox.done(&format!("{RUN} --draws 0"));
        let wrong = sandbox.done("report --wrong --pack own.pack a.esr");
        assert!(wrong.contains(words), "{wrong}");
    }
}

/// One text throughout is no decision, whatever is asked for, and a text that ends at the last token
/// that it may have is most likely no whole answer.
#[test]
fn one_answer_to_everything_is_no_decision() {
    let sandbox = Sandbox::default();
    let number = |value: u32| DraftKind::Number {
        value: f64::from(value),
        tolerance: Tolerance::Absolute(0.0),
        unit: String::new(),
    };
    pack(&sandbox, (0..12).map(|value| number(value % 6)).collect());
    says(&sandbox, "The answer is 3.", None);
    sandbox.done(&format!("{RUN} --draws 0"));
    let page = sandbox.done("report a.esr");
    assert!(
        !page.contains("did not decide"),
        "nobody expects it of synthetic weights"
    );
    let report = sandbox.report("a.esr");
    assert_eq!(report["pass_at_1"]["value"], 2.0 / 12.0);
    let cut_off = Value::from("answers_cut_off");
    let warnings = |report: &Value| report["warnings"].as_array().unwrap().clone();
    assert!(!warnings(&report).contains(&cut_off));
    // The same model without the mark that its weights are synthetic.
    let mut bytes = sandbox.read("m.gguf");
    let mark = b"edgescore.synthetic";
    let places = bytes.windows(mark.len());
    let at = places
        .enumerate()
        .find(|(_, bytes)| bytes == mark)
        .unwrap()
        .0;
    bytes[at] = b'E';
    sandbox.write("m.gguf", bytes);
    sandbox.done(&format!("{RUN} --draws 0"));
    let page = sandbox.done("report a.esr");
    assert!(
        page.contains("gave the same answer 12 of 12 times: did not decide"),
        "{page}"
    );
    let short = RUN.replace("--max-tokens 200", "--max-tokens 2");
    sandbox.done(&format!("{short} --draws 0"));
    let page = sandbox.done("report a.esr");
    assert!(
        page.contains("12 of 12 answers have all of the 2 tokens"),
        "{page}"
    );
    assert!(warnings(&sandbox.report("a.esr")).contains(&cut_off));
}

/// Every step is asked behind the right calls of those before it, whatever was answered there.
#[test]
fn a_conversation_is_asked_step_by_step() {
    let sandbox = Sandbox::default();
    let step = |calls: &str, result: &str| DraftStep {
        calls: calls.into(),
        result: result.into(),
    };
    let load = r#"[{"name": "get_load", "arguments": {"cell": 7}}]"#;
    pack(
        &sandbox,
        vec![DraftKind::Turns {
            functions: functions(),
            steps: vec![
                step(MOVE, "moved"),
                step(load, "{\"load\": 3}"),
                step(MOVE, ""),
            ],
        }],
    );
    for (template, scenario) in [
        (Some(TEMPLATE), ""),
        (Some(TEMPLATE), "--scenario offline"),
        (None, ""),
    ] {
        says(&sandbox, MOVE, template);
        sandbox.done(&format!("{RUN} --draws 2 {scenario}"));
        let rows = sandbox.rows("a.esr");
        assert_eq!((rows.questions.len(), rows.samples.len()), (1, 2));
        let judged = judged(&sandbox);
        assert_eq!(judged.kind, AnswerKind::Turns);
        assert_eq!((judged.right_steps, judged.steps), (2, 3));
        assert_eq!(judged.standing, Standing::Wrong);
        let bytes = sandbox.read("a.esr");
        let file = ResultFile::parse(&bytes).unwrap();
        let steps = file.records().filter_map(|record| match record {
            Record::Text(text) => Some((text.ask.step(), text.text.to_owned())),
            _ => None,
        });
        let expected = [0, 1, 2].map(|step| (step, MOVE.to_owned()));
        assert_eq!(steps.collect::<Vec<_>>(), expected);
        let place = match template {
            Some(_) => "template",
            None => "system",
        };
        let report = sandbox.report("a.esr");
        assert_eq!(report["provenance"]["functions"], place);
    }
    // The first prompt has the functions and no result.
    says(&sandbox, MOVE, Some(TEMPLATE));
    let prompt = sandbox.done("prompt --model m.gguf --pack own.pack --mode generate --text");
    assert_eq!(
        prompt,
        "<f>move_flow<f>get_load<user>What now?\n\nBe brief.<assistant>"
    );
}

#[test]
fn letter_mode_is_for_letters() {
    let sandbox = Sandbox::default();
    let text = DraftKind::Text {
        matching: Matching::Exact,
        accepted: vec!["yes".into()],
    };
    pack(
        &sandbox,
        vec![DraftKind::choice(["a", "b"], Letter::A), text],
    );
    sandbox.done("synth -o m.gguf");
    let words = ["1 of the 2 questions", "--mode generate"];
    sandbox.refused(2, "run m.gguf --pack own.pack", &words);
}

/// A model of random weights writes what the grammar leaves it.
#[test]
fn a_grammar_holds_what_is_written() {
    let sandbox = Sandbox::default();
    let tool = DraftKind::Tool {
        functions: vec![
            FUNCTIONS[1].into(),
            r#"{"name": "set_mode", "parameters": {"type": "object", "properties": {"mode": {"enum": ["eco", "full"]}, "strict": {"type": "boolean"}}, "required": ["mode"]}}"#.into(),
        ],
        calls: "[]".into(),
    };
    pack(
        &sandbox,
        vec![DraftKind::choice(["a", "b", "c"], Letter::A), tool],
    );
    sandbox.done("synth -o m.gguf");
    sandbox.done(&format!("{RUN} --draws 0"));
    let free = sandbox.rows("a.esr").questions;
    assert!(free[0].answer.choice().is_none(), "{free:?}");

    sandbox.done(&format!("{RUN} --constrain json --draws 3"));
    let rows = sandbox.rows("a.esr");
    let chosen = rows.questions[0].answer.chosen().unwrap();
    assert!(chosen.choice.is_some(), "{chosen:?}");
    let samples = rows.samples.iter().filter(|row| row.ask.question() == 0);
    assert!(samples.clone().all(|row| row.answer.choice().is_some()));
    assert_eq!(samples.count(), 3);
    let report = sandbox.report("a.esr");
    assert_eq!(report["provenance"]["constrained"], "json");

    sandbox.refused(
        2,
        &format!("{RUN} --constrain tools"),
        &["question 0 offers no functions"],
    );
    sandbox.refused(
        2,
        "run m.gguf --pack own.pack --constrain json",
        &["--mode generate"],
    );
    sandbox.refused(
        2,
        &format!("{RUN} --constrain json --think 20"),
        &["--think"],
    );
}

/// An instrument for calls: it knows functions and values, and not when to leave a call out.
#[test]
fn the_reference_model_calls_better_than_the_shortcuts() {
    let sandbox = Sandbox::default();
    sandbox.done("pack build --kind tool --level 1 --seed 5 --per-task 8 --split test -o own.pack");
    let model = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../tasks/models/reference-1m-calls.gguf"
    );
    sandbox.done(&format!(
        "run --model {model} --pack own.pack --mode generate --max-tokens 128 --draws 0 -t 1 -o a.esr"
    ));
    let report = sandbox.report("a.esr");
    let right = &report["pass_at_1"];
    println!("{right}, {}", report["calls"]);
    // The best of `pack controls` on such packs.
    assert!(right["low"].as_f64().unwrap() > 0.31, "{right}");
    assert_eq!(report["calls"]["abstained"]["value"], 0.0);
}
