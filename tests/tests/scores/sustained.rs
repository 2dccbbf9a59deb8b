//! Results of sustained load that no board made: what each did is known.

use edgescore_probe::{Hertz, Microjoules, Microseconds, MilliCelsius, Reading, Throttled};
use edgescore_record::{Ask, Record, SessionStart, SustainedLoad, TaskRow, Timed, Vitals};
use edgescore_taskpack::{Rotation, SplitMix64};
use edgescore_tests::Sandbox;
use serde_json::Value;

use super::made::{Made, Writer};

const QUESTIONS: u32 = 30;
const MINUTES: u64 = 30;
const EIGHT_MINUTES: u64 = 480_000_000;

/// A board on which answers take `percent` of their first time after eight minutes, at 8 W.
fn board(percent: u64) -> Vec<u8> {
    let made = Made::default();
    let mut writer = Writer::new();
    writer.row(&Record::SessionStart(SessionStart {
        asks: QUESTIONS,
        pack_questions: QUESTIONS,
        ..made.start()
    }));
    let length = Microseconds(MINUTES * 60_000_000);
    writer.row(&Record::SustainedLoad(SustainedLoad { length }));
    writer.row(&Record::Task(TaskRow {
        index: 0,
        id: "T1",
        name: "A task",
        group: "G1",
        pass_at_k: false,
        asks: QUESTIONS,
    }));
    writer.row(&Record::ModelLoaded(made.loaded()));
    let mut random = SplitMix64::new(1);
    let (mut now, mut number, mut looked) = (0, 0, 0);
    while now < length.0 {
        if now >= looked {
            writer.row(&Record::Vitals(vitals(now, percent)));
            looked = now + 5_000_000;
        }
        let question = number % QUESTIONS;
        if number < QUESTIONS {
            made.answer(question, 0, &mut writer);
        }
        let slower = if now < EIGHT_MINUTES { 100 } else { percent };
        // Long ones first; and 2 % up and down from answer to answer.
        let own = 1_600_000 - 40_000 * u64::from(question);
        let noise = 980 + random.below(41);
        let time = own * slower / 100 * noise / 1000;
        now += time;
        writer.row(&Record::Timed(Timed {
            ask: Ask::new(question, Rotation::default()),
            pass: 1 + number / QUESTIONS,
            at: Microseconds(now),
            time: Microseconds(time),
            energy: Reading::Value(Microjoules(8 * time)),
        }));
        number += 1;
    }
    made.finish(writer)
}

/// Hot and slow from eight minutes on, if it slows.
fn vitals(at: u64, percent: u64) -> Vitals {
    let hot = percent > 100 && at >= EIGHT_MINUTES;
    Vitals {
        at: Microseconds(at),
        clock: Reading::Value(Hertz(if hot { 1_667_000_000 } else { 2_400_000_000 })),
        temperature: Reading::Value(MilliCelsius(if hot { 85_000 } else { 60_000 })),
        throttled: Reading::Value(Throttled(if hot { 0x8_0008 } else { 0 })),
    }
}

fn number(value: &Value) -> f64 {
    value
        .as_f64()
        .unwrap_or_else(|| panic!("no number: {value}"))
}

#[test]
fn a_board_that_slows_by_44_percent_is_reported_so() {
    let sandbox = Sandbox::default();
    sandbox.write("slow.esr", board(144));
    let report = sandbox.report("slow.esr");
    assert_eq!(report["answered"], QUESTIONS);
    let load = &report["sustained_load"];
    for figure in ["seconds_per_answer", "joules_per_answer"] {
        let change = &load[figure]["change"];
        let value = number(&change["value"]);
        assert!((value - 0.44).abs() < 0.02, "{figure}: {change}");
        assert!(number(&change["low"]) > 0.42 && number(&change["high"]) < 0.46);
        assert_eq!(load[figure]["drifts"], true);
    }
    assert_eq!(load["clock_hz"]["first_minute"], 2.4e9);
    assert_eq!(load["clock_hz"]["steady_state"], 1.667e9);
    assert_eq!(load["temperature_c"]["steady_state"], 85.0);
    let throttled = &load["throttled"];
    assert_eq!(throttled["told_by"], "flags");
    assert!(
        (480.0..487.0).contains(&number(&throttled["after_s"])),
        "{throttled}"
    );

    let change = number(&load["seconds_per_answer"]["change"]["value"]);
    let shown = format!("{:+.1} %", 100.0 * change);
    for page in [
        "report slow.esr",
        "report --full slow.esr",
        "report --format html slow.esr",
    ] {
        let page = sandbox.done(page);
        for words in [
            "sustained load",
            "30.0 min",
            &shown,
            "fewer answers a second",
            "2400 MHz in the first minute, 1667 MHz in the steady state",
            "85.0 °C in the steady state",
            " min, by the firmware",
        ] {
            assert!(page.contains(words), "{words}: {page}");
        }
    }
    let page = sandbox.done("report --format html slow.esr");
    assert!(page.contains("Time of an answer under sustained load"));
    assert!(page.contains("Temperature under sustained load"));
    let csv = sandbox.done("report --format csv slow.esr");
    let (head, row) = csv.split_once('\n').unwrap();
    assert!(head.contains(",time_drift,"), "{head}");
    assert!(row.contains(&format!(",{change},")), "{row}");
}

#[test]
fn a_flat_board_shows_no_drift() {
    let sandbox = Sandbox::default();
    sandbox.write("flat.esr", board(100));
    let load = sandbox.report("flat.esr")["sustained_load"].clone();
    for figure in ["seconds_per_answer", "joules_per_answer"] {
        assert_eq!(load[figure]["drifts"], false, "{load}");
    }
    assert!(load["throttled"].is_null(), "{load}");
    let page = sandbox.done("report flat.esr");
    assert_eq!(page.matches(": no drift").count(), 2, "{page}");
    assert!(page.contains("not in 30.0 min"), "{page}");
}

#[test]
fn the_schema_knows_it() {
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/report.schema.json");
    let schema: Value = serde_json::from_slice(&std::fs::read(schema).unwrap()).unwrap();
    let schema = jsonschema::draft202012::new(&schema).unwrap();
    let sandbox = Sandbox::default();
    sandbox.write("slow.esr", board(144));
    sandbox.write("flat.esr", board(100));
    let printed = sandbox.done("report --format json slow.esr flat.esr");
    let report: Value = serde_json::from_str(&printed).unwrap();
    let errors = schema.iter_errors(&report);
    let errors: Vec<String> = errors
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}
