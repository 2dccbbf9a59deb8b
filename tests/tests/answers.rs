//! How generated text is read and kept.
#![allow(clippy::unwrap_used, clippy::panic)]

use edgescore_record::Found;
use edgescore_tests::{Outcome, Sandbox, SmallTasks, with_shared};

const SMALL: SmallTasks = SmallTasks {
    tasks: 2,
    questions: 2,
};
const RUN: &str = "run --mode generate --model m.gguf --pack small.pack --draws 0 --force -o a.esr";

fn says(sandbox: &Sandbox, text: &str) {
    let mut command = sandbox.command("synth -o m.gguf --force");
    Outcome::of(command.args(["--says", text])).expect(0);
}

#[test]
fn both_parsers_are_there_and_where_they_differ_is_counted() {
    let sandbox = Sandbox::with_small_pack(SMALL);
    says(&sandbox, "A careful reading shows that option C is right.");
    for (options, choice, parser) in [
        (
            "",
            "C",
            "strict; the reference parser reads 4 answers otherwise",
        ),
        (
            "--parser reference",
            "A",
            "reference; the strict parser reads 4 answers otherwise",
        ),
    ] {
        sandbox.done(&format!("{RUN} {options}"));
        for row in &sandbox.rows("a.esr").questions {
            assert_eq!(
                row.answer
                    .choice()
                    .map(|letter| letter.as_char().to_string())
                    .as_deref(),
                Some(choice)
            );
        }
        let report = sandbox.report("a.esr");
        assert_eq!(report["answers"]["read_otherwise"], 4);
        let page = sandbox.done("report --full a.esr");
        assert!(page.contains(parser), "{page}");
    }
}

#[test]
fn a_text_that_names_two_letters_is_unparsed() {
    let sandbox = Sandbox::with_small_pack(SMALL);
    says(&sandbox, "Both B and C hold.");
    sandbox.done(RUN);
    for row in &sandbox.rows("a.esr").questions {
        assert_eq!(row.answer.chosen().unwrap().found, Found::Nowhere);
    }
    let wrong = sandbox.done("report --wrong --pack small.pack a.esr");
    for words in [
        "4 of 4 answers are wrong",
        "Which cell takes user 0?",
        "   key  A: north",
        "unparsed: no letter was found",
        "the other parser reads: B",
        "text: \"Both B and C hold.\"",
    ] {
        assert!(wrong.contains(words), "{words}: {wrong}");
    }
}

#[test]
fn texts_are_kept_unless_that_is_unwanted() {
    let sandbox = Sandbox::with_small_pack(SMALL);
    let text = "{\"answer\": \"B\"} \u{1b}[31m <b>red</b>";
    says(&sandbox, text);
    sandbox.done(RUN);
    for format in ["csv", "jsonl"] {
        let printed = sandbox.done(&format!("report --questions --format {format} a.esr"));
        assert!(printed.contains("<b>red</b>"), "{format}: {printed}");
    }
    let html = sandbox.done("report --format html a.esr");
    assert!(html.contains("<div class=\"texts\">") && html.contains("<td>wrong</td>"));
    assert!(
        html.contains("&lt;b&gt;red") || html.contains("&#60;b&#62;red"),
        "texts are in the page, escaped"
    );
    assert!(!html.contains('\u{1b}') && !html.contains("<b>red"));
    let wrong = sandbox.done("report --wrong --pack small.pack a.esr");
    assert!(
        wrong.contains("\\u{1b}[31m") && !wrong.contains('\u{1b}'),
        "{wrong}"
    );

    sandbox.done(&format!("{RUN} --keep-text=no"));
    let printed = sandbox.done("report --questions --format jsonl a.esr");
    assert!(!printed.contains("red"), "{printed}");
    assert_eq!(sandbox.report("a.esr")["answers"]["text_kept"], false);
    let wrong = sandbox.done("report --wrong --pack small.pack a.esr");
    assert!(wrong.contains("the texts were not kept"), "{wrong}");
}

#[test]
fn wrong_answers_need_the_pack_of_the_run() {
    let sandbox = Sandbox::with_small_pack(SMALL);
    says(&sandbox, "B");
    sandbox.done(RUN);
    sandbox.refused(
        4,
        "report --wrong a.esr",
        &["another (", "give that one as --pack"],
    );
    let default = RUN
        .replace("--pack small.pack", "--limit 2")
        .replace("a.esr", "d.esr");
    sandbox.done(&default);
    let words = ["leave --pack out"];
    sandbox.refused(4, "report --wrong --pack small.pack d.esr", &words);
    let words = ["--questions"];
    sandbox.refused(
        2,
        "report --wrong --pack small.pack --format csv a.esr",
        &words,
    );
}

/// Texts that models wrote and what a person reads in them, each standing for its kind.
#[test]
fn what_a_person_reads_is_read() {
    let Some(shared) = with_shared(&[("cases/answers.json", "answers.json")]) else {
        return;
    };
    let cases: serde_json::Value = serde_json::from_slice(&shared.read("answers.json")).unwrap();
    let sandbox = Sandbox::with_small_pack(SMALL);
    // ChatML of a model that thinks.
    let template = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content.split('</think>')[-1] }}<|im_end|>\n{% endfor %}<|im_start|>assistant\n";
    sandbox.write("think.jinja", template);
    for case in cases.as_array().unwrap() {
        let (text, expected) = (
            case["text"].as_str().unwrap(),
            case["expect"].as_str().unwrap(),
        );
        says(&sandbox, text);
        sandbox.done(&format!(
            "{RUN} --limit 1 --max-tokens 64 --template think.jinja"
        ));
        let answer = sandbox.rows("a.esr").questions[0].answer;
        let answer = answer.chosen().unwrap();
        let read = match (answer.choice, answer.found) {
            (Some(letter), _) => letter.as_char().to_string(),
            (None, Found::Incomplete) => "incomplete".to_owned(),
            (None, _) => "unparsed".to_owned(),
        };
        assert_eq!(read, expected.split(':').next().unwrap(), "{text}");
    }
}

/// Runs whose texts were read by other rules, or that were asked in another way, are not put side by
/// side without a word.
#[test]
fn what_was_read_or_asked_otherwise_is_said() {
    let sandbox = Sandbox::with_small_pack(SMALL);
    says(&sandbox, "B");
    sandbox.done(RUN);
    let again = RUN.replace("a.esr", "b.esr");
    sandbox.done(&format!("{again} --parser reference"));
    let words = ["different parsers", "--allow-different=mode"];
    sandbox.refused(4, "compare a.esr b.esr", &words);
    sandbox.done("compare a.esr b.esr --allow-different=mode");
    let page = sandbox.done("report a.esr b.esr");
    assert!(page.contains("differ in their parsers"), "{page}");
    sandbox.done(&format!("{again} --shots 1"));
    let page = sandbox.done("report a.esr b.esr");
    assert!(page.contains("differ in their prompts"), "{page}");
}
