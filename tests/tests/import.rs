//! Files of own questions: from CSV and JSON to a pack, a run and a report.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::Path;

use edgescore_tests::{Outcome, Sandbox};
use serde_json::{Value, json};

/// As a spreadsheet saves it: a byte order mark, CRLF, commas, quotes and line ends inside texts, two to
/// four options.
const CSV: &str = "\u{feff}Question,Option A,Option B,Option C,Option D,Answer,Category,Explanation\r\n\
    \"A cell is full, and \"\"best effort\"\" users complain. Which slice gives way first?\",URLLC,\"eMBB, best effort\",mMTC,,B,slicing,\"Its users have no guarantee.\"\r\n\
    \"Two reports arrive:\r\n1) load 92 %\r\n2) load 40 %\r\nWhich cell takes the user?\",the first,the second,,,B,mobility,\r\n\
    Which 5QI is delay-critical GBR?,1,9,82,5,C,qos,TS 23.501\r\n\
    Which plane carries the packets of users?,user plane,\"control plane; \"\"CP\"\"\",both,neither,A,slicing,\r\n";

/// Two, three, five and ten options.
fn jsonl() -> String {
    let rows = [
        json!({"id": "q-2", "question": "Does a PDU session belong to one slice?", "choices": ["no", "yes"], "answer": "yes", "subject": "core"}),
        json!({"id": "q-3", "question": "Which link is scheduled by grants?", "choices": ["downlink", "uplink", "sidelink of mode 2"], "answer": 1, "subject": "radio"}),
        json!({"id": "q-5", "question": "Which function selects the SMF?", "choices": ["UPF", "AMF", "PCF", "NRF", "AF"], "answer": 1, "subject": "core"}),
        json!({"id": "q-10", "context": "Ten cells report their load in %: 71, 64, 80, 55, 91, 60, 77, 68, 59, 0.",
            "question": "Which cell is off?", "choices": ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"], "answer": 9, "subject": "radio"}),
        json!({"id": "q-0", "question": "Which number is the least delay budget?", "choices": ["5 ms", "10 ms"], "answer": 0, "subject": "radio"}),
    ];
    rows.map(|row| row.to_string()).join("\n")
}

/// An object of objects over several lines, as TeleQnA is.
fn teleqna() -> String {
    let file = json!({
        "question 0": {
            "question": "What does the RIC of O-RAN stand for?",
            "option 1": "Radio Interface Controller",
            "option 2": "RAN Intelligent Controller",
            "option 3": "Remote Instance Cluster",
            "option 4": "Resource Index Code",
            "option 5": "None of these",
            "answer": "option 2: RAN Intelligent Controller",
            "explanation": "O-RAN has a near-real-time and a non-real-time one.",
            "category": "Standards overview"
        },
        "question 1": {
            "question": "Which identity is sent instead of the SUPI?",
            "option 1": "SUCI",
            "option 2": "IMEI",
            "option 3": "RNTI",
            "answer": "option 1: SUCI",
            "explanation": "",
            "category": "Standards specifications"
        },
        "question 2": {
            "question": "What grows with the subcarrier spacing?",
            "option 1": "The slot's duration",
            "option 2": "The slots of a subframe",
            "option 3": "The symbols of a slot",
            "option 4": "The length of a frame",
            "answer": "option 2: The slots of a subframe",
            "explanation": "",
            "category": "Standards overview"
        }
    });
    format!("{file:#}\n")
}

/// Sample files of lm-evaluation-harness: ARC's form, and each document under two filters.
fn harness() -> String {
    let docs = [
        (
            "c-1",
            "Which antenna system steers beams?",
            ["a dipole", "an array"],
            "B",
        ),
        (
            "c-2",
            "Where is a handover decided?",
            ["in the gNB", "in the SIM"],
            "A",
        ),
        (
            "c-3",
            "Which wave has less path loss?",
            ["28 GHz", "700 MHz"],
            "B",
        ),
    ];
    let mut lines = Vec::new();
    for filter in ["none", "strict-match"] {
        for (number, (id, question, texts, key)) in docs.iter().enumerate() {
            let line = json!({
                "doc_id": number,
                "doc": {"id": id, "question": question, "choices": {"text": texts, "label": ["A", "B"]}, "answerKey": key},
                "target": if *key == "A" { "0" } else { "1" },
                "arguments": [[format!("Question: {question}\nAnswer:"), " a dipole"]],
                "resps": [[["-12.5", "False"]]],
                "filtered_resps": [["-12.5", "False"]],
                "filter": filter,
                "doc_hash": "0", "prompt_hash": "1", "target_hash": "2",
                "acc": 1.0
            });
            lines.push(line.to_string());
        }
    }
    lines.join("\n") + "\n"
}

/// A file that is imported, and what is then known of it.
struct Case {
    file: &'static str,
    content: String,
    command: &'static str,
    /// Answers that are right.
    keys: &'static str,
    options: &'static [u32],
    /// What is said while it is imported.
    said: &'static [&'static str],
    /// What `pack show` has.
    shown: &'static [&'static str],
}

