//! Traces: models that think before they answer, with real templates and vocabularies. The models
//! say what the test writes, so what they think is known.
#![allow(clippy::unwrap_used, clippy::panic)]

use edgescore_record::{Found, Record, TraceEnd};
use edgescore_taskpack::Letter;
use edgescore_tests::{Outcome, Sandbox, SmallTasks, with_templates};

const SMALL: SmallTasks = SmallTasks {
    tasks: 2,
    questions: 2,
};
const RUN: &str = "run --model m.gguf --pack small.pack --force -o a.esr";

/// A template with its vocabulary, and the marks of its traces.
struct Maker {
    template: &'static str,
    vocabulary: &'static str,
    open: &'static str,
    close: &'static str,
    /// Whether its prompts end inside a trace without being asked.
    opens: bool,
}

const MAKERS: [Maker; 3] = [
    Maker {
        template: "Qwen3.5-4B",
        vocabulary: "qwen35",
        open: "<think>\n",
        close: "\n</think>\n\n",
        opens: true,
    },
    Maker {
        template: "google-gemma-4-31B-it",
        vocabulary: "gemma-4",
        open: "<|channel>thought\n",
        close: "<channel|>",
        opens: false,
    },
    Maker {
        template: "deepseek-ai-DeepSeek-R1-Distill-Llama-8B",
        vocabulary: "llama-bpe",
        open: "<think>\n",
        close: "\n</think>\n\n",
        opens: true,
    },
];

/// A sandbox with small.pack and the maker's template and vocabulary.
fn sandbox(maker: &Maker) -> Option<Sandbox> {
    let sandbox = with_templates(&[maker.template], &[maker.vocabulary])?;
    SMALL.write(&sandbox.path("tasks"));
    sandbox.done("pack build --tasks tasks -o small.pack");
    Some(sandbox)
}

/// Makes m.gguf, which says `text`.
fn says(sandbox: &Sandbox, maker: &Maker, text: &str) {
    let mut command = sandbox.command("synth -o m.gguf --force");
    command.args(["--says", text]);
    command.args([
        "--tokenizer",
        &format!("ggml-vocab-{}.gguf", maker.vocabulary),
    ]);
    command.args(["--template", &format!("templates/{}.jinja", maker.template)]);
    Outcome::of(&mut command).expect(0);
}

/// Letters in a trace are no answer, whatever they look like.
const THOUGHT: &str = "Answer: A? {\"answer\": \"B\"} no, option C. So A or B";

/// A model that does not think, for comparison: Llama 3.2, whose template writes the day.
#[test]
fn a_model_without_traces_is_asked_in_both_modes() {
    let llama = Maker {
        template: "meta-llama-Llama-3.2-3B-Instruct",
        vocabulary: "llama-bpe",
        open: "",
        close: "",
        opens: false,
    };
    let Some(sandbox) = sandbox(&llama) else {
        return;
    };
    says(&sandbox, &llama, "{\"answer\": \"B\"}");
    let text =
        sandbox.done("prompt --text --model m.gguf --pack small.pack --template-date 2026-11-27");
    assert!(text.contains("Today Date: 27 Nov 2026"), "{text}");
    sandbox.done(&format!("{RUN} --mode generate --draws 1"));
    let rows = sandbox.rows("a.esr");
    assert!(
        rows.questions
            .iter()
            .all(|row| row.answer.choice() == Some(Letter::B))
    );
    let report = sandbox.report("a.esr");
    assert_eq!(report["provenance"]["template_origin"], "model");
    assert_eq!(report["answers"]["traces"], serde_json::Value::Null);
    // What llama.cpp's matcher leaves out of this template is its day.
    let matched = report["provenance"]["llama_cpp_prompt"].as_str().unwrap();
    assert!(matched.starts_with("would write"), "{matched}");
    sandbox.done(RUN);
    assert_eq!(sandbox.rows("a.esr").questions.len(), 4);
}

#[test]
fn an_answer_is_read_behind_the_trace_alone() {
    for maker in &MAKERS {
        let Some(sandbox) = sandbox(maker) else {
            return;
        };
        let open = if maker.opens { "" } else { maker.open };
        let text = format!("{open}{THOUGHT}{}{{\"answer\": \"D\"}}", maker.close);
        says(&sandbox, maker, &text);
        let think = if maker.opens { "auto" } else { "200" };
        sandbox.done(&format!(
            "{RUN} --mode generate --draws 1 --max-tokens 200 --think {think}"
        ));
        let rows = sandbox.rows("a.esr");
        assert_eq!(rows.questions.len(), 4);
        for row in &rows.questions {
            assert_eq!(row.answer.choice(), Some(Letter::D), "{}", maker.template);
            assert_eq!(row.answer.chosen().unwrap().found, Found::Json);
        }
        let report = sandbox.report("a.esr");
        let traces = &report["answers"]["traces"];
        assert_eq!(
            (&traces["count"], &traces["by_model"]),
            (&4.into(), &4.into()),
            "{traces}"
        );
        let generated = rows.questions[0].generated.unwrap().tokens;
        let trace = traces["tokens"].as_f64().unwrap();
        assert!(
            trace > 5.0 && trace < f64::from(generated),
            "{trace} of {generated}"
        );
        assert_eq!(report["answers"]["read_otherwise"], 0);
        let jsonl = sandbox.done("report --questions --format jsonl a.esr");
        assert!(jsonl.contains("So A or B"), "{jsonl}");
    }
}

