#![allow(clippy::unwrap_used)]

use serde_json::json;

use super::super::testing;
use super::*;

fn repr_of(json: &str) -> String {
    repr(&serde_json::from_str(json).unwrap())
}

#[test]
fn numbers_keep_their_kind() {
    for (json, expected) in [
        ("50", "50"),
        ("50.0", "50.0"),
        ("-0", "0"),
        ("-0.0", "-0.0"),
        ("1E5", "100000.0"),
        ("0.00001", "1e-05"),
        ("0.0001", "0.0001"),
        ("1e16", "1e+16"),
        ("9999999999999998.0", "9999999999999998.0"),
        ("1.5e300", "1.5e+300"),
        ("1e999", "inf"),
        ("-1e999", "-inf"),
        ("5e-324", "5e-324"),
        ("0.1", "0.1"),
        ("18446744073709551616", "18446744073709551616"),
        (
            "-123456789012345678901234567890",
            "-123456789012345678901234567890",
        ),
    ] {
        assert_eq!(repr_of(json), expected, "{json}");
    }
}

#[test]
fn strings_are_quoted_as_python_does() {
    for (text, expected) in [
        ("", "''"),
        ("it's", "\"it's\""),
        ("say \"hi\"", "'say \"hi\"'"),
        ("it's \"hi\"", "'it\\'s \"hi\"'"),
        ("a\\b\n\r\t", "'a\\\\b\\n\\r\\t'"),
        ("\u{0}\u{7f}\u{a0}\u{ad}", "'\\x00\\x7f\\xa0\\xad'"),
        ("\u{200b}\u{2028}é漢", "'\\u200b\\u2028é漢'"),
        ("🚁\u{e0001}", "'🚁\\U000e0001'"),
    ] {
        assert_eq!(repr(&json!(text)), expected);
        assert_eq!(str(&json!(text)), text);
        assert_eq!(repr_list(&[text.to_string()]), format!("[{expected}]"));
    }
}

#[test]
fn containers_keep_their_order() {
    assert_eq!(
        repr_of(r#"{"b": [1, null, {}], "a": [true, []], "b": false}"#),
        "{'b': False, 'a': [True, []]}"
    );
}

#[test]
fn zero_and_empty_are_false() {
    for json in [
        "null", "false", "0", "-0", "0.0", "-0e5", "1e-999", "\"\"", "[]", "{}",
    ] {
        assert!(!truth(&serde_json::from_str(json).unwrap()), "{json}");
    }
    for json in [
        "true",
        "1",
        "1e999",
        "5e-324",
        "\" \"",
        "[null]",
        "{\"\": 0}",
    ] {
        assert!(truth(&serde_json::from_str(json).unwrap()), "{json}");
    }
}

/// Prints `repr`, `str` and the `repr` of `bool` of every case.
const PRINT: &str = "
import json, sys
lines = sys.stdin.buffer.read().decode('utf-8').split('\\n')
values = [json.loads(line) for line in lines]
json.dump([f'{value!r} {value} {bool(value)}' for value in values], sys.stdout)
";

fn compare_with_python(cases: &[String]) {
    let Some(answers) = testing::answers(PRINT, cases) else {
        return;
    };
    for (case, answer) in cases.iter().zip(answers) {
        let value: Value = serde_json::from_str(case).unwrap();
        let truth = repr(&json!(truth(&value)));
        let ours = format!("{} {} {truth}", repr(&value), str(&value));
        assert_eq!(Some(ours), answer, "of {case}");
    }
}

#[test]
fn random_values_print_as_in_python() {
    compare_with_python(&testing::samples(&testing::json(), 5_000));
}

/// Powers of two, where the doubles below are nearer than those above, and their neighbours; and
/// eighths, half of which lie between two equally near shortest texts.
#[test]
fn awkward_doubles_print_as_in_python() {
    let powers = (0..2047_u64).flat_map(|exponent| {
        let bits = exponent << 52;
        [bits.saturating_sub(1), bits, bits + 1].map(f64::from_bits)
    });
    let eighths = (0..2_000).map(|step| 155_982_422_026_436.0 + f64::from(step) / 8.0);
    let small = (0..2_000).map(|step| f64::from(step) / 1024.0);
    let cases: Vec<String> = powers
        .chain(eighths)
        .chain(small)
        .map(|value| format!("{value:e}"))
        .collect();
    compare_with_python(&cases);
}

/// For every code point, Python says whether it is printable and whether it is assigned.
#[test]
fn every_code_point_is_printable_as_in_python() {
    const SCRIPT: &str = "
import json, sys, unicodedata
codes = [c for c in range(0x110000) if not 0xd800 <= c < 0xe000]
flags = ''.join('1' if chr(c).isprintable() else '0' for c in codes)
assigned = ''.join('0' if unicodedata.category(chr(c)) == 'Cn' else '1' for c in codes)
version = unicodedata.unidata_version
json.dump([flags + ' ' + assigned + ' ' + version], sys.stdout)
";
    let Some(answers) = testing::answers(SCRIPT, &[String::new()]) else {
        return;
    };
    let answer = answers[0].clone().unwrap();
    let [flags, assigned, version] = answer.split(' ').collect::<Vec<_>>()[..] else {
        unreachable!("the script prints three words");
    };
    let major: u32 = version.split('.').next().unwrap().parse().unwrap();
    let same_version = version == "15.0.0";
    let mut differences = 0;
    for ((character, flag), assigned) in ('\0'..=char::MAX).zip(flags.chars()).zip(assigned.chars())
    {
        let (ours, theirs) = (is_printable(character), flag == '1');
        if ours != theirs {
            // A character that only the newer of the two Unicode versions knows.
            let explained = !same_version
                && if major < 15 {
                    ours && assigned == '0'
                } else {
                    theirs
                };
            assert!(
                explained,
                "U+{:04X} under Unicode {version}",
                u32::from(character)
            );
            differences += 1;
        }
    }
    println!("{differences} code points differ, all new between Unicode 15.0 and {version}");
}