fn cases() -> [Case; 4] {
    [
        Case {
            file: "team.csv",
            content: CSV.to_owned(),
            command: "pack import csv",
            keys: "BBCA",
            options: &[3, 2, 4, 4],
            said: &[
                "question     column `Question`",
                "options      columns `Option A`, `Option B`, `Option C`, `Option D`",
                "answer       column `Answer`, letters",
                "task         column `Category`",
            ],
            shown: &[
                "question 0  slicing\n\nA cell is full, and \"best effort\" users",
                "  A: URLLC\n* B: eMBB, best effort\n  C: mMTC\n\nIts users have no guarantee.",
                "Two reports arrive:\r\n1) load 92 %\r\n2) load 40 %\r\nWhich cell",
                "  B: control plane; \"CP\"",
            ],
        },
        Case {
            file: "mixed.jsonl",
            content: jsonl(),
            command: "pack import jsonl",
            keys: "BBBJA",
            options: &[2, 3, 5, 10, 2],
            said: &["texts of options and numbers from 0, as one is 0"],
            shown: &[
                "question 3  radio  episode q-10\n\nTen cells report",
                "* J: tenth",
                "question 0  core  id q-2",
            ],
        },
        Case {
            file: "TeleQnA.json",
            content: teleqna(),
            command: "pack import jsonl",
            keys: "BAB",
            options: &[5, 3, 4],
            said: &[
                "names of options",
                "columns `option 1`, `option 2`, `option 3`",
            ],
            shown: &[
                "question 1  Standards specifications  id question 1",
                "* A: SUCI\n  B: IMEI\n  C: RNTI\n\n",
                "O-RAN has a near-real-time",
            ],
        },
        Case {
            file: "samples_own_2026-11-27.jsonl",
            content: harness(),
            command: "pack import jsonl",
            keys: "BAB",
            options: &[2, 2, 2],
            said: &[
                "the questions are in `doc`",
                "3 lines left out: they have the same questions as those of filter none",
                "not used     `target`",
            ],
            shown: &["  A: a dipole\n* B: an array"],
        },
    ]
}

impl Case {
    fn chance(&self) -> f64 {
        let shares = self.options.iter().map(|count| 1.0 / f64::from(*count));
        shares.sum::<f64>() / self.options.len() as f64
    }

    fn import(&self, sandbox: &Sandbox) -> String {
        sandbox.write(self.file, &self.content);
        sandbox.done(&format!(
            "{} {} --force -o own.pack",
            self.command, self.file
        ))
    }
}

#[track_caller]
fn is_near(value: &Value, expected: f64) {
    let value = value.as_f64().unwrap();
    assert!((value - expected).abs() < 1e-9, "{value} {expected}");
}

