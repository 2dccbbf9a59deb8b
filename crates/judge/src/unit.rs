//! Units of measurement and their spellings.

/// A line for each unit: what it measures, its size in the smallest of its kind, symbols (case counts: mW
/// is not MW), and behind a bar names in the singular (case does not count). The sizes are whole numbers,
/// so that a conversion rounds once. SI prefixes and the binary ones of IEC 80000-13; KB, MB and GB are
/// powers of ten, as they are there. Text, since a table of pointers takes three times its size.
const UNITS: &str = "\
time 1 ns|nanosecond
time 1e3 us,µs,μs|microsecond
time 1e6 ms,msec|millisecond
time 1e9 s,sec,secs|second
time 60e9 min,mins|minute
time 3600e9 h,hr,hrs|hour
data 1 bit,bits|
data 8 B|byte
data 1e3 kbit,Kbit,kb|kilobit
data 1e6 Mbit,Mb|megabit
data 1e9 Gbit,Gb|gigabit
data 8e3 kB,KB|kilobyte
data 8e6 MB|megabyte
data 8e9 GB|gigabyte
data 8e12 TB|terabyte
data 8192 KiB|kibibyte
data 8388608 MiB|mebibyte
data 8589934592 GiB|gibibyte
rate 1 bit/s,bits/s,b/s,bps|bit per second,bits per second
rate 1e3 kbit/s,Kbit/s,kbits/s,kb/s,Kb/s,kbps,Kbps|kilobit per second,kilobits per second
rate 1e6 Mbit/s,mbit/s,Mbits/s,Mb/s,Mbps,mbps|megabit per second,megabits per second
rate 1e9 Gbit/s,gbit/s,Gbits/s,Gb/s,Gbps,gbps|gigabit per second,gigabits per second
rate 1e12 Tbit/s,Tb/s,Tbps|terabit per second,terabits per second
rate 8 B/s|byte per second,bytes per second
rate 8e3 kB/s,KB/s|
rate 8e6 MB/s|
rate 8e9 GB/s|
frequency 1 Hz,hz|hertz
frequency 1e3 kHz,KHz,khz|kilohertz
frequency 1e6 MHz,Mhz,mhz|megahertz
frequency 1e9 GHz,Ghz,ghz|gigahertz
frequency 1e12 THz|terahertz
power 1 uW,µW,μW|microwatt
power 1e3 mW|milliwatt
power 1e6 W|watt
power 1e9 kW|kilowatt
power 1e12 MW|megawatt
energy 1 uJ,µJ,μJ|microjoule
energy 1e3 mJ|millijoule
energy 1e6 J|joule
energy 1e9 kJ|kilojoule
energy 1e12 MJ|megajoule
energy 3.6e6 mWh|
energy 3.6e9 Wh|watt hour,watt-hour
energy 3.6e12 kWh|kilowatt hour,kilowatt-hour
length 1 mm|millimetre,millimeter
length 10 cm|centimetre,centimeter
length 1e3 m|metre,meter
length 1e6 km|kilometre,kilometer
share 1 %|percent,per cent
ratio 1 dB|decibel
level 1 dBm|
temperature 1 °C,℃|degree Celsius,degrees Celsius
";

/// Words with which a sentence goes on behind a number without a unit.
const NO_UNITS: &str = "\
    a about according after all also and approximately as assuming at based because before \
    below above but by can for from given has have hence if in is it now on or over rather \
    rounded since so than that the then there therefore this to total under using was we \
    when where which while will with would";

/// Signs of units that are no letters.
const SIGNS: &str = "%‰°℃€£¥²³";

/// Words that belong to the number and not to what it counts.
const MULTIPLES: &str = "\
    dozen hundred thousand million billion trillion percentage";

/// The unit that a question asks for.
pub struct Asked<'t> {
    text: &'t str,
    /// What it measures, and its size; `None` of one that is not in the table.
    known: Option<(&'static str, f64)>,
}

