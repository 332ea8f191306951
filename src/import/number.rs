//! Decimal numbers from bytes, fast for what cyclers write and exact for everything else.

/// Exact powers of ten: products and quotients with a 53 bit integer are correctly rounded
/// (Clinger 1990).
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

/// Parses one field, `decimal` being the decimal mark (`.` or `,`).
///
/// Surrounding blanks and non-breaking spaces (UTF-8 and windows-1252) are ignored. Returns
/// `None` for blanks, words and anything not finite, so `NaN`, `inf` and `--` are missing entries.
pub fn parse(field: &[u8], decimal: u8) -> Option<f64> {
    match fast(field, decimal) {
        Some(number) => Some(number),
        None => slow(field, decimal),
    }
}

/// Sign and digits at the start of a field.
struct Digits {
    is_negative: bool,
    mantissa: u64,
    n_digits: usize,
    n_fraction: usize,
    /// Bytes that they take, leading blanks included.
    n_bytes: usize,
}

impl Digits {
    #[inline(always)]
    fn at_start_of(bytes: &[u8], decimal: u8, delimiter: u8) -> Self {
        let mut at = 0;
        while bytes.get(at) == Some(&b' ') {
            at += 1;
        }
        let is_negative = bytes.get(at) == Some(&b'-');
        if is_negative || bytes.get(at) == Some(&b'+') {
            at += 1;
        }
        let (mut mantissa, mut n_digits) = (0_u64, 0_usize);
        let mut n_whole = usize::MAX;
        while let Some(byte) = bytes.get(at) {
            let digit = byte.wrapping_sub(b'0');
            if digit < 10 {
                mantissa = mantissa.wrapping_mul(10).wrapping_add(u64::from(digit));
                n_digits += 1;
            } else if *byte == decimal && n_whole == usize::MAX && decimal != delimiter {
                n_whole = n_digits;
            } else {
                break;
            }
            at += 1;
        }
        Self {
            is_negative,
            mantissa,
            n_digits,
            n_fraction: n_digits.saturating_sub(n_whole),
            n_bytes: at,
        }
    }

    /// The number, if one multiplication gives it correctly rounded.
    #[inline(always)]
    fn times_ten_to(&self, exponent: i32) -> Option<f64> {
        // 19 digits cannot overflow; leading zeros count, so a long field just takes the other path.
        if self.n_digits == 0 || self.n_digits > 19 || self.mantissa >= 1 << 53 {
            return None;
        }
        let scale = exponent - self.n_fraction as i32;
        let power = *POWERS.get(scale.unsigned_abs() as usize)?;
        let magnitude = if scale < 0 {
            self.mantissa as f64 / power
        } else {
            self.mantissa as f64 * power
        };
        Some(if self.is_negative {
            -magnitude
        } else {
            magnitude
        })
    }
}

/// The number at the start of a row's rest, `NaN` where it takes more than a look, and the bytes
/// that were looked at: the search for the end of the field goes on from there.
#[inline(always)]
pub fn leading(bytes: &[u8], decimal: u8, delimiter: u8) -> (f64, usize) {
    let digits = Digits::at_start_of(bytes, decimal, delimiter);
    (digits.times_ten_to(0).unwrap_or(f64::NAN), digits.n_bytes)
}

/// Sign, up to 19 digits, small exponent: one multiplication.
fn fast(field: &[u8], decimal: u8) -> Option<f64> {
    let digits = Digits::at_start_of(field, decimal, b'\n');
    let exponent = match field.get(digits.n_bytes..)? {
        [] => 0,
        [b'e' | b'E', exponent @ ..] => small_exponent(exponent)?,
        _ => return None,
    };
    digits.times_ten_to(exponent)
}

fn small_exponent(field: &[u8]) -> Option<i32> {
    let (negative, digits) = match field {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    if digits.is_empty() || digits.len() > 3 {
        return None;
    }
    let mut value = 0_i32;
    for byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value * 10 + i32::from(digit);
    }
    Some(if negative { -value } else { value })
}

fn slow(field: &[u8], decimal: u8) -> Option<f64> {
    let field = trim(field);
    // Words such as `infinity` parse as floats in Rust but are no measured value.
    let first = *field.first()?;
    if !(first.is_ascii_digit() || matches!(first, b'-' | b'+' | b'.' | b',')) || field.len() > 64 {
        return None;
    }
    let mut text = [0_u8; 64];
    let text = text.get_mut(..field.len())?;
    for (to, from) in text.iter_mut().zip(field) {
        *to = match *from {
            byte if byte == decimal => b'.',
            b'.' => return None,
            // Excel in some locales and old FORTRAN writers.
            b'D' | b'd' => b'e',
            byte => byte,
        };
    }
    decimal_number(std::str::from_utf8(text).ok()?)
}

/// The double nearest to a decimal number such as `-1.5e3`, `+.5` or `007`; `None` for anything
/// else, and for what exceeds the doubles.
///
/// JSON's reader decides, after the liberties that JSON does not take are gone: `str::parse` reads
/// the same, and would bring a second table of powers (10 kB) into every page.
pub fn decimal_number(text: &str) -> Option<f64> {
    let text = text.strip_prefix('+').unwrap_or(text);
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text),
    };
    let (mantissa, exponent) = match digits.find(['e', 'E']) {
        Some(at) => digits.split_at(at),
        None => (digits, ""),
    };
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && part.is_empty()
        || !mantissa.starts_with(|c: char| c == '.' || c.is_ascii_digit())
    {
        return None;
    }
    let whole = whole.trim_start_matches('0');
    let mut json = String::with_capacity(text.len() + 3);
    json.push_str(sign);
    json.push_str(if whole.is_empty() { "0" } else { whole });
    if !part.is_empty() {
        json.push('.');
        json.push_str(part);
    }
    json.push_str(exponent);
    serde_json::from_slice(json.as_bytes()).ok()
}