#[test]
fn files_as_teams_have_them_become_packs() {
    let sandbox = Sandbox::default();
    for case in cases() {
        let printed = case.import(&sandbox);
        for words in case.said {
            assert!(printed.contains(words), "{words:?} is not in:\n{printed}");
        }
        let shown = sandbox.done("pack show own.pack");
        for words in case.shown {
            assert!(shown.contains(words), "{words:?} is not in:\n{shown}");
        }
        let lines = sandbox.done("pack show --messages own.pack");
        let lines: Vec<Value> = lines
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let keys = lines.iter().map(|line| line["answer"].as_str().unwrap());
        assert_eq!(keys.collect::<String>(), case.keys);
        for line in &lines {
            let messages = line["messages"].as_array().unwrap();
            assert_eq!(messages.len(), 1, "there is no system message");
            let text = messages[0]["content"].as_str().unwrap();
            assert!(
                !text.contains("EPISODE") && !text.contains("TASK"),
                "{text}"
            );
            assert!(
                text.ends_with(
                    "\n\nReply with JSON only: {\"answer\": \"_\"}, where _ is the letter of the right option."
                ),
                "{text}"
            );
        }
        let info: Value = serde_json::from_str(&sandbox.done("pack info --json own.pack")).unwrap();
        assert_eq!(info["questions"], case.keys.len());
        assert_eq!(info["kinds"], json!({ "choice": case.keys.len() }));
        assert_eq!(info["options"]["min"], *case.options.iter().min().unwrap());
        assert_eq!(info["options"]["max"], *case.options.iter().max().unwrap());
        is_near(&info["chance"], case.chance());
        let controls = sandbox.done("pack controls --json own.pack");
        let controls: Value = serde_json::from_str(&controls).unwrap();
        is_near(&controls["chance"], case.chance());
        for (letter, control) in ('A'..).zip(controls["controls"].as_array().unwrap()) {
            if control["name"] == format!("always {letter}") {
                let right = case.keys.matches(letter).count();
                assert_eq!(control["right"], right, "{control}");
            }
        }
    }
}

