//! Tables of texts and what is read from them: numbers and wordings.

use edgescore_judge::{number, wording};
use edgescore_taskpack::{Matching, Number, Tolerance, Wording};

const NUMBERS: &[(&str, &str, Option<f64>)] = &[
    // JSON.
    ("{\"answer\": 12.5}", "ms", Some(12.5)),
    ("{\"answer\": \"12.5\"}", "ms", Some(12.5)),
    ("{\"answer\": \"12.5 ms\"}", "ms", Some(12.5)),
    ("{\"answer\": \"0.0125 s\"}", "ms", Some(12.5)),
    ("{\"answer\": 12.5, \"unit\": \"s\"}", "ms", Some(12500.0)),
    ("{\"unit\": \"MHz\", \"answer\": 12.5}", "ms", None),
    ("```json\n{\"answer\": -3e2}\n```", "", Some(-300.0)),
    (
        "It takes 5 hops of 2 ms. {\"answer\": 10}",
        "ms",
        Some(10.0),
    ),
    (
        "{\"answer\": 9}\nNo, I forgot one.\n{\"answer\": 10}",
        "ms",
        Some(10.0),
    ),
    ("{\"ANSWER\": 4}", "", Some(4.0)),
    ("{\"latency_ms\": 12.5}", "ms", Some(12.5)),
    ("{\"answer\": null}", "ms", None),
    ("{\"answer\": [12.5]}", "ms", None),
    ("{\"answer\": true}", "ms", None),
    ("{\"answer\": \"unknown\"}", "ms", None),
    ("{\"answer\": 1, \"answer\": 2}", "", None),
    ("{\"answer\": 12.", "ms", None),
    // Alone and in a sentence.
    ("12.5", "ms", Some(12.5)),
    ("12.5 ms", "ms", Some(12.5)),
    ("12.5ms.", "ms", Some(12.5)),
    ("**12.5** ms", "ms", Some(12.5)),
    ("\\boxed{12.5}", "ms", Some(12.5)),
    ("$12.5\\,\\text{ms}$", "ms", Some(12.5)),
    ("The answer is 12.5 ms.", "ms", Some(12.5)),
    (
        "The latency is approximately 12.5 milliseconds",
        "ms",
        Some(12.5),
    ),
    ("about 1,250 users", "users", Some(1250.0)),
    ("1 250", "", Some(1250.0)),
    ("1\u{202f}250 kbit/s", "kbit/s", Some(1250.0)),
    ("1.25e3", "", Some(1250.0)),
    ("1.25 × 10^3 kbps", "kbit/s", Some(1250.0)),
    ("\u{2212}92 dBm", "dBm", Some(-92.0)),
    ("-92.5", "dBm", Some(-92.5)),
    ("It has 12 in total.", "", Some(12.0)),
    ("7 slices", "", Some(7.0)),
    ("a 12-ms budget", "ms", Some(12.0)),
    ("8 PRBs", "PRB", Some(8.0)),
    ("gNB-17 and n78 take 12 ms", "ms", Some(12.0)),
    // Units.
    ("1.2 s", "ms", Some(1200.0)),
    ("1500 ms", "s", Some(1.5)),
    ("250 µs", "ms", Some(0.25)),
    ("250 μs", "ms", Some(0.25)),
    ("250 us", "ms", Some(0.25)),
    ("800 nanoseconds", "us", Some(0.8)),
    ("2 min", "s", Some(120.0)),
    ("0.5 h", "min", Some(30.0)),
    ("2 hours", "s", Some(7200.0)),
    ("0.2 Gbit/s", "Mbit/s", Some(200.0)),
    ("200 Mbps", "Mbit/s", Some(200.0)),
    ("200 megabits per second", "Mbit/s", Some(200.0)),
    ("25 MB/s", "Mbit/s", Some(200.0)),
    ("200000000 bps", "Mbit/s", Some(200.0)),
    ("3500 MHz", "GHz", Some(3.5)),
    ("30 khz", "kHz", Some(30.0)),
    ("2500 mW", "W", Some(2.5)),
    ("0.0025 kW", "W", Some(2.5)),
    ("1 Wh", "J", Some(3600.0)),
    ("1.5 kJ", "J", Some(1500.0)),
    ("750 mJ", "J", Some(0.75)),
    ("1 GiB", "MiB", Some(1024.0)),
    ("4 KiB", "B", Some(4096.0)),
    ("2 MB", "kB", Some(2000.0)),
    ("16 bits", "B", Some(2.0)),
    ("95 percent", "%", Some(95.0)),
    ("95%", "%", Some(95.0)),
    ("1.5 km", "m", Some(1500.0)),
    ("21 °C", "°C", Some(21.0)),
    ("12.5 (s)", "ms", Some(12.5)),
    // Other and unknown units.
    ("12.5 MHz", "ms", None),
    ("12.5 ms per hop", "ms", None),
    ("12.5 ms/km", "ms", None),
    ("12.5 parsecs", "ms", None),
    ("12 apples", "ms", None),
    ("3 MW", "mW", Some(3e9)),
    ("3 dB", "dBm", None),
    ("3 dBm", "mW", None),
    ("10 Mbit", "Mbit/s", None),
    ("5 m", "min", None),
    ("70 °F", "°C", None),
    ("5 million", "", None),
    ("50 %", "", None),
    ("5G", "ms", None),
    // More than one number.
    ("12 ms or 13 ms", "ms", None),
    ("Between 10 and 20 ms", "ms", None),
    ("10-20 ms", "ms", None),
    ("1,25 ms", "ms", None),
    ("1/2", "", None),
    ("12.5 ms, that is 0.0125 s", "ms", Some(12.5)),
    ("With 20 MHz and 3 users it takes 12.5 ms", "ms", Some(12.5)),
    (
        "Of 5 and 7 hops the first is shorter. The answer is 5.",
        "",
        Some(5.0),
    ),
    (
        "The answer is 12.5 ms, which is below 20 ms.",
        "ms",
        Some(12.5),
    ),
    (
        "The answer is 12.5 ms because 10 + 2.5 = 12.5.",
        "ms",
        Some(12.5),
    ),
    ("Answer: 10 + 2.5 = 12.5 ms", "ms", Some(12.5)),
    ("2 + 3 = 5\n**Answer:**\n\n5", "", Some(5.0)),
    ("The answer is 4. No, the answer is 6.", "", Some(6.0)),
    ("10 + 2.5, so \\boxed{12.5 \\text{ ms}}", "ms", Some(12.5)),
    ("10 ms and 20 MHz. The answer is 20 MHz.", "ms", None),
    ("The answer is not 5. It may be 6.", "", None),
    ("The answer is 5 or 6.", "", None),
    ("The answer is 5, 6", "", None),
    ("The answer: x = 3, y = 4", "", None),
    ("To answer, consider 3 and 4.", "", None),
    ("x = 5 and y = 3", "", None),
    (
        "1. Add both delays.\n2. The sum is 12 ms.",
        "ms",
        Some(12.0),
    ),
    // None.
    ("", "ms", None),
    ("I do not know.", "ms", None),
    ("twelve", "ms", None),
    ("n78", "", None),
    ("v1.2.3", "", None),
    ("1e999", "", None),
    ("on 2025-05-01", "", None),
];