/// Removes blanks, quotes and non-breaking spaces at both ends.
pub fn trim(mut field: &[u8]) -> &[u8] {
    loop {
        field = match field {
            [b' ' | b'\t' | b'\r' | b'"' | b'\0', rest @ ..] | [0xC2, 0xA0, rest @ ..] => rest,
            [rest @ .., b' ' | b'\t' | b'\r' | b'"' | b'\0'] | [rest @ .., 0xC2, 0xA0] => rest,
            // A lone 0xA0 at an end is the windows-1252 non-breaking space.
            [0xA0, rest @ ..] | [rest @ .., 0xA0] => rest,
            _ => return field,
        };
    }
}

/// Seconds of a duration in words: `h:m:s`, `h:m:s.ms`, `h:m:s:ms`, `d.hh:mm:ss`, `1d 02:03:04`.
/// Hours may exceed 24.
pub fn parse_duration(field: &[u8], decimal: u8) -> Option<f64> {
    let field = trim(field);
    let (mut days, clock) = match field
        .iter()
        .position(|byte| matches!(byte, b'd' | b'D' | b' '))
    {
        Some(at) => {
            let (head, tail) = field.split_at(at);
            let tail = tail
                .iter()
                .position(u8::is_ascii_digit)
                .and_then(|skip| tail.get(skip..))?;
            (parse(head, decimal)?, tail)
        }
        None => (0.0, field),
    };
    let mut parts = clock.split(|byte| *byte == b':');
    let (hours, minutes) = (parts.next()?, parts.next()?);
    let seconds = parts.next();
    let thousandths = parts.next();
    if parts.next().is_some() {
        return None;
    }
    // `1.02:03:04` counts days before the dot.
    let hours = match (days == 0.0, hours.iter().position(|byte| *byte == b'.')) {
        (true, Some(at)) => {
            days = parse(hours.get(..at)?, decimal)?;
            parse(hours.get(at + 1..)?, decimal)?
        }
        _ => parse(hours, decimal)?,
    };
    let minutes = parse(minutes, decimal)?;
    let mut seconds = match seconds {
        Some(field) => parse(field, decimal).or_else(|| parse(field, b'.'))?,
        None => 0.0,
    };
    if let Some(field) = thousandths {
        seconds += parse(field, decimal)? / 1000.0;
    }
    Some(((days * 24.0 + hours) * 60.0 + minutes) * 60.0 + seconds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers() {
        for (field, decimal, expected) in [
            ("0", b'.', Some(0.0)),
            ("-0", b'.', Some(-0.0)),
            ("3.5", b'.', Some(3.5)),
            (" 3.5 ", b'.', Some(3.5)),
            ("\u{a0}3.5", b'.', Some(3.5)),
            ("\"3.5\"", b'.', Some(3.5)),
            ("3,5", b',', Some(3.5)),
            ("3.5", b',', None),
            ("3,5", b'.', None),
            ("1e-3", b'.', Some(1e-3)),
            ("4.410742257543454e-11", b'.', Some(4.410742257543454e-11)),
            ("3.4118552207946777", b'.', Some(3.4118552207946777)),
            ("1.7E+308", b'.', Some(1.7e308)),
            ("1e400", b'.', None),
            ("", b'.', None),
            ("-", b'.', None),
            ("--", b'.', None),
            ("NaN", b'.', None),
            ("inf", b'.', None),
            ("-inf", b'.', None),
            ("nan", b'.', None),
            ("CC", b'.', None),
            ("1.2.3", b'.', None),
        ] {
            assert_eq!(parse(field.as_bytes(), decimal), expected, "{field:?}");
        }
    }

    #[test]
    fn durations() {
        for (field, seconds) in [
            ("00:00:01", Some(1.0)),
            ("100:00:00", Some(360_000.0)),
            ("00:44:15.000", Some(2655.0)),
            ("00:00:01:500", Some(1.5)),
            ("1.02:03:04", Some(93_784.0)),
            ("1d 02:03:04", Some(93_784.0)),
            ("0d 00:00:30.50", Some(30.5)),
            ("12:30", Some(45_000.0)),
            ("12", None),
            ("a:b:c", None),
            ("::", None),
        ] {
            assert_eq!(parse_duration(field.as_bytes(), b'.'), seconds, "{field}");
        }
    }

    proptest! {
        #[test]
        fn the_fast_path_equals_the_exact_parser(number in proptest::num::f64::NORMAL) {
            for text in [format!("{number}"), format!("{number:e}"), format!("{number:.4}")] {
                let expected: f64 = text.parse().unwrap();
                let parsed = parse(text.as_bytes(), b'.');
                if text.len() <= 64 {
                    prop_assert_eq!(parsed, Some(expected));
                }
            }
        }

        #[test]
        fn short_decimals_are_exact(mantissa in -10_000_000_i64..10_000_000, places in 0_usize..9) {
            let text = format!("{:.places$}", mantissa as f64 / 1000.0);
            prop_assert_eq!(parse(text.as_bytes(), b'.'), text.parse().ok());
        }

        #[test]
        fn no_bytes_panic(field in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = parse(&field, b'.');
            let _ = parse_duration(&field, b',');
        }
    }
}