impl<'t> Asked<'t> {
    /// The unit that is written as `text`; may be empty.
    pub fn new(text: &'t str) -> Asked<'t> {
        let known = longest(text).filter(|(_, length)| *length == text.len());
        Asked {
            text,
            known: known.map(|(known, _)| known),
        }
    }

    /// By how much to multiply a number, and then to divide it, that stands before `rest` to have it in
    /// this unit. `None` where its unit is another one or not known.
    pub fn behind(&self, rest: &str) -> Option<(f64, f64)> {
        let (rest, apart) = without_markup(rest);
        let same = (1.0, 1.0);
        let per = |length| {
            rest.get(length..)
                .is_some_and(|rest| rest.trim_start().starts_with("per "))
        };
        if let Some(length) = self.length(rest) {
            return (!per(length)).then_some(same);
        }
        if !rest.starts_with(|c: char| c.is_alphabetic() || SIGNS.contains(c)) {
            return Some(same);
        }
        if let Some(((measures, size), length)) = longest(rest) {
            let (asked, asked_size) = self.known?;
            return (measures == asked && !per(length)).then_some(ratio(size, asked_size));
        }
        let word = rest.split(|c: char| !c.is_alphabetic()).next()?;
        let whole = !word.is_empty() && ends(rest.get(word.len()..)?);
        let counts = self.text.is_empty() && !is_one_of(MULTIPLES, word);
        (apart && whole && (counts || is_one_of(NO_UNITS, word))).then_some(same)
    }

    /// The bytes of the unit as the question has it, or of its plural, if `rest` begins with that.
    fn length(&self, rest: &str) -> Option<usize> {
        let behind = rest
            .strip_prefix(self.text)
            .filter(|_| !self.text.is_empty())?;
        if ends(behind) {
            return Some(self.text.len());
        }
        behind.strip_prefix('s').filter(|behind| ends(behind))?;
        Some(self.text.len() + 1)
    }
}

/// Large to small is a multiplication and small to large a division, so that both round once.
fn ratio(from: f64, to: f64) -> (f64, f64) {
    if from >= to {
        (from / to, 1.0)
    } else {
        (1.0, to / from)
    }
}

/// Marks of TeX and Markdown that may stand between a number and its unit.
const MARKUP: [&str; 10] = [
    "\\text{",
    "\\mathrm{",
    "\\,",
    "\\;",
    "\\",
    "*",
    "$",
    "}",
    "`",
    "~",
];

/// `rest` from its first character that may be of a unit, and whether white space is before it.
fn without_markup(rest: &str) -> (&str, bool) {
    let mut rest = rest;
    let mut apart = false;
    loop {
        let trimmed = rest.trim_start_matches([' ', '\u{a0}', '\u{2009}', '\u{202f}']);
        apart |= trimmed.len() < rest.len();
        rest = trimmed;
        match MARKUP.iter().find_map(|mark| rest.strip_prefix(mark)) {
            Some(behind) => rest = behind,
            None => break,
        }
    }
    // As in "a 12-ms budget".
    let word = rest
        .strip_prefix('-')
        .filter(|word| !apart && word.starts_with(char::is_alphabetic));
    (word.unwrap_or(rest), apart)
}

/// The unit with the longest spelling that `text` begins with, what it measures and its size, and the
/// bytes of that spelling.
fn longest(text: &str) -> Option<((&'static str, f64), usize)> {
    let mut best = None;
    let mut longest = 0;
    for line in UNITS.lines() {
        let (unit, names) = line.split_once('|')?;
        let (measures, unit) = unit.split_once(' ')?;
        let (size, symbols) = unit.split_once(' ')?;
        let mut spelled = 0;
        for symbol in symbols.split(',') {
            if text.starts_with(symbol) && ends_at(text, symbol.len()) {
                spelled = spelled.max(symbol.len());
            }
        }
        for name in names.split(',').filter(|name| !name.is_empty()) {
            let length = name.len();
            if text
                .get(..length)
                .is_some_and(|start| start.eq_ignore_ascii_case(name))
            {
                let plural = length + 1;
                if ends_at(text, length) {
                    spelled = spelled.max(length);
                } else if text
                    .get(length..plural)
                    .is_some_and(|s| s.eq_ignore_ascii_case("s"))
                    && ends_at(text, plural)
                {
                    spelled = spelled.max(plural);
                }
            }
        }
        if spelled > longest {
            longest = spelled;
            best = size.parse().ok().map(|size| ((measures, size), spelled));
        }
    }
    best
}

fn ends_at(text: &str, at: usize) -> bool {
    text.get(at..).is_some_and(ends)
}

/// Whether a unit is over before `rest`.
fn ends(rest: &str) -> bool {
    let next = rest.chars().next();
    next.is_none_or(|next| !next.is_alphanumeric() && !"/^²³·_°%".contains(next))
}

/// Whether `word` is one of `words`, which spaces separate.
fn is_one_of(words: &str, word: &str) -> bool {
    words
        .split(' ')
        .any(|known| known.eq_ignore_ascii_case(word))
}