#[test]
fn numbers() {
    assert!(NUMBERS.len() >= 40);
    let mut wrong = Vec::new();
    for (text, unit, value) in NUMBERS {
        let read = number::read(text, unit);
        if read != *value {
            wrong.push(format!("{text:?} in {unit:?}: {read:?}, not {value:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn tolerances() {
    let right = |value, of, tolerance| {
        let number = Number {
            value: of,
            tolerance,
            unit: "ms",
        };
        number::is_right(value, &number)
    };
    for (value, of, tolerance, expected) in [
        (12.5, 12.5, Tolerance::Absolute(0.0), true),
        (12.500001, 12.5, Tolerance::Absolute(0.0), false),
        // 12.3 - 12.2 is more than 0.1 in f64.
        (12.3, 12.2, Tolerance::Absolute(0.1), true),
        (12.31, 12.2, Tolerance::Absolute(0.1), false),
        (0.1 + 0.2, 0.3, Tolerance::Absolute(0.0), true),
        (-95.0, -100.0, Tolerance::Relative(0.05), true),
        (-94.9, -100.0, Tolerance::Relative(0.05), false),
        (0.0, 0.0, Tolerance::Relative(0.05), true),
        (1e-9, 0.0, Tolerance::Relative(0.05), false),
        (f64::NAN, 1.0, Tolerance::Relative(1.0), false),
        (f64::INFINITY, 1.0, Tolerance::Relative(1.0), false),
        (1.0, 1.0, Tolerance::Absolute(f64::NAN), false),
    ] {
        assert_eq!(
            right(value, of, tolerance),
            expected,
            "{value} {of} {tolerance:?}"
        );
    }
}

const TEXTS: &[(&str, Option<&str>)] = &[
    ("URLLC", Some("URLLC")),
    ("  URLLC \n", Some("URLLC")),
    ("\"URLLC\"", Some("URLLC")),
    ("'URLLC'", Some("URLLC")),
    ("`URLLC`", Some("URLLC")),
    ("“URLLC”", Some("URLLC")),
    ("«URLLC»", Some("URLLC")),
    ("\"a\" and \"b\"", Some("\"a\" and \"b\"")),
    ("```\nURLLC\n```", Some("URLLC")),
    ("```text\nURLLC slice\n```", Some("URLLC slice")),
    ("{\"answer\": \"URLLC\"}", Some("URLLC")),
    ("{\"answer\": \" URLLC \"}", Some("URLLC")),
    ("{\"answer\": 12.50}", Some("12.50")),
    ("{\"answer\": true}", Some("true")),
    ("{\"answer\": \"caf\\u00e9\"}", Some("café")),
    ("```json\n{\"answer\": \"URLLC\"}\n```", Some("URLLC")),
    ("It must be fast: {\"answer\": \"URLLC\"}", Some("URLLC")),
    (
        "{\"answer\": \"eMBB\"} No: {\"answer\": \"URLLC\"}",
        Some("URLLC"),
    ),
    ("{\"answer\": \"\"}", None),
    ("{\"answer\": null}", None),
    ("{\"answer\": [\"URLLC\"]}", None),
    ("{\"answer\": {\"a\": 1}}", None),
    ("{\"answer\": \"URL", None),
    ("{\"answer\": \"a\", \"answer\": \"b\"}", None),
    ("{\"slice\": \"URLLC\"}", Some("{\"slice\": \"URLLC\"}")),
    ("a {b} c", Some("a {b} c")),
    ("", None),
    (" \n", None),
    ("\"\"", None),
    ("```\n\n```", None),
];

const MATCHES: &[(Matching, &str, &str, bool)] = &[
    (Matching::Exact, "URLLC", "URLLC", true),
    (Matching::Exact, "URLLC", " URLLC ", true),
    (Matching::Exact, "URLLC", "urllc", false),
    (Matching::Exact, "URLLC", "URLLC.", false),
    (Matching::Exact, "a b", "a  b", false),
    (Matching::Normalised, "URLLC", "urllc", true),
    (Matching::Normalised, "URLLC", "**URLLC**.", true),
    (
        Matching::Normalised,
        "Network  Slice",
        "\"network\nslice\"!",
        true,
    ),
    (Matching::Normalised, "Straße", "STRAßE", true),
    (Matching::Normalised, "ΣΑΣ", "σας", true),
    (Matching::Normalised, "(UPF)", "upf", true),
    (Matching::Normalised, "URLLC", "URLLC slice", false),
    (Matching::Normalised, "5", "-5", false),
    (Matching::Normalised, "50", "50%", false),
    (Matching::Normalised, "5", ".5", false),
    (Matching::Normalised, "C", "C++", false),
    (Matching::Normalised, "a-b", "a b", false),
    (Matching::Normalised, "?", "!", false),
    (Matching::Pattern, "cell-#", "cell-7", true),
    (Matching::Pattern, "cell-#", "Cell-7", false),
    (Matching::Pattern, "cell-#", "the cell-7", false),
    (Matching::Pattern, "*cell-#*", "the cell-7.", true),
    (Matching::Pattern, "[a-f]?", "c3", true),
    (Matching::Pattern, "[a-f", "a", false),
];

#[test]
fn wordings() {
    assert!(TEXTS.len() + MATCHES.len() >= 40);
    for (text, answer) in TEXTS {
        assert_eq!(wording::read(text).as_deref(), *answer, "{text}");
    }
    for (matching, accepted, answer, right) in MATCHES {
        let wording = Wording {
            matching: *matching,
            accepted: ["something else", accepted].into_iter().collect(),
        };
        let found = wording::is_right(answer, &wording);
        assert_eq!(found, *right, "{matching:?} {accepted} {answer}");
    }
}