#[test]
fn they_are_asked_in_both_modes_and_chance_is_their_own() {
    let sandbox = Sandbox::default();
    sandbox.done("synth -o tiny.gguf");
    let mut synth = sandbox.command("synth -o says-b.gguf");
    Outcome::of(synth.args(["--says", r#"{"answer": "B"}"#])).expect(0);
    for case in cases() {
        case.import(&sandbox);
        sandbox.done("run --model tiny.gguf --pack own.pack --force -o letter.esr");
        let report = sandbox.report("letter.esr");
        assert_eq!(report["answered"], case.keys.len(), "{}", case.file);
        is_near(&report["chance"], case.chance());
        for row in &sandbox.rows("letter.esr").questions {
            let count = case.options[row.ask.question() as usize];
            let chosen = row.answer.choice().unwrap();
            assert!(
                (chosen.index() as u32) < count,
                "{chosen} of {count} options"
            );
        }
        sandbox.done("run --mode generate --model says-b.gguf --pack own.pack --force -o b.esr");
        let report = sandbox.report("b.esr");
        let right = case.keys.matches('B').count();
        assert_eq!(report["answered"], case.keys.len(), "{}", case.file);
        let tasks = report["tasks"].as_object().unwrap().values();
        let correct: u64 = tasks.map(|task| task["correct"].as_u64().unwrap()).sum();
        assert_eq!(correct, right as u64, "{}", case.file);
        is_near(&report["chance"], case.chance());
    }
}

/// What a team has: 200 questions, of which 90 have other than four options.
fn two_hundred() -> (String, f64) {
    let (mut rows, mut chance) = (String::new(), 0.0);
    for number in 0..200 {
        let count = match number {
            0..110 => 4,
            _ => [2, 3, 5, 6, 7, 8, 9, 10][number % 8],
        };
        let options: Vec<String> = (0..count)
            .map(|n| format!("{} ms", 1 + n * (1 + number)))
            .collect();
        let row = json!({
            "question": format!("Which delay has flow {number}?"),
            "choices": options,
            "answer": "B",
            "category": if number % 2 == 0 { "radio" } else { "core" },
        });
        rows += &format!("{row}\n");
        chance += 1.0 / f64::from(count as u32) / 200.0;
    }
    (rows, chance)
}

#[test]
fn of_two_hundred_questions_with_any_number_of_options_none_is_lost() {
    let sandbox = Sandbox::default();
    let (rows, chance) = two_hundred();
    sandbox.write("own.jsonl", rows);
    let printed = sandbox.done("pack import jsonl own.jsonl -o own.pack");
    assert!(printed.contains("own.pack: 200 questions"), "{printed}");
    assert!(!printed.contains("left out"), "{printed}");
    let mut synth = sandbox.command("synth -o says-b.gguf");
    Outcome::of(synth.args(["--says", r#"{"answer": "B"}"#])).expect(0);
    let run = sandbox.done("run --mode generate --model says-b.gguf --pack own.pack -o b.esr");
    let rows = sandbox.rows("b.esr");
    assert_eq!((rows.questions.len(), rows.skipped.len()), (200, 0));
    let report = sandbox.report("b.esr");
    is_near(&report["chance"], chance);
    is_near(&report["pass_at_1"]["value"], 1.0);
    let words = format!("better than guessing ({:.0} %)", 100.0 * chance);
    assert!(run.contains(&words), "{words} is not in:\n{run}");
    assert_ne!(
        format!("{:.0}", 100.0 * chance),
        "25",
        "four options would say so too"
    );
}

/// A file with one fault a row, told with the line and the reason.
#[test]
fn every_bad_row_is_told_with_its_line() {
    let sandbox = Sandbox::default();
    let mut csv = b"question,A,B,C,answer\n\
        good,x,y,z,A\n\
        same,x,y,x,A\n\
        \"two\nlines\",x,y,z,D\n\
        ,x,y,z,A\n\
        hole,x,,z,A\n\
        short,x,y\n\
        long,x,y,z,A,more\n\
        latin \xe9,x,y,z,A\n\
        \"a \"quoted\" word\",x,y,z,A\n\
        alone,x,,,A\n\
        none,x,y,z,\n\
        text,x,y,z,w\n"
        .to_vec();
    sandbox.write("bad.csv", &csv);
    let words = [
        "11 of 12 rows cannot be asked",
        "--skip-bad",
        "line 3: options A and C are the same, `x`",
        "lines 4 to 5: the answer `D` is none of the 3 options",
        "line 6: the question (column `question`) is empty",
        "line 7: option B is empty",
        "line 8: has 3 columns where 5 are named",
        "line 9: has 6 columns where 5 are named",
        "line 10: column `question` is not UTF-8 (byte 0xE9)",
        "line 11: text stands behind the closing quote of column 1",
        "line 12: has 1 option: 2 to 10 are needed",
        "line 13: the answer (column `answer`) is empty",
        "line 14: the answer `w` is none of the 3 options",
        "options      columns `A`, `B`, `C`",
    ];
    sandbox.refused(4, "pack import csv bad.csv -o own.pack", &words);
    let printed = sandbox.done("pack import csv bad.csv --skip-bad -o own.pack");
    assert!(printed.contains("left out 11 of 12 rows"), "{printed}");
    for words in &words[2..13] {
        assert!(printed.contains(words), "{words:?} is not in:\n{printed}");
    }
    assert!(printed.contains("own.pack: 1 questions"), "{printed}");

    // Many are counted.
    for _ in 0..30 {
        csv.extend_from_slice(b"text,x,y,z,w\n");
    }
    sandbox.write("many.csv", &csv);
    let words = ["41 of 42 rows", "line 23: ", "and 21 more"];
    sandbox.refused(4, "pack import csv many.csv -o new.pack", &words);

    sandbox.write(
        "open.csv",
        "question,A,B,answer\nq,x,y,A\n\"q,x,y,A\nq,x,y,A\n",
    );
    let words = ["line 3: a text in quotes begins here and does not end"];
    for skip in ["", "--skip-bad"] {
        let command = format!("pack import csv open.csv {skip} -o new.pack");
        sandbox.refused(4, &command, &words);
    }
    sandbox.write("none.csv", "question,A,B,answer\nq,x,y,C\n");
    let words = ["1 of 1 rows", "no row is left"];
    sandbox.refused(4, "pack import csv none.csv --skip-bad -o new.pack", &words);
    sandbox.write("utf16.csv", b"\xff\xfeq\0,\0");
    sandbox.refused(
        4,
        "pack import csv utf16.csv -o new.pack",
        &["UTF-16", "UTF-8"],
    );

    let good = r#"{"question": "q", "choices": ["x", "y"], "answer": "A"}"#;
    let lines = [
        good,
        "",
        r#"{"question": "q", "choices": ["x", "y"], "#,
        r#"["question"]"#,
        r#"{"question": "q", "choices": ["x", "y"], "answer": "A", "answer": "B"}"#,
        r#"{"question": "q", "choices": "x or y", "answer": "A"}"#,
        r#"{"question": "q", "choices": ["0","1","2","3","4","5","6","7","8","9","10"], "answer": "A"}"#,
        r#"{"question": "q", "choices": ["x", ""], "answer": "A"}"#,
        r#"{"question": "q", "choices": ["x", "y"], "answer": ["A", "B"]}"#,
        r#"{"question": {"text": "q"}, "choices": ["x", "y"], "answer": "A"}"#,
    ];
    sandbox.write("bad.jsonl", lines.join("\n"));
    let words = [
        "8 of 9 rows",
        "line 3: is not JSON: EOF while parsing",
        "line 4: is no JSON object",
        "line 5: an object has a name twice",
        "line 6: the options (column `choices`) are no JSON list",
        "line 7: has 11 options: 2 to 10 are needed",
        "line 8: option B is empty",
        "line 9: has 2 right answers",
        "line 10: column `question` holds a list or an object",
    ];
    sandbox.refused(4, "pack import jsonl bad.jsonl -o new.pack", &words);
}

#[test]
fn what_cannot_be_told_is_asked_for() {
    let sandbox = Sandbox::default();
    sandbox.write(
        "own.csv",
        "question,A,B,C,D,answer\nq,a,b,c,d,1\nr,a,b,c,d,3\n",
    );
    let words = [
        "answers 1 to 3 fit both 0-based and 1-based: give --index-base 0 or 1",
        "columns `A`, `B`, `C`, `D`",
    ];
    sandbox.refused(4, "pack import csv own.csv -o own.pack", &words);
    for (base, right) in [("0", ["B", "D"]), ("1", ["A", "C"])] {
        let said = sandbox.done(&format!(
            "pack import csv own.csv --index-base {base} --force -o own.pack"
        ));
        assert!(said.contains(&format!("numbers from {base}")), "{said}");
        let lines = sandbox.done("pack show --messages own.pack");
        for (line, right) in lines.lines().zip(right) {
            let line: Value = serde_json::from_str(line).unwrap();
            assert_eq!(line["answer"], right);
        }
    }
    sandbox.write("names.csv", "frage,A,B,key\nq,a,b,A\n");
    let words = [
        "line 1 names no column of questions",
        "`frage`",
        "--map question=COL",
    ];
    sandbox.refused(4, "pack import csv names.csv -o new.pack", &words);
    sandbox.done("pack import csv names.csv --map question=frage -o new.pack");
    let words = ["--map answer=right", "`key`"];
    sandbox.refused(
        4,
        "pack import csv names.csv --map question=frage,answer=right -o n.pack",
        &words,
    );
    let words = ["new.pack exists", "--force"];
    sandbox.refused(
        4,
        "pack import csv names.csv --map question=frage -o new.pack",
        &words,
    );
    sandbox.refused(
        2,
        "pack import csv names.csv --map frage -o n.pack",
        &["ROLE=COL"],
    );
}

#[test]
fn questions_of_other_kinds_come_through() {
    let sandbox = Sandbox::default();
    sandbox.write(
        "n.csv",
        "question;answer;unit;tolerance\nHow long?;12,5;ms;\n",
    );
    sandbox.refused(
        4,
        "pack import csv n.csv -o n.pack",
        &["line 2: the answer `12,5` is no number in ms"],
    );
    sandbox.write(
        "n.csv",
        "question;answer;unit;tolerance\nHow long?;12.5;ms;5 %\n",
    );
    sandbox.done("pack import csv n.csv -o n.pack");
    let shown = sandbox.done("pack show n.pack");
    assert!(shown.contains("* right: 12.5 ms, within 5 %"), "{shown}");
    assert!(
        sandbox
            .done("pack show --messages n.pack")
            .contains("a number in ms.")
    );
    assert!(
        sandbox
            .done("pack info n.pack")
            .contains("kinds      1 number\n")
    );
    sandbox.refused(4, "pack controls n.pack", &["no question has any"]);
    sandbox.write(
        "t.jsonl",
        r#"{"question": "Which band?", "answer": ["n78", "band n78"]}"#,
    );
    sandbox.done("pack import jsonl t.jsonl -o t.pack");
    let shown = sandbox.done("pack show t.pack");
    assert!(
        shown.contains("* right, in any case and spacing: n78 | band n78"),
        "{shown}"
    );
}

#[test]
fn functions_of_a_team_are_offered_and_called() {
    let sandbox = Sandbox::default();
    let tool = |name: &str| {
        json!({"name": name, "description": "Moves.", "inputSchema": {"type": "object",
            "properties": {"slice": {"type": "string"}}, "required": ["slice"]}})
    };
    let mcp = json!({"jsonrpc": "2.0", "id": 1, "result": {"tools": [tool("move_flow"), tool("move_user")]}});
    sandbox.write("tools.json", mcp.to_string());
    let printed = sandbox.done("pack tools tools.json");
    let first: Value = serde_json::from_str(printed.lines().next().unwrap()).unwrap();
    assert_eq!(first["parameters"]["required"], json!(["slice"]));
    assert_eq!(printed.lines().count(), 2);
    let questions = [
        json!({"question": "Move flow 3 to slice a.", "calls": [{"name": "move_flow", "arguments": {"slice": "a"}}]}),
        json!({"question": "Do nothing.", "calls": []}),
    ];
    sandbox.write("q.jsonl", questions.map(|row| row.to_string()).join("\n"));
    sandbox.done("pack import jsonl q.jsonl --tools tools.json -o own.pack");
    let shown = sandbox.done("pack show own.pack");
    for words in [
        "move_user",
        "* right: [{\"name\":\"move_flow\"",
        "* right: no call",
    ] {
        assert!(shown.contains(words), "{words:?} is not in:\n{shown}");
    }
    let words = ["there are no functions to call", "--tools FILE"];
    sandbox.refused(4, "pack import jsonl q.jsonl -o new.pack", &words);
    let words = ["line 1: right call 1 (move_flow): no such function is offered"];
    sandbox.refused(
        4,
        "pack import jsonl q.jsonl --tools tools.json --only move_user -o new.pack",
        &words,
    );

    let many: Vec<Value> = (0..33).map(|number| tool(&format!("f{number}"))).collect();
    sandbox.write("many.json", json!({ "tools": many }).to_string());
    let words = ["33 functions", "32 at most", "--only NAME,NAME"];
    sandbox.refused(
        4,
        "pack import jsonl q.jsonl --tools many.json -o new.pack",
        &words,
    );
    sandbox.write("odd.json", json!({ "tools": [tool("a b")] }).to_string());
    sandbox.refused(
        4,
        "pack tools odd.json",
        &["a b: its name has ' '", "rename it"],
    );
    sandbox.write("api.yaml", "openapi: 3.0.0\n");
    sandbox.refused(4, "pack tools api.yaml", &["converted to JSON"]);
}

/// What a fresh reader of the import ran into.
#[test]
fn what_is_odd_in_a_file_is_said() {
    let sandbox = Sandbox::default();
    let samples = ["13", "1,200"].map(|answer| {
        json!({"doc_id": 0, "doc": {"question": format!("q{answer}"), "answer": format!("So it is {answer}.\n#### {answer}")},
            "target": "x", "filter": "strict-match"})
        .to_string()
    });
    sandbox.write("gsm8k.jsonl", samples.join("\n"));
    let printed = sandbox.done("pack import jsonl gsm8k.jsonl -o gsm8k.pack");
    assert!(
        printed.contains("solutions    2 of 2 answers are solutions"),
        "{printed}"
    );
    let shown = sandbox.done("pack show gsm8k.pack");
    assert!(shown.contains("* right: 1200, within 0\n"), "{shown}");

    sandbox.write(
        "long.csv",
        "question,answer\nq,\"one\nand two\"\nq,b\n,\nr,c\nq,b\n",
    );
    let printed = sandbox.done("pack import csv long.csv -o long.pack");
    for words in [
        "1 of 4 accepted answers have line ends or more than 12 words, the first on lines 2 to 3",
        "blank        1 row without any text left out",
        "2 rows repeat a question; 2 of them with another answer: line 4 (of line 2)",
    ] {
        assert!(printed.contains(words), "{words:?} is not in:\n{printed}");
    }

    sandbox.write("n.csv", "question,answer\nq,1\nr,2\ns,3\nt,50%\n");
    let words = ["3 of 4 answers are numbers, line 5 is not (`50%`): give --kind number"];
    sandbox.refused(4, "pack import csv n.csv -o n.pack", &words);
    let words = ["line 5: the answer `50%` is no number"];
    sandbox.refused(4, "pack import csv n.csv --kind number -o n.pack", &words);
    sandbox.done("pack import csv n.csv --kind text -o n.pack");

    let words = ["read it with `edgescore pack import jsonl`"];
    sandbox.refused(4, "pack import csv gsm8k.jsonl -o new.pack", &words);
    let words = [
        "line 1 is `question,answer`",
        "read a CSV file with `edgescore pack import csv`",
    ];
    sandbox.refused(4, "pack import jsonl n.csv -o new.pack", &words);
    let words = ["there is no column `Nope`; there are `question`, `answer`"];
    sandbox.refused(
        4,
        "pack import csv n.csv --map question=Nope -o new.pack",
        &words,
    );
    let utf16 = "question,answer\nq,1\n".encode_utf16();
    let utf16: Vec<u8> = utf16.flat_map(u16::to_le_bytes).collect();
    sandbox.write("utf16.csv", utf16);
    let words = ["line 1 has a NUL byte, as text in UTF-16 has: save the file as UTF-8"];
    sandbox.refused(
        4,
        "pack import csv utf16.csv --skip-bad -o new.pack",
        &words,
    );
    sandbox.refused(4, "pack tools utf16.csv", &["is not UTF-8"]);
}

#[test]
fn a_pack_of_calls_is_described_as_one() {
    let sandbox = Sandbox::default();
    let tool = json!({"name": "move_flow", "inputSchema": {"type": "object", "additionalProperties": true,
        "properties": {"slice": {"type": "string", "pattern": "^s"}}}});
    let page = json!({"tools": [tool], "nextCursor": "2"});
    sandbox.write("tools.json", page.to_string());
    let question = json!({"id": "q-1", "question": "Move it to s1, now.",
        "calls": [{"name": "move_flow", "arguments": {"slice": "s1", "when": "now"}}]});
    sandbox.write("q.jsonl", question.to_string());
    let command = "pack import jsonl q.jsonl --tools tools.json -o own.pack";
    let outcome = sandbox.edgescore(command).expect(0);
    assert!(
        outcome
            .stdout
            .contains("own.pack: 1 questions, 0 episodes, 1 tasks"),
        "{outcome:?}"
    );
    assert!(
        outcome.stdout.contains("not checked  pattern\n"),
        "{outcome:?}"
    );
    let warning = "warning: tools.json lacks functions: its nextCursor says";
    assert!(outcome.stderr.contains(warning), "{outcome:?}");
    let outcome = sandbox.edgescore("pack tools tools.json").expect(0);
    assert!(
        outcome.stderr.contains("not checked: pattern\n"),
        "{outcome:?}"
    );
    assert!(outcome.stderr.contains(warning), "{outcome:?}");

    let controls = sandbox.done("pack controls own.pack");
    assert!(
        controls.starts_with("pack q, 1 questions about functions\n"),
        "{controls}"
    );
    for words in ["chance", "bag of words", "with options"] {
        assert!(!controls.contains(words), "{words:?} is in:\n{controls}");
    }
    let controls = sandbox.done("pack controls --json own.pack");
    let controls: Value = serde_json::from_str(&controls).unwrap();
    assert_eq!(controls["chance"], Value::Null);
}

/// SmolLM2-135M-Instruct, which `scripts/real-model` fetches.
#[test]
fn a_real_model_is_asked_own_questions() {
    let model = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../target/models/SmolLM2-135M-Instruct.Q4_1.gguf"
    );
    if !Path::new(model).is_file() {
        eprintln!("skipped: scripts/real-model has not fetched the model of this test");
        return;
    }
    let sandbox = Sandbox::default();
    for case in cases() {
        case.import(&sandbox);
        for mode in ["letter", "generate --max-tokens 12"] {
            sandbox.done(&format!(
                "run --mode {mode} --model {model} --pack own.pack --force -o own.esr"
            ));
            let report = sandbox.report("own.esr");
            assert_eq!(report["answered"], case.keys.len(), "{} {mode}", case.file);
            is_near(&report["chance"], case.chance());
            let tasks = report["tasks"].as_object().unwrap().values();
            let correct: u64 = tasks.map(|task| task["correct"].as_u64().unwrap()).sum();
            eprintln!(
                "{} {mode}: {correct} of {} correct",
                case.file,
                case.keys.len()
            );
        }
    }
}