#[test]
fn a_trace_that_does_not_end_is_incomplete() {
    for maker in &MAKERS {
        let Some(sandbox) = sandbox(maker) else {
            return;
        };
        let open = if maker.opens { "" } else { maker.open };
        says(&sandbox, maker, &format!("{open}{THOUGHT}"));
        sandbox.done(&format!("{RUN} --mode generate --draws 0 --max-tokens 12"));
        let rows = sandbox.rows("a.esr");
        for row in &rows.questions {
            assert_eq!(
                row.answer.chosen().unwrap().found,
                Found::Incomplete,
                "{}",
                maker.template
            );
            assert_eq!(row.answer.choice(), None);
        }
        let report = sandbox.report("a.esr");
        for task in ["T1", "T2"] {
            let tally = &report["tasks"][task];
            assert_eq!(tally["incomplete"], 2, "{tally}");
            assert_eq!(tally["unparsed"], 0, "{tally}");
        }
        assert_eq!(report["answers"]["traces"]["never"], 4);
        let page = sandbox.done("report a.esr");
        assert!(
            page.contains("4 incomplete (the trace did not end)"),
            "{page}"
        );
        let wrong = sandbox.done("report --wrong --pack small.pack a.esr");
        assert!(
            wrong.contains("incomplete: the trace did not end"),
            "{wrong}"
        );
    }
}

/// At its limit a trace is closed, and the answer asked for.
#[test]
fn a_trace_is_closed_at_its_limit() {
    let maker = &MAKERS[0];
    let Some(sandbox) = sandbox(maker) else {
        return;
    };
    says(&sandbox, maker, "{\"answer\": \"C\"}");
    // Behind whatever it is told, this model says its text, so it thinks its answer too.
    sandbox.done(&format!("{RUN} --mode generate --draws 1 --think 3"));
    let rows = sandbox.rows("a.esr");
    let result = edgescore_record::file::ResultFile::parse(&sandbox.read("a.esr")).unwrap();
    let ends: Vec<TraceEnd> = result
        .records()
        .filter_map(|record| match record {
            Record::Trace(trace) => Some(trace.end),
            _ => None,
        })
        .collect();
    assert!(
        !ends.is_empty() && ends.iter().all(|end| *end == TraceEnd::Limit),
        "{ends:?}"
    );
    assert_eq!(rows.questions.len(), 4);
    for row in &rows.questions {
        assert_eq!(row.answer.choice(), Some(Letter::C));
    }
    // What closes a trace is none of its tokens, in either mode.
    for mode in ["generate", "letter"] {
        sandbox.done(&format!("{RUN} --mode {mode} --draws 0 --think 3"));
        let traces = &sandbox.report("a.esr")["answers"]["traces"];
        assert_eq!(traces["tokens"], 3.0, "{mode}: {traces}");
    }
}

/// Traces that begin late, again, or without their mark.
#[test]
fn an_answer_is_behind_the_last_trace() {
    // ChatML of a model that thinks; the byte-level vocabulary has no marks.
    let template = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content.split('</think>')[-1] }}<|im_end|>\n{% endfor %}<|im_start|>assistant\n";
    let sandbox = Sandbox::with_small_pack(SMALL);
    sandbox.write("think.jinja", template);
    for (text, choice) in [
        ("Okay. <think>Option A is", None),
        ("Sure!\n<think>Option A?</think>B", Some(Letter::B)),
        ("Option A is slow.\n</think>\n\n**B**", Some(Letter::B)),
        (
            "<think>C</think>Option A is good. Hmm.</think>Option B.",
            Some(Letter::B),
        ),
        ("<think>C</think>A <think>so B", None),
    ] {
        let mut command = sandbox.command("synth -o m.gguf --force");
        Outcome::of(command.args(["--says", text])).expect(0);
        sandbox.done(&format!(
            "{RUN} --mode generate --draws 0 --limit 1 --template think.jinja"
        ));
        let answer = sandbox.rows("a.esr").questions[0].answer;
        let found = match choice {
            Some(_) => answer.chosen().unwrap().found,
            None => Found::Incomplete,
        };
        assert_eq!(
            (answer.choice(), answer.chosen().unwrap().found),
            (choice, found),
            "{text}"
        );
    }
}

#[test]
fn letter_mode_waits_for_the_trace() {
    for maker in &MAKERS {
        let Some(sandbox) = sandbox(maker) else {
            return;
        };
        says(&sandbox, maker, &format!("{THOUGHT}{}B", maker.close));
        if maker.opens {
            let words = ["inside a trace", "--think off", "--mode generate"];
            sandbox.refused(2, RUN, &words);
        } else {
            sandbox.done(RUN);
        }
        // Off: the template's own switch, or the trace closed before it begins.
        sandbox.done(&format!("{RUN} --think off"));
        assert_eq!(
            sandbox.rows("a.esr").questions.len(),
            4,
            "{}",
            maker.template
        );
        sandbox.done(&format!("{RUN} --think 100"));
        let rows = sandbox.rows("a.esr");
        for row in &rows.questions {
            assert_eq!(row.answer.chosen().unwrap().found, Found::Logits);
            assert!(row.probabilities.is_some());
            assert!(row.generated.is_some_and(|generated| generated.tokens > 5));
        }
        let traces = &sandbox.report("a.esr")["answers"]["traces"];
        assert_eq!(traces["by_model"], 4, "{}: {traces}", maker.template);
    }
}
