use super::*;
use proptest::prelude::*;
use std::string::{String, ToString};
use std::vec::Vec;

/// Shape and order of a Pi 5's answer; values of an idle board.
const IDLE: &str =
    include_str!("../../../../../tests/fixtures/boards/pi5/dev/vcio_gencmd/pmic_read_adc");

/// Answers from a list, then the last one for ever.
struct Script(Vec<Reading<String>>);

impl Mailbox for Script {
    fn ask<'a>(&mut self, command: &str, answer: &'a mut [u8; ANSWER_BYTES]) -> Reading<&'a str> {
        assert_eq!(command, "pmic_read_adc");
        let next = match self.0.len() {
            1 => self.0[0].clone(),
            _ => self.0.remove(0),
        };
        next.map(|text| {
            answer[..text.len()].copy_from_slice(text.as_bytes());
            str::from_utf8(&answer[..text.len()]).unwrap()
        })
    }
}

fn source(
    answers: &[&str],
    calibration: Option<Calibration>,
) -> Result<Box<dyn Source>, Unavailable> {
    let answers = answers
        .iter()
        .map(|a| Reading::Value(a.to_string()))
        .collect();
    with_mailbox(Box::new(Script(answers)), calibration)
}

fn read_once(answer: &str) -> Reading<Measure> {
    match source(&[IDLE, answer], None) {
        Ok(mut source) => source.read(Microseconds(0)),
        Err(_) => panic!("the idle answer is valid"),
    }
}

fn watts(reading: Reading<Measure>) -> f64 {
    match reading {
        Reading::Value(Measure::Power(power)) => power.0 as f64 / 1e6,
        other => panic!("{other:?}"),
    }
}

/// The sum done the slow way, in floating point.
fn reference(answer: &str) -> f64 {
    let value = |name: &str, unit: char| -> f64 {
        let line = answer
            .lines()
            .find(|l| l.trim_start().starts_with(name))
            .unwrap();
        line.split_once('=')
            .unwrap()
            .1
            .trim_end_matches(unit)
            .parse()
            .unwrap()
    };
    let rail = |name: &&str| value(&format!("{name}_A "), 'A') * value(&format!("{name}_V "), 'V');
    answer::RAILS.iter().map(rail).sum()
}

#[test]
fn the_rails_of_an_idle_pi_5_are_summed() {
    let sum = watts(read_once(IDLE));
    assert!((sum - reference(IDLE)).abs() < 1e-5, "{sum}");
    // Published: 1.55 W idle.
    assert!((1.4..1.8).contains(&sum), "{sum}");
}

#[test]
fn the_order_of_lines_does_not_matter_but_a_missing_or_double_rail_does() {
    let mut lines: Vec<&str> = IDLE.lines().collect();
    lines.reverse();
    assert_eq!(read_once(&lines.join("\n")), read_once(IDLE));
    let error = Reading::Missing(Reason::Error);
    for rail in answer::RAILS {
        for suffix in ["_A", "_V"] {
            let without: Vec<_> = IDLE
                .lines()
                .filter(|line| !line.trim_start().starts_with(&format!("{rail}{suffix} ")))
                .collect();
            assert_eq!(read_once(&without.join("\n")), error, "{rail}{suffix}");
        }
    }
    let twice = format!("{IDLE}\nHDMI_A current(20)=0.5A\n");
    assert_eq!(read_once(&twice), error);
}

#[test]
fn malformed_answers_are_errors() {
    for (from, to) in [
        ("VDD_CORE_A current(7)=", "VDD_CORE_A current(7)"),
        ("VDD_CORE_A current(7)=", "VDD_CORE_A volt(7)="),
        ("VDD_CORE_A current(7)=", "VDD_CORE_A current(x)="),
        ("VDD_CORE_A current(7)=", "VDD_CORE_A current(7)=-"),
        ("A\n", "V\n"),
    ] {
        let bad = IDLE.replacen(from, to, 1);
        assert_ne!(bad, IDLE, "{from}");
        assert_eq!(read_once(&bad), Reading::Missing(Reason::Error), "{to}");
    }
    assert_eq!(read_once(""), Reading::Missing(Reason::Error));
}

#[test]
fn an_answer_that_never_changes_is_stale() {
    let Ok(mut source) = source(&[IDLE], None) else {
        panic!("the idle answer is valid")
    };
    watts(source.read(Microseconds(0)));
    watts(source.read(Microseconds(1_999_999)));
    let stale = source.read(Microseconds(2_000_000));
    assert_eq!(stale, Reading::Missing(Reason::Stale));
}

#[test]
fn a_calibration_makes_an_estimate_of_the_input() {
    let calibration = Calibration {
        gain_micro: 1_145_100,
        offset: Microwatts(587_900),
    };
    let Ok(mut source) = source(&[IDLE], Some(calibration)) else {
        panic!("the idle answer is valid")
    };
    assert_eq!(source.about().scope, Scope::BoardIn);
    let input = watts(source.read(Microseconds(0)));
    assert!((input - (1.1451 * reference(IDLE) + 0.5879)).abs() < 1e-5);
}

#[test]
fn firmware_without_the_command_names_the_remedy() {
    let answers = std::vec![Reading::Missing(Reason::Unsupported)];
    let refused = with_mailbox(Box::new(Script(answers)), None).err().unwrap();
    assert_eq!(refused.reason, Reason::Unsupported);
    assert!(refused.remedy.contains("KM003C"));
}

proptest! {
    /// Whatever lines are lost, there is the whole sum or none.
    #[test]
    fn lost_lines_never_make_a_smaller_sum(kept in prop::collection::vec(prop::bool::weighted(0.95), 26)) {
        let lines = IDLE.lines().zip(&kept).filter(|(_, kept)| **kept);
        let answer = lines.map(|(line, _)| line).collect::<Vec<_>>().join("\n");
        let reading = Rails::parse(&answer).and_then(|rails| rails.power());
        // EXT5V and BATT, the last two, are no part of it.
        if kept[..24].iter().all(|kept| *kept) {
            prop_assert_eq!(reading.map(Measure::Power), read_once(IDLE));
        } else {
            prop_assert_eq!(reading, Reading::Missing(Reason::Error));
        }
    }

    #[test]
    fn no_answer_makes_it_panic(answer in "[ -~\n]{0,300}") {
        let _ = Rails::parse(&answer);
    }

    /// One character changed anywhere gives a reading or an error, never a panic.
    #[test]
    fn no_damage_makes_it_panic(at in 0usize..1000, byte in 32u8..127) {
        let mut bytes = IDLE.as_bytes().to_vec();
        let at = at % bytes.len();
        bytes[at] = byte;
        let _ = Rails::parse(str::from_utf8(&bytes).unwrap()).and_then(|rails| rails.power());
    }
}
